/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests of the RADIUS client: building, sending again, on to the next server
 * when the one that they are with is dead, or the connection to it is over.
 */
#include "aaa/radius_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "lib/log.h"

/* until a connection is tried again for what has no other server */
#define AGAIN_MS 500

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static void link_to(struct radius_request *q, struct radius_request **list)
{
	q->prev = list;
	q->next = *list;
	if (q->next)
		q->next->prev = &q->next;
	*list = q;
}

/* Out of its list: it is nowhere then. */
static void leave_port(struct radius_request *q)
{
	loop_timer_stop(&q->timer);
	radius_spend_id(q);
	if (!q->prev)
		return;
	*q->prev = q->next;
	if (q->next)
		q->next->prev = q->prev;
	q->next = NULL;
	q->prev = NULL;
	if (q->port)
		q->port->request_n--;
	q->port = NULL;
	if (q->packet)
		explicit_bzero(q->packet, q->len);
	free(q->packet);
	q->packet = NULL;
}

void radius_request_free(struct radius_request *q)
{
	leave_port(q);
	if (!q->probe)
		q->radius->request_n--;
	free(q);
}

void radius_request_finish(struct radius_request *q, int result,
			   const struct radius_answer *answer)
{
	radius_done *done = q->done;
	void *arg = q->arg;

	radius_request_free(q);
	done(arg, result, answer);
}

uint32_t radius_request_latency_us(const struct radius_request *q)
{
	return (uint32_t)(now_us() - q->sent_us);
}

static int transmit(struct radius_request *q)
{
	q->sends++;
	if (q->sends > 1)
		q->port->server->retransmits++;
	return radius_socket_send(q->socket, q->packet, q->len);
}

static void on_answer_timer(struct loop_timer *t);

static int make_packet(struct radius_request *q, struct radius_portal *p)
{
	struct radius_server *s = p->server;
	struct radius_server_info info = { s->config, &s->base.secret };
	struct radius_builder b;
	const struct addr *nas = &s->config->nas_address;
	int err = 0;

	if (getrandom(q->auth, sizeof(q->auth), 0) != (ssize_t)sizeof(q->auth))
		return -EIO;
	if (q->code == RADIUS_ACCOUNTING_REQUEST)
		memset(q->auth, 0, sizeof(q->auth));
	radius_begin(&b, q->code, q->id, q->auth);
	/*
	 * First, so that nothing that follows can be replaced by whoever
	 * sees the packet.
	 */
	if (q->code != RADIUS_ACCOUNTING_REQUEST)
		radius_add_signature(&b);
	radius_add_text(&b, RADIUS_NAS_IDENTIFIER, s->config->nas_identifier);
	if (nas->family == AF_INET)
		radius_add(&b, RADIUS_NAS_IP_ADDRESS, nas->ip, 4);
	else if (nas->family == AF_INET6)
		radius_add(&b, RADIUS_NAS_IPV6_ADDRESS, nas->ip, 16);
	if (q->build)
		err = q->build(q->arg, &b, &info);
	if (!err)
		err = radius_sign_request(&b, &s->base.secret);
	if (!err) {
		q->packet = malloc(b.len);
		err = q->packet ? 0 : -ENOMEM;
	}
	if (!err) {
		memcpy(q->packet, b.data, b.len);
		memcpy(q->auth, b.data + 4, sizeof(q->auth));
		q->len = b.len;
	}
	explicit_bzero(b.data, sizeof(b.data));
	return err;
}

int radius_request_start(struct radius_request *q, struct radius_portal *p)
{
	const struct config_radius *c = p->server->config;
	int err = radius_take_id(q, p);

	if (err)
		return err;
	err = make_packet(q, p);
	if (err) {
		radius_give_id(q);
		return err;
	}
	q->port = p;
	link_to(q, &p->requests);
	p->request_n++;
	if (!q->probe)
		p->requests_sent++;
	q->sends = 0;
	q->fault = RADIUS_OK;
	q->started_ms = loop_now(q->radius->loop);
	if (q->last != p)
		q->until_ms = q->started_ms + c->timeout_ms;
	q->last = p;
	q->sent_us = now_us();
	err = transmit(q);
	if (err) /* nobody will answer it */
		radius_give_id(q);
	else
		err = loop_timer_set(q->radius->loop, &q->timer,
				     q->started_ms + c->timeout_ms / c->tries,
				     on_answer_timer);
	if (err)
		leave_port(q);
	return err;
}

/*
 * The place in its servers of the next port to try: of the living first, then
 * of the dead. -1: none is left.
 */
