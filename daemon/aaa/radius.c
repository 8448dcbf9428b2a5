/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RADIUS client's servers and requests; see radius.h. A server has two
 * ports that live and die each for itself. One that leaves a request without
 * an answer for its whole timeout is dead: what waits for it moves on to the
 * next server at once, and from then on it is probed, by Status-Server where it
 * knows that, so that no caller waits for it.
 */
#include "aaa/radius.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "aaa/internal.h"
#include "aaa/resolve.h"
#include "lib/log.h"

#define IDS		256	/* of a socket: RFC 2865, section 3 */
#define SOCKETS_MAX	32	/* of a port: 8192 requests under way */
#define LOG_PAUSE_MS	10000	/* between two lines about a server's bad replies */
#define NAME_RETRY_MS	5000

struct rsocket {
	struct loop_io io;
	int fd;
	struct rport *port;
	struct request *by_id[IDS];
	unsigned int used, next;
};

enum { UNKNOWN = AAA_RADIUS_UNKNOWN, ALIVE = AAA_RADIUS_ALIVE, DEAD = AAA_RADIUS_DEAD };

struct rport {
	struct server *server;
	enum radius_port kind;
	int state;
	struct rsocket *sockets[SOCKETS_MAX];
	unsigned int socket_n;
	struct request *requests;	/* under way */
	unsigned int request_n;
	struct loop_timer probe_timer;
	bool probing;
	uint64_t changed_ms, heard_ms;	/* heard_ms: of the last right reply */
	uint64_t requests_sent, accepts, rejects, challenges, responses, timeouts;
	uint32_t latency_us;		/* smoothed: 7/8 old, 1/8 new */
};

struct server {
	struct radius *radius;
	const struct config_radius *config;
	struct secret secret;
	struct addr address;		/* without port; unset: not resolved yet */
	bool resolving, opening;
	struct loop_timer name_timer;
	struct rport ports[RADIUS_PORTS];
	uint64_t retransmits, bad, logged_ms;
	char last_error[160];
};

struct request {
	struct radius *radius;
	struct request *next, **prev;	/* of its port, or of radius->starting */
	const struct config_strings *servers;
	uint64_t tried;			/* bits by place in servers */
	enum radius_port kind;
	enum radius_code code;
	radius_build *build;
	radius_done *done;
	void *arg;
	struct rport *port;		/* where it is under way */
	bool probe;
	struct rsocket *socket;
	uint8_t id, auth[16];
	unsigned int sends;
	uint64_t started_ms, sent_us;
	struct loop_timer timer;
	size_t len;
	uint8_t *packet;
	int result;			/* of one that ends without a server */
};

struct radius {
	struct aaa *aaa;
	struct loop *loop;
	struct server *servers;
	size_t n;
	void (*on_alive)(void *arg);
	void *alive_arg;
};

static void advance(struct request *q);

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static const char *port_name(const struct rport *p)
{
	return p->kind == RADIUS_PORT_AUTH ? "authentication" : "accounting";
}

static void server_error(struct server *s, const char *text)
{
	snprintf(s->last_error, sizeof(s->last_error), "%s", text);
}

/* ---- sockets and identifiers ---- */

static void on_readable(struct loop_io *io, int fd, int events);

static int open_socket(const struct server *s, struct addr *to)
{
	struct addr from = s->config->source;
	struct sockaddr_storage ss;
	socklen_t len = addr_to_sockaddr(to, &ss);
	int fd = socket(to->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), size = 1 << 20, err;

	if (fd < 0)
		return -errno;
	/* A burst of answers must not be lost while the loop does something else. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	err = connect(fd, (struct sockaddr *)&ss, len) < 0 ? -errno : 0;
	if (addr_is_set(&from)) {
		/* Bound first: the order of the two decides which address it has. */
		close(fd);
		fd = socket(to->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd < 0)
			return -errno;
		len = addr_to_sockaddr(&from, &ss);
		err = bind(fd, (struct sockaddr *)&ss, len) < 0 ? -errno : 0;
		len = addr_to_sockaddr(to, &ss);
		if (!err && connect(fd, (struct sockaddr *)&ss, len) < 0)
			err = -errno;
	}
	if (!err)
		return fd;
	close(fd);
	return err;
}

