/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RADIUS client: requests to the servers of a list, the next one when one
 * does not answer. Everything happens in the loop; a request costs memory and
 * an identifier while it waits, no thread.
 */
#ifndef L2TPD_AAA_RADIUS_H
#define L2TPD_AAA_RADIUS_H

#include <stdint.h>

#include "ipc/aaa.h"
#include "lib/config.h"
#include "lib/secret.h"
#include "proto/radius/radius.h"

struct aaa;
struct radius;

enum radius_port { RADIUS_PORT_AUTH, RADIUS_PORT_ACCT, RADIUS_PORTS };

/* A server as one request meets it. */
struct radius_server_info {
	const struct config_radius *config;
	const struct secret *secret;
};

/*
 * Puts the attributes of a request for this server into b, behind the header
 * and the Message-Authenticator; NAS-Identifier and -Address are there already.
 * An error (-errno) ends the request with it.
 */
typedef int radius_build(void *arg, struct radius_builder *b,
			 const struct radius_server_info *server);

struct radius_answer {
	/* checked: it is the server's, and answers this request */
	const struct radius_view *view;
	struct radius_server_info server;
	/* the request's authenticator: for what is hidden in the reply */
	const uint8_t *request_auth;
	uint32_t latency_us;
};

/*
 * Called once, never from within radius_send: result 0 with an answer;
 * -ETIMEDOUT when no server answered, or what radius_build said. answer is
 * valid during the call.
 */
typedef void radius_done(void *arg, int result,
			 const struct radius_answer *answer);

/* NULL: out of memory. Servers' secrets and addresses are asked for at once. */
struct radius *radius_new(struct aaa *a);
void radius_free(struct radius *r); /* nobody is told */

/*
 * Asks the servers (names of radius sections) in their order, the living before
 * the dead. 0, -ENOBUFS when too many requests are under way, or -ENOMEM: done
 * is not called then.
 */
int radius_send(struct radius *r, enum radius_port port,
		const struct config_strings *servers, enum radius_code code,
		radius_build *build, radius_done *done, void *arg);

/* The secret-file of this section has changed: it is read again. */
void radius_secret_changed(struct radius *r, const char *name);

/*
 * fn is called whenever a server's accounting port is, or may be, there again.
 */
void radius_on_alive(struct radius *r, void (*fn)(void *arg), void *arg);
/* Whether one of these servers answers, as far as is known. */
bool radius_is_alive(const struct radius *r, enum radius_port port,
		     const struct config_strings *servers);

/* Whether one of them can be asked at all: its address and secret are known. */
bool radius_is_ready(const struct radius *r,
		     const struct config_strings *servers);

/*
 * Why none of them answered a request of now: a clause, for each one where they
 * differ, cut where it is longer.
 */
void radius_explain(const struct radius *r, enum radius_port port,
		    const struct config_strings *servers, char *out,
		    size_t size);

/* AAA_RADIUS: 0, or -ENOENT past the last. */
int radius_state(const struct radius *r, uint32_t index,
		 struct aaa_radius_state *out);

#endif
