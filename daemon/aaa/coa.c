/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket, the clients' secrets and the exchanges of RFC 5176; see coa.h. */
#include "aaa/coa.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "aaa/coa_read.h"
#include "aaa/internal.h"
#include "lib/log.h"

#define PACKETS_A_TURN	    64
#define EXCHANGES_MAX	    4096 /* remembered, or waiting for the engine */
#define BUCKETS		    256
/* for the engine; a client asks again after about as much */
#define ANSWER_MS	    3000
/*
 * How long a request is known when it comes again: as long as a client may go
 * on asking; with an Event-Timestamp as long as that is current, so that a
 * recorded request does nothing.
 */
#define REMEMBER_MS	    30000
#define REMEMBER_STAMPED_MS (2 * COA_WINDOW_S * 1000)
#define SWEEP_MS	    10000
/* between two lines about requests that were dropped */
#define LOG_PAUSE_MS	    10000
/* between two looks at a client's secret file */
#define SECRET_PAUSE_MS	    1000

struct client {
	struct coa *coa;
	const struct config_coa *config;
	struct secret secret;
	bool opening;
	bool changed; /* its file, while it was opened */
	uint64_t asked_ms;
};

/*
 * Where a request came from and was sent to, as the socket has it: the
 * way of its reply.
 */
struct way {
	struct sockaddr_storage from;
	socklen_t from_len;
	struct addr source, local;
	int level, type; /* of the control message; type 0: none */
	union {
		struct in_pktinfo v4;
		struct in6_pktinfo v6;
	} info;
	size_t info_len;
};

struct exchange {
	struct exchange *same;	/* others of the bucket */
	struct exchange *newer; /* in the order of their coming */
	struct client *client;
	struct way way;
	/* of the engine's answer that is awaited; 0: answered */
	uint64_t serial;
	uint64_t until_ms; /* for the engine, then: remembered */
	uint32_t remember_ms;
	uint8_t code, id, authenticator[16];
	struct aaa_coa *request; /* until it is answered */
	uint8_t *packet;	 /* the request, then its reply */
	size_t len;		 /* of packet; 0: there is no reply */
};

struct coa {
	struct aaa *aaa;
	struct loop_io io;
	int fd;
	struct client *clients;
	/* starting: secrets that are awaited before the first packet is read */
	size_t n, starting;
	struct exchange *buckets[BUCKETS];
	struct exchange *oldest, **newest;
	size_t exchange_n;
	uint64_t serial;
	struct loop_timer timer;
	uint64_t logged_ms, dropped; /* dropped: since the last line */
};

static uint64_t now_of(const struct coa *c)
{
	return loop_now(c->aaa->loop);
}

/* ---- the log ---- */

/* One line for many: whoever can send to us must not fill the log. */
static void __attribute__((format(printf, 2, 3)))
drop(struct coa *c, const char *fmt, ...)
{
	uint64_t now = now_of(c);
	char text[400];
	va_list ap;

	if (c->logged_ms && now - c->logged_ms < LOG_PAUSE_MS) {
		c->dropped++;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (c->dropped)
		log_warn("coa: %s (and %llu more were dropped since the last "
			 "such line)",
			 text, (unsigned long long)c->dropped);
	else
		log_warn("coa: %s", text);
	c->dropped = 0;
	c->logged_ms = now ? now : 1;
}

static const char *request_name(uint8_t code)
{
	return code == RADIUS_COA_REQUEST ? "CoA-Request" :
					    "Disconnect-Request";
}

/* ---- the clients' secrets ---- */

static void on_readable(struct loop_io *io, int fd, int events);

static void listen_when_ready(struct coa *c)
{
	int err;

	if (--c->starting > 0)
		return;
	err = loop_io_start(c->aaa->loop, &c->io, c->fd, LOOP_READ,
			    on_readable);
	if (err)
		log_error("coa: the socket cannot be waited for: %s",
			  strerror(-err));
}

static void take_secret(struct client *k, const struct secret *fresh)
{
	if (k->secret.len == fresh->len &&
	    secret_equal(k->secret.data, fresh->data, fresh->len))
		return;
	if (secret_is_set(&k->secret))
		log_notice("coa \"%s\": its secret-file has another secret now",
			   k->config->name);
	k->secret = *fresh;
}

static void ask_secret(struct client *k);

static void on_secret(void *arg, int result, struct ipc_message *m)
{
	struct client *k = arg;
	struct coa *c = k->coa;
	struct secret s = { 0 };
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);
	int err = fd < 0 ? (result ? result : fd) : secret_read_fd(&s, fd);

	if (fd >= 0)
		close(fd);
	k->opening = false;
	if (result == -EPIPE)
		return;
	if (err)
		log_error("coa \"%s\": its secret file cannot be used: %s%s; "
			  "%s",
			  k->config->name, strerror(-err),
			  err == -EACCES ? " (it must be readable by its owner "
					   "only: chmod 600)" :
					   "",
			  secret_is_set(&k->secret) ?
				  "what was read before stays" :
				  "its requests are dropped");
	else
		take_secret(k, &s);
	explicit_bzero(&s, sizeof(s));
	if (c->starting)
		listen_when_ready(c);
	if (k->changed) {
		k->changed = false;
		k->asked_ms = 0;
		ask_secret(k);
	}
}

