/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PPP as its driver sees it: frames, answers, commands and time go in, effects
 * come out. Pure: no I/O, clock, log or globals. RFC 1661 with what a server of
 * callers, a caller and a LAC that steps aside need of 1332, 1334, 1570, 1877,
 * 1990, 1994, 2433, 2759, 3078, 3748 and 5072.
 *
 * Driver: call one function, then take every effect with ppp_effect_next before
 * the next call of any link of the same core. Handlers of effects call nothing
 * here but the functions that only look. Pointers in an effect are valid until
 * the next call.
 *
 * Frames: what goes out begins with the two octets of the protocol,
 * uncompressed, and has neither address nor control field: so a PPP channel of
 * Linux takes it, and a driver of anything else puts FF 03 in front. What comes
 * in may begin with FF 03 or not, and may have its protocol in one octet (RFC
 * 1661 sections 2 and 6.5, RFC 1662 section 3.2).
 *
 * All times are in ms of the driver's monotonic clock, IPv4 addresses are in
 * network order (0: none), and a text is UTF-8 without control characters.
 */
#ifndef L2TPD_PROTO_PPP_PPP_H
#define L2TPD_PROTO_PPP_PPP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ppp_core; /* what all links of a driver share: effects, randomness */
struct ppp_link; /* one link, from its start to its end */

#define PPP_NEVER	 UINT64_MAX /* no deadline */
#define PPP_FRAME_MAX	 1504	    /* octets of a frame that is sent */
#define PPP_WORDS_MAX	 256	    /* of a text with its NUL */
#define PPP_PEERS_CHOICE UINT32_C(0xffffffff) /* a remote address */

struct ppp_env {
	void *ctx;
	void (*random)(void *ctx, void *buf, size_t len);
};

/* How one side proves to the other who it is; in a set, 1 << method. */
enum ppp_method {
	PPP_METHOD_NONE,
	PPP_METHOD_PAP,
	PPP_METHOD_CHAP_MD5,
	PPP_METHOD_MSCHAPV1,
	PPP_METHOD_MSCHAPV2,
	PPP_METHOD_EAP, /* as authenticator only: passed through */
};
#define PPP_METHODS 6
/* "PAP", "CHAP", "MS-CHAPv1", "MS-CHAPv2", "EAP", "none" */
const char *ppp_method_name(enum ppp_method m);

enum ppp_mppe { PPP_MPPE_OFF, PPP_MPPE_OPTIONAL, PPP_MPPE_REQUIRED };
#define PPP_MPPE_40  0x01u
#define PPP_MPPE_128 0x02u

/* Endpoint Discriminator, RFC 1990 section 5.1.3. */
struct ppp_discriminator {
	uint8_t class, len;
	uint8_t address[20];
};

/*
 * How PPP is run: a profile's. It is the driver's, shared by many links, and
 * stays as it is while one of them has it. 0 takes the default where one is
 * named.
 */
struct ppp_config {
	const char *name; /* ours, in CHAP's Challenge and Response */
	/* The peer proves who it is by one of these, the first preferred. */
	uint8_t methods[PPP_METHODS];
	uint8_t method_n;  /* 0: nobody is asked */
	uint8_t answers;   /* 1 << method: by what we prove who we are */
	uint8_t mppe;	   /* enum ppp_mppe */
	uint8_t mppe_bits; /* PPP_MPPE_*; the larger preferred */
	/* agreed to, and asked for by a caller; else stateless alone */
	bool mppe_stateful;
	bool ipv4, ipv6;	/* which network protocols there are */
	bool ask_dns, ask_wins; /* for name servers of the peer (RFC 1877) */
	/* ask that the peer may leave out fields (RFC 1661 6.5, 6.6) */
	bool pfc, acfc;
	bool no_magic; /* no Magic-Number: loops are not seen */
	/* RFC 1990: 0 has no multilink */
	uint16_t mrru;
	bool short_sequence;
	struct ppp_discriminator discriminator; /* class 0: not sent */
	uint32_t restart;	/* default 3000 (RFC 1661 section 4.6) */
	uint8_t max_configure;	/* default 10 */
	uint8_t max_terminate;	/* default 2 */
	uint8_t max_failure;	/* default 5 */
	uint32_t auth_timeout;	/* default 30000, from the phase's begin */
	uint32_t rechallenge;	/* 0: never again */
	uint32_t echo_interval; /* 0: off */
	uint8_t echo_failure;	/* unanswered ones that end it; 0: none does */
	/* a proxy's LCP that does not suit: end, else negotiate anew */
	bool proxy_strict;
};

