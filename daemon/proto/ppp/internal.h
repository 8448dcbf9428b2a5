/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The objects of the PPP core, and what its files have of each other. Files
 * depend downward only: effect, fsm_table, reason, method; end; fsm, option;
 * echo, lcp, ipcp, ipv6cp, ccp; proxy; proof; pap, chap, eap; auth, network;
 * link, info. What is told upward goes through struct ppp_upper.
 */
#ifndef L2TPD_PROTO_PPP_INTERNAL_H
#define L2TPD_PROTO_PPP_INTERNAL_H

#include "lib/buf.h"
#include "lib/secret.h"
#include "proto/ppp/fsm_table.h"
#include "proto/ppp/ppp.h"
#include "proto/ppp/reason.h"

/* Protocol numbers: RFC 1661 section 2 and those of each protocol. */
enum {
	PPP_PROTO_IPV4 = 0x0021,
	PPP_PROTO_MP = 0x003d,
	PPP_PROTO_IPV6 = 0x0057,
	PPP_PROTO_COMP = 0x00fd,
	PPP_PROTO_IPCP = 0x8021,
	PPP_PROTO_IPV6CP = 0x8057,
	PPP_PROTO_CCP = 0x80fd,
	PPP_PROTO_LCP = 0xc021,
	PPP_PROTO_PAP = 0xc023,
	PPP_PROTO_CHAP = 0xc223,
	PPP_PROTO_EAP = 0xc227,
};

/* Codes: RFC 1661 section 5, RFC 1570, RFC 1962 section 4. */
/* clang-format off */
#define PPP_CODES(X) \
	X(CONF_REQ,	1,	"Configure-Request") \
	X(CONF_ACK,	2,	"Configure-Ack") \
	X(CONF_NAK,	3,	"Configure-Nak") \
	X(CONF_REJ,	4,	"Configure-Reject") \
	X(TERM_REQ,	5,	"Terminate-Request") \
	X(TERM_ACK,	6,	"Terminate-Ack") \
	X(CODE_REJ,	7,	"Code-Reject") \
	X(PROTO_REJ,	8,	"Protocol-Reject") \
	X(ECHO_REQ,	9,	"Echo-Request") \
	X(ECHO_REP,	10,	"Echo-Reply") \
	X(DISCARD,	11,	"Discard-Request") \
	X(IDENTIFY,	12,	"Identification") \
	X(TIME_LEFT,	13,	"Time-Remaining") \
	X(RESET_REQ,	14,	"Reset-Request") \
	X(RESET_ACK,	15,	"Reset-Ack")
/* clang-format on */
enum ppp_code {
#define X(id, number, name) PPP_CODE_##id = (number),
	PPP_CODES(X)
#undef X
};

#define PPP_HEADER	  4   /* code, identifier, length */
#define PPP_OPTIONS_MAX	  256 /* of our own Configure-Requests */
#define PPP_ROUNDS_MAX	  20  /* of Configure-Requests that were not taken */
#define PPP_LOOPS_MAX	  4   /* of magic numbers that come back */
#define PPP_RETRIES_MAX	  3   /* of an MS-CHAP password */
#define PPP_CHALLENGE_MAX 64
#define PPP_MS_RESPONSE	  49
#define PPP_BLOCK_MAX	  192 /* a peer's options that are kept */

struct ppp_link;

/* ---- option negotiation ---- */
enum ppp_verdict { PPP_ACK, PPP_NAK, PPP_REJECT };

/*
 * An option of one protocol. min and max are of its value, in octets. A check
 * gets a value of the wrong length as a failed buffer; for PPP_NAK it writes
 * the value that would do. A row without check is rejected.
 */
struct ppp_option {
	uint8_t type, min, max;
	const char *name;
	const char *section;
	enum ppp_verdict (*check)(struct ppp_link *l, struct rbuf *v,
				  struct wbuf *nak);
	/* Our own value; only asked while the option is wanted. */
	void (*ask)(const struct ppp_link *l, struct wbuf *w);
	/* The peer would have this instead. */
	void (*nak)(struct ppp_link *l, struct rbuf *v);
	/* The peer does not know it, which matters. */
	void (*reject)(struct ppp_link *l);
	/* The peer left it out, which it should not: the value for a Nak. */
	bool (*missing)(const struct ppp_link *l, struct wbuf *nak);
};

enum ppp_fsm_id {
	PPP_FSM_LCP,
	PPP_FSM_IPCP,
	PPP_FSM_IPV6CP,
	PPP_FSM_CCP,
	PPP_FSM_COUNT,
};

