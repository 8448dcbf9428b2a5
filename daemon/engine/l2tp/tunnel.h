/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control connections as the engine has them. A tunnel is its owner's: of a
 * section that takes calls, or of a peer whom we call or who calls us.
 */
#ifndef L2TPD_ENGINE_L2TP_TUNNEL_H
#define L2TPD_ENGINE_L2TP_TUNNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/cause.h"
#include "engine/kernel.h"
#include "engine/turn.h"
#include "lib/config.h"
#include "lib/loop.h"
#include "lib/secret.h"
#include "proto/l2tp/l2tp.h"

struct engine;
struct session;
struct sock;
struct tunnel;

/* What a tunnel's owner does. What is NULL is nothing to it. */
struct tunnel_owner {
	const char *role; /* for display: "lns", "lac", "lcce" */
	/* a configured peer, and no stranger */
	bool is_peer;
	/* the peer's name; NULL: it has none */
	const char *(*name)(const struct tunnel *t);
	/* ours on this tunnel; NULL: the configuration's */
	const char *(*hostname)(const struct tunnel *t);
	/* What our SCCRP says; the caller clears the secrets. */
	void (*configure)(struct tunnel *t, struct l2tp_tunnel_config *cfg);
	/*
	 * Before the SCCRP, and before the socket: tunnel_go_on or
	 * tunnel_reject follows.
	 */
	void (*prepare)(struct tunnel *t);
	/*
	 * The socket that comes before the SCCRP is there: 0 and tunnel_answer
	 * follows later; or -errno.
	 */
	int (*protect)(struct tunnel *t);
	/* It is established, and in the data plane. */
	void (*up)(struct tunnel *t);
	/*
	 * The peer answered, when it was asked for a sign of life; NULL:
	 * that is nothing to the owner.
	 */
	void (*alive)(struct tunnel *t);
	/*
	 * It is down; or nothing is to be kept of it before the peer
	 * answers our SCCRP, which makes another struct tunnel. An owner
	 * that wants to hear no more of it sets t->owner to NULL.
	 */
	void (*down)(struct tunnel *t, const char *why);
	/*
	 * The peer asks for a session, of L2TP_CALL_LNS_INCOMING or
	 * _LAC_OUTGOING: it is taken, with its link's owner set; or false, with
	 * why not.
	 */
	bool (*request)(struct tunnel *t, struct session *s, struct cause *why);
};

/* How far an object is in the data plane. */
enum install { INSTALL_NONE, INSTALL_BUSY, INSTALL_DONE, INSTALL_FAILED };

struct tunnel {
	struct engine *engine;
	struct l2tp_tunnel *core; /* NULL once the core let it go */
	uint32_t id;
	bool up;   /* the control connection is established */
	bool down; /* TUNNEL_DOWN was seen */
	/* by the peer, or before it was up: it may have another secret */
	bool refused;
	/* the peer refused our SCCRQ, maybe for what it says */
	bool request_refused;
	bool gave_way;	 /* to the peer's own request, which won the tie */
	bool unanswered; /* it is refused without a word */
	bool closing;	 /* goes when its last session has */
	/* UDP: data is sent without a checksum; over IPv6 taken without one */
	bool no_csum_tx, no_csum_rx;
	/* IPsec protects it, and the aaa process watches for its end */
	bool guarded;
	/* it has a socket that the data plane made for it, or will */
	bool socket_asked;
	uint32_t reqid; /* of its SAs */
	enum install install;
	/* the core's, one per session, one per outstanding request */
	unsigned int refs;
	struct loop_timer timer; /* the core's deadline */
	struct sock *sock;	 /* its own; NULL: it uses a listener's */
	/* NULL: it is nobody's, or no longer */
	const struct tunnel_owner *owner;
	void *owned_by; /* the owner's */
	/* the owner's: calls that are being set up, and when too many were */
	uint32_t calls_in_setup;
	uint64_t setup_told_ms;
	/*
	 * Its place is another's, whose sign of life it waits for; how many
	 * wait for this one's: answer.c.
	 */
	struct tunnel *holder;
	void (*place_free)(struct tunnel *t);
	unsigned int rivals;
	uint64_t path; /* its key in l2tp->paths; 0: none */
	struct session *sessions;
	struct tunnel *next, **prev; /* l2tp->tunnels */
	struct kernel_hold hold;
	/* to answer the SCCRQ, to go into the data plane, to close */
	struct turn_work answer_work, install_work, close_work;
	struct turn_item trash;
	struct cause cause; /* of closing */
};

/* One reference, which is the core's. NULL: out of memory. */
struct tunnel *tunnel_new(struct engine *e, struct l2tp_tunnel *core);
void tunnel_get(struct tunnel *t);
void tunnel_put(struct tunnel *t);
/* The tunnel of this id, or NULL. */
struct tunnel *tunnel_find(struct engine *e, uint32_t id);
/* "tunnel 1 (host, 192.0.2.1:1701)", into buf, which is returned. */
const char *tunnel_describe(const struct tunnel *t, char *buf, size_t size);
const char *tunnel_name(const struct tunnel *t); /* its peer's, or NULL */
bool tunnel_is_udp(const struct tunnel *t);	 /* else directly over IP */
/* Whether something may still be said on it. */
static inline bool tunnel_is_usable(const struct tunnel *t)
{
	return t->core && !t->down;
}
/*
 * Whether a line about it may be logged at this level now: one of our own
 * calls always, else within its peer's budget.
 */
bool tunnel_may_log(const struct tunnel *t, int level);
void tunnel_set_timer(struct tunnel *t); /* by the core's deadline */

/*
 * What a section of the configuration says of a tunnel, into out, whose secret
 * the caller clears.
 */
void tunnel_config_fill(struct engine *e, struct l2tp_tunnel_config *out,
			const struct config_tunnel *cfg,
			const struct secret *secret);

/*
 * Answers its SCCRQ with t->cause, signed with its owner's secret where it has
 * one; what follows comes by owner->down.
 */
void tunnel_reject(struct tunnel *t);
/* Clears its sessions in good order, then StopCCN. */
void tunnel_close(struct tunnel *t, const struct cause *cause);
/* At once, its sessions with it: nothing reaches the peer any more. */
void tunnel_drop(struct tunnel *t, const struct cause *cause);
void tunnel_session_gone(struct tunnel *t); /* of session.c */

#endif
