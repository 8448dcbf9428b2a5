/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The aaa process: its start, its two channels, its end. */
#include "aaa/aaa.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aaa/acct.h"
#include "aaa/auth.h"
#include "aaa/coa.h"
#include "crypto/crypto.h"
#include "aaa/internal.h"
#include "aaa/ipsec.h"
#include "aaa/radius.h"
#include "aaa/tacacs.h"
#include "lib/log.h"
#include "lib/sandbox.h"

#define RESOLVERS     4	  /* threads */
#define RESOLVE_QUEUE 256 /* names that wait for one */

/* ---- the engine ---- */

static void remember_message(struct aaa *a, struct ipc_message *m)
{
	const struct aaa_remember *q = ipc_body(m, struct aaa_remember);
	struct secret s = { 0 };

	if (!q || !memchr(q->lac, 0, sizeof(q->lac)) ||
	    !memchr(q->session, 0, sizeof(q->session)) ||
	    q->secret.len > SECRET_MAX) {
		log_warn("the engine sent a password in a form that is not "
			 "understood");
		return;
	}
	if (m->header.type == AAA_FORGET) {
		remember_forget(&a->remember, q->lac, q->session);
		return;
	}
	secret_set(&s, q->secret.secret, q->secret.len);
	if (remember_set(&a->remember, q->lac, q->session, &s))
		log_error("no memory for the password of session \"%s\"",
			  q->session);
	secret_clear(&s);
}

static void tell_radius(struct aaa *a, struct ipc_message *m)
{
	const struct aaa_radius *q = ipc_body(m, struct aaa_radius);
	struct aaa_radius_state state;
	int err = q ? radius_state(a->radius, q->index, &state) : -EINVAL;

	state.queued = err ? 0 : acct_queued(a->acct);
	channel_reply(&a->engine.channel, &m->header, err, &state,
		      err ? 0 : sizeof(state), NULL, 0);
}

static void tell_tacacs(struct aaa *a, struct ipc_message *m)
{
	const struct aaa_radius *q = ipc_body(m, struct aaa_radius);
	struct aaa_tacacs_state state;
	int err = q ? tacacs_state(a->tacacs, q->index, &state) : -EINVAL;

	state.queued = err ? 0 : acct_queued(a->acct);
	channel_reply(&a->engine.channel, &m->header, err, &state,
		      err ? 0 : sizeof(state), NULL, 0);
}

/* What a sound engine never sends, and what only the monitor may. */
static void refuse(struct aaa *a, struct ipc_message *m)
{
	log_warn("the engine sent message %u, which it may not, or in a form "
		 "that is not understood",
		 m->header.type);
	if (m->header.serial)
		channel_reply(&a->engine.channel, &m->header, -EINVAL, NULL, 0,
			      NULL, 0);
	explicit_bzero(m->body, m->len);
}

static void on_engine_message(struct channel *c, struct ipc_message *m)
{
	struct aaa *a = container_of(c, struct aaa, engine.channel);

	if (!ipc_message_fits(aaa_shapes, aaa_shapes_n, m)) {
		refuse(a, m);
		return;
	}
	switch ((enum aaa_message)m->header.type) {
	case AAA_AUTH:
	case AAA_TEST:
		aaa_request_auth(a, m);
		break;
	case AAA_SECRET:
		aaa_request_secret(a, m);
		break;
	case AAA_RESOLVE:
		aaa_request_resolve(a, m);
		break;
	case AAA_REMEMBER:
	case AAA_FORGET:
		remember_message(a, m);
		break;
	case AAA_RADIUS:
		tell_radius(a, m);
		break;
	case AAA_TACACS:
		tell_tacacs(a, m);
		break;
	case AAA_ACCT:
		aaa_request_acct(a, m);
		break;
	case AAA_RUNS:
		aaa_request_runs(a, m);
		break;
	case AAA_COA_DONE:
		coa_done(a, m);
		break;
	case AAA_IPSEC_SHOW:
	case AAA_IPSEC_INITIATE:
	case AAA_IPSEC_WATCH:
	case AAA_IPSEC_UNWATCH:
		ipsec_request(a->ipsec, m);
		break;
	case AAA_COA:
	case AAA_START:
	case AAA_ENGINE:
	case AAA_CHANGED:
	case AAA_COUNTED:
	case AAA_ALIVE:
	case AAA_OPEN:
	case AAA_VICI:
	case AAA_IPSEC_STATE:
		break; /* refused above */
	}
	explicit_bzero(m->body, m->len);
}

/*
 * Users' passwords, remembered ones and accounting stay for the next engine,
 * which the monitor tells of (AAA_ENGINE).
 */
static void on_engine_closed(struct channel *c)
{
	struct aaa *a = container_of(c, struct aaa, engine.channel);

	log_debug("the engine is gone");
	aaa_engine_close(&a->engine);
	ipsec_engine_gone(a->ipsec);
	coa_engine_gone(a->coa);
	acct_engine_gone(a->acct);
}

/* Takes fd over. 0 or -errno. */
static int open_engine(struct aaa *a, int fd)
{
	int err = channel_open(&a->engine.channel, a->loop, fd,
			       on_engine_message, on_engine_closed);

	a->engine.channel.pauses = true;
	if (!err)
		return 0;
	close(fd);
	a->engine.channel.fd = -1;
	return err;
}

/* ---- the monitor ---- */

static int read_config(struct aaa *a, int fd)
{
	FILE *f = fdopen(fd, "r");
	char err[512];

	if (!f) {
		close(fd);
		return -ENOMEM;
	}
	a->config = config_parse(f, "the monitor's configuration", err,
				 sizeof(err));
	fclose(f);
	if (!a->config) {
		log_error("%s", err);
		return -EINVAL;
	}
	return 0;
}

