/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Servers of the RADIUS client: which are alive, their secrets and addresses,
 * the way to them.
 */
#include "aaa/radius_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "aaa/resolve.h"
#include "lib/log.h"

#define RETRY_MS 5000 /* for an address or a secret that is missing */
#define PAUSE_MS 1000 /* between two looks for them */

/* ---- what is known of them ---- */

const char *radius_port_name(const struct radius_portal *p)
{
	return p->kind == RADIUS_PORT_AUTH ? "authentication" : "accounting";
}

void radius_server_error(struct radius_server *s, const char *text)
{
	snprintf(s->last_error, sizeof(s->last_error), "%s", text);
}

struct radius_server *radius_find_server(const struct radius *r,
					 const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->servers[i].config->name, name) == 0)
			return &r->servers[i];
	return NULL;
}

bool radius_is_usable(const struct radius_server *s)
{
	return addr_is_set(&s->address) && secret_is_set(&s->secret);
}

/* ---- alive and dead ---- */

void radius_tell_alive(const struct radius *r)
{
	if (r->on_alive)
		r->on_alive(r->alive_arg);
}

void radius_set_alive(struct radius_portal *p)
{
	struct radius_server *s = p->server;
	int was = p->state;

	p->heard_ms = loop_now(s->radius->loop);
	if (was == ALIVE)
		return;
	p->state = ALIVE;
	p->changed_ms = p->heard_ms;
	p->why[0] = '\0';
	p->unfit = false;
	loop_timer_stop(&p->probe_timer);
	if (was == DEAD)
		log_notice("radius \"%s\": its %s port answers again",
			   s->config->name, radius_port_name(p));
	if (p->kind == RADIUS_PORT_ACCT)
		radius_tell_alive(s->radius);
}

bool radius_bury(struct radius_portal *p)
{
	struct radius_server *s = p->server;
	bool lived = p->state != DEAD;

	if (!loop_timer_is_set(&p->probe_timer))
		loop_timer_set(s->radius->loop, &p->probe_timer,
			       loop_now(s->radius->loop) + s->config->dead_ms,
			       s->radius->on->probe);
	/* Its secret or its name's address may have changed. */
	radius_ask_secret(s);
	radius_ask_address(s);
	if (lived)
		p->changed_ms = loop_now(s->radius->loop);
	p->state = DEAD;
	return lived;
}

/* ---- secrets and addresses ---- */

static void maybe_ready(struct radius_server *s)
{
	if (radius_is_usable(s))
		radius_tell_alive(s->radius);
}

static void on_retry_timer(struct loop_timer *t)
{
	struct radius_server *s =
		container_of(t, struct radius_server, retry_timer);

	if (!secret_is_set(&s->secret))
		radius_ask_secret(s);
	if (!addr_is_set(&s->address))
		radius_ask_address(s);
}

static void retry_later(struct radius_server *s)
{
	if (!radius_is_usable(s))
		loop_timer_set(s->radius->loop, &s->retry_timer,
			       loop_now(s->radius->loop) + RETRY_MS,
			       on_retry_timer);
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
	s->radius->on->changed(s);
	maybe_ready(s);
}

static void take_secret(struct radius_server *s, const struct secret *fresh)
{
	bool same = s->secret.len == fresh->len &&
		    secret_equal(s->secret.data, fresh->data, fresh->len);
	bool first = !secret_is_set(&s->secret);

	s->secret_error = 0;
	if (same)
		return;
	if (!first)
		log_notice("radius \"%s\": its secret-file has another secret "
			   "now",
			   s->config->name);
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
			log_error("radius \"%s\": cannot use its secret-file: "
				  "%s",
				  s->config->name,
				  result == -EACCES ?
					  "others can read it: chmod 600 it" :
				  result == -ENODATA ? "it is empty" :
						       strerror(-result));
		s->secret_error = result;
		retry_later(s);
	} else {
		take_secret(s, &fresh);
	}
	secret_clear(&fresh);
	if (s->changed) {
		s->changed = false;
		s->opened_ms = 0;
		radius_ask_secret(s);
	}
}

void radius_ask_secret(struct radius_server *s)
{
	struct aaa_open body = { .kind = AAA_FILE_RADIUS };

	if (!s->config->secret_file || s->opening || !may_ask(s, &s->opened_ms))
		return;
	memcpy(body.name, s->config->name, sizeof(body.name));
	s->opening = channel_request(&s->radius->aaa->monitor, AAA_OPEN, &body,
				     sizeof(body), NULL, 0, on_secret, s) == 0;
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

/*
 * The address that it has when it still counts and serves; else the one behind
 * it, or the first.
 */
static const struct addr *choose_address(const struct radius_server *s,
					 const struct aaa_resolve_reply *r)
{
	bool serves = s->ports[RADIUS_PORT_AUTH].state == ALIVE ||
		      s->ports[RADIUS_PORT_ACCT].state == ALIVE;

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
			log_warn("radius \"%s\": its address %s cannot be "
				 "resolved: %s",
				 s->config->name, s->config->address,
				 j->r.error);
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

/* ---- the way to them ---- */

static int bind_and_connect(int fd, const struct addr *from,
			    const struct addr *to)
{
	struct sockaddr_storage ss;
	socklen_t len;

	if (addr_is_set(from)) {
		len = addr_to_sockaddr(from, &ss);
		if (bind(fd, (struct sockaddr *)&ss, len) < 0)
			return -errno;
	}
	len = addr_to_sockaddr(to, &ss);
	return connect(fd, (struct sockaddr *)&ss, len) < 0 &&
			       errno != EINPROGRESS ?
		       -errno :
		       0;
}

int radius_line_connect(const struct radius_line *l, int type)
{
	const struct radius_server *s = l->server;
	struct addr to = s->address;
	int fd, err;

	to.port = l->port;
	fd = socket(to.family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	err = bind_and_connect(fd, &s->config->source, &to);
	if (!err)
		return fd;
	close(fd);
	return err;
}
