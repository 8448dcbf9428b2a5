/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's start, its turn of the loop and its end. It comes up in steps,
 * each an answer of the monitor's: configuration, secrets, listeners; then it
 * gives up its privileges and says that it is ready.
 */
#include "engine/engine.h"
#include "engine/internal.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/sandbox.h"

#define LOG_RATE	20	/* lines a second that peers may cause */
#define STOP_GRACE_MS	15000	/* for pppds to end and calls to be cleared */
#define STOP_ACK_MS	3000	/* then, for the last acknowledgements */
#define STOP_POLL_MS	50
#define CLIENTS_MAX	256	/* connections of l2tpctl and of pppds that dial */
#define ACCEPT_PAUSE_MS	1000

void engine_random(void *ctx, void *buf, size_t len)
{
	/*
	 * Session ids and the like are asked for two bytes at a time; one
	 * system call serves many.
	 */
	static uint8_t pool[512];
	static size_t left;
	uint8_t *out = buf;

	(void)ctx;
	while (len) {
		size_t n;

		if (!left) {
			if (getrandom(pool, sizeof(pool), 0) != (ssize_t)sizeof(pool))
				abort();	/* never go on without randomness */
			left = sizeof(pool);
		}
		n = len < left ? len : left;
		memcpy(out, pool + sizeof(pool) - left, n);
		explicit_bzero(pool + sizeof(pool) - left, n);
		left -= n;
		out += n;
		len -= n;
	}
}

struct l2tp_cause cause_make(uint16_t result, uint16_t error, const char *fmt, ...)
{
	struct l2tp_cause c = { .result = result, .error = error };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c.text, sizeof(c.text), fmt, ap);
	va_end(ap);
	return c;
}

bool engine_may_log(struct engine *e)
{
	uint64_t now = engine_now(e);

	if (now - e->log_window_ms >= 1000) {
		if (e->log_count > LOG_RATE)
			log_warn("%u more lines of the last second were left out", e->log_count - LOG_RATE);
		e->log_window_ms = now;
		e->log_count = 0;
	}
	if (++e->log_count <= LOG_RATE)
		return true;
	e->counters.logs_suppressed++;
	return false;
}

void engine_defer(struct engine *e, void (*fn)(void *), void *arg)
{
	if (e->todo_n == e->todo_size) {
		size_t size = e->todo_size ? e->todo_size * 2 : 64;
		struct deferred *todo = reallocarray(e->todo, size, sizeof(*todo));

		if (!todo)
			abort();	/* crash-only: a lost step would leave a call half made */
		e->todo = todo;
		e->todo_size = size;
	}
	e->todo[e->todo_n++] = (struct deferred){ fn, arg };
}

static void free_garbage(struct engine *e)
{
	while (e->garbage_calls) {
		struct call *c = e->garbage_calls;

		e->garbage_calls = c->garbage_next;
		free(c->user);
		free(c->ppp_reason);
		free(c->cause);
		free(c);
	}
	while (e->garbage_tunnels) {
		struct tunnel *t = e->garbage_tunnels;

		e->garbage_tunnels = t->garbage_next;
		sock_free(t->sock);
		free(t);
	}
	socks_collect(e);
	dials_collect(e);
}

void engine_settle(struct engine *e)
{
	struct l2tp_tunnel *core;
	bool more;

	if (e->settling || !e->core)
		return;
	e->settling = true;
	do {
		more = effects_take(e);
		if (e->todo_at < e->todo_n) {
			struct deferred d = e->todo[e->todo_at++];

			d.fn(d.arg);
			more = true;
		} else {
			e->todo_at = e->todo_n = 0;
		}
	} while (more);
	while ((core = l2tp_deadline_changed(e->core))) {
		struct tunnel *t = l2tp_tunnel_user(core);

		if (t)
			tunnel_set_timer(t);
	}
	e->settling = false;
}

static void on_idle(void *arg)
{
	struct engine *e = arg;

	engine_settle(e);
	free_garbage(e);
}

/* ---- local clients ---- */

static void on_accept_again(struct loop_timer *t)
{
	struct engine *e = container_of(t, struct engine, accept_timer);

	if (control_serve(e) || dial_serve(e))
		log_error("local clients can no longer be served");
}