/* One protocol that the automaton runs. */
struct ppp_protocol {
	uint16_t number;
	const char *name;
	const struct ppp_option *options;
	unsigned int option_count;
	uint16_t codes; /* 1 << enum ppp_code: that it has beyond the seven */
	/* Negotiation starts: what we want; returns the wanted rows. */
	uint16_t (*begin)(struct ppp_link *l);
	/* A Configure-Request is going to be checked. */
	void (*request)(struct ppp_link *l);
	/* It was acceptable, and these are its options. */
	void (*accepted)(struct ppp_link *l, const uint8_t *p, size_t len);
	/* Our Configure-Request or -Ack goes out next; may be NULL. */
	void (*sending)(struct ppp_link *l, uint8_t code);
	void (*up)(struct ppp_link *l);
	void (*down)(struct ppp_link *l);
	void (*finished)(struct ppp_link *l);
	/* One of codes; the automaton is Opened unless told otherwise. */
	void (*receive)(struct ppp_link *l, uint8_t code, uint8_t id,
			struct rbuf *r);
};
extern const struct ppp_protocol ppp_lcp, ppp_ipcp, ppp_ipv6cp, ppp_ccp;

struct ppp_fsm {
	uint64_t deadline; /* the Restart timer */
	uint16_t wanted;   /* rows of our Configure-Request */
	uint8_t state;	   /* enum ppp_fsm_state */
	uint8_t restart;   /* the Restart counter */
	uint8_t id;	   /* of our last request */
	uint8_t naks;	   /* that we sent without an Ack (Max-Failure) */
	uint8_t refusals;  /* of the peer's requests since they began */
	uint8_t rounds;	   /* of our own that were not taken */
	uint8_t refused;   /* row that one of us did not take last */
	bool begun;	   /* what we want was set */
	bool answered;	   /* our last request was: a second answer is stale */
	bool used;	   /* it takes part in this link */
};

/* ---- authentication ---- */
enum ppp_auth_state {
	PPP_AUTH_IDLE,
	PPP_AUTH_WAITING, /* for the peer */
	PPP_AUTH_ASKING,  /* the driver */
	PPP_AUTH_SENT,	  /* our proof: the peer decides */
	PPP_AUTH_DONE,
	PPP_AUTH_FAILED,
};

/* One direction: we ask the peer (asks), or the peer asks us (proves). */
struct ppp_auth {
	uint64_t deadline; /* of the last packet */
	uint64_t limit;	   /* of all */
	uint32_t ticket;
	uint8_t method, state;
	uint8_t id, tries, retries;
};

/* What the peer proves by; texts and octets lie behind it. */
struct ppp_proof {
	uint16_t user_len, challenge_len, response_len;
	uint8_t id;
	uint8_t data[]; /* user, NUL, challenge, response */
};

/* The verdict on it, to be sent again. */
struct ppp_verdict_sent {
	uint8_t id, code;
	uint16_t len;
	uint8_t data[];
};

/* What we answered to a Challenge, to answer alike when it comes again. */
struct ppp_reply {
	uint64_t challenge; /* hash of identifier and value */
	uint8_t len;
	uint8_t value[PPP_MS_RESPONSE];
	char expected[43]; /* MS-CHAPv2: "S=" and 40 digits */
};

/* A frame's content that is sent again until it is answered. */
struct ppp_kept {
	uint16_t len;
	uint8_t data[];
};

/* ---- what there is while something is negotiated ---- */
struct ppp_block {
	uint8_t len;
	bool set;
	uint8_t data[PPP_BLOCK_MAX];
};

struct ppp_negotiation {
	struct ppp_lcp_info lcp;
	uint8_t refused_methods; /* 1 << enum ppp_method: by the peer */
	uint8_t offered_method;	 /* what we said in place of the peer's */
	uint8_t loops;
	struct ppp_block first, last; /* the peer's LCP options */
	struct ppp_ipv4_info ipv4;
	struct ppp_ipv6_info ipv6;
	uint32_t mppe_ours, mppe_peers; /* RFC 3078 section 3.1 */
	/* we ask the peer */
	uint8_t challenge_len;
	uint8_t challenge[PPP_CHALLENGE_MAX];
	struct ppp_kept *eap; /* the Request that is unanswered */
	bool eap_identified;
	/* the peer asks us */
	uint8_t peer_challenge_len;
	uint8_t peer_challenge[255];
	char remote[PPP_WORDS_MAX];
	struct ppp_kept *early[PPP_FSM_COUNT]; /* see network.c */
	struct secret *sent; /* PAP: the password, for another try */
	uint8_t keys[2][16]; /* of MS-CHAP, until the peer takes us */
};

