/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The accounting queue. A record is appended to the file, made safe by a worker
 * (one fdatasync for all that came meanwhile), acknowledged to the engine, and
 * sent: of one session in order and one at a time, of many sessions at once.
 * What a server acknowledged is marked in the file. When none answers, all of
 * the profile waits; a server that comes back is told everything.
 *
 * Between a server's acknowledgement and the mark on disk a crash can make a
 * record be sent once more: then it has the same Acct-Session-Id and
 * Event-Timestamp, by which servers tell duplicates (RFC 5080, section 2.2.1).
 */
#include "aaa/acct.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "aaa/acct_file.h"
#include "aaa/acct_record.h"
#include "aaa/acct_running.h"
#include "aaa/acct_way.h"
#include "aaa/internal.h"
#include "aaa/radius.h"
#include "aaa/tacacs.h"
#include "lib/hash.h"
#include "lib/log.h"
#include "lib/table.h"

#define WINDOW	     128 /* records under way of one profile */
#define RETRY_MIN_MS 2000
#define RETRY_MAX_MS 60000
#define QUEUE_MAX    (1u << 20)

struct record {
	struct acct *acct;
	struct record *next, *prev; /* of all, in the order of the file */
	struct record *ready_next;
	/* of the same session: whom it waits for, who waits for it */
	struct record *ahead, *after;
	struct lane *lane;
	uint64_t serial, at; /* at 0: in memory only */
	uint64_t key;	     /* of its session */
	enum aaa_acct_kind kind;
	bool in_ready;
	struct acct_sending sending; /* of body */
	uint8_t body[];
};

/* What goes to one profile's servers. */
struct lane {
	struct acct *acct;
	const struct config_ppp *ppp;
	const struct acct_way *way;
	struct record *ready, **ready_end;
	unsigned int under_way;
	uint64_t retry_ms; /* 0: not waiting */
	struct loop_timer timer;
};

struct waiting {
	struct waiting *next;
	struct aaa_asker asker;
};

struct sync_job {
	struct workers_job job;
	struct acct *acct;
	int fd, err;
};

struct acct {
	struct aaa *aaa;
	struct acct_file file;
	struct record *first, *last;
	uint64_t n;
	struct table serials;  /* -> struct record */
	struct table sessions; /* key -> the last record of a session */
	struct lane *lanes;    /* by index of the ppp section */
	/* of the engine: not yet, and being, made safe */
	struct waiting *fresh, *syncing;
	struct sync_job sync;
	bool sync_runs, refused;
	struct acct_running running;
	/* seconds since 1970 when its engine died; 0: it lives */
	uint64_t ended;
};

uint64_t acct_queued(const struct acct *a)
{
	return a ? a->n : 0;
}

static uint64_t hash_text(const char *text)
{
	uint64_t h = hash_fnv64(HASH_FNV64_START, text, strlen(text));

	return h ? h : 1;
}

/* ---- sending ---- */

static void pump(struct lane *l);

static void make_ready(struct record *r, bool first)
{
	struct lane *l = r->lane;

	if (r->in_ready)
		return;
	r->in_ready = true;
	if (first) {
		r->ready_next = l->ready;
		if (!l->ready)
			l->ready_end = &r->ready_next;
		l->ready = r;
		return;
	}
	r->ready_next = NULL;
	*l->ready_end = r;
	l->ready_end = &r->ready_next;
}

static struct record *take_ready(struct lane *l)
{
	struct record *r = l->ready;

	if (!r)
		return NULL;
	l->ready = r->ready_next;
	if (!l->ready)
		l->ready_end = &l->ready;
	r->in_ready = false;
	return r;
}

/* Out of its session, in which the next one's turn may have come. */
static void leave_session(struct record *r)
{
	struct table *sessions = &r->acct->sessions;

	if (r->ahead)
		r->ahead->after = r->after;
	if (r->after) {
		r->after->ahead = r->ahead;
		if (!r->ahead)
			make_ready(r->after, false);
		return;
	}
	table_del(sessions, r->key);
	/* The place that was just free is there. */
	if (r->ahead)
		(void)table_put(sessions, r->key, r->ahead);
}

/* The record is over: its place on disk, its session's next. */
static void finish(struct record *r)
{
	struct acct *a = r->acct;

	if (a->file.fd >= 0 && r->at)
		acct_file_done(&a->file, r->at);
	leave_session(r);
	table_del(&a->serials, r->serial);
	if (r->prev)
		r->prev->next = r->next;
	else
		a->first = r->next;
	if (r->next)
		r->next->prev = r->prev;
	else
		a->last = r->prev;
	a->n--;
	free(r);
	if (a->file.fd >= 0)
		acct_file_forget(&a->file, a->first && a->first->at ?
						   a->first->at :
					   a->first ? 0 :
						      UINT64_MAX);
}

