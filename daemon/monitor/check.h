/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small checks of single values that the engine sends and that end up in the
 * kernel, in pppd's options or in a script's environment.
 */
#ifndef L2TPD_MONITOR_CHECK_H
#define L2TPD_MONITOR_CHECK_H

#include <stdbool.h>
#include <stdint.h>

/* A byte below 0x20, or 0x7f. */
bool monitor_is_control(char c);
bool monitor_has_control(const char *text);

/*
 * An interface's name that the kernel takes, and that neither pppd nor a script
 * reads as an option or a path. "" is allowed: it leaves the choice to the
 * kernel.
 */
bool monitor_is_ifname(const char *name);

/*
 * An MTU or MRU in bytes that pppd takes; 0 is allowed: it leaves it to pppd.
 */
bool monitor_is_unit(uint16_t size);

/*
 * For words of the peer's, which become options and arguments of scripts: puts
 * "?" in place of control characters and of a leading "-". A call must not fail
 * for such a word.
 */
void monitor_make_plain(char *text);

#endif
