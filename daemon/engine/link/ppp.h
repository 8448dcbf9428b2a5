/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PPP port: who runs PPP on a link is a backend, and what its PPP asks and
 * tells goes to the service, whichever backend it is. A profile whose backend
 * is "none" counts as up when its link is established.
 */
#ifndef L2TPD_ENGINE_LINK_PPP_H
#define L2TPD_ENGINE_LINK_PPP_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/link/link.h"
#include "ipc/ppp.h"

struct addr;
struct config_ppp;

/* How PPP ended, in a backend's last words. */
struct ppp_end {
	bool told; /* there were last words; else it was killed */
	bool have_counters;
	struct ppp_counters counters; /* of its interface */
	enum service_end end;	      /* Acct-Terminate-Cause, when told */
	bool peer_is_silent;	      /* echo requests were not answered */
};

struct ppp_backend {
	const char *name;
	/* Runs PPP with these parameters. 0; or -errno, and it does not run. */
	int (*start)(struct link *l, const struct ppp_call_params *p);
	/*
	 * Ends it; link_is_dead: the transport is gone, so that nobody need
	 * take leave of the peer. ppp_ended follows.
	 */
	void (*stop)(struct link *l, const char *reason, bool link_is_dead);
	/*
	 * Answers to what the service was asked with this ticket; reply is NULL
	 * when err is not 0.
	 */
	void (*authenticated)(struct link *l, uint64_t ticket, int err,
			      const struct ppp_call_auth_reply *reply);
	void (*told_secret)(struct link *l, uint64_t ticket, int err,
			    const struct ppp_call_secret_reply *reply);
	/* Nothing of PPP is left on the link: what the backend keeps goes. */
	void (*release)(struct link *l);
	/* of the process that runs it; 0: none */
	int32_t (*pid)(const struct link *l);
};

/*
 * What PPP asks and tells. A question is answered later by ppp_answer_auth or
 * ppp_answer_secret with its ticket; whoever answers holds the link meanwhile.
 */
struct ppp_service {
	/*
	 * Before it starts: an address where nobody authenticates. 0 or -errno,
	 * which is logged.
	 */
	int (*prepare)(struct link *l, struct ppp_call_params *p);
	void (*authenticate)(struct link *l, const struct ppp_call_auth *q,
			     uint64_t ticket);
	void (*secret)(struct link *l, const struct ppp_call_secret *q,
		       uint64_t ticket);
	void (*net_up)(struct link *l, const struct ppp_call_up *up);
	void (*mppe)(struct link *l, const struct ppp_call_mppe *mppe);
	/* It is being stopped. */
	void (*leaving)(struct link *l);
	/* What the caller was given goes back. */
	void (*ended)(struct link *l, const struct ppp_end *end);
	/* The engine ends: nobody is told. */
	void (*abandon)(struct link *l);
};

/* What the owner says of PPP on its link. */
struct ppp_start {
	/* we are the one who authenticates at the peer, and get an address */
	bool caller;
	const char *user, *ifname; /* a caller's; NULL: none */
};

/* In network order; 0: it is no IPv4 address. */
uint32_t ppp_v4_of(const struct addr *a);
/* The profile's name servers, where there is none (0); in network order. */
void ppp_fill_dns(const struct config_ppp *profile, uint32_t dns[2]);

/* Called by the owner when its link is established. */
void ppp_start(struct link *l, const struct ppp_start *how);
/* See struct ppp_backend; does nothing when none runs. */
void ppp_stop(struct link *l, const char *reason, bool link_is_dead);
const char *ppp_phase_name(const struct link *l);
int32_t ppp_pid(const struct link *l);
void ppp_answer_auth(struct link *l, uint64_t ticket, int err,
		     const struct ppp_call_auth_reply *reply);
void ppp_answer_secret(struct link *l, uint64_t ticket, int err,
		       const struct ppp_call_secret_reply *reply);

/* ---- what a backend says ---- */
void ppp_add_backend(struct engine *e, int backend /* enum config_backend */,
		     const struct ppp_backend *b);
/* A backend's object is the link's from now on; PPP is starting. */
void ppp_begin(struct link *l, const struct ppp_backend *b, void *object);
void ppp_runs(struct link *l); /* it speaks with the peer */
void ppp_net_up(struct link *l, const struct ppp_call_up *up);
void ppp_net_down(struct link *l, const struct ppp_call_up *down);
/* Its words for the log; what ended the link before counts more. */
void ppp_set_reason(struct link *l, const char *reason);
/* It ended, however that is known. Once; the backend's object is released. */
void ppp_ended(struct link *l, const struct ppp_end *end);
/* It could not be started after all, for this reason. */
void ppp_failed(struct link *l, const char *why);

#endif
