/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of the engine and of the aaa process; see roles.h. */
#include "monitor/roles.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/aaa.h"
#include "ipc/monitor.h"
#include "lib/log.h"
#include "monitor/files.h"
#include "monitor/vici.h"

#define ROLE_FD	       3
#define RESTART_MIN_MS 1000
#define RESTART_MAX_MS 60000
#define ROLE_STABLE_MS 60000

static void on_engine_message(struct channel *c, struct ipc_message *msg)
{
	struct roles *r = container_of(c, struct roles, engine.channel);

	r->options.request(r->options.ctx, msg);
}

static void on_aaa_message(struct channel *c, struct ipc_message *msg)
{
	struct roles *r = container_of(c, struct roles, aaa.channel);
	struct aaa_open *open = ipc_body(msg, struct aaa_open);
	int fd = -EINVAL;

	if (msg->header.type == AAA_OPEN && open && ipc_is_text(open->name) &&
	    ipc_is_text(open->session))
		fd = monitor_open_aaa_file(r->options.config, (int)open->kind,
					   open->name, open->session);
	else if (msg->header.type == AAA_VICI && msg->len == 0)
		fd = monitor_vici(r->options.monitor->vici);
	channel_reply(c, &msg->header, fd < 0 ? fd : 0, NULL, 0, &fd,
		      fd < 0 ? 0 : 1);
	if (fd >= 0)
		close(fd);
}

/*
 * Its exit is seen by SIGCHLD. A process that closed its channel and does not
 * exit is killed.
 */
static void on_engine_closed(struct channel *c)
{
	struct roles *r = container_of(c, struct roles, engine.channel);

	if (r->engine.pid > 0 && !r->stopping)
		kill(r->engine.pid, SIGKILL);
}

static void on_aaa_closed(struct channel *c)
{
	struct roles *r = container_of(c, struct roles, aaa.channel);

	if (r->aaa.pid > 0)
		kill(r->aaa.pid, SIGKILL);
}

/*
 * Only async-signal-safe calls between fork and exec: other threads may exist.
 */
static void exec_role(const struct monitor_options *o, const struct role *role,
		      int fd)
{
	char level[16];
	char *argv[] = {
		(char *)(uintptr_t) "l2tpd",
		(char *)(uintptr_t) "--role",
		(char *)(uintptr_t)role->name,
		(char *)(uintptr_t) "--log-level",
		level,
		(char *)(uintptr_t) "--runtime-dir",
		(char *)(uintptr_t)o->runtime_dir,
		(char *)(uintptr_t)(o->foreground ? "--foreground" :
						    "--background"),
		NULL,
	};
	sigset_t none;

	level[0] = (char)('0' + o->log_level % 10);
	level[1] = '\0';
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/*
	 * In the background it logs to syslog; an open stderr would keep
	 * waiting who started us.
	 */
	if (!o->foreground && access("/dev/log", W_OK) == 0)
		dup2(STDOUT_FILENO, STDERR_FILENO);
	if (fd == ROLE_FD ? fcntl(fd, F_SETFD, 0) < 0 : dup2(fd, ROLE_FD) < 0)
		_exit(126);
	execv("/proc/self/exe", argv);
	_exit(127);
}

static int spawn(struct roles *r, struct role *role,
		 void (*message)(struct channel *, struct ipc_message *),
		 void (*closed)(struct channel *))
{
	int sv[2], err = ipc_pair(sv);
	pid_t pid;

	if (err)
		return err;
	pid = fork();
	if (pid < 0) {
		err = -errno;
		close(sv[0]);
		close(sv[1]);
		return err;
	}
	if (pid == 0)
		exec_role(r->options.monitor, role, sv[1]);
	close(sv[1]);
	role->pid = pid;
	role->started_ms = loop_now_fresh(r->options.loop);
	err = channel_open(&role->channel, r->options.loop, sv[0], message,
			   closed);
	if (err) {
		close(sv[0]);
		role->channel.fd = -1;
	}
	return err;
}

/* Ends a role at once, and reaps it: no exit is seen. */
static void drop(struct role *role)
{
	if (role->pid > 0) {
		kill(role->pid, SIGKILL);
		waitpid(role->pid, NULL, 0);
	}
	role->pid = 0;
	channel_close(&role->channel);
}

