/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The TACACS+ client in a loop, with two servers beside it that answer rightly,
 * wrongly or not at all; the rest is radius_lab.h's.
 */
#ifndef L2TPD_TESTS_TACACS_LAB_H
#define L2TPD_TESTS_TACACS_LAB_H

#include "proto/tacacs/stream.h"
#include "radius_lab.h"

enum tacacs_lab_mode {
	TACACS_LAB_ANSWER,
	TACACS_LAB_SILENT,
	TACACS_LAB_CLOSE, /* when it has read the request */
	TACACS_LAB_HALF,  /* half of the reply, and the connection's end */
	TACACS_LAB_OTHER_SECRET,
	/* The reply is what no reply can be: */
	TACACS_LAB_LYING, /* lengths within the body */
	TACACS_LAB_LONG,  /* the header's length */
	TACACS_LAB_VERSION,
	TACACS_LAB_TYPE,
	TACACS_LAB_SEQUENCE,
	TACACS_LAB_PLAIN, /* not obfuscated, and said so */
	TACACS_LAB_STATUS,
	/* A reply of another session, then the right one. */
	TACACS_LAB_OTHER_SESSION,
	TACACS_LAB_DRIP, /* a byte at a time */
};

#define TACACS_LAB_CONNECTIONS 128

struct tacacs_lab_connection {
	int fd; /* -1: none */
	struct loop_io io;
	struct tacacs_stream in;
	unsigned int requests;
};

struct tacacs_lab_server {
	int fd; /* -1: nothing listens */
	uint16_t port;
	struct loop_io io;
	enum tacacs_lab_mode mode;
	const char *secret;
	bool shares;	       /* agrees to many requests on a connection */
	unsigned int close_at; /* after so many requests on one; 0: never */
	/* Fills the reply to a request; NULL: success. */
	void (*fill)(enum tacacs_kind kind, const struct tacacs_body *request,
		     struct tacacs_body *reply);
	struct tacacs_lab_connection connections[TACACS_LAB_CONNECTIONS];
	/* that were accepted; that are open, and were at most at once */
	unsigned int accepted, open, most;
	unsigned int requests, aborts;
	struct tacacs_header last; /* of the last request */
	enum tacacs_kind last_kind;
	uint8_t last_data[TACACS_BODY_MAX]; /* revealed */
	struct tacacs_body last_body;
};
extern struct tacacs_lab_server tacacs_lab[2];

/*
 * ppp: keys of the profile "isp", which asks "a" and "b"; keys: of both tacacs
 * sections. They wait 300 ms for an answer.
 */
void tacacs_lab_start(const char *ppp, const char *keys);
void tacacs_lab_stop(void);
void tacacs_lab_listen(struct tacacs_lab_server *s);
void tacacs_lab_close(struct tacacs_lab_server *s); /* with its connections */
/* Whether the last request has this argument, "name=value". */
bool tacacs_lab_has_arg(const struct tacacs_lab_server *s, const char *arg);
/* Whether a field of the last request is this text. */
bool tacacs_lab_has_text(const struct tacacs_lab_server *s,
			 enum tacacs_field field, const char *text);
struct aaa_tacacs_state tacacs_lab_state(unsigned int server);

#endif
