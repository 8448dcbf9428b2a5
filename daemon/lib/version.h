/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The version that l2tpd, l2tpctl and the plugin name themselves by. */
#ifndef L2TPD_LIB_VERSION_H
#define L2TPD_LIB_VERSION_H

#ifndef L2TPD_VERSION
#define L2TPD_VERSION "0.1"
#endif

/* In l2tpd.so, with the version of the pppd that it is for behind it. */
#define L2TPD_PLUGIN_MARK "l2tpd.so is for pppd "

#endif
