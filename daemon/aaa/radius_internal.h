/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the RADIUS client's files share: servers, their ports,
 * requests under way.
 */
#ifndef L2TPD_AAA_RADIUS_INTERNAL_H
#define L2TPD_AAA_RADIUS_INTERNAL_H

#include "aaa/internal.h"
#include "aaa/radius.h"
#include "aaa/server.h"

#define RADIUS_IDS	    256	 /* of a socket: RFC 2865, section 3 */
#define RADIUS_SOCKETS_MAX  33	 /* of a line: all requests, and the probes */
#define RADIUS_REQUESTS_MAX 8192 /* under way in all */
/* kinds of bad replies; the last: nothing was asked */
#define RADIUS_FAULTS	    (RADIUS_NO_DIGEST + 2)

struct radius_request;
struct radius_server;
struct radius_tls;

/*
 * To a server, with identifiers of its own: one of UDP, or a connection of TLS.
 */
struct radius_socket {
	struct radius_line *line;
	struct loop_io io;
	int fd;			/* negative: not yet */
	struct radius_tls *tls; /* NULL: UDP */
	struct radius_request *by_id[RADIUS_IDS];
	/* TLS: given up, and its answer may still come */
	bool spent[RADIUS_IDS];
	unsigned int used, next, spent_n; /* used: with the spent */
	uint64_t heard_ms; /* of the last right reply; 0: of none */
};

/*
 * A port of the server's host: one for each kind of requests with UDP, one for
 * both with TLS.
 */
struct radius_line {
	struct radius_server *server;
	const char *name;
	uint16_t port;
	struct radius_socket *sockets[RADIUS_SOCKETS_MAX];
	unsigned int socket_n;
};

/* What a server does: the two kinds live and die each for itself. */
struct radius_portal {
	struct radius_server *server;
	enum radius_port kind;
	struct radius_line *line;
	struct server_life life;	 /* its timer: until it is probed */
	struct radius_request *requests; /* under way */
	unsigned int request_n;
	bool probing;
	uint64_t requests_sent, accepts, rejects, challenges, responses,
		timeouts;
	/* smoothed: 7/8 old, 1/8 new; not of Access-Rejects */
	uint32_t latency_us;
};

struct radius_server {
	struct radius *radius;
	const struct config_radius *config;
	struct server base;
	struct radius_portal ports[RADIUS_PORTS];
	struct radius_line lines[RADIUS_PORTS];
	uint64_t retransmits, bad, logged_ms[RADIUS_FAULTS];
	/* One of its replies to Access-Requests had a Message-Authenticator. */
	bool signs;
	bool unsigned_told; /* that one had none, and was taken */
};

struct radius_request {
	struct radius *radius;
	/* of its port, or of radius->ending */
	struct radius_request *next, **prev;
	const struct config_strings *servers;
	uint64_t tried; /* bits by place in servers */
	size_t place;	/* of the server that it is with */
	enum radius_port kind;
	enum radius_code code;
	radius_build *build;
	radius_done *done;
	void *arg;
	struct radius_portal *port; /* where it is under way; NULL: it ends */
	struct radius_portal *last; /* where it was tried last */
	/* the time that it has there, by whatever connections */
	uint64_t until_ms;
	bool probe;
	struct radius_socket *socket;
	uint8_t id, auth[16];
	unsigned int sends;
	/* of the last reply to it that could not be taken; RADIUS_OK: none */
	enum radius_fault fault;
	uint64_t started_ms, sent_us;
	struct loop_timer timer;
	size_t len;
	uint8_t *packet;
	int result; /* of one that ends without a server */
};

/*
 * What the lower files tell those above them, of which they know nothing else.
 * From the top: radius.c, which says who is told, radius_probe.c and
 * radius_reply.c, radius_request.c, radius_socket.c, radius_tls.c,
 * radius_signature.c, radius_server.c.
 */
struct radius_events {
	/*
	 * A packet came. false: it is one that ends a connection (RFC 6613,
	 * section 2.6.4).
	 */
	bool (*reply)(struct radius_socket *k, const uint8_t *data, size_t len);
	/* It, or what comes in its place, is no reply. */
	void (*bad_reply)(struct radius_socket *k, enum radius_fault fault);
	/*
	 * A connection is over, and k is gone when this returns. why: a clause.
	 */
	void (*broken)(struct radius_socket *k, const char *why);
	/* Nothing listens at the line's UDP port. */
	void (*refused)(struct radius_line *l);
	/* A server's address or secret is another one now. */
	void (*changed)(struct radius_server *s);
	/*
	 * It is time to look whether a dead port answers again: its
	 * life's timer.
	 */
	void (*probe)(struct loop_timer *t);
};

