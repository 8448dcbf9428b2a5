/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of accounting, from what happened to the aaa process's receipt. */
#include "engine/service/account.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/engine.h"
#include "engine/link/ppp.h"
#include "engine/random.h"
#include "engine/service/counters.h"
#include "engine/service/facts.h"
#include "engine/service/subscriber.h"
#include "ipc/aaa.h"
#include "lib/log.h"

#define PENDING_MAX 65536 /* records that the aaa process has not taken yet */
#define RETRY_MS    1000

struct pending {
	struct accounting *a;
	struct pending *next, **prev;
	bool asked; /* the aaa process; its answer is awaited */
	struct aaa_acct record;
};

struct accounting {
	struct engine *engine;
	struct pending *first, **end; /* in the order in which they were said */
	size_t n;
	uint64_t serial;
	bool full; /* and that was logged */
	struct loop_timer retry;
	/* Sessions that a new aaa process is told of, one after the other. */
	bool telling;
	uint64_t place;
};

static void forget(struct pending *p)
{
	struct accounting *a = p->a;

	*p->prev = p->next;
	if (p->next)
		p->next->prev = p->prev;
	else
		a->end = p->prev;
	a->n--;
	a->full = false;
	free(p);
}

static void on_taken(void *arg, int result, struct ipc_message *m)
{
	struct pending *p = arg;

	(void)m;
	p->asked = false;
	if (result == -EPIPE)
		return; /* for the next one */
	if (result)
		log_error("an accounting record of user \"%s\" (session %s) "
			  "was not taken: %s",
			  p->record.service.user, p->record.call.session_id,
			  strerror(-result));
	forget(p);
}

static int ask(struct pending *p)
{
	int err = channel_request(&p->a->engine->aaa, AAA_ACCT, &p->record,
				  sizeof(p->record), NULL, 0, on_taken, p);

	p->asked = err == 0;
	return err;
}

static void on_retry(struct loop_timer *t);

/*
 * Without a channel they wait for accounting_again, without memory for a
 * moment.
 */
static void retry(struct accounting *a, int err)
{
	if (err && err != -EPIPE)
		loop_timer_set(a->engine->loop, &a->retry,
			       engine_now(a->engine) + RETRY_MS, on_retry);
}

/* In their order, as far as it goes. */
static void ask_all(struct accounting *a)
{
	int err = 0;

	for (struct pending *p = a->first; p && !err; p = p->next)
		if (!p->asked)
			err = ask(p);
	retry(a, err);
}

static void on_retry(struct loop_timer *t)
{
	ask_all(container_of(t, struct accounting, retry));
}

static void say(struct engine *e, const struct aaa_acct *record)
{
	struct accounting *a = e->accounting;
	struct pending *p = a->n < PENDING_MAX ? malloc(sizeof(*p)) : NULL;

	if (!p) {
		if (!a->full)
			log_error("accounting: %zu records wait for the aaa "
				  "process, there is no room for more: records "
				  "are being lost",
				  a->n);
		a->full = true;
		return;
	}
	p->a = a;
	p->asked = false;
	p->record = *record;
	p->record.serial = ++a->serial;
	p->next = NULL;
	p->prev = a->end;
	*a->end = p;
	a->end = &p->next;
	a->n++;
	/* Else it waits for its turn behind others. */
	if (!loop_timer_is_set(&a->retry))
		retry(a, ask(p));
}

/* ---- a subscriber's records ---- */

static bool accounts(const struct subscriber *s)
{
	return s->link->profile && s->link->profile->accounting;
}

static void fill(const struct subscriber *s, enum aaa_acct_kind kind,
		 struct aaa_acct *r)
{
	struct link *l = s->link;

	*r = (struct aaa_acct){ .kind = kind, .when = (uint64_t)time(NULL) };
	memcpy(r->profile, l->profile->name, sizeof(r->profile));
	facts_of(l, &r->call);
	r->service = s->given;
	r->session_time_s =
		(uint32_t)((engine_now(l->engine) - s->up_ms) / 1000);
	r->local_ipv4 = l->local_ipv4;
	r->remote_ipv4 = s->remote_ipv4;
	memcpy(r->remote_ifid, s->remote_ifid, sizeof(r->remote_ifid));
	r->counters = s->counters;
	r->authentic = s->local ? 2 : 1;
}

static void on_interim(struct loop_timer *t);

static void arm_interim(struct subscriber *s, uint64_t after_ms)
{
	struct engine *e = s->link->engine;

	if (s->given.interim_s && accounts(s))
		loop_timer_set(e->loop, &s->interim_timer,
			       engine_now(e) + after_ms, on_interim);
	else
		loop_timer_stop(&s->interim_timer);
}

static void on_interim_stats(struct subscriber *s, int result)
{
	struct aaa_acct r;

	/*
	 * Without the counters, which belong to an interface that is going, the
	 * stop follows.
	 */
	if (!result) {
		fill(s, AAA_ACCT_INTERIM, &r);
		say(s->link->engine, &r);
	}
}

