/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pppd takes only a plugin that was built with its own headers, and what it
 * says of another one is about symbols. Here the two are compared.
 */
#ifndef L2TPD_MONITOR_PPP_VERSION_H
#define L2TPD_MONITOR_PPP_VERSION_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the plugin is not of this pppd's version, with a sentence in why.
 * False also when either version cannot be found out. plugin: a path, or a
 * name in pppd's own folder. Runs "pppd --version" and waits for it, for
 * seconds at most.
 */
bool ppp_version_differs(const char *pppd, const char *plugin, char *why,
			 size_t size);

#endif