static int config_fd(const struct roles *r)
{
	return monitor_config_fd(r->options.config_text, r->options.config_len);
}

/* The aaa process, with its end of the channel to the engine. */
static int start_aaa(struct roles *r, int engine_fd)
{
	const struct roles_options *o = &r->options;
	struct aaa_start start = {
		.has_queue = o->queue_fd >= 0,
		.has_coa = o->coa_fd >= 0,
	};
	int fds[IPC_FDS_MAX], n = 0, config, err;

	err = spawn(r, &r->aaa, on_aaa_message, on_aaa_closed);
	if (err)
		return err;
	config = config_fd(r);
	fds[n++] = engine_fd;
	fds[n++] = config;
	if (o->queue_fd >= 0)
		fds[n++] = o->queue_fd;
	if (o->coa_fd >= 0)
		fds[n++] = o->coa_fd;
	err = config < 0 ? config :
			   channel_event(&r->aaa.channel, AAA_START, &start,
					 sizeof(start), fds, n);
	if (config >= 0)
		close(config);
	return err;
}

/*
 * One that runs goes on with another engine: it knows passwords that nobody
 * else does, and has records that no server has acknowledged. False when there
 * is none, or it has just died.
 */
static bool hand_over(struct roles *r, int engine_fd)
{
	return r->aaa.pid > 0 && channel_is_open(&r->aaa.channel) &&
	       channel_event(&r->aaa.channel, AAA_ENGINE, NULL, 0, &engine_fd,
			     1) == 0;
}

/*
 * An aaa process that serves an engine; *engine_fd is the engine's end, which
 * the caller closes.
 */
static int have_aaa(struct roles *r, int *engine_fd)
{
	int sv[2], err = ipc_pair(sv);

	if (err)
		return err;
	if (!hand_over(r, sv[0])) {
		drop(&r->aaa);
		err = start_aaa(r, sv[0]);
	}
	close(sv[0]);
	if (err) {
		close(sv[1]);
		drop(&r->aaa);
	} else {
		*engine_fd = sv[1];
	}
	return err;
}

/* Numbers for its sessions' links that no other engine has. */
static uint64_t first_link(uint64_t engines)
{
	return engines << MONITOR_LINK_BITS | 1;
}

static int start_engine(struct roles *r)
{
	const struct roles_options *o = &r->options;
	struct monitor_start start = {
		.null_dataplane = o->monitor->null_dataplane,
		.one_tunnel_per_path = o->one_tunnel_per_path,
		.sessions_most = o->sessions_most,
		.log_level = o->monitor->log_level,
		.listen_n = (uint32_t)o->config->listen_n,
		.first_link = first_link(r->engines),
	};
	int aaa = -1, config = -1, err;

	loop_timer_stop(&r->aaa.restart);
	o->engine_starts(o->ctx, start.first_link);
	err = have_aaa(r, &aaa);
	if (err)
		return err;
	err = spawn(r, &r->engine, on_engine_message, on_engine_closed);
	r->engines++;
	if (!err) {
		config = config_fd(r);
		err = config < 0 ?
			      config :
			      channel_event(&r->engine.channel, MONITOR_START,
					    &start, sizeof(start),
					    (int[]){ aaa, config, o->control_fd,
						     o->dial_fd },
					    4);
	}
	close(aaa);
	if (config >= 0)
		close(config);
	if (err)
		drop(&r->engine);
	return err;
}

/* Another aaa process for the engine that runs. */
static int replace_aaa(struct roles *r)
{
	int fd = -1, err;

	/*
	 * Without an engine there is nobody to serve: it comes
	 * with the next one.
	 */
	if (r->engine.pid == 0 || !channel_is_open(&r->engine.channel))
		return 0;
	err = have_aaa(r, &fd);
	if (err)
		return err;
	err = channel_event(&r->engine.channel, MONITOR_AAA, NULL, 0, &fd, 1);
	close(fd);
	if (err)
		drop(&r->aaa);
	return err;
}

static void on_engine_restart(struct loop_timer *t);
static void on_aaa_restart(struct loop_timer *t);

/*
 * Plans another start after a pause, which doubles with each failure. Returns
 * its seconds.
 */
