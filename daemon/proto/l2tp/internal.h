/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the core's own files share: the endpoint, tunnels and sessions. What a
 * successor process needs of a tunnel or session is in its record, plain
 * values; the messages that are not acknowledged yet are in struct reliable.
 *
 * Each file calls only those below it. From the top: endpoint.c; request.c;
 * tunnel_command.c, session_command.c; tunnel_fold.c; tunnel_input.c;
 * tunnel_tie.c, session_input.c; tunnel.c; session.c; session_send.c,
 * session_tie.c; tunnel_send.c, begin.c; tunnel_secret.c; tunnel_auth.c; ids.c,
 * peers.c; then what knows no tunnel.
 */
#ifndef L2TPD_PROTO_L2TP_INTERNAL_H
#define L2TPD_PROTO_L2TP_INTERNAL_H

#include <syslog.h>

#include "proto/l2tp/effect.h"
#include "proto/l2tp/half_open.h"
#include "proto/l2tp/idmap.h"
#include "proto/l2tp/known.h"
#include "proto/l2tp/l2tp.h"
#include "proto/l2tp/proxy.h"
#include "proto/l2tp/reliable.h"
#include "proto/l2tp/session_params.h"
#include "proto/l2tp/states.h"

#define L2TP_MESSAGE_MAX   4096 /* of one that we send, or keep as a request */
#define L2TP_CHALLENGE_LEN 16

/* ---- sessions ---- */

struct l2tp_session_record {
	enum l2tp_session_state state;
	enum l2tp_call_kind kind;
	uint32_t id, peer_id;
	/* a request or an answer waits for the driver's decision */
	bool pending;
	bool held_occn;	      /* and the OCCN came meanwhile */
	bool circuit_active;  /* our end, version 3 */
	bool circuit_told;    /* as the peer has heard it last */
	uint64_t tie_breaker; /* of our request, version 3; 0: none */
	uint64_t established_ms;
	uint64_t setup_at; /* when setting it up is given up */
};

struct l2tp_session {
	struct l2tp_session_record r;
	struct l2tp_tunnel *tunnel;
	void *user;
	/* those being set up, oldest first; dead ones */
	struct l2tp_session *prev, *next;
	/* in wait-tunnel, oldest first */
	struct l2tp_session *wait_prev, *wait_next;
	struct l2tp_packed_params *own, *peers;
	struct l2tp_proxy *proxy;
	bool in_setup, waiting, in_by_peer, in_by_end, gone;
};

struct session_list {
	struct l2tp_session *head, *tail;
};

/* ---- tunnels ---- */

struct l2tp_tunnel_record {
	enum l2tp_tunnel_state state;
	uint8_t version; /* 2 or 3 */
	/* our SCCRQ suits both; the first message of the peer decides */
	bool fallback;
	uint32_t id, peer_id;
	bool initiator;
	bool pending; /* an SCCRQ waits for the driver's decision */
	bool down; /* only its reliable delivery runs on (sections 5.7, 5.8) */
	bool challenged; /* we sent the challenge */
	bool tied;	 /* we sent the tie breaker */
	bool signs;	 /* the peer's SCCRQ has a nonce */
	struct addr local, peer;
	uint64_t opened_ms, established_ms, last_heard_ms;
	uint64_t setup_at, idle_at, linger_at;
	uint64_t tie_breaker;
	uint64_t request_hash; /* of the SCCRQ's AVPs, to know a copy of it */
	uint8_t challenge[L2TP_CHALLENGE_LEN];
	struct l2tp_tunnel_peer_info peer_info;
	uint32_t hellos_sent;
	/* which permutation of session ids is used; 0: none yet */
	uint64_t session_key;
	uint16_t session_counter; /* how far */
};

/* The two tables of tunnels beside the one by id. */
enum peer_table { PEER_REQUEST, PEER_OPENING, PEER_TABLES };

