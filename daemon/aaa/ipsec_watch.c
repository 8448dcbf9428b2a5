/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells the engine when what protects a tunnel comes and goes. One connection
 * to charon hears its events; they only say when to look: what is there is what
 * charon lists. An end is told when a second look, a while later, finds the
 * same.
 */
#include "aaa/ipsec_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

#define GRACE_MS     3000  /* between the looks that tell an end */
#define LOOK_MS	     30000 /* between two looks, without an event */
#define SILENCE_MS   20000 /* charon answers within this */
#define RETRY_MIN_MS 500
#define RETRY_MAX_MS 30000

struct ipsec_watch {
	struct aaa_ipsec_watch q;
	struct ipsec_report now; /* as the list under way says */
	bool told;
	enum ipsec_cover cover; /* what the engine was told */
	uint32_t reqid;
	/* since when it is not protected, but told to be; 0: it is */
	uint64_t missing_ms;
};

static const char *const wanted[] = { "list-sa", "child-updown", "ike-updown" };
#define WANTED (sizeof(wanted) / sizeof(wanted[0]))

static void on_watch_timer(struct loop_timer *t);

static void wait_for(struct ipsec *i, uint64_t ms)
{
	if (loop_timer_set(i->loop, &i->timer, loop_now(i->loop) + ms,
			   on_watch_timer))
		log_error("no memory to watch the SAs of charon");
}

static void tell(struct ipsec *i, struct ipsec_watch *w, enum ipsec_cover cover,
		 uint32_t reqid, const char *why)
{
	struct aaa_ipsec_state s = {
		.id = w->q.id,
		.cover = cover,
		.reqid = reqid,
	};

	snprintf(s.why, sizeof(s.why), "%s", why);
	w->told = true;
	w->cover = cover;
	w->reqid = reqid;
	w->missing_ms = 0;
	/* An engine that cannot be told would pass packets in clear. */
	if (channel_event(&i->engine->channel, AAA_IPSEC_STATE, &s, sizeof(s),
			  NULL, 0))
		channel_break(&i->engine->channel);
}

/* ---- what a list says ---- */

/* Whether another look has to follow soon. */
static bool judge(struct ipsec *i, struct ipsec_watch *w)
{
	bool is = w->now.cover == IPSEC_PROTECTED,
	     was = w->told && w->cover == IPSEC_PROTECTED;
	uint64_t now = loop_now(i->loop);

	if (is) {
		w->missing_ms = 0;
		if (!was || w->reqid != w->now.child.reqid)
			tell(i, w, IPSEC_PROTECTED, w->now.child.reqid, "");
		return false;
	}
	if (!was) {
		if (!w->told || w->cover == IPSEC_UNKNOWN)
			tell(i, w, w->now.cover, 0, w->now.why);
		return false;
	}
	if (!w->missing_ms)
		w->missing_ms = now;
	if (now - w->missing_ms < GRACE_MS)
		return true;
	tell(i, w, w->now.cover, 0, w->now.why);
	return false;
}

static bool judge_all(struct ipsec *i)
{
	bool soon = false;

	table_foreach(&i->watches, n)
		soon = judge(i, i->watches.slots[n].value) || soon;
	return soon;
}

static void on_child(void *arg, const struct ipsec_ike *ike,
		     const struct ipsec_child_read *child)
{
	struct ipsec *i = arg;

	table_foreach(&i->watches, n) {
		struct ipsec_watch *w = i->watches.slots[n].value;

		ipsec_report_add(&w->now, &w->q.flow, ike, child);
	}
}

/* ---- the connection ---- */

static void off(struct ipsec *i)
{
	ipsec_conn_close(&i->conn);
	loop_timer_stop(&i->timer);
	i->step = IPSEC_WATCH_OFF;
	i->registered = 0;
	i->again = false;
}

static void tell_unknown(struct ipsec *i, const char *why)
{
	table_foreach(&i->watches, n) {
		struct ipsec_watch *w = i->watches.slots[n].value;

		if (!w->told || w->cover != IPSEC_UNKNOWN)
			tell(i, w, IPSEC_UNKNOWN, 0, why);
	}
}

/*
 * The first failure may be a restart of charon's: it is tried again before
 * anything is said.
 */
static void retry(struct ipsec *i, const char *why)
{
	unsigned int n = i->failures++;
	uint64_t ms = (uint64_t)RETRY_MIN_MS << (n > 6 ? 6 : n);

	off(i);
	if (n == 1)
		log_warn("IPsec cannot be watched: %s", why);
	if (n)
		tell_unknown(i, why);
	wait_for(i, ms > RETRY_MAX_MS ? RETRY_MAX_MS : ms);
}

