/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PPP port: PPP is started on a link, and has ended on it. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/link/ppp.h"
#include "lib/log.h"

void ppp_ended(struct link *l, const struct ppp_end *end)
{
	if (l->phase == PPP_NONE)
		return;
	l->phase = PPP_NONE;
	l->peer_is_silent = end->peer_is_silent;
	link_service(l)->ended(l, end);
	if (l->backend)
		l->backend->release(l);
	l->backend = NULL;
	l->ppp = NULL;
	link_ppp_ended(l);
}

/* Without a word: what it was is known. */
static void give_up(struct link *l)
{
	const struct ppp_end end = { 0 };

	ppp_ended(l, &end);
}

void ppp_failed(struct link *l, const char *why)
{
	/* The peer need not know our files and options. */
	struct cause cause =
		cause_make(CAUSE_NO_RESOURCES, "PPP could not be started");
	const char *who = l->profile && l->profile->backend ==
						  CONFIG_BACKEND_BUILTIN ?
				  "PPP" :
				  "pppd";
	char what[WHOSE_MAX], reason[PPP_TEXT_MAX + 64];

	snprintf(reason, sizeof(reason), "%s does not start: %s", who, why);
	log_error("%s: %s", link_describe(l, what, sizeof(what)), reason);
	free(l->reason);
	l->reason = strdup(reason);
	link_set_cause(l, &cause);
	give_up(l);
}

uint32_t ppp_v4_of(const struct addr *a)
{
	return a->family == AF_INET ? htonl(addr_v4(a)) : 0;
}

void ppp_fill_dns(const struct config_ppp *profile, uint32_t dns[2])
{
	for (size_t i = 0; i < profile->dns_n && i < 2; i++)
		if (!dns[i])
			dns[i] = ppp_v4_of(&profile->dns[i]);
}

static void fill_params(struct link *l, const struct ppp_start *how,
			struct ppp_call_params *p)
{
	const struct config_ppp *profile = l->profile;
	struct service_call facts;

	link_facts(l, &facts);
	*p = (struct ppp_call_params){
		.link = l->id,
		.tunnel_id = facts.tunnel_id,
		.session_id = facts.id,
		.lns = !how->caller,
		.local_ipv4 = ppp_v4_of(&profile->local_address),
	};
	snprintf(p->remote, sizeof(p->remote), "%s", facts.peer_name);
	memcpy(p->calling_number, facts.calling_number,
	       sizeof(p->calling_number));
	if (how->ifname)
		snprintf(p->ifname, sizeof(p->ifname), "%s", how->ifname);
	if (how->user)
		snprintf(p->user, sizeof(p->user), "%s", how->user);
	if (how->caller)
		p->remote_ipv4 = ppp_v4_of(&profile->remote_address);
	else
		ppp_fill_dns(profile, p->dns);
}

void ppp_start(struct link *l, const struct ppp_start *how)
{
	const struct ppp_backend *b =
		l->profile ? l->engine->links->backends[l->profile->backend] :
			     NULL;
	struct ppp_call_params params;
	char what[WHOSE_MAX];
	int err;

	if (how->user)
		l->user = strdup(how->user);
	if (!b) {
		link_up(l);
		return;
	}
	l->phase = PPP_STARTING;
	fill_params(l, how, &params);
	if (link_service(l)->prepare(l, &params)) {
		give_up(l);
		return;
	}
	err = b->start(l, &params);
	if (err)
		ppp_failed(l, strerror(-err));
	log_debug("%s: established, PPP by profile \"%s\"",
		  link_describe(l, what, sizeof(what)), l->profile->name);
}
