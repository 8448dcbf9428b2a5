/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In which order a caller is asked for methods of authentication; include
 * compat.h first.
 */
#ifndef L2TPD_PLUGIN_METHODS_H
#define L2TPD_PLUGIN_METHODS_H

extern option_t methods_options[];

/* For the LNS's call of this process, once its options are known. */
void methods_install(void);

#endif