bool engine_may_serve(struct engine *e, int fd)
{
	if (fd >= 0 && e->clients < CLIENTS_MAX)
		return true;
	if (fd >= 0)
		close(fd);
	else if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR)
		return false;
	/* Too many, or no fd left: else the loop would do nothing but this. */
	loop_io_stop(&e->control_io);
	loop_io_stop(&e->dial_io);
	loop_timer_set(e->loop, &e->accept_timer, engine_now(e) + ACCEPT_PAUSE_MS, on_accept_again);
	return false;
}

/* ---- the end ---- */

static bool all_down(const struct engine *e)
{
	for (const struct tunnel *t = e->tunnels; t; t = t->next)
		if (!t->down)
			return false;
	return true;
}

static bool all_acknowledged(const struct engine *e)
{
	for (const struct tunnel *t = e->tunnels; t; t = t->next) {
		struct l2tp_tunnel_counters c;

		l2tp_tunnel_counters(t->core, &c);
		if (c.unacknowledged || c.queued)
			return false;
	}
	return true;
}

static void on_stop_poll(struct loop_timer *timer)
{
	struct engine *e = container_of(timer, struct engine, stop_timer);
	bool down = all_down(e);

	if (down && !e->stop_down) {
		e->stop_down = true;
		accounting_stop(e);
		e->stop_deadline = engine_now(e) + STOP_ACK_MS;
	}
	if (down && all_acknowledged(e) && accounting_is_idle(e)) {
		loop_stop(e->loop);
	} else if (engine_now(e) >= e->stop_deadline && !accounting_is_idle(e)) {
		log_error("the last accounting records could not be left with the aaa process");
		loop_stop(e->loop);
	} else if (engine_now(e) >= e->stop_deadline) {
		log_warn("some peers did not acknowledge the end; they will find out by their own timers");
		loop_stop(e->loop);
	} else {
		loop_timer_set(e->loop, timer, engine_now(e) + STOP_POLL_MS, on_stop_poll);
	}
}

/* Whoever leaves already has a reason of his own. */
static void tell_why(struct engine *e)
{
	struct subscriber *s;
	uint64_t place = 0;

	while ((s = registry_walk(e, &place)))
		if (!s->leaving)
			subscriber_set_end(s->call, SERVICE_END_ADMIN_REBOOT);
}

static void begin_stop(struct engine *e)
{
	struct l2tp_cause cause = cause_make(L2TP_STOPCCN_SHUTDOWN, 0, "l2tpd stops");

	if (e->stopping)
		return;
	e->stopping = true;
	tell_why(e);
	/* What follows from it is deferred: the list stands still meanwhile. */
	for (struct tunnel *t = e->tunnels; t; t = t->next)
		tunnel_close(t, &cause);
	engine_settle(e);
	e->stop_deadline = engine_now(e) + STOP_GRACE_MS;
	loop_timer_set(e->loop, &e->stop_timer, engine_now(e), on_stop_poll);
}

/* ---- the start ---- */

static void fail_start(struct engine *e)
{
	e->status = EXIT_FAILURE;
	loop_stop(e->loop);
}

static void started(struct engine *e)
{
	if (--e->starting > 0)
		return;
	if (e->listen_ready < e->listen_n) {
		fail_start(e);
		return;
	}
	if (sandbox_seccomp(SANDBOX_ENGINE)) {
		fail_start(e);
		return;
	}
	if (control_serve(e) || dial_serve(e)) {
		fail_start(e);
		return;
	}
	for (uint32_t i = 0; i < e->listen_n; i++) {
		char text[ADDR_STRLEN];

		if (sock_start(e->listeners[i])) {
			fail_start(e);
			return;
		}
		if (e->config->listen[i].encap == CONFIG_ENCAP_IP)
			log_info("listening on %s, protocol 115", addr_format(&e->config->listen[i].address, text));
		else
			log_info("listening on %s", addr_format_port(&e->config->listen[i].address, text));
	}
	channel_event(&e->monitor, MONITOR_READY, NULL, 0, NULL, 0);
	if (peers_start(e))
		fail_start(e);
}

static void on_secret(struct secret *s, const char *what, const char *name, int result,
		      struct ipc_message *m, struct engine *e)
{
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);
	int err = fd < 0 ? result : secret_read_fd(s, fd);

	if (fd >= 0)
		close(fd);
	if (err) {
		log_error("%s \"%s\": its secret file cannot be used: %s%s", what, name, strerror(-err),
			  err == -EACCES ? " (it must be readable by its owner only: chmod 600)" :
			  err == -ENODATA ? " (its first line is empty)" : "");
		e->status = EXIT_FAILURE;
		loop_stop(e->loop);
		return;
	}
	started(e);
}