/* What is particular to one link. Texts are copied; NULL: none. */
struct ppp_call {
	bool caller;  /* we ask for addresses; else we give them */
	bool passive; /* the peer's first Configure-Request is waited for */
	/*
	 * LAC: LCP and authentication as far as the peer's Response (or LCP
	 * alone where nobody is asked), then PPP_EFFECT_YIELDED.
	 */
	bool yield;
	uint16_t mru;	    /* the longest packet that we take; default 1500 */
	const char *user;   /* our name, where we prove who we are */
	const char *remote; /* the peer's, where it does not give one */
	uint32_t local_ipv4, remote_ipv4;      /* or PPP_PEERS_CHOICE */
	uint32_t dns[2], wins[2];	       /* for the peer */
	uint8_t local_ifid[8], remote_ifid[8]; /* zeros: one is made */
};

/* ---- questions ---- */
/* PPP_EFFECT_AUTH: whether this is the peer's proof. */
struct ppp_auth_question {
	uint32_t ticket;
	enum ppp_method method;
	const char *user; /* as the peer sent it, ending in NUL */
	uint8_t id;	  /* of CHAP */
	const uint8_t *challenge;
	uint16_t challenge_len;
	/*
	 * PAP: the password; CHAP-MD5: 16 octets; MS-CHAP: the 49 of the
	 * Response; EAP: the whole packet
	 */
	const uint8_t *response;
	uint16_t response_len;
};

struct ppp_auth_answer {
	bool ok;
	bool unknown; /* not ok, because nobody could be asked */
	/*
	 * EAP: not decided yet, eap is the next Request. Else eap is the
	 * Success or Failure, or NULL: one is made.
	 */
	bool more;
	const uint8_t *eap;
	uint16_t eap_len;
	/*
	 * For the peer, NULL: a usual one. MS-CHAPv2: "S=... M=...". Of a
	 * refusal by MS-CHAP "E=691 R=0 C=... V=3 M=...", where R=1 has the
	 * peer try once more; other words are given that form, as error 649.
	 * What a refusal says to people is in the Terminate-Request too.
	 */
	const char *message;
	/* 0 and zeros: as of the call */
	uint32_t local_ipv4, remote_ipv4;
	uint32_t dns[2], wins[2];
	uint8_t remote_ifid[8];
	bool have_mppe_keys;
	uint8_t mppe_send_key[16], mppe_recv_key[16]; /* RFC 3079 */
	/*
	 * RFC 2548 sections 2.4.4 and 2.4.5; 0: as of the configuration.
	 * They can require encryption and leave key lengths out.
	 */
	uint8_t mppe_policy, mppe_types;
};

/* PPP_EFFECT_SECRET: what we prove by to the peer. */
struct ppp_secret_question {
	uint32_t ticket;
	enum ppp_method method;
	const char *user;   /* ours */
	const char *remote; /* the peer's, as it says itself; "" */
};

/* ---- LCP and authentication of elsewhere, RFC 2661 section 4.4.5 ---- */
struct ppp_blob {
	const uint8_t *data; /* NULL: there is none */
	uint16_t len;
};

/* Proxy Authen Type, RFC 2661 section 4.4.5 */
enum ppp_proxy_auth {
	PPP_PROXY_AUTH_UNSET, /* the AVP is not there */
	PPP_PROXY_AUTH_TEXT = 1,
	PPP_PROXY_AUTH_CHAP = 2,
	PPP_PROXY_AUTH_PAP = 3,
	PPP_PROXY_AUTH_NONE = 4,
	PPP_PROXY_AUTH_MSCHAPV1 =
		5, /* MS-CHAPv2 goes as CHAP, by its options */
};

/* Options of Configure-Requests, without header. */
struct ppp_proxy {
	struct ppp_blob first_received, last_sent, last_received;
	uint8_t auth_type; /* enum ppp_proxy_auth */
	struct ppp_blob name, challenge, response;
	uint8_t id;
};

/* ---- what is told ---- */
/* What one side said of itself in LCP and the other acknowledged. */
struct ppp_lcp_values {
	uint16_t mru; /* the longest packet that this side takes */
	uint32_t accm;
	bool has_accm;
	uint32_t magic; /* 0: none */
	bool pfc, acfc; /* it may be sent such */
	uint8_t method; /* enum ppp_method: the other side proves by it */
	uint16_t mrru;	/* 0: no multilink */
	bool short_sequence;
	struct ppp_discriminator discriminator; /* class 0: none */
};

struct ppp_lcp_info {
	struct ppp_lcp_values ours, peers;
};

