/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The L2TP protocol core as its driver sees it: packets, commands and time go
 * in, effects come out. Pure: no I/O, clock, log or globals. RFC 2661, and RFC
 * 3931, whose control connection is a tunnel here and whose LCCEs are LAC and
 * LNS by who sends the ICRQ. A peer's address without a port is one of L2TP
 * over IP.
 *
 * Driver: call one function, then take every effect with l2tp_effect_next
 * before the next call. Nothing is freed underneath: a tunnel or session stays
 * valid until its _FREE effect has been taken and the next call is made.
 */
#ifndef L2TPD_PROTO_L2TP_L2TP_H
#define L2TPD_PROTO_L2TP_L2TP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/addr.h"
#include "lib/secret.h"
#include "proto/l2tp/codec.h"

struct l2tp_endpoint;
struct l2tp_tunnel;
struct l2tp_session;

#define L2TP_VENDOR_MAX 64 /* of a vendor's name, which is cut */
#define L2TP_END_ID_MAX 64
#define L2TP_NEVER	UINT64_MAX /* no deadline */
/* a time in struct l2tp_tunnel_config: never */
#define L2TP_OFF	UINT32_MAX

/* Limits of the whole endpoint; 0: none. */
struct l2tp_limits {
	uint32_t tunnels;
	/*
	 * so many of them are the driver's to open, or of callers whom it knows
	 * by name; less than tunnels
	 */
	uint32_t reserved;
	/*
	 * callers that have not answered our SCCRP, in places of 300 octets;
	 * when all are taken the oldest goes
	 */
	uint32_t half_open;
	uint32_t sessions;
	/* an SCCRQ that the driver is not asked about gets no StopCCN either */
	bool silent;
};

struct l2tp_env {
	void *ctx;
	void (*random)(void *ctx, void *buf, size_t len);
};

/*
 * Where the answer to our SCCRQ may come from, over UDP (RFC 2661 section 8.1):
 * from any port of the address that was called, from any address, or from
 * nowhere else. Where it came from is the peer from then on.
 */
enum l2tp_answer_from {
	L2TP_ANSWER_FROM_ADDRESS,
	L2TP_ANSWER_FROM_ANYWHERE,
	L2TP_ANSWER_FROM_PORT,
};

/*
 * What we say and how we behave on a tunnel. Times in ms; 0 takes the default.
 */
struct l2tp_tunnel_config {
	char hostname[L2TP_NAME_MAX];
	char vendor_name[L2TP_VENDOR_MAX]; /* "" sends none */
	uint16_t firmware;		   /* 0 sends none */
	/*
	 * capabilities: 1 sync/digital, 2 async/analog; framing 0: both,
	 * bearer 0: not sent
	 */
	uint32_t framing, bearer;
	struct secret secret;
	/* authenticate the peer; needs the secret. Version 3: every message */
	bool challenge;
	bool hide; /* hide the AVPs that may be hidden; needs the secret */
	bool tie_breaker; /* send one in the SCCRQ */
	enum l2tp_answer_from answer_from;
	uint16_t receive_window; /* default 16 */
	/* default 60000; after that much silence; L2TP_OFF */
	uint32_t hello_interval;
	uint32_t retransmit;	   /* first interval, default 1000 */
	uint32_t retransmit_cap;   /* default 8000 (section 5.8: no less) */
	uint16_t retransmit_tries; /* default 5 */
	uint32_t ack_delay; /* default 100; at most a quarter of retransmit */
	uint32_t setup_timeout; /* tunnel and session setup, default 60000 */
	/* no session left: StopCCN after this; default 10000; L2TP_OFF */
	uint32_t idle_timeout;
	uint32_t max_sessions; /* per tunnel; 0: none */
	bool persist_idle;     /* keep the tunnel without sessions */
	/*
	 * Of one that we accept: the driver has made something of its own for
	 * it (a socket), so that all of it stays; see TUNNEL_ANSWERED.
	 */
	bool whole;
	/*
	 * with whom it shares the places of those who have not answered: a
	 * small number, of a section
	 */
	uint16_t group;
	/* RFC 3931 */

	/*
	 * 2 (default) or 3; of one that we accept: 0 takes the peer's, the
	 * higher of both
	 */
	uint8_t version;
	/*
	 * version 3, over UDP: the SCCRQ suits a peer that has
	 * version 2 only as well
	 */
	bool fallback;
	uint32_t router_id;
	/* of what we send when we authenticate; default SHA-1 */
	enum l2tp_digest digest;
	/*
	 * is taken as well in what the peer sends; version 2 then goes on with
	 * the one that the peer has
	 */
	struct secret old_secret;
	/* version 2: until the peer has shown which, the old one counts */
	bool prefer_old;
	/* Pseudowire Capabilities List; 0 ends it; default: PPP */
	uint16_t pseudowires[4];
};

