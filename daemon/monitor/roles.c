/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of the engine and of the aaa process; see roles.h. */
#include "monitor/roles.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ipc/aaa.h"
#include "ipc/monitor.h"
#include "lib/log.h"
#include "monitor/files.h"
#include "monitor/vici.h"

#define AAA_END_MS  3000
#define END_STEP_MS 5

static void on_engine_message(struct channel *c, struct ipc_message *msg)
{
	struct roles *r = container_of(c, struct roles, engine.channel);

	pulse_heard(&r->engine.pulse);
	r->options.request(r->options.ctx, msg);
}

static void on_aaa_message(struct channel *c, struct ipc_message *msg)
{
	struct roles *r = container_of(c, struct roles, aaa.channel);
	struct aaa_open *open = ipc_body(msg, struct aaa_open);
	int fd = -EINVAL;

	pulse_heard(&r->aaa.pulse);
	if (!ipc_message_fits(aaa_open_shapes, aaa_open_shapes_n, msg))
		log_warn("the aaa process sent message %u in a form that is "
			 "not understood",
			 msg->header.type);
	else if (msg->header.type == AAA_ALIVE)
		return;
	else if (msg->header.type == AAA_OPEN)
		fd = monitor_open_aaa_file(r->options.config, (int)open->kind,
					   open->name, open->session);
	else if (msg->header.type == AAA_VICI)
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

	err = role_spawn(&r->aaa, o->loop, o->monitor, on_aaa_message,
			 on_aaa_closed);
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
		role_drop(&r->aaa);
		err = start_aaa(r, sv[0]);
	}
	close(sv[0]);
	if (err) {
		close(sv[1]);
		role_drop(&r->aaa);
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
	err = role_spawn(&r->engine, o->loop, o->monitor, on_engine_message,
			 on_engine_closed);
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
		role_drop(&r->engine);
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
		role_drop(&r->aaa);
	return err;
}

static void on_engine_restart(struct loop_timer *t);
static void on_aaa_restart(struct loop_timer *t);

static unsigned int schedule(struct roles *r, struct role *role)
{
	return role_schedule(role, r->options.loop,
			     role == &r->engine ? on_engine_restart :
						  on_aaa_restart);
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
	if (!r->why[0])
		log_error("the engine ended with %s", how);
	r->options.over(r->options.ctx, EXIT_FAILURE);
	return true;
}

static void exited(struct roles *r, struct role *role, int status)
{
	bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	uint64_t now = loop_now_fresh(r->options.loop);
	char how[64];

	role->pid = 0;
	if (clean || !r->ready)
		take_last_words(role);
	channel_close(&role->channel);
	role_describe(status, how, sizeof(how));
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
	role_count_failure(role, now);
	if (role->pulse.ended)
		snprintf(how, sizeof(how), "signal 9 of ours, for it was hung");
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

/* ---- whether they are there ---- */

static void beat(struct roles *r, struct role *role, uint16_t question)
{
	uint32_t limit = r->options.config->hang_ms;
	struct pulse_sight sight;

	if (role->pid == 0 || !channel_is_open(&role->channel))
		return;
	pulse_look(role->pid, loop_now_fresh(r->options.loop), &sight);
	if (pulse_beat(&role->pulse, &sight, r->beat_ms, limit)) {
		log_error("the %s process has not answered for %u s and is "
			  "killed",
			  role->name, limit / 1000);
		kill(role->pid, SIGKILL);
	} else if (!role->pulse.asked) {
		/* One that cannot be asked, its queue being full, is silent. */
		role->pulse.asked = true;
		if (channel_event(&role->channel, question, NULL, 0, NULL, 0))
			log_debug("the %s process cannot be asked whether it "
				  "is there",
				  role->name);
	}
}

/* Killed, and not gone yet: another one cannot take its place. */
static bool is_stuck(const struct role *role)
{
	return role->pid && role->pulse.ended;
}

static void on_beat(struct loop_timer *t)
{
	struct roles *r = container_of(t, struct roles, beat);
	bool stuck = is_stuck(&r->engine) || is_stuck(&r->aaa);

	beat(r, &r->engine, MONITOR_ALIVE);
	beat(r, &r->aaa, AAA_ALIVE);
	if (!stuck)
		r->options.alive(r->options.ctx);
	loop_timer_set(r->options.loop, t,
		       loop_now(r->options.loop) + r->beat_ms, on_beat);
}

static void start_beats(struct roles *r)
{
	uint32_t limit = r->options.config->hang_ms;

	if (!limit && !r->options.watchdog_us)
		return;
	r->beat_ms = pulse_interval(limit, r->options.watchdog_us);
	loop_timer_set(r->options.loop, &r->beat,
		       loop_now(r->options.loop) + r->beat_ms, on_beat);
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
	start_beats(r);
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

/* Waits for its exit, which its closed channel asks for. */
static void wait_for_exit(struct role *role, uint64_t ms)
{
	const struct timespec pause = { .tv_nsec = END_STEP_MS * 1000000L };

	channel_close(&role->channel);
	for (uint64_t waited = 0; role->pid > 0 && waited < ms;
	     waited += END_STEP_MS) {
		if (waitpid(role->pid, NULL, WNOHANG) == role->pid)
			role->pid = 0;
		else
			nanosleep(&pause, NULL);
	}
}

void roles_end(struct roles *r)
{
	loop_timer_stop(&r->beat);
	loop_timer_stop(&r->engine.restart);
	loop_timer_stop(&r->aaa.restart);
	role_drop(&r->engine);
	/* It may have to write down what an engine left that died. */
	wait_for_exit(&r->aaa, AAA_END_MS);
	role_drop(&r->aaa);
}