struct ppp_ipv4_info {
	uint32_t local, remote;
	uint32_t dns[2],
		wins[2]; /* the peer's for a caller, else ours for it */
};

struct ppp_ipv6_info {
	uint8_t local[8], remote[8];
};

/*
 * CCP agreed. Each option is what goes into Linux' PPPIOCSCOMPRESS before the
 * 16 octets of its key.
 */
struct ppp_mppe_info {
	uint8_t bits; /* 40 or 128 */
	bool stateful;
	uint8_t send_option[6], recv_option[6];
};

/* A direction's option and key, before CCP agrees on them. */
struct ppp_mppe_key {
	bool send; /* else what we receive by */
	uint8_t option[6];
	uint8_t key[16];
};

/* RADIUS' Acct-Terminate-Cause, RFC 2866 section 5.10, by its number. */
enum ppp_cause {
	PPP_CAUSE_USER_REQUEST = 1,
	PPP_CAUSE_LOST_CARRIER = 2,
	PPP_CAUSE_ADMIN_RESET = 6,
	PPP_CAUSE_PORT_ERROR = 8,
	PPP_CAUSE_NAS_ERROR = 9,
	PPP_CAUSE_NAS_REQUEST = 10,
	PPP_CAUSE_USER_ERROR = 17,
};

/* Why it ended; words is the whole of it, a sentence without its full stop. */
struct ppp_ended {
	uint8_t reason; /* enum ppp_reason of reason.h */
	uint8_t cause;	/* enum ppp_cause */
	bool by_peer;	/* its Terminate-Request */
	const char *words;
};

enum ppp_effect_type {
	/*
	 * data, len: a frame (see above). protocol is its first two octets:
	 * what a driver of Linux gives to the unit (CCP) or to the channel.
	 */
	PPP_EFFECT_SEND,
	PPP_EFFECT_DEADLINE, /* ppp_link_deadline has changed */
	PPP_EFFECT_AUTH,     /* u.auth; ppp_link_authenticate answers it */
	PPP_EFFECT_SECRET,   /* u.secret; ppp_link_tell_secret answers it */
	/* u.lcp; may come again after LCP_DOWN, as all below may */
	PPP_EFFECT_LCP_UP,
	PPP_EFFECT_LCP_DOWN,
	/*
	 * Both sides that had to are who they say: text is the peer's name
	 * ("": it was not asked). Told once for each LCP_UP.
	 */
	PPP_EFFECT_AUTHENTICATED,
	PPP_EFFECT_IPV4_UP, /* u.ipv4 */
	PPP_EFFECT_IPV4_DOWN,
	PPP_EFFECT_IPV6_UP, /* u.ipv6 */
	PPP_EFFECT_IPV6_DOWN,
	/*
	 * u.mppe_key: the frame of CCP that is sent next may make the peer use
	 * it, or us. Linux takes up a direction when it sees CCP's
	 * Configure-Ack go by, so that PPPIOCSCOMPRESS has to be done, with
	 * SC_CCP_OPEN and without SC_CCP_UP, before that frame is written; the
	 * driver holds it and what follows by the unit until then. May come
	 * several times, the last counts.
	 */
	PPP_EFFECT_MPPE_KEY,
	/* u.mppe: both directions are agreed on (SC_CCP_UP) */
	PPP_EFFECT_MPPE_UP,
	PPP_EFFECT_MPPE_DOWN, /* negotiated anew, or gone: not SC_CCP_UP */
	/* u.proxy: LAC, what the next server needs; ENDED does not follow */
	PPP_EFFECT_YIELDED,
	PPP_EFFECT_LOG,	  /* text, level as in syslog */
	PPP_EFFECT_ENDED, /* u.ended; the last of this link */
};

struct ppp_effect {
	enum ppp_effect_type type;
	struct ppp_link *link;
	uint16_t protocol; /* SEND */
	const uint8_t *data;
	size_t len;
	int level;
	const char *text; /* LOG, AUTHENTICATED */
	union {
		struct ppp_auth_question auth;
		struct ppp_secret_question secret;
		struct ppp_lcp_info lcp;
		struct ppp_ipv4_info ipv4;
		struct ppp_ipv6_info ipv6;
		struct ppp_mppe_info mppe;
		struct ppp_mppe_key mppe_key;
		struct ppp_proxy proxy;
		struct ppp_ended ended;
	} u;
};

/* ---- the core ---- */
struct ppp_core *ppp_core_new(const struct ppp_env *env); /* NULL: memory */
/* Its links have been freed before. */
void ppp_core_free(struct ppp_core *core);
bool ppp_effect_next(struct ppp_core *core, struct ppp_effect *out);