struct ppp_echo {
	uint64_t deadline, sent_at;
	uint32_t sent, answered, last, least;
	uint64_t sum;
	uint8_t id, unanswered, loops;
};

/* What is told upward; link.c fills it in. */
struct ppp_upper {
	void (*lcp_up)(struct ppp_link *l);
	void (*lcp_down)(struct ppp_link *l);
	void (*lcp_finished)(struct ppp_link *l);
	void (*network_up)(struct ppp_link *l, enum ppp_fsm_id id);
	void (*network_finished)(struct ppp_link *l, enum ppp_fsm_id id);
	void (*proven)(struct ppp_link *l); /* one direction of two */
	void (*rejected)(struct ppp_link *l, uint16_t protocol);
};

/* The packet that is being dealt with. */
struct ppp_packet {
	uint8_t code, id;
	const uint8_t *data; /* behind the header */
	size_t len;
	const uint8_t *whole;
	size_t whole_len;
};

struct ppp_chunk;

struct ppp_core {
	struct ppp_env env;
	const struct ppp_upper *upper;
	const struct ppp_protocol *protocols[PPP_FSM_COUNT];
	uint64_t now;
	uint32_t tickets;
	/* effects; what they point to lies in chunks, which never move */
	struct ppp_effect *effects;
	uint32_t head, tail, size;
	struct ppp_chunk *chunks;
	/* of the call under way */
	struct ppp_packet rx;
	struct wbuf reply; /* Nak or Reject, or empty: the options are fine */
	uint8_t reply_code;
	uint8_t nak[PPP_FRAME_MAX], rej[PPP_FRAME_MAX];
	const struct ppp_proxy *proxy; /* a LAC's, while it is taken over */
};

struct ppp_link {
	struct ppp_core *core;
	const struct ppp_config *config;
	void *user;
	struct ppp_negotiation *nego; /* NULL: nothing is negotiated */
	struct ppp_fsm fsm[PPP_FSM_COUNT];
	struct ppp_auth asks, proves;
	struct ppp_echo echo;
	struct ppp_proof *proof;
	struct ppp_verdict_sent *verdict;
	struct ppp_reply *reply;
	char *name, *remote; /* ours, and the peer's, of the call */
	char *words;	     /* of the reason */
	char *failed;	     /* what became of a network protocol */
	char *told;	     /* to the peer, in our Terminate-Request */
	/* as agreed on */
	struct ppp_lcp_info lcp;
	struct ppp_ipv4_info ipv4;
	struct ppp_ipv6_info ipv6;
	struct ppp_mppe_info mppe;
	/* as the call has it, and as the answer to AUTH changed it */
	struct ppp_ipv4_info given4, call4;
	struct ppp_ipv6_info given6, call6;
	uint8_t keys[2][16];	 /* send, receive */
	uint64_t reset_deadline; /* a Reset-Request waits for its Ack */
	uint64_t told_deadline;
	uint64_t unproven; /* since when LCP is up for the first time; 0: no */
	uint16_t mru;
	uint8_t phase, reason, cause, by_peer;
	uint8_t mppe_mode, mppe_bits, reset_id, reject_id;
	bool caller, passive, yield;
	bool have_keys, reset_again;
	bool over, authenticated, announced;
	bool ipv4_up, ipv6_up, mppe_up, lcp_up;
};

static inline uint64_t ppp_after(const struct ppp_link *l, uint32_t ms)
{
	return l->core->now + ms;
}
static inline uint32_t ppp_restart_ms(const struct ppp_link *l)
{
	return l->config->restart ? l->config->restart : 3000;
}
static inline uint8_t ppp_max_configure(const struct ppp_link *l)
{
	return l->config->max_configure ? l->config->max_configure : 10;
}
static inline uint8_t ppp_max_terminate(const struct ppp_link *l)
{
	return l->config->max_terminate ? l->config->max_terminate : 2;
}
static inline uint8_t ppp_max_failure(const struct ppp_link *l)
{
	return l->config->max_failure ? l->config->max_failure : 5;
}
void ppp_random(const struct ppp_link *l, void *out, size_t len);
uint32_t ppp_random_magic(const struct ppp_link *l); /* never 0 */

/* ---- effect.c ---- */
struct ppp_effect *ppp_effect_add(struct ppp_link *l,
				  enum ppp_effect_type type);
/* A copy that lives as long as the effects; ends in NUL as well. */
const uint8_t *ppp_effect_copy(struct ppp_core *core, const void *data,
			       size_t len);
