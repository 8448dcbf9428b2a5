/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests of the TACACS+ client: on a connection, on to the next server when
 * the one that they are with is dead, or to another connection.
 */
#include "aaa/tacacs_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "lib/log.h"

/* until a connection is tried again for what has no other server */
#define AGAIN_MS   500
#define PACKET_MAX (TACACS_HEADER + TACACS_DRAFT_MAX)

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

uint32_t tacacs_request_latency_us(const struct tacacs_request *q)
{
	return (uint32_t)(now_us() - q->sent_us);
}

/* ---- where it is ---- */

static void join(struct tacacs_request *q, struct tacacs_queue *queue)
{
	TAILQ_INSERT_TAIL(queue, q, entry);
	q->queue = queue;
}

static void leave_queue(struct tacacs_request *q)
{
	if (q->queue)
		TAILQ_REMOVE(q->queue, q, entry);
	q->queue = NULL;
}

void tacacs_request_detach(struct tacacs_request *q)
{
	loop_timer_stop(&q->timer);
	leave_queue(q);
	if (q->connection)
		(void)table_del(&q->connection->requests, q->session_id);
	q->connection = NULL;
	if (q->server)
		q->server->request_n--;
	q->server = NULL;
}

static void on_idle(struct loop_timer *t)
{
	tacacs_disconnect(
		container_of(t, struct tacacs_connection, idle_timer));
}

void tacacs_leave_unused(struct tacacs_connection *c)
{
	struct loop *loop = c->server->tacacs->loop;

	if (c->requests.count || c->over)
		return;
	if (c->phase == TACACS_SHARED)
		loop_timer_set(loop, &c->idle_timer,
			       loop_now(loop) + TACACS_IDLE_MS, on_idle);
	else
		tacacs_disconnect(c);
}

/* It is nowhere then. */
static void leave(struct tacacs_request *q)
{
	struct tacacs_connection *c = q->connection;

	tacacs_request_detach(q);
	if (c)
		tacacs_leave_unused(c);
}

void tacacs_request_free(struct tacacs_request *q)
{
	leave(q);
	q->tacacs->request_n--;
	free(q);
}

void tacacs_request_finish(struct tacacs_request *q, int result,
			   const struct tacacs_answer *answer)
{
	tacacs_done *done = q->done;
	void *arg = q->arg;

	tacacs_request_free(q);
	done(arg, result, answer);
}

/* ---- without a server ---- */

static void on_end(struct loop_timer *t)
{
	struct tacacs_request *q =
		container_of(t, struct tacacs_request, timer);

	tacacs_request_finish(q, q->result, NULL);
}

static void rest(struct tacacs_request *q, uint64_t ms,
		 void (*fn)(struct loop_timer *t))
{
	struct loop *loop = q->tacacs->loop;

	leave(q);
	join(q, &q->tacacs->idle);
	loop_timer_set(loop, &q->timer, loop_now(loop) + ms, fn);
}

/* From the loop. */
static void end(struct tacacs_request *q, int result)
{
	q->result = result;
	rest(q, 0, on_end);
}

/* ---- on a connection ---- */

/* Of no other request on it. */
static int choose_id(const struct tacacs_connection *c, uint32_t *id)
{
	do {
		if (getrandom(id, sizeof(*id), 0) != (ssize_t)sizeof(*id))
			return -EIO;
	} while (table_get(&c->requests, *id));
	return 0;
}

/* Its length, or -errno. */
static int make_packet(struct tacacs_request *q, struct tacacs_connection *c,
		       uint8_t out[PACKET_MAX])
{
	static struct tacacs_draft d;
	struct tacacs_header h = {
		.type = (uint8_t)tacacs_type_of_kind(q->kind),
		.seq_no = 1,
		.flags = c->asked ? TACACS_SINGLE_CONNECT : 0,
		.session_id = q->session_id,
	};
	int err;

	tacacs_draft_init(&d);
	err = q->build(q->arg, &d);
	if (!err)
		err = tacacs_draft_error(&d);
	h.version = d.version;
	if (!err)
		err = tacacs_write_packet(&h, &c->server->base.secret, q->kind,
					  &d.body, out, PACKET_MAX);
	tacacs_draft_clear(&d);
	return err;
}

static int put_on(struct tacacs_request *q, struct tacacs_connection *c)
{
	static uint8_t packet[PACKET_MAX];
	int err = choose_id(c, &q->session_id), len = 0;

	if (!err)
		len = make_packet(q, c, packet);
	if (len < 0)
		err = len;
	if (!err)
		err = table_put(&c->requests, q->session_id, q);
	if (err)
		return err;
	leave_queue(q);
	q->connection = c;
	q->sent_us = now_us();
	loop_timer_stop(&c->idle_timer);
	c->server->counts[tacacs_type_of_kind(q->kind)].requests++;
	return tacacs_write(c, packet, (size_t)len);
}

