/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an authenticated caller is given and how long: limits, timeouts, what
 * the kernel is told of its interface, the operator's programs. It is made when
 * the caller's name is known to be true, is up with its first network protocol
 * and ends with its PPP, when everything that it holds goes back.
 */
#ifndef L2TPD_ENGINE_SERVICE_SUBSCRIBER_H
#define L2TPD_ENGINE_SERVICE_SUBSCRIBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "engine/service/pool.h"
#include "engine/service/registry.h"
#include "ipc/aaa.h"
#include "ipc/ppp.h"
#include "lib/loop.h"

struct engine;
struct link;
struct ppp_end;
struct replace_heir;

struct subscriber {
	struct link *link;
	/* the reply's, completed by the profile's; a CoA changes it */
	struct service given;
	bool local; /* the users file let it in, no RADIUS server */
	bool up;    /* a network protocol is, or was: accounting has begun */
	/* since when; when it was last seen to send or receive */
	uint64_t up_ms, active_ms;
	time_t up_at;		      /* up_ms by the host's clock */
	struct ppp_counters counters; /* the last that are known */
	struct ppp_call_mppe mppe;
	/* as it was last described with its session there */
	struct service_call about;
	/* ours, the caller's, also when IPCP is down again; network order */
	uint32_t local_ipv4, remote_ipv4;
	/* told to the caller, or to us when we call; network order */
	uint32_t dns[2];
	uint8_t local_ifid[8], remote_ifid[8]; /* zero: no IPv6 */
	/* Acct-Terminate-Cause, once it is known; 0: by what pppd says */
	enum service_end end;
	struct loop_timer session_timer, idle_timer, interim_timer;
	uint32_t lease; /* IPv4 from a pool or fixed, host order; 0: none */
	struct pool *lease_pool; /* that keeps the books of it */
	/* whose they are, to go back */
	struct pool_books *prefix6_lease, *delegated6_lease;
	/* given by the reply, and kept from all pools */
	bool prefix6_claimed, delegated6_claimed;
	struct registry_link registry[REGISTRY_KEYS];
	/* registry.c's, in the order of their coming; 0: it does not have it */
	uint64_t serial;
	struct subscriber *older, *newer;
	bool leaving;		    /* its PPP ends: no limit counts it */
	struct replace_heir *heirs; /* who waits for its end */
};

/*
 * The caller was let in: 0, or an error with a sentence for the log in why:
 * -EUSERS (a limit), -ENOSPC (no address or prefix), -EADDRINUSE, -ENOMEM. A
 * caller that authenticates again keeps what it has.
 */
int subscriber_admit(struct link *l, const struct aaa_auth_reply *from,
		     struct ppp_call_auth_reply *reply, char *why, size_t size);
void subscriber_net_up(struct link *l, const struct ppp_call_up *up);
void subscriber_mppe(struct link *l, const struct ppp_call_mppe *mppe);
void subscriber_leaving(struct link *l); /* its PPP is being stopped */
/*
 * PPP ended: accounting stops, the operator's program is told, all goes back.
 */
void subscriber_end(struct link *l, const struct ppp_end *end);
void subscriber_free(struct link *l); /* the engine ends: nobody is told */
/* What changes says (AAA_COA_*) is taken from to, and put into effect. */
void subscriber_change(struct subscriber *s, uint32_t changes,
		       const struct service *to);
/* Why it will end: the first that is said counts. */
void subscriber_set_end(struct link *l, enum service_end end);
/* The profile's word where the reply had none. */
void subscriber_complete(struct service *s, const struct config_ppp *profile,
			 const char *user);

#endif