static struct rsocket *add_socket(struct rport *p, int *err)
{
	struct server *s = p->server;
	struct addr to = s->address;
	struct rsocket *k;

	*err = -ENOBUFS;
	if (p->socket_n == SOCKETS_MAX)
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

static void close_sockets(struct rport *p)
{
	for (unsigned int i = 0; i < p->socket_n; i++) {
		loop_io_stop(&p->sockets[i]->io);
		close(p->sockets[i]->fd);
		free(p->sockets[i]);
	}
	p->socket_n = 0;
}

/* A free identifier, the one that has been free for longest; 0 or -errno. */
static int take_id(struct request *q, struct rport *p)
{
	struct rsocket *k = NULL;
	int err = 0;

	for (unsigned int i = 0; !k && i < p->socket_n; i++)
		if (p->sockets[i]->used < IDS)
			k = p->sockets[i];
	if (!k)
		k = add_socket(p, &err);
	if (!k)
		return err;
	while (k->by_id[k->next % IDS])
		k->next++;
	q->id = (uint8_t)k->next++;
	k->by_id[q->id] = q;
	k->used++;
	q->socket = k;
	return 0;
}

static void give_id(struct request *q)
{
	if (!q->socket)
		return;
	q->socket->by_id[q->id] = NULL;
	q->socket->used--;
	q->socket = NULL;
}

/* ---- requests ---- */

static void leave_port(struct request *q)
{
	loop_timer_stop(&q->timer);
	give_id(q);
	if (!q->port)
		return;
	*q->prev = q->next;
	if (q->next)
		q->next->prev = q->prev;
	q->port->request_n--;
	q->port = NULL;
	if (q->packet)
		explicit_bzero(q->packet, q->len);
	free(q->packet);
	q->packet = NULL;
}

static void free_request(struct request *q)
{
	leave_port(q);
	free(q);
}

static void finish(struct request *q, int result, const struct radius_answer *answer)
{
	radius_done *done = q->done;
	void *arg = q->arg;

	free_request(q);
	done(arg, result, answer);
}

static int transmit(struct request *q)
{
	q->sends++;
	if (q->sends > 1)
		q->port->server->retransmits++;
	if (send(q->socket->fd, q->packet, q->len, MSG_NOSIGNAL) < 0 && errno != EAGAIN && errno != ENOBUFS)
		return -errno;
	return 0;
}

static void on_timer(struct loop_timer *t);

static int make_packet(struct request *q, struct rport *p)
{
	struct server *s = p->server;
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

/* Puts the request under way at a port; 0 or -errno. */
static int start_at(struct request *q, struct rport *p)
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
	q->prev = &p->requests;
	q->next = p->requests;
	if (q->next)
		q->next->prev = &q->next;
	p->requests = q;
	p->request_n++;
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

static struct server *find_server(const struct radius *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->servers[i].config->name, name) == 0)
			return &r->servers[i];
	return NULL;
}

static bool is_usable(const struct server *s)
{
	return addr_is_set(&s->address) && secret_is_set(&s->secret);
}

/* The next port to try: of the living first, then of the dead. NULL: none is left. */
static struct rport *choose(struct request *q)
{
	for (int dead = 0; dead < 2; dead++) {
		for (size_t i = 0; i < q->servers->n && i < 64; i++) {
			struct server *s = find_server(q->radius, q->servers->v[i]);
			struct rport *p = s ? &s->ports[q->kind] : NULL;

			if (q->tried & 1ull << i || !p || !is_usable(s) || (p->state == DEAD) != (dead == 1))
				continue;
			q->tried |= 1ull << i;
			return p;
		}
	}
	return NULL;
}