static void on_interim(struct loop_timer *t)
{
	struct subscriber *s =
		container_of(t, struct subscriber, interim_timer);
	struct engine *e = s->link->engine;

	arm_interim(s, (uint64_t)s->given.interim_s * 1000);
	counters_read(s, on_interim_stats);
	turn_settle(&e->turn);
}

void account_interval(struct subscriber *s)
{
	uint64_t interval = (uint64_t)s->given.interim_s * 1000, early;

	/* Thousands that come at once shall not report at once. */
	random_bytes(NULL, &early, sizeof(early));
	arm_interim(s, interval ? interval - early % (interval / 4 + 1) : 0);
}

void account_up(struct subscriber *s)
{
	struct aaa_acct r;

	if (!accounts(s))
		return;
	fill(s, AAA_ACCT_START, &r);
	say(s->link->engine, &r);
	account_interval(s);
}

static enum service_end end_of(const struct subscriber *s,
			       const struct ppp_end *end)
{
	if (s->end)
		return s->end;
	/* Killed: it had no last words. */
	if (!end->told)
		return s->link->down ? SERVICE_END_LOST_CARRIER :
				       SERVICE_END_NAS_ERROR;
	return end->end;
}

void account_down(struct subscriber *s, const struct ppp_end *end)
{
	struct aaa_acct r;

	if (!accounts(s))
		return;
	fill(s, AAA_ACCT_STOP, &r);
	r.end = end_of(s, end);
	say(s->link->engine, &r);
}

/* ---- the daemon's own ---- */

static bool same_names(const struct config_strings *a,
		       const struct config_strings *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i], b->v[i]) != 0)
			return false;
	return true;
}

static bool same_servers(const struct config_ppp *a, const struct config_ppp *b)
{
	return same_names(&a->radius, &b->radius) &&
	       same_names(&a->tacacs, &b->tacacs);
}

/*
 * Accounting-On or -Off (RFC 2866, section 5.1), once to each list of servers.
 */
static void say_all(struct engine *e, enum aaa_acct_kind kind)
{
	const struct config *c = e->config;
	struct aaa_acct r = { .kind = kind, .when = (uint64_t)time(NULL) };

	for (size_t i = 0; i < c->ppp_n; i++) {
		bool told = !c->ppp[i].accounting;

		for (size_t k = 0; k < i && !told; k++)
			told = c->ppp[k].accounting &&
			       same_servers(&c->ppp[i], &c->ppp[k]);
		if (told)
			continue;
		memcpy(r.profile, c->ppp[i].name, sizeof(r.profile));
		/*
		 * RFC 2866 wants a number in each; the start's and the end's
		 * are of their own.
		 */
		snprintf(r.call.session_id, sizeof(r.call.session_id),
			 "%016llX",
			 (unsigned long long)e->accounting->serial + 1);
		say(e, &r);
	}
}

int accounting_start(struct engine *e)
{
	struct accounting *a = calloc(1, sizeof(*a));
	uint32_t random;

	if (!a)
		return -ENOMEM;
	a->engine = e;
	a->end = &a->first;
	/* Above those of any run before, and not guessable. */
	random_bytes(NULL, &random, sizeof(random));
	a->serial = (uint64_t)time(NULL) << 32 | (random & 0x7fffffff);
	e->accounting = a;
	say_all(e, AAA_ACCT_ON);
	return 0;
}

static void tell_next(struct accounting *a);

static void on_known(void *arg, int result, struct ipc_message *m)
{
	struct accounting *a = arg;

	(void)m;
	a->telling = false;
	if (!result)
		tell_next(a);
}

/* So that it can say their ends if we die. */
static void tell_next(struct accounting *a)
{
	struct engine *e = a->engine;
	struct subscriber *s;
	struct aaa_acct r;

	do
		s = registry_walk(e, &a->place);
	while (s && !(s->up && accounts(s)));
	if (!s)
		return;
	fill(s, AAA_ACCT_START, &r);
	a->telling = channel_request(&e->aaa, AAA_RUNS, &r, sizeof(r), NULL, 0,
				     on_known, a) == 0;
	if (!a->telling)
		log_error("accounting: the aaa process was not told which "
			  "sessions run: some will have no stop record if the "
			  "engine dies");
}

void accounting_again(struct engine *e)
{
	e->accounting->place = 0;
	if (!e->accounting->telling)
		tell_next(e->accounting);
	ask_all(e->accounting);
}

void accounting_stop(struct engine *e)
{
	if (e->accounting)
		say_all(e, AAA_ACCT_OFF);
}

bool accounting_is_idle(const struct engine *e)
{
	return !e->accounting || e->accounting->n == 0;
}

void accounting_free(struct engine *e)
{
	struct accounting *a = e->accounting;

	if (a)
		loop_timer_stop(&a->retry);
	while (a && a->first)
		forget(a->first);
	free(a);
	e->accounting = NULL;
}
