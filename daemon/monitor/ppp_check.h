/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether pppd and the plugin are here and take each profile's options. */
#ifndef L2TPD_MONITOR_PPP_CHECK_H
#define L2TPD_MONITOR_PPP_CHECK_H

struct config;

/*
 * Starts pppd once for each profile and role that the configuration needs, as
 * for calls, and ends it again. 0; -EINVAL, and the log says what is wrong; or
 * -errno. Needs root.
 */
int ppp_check(const struct config *c, const char *plugin);

#endif