static void on_give_up(struct loop_timer *t)
{
	struct request *q = (struct request *)((char *)t - offsetof(struct request, timer));

	finish(q, q->result, NULL);
}

/* On to the next server; without one it ends, from the loop. */
static void advance(struct request *q)
{
	struct rport *p;
	int err;

	leave_port(q);
	while ((p = choose(q))) {
		err = start_at(q, p);
		if (!err)
			return;
		if (err == -EMSGSIZE || err == -ENOTSUP || err == -EINVAL) {
			q->result = err;
			break;
		}
		server_error(p->server, strerror(-err));
		log_warn("radius \"%s\": a request cannot be sent: %s", p->server->config->name, strerror(-err));
	}
	loop_timer_set(q->radius->loop, &q->timer, loop_now(q->radius->loop), on_give_up);
}

/* ---- alive and dead ---- */

static void on_probe_timer(struct loop_timer *t);
static void ask_secret(struct server *s);
static void ask_address(struct server *s);

static void set_alive(struct rport *p)
{
	struct server *s = p->server;
	int was = p->state;

	p->heard_ms = loop_now(s->radius->loop);
	if (was == ALIVE)
		return;
	p->state = ALIVE;
	p->changed_ms = p->heard_ms;
	loop_timer_stop(&p->probe_timer);
	if (was == DEAD)
		log_notice("radius \"%s\": its %s port answers again", s->config->name, port_name(p));
	if (p->kind == RADIUS_PORT_ACCT && s->radius->on_alive)
		s->radius->on_alive(s->radius->alive_arg);
}

static void set_dead(struct rport *p, const char *why)
{
	struct server *s = p->server;
	struct request *next;

	if (!loop_timer_is_set(&p->probe_timer))
		loop_timer_set(s->radius->loop, &p->probe_timer, loop_now(s->radius->loop) + s->config->dead_ms,
			       on_probe_timer);
	if (p->state == DEAD)
		return;
	p->state = DEAD;
	p->changed_ms = loop_now(s->radius->loop);
	server_error(s, why);
	log_warn("radius \"%s\": its %s port is taken as dead: %s", s->config->name, port_name(p), why);
	/* Its secret or its name's address may have changed. */
	ask_secret(s);
	ask_address(s);
	/* What waits for it goes to the next server at once. */
	for (struct request *q = p->requests; q; q = next) {
		next = q->next;
		if (!q->probe)
			advance(q);
	}
}

static void probe_done(void *arg, int result, const struct radius_answer *answer)
{
	struct rport *p = arg;

	(void)answer;
	p->probing = false;
	if (result && p->state == DEAD)
		set_dead(p, "it does not answer");
}

static int probe_build(void *arg, struct radius_builder *b, const struct radius_server_info *server)
{
	(void)arg;
	(void)b;
	(void)server;
	return 0;
}

static void on_probe_timer(struct loop_timer *t)
{
	static const struct config_strings nobody;
	struct rport *p = (struct rport *)((char *)t - offsetof(struct rport, probe_timer));
	struct server *s = p->server;
	struct request *q;

	if (!s->config->status_server) {
		/* Taken at its word: the next request shows. */
		p->state = UNKNOWN;
		if (p->kind == RADIUS_PORT_ACCT && s->radius->on_alive)
			s->radius->on_alive(s->radius->alive_arg);
		return;
	}
	q = p->probing || !is_usable(s) ? NULL : calloc(1, sizeof(*q));
	if (q) {
		*q = (struct request){
			.radius = s->radius, .servers = &nobody, .kind = p->kind, .code = RADIUS_STATUS_SERVER,
			.build = probe_build, .done = probe_done, .arg = p, .probe = true, .result = -ETIMEDOUT,
		};
		p->probing = true;
		if (start_at(q, p) == 0)
			return;
		p->probing = false;
		free(q);
	}
	set_dead(p, "it does not answer");
}