struct l2tp_tunnel {
	struct l2tp_tunnel_record r;
	struct l2tp_tunnel_config cfg;
	struct l2tp_endpoint *ep;
	/*
	 * l2tp_tunnel_event: the sessions' files lie below the tunnels' and
	 * call it by this only
	 */
	void (*event)(struct l2tp_tunnel *t, uint64_t now,
		      enum l2tp_tunnel_event ev,
		      const struct l2tp_cause *cause);
	void *user;
	int socket;
	struct reliable rel;
	struct l2tp_auth *auth; /* of version 3, else NULL */
	struct idmap sessions, sessions_by_peer;
	/* version 3: ours in wait-reply, by a hash of their Remote End ID */
	struct idmap sessions_by_end;
	struct session_list setup, waiting;
	/* the SCCRQ, with its header, until it is decided on */
	uint8_t *request;
	uint16_t request_len;
	/* l2tp_tunnel_hint; NULL: none */
	char *hint;
	/* a bit for each text of an ignored AVP that was told */
	uint32_t ignored;
	/* the peer's id as that has it in clear; 0: it is hidden */
	uint32_t request_id;
	/*
	 * one that was half open (half_open.h): the peer's answer to our
	 * SCCRP, until the driver has decided again
	 */
	uint8_t *answer;
	uint16_t answer_len;
	/* it was half open: its SCCRP is out, with this challenge or nonce */
	bool resumed;
	bool known; /* its peer is (known.h), or the driver says so */
	bool named; /* the driver says so */
	/*
	 * its SCCRQ was acknowledged, so that it does not come again: our
	 * SCCRP has to
	 */
	bool acknowledged;
	/* begun by the peer and not established, oldest first */
	struct l2tp_tunnel *half_prev, *half_next;
	struct {
		struct l2tp_tunnel *next;
		uint64_t hash;
		bool in;
	} link[PEER_TABLES];
	struct l2tp_tunnel *changed_next, *dead_next;
	uint64_t reported; /* the deadline that the driver knows */
	bool changed, gone, counted, half_open;
};

/* ---- the endpoint ---- */

struct tunnel_hash {
	struct l2tp_tunnel **bucket;
	uint32_t size, count; /* size: a power of two, or 0 */
};

struct l2tp_endpoint {
	struct l2tp_env env;
	struct l2tp_limits limits;
	uint64_t seed;
	uint32_t next_serial;
	uint32_t tunnel_count, half_open_count, session_count;
	struct idmap tunnels;
	/* their ids are unique among all tunnels (RFC 3931 section 4.1) */
	struct idmap sessions_v3;
	/*
	 * PEER_REQUEST: tunnels that peers began, by their address and tunnel
	 * id, to know an SCCRQ that comes again. PEER_OPENING: those that we
	 * began, by the peer's IP address, for ties.
	 */
	struct tunnel_hash by_peer[PEER_TABLES];
	struct effect_queue effects;
	struct l2tp_buf_pool bufs;
	/* callers of whom no more is kept */
	struct half_opens half_opens;
	struct known known;
	struct l2tp_tunnel *half_head, *half_tail;
	struct l2tp_tunnel *changed_head, *changed_tail;
	struct l2tp_tunnel *dead_tunnels;
	struct l2tp_session *dead_sessions;
	struct l2tp_endpoint_counters counters;
	/* of the message in hand */
	struct l2tp_message msg;
	struct l2tp_scratch scratch;
	struct l2tp_fault fault;
	struct l2tp_hiding hiding;
	uint8_t tx[L2TP_MESSAGE_MAX];
	struct l2tp_params_view params; /* of the call in hand */
	/* what l2tp_session_peer_params gave */
	struct l2tp_params_view peer_params;
};

/* A packet as it came. */
struct input {
	uint64_t now;
	const struct addr *local, *peer;
	int socket;
	struct l2tp_header h;
	const uint8_t *pkt;
	size_t len;
};

/* ---- ids.c ---- */

/*
 * A free random id of the map, of 16 bits for version 2, of 32 for version 3;
 * 0: all are taken.
 */
uint32_t l2tp_random_id(struct l2tp_endpoint *ep, const struct idmap *m,
			uint8_t version);
/* Of a session that is to be; 0: all are taken. */
uint32_t l2tp_session_next_id(struct l2tp_tunnel *t);

/* ---- peers.c ---- */

int l2tp_peer_link(struct l2tp_endpoint *ep, enum peer_table table,
		   struct l2tp_tunnel *t, uint64_t hash);
void l2tp_peer_unlink(struct l2tp_endpoint *ep, enum peer_table table,
		      struct l2tp_tunnel *t);
/* The tunnels with this hash; check what else they must have. t NULL starts. */
struct l2tp_tunnel *l2tp_peer_next(const struct l2tp_endpoint *ep,
				   enum peer_table table, uint64_t hash,
				   const struct l2tp_tunnel *t);
uint64_t l2tp_ip_hash(const struct l2tp_endpoint *ep, const struct addr *a);

/* ---- begin.c ---- */

/* First in every call of the driver: what it has taken is freed. */
void l2tp_begin(struct l2tp_endpoint *ep);
/* One that is in no map or list any more. */
void l2tp_tunnel_free(struct l2tp_tunnel *t);
void l2tp_session_free(struct l2tp_session *s);

/* ---- request.c: packets to no tunnel of ours ---- */
void l2tp_input_unknown(struct l2tp_endpoint *ep, const struct input *in);
/* To the id of one who is half open: the answer to our SCCRP, or nothing. */
void l2tp_input_half_open(struct l2tp_endpoint *ep, const struct input *in,
			  const struct half_open *h);

