/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A link: one subscriber's or one site's way through us, whatever carries it.
 * Three tables say what is around it: the transport below (an L2TP session),
 * the PPP on it (ppp.h), and the owner above, who wanted it or took it.
 *
 * A link has three holders: its transport, its PPP, and whoever has taken a
 * reference with link_hold. It is over when neither transport nor PPP has it,
 * and is freed at the end of the turn in which the last reference went.
 */
#ifndef L2TPD_ENGINE_LINK_LINK_H
#define L2TPD_ENGINE_LINK_LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/cause.h"
#include "engine/loglimit.h"
#include "engine/turn.h"
#include "ipc/service.h"
#include "lib/table.h"

struct engine;
struct link;
struct ppp_backend;
struct ppp_service;
struct subscriber;

/* What carries a link. It embeds struct link in its own object. */
struct link_transport {
	/*
	 * What the operator knows it by, "tunnel 1 (lac1, 192.0.2.1:1701)
	 * session 2", into buf, which is returned.
	 */
	const char *(*describe)(const struct link *l, char *buf, size_t size);
	/*
	 * Whose it is, for as long as that is known, or NULL; the function
	 * may be NULL too.
	 */
	const struct addr *(*peer)(const struct link *l);
	/*
	 * What is known of both ends, for accounting and display; ids and
	 * ifname are the caller's.
	 */
	void (*facts)(struct link *l, struct service_call *out);
	/*
	 * Ends it at the peer, who is told why. What follows
	 * comes by link_down.
	 */
	void (*close)(struct link *l, const struct cause *cause);
	/* Network protocols of its PPP interface went up or down. */
	void (*network_changed)(struct link *l);
	/*
	 * It is over: nothing of the transport's leads to it any
	 * more after this.
	 */
	void (*over)(struct link *l);
	/* Frees the object that it is embedded in, at the end of a turn. */
	void (*free)(struct link *l);
};

/* Who wanted a link or took it. */
struct link_owner {
	/*
	 * The name of the configured or added thing that it is for;
	 * NULL: it has none.
	 */
	const char *(*name)(const struct link *l);
	/* It is established: PPP may be run on it. */
	void (*established)(struct link *l);
	/* Its network is up; NULL: that is nothing to the owner. */
	void (*up)(struct link *l);
	/*
	 * It ended. From now on it is nobody's. NULL: that is
	 * nothing to the owner.
	 */
	void (*ended)(struct link *l, const char *why);
};

enum ppp_phase { PPP_NONE, PPP_STARTING, PPP_RUNNING, PPP_UP, PPP_STOPPING };

struct link {
	struct engine *engine;
	uint64_t id; /* never used twice by one l2tpd; never 0 */
	const struct link_transport *transport;
	const struct ppp_backend *backend; /* while PPP runs on it */
	void *ppp;			   /* the backend's */
	/* NULL: nobody has taken it, or it has ended */
	const struct link_owner *owner;
	void *owned_by; /* the owner's */
	/* its ppp section; NULL: none, or a dialling pppd's own options */
	const struct config_ppp *profile;
	/* service/: from its authentication to PPP's end; NULL: none */
	struct subscriber *subscriber;
	unsigned int refs;
	bool established;
	bool peer_is_silent; /* its PPP ended since the peer was not heard */
	bool down;     /* the transport has it no more, or is about to let go */
	bool detached; /* the transport let it go */
	bool gone;     /* it is over */
	bool reason_is_ours; /* PPP's end only followed from what we decided */
	uint8_t phase;	     /* enum ppp_phase */
	uint32_t local_ipv4, remote_ipv4; /* network order, while up */
	uint64_t up_ms; /* since when its network is up; 0: it never was */
	char ifname[IFNAMSIZ]; /* "" until it has an interface */
	bool ipv4, ipv6;       /* are up on it, where PPP made it */
	uint32_t mtu;	       /* of it; 0: not known */
	uint32_t path_mtu;     /* of the way to the peer; 0: not known */
	/* what a PPP interface's may become; see struct ppp_call_up */
	uint16_t mtu_max;
	uint8_t mtu_pad;
	/* Acct-Session-Id; "" until it is needed */
	char acct_id[SERVICE_ID_MAX];
	char *user;   /* authenticated, or ours */
	char *reason; /* why it ended, as far as is known */
	/* what the peer will be told; NULL: nothing is decided */
	struct cause *cause;
	struct turn_work established_work, close_work;
	struct turn_item trash;
};

/* What all links share. */
#define LINK_BACKENDS_MAX 4
struct links {
	struct table by_id; /* id -> struct link */
	uint64_t next_id;
	const struct ppp_service *service;
	/* by enum config_backend; NULL: none is run */
	const struct ppp_backend *backends[LINK_BACKENDS_MAX];
};

/* first_id: of this engine's links. 0 or -ENOMEM. */
int links_start(struct engine *e, uint64_t first_id,
		const struct ppp_service *service);
void links_free(struct engine *e);
struct link *link_find(struct engine *e, uint64_t id); /* NULL: there is none */
/* Whom its PPP asks and tells. */
const struct ppp_service *link_service(const struct link *l);

/*
 * l is zeroed but for what the transport knows. One reference, which
 * link_detach gives back. 0 or -ENOMEM.
 */
int link_init(struct link *l, struct engine *e,
	      const struct link_transport *transport);
void link_fini(struct link *l); /* of link_transport.free: what it owns */
void link_hold(struct link *l);
void link_release(struct link *l);
/* The transport's words and "(alice)", into buf, which is returned. */
const char *link_describe(const struct link *l, char *buf, size_t size);
/*
 * Whether a line about it may be logged at this level now: always of one that
 * was up, else within its peer's budget.
 */
bool link_may_log(const struct link *l, enum log_kind kind, int level);
/* What is known of it; of one that is detached little more than its ids. */
void link_facts(struct link *l, struct service_call *out);
/* its owner's name for it, or NULL */
const char *link_name(const struct link *l);

/* ---- what a transport says; its end is end.c ---- */
/* It is established: the owner hears of it when the turn settles. */
void link_established(struct link *l);
/* It has ended: why, for whoever asks later; told, for its PPP. */
void link_down(struct link *l, const char *told, const char *why);
/* The transport has nothing of it left. */
void link_detach(struct link *l);

/* ---- what others say ---- */
/* Ends PPP in good order, then the transport, with this cause. */
void link_close(struct link *l, const struct cause *cause);
/* The same where nobody is left to take leave of: PPP is not waited for. */
void link_cut(struct link *l, const struct cause *cause);
/* What its peer will be told; false: out of memory. */
bool link_set_cause(struct link *l, const struct cause *cause);
/* The reason is ours: what PPP says of its end only follows from it. */
void link_refuse(struct link *l, const char *why);
/* The network, or a pseudowire's circuit, is up: counted and told once. */
void link_up(struct link *l);
/*
 * PPP has ended, for whatever reason: the transport follows, or the link is
 * over. Of ppp.c.
 */
void link_ppp_ended(struct link *l);
/* The engine ends: PPP and subscriber are dropped, and nobody is told. */
void link_abandon(struct link *l);
static inline bool link_is_usable(const struct link *l)
{
	return !l->down && !l->detached;
}

#endif