struct secret_request { struct engine *e; struct secret *s; const char *what, *name; };

static void on_secret_file(void *arg, int result, struct ipc_message *m)
{
	struct secret_request *r = arg;

	on_secret(r->s, r->what, r->name, result, m, r->e);
	free(r);
}

static int ask_secret(struct engine *e, struct secret *s, int kind, const char *name, const char *file)
{
	static const char *const what[] = {
		[MONITOR_SECRET_LNS] = "lns", [MONITOR_SECRET_LAC] = "lac",
		[MONITOR_SECRET_LCCE] = "lcce", [MONITOR_SECRET_LCCE_OLD] = "lcce",
	};
	struct monitor_secret body = { .kind = kind };
	struct secret_request *r;

	if (!file)
		return 0;
	r = malloc(sizeof(*r));
	if (!r)
		return -ENOMEM;
	*r = (struct secret_request){ e, s, what[kind], name };
	snprintf(body.name, sizeof(body.name), "%s", name);
	e->starting++;
	return channel_request(&e->monitor, MONITOR_SECRET, &body, sizeof(body), NULL, 0, on_secret_file, r);
}

static int ask_secrets(struct engine *e)
{
	const struct config *c = e->config;
	int err = 0;

	for (size_t i = 0; !err && i < c->lns_n; i++)
		err = ask_secret(e, &e->lns_secrets[i], MONITOR_SECRET_LNS, c->lns[i].name,
				 c->lns[i].tunnel.secret_file);
	for (struct peer *p = e->peers; !err && p; p = p->next) {
		err = ask_secret(e, &p->secret, p->lcce ? MONITOR_SECRET_LCCE : MONITOR_SECRET_LAC, p->name,
				 p->cfg.secret_file);
		if (!err && p->lcce)
			err = ask_secret(e, &p->old_secret, MONITOR_SECRET_LCCE_OLD, p->name,
					 p->lcce->old_secret_file);
	}
	return err;
}

static void on_listen(void *arg, int result, struct ipc_message *m)
{
	struct engine *e = arg;
	uint32_t i = e->listen_ready;
	const struct addr *address = &e->config->listen[i].address;
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);

	if (fd >= 0)
		e->listeners[i] = sock_new(e, fd, address, NULL);
	if (fd < 0 || !e->listeners[i]) {
		char text[ADDR_STRLEN];

		log_error("listen: %s: %s", addr_format_port(address, text), strerror(result ? -result : ENOMEM));
		fail_start(e);
		return;
	}
	e->listen_ready++;
	started(e);
}

static int configure(struct engine *e, int fd)
{
	char err[512];
	struct l2tp_limits limits;
	struct l2tp_env env = { .random = engine_random };
	FILE *f = fdopen(fd, "r");

	if (!f) {
		close(fd);
		return -errno;
	}
	e->config = config_parse(f, "configuration", err, sizeof(err));
	fclose(f);
	if (!e->config) {
		log_error("%s", err);
		return -EINVAL;
	}
	limits = (struct l2tp_limits){ e->config->max_tunnels, e->config->max_half_open,
				       e->config->max_sessions };
	e->core = l2tp_endpoint_new(&env, &limits);
	e->lns_secrets = calloc(e->config->lns_n + 1, sizeof(*e->lns_secrets));
	e->lns_tunnels = calloc(e->config->lns_n + 1, sizeof(*e->lns_tunnels));
	e->listeners = calloc(e->config->listen_n + 1, sizeof(struct sock *));
	if (!e->core || !e->lns_secrets || !e->lns_tunnels || !e->listeners ||
	    pools_start(e) || registry_start(e) || ipv6_start(e))
		return -ENOMEM;
	return 0;
}

static int ask_for_all(struct engine *e)
{
	int err;

	e->starting = 1;	/* our own, so that the answers wait for all questions */
	err = ask_secrets(e);
	for (uint32_t i = 0; !err && i < e->listen_n; i++) {
		struct monitor_listen body = { .index = i };

		e->starting++;
		err = channel_request(&e->monitor, MONITOR_LISTEN, &body, sizeof(body), NULL, 0, on_listen, e);
	}
	if (!err)
		started(e);
	return err;
}