/*
 * An AVP beyond the fixed parameters (vendor AVPs, relayed proxy AVPs),
 * in the order sent.
 */
struct l2tp_extra_avp {
	uint16_t vendor, type;
	bool mandatory;
	uint16_t len;
	const uint8_t *value; /* copied when taken */
};

/*
 * What an ICRQ/ICCN or OCRQ/OCRP/OCCN says. Zero, "" and NULL leave an AVP out
 * where it is optional.
 */
struct l2tp_call_params {
	uint32_t call_serial; /* 0: the next of the endpoint */
	uint32_t bearer_type; /* has_bearer_type */
	bool has_bearer_type;
	uint32_t physical_channel; /* has_physical_channel */
	bool has_physical_channel;
	char called_number[L2TP_NAME_MAX];
	char calling_number[L2TP_NAME_MAX];
	char sub_address[L2TP_NAME_MAX];
	uint32_t minimum_bps, maximum_bps; /* OCRQ */
	uint32_t framing_type; /* default 1, or 2 when the peer has only that */
	/* bits per second; version 2 has 32 bits of it */
	uint64_t tx_connect_speed, rx_connect_speed;
	bool sequencing_required;
	uint8_t private_group[L2TP_NAME_MAX];
	uint16_t private_group_len;
	/* RFC 3931 section 5.4.4; of the peer's, what its last message said */
	uint16_t pseudowire; /* L2TP_PW_*: ICRQ, OCRQ; default PPP */
	/* Remote End ID: ICRQ, OCRQ */
	uint8_t end_id[L2TP_END_ID_MAX];
	uint8_t end_id_len;
	/* that the other end must send: 0, 4 or 8 octets */
	uint8_t cookie[8], cookie_len;
	/*
	 * L2-Specific Sublayer that the other end must send: 0 none,
	 * 1 the default one
	 */
	uint16_t sublayer;
	uint16_t sequencing; /* Data Sequencing Level: 0 to 2 */
	bool circuit_active; /* Circuit Status */
	/*
	 * the peer's; ours is in the request and the reply, and
	 * in nothing later
	 */
	bool circuit_new;
	bool has_tie_breaker; /* ours: one is made */
	uint64_t tie_breaker;
	/*
	 * LAC: last AVPs of the ICCN (proxy LCP and authentication of sections
	 * 4.4.5), as views
	 */

	/* ICRQ/OCRQ */
	const struct l2tp_extra_avp *extra_request;
	unsigned int extra_request_count;
	/* ICCN/OCCN */
	const struct l2tp_extra_avp *extra_connected;
	unsigned int extra_connected_count;
};

enum l2tp_call_kind {
	L2TP_CALL_LAC_INCOMING, /* we send the ICRQ */
	L2TP_CALL_LNS_INCOMING, /* we got it */
	L2TP_CALL_LNS_OUTGOING, /* we send the OCRQ */
	L2TP_CALL_LAC_OUTGOING, /* we got it */
};

/*
 * States are named in states.h: enum l2tp_tunnel_state, enum l2tp_session_state
 * with _name().
 */

enum l2tp_effect_type {
	/* data, len to the tunnel's peer from its local address */
	L2TP_EFFECT_SEND,
	/*
	 * An SCCRQ that decodes came. The driver picks the configuration by
	 * l2tp_tunnel_peer_* and calls l2tp_tunnel_accept or _reject, now or
	 * later.
	 */
	L2TP_EFFECT_TUNNEL_REQUEST,
	/*
	 * The SCCRP of an accepted one left. Who sent the SCCRQ has proved
	 * nothing yet, so that only some octets are kept of it: the driver
	 * gives up what it has of the tunnel, and TUNNEL_FREE follows. When
	 * the SCCCN comes (or the SCCRQ once more) there is a TUNNEL_REQUEST
	 * again, which the driver answers as it did before.
	 */
	L2TP_EFFECT_TUNNEL_ANSWERED,
	/*
	 * Both tunnel ids are known and the peer is authenticated: the driver
	 * may install the tunnel. Sessions may follow.
	 */
	L2TP_EFFECT_TUNNEL_UP,
	/* The peer has answered to l2tp_tunnel_probe. */
	L2TP_EFFECT_TUNNEL_ALIVE,
	/* cause, by_peer; each session's DOWN came before it */
	L2TP_EFFECT_TUNNEL_DOWN,
	/*
	 * the last of this tunnel (after a StopCCN's full
	 * retransmission interval)
	 */
	L2TP_EFFECT_TUNNEL_FREE,
	/*
	 * An ICRQ or OCRQ came and both session ids are known: the driver
	 * authorizes and installs the session, then l2tp_session_accept or
	 * l2tp_session_close. No ICRP or OCRP is sent before.
	 */
	L2TP_EFFECT_SESSION_REQUEST,
	/*
	 * The ICRP or OCRP to our request came; both ids are known: install,
	 * then l2tp_session_accept (the ICCN goes out then) or
	 * l2tp_session_close.
	 */
	L2TP_EFFECT_SESSION_ANSWER,
	L2TP_EFFECT_SESSION_UP,	  /* established */
	L2TP_EFFECT_SESSION_DOWN, /* cause, by_peer; remove it */
	L2TP_EFFECT_SESSION_FREE, /* the last of this session */
	L2TP_EFFECT_WEN,	  /* counters in u.wen */
	/*
	 * u.sli; of an established version 3 session the circuit's new status
	 */
	L2TP_EFFECT_SLI,
	/* text: what a peer did wrong and what it cost; level as in syslog */
	L2TP_EFFECT_LOG,
};

