/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the RADIUS client's files share: servers, their ports, requests under way. */
#ifndef L2TPD_AAA_RADIUS_INTERNAL_H
#define L2TPD_AAA_RADIUS_INTERNAL_H

#include "aaa/internal.h"
#include "aaa/radius.h"

#define RADIUS_IDS		256	/* of a socket: RFC 2865, section 3 */
#define RADIUS_SOCKETS_MAX	33	/* of a port: all requests, and its probe */
#define RADIUS_REQUESTS_MAX	8192	/* under way in all */
#define RADIUS_LOG_PAUSE_MS	10000	/* between two lines about a server's replies with the same fault */
#define RADIUS_FAULTS		(RADIUS_NO_DIGEST + 2)	/* kinds of bad replies; the last: nothing was asked */

enum { UNKNOWN = AAA_RADIUS_UNKNOWN, ALIVE = AAA_RADIUS_ALIVE, DEAD = AAA_RADIUS_DEAD };

struct radius_request;
struct radius_server;

struct radius_socket {
	struct loop_io io;
	int fd;
	struct radius_portal *port;
	struct radius_request *by_id[RADIUS_IDS];
	unsigned int used, next;
};

/* One port of a server; the two live and die each for itself. */
struct radius_portal {
	struct radius_server *server;
	enum radius_port kind;
	int state;
	struct radius_socket *sockets[RADIUS_SOCKETS_MAX];
	unsigned int socket_n;
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

/* ---- radius_request.c ---- */

/* Puts the request under way at a port; 0 or -errno. */
int radius_request_start(struct radius_request *q, struct radius_portal *p);
/* On to the next server; without one it ends, from the loop. */
void radius_request_advance(struct radius_request *q);
/* Whether a server is left that it can move on to. */
bool radius_request_has_other(const struct radius_request *q);
/* Without a word to whom it is for. */
void radius_request_free(struct radius_request *q);
/* What is under way at the port begins again: its address or secret changed. */
void radius_portal_restart(struct radius_portal *p);
void radius_portal_close(struct radius_portal *p);

/* ---- radius_server.c ---- */

void radius_set_alive(struct radius_portal *p);
/* why: a clause, for the log. For one that is dead already: it still is. */
void radius_set_dead(struct radius_portal *p, const char *why);
/* Each at most once a second. */
void radius_ask_secret(struct radius_server *s);
void radius_ask_address(struct radius_server *s);

#endif
