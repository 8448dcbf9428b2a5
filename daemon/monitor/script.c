/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The operator's programs: queued, started, watched, reaped; see script.h. */
#include "monitor/script.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/ipc.h"
#include "lib/config.h"
#include "lib/log.h"
#include "lib/table.h"
#include "monitor/check.h"

/* of one program go to the log; more are only counted */
#define OUTPUT_LINES   50
#define LINE_MAX_BYTES 512
#define CHILD_STACK    (64 << 10)
#define FINISH_STEP_MS 100
#define FINISH_KILL_MS 1000

/* One program to run. */
struct job {
	struct scripts *scripts;
	struct job *next; /* of its session */
	struct job *next_ready;
	uint64_t link;
	const char *path; /* the configuration's */
	char **env;
	char who[PPP_NAME_MAX + 64];
	pid_t pid;
	bool terminated;
	struct loop_timer timer;
	int output_fd; /* -1: closed */
	struct loop_io output;
	unsigned int lines;
	size_t line_len;
	char line[LINE_MAX_BYTES];
};

/* A session's programs: the first runs, or is ready to. */
struct line {
	struct job *first, **end;
};

/* A session whose ip-up ran. When the engine dies, its ip-down is told this. */
struct remembered {
	uint64_t link, since_ms;
	uint32_t tunnel_id, session_id; /* for the log */
	const char *path;
	char **env;
	char user[PPP_NAME_MAX];
};

struct scripts {
	struct loop *loop;
	const struct config *config;
	struct rlimit files;
	uint64_t limit_ms, kill_ms;
	int null_fd;
	void *stack;	     /* of a child until its exec */
	struct table lines;  /* link -> struct line */
	struct table by_pid; /* pid -> struct job */
	struct table up;     /* link -> struct remembered */
	struct job *ready, **ready_end;
	unsigned int running, waiting;
	bool full;
};

/* ---- which may run ---- */

int script_check(const char *path, char *why, size_t size)
{
	struct stat st;
	int err = stat(path, &st) < 0 ? -errno : 0;

	if (err)
		snprintf(why, size, "%s: %s", path, strerror(-err));
	else if (path[0] != '/')
		snprintf(why, size, "%s: it is not an absolute path", path);
	else if (!S_ISREG(st.st_mode) ||
		 !(st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) ||
		 access(path, X_OK) < 0)
		snprintf(why, size,
			 "%s: it is not an executable file; chmod +x", path);
	else if (st.st_uid != 0 && st.st_uid != geteuid())
		snprintf(why, size,
			 "%s: it belongs to user %u, who could change what "
			 "root runs; chown root",
			 path, (unsigned int)st.st_uid);
	else if (st.st_mode & (S_IWGRP | S_IWOTH))
		snprintf(why, size,
			 "%s: others may write to it, and change what root "
			 "runs; chmod go-w",
			 path);
	else
		return 0;
	return err ? err : -EPERM;
}

static void check_at_start(const struct config_ppp *p, const char *key,
			   const char *path)
{
	char why[512];

	if (path && script_check(path, why, sizeof(why)))
		log_error("ppp \"%s\": %s is not run: %s", p->name, key, why);
}

/* ---- a child ---- */

struct start {
	const char *path;
	char **env;
	int in, out;
	const struct rlimit *files;
	int err;
};

/*
 * Runs in the parent's memory, on a stack of its own, while the parent waits:
 * nothing is copied, however large the monitor is. Only system calls here.
 */
static int child(void *arg)
{
	struct start *s = arg;
	char *argv[] = { (char *)(uintptr_t)s->path, NULL };
	const struct sigaction by_default = { .sa_handler = SIG_DFL };
	sigset_t none;

	setsid();
	/* The monitor's handlers must not run here. */
	for (int i = 1; i < NSIG; i++)
		sigaction(i, &by_default, NULL);
	sigemptyset(&none);
	setrlimit(RLIMIT_NOFILE, s->files);
	umask(022);
	if (chdir("/") == 0 && dup2(s->in, STDIN_FILENO) >= 0 &&
	    dup2(s->out, STDOUT_FILENO) >= 0 &&
	    dup2(s->out, STDERR_FILENO) >= 0) {
		/*
		 * Our own fds are close-on-exec; a library may
		 * have opened others.
		 */
		(void)syscall(SYS_close_range, STDERR_FILENO + 1, ~0u, 0);
		sigprocmask(SIG_SETMASK, &none, NULL);
		execve(s->path, argv, s->env);
	}
	s->err = errno;
	_exit(127);
}

