/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One PPP core and a peer made of octets. Frames are written as hexadecimal
 * digits with blanks anywhere; "|" stands for the two octets of a packet's
 * length.
 */
#ifndef TESTS_UNIT_PPP_LAB_H
#define TESTS_UNIT_PPP_LAB_H

#include "proto/ppp/ppp.h"

#define LAB_FRAMES  32
#define LAB_EFFECTS (PPP_EFFECT_ENDED + 1)

struct ppp_lab {
	struct ppp_core *core;
	struct ppp_link *link;
	struct ppp_config config;
	struct ppp_call call;
	uint64_t now;
	uint8_t random;		 /* the next octet of it: 01, 02, ... */
	const char *next_random; /* before those; hexadecimal digits */
	/* of the effects taken: how many, and the last of a type */
	unsigned int seen[LAB_EFFECTS];
	struct ppp_effect last[LAB_EFFECTS];
	char words[PPP_WORDS_MAX]; /* of ENDED */
	char log[PPP_WORDS_MAX];
	unsigned int head, tail;
	struct {
		size_t len;
		uint8_t data[PPP_FRAME_MAX];
	} sent[LAB_FRAMES];
};

/* A server without authentication; IPv4 10.0.0.1, the peer 10.0.0.2. */
void ppp_lab_init(struct ppp_lab *l);
void ppp_lab_fini(struct ppp_lab *l);
void ppp_lab_new(struct ppp_lab *l); /* the link */
void ppp_lab_start(struct ppp_lab *l);
void ppp_lab_in(struct ppp_lab *l, const char *frame);
/* The next frame that was sent is this one. "" : none was. */
#define ppp_lab_sent(l, text) ppp_lab_sent_at(l, text, __FILE__, __LINE__)
void ppp_lab_sent_at(struct ppp_lab *l, const char *text, const char *file,
		     int line);
void ppp_lab_forget(struct ppp_lab *l); /* what was sent */
void ppp_lab_take(struct ppp_lab *l);	/* after a call of the link itself */
void ppp_lab_wait(struct ppp_lab *l, uint64_t ms);
/* Until LCP is up: the core's request is acknowledged, the peer has none. */
void ppp_lab_lcp_up(struct ppp_lab *l);
/*
 * A caller ("User") or a server, whose LCP is up with this method; what the
 * core sent since is there.
 */
void ppp_lab_caller(struct ppp_lab *l, enum ppp_method method);
void ppp_lab_server(struct ppp_lab *l, enum ppp_method method);
size_t ppp_lab_octets(uint8_t out[PPP_FRAME_MAX], const char *text);

#endif
