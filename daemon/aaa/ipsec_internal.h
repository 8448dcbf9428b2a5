/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the charon client share. */
#ifndef L2TPD_AAA_IPSEC_INTERNAL_H
#define L2TPD_AAA_IPSEC_INTERNAL_H

#include "aaa/ipsec.h"
#include "aaa/ipsec_conn.h"
#include "aaa/ipsec_read.h"
#include "lib/table.h"

enum ipsec_job_kind { IPSEC_JOB_SHOW, IPSEC_JOB_INITIATE, IPSEC_JOB_KINDS };

struct ipsec_job;
struct ipsec_jobs {
	struct ipsec_job *running;
	struct ipsec_job *waiting, **waiting_end;
	unsigned int running_n, waiting_n;
};

enum ipsec_watch_step {
	IPSEC_WATCH_OFF, /* nothing is watched, or the next try is awaited */
	IPSEC_WATCH_OPENING,
	IPSEC_WATCH_REGISTERING,
	IPSEC_WATCH_IDLE,
	IPSEC_WATCH_LISTING
};

struct ipsec {
	struct loop *loop;
	struct channel *monitor;
	struct aaa_engine *engine;
	struct ipsec_jobs jobs[IPSEC_JOB_KINDS];
	/* ipsec_watch.c */
	struct table watches; /* id -> struct ipsec_watch */
	struct ipsec_conn conn;
	enum ipsec_watch_step step;
	size_t registered; /* events, of those wanted */
	bool again;	   /* something happened while the SAs were listed */
	unsigned int failures; /* to reach charon, in a row */
	/* the next try; the next look, when idle; charon's silence, else */
	struct loop_timer timer;
};

void ipsec_watch_add(struct ipsec *i, const struct aaa_ipsec_watch *q);
void ipsec_watch_del(struct ipsec *i, uint64_t id);
/* of all; others may be added after it */
void ipsec_watch_fini(struct ipsec *i);

#endif
