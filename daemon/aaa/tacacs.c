/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The TACACS+ client as a whole; see tacacs.h. A server that leaves a request
 * without an answer for its whole timeout is dead: what waits for it moves on
 * to the next one at once, and nobody waits for it until its dead-time is over.
 */
#include "aaa/tacacs_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tacacs *tacacs_new(struct aaa *a)
{
	static const struct tacacs_events events = {
		.reply = tacacs_take_reply,
		.over = tacacs_connection_over,
		.broken = tacacs_connection_broken,
		.changed = tacacs_server_restart,
	};
	struct tacacs *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->on = &events;
	t->aaa = a;
	t->loop = a->loop;
	t->n = a->config->tacacs_n;
	TAILQ_INIT(&t->idle);
	t->servers = calloc(t->n + 1, sizeof(*t->servers));
	if (!t->servers) {
		free(t);
		return NULL;
	}
	for (size_t i = 0; i < t->n; i++)
		tacacs_server_init(&t->servers[i], t, &a->config->tacacs[i]);
	return t;
}

static void free_server(struct tacacs_server *s)
{
	struct tacacs_request *q;

	while ((q = TAILQ_FIRST(&s->waiting)))
		tacacs_request_free(q);
	while (s->connection_n) {
		struct tacacs_connection *c = s->connections[0];

		while ((q = table_pop(&c->requests))) {
			q->connection = NULL;
			tacacs_request_free(q);
		}
		tacacs_disconnect(c);
	}
	loop_timer_stop(&s->life.timer);
	server_stop(&s->base);
}

void tacacs_free(struct tacacs *t)
{
	struct tacacs_request *q;

	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++)
		free_server(&t->servers[i]);
	while ((q = TAILQ_FIRST(&t->idle)))
		tacacs_request_free(q);
	free(t->servers);
	free(t);
}

int tacacs_send(struct tacacs *t, const struct config_strings *servers,
		enum tacacs_kind kind, tacacs_build *build, tacacs_done *done,
		void *arg)
{
	struct tacacs_request *q;

	if (t->request_n >= TACACS_REQUESTS_MAX)
		return -ENOBUFS;
	q = calloc(1, sizeof(*q));
	if (!q)
		return -ENOMEM;
	t->request_n++;
	*q = (struct tacacs_request){
		.tacacs = t,
		.servers = servers,
		.kind = kind,
		.build = build,
		.done = done,
		.arg = arg,
		.result = -ETIMEDOUT,
	};
	tacacs_request_advance(q);
	return 0;
}

void tacacs_secret_changed(struct tacacs *t, const char *name)
{
	struct tacacs_server *s = tacacs_find_server(t, name);

	if (s)
		server_secret_changed(&s->base);
}

void tacacs_on_alive(struct tacacs *t, void (*fn)(void *arg), void *arg)
{
	t->on_alive = fn;
	t->alive_arg = arg;
}

bool tacacs_is_alive(const struct tacacs *t,
		     const struct config_strings *servers)
{
	return server_any_lives(servers, tacacs_life, t);
}

bool tacacs_is_ready(const struct tacacs *t,
		     const struct config_strings *servers)
{
	return server_choose(servers, 0, tacacs_life, t) >= 0;
}

static const char *why_not(const void *ctx, const char *name)
{
	const struct tacacs_server *s = tacacs_find_server(ctx, name);

	if (s && s->failure[0] && !s->life.why[0])
		return s->failure;
	return server_why_not(s ? &s->base : NULL, s ? &s->life : NULL);
}

void tacacs_explain(const struct tacacs *t,
		    const struct config_strings *servers, char *out,
		    size_t size)
{
	server_explain(servers, why_not, t, out, size);
}

static void tell_counts(const struct tacacs_server *s,
			struct aaa_tacacs_state *out)
{
	const struct tacacs_counts *authen = &s->counts[TACACS_AUTHEN],
				   *author = &s->counts[TACACS_AUTHOR],
				   *acct = &s->counts[TACACS_ACCT];

	out->authen_requests = authen->requests;
	out->authen_passes = authen->passes;
	out->authen_fails = authen->fails;
	out->author_requests = author->requests;
	out->author_passes = author->passes;
	out->author_fails = author->fails;
	out->acct_requests = acct->requests;
	out->acct_responses = acct->passes;
	out->auth_latency_us = authen->latency_us;
	out->acct_latency_us = acct->latency_us;
	out->timeouts = s->timeouts;
	out->errors = s->errors;
	out->bad_replies = s->bad;
}

int tacacs_state(const struct tacacs *t, uint32_t index,
		 struct aaa_tacacs_state *out)
{
	const struct tacacs_server *s = index < t->n ? &t->servers[index] :
						       NULL;
	char text[ADDR_STRLEN];

	*out = (struct aaa_tacacs_state){ 0 };
	if (!s)
		return -ENOENT;
	memcpy(out->name, s->config->name, sizeof(out->name));
	if (addr_is_set(&s->base.address))
		snprintf(out->address, sizeof(out->address), "%s",
			 addr_format(&s->base.address, text));
	out->port = s->config->port;
	out->state = s->life.state;
	out->connections = s->connection_n;
	out->shared = s->sharing == TACACS_SHARING_AGREED;
	out->outstanding = s->request_n;
	tell_counts(s, out);
	if (s->life.changed_ms)
		out->changed_ms_ago =
			loop_now(t->loop) - s->life.changed_ms + 1;
	memcpy(out->last_error, s->base.last_error, sizeof(out->last_error));
	return 0;
}