static void on_retry(struct loop_timer *t)
{
	struct lane *l = container_of(t, struct lane, timer);

	pump(l);
}

/* Nobody answers: all of the lane waits, longer each time. */
static void wait_for_servers(struct lane *l)
{
	struct loop *loop = l->acct->aaa->loop;

	if (loop_timer_is_set(&l->timer))
		return;
	if (!l->retry_ms)
		log_warn("ppp \"%s\": no accounting server answers; records "
			 "are kept until one does",
			 l->ppp->name);
	l->retry_ms = !l->retry_ms		     ? RETRY_MIN_MS :
		      l->retry_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS :
						       l->retry_ms * 2;
	loop_timer_set(loop, &l->timer, loop_now(loop) + l->retry_ms, on_retry);
}

static void on_reply(void *arg, int result)
{
	struct record *r = arg;
	struct lane *l = r->lane;

	l->under_way--;
	if (!result) {
		if (l->retry_ms)
			log_notice("ppp \"%s\": accounting goes on; %llu "
				   "records waited",
				   l->ppp->name,
				   (unsigned long long)l->acct->n);
		l->retry_ms = 0;
		loop_timer_stop(&l->timer);
		finish(r);
	} else if (result == -EINVAL || result == -EMSGSIZE) {
		log_error("ppp \"%s\": an accounting record cannot be sent, "
			  "and is dropped: %s",
			  l->ppp->name, strerror(-result));
		finish(r);
	} else {
		make_ready(r, true);
		wait_for_servers(l);
	}
	pump(l);
}

static void pump(struct lane *l)
{
	struct loop *loop = l->acct->aaa->loop;

	/*
	 * While nobody is known to answer one record tries, not
	 * a window of them.
	 */
	while (l->ready && !loop_timer_is_set(&l->timer) &&
	       l->under_way < (l->retry_ms ? 1 : WINDOW)) {
		struct record *r;
		int err;

		/* At the start their secrets are still on the way. */
		if (!l->way->is_ready(l->acct->aaa, l->ppp)) {
			loop_timer_set(loop, &l->timer,
				       loop_now(loop) + RETRY_MIN_MS, on_retry);
			return;
		}
		r = take_ready(l);
		err = l->way->send(l->acct->aaa, l->ppp, &r->sending);
		if (err) {
			make_ready(r, true);
			wait_for_servers(l);
			return;
		}
		l->under_way++;
	}
}

static void on_alive(void *arg)
{
	struct acct *a = arg;

	for (size_t i = 0; i < a->aaa->config->ppp_n; i++) {
		struct lane *l = &a->lanes[i];

		if (!loop_timer_is_set(&l->timer) ||
		    !l->way->is_alive(a->aaa, l->ppp))
			continue;
		loop_timer_stop(&l->timer);
		pump(l);
	}
}

/* ---- the queue ---- */

/*
 * An interim record that waits behind another of its session becomes worthless
 * by the next one, since counters only grow. It goes at once: in an outage of
 * any length a session has no more records than when it began.
 */
static void drop_superseded(struct acct *a, const struct record *r)
{
	struct record *before = table_get(&a->sessions, r->key);

	if (r->kind != AAA_ACCT_INTERIM && r->kind != AAA_ACCT_STOP)
		return;
	if (before && before->kind == AAA_ACCT_INTERIM && before->ahead)
		finish(before);
}

static struct record *enqueue(struct acct *a, const struct aaa_acct *q,
			      const uint8_t *body, size_t len, uint64_t at)
{
	const struct config_ppp *ppp =
		config_ppp_find(a->aaa->config, q->profile);
	struct record *r, *before;

	if (!ppp)
		return NULL;
	r = calloc(1, sizeof(*r) + len);
	if (!r || table_put(&a->serials, q->serial, r)) {
		free(r);
		return NULL;
	}
	r->acct = a;
	r->lane = &a->lanes[ppp - a->aaa->config->ppp];
	r->serial = q->serial;
	r->at = at;
	r->kind = q->kind;
	memcpy(r->body, body, len);
	r->sending = (struct acct_sending){ r->body, len, on_reply, r };
	r->key = hash_text(q->call.session_id);
	r->prev = a->last;
	if (a->last)
		a->last->next = r;
	else
		a->first = r;
	a->last = r;
	a->n++;
	drop_superseded(a, r);
	before = table_del(&a->sessions, r->key);
	(void)table_put(&a->sessions, r->key, r);
	r->ahead = before;
	if (before)
		before->after = r;
	else
		make_ready(r, false);
	return r;
}