/* ---- a link ---- */
/*
 * A link in phase Dead; config is kept by pointer, call is copied. NULL: out of
 * memory.
 */
struct ppp_link *ppp_link_new(struct ppp_core *core,
			      const struct ppp_config *config,
			      const struct ppp_call *call, void *user);
/* At any time when no effect waits; nothing is sent. Keys are cleared. */
void ppp_link_free(struct ppp_link *l);
void *ppp_link_user(const struct ppp_link *l);

/* The lower layer is up: LCP begins (RFC 1661 section 3.4). Once. */
void ppp_link_start(struct ppp_link *l, uint64_t now);
/*
 * Instead: LCP and the peer's Response were taken by a LAC. Where they suit the
 * configuration, LCP is up without a frame and AUTH asks about the Response;
 * else LCP begins anew, or ends with proxy_strict, and LOG says what does not.
 */
void ppp_link_start_proxy(struct ppp_link *l, uint64_t now,
			  const struct ppp_proxy *proxy);
/* A frame of the peer. */
void ppp_link_input(struct ppp_link *l, uint64_t now, const uint8_t *frame,
		    size_t len);
/* Answers AUTH; an answer to a question that counts no more is ignored. */
void ppp_link_authenticate(struct ppp_link *l, uint64_t now, uint32_t ticket,
			   const struct ppp_auth_answer *answer);
/* Answers SECRET; the secret is not kept. NULL: there is none for this. */
void ppp_link_tell_secret(struct ppp_link *l, uint64_t now, uint32_t ticket,
			  const uint8_t *secret, size_t len);
/*
 * Terminate-Request with these words for the peer ("" and NULL: none); ENDED
 * follows once it is answered, or not. cause: enum ppp_cause.
 */
void ppp_link_stop(struct ppp_link *l, uint64_t now, enum ppp_cause cause,
		   const char *words);
/* The lower layer is gone: ENDED at once, without a frame. */
void ppp_link_lost(struct ppp_link *l, uint64_t now, const char *words);
/*
 * Stops without a frame and gives what another needs to go on: out's pointers
 * hold until the next call. ENDED does not follow; the link takes nothing more.
 * -EAGAIN: LCP has not been opened yet, nothing was changed.
 */
int ppp_link_hand_over(struct ppp_link *l, uint64_t now, struct ppp_proxy *out);
/* LCP, or one network protocol (its number), is negotiated anew. */
void ppp_link_renegotiate(struct ppp_link *l, uint64_t now, uint16_t protocol);
/*
 * The peer has sent something that did not come by here: with an adaptive
 * driver no Echo-Request goes out for another interval.
 */
void ppp_link_note_traffic(struct ppp_link *l, uint64_t now);
/*
 * The kernel could not decrypt for good (SC_DC_FERROR). Lesser errors show as a
 * frame of protocol 0x00fd to ppp_link_input, which asks for a reset.
 */
void ppp_link_mppe_failed(struct ppp_link *l, uint64_t now);

/* When ppp_link_timeout must be called; PPP_NEVER. */
uint64_t ppp_link_deadline(const struct ppp_link *l);
void ppp_link_timeout(struct ppp_link *l, uint64_t now);

/* ---- looking ---- */
/* The two keys of 16 octets, of MPPE_UP; false: there are none. */
bool ppp_link_mppe_keys(const struct ppp_link *l, uint8_t send_key[16],
			uint8_t recv_key[16]);

/* RFC 1661 section 3.2 */
enum ppp_link_phase {
	PPP_PHASE_DEAD,
	PPP_PHASE_ESTABLISH,
	PPP_PHASE_AUTHENTICATE,
	PPP_PHASE_NETWORK,
	PPP_PHASE_TERMINATE,
};
const char *ppp_link_phase_name(enum ppp_link_phase phase); /* "Authenticate" */

struct ppp_info {
	enum ppp_link_phase phase;
	const char *lcp, *ipcp, *ipv6cp, *ccp; /* states: "Opened" */
	bool lcp_up, ipv4_up, ipv6_up, mppe_up;
	struct ppp_lcp_info lcp_options;
	struct ppp_ipv4_info ipv4;
	struct ppp_ipv6_info ipv6;
	struct ppp_mppe_info mppe;
	const char *peer_name; /* proven, or ""; valid while the link is */
	/* LCP's echo; times in ms of those that were answered */
	uint32_t echo_sent, echo_answered;
	uint32_t echo_last, echo_least, echo_average;
	size_t memory; /* octets that it has now, without malloc's own */
};
void ppp_link_info(const struct ppp_link *l, struct ppp_info *out);

#endif