static void ask_secret(struct client *k)
{
	struct aaa_open body = { .kind = AAA_FILE_COA };
	uint64_t now = now_of(k->coa);

	if (k->opening || (k->asked_ms && now - k->asked_ms < SECRET_PAUSE_MS))
		return;
	k->asked_ms = now ? now : 1;
	memcpy(body.name, k->config->name, sizeof(body.name));
	k->opening = channel_request(&k->coa->aaa->monitor, AAA_OPEN, &body,
				     sizeof(body), NULL, 0, on_secret, k) == 0;
}

void coa_secret_changed(struct coa *c, const char *name)
{
	for (size_t i = 0; c && i < c->n; i++) {
		struct client *k = &c->clients[i];

		if (strcmp(k->config->name, name) != 0)
			continue;
		k->asked_ms = 0;
		k->changed = k->opening;
		ask_secret(k);
	}
}

/* ---- exchanges ---- */

static struct exchange **bucket_of(struct coa *c,
				   const uint8_t authenticator[16])
{
	/* A digest with the client's secret: it spreads by itself. */
	return &c->buckets[authenticator[0] % BUCKETS];
}

static struct exchange *find(struct coa *c, const struct way *w,
			     const struct radius_view *v)
{
	struct exchange *x = *bucket_of(c, v->authenticator);

	while (x && !(x->id == v->id &&
		      memcmp(x->authenticator, v->authenticator,
			     sizeof(x->authenticator)) == 0 &&
		      addr_equal(&x->way.source, &w->source)))
		x = x->same;
	return x;
}

static void free_exchange(struct coa *c, struct exchange *x)
{
	struct exchange **at = bucket_of(c, x->authenticator);

	while (*at != x)
		at = &(*at)->same;
	*at = x->same;
	c->exchange_n--;
	free(x->request);
	free(x->packet);
	free(x);
}

/* Takes the one that *at points to out of the list. */
static void forget(struct coa *c, struct exchange **at)
{
	struct exchange *x = *at;

	*at = x->newer;
	if (c->newest == &x->newer)
		c->newest = at;
	free_exchange(c, x);
}

/*
 * The oldest that is answered makes room for another; false: all
 * wait for the engine.
 */
static bool make_room(struct coa *c)
{
	if (c->exchange_n < EXCHANGES_MAX)
		return true;
	for (struct exchange **at = &c->oldest; *at; at = &(*at)->newer) {
		if (!(*at)->serial) {
			forget(c, at);
			return true;
		}
	}
	return false;
}

static struct exchange *new_exchange(struct coa *c, struct client *k,
				     const struct way *w,
				     const struct radius_view *v)
{
	struct exchange *x = make_room(c) ? calloc(1, sizeof(*x)) : NULL;
	struct exchange **bucket = bucket_of(c, v->authenticator);
	struct radius_attribute stamp;

	if (!x)
		return NULL;
	x->request = calloc(1, sizeof(*x->request));
	x->packet = malloc(v->len);
	if (!x->request || !x->packet) {
		free(x->request);
		free(x->packet);
		free(x);
		return NULL;
	}
	memcpy(x->packet, v->data, v->len);
	x->len = v->len;
	x->client = k;
	x->way = *w;
	x->code = v->code;
	x->id = v->id;
	memcpy(x->authenticator, v->authenticator, sizeof(x->authenticator));
	x->remember_ms = radius_find(v, 0, RADIUS_EVENT_TIMESTAMP, &stamp) ?
				 REMEMBER_STAMPED_MS :
				 REMEMBER_MS;
	x->same = *bucket;
	*bucket = x;
	*c->newest = x;
	c->newest = &x->newer;
	c->exchange_n++;
	return x;
}