/* ---- tunnel.c ---- */

/* In the maps, counted, idle. NULL with -errno in *err. */
struct l2tp_tunnel *l2tp_tunnel_new(struct l2tp_endpoint *ep, uint64_t now,
				    uint32_t id, uint8_t version, int *err);
/*
 * One that has no sessions, lies in no table by peer, and that the
 * driver never heard of.
 */
void l2tp_tunnel_discard(struct l2tp_tunnel *t);
void l2tp_tunnel_configure(struct l2tp_tunnel *t,
			   const struct l2tp_tunnel_config *cfg);
/* cause: of the StopCCN or the end; NULL for a message out of sequence. */
void l2tp_tunnel_event(struct l2tp_tunnel *t, uint64_t now,
		       enum l2tp_tunnel_event ev,
		       const struct l2tp_cause *cause);
/* A request of a peer's, which is counted as half open from now on. */
void l2tp_tunnel_begin_half_open(struct l2tp_tunnel *t);
/* The last of it: in no table any more, and the driver is told. */
void l2tp_tunnel_release(struct l2tp_tunnel *t);
/*
 * Last in every call of the driver that concerned the tunnel:
 * sends what may go.
 */
void l2tp_tunnel_done(struct l2tp_tunnel *t, uint64_t now);

/* ---- tunnel_fold.c: from a request to some octets, and back ---- */
/* The SCCRP leaves; what is kept is a half_open. */
void l2tp_tunnel_fold(struct l2tp_tunnel *t, uint64_t now);
/* The SCCRP is out already; the peer's answer to it is taken in. */
void l2tp_tunnel_resume(struct l2tp_tunnel *t, uint64_t now);

/* ---- tunnel_tie.c ---- */
/*
 * The SCCRQ m of peer against those that we sent to it: false when it
 * lost, or both did.
 */
bool l2tp_tunnel_tie_resolve(struct l2tp_endpoint *ep, uint64_t now,
			     const struct addr *peer,
			     const struct l2tp_message *m);

/* ---- tunnel_input.c ---- */
void l2tp_tunnel_input(struct l2tp_tunnel *t, const struct input *in);
/* What an SCCRQ or SCCRP tells of the peer. */
void l2tp_tunnel_note_peer(struct l2tp_tunnel *t, const struct l2tp_message *m);
/* What a message of this version assigns to its sender's tunnel; 0: nothing. */
uint32_t l2tp_peer_id_of(const struct l2tp_message *m, uint8_t version);
/*
 * The SCCRQ that waits for the driver, read again with the secret; refusal,
 * unless it is NULL, is what it gets even when nothing is wrong with it.
 */
void l2tp_tunnel_decide(struct l2tp_tunnel *t, uint64_t now,
			const struct l2tp_cause *refusal);

/* ---- tunnel_auth.c: authentication, RFC 3931 section 4.3 ---- */

/*
 * What a successor needs of it is all but the keys, which follow
 * from the secrets.
 */
struct l2tp_auth {
	/* both ends authenticate; else a digest is an integrity check only */
	bool nonces;
	bool nonce_sent;	 /* the peer has ours, or soon */
	enum l2tp_digest digest; /* of what we send */
	struct l2tp_nonce nonce, peer_nonce;
	struct secret hiding_key, key;
	struct secret old_hiding_key, old_key; /* unset without an old secret */
	/* the peer's last message was signed with the old secret */
	bool with_old;
	/* when a message that is dropped is worth a line again */
	uint64_t log_at;
};

/*
 * By the tunnel's configuration; asked: the peer sent a nonce. 0,
 * -ENOMEM, -ENOTSUP.
 */
int l2tp_auth_start(struct l2tp_tunnel *t, bool asked);
void l2tp_auth_free(struct l2tp_tunnel *t);
/*
 * Whether a message may be acted on: RFC 3931 section 5.4.1. Counts and logs
 * what is not.
 */
bool l2tp_auth_check(struct l2tp_tunnel *t, const struct input *in);
/*
 * The SCCRQ that began the tunnel, as ep->msg has it. cause without a result:
 * it gets no answer.
 */
bool l2tp_auth_check_request(struct l2tp_tunnel *t, const uint8_t *pkt,
			     size_t len, struct l2tp_cause *cause);
/* Signs an encoded message in place. */
void l2tp_auth_sign(struct l2tp_tunnel *t, uint8_t *pkt, size_t len);
/*
 * What hides, and what unhides: the secret, or version 3's key; NULL where
 * nothing may be hidden.
 */
