/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The monitor's life: read the configuration, open what is needed, start the
 * other processes, reap, stop.
 */
#include "monitor/monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "ipc/control.h"
#include "lib/config.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "monitor/file_limit.h"
#include "monitor/files.h"
#include "monitor/objects.h"
#include "monitor/ppp.h"
#include "monitor/roles.h"
#include "monitor/secret_files.h"
#include "monitor/socket.h"
#include "netlink/dataplane.h"

/* LSB's status: to be started again does not help. */
#define EXIT_NOT_CONFIGURED 6
#define LISTEN_AGAIN_MS	    50
#define LISTEN_TRIES	    40
/*
 * Clearing thousands of calls takes the engine a while; past this it is ended.
 */
#define STOP_GRACE_MS	    20000
/* The last calls' ip-down programs have this long at l2tpd's stop. */
#define SCRIPTS_GRACE_MS    10000

struct monitor {
	struct monitor_options options;
	/* of options.config_file; we go to another directory */
	char config_path[PATH_MAX];
	struct loop *loop;
	struct config *config;
	char *config_text; /* canonical; what the other processes get */
	size_t config_len;
	struct dataplane *dp;
	struct objects objects;
	struct roles roles;
	struct secret_files *secret_files;
	/* what we were started with, which the operator's programs get */
	struct rlimit files;
	uint32_t sessions_most; /* for which there are files */
	int control_fd, dial_fd;
	/*
	 * the aaa process's: its accounting queue, the socket of CoA
	 * clients; -1: none
	 */
	int queue_fd, coa_fd;
	/*
	 * to the parent, which waits in the foreground until we
	 * serve; -1: it was told
	 */
	int ready_fd;
	bool ppp_tried; /* each profile's pppd has started once */
	struct loop_signal sigterm, sigint, sigchld, sighup;
	struct loop_timer stop_timer;
	int status;
};

static int read_config(struct monitor *m)
{
	char err[512];
	FILE *f = fopen(m->options.config_file, "re");

	if (!f) {
		log_error("%s: cannot be read: %s; write a configuration "
			  "(l2tpd.conf(5)) or name one with -f",
			  m->options.config_file, strerror(errno));
		return -errno;
	}
	m->config = config_parse(f, m->options.config_file, err, sizeof(err));
	fclose(f);
	if (!m->config) {
		log_error("%s", err);
		return -EINVAL;
	}
	m->config_text = config_print_text(m->config);
	if (!m->config_text)
		return -ENOMEM;
	m->config_len = strlen(m->config_text);
	return 0;
}

static int make_runtime_dir(const struct monitor *m)
{
	char root[512];

	if (mkdir(m->options.runtime_dir, 0755) < 0 && errno != EEXIST)
		goto fail;
	/* The engine's root: empty, and nobody's to write. */
	snprintf(root, sizeof(root), "%s/empty", m->options.runtime_dir);
	if (mkdir(root, 0555) < 0 && errno != EEXIST)
		goto fail;
	return 0;
fail:
	log_error("%s: cannot be made: %s; name another with --runtime-dir",
		  m->options.runtime_dir, strerror(errno));
	return -errno;
}

/*
 * When a monitor was killed, its processes still hold its sockets until they
 * have noticed. An l2tpd that is started at once waits for that.
 */
static int listen_at(const char *dir, const char *name)
{
	const struct timespec pause = { .tv_nsec = LISTEN_AGAIN_MS * 1000000L };
	int fd = -EADDRINUSE;

	for (int i = 0; i < LISTEN_TRIES && fd == -EADDRINUSE; i++) {
		if (i)
			nanosleep(&pause, NULL);
		fd = monitor_unix_listener(dir, name);
	}
	return fd;
}

