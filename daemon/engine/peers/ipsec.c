/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether IPsec protects a connection: asked before its first packet, and
 * watched while it stands.
 */
#include "engine/peers/ipsec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/l2tp/answer.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/tunnel.h"
#include "engine/l2tp/tunnel_install.h"
#include "engine/peers/peer.h"
#include "engine/tell.h"
#include "ipc/monitor.h"
#include "lib/log.h"

bool ipsec_is_required(const struct peer *p)
{
	return p->lcce && p->lcce->ipsec == CONFIG_IPSEC_REQUIRED;
}

struct ipsec_flow ipsec_flow_of(const struct addr *local,
				const struct addr *peer)
{
	return (struct ipsec_flow){
		.encap = peer->port ? CONFIG_ENCAP_UDP : CONFIG_ENCAP_IP,
		.local = *local,
		.peer = *peer,
	};
}

/* ---- is it protected? ---- */

struct question {
	ipsec_told *told;
	void *arg;
};

static void on_report(void *arg, int result, struct ipc_message *m)
{
	struct question *q = arg;
	static struct ipsec_report none;
	const struct ipsec_report *r =
		m && !result ? ipc_body(m, struct ipsec_report) : NULL;

	if (!r) {
		none = (struct ipsec_report){ .cover = IPSEC_UNKNOWN };
		snprintf(none.why, sizeof(none.why),
			 "the aaa process, which asks strongSwan, did not "
			 "answer");
		r = &none;
	}
	q->told(q->arg, r);
	free(q);
}

int ipsec_ask(struct engine *e, const struct ipsec_flow *flow,
	      const char *child, ipsec_told *told, void *arg)
{
	struct aaa_ipsec_initiate body = { .flow = *flow };
	struct question *q = malloc(sizeof(*q));
	int err = -ENOMEM;

	if (q) {
		*q = (struct question){ told, arg };
		if (child) {
			snprintf(body.child, sizeof(body.child), "%s", child);
			err = channel_request(&e->aaa, AAA_IPSEC_INITIATE,
					      &body, sizeof(body), NULL, 0,
					      on_report, q);
		} else {
			err = channel_request(&e->aaa, AAA_IPSEC_SHOW, flow,
					      sizeof(*flow), NULL, 0, on_report,
					      q);
		}
	}
	if (err)
		free(q);
	return err;
}

int ipsec_protect(struct engine *e, uint32_t tunnel_id, uint32_t reqid,
		  channel_done *done, void *arg)
{
	struct monitor_ipsec body = { .tunnel_id = tunnel_id, .reqid = reqid };

	return channel_request(&e->monitor, MONITOR_IPSEC, &body, sizeof(body),
			       NULL, 0, done, arg);
}

/* ---- as long as the tunnel is there ---- */

static void watch(struct tunnel *t, uint16_t type)
{
	struct aaa_ipsec_watch body = { .id = t->id };

	if (t->core)
		body.flow = ipsec_flow_of(l2tp_tunnel_local(t->core),
					  l2tp_tunnel_peer(t->core));
	tell(&t->engine->aaa, type, &body, sizeof(body),
	     "it will not be noticed when IPsec's SAs of a tunnel end");
}

void ipsec_watch(struct tunnel *t, uint32_t reqid)
{
	t->reqid = reqid;
	t->guarded = true;
	watch(t, AAA_IPSEC_WATCH);
}

void ipsec_unwatch(struct tunnel *t)
{
	if (t->guarded)
		watch(t, AAA_IPSEC_UNWATCH);
	t->guarded = false;
}

/* ---- a tunnel that a peer opens ---- */

static void refuse_clear(struct tunnel *t, const char *why)
{
	char what[WHOSE_MAX];

	t->cause = cause_make(CAUSE_NOT_AUTHORIZED,
			      "IPsec is required at this end, and does not "
			      "protect the tunnel");
	if (tunnel_may_log(t, LOG_WARNING))
		log_warn("%s: refused: IPsec is required: %s",
			 tunnel_describe(t, what, sizeof(what)), why);
	tunnel_reject(t);
}

