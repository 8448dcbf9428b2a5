/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's counters of an interface, all 64 bits of them;
 * include compat.h first.
 */
#ifndef L2TPD_PLUGIN_COUNTERS_H
#define L2TPD_PLUGIN_COUNTERS_H

#include "ipc/ppp.h"

/* 0 with the counters in c, or -errno. */
int counters_read(const char *interface, struct ppp_counters *c);

#endif
