/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The aaa process's one object, and what its files do with it. */
#ifndef L2TPD_AAA_INTERNAL_H
#define L2TPD_AAA_INTERNAL_H

#include "aaa/engine.h"
#include "aaa/remember.h"
#include "aaa/store.h"
#include "lib/workers.h"
#include "ipc/aaa.h"
#include "ipc/channel.h"
#include "lib/config.h"
#include "lib/loop.h"

struct aaa {
	struct loop *loop;
	struct channel monitor;
	struct aaa_engine engine;
	struct config *config;
	int queue_fd, coa_fd; /* from the monitor; -1: not wanted */
	struct store *store;
	struct workers *workers;
	struct radius *radius;
	struct tacacs *tacacs;
	struct acct *acct;
	struct coa *coa;     /* coa.c; NULL: nobody is heard */
	struct ipsec *ipsec; /* ipsec.c: charon's SAs */
	struct remember remember;
	/* while it is set: what was said of refusals since, and what was not */
	struct loop_timer log_window;
	unsigned int log_count, log_dropped;
};

/* One request of the engine each; they answer it, now or later. */
void aaa_request_secret(struct aaa *a, struct ipc_message *m);
void aaa_request_resolve(struct aaa *a, struct ipc_message *m);

#endif