static void on_timer(struct loop_timer *t)
{
	struct request *q = (struct request *)((char *)t - offsetof(struct request, timer));
	struct rport *p = q->port;
	const struct config_radius *c = p->server->config;
	uint64_t heard = p->heard_ms, started = q->started_ms;
	char why[80];

	if (q->sends < c->tries) {
		(void)transmit(q);
		loop_timer_set(q->radius->loop, t,
			       q->started_ms + (uint64_t)c->timeout_ms * q->sends / c->tries, on_timer);
		return;
	}
	if (!q->probe)
		p->timeouts++;
	advance(q);
	/* One request lost is no sign of death where others were answered meanwhile. */
	if (heard > started)
		return;
	snprintf(why, sizeof(why), "it did not answer within %u.%u s", c->timeout_ms / 1000, c->timeout_ms % 1000 / 100);
	set_dead(p, why);
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
static void bad_reply(struct rport *p, const char *why)
{
	struct server *s = p->server;
	uint64_t now = loop_now(s->radius->loop);

	s->bad++;
	snprintf(s->last_error, sizeof(s->last_error), "a reply was dropped: %s", why);
	if (s->logged_ms && now - s->logged_ms < LOG_PAUSE_MS)
		return;
	s->logged_ms = now ? now : 1;
	log_warn("radius \"%s\": a reply of its %s port was dropped: %s", s->config->name, port_name(p), why);
}

static void count(struct rport *p, const struct radius_view *v, uint32_t latency_us)
{
	p->latency_us = p->latency_us ? (uint32_t)((7ull * p->latency_us + latency_us) / 8) : latency_us;
	switch (v->code) {
	case RADIUS_ACCESS_ACCEPT: p->accepts++; break;
	case RADIUS_ACCESS_REJECT: p->rejects++; break;
	case RADIUS_ACCESS_CHALLENGE: p->challenges++; break;
	default: p->responses++; break;
	}
}

static void take_reply(struct rsocket *k, const uint8_t *data, size_t len)
{
	struct rport *p = k->port;
	struct server *s = p->server;
	struct radius_view v;
	enum radius_fault fault = radius_parse(&v, data, len);
	struct request *q = fault ? NULL : k->by_id[v.id];
	struct radius_answer answer;
	uint8_t auth[16];
	bool must_sign;

	if (fault) {
		bad_reply(p, radius_fault_text(fault));
		return;
	}
	if (!q) {
		bad_reply(p, "nothing was asked with its identifier, or it came too late");
		return;
	}
	/* Of all replies only these can be forged to any use (Blast-RADIUS). */
	must_sign = q->code == RADIUS_ACCESS_REQUEST && s->config->require_message_authenticator;
	fault = answers(q->code, v.code) ? radius_check_reply(&v, &s->secret, q->auth, must_sign) : RADIUS_BAD_CODE;
	if (fault) {
		bad_reply(p, radius_fault_text(fault));
		if (fault == RADIUS_BAD_AUTHENTICATOR)
			ask_secret(s);
		return;
	}
	memcpy(auth, q->auth, sizeof(auth));
	answer = (struct radius_answer){
		.view = &v, .server = { s->config, &s->secret }, .request_auth = auth,
		.latency_us = (uint32_t)(now_us() - q->sent_us),
	};
	if (!q->probe)
		count(p, &v, answer.latency_us);
	set_alive(p);
	finish(q, 0, &answer);
}

static void on_readable(struct loop_io *io, int fd, int events)
{
	struct rsocket *k = (struct rsocket *)((char *)io - offsetof(struct rsocket, io));
	/* One more than the longest, so that a longer one is seen as such. */
	static uint8_t data[RADIUS_PACKET_MAX + 1];

	(void)events;
	for (int i = 0; i < 64; i++) {
		ssize_t n = recv(fd, data, sizeof(data), 0);

		if (n < 0 && errno == ECONNREFUSED && k->port->requests) {
			set_dead(k->port, "nothing listens there (ICMP port unreachable)");
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		if ((size_t)n > RADIUS_PACKET_MAX)
			bad_reply(k->port, radius_fault_text(RADIUS_LONG));
		else
			take_reply(k, data, (size_t)n);
	}
	explicit_bzero(data, sizeof(data));
}

/* ---- secrets and addresses ---- */

static void maybe_ready(struct server *s)
{
	if (is_usable(s) && s->radius->on_alive)
		s->radius->on_alive(s->radius->alive_arg);
}

static void on_secret(void *arg, int result, struct ipc_message *m)
{
	struct server *s = arg;
	struct secret fresh = { 0 };
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);

	s->opening = false;
	if (result == -EPIPE)
		return;
	if (!result)
		result = fd < 0 ? fd : secret_read_fd(&fresh, fd);
	if (fd >= 0)
		close(fd);
	if (result) {
		server_error(s, "its secret-file cannot be used");
		log_error("radius \"%s\": cannot use its secret-file: %s", s->config->name,
			  result == -EACCES ? "others can read it: chmod 600 it" :
			  result == -ENODATA ? "it is empty" : strerror(-result));
	} else {
		bool first = !secret_is_set(&s->secret);

		secret_clear(&s->secret);
		s->secret = fresh;
		if (first)
			maybe_ready(s);
	}
	secret_clear(&fresh);
}

static void ask_secret(struct server *s)
{
	struct aaa_open body = { .kind = AAA_FILE_RADIUS };

	if (s->opening)
		return;
	memcpy(body.name, s->config->name, sizeof(body.name));
	s->opening = channel_request(&s->radius->aaa->monitor, AAA_OPEN, &body, sizeof(body), NULL, 0,
				     on_secret, s) == 0;
}

struct name_job {
	struct workers_job job;
	struct server *server;
	struct aaa_resolve q;
	struct aaa_resolve_reply r;
	int result;
};

static void run_name(struct workers_job *job)
{
	struct name_job *j = (struct name_job *)job;

	j->result = resolve(&j->q, &j->r);
}

static void on_name_timer(struct loop_timer *t)
{
	ask_address((struct server *)((char *)t - offsetof(struct server, name_timer)));
}

static void take_address(struct server *s, const struct addr *a)
{
	if (addr_equal_ip(&s->address, a))
		return;
	s->address = *a;
	/* What is under way starts again, with the new address. */
	for (int i = 0; i < RADIUS_PORTS; i++) {
		struct rport *p = &s->ports[i];

		while (p->requests)
			advance(p->requests);
		close_sockets(p);
	}
	maybe_ready(s);
}

static void done_name(struct workers_job *job)
{
	struct name_job *j = (struct name_job *)job;
	struct server *s = j->server;

	s->resolving = false;
	if (j->result == 0 && j->r.count) {
		take_address(s, &j->r.address[0]);
	} else {
		server_error(s, j->r.error);
		if (!addr_is_set(&s->address))
			log_warn("radius \"%s\": its address %s cannot be resolved: %s", s->config->name,
				 s->config->address, j->r.error);
		loop_timer_set(s->radius->loop, &s->name_timer, loop_now(s->radius->loop) + NAME_RETRY_MS,
			       on_name_timer);
	}
	free(j);
}

static void ask_address(struct server *s)
{
	struct name_job *j;
	struct addr literal;

	if (s->resolving)
		return;
	if (addr_parse(&literal, s->config->address) == 0) {
		take_address(s, &literal);
		return;
	}
	j = calloc(1, sizeof(*j));
	if (!j)
		return;
	j->job.run = run_name;
	j->job.done = done_name;
	j->server = s;
	j->q.family = s->config->source.family;
	snprintf(j->q.name, sizeof(j->q.name), "%s", s->config->address);
	s->resolving = workers_add(s->radius->aaa->workers, &j->job) == 0;
	if (!s->resolving) {
		free(j);
		loop_timer_set(s->radius->loop, &s->name_timer, loop_now(s->radius->loop) + NAME_RETRY_MS,
			       on_name_timer);
	}
}

/* ---- the whole ---- */

struct radius *radius_new(struct aaa *a)
{
	struct radius *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->aaa = a;
	r->loop = a->loop;
	r->n = a->config->radius_n;
	r->servers = calloc(r->n + 1, sizeof(*r->servers));
	if (!r->servers) {
		free(r);
		return NULL;
	}
	for (size_t i = 0; i < r->n; i++) {
		struct server *s = &r->servers[i];

		s->radius = r;
		s->config = &a->config->radius[i];
		for (int k = 0; k < RADIUS_PORTS; k++)
			s->ports[k] = (struct rport){ .server = s, .kind = (enum radius_port)k };
		ask_secret(s);
		ask_address(s);
	}
	return r;
}

void radius_free(struct radius *r)
{
	for (size_t i = 0; r && i < r->n; i++) {
		struct server *s = &r->servers[i];

		loop_timer_stop(&s->name_timer);
		for (int k = 0; k < RADIUS_PORTS; k++) {
			loop_timer_stop(&s->ports[k].probe_timer);
			while (s->ports[k].requests)
				free_request(s->ports[k].requests);
			close_sockets(&s->ports[k]);
		}
		secret_clear(&s->secret);
	}
	if (r)
		free(r->servers);
	free(r);
}

int radius_send(struct radius *r, enum radius_port port, const struct config_strings *servers,
		enum radius_code code, radius_build *build, radius_done *done, void *arg)
{
	struct request *q = calloc(1, sizeof(*q));

	if (!q)
		return -ENOMEM;
	*q = (struct request){
		.radius = r, .servers = servers, .kind = port, .code = code, .build = build, .done = done,
		.arg = arg, .result = -ETIMEDOUT,
	};
	advance(q);
	return 0;
}

void radius_on_alive(struct radius *r, void (*fn)(void *arg), void *arg)
{
	r->on_alive = fn;
	r->alive_arg = arg;
}

bool radius_is_alive(const struct radius *r, enum radius_port port, const struct config_strings *servers)
{
	for (size_t i = 0; i < servers->n; i++) {
		const struct server *s = find_server(r, servers->v[i]);

		if (s && is_usable(s) && s->ports[port].state != DEAD)
			return true;
	}
	return false;
}

bool radius_is_ready(const struct radius *r, const struct config_strings *servers)
{
	for (size_t i = 0; i < servers->n; i++) {
		const struct server *s = find_server(r, servers->v[i]);

		if (s && is_usable(s))
			return true;
	}
	return false;
}

int radius_state(const struct radius *r, uint32_t index, struct aaa_radius_state *out)
{
	const struct server *s = index < r->n ? &r->servers[index] : NULL;
	const struct rport *auth, *acct;
	uint64_t changed;
	char text[ADDR_STRLEN];

	*out = (struct aaa_radius_state){ 0 };
	if (!s)
		return -ENOENT;
	auth = &s->ports[RADIUS_PORT_AUTH];
	acct = &s->ports[RADIUS_PORT_ACCT];
	memcpy(out->name, s->config->name, sizeof(out->name));
	if (addr_is_set(&s->address))
		snprintf(out->address, sizeof(out->address), "%s", addr_format(&s->address, text));
	out->auth_port = s->config->auth_port;
	out->acct_port = s->config->acct_port;
	out->auth = auth->state;
	out->acct = acct->state;
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
	changed = auth->changed_ms > acct->changed_ms ? auth->changed_ms : acct->changed_ms;
	if (changed)
		out->changed_ms_ago = loop_now(r->loop) - changed + 1;
	memcpy(out->last_error, s->last_error, sizeof(out->last_error));
	return 0;
}