static int open_listeners(struct monitor *m)
{
	static const char *const names[] = { CONTROL_SOCKET,
					     CONTROL_DIAL_SOCKET };
	int *fds[] = { &m->control_fd, &m->dial_fd };

	for (size_t i = 0; i < 2; i++) {
		*fds[i] = listen_at(m->options.runtime_dir, names[i]);
		if (*fds[i] < 0) {
			log_error("%s/%s: %s%s", m->options.runtime_dir,
				  names[i], strerror(-*fds[i]),
				  *fds[i] == -EADDRINUSE ?
					  ": another l2tpd runs there; stop "
					  "it, or name another --runtime-dir" :
					  "");
			return *fds[i];
		}
	}
	return 0;
}

/* The ports are nobody else's, before the engine asks for sockets on them. */
static int try_ports(const struct monitor *m)
{
	const struct timespec pause = { .tv_nsec = LISTEN_AGAIN_MS * 1000000L };
	char text[ADDR_STRLEN];

	for (size_t i = 0; i < m->config->listen_n; i++) {
		const struct config_listen *l = &m->config->listen[i];
		int err = monitor_listen_trial(l);

		for (int n = 1; n < LISTEN_TRIES && err == -EADDRINUSE; n++) {
			nanosleep(&pause, NULL);
			err = monitor_listen_trial(l);
		}
		/* What else is wrong the listener itself will meet. */
		if (err != -EADDRINUSE)
			continue;
		log_error("listen: %s: another program has UDP port %u, and "
			  "packets would go to either; ss -lnup says which: "
			  "stop it, or listen on another address or port",
			  addr_format_port(&l->address, text), l->address.port);
		return err;
	}
	return 0;
}

/* What the aaa process works with, kept for the next one as well. */
static int open_for_aaa(struct monitor *m)
{
	m->queue_fd = monitor_open_queue(m->config);
	if (m->queue_fd < 0 && m->queue_fd != -ENOENT)
		return m->queue_fd;
	m->coa_fd = monitor_coa_socket(m->config);
	return m->coa_fd < 0 && m->coa_fd != -ENOENT ? m->coa_fd : 0;
}

static int open_dataplane(struct monitor *m)
{
	char err[256] = "";

	if (m->options.null_dataplane) {
		m->dp = dataplane_null_new();
		return m->dp ? 0 : -ENOMEM;
	}
	m->dp = dataplane_kernel_new(err, sizeof(err));
	if (m->dp && (!objects_want_ppp(m->config) ||
		      dataplane_ppp_check(err, sizeof(err)) == 0))
		return 0;
	log_error("the kernel's data plane cannot be used: %s", err);
	return -EOPNOTSUPP;
}

static void begin_stop(struct monitor *m)
{
	if (m->roles.stopping) {
		/*
		 * Whoever asks a second time does not want to wait
		 * for calls to end.
		 */
		loop_stop(m->loop);
		return;
	}
	log_notice("stopping");
#ifdef HAVE_SYSTEMD
	sd_notify(0, "STOPPING=1");
#endif
	if (roles_stop(&m->roles))
		loop_stop(m->loop);
}

static void on_stop_timeout(struct loop_timer *t)
{
	struct monitor *m = container_of(t, struct monitor, stop_timer);

	log_warn("the engine did not end in %d s and is ended",
		 STOP_GRACE_MS / 1000);
	loop_stop(m->loop);
}

static void on_sigterm(struct loop_signal *s, int signo)
{
	struct monitor *m = signo == SIGTERM ?
				    container_of(s, struct monitor, sigterm) :
				    container_of(s, struct monitor, sigint);

	begin_stop(m);
	loop_timer_set(m->loop, &m->stop_timer,
		       loop_now(m->loop) + STOP_GRACE_MS, on_stop_timeout);
}

static void on_sighup(struct loop_signal *s, int signo)
{
	(void)s;
	(void)signo;
	log_warn("SIGHUP: the configuration is read at the start only; restart "
		 "l2tpd to change it");
}

static void on_sigchld(struct loop_signal *s, int signo)
{
	struct monitor *m = container_of(s, struct monitor, sigchld);
	int status;
	pid_t pid;

	(void)signo;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (!roles_reaped(&m->roles, pid, status))
			objects_reaped(&m->objects, pid, status);
}

