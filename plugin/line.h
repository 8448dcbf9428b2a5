/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The L2TP session as pppd's line: its struct channel. Include compat.h first.
 */
#ifndef L2TPD_PLUGIN_LINE_H
#define L2TPD_PLUGIN_LINE_H

extern struct channel line_channel;

#endif
