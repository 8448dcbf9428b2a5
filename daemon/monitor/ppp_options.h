/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pppd's command line for a profile. */
#ifndef L2TPD_MONITOR_PPP_OPTIONS_H
#define L2TPD_MONITOR_PPP_OPTIONS_H

#include <stdbool.h>

#include "lib/config.h"

/*
 * argv of the template for profile p, as LNS or as the caller, whose channel
 * is fd and whose calls tell of their interfaces at units (NULL: nowhere): NULL
 * at its end, and when out of memory. Free with ppp_options_free.
 */
char **ppp_options_new(const struct config *c, const struct config_ppp *p,
		       bool lns, const char *plugin, const char *units, int fd);
void ppp_options_free(char **argv);

#endif