static bool may_share(const struct tacacs_server *s)
{
	return s->config->single_connection &&
	       s->sharing != TACACS_SHARING_REFUSED;
}

/*
 * One for the next request. NULL: it has to wait, until it is known whether a
 * connection can be shared, or until one is free; or *err is -errno.
 */
static struct tacacs_connection *find_connection(struct tacacs_server *s,
						 int *err)
{
	struct tacacs_connection *c;
	bool settling = false;

	*err = 0;
	for (unsigned int i = 0; i < s->connection_n; i++) {
		c = s->connections[i];
		if (c->phase == TACACS_SHARED)
			return c;
		settling = settling || !c->over;
	}
	if ((may_share(s) && settling) ||
	    s->connection_n == TACACS_CONNECTIONS_MAX)
		return NULL;
	c = tacacs_connect(s, err);
	if (c)
		c->asked = may_share(s);
	return c;
}

static void set_dead(struct tacacs_server *s, const char *why);

/* Its bytes could not be made, or not be sent. */
static void put_failed(struct tacacs_request *q, struct tacacs_connection *c,
		       int err)
{
	bool was_on = q->connection == c;

	if (err == -EMSGSIZE || err == -EINVAL || err == -ENOTSUP) {
		end(q, err);
	} else {
		server_cannot_send(&c->server->base, strerror(-err));
		tacacs_request_advance(q);
	}
	if (!was_on)
		tacacs_leave_unused(c);
}

void tacacs_pump(struct tacacs_server *s)
{
	struct tacacs_request *q;

	while ((q = TAILQ_FIRST(&s->waiting))) {
		int err;
		struct tacacs_connection *c = find_connection(s, &err);
		char why[160];

		if (!c && !err)
			return;
		if (c) {
			err = put_on(q, c);
			if (err)
				put_failed(q, c, err);
			continue;
		}
		snprintf(why, sizeof(why), "it cannot be connected to: %s",
			 strerror(-err));
		tacacs_request_advance(q);
		set_dead(s, why);
	}
}

/* ---- with a server ---- */

static int choose(const struct tacacs_request *q)
{
	return server_choose(q->servers, q->tried, tacacs_life, q->tacacs);
}

static bool has_other(const struct tacacs_request *q)
{
	return choose(q) >= 0;
}

static void on_answer_timer(struct loop_timer *t);

/* fresh: with all of the time that a request has there. */
static void begin(struct tacacs_request *q, bool fresh)
{
	struct loop *loop = q->tacacs->loop;
	struct tacacs_server *s =
		tacacs_find_server(q->tacacs, q->servers->v[q->place]);

	leave(q);
	q->server = s;
	s->request_n++;
	q->started_ms = loop_now(loop);
	if (fresh)
		q->until_ms = q->started_ms + s->config->timeout_ms;
	loop_timer_set(loop, &q->timer, q->until_ms, on_answer_timer);
	join(q, &s->waiting);
	tacacs_pump(s);
}

void tacacs_request_advance(struct tacacs_request *q)
{
	int place = choose(q);

	if (place < 0) {
		end(q, q->result);
		return;
	}
	q->tried |= 1ull << place;
	q->place = place;
	begin(q, true);
}

static void on_again(struct loop_timer *t)
{
	begin(container_of(t, struct tacacs_request, timer), false);
}

/* ---- a server is dead ---- */

/*
 * What is with it goes to the next server at once; without one it goes on
 * trying here.
 */
static void move_on(struct tacacs_server *s)
{
	struct tacacs_queue list = TAILQ_HEAD_INITIALIZER(list);
	struct tacacs_request *q, *next;

	for (q = TAILQ_FIRST(&s->waiting); q; q = next) {
		next = TAILQ_NEXT(q, entry);
		if (!has_other(q))
			continue;
		leave_queue(q);
		join(q, &list);
	}
	for (unsigned int i = 0; i < s->connection_n; i++) {
		const struct table *on = &s->connections[i]->requests;

		table_foreach(on, k) {
			q = on->slots[k].value;
			if (has_other(q))
				join(q, &list);
		}
	}
	while ((q = TAILQ_FIRST(&list)))
		tacacs_request_advance(q);
}

static void set_dead(struct tacacs_server *s, const char *why)
{
	if (server_dies(&s->life, s->config->dead_ms, tacacs_look, why))
		move_on(s);
}

/* It answers, but wrongly. */
static void set_unfit(struct tacacs_server *s, enum tacacs_fault fault)
{
	char why[AAA_ERROR_MAX];

	snprintf(why, sizeof(why), "what it says cannot be taken: %s",
		 tacacs_fault_text(fault));
	if (server_is_unfit(&s->life, s->config->dead_ms, tacacs_look, why))
		move_on(s);
}

