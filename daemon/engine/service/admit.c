/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions of PPP: asked of the aaa process, and a caller who is let in is
 * given what it needs.
 */
#include "engine/service/admit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/link/ppp.h"
#include "engine/peers/peer.h"
#include "engine/peers/redial.h"
#include "engine/service/facts.h"
#include "engine/service/replace.h"
#include "engine/service/subscriber.h"
#include "ipc/aaa.h"
#include "lib/log.h"

struct question {
	struct link *link;
	uint64_t ticket;
	char user[PPP_NAME_MAX];
	/* while it waits for an older call to end */
	struct replace_heir heir;
	struct aaa_auth_reply *got;
	unsigned int replaced; /* calls */
};

/* More than one, where an address and a limit are in the way. */
#define REPLACED_MAX 4

static struct question *question_new(struct link *l, uint64_t ticket,
				     const char *user)
{
	struct question *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	q->link = l;
	q->ticket = ticket;
	memcpy(q->user, user, sizeof(q->user));
	return q;
}

/* Sends it; where it cannot be sent, it is freed. 0 or -errno. */
static int ask(struct question *q, uint16_t type, const void *body, size_t len,
	       channel_done *done)
{
	int err = q ? channel_request(&q->link->engine->aaa, type, body, len,
				      NULL, 0, done, q) :
		      -ENOMEM;

	if (err)
		free(q);
	else
		link_hold(q->link);
	return err;
}

/* ---- who is it? ---- */

static void on_replaced(struct replace_heir *h);

/*
 * What the caller is told of a refusal that is none of its password's; the log
 * has the particulars, which may be of other callers.
 */
static const char *words_for(int err)
{
	switch (err) {
	case -EUSERS:
		return "too many sessions";
	case -ENOSPC:
		return "no address is free";
	case -EADDRINUSE:
		return "the address is in use by another call";
	case -EADDRNOTAVAIL:
	case -ENOENT:
		return "there is no address for you";
	default:
		return "the server has no room for the call now";
	}
}

static void tell_caller(struct ppp_call_auth_reply *reply, const char *words)
{
	reply->ok = false;
	snprintf(reply->message, sizeof(reply->message), "%s", words);
}

/*
 * Lets the caller in with all that it is given; else reply says no, and why is
 * for the log.
 */
static int let_in(struct link *l, const struct aaa_auth_reply *from,
		  struct ppp_call_auth_reply *reply, char *why, size_t size)
{
	const struct config_ppp *p = l->profile;
	int err = subscriber_admit(l, from, reply, why, size);

	if (err) {
		tell_caller(reply, words_for(err));
		return err;
	}
	if (!reply->local_ipv4)
		reply->local_ipv4 = ppp_v4_of(&p->local_address);
	ppp_fill_dns(p, reply->dns);
	memcpy(l->subscriber->dns, reply->dns, sizeof(l->subscriber->dns));
	return 0;
}

/* What became of it. */
enum outcome { LET_IN, WRONG, UNAVAILABLE, REFUSED };

static void count(struct question *q, enum outcome outcome, const char *why)
{
	struct link *l = q->link;
	struct counters *n = &l->engine->counters;
	char what[WHOSE_MAX];

	switch (outcome) {
	case LET_IN:
		n->auth_ok++;
		return;
	case WRONG:
		n->auth_failed++;
		break;
	case UNAVAILABLE:
		n->auth_unavailable++;
		break;
	case REFUSED:
		n->auth_ok++;
		n->calls_refused++;
		break;
	}
	if (link_may_log(l, LOG_OF_USER, LOG_NOTICE))
		log_notice("%s: user \"%s\" was refused%s%s",
			   link_describe(l, what, sizeof(what)), q->user,
			   why[0] ? ": " : "", why);
}

/*
 * The caller's own call before is ended for it. True: q waits for that, with
 * what the aaa process said.
 */
static bool replace(struct question *q, const struct aaa_auth_reply *got,
		    int err)
{
	struct subscriber *rival = q->replaced < REPLACED_MAX ?
					   replace_find(q->link, got, err) :
					   NULL;

	if (!rival)
		return false;
	if (!q->got) {
		q->got = malloc(sizeof(*q->got));
		if (!q->got)
			return false;
		memcpy(q->got, got, sizeof(*q->got));
	}
	q->replaced++;
	q->heir.go_on = on_replaced;
	replace_begin(rival, q->link, &q->heir);
	return true;
}

/*
 * Refused for another reason than the user's password: that is what the CDN
 * and the CLI say.
 */
static void refuse_for(struct link *l, int err, const char *why)
{
	struct cause cause =
		cause_make(CAUSE_NO_RESOURCES, "%s", words_for(err));

	/* Who has the address is for the log, not for the caller. */
	if (err == -EADDRINUSE)
		link_set_cause(l, &cause);
	link_refuse(l, why);
}

/*
 * got: the aaa process's words, or NULL when it did not answer. False: it is
 * decided later.
 */