static void on_found(void *arg, uint64_t at, const uint8_t *data, size_t len)
{
	struct acct *a = arg;
	struct aaa_acct q;

	if (acct_record_read(&q, data, len)) {
		log_error("accounting queue: a record is not understood, and "
			  "passed over");
		acct_file_done(&a->file, at);
	} else if (!table_get(&a->serials, q.serial) &&
		   !enqueue(a, &q, data, len, at)) {
		log_error("accounting queue: a record of ppp \"%s\", "
			  "which is not configured any more, "
			  "is dropped: user \"%s\", session %s",
			  q.profile, q.service.user, q.call.session_id);
		acct_file_done(&a->file, at);
	}
}

static void tell_safe(struct acct *a, struct waiting *w)
{
	while (w) {
		struct waiting *next = w->next;

		aaa_answer(&a->aaa->engine, &w->asker, 0, NULL, 0);
		free(w);
		w = next;
	}
}

static void pump_all(struct acct *a)
{
	for (size_t i = 0; i < a->aaa->config->ppp_n; i++)
		pump(&a->lanes[i]);
}

static void start_sync(struct acct *a);

static void run_sync(struct workers_job *job)
{
	struct sync_job *j = (struct sync_job *)job;

	j->err = fdatasync(j->fd) < 0 ? -errno : 0;
}

static void done_sync(struct workers_job *job)
{
	struct acct *a = ((struct sync_job *)job)->acct;

	if (a->sync.err)
		log_error("accounting queue: cannot be made safe on disk: %s",
			  strerror(-a->sync.err));
	a->sync_runs = false;
	tell_safe(a, a->syncing);
	a->syncing = NULL;
	if (a->fresh)
		start_sync(a);
	pump_all(a);
}

static void start_sync(struct acct *a)
{
	if (a->sync_runs)
		return;
	a->syncing = a->fresh;
	a->fresh = NULL;
	a->sync = (struct sync_job){ .job = { .run = run_sync,
					      .done = done_sync, },
				     .acct = a,
				     .fd = a->file.fd, };
	a->sync_runs = a->file.fd >= 0 &&
		       workers_add(a->aaa->workers, &a->sync.job) == 0;
	if (a->sync_runs)
		return;
	/* No thread for it: here, then. */
	if (a->file.fd >= 0)
		(void)fdatasync(a->file.fd);
	tell_safe(a, a->syncing);
	a->syncing = NULL;
}

static bool texts_end(const struct aaa_acct *q)
{
	return ipc_is_text(q->profile) && ipc_is_text(q->call.session_id) &&
	       ipc_is_text(q->call.local) && ipc_is_text(q->call.peer) &&
	       ipc_is_text(q->call.local_name) &&
	       ipc_is_text(q->call.peer_name) &&
	       ipc_is_text(q->call.calling_number) &&
	       ipc_is_text(q->call.called_number) &&
	       ipc_is_text(q->call.ifname) && ipc_is_text(q->service.user) &&
	       ipc_is_text(q->service.server) &&
	       ipc_is_text(q->service.filter_id) &&
	       q->service.class_n <= SERVICE_CLASSES_MAX;
}

static void note(struct acct *a, const struct aaa_acct *q)
{
	if (acct_running_note(&a->running, q))
		log_error("accounting: no memory to know that session %s of "
			  "user \"%s\" runs: it will have no stop record if "
			  "the engine dies",
			  q->call.session_id, q->service.user);
}

static int take(struct acct *a, const struct aaa_acct *q)
{
	uint8_t body[ACCT_RECORD_MAX];
	uint64_t at = 0;
	int len;

	if (table_get(&a->serials, q->serial))
		return 0; /* said before, to the process before this one */
	if (a->n >= QUEUE_MAX) {
		if (!a->refused)
			log_error("accounting queue: %llu records wait, there "
				  "is no room for more: records are lost",
				  (unsigned long long)a->n);
		a->refused = true;
		return -ENOBUFS;
	}
	a->refused = false;
	len = acct_record_write(q, body, sizeof(body));
	if (len < 0)
		return len;
	/*
	 * A disk that takes nothing is said once; the record is
	 * sent all the same.
	 */
	if (a->file.fd >= 0 &&
	    acct_file_append(&a->file, body, (size_t)len, &at))
		at = 0;
	return enqueue(a, q, body, (size_t)len, at) ? 0 : -ENOENT;
}

