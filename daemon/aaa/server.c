/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Servers' secrets and addresses, and the way to them; see server.h. */
#include "aaa/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "aaa/internal.h"
#include "aaa/resolve.h"
#include "lib/log.h"

#define RETRY_MS 5000 /* for an address or a secret that is missing */
#define PAUSE_MS 1000 /* between two looks for them */

void server_error(struct server *s, const char *text)
{
	snprintf(s->last_error, sizeof(s->last_error), "%s", text);
}

void server_cannot_send(struct server *s, const char *why)
{
	uint64_t now = loop_now(s->aaa->loop);

	server_error(s, why);
	if (s->send_logged_ms && now - s->send_logged_ms < SERVER_LOG_PAUSE_MS)
		return;
	s->send_logged_ms = now ? now : 1;
	log_warn("%s \"%s\": a request cannot be sent: %s", s->ops->section,
		 s->name, why);
}

bool server_is_usable(const struct server *s)
{
	return addr_is_set(&s->address) && secret_is_set(&s->secret);
}

static void on_retry_timer(struct loop_timer *t)
{
	struct server *s = container_of(t, struct server, retry_timer);

	if (!secret_is_set(&s->secret))
		server_ask_secret(s);
	if (!addr_is_set(&s->address))
		server_ask_address(s);
}

static void retry_later(struct server *s)
{
	if (!server_is_usable(s))
		loop_timer_set(s->aaa->loop, &s->retry_timer,
			       loop_now(s->aaa->loop) + RETRY_MS,
			       on_retry_timer);
}

/* false: it was done just now. */
static bool may_ask(struct server *s, uint64_t *asked_ms)
{
	uint64_t now = loop_now(s->aaa->loop);

	if (*asked_ms && now - *asked_ms < PAUSE_MS)
		return false;
	*asked_ms = now ? now : 1;
	return true;
}

static void restart(struct server *s)
{
	s->ops->changed(s);
	if (server_is_usable(s))
		s->ops->ready(s);
}

/* ---- its secret ---- */

static void take_secret(struct server *s, const struct secret *fresh)
{
	bool same = s->secret.len == fresh->len &&
		    secret_equal(s->secret.data, fresh->data, fresh->len);
	bool first = !secret_is_set(&s->secret);

	s->secret_error = 0;
	if (same)
		return;
	if (!first)
		log_notice("%s \"%s\": its secret-file has another secret now",
			   s->ops->section, s->name);
	s->secret = *fresh;
	restart(s);
}

static void no_secret(struct server *s, int result)
{
	server_error(s, "its secret-file cannot be used");
	if (result != s->secret_error)
		log_error("%s \"%s\": cannot use its secret-file: %s",
			  s->ops->section, s->name,
			  result == -EACCES ?
				  "others can read it: chmod 600 it" :
			  result == -ENODATA ? "it is empty" :
					       strerror(-result));
	s->secret_error = result;
	retry_later(s);
}

static void on_secret(void *arg, int result, struct ipc_message *m)
{
	struct server *s = arg;
	struct secret fresh = { 0 };
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);

	s->opening = false;
	if (result == -EPIPE)
		return;
	if (!result)
		result = fd < 0 ? fd : secret_read_fd(&fresh, fd);
	if (fd >= 0)
		close(fd);
	if (result)
		no_secret(s, result);
	else
		take_secret(s, &fresh);
	secret_clear(&fresh);
	if (s->changed) {
		s->changed = false;
		s->opened_ms = 0;
		server_ask_secret(s);
	}
}

void server_ask_secret(struct server *s)
{
	struct aaa_open body = { .kind = s->ops->file };

	if (!s->secret_file || s->opening || !may_ask(s, &s->opened_ms))
		return;
	snprintf(body.name, sizeof(body.name), "%s", s->name);
	s->opening = channel_request(&s->aaa->monitor, AAA_OPEN, &body,
				     sizeof(body), NULL, 0, on_secret, s) == 0;
}

void server_secret_changed(struct server *s)
{
	s->opened_ms = 0; /* whatever was read in the last second */
	s->changed = s->opening;
	server_ask_secret(s);
}

/* ---- its address ---- */

struct name_job {
	struct workers_job job;
	struct server *server;
	struct aaa_resolve q;
	struct aaa_resolve_reply r;
	int result;
};

static void run_name(struct workers_job *job)
{
	struct name_job *j = (struct name_job *)job;

	j->result = resolve(&j->q, &j->r);
}

static void take_address(struct server *s, const struct addr *a)
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
static const struct addr *choose_address(const struct server *s,
					 const struct aaa_resolve_reply *r)
{
	bool serves = s->ops->serves(s);

	for (uint32_t i = 0; i < r->count; i++)
		if (addr_equal_ip(&s->address, &r->address[i]))
			return &r->address[serves ? i : (i + 1) % r->count];
	return &r->address[0];
}

static void done_name(struct workers_job *job)
{
	struct name_job *j = (struct name_job *)job;
	struct server *s = j->server;

	s->resolving = false;
	if (j->result == 0 && j->r.count) {
		take_address(s, choose_address(s, &j->r));
	} else {
		server_error(s, j->r.error);
		if (!addr_is_set(&s->address))
			log_warn("%s \"%s\": its address %s cannot be "
				 "resolved: %s",
				 s->ops->section, s->name, s->host, j->r.error);
		retry_later(s);
	}
	free(j);
}

static void look_up(struct server *s)
{
	struct name_job *j = calloc(1, sizeof(*j));

	if (!j)
		return;
	j->job.run = run_name;
	j->job.done = done_name;
	j->server = s;
	j->q.family = s->source->family;
	snprintf(j->q.name, sizeof(j->q.name), "%s", s->host);
	s->resolving = workers_add(s->aaa->workers, &j->job) == 0;
	if (!s->resolving) {
		free(j);
		retry_later(s);
	}
}

void server_ask_address(struct server *s)
{
	struct addr literal;

	if (addr_parse(&literal, s->host) == 0)
		take_address(s, &literal);
	else if (!s->resolving && may_ask(s, &s->resolved_ms))
		look_up(s);
}

void server_start(struct server *s)
{
	server_ask_secret(s);
	server_ask_address(s);
}

void server_stop(struct server *s)
{
	loop_timer_stop(&s->retry_timer);
	secret_clear(&s->secret);
}

/* ---- the way to it ---- */

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

int server_connect(const struct server *s, uint16_t port, int type)
{
	struct addr to = s->address;
	int fd, err;

	to.port = port;
	fd = socket(to.family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	err = bind_and_connect(fd, s->source, &to);
	if (!err)
		return fd;
	close(fd);
	return err;
}
