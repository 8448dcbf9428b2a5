/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * L2TP as the engine drives it: one protocol core (proto/l2tp), which speaks in
 * effects; driver.c takes them and calls the functions of tunnel_events.h and
 * session_events.h. Those must not call back into the core: they defer what has
 * to be said to it (turn.h).
 */
#ifndef L2TPD_ENGINE_L2TP_L2TP_H
#define L2TPD_ENGINE_L2TP_L2TP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/turn.h"
#include "lib/addr.h"
#include "lib/loop.h"
#include "lib/table.h"

struct engine;
struct l2tp_endpoint;
struct outbox;
struct sock;
struct tunnel;

/*
 * Who takes tunnels that peers open. True: the tunnel is its own, with owner
 * set (tunnel.h); or, with t->cause, it would be and is refused. What the peer
 * said is known by then.
 */
typedef bool l2tp_taker(struct tunnel *t);

struct l2tp {
	struct l2tp_endpoint *core;
	l2tp_taker *const *takers; /* asked in this order; ends in NULL */
	/*
	 * all that the core has, also those that only wait for a last
	 * acknowledgement
	 */
	struct tunnel *tunnels;
	/* by index of the listen section; NULL: not open yet */
	struct sock **listeners;
	uint32_t listen_n;
	struct outbox *outbox;	  /* packets that leave when the turn settles */
	bool one_tunnel_per_path; /* what this kernel can do: path.c */
	/* for those who do not answer our SCCRP; when it is set for */
	struct loop_timer expiry;
	uint64_t expiry_ms;
	uint64_t path_seed;
	struct table paths; /* of addresses and ports -> struct tunnel */
	struct turn_hook hook;
};

struct l2tp_options {
	uint32_t listen_n;
	bool one_tunnel_per_path;
	l2tp_taker *const *takers;
};

/*
 * driver.c. Opens what the protocol needs of OpenSSL, before there
 * is no file system.
 */
void l2tp_warm_up(void);
/* 0 or -ENOMEM. */
int l2tp_start(struct engine *e, const struct l2tp_options *o);
/* Tunnels, their links and sockets go without a word to anybody. */
void l2tp_free(struct engine *e);
/*
 * A listening socket, taken over, of this listen section; it is read from
 * l2tp_listen on. 0 or -ENOMEM.
 */
int l2tp_add_listener(struct engine *e, uint32_t index, int fd);
int l2tp_listen(struct engine *e); /* 0 or -errno */
/*
 * Whether all control connections are down; whether the peers acknowledged all
 * that was sent.
 */
bool l2tp_is_down(const struct engine *e);
bool l2tp_is_acknowledged(const struct engine *e);

#endif
