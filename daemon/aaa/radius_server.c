/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Servers of the RADIUS client: their ports, which live and die. */
#include "aaa/radius_internal.h"

#include <string.h>

static struct radius_server *of(struct server *s)
{
	return container_of(s, struct radius_server, base);
}

/* ---- as servers in general ---- */

static void on_changed(struct server *base)
{
	struct radius_server *s = of(base);

	s->radius->on->changed(s);
}

static void on_ready(struct server *s)
{
	radius_tell_alive(of(s)->radius);
}

static bool serves(const struct server *base)
{
	const struct radius_server *s =
		container_of(base, const struct radius_server, base);

	return s->ports[RADIUS_PORT_AUTH].life.state == AAA_SERVER_ALIVE ||
	       s->ports[RADIUS_PORT_ACCT].life.state == AAA_SERVER_ALIVE;
}

static const struct server_ops ops = {
	.section = "radius",
	.file = AAA_FILE_RADIUS,
	.changed = on_changed,
	.ready = on_ready,
	.serves = serves,
};

static void init_ports(struct radius_server *s)
{
	static const char *const names[RADIUS_PORTS] = {
		[RADIUS_PORT_AUTH] = "its authentication port",
		[RADIUS_PORT_ACCT] = "its accounting port",
	};
	bool tls = s->config->transport == CONFIG_TRANSPORT_TLS;

	for (int i = 0; i < RADIUS_PORTS; i++) {
		struct radius_portal *p = &s->ports[i];

		*p = (struct radius_portal){
			.server = s,
			.kind = (enum radius_port)i,
			.life = { .server = &s->base, .what = names[i] },
		};
		p->line = &s->lines[tls ? 0 : i];
		s->lines[i] = (struct radius_line){
			.server = s,
			.name = tls ? "TLS" : radius_port_name(p),
			.port = p->kind == RADIUS_PORT_AUTH ?
					s->config->auth_port :
					s->config->acct_port,
		};
	}
}

void radius_server_init(struct radius_server *s, struct radius *r,
			const struct config_radius *config)
{
	s->radius = r;
	s->config = config;
	s->base = (struct server){
		.ops = &ops,
		.aaa = r->aaa,
		.name = config->name,
		.host = config->address,
		.secret_file = config->secret_file,
		.source = &config->source,
	};
	init_ports(s);
	/*
	 * The same for all: what proves who is who are the certificates
	 * (RFC 6614, section 2.3).
	 */
	if (config->transport == CONFIG_TRANSPORT_TLS)
		(void)secret_set(&s->base.secret, "radsec", strlen("radsec"));
	server_start(&s->base);
}

/* ---- of RADIUS ---- */

const char *radius_port_name(const struct radius_portal *p)
{
	return p->kind == RADIUS_PORT_AUTH ? "authentication" : "accounting";
}

struct radius_server *radius_find_server(const struct radius *r,
					 const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->servers[i].config->name, name) == 0)
			return &r->servers[i];
	return NULL;
}

const struct server_life *radius_life(const void *way, const char *name)
{
	const struct radius_way *w = way;
	const struct radius_server *s = radius_find_server(w->radius, name);

	return s && server_is_usable(&s->base) ? &s->ports[w->kind].life : NULL;
}

void radius_tell_alive(const struct radius *r)
{
	if (r->on_alive)
		r->on_alive(r->alive_arg);
}

void radius_set_alive(struct radius_portal *p)
{
	if (server_heard(&p->life) && p->kind == RADIUS_PORT_ACCT)
		radius_tell_alive(p->server->radius);
}

bool radius_bury(struct radius_portal *p)
{
	return server_bury(&p->life, p->server->config->dead_ms,
			   p->server->radius->on->probe);
}