/* The filter comes before the first byte that the engine wrote. */
static int start(struct aaa *a, struct ipc_message *m)
{
	int engine = ipc_take_fd(m, 0), config = ipc_take_fd(m, 1),
	    err = -EPROTO;
	const struct aaa_start *s = ipc_body(m, struct aaa_start);

	a->queue_fd = s && s->has_queue ? ipc_take_fd(m, 2) : -1;
	a->coa_fd = s && s->has_coa ? ipc_take_fd(m, s->has_queue ? 3 : 2) : -1;
	if (s && engine >= 0 && config >= 0)
		err = read_config(a, config);
	else if (config >= 0)
		close(config);
	if (!err)
		err = sandbox_seccomp(SANDBOX_AAA);
	if (!err) {
		a->store = store_new(a->loop, &a->monitor, a->config);
		a->workers = workers_new(a->loop, RESOLVERS, RESOLVE_QUEUE);
		a->radius = radius_new(a);
		a->tacacs = tacacs_new(a);
		a->ipsec = ipsec_new(a->loop, &a->monitor, &a->engine);
		err = a->store && a->workers && a->radius && a->tacacs &&
				      a->ipsec ?
			      0 :
			      -ENOMEM;
		if (!err)
			a->acct = acct_new(a, &err);
		if (!err)
			err = coa_start(a);
		auth_warn(a->config);
	}
	if (err) {
		if (engine >= 0)
			close(engine);
		return err;
	}
	return open_engine(a, engine);
}

/* It has died, which we may not have noticed yet; what it said counts. */
static void engine_died(struct aaa *a)
{
	aaa_engine_drain(&a->engine);
	if (channel_is_open(&a->engine.channel))
		on_engine_closed(&a->engine.channel);
}

static void next_engine(struct aaa *a, struct ipc_message *m)
{
	int fd = ipc_take_fd(m, 0), err = fd < 0 ? fd : 0;

	engine_died(a);
	/* Before the next one's Accounting-On. */
	acct_end_running(a->acct);
	if (!err)
		err = open_engine(a, fd);
	if (!err)
		return;
	log_error("another engine cannot be served: %s", strerror(-err));
	loop_stop(a->loop);
}

static void secret_changed(struct aaa *a, const struct aaa_open *file)
{
	if (!file || !ipc_is_text(file->name))
		return;
	if (file->kind == AAA_FILE_RADIUS)
		radius_secret_changed(a->radius, file->name);
	else if (file->kind == AAA_FILE_TACACS)
		tacacs_secret_changed(a->tacacs, file->name);
	else if (file->kind == AAA_FILE_COA)
		coa_secret_changed(a->coa, file->name);
}

static void counted(struct aaa *a, const struct aaa_counted *c)
{
	engine_died(a);
	if (c && c->n <= AAA_COUNTED_MAX)
		acct_counted(a->acct, c);
}

static void on_monitor_message(struct channel *c, struct ipc_message *m)
{
	struct aaa *a = container_of(c, struct aaa, monitor);
	int err;

	if (m->header.type == AAA_ENGINE && a->config) {
		next_engine(a, m);
		return;
	}
	if (m->header.type == AAA_CHANGED && a->config) {
		secret_changed(a, ipc_body(m, struct aaa_open));
		return;
	}
	if (m->header.type == AAA_COUNTED && a->config) {
		counted(a, ipc_body(m, struct aaa_counted));
		return;
	}
	if (m->header.type == AAA_ALIVE) {
		if (channel_event(c, AAA_ALIVE, NULL, 0, NULL, 0))
			log_error("the monitor cannot be answered, and takes "
				  "this process for hung");
		return;
	}
	if (m->header.type != AAA_START || a->config) {
		log_warn("the monitor sent message %u, which does not belong "
			 "here",
			 m->header.type);
		return;
	}
	err = start(a, m);
	if (err) {
		log_error("the aaa process cannot start: %s", strerror(-err));
		loop_stop(a->loop);
	}
}

static void on_monitor_closed(struct channel *c)
{
	struct aaa *a = container_of(c, struct aaa, monitor);

	/* The engine's last words, and no other engine comes. */
	if (a->config && a->acct) {
		engine_died(a);
		acct_end_running(a->acct);
	}
	loop_stop(a->loop);
}

/* ---- the process ---- */

/*
 * The resolver's threads end with the process: one may be
 * waiting for an answer.
 */
static void clear(struct aaa *a)
{
	channel_close(&a->engine.channel);
	channel_close(&a->monitor);
	loop_timer_stop(&a->log_window);
	remember_fini(&a->remember);
	acct_free(a->acct);
	coa_free(a->coa);
	ipsec_free(a->ipsec);
	radius_free(a->radius);
	tacacs_free(a->tacacs);
	store_free(a->store);
	crypto_fini();
}

int aaa_main(int monitor_fd)
{
	static struct aaa a; /* the threads know it until the end */
	int err;

	a.monitor.fd = a.engine.channel.fd = -1;
	signal(SIGPIPE, SIG_IGN);
	/* the terminal's; the monitor says when to stop */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	err = crypto_init();
	if (!err)
		err = sandbox_drop(SANDBOX_USER_AAA, NULL);
	if (!err) {
		a.loop = loop_new();
		err = a.loop ? 0 : -ENOMEM;
	}
	if (!err)
		err = channel_open(&a.monitor, a.loop, monitor_fd,
				   on_monitor_message, on_monitor_closed);
	if (err) {
		log_error("the aaa process cannot start: %s", strerror(-err));
		return EXIT_FAILURE;
	}
	err = loop_run(a.loop);
	clear(&a);
	return err || !a.config ? EXIT_FAILURE : EXIT_SUCCESS;
}
