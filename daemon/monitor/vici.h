/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections to the control socket of strongSwan's charon, which is root's. */
#ifndef L2TPD_MONITOR_VICI_H
#define L2TPD_MONITOR_VICI_H

/* A connection that does not block, which the caller owns; or -errno. */
int monitor_vici(const char *path);

#endif
