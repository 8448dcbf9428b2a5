/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the backend builtin know of each other. */
#ifndef L2TPD_ENGINE_PPP_INTERNAL_H
#define L2TPD_ENGINE_PPP_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "engine/link/ppp.h"
#include "engine/ppp/builtin.h"
#include "ipc/monitor.h"
#include "proto/ppp/ppp.h"

/* The bytes that MPPE makes a packet longer (RFC 3078, section 3). */
#define BUILTIN_MPPE_GROWTH 4

struct builtin;

/*
 * What files below call of those above: these depend on them. builtin.c fills
 * it in.
 */
struct builtin_upper {
	/*
	 * After every call of the core: takes what it wants done. It calls
	 * nobody who could call the core.
	 */
	void (*settle)(struct engine *e);
	/*
	 * A frame for the unit is about to go out: true when the interface
	 * must have addresses before, which were asked for.
	 */
	bool (*holds)(struct builtin *b, uint16_t protocol,
		      const uint8_t *frame, size_t len);
	/* The mark was reached: all frames before it are in the kernel. */
	void (*reached_mark)(struct builtin *b);
	/* The interface cannot be had: PPP is ended, for that reason. */
	void (*give_up)(struct builtin *b, const char *what, int err);
	/* The core has ended. */
	void (*over)(struct builtin *b, const struct ppp_ended *how);
};

struct builtins {
	struct engine *engine;
	const struct builtin_upper *upper;
	const struct ppp_backend *backend;
	struct ppp_core *core;
	/* two of each profile, by its index: of an lns, and of a caller */
	struct ppp_config *configs;
	unsigned int up; /* links that have an interface */
	struct loop_timer listen_timer;
	uint32_t listen_ms; /* 0: no profile wants it */
};

/* A frame of a network protocol that waits for the unit; len 0: the mark. */
struct builtin_frame {
	struct builtin_frame *next;
	size_t len;
	uint8_t data[];
};

/* The ends of a network protocol, as struct ppp_call_up has them. */
struct builtin_ends {
	uint32_t local_ipv4, remote_ipv4;
	uint32_t dns[2];
	uint8_t local_ifid[8], remote_ifid[8];
};

/* One family of addresses on the interface. */
struct builtin_net {
	bool up;	    /* the core says so */
	bool wanted;	    /* the interface shall have these ends */
	bool set;	    /* and has them */
	bool told;	    /* the service knows that it is up */
	unsigned int asked; /* questions of it that the monitor is at */
	struct builtin_ends ends;
	uint16_t mtu, mtu_max;
	uint8_t mtu_pad;
};

struct builtin {
	struct link *link;
	struct ppp_link *core; /* NULL: not begun yet, or over */
	/* the fds are in them; -1: none */
	struct loop_io channel, unit;
	struct loop_timer timer; /* the core's deadline */
	/* for the unit, while it is not there or something of it is set */
	struct builtin_frame *waiting, **waiting_end;
	unsigned int settings; /* of the unit, that the monitor is at */
	bool caller;
	bool unit_asked;
	bool over;	/* nothing is sent or read any more */
	bool hung_up;	/* the transport is gone */
	bool mppe_open; /* the kernel looks at CCP */
	bool mppe_up;
	bool mppe_known; /* and the kernel was told, after our Ack */
	bool mppe_required;
	char ifname[IFNAMSIZ]; /* wanted, then its own */
	/* of packets: what the way lets through, and may; see ppp_call_up */
	uint16_t mtu, mru, mtu_most;
	uint16_t peer_mru;
	struct builtin_net ipv4, ipv6;
	char *peer_name;
	struct ppp_end end;
	struct turn_work tell_work; /* to tell what is up */
	struct turn_item trash;
};

static inline struct engine *builtin_engine(const struct builtin *b)
{
	return b->link->engine;
}

/* ---- configs.c ---- */
/* 0 or -ENOMEM */
int builtin_configs(struct builtins *all, const struct config *c);
const struct ppp_config *builtin_config(const struct engine *e,
					const struct config_ppp *profile,
					bool caller);

/* NULL: another backend runs on it, or none. */
static inline struct builtin *builtin_of(const struct link *l)
{
	const struct builtins *all = l->engine->builtins;

	return all && l->backend == all->backend ? l->ppp : NULL;
}

static inline const struct builtin_upper *builtin_upper(const struct builtin *b)
{
	return builtin_engine(b)->builtins->upper;
}

/* ---- effects.c ---- */
void builtin_settle(struct engine *e);

/* ---- packet.c ---- */
enum { BUILTIN_REQUEST = 1, BUILTIN_ACK = 2 }; /* RFC 1661, section 5 */
/* The code of a packet, behind the frame's protocol; 0: it is none. */
uint8_t builtin_code(const uint8_t *frame, size_t len);
/* The option of this type and length in a packet of options, or NULL. */
const uint8_t *builtin_option(const uint8_t *frame, size_t len, uint8_t type,
			      uint8_t option_len);

/* ---- frames.c ---- */
/* Takes the fd; what comes from it goes to the core. 0 or -errno. */
int builtin_open_channel(struct builtin *b, int fd);
int builtin_open_unit(struct builtin *b, int fd);
void builtin_close_fds(struct builtin *b);
void builtin_send(struct builtin *b, uint16_t protocol, const uint8_t *frame,
		  size_t len);
/* The unit takes frames again: those that waited go. */
void builtin_flush(struct builtin *b);
void builtin_free_frames(struct builtin *b);
/*
 * reached_mark of struct builtin_upper is called when what waits now has gone
 * out; at once when nothing does. False: out of memory.
 */
bool builtin_mark(struct builtin *b);

/* ---- questions.c ---- */
void builtin_ask_auth(struct builtin *b, const struct ppp_auth_question *q);
void builtin_ask_secret(struct builtin *b, const struct ppp_secret_question *q);
void builtin_authenticated(struct link *l, uint64_t ticket, int err,
			   const struct ppp_call_auth_reply *reply);
void builtin_told_secret(struct link *l, uint64_t ticket, int err,
			 const struct ppp_call_secret_reply *reply);

/* ---- interface.c ---- */
/* Asks for the interface, once. */
void builtin_want_unit(struct builtin *b);
/*
 * A frame of a network protocol is about to go out: true when the interface
 * must have the addresses first that it agrees to, which were asked for.
 */
bool builtin_address_needed(struct builtin *b, uint16_t protocol,
			    const uint8_t *frame, size_t len);
/* Addresses that are wanted and were not asked for yet. */
void builtin_ask_wanted(struct builtin *b);
/* ends: addresses and, of a caller, name servers. */
void builtin_net_up(struct builtin *b, struct builtin_net *n,
		    const struct builtin_ends *ends);
void builtin_net_down(struct builtin *b, struct builtin_net *n);

/* ---- mppe.c ---- */
/* What goes by the unit from now on waits until the kernel has this key. */
void builtin_mppe_key(struct builtin *b, const struct ppp_mppe_key *k);
void builtin_mppe_up(struct builtin *b, const struct ppp_mppe_info *m);
/* The mark of builtin_mppe_up was reached. */
void builtin_mppe_acked(struct builtin *b);
void builtin_mppe_down(struct builtin *b);

/* ---- words.c ---- */
/* Why it ended, as a sentence for the operator. */
void builtin_words(const struct builtin *b, const struct ppp_ended *how,
		   char *out, size_t size);

/* ---- listen.c ---- */
void builtin_listen_start(struct builtins *all);

#endif