struct l2tp_wen {
	uint32_t crc, framing, hardware_overruns, buffer_overruns, timeouts,
		alignment;
};
/* Of version 3 the Circuit Status only. */
struct l2tp_sli {
	uint32_t send_accm, recv_accm;
	bool circuit, active;
};

struct l2tp_effect {
	enum l2tp_effect_type type;
	/* NULL for a SEND that answers an unknown peer */
	struct l2tp_tunnel *tunnel;
	struct l2tp_session *session; /* NULL when it concerns the tunnel */
	/* SEND: valid until the next call; local and peer always set */
	const uint8_t *data;
	size_t len;
	struct addr local, peer;
	/*
	 * the cookie of l2tp_endpoint_input, or of l2tp_tunnel_set_socket; -1
	 */
	int socket;
	/* DOWN */
	struct l2tp_cause cause;
	bool by_peer; /* the peer's CDN or StopCCN; else ours or silence */
	/* LOG: peer is set, tunnel and session as far as it concerns them */
	int level;
	char text[160];
	union {
		struct l2tp_wen wen;
		struct l2tp_sli sli;
	} u;
};

/* ---- endpoint ---- */
struct l2tp_endpoint *l2tp_endpoint_new(const struct l2tp_env *env,
					const struct l2tp_limits *limits);
/* everything in it, without a packet */
void l2tp_endpoint_free(struct l2tp_endpoint *ep);
void l2tp_endpoint_set_limits(struct l2tp_endpoint *ep,
			      const struct l2tp_limits *limits);
/* Packets that were not a tunnel's, and what is there now. */
struct l2tp_endpoint_counters {
	uint64_t malformed;	/* no L2TP header to be acted on */
	uint64_t data;		/* of sessions that the kernel does not know */
	uint64_t stray;		/* to no tunnel of ours */
	uint64_t wrong_address; /* to a tunnel of another peer */
	/* SCCRQs that the driver was not asked about */
	uint64_t refused;
	uint64_t calls_refused; /* and ICRQs and OCRQs with CDN */
	uint64_t bad_digest;	/* RFC 3931 section 5.4.1: dropped */
	uint64_t wrong_version; /* to a tunnel of the other version */
	uint64_t displaced;	/* half open, and another took the place */
	uint32_t tunnels, half_open, sessions;
};
void l2tp_endpoint_counters(const struct l2tp_endpoint *ep,
			    struct l2tp_endpoint_counters *out);
/*
 * When the driver must call l2tp_endpoint_timeout, which forgets callers that
 * did not answer; L2TP_NEVER: not at all. Changes with every call.
 */
uint64_t l2tp_endpoint_deadline(const struct l2tp_endpoint *ep);
void l2tp_endpoint_timeout(struct l2tp_endpoint *ep, uint64_t now);
bool l2tp_effect_next(struct l2tp_endpoint *ep, struct l2tp_effect *out);
/*
 * A packet from peer to local. Demultiplexed by tunnel id and address,
 * whichever socket it came in on. Data packets are dropped and counted.
 */
void l2tp_endpoint_input(struct l2tp_endpoint *ep, uint64_t now,
			 const struct addr *local, const struct addr *peer,
			 int socket, const uint8_t *pkt, size_t len);

/* ---- tunnels ---- */
/*
 * An id of that version's bits that no tunnel has, also none that is down and
 * lingers; 0: all are taken.
 */
