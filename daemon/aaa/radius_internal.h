/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the RADIUS client's files share: servers, their ports, requests under way. */
#ifndef L2TPD_AAA_RADIUS_INTERNAL_H
#define L2TPD_AAA_RADIUS_INTERNAL_H

#include "aaa/internal.h"
#include "aaa/radius.h"

#define RADIUS_IDS		256	/* of a socket: RFC 2865, section 3 */
#define RADIUS_SOCKETS_MAX	33	/* of a line: all requests, and the probes */
#define RADIUS_REQUESTS_MAX	8192	/* under way in all */
#define RADIUS_LOG_PAUSE_MS	10000	/* between two lines about a server's replies with the same fault */
#define RADIUS_FAULTS		(RADIUS_NO_DIGEST + 2)	/* kinds of bad replies; the last: nothing was asked */

enum { UNKNOWN = AAA_RADIUS_UNKNOWN, ALIVE = AAA_RADIUS_ALIVE, DEAD = AAA_RADIUS_DEAD };

struct radius_request;
struct radius_server;
struct radius_tls;

/* To a server, with identifiers of its own: one of UDP, or a connection of TLS. */
struct radius_socket {
	struct radius_line *line;
	struct loop_io io;
	int fd;				/* -1: not yet */
	struct radius_tls *tls;		/* NULL: UDP */
	struct radius_request *by_id[RADIUS_IDS];
	bool spent[RADIUS_IDS];		/* TLS: given up, and its answer may still come */
	unsigned int used, next, spent_n;	/* used: with the spent */
	uint64_t heard_ms;		/* of the last right reply; 0: of none */
};

/* A port of the server's host: one for each kind of requests with UDP, one for both with TLS. */
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
	int state;
	struct radius_request *requests;	/* under way */
	unsigned int request_n;
	struct loop_timer probe_timer;
	bool probing;
	uint64_t changed_ms, heard_ms;	/* heard_ms: of the last right reply */
	uint64_t requests_sent, accepts, rejects, challenges, responses, timeouts;
	uint32_t latency_us;		/* smoothed: 7/8 old, 1/8 new */
};

struct radius_server {
	struct radius *radius;
	const struct config_radius *config;
	struct secret secret;
	struct addr address;		/* without port; unset: not resolved yet */
	bool resolving, opening;
	uint64_t resolved_ms, opened_ms;	/* when it was asked for last */
	int secret_error;		/* that was logged last */
	struct loop_timer retry_timer;	/* while address or secret are missing */
	struct radius_portal ports[RADIUS_PORTS];
	struct radius_line lines[RADIUS_PORTS];
	uint64_t retransmits, bad, logged_ms[RADIUS_FAULTS], send_logged_ms;
	char last_error[160];
};

struct radius_request {
	struct radius *radius;
	struct radius_request *next, **prev;	/* of its port, or of radius->ending */
	const struct config_strings *servers;
	uint64_t tried;			/* bits by place in servers */
	size_t place;			/* of the server that it is with */
	enum radius_port kind;
	enum radius_code code;
	radius_build *build;
	radius_done *done;
	void *arg;
	struct radius_portal *port;	/* where it is under way; NULL: it ends */
	struct radius_portal *last;	/* where it was tried last */
	uint64_t until_ms;		/* the time that it has there, by whatever connections */
	bool probe;
	struct radius_socket *socket;
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
	struct radius_server *servers;
	size_t n;
	struct radius_request *ending;	/* no server is left to try: told by the next turn of the loop */
	unsigned int request_n;		/* without probes */
	void (*on_alive)(void *arg);
	void *alive_arg;
};

const char *radius_port_name(const struct radius_portal *p);
void radius_server_error(struct radius_server *s, const char *text);
/* Its address and its secret are known. */
bool radius_is_usable(const struct radius_server *s);
struct radius_server *radius_find_server(const struct radius *r, const char *name);

/* ---- radius_socket.c ---- */

/* A free identifier of the portal's line, the one that has been free for longest; 0 or -errno. */
int radius_take_id(struct radius_request *q, struct radius_portal *p);
void radius_give_id(struct radius_request *q);
/* Of a request that was not answered. A late answer must not meet another request on its connection, and end that. */
void radius_spend_id(struct radius_request *q);
void radius_regain_id(struct radius_socket *k, uint8_t id);	/* the late answer is there */
/* 0 when it is under way, or lost as packets are; -errno: it is not. A connection that breaks is told from the loop. */
int radius_socket_send(struct radius_socket *k, const uint8_t *data, size_t len);
/* fd of this type (SOCK_DGRAM, SOCK_STREAM): bound to the source, connected or about to be; 0 or -errno. */
int radius_socket_connect(struct radius_socket *k, int type);
/* Out of its line and freed; no request has an identifier of it any more. */
void radius_socket_close(struct radius_socket *k);
void radius_line_close(struct radius_line *l);

/* ---- radius_tls.c ---- */

/* A connection begins, by its files; what becomes of it is told by radius_socket_broken. NULL: out of memory. */
struct radius_tls *radius_tls_new(struct radius_socket *k);
void radius_tls_free(struct radius_tls *t);	/* NULL is none */
/* Sent when it can be; -ENOBUFS when too much waits for that already. */
int radius_tls_send(struct radius_tls *t, const uint8_t *data, size_t len);
/* What it waits for, that did not come in time: a clause, for the log. */
const char *radius_tls_awaits(const struct radius_tls *t);
/* Version and cipher once it is up, else "". */
void radius_tls_describe(const struct radius_tls *t, char *out, size_t size);

/* ---- radius_request.c ---- */

/* Puts the request under way at a port; 0 or -errno. */
int radius_request_start(struct radius_request *q, struct radius_portal *p);
/* On to the next server; without one it ends, from the loop. */
void radius_request_advance(struct radius_request *q);
/* Whether a server is left that it can move on to. */
bool radius_request_has_other(const struct radius_request *q);
/* Without a word to whom it is for. */
void radius_request_free(struct radius_request *q);
/* What is under way at the server begins again: its address or secret changed. */
void radius_server_restart(struct radius_server *s);
/* A packet that came. false: it is one that ends a connection (RFC 6613, section 2.6.4). */
bool radius_take_reply(struct radius_socket *k, const uint8_t *data, size_t len);
/* It, or what comes in its place, is no reply. */
void radius_bad_reply(struct radius_socket *k, enum radius_fault fault);
/*
 * A connection is over, k is gone with it. What was under way begins again, here
 * only if this one ever served; when nothing serves the server is dead. why: a clause.
 */
void radius_socket_broken(struct radius_socket *k, const char *why);

/* ---- radius_server.c ---- */

void radius_set_alive(struct radius_portal *p);
/* why: a clause, for the log. For one that is dead already: it still is. */
void radius_set_dead(struct radius_portal *p, const char *why);
/* The same of both kinds, which share a line that leads nowhere. */
void radius_set_unreachable(struct radius_server *s, const char *why);
/* Each at most once a second. */
void radius_ask_secret(struct radius_server *s);
void radius_ask_address(struct radius_server *s);

#endif
