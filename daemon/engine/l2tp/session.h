/* SPDX-License-Identifier: GPL-2.0-or-later */
/* L2TP sessions as the engine has them: the transport of a link. */
#ifndef L2TPD_ENGINE_L2TP_SESSION_H
#define L2TPD_ENGINE_L2TP_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/l2tp/tunnel.h"
#include "engine/link/link.h"

struct pseudowire;

struct session {
	struct link link;
	struct tunnel *tunnel;
	struct l2tp_session *core;    /* NULL once the core let it go */
	struct session *next, **prev; /* tunnel->sessions */
	uint32_t id;
	bool asked_early; /* the peer wants it; the tunnel is not up yet */
	bool sequencing;  /* data packets of version 2 are numbered */
	uint8_t install;  /* enum install */
	uint8_t install_tries;
	struct loop_timer retry; /* to install again */
	struct pseudowire *pw;	 /* of version 3, else NULL */
	struct kernel_hold hold;
	/* to install or refuse it, to do what its ICCN says */
	struct turn_work install_work, up_work;
};

extern const struct link_transport session_transport;

/* The session that carries a link of this transport. */
static inline struct session *session_of(struct link *l)
{
	return container_of(l, struct session, link);
}
/* Whether the link is carried by an L2TP session. */
static inline bool link_is_session(const struct link *l)
{
	return l->transport == &session_transport;
}
/* Whether something may still be said on it. */
static inline bool session_is_usable(const struct session *s)
{
	return s->core && !s->link.down;
}

/* NULL: out of memory. */
struct session *session_new(struct tunnel *t, struct l2tp_session *core);
/*
 * A call of ours, L2TP_CALL_LAC_INCOMING, or a pseudowire; w is taken over,
 * also when it fails. Its link's owner is the caller's to set. NULL with -errno
 * in *err: -ENOSPC at a limit, -ENOMEM.
 */
struct session *session_open(struct tunnel *t,
			     const struct l2tp_call_params *params,
			     struct pseudowire *w, int *err);
/* "tunnel 1 (lac1, 192.0.2.1:1701) session 2", into buf, which is returned. */
const char *session_describe(const struct session *s, char *buf, size_t size);
/* All is ready for it: the answer goes out. Or it is not: a CDN. */
void session_accept(struct session *s);
void session_refuse(struct session *s, const struct cause *cause);
/* The engine ends: it is out of its tunnel, and nobody is told. */
void session_abandon(struct session *s);

#endif
