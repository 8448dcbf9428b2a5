/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RADIUS client as a whole; see radius.h. A server has two ports, of one
 * number with TLS, that live and die each for itself. One that leaves a request
 * without an answer for its whole timeout is dead: what waits for it moves on
 * to the next server at once, and from then on it is probed, by Status-Server
 * where it knows that, so that no caller waits for it.
 */
#include "aaa/radius_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct radius *radius_new(struct aaa *a)
{
	static const struct radius_events events = {
		.reply = radius_take_reply,
		.bad_reply = radius_bad_reply,
		.broken = radius_socket_broken,
		.refused = radius_line_refused,
		.changed = radius_server_restart,
		.probe = radius_probe,
	};
	struct radius *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->on = &events;
	r->aaa = a;
	r->loop = a->loop;
	r->n = a->config->radius_n;
	r->servers = calloc(r->n + 1, sizeof(*r->servers));
	if (!r->servers) {
		free(r);
		return NULL;
	}
	for (size_t i = 0; i < r->n; i++)
		radius_server_init(&r->servers[i], r, &a->config->radius[i]);
	return r;
}

void radius_free(struct radius *r)
{
	for (size_t i = 0; r && i < r->n; i++) {
		struct radius_server *s = &r->servers[i];

		for (int k = 0; k < RADIUS_PORTS; k++) {
			loop_timer_stop(&s->ports[k].life.timer);
			while (s->ports[k].requests)
				radius_request_free(s->ports[k].requests);
		}
		for (int k = 0; k < RADIUS_PORTS; k++)
			radius_line_close(&s->lines[k]);
		server_stop(&s->base);
	}
	while (r && r->ending)
		radius_request_free(r->ending);
	if (r)
		free(r->servers);
	free(r);
}

int radius_send(struct radius *r, enum radius_port port,
		const struct config_strings *servers, enum radius_code code,
		radius_build *build, radius_done *done, void *arg)
{
	struct radius_request *q;

	if (r->request_n >= RADIUS_REQUESTS_MAX)
		return -ENOBUFS;
	q = calloc(1, sizeof(*q));
	if (!q)
		return -ENOMEM;
	r->request_n++;
	*q = (struct radius_request){
		.radius = r,
		.servers = servers,
		.kind = port,
		.code = code,
		.build = build,
		.done = done,
		.arg = arg,
		.result = -ETIMEDOUT,
	};
	radius_request_advance(q);
	return 0;
}

void radius_secret_changed(struct radius *r, const char *name)
{
	struct radius_server *s = radius_find_server(r, name);

	if (s)
		server_secret_changed(&s->base);
}

void radius_on_alive(struct radius *r, void (*fn)(void *arg), void *arg)
{
	r->on_alive = fn;
	r->alive_arg = arg;
}

bool radius_is_alive(const struct radius *r, enum radius_port port,
		     const struct config_strings *servers)
{
	return server_any_lives(servers, radius_life,
				&(struct radius_way){ r, port });
}

bool radius_is_ready(const struct radius *r,
		     const struct config_strings *servers)
{
	return server_choose(servers, 0, radius_life,
			     &(struct radius_way){ r, RADIUS_PORT_AUTH }) >= 0;
}

static const char *why_not(const void *way, const char *name)
{
	const struct radius_way *w = way;
	const struct radius_server *s = radius_find_server(w->radius, name);

	return server_why_not(s ? &s->base : NULL,
			      s ? &s->ports[w->kind].life : NULL);
}

void radius_explain(const struct radius *r, enum radius_port port,
		    const struct config_strings *servers, char *out,
		    size_t size)
{
	server_explain(servers, why_not, &(struct radius_way){ r, port }, out,
		       size);
}

int radius_state(const struct radius *r, uint32_t index,
		 struct aaa_radius_state *out)
{
	const struct radius_server *s = index < r->n ? &r->servers[index] :
						       NULL;
	const struct radius_portal *auth, *acct;
	uint64_t changed;
	char text[ADDR_STRLEN];

	*out = (struct aaa_radius_state){ 0 };
	if (!s)
		return -ENOENT;
	auth = &s->ports[RADIUS_PORT_AUTH];
	acct = &s->ports[RADIUS_PORT_ACCT];
	memcpy(out->name, s->config->name, sizeof(out->name));
	if (addr_is_set(&s->base.address))
		snprintf(out->address, sizeof(out->address), "%s",
			 addr_format(&s->base.address, text));
	out->transport = s->config->transport;
	for (unsigned int i = 0; i < s->lines[0].socket_n && !out->tls[0]; i++)
		if (s->lines[0].sockets[i]->tls)
			radius_tls_describe(s->lines[0].sockets[i]->tls,
					    out->tls, sizeof(out->tls));
	out->auth_port = s->config->auth_port;
	out->acct_port = s->config->acct_port;
	out->auth = auth->life.state;
	out->acct = acct->life.state;
	out->auth_requests = auth->requests_sent;
	out->auth_accepts = auth->accepts;
	out->auth_rejects = auth->rejects;
	out->auth_challenges = auth->challenges;
	out->auth_timeouts = auth->timeouts;
	out->acct_requests = acct->requests_sent;
	out->acct_responses = acct->responses;
	out->acct_timeouts = acct->timeouts;
	out->retransmits = s->retransmits;
	out->bad_replies = s->bad;
	out->auth_latency_us = auth->latency_us;
	out->acct_latency_us = acct->latency_us;
	out->outstanding = auth->request_n + acct->request_n;
	changed = auth->life.changed_ms > acct->life.changed_ms ?
			  auth->life.changed_ms :
			  acct->life.changed_ms;
	if (changed)
		out->changed_ms_ago = loop_now(r->loop) - changed + 1;
	out->signature = (unsigned int)radius_signature_state(s);
	memcpy(out->last_error, s->base.last_error, sizeof(out->last_error));
	return 0;
}
