/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/ppp/options is read first, whatever a profile says; see files.h. */
#include "plugin/compat.h"
#include "plugin/files.h"

#include <string.h>

static unsigned char no_peer_dns;
static fsm_callbacks callbacks; /* ours */
static const fsm_callbacks *pppds;

/*
 * The first option of a profile: what is there was said by a file. A second
 * ms-dns, which ours would be, becomes the secondary one.
 */
static int forget(char **argv)
{
	(void)argv;
	memset(ipcp_allowoptions[0].dnsaddr, 0,
	       sizeof(ipcp_allowoptions[0].dnsaddr));
	return 1;
}

option_t files_options[] = {
	{ "l2tpd-profile", o_special_noarg, (void *)forget,
	  "What l2tpd's profile says begins here (used by l2tpd only)",
	  OPT_PRIV | OPT_NOPRINT },
	{ "l2tpd-nopeerdns", o_bool, &no_peer_dns,
	  "Do not ask the peer for DNS servers (used by l2tpd only)",
	  OPT_PRIV | OPT_NOPRINT | 1 },
	{ .name = NULL },
};

/* pppd copies usepeerdns, which has no opposite, into each negotiation. */
static void on_resetci(fsm *f)
{
	pppds->resetci(f);
	ipcp_gotoptions[0].req_dns1 = ipcp_gotoptions[0].req_dns2 = 0;
}

void files_install(void)
{
	if (!no_peer_dns)
		return;
	pppds = ipcp_fsm[0].callbacks;
	callbacks = *pppds;
	callbacks.resetci = on_resetci;
	ipcp_fsm[0].callbacks = &callbacks;
}