uint32_t l2tp_tunnel_free_id(struct l2tp_endpoint *ep, uint8_t version);
/* Sends the SCCRQ. NULL with -errno in *err: -ENOSPC at a limit, -ENOMEM. */
struct l2tp_tunnel *l2tp_tunnel_open(struct l2tp_endpoint *ep, uint64_t now,
				     const struct l2tp_tunnel_config *cfg,
				     const struct addr *local,
				     const struct addr *peer, int socket,
				     uint32_t tunnel_id /* 0: random */,
				     int *err);
/* Answers a TUNNEL_REQUEST: SCCRP, with the secret's proof where asked for. */
void l2tp_tunnel_accept(struct l2tp_tunnel *t, uint64_t now,
			const struct l2tp_tunnel_config *cfg);
/*
 * Or refuses it, by one StopCCN, of which nothing is kept. A cause without a
 * result: by silence.
 */
void l2tp_tunnel_reject(struct l2tp_tunnel *t, uint64_t now,
			const struct l2tp_cause *cause);
/*
 * The same in the name of a section: the StopCCN is signed with cfg's secret,
 * so that a peer that has it as well believes it (RFC 3931 section 5.4.1). An
 * SCCRQ that is not itself what cfg accepts gets that for an answer.
 */
void l2tp_tunnel_refuse(struct l2tp_tunnel *t, uint64_t now,
			const struct l2tp_tunnel_config *cfg,
			const struct l2tp_cause *cause);
/*
 * Before any of these: its peer is one that the driver knows by name. It does
 * not wait among those of whom nothing is known.
 */
void l2tp_tunnel_set_known(struct l2tp_tunnel *t);
/*
 * The driver could not install the tunnel id (taken in the kernel) before
 * anything was sent: another one. -EALREADY once the peer knows it.
 */
int l2tp_tunnel_renumber(struct l2tp_tunnel *t);
/*
 * StopCCN; its sessions go without CDN. cause NULL: result 1, general
 * request to clear.
 */
void l2tp_tunnel_close(struct l2tp_tunnel *t, uint64_t now,
		       const struct l2tp_cause *cause);
/*
 * Asks the peer of an established tunnel for a sign of life: a HELLO, unless
 * something waits for its acknowledgement already. TUNNEL_ALIVE follows when it
 * comes; else TUNNEL_DOWN, 3 s later at most.
 */
void l2tp_tunnel_probe(struct l2tp_tunnel *t, uint64_t now);
/* Whether that sign is waited for. */
bool l2tp_tunnel_is_probed(const struct l2tp_tunnel *t);
void l2tp_tunnel_set_socket(struct l2tp_tunnel *t, int socket);
/*
 * When the driver must call l2tp_tunnel_timeout; L2TP_NEVER: not at all.
 * Changes with every call.
 */
uint64_t l2tp_tunnel_deadline(const struct l2tp_tunnel *t);
void l2tp_tunnel_timeout(struct l2tp_tunnel *t, uint64_t now);
/*
 * Tunnels whose deadline moved since it was last asked: each at most once.
 * The driver takes all after the effects and sets its timers.
 */
struct l2tp_tunnel *l2tp_deadline_changed(struct l2tp_endpoint *ep);

void *l2tp_tunnel_user(const struct l2tp_tunnel *t);
void l2tp_tunnel_set_user(struct l2tp_tunnel *t, void *user);
uint32_t l2tp_tunnel_id(const struct l2tp_tunnel *t);
uint32_t l2tp_tunnel_peer_id(const struct l2tp_tunnel *t);
/* 2 or 3, as far as it is known */
uint8_t l2tp_tunnel_version(const struct l2tp_tunnel *t);
const struct addr *l2tp_tunnel_local(const struct l2tp_tunnel *t);
const struct addr *l2tp_tunnel_peer(const struct l2tp_tunnel *t);
bool l2tp_tunnel_is_initiator(const struct l2tp_tunnel *t);
/* Whether what we say in it is hidden (section 4.3). */
bool l2tp_tunnel_hides(const struct l2tp_tunnel *t);
/*
 * What somebody said in the peer's name about a tunnel that we ask for, and
 * could not prove; it counts for nothing, but may tell people why there is no
 * answer. "": nothing.
 */
