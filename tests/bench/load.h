/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * l2tp-load: many L2TP calls at once, from the protocol core over real UDP
 * sockets. The LAC (lac.c) makes them, the LNS (lns.c) answers them; both run
 * on the driver (drive.c) and its sockets (net.c). report.c prints.
 */
#ifndef L2TPD_BENCH_LOAD_H
#define L2TPD_BENCH_LOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "lib/addr.h"
#include "proto/l2tp/l2tp.h"

uint64_t load_now_ns(void); /* monotonic */

/* ---- net.c: sockets and batches ---- */

#define NET_BATCH      64
#define NET_PACKET_MAX 2048

struct net_socket {
	int fd;
	struct addr local, peer; /* peer: unset when not connected */
};

struct net_batch {
	unsigned int n;
	struct mmsghdr msg[NET_BATCH];
	struct iovec iov[NET_BATCH];
	struct sockaddr_storage name[NET_BATCH];
	uint8_t data[NET_BATCH][NET_PACKET_MAX];
};

struct net {
	int epoll;
	struct net_socket *sockets;
	unsigned int count, room;
	struct net_batch in, out;
	int out_socket; /* that of the batch */
	uint64_t received, sent, send_errors;
};

int net_init(struct net *n, unsigned int room); /* room: sockets at most */
void net_fini(struct net *n);
/* A socket's index, or -errno. Connected to peer when peer is not NULL. */
int net_open(struct net *n, const struct addr *local, const struct addr *peer);
void net_send(struct net *n, int socket, const struct addr *to,
	      const uint8_t *data, size_t len);
void net_flush(struct net *n);
/* A packet that came; data is the batch's. */
struct net_handler {
	void *ctx;
	void (*packet)(void *ctx, int socket, const struct addr *from,
		       const uint8_t *data, size_t len);
};
/* Waits at most timeout_ms, then hands over what came. 0 or -errno. */
int net_wait(struct net *n, int timeout_ms, const struct net_handler *h);

/* ---- drive.c: the core with its timers ---- */

struct load;

/* What the driver knows of a tunnel: the user pointer of the core's. */
struct load_tunnel {
	struct l2tp_tunnel *t; /* NULL: gone */
	uint64_t deadline;     /* the core's */
	uint64_t armed;	       /* its place in the heap; may be earlier */
	int heap;	       /* -1: not in it */
	bool established, closing;
};

/* Answers that wait until all effects of a call into the core are taken. */
struct load_deferred {
	enum l2tp_effect_type type;
	struct l2tp_tunnel *tunnel;
	struct l2tp_session *session;
};

struct load_role {
	/*
	 * Every effect but SEND and LOG; may not call the core, but load_defer.
	 */
	void (*effect)(struct load *l, const struct l2tp_effect *e);
	/* A deferred effect: may call the core once. */
	void (*act)(struct load *l, const struct load_deferred *d,
		    uint64_t now_ms);
	/* A data packet; may not call the core. NULL: the core counts it. */
	void (*data)(struct load *l, const uint8_t *packet, size_t len);
};

struct load_options {
	struct addr address; /* the LNS's */
	bool lns, churn, json, quiet;
	unsigned int tunnels, calls, concurrency, opening, sockets, rate,
		hold_s, timeout_s, loss;
	struct l2tp_tunnel_config tunnel;
	struct watched {
		char name[32];
		pid_t pid;
	} watched[8];
	unsigned int watched_n;
};

struct load {
	const struct load_options *o;
	const struct load_role *role;
	struct net net;
	struct l2tp_endpoint *ep;
	struct load_tunnel **heap;
	unsigned int heap_n, heap_room;
	struct load_deferred *deferred;
	unsigned int deferred_n, deferred_room;
	uint64_t log_lines;
	uint64_t random;
	void *state; /* the role's */
};

int load_init(struct load *l, const struct load_options *o,
	      const struct load_role *role, unsigned int sockets);
void load_fini(struct load *l);
struct load_tunnel *load_tunnel_new(struct l2tp_tunnel *t);
void load_defer(struct load *l, enum l2tp_effect_type type,
		struct l2tp_tunnel *t, struct l2tp_session *s);
/* after each call into the core */
void load_drain(struct load *l, uint64_t now_ms);
/* One turn of the loop: packets, timers. At most timeout_ms. */
int load_turn(struct load *l, int timeout_ms);

/* ---- report.c ---- */

struct usage {
	double cpu_s;		 /* user and system */
	uint64_t rss_kb, pss_kb; /* 0: not known */
};
int usage_read(pid_t pid, struct usage *u); /* 0 or -errno */

#define FAILURE_KINDS 32
struct failures {
	struct {
		char text[160];
		uint64_t n;
	} kind[FAILURE_KINDS];
	unsigned int kinds;
	uint64_t total;
};
void failures_add(struct failures *f, const char *what,
		  const struct l2tp_cause *cause, bool by_peer,
		  enum l2tp_message_type type);

enum load_point { POINT_START, POINT_TUNNELS, POINT_CALLS, POINT_HELD, POINTS };
struct results {
	uint64_t tunnels_up, calls_up, calls_done;
	double tunnels_s, calls_s; /* how long that took */
	uint32_t *latency_us;	   /* of each call that came up */
	uint64_t latencies;
	struct failures failures;
	uint64_t retransmitted, log_lines, packets_in, packets_out, send_errors;
	struct usage self[POINTS], watched[8][POINTS];
};
void results_usage(struct results *r, const struct load_options *o,
		   enum load_point p);
void results_print(struct results *r, const struct load_options *o);

/* ---- lac.c, lns.c: 0 or a process exit status ---- */
int lac_run(const struct load_options *o);
int lns_run(const struct load_options *o);

#endif