/* ---- replies ---- */

static void transmit(struct coa *c, struct exchange *x)
{
	char control[CMSG_SPACE(sizeof(x->way.info))] = { 0 },
	     text[ADDR_STRLEN];
	struct iovec iov = { .iov_base = x->packet, .iov_len = x->len };
	struct msghdr m = {
		.msg_name = &x->way.from,
		.msg_namelen = x->way.from_len,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};

	if (x->way.type) {
		struct cmsghdr *h;

		m.msg_control = control;
		m.msg_controllen = CMSG_SPACE(x->way.info_len);
		h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = x->way.level;
		h->cmsg_type = x->way.type;
		h->cmsg_len = CMSG_LEN(x->way.info_len);
		memcpy(CMSG_DATA(h), &x->way.info, x->way.info_len);
	}
	/* One that is lost is asked for again. */
	if (x->len && sendmsg(c->fd, &m, MSG_NOSIGNAL) < 0 && errno != EAGAIN &&
	    errno != ENOBUFS)
		drop(c, "a reply to %s cannot be sent: %s",
		     addr_format_port(&x->way.source, text), strerror(errno));
}

static int build_reply(const struct exchange *x, enum coa_error error,
		       struct radius_builder *b)
{
	struct radius_view v;
	struct radius_cursor at = { 0 };
	struct radius_attribute a;
	bool coa = x->code == RADIUS_COA_REQUEST;

	if (radius_parse(&v, x->packet, x->len))
		return -EINVAL;
	if (error)
		radius_begin(b, coa ? RADIUS_COA_NAK : RADIUS_DISCONNECT_NAK,
			     x->id, x->authenticator);
	else
		radius_begin(b, coa ? RADIUS_COA_ACK : RADIUS_DISCONNECT_ACK,
			     x->id, x->authenticator);
	radius_add_signature(b);
	if (error)
		radius_add_u32(b, RADIUS_ERROR_CAUSE, error);
	/* In their order (RFC 5176, section 3.1). */
	while (radius_next(&v, &at, &a))
		if (!a.vendor && a.type == RADIUS_PROXY_STATE)
			radius_add(b, RADIUS_PROXY_STATE, a.value, a.len);
	return radius_sign_reply(b, &x->client->secret, x->authenticator);
}

/* The reply takes the request's place, and is what a repetition gets. */
static void answer(struct coa *c, struct exchange *x, enum coa_error error)
{
	struct radius_builder b;
	int err = build_reply(x, error, &b);
	uint8_t *packet = err ? NULL : malloc(b.len);

	if (packet)
		memcpy(packet, b.data, b.len);
	else
		log_error("coa \"%s\": a reply cannot be made: %s",
			  x->client->config->name,
			  strerror(err ? -err : ENOMEM));
	free(x->packet);
	free(x->request);
	x->request = NULL;
	x->packet = packet;
	x->len = packet ? b.len : 0;
	x->serial = 0;
	x->until_ms = now_of(c) + x->remember_ms;
	transmit(c, x);
}

static void on_sweep(struct loop_timer *t);

/* Somebody always waits for less than SWEEP_MS, or for nothing exact. */
static void arm(struct coa *c, uint64_t ms)
{
	uint64_t deadline = now_of(c) + ms;

	if (!loop_timer_is_set(&c->timer) || c->timer.deadline > deadline)
		loop_timer_set(c->aaa->loop, &c->timer, deadline, on_sweep);
}

static void on_sweep(struct loop_timer *t)
{
	struct coa *c = container_of(t, struct coa, timer);
	uint64_t now = now_of(c), next = SWEEP_MS;
	struct exchange **at = &c->oldest;

	while (*at) {
		struct exchange *x = *at;

		if (x->serial && now >= x->until_ms) {
			log_error("coa \"%s\": the engine did not answer a %s "
				  "in time",
				  x->client->config->name,
				  request_name(x->code));
			answer(c, x, COA_NO_RESOURCES);
		} else if (x->serial && x->until_ms - now < next) {
			next = x->until_ms - now;
		} else if (!x->serial && now >= x->until_ms) {
			forget(c, at);
			continue;
		}
		at = &x->newer;
	}
	if (c->oldest)
		arm(c, next);
}

/* ---- requests ---- */

static void log_done(const struct exchange *x, uint32_t sessions,
		     enum coa_error error, const char *why)
{
	char whom[400], from[ADDR_STRLEN];

