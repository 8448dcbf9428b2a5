/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replies to the TACACS+ client: which request each is for, whether it can be
 * one, and what is done with one that nothing can be done with.
 */
#include "aaa/tacacs_internal.h"

#include <stdio.h>

/* What a reply's status means, whatever was asked. */
enum verdict { PASSES, FAILS, ASKS, SERVER_FAILED, NO_STATUS };

static enum verdict judge_authen(enum tacacs_authen_status status)
{
	switch (status) {
	case TACACS_AUTHEN_PASS:
		return PASSES;
	/* Others' servers are not gone to: sections 5.4.3 and 10.5.2. */
	case TACACS_AUTHEN_FAIL:
	case TACACS_AUTHEN_FOLLOW:
	case TACACS_AUTHEN_RESTART:
		return FAILS;
	case TACACS_AUTHEN_GETDATA:
	case TACACS_AUTHEN_GETUSER:
	case TACACS_AUTHEN_GETPASS:
		return ASKS;
	case TACACS_AUTHEN_ERROR:
		return SERVER_FAILED;
	}
	return NO_STATUS;
}

static enum verdict judge_author(enum tacacs_author_status status)
{
	switch (status) {
	case TACACS_AUTHOR_PASS_ADD:
	case TACACS_AUTHOR_PASS_REPL:
		return PASSES;
	case TACACS_AUTHOR_FAIL:
	case TACACS_AUTHOR_FOLLOW:
		return FAILS;
	case TACACS_AUTHOR_ERROR:
		return SERVER_FAILED;
	}
	return NO_STATUS;
}

static enum verdict judge_acct(enum tacacs_acct_status status)
{
	switch (status) {
	case TACACS_ACCT_SUCCESS:
		return PASSES;
	case TACACS_ACCT_ERROR:
	case TACACS_ACCT_FOLLOW:
		return SERVER_FAILED;
	}
	return NO_STATUS;
}

static enum verdict judge(uint8_t type, uint8_t status)
{
	switch (type) {
	case TACACS_AUTHEN:
		return judge_authen((enum tacacs_authen_status)status);
	case TACACS_AUTHOR:
		return judge_author((enum tacacs_author_status)status);
	default:
		return judge_acct((enum tacacs_acct_status)status);
	}
}

/* A right one came: what the connection is from now on. */
static void settle(struct tacacs_connection *c, uint8_t flags)
{
	struct tacacs_server *s = c->server;
	bool agrees = c->asked && flags & TACACS_SINGLE_CONNECT;

	c->heard_ms = loop_now(s->tacacs->loop);
	if (c->phase != TACACS_FRESH)
		return;
	if (c->asked)
		s->sharing = agrees ? TACACS_SHARING_AGREED :
				      TACACS_SHARING_REFUSED;
	if (agrees)
		c->phase = TACACS_SHARED;
	else
		c->over = true;
}

static void count(struct tacacs_counts *n, enum verdict v, uint32_t latency_us)
{
	n->passes += v == PASSES;
	n->fails += v == FAILS;
	n->latency_us =
		n->latency_us ?
			(uint32_t)((7ull * n->latency_us + latency_us) / 8) :
			latency_us;
}

static void note_failure(struct tacacs_server *s,
			 const struct tacacs_body *body)
{
	char said[128] = "";
	bool says =
		tacacs_text(&body->text[TACACS_SERVER_MSG], said, sizeof(said));

	s->errors++;
	snprintf(s->failure, sizeof(s->failure), "it says that it failed%s%s",
		 says ? ": " : "", said);
	server_error(&s->base, s->failure);
}

/* Nothing more is said: the server must not wait for it (section 5.4.3). */
static void abort_session(struct tacacs_connection *c,
			  const struct tacacs_header *reply)
{
	static const struct tacacs_body body = {
		.number[TACACS_FLAGS] = TACACS_CONTINUE_ABORT,
	};
	struct tacacs_header h = {
		.version = reply->version,
		.type = TACACS_AUTHEN,
		.seq_no = (uint8_t)(reply->seq_no + 1),
		.session_id = reply->session_id,
	};
	uint8_t packet[TACACS_HEADER + 16];
	int len = tacacs_write_packet(&h, &c->server->base.secret,
				      TACACS_AUTHEN_CONTINUE, &body, packet,
				      sizeof(packet));

	if (len > 0)
		(void)tacacs_write(c, packet, (size_t)len);
}

/* It is the request's, and right. */
static void accept_reply(struct tacacs_connection *c, struct tacacs_request *q,
			 const struct tacacs_header *h,
			 const struct tacacs_body *body, enum verdict v)
{
	struct tacacs_server *s = c->server;
	struct tacacs_answer answer = {
		.body = body,
		.server = s->config,
		.latency_us = tacacs_request_latency_us(q),
	};

	settle(c, h->flags);
	if (v == ASKS)
		abort_session(c, h);
	tacacs_request_detach(q);
	count(&s->counts[h->type], v, answer.latency_us);
	if (server_heard(&s->life))
		tacacs_tell_alive(s->tacacs);
	if (v == SERVER_FAILED) {
		note_failure(s, body);
		tacacs_request_advance(q);
		return;
	}
	s->failure[0] = '\0';
	tacacs_request_finish(q, 0, &answer);
}

static enum tacacs_fault read_reply(const struct tacacs_connection *c,
				    const struct tacacs_request *q,
				    const struct tacacs_header *h,
				    uint8_t *data, struct tacacs_body *body)
{
	enum tacacs_kind kind;

	if (h->type != tacacs_type_of_kind(q->kind))
		return TACACS_BAD_TYPE;
	if (h->seq_no != 2 || !tacacs_kind_of(h->type, h->seq_no, &kind))
		return TACACS_BAD_SEQUENCE;
	if (!tacacs_obfuscate(h, &c->server->base.secret, data, h->length))
		return TACACS_NO_DIGEST;
	return tacacs_read_body(kind, data, h->length, body);
}

enum tacacs_fault tacacs_take_reply(struct tacacs_connection *c,
				    const struct tacacs_header *h,
				    uint8_t *data)
{
	static struct tacacs_body body;
	struct tacacs_request *q = table_get(&c->requests, h->session_id);
	struct tacacs_server *s = c->server;
	enum tacacs_fault fault;
	enum verdict v;

	if (!q) {
		tacacs_drop_reply(s, TACACS_UNASKED,
				  "nothing was asked in its session, or it "
				  "came too late");
		return TACACS_OK;
	}
	fault = read_reply(c, q, h, data, &body);
	v = fault ? NO_STATUS : judge(h->type, body.number[TACACS_STATUS]);
	if (fault || v == NO_STATUS)
		return fault ? fault : TACACS_BAD_STATUS;
	accept_reply(c, q, h, &body, v);
	if (c->phase == TACACS_SHARED && !c->requests.count)
		tacacs_leave_unused(c);
	tacacs_pump(s);
	return TACACS_OK;
}