static unsigned int schedule(struct roles *r, struct role *role)
{
	unsigned int doubled = role->failures > 6 ? 6 : role->failures - 1;
	uint64_t delay = (uint64_t)RESTART_MIN_MS << doubled;

	if (delay > RESTART_MAX_MS)
		delay = RESTART_MAX_MS;
	loop_timer_set(r->options.loop, &role->restart,
		       loop_now(r->options.loop) + delay,
		       role == &r->engine ? on_engine_restart : on_aaa_restart);
	return (unsigned int)(delay / 1000);
}

/*
 * It may be that processes, files or memory are short now and not
 * later: l2tpd goes on.
 */
static void try_later(struct roles *r, struct role *role, int err)
{
	role->failures++;
	log_error("the %s process cannot be started: %s; the next try is in %u "
		  "s",
		  role->name, strerror(-err), schedule(r, role));
}

static void on_engine_restart(struct loop_timer *t)
{
	struct roles *r = container_of(t, struct roles, engine.restart);
	int err = start_engine(r);

	if (err)
		try_later(r, &r->engine, err);
}

static void on_aaa_restart(struct loop_timer *t)
{
	struct roles *r = container_of(t, struct roles, aaa.restart);
	int err = replace_aaa(r);

	if (err)
		try_later(r, &r->aaa, err);
}

/* ---- their ends ---- */

static void describe(int status, char *buf, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(buf, size, "signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(buf, size, "exit status %d", WEXITSTATUS(status));
}

/* Reads what it sent before it exited: the ends of its calls. */
static void take_last_words(struct role *role)
{
	struct pollfd p = { .fd = role->channel.fd, .events = POLLIN };

	while (channel_is_open(&role->channel) && !role->channel.broken &&
	       poll(&p, 1, 0) == 1)
		channel_work(&role->channel, LOOP_READ);
}

/* It ends l2tpd when that stops, or when no engine has ever come up. */
static bool is_the_end(struct roles *r, const struct role *role, bool clean,
		       const char *how)
{
	if (r->stopping) {
		if (!clean)
			log_warn("the %s process ended with %s", role->name,
				 how);
		if (role == &r->engine)
			r->options.over(r->options.ctx, EXIT_SUCCESS);
		return true;
	}
	if (role != &r->engine || r->ready)
		return false;
	/* Starting it again would not help. */
	log_error("the engine did not start: %s", how);
	r->options.over(r->options.ctx, EXIT_FAILURE);
	return true;
}

static void exited(struct roles *r, struct role *role, int status)
{
	bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	uint64_t now = loop_now_fresh(r->options.loop);
	char how[64];

	role->pid = 0;
	if (clean)
		take_last_words(role);
	channel_close(&role->channel);
	describe(status, how, sizeof(how));
	if (role == &r->engine) {
		/*
		 * Another aaa process would serve nobody yet: it comes with the
		 * next engine.
		 */
		loop_timer_stop(&r->aaa.restart);
		r->options.engine_gone(r->options.ctx);
	}
	if (is_the_end(r, role, clean, how))
		return;
	role->failures = now - role->started_ms < ROLE_STABLE_MS ?
				 role->failures + 1 :
				 1;
	if (role == &r->aaa && r->engine.pid == 0)
		log_error("the aaa process ended with %s; another comes with "
			  "the engine",
			  how);
	else
		log_error("the %s process died with %s; another starts in %u s",
			  role->name, how, schedule(r, role));
}

bool roles_reaped(struct roles *r, pid_t pid, int status)
{
	struct role *both[] = { &r->engine, &r->aaa };

	for (size_t i = 0; i < 2; i++) {
		if (both[i]->pid == pid) {
			exited(r, both[i], status);
			return true;
		}
	}
	return false;
}

/* ---- for monitor.c ---- */

void roles_init(struct roles *r)
{
	*r = (struct roles){
		.engine = { .name = "engine", .channel.fd = -1 },
		.aaa = { .name = "aaa", .channel.fd = -1 },
	};
}

int roles_start(struct roles *r)
{
	return start_engine(r);
}

int roles_stop(struct roles *r)
{
	r->stopping = true;
	if (r->engine.pid == 0)
		return -ESRCH;
	return channel_event(&r->engine.channel, MONITOR_STOP, NULL, 0, NULL,
			     0);
}

static void end(struct role *role)
{
	loop_timer_stop(&role->restart);
	drop(role);
}

void roles_end(struct roles *r)
{
	end(&r->engine);
	end(&r->aaa);
}