struct radius {
	const struct radius_events *on;
	struct aaa *aaa;
	struct loop *loop;
	struct radius_server *servers;
	size_t n;
	/* no server is left to try: told by the next turn of the loop */
	struct radius_request *ending;
	unsigned int request_n; /* without probes */
	void (*on_alive)(void *arg);
	void *alive_arg;
};

/* ---- radius_server.c ---- */

const char *radius_port_name(const struct radius_portal *p);
void radius_server_init(struct radius_server *s, struct radius *r,
			const struct config_radius *config);
struct radius_server *radius_find_server(const struct radius *r,
					 const char *name);
void radius_set_alive(struct radius_portal *p);
/* That a server may be there again: who asked for it by radius_on_alive. */
void radius_tell_alive(const struct radius *r);
/*
 * It is dead, and is probed after a while. false: it was dead already, and
 * still is.
 */
bool radius_bury(struct radius_portal *p);
/* The life of this kind that a server of a name has; see server_find. */
struct radius_way {
	const struct radius *radius;
	enum radius_port kind;
};
const struct server_life *radius_life(const void *way, const char *name);

/* ---- radius_signature.c: of replies to Access-Requests ---- */

/* Whether a reply with this code must have a Message-Authenticator. */
bool radius_must_sign(const struct radius_server *s, uint8_t code);
/* Looks whether one that is taken has it. */
void radius_note_signature(struct radius_server *s,
			   const struct radius_view *reply);
/* AAA_SIGNATURE_* */
int radius_signature_state(const struct radius_server *s);

/* ---- radius_tls.c ---- */

/*
 * A connection begins, by its files; what becomes of it is told as broken.
 * NULL: out of memory.
 */
struct radius_tls *radius_tls_new(struct radius_socket *k);
void radius_tls_free(struct radius_tls *t); /* NULL is none */
/* Sent when it can be; -ENOBUFS when too much waits for that already. */
int radius_tls_send(struct radius_tls *t, const uint8_t *data, size_t len);
/* What it waits for, that did not come in time: a clause, for the log. */
const char *radius_tls_awaits(const struct radius_tls *t);
/* Version and cipher once it is up, else "". */
void radius_tls_describe(const struct radius_tls *t, char *out, size_t size);

/* ---- radius_socket.c ---- */

/*
 * A free identifier of the portal's line, the one that has been free for
 * longest; 0 or -errno.
 */
int radius_take_id(struct radius_request *q, struct radius_portal *p);
void radius_give_id(struct radius_request *q);
/*
 * Of a request that was not answered. A late answer must not meet another
 * request on its connection, and end that.
 */
void radius_spend_id(struct radius_request *q);
/* the late answer is there */
void radius_regain_id(struct radius_socket *k, uint8_t id);
/*
 * 0 when it is under way, or lost as packets are; -errno: it is not. A
 * connection that breaks is told from the loop.
 */
int radius_socket_send(struct radius_socket *k, const uint8_t *data,
		       size_t len);
/* Out of its line and freed; no request has an identifier of it any more. */
void radius_socket_close(struct radius_socket *k);
void radius_line_close(struct radius_line *l);

/* ---- radius_request.c ---- */

/* Puts the request under way at a port; 0 or -errno. */
int radius_request_start(struct radius_request *q, struct radius_portal *p);
/* On to the next server; without one it ends, from the loop. */
void radius_request_advance(struct radius_request *q);
/* Its end is told: as radius_done has it. q is freed before. */
void radius_request_finish(struct radius_request *q, int result,
			   const struct radius_answer *answer);
/* Without a word to whom it is for. */
void radius_request_free(struct radius_request *q);
/* since it was sent first */
uint32_t radius_request_latency_us(const struct radius_request *q);
/* why: a clause, for the log. What waits there moves on. */
void radius_set_dead(struct radius_portal *p, const char *why);
/*
 * See struct radius_events. What was refused is dead for the kinds of requests
 * that wait there.
 */
void radius_line_refused(struct radius_line *l);
/* What is under way at the server begins again. */
void radius_server_restart(struct radius_server *s);
/*
 * What was under way begins again, here only if this connection ever served;
 * when nothing serves the server is dead.
 */
void radius_socket_broken(struct radius_socket *k, const char *why);

/* ---- radius_reply.c: see struct radius_events ---- */

bool radius_take_reply(struct radius_socket *k, const uint8_t *data,
		       size_t len);
void radius_bad_reply(struct radius_socket *k, enum radius_fault fault);

/* ---- radius_probe.c ---- */

void radius_probe(struct loop_timer *t);

#endif