	coa_describe(x->request, whom, sizeof(whom));
	addr_format(&x->way.source, from);
	if (error)
		log_notice("coa \"%s\" (%s): %s%s%s is refused: %s "
			   "(Error-Cause %d)",
			   x->client->config->name, from, request_name(x->code),
			   whom[0] ? " for " : "", whom, why, (int)error);
	else
		log_notice("coa \"%s\" (%s): %s for %s: %u session%s %s",
			   x->client->config->name, from, request_name(x->code),
			   whom, sessions, sessions == 1 ? "" : "s",
			   x->code == RADIUS_COA_REQUEST ? "changed" :
							   "disconnected");
}

static void take_request(struct coa *c, struct exchange *x,
			 const struct radius_view *v)
{
	struct aaa_coa *q = x->request;
	char why[200];
	enum coa_error error =
		coa_read(v, c->aaa->config, &x->way.local, q, why, sizeof(why));

	if (!error) {
		memcpy(q->client, x->client->config->name, sizeof(q->client));
		q->serial = x->serial = ++c->serial;
		x->until_ms = now_of(c) + ANSWER_MS;
		if (channel_event(&c->aaa->engine.channel, AAA_COA, q,
				  sizeof(*q), NULL, 0) == 0) {
			arm(c, ANSWER_MS);
			return;
		}
		error = COA_NO_RESOURCES;
		snprintf(why, sizeof(why), "the engine is not there");
	}
	log_done(x, 0, error, why);
	answer(c, x, error);
	arm(c, SWEEP_MS);
}

void coa_done(struct aaa *a, struct ipc_message *m)
{
	const struct aaa_coa_done *d = ipc_body(m, struct aaa_coa_done);
	struct coa *c = a->coa;
	struct exchange *x = c ? c->oldest : NULL;
	enum coa_error error;

	if (!d || !d->serial)
		return;
	while (x && x->serial != d->serial)
		x = x->newer;
	/* It came too late: the client was told so. */
	if (!x)
		return;
	error = d->sessions    ? COA_OK :
		d->error_cause ? (enum coa_error)d->error_cause :
				 COA_NO_SESSION;
	log_done(x, d->sessions, error,
		 error == COA_NO_SESSION ? "there is no such session" :
					   "the engine did not take it");
	answer(c, x, error);
}

/* Its sessions go with it. */
void coa_engine_gone(struct coa *c)
{
	for (struct exchange *x = c ? c->oldest : NULL; x; x = x->newer) {
		if (!x->serial)
			continue;
		log_done(x, 0, COA_NO_SESSION,
			 "the engine died, and its sessions with it");
		answer(c, x, COA_NO_SESSION);
	}
}

static void check(struct coa *c, struct client *k, const struct way *w,
		  const struct radius_view *v)
{
	enum radius_fault fault =
		radius_check_request(v, &k->secret,
				     k->config->require_message_authenticator);
	char from[ADDR_STRLEN];
	struct exchange *x;

	addr_format(&w->source, from);
	if (fault) {
		drop(c, "a %s of \"%s\" (%s) was dropped: %s",
		     request_name(v->code), k->config->name, from,
		     radius_fault_text(fault));
		/*
		 * The file may have another secret by now: its
		 * next attempt counts.
		 */
		if (fault != RADIUS_NO_MESSAGE_AUTHENTICATOR)
			ask_secret(k);
		return;
	}
	if (!coa_is_current(v, (uint64_t)time(NULL))) {
		drop(c,
		     "a %s of \"%s\" (%s) was dropped: its Event-Timestamp is "
		     "more than %d s off; it was recorded and sent again, or "
		     "one of the clocks is wrong",
		     request_name(v->code), k->config->name, from,
		     COA_WINDOW_S);
		return;
	}
	x = find(c, w, v);
	if (x && (x->serial || now_of(c) < x->until_ms)) {
		if (!x->serial)
			transmit(c, x);
		return;
	}
	x = new_exchange(c, k, w, v);
	if (x)
		take_request(c, x, v);
	else
		drop(c,
		     "a %s of \"%s\" (%s) was dropped: too many are under way",
		     request_name(v->code), k->config->name, from);
}

