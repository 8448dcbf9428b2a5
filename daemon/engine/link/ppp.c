/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PPP port: which backend runs it, how far it is, and what the service hears of it. */
#include "engine/link/ppp.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "lib/log.h"

static const struct ppp_service *service_of(const struct link *l)
{
	return l->engine->links->service;
}

const char *ppp_phase_name(const struct link *l)
{
	static const char *const names[] = {
		[PPP_NONE] = "none", [PPP_STARTING] = "starting", [PPP_RUNNING] = "negotiating",
		[PPP_UP] = "up", [PPP_STOPPING] = "stopping",
	};

	return names[l->phase];
}

int32_t ppp_pid(const struct link *l)
{
	return l->backend ? l->backend->pid(l) : 0;
}

void ppp_add_backend(struct engine *e, int backend, const struct ppp_backend *b)
{
	e->links->backends[backend] = b;
}

/* ---- start ---- */

static uint32_t v4_of(const struct addr *a)
{
	return a->family == AF_INET ? htonl(addr_v4(a)) : 0;
}

static void fill_params(struct link *l, const struct ppp_start *how, struct ppp_call_params *p)
{
	const struct config_ppp *profile = l->profile;
	struct service_call facts;

	link_facts(l, &facts);
	*p = (struct ppp_call_params){
		.link = l->id, .tunnel_id = facts.tunnel_id, .session_id = facts.id,
		.lns = !how->caller, .mtu = profile->mtu, .mru = profile->mru,
		.local_ipv4 = v4_of(&profile->local_address),
	};
	snprintf(p->remote, sizeof(p->remote), "%s", facts.peer_name);
	memcpy(p->calling_number, facts.calling_number, sizeof(p->calling_number));
	if (how->ifname)
		snprintf(p->ifname, sizeof(p->ifname), "%s", how->ifname);
	if (how->user)
		snprintf(p->user, sizeof(p->user), "%s", how->user);
	if (how->caller)
		p->remote_ipv4 = v4_of(&profile->remote_address);
	for (size_t i = 0; !how->caller && i < profile->dns_n && i < 2; i++)
		p->dns[i] = v4_of(&profile->dns[i]);
}

void ppp_start(struct link *l, const struct ppp_start *how)
{
	const struct ppp_backend *b = l->profile ? l->engine->links->backends[l->profile->backend] : NULL;
	struct ppp_call_params params;
	char what[160];
	int err;

	if (how->user)
		l->user = strdup(how->user);
	if (!b) {
		link_up(l);
		return;
	}
	l->phase = PPP_STARTING;
	fill_params(l, how, &params);
	err = service_of(l)->prepare(l, &params);
	if (!err)
		err = b->start(l, &params);
	if (err)
		ppp_failed(l, err);
	log_debug("%s: established, PPP by profile \"%s\"", link_describe(l, what, sizeof(what)), l->profile->name);
}

void ppp_begin(struct link *l, const struct ppp_backend *b, void *object)
{
	l->phase = PPP_STARTING;
	l->backend = b;
	l->ppp = object;
}

void ppp_runs(struct link *l)
{
	if (l->phase == PPP_STARTING)
		l->phase = PPP_RUNNING;
}

void ppp_failed(struct link *l, int err)
{
	struct cause cause = cause_make(CAUSE_NO_RESOURCES, "pppd could not be started: %s", strerror(-err));
	const struct ppp_end end = { 0 };
	char what[160];

	log_error("%s: %s", link_describe(l, what, sizeof(what)), cause.text);
	free(l->reason);
	l->reason = strdup(cause.text);
	link_set_cause(l, &cause);
	ppp_ended(l, &end);
}

/* ---- questions ---- */

void ppp_answer_auth(struct link *l, uint64_t ticket, int err, const struct ppp_call_auth_reply *reply)
{
	if (l->backend)
		l->backend->authenticated(l, ticket, err, reply);
}

void ppp_answer_secret(struct link *l, uint64_t ticket, int err, const struct ppp_call_secret_reply *reply)
{
	if (l->backend)
		l->backend->told_secret(l, ticket, err, reply);
}

/* ---- the network ---- */

static void log_up(const struct link *l, bool ipv4)
{
	char local[INET_ADDRSTRLEN] = "", remote[INET_ADDRSTRLEN] = "", what[160];

	if (ipv4) {
		inet_ntop(AF_INET, &l->local_ipv4, local, sizeof(local));
		inet_ntop(AF_INET, &l->remote_ipv4, remote, sizeof(remote));
	}
	log_info("%s: up on %s%s%s%s%s", link_describe(l, what, sizeof(what)), l->ifname,
		 ipv4 ? ", " : ", IPv6", local, ipv4 ? " to " : "", remote);
}

void ppp_net_up(struct link *l, const struct ppp_call_up *up)
{
	memcpy(l->ifname, up->ifname, sizeof(l->ifname));
	if (up->family == AF_INET) {
		l->local_ipv4 = up->local_ipv4;
		l->remote_ipv4 = up->remote_ipv4;
	}
	if (!l->user && up->peer_name[0])
		l->user = strdup(up->peer_name);
	log_up(l, up->family == AF_INET);
	if (l->phase == PPP_STARTING || l->phase == PPP_RUNNING)
		l->phase = PPP_UP;
	l->transport->interface_up(l);
	link_up(l);
	service_of(l)->net_up(l, up);
}

void ppp_net_down(struct link *l, const struct ppp_call_up *down)
{
	if (down->family == AF_INET)
		l->local_ipv4 = l->remote_ipv4 = 0;
}

/* ---- its end ---- */

void ppp_stop(struct link *l, const char *reason, bool link_is_dead)
{
	if (l->phase == PPP_NONE)
		return;
	l->phase = PPP_STOPPING;
	service_of(l)->leaving(l);
	if (l->backend)
		l->backend->stop(l, reason, link_is_dead);
}

void ppp_set_reason(struct link *l, const char *reason)
{
	/* What ended the link is known by then: PPP only followed. */
	if ((l->down || l->reason_is_ours) && l->reason)
		return;
	free(l->reason);
	l->reason = strdup(reason);
}

void ppp_ended(struct link *l, const struct ppp_end *end)
{
	if (l->phase == PPP_NONE)
		return;
	l->phase = PPP_NONE;
	service_of(l)->ended(l, end);
	if (l->backend)
		l->backend->release(l);
	l->backend = NULL;
	l->ppp = NULL;
	link_ppp_ended(l);
}
