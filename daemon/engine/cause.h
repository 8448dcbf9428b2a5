/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why something ends, in words that belong to no protocol. Each transport
 * translates the code into its own when it tells the peer, and back.
 */
#ifndef L2TPD_ENGINE_CAUSE_H
#define L2TPD_ENGINE_CAUSE_H

enum cause_code {
	CAUSE_NONE,
	CAUSE_ADMINISTRATIVE, /* somebody here wants it to end */
	CAUSE_SHUTDOWN,	      /* l2tpd stops */
	CAUSE_NO_RESOURCES,   /* for now: a limit, memory, the kernel */
	CAUSE_NOT_AUTHORIZED, /* this peer or caller may not */
	CAUSE_NO_DESTINATION, /* nobody here is what was asked for */
	CAUSE_WRONG_KIND,     /* what was asked for is something else here */
	CAUSE_REPLACED,	      /* another has come in its place */
	CAUSE_LOST_CARRIER,   /* what it runs on is gone */
	CAUSE_BUSY,
	CAUSE_NO_ANSWER,   /* it was never established in time */
	CAUSE_PEER_SILENT, /* it was, and the peer is heard no more */
	CAUSE_PROTOCOL,	   /* the peer broke the protocol's rules */
};

#define CAUSE_TEXT_MAX 160

struct cause {
	enum cause_code code;
	char text[CAUSE_TEXT_MAX]; /* a sentence for the peer and the log */
};

struct cause cause_make(enum cause_code code, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A sentence for a code that came without one; "" for CAUSE_NONE. */
const char *cause_sentence(enum cause_code code);

#endif
