/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Servers of the TACACS+ client. */
#include "aaa/tacacs_internal.h"

#include <string.h>

static struct tacacs_server *of(struct server *s)
{
	return container_of(s, struct tacacs_server, base);
}

static void on_changed(struct server *base)
{
	struct tacacs_server *s = of(base);

	s->tacacs->on->changed(s);
}

static void on_ready(struct server *s)
{
	tacacs_tell_alive(of(s)->tacacs);
}

static bool serves(const struct server *base)
{
	const struct tacacs_server *s =
		container_of(base, const struct tacacs_server, base);

	return s->life.state == AAA_SERVER_ALIVE;
}

static const struct server_ops ops = {
	.section = "tacacs",
	.file = AAA_FILE_TACACS,
	.changed = on_changed,
	.ready = on_ready,
	.serves = serves,
};

void tacacs_server_init(struct tacacs_server *s, struct tacacs *t,
			const struct config_tacacs *config)
{
	s->tacacs = t;
	s->config = config;
	s->base = (struct server){
		.ops = &ops,
		.aaa = t->aaa,
		.name = config->name,
		.host = config->address,
		.secret_file = config->secret_file,
		.source = &config->source,
	};
	s->life = (struct server_life){ .server = &s->base, .what = "it" };
	TAILQ_INIT(&s->waiting);
	server_start(&s->base);
}

struct tacacs_server *tacacs_find_server(const struct tacacs *t,
					 const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->servers[i].config->name, name) == 0)
			return &t->servers[i];
	return NULL;
}

const struct server_life *tacacs_life(const void *ctx, const char *name)
{
	const struct tacacs_server *s = tacacs_find_server(ctx, name);

	return s && server_is_usable(&s->base) ? &s->life : NULL;
}

void tacacs_tell_alive(const struct tacacs *t)
{
	if (t->on_alive)
		t->on_alive(t->alive_arg);
}

void tacacs_look(struct loop_timer *t)
{
	struct tacacs_server *s =
		container_of(t, struct tacacs_server, life.timer);

	s->life.state = AAA_SERVER_UNKNOWN;
	/* Another version of it may run by then. */
	s->sharing = TACACS_SHARING_UNKNOWN;
	tacacs_tell_alive(s->tacacs);
}