const char *l2tp_tunnel_hint(const struct l2tp_tunnel *t);
/* "established", the RFC's word */
const char *l2tp_tunnel_state_str(const struct l2tp_tunnel *t);
bool l2tp_tunnel_is_established(const struct l2tp_tunnel *t);
/* What the peer said in its SCCRQ or SCCRP; "" and 0 when it did not. */
struct l2tp_tunnel_peer_info {
	char hostname[L2TP_NAME_MAX], vendor_name[L2TP_VENDOR_MAX];
	uint16_t firmware, protocol_version, receive_window;
	uint32_t framing, bearer;
	/* RFC 3931 */
	bool offers_v2, offers_v3; /* what its SCCRQ is good for */
	uint32_t router_id;
	uint16_t pseudowires[4]; /* those of ours that it has as well; 0 ends */
	bool authenticated;	 /* every message carries the right digest */
	enum l2tp_digest digest;
	bool old_secret; /* it has the old secret, as far as is known */
};
const struct l2tp_tunnel_peer_info *
l2tp_tunnel_peer_info(const struct l2tp_tunnel *t);
struct l2tp_tunnel_counters {
	uint64_t sent, received, retransmitted, duplicates, out_of_order,
		dropped, zlb_sent, zlb_received;
	uint16_t ns, nr, congestion_window, slow_start_threshold,
		unacknowledged, queued;
	uint32_t sessions, hellos_sent;
	uint64_t opened_ms, established_ms, last_heard_ms;
};
void l2tp_tunnel_counters(const struct l2tp_tunnel *t,
			  struct l2tp_tunnel_counters *out);
struct l2tp_tunnel *l2tp_tunnel_find(struct l2tp_endpoint *ep,
				     uint32_t tunnel_id);
/*
 * In an order of the endpoint's own; 0 starts, NULL ends; the walk survives
 * changes between calls.
 */
struct l2tp_tunnel *l2tp_tunnel_next(struct l2tp_endpoint *ep,
				     uint64_t after_id_plus_one);

/* ---- sessions ---- */
/*
 * Sends the ICRQ or OCRQ (kind: L2TP_CALL_LAC_INCOMING or
 * L2TP_CALL_LNS_OUTGOING), at once or when the tunnel is up.
 */
struct l2tp_session *l2tp_session_open(struct l2tp_tunnel *t, uint64_t now,
				       enum l2tp_call_kind kind,
				       const struct l2tp_call_params *p,
				       int *err);
/*
 * Answers SESSION_REQUEST (ICRP, OCRP) and SESSION_ANSWER (ICCN; for an OCRP,
 * nothing is sent).
 */
void l2tp_session_accept(struct l2tp_session *s, uint64_t now,
			 const struct l2tp_call_params *p /* may be NULL */);
/* LAC outgoing: the bearer answered (OCCN). */
void l2tp_session_connected(struct l2tp_session *s, uint64_t now,
			    const struct l2tp_call_params *p);
/* CDN; before an ICRP or OCRP this is how a request is refused. */
void l2tp_session_close(struct l2tp_session *s, uint64_t now,
			const struct l2tp_cause *cause);
void l2tp_session_send_wen(struct l2tp_session *s, uint64_t now,
			   const struct l2tp_wen *wen);
void l2tp_session_send_sli(struct l2tp_session *s, uint64_t now,
			   const struct l2tp_sli *sli);
/*
 * Version 3: our end of the circuit is up or down (RFC 3931 section 5.4.5).
 * Before the session is established it goes into the next message that may
 * carry it.
 */
void l2tp_session_set_circuit(struct l2tp_session *s, uint64_t now,
			      bool active);

void *l2tp_session_user(const struct l2tp_session *s);
void l2tp_session_set_user(struct l2tp_session *s, void *user);
struct l2tp_tunnel *l2tp_session_tunnel(const struct l2tp_session *s);
uint32_t l2tp_session_id(const struct l2tp_session *s);
uint32_t l2tp_session_peer_id(const struct l2tp_session *s);
enum l2tp_call_kind l2tp_session_kind(const struct l2tp_session *s);
const char *l2tp_session_state_str(const struct l2tp_session *s);
/*
 * What the peer said of the call so far (ICRQ, ICCN, OCRQ, OCRP, OCCN); extra_*
 * are not filled. Valid until this is asked again.
 */
const struct l2tp_call_params *
l2tp_session_peer_params(const struct l2tp_session *s);
/*
 * The session's proxy LCP and authentication AVPs (section 4.4.5), NULL when
 * the ICCN had none.
 */
struct l2tp_proxy;
const struct l2tp_proxy *l2tp_session_proxy(const struct l2tp_session *s);
uint64_t l2tp_session_established_ms(const struct l2tp_session *s);
struct l2tp_session *l2tp_session_find(struct l2tp_tunnel *t,
				       uint32_t session_id);
struct l2tp_session *l2tp_session_next(struct l2tp_tunnel *t,
				       uint64_t after_id_plus_one);

#endif