/* When the queue is empty, what its effects pointed to goes. */
void ppp_effect_reset(struct ppp_core *core);
void ppp_effect_fini(struct ppp_core *core);
/* A packet of the usual form: code, id, length, data. Cut to a frame. */
void ppp_send_packet(struct ppp_link *l, uint16_t protocol, uint8_t code,
		     uint8_t id, const void *data, size_t len);
void ppp_send_frame(struct ppp_link *l, uint16_t protocol, const void *data,
		    size_t len);
void ppp_log(struct ppp_link *l, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* ---- packet.c ---- */
/*
 * A packet without what follows its length (RFC 1661, section 5), as views into
 * p. False: it is none.
 */
bool ppp_packet_read(struct ppp_packet *out, const uint8_t *p, size_t len);

/* ---- fsm.c ---- */
static inline const struct ppp_protocol *
ppp_protocol_of(const struct ppp_link *l, enum ppp_fsm_id id)
{
	return l->core->protocols[id];
}
const char *ppp_code_name(uint8_t code); /* "code 77" is told as "a code" */
void ppp_fsm_init(struct ppp_link *l);
void ppp_fsm_event(struct ppp_link *l, enum ppp_fsm_id id,
		   enum ppp_fsm_event event);
void ppp_fsm_input(struct ppp_link *l, enum ppp_fsm_id id, const uint8_t *p,
		   size_t len);
void ppp_fsm_timeout(struct ppp_link *l, enum ppp_fsm_id id);
static inline bool ppp_fsm_opened(const struct ppp_link *l, enum ppp_fsm_id id)
{
	return l->fsm[id].state == PPP_OPENED;
}
/* One of Req-Sent, Ack-Rcvd and Ack-Sent. */
bool ppp_fsm_negotiates(const struct ppp_fsm *f);
/* What cannot go on ends: the link for LCP, else the protocol. */
void ppp_fsm_give_up(struct ppp_link *l, enum ppp_fsm_id id,
		     enum ppp_reason reason, const char *text);

/* ---- option.c ---- */
/* The Configure-Request's options as we want them now. */
void ppp_options_write(const struct ppp_link *l, enum ppp_fsm_id id,
		       struct wbuf *w);
/*
 * Checks a peer's Configure-Request: core->reply_code and core->reply. False:
 * it is malformed, and dropped.
 */
bool ppp_options_check(struct ppp_link *l, enum ppp_fsm_id id, const uint8_t *p,
		       size_t len);
/* A Configure-Nak or -Reject of ours. False: malformed. */
bool ppp_options_refused(struct ppp_link *l, enum ppp_fsm_id id, bool reject,
			 const uint8_t *p, size_t len);

/* ---- method.c: Authentication-Protocol's value ---- */
void ppp_method_write(enum ppp_method m, struct wbuf *w);
/* PPP_METHOD_NONE: none that we know. */
enum ppp_method ppp_method_read(struct rbuf *v);

/* ---- end.c ---- */
/*
 * The first reason counts. text goes into its words; l->told is what the peer
 * reads of it.
 */
void ppp_end_because(struct ppp_link *l, enum ppp_reason reason,
		     const char *text);
/* What the peer reads of the reason. */
void ppp_end_tell(struct ppp_link *l, const char *text);
/* Why a network protocol did not come up, for whatever ends the link for it. */
void ppp_end_note(struct ppp_link *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
struct ppp_kept *ppp_kept_new(const uint8_t *p, size_t len);
bool ppp_negotiation_get(struct ppp_link *l);
void ppp_negotiation_put(struct ppp_link *l);
void ppp_kept_free(struct ppp_kept **kept);
void ppp_secret_free(struct secret **s);
void ppp_proof_free(struct ppp_link *l);
void ppp_reply_free(struct ppp_link *l);

/* ---- lcp.c ---- */
void ppp_lcp_protocol_reject(struct ppp_link *l, uint16_t protocol,
			     const uint8_t *p, size_t len);
/* The options that say these values, in the order of the table. */
void ppp_lcp_values_write(const struct ppp_lcp_values *v, struct wbuf *w);

/* ---- echo.c ---- */
void ppp_echo_begin(struct ppp_link *l);
void ppp_echo_end(struct ppp_link *l);
void ppp_echo_timeout(struct ppp_link *l);
void ppp_echo_request(struct ppp_link *l, uint8_t id, struct rbuf *r);
void ppp_echo_reply(struct ppp_link *l, uint8_t id, struct rbuf *r);

/* ---- ccp.c ---- */
bool ppp_mppe_possible(const struct ppp_link *l);
void ppp_ccp_undecrypted(struct ppp_link *l); /* a compressed frame came up */
void ppp_ccp_reset_timeout(struct ppp_link *l);

/* ---- proof.c: what the methods share ---- */
/* Keeps it and asks the driver. False: out of memory. */
bool ppp_proof_ask(struct ppp_link *l, const char *user, size_t user_len,
		   const uint8_t *response, size_t len);
static inline const char *ppp_proof_user(const struct ppp_proof *p)
{
	return (const char *)p->data;
}
static inline const uint8_t *ppp_proof_challenge(const struct ppp_proof *p)
{
	return p->data + p->user_len + 1;
}
static inline const uint8_t *ppp_proof_response(const struct ppp_proof *p)
{
	return ppp_proof_challenge(p) + p->challenge_len;
}
/* Sends the verdict and keeps it for the same proof again. */
void ppp_proof_answer(struct ppp_link *l, uint16_t protocol, uint8_t id,
		      uint8_t code, const void *data, size_t len);
void ppp_proof_answer_again(struct ppp_link *l, uint16_t protocol, uint8_t id);
/* What a refusal says in words; usual: where the answer has none. */
const char *ppp_proof_words(const struct ppp_auth_answer *a, const char *usual);
/* The verdict was sent, with this text. Good or bad, it counts. */
void ppp_proof_decided(struct ppp_link *l, const struct ppp_auth_answer *a,
		       const char *text);
void ppp_proof_malformed(struct ppp_link *l);
/* The peer did not answer in time. */
void ppp_proof_missing(struct ppp_link *l);
void ppp_secret_ask(struct ppp_link *l, const char *remote);
/* The peer takes us; or not, with its words. */
void ppp_secret_taken(struct ppp_link *l);
void ppp_secret_refused(struct ppp_link *l, const uint8_t *text, size_t len);
static inline const char *ppp_our_name(const struct ppp_link *l)
{
	return l->name ? l->name : "";
}

/* One method, as auth.c runs it. */
struct ppp_auth_ops {
	uint16_t protocol;
	/* we ask */
	void (*begin)(struct ppp_link *l);
	void (*again)(struct ppp_link *l); /* no answer yet */
	void (*decide)(struct ppp_link *l, const struct ppp_auth_answer *a);
	/* the peer asks; NULL: we do not answer by this */
	void (*prove)(struct ppp_link *l);
	void (*prove_again)(struct ppp_link *l);
	void (*secret)(struct ppp_link *l, const uint8_t *secret, size_t len);
	/* either way */
	void (*receive)(struct ppp_link *l, const uint8_t *p, size_t len);
};
extern const struct ppp_auth_ops ppp_pap, ppp_chap, ppp_eap;

/* ---- auth.c ---- */
/* LCP is up: whoever has to prove something begins; upper->proven follows. */
void ppp_auth_begin(struct ppp_link *l, const struct ppp_proxy *proxy);
void ppp_auth_end(struct ppp_link *l);
bool ppp_auth_is_done(const struct ppp_link *l);
bool ppp_auth_input(struct ppp_link *l, uint16_t protocol, const uint8_t *p,
		    size_t len);
void ppp_auth_timeout(struct ppp_link *l);
uint64_t ppp_auth_deadline(const struct ppp_link *l);
void ppp_auth_answer(struct ppp_link *l, uint32_t ticket,
		     const struct ppp_auth_answer *a);
void ppp_auth_secret(struct ppp_link *l, uint32_t ticket, const uint8_t *secret,
		     size_t len);
bool ppp_auth_uses(const struct ppp_link *l, uint16_t protocol);

/* ---- network.c ---- */
void ppp_network_begin(struct ppp_link *l);
void ppp_network_end(struct ppp_link *l);
bool ppp_network_has(const struct ppp_link *l, enum ppp_fsm_id id);
void ppp_network_input(struct ppp_link *l, enum ppp_fsm_id id, const uint8_t *p,
		       size_t len);
/* CCP has decided: what waited for it begins. */
void ppp_network_go_on(struct ppp_link *l);
void ppp_network_finished(struct ppp_link *l, enum ppp_fsm_id id);

/* ---- proxy.c ---- */
/*
 * Takes a LAC's LCP over where it suits: LCP is Opened then. Else false, with
 * what does not in words.
 */
bool ppp_proxy_take(struct ppp_link *l, const struct ppp_proxy *p,
		    char words[PPP_WORDS_MAX]);
void ppp_proxy_give(struct ppp_link *l, struct ppp_proxy *out);
void ppp_proxy_yield(struct ppp_link *l); /* YIELDED, and nothing more */

#endif