void tacacs_drop_reply(struct tacacs_server *s, unsigned int fault,
		       const char *why)
{
	uint64_t now = loop_now(s->tacacs->loop),
		 *logged_ms = &s->logged_ms[fault];

	s->bad++;
	snprintf(s->base.last_error, sizeof(s->base.last_error),
		 "a reply was dropped: %s", why);
	if (*logged_ms && now - *logged_ms < SERVER_LOG_PAUSE_MS)
		return;
	*logged_ms = now ? now : 1;
	log_warn("tacacs \"%s\": a reply was dropped: %s", s->config->name,
		 why);
}

/* ---- a connection is over ---- */

void tacacs_connection_over(struct tacacs_connection *c)
{
	struct tacacs_server *s = c->server;

	tacacs_disconnect(c);
	tacacs_pump(s);
}

/* What was on it is in the list, and the connection is gone. */
static void take_off(struct tacacs_connection *c, struct tacacs_queue *list)
{
	struct tacacs_request *q;

	while ((q = table_pop(&c->requests))) {
		q->connection = NULL;
		loop_timer_stop(&q->timer);
		join(q, list);
	}
	tacacs_disconnect(c);
}

/*
 * served: another connection to the same server may do better. Else that has to
 * wait, and only if no other server is left: one that starts anew loses
 * nobody.
 */
static void reconnect(struct tacacs_request *q, bool served)
{
	uint64_t now = loop_now(q->tacacs->loop);

	if (served && now < q->until_ms) {
		begin(q, false);
	} else if (has_other(q) || now + AGAIN_MS >= q->until_ms) {
		tacacs_request_advance(q);
	} else {
		rest(q, AGAIN_MS, on_again);
	}
}

static void tell_broken(struct tacacs_server *s, bool served, unsigned int n,
			const char *why, enum tacacs_fault fault)
{
	char more[AAA_ERROR_MAX];

	if (fault) {
		tacacs_drop_reply(s, fault, why);
		set_unfit(s, fault);
	} else if (served && n) {
		log_info("tacacs \"%s\": a connection is over, with %u "
			 "requests under way: %s",
			 s->config->name, n, why);
	} else if (n) {
		snprintf(more, sizeof(more), "%s%s", why,
			 strstr(why, "closed") ? " without an answer" : "");
		set_dead(s, more);
	}
}

void tacacs_connection_broken(struct tacacs_connection *c, const char *why,
			      enum tacacs_fault fault)
{
	struct tacacs_queue list = TAILQ_HEAD_INITIALIZER(list);
	struct tacacs_server *s = c->server;
	bool served = c->heard_ms != 0;
	unsigned int n = (unsigned int)c->requests.count;
	struct tacacs_request *q;

	take_off(c, &list);
	tell_broken(s, served, n, why, fault);
	while ((q = TAILQ_FIRST(&list))) {
		if (fault)
			tacacs_request_advance(q);
		else
			reconnect(q, served);
	}
	tacacs_pump(s);
}

void tacacs_server_restart(struct tacacs_server *s)
{
	struct tacacs_queue list = TAILQ_HEAD_INITIALIZER(list);
	struct loop *loop = s->tacacs->loop;
	struct tacacs_request *q;

	while (s->connection_n)
		take_off(s->connections[0], &list);
	s->sharing = TACACS_SHARING_UNKNOWN;
	while ((q = TAILQ_FIRST(&list)))
		begin(q, true);
	tacacs_pump(s);
	/* Perhaps that was the trouble. */
	if (s->life.state == AAA_SERVER_DEAD)
		loop_timer_set(loop, &s->life.timer, loop_now(loop),
			       tacacs_look);
}

/* ---- nothing came in time ---- */

static void explain_silence(const struct tacacs_server *s, bool connected,
			    char *out, size_t size)
{
	const struct config_tacacs *c = s->config;

	snprintf(out, size, "it %s within %u.%u s%s",
		 connected ? "did not answer" : "could not be connected to",
		 c->timeout_ms / 1000, c->timeout_ms % 1000 / 100,
		 s->life.heard_ms ? "" :
				    ", and never did: does it run, does it "
				    "know this host, has it the same secret?");
}

static void on_answer_timer(struct loop_timer *t)
{
	struct tacacs_request *q =
		container_of(t, struct tacacs_request, timer);
	struct tacacs_server *s = q->server;
	struct tacacs_connection *c = q->connection;
	uint64_t started = q->started_ms;
	bool shared = c && c->phase == TACACS_SHARED;
	bool connected = !c || c->phase != TACACS_CONNECTING;
	char why[AAA_ERROR_MAX];

	s->timeouts++;
	explain_silence(s, connected, why, sizeof(why));
	tacacs_request_advance(q);
	/* A connection on which nothing comes is none. */
	if (shared && c->heard_ms < started)
		tacacs_connection_broken(c, why, TACACS_OK);
	/*
	 * One request lost is no sign of death where others were answered
	 * meanwhile.
	 */
	if (s->life.heard_ms <= started)
		set_dead(s, why);
	tacacs_pump(s);
}
