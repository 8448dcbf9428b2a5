/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the core asks is asked of the service, when the turn settles: an answer
 * may come at once, and the core takes none while its effects are taken.
 */
#include "engine/ppp/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MPPE_POLICY_REQUIRED 2 /* RFC 2548, section 2.4.4 */

struct question {
	struct turn_work work;
	struct link *link;
	uint64_t ticket;
	bool is_auth;
	union {
		struct ppp_call_auth auth;
		struct ppp_call_secret secret;
	} u;
};

/* ---- to the service ---- */

static void do_ask(void *arg)
{
	struct question *q = arg;
	struct link *l = q->link;
	struct builtin *b = builtin_of(l);

	if (b && !b->over && q->is_auth)
		link_service(l)->authenticate(l, &q->u.auth, q->ticket);
	else if (b && !b->over)
		link_service(l)->secret(l, &q->u.secret, q->ticket);
	explicit_bzero(q, sizeof(*q));
	free(q);
	link_release(l);
}

static struct question *question_new(struct builtin *b, uint32_t ticket,
				     bool is_auth)
{
	struct question *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	q->link = b->link;
	q->ticket = ticket;
	q->is_auth = is_auth;
	link_hold(b->link);
	turn_defer(&builtin_engine(b)->turn, &q->work, do_ask, q);
	return q;
}

static enum ppp_auth_method method_of(enum ppp_method m)
{
	switch (m) {
	case PPP_METHOD_CHAP_MD5:
		return PPP_AUTH_CHAP_MD5;
	case PPP_METHOD_MSCHAPV1:
		return PPP_AUTH_MSCHAPV1;
	case PPP_METHOD_MSCHAPV2:
		return PPP_AUTH_MSCHAPV2;
	case PPP_METHOD_PAP:
	case PPP_METHOD_NONE:
	case PPP_METHOD_EAP: /* no profile asks for it */
		return PPP_AUTH_PAP;
	}
	return PPP_AUTH_PAP;
}

/* Without memory it is not answered: the core's own time ends it. */
void builtin_ask_auth(struct builtin *b, const struct ppp_auth_question *from)
{
	const struct config *c = builtin_engine(b)->config;
	struct question *q;
	struct ppp_call_auth *a;

	if (from->challenge_len > PPP_BLOB_MAX ||
	    from->response_len > PPP_BLOB_MAX)
		return;
	q = question_new(b, from->ticket, true);
	if (!q)
		return;
	a = &q->u.auth;
	a->method = method_of(from->method);
	a->id = from->id;
	snprintf(a->user, sizeof(a->user), "%s", from->user);
	snprintf(a->our_name, sizeof(a->our_name), "%s",
		 c->hostname ? c->hostname : "");
	a->challenge_len = from->challenge_len;
	if (from->challenge_len)
		memcpy(a->challenge, from->challenge, from->challenge_len);
	a->response_len = from->response_len;
	if (from->response_len)
		memcpy(a->response, from->response, from->response_len);
}

void builtin_ask_secret(struct builtin *b,
			const struct ppp_secret_question *from)
{
	struct question *q = question_new(b, from->ticket, false);

	if (!q)
		return;
	snprintf(q->u.secret.user, sizeof(q->u.secret.user), "%s", from->user);
	snprintf(q->u.secret.remote, sizeof(q->u.secret.remote), "%s",
		 from->remote);
}

/* ---- the answers ---- */

/* What the service says of it goes below, or beyond, what the profile does. */
static void take_limits(struct builtin *b, const struct ppp_call_auth_reply *r)
{
	if (r->mppe_policy == MPPE_POLICY_REQUIRED)
		b->mppe_required = true;
	if (r->mtu && r->mtu < b->mtu_most)
		b->mtu_most = r->mtu;
	if (r->mtu && r->mtu < b->mtu)
		b->mtu = r->mtu;
}

static void take_reply(struct ppp_auth_answer *a,
		       const struct ppp_call_auth_reply *r)
{
	a->ok = r->ok;
	a->message = r->message[0] ? r->message : NULL;
	a->local_ipv4 = r->local_ipv4;
	a->remote_ipv4 = r->remote_ipv4;
	memcpy(a->dns, r->dns, sizeof(a->dns));
	if (r->have_ifid)
		memcpy(a->remote_ifid, r->remote_ifid, sizeof(a->remote_ifid));
	a->have_mppe_keys = r->have_mppe_keys;
	memcpy(a->mppe_send_key, r->mppe_send_key, sizeof(a->mppe_send_key));
	memcpy(a->mppe_recv_key, r->mppe_recv_key, sizeof(a->mppe_recv_key));
	a->mppe_policy = r->mppe_policy;
	a->mppe_types = r->mppe_types;
}

void builtin_authenticated(struct link *l, uint64_t ticket, int err,
			   const struct ppp_call_auth_reply *reply)
{
	struct builtin *b = builtin_of(l);
	struct ppp_auth_answer answer = { .unknown = true };

	if (!b || !b->core)
		return;
	if (!err && reply) {
		answer.unknown = false;
		take_reply(&answer, reply);
		if (reply->ok)
			take_limits(b, reply);
	}
	ppp_link_authenticate(b->core, engine_now(l->engine), (uint32_t)ticket,
			      &answer);
	explicit_bzero(&answer, sizeof(answer));
	builtin_upper(b)->settle(l->engine);
}

void builtin_told_secret(struct link *l, uint64_t ticket, int err,
			 const struct ppp_call_secret_reply *reply)
{
	struct builtin *b = builtin_of(l);
	bool have = !err && reply && reply->len <= sizeof(reply->secret);

	if (!b || !b->core)
		return;
	ppp_link_tell_secret(b->core, engine_now(l->engine), (uint32_t)ticket,
			     have ? reply->secret : NULL,
			     have ? reply->len : 0);
	builtin_upper(b)->settle(l->engine);
}
