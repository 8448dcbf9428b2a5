/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Servers of the RADIUS client: which are alive, when to look again, their
 * secrets and addresses.
 */
#include "aaa/radius_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aaa/resolve.h"
#include "lib/log.h"

#define RETRY_MS 5000	/* for an address or a secret that is missing */
#define PAUSE_MS 1000	/* between two looks for them */

/* ---- alive and dead ---- */

static void on_probe_timer(struct loop_timer *t);

void radius_set_alive(struct radius_portal *p)
{
	struct radius_server *s = p->server;
	int was = p->state;

	p->heard_ms = loop_now(s->radius->loop);
	if (was == ALIVE)
		return;
	p->state = ALIVE;
	p->changed_ms = p->heard_ms;
	loop_timer_stop(&p->probe_timer);
	if (was == DEAD)
		log_notice("radius \"%s\": its %s port answers again", s->config->name, radius_port_name(p));
	if (p->kind == RADIUS_PORT_ACCT && s->radius->on_alive)
		s->radius->on_alive(s->radius->alive_arg);
}

/* false: it was dead already. */
static bool bury(struct radius_portal *p)
{
	struct radius_server *s = p->server;
	bool lived = p->state != DEAD;

	if (!loop_timer_is_set(&p->probe_timer))
		loop_timer_set(s->radius->loop, &p->probe_timer, loop_now(s->radius->loop) + s->config->dead_ms,
			       on_probe_timer);
	/* Its secret or its name's address may have changed. */
	radius_ask_secret(s);
	radius_ask_address(s);
	if (lived)
		p->changed_ms = loop_now(s->radius->loop);
	p->state = DEAD;
	return lived;
}

/* What waits for it goes to the next server at once; without one it goes on trying here. */
static void move_on(struct radius_portal *p)
{
	struct radius_request *next;

	for (struct radius_request *q = p->requests; q; q = next) {
		next = q->next;
		if (!q->probe && radius_request_has_other(q))
			radius_request_advance(q);
	}
}

void radius_set_dead(struct radius_portal *p, const char *why)
{
	struct radius_server *s = p->server;

	if (!bury(p))
		return;
	radius_server_error(s, why);
	log_warn("radius \"%s\": its %s port is taken as dead: %s", s->config->name, radius_port_name(p), why);
	move_on(p);
}

/* Once for the same reason, as long as nothing else is told. */
void radius_set_unreachable(struct radius_server *s, const char *why)
{
	bool news = strcmp(s->last_error, why) != 0;

	for (int i = 0; i < RADIUS_PORTS; i++)
		news = bury(&s->ports[i]) || news;
	radius_server_error(s, why);
	if (news)
		log_warn("radius \"%s\": it is taken as dead: %s", s->config->name, why);
	for (int i = 0; i < RADIUS_PORTS; i++)
		move_on(&s->ports[i]);
}

static void probe_done(void *arg, int result, const struct radius_answer *answer)
{
	struct radius_portal *p = arg;

	(void)answer;
	p->probing = false;
	if (result && p->state == DEAD)
		radius_set_dead(p, "it does not answer");
}

static int probe_build(void *arg, struct radius_builder *b, const struct radius_server_info *server)
{
	(void)arg;
	(void)b;
	(void)server;
	return 0;
}

static void on_probe_timer(struct loop_timer *t)
{
	static const struct config_strings nobody;
	struct radius_portal *p = container_of(t, struct radius_portal, probe_timer);
	struct radius_server *s = p->server;
	struct radius_request *q;

	if (!s->config->status_server) {
		/* Taken at its word: the next request shows. */
		p->state = UNKNOWN;
		if (p->kind == RADIUS_PORT_ACCT && s->radius->on_alive)
			s->radius->on_alive(s->radius->alive_arg);
		return;
	}
	q = p->probing || !radius_is_usable(s) ? NULL : calloc(1, sizeof(*q));
	if (q) {
		*q = (struct radius_request){
			.radius = s->radius, .servers = &nobody, .kind = p->kind, .code = RADIUS_STATUS_SERVER,
			.build = probe_build, .done = probe_done, .arg = p, .probe = true, .result = -ETIMEDOUT,
		};
		p->probing = true;
		if (radius_request_start(q, p) == 0)
			return;
		p->probing = false;
		free(q);
	}
	radius_set_dead(p, "it does not answer");
}

/* ---- secrets and addresses ---- */

static void maybe_ready(struct radius_server *s)
{
	if (radius_is_usable(s) && s->radius->on_alive)
		s->radius->on_alive(s->radius->alive_arg);
}

static void on_retry_timer(struct loop_timer *t)
{
	struct radius_server *s = container_of(t, struct radius_server, retry_timer);

	if (!secret_is_set(&s->secret))
		radius_ask_secret(s);
	if (!addr_is_set(&s->address))
		radius_ask_address(s);
}

