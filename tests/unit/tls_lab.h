/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates, and a RADIUS server of TLS in a process of its own, which can
 * be killed. It answers as its mode says.
 */
#ifndef L2TPD_TESTS_TLS_LAB_H
#define L2TPD_TESTS_TLS_LAB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Both in PEM. */
struct tls_pair {
	char *certificate, *key;
};

/*
 * The names that a certificate is for, as OpenSSL's configuration writes them:
 * "DNS:x,IP:127.0.0.1"; NULL: a CA's.
 */
struct tls_pair tls_make(const struct tls_pair *signer, const char *names,
			 int days);
void tls_pair_free(struct tls_pair *p);

enum tls_mode {
	TLS_ANSWER,
	TLS_TORN,   /* each byte of an answer in a record of its own */
	TLS_PAIRS,  /* two answers in one record, the later first */
	TLS_LENGTH, /* an answer with a length of tls_peer.length */
	TLS_OTHER_SECRET,
	TLS_SILENT,
	TLS_HANG_UP, /* in place of an answer */
	/*
	 * in place of the second answer of all connections, then as TLS_ANSWER
	 */
	TLS_HANG_UP_ONCE,
	TLS_HANG_UP_IDLE, /* after each answer */
	/* the first request of each connection is answered before the third */
	TLS_LATE,
	TLS_NO_HANDSHAKE, /* TCP, and nothing more */
};

/* Shared with the server's process. */
struct tls_peer {
	volatile enum tls_mode mode;
	volatile uint16_t length;
	volatile uint32_t from; /* who connected last: network order */
	/* connections: whose handshake was finished */
	volatile unsigned int connections, requests, answers, probes;
};
extern struct tls_peer *tls_peer;

/*
 * ca: clients must have a certificate of that one; NULL: they need none. port
 * 0: any; returns which.
 */
uint16_t tls_peer_start(const struct tls_pair *own, const struct tls_pair *ca,
			uint16_t port);
void tls_peer_kill(void); /* no one says goodbye; idempotent */

#endif
