/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of a helper's process; see helper.h. */
#include "monitor/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"
#include "monitor/check.h"

#define SETPRIV	       "/usr/bin/setpriv"
#define BACKOFF_MIN_MS 1000
#define BACKOFF_MAX_MS 60000
#define STABLE_MS      60000
#define AGAIN_MS       1000 /* after a configuration that it could not take */
#define KILL_MS	       5000
#define WORDS_MAX      32

#define helper_of(p, member) container_of(p, struct helper, member)

static void on_helper_timer(struct loop_timer *t);

static void set_timer(struct helper *h, uint64_t delay_ms)
{
	loop_timer_set(h->loop, &h->timer, loop_now_fresh(h->loop) + delay_ms,
		       on_helper_timer);
}

/* ---- what it says ---- */

static bool prepare(struct helper *h)
{
	int err = h->prepare(h);

	if (err)
		log_error("%s: its configuration cannot be written: %s",
			  h->program->name, strerror(-err));
	return err == 0;
}

static void read_again(struct helper *h)
{
	h->again = false;
	if (prepare(h))
		kill(h->pid, SIGHUP);
}

static bool is_bad(const struct helper *h)
{
	if (h->program->harmless && strstr(h->line, h->program->harmless))
		return false;
	for (const char *const *mark = h->program->bad; *mark; mark++)
		if (strstr(h->line, *mark))
			return true;
	return false;
}

static void take_line(struct helper *h)
{
	h->line[h->line_len] = '\0';
	h->line_len = 0;
	if (is_bad(h) && !h->ending)
		log_warn("%s: %s", h->program->name, h->line);
	else
		log_debug("%s: %s", h->program->name, h->line);
	if (!h->ready && strstr(h->line, h->program->ready)) {
		h->ready = true;
		if (h->again && !h->ending)
			read_again(h);
	} else if (h->program->failed && strstr(h->line, h->program->failed) &&
		   !h->ending) {
		/*
		 * An interface in it was gone already; it will not be in what
		 * is written then.
		 */
		h->again = true;
		set_timer(h, AGAIN_MS);
	}
}

/* True when there may be more. */
static bool read_output(struct helper *h)
{
	char buf[4096];
	ssize_t n = read(h->output_fd, buf, sizeof(buf));

	for (ssize_t i = 0; i < n; i++) {
		if (buf[i] == '\n')
			take_line(h);
		else if (h->line_len < sizeof(h->line) - 1)
			h->line[h->line_len++] =
				monitor_is_control(buf[i]) ? '?' : buf[i];
	}
	if (n == 0)
		loop_io_stop(&h->output);
	return n > 0;
}

static void on_output(struct loop_io *io, int fd, int events)
{
	(void)fd;
	(void)events;
	read_output(helper_of(io, output));
}

static void close_output(struct helper *h)
{
	if (h->output_fd < 0)
		return;
	while (read_output(h))
		continue;
	loop_io_stop(&h->output);
	close(h->output_fd);
	h->output_fd = -1;
}

/* ---- its start ---- */

