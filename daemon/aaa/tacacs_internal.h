/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the TACACS+ client's files share: servers, their connections, requests
 * under way.
 */
#ifndef L2TPD_AAA_TACACS_INTERNAL_H
#define L2TPD_AAA_TACACS_INTERNAL_H

#include <sys/queue.h>

#include "aaa/internal.h"
#include "aaa/server.h"
#include "aaa/tacacs.h"
#include "lib/table.h"
#include "proto/tacacs/stream.h"

#define TACACS_CONNECTIONS_MAX 64   /* to a server */
#define TACACS_REQUESTS_MAX    8192 /* under way in all */
/* after which a connection that nobody uses is closed, before others do it */
#define TACACS_IDLE_MS	       30000
/* kinds of bad replies; the last: nothing was asked */
#define TACACS_UNASKED	       TACACS_FAULTS

struct tacacs_request;
struct tacacs_server;
TAILQ_HEAD(tacacs_queue, tacacs_request);

enum tacacs_phase {
	TACACS_CONNECTING,
	/*
	 * Up, and the first reply is to tell whether it is shared (section
	 * 4.3): one request until then.
	 */
	TACACS_FRESH,
	TACACS_SHARED,
};

struct tacacs_connection {
	struct tacacs_server *server;
	struct loop_io io;
	int fd;
	enum tacacs_phase phase;
	bool asked; /* for sharing it */
	bool over;  /* it had its one reply, and is closed after it */
	struct table requests; /* session_id -> what is under way on it */
	uint64_t heard_ms;     /* of the last right reply; 0: of none */
	struct loop_timer idle_timer;
	size_t out_len, out_size;
	uint8_t *out; /* what could not be written yet */
	struct tacacs_stream in;
};

/* Whether a server takes many requests on a connection. */
enum tacacs_sharing {
	TACACS_SHARING_UNKNOWN,
	TACACS_SHARING_AGREED,
	TACACS_SHARING_REFUSED
};

/* authentication, authorization, accounting: by enum tacacs_type */
struct tacacs_counts {
	uint64_t requests, passes, fails;
	uint32_t latency_us; /* smoothed: 7/8 old, 1/8 new */
};

struct tacacs_server {
	struct tacacs *tacacs;
	const struct config_tacacs *config;
	struct server base;
	struct server_life life;
	enum tacacs_sharing sharing;
	struct tacacs_connection *connections[TACACS_CONNECTIONS_MAX];
	unsigned int connection_n;
	struct tacacs_queue waiting; /* for a connection */
	unsigned int request_n;	     /* with those on connections */
	struct tacacs_counts counts[TACACS_ACCT + 1];
	uint64_t timeouts, errors, bad, logged_ms[TACACS_UNASKED + 1];
	/* it said last that it failed, and how; "": it did not */
	char failure[AAA_ERROR_MAX];
};

struct tacacs_request {
	struct tacacs *tacacs;
	TAILQ_ENTRY(tacacs_request) entry;
	struct tacacs_queue *queue; /* that it is in; NULL: none */
	const struct config_strings *servers;
	uint64_t tried; /* bits by place in servers */
	int place;	/* of the server that it is with, or was */
	enum tacacs_kind kind;
	tacacs_build *build;
	tacacs_done *done;
	void *arg;
	struct tacacs_server *server;	      /* NULL: it ends, or pauses */
	struct tacacs_connection *connection; /* NULL: not on one */
	uint32_t session_id;
	/* the time that it has there, by whatever connections */
	uint64_t started_ms, until_ms, sent_us;
	struct loop_timer timer;
	int result; /* of one that ends without a server */
};

/*
 * What the lower files tell those above them. From the top: tacacs.c, which
 * says who is told, tacacs_reply.c, tacacs_request.c, tacacs_connection.c,
 * tacacs_server.c.
 */
struct tacacs_events {
	/* A packet came; its body is hidden. A fault ends the connection. */
	enum tacacs_fault (*reply)(struct tacacs_connection *c,
				   const struct tacacs_header *h,
				   uint8_t *body);
	/* It had its one reply; c is gone when this returns. */
	void (*over)(struct tacacs_connection *c);
	/*
	 * It is over, and c is gone when this returns. why: a clause; fault:
	 * what came made it so.
	 */
	void (*broken)(struct tacacs_connection *c, const char *why,
		       enum tacacs_fault fault);
	/* A server's address or secret is another one now. */
	void (*changed)(struct tacacs_server *s);
};

struct tacacs {
	const struct tacacs_events *on;
	struct aaa *aaa;
	struct loop *loop;
	struct tacacs_server *servers;
	size_t n;
	/* with no server: told by the next turn of the loop, or pausing */
	struct tacacs_queue idle;
	unsigned int request_n;
	void (*on_alive)(void *arg);
	void *alive_arg;
};

/* ---- tacacs_server.c ---- */

void tacacs_server_init(struct tacacs_server *s, struct tacacs *t,
			const struct config_tacacs *config);
struct tacacs_server *tacacs_find_server(const struct tacacs *t,
					 const char *name);
/* See server_find; ctx is the struct tacacs. */
const struct server_life *tacacs_life(const void *ctx, const char *name);
void tacacs_tell_alive(const struct tacacs *t);
/* It is time to ask a dead one again: the next request finds out. */
void tacacs_look(struct loop_timer *t);

/* ---- tacacs_connection.c ---- */

/* One begins; NULL with *err -errno. */
struct tacacs_connection *tacacs_connect(struct tacacs_server *s, int *err);
/* Out of its server, and freed; nothing is under way on it any more. */
void tacacs_disconnect(struct tacacs_connection *c);
/*
 * Sent when it can be; -ENOBUFS when too much waits for that already, or
 * -errno. What breaks is told from the loop.
 */
int tacacs_write(struct tacacs_connection *c, const uint8_t *data, size_t len);

/* ---- tacacs_request.c ---- */

/* Puts what waits at the server on connections, as far as they go. */
void tacacs_pump(struct tacacs_server *s);
/* On to the next server; without one it ends, from the loop. */
void tacacs_request_advance(struct tacacs_request *q);
/* Its end is told: as tacacs_done has it. q is freed before. */
void tacacs_request_finish(struct tacacs_request *q, int result,
			   const struct tacacs_answer *answer);
/* Without a word to whom it is for. */
void tacacs_request_free(struct tacacs_request *q);
/* since it was sent */
uint32_t tacacs_request_latency_us(const struct tacacs_request *q);
/* Off its connection, which is as it was, and away from its server. */
void tacacs_request_detach(struct tacacs_request *q);
/* A connection that nobody is on is closed, at once or after a while. */
void tacacs_leave_unused(struct tacacs_connection *c);
/* See struct tacacs_events. */
void tacacs_connection_over(struct tacacs_connection *c);
void tacacs_connection_broken(struct tacacs_connection *c, const char *why,
			      enum tacacs_fault fault);
void tacacs_server_restart(struct tacacs_server *s);
/* A bad reply is counted, and logged unless others were just now. */
void tacacs_drop_reply(struct tacacs_server *s, unsigned int fault,
		       const char *why);

/* ---- tacacs_reply.c: see struct tacacs_events ---- */

enum tacacs_fault tacacs_take_reply(struct tacacs_connection *c,
				    const struct tacacs_header *h,
				    uint8_t *body);

#endif