/* ---- the engine ---- */

static void on_request(void *ctx, struct ipc_message *msg)
{
	struct monitor *m = ctx;

	requests_take(&m->objects.requests, &m->roles.engine.channel, msg);
}

static void on_engine_starts(void *ctx, uint64_t first_link)
{
	struct monitor *m = ctx;

	m->objects.held.first_link = first_link;
}

static void on_engine_gone(void *ctx)
{
	struct monitor *m = ctx;

	objects_engine_gone(&m->objects, m->roles.stopping);
}

static void on_over(void *ctx, int status)
{
	struct monitor *m = ctx;

	if (status)
		m->status = status;
	loop_stop(m->loop);
}

/* systemd starts us anew when this stays away (WatchdogSec). */
static void on_alive(void *ctx)
{
	(void)ctx;
#ifdef HAVE_SYSTEMD
	sd_notify(0, "WATCHDOG=1");
#endif
}

/* in microseconds; 0: nobody watches us */
static uint64_t watchdog(void)
{
	uint64_t us = 0;

#ifdef HAVE_SYSTEMD
	if (sd_watchdog_enabled(0, &us) <= 0)
		us = 0;
#endif
	return us;
}

/* That it came is all: roles.c has heard it. */
static int take_alive(struct request *q)
{
	(void)q;
	return 0;
}

/* We serve: the engine does, and each profile's pppd can be started. */
static void tell_ready(struct monitor *m)
{
	if (m->ready_fd < 0 || !m->roles.ready || !m->ppp_tried)
		return;
	if (!m->options.foreground) {
		log_open("monitor", LOG_SINK_SYSLOG, m->options.log_level);
		/*
		 * stdout is /dev/null here. Who started us may wait until
		 * stderr is closed.
		 */
		if (log_is_syslog())
			dup2(STDOUT_FILENO, STDERR_FILENO);
	}
	if (write(m->ready_fd, "", 1) != 1)
		log_debug("nobody waited for the start");
	close(m->ready_fd);
	m->ready_fd = -1;
	log_notice("l2tpd is ready");
#ifdef HAVE_SYSTEMD
	sd_notify(0, "READY=1");
#endif
}

static int take_ready(struct request *q)
{
	struct monitor *m = q->object;

	m->roles.ready = true;
	tell_ready(m);
	return 0;
}

/* Before anybody calls and finds out. */
static void on_ppp_tried(void *arg, bool wrong)
{
	struct monitor *m = arg;

	m->ppp_tried = true;
	if (wrong)
		on_over(m, EXIT_FAILURE);
	else
		tell_ready(m);
}

static int take_failed(struct request *q)
{
	struct monitor *m = q->object;
	const struct monitor_failed *f = q->body;

	if (!ipc_is_text(f->why))
		return -EINVAL;
	memcpy(m->roles.why, f->why, sizeof(m->roles.why));
	return 0;
}

static const struct request_row ready_rows[] = {
	{ MONITOR_READY, 0, take_ready },
	{ MONITOR_ALIVE, 0, take_alive },
	{ MONITOR_FAILED, sizeof(struct monitor_failed), take_failed },
	{ 0 },
};

/* ---- secrets that change ---- */

/* A process that is gone has the new one when it is back. */
static void not_told(int err, const char *who, const char *name)
{
	if (err && err != -EPIPE)
		log_error("the %s cannot be told that the secret of \"%s\" has "
			  "changed, and keeps the old one: %s; write the file "
			  "again",
			  who, name, strerror(-err));
}

static void tell_engine(void *ctx, const struct monitor_secret *file)
{
	struct monitor *m = ctx;

	not_told(channel_event(&m->roles.engine.channel, MONITOR_SECRET_CHANGED,
			       file, sizeof(*file), NULL, 0),
		 "engine", file->name);
}

