/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine and the aaa process: starting them from our own binary with one
 * channel each, handing them what they need, and starting them again when one
 * dies.
 */
#include "monitor/internal.h"

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
#include "lib/log.h"
#include "monitor/files.h"
#include "monitor/script.h"
#include "monitor/vici.h"

#define ROLE_FD			3
#define RESTART_MIN_MS		1000
#define RESTART_MAX_MS		60000
#define ROLE_STABLE_MS		60000

static void on_engine_message(struct channel *c, struct ipc_message *msg)
{
	monitor_request(container_of(c, struct monitor, engine.channel), msg);
}

static void on_aaa_message(struct channel *c, struct ipc_message *msg)
{
	struct monitor *m = container_of(c, struct monitor, aaa.channel);
	struct aaa_open *open = ipc_body(msg, struct aaa_open);
	int fd = -EINVAL;

	if (msg->header.type == AAA_OPEN && open && ipc_is_text(open->name) &&
	    ipc_is_text(open->session))
		fd = monitor_open_aaa_file(m->config, (int)open->kind, open->name, open->session);
	else if (msg->header.type == AAA_VICI && msg->len == 0)
		fd = monitor_vici(m->options.vici);
	channel_reply(c, &msg->header, fd < 0 ? fd : 0, NULL, 0, &fd, fd < 0 ? 0 : 1);
	if (fd >= 0)
		close(fd);
}

/* The exit follows as SIGCHLD; a process that closed its channel and stays is ended. */
static void on_engine_closed(struct channel *c)
{
	struct monitor *m = container_of(c, struct monitor, engine.channel);

	if (m->engine.pid > 0 && !m->stopping)
		kill(m->engine.pid, SIGKILL);
}

static void on_aaa_closed(struct channel *c)
{
	struct monitor *m = container_of(c, struct monitor, aaa.channel);

	if (m->aaa.pid > 0)
		kill(m->aaa.pid, SIGKILL);
}

/* Only async-signal-safe calls between fork and exec: other threads may exist. */
static void exec_role(const struct monitor *m, const struct role *r, int fd)
{
	char level[16];
	char *argv[] = {
		(char *)(uintptr_t)"l2tpd", (char *)(uintptr_t)"--role", (char *)(uintptr_t)r->name,
		(char *)(uintptr_t)"--log-level", level,
		(char *)(uintptr_t)"--runtime-dir", (char *)(uintptr_t)m->options.runtime_dir,
		(char *)(uintptr_t)(m->options.foreground ? "--foreground" : "--background"), NULL,
	};
	sigset_t none;

	level[0] = (char)('0' + m->options.log_level % 10);
	level[1] = '\0';
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* In the background it logs to syslog: who started us is not kept waiting for its stderr. */
	if (!m->options.foreground && access("/dev/log", W_OK) == 0)
		dup2(STDOUT_FILENO, STDERR_FILENO);
	if (fd == ROLE_FD ? fcntl(fd, F_SETFD, 0) < 0 : dup2(fd, ROLE_FD) < 0)
		_exit(126);
	execv("/proc/self/exe", argv);
	_exit(127);
}

static int spawn(struct monitor *m, struct role *r,
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
		exec_role(m, r, sv[1]);
	close(sv[1]);
	r->pid = pid;
	r->started_ms = loop_now_fresh(m->loop);
	err = channel_open(&r->channel, m->loop, sv[0], message, closed);
	if (err) {
		close(sv[0]);
		r->channel.fd = -1;
	}
	return err;
}

/* Ends a role at once, and reaps it: no exit is seen. */
static void drop(struct role *r)
{
	if (r->pid > 0) {
		kill(r->pid, SIGKILL);
		waitpid(r->pid, NULL, 0);
	}
	r->pid = 0;
	channel_close(&r->channel);
}

/* The aaa process, with a fresh channel to the engine; *engine_fd is the engine's end. */
static int start_aaa(struct monitor *m, int *engine_fd)
{
	struct aaa_start start = { .has_queue = m->queue_fd >= 0, .has_coa = m->coa_fd >= 0 };
	int sv[2], fds[IPC_FDS_MAX], n = 0, config = -1, err;

	err = ipc_pair(sv);
	if (err)
		return err;
	err = spawn(m, &m->aaa, on_aaa_message, on_aaa_closed);
	if (!err) {
		config = monitor_config_fd(m->config_text, m->config_len);
		fds[n++] = sv[0];
		fds[n++] = config;
		if (m->queue_fd >= 0)
			fds[n++] = m->queue_fd;
		if (m->coa_fd >= 0)
			fds[n++] = m->coa_fd;
		err = config < 0 ? config :
			channel_event(&m->aaa.channel, AAA_START, &start, sizeof(start), fds, n);
	}
	close(sv[0]);
	if (config >= 0)
		close(config);
	if (err) {
		close(sv[1]);
		drop(&m->aaa);
	} else {
		*engine_fd = sv[1];
	}
	return err;
}

