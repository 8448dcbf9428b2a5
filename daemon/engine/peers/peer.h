/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom we call, and who of L2TPv3 calls us: a lac section, a tunnel that was
 * added by command, a dialling pppd's server, an lcce. Each is made from a
 * section of the configuration, its own or one that a command or a pppd wrote.
 */
#ifndef L2TPD_ENGINE_PEERS_PEER_H
#define L2TPD_ENGINE_PEERS_PEER_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/cause.h"
#include "engine/turn.h"
#include "ipc/aaa.h"
#include "lib/config.h"
#include "lib/loop.h"
#include "lib/secret.h"
#include "netlink/dataplane.h"

struct engine;
struct link;
struct peer;
struct tunnel;
struct tunnel_owner;

enum peer_origin { PEER_CONFIGURED, PEER_ADDED, PEER_DIALLED };
enum peer_state {
	PEER_IDLE,
	PEER_RESOLVING,
	PEER_OPENING,
	PEER_CONNECTING,
	PEER_UP
};

struct peer {
	struct engine *engine;
	struct peer *next, **prev;
	uint64_t number; /* in the order of their coming; none is used twice */
	char name[CONFIG_NAME_MAX];
	const struct config_lac *lac; /* one of these two is set */
	const struct config_lcce *lcce;
	/* but for PEER_CONFIGURED the section is its own, and freed with it */
	enum peer_origin origin;
	enum peer_state state;
	/* What both kinds of sections say, in one form. */
	const char *server; /* name or address; "": it only calls us */
	const struct config_tunnel *cfg;
	struct addr source;
	uint16_t port;
	bool ephemeral;
	/* where its answer to our SCCRQ may come from */
	enum config_answer answer_from;
	uint8_t version; /* 2 or 3 */
	bool fallback;	 /* version 3, and 2 with a peer that has no other */
	/*
	 * it refused an SCCRQ that is good for both: ours are of version 2, as
	 * long as such an attempt succeeds
	 */
	bool only_v2;
	enum dp_encap encap;
	/* how often its name is looked up again; 0: to redial only */
	uint32_t resolve_ms;
	struct secret secret, old_secret;
	/* version 2: it refused what we made with the other */
	bool prefer_old;
	/* its own request won the tie: its connection is on the way */
	bool gave_way;
	/* its connection, or the one that is being opened */
	struct tunnel *tunnel;
	struct addr addresses[AAA_RESOLVE_MAX];
	unsigned int address_n, address_next;
	/* the one that the tunnel called, wherever its answer came from */
	struct addr called;
	struct loop_timer resolve_timer;
	bool looking_up;
	struct peer_session *sessions;
	/* outstanding requests, and tunnels that it opened to us */
	unsigned int refs;
	unsigned int id_tries;
	struct turn_work place_work, again_work, collect_work, probe_work;
	/* its tunnel may be dead, and whatever is wanted waits for that */
	bool doubted;
	bool removed; /* goes when nothing holds it */
	/* by the operator: it neither calls nor is taken (operator.h) */
	bool disabled;
	char last_error[160];
};

/*
 * Who waits for a session's call, and takes it when it is established; embedded
 * in its own object.
 */
struct peer_waiter {
	void (*established)(struct peer_waiter *w, struct link *l);
	void (*failed)(struct peer_waiter *w, const char *reason);
};

struct peer_session {
	struct peer *peer;
	struct peer_session *next;
	char name[CONFIG_NAME_MAX];
	/* of a lac section; NULL: a dialling pppd's, or pw's */
	const struct config_session *cfg;
	const struct config_pw *pw;	  /* of an lcce section */
	bool owns_section;		  /* it is not the configuration's */
	const struct config_ppp *profile; /* NULL: a dialling pppd's options */
	char *user;			  /* NULL: none */
	bool asking; /* the monitor is asked whether it may be */
	bool persist;
	bool once;	 /* a dialling pppd's: it goes with its call */
	bool removed;	 /* do not redial; goes when its call has */
	bool remembered; /* the aaa process holds its password */
	uint32_t redial_min_ms, redial_max_ms, redial_ms;
	bool disabled; /* by the operator */
	bool again;    /* when its call has ended it is dialled at once */
	bool wanted;   /* it should be up now, and nothing delays it */
	struct loop_timer redial; /* set: it waits */
	uint64_t up_ms; /* since when its call has stood; 0: it does not */
	/* its call, or the one before that is being cleared */
	struct link *link;
	/* NULL: nobody; PPP is run by its profile */
	struct peer_waiter *waiter;
	char last_error[160];
};

/* What the files above this one do for peers. */
struct peer_ops {
	/* of the tunnels to either kind */
	const struct tunnel_owner *lac, *lcce;
	void (*connect_failed)(struct peer *p, const char *why);
};

struct peers {
	const struct peer_ops *ops;
	/* in the order of their coming: the first lcce that matches serves */
	struct peer *first, **end;
	uint64_t last_number;
};

/* those of the configuration; 0 or -ENOMEM */
int peers_start(struct engine *e, const struct peer_ops *ops);
void peers_free(struct engine *e);

/*
 * owns: the section is the peer's from now on, and so are its sessions; the
 * structs themselves were allocated. NULL: out of memory, and nothing was taken
 * over.
 */
struct peer *peer_new_lac(struct engine *e, const struct config_lac *l,
			  bool owns);
struct peer *peer_new_lcce(struct engine *e, const struct config_lcce *l,
			   bool owns);
/* one that is not removed, or NULL */
struct peer *peer_find(struct engine *e, const char *name);
const char *peer_kind(const struct peer *p); /* its section's keyword */
/* The peer whose tunnel this is; NULL: it is none's, or no longer. */
struct peer *peer_of(const struct tunnel *t);
/* by us; else it only calls us */
static inline bool peer_is_called(const struct peer *p)
{
	return !p->lcce || p->lcce->initiate;
}
/*
 * Its tunnel is closed with this cause, its sessions end; it goes when
 * nothing holds it.
 */
void peer_remove(struct peer *p, const struct cause *cause);
/* Frees what is removed and unused, later: the caller may still hold it. */
void peer_collect(struct peer *p);
void peer_hold(struct peer *p);
void peer_release(struct peer *p); /* it may go at the end of the turn */
/* What its name means now; count is at least 1. */
void peer_set_addresses(struct peer *p, const struct aaa_resolve_reply *r);
/* One of those is this, whatever the port. */
bool peer_has_address(const struct peer *p, const struct addr *from);

/* The same of the section of a session. */
struct peer_session *
peer_session_new(struct peer *p, const struct config_session *c, bool owns);
struct peer_session *peer_session_new_pw(struct peer *p,
					 const struct config_pw *pw, bool owns);
/* A dialling pppd's. */
struct peer_session *peer_session_new_dialled(struct peer *p, const char *name,
					      const char *user);
struct peer_session *peer_session_find(struct peer *p, const char *name);
/* Neither it nor its peer is disabled. */
static inline bool peer_session_is_enabled(const struct peer_session *s)
{
	return !s->disabled && !s->peer->disabled;
}
void peer_session_remove(struct peer_session *s, const struct cause *cause);

#endif
