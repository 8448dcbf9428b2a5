/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines are counted by kind and by peer; see log_limit.h. */
#include "lib/log_limit.h"

#include <stdio.h>
#include <string.h>

#define PEER_OCTETS_V6 8 /* who has one address of a /64 has all of them */

static bool is_over(const struct log_limit_row *r, uint64_t now)
{
	return now - r->begun >= LOG_LIMIT_WINDOW_MS;
}

/* What was left out is said first. */
static bool is_free(const struct log_limit_row *r, uint64_t now)
{
	return !r->lines || (is_over(r, now) && !r->left_out);
}

static struct addr whose(const struct addr *peer)
{
	struct addr a = { .family = peer->family };

	memcpy(a.ip, peer->ip,
	       peer->family == AF_INET6 ? PEER_OCTETS_V6 : sizeof(a.ip));
	return a;
}

/*
 * The peer's own row for this kind, or one that is free; NULL: too
 * many have one.
 */
static struct log_limit_row *find(struct log_limit *l, uint64_t now,
				  unsigned int kind, const struct addr *peer)
{
	struct log_limit_row *r = l->one, *found = NULL;

	for (; r < l->one + LOG_LIMIT_PEERS; r++) {
		if (r->lines && r->kind == kind && addr_equal(&r->peer, peer))
			return r;
		if (is_free(r, now))
			found = r;
	}
	if (found)
		*found = (struct log_limit_row){ .peer = *peer, .kind = kind };
	return found;
}

static bool take(struct log_limit_row *r, uint64_t now, uint32_t most,
		 int level)
{
	if (is_free(r, now)) {
		r->begun = now;
		r->lines = 0;
	}
	if (r->lines++ < most)
		return true;
	if (!r->left_out++ || level < r->level)
		r->level = level;
	return false;
}

bool log_limit_take(struct log_limit *l, uint64_t now, unsigned int kind,
		    const struct addr *peer, int level)
{
	struct log_limit_row *all = &l->all[kind], *one = NULL;
	struct addr a;

	all->kind = kind;
	if (!peer)
		return take(all, now, LOG_LIMIT_ONE, level);
	a = whose(peer);
	one = find(l, now, kind, &a);
	return (!one || take(one, now, LOG_LIMIT_ONE, level)) &&
	       take(all, now, LOG_LIMIT_ALL, level);
}

/* ---- what was left out ---- */

static void say(const struct log_limit *l, const struct log_limit_row *r,
		uint64_t now, char *text, size_t size)
{
	char who[ADDR_STRLEN] = "";
	bool is_one = addr_is_set(&r->peer);

	if (is_one)
		addr_format(&r->peer, who);
	snprintf(text, size, "%s: and %u more%s%s%s in %llu s",
		 l->kinds[r->kind], r->left_out, is_one ? " from " : "", who,
		 r->peer.family == AF_INET6 ? "/64" : "",
		 (unsigned long long)(now - r->begun + 500) / 1000);
}

/* Rows are walked as one table: those of all, then those of one each. */
static struct log_limit_row *row(struct log_limit *l, size_t i)
{
	return i < LOG_LIMIT_KINDS ? &l->all[i] : &l->one[i - LOG_LIMIT_KINDS];
}

#define ROWS (LOG_LIMIT_KINDS + LOG_LIMIT_PEERS)

bool log_limit_next(struct log_limit *l, uint64_t now, bool any, char *text,
		    size_t size, int *level)
{
	for (size_t i = 0; i < ROWS; i++) {
		struct log_limit_row *r = row(l, i);

		if (!r->left_out || (!any && !is_over(r, now)))
			continue;
		say(l, r, now, text, size);
		*level = r->level;
		r->lines = r->left_out = 0;
		return true;
	}
	return false;
}

uint64_t log_limit_deadline(struct log_limit *l)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < ROWS; i++) {
		const struct log_limit_row *r = row(l, i);

		if (r->left_out && r->begun + LOG_LIMIT_WINDOW_MS < first)
			first = r->begun + LOG_LIMIT_WINDOW_MS;
	}
	return first;
}
