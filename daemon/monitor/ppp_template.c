/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A template's process: spawn, output, death; see ppp_template.h. */
#include "monitor/ppp_template.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/ipc.h"
#include "lib/log.h"
#include "monitor/ppp_options.h"
#include "monitor/ppp_version.h"

#define CHANNEL_FD     3 /* in the template; ppp.c says so in argv */
#define PLUGIN_WORD    2 /* of argv: "pppd", "plugin", its name */
#define START_MS       30000
#define BACKOFF_MIN_MS 1000
#define BACKOFF_MAX_MS 60000

#define template_of(p, member) container_of(p, struct ppp_template, member)

static const char *role(const struct ppp_template *t)
{
	return t->lns ? "lns" : "caller";
}

/* ---- what it says ---- */

static void take_line(struct ppp_template *t)
{
	/* pppd begins a line so that says what is wrong with its options */
	static const char mark[] = "pppd: ";
	size_t used = strlen(t->error);

	t->line[t->line_len] = '\0';
	t->line_len = 0;
	if (strncmp(t->line, mark, sizeof(mark) - 1) != 0) {
		log_debug("ppp %s (%s): %s", t->profile, role(t), t->line);
		return;
	}
	/* A child's: the last one is what ended it. */
	if (t->state == PPP_TEMPLATE_IS_READY) {
		log_warn("ppp %s (%s): %s", t->profile, role(t), t->line);
		used = 0;
	}
	snprintf(t->error + used, sizeof(t->error) - used, "%s%s",
		 used ? "; " : "", t->line + sizeof(mark) - 1);
}

/* True when there may be more. */
static bool read_output(struct ppp_template *t)
{
	char buf[1024];
	ssize_t n = read(t->output_fd, buf, sizeof(buf));

	for (ssize_t i = 0; i < n; i++) {
		if (buf[i] == '\n')
			take_line(t);
		else if (t->line_len < sizeof(t->line) - 1)
			t->line[t->line_len++] = buf[i] < ' ' ? ' ' : buf[i];
	}
	if (n == 0)
		loop_io_stop(&t->output);
	return n > 0;
}

static void on_output(struct loop_io *io, int fd, int events)
{
	(void)fd;
	(void)events;
	read_output(template_of(io, output));
}

/* ---- its end ---- */

static void kill_it(const struct ppp_template *t)
{
	if (t->pid > 0)
		kill(t->pid, SIGKILL);
}

static void on_template_timer(struct loop_timer *timer);

static void schedule(struct ppp_template *t, uint64_t delay_ms)
{
	loop_timer_set(t->loop, &t->timer, loop_now(t->loop) + delay_ms,
		       on_template_timer);
}

static void start_again(struct ppp_template *t)
{
	uint64_t delay = BACKOFF_MIN_MS;

	for (unsigned int i = 1; i < t->failures && delay < BACKOFF_MAX_MS; i++)
		delay *= 2;
	schedule(t, delay < BACKOFF_MAX_MS ? delay : BACKOFF_MAX_MS);
}

static void close_output(struct ppp_template *t)
{
	if (t->output_fd < 0)
		return;
	while (read_output(t))
		continue;
	loop_io_stop(&t->output);
	close(t->output_fd);
	t->output_fd = -1;
}

/* Why it did not get ready, where nothing has said so yet. */
static void explain(struct ppp_template *t)
{
	char why[sizeof(t->error)];

	if (ppp_version_differs(t->pppd, t->argv[PLUGIN_WORD], why,
				sizeof(why)))
		snprintf(t->error, sizeof(t->error), "%s", why);
	else if (!t->error[0] && WIFSIGNALED(t->status))
		snprintf(t->error, sizeof(t->error), "signal %d (%s) ended it",
			 WTERMSIG(t->status), strsignal(WTERMSIG(t->status)));
	else if (!t->error[0])
		snprintf(t->error, sizeof(t->error),
			 "it ended with exit status %d and without a word, "
			 "see its log",
			 WEXITSTATUS(t->status));
}

static void failed(struct ppp_template *t)
{
	t->failures++;
	t->wrong = t->wrong ||
		   (WIFEXITED(t->status) && WEXITSTATUS(t->status) != 0);
	explain(t);
	log_error("ppp %s (%s): pppd does not start: %s", t->profile, role(t),
		  t->error);
}

/* Once the process is reaped and everything that it sent is read. */
static void down(struct ppp_template *t)
{
	if (t->pid > 0 || channel_is_open(&t->channel) ||
	    t->state == PPP_TEMPLATE_IS_DOWN)
		return;
	loop_timer_stop(&t->timer);
	close_output(t);
	if (t->state == PPP_TEMPLATE_IS_STARTING) {
		failed(t);
	} else if (!t->retired) {
		log_warn("ppp %s (%s): the template pppd died, its calls go on",
			 t->profile, role(t));
	}
	t->state = PPP_TEMPLATE_IS_DOWN;
	if (!t->retired)
		start_again(t);
	t->down(t);
}

static void on_closed(struct channel *c)
{
	struct ppp_template *t = template_of(c, channel);

	channel_close(c);
	kill_it(t);
	down(t);
}