static void on_aaa_message(struct channel *c, struct ipc_message *m)
{
	struct engine *e = container_of(c, struct engine, aaa);
	const struct aaa_coa *q = ipc_body(m, struct aaa_coa);
	const struct aaa_ipsec_state *x = ipc_body(m, struct aaa_ipsec_state);

	if (m->header.type == AAA_COA && q)
		coa_request(e, q);
	else if (m->header.type == AAA_IPSEC_STATE && x)
		ipsec_state(e, x);
	else
		log_warn("the aaa process sent message %u, which the engine does not know", m->header.type);
	engine_settle(e);
}

static void on_aaa_closed(struct channel *c)
{
	log_warn("the aaa process is gone: until it is back nobody can authenticate");
	channel_close(c);
}

static int set_aaa(struct engine *e, struct ipc_message *m, int i)
{
	int fd = ipc_take_fd(m, i);

	if (fd < 0)
		return fd;
	channel_close(&e->aaa);
	return channel_open(&e->aaa, e->loop, fd, on_aaa_message, on_aaa_closed);
}

/* Only it knew the passwords that l2tpctl gave; nobody keeps a copy. */
static void aaa_is_back(struct engine *e)
{
	log_notice("the aaa process is back");
	accounting_again(e);
	ipsec_again(e);
	for (struct peer *p = e->peers; p; p = p->next)
		for (struct peer_session *s = p->sessions; s; s = s->next)
			if (s->remembered && !s->removed)
				log_warn("tunnel \"%s\" session \"%s\": its password was lost with the aaa process; "
					 "delete and add it again",
					 p->name, s->name);
}

static int on_start(struct engine *e, struct ipc_message *m)
{
	const struct monitor_start *start = ipc_body(m, struct monitor_start);
	int err;

	if (!start || m->nfds != 4 || e->config)
		return -EPROTO;
	log_set_level(start->log_level);
	e->listen_n = start->listen_n;
	e->one_tunnel_per_path = start->one_tunnel_per_path;
	if (start->null_dataplane) {
		e->books = dataplane_null_new();
		if (!e->books)
			return -ENOMEM;
	}
	err = configure(e, ipc_take_fd(m, 1));
	if (!err)
		err = set_aaa(e, m, 0);
	if (!err)
		err = accounting_start(e);
	for (size_t i = 0; !err && i < e->config->lac_n; i++)
		err = peer_new(e, e->config->lac[i].name, NULL) ? 0 : -ENOMEM;
	for (size_t i = 0; !err && i < e->config->lcce_n; i++)
		err = lcce_new(e, &e->config->lcce[i]) ? 0 : -ENOMEM;
	e->control_fd = ipc_take_fd(m, 2);
	e->dial_fd = ipc_take_fd(m, 3);
	engine_random(NULL, &e->path_seed, sizeof(e->path_seed));
	return err ? err : ask_for_all(e);
}

static void on_monitor_message(struct channel *c, struct ipc_message *m)
{
	struct engine *e = container_of(c, struct engine, monitor);
	const struct monitor_ppp_exit *x;
	int err = 0;

	switch ((enum monitor_message)m->header.type) {
	case MONITOR_START:
		err = on_start(e, m);
		if (err) {
			log_error("the engine cannot start: %s", strerror(-err));
			fail_start(e);
		}
		return;
	case MONITOR_AAA:
		if (set_aaa(e, m, 0) == 0)
			aaa_is_back(e);
		engine_settle(e);
		return;
	case MONITOR_PPP_EXIT:
		x = ipc_body(m, struct monitor_ppp_exit);
		if (x)
			ppp_exited(e, x);
		return;
	case MONITOR_STOP:
		begin_stop(e);
		return;
	case MONITOR_CIRCUIT:
		if (ipc_body(m, struct monitor_circuit))
			pw_circuit(e, ipc_body(m, struct monitor_circuit));
		return;
	case MONITOR_ADDRESS_GONE:
		if (ipc_body(m, struct addr))
			follow_address_gone(e, ipc_body(m, struct addr));
		return;
	case MONITOR_SECRET:
	case MONITOR_LISTEN:
	case MONITOR_SOCKET:
	case MONITOR_SOURCE:
	case MONITOR_TUNNEL_ADD:
	case MONITOR_TUNNEL_DEL:
	case MONITOR_SOCKET_CLOSE:
	case MONITOR_SESSION_ADD:
	case MONITOR_SESSION_MODIFY:
	case MONITOR_SESSION_DEL:
	case MONITOR_SESSION_STATS:
	case MONITOR_TUNNEL_STATS:
	case MONITOR_SESSION_FD:
	case MONITOR_PPP_START:
	case MONITOR_PPP_STOP:
	case MONITOR_ROUTE:
	case MONITOR_STATIC_ADD:
	case MONITOR_STATIC_SESSION_ADD:
	case MONITOR_STATIC_DEL:
	case MONITOR_STATIC_FIND:
	case MONITOR_STATIC_SHOW:
	case MONITOR_NET:
	case MONITOR_LINK_STATS:
	case MONITOR_SCRIPT:
	case MONITOR_PW:
	case MONITOR_PW_ADD:
	case MONITOR_PW_DEL:
	case MONITOR_PW_PEER:
	case MONITOR_PW_SHOW:
	case MONITOR_IPSEC:
	case MONITOR_READY:
		/* A reply without its request: there is none such. */
		log_warn("the monitor sent message %u unasked", m->header.type);
	}
}