static bool apparmor_is_on(void)
{
	char c = 'N';
	int fd = open("/sys/module/apparmor/parameters/enabled",
		      O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (read(fd, &c, 1) != 1)
		c = 'N';
	close(fd);
	return c == 'Y';
}

/*
 * setpriv(1) leaves it its user and one capability, and has it end when we do.
 */
static void make_words(const struct helper *h, char caps[2][64], char **words)
{
	const struct helper_program *p = h->program;
	const char *const fixed[] = {
		SETPRIV,	  "--reuid",	    p->user,	      "--regid",
		p->user,	  "--clear-groups", "--inh-caps",     caps[0],
		"--ambient-caps", caps[0],	    "--bounding-set", caps[1],
		"--no-new-privs", "--pdeathsig",    "TERM",
	};
	size_t n = 0;

	if (p->user) {
		snprintf(caps[0], 64, "+%s", p->capability);
		snprintf(caps[1], 64, "-all,+%s", p->capability);
		for (; n < sizeof(fixed) / sizeof(fixed[0]); n++)
			words[n] = (char *)(uintptr_t)fixed[n];
		/*
		 * Its profile in Debian lets it read and write its
		 * own folders only.
		 */
		if (p->profile && apparmor_is_on()) {
			words[n++] = (char *)(uintptr_t) "--apparmor-profile";
			words[n++] = (char *)(uintptr_t)p->profile;
		}
		words[n++] = (char *)(uintptr_t) "--";
	}
	words[n++] = (char *)(uintptr_t)p->path;
	for (size_t i = 0; h->argv[i]; i++)
		words[n++] = h->argv[i];
	words[n] = NULL;
}

static int spawn(struct helper *h, int output_fd)
{
	char *words[WORDS_MAX], caps[2][64];
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t set;
	int err;

	make_words(h, caps, words);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	posix_spawn_file_actions_adddup2(&files, output_fd, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, output_fd, STDERR_FILENO);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null",
					 O_RDONLY, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID |
						POSIX_SPAWN_SETSIGMASK |
						POSIX_SPAWN_SETSIGDEF);
	sigemptyset(&set);
	posix_spawnattr_setsigmask(&attr, &set);
	sigfillset(&set);
	posix_spawnattr_setsigdefault(&attr, &set);
	err = posix_spawn(&h->pid, words[0], &files, &attr, words, h->env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	if (err)
		h->pid = 0;
	return -err;
}

/*
 * A missing program is said once. Calls go on without it, and each
 * call looks again.
 */
static bool is_there(struct helper_program *p)
{
	bool no_path = access(p->path, X_OK) < 0,
	     missing = no_path || (p->user && !getpwnam(p->user));

	if (missing && !p->missing)
		log_error("%s, by which callers learn their IPv6 prefixes, "
			  "cannot be run: %s %s is missing; apt-get install %s",
			  p->name, no_path ? "the program" : "its user",
			  no_path ? p->path : p->user, p->package);
	p->missing = missing;
	return !missing;
}

static void start_later(struct helper *h)
{
	uint64_t delay = BACKOFF_MIN_MS;

	for (unsigned int i = 1; i < h->failures && delay < BACKOFF_MAX_MS; i++)
		delay *= 2;
	set_timer(h, delay < BACKOFF_MAX_MS ? delay : BACKOFF_MAX_MS);
}

static void start(struct helper *h)
{
	int out[2], err;

	if (!is_there(h->program) || !prepare(h))
		return;
	h->ready = h->again = h->ending = false;
	h->line_len = 0;
	err = pipe2(out, O_CLOEXEC) < 0 ? -errno : 0;
	if (!err) {
		fcntl(out[0], F_SETFL, O_NONBLOCK);
		err = spawn(h, out[1]);
		close(out[1]);
		h->output_fd = out[0];
	}
	if (!err)
		err = loop_io_start(h->loop, &h->output, out[0], LOOP_READ,
				    on_output);
	h->started_ms = loop_now_fresh(h->loop);
	if (!err) {
		log_debug("%s: started, pid %d", h->program->name, (int)h->pid);
		return;
	}
	log_error("%s: %s cannot be started: %s", h->program->name,
		  h->program->path, strerror(-err));
	if (h->pid)
		kill(h->pid, SIGKILL);
	else
		close_output(h);
	h->failures++;
	start_later(h);
}

static void on_helper_timer(struct loop_timer *t)
{
	struct helper *h = helper_of(t, timer);

	if (h->pid && h->ending)
		kill(h->pid, SIGKILL);
	else if (h->pid && h->ready && h->again)
		read_again(h);
	else if (!h->pid && h->wanted)
		start(h);
}

void helper_init(struct helper *h, struct loop *loop,
		 struct helper_program *program)
{
	h->loop = loop;
	h->program = program;
	h->output_fd = -1;
}

void helper_want(struct helper *h)
{
	h->wanted = true;
	if (!h->pid && !loop_timer_is_set(&h->timer))
		start(h);
	else if (h->pid && h->ready && !h->ending)
		read_again(h);
	else
		h->again = true;
}

/* ---- its end ---- */

void helper_end(struct helper *h)
{
	h->wanted = false;
	loop_timer_stop(&h->timer);
	if (!h->pid || h->ending)
		return;
	h->ending = true;
	kill(h->pid, SIGTERM);
	set_timer(h, KILL_MS);
}

bool helper_reaped(struct helper *h, pid_t pid, int status)
{
	uint64_t now = loop_now_fresh(h->loop);

	if (!h->pid || h->pid != pid)
		return false;
	close_output(h);
	h->pid = 0;
	loop_timer_stop(&h->timer);
	if (!h->ending) {
		h->failures =
			now - h->started_ms < STABLE_MS ? h->failures + 1 : 1;
		start_later(h);
		log_error("%s died (%s %d); it starts again in a moment",
			  h->program->name,
			  WIFSIGNALED(status) ? "signal" : "exit status",
			  WIFSIGNALED(status) ? WTERMSIG(status) :
						WEXITSTATUS(status));
	} else if (h->wanted) {
		start(h);
	}
	h->ending = false;
	return true;
}

void helper_fini(struct helper *h, unsigned int ms)
{
	helper_end(h);
	for (unsigned int i = 0; h->pid && waitpid(h->pid, NULL, WNOHANG) == 0;
	     i += 10) {
		if (i >= ms) {
			kill(h->pid, SIGKILL);
			waitpid(h->pid, NULL, 0);
			break;
		}
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	h->pid = 0;
	loop_timer_stop(&h->timer);
	close_output(h);
}
