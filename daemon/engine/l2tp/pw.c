/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What both ends of a pseudowire want of its data packets, and
 * what comes of it.
 */
#include "engine/l2tp/pw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/random.h"

#define SEQUENCE_ALL 2 /* Data Sequencing Level */
_Static_assert(L2TP_END_ID_MAX >= CONFIG_END_ID_MAX,
	       "the core keeps all of a Remote End ID");

struct pseudowire *pw_new(const struct config_pw *config, bool sequencing)
{
	struct pseudowire *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->config = config;
	w->type = !config			 ? L2TP_PW_PPP :
		  config->type == CONFIG_PW_VLAN ? L2TP_PW_VLAN :
						   L2TP_PW_ETHERNET;
	w->cookie_len = config ? config->cookie : 0;
	random_bytes(NULL, w->cookie, w->cookie_len);
	w->sequencing = config ? config->sequencing : sequencing;
	w->sublayer = w->sequencing || (config && config->sublayer);
	/* PPP says by itself whether it is up */
	w->circuit_up = !config;
	return w;
}

void pw_free(struct pseudowire *w)
{
	if (!w)
		return;
	explicit_bzero(w, sizeof(*w));
	free(w);
}

bool pw_is_ethernet(const struct pseudowire *w)
{
	return w->type != L2TP_PW_PPP;
}

void pw_params(const struct pseudowire *w, const char *end_id,
	       struct l2tp_call_params *p)
{
	p->pseudowire = w->type;
	p->cookie_len = w->cookie_len;
	memcpy(p->cookie, w->cookie, w->cookie_len);
	p->sublayer = w->sublayer;
	p->sequencing = w->sequencing ? SEQUENCE_ALL : 0;
	p->circuit_active = w->circuit_up;
	if (w->config) {
		p->end_id_len = config_pw_end_id(w->config, p->end_id);
	} else if (end_id) {
		p->end_id_len = (uint8_t)strnlen(end_id, sizeof(p->end_id));
		memcpy(p->end_id, end_id, p->end_id_len);
	}
}

/*
 * The kernel has one sublayer for both directions, and numbers either both or
 * none (l2tp_recv_common takes unnumbered packets for the peer's word not to
 * number ours): what either end asks for holds for both.
 */
void pw_negotiate(struct pseudowire *w, const struct l2tp_call_params *theirs)
{
	w->peer_cookie_len = theirs->cookie_len;
	memcpy(w->peer_cookie, theirs->cookie, sizeof(w->peer_cookie));
	w->sequencing = w->sequencing || theirs->sequencing != 0;
	w->sublayer = w->sequencing || w->sublayer || theirs->sublayer == 1;
	w->peer_up = theirs->circuit_active;
	w->serial = theirs->call_serial;
}

void pw_describe(const struct pseudowire *w, struct dp_session *s)
{
	if (w->type != L2TP_PW_PPP)
		s->pseudowire = w->type == L2TP_PW_VLAN ? DP_PW_ETH_VLAN :
							  DP_PW_ETH;
	/*
	 * the kernel's "cookie" is what goes out with each packet: the
	 * peer assigned it
	 */
	s->cookie_len = w->peer_cookie_len;
	memcpy(s->cookie, w->peer_cookie, sizeof(s->cookie));
	s->peer_cookie_len = w->cookie_len;
	memcpy(s->peer_cookie, w->cookie, sizeof(s->peer_cookie));
	s->no_l2_sublayer = !w->sublayer;
	s->send_seq = s->recv_seq = w->sequencing;
	s->reorder_timeout_ms = w->sequencing ? REORDER_TIMEOUT_MS : 0;
	if (w->config && w->config->ifname)
		snprintf(s->ifname, sizeof(s->ifname), "%s", w->config->ifname);
}
