/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine asks of the aaa process: who a user is, what an address is.
 * Replies carry the request's serial, in any order.
 */
#ifndef L2TPD_IPC_AAA_H
#define L2TPD_IPC_AAA_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/ppp.h"
#include "lib/addr.h"
#include "lib/config.h"

enum aaa_message {
	AAA_START = 1,		/* event from the monitor, first; fds: engine channel, config text (memfd) */
	AAA_OPEN,		/* request to the monitor: aaa_open; reply fd: that file of the configuration, for reading */
	AAA_AUTH,		/* request from the engine: aaa_auth; reply: ppp_call_auth_reply */
	AAA_SECRET,		/* request: aaa_secret; reply: ppp_call_secret_reply */
	AAA_REMEMBER,		/* event from the engine: aaa_remember; the password of a session that l2tpctl added */
	AAA_FORGET,		/* event: aaa_remember, the secret unused */
	/* request: aaa_resolve; reply: aaa_resolve_reply; -ENOENT: no such name, -EAGAIN: the resolver failed for now */
	AAA_RESOLVE,
};

enum aaa_file { AAA_FILE_USERS, AAA_FILE_PASSWORD };
struct aaa_open {
	enum aaa_file kind;
	char name[CONFIG_NAME_MAX];	/* of the ppp section; or of the lac */
	char session[CONFIG_NAME_MAX];	/* of the lac's session, for AAA_FILE_PASSWORD */
};

struct aaa_auth {
	char profile[CONFIG_NAME_MAX];	/* ppp section */
	struct ppp_call_auth auth;
};

struct aaa_secret {
	char profile[CONFIG_NAME_MAX];
	char lac[CONFIG_NAME_MAX], session[CONFIG_NAME_MAX];
	struct ppp_call_secret secret;
};

/* Asked for by AAA_SECRET with the same lac and session. */
struct aaa_remember {
	char lac[CONFIG_NAME_MAX], session[CONFIG_NAME_MAX];
	struct ppp_call_secret_reply secret;
};

struct aaa_resolve { char name[256]; uint16_t family; /* AF_UNSPEC: any */ };
#define AAA_RESOLVE_MAX 8
struct aaa_resolve_reply {
	uint32_t count;
	struct addr address[AAA_RESOLVE_MAX];	/* in the resolver's order, port 0 */
	char error[128];
};

#endif