static bool decide(struct question *q, const struct aaa_auth_reply *got,
		   struct ppp_call_auth_reply *reply, char *why, size_t size)
{
	struct link *l = q->link;
	enum outcome outcome = !got || got->unavailable ? UNAVAILABLE :
			       reply->ok		? LET_IN :
							  WRONG;
	int err;

	if (reply->ok && l->down)
		reply->ok = false;
	if (reply->ok) {
		free(l->user);
		l->user = strdup(q->user);
		err = let_in(l, got, reply, why, size);
		if (err && replace(q, got, err))
			return false;
		if (err) {
			refuse_for(l, err, why);
			outcome = REFUSED;
		}
	} else if (outcome == UNAVAILABLE) {
		tell_caller(reply, "authentication is not available now");
		link_refuse(l, why);
	}
	count(q, outcome, why);
	return true;
}

static void forget(struct question *q)
{
	struct link *l = q->link;

	if (q->got)
		explicit_bzero(q->got, sizeof(*q->got));
	free(q->got);
	free(q);
	link_release(l);
}

/* Nobody waits any more when its PPP has ended. */
static void answer(struct question *q, const struct aaa_auth_reply *got,
		   char *why, size_t size)
{
	struct ppp_call_auth_reply reply = { 0 };
	struct link *l = q->link;

	if (got)
		reply = got->ppp;
	if (!l->backend || decide(q, got, &reply, why, size)) {
		if (l->backend)
			ppp_answer_auth(l, q->ticket, 0, &reply);
		forget(q);
	}
	explicit_bzero(&reply, sizeof(reply));
}

static void on_replaced(struct replace_heir *h)
{
	struct question *q = container_of(h, struct question, heir);
	char why[PPP_TEXT_MAX] = "";

	answer(q, q->got, why, sizeof(why));
}

static void on_auth(void *arg, int result, struct ipc_message *m)
{
	struct question *q = arg;
	struct turn *turn = &q->link->engine->turn;
	const struct aaa_auth_reply *got =
		m && !result ? ipc_body(m, struct aaa_auth_reply) : NULL;
	char why[PPP_TEXT_MAX] = "";

	if (got && !ipc_is_text(got->why))
		got = NULL;
	if (got)
		snprintf(why, sizeof(why), "%s", got->why);
	else
		snprintf(why, sizeof(why), "the aaa process did not answer: %s",
			 strerror(result ? -result : EPROTO));
	answer(q, got, why, sizeof(why));
	turn_settle(turn);
}

static void authenticate(struct link *l, const struct ppp_call_auth *auth,
			 uint64_t ticket)
{
	struct aaa_auth body = { .auth = *auth };
	int err;

	memcpy(body.profile, l->profile->name, sizeof(body.profile));
	facts_of(l, &body.call);
	err = ask(question_new(l, ticket, auth->user), AAA_AUTH, &body,
		  sizeof(body), on_auth);
	explicit_bzero(&body, sizeof(body));
	if (err)
		ppp_answer_auth(l, ticket, err, NULL);
}

/* ---- what is our password? ---- */

static void on_secret(void *arg, int result, struct ipc_message *m)
{
	struct question *q = arg;
	struct link *l = q->link;

	ppp_answer_secret(l, q->ticket, result,
			  m ? ipc_body(m, struct ppp_call_secret_reply) : NULL);
	free(q);
	link_release(l);
}

static void secret(struct link *l, const struct ppp_call_secret *s,
		   uint64_t ticket)
{
	const struct peer_session *session = redial_session(l);
	struct aaa_secret body = { .secret = *s };
	int err = -EINVAL;

	if (session) {
		memcpy(body.profile, l->profile->name, sizeof(body.profile));
		memcpy(body.lac, session->peer->name, sizeof(body.lac));
		memcpy(body.session, session->name, sizeof(body.session));
		err = ask(question_new(l, ticket, s->user), AAA_SECRET, &body,
			  sizeof(body), on_secret);
	}
	if (err)
		ppp_answer_secret(l, ticket, err, NULL);
}

/* ---- without authentication ---- */

/* The address is given before PPP starts. */
static int prepare(struct link *l, struct ppp_call_params *p)
{
	struct aaa_auth_reply nobody = { 0 };
	struct ppp_call_auth_reply reply = { 0 };
	char why[PPP_TEXT_MAX], what[WHOSE_MAX];
	int err;

	if (!p->lns || l->profile->auth_n)
		return 0;
	err = subscriber_admit(l, &nobody, &reply, why, sizeof(why));
	if (err) {
		log_error("%s: %s", link_describe(l, what, sizeof(what)), why);
		link_refuse(l, why);
	}
	p->remote_ipv4 = reply.remote_ipv4;
	return err;
}

const struct ppp_service admit_service = {
	.prepare = prepare,
	.authenticate = authenticate,
	.secret = secret,
	.net_up = subscriber_net_up,
	.mppe = subscriber_mppe,
	.leaving = subscriber_leaving,
	.ended = subscriber_end,
	.abandon = subscriber_free,
};