/* Its pid, or -errno. */
static pid_t spawn(struct scripts *s, struct start *start)
{
	sigset_t all, had;
	pid_t pid;
	int err;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &had);
	pid = clone(child, (char *)s->stack + CHILD_STACK,
		    CLONE_VM | CLONE_VFORK | SIGCHLD, start);
	err = pid < 0 ? errno : start->err;
	sigprocmask(SIG_SETMASK, &had, NULL);
	if (pid > 0 && err)
		waitpid(pid, NULL, 0);
	return err ? -err : pid;
}

/*
 * Moves fd to a number above the standard ones, which dup2 will overwrite in
 * the child. Or -errno.
 */
static int above_std(int fd)
{
	int high, err;

	if (fd < 0 || fd > STDERR_FILENO)
		return fd < 0 ? -errno : fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	err = errno;
	close(fd);
	return high < 0 ? -err : high;
}

/* ---- what it prints ---- */

static void take_line(struct job *j)
{
	j->line[j->line_len] = '\0';
	j->line_len = 0;
	if (++j->lines <= OUTPUT_LINES)
		log_info("%s: %s", j->who, j->line);
}

/* True when there may be more. */
static bool read_output(struct job *j)
{
	char buf[1024];
	ssize_t n = read(j->output_fd, buf, sizeof(buf));

	for (ssize_t i = 0; i < n; i++) {
		if (buf[i] == '\n' || j->line_len == sizeof(j->line) - 1)
			take_line(j);
		if (buf[i] != '\n')
			j->line[j->line_len++] =
				monitor_is_control(buf[i]) ? '?' : buf[i];
	}
	if (n == 0)
		loop_io_stop(&j->output);
	return n > 0;
}

static void on_output(struct loop_io *io, int fd, int events)
{
	(void)fd;
	(void)events;
	read_output(container_of(io, struct job, output));
}

/* Its children may live on and print without end, so only so much is read. */
static void close_output(struct job *j)
{
	if (j->output_fd < 0)
		return;
	for (int i = 0; i < 64 && read_output(j); i++)
		continue;
	if (j->line_len)
		take_line(j);
	if (j->lines > OUTPUT_LINES)
		log_info("%s: %u more lines are not shown", j->who,
			 j->lines - OUTPUT_LINES);
	loop_io_stop(&j->output);
	close(j->output_fd);
	j->output_fd = -1;
}

/* ---- its life ---- */

static void on_limit(struct loop_timer *t)
{
	struct job *j = container_of(t, struct job, timer);
	struct scripts *s = j->scripts;

	if (j->terminated) {
		log_warn("%s: %s does not end and is killed", j->who, j->path);
		kill(-j->pid, SIGKILL);
		return;
	}
	log_warn("%s: %s has run for %llu s and is ended", j->who, j->path,
		 (unsigned long long)s->limit_ms / 1000);
	j->terminated = true;
	kill(-j->pid, SIGTERM);
	loop_timer_set(s->loop, &j->timer, loop_now(s->loop) + s->kill_ms,
		       on_limit);
}

static int start_in(struct job *j, int out)
{
	struct scripts *s = j->scripts;
	struct start start = {
		.path = j->path,
		.env = j->env,
		.in = s->null_fd,
		.out = out,
		.files = &s->files,
	};
	pid_t pid = spawn(s, &start);
	int err;

	if (pid < 0)
		return pid;
	j->pid = pid;
	err = table_put(&s->by_pid, (uint64_t)pid, j);
	if (!err)
		return 0;
	/* Nobody would see its end. */
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
	j->pid = 0;
	return err;
}

static int start(struct job *j)
{
	struct scripts *s = j->scripts;
	char why[512];
	int fds[2], out, err;

	if (script_check(j->path, why, sizeof(why))) {
		log_error("%s is not run: %s", j->who, why);
		return -EPERM;
	}
	if (pipe2(fds, O_CLOEXEC) < 0) {
		err = -errno;
	} else {
		j->output_fd = fds[0];
		out = above_std(fds[1]);
		err = fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0 ? -errno :
		      out < 0				     ? out :
							       start_in(j, out);
		if (out >= 0)
			close(out);
	}
	if (err) {
		log_error("%s: %s cannot be started: %s", j->who, j->path,
			  strerror(-err));
		return err;
	}
	loop_io_start(s->loop, &j->output, j->output_fd, LOOP_READ, on_output);
	loop_timer_set(s->loop, &j->timer,
		       loop_now_fresh(s->loop) + s->limit_ms, on_limit);
	s->running++;
	return 0;
}

