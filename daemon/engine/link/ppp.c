/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PPP port: which backend runs it, how far it is, and what the service
 * hears of it.
 */
#include "engine/link/ppp.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "lib/log.h"

const char *ppp_phase_name(const struct link *l)
{
	static const char *const names[] = {
		[PPP_NONE] = "none",	       [PPP_STARTING] = "starting",
		[PPP_RUNNING] = "negotiating", [PPP_UP] = "up",
		[PPP_STOPPING] = "stopping",
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

/* ---- questions ---- */

void ppp_answer_auth(struct link *l, uint64_t ticket, int err,
		     const struct ppp_call_auth_reply *reply)
{
	if (l->backend)
		l->backend->authenticated(l, ticket, err, reply);
}

void ppp_answer_secret(struct link *l, uint64_t ticket, int err,
		       const struct ppp_call_secret_reply *reply)
{
	if (l->backend)
		l->backend->told_secret(l, ticket, err, reply);
}

/* ---- the network ---- */

static void log_up(const struct link *l, bool ipv4)
{
	char local[INET_ADDRSTRLEN] = "", remote[INET_ADDRSTRLEN] = "",
	     what[WHOSE_MAX];

	if (ipv4) {
		inet_ntop(AF_INET, &l->local_ipv4, local, sizeof(local));
		inet_ntop(AF_INET, &l->remote_ipv4, remote, sizeof(remote));
	}
	log_info("%s: up on %s%s%s%s%s", link_describe(l, what, sizeof(what)),
		 l->ifname, ipv4 ? ", " : ", IPv6", local, ipv4 ? " to " : "",
		 remote);
}

static void set_family(struct link *l, uint8_t family, bool up)
{
	if (family == AF_INET)
		l->ipv4 = up;
	else
		l->ipv6 = up;
}

void ppp_net_up(struct link *l, const struct ppp_call_up *up)
{
	memcpy(l->ifname, up->ifname, sizeof(l->ifname));
	l->mtu = up->mtu;
	l->mtu_max = up->mtu_max;
	l->mtu_pad = up->mtu_pad;
	set_family(l, up->family, true);
	if (up->family == AF_INET) {
		l->local_ipv4 = up->local_ipv4;
		l->remote_ipv4 = up->remote_ipv4;
	}
	if (!l->user && up->peer_name[0])
		l->user = strdup(up->peer_name);
	log_up(l, up->family == AF_INET);
	if (l->phase == PPP_STARTING || l->phase == PPP_RUNNING)
		l->phase = PPP_UP;
	l->transport->network_changed(l);
	link_up(l);
	link_service(l)->net_up(l, up);
}

void ppp_net_down(struct link *l, const struct ppp_call_up *down)
{
	if (down->family == AF_INET)
		l->local_ipv4 = l->remote_ipv4 = 0;
	set_family(l, down->family, false);
	if (l->phase == PPP_UP)
		l->transport->network_changed(l);
}

/* ---- its end ---- */

void ppp_stop(struct link *l, const char *reason, bool link_is_dead)
{
	if (l->phase == PPP_NONE)
		return;
	l->phase = PPP_STOPPING;
	link_service(l)->leaving(l);
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
