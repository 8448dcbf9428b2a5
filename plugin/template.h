/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The template: a pppd that has parsed a profile's options and forks for every
 * call that the monitor sends it.
 */
#ifndef L2TPD_PLUGIN_TEMPLATE_H
#define L2TPD_PLUGIN_TEMPLATE_H

extern option_t template_options[]; /* compat.h's */

/*
 * Handler of the option l2tpd-template FD, the last one. Returns in a
 * call's pppd only.
 */
int template_option(char **argv);

#endif