static void take_packet(struct coa *c, const struct way *w, const uint8_t *data,
			size_t len)
{
	const struct config_coa *config =
		config_coa_match(c->aaa->config, &w->source);
	struct client *k = config ? &c->clients[config - c->aaa->config->coa] :
				    NULL;
	struct radius_view v;
	enum radius_fault fault = radius_parse(&v, data, len);
	char from[ADDR_STRLEN];

	addr_format(&w->source, from);
	if (!k)
		drop(c,
		     "a packet of %s was dropped: no coa section lists that "
		     "address",
		     from);
	else if (fault)
		drop(c, "a packet of \"%s\" (%s) was dropped: %s", config->name,
		     from, radius_fault_text(fault));
	else if (v.code != RADIUS_COA_REQUEST &&
		 v.code != RADIUS_DISCONNECT_REQUEST)
		drop(c,
		     "a packet of \"%s\" (%s) was dropped: its code %u is no "
		     "CoA-Request's or Disconnect-Request's",
		     config->name, from, v.code);
	else if (secret_is_set(&k->secret))
		check(c, k, w, &v);
	else
		ask_secret(k);
}

/* ---- the socket ---- */

static void read_control(struct msghdr *m, struct way *w)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
		struct sockaddr_in four = { .sin_family = AF_INET };

		if (h->cmsg_level == IPPROTO_IPV6 &&
		    h->cmsg_type == IPV6_PKTINFO) {
			memcpy(&w->info.v6, CMSG_DATA(h), sizeof(w->info.v6));
			six.sin6_addr = w->info.v6.ipi6_addr;
			addr_from_sockaddr(&w->local, (struct sockaddr *)&six,
					   sizeof(six));
			/*
			 * The routes say by which interface, but for an address
			 * that is one link's only.
			 */
			if (!IN6_IS_ADDR_LINKLOCAL(&six.sin6_addr))
				w->info.v6.ipi6_ifindex = 0;
			w->info_len = sizeof(w->info.v6);
		} else if (h->cmsg_level == IPPROTO_IP &&
			   h->cmsg_type == IP_PKTINFO) {
			memcpy(&w->info.v4, CMSG_DATA(h), sizeof(w->info.v4));
			four.sin_addr = w->info.v4.ipi_addr;
			addr_from_sockaddr(&w->local, (struct sockaddr *)&four,
					   sizeof(four));
			w->info.v4.ipi_ifindex = 0;
			w->info_len = sizeof(w->info.v4);
		} else {
			continue;
		}
		w->level = h->cmsg_level;
		w->type = h->cmsg_type;
	}
}

static void on_readable(struct loop_io *io, int fd, int events)
{
	struct coa *c = container_of(io, struct coa, io);
	/* One more than the longest, so that a longer one is seen as such. */
	static uint8_t data[RADIUS_PACKET_MAX + 1];
	char control[256];

	(void)events;
	for (int i = 0; i < PACKETS_A_TURN; i++) {
		struct way w = { 0 };
		struct iovec iov = {
			.iov_base = data,
			.iov_len = sizeof(data),
		};
		struct msghdr m = {
			.msg_name = &w.from,
			.msg_namelen = sizeof(w.from),
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		ssize_t n = recvmsg(fd, &m, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		w.from_len = m.msg_namelen;
		if (addr_from_sockaddr(&w.source, (struct sockaddr *)&w.from,
				       w.from_len))
			continue;
		read_control(&m, &w);
		take_packet(c, &w, data, (size_t)n);
	}
}

/* ---- start and end ---- */

int coa_start(struct aaa *a)
{
	struct coa *c;

	if (a->coa_fd < 0 || !a->config->coa_n)
		return 0;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	a->coa = c;
	c->aaa = a;
	c->fd = a->coa_fd;
	c->newest = &c->oldest;
	c->n = c->starting = a->config->coa_n;
	c->clients = calloc(c->n, sizeof(*c->clients));
	if (!c->clients)
		return -ENOMEM;
	for (size_t i = 0; i < c->n; i++) {
		c->clients[i].coa = c;
		c->clients[i].config = &a->config->coa[i];
		ask_secret(&c->clients[i]);
		/*
		 * Without the monitor there is nobody to ask: this
		 * process ends then.
		 */
		if (!c->clients[i].opening)
			return -EPIPE;
	}
	return 0;
}

void coa_free(struct coa *c)
{
	if (!c)
		return;
	loop_io_stop(&c->io);
	loop_timer_stop(&c->timer);
	while (c->oldest)
		forget(c, &c->oldest);
	for (size_t i = 0; c->clients && i < c->n; i++)
		secret_clear(&c->clients[i].secret);
	free(c->clients);
	free(c);
}