bool ppp_template_reaped(struct ppp_template *t, pid_t pid, int status)
{
	if (t->pid != pid)
		return false;
	log_debug("ppp %s (%s): template %d ended, status %#x", t->profile,
		  role(t), (int)pid, (unsigned int)status);
	t->pid = 0;
	t->status = status;
	down(t);
	return true;
}

/* ---- its start ---- */

static void on_message(struct channel *c, struct ipc_message *m)
{
	struct ppp_template *t = template_of(c, channel);
	const struct ppp_template_exit *gone =
		ipc_body(m, const struct ppp_template_exit);

	if (m->header.type == PPP_TEMPLATE_READY &&
	    t->state == PPP_TEMPLATE_IS_STARTING) {
		log_debug("ppp %s (%s): template %d is ready", t->profile,
			  role(t), (int)t->pid);
		loop_timer_stop(&t->timer);
		t->state = PPP_TEMPLATE_IS_READY;
		t->failures = 0;
		t->error[0] = '\0';
		t->ready(t);
	} else if (m->header.type == PPP_TEMPLATE_EXIT && gone) {
		/* What it said of itself comes by the other way. */
		while (t->output_fd >= 0 && read_output(t))
			continue;
		t->child_exited(t, gone->pid, gone->status);
		t->error[0] = '\0';
	}
}

static int spawn(struct ppp_template *t, int channel_fd, int output_fd)
{
	static char path[] =
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	char *const env[] = { path, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t set;
	int err;

	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	/* The order matters: channel_fd and output_fd may be 3 themselves. */
	posix_spawn_file_actions_adddup2(&files, output_fd, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, output_fd, STDERR_FILENO);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null",
					 O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, channel_fd, CHANNEL_FD);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID |
						POSIX_SPAWN_SETSIGMASK |
						POSIX_SPAWN_SETSIGDEF);
	sigemptyset(&set);
	posix_spawnattr_setsigmask(&attr, &set);
	sigfillset(&set);
	posix_spawnattr_setsigdefault(&attr, &set);
	err = posix_spawn(&t->pid, t->pppd, &files, &attr, t->argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	if (err)
		t->pid = 0;
	return -err;
}

static int start(struct ppp_template *t)
{
	int sv[2], out[2], err;

	err = ipc_pair(sv);
	if (err)
		return err;
	if (pipe2(out, O_CLOEXEC) < 0) {
		err = -errno;
		close(sv[0]);
		close(sv[1]);
		return err;
	}
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	err = spawn(t, sv[1], out[1]);
	close(sv[1]);
	close(out[1]);
	t->output_fd = out[0];
	if (!err)
		err = channel_open(&t->channel, t->loop, sv[0], on_message,
				   on_closed);
	else
		close(sv[0]);
	if (!err)
		err = loop_io_start(t->loop, &t->output, out[0], LOOP_READ,
				    on_output);
	return err;
}

/* It could not even be run. */
static void refused(struct ppp_template *t, int err)
{
	t->wrong = err == ENOENT || err == EACCES || err == ENOEXEC;
	if (err == ENOENT)
		snprintf(t->error, sizeof(t->error),
			 "there is no %s; install pppd (Debian's package ppp)",
			 t->pppd);
	else
		snprintf(t->error, sizeof(t->error), "%s cannot be run: %s",
			 t->pppd, strerror(err));
}

static void on_template_timer(struct loop_timer *timer)
{
	struct ppp_template *t = template_of(timer, timer);
	int err;

	if (t->state == PPP_TEMPLATE_IS_STARTING) {
		snprintf(t->error, sizeof(t->error),
			 "it is not ready after %d s", START_MS / 1000);
		kill_it(t);
		return;
	}
	t->error[0] = '\0';
	t->wrong = false;
	t->status = 0;
	t->line_len = 0;
	t->state = PPP_TEMPLATE_IS_STARTING;
	schedule(t, START_MS);
	err = start(t);
	if (err) {
		refused(t, -err);
		channel_close(&t->channel);
		kill_it(t);
		down(t);
	}
}

void ppp_template_init(struct ppp_template *t, struct loop *loop,
		       const char *profile, bool lns, const char *pppd,
		       char **argv)
{
	memset(t, 0, sizeof(*t));
	t->loop = loop;
	snprintf(t->profile, sizeof(t->profile), "%s", profile);
	t->lns = lns;
	t->pppd = pppd;
	t->argv = argv;
	t->channel.fd = -1;
	t->output_fd = -1;
}

void ppp_template_start(struct ppp_template *t)
{
	schedule(t, 0);
}

void ppp_template_end(struct ppp_template *t)
{
	t->retired = true;
	channel_close(&t->channel);
	if (t->state == PPP_TEMPLATE_IS_STARTING)
		kill_it(t);
	else if (t->state == PPP_TEMPLATE_IS_DOWN)
		loop_timer_stop(&t->timer);
}

void ppp_template_fini(struct ppp_template *t)
{
	loop_timer_stop(&t->timer);
	channel_close(&t->channel);
	if (t->pid > 0) {
		kill_it(t);
		waitpid(t->pid, NULL, 0);
	}
	if (t->output_fd >= 0) {
		loop_io_stop(&t->output);
		close(t->output_fd);
	}
	ppp_options_free(t->argv);
}