static void make_ready(struct scripts *s, struct job *j)
{
	j->next_ready = NULL;
	*s->ready_end = j;
	s->ready_end = &j->next_ready;
}

static void job_free(struct job *j)
{
	loop_timer_stop(&j->timer);
	close_output(j);
	free(j->env);
	free(j);
}

/* The job was the first of its session and is over; the next one may start. */
static void job_over(struct job *j)
{
	struct scripts *s = j->scripts;
	struct line *line = table_get(&s->lines, j->link);

	line->first = j->next;
	if (line->first) {
		make_ready(s, line->first);
	} else {
		table_del(&s->lines, j->link);
		free(line);
	}
	job_free(j);
}

static void pump(struct scripts *s)
{
	while (s->ready && s->running < SCRIPTS_AT_ONCE) {
		struct job *j = s->ready;

		s->ready = j->next_ready;
		if (!s->ready)
			s->ready_end = &s->ready;
		s->waiting--;
		if (start(j))
			job_over(j);
	}
}

static void say_how(const struct job *j, int status)
{
	if (WIFSIGNALED(status))
		log_warn("%s: %s was ended by signal %d (%s)", j->who, j->path,
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		log_warn("%s: %s ended with exit status %d", j->who, j->path,
			 WEXITSTATUS(status));
	else
		log_debug("%s: %s is done", j->who, j->path);
}

bool scripts_reaped(struct scripts *s, pid_t pid, int status)
{
	struct job *j = s ? table_del(&s->by_pid, (uint64_t)pid) : NULL;

	if (!j)
		return false;
	s->running--;
	close_output(j);
	say_how(j, status);
	job_over(j);
	pump(s);
	return true;
}

/* ---- what is asked for ---- */

static int enqueue(struct scripts *s, struct job *j)
{
	struct line *line = table_get(&s->lines, j->link);
	int err;

	if (!line) {
		line = calloc(1, sizeof(*line));
		err = line ? table_put(&s->lines, j->link, line) : -ENOMEM;
		if (err) {
			free(line);
			return err;
		}
	}
	if (!line->first) {
		line->end = &line->first;
		make_ready(s, j);
	}
	*line->end = j;
	line->end = &j->next;
	s->waiting++;
	return 0;
}

/* What is to be run; env is taken over. */
struct run {
	uint64_t link;
	uint32_t tunnel_id, session_id;
	bool up;
	const char *user, *path;
	char **env;
};

static bool has_room(struct scripts *s)
{
	bool full = s->waiting >= SCRIPTS_WAITING_MAX;

	if (full && !s->full)
		log_error("%u of the operator's programs wait already: no more "
			  "are run until there is room",
			  s->waiting);
	s->full = full;
	return !full;
}

/* For the log: whose program it is. */
static void describe(struct job *j, const struct run *r)
{
	int n = snprintf(j->who, sizeof(j->who),
			 "tunnel %u session %u: %s of \"%s\"", r->tunnel_id,
			 r->session_id, r->up ? "ip-up" : "ip-down", r->user);

	for (int i = 0; i < n && j->who[i]; i++)
		if (monitor_is_control(j->who[i]))
			j->who[i] = '?';
}

static int add(struct scripts *s, const struct run *r)
{
	struct job *j = r->env ? calloc(1, sizeof(*j)) : NULL;
	int err = j ? 0 : -ENOMEM;

	if (!err && !has_room(s))
		err = -ENOBUFS;
	if (err) {
		free(j);
		free(r->env);
		return err;
	}
	*j = (struct job){
		.scripts = s,
		.link = r->link,
		.path = r->path,
		.env = r->env,
		.output_fd = -1,
	};
	describe(j, r);
	err = enqueue(s, j);
	if (err)
		job_free(j);
	pump(s);
	return err;
}

static void forget_up(struct scripts *s, uint64_t link)
{
	struct remembered *r = table_del(&s->up, link);

	if (!r)
		return;
	free(r->env);
	free(r);
}

/* Its ip-down may come from now on, by the engine or when that dies. */
static int remember_up(struct scripts *s, const struct monitor_script *m,
		       const char *down)
{
	struct remembered *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->link = m->interface.link;
	r->tunnel_id = m->call.tunnel_id;
	r->session_id = m->call.id;
	r->since_ms = loop_now(s->loop);
	r->path = down;
	r->env = script_env_new(m);
	memcpy(r->user, m->service.user, sizeof(r->user));
	err = r->env ? table_put(&s->up, r->link, r) : -ENOMEM;
	if (err) {
		free(r->env);
		free(r);
	}
	return err;
}

/*
 * What is to be run, NULL: nothing. An ip-down ends what its ip-up began, so
 * that no other session's end can be made up.
 */
static int program_of(struct scripts *s, const struct monitor_script *m,
		      const struct config_ppp *p, const char **path)
{
	const struct remembered *r = table_get(&s->up, m->interface.link);
	int err = 0;

	*path = m->up ? p->ip_up : p->ip_down;
	if (m->up && p->ip_down)
		err = remember_up(s, m, p->ip_down);
	else if (!m->up && *path)
		err = !r ? -ENOENT : r->path == *path ? 0 : -EINVAL;
	if (!err && !m->up)
		forget_up(s, m->interface.link);
	return err;
}

static bool texts_end(const struct monitor_script *m)
{
	return ipc_is_text(m->interface.ifname) && ipc_is_text(m->profile) &&
	       ipc_is_text(m->service.user) &&
	       ipc_is_text(m->service.filter_id) &&
	       ipc_is_text(m->call.session_id) && ipc_is_text(m->call.peer) &&
	       ipc_is_text(m->call.peer_name) &&
	       ipc_is_text(m->call.calling_number) &&
	       ipc_is_text(m->call.called_number) && ipc_is_text(m->reason);
}

int scripts_run(struct scripts *s, const struct monitor_script *m)
{
	const struct config_ppp *p;
	const char *path;
	int err;

	if (!texts_end(m))
		return -EINVAL;
	p = config_ppp_find(s->config, m->profile);
	if (!p)
		return -ENOENT;
	err = program_of(s, m, p, &path);
	if (err || !path)
		return err;
	err = add(s, &(struct run){
			     .link = m->interface.link,
			     .tunnel_id = m->call.tunnel_id,
			     .session_id = m->call.id,
			     .up = m->up,
			     .user = m->service.user,
			     .path = path,
			     .env = script_env_new(m),
		     });
	/* Without the one there is not the other. */
	if (err && m->up)
		forget_up(s, m->interface.link);
	if (err && err != -ENOBUFS)
		log_error("tunnel %u session %u: %s is not run: %s",
			  m->call.tunnel_id, m->call.id, path, strerror(-err));
	return err;
}

void scripts_all_down(struct scripts *s, const char *reason)
{
	struct remembered *r;

	while (s && (r = table_pop(&s->up))) {
		uint64_t seconds =
			(loop_now_fresh(s->loop) - r->since_ms) / 1000;

		add(s, &(struct run){
			       .link = r->link,
			       .tunnel_id = r->tunnel_id,
			       .session_id = r->session_id,
			       .user = r->user,
			       .path = r->path,
			       .env = script_env_down(r->env, seconds, reason),
		       });
		free(r->env);
		free(r);
	}
}

/* ---- all of them ---- */

struct scripts *scripts_new(struct loop *loop, const struct config *config,
			    struct rlimit files)
{
	struct scripts *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	*s = (struct scripts){
		.loop = loop,
		.config = config,
		.files = files,
		.limit_ms = SCRIPT_LIMIT_MS,
		.kill_ms = SCRIPT_KILL_MS,
	};
	s->ready_end = &s->ready;
	s->stack = malloc(CHILD_STACK);
	s->null_fd = above_std(open("/dev/null", O_RDONLY | O_CLOEXEC));
	if (!s->stack || s->null_fd < 0) {
		scripts_free(s);
		return NULL;
	}
	for (size_t i = 0; i < config->ppp_n; i++) {
		check_at_start(&config->ppp[i], "ip-up", config->ppp[i].ip_up);
		check_at_start(&config->ppp[i], "ip-down",
			       config->ppp[i].ip_down);
	}
	return s;
}

void scripts_set_limits(struct scripts *s, uint64_t limit_ms, uint64_t kill_ms)
{
	s->limit_ms = limit_ms;
	s->kill_ms = kill_ms;
	table_foreach(&s->by_pid, i) {
		struct job *j = s->by_pid.slots[i].value;

		loop_timer_set(s->loop, &j->timer,
			       loop_now_fresh(s->loop) +
				       (j->terminated ? kill_ms : limit_ms),
			       on_limit);
	}
}

/*
 * Waits a moment for output and exits. On kernels without pidfds it just waits.
 */
static void wait_a_moment(struct scripts *s)
{
	struct pollfd fds[2 * SCRIPTS_AT_ONCE];
	int pidfds[SCRIPTS_AT_ONCE];
	nfds_t n = 0;
	size_t k = 0;

	table_foreach(&s->by_pid, i) {
		struct job *j = s->by_pid.slots[i].value;

		pidfds[k] = (int)syscall(SYS_pidfd_open, j->pid, 0);
		fds[n++] =
			(struct pollfd){ .fd = pidfds[k++], .events = POLLIN };
		/* A pipe whose writers are gone would always be ready. */
		if (j->output.ev)
			fds[n++] = (struct pollfd){
				.fd = j->output_fd,
				.events = POLLIN,
			};
	}
	poll(fds, n, FINISH_STEP_MS);
	while (k)
		close(pidfds[--k]);
	table_foreach(&s->by_pid, i) {
		struct job *j = s->by_pid.slots[i].value;

		if (j->output.ev)
			read_output(j);
	}
}

/* One that has ended, or 0. */
static pid_t ended(const struct scripts *s, int *status)
{
	table_foreach(&s->by_pid, i) {
		pid_t pid = (pid_t)s->by_pid.slots[i].key;

		if (waitpid(pid, status, WNOHANG) == pid)
			return pid;
	}
	return 0;
}

static void finish_until(struct scripts *s, uint64_t deadline)
{
	int status;
	pid_t pid;

	for (;;) {
		while ((pid = ended(s, &status)))
			scripts_reaped(s, pid, status);
		if (!s->running || loop_now_fresh(s->loop) >= deadline)
			return;
		wait_a_moment(s);
	}
}

/* Forgets programs that have not begun. Returns how many. */
static unsigned int forget_waiting(struct scripts *s)
{
	unsigned int n = s->waiting;

	table_foreach(&s->lines, i) {
		struct line *line = s->lines.slots[i].value;
		struct job **link = &line->first, *next;

		if (*link && (*link)->pid)
			link = &(*link)->next;
		for (struct job *j = *link; j; j = next) {
			next = j->next;
			job_free(j);
		}
		*link = NULL;
		line->end = link;
	}
	s->ready = NULL;
	s->ready_end = &s->ready;
	s->waiting = 0;
	return n;
}

static void kill_all(struct scripts *s, int number)
{
	table_foreach(&s->by_pid, i)
		kill(-(pid_t)s->by_pid.slots[i].key, number);
}

void scripts_finish(struct scripts *s, uint64_t ms)
{
	unsigned int waiting;

	if (!s)
		return;
	finish_until(s, loop_now_fresh(s->loop) + ms);
	waiting = forget_waiting(s);
	if (s->running || waiting)
		log_warn("l2tpd stops: %u of the operator's programs are "
			 "ended, %u are not run",
			 s->running, waiting);
	kill_all(s, SIGTERM);
	finish_until(s, loop_now_fresh(s->loop) + FINISH_KILL_MS);
	kill_all(s, SIGKILL);
	while (s->by_pid.count)
		finish_until(s, loop_now_fresh(s->loop) + FINISH_KILL_MS);
}

void scripts_free(struct scripts *s)
{
	struct remembered *r;
	struct line *line;

	if (!s)
		return;
	scripts_finish(s, 0);
	while ((line = table_pop(&s->lines)))
		free(line);
	while ((r = table_pop(&s->up))) {
		free(r->env);
		free(r);
	}
	table_fini(&s->lines);
	table_fini(&s->by_pid);
	table_fini(&s->up);
	if (s->null_fd >= 0)
		close(s->null_fd);
	free(s->stack);
	free(s);
}
