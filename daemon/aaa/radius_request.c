/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests of the RADIUS client: identifiers and sockets, building, sending again,
 * on to the next server, and the replies.
 */
#include "aaa/radius_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"

#define UNASKED (RADIUS_FAULTS - 1)

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* ---- sockets and identifiers ---- */

static void on_readable(struct loop_io *io, int fd, int events);

static int open_socket(const struct radius_server *s, const struct addr *to)
{
	const struct addr *from = &s->config->source;
	int fd = socket(to->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), size = 1 << 20, err = 0;
	struct sockaddr_storage ss;
	socklen_t len;

	if (fd < 0)
		return -errno;
	/* A burst of answers must not be lost while the loop does something else. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (addr_is_set(from)) {
		len = addr_to_sockaddr(from, &ss);
		err = bind(fd, (struct sockaddr *)&ss, len) < 0 ? -errno : 0;
	}
	len = addr_to_sockaddr(to, &ss);
	if (!err && connect(fd, (struct sockaddr *)&ss, len) < 0)
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

static struct radius_socket *add_socket(struct radius_portal *p, int *err)
{
	struct radius_server *s = p->server;
	struct addr to = s->address;
	struct radius_socket *k;

	*err = -ENOBUFS;
	if (p->socket_n == RADIUS_SOCKETS_MAX)
		return NULL;
	*err = -ENOMEM;
	k = calloc(1, sizeof(*k));
	if (!k)
		return NULL;
	to.port = p->kind == RADIUS_PORT_AUTH ? s->config->auth_port : s->config->acct_port;
	k->port = p;
	k->fd = open_socket(s, &to);
	*err = k->fd < 0 ? k->fd : loop_io_start(s->radius->loop, &k->io, k->fd, LOOP_READ, on_readable);
	if (*err) {
		if (k->fd >= 0)
			close(k->fd);
		free(k);
		return NULL;
	}
	p->sockets[p->socket_n++] = k;
	return k;
}

void radius_portal_close(struct radius_portal *p)
{
	for (unsigned int i = 0; i < p->socket_n; i++) {
		loop_io_stop(&p->sockets[i]->io);
		close(p->sockets[i]->fd);
		free(p->sockets[i]);
	}
	p->socket_n = 0;
}

/* A free identifier, the one that has been free for longest; 0 or -errno. */
static int take_id(struct radius_request *q, struct radius_portal *p)
{
	struct radius_socket *k = NULL;
	int err = 0;

	for (unsigned int i = 0; !k && i < p->socket_n; i++)
		if (p->sockets[i]->used < RADIUS_IDS)
			k = p->sockets[i];
	if (!k)
		k = add_socket(p, &err);
	if (!k)
		return err;
	while (k->by_id[k->next % RADIUS_IDS])
		k->next++;
	q->id = (uint8_t)k->next++;
	k->by_id[q->id] = q;
	k->used++;
	q->socket = k;
	return 0;
}

static void give_id(struct radius_request *q)
{
	if (!q->socket)
		return;
	q->socket->by_id[q->id] = NULL;
	q->socket->used--;
	q->socket = NULL;
}

/* ---- requests ---- */

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
	give_id(q);
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

static void finish(struct radius_request *q, int result, const struct radius_answer *answer)
{
	radius_done *done = q->done;
	void *arg = q->arg;

	radius_request_free(q);
	done(arg, result, answer);
}

static int transmit(struct radius_request *q)
{
	ssize_t n;

	q->sends++;
	if (q->sends > 1)
		q->port->server->retransmits++;
	n = send(q->socket->fd, q->packet, q->len, MSG_NOSIGNAL);
	/* What another one met; whether this one meets it too is seen by receiving. */
	if (n < 0 && errno == ECONNREFUSED)
		n = send(q->socket->fd, q->packet, q->len, MSG_NOSIGNAL);
	return n < 0 && errno != EAGAIN && errno != ENOBUFS ? -errno : 0;
}

static void on_timer(struct loop_timer *t);

static int make_packet(struct radius_request *q, struct radius_portal *p)
{
	struct radius_server *s = p->server;
	struct radius_server_info info = { s->config, &s->secret };
	struct radius_builder b;
	const struct addr *nas = &s->config->nas_address;
	int err = 0;

	if (getrandom(q->auth, sizeof(q->auth), 0) != (ssize_t)sizeof(q->auth))
		return -EIO;
	if (q->code == RADIUS_ACCOUNTING_REQUEST)
		memset(q->auth, 0, sizeof(q->auth));
	radius_begin(&b, q->code, q->id, q->auth);
	/* First, so that nothing that follows can be replaced by whoever sees the packet. */
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
		err = radius_sign_request(&b, &s->secret);
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
	int err = take_id(q, p);

	if (err)
		return err;
	err = make_packet(q, p);
	if (err) {
		give_id(q);
		return err;
	}
	q->port = p;
	link_to(q, &p->requests);
	p->request_n++;
	if (!q->probe)
		p->requests_sent++;
	q->sends = 0;
	q->started_ms = loop_now(q->radius->loop);
	q->sent_us = now_us();
	err = transmit(q);
	if (!err)
		err = loop_timer_set(q->radius->loop, &q->timer, q->started_ms + c->timeout_ms / c->tries, on_timer);
	if (err)
		leave_port(q);
	return err;
}

/* The next port to try: of the living first, then of the dead. NULL: none is left. */
static struct radius_portal *choose(const struct radius_request *q, size_t *place)
{
	for (int dead = 0; dead < 2; dead++) {
		for (size_t i = 0; i < q->servers->n && i < 64; i++) {
			struct radius_server *s = radius_find_server(q->radius, q->servers->v[i]);
			struct radius_portal *p = s ? &s->ports[q->kind] : NULL;

			if (q->tried & 1ull << i || !p || !radius_is_usable(s) || (p->state == DEAD) != (dead == 1))
				continue;
			*place = i;
			return p;
		}
	}
	return NULL;
}

bool radius_request_has_other(const struct radius_request *q)
{
	size_t place;

	return choose(q, &place) != NULL;
}

static void on_give_up(struct loop_timer *t)
{
	struct radius_request *q = (struct radius_request *)((char *)t - offsetof(struct radius_request, timer));

	finish(q, q->result, NULL);
}

/* One line for many. */
static void cannot_send(struct radius_server *s, int err)
{
	uint64_t now = loop_now(s->radius->loop);

	radius_server_error(s, strerror(-err));
	if (s->send_logged_ms && now - s->send_logged_ms < RADIUS_LOG_PAUSE_MS)
		return;
	s->send_logged_ms = now ? now : 1;
	log_warn("radius \"%s\": a request cannot be sent: %s", s->config->name, strerror(-err));
}

void radius_request_advance(struct radius_request *q)
{
	struct radius_portal *p;
	int err;

	leave_port(q);
	while ((p = choose(q, &q->place))) {
		q->tried |= 1ull << q->place;
		err = radius_request_start(q, p);
		if (!err)
			return;
		if (err == -EMSGSIZE || err == -ENOTSUP || err == -EINVAL) {
			q->result = err;
			break;
		}
		cannot_send(p->server, err);
	}
	link_to(q, &q->radius->ending);
	loop_timer_set(q->radius->loop, &q->timer, loop_now(q->radius->loop), on_give_up);
}

void radius_portal_restart(struct radius_portal *p)
{
	struct radius *r = p->server->radius;
	struct radius_request *q, *all = p->requests;

	p->requests = NULL;
	if (all)
		all->prev = &all;
	for (q = all; q; q = q->next) {
		loop_timer_stop(&q->timer);
		give_id(q);
	}
	radius_portal_close(p);
	while ((q = all)) {
		leave_port(q);
		if (q->probe) {
			radius_request_free(q);
			p->probing = false;
			continue;
		}
		q->tried &= ~(1ull << q->place);
		radius_request_advance(q);
	}
	/* Perhaps that was the trouble. */
	if (p->state == DEAD)
		loop_timer_set(r->loop, &p->probe_timer, loop_now(r->loop), p->probe_timer.cb);
}

static void on_timer(struct loop_timer *t)
{
	struct radius_request *q = (struct radius_request *)((char *)t - offsetof(struct radius_request, timer));
	struct radius_portal *p = q->port;
	const struct config_radius *c = p->server->config;
	uint64_t heard = p->heard_ms, started = q->started_ms;
	char why[160];

	if (q->sends < c->tries) {
		(void)transmit(q);
		loop_timer_set(q->radius->loop, t,
			       q->started_ms + (uint64_t)c->timeout_ms * q->sends / c->tries, on_timer);
		return;
	}
	if (!q->probe)
		p->timeouts++;
	radius_request_advance(q);
	/* One request lost is no sign of death where others were answered meanwhile. */
	if (heard > started)
		return;
	snprintf(why, sizeof(why), "it did not answer within %u.%u s%s", c->timeout_ms / 1000,
		 c->timeout_ms % 1000 / 100, heard ? "" : ", and never did: does it run, does it know this host as "
		 "a client, has it the same secret?");
	radius_set_dead(p, why);
}

/* ---- replies ---- */

static bool answers(enum radius_code request, uint8_t reply)
{
	if (request == RADIUS_ACCOUNTING_REQUEST)
		return reply == RADIUS_ACCOUNTING_RESPONSE;
	if (request == RADIUS_STATUS_SERVER)
		return reply == RADIUS_ACCESS_ACCEPT || reply == RADIUS_ACCOUNTING_RESPONSE;
	return reply == RADIUS_ACCESS_ACCEPT || reply == RADIUS_ACCESS_REJECT || reply == RADIUS_ACCESS_CHALLENGE;
}

/* One line for many: whoever can send to us must not fill the log. */
static void bad_reply(struct radius_portal *p, unsigned int fault, const char *why)
{
	struct radius_server *s = p->server;
	uint64_t now = loop_now(s->radius->loop), *logged_ms = &s->logged_ms[fault];

	s->bad++;
	snprintf(s->last_error, sizeof(s->last_error), "a reply was dropped: %s", why);
	if (*logged_ms && now - *logged_ms < RADIUS_LOG_PAUSE_MS)
		return;
	*logged_ms = now ? now : 1;
	log_warn("radius \"%s\": a reply of its %s port was dropped: %s", s->config->name, radius_port_name(p), why);
}

static void count(struct radius_portal *p, const struct radius_view *v, uint32_t latency_us)
{
	p->latency_us = p->latency_us ? (uint32_t)((7ull * p->latency_us + latency_us) / 8) : latency_us;
	switch (v->code) {
	case RADIUS_ACCESS_ACCEPT: p->accepts++; break;
	case RADIUS_ACCESS_REJECT: p->rejects++; break;
	case RADIUS_ACCESS_CHALLENGE: p->challenges++; break;
	default: p->responses++; break;
	}
}

static void take_reply(struct radius_socket *k, const uint8_t *data, size_t len)
{
	struct radius_portal *p = k->port;
	struct radius_server *s = p->server;
	struct radius_view v;
	enum radius_fault fault = radius_parse(&v, data, len);
	struct radius_request *q = fault ? NULL : k->by_id[v.id];
	struct radius_answer answer;
	uint8_t auth[16];
	bool must_sign;

	if (fault) {
		bad_reply(p, fault, radius_fault_text(fault));
		return;
	}
	if (!q) {
		bad_reply(p, UNASKED, "nothing was asked with its identifier, or it came too late");
		return;
	}
	/* Of all replies only these can be forged to any use (Blast-RADIUS). */
	must_sign = q->code == RADIUS_ACCESS_REQUEST && s->config->require_message_authenticator;
	fault = answers(q->code, v.code) ? radius_check_reply(&v, &s->secret, q->auth, must_sign) : RADIUS_BAD_CODE;
	if (fault) {
		bad_reply(p, fault, radius_fault_text(fault));
		if (fault == RADIUS_BAD_AUTHENTICATOR)
			radius_ask_secret(s);
		return;
	}
	memcpy(auth, q->auth, sizeof(auth));
	answer = (struct radius_answer){
		.view = &v, .server = { s->config, &s->secret }, .request_auth = auth,
		.latency_us = (uint32_t)(now_us() - q->sent_us),
	};
	if (!q->probe)
		count(p, &v, answer.latency_us);
	radius_set_alive(p);
	finish(q, 0, &answer);
}

static void on_readable(struct loop_io *io, int fd, int events)
{
	struct radius_socket *k = (struct radius_socket *)((char *)io - offsetof(struct radius_socket, io));
	/* One more than the longest, so that a longer one is seen as such. */
	static uint8_t data[RADIUS_PACKET_MAX + 1];

	(void)events;
	for (int i = 0; i < 64; i++) {
		ssize_t n = recv(fd, data, sizeof(data), 0);

		if (n < 0 && errno == ECONNREFUSED && k->port->requests) {
			radius_set_dead(k->port, "nothing listens there (ICMP port unreachable)");
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		if ((size_t)n > RADIUS_PACKET_MAX)
			bad_reply(k->port, RADIUS_LONG, radius_fault_text(RADIUS_LONG));
		else
			take_reply(k, data, (size_t)n);
	}
	explicit_bzero(data, sizeof(data));
}