static int choose(const struct radius_request *q)
{
	return server_choose(q->servers, q->tried, radius_life,
			     &(struct radius_way){ q->radius, q->kind });
}

static bool has_other(const struct radius_request *q)
{
	return choose(q) >= 0;
}

static struct radius_portal *port_at(const struct radius_request *q, int place)
{
	struct radius_server *s =
		radius_find_server(q->radius, q->servers->v[place]);

	return &s->ports[q->kind];
}

static void on_give_up(struct loop_timer *t)
{
	struct radius_request *q =
		container_of(t, struct radius_request, timer);

	radius_request_finish(q, q->result, NULL);
}

void radius_request_advance(struct radius_request *q)
{
	struct radius_portal *p;
	int err, place;

	leave_port(q);
	while ((place = choose(q)) >= 0) {
		p = port_at(q, place);
		q->place = (size_t)place;
		q->tried |= 1ull << place;
		err = radius_request_start(q, p);
		if (!err)
			return;
		if (err == -EMSGSIZE || err == -ENOTSUP || err == -EINVAL) {
			q->result = err;
			break;
		}
		server_cannot_send(&p->server->base, strerror(-err));
	}
	link_to(q, &q->radius->ending);
	loop_timer_set(q->radius->loop, &q->timer, loop_now(q->radius->loop),
		       on_give_up);
}

/* ---- a server is dead ---- */

/*
 * What waits for it goes to the next server at once; without one it goes on
 * trying here.
 */
static void move_on(struct radius_portal *p)
{
	struct radius_request *next;

	for (struct radius_request *q = p->requests; q; q = next) {
		next = q->next;
		if (!q->probe && has_other(q))
			radius_request_advance(q);
	}
}

void radius_set_dead(struct radius_portal *p, const char *why)
{
	struct radius_server *s = p->server;

	if (server_dies(&p->life, s->config->dead_ms, s->radius->on->probe,
			why))
		move_on(p);
}

/* It answers, but wrongly. */
static void set_unfit(struct radius_portal *p, const char *why)
{
	struct radius_server *s = p->server;

	if (server_is_unfit(&p->life, s->config->dead_ms, s->radius->on->probe,
			    why))
		move_on(p);
}

/*
 * All kinds of requests, for they share a line that leads nowhere. It is told
 * once for the same reason.
 */
static void set_unreachable(struct radius_server *s, const char *why)
{
	bool news = strcmp(s->base.last_error, why) != 0;

	for (int i = 0; i < RADIUS_PORTS; i++) {
		struct radius_portal *p = &s->ports[i];

		news = radius_bury(p) || news;
		p->life.unfit = false;
		snprintf(p->life.why, sizeof(p->life.why), "%s", why);
	}
	server_error(&s->base, why);
	if (news)
		log_warn("radius \"%s\": it is taken as dead: %s",
			 s->config->name, why);
	for (int i = 0; i < RADIUS_PORTS; i++)
		move_on(&s->ports[i]);
}

void radius_line_refused(struct radius_line *l)
{
	for (int i = 0; i < RADIUS_PORTS; i++) {
		struct radius_portal *p = &l->server->ports[i];

		if (p->line == l && p->requests)
			radius_set_dead(p, "nothing listens there (ICMP port "
					   "unreachable)");
	}
}

/* ---- what is under way begins again ---- */

/* From its port to a list of those that begin again. */
static void set_aside(struct radius_request *q, struct radius_request **list)
{
	leave_port(q);
	link_to(q, list);
}

/* With the server that it was with before as well. */
static void begin_again(struct radius_request *q)
{
	q->tried &= ~(1ull << q->place);
	radius_request_advance(q);
}

static void set_all_aside(struct radius_portal *p, struct radius_request **list)
{
	while (p->requests) {
		if (!p->requests->probe) {
			set_aside(p->requests, list);
			continue;
		}
		radius_request_free(p->requests);
		p->probing = false;
	}
}

void radius_server_restart(struct radius_server *s)
{
	struct radius_request *all = NULL;
	struct loop *loop = s->radius->loop;

	for (int i = 0; i < RADIUS_PORTS; i++)
		set_all_aside(&s->ports[i], &all);
	for (int i = 0; i < RADIUS_PORTS; i++)
		radius_line_close(&s->lines[i]);
	while (all)
		begin_again(all);
	/* Perhaps that was the trouble. */
	for (int i = 0; i < RADIUS_PORTS; i++)
		if (s->ports[i].life.state == AAA_SERVER_DEAD)
			loop_timer_set(loop, &s->ports[i].life.timer,
				       loop_now(loop),
				       s->ports[i].life.timer.cb);
}