static void tell_aaa(void *ctx, const struct aaa_open *file)
{
	struct monitor *m = ctx;

	not_told(channel_event(&m->roles.aaa.channel, AAA_CHANGED, file,
			       sizeof(*file), NULL, 0),
		 "aaa process", file->name);
}

static int watch_secrets(struct monitor *m)
{
	static const struct secret_files_events events = { tell_engine,
							   tell_aaa };

	m->secret_files = secret_files_new(m->loop, m->config, &events, m);
	return m->secret_files ? 0 : -ENOMEM;
}

/* ---- the start ---- */

static int start_objects(struct monitor *m)
{
	const struct objects_options o = {
		.loop = m->loop,
		.monitor = &m->options,
		.config = m->config,
		.config_text = m->config_text,
		.config_path = m->config_path,
		.dp = m->dp,
		.files = m->files,
		.engine = &m->roles.engine.channel,
		.aaa = &m->roles.aaa.channel,
	};

	int err;

	requests_add(&m->objects.requests, ready_rows, m);
	err = objects_init(&m->objects, &o);
	m->ppp_tried = !m->objects.ppp;
	if (!err && m->objects.ppp)
		ppp_runner_try(m->objects.ppp, on_ppp_tried, m);
	return err;
}

static int start_roles(struct monitor *m)
{
	m->roles.options = (struct roles_options){
		.loop = m->loop,
		.monitor = &m->options,
		.config = m->config,
		.config_text = m->config_text,
		.config_len = m->config_len,
		.one_tunnel_per_path = m->dp->one_tunnel_per_path,
		.sessions_most = m->sessions_most,
		.control_fd = m->control_fd,
		.dial_fd = m->dial_fd,
		.queue_fd = m->queue_fd,
		.coa_fd = m->coa_fd,
		.watchdog_us = watchdog(),
		.request = on_request,
		.engine_starts = on_engine_starts,
		.engine_gone = on_engine_gone,
		.alive = on_alive,
		.over = on_over,
		.ctx = m,
	};
	return roles_start(&m->roles);
}

