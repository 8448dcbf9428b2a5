/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The TACACS+ client: requests to the servers of a list, the next one when one
 * does not answer. Each is one packet and its reply, a session of RFC 8907;
 * many share a connection where the server agrees to that. Everything happens
 * in the loop.
 */
#ifndef L2TPD_AAA_TACACS_H
#define L2TPD_AAA_TACACS_H

#include <stdint.h>

#include "aaa/tacacs_draft.h"
#include "ipc/aaa.h"
#include "lib/config.h"
#include "proto/tacacs/tacacs.h"

struct aaa;
struct tacacs;

/*
 * Drafts the body of a request; again for each server that is tried. An error
 * (-errno) ends the request with it.
 */
typedef int tacacs_build(void *arg, struct tacacs_draft *d);

struct tacacs_answer {
	/* its status is one of the RFC's, and not that the server failed */
	const struct tacacs_body *body;
	const struct config_tacacs *server;
	uint32_t latency_us;
};

/*
 * Called once, never from within tacacs_send: result 0 with an answer;
 * -ETIMEDOUT when no server answered, or what tacacs_build said. answer is
 * valid during the call.
 */
typedef void tacacs_done(void *arg, int result,
			 const struct tacacs_answer *answer);

/* NULL: out of memory. Servers' secrets and addresses are asked for at once. */
struct tacacs *tacacs_new(struct aaa *a);
void tacacs_free(struct tacacs *t); /* nobody is told */

/*
 * Asks the servers (names of tacacs sections) in their order, the living before
 * the dead. kind: TACACS_AUTHEN_START, TACACS_AUTHOR_REQUEST or
 * TACACS_ACCT_REQUEST. 0, -ENOBUFS when too many requests are under way, or
 * -ENOMEM: done is not called then.
 */
int tacacs_send(struct tacacs *t, const struct config_strings *servers,
		enum tacacs_kind kind, tacacs_build *build, tacacs_done *done,
		void *arg);

/* The secret-file of this section has changed: it is read again. */
void tacacs_secret_changed(struct tacacs *t, const char *name);
/* fn is called whenever a server is, or may be, there again. */
void tacacs_on_alive(struct tacacs *t, void (*fn)(void *arg), void *arg);
/* Whether one of these servers answers, as far as is known. */
bool tacacs_is_alive(const struct tacacs *t,
		     const struct config_strings *servers);
/* Whether one of them can be asked at all: its address and secret are known. */
bool tacacs_is_ready(const struct tacacs *t,
		     const struct config_strings *servers);
/*
 * Why none of them answered a request of now: a clause, for each one where they
 * differ, cut where it is longer.
 */
void tacacs_explain(const struct tacacs *t,
		    const struct config_strings *servers, char *out,
		    size_t size);
/* AAA_TACACS: 0, or -ENOENT past the last. */
int tacacs_state(const struct tacacs *t, uint32_t index,
		 struct aaa_tacacs_state *out);

#endif