static void on_monitor_closed(struct channel *c)
{
	struct engine *e = container_of(c, struct engine, monitor);

	log_error("the monitor is gone");
	e->status = EXIT_FAILURE;
	loop_stop(e->loop);
}

static void engine_free(struct engine *e)
{
	/* First, while all is there that the outstanding answers concern. */
	e->stopping = true;
	channel_close(&e->aaa);
	channel_close(&e->monitor);
	engine_settle(e);
	loop_timer_stop(&e->accept_timer);
	controls_free(e);
	dials_free(e);
	peers_free(e);
	for (struct tunnel *mine = e->tunnels; mine; mine = mine->next) {
		loop_timer_stop(&mine->timer);
		while (mine->calls) {
			struct call *c = mine->calls;

			mine->calls = c->next;
			channel_close(&c->ppp);
			loop_timer_stop(&c->timer);
			subscriber_free(c);
			c->garbage_next = e->garbage_calls;
			e->garbage_calls = c;
		}
		mine->garbage_next = e->garbage_tunnels;
		e->garbage_tunnels = mine;
	}
	free_garbage(e);
	if (e->core)
		l2tp_endpoint_free(e->core);
	for (uint32_t i = 0; e->listeners && i < e->listen_n; i++)
		sock_free(e->listeners[i]);
	socks_collect(e);
	accounting_free(e);
	ipv6_free(e);
	registry_free(e);
	pools_free(e);
	for (size_t i = 0; e->lns_secrets && e->config && i < e->config->lns_n; i++)
		secret_clear(&e->lns_secrets[i]);
	if (e->books)
		e->books->ops->free(e->books);
	table_fini(&e->ppp_calls);
	table_fini(&e->pseudowires);
	table_fini(&e->paths);
	loop_timer_stop(&e->stop_timer);
	free(e->listeners);
	free(e->lns_secrets);
	free(e->lns_tunnels);
	free(e->todo);
	config_free(e->config);
	loop_free(e->loop);
}

/*
 * Whatever a library opens at its first use, it opens now: later there is no
 * file system, and a call to open ends the process.
 */
static void warm_up(void)
{
	static const uint8_t nothing[16];
	struct secret secret = { 0 };
	uint8_t digest[16];
	size_t seed;

	engine_random(NULL, &seed, sizeof(seed));
	json_object_seed(seed | 1);
	if (l2tp_challenge_response(digest, L2TP_SCCRP, &secret, nothing, sizeof(nothing)))
		log_error("OpenSSL has no MD5: tunnels with a secret cannot be opened");
	tzset();
}

int engine_main(int monitor_fd, const char *runtime_dir)
{
	struct engine e = { .aaa.fd = -1, .monitor.fd = -1, .control_fd = -1, .dial_fd = -1 };
	char root[512];
	int err;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);	/* the terminal's; the monitor says when to stop */
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	e.loop = loop_new();
	if (!e.loop)
		return EXIT_FAILURE;
	e.started_ms = loop_now_fresh(e.loop);
	warm_up();
	/* The root and the user first: nothing that was sent is read before. */
	snprintf(root, sizeof(root), "%s/empty", runtime_dir);
	err = sandbox_drop(SANDBOX_USER_ENGINE, root);
	if (!err)
		err = channel_open(&e.monitor, e.loop, monitor_fd, on_monitor_message, on_monitor_closed);
	if (err) {
		log_error("the engine cannot start: %s", strerror(-err));
		return EXIT_FAILURE;
	}
	loop_set_idle(e.loop, on_idle, &e);
	loop_run(e.loop);
	engine_free(&e);
	return e.status;
}
