/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who the peer is and who we are, for a call that l2tpd started: pppd's
 * questions go to the engine. A pppd that dialled has its own secrets files.
 * Include compat.h first.
 */
#ifndef L2TPD_PLUGIN_AUTH_H
#define L2TPD_PLUGIN_AUTH_H

void auth_install(void); /* for call.params.lns or the caller */
/* Puts the call's addresses and name servers where IPCP takes them from. */
void auth_addresses(uint32_t local, uint32_t remote, const uint32_t dns[2]);

#endif
