/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An aaa process without its process: the RADIUS client in a loop, with two
 * servers beside it that answer rightly, wrongly or not at all, and what else
 * it needs of the monitor.
 */
#ifndef L2TPD_TESTS_RADIUS_LAB_H
#define L2TPD_TESTS_RADIUS_LAB_H

#include "aaa/internal.h"
#include "aaa/radius.h"
#include "aaa/tacacs.h"

enum lab_mode {
	LAB_SILENT,
	LAB_ANSWER,
	/* A bad reply, then the right one: */
	LAB_OTHER_SECRET,
	LAB_UNSIGNED,
	LAB_BAD_SIGNATURE,
	LAB_TRUNCATED,
	LAB_OVERSIZED,
	LAB_BAD_ATTRIBUTE,
	LAB_BAD_CODE,
	LAB_OTHER_ID,
};

struct lab_server {
	int fd[RADIUS_PORTS]; /* -1: nothing listens */
	uint16_t port[RADIUS_PORTS];
	struct loop_io io[RADIUS_PORTS];
	enum lab_mode mode;
	bool only_bad;	   /* the right one does not follow */
	unsigned int deaf; /* so many requests are not heard */
	const char *secret;
	enum radius_code code; /* of the answer to an Access-Request */
	/* Adds attributes to the answer; may be NULL. */
	void (*fill)(struct radius_builder *b,
		     const struct radius_view *request);
	unsigned int requests, probes; /* that were heard, repeated ones too */
	uint8_t last[RADIUS_PACKET_MAX]; /* request */
	size_t last_len;
	/*
	 * Message-Authenticator first and right; each the same bytes
	 * as the one before
	 */
	bool all_signed, all_same;
};

struct lab {
	struct aaa a;
	struct channel monitor, engine; /* the other ends */
	struct lab_server server[2];	/* "a" and "b" */
	/* what the secret files hold; NULL: there are none */
	const char *secret;
	const char *users; /* the users file */
	/* the files of a server of TLS; NULL: it is not there */
	const char *ca, *certificate, *key;
	int log; /* what was logged */
};
extern struct lab lab;

/*
 * ppp: keys of the profile "isp". The servers wait 200 ms for an answer, within
 * which two are tried.
 */
void lab_start(const char *ppp);
/* With these keys for the way to "a". */
void lab_start_with(const char *ppp, const char *way);
void lab_stop(void);
/*
 * The two steps of a start, for other servers than these: a loop to listen in,
 * and all the rest with a configuration, which is the lab's from here on.
 */
void lab_open(void);
void lab_run(struct config *config);
/* Both servers' addresses and secrets are known. */
bool lab_is_ready(void);
/* Runs the loop until done() says so; fails after 20 s. */
void lab_wait(bool (*done)(void));
/* How often the log has this text. */
unsigned int lab_logged(const char *text);
void lab_listen(struct lab_server *s, enum radius_port kind);
void lab_close(struct lab_server *s, enum radius_port kind);
/*
 * Asks "a" and "b" for nobody in particular; *result is set to 1
 * until it has one.
 */
int lab_send(int *result);
/* An accounting request, of what build puts into it (NULL: nothing). */
int lab_account(int *result, radius_build *build);
extern char lab_answered_by; /* the first letter of the server's name */
struct aaa_radius_state lab_state(unsigned int server);

#endif
