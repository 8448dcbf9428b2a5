/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which servers are alive, and which of a list has its turn; see server.h. */
#include <stdio.h>
#include <string.h>

#include "aaa/internal.h"
#include "aaa/server.h"
#include "lib/log.h"

#define PLACES_MAX 64 /* bits of what was tried */

bool server_heard(struct server_life *l)
{
	struct server *s = l->server;
	enum aaa_server_state was = l->state;

	l->heard_ms = loop_now(s->aaa->loop);
	if (was == AAA_SERVER_ALIVE)
		return false;
	l->state = AAA_SERVER_ALIVE;
	l->changed_ms = l->heard_ms;
	l->why[0] = '\0';
	l->unfit = false;
	loop_timer_stop(&l->timer);
	if (was == AAA_SERVER_DEAD)
		log_notice("%s \"%s\": %s answers again", s->ops->section,
			   s->name, l->what);
	return true;
}

bool server_bury(struct server_life *l, uint32_t dead_ms,
		 void (*look)(struct loop_timer *t))
{
	struct server *s = l->server;
	struct loop *loop = s->aaa->loop;
	bool lived = l->state != AAA_SERVER_DEAD;

	if (!loop_timer_is_set(&l->timer))
		loop_timer_set(loop, &l->timer, loop_now(loop) + dead_ms, look);
	/* Its secret or its name's address may have changed. */
	server_ask_secret(s);
	server_ask_address(s);
	if (lived)
		l->changed_ms = loop_now(loop);
	l->state = AAA_SERVER_DEAD;
	return lived;
}

static void tell_dead(struct server_life *l, const char *why)
{
	snprintf(l->why, sizeof(l->why), "%s", why);
	server_error(l->server, why);
	log_warn("%s \"%s\": %s is taken as dead: %s", l->server->ops->section,
		 l->server->name, l->what, why);
}

bool server_dies(struct server_life *l, uint32_t dead_ms,
		 void (*look)(struct loop_timer *t), const char *why)
{
	bool news = l->state == AAA_SERVER_ALIVE || strcmp(l->why, why) != 0;

	if (!server_bury(l, dead_ms, look))
		return false;
	l->unfit = false;
	/* One that was only taken at its word is no news. */
	if (news)
		tell_dead(l, why);
	return true;
}

bool server_is_unfit(struct server_life *l, uint32_t dead_ms,
		     void (*look)(struct loop_timer *t), const char *why)
{
	bool news = !l->unfit || strcmp(l->why, why) != 0;
	bool lived = server_bury(l, dead_ms, look);

	l->unfit = true;
	if (news)
		tell_dead(l, why);
	return lived;
}

const char *server_why_not(const struct server *s, const struct server_life *l)
{
	if (!s)
		return "there is no such section";
	if (!server_is_usable(s))
		return s->last_error[0] ? s->last_error :
		       addr_is_set(&s->address) ?
					  "its secret is not known yet" :
					  "its address is not known yet";
	return l->why[0] ? l->why : "its answer is lost or late";
}

/* ---- lists ---- */

static int choose(const struct config_strings *list, uint64_t tried,
		  server_find *find, const void *ctx, bool dead)
{
	for (size_t i = 0; i < list->n && i < PLACES_MAX; i++) {
		const struct server_life *l =
			tried & 1ull << i ? NULL : find(ctx, list->v[i]);

		if (l && (l->state == AAA_SERVER_DEAD) == dead)
			return (int)i;
	}
	return -1;
}

int server_choose(const struct config_strings *list, uint64_t tried,
		  server_find *find, const void *ctx)
{
	int place = choose(list, tried, find, ctx, false);

	return place < 0 ? choose(list, tried, find, ctx, true) : place;
}

bool server_any_lives(const struct config_strings *list, server_find *find,
		      const void *ctx)
{
	return choose(list, 0, find, ctx, false) >= 0;
}

static bool all_the_same(const struct config_strings *list,
			 const char *(*why)(const void *ctx, const char *name),
			 const void *ctx)
{
	for (size_t i = 1; i < list->n; i++)
		if (strcmp(why(ctx, list->v[0]), why(ctx, list->v[i])) != 0)
			return false;
	return true;
}

void server_explain(const struct config_strings *list,
		    const char *(*why)(const void *ctx, const char *name),
		    const void *ctx, char *out, size_t size)
{
	bool same = all_the_same(list, why, ctx);
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < list->n && len < size && !(same && i); i++) {
		if (!same)
			len += (size_t)snprintf(out + len, size - len,
						"%s\"%s\": ", i ? "; " : "",
						list->v[i]);
		if (len < size)
			len += (size_t)snprintf(out + len, size - len, "%s",
						why(ctx, list->v[i]));
	}
}
