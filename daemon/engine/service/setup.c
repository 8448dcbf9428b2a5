/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts calls in set-up against the limits of tunnel, section and all. */
#include "engine/service/setup.h"

#include <stdio.h>

#include "engine/cause.h"
#include "engine/engine.h"
#include "engine/l2tp/tunnel.h"
#include "lib/log.h"

#define TELL_AGAIN_MS 60000

/* One limit, and what is counted by it. */
struct limit {
	uint32_t *n;
	uint64_t *told_ms;
	uint32_t max; /* 0: none */
	const char *key;
};

enum { OF_TUNNEL, OF_SECTION, OF_ALL, LIMITS };

static void limits_of(struct tunnel *t, const struct config_lns *section,
		      struct setup_count *of_section, struct setup_count *all,
		      struct limit out[static LIMITS])
{
	out[OF_TUNNEL] = (struct limit){
		&t->calls_in_setup,
		&t->setup_told_ms,
		section->max_tunnel_setup,
		"max-calls-in-setup-per-tunnel",
	};
	out[OF_SECTION] = (struct limit){
		&of_section->n,
		&of_section->told_ms,
		section->max_setup,
		"max-calls-in-setup",
	};
	out[OF_ALL] = (struct limit){
		&all->n,
		&all->told_ms,
		t->engine->config->max_setup,
		"max-calls-in-setup of the whole configuration",
	};
}

static void describe(int which, const struct tunnel *t,
		     const struct config_lns *section, char *buf, size_t size)
{
	if (which == OF_TUNNEL)
		tunnel_describe(t, buf, size);
	else if (which == OF_SECTION)
		snprintf(buf, size, "lns \"%s\"", section->name);
	else
		snprintf(buf, size, "all lns sections");
}

/* The line is not a peer's to repeat at will. */
static void tell(struct engine *e, const struct limit *l, const char *whose)
{
	uint64_t now = engine_now(e);

	if (*l->told_ms && now - *l->told_ms < TELL_AGAIN_MS)
		return;
	*l->told_ms = now;
	log_warn("%s: %u calls are being set up, which is %s: more are refused "
		 "until some of them are up or have ended",
		 whose, l->max, l->key);
}

static void refuse(int which, const struct limit *l, struct cause *why)
{
	static const char *const whose[] = {
		[OF_TUNNEL] = "of this tunnel",
		[OF_SECTION] = "of this kind",
		[OF_ALL] = "of all callers",
	};

	*why = cause_make(CAUSE_NO_RESOURCES,
			  "%u calls %s are being set up, and no more may be",
			  l->max, whose[which]);
}

bool setup_enter(struct tunnel *t, const struct config_lns *section,
		 struct setup_count *of_section, struct setup_count *all,
		 struct cause *why)
{
	struct limit limits[LIMITS];
	char whose[WHOSE_MAX];

	limits_of(t, section, of_section, all, limits);
	for (int i = 0; i < LIMITS; i++) {
		if (!limits[i].max || *limits[i].n < limits[i].max)
			continue;
		describe(i, t, section, whose, sizeof(whose));
		tell(t->engine, &limits[i], whose);
		refuse(i, &limits[i], why);
		return false;
	}
	for (int i = 0; i < LIMITS; i++)
		++*limits[i].n;
	return true;
}

void setup_leave(struct tunnel *t, const struct config_lns *section,
		 struct setup_count *of_section, struct setup_count *all)
{
	struct limit limits[LIMITS];

	limits_of(t, section, of_section, all, limits);
	for (int i = 0; i < LIMITS; i++)
		--*limits[i].n;
}