/* Whether something was heard there later than this. */
static bool serves(const struct radius_line *l, uint64_t since_ms)
{
	for (unsigned int i = 0; i < l->socket_n; i++)
		if (l->sockets[i]->heard_ms > since_ms)
			return true;
	return false;
}

static void on_again(struct loop_timer *t)
{
	begin_again(container_of(t, struct radius_request, timer));
}

/*
 * Its connection is over. again: another one to the same server may do better.
 * Else that has to wait, as UDP's next packet would, and only if no other
 * server is left: one that starts anew loses nobody.
 */
static void reconnect(struct radius_request *q, bool again)
{
	uint64_t now = loop_now(q->radius->loop);

	if (again && now < q->until_ms) {
		begin_again(q);
		return;
	}
	if (q->probe || has_other(q) || now + AGAIN_MS >= q->until_ms) {
		radius_request_advance(q);
		return;
	}
	leave_port(q);
	q->port = q->last;
	link_to(q, &q->port->requests);
	q->port->request_n++;
	loop_timer_set(q->radius->loop, &q->timer, now + AGAIN_MS, on_again);
}

/*
 * again: what was under way may begin again at once on another connection to
 * the same server. Else nothing was heard on this one since then.
 */
static void end_connection(struct radius_socket *k, const char *why, bool again,
			   uint64_t since_ms)
{
	struct radius_line *l = k->line;
	struct radius_server *s = l->server;
	unsigned int n = k->used - k->spent_n;
	struct radius_request *all = NULL;

	for (int id = 0; id < RADIUS_IDS; id++)
		if (k->by_id[id])
			set_aside(k->by_id[id], &all);
	radius_socket_close(k);
	if (again && n)
		log_info("radius \"%s\": a connection is over, with %u "
			 "requests under way: %s",
			 s->config->name, n, why);
	else if (again)
		log_debug("radius \"%s\": a connection is over: %s",
			  s->config->name, why);
	else if (serves(l, since_ms))
		server_cannot_send(&s->base, why);
	else
		set_unreachable(s, why);
	while (all)
		reconnect(all, again);
}

void radius_socket_broken(struct radius_socket *k, const char *why)
{
	end_connection(k, why, k->heard_ms != 0, 0);
}

/* Nothing came in time that could be taken. */
static void not_answered(struct radius_portal *p, enum radius_fault fault)
{
	const struct config_radius *c = p->server->config;
	char why[AAA_ERROR_MAX];

	if (fault == RADIUS_NO_MESSAGE_AUTHENTICATOR) {
		set_unfit(p,
			  "its replies have no Message-Authenticator: let the "
			  "server send it (FreeRADIUS: update reply { "
			  "Message-Authenticator := 0x00 } in post-auth), or "
			  "set require-message-authenticator = false");
		return;
	}
	snprintf(why, sizeof(why), "it did not answer within %u.%u s%s%s",
		 c->timeout_ms / 1000, c->timeout_ms % 1000 / 100,
		 fault ? ", but for replies that were dropped: " :
		 p->life.heard_ms || !c->secret_file ?
			 "" :
			 ", and never did: does it run, does it "
			 "know this host as a client, has it the same secret?",
		 fault ? radius_fault_text(fault) : "");
	if (fault && fault != RADIUS_BAD_AUTHENTICATOR)
		set_unfit(p, why);
	else
		radius_set_dead(p, why);
}

static void on_answer_timer(struct loop_timer *t)
{
	struct radius_request *q =
		container_of(t, struct radius_request, timer);
	struct radius_portal *p = q->port;
	struct radius_socket *k = q->socket;
	const struct config_radius *c = p->server->config;
	enum radius_fault fault = q->fault;
	uint64_t heard = p->life.heard_ms, started = q->started_ms;
	char why[160];

	if (q->sends < c->tries) {
		(void)transmit(q);
		loop_timer_set(q->radius->loop, t,
			       q->started_ms + (uint64_t)c->timeout_ms *
						       q->sends / c->tries,
			       on_answer_timer);
		return;
	}
	if (!q->probe)
		p->timeouts++;
	/* A connection on which nothing comes is none. */
	if (k->tls && k->heard_ms < started) {
		snprintf(why, sizeof(why), "%s within %u.%u s",
			 radius_tls_awaits(k->tls), c->timeout_ms / 1000,
			 c->timeout_ms % 1000 / 100);
		end_connection(k, why, false, started);
		return;
	}
	radius_request_advance(q);
	/*
	 * One request lost is no sign of death where others were
	 * answered meanwhile.
	 */
	if (heard <= started)
		not_answered(p, fault);
}