static void retry_later(struct radius_server *s)
{
	if (!radius_is_usable(s))
		loop_timer_set(s->radius->loop, &s->retry_timer, loop_now(s->radius->loop) + RETRY_MS, on_retry_timer);
}

/* false: it was done just now. */
static bool may_ask(struct radius_server *s, uint64_t *asked_ms)
{
	uint64_t now = loop_now(s->radius->loop);

	if (*asked_ms && now - *asked_ms < PAUSE_MS)
		return false;
	*asked_ms = now ? now : 1;
	return true;
}

static void restart(struct radius_server *s)
{
	radius_server_restart(s);
	maybe_ready(s);
}

static void take_secret(struct radius_server *s, const struct secret *fresh)
{
	bool same = s->secret.len == fresh->len && secret_equal(s->secret.data, fresh->data, fresh->len);
	bool first = !secret_is_set(&s->secret);

	s->secret_error = 0;
	if (same)
		return;
	if (!first)
		log_notice("radius \"%s\": its secret-file has another secret now", s->config->name);
	s->secret = *fresh;
	restart(s);
}

static void on_secret(void *arg, int result, struct ipc_message *m)
{
	struct radius_server *s = arg;
	struct secret fresh = { 0 };
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);

	s->opening = false;
	if (result == -EPIPE)
		return;
	if (!result)
		result = fd < 0 ? fd : secret_read_fd(&fresh, fd);
	if (fd >= 0)
		close(fd);
	if (result) {
		radius_server_error(s, "its secret-file cannot be used");
		if (result != s->secret_error)
			log_error("radius \"%s\": cannot use its secret-file: %s", s->config->name,
				  result == -EACCES ? "others can read it: chmod 600 it" :
				  result == -ENODATA ? "it is empty" : strerror(-result));
		s->secret_error = result;
		retry_later(s);
	} else {
		take_secret(s, &fresh);
	}
	secret_clear(&fresh);
}

void radius_ask_secret(struct radius_server *s)
{
	struct aaa_open body = { .kind = AAA_FILE_RADIUS };

	if (!s->config->secret_file || s->opening || !may_ask(s, &s->opened_ms))
		return;
	memcpy(body.name, s->config->name, sizeof(body.name));
	s->opening = channel_request(&s->radius->aaa->monitor, AAA_OPEN, &body, sizeof(body), NULL, 0,
				     on_secret, s) == 0;
}

struct name_job {
	struct workers_job job;
	struct radius_server *server;
	struct aaa_resolve q;
	struct aaa_resolve_reply r;
	int result;
};

static void run_name(struct workers_job *job)
{
	struct name_job *j = (struct name_job *)job;

	j->result = resolve(&j->q, &j->r);
}

static void take_address(struct radius_server *s, const struct addr *a)
{
	if (addr_equal_ip(&s->address, a))
		return;
	s->address = *a;
	restart(s);
}

/* The address that it has when it still counts and serves; else the one behind it, or the first. */
static const struct addr *choose_address(const struct radius_server *s, const struct aaa_resolve_reply *r)
{
	bool serves = s->ports[RADIUS_PORT_AUTH].state == ALIVE || s->ports[RADIUS_PORT_ACCT].state == ALIVE;

	for (uint32_t i = 0; i < r->count; i++)
		if (addr_equal_ip(&s->address, &r->address[i]))
			return &r->address[serves ? i : (i + 1) % r->count];
	return &r->address[0];
}

static void done_name(struct workers_job *job)
{
	struct name_job *j = (struct name_job *)job;
	struct radius_server *s = j->server;

	s->resolving = false;
	if (j->result == 0 && j->r.count) {
		take_address(s, choose_address(s, &j->r));
	} else {
		radius_server_error(s, j->r.error);
		if (!addr_is_set(&s->address))
			log_warn("radius \"%s\": its address %s cannot be resolved: %s", s->config->name,
				 s->config->address, j->r.error);
		retry_later(s);
	}
	free(j);
}

void radius_ask_address(struct radius_server *s)
{
	struct name_job *j;
	struct addr literal;

	if (addr_parse(&literal, s->config->address) == 0) {
		take_address(s, &literal);
		return;
	}
	if (s->resolving || !may_ask(s, &s->resolved_ms))
		return;
	j = calloc(1, sizeof(*j));
	if (!j)
		return;
	j->job.run = run_name;
	j->job.done = done_name;
	j->server = s;
	j->q.family = s->config->source.family;
	snprintf(j->q.name, sizeof(j->q.name), "%s", s->config->address);
	s->resolving = workers_add(s->radius->aaa->workers, &j->job) == 0;
	if (!s->resolving) {
		free(j);
		retry_later(s);
	}
}