static int start(struct monitor *m)
{
	int err;

	m->loop = loop_new();
	if (!m->loop)
		return -ENOMEM;
	signal(SIGPIPE, SIG_IGN);
	/* A pppd whose template died becomes our child, and is reaped. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	loop_signal_start(m->loop, &m->sigterm, SIGTERM, on_sigterm);
	loop_signal_start(m->loop, &m->sigint, SIGINT, on_sigterm);
	loop_signal_start(m->loop, &m->sigchld, SIGCHLD, on_sigchld);
	loop_signal_start(m->loop, &m->sighup, SIGHUP, on_sighup);
	m->sessions_most = file_limit_raise(m->config, &m->files);
	err = make_runtime_dir(m);
	if (!err)
		err = open_listeners(m);
	if (!err)
		err = try_ports(m);
	if (!err)
		err = open_for_aaa(m);
	if (!err)
		err = open_dataplane(m);
	if (!err)
		err = start_objects(m);
	if (!err)
		err = watch_secrets(m);
	return err ? err : start_roles(m);
}

/* ---- the end ---- */

static void unlink_in(const char *dir, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	unlink(path);
}

static void finish(struct monitor *m)
{
	roles_end(&m->roles);
	objects_fini(&m->objects, SCRIPTS_GRACE_MS);
	if (m->dp)
		m->dp->ops->free(m->dp);
	if (m->control_fd >= 0) {
		close(m->control_fd);
		unlink_in(m->options.runtime_dir, CONTROL_SOCKET);
	}
	if (m->dial_fd >= 0) {
		close(m->dial_fd);
		unlink_in(m->options.runtime_dir, CONTROL_DIAL_SOCKET);
	}
	if (m->queue_fd >= 0)
		close(m->queue_fd);
	if (m->coa_fd >= 0)
		close(m->coa_fd);
	secret_files_free(m->secret_files);
	loop_timer_stop(&m->stop_timer);
	loop_signal_stop(&m->sigterm);
	loop_signal_stop(&m->sigint);
	loop_signal_stop(&m->sigchld);
	loop_signal_stop(&m->sighup);
	if (m->loop)
		loop_free(m->loop);
	config_free(m->config);
	free(m->config_text);
}

/*
 * Goes into the background. The parent waits until the engine is ready, so that
 * "l2tpd" returns success only when it serves, and ends here. The child returns
 * the fd by which the parent is told.
 */
static int background(void)
{
	int sv[2], null;
	char ok = 0;
	pid_t pid;

	if (pipe2(sv, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
		log_error("cannot go into the background: %s", strerror(errno));
		exit(EXIT_FAILURE);
	}
	if (pid > 0) {
		close(sv[1]);
		_exit(read(sv[0], &ok, 1) == 1 ? EXIT_SUCCESS : EXIT_FAILURE);
	}
	close(sv[0]);
	setsid();
	/*
	 * stderr stays open until we are ready: what goes wrong before that is
	 * for who started us.
	 */
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0) {
		log_error("/dev/null cannot be used: %s", strerror(errno));
		exit(EXIT_FAILURE);
	}
	if (null > STDERR_FILENO)
		close(null);
	if (chdir("/") < 0)
		log_warn("cannot change to /: %s", strerror(errno));
	return sv[1];
}

/*
 * Makes path absolute, since we change to another directory; path itself
 * when that fails.
 */
static const char *absolute(const char *path, char *buf, size_t size)
{
	char cwd[PATH_MAX];
	int n;

	if (path[0] == '/' || !getcwd(cwd, sizeof(cwd)))
		return path;
	n = snprintf(buf, size, "%s/%s", cwd, path);
	return n > 0 && (size_t)n < size ? buf : path;
}

/* Why it did not start: as the engine says, or whoever met it here. */
static void note_cause(const struct monitor *m, int err, char *buf, size_t size)
{
	const char *last = log_last_error();

	snprintf(buf, size, "%s",
		 m->roles.why[0] ? m->roles.why :
		 last[0]	 ? last :
				   strerror(-err));
}

int monitor_main(const struct monitor_options *options)
{
	struct monitor m = {
		.options = *options,
		.control_fd = -1,
		.dial_fd = -1,
		.ready_fd = -1,
		.queue_fd = -1,
		.coa_fd = -1,
	};
	char runtime_dir[PATH_MAX], plugin[PATH_MAX], path[PATH_MAX],
		cause[1024] = "";
	int err;

	/*
	 * The threads that wait for the kernel to delete something allocate a
	 * netlink message each; an arena of memory for each of them would only
	 * be held in vain.
	 */
	mallopt(M_ARENA_MAX, 1);
	roles_init(&m.roles);
	log_open("monitor", LOG_SINK_STDERR, options->log_level);
	log_allow_reconnect();
	m.options.runtime_dir = absolute(options->runtime_dir, runtime_dir,
					 sizeof(runtime_dir));
	/* A name without a slash is for pppd, which looks in its own folder. */
	if (strchr(options->plugin, '/'))
		m.options.plugin =
			absolute(options->plugin, plugin, sizeof(plugin));
	snprintf(m.config_path, sizeof(m.config_path), "%s",
		 absolute(options->config_file, path, sizeof(path)));
	err = read_config(&m);
	if (err)
		return EXIT_NOT_CONFIGURED;
	m.ready_fd = options->foreground ?
			     open("/dev/null", O_WRONLY | O_CLOEXEC) :
			     background();
	err = start(&m);
	if (!err)
		err = loop_run(m.loop);
	if (m.ready_fd >= 0 && (err || m.status))
		note_cause(&m, err, cause, sizeof(cause));
	finish(&m);
	/* Whatever the others had to say is said by now. */
	if (cause[0])
		log_error("l2tpd did not start: %s", cause);
	if (m.ready_fd >= 0)
		close(m.ready_fd);
	return err ? EXIT_FAILURE : m.status;
}
