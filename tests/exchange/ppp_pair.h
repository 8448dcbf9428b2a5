/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two PPP cores on one line that loses, doubles and reorders, with drivers that
 * know one user and check what the cores tell them.
 */
#ifndef TESTS_EXCHANGE_PPP_PAIR_H
#define TESTS_EXCHANGE_PPP_PAIR_H

#include "proto/ppp/ppp.h"

#define PAIR_FRAMES 512

struct pair_side {
	struct ppp_core *core;
	struct ppp_link *link;
	struct ppp_config config;
	struct ppp_call call;
	const char *password;	   /* of our user, and of the peer's */
	uint64_t refuse_until;	   /* answers "no" to AUTH before */
	unsigned int eap_rounds;   /* Requests before EAP is decided */
	unsigned int answer_after; /* ms that the driver takes */
	/* of YIELDED; its octets are in octets */
	struct ppp_proxy proxy;
	uint8_t octets[7][256];
	bool lcp_up, authenticated, ipv4_up, ipv6_up, mppe_up, ended, yielded;
	unsigned int logs, ups, questions, secrets;
	size_t most_memory;
	struct ppp_lcp_info lcp;
	struct ppp_ipv4_info ipv4;
	struct ppp_ipv6_info ipv6;
	struct ppp_mppe_info mppe;
	uint8_t keys[2][16];
	struct ppp_mppe_key key[2]; /* of MPPE_KEY; 1 is what we send by */
	char peer[256], words[256], log[256];
	uint8_t reason, cause;
	bool by_peer;
	/* question under way */
	struct ppp_auth_answer answer;
	char message[256];
	uint32_t ticket, secret_ticket;
	uint64_t answer_at, secret_at;
};

struct pair_frame {
	uint64_t at;
	uint16_t len;
	uint8_t to;
	uint8_t data[PPP_FRAME_MAX + 8];
};

struct pair {
	struct pair_side side[2]; /* 0 is the server */
	uint64_t now, random;
	unsigned int loss, twice, jitter, delay; /* percent, percent, ms, ms */
	bool forms;	/* frames come in all forms of the header */
	bool reordered; /* there was jitter at some time */
	bool cut[2];	/* what goes to this side is lost */
	unsigned int frames;
	struct pair_frame frame[PAIR_FRAMES];
	/* every frame that is sent; NULL: nobody looks */
	void (*watch)(void *ctx, int from, const uint8_t *p, size_t len);
	void *ctx;
};

/* A server that takes alice by any method, and alice; 10.0.0.1 and 10.0.0.2. */
void pair_init(struct pair *p, uint64_t seed);
void pair_methods(struct pair *p, unsigned int n, ...);
/* Both begin. */
void pair_start(struct pair *p);
void pair_fini(struct pair *p);
/* Takes the effects of a side; after each call of its link. */
void pair_take(struct pair *p, int side);
/* Until nothing happens any more, or for ms. */
void pair_run(struct pair *p, uint64_t ms);
/* The next thing that happens; false: nothing does any more. */
bool pair_step(struct pair *p);
/* Another core goes on at the server's end with what the first one gave. */
void pair_take_over(struct pair *p);
/* A frame to a side, as if the other had sent it. */
void pair_send(struct pair *p, int to, const void *data, size_t len);
uint32_t pair_random(struct pair *p);
uint32_t pair_address(const char *text);

#endif