const struct secret *l2tp_hiding_secret(const struct l2tp_tunnel *t);
const struct secret *l2tp_unhiding_secret(const struct l2tp_tunnel *t);
/*
 * A control packet's Message Type by its place, before anything is decoded;
 * L2TP_ZLB without one.
 */
enum l2tp_message_type l2tp_peek_type(const uint8_t *pkt, size_t len);

/* ---- tunnel_secret.c: version 2 with an old secret beside the new one ---- */

/* The one that counts first, when the configuration is there. */
void l2tp_secret_choose(struct l2tp_tunnel *t);
/* Whether the peer answered our challenge with either; that one counts then. */
bool l2tp_secret_proves(struct l2tp_tunnel *t, enum l2tp_message_type type,
			const uint8_t response[16]);
/* Into ep->msg, as l2tp_message_decode, with the one that unhides it. */
enum l2tp_severity l2tp_secret_decode(struct l2tp_tunnel *t,
				      const struct l2tp_header *h);

/* ---- tunnel_send.c ---- */
/* session_id: of the header of version 2. */
void l2tp_tunnel_encode_begin(struct l2tp_tunnel *t, struct l2tp_encoder *e,
			      enum l2tp_message_type type, uint32_t session_id);
/* 0, or -errno: the tunnel can then not go on. */
int l2tp_tunnel_queue(struct l2tp_tunnel *t, struct l2tp_encoder *e);
int l2tp_tunnel_send_sccrq(struct l2tp_tunnel *t);
int l2tp_tunnel_send_sccrp(struct l2tp_tunnel *t);
int l2tp_tunnel_send_scccn(struct l2tp_tunnel *t);
int l2tp_tunnel_send_stopccn(struct l2tp_tunnel *t,
			     const struct l2tp_cause *cause);
int l2tp_tunnel_send_hello(struct l2tp_tunnel *t);
/* A StopCCN to a peer for which no state is kept. */
void l2tp_refuse(struct l2tp_endpoint *ep, const struct input *in,
		 uint32_t peer_id, const struct l2tp_cause *cause);

/* ---- session.c ---- */
void l2tp_session_event(struct l2tp_session *s, uint64_t now,
			enum l2tp_session_event ev,
			const struct l2tp_cause *cause);
/* A request of the peer: in the maps, pending. NULL: out of memory or ids. */
/* The endpoint or the tunnel has as many sessions as it may have. */
bool l2tp_sessions_full(const struct l2tp_tunnel *t);
struct l2tp_session *l2tp_session_new(struct l2tp_tunnel *t, uint64_t now,
				      enum l2tp_call_kind kind);
/* One that has just been made, and that the driver never heard of. */
void l2tp_session_discard(struct l2tp_session *s);
/* All are gone with their tunnel; cause as effect_cause gave it. */
void l2tp_sessions_down(struct l2tp_tunnel *t, uint32_t cause, bool by_peer);
void l2tp_sessions_timeout(struct l2tp_tunnel *t, uint64_t now);
/* The tunnel's idle time runs while it has none. */
void l2tp_sessions_start_idle(struct l2tp_tunnel *t, uint64_t now);
/* tunnel-open to those that wait for it, as many as the transport takes. */
void l2tp_sessions_start(struct l2tp_tunnel *t, uint64_t now);

/* ---- session_input.c ---- */
/*
 * A call's message on an established tunnel, as ep->msg and ep->fault have it.
 */
void l2tp_session_input(struct l2tp_tunnel *t, uint64_t now,
			const struct l2tp_header *h,
			enum l2tp_severity severity);

/* ---- session_tie.c: one circuit twice, RFC 3931 section 5.4.4 ---- */
void l2tp_tie_watch(struct l2tp_session *s); /* our request is out */
void l2tp_tie_forget(struct l2tp_session *s);
/*
 * Ours for the circuit that the request in hand names, while it has no
 * answer; NULL: none.
 */
struct l2tp_session *l2tp_tie_find(struct l2tp_tunnel *t);

/* ---- session_send.c ---- */
int l2tp_session_send(struct l2tp_session *s, enum l2tp_message_type type);
int l2tp_session_send_cdn(struct l2tp_session *s,
			  const struct l2tp_cause *cause);
void l2tp_session_queue_wen(struct l2tp_session *s, const struct l2tp_wen *wen);
void l2tp_session_queue_sli(struct l2tp_session *s, const struct l2tp_sli *sli);
/*
 * An SLI when our end of the circuit is not as the peer has heard it, once it
 * can take one.
 */
void l2tp_session_tell_circuit(struct l2tp_session *s);
/*
 * A CDN for a session that does not exist. our_id: what the peer takes for our
 * session's id.
 */
void l2tp_session_refuse(struct l2tp_tunnel *t, uint32_t peer_id,
			 uint32_t our_id, const struct l2tp_cause *cause);

#endif
