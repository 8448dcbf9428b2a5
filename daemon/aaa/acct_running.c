/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions between their start and their stop; see acct_running.h. */
#include "aaa/acct_running.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/acct_record.h"
#include "lib/hash.h"

/* As bytes, which are a tenth of the struct. */
struct running {
	bool counted; /* by the kernel, at the end */
	struct ppp_counters counters;
	size_t len;
	uint8_t record[];
};

static uint64_t key_of(const char *text)
{
	return hash_fnv64(HASH_FNV64_START, text, strlen(text));
}

static void forget(struct acct_running *r, const struct aaa_acct *q)
{
	free(table_del(&r->sessions, key_of(q->call.session_id)));
}

static int remember(struct acct_running *r, const struct aaa_acct *q)
{
	uint8_t bytes[ACCT_RECORD_MAX];
	int len = acct_record_write(q, bytes, sizeof(bytes)), err;
	struct running *s;

	if (len < 0)
		return len;
	s = calloc(1, sizeof(*s) + (size_t)len);
	if (!s)
		return -ENOMEM;
	s->len = (size_t)len;
	memcpy(s->record, bytes, s->len);
	/* The place that is free now is there for it. */
	forget(r, q);
	err = table_put(&r->sessions, key_of(q->call.session_id), s);
	if (err)
		free(s);
	return err;
}

int acct_running_note(struct acct_running *r, const struct aaa_acct *q)
{
	switch (q->kind) {
	case AAA_ACCT_START:
	case AAA_ACCT_INTERIM:
		return remember(r, q);
	case AAA_ACCT_STOP:
		forget(r, q);
		return 0;
	case AAA_ACCT_ON:
	case AAA_ACCT_OFF:
		return 0;
	}
	return 0;
}

/* ---- the end ---- */

/* Without memory for it the counters of the last record count. */
static void index_interfaces(struct acct_running *r)
{
	struct aaa_acct q;

	table_foreach(&r->sessions, i) {
		struct running *s = r->sessions.slots[i].value;

		if (acct_record_read(&q, s->record, s->len) == 0 &&
		    q.call.ifname[0])
			(void)table_put(&r->by_ifname, key_of(q.call.ifname),
					s);
	}
}

void acct_running_counted(struct acct_running *r, const struct aaa_counted *c)
{
	if (!r->by_ifname.count)
		index_interfaces(r);
	for (size_t i = 0; i < c->n; i++) {
		struct running *s =
			table_get(&r->by_ifname, key_of(c->of[i].ifname));

		if (!s)
			continue;
		s->counted = true;
		s->counters = c->of[i].counters;
	}
}

static void make_stop(const struct running *s, uint64_t when,
		      struct aaa_acct *q)
{
	q->kind = AAA_ACCT_STOP;
	q->serial = 0;
	if (when > q->when)
		q->session_time_s += (uint32_t)(when - q->when);
	q->when = when;
	q->end = SERVICE_END_NAS_ERROR;
	if (s->counted)
		q->counters = s->counters;
}

size_t acct_running_end(struct acct_running *r, uint64_t when,
			void (*stop)(void *ctx, struct aaa_acct *q), void *ctx)
{
	struct running *s;
	struct aaa_acct q;
	size_t n = 0;

	table_fini(&r->by_ifname);
	r->by_ifname = (struct table){ 0 };
	while ((s = table_pop(&r->sessions))) {
		if (acct_record_read(&q, s->record, s->len) == 0) {
			make_stop(s, when, &q);
			stop(ctx, &q);
			n++;
		}
		free(s);
	}
	return n;
}

void acct_running_fini(struct acct_running *r)
{
	struct running *s;

	while ((s = table_pop(&r->sessions)))
		free(s);
	table_fini(&r->sessions);
	table_fini(&r->by_ifname);
}