static void on_ipsec(void *arg, const struct ipsec_report *r)
{
	struct tunnel *t = arg;

	if (tunnel_is_usable(t) && r->cover != IPSEC_PROTECTED) {
		refuse_clear(t, r->why);
	} else if (tunnel_is_usable(t)) {
		/*
		 * its socket comes before the answer, and with it
		 * the kernel's policy
		 */
		ipsec_watch(t, r->child.reqid);
		tunnel_go_on_with_socket(t);
	}
	turn_settle(&t->engine->turn);
	tunnel_put(t);
}

/*
 * The SCCRQ itself may have come in clear: whether there are SAs is asked, and
 * nothing else counts.
 */
void ipsec_prepare(struct tunnel *t)
{
	struct ipsec_flow flow;

	if (!ipsec_is_required(t->owned_by)) {
		tunnel_go_on(t);
		return;
	}
	flow = ipsec_flow_of(l2tp_tunnel_local(t->core),
			     l2tp_tunnel_peer(t->core));
	if (ipsec_ask(t->engine, &flow, NULL, on_ipsec, t))
		refuse_clear(t, "the aaa process, which asks strongSwan, is "
				"not there");
	else
		tunnel_get(t);
}

static void on_protected(void *arg, int result, struct ipc_message *m)
{
	struct tunnel *t = arg;
	char what[WHOSE_MAX];

	(void)m;
	if (tunnel_is_usable(t) && result) {
		log_error("%s: the kernel did not take its IPsec policy: %s",
			  tunnel_describe(t, what, sizeof(what)),
			  strerror(-result));
		t->cause = cause_make(CAUSE_NO_RESOURCES, "no IPsec policy");
		tunnel_reject(t);
	} else if (tunnel_is_usable(t)) {
		tunnel_answer(t);
	}
	turn_settle(&t->engine->turn);
	tunnel_put(t);
}

int ipsec_protect_socket(struct tunnel *t)
{
	int err = ipsec_protect(t->engine, t->id, t->reqid, on_protected, t);

	if (!err)
		tunnel_get(t);
	return err;
}

/* ---- the SAs change ---- */

void ipsec_again(struct engine *e)
{
	for (struct tunnel *t = e->l2tp->tunnels; t; t = t->next)
		if (t->guarded)
			watch(t, AAA_IPSEC_WATCH);
}

static void on_changed(void *arg, int result, struct ipc_message *m)
{
	(void)m;
	if (result && result != -ENOENT)
		log_error("tunnel %u: its IPsec policy cannot be changed: %s",
			  (unsigned int)(uintptr_t)arg, strerror(-result));
}

void ipsec_state(struct engine *e, const struct aaa_ipsec_state *x)
{
	struct tunnel *t =
		x->id <= UINT32_MAX ? tunnel_find(e, (uint32_t)x->id) : NULL;
	struct cause cause;
	char what[WHOSE_MAX];

	if (!t || !t->guarded)
		return;
	switch (x->cover) {
	case IPSEC_UNKNOWN:
		/*
		 * The SAs in the kernel stay, and without them its policy lets
		 * nothing through.
		 */
		log_warn("%s: whether IPsec protects it is not known: %s",
			 tunnel_describe(t, what, sizeof(what)), x->why);
		return;
	case IPSEC_PROTECTED:
		if (x->reqid == t->reqid)
			return;
		t->reqid = x->reqid;
		ipsec_protect(e, t->id, x->reqid, on_changed,
			      (void *)(uintptr_t)t->id);
		return;
	case IPSEC_NO_IKE:
	case IPSEC_NO_CHILD:
	case IPSEC_NOT_READY:
		cause = cause_make(CAUSE_ADMINISTRATIVE,
				   "IPsec is required, and gone: %.60s",
				   x->why);
		tunnel_close(t, &cause);
		turn_settle(&e->turn);
		return;
	}
}