static int start_engine(struct monitor *m)
{
	struct monitor_start start = {
		.null_dataplane = m->options.null_dataplane,
		.one_tunnel_per_path = m->dp->one_tunnel_per_path,
		.log_level = m->options.log_level,
		.listen_n = (uint32_t)m->config->listen_n,
	};
	int aaa = -1, config = -1, err;

	/* Both start together: the channel between them is of this pair. */
	loop_timer_stop(&m->aaa.restart);
	drop(&m->aaa);
	err = start_aaa(m, &aaa);
	if (err)
		return err;
	err = spawn(m, &m->engine, on_engine_message, on_engine_closed);
	if (!err) {
		config = monitor_config_fd(m->config_text, m->config_len);
		err = config < 0 ? config :
			channel_event(&m->engine.channel, MONITOR_START, &start, sizeof(start),
				      (int[]){ aaa, config, m->control_fd, m->dial_fd }, 4);
	}
	close(aaa);
	if (config >= 0)
		close(config);
	if (err) {
		drop(&m->engine);
		drop(&m->aaa);
	}
	return err;
}

int role_start(struct monitor *m, struct role *r)
{
	int fd = -1, err;

	if (r == &m->engine)
		return start_engine(m);
	/* Without an engine there is nobody to serve: it comes with the next one. */
	if (m->engine.pid == 0 || !channel_is_open(&m->engine.channel))
		return 0;
	err = start_aaa(m, &fd);
	if (err)
		return err;
	err = channel_event(&m->engine.channel, MONITOR_AAA, NULL, 0, &fd, 1);
	close(fd);
	if (err)
		drop(&m->aaa);
	return err;
}

static void on_engine_restart(struct loop_timer *t);
static void on_aaa_restart(struct loop_timer *t);

/* Another start after a pause that doubles with each failure; its seconds. */
static unsigned int schedule(struct monitor *m, struct role *r)
{
	uint64_t delay = (uint64_t)RESTART_MIN_MS << (r->failures > 6 ? 6 : r->failures - 1);

	if (delay > RESTART_MAX_MS)
		delay = RESTART_MAX_MS;
	loop_timer_set(m->loop, &r->restart, loop_now(m->loop) + delay,
		       r == &m->engine ? on_engine_restart : on_aaa_restart);
	return (unsigned int)(delay / 1000);
}

/* What is short now (processes, files, memory) may be there later: no reason to stop. */
static void restart(struct monitor *m, struct role *r)
{
	int err = role_start(m, r);

	if (err) {
		r->failures++;
		log_error("the %s process cannot be started: %s; the next try is in %u s", r->name,
			  strerror(-err), schedule(m, r));
	}
}

static void on_engine_restart(struct loop_timer *t)
{
	struct monitor *m = container_of(t, struct monitor, engine.restart);

	restart(m, &m->engine);
}

static void on_aaa_restart(struct loop_timer *t)
{
	struct monitor *m = container_of(t, struct monitor, aaa.restart);

	restart(m, &m->aaa);
}

static void describe(int status, char *buf, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(buf, size, "signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(buf, size, "exit status %d", WEXITSTATUS(status));
}

/* What it sent before it exited, and we have not read yet: the ends of its calls. */
static void take_last_words(struct role *r)
{
	struct pollfd p = { .fd = r->channel.fd, .events = POLLIN };

	while (channel_is_open(&r->channel) && !r->channel.broken && poll(&p, 1, 0) == 1)
		channel_work(&r->channel, LOOP_READ);
}

void role_exited(struct monitor *m, struct role *r, int status)
{
	bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	uint64_t now = loop_now_fresh(m->loop);
	char how[64];

	r->pid = 0;
	if (clean)
		take_last_words(r);
	channel_close(&r->channel);
	describe(status, how, sizeof(how));
	if (r == &m->engine) {
		/* It would serve nobody; the next engine brings its own. */
		loop_timer_stop(&m->aaa.restart);
		monitor_clear(m);
		scripts_all_down(m->scripts, "the engine process ended");
	}
	if (m->stopping) {
		if (!clean)
			log_warn("the %s process ended with %s", r->name, how);
		if (r == &m->engine)
			loop_stop(m->loop);
		return;
	}
	if (r == &m->engine && m->ready_fd >= 0) {
		/* It never came up: starting again would not help. */
		log_error("the engine did not start: %s", how);
		m->status = EXIT_FAILURE;
		loop_stop(m->loop);
		return;
	}
	r->failures = now - r->started_ms < ROLE_STABLE_MS ? r->failures + 1 : 1;
	if (r == &m->aaa && m->engine.pid == 0)
		log_error("the aaa process ended with %s; another comes with the engine", how);
	else
		log_error("the %s process died with %s; another starts in %u s", r->name, how,
			  schedule(m, r));
}
