/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pppd's own files turned on before a profile of l2tpd's was read, and no
 * option of pppd's turns off; include compat.h first.
 */
#ifndef L2TPD_PLUGIN_FILES_H
#define L2TPD_PLUGIN_FILES_H

extern option_t files_options[];

/* For the call of this process, once its options are known. */
void files_install(void);

#endif
