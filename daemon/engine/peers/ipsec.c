/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control connections that must be protected by IPsec: the aaa process asks
 * strongSwan, the monitor has the kernel drop what comes in clear, and the end of
 * the SAs is the end of the connection.
 */
#include "engine/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

bool ipsec_is_required(const struct peer *p)
{
	return p && p->lcce && p->lcce->ipsec == CONFIG_IPSEC_REQUIRED;
}

struct ipsec_flow ipsec_flow_of(const struct addr *local, const struct addr *peer)
{
	return (struct ipsec_flow){
		.encap = peer->port ? CONFIG_ENCAP_UDP : CONFIG_ENCAP_IP, .local = *local, .peer = *peer,
	};
}

/* ---- is it protected? ---- */

struct question { ipsec_told *told; void *arg; };

static void on_report(void *arg, int result, struct ipc_message *m)
{
	struct question *q = arg;
	static struct ipsec_report none;
	const struct ipsec_report *r = m && !result ? ipc_body(m, struct ipsec_report) : NULL;

	if (!r) {
		none = (struct ipsec_report){ .cover = IPSEC_UNKNOWN };
		snprintf(none.why, sizeof(none.why), "the aaa process, which asks strongSwan, did not answer");
		r = &none;
	}
	q->told(q->arg, r);
	free(q);
}

int ipsec_ask(struct engine *e, const struct ipsec_flow *flow, const char *child, ipsec_told *told, void *arg)
{
	struct aaa_ipsec_initiate body = { .flow = *flow };
	struct question *q = malloc(sizeof(*q));
	int err = -ENOMEM;

	if (q) {
		*q = (struct question){ told, arg };
		if (child) {
			snprintf(body.child, sizeof(body.child), "%s", child);
			err = channel_request(&e->aaa, AAA_IPSEC_INITIATE, &body, sizeof(body), NULL, 0,
					      on_report, q);
		} else {
			err = channel_request(&e->aaa, AAA_IPSEC_SHOW, flow, sizeof(*flow), NULL, 0, on_report, q);
		}
	}
	if (err)
		free(q);
	return err;
}

int ipsec_protect(struct engine *e, uint32_t tunnel_id, uint32_t reqid, channel_done *done, void *arg)
{
	struct monitor_ipsec body = { .tunnel_id = tunnel_id, .reqid = reqid };

	return channel_request(&e->monitor, MONITOR_IPSEC, &body, sizeof(body), NULL, 0, done, arg);
}

/* ---- as long as the tunnel is there ---- */

static void tell(struct tunnel *t, uint16_t type)
{
	struct aaa_ipsec_watch body = { .id = t->id };

	if (t->core)
		body.flow = ipsec_flow_of(l2tp_tunnel_local(t->core), l2tp_tunnel_peer(t->core));
	channel_event(&t->engine->aaa, type, &body, sizeof(body), NULL, 0);
}

void ipsec_watch(struct tunnel *t, uint32_t reqid)
{
	t->reqid = reqid;
	t->guarded = true;
	tell(t, AAA_IPSEC_WATCH);
}

void ipsec_unwatch(struct tunnel *t)
{
	if (t->guarded)
		tell(t, AAA_IPSEC_UNWATCH);
	t->guarded = false;
}

void ipsec_again(struct engine *e)
{
	for (struct tunnel *t = e->tunnels; t; t = t->next)
		if (t->guarded)
			tell(t, AAA_IPSEC_WATCH);
}

static void on_protected(void *arg, int result, struct ipc_message *m)
{
	(void)m;
	if (result && result != -ENOENT)
		log_error("tunnel %u: its IPsec policy cannot be changed: %s", (unsigned int)(uintptr_t)arg,
			  strerror(-result));
}

void ipsec_state(struct engine *e, const struct aaa_ipsec_state *x)
{
	struct l2tp_tunnel *core = x->id <= UINT32_MAX ? l2tp_tunnel_find(e->core, (uint32_t)x->id) : NULL;
	struct tunnel *t = core ? l2tp_tunnel_user(core) : NULL;
	struct l2tp_cause cause;
	char what[160];

	if (!t || !t->guarded)
		return;
	switch (x->cover) {
	case IPSEC_UNKNOWN:
		/* The SAs in the kernel stay, and without them its policy lets nothing through. */
		log_warn("%s: whether IPsec protects it is not known: %s", tunnel_describe(t, what, sizeof(what)),
			 x->why);
		return;
	case IPSEC_PROTECTED:
		if (x->reqid == t->reqid)
			return;
		t->reqid = x->reqid;
		ipsec_protect(e, t->id, x->reqid, on_protected, (void *)(uintptr_t)t->id);
		return;
	case IPSEC_NO_IKE:
	case IPSEC_NO_CHILD:
	case IPSEC_NOT_READY:
		cause = cause_make(L2TP_STOPCCN_CLEAR, 0, "IPsec is required, and gone: %.60s", x->why);
		tunnel_close(t, &cause);
		engine_settle(e);
		return;
	}
}