void aaa_request_acct(struct aaa *aaa, struct ipc_message *m)
{
	const struct aaa_acct *q = ipc_body(m, struct aaa_acct);
	struct waiting *w;
	int err = q && texts_end(q) && q->serial ? take(aaa->acct, q) : -EINVAL;

	if (q && texts_end(q))
		note(aaa->acct, q);
	w = err ? NULL : malloc(sizeof(*w));
	if (!w) {
		channel_reply(&aaa->engine.channel, &m->header, err, NULL, 0,
			      NULL, 0);
		return;
	}
	*w = (struct waiting){
		.next = aaa->acct->fresh,
		.asker = aaa_asker_of(&aaa->engine, &m->header),
	};
	aaa->acct->fresh = w;
	start_sync(aaa->acct);
}

/* ---- an engine that dies ---- */

void aaa_request_runs(struct aaa *aaa, struct ipc_message *m)
{
	const struct aaa_acct *q = ipc_body(m, struct aaa_acct);
	bool fits = q && texts_end(q);

	if (fits)
		note(aaa->acct, q);
	channel_reply(&aaa->engine.channel, &m->header, fits ? 0 : -EINVAL,
		      NULL, 0, NULL, 0);
}

void acct_counted(struct acct *a, const struct aaa_counted *c)
{
	acct_running_counted(&a->running, c);
}

void acct_engine_gone(struct acct *a)
{
	if (!a->ended)
		a->ended = (uint64_t)time(NULL);
}

/*
 * Above those of any run before, as the engine's are, which have the bit clear
 * that is set here.
 */
static uint64_t serial_new(void)
{
	static uint64_t last;
	uint32_t random;

	if (!last) {
		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			random = 0;
		last = (uint64_t)time(NULL) << 32 | 0x80000000u | random >> 1;
	}
	return ++last;
}

static void say_stop(void *ctx, struct aaa_acct *q)
{
	struct acct *a = ctx;
	int err;

	q->serial = serial_new();
	err = take(a, q);
	if (err)
		log_error("the stop record of user \"%s\" (session %s), whose "
			  "engine died, is lost: %s",
			  q->service.user, q->call.session_id, strerror(-err));
}

void acct_end_running(struct acct *a)
{
	size_t n;

	if (!a || !a->ended)
		return;
	n = acct_running_end(&a->running, a->ended, say_stop, a);
	a->ended = 0;
	if (!n)
		return;
	log_notice("accounting: the stop records of %zu sessions are said in "
		   "place of the engine that died",
		   n);
	start_sync(a);
}

struct acct *acct_new(struct aaa *aaa, int *err)
{
	struct acct *a = calloc(1, sizeof(*a));

	*err = -ENOMEM;
	if (!a)
		return NULL;
	a->aaa = aaa;
	a->file.fd = -1;
	a->lanes = calloc(aaa->config->ppp_n + 1, sizeof(*a->lanes));
	if (!a->lanes) {
		free(a);
		return NULL;
	}
	for (size_t i = 0; i < aaa->config->ppp_n; i++) {
		struct lane *l = &a->lanes[i];

		*l = (struct lane){ .acct = a, .ppp = &aaa->config->ppp[i] };
		l->way = l->ppp->tacacs.n ? &acct_by_tacacs : &acct_by_radius;
		l->ready_end = &l->ready;
	}
	*err = aaa->queue_fd >= 0 ?
		       acct_file_open(&a->file, aaa->queue_fd, on_found, a) :
		       0;
	if (*err) {
		log_error("accounting queue: state-dir's accounting.queue "
			  "cannot be used: %s",
			  *err == -EPROTO ? "it is of another program or "
					    "version; move it away" :
					    strerror(-*err));
		a->file.fd = -1;
		acct_free(a);
		return NULL;
	}
	if (a->n)
		log_notice("accounting queue: %llu records of an earlier run "
			   "wait to be sent",
			   (unsigned long long)a->n);
	radius_on_alive(aaa->radius, on_alive, a);
	tacacs_on_alive(aaa->tacacs, on_alive, a);
	pump_all(a);
	return a;
}

void acct_free(struct acct *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->aaa->config->ppp_n; i++)
		loop_timer_stop(&a->lanes[i].timer);
	while (a->first) {
		struct record *r = a->first;

		a->first = r->next;
		free(r);
	}
	while (a->fresh) {
		struct waiting *w = a->fresh;

		a->fresh = w->next;
		free(w);
	}
	acct_running_fini(&a->running);
	table_fini(&a->serials);
	table_fini(&a->sessions);
	free(a->lanes);
	free(a);
}
