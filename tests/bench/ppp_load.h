/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calling end of a PPP link, in user space and as small as it can be: LCP,
 * PAP or CHAP-MD5 as the server asks, IPCP with an address from the server,
 * then ICMP echo until the first answer. Times in ns.
 */
#ifndef L2TPD_BENCH_PPP_LOAD_H
#define L2TPD_BENCH_PPP_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PPP_FRAME_MAX 1500

/* What a link waits for. */
enum ppp_stage {
	PPP_IDLE,
	PPP_LCP,
	PPP_AUTH,
	PPP_IPCP,
	PPP_PING,
	PPP_DONE,
	PPP_FAILED
};
#define PPP_STAGES (PPP_FAILED + 1)

struct ppp_settings {
	const char *user, *password;
	/*
	 * Send the first Configure-Request at once, as pppd does, and not only
	 * when the server has sent its own: a server that is not ready loses
	 * it, and the call waits for the restart timer.
	 */
	bool eager;
	uint64_t restart_ns; /* restart timer, RFC 1661 section 4.6 */
	void (*send)(void *ctx, const uint8_t *frame, size_t len);
};

/* One protocol's negotiation, RFC 1661 section 4. */
struct ppp_fsm {
	uint16_t protocol;
	uint8_t id; /* of our last Configure-Request */
	bool open, sent;
	bool acked, acking; /* the peer acknowledged ours, we its */
	uint64_t deadline;  /* UINT64_MAX: none */
};

struct ppp {
	const struct ppp_settings *s;
	void *ctx;
	enum ppp_stage stage;
	uint64_t entered[PPP_STAGES]; /* when it came to a stage first */
	struct ppp_fsm lcp, ipcp;
	uint64_t deadline, interval; /* of PAP's and the echo's next request */
	uint32_t magic;		     /* 0: the peer will not have one */
	uint16_t auth; /* the protocol that the peer asks for; 0: none */
	uint32_t address, peer_address;
	uint8_t next_id;
	uint16_t sequence, ident;
	const char *why; /* PPP_FAILED */
};

void ppp_init(struct ppp *p, const struct ppp_settings *s, void *ctx,
	      uint32_t random);
/* frames may be sent from now on */
void ppp_start(struct ppp *p, uint64_t now);
/* A frame that came, with or without address and control field. */
void ppp_input(struct ppp *p, uint64_t now, const uint8_t *frame, size_t len);
uint64_t ppp_deadline(const struct ppp *p);
void ppp_timeout(struct ppp *p, uint64_t now);
const char *ppp_stage_name(enum ppp_stage stage);

#endif