static void look(struct ipsec *i)
{
	table_foreach(&i->watches, n) {
		struct ipsec_watch *w = i->watches.slots[n].value;

		ipsec_report_begin(&w->now, &w->q.flow);
	}
	i->step = IPSEC_WATCH_LISTING;
	i->again = false;
	wait_for(i, SILENCE_MS);
	if (ipsec_conn_command(&i->conn, "list-sas", NULL, 0))
		retry(i, "no memory to ask charon");
}

static void register_next(struct ipsec *i)
{
	i->step = IPSEC_WATCH_REGISTERING;
	if (ipsec_conn_register(&i->conn, wanted[i->registered]))
		retry(i, "no memory to ask charon");
}

/* charon answered; false when the connection was given up. */
static bool proceed(struct ipsec *i)
{
	bool soon;

	if (i->step == IPSEC_WATCH_REGISTERING && ++i->registered < WANTED) {
		register_next(i);
	} else if (i->step == IPSEC_WATCH_REGISTERING || i->again) {
		look(i);
	} else {
		if (i->failures > 1)
			log_notice("charon is back: IPsec is watched again");
		i->failures = 0;
		soon = judge_all(i);
		i->step = IPSEC_WATCH_IDLE;
		wait_for(i, soon ? GRACE_MS : LOOK_MS);
	}
	return i->conn.fd >= 0;
}

static void on_open(struct ipsec_conn *c)
{
	struct ipsec *i = container_of(c, struct ipsec, conn);

	register_next(i);
}

static void on_failed(struct ipsec_conn *c, const char *why)
{
	retry(container_of(c, struct ipsec, conn), why);
}

static bool on_packet(struct ipsec_conn *c, const struct vici_packet *p)
{
	struct ipsec *i = container_of(c, struct ipsec, conn);
	enum vici_type awaited = i->step == IPSEC_WATCH_REGISTERING ?
					 VICI_EVENT_CONFIRM :
					 VICI_CMD_RESPONSE;

	if (p->type == VICI_EVENT && vici_is(p->name, "list-sa")) {
		ipsec_read_list_sa(p->message, on_child, i);
		return true;
	}
	if (p->type == VICI_EVENT) {
		if (i->step == IPSEC_WATCH_IDLE)
			look(i);
		else
			i->again = true;
		return i->conn.fd >= 0;
	}
	if (p->type == awaited && i->step != IPSEC_WATCH_IDLE)
		return proceed(i);
	retry(i, "charon does not know what it is asked: is it strongSwan 5.2 "
		 "or later?");
	return false;
}

static void start(struct ipsec *i)
{
	static const struct ipsec_conn_events events = { on_open, on_packet,
							 on_failed };

	i->step = IPSEC_WATCH_OPENING;
	wait_for(i, SILENCE_MS);
	if (ipsec_conn_open(&i->conn, i->loop, i->monitor, &events))
		retry(i,
		      "the monitor cannot be asked for a connection to charon");
}

static void on_watch_timer(struct loop_timer *t)
{
	struct ipsec *i = container_of(t, struct ipsec, timer);

	switch (i->step) {
	case IPSEC_WATCH_OFF:
		start(i);
		break;
	case IPSEC_WATCH_IDLE:
		look(i);
		break;
	case IPSEC_WATCH_OPENING:
	case IPSEC_WATCH_REGISTERING:
	case IPSEC_WATCH_LISTING:
		retry(i, "charon does not answer");
		break;
	}
}

/* ---- what is watched ---- */

void ipsec_watch_add(struct ipsec *i, const struct aaa_ipsec_watch *q)
{
	struct ipsec_watch *w = table_get(&i->watches, q->id);

	if (!w) {
		w = calloc(1, sizeof(*w));
		if (!w || table_put(&i->watches, q->id, w)) {
			free(w);
			log_error("no memory to watch the IPsec of another "
				  "tunnel");
			return;
		}
	}
	*w = (struct ipsec_watch){ .q = *q };
	/* What a list under way says of it is not all. */
	ipsec_report_begin(&w->now, &w->q.flow);
	if (i->step == IPSEC_WATCH_IDLE)
		look(i);
	else if (i->step == IPSEC_WATCH_OFF)
		start(i);
	else
		i->again = true;
}

void ipsec_watch_del(struct ipsec *i, uint64_t id)
{
	free(table_del(&i->watches, id));
	if (!i->watches.count) {
		off(i);
		i->failures = 0;
	}
}

void ipsec_watch_fini(struct ipsec *i)
{
	struct ipsec_watch *w;

	off(i);
	i->failures = 0;
	while ((w = table_pop(&i->watches)))
		free(w);
	table_fini(&i->watches);
}
