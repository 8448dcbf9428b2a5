/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls of pppd templates: waiting, started, stopped; see ppp.h. */
#include "monitor/ppp.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/table.h"
#include "monitor/ppp_options.h"
#include "monitor/ppp_template.h"

#ifndef PPPD_PATH
#define PPPD_PATH "/usr/sbin/pppd"
#endif
#define TEMPLATE_CHANNEL_FD 3
#define KILL_MS		    10000
#define FREE_ANSWER_MS	    10000
#define FREE_GRACE_MS	    2000
#define NEVER_RAN	    W_EXITCODE(1, 0)

enum run_state {
	RUN_WAITING, /* for its template */
	RUN_ASKED,   /* the template was asked to fork */
	RUN_RUNNING,
	RUN_OVER, /* the loop will call exited soon */
};

struct runner_template {
	struct ppp_template template; /* first */
	struct ppp_runner *runner;
	struct runner_template *next;
	struct run *runs; /* of its calls */
};

struct run {
	struct ppp_runner *runner;
	struct runner_template *template; /* NULL: its template died */
	struct run *next, **link;	  /* in template->runs */
	uint64_t link_id;
	uint32_t tunnel_id, session_id; /* for the log */
	enum run_state state;
	bool stopping;
	pid_t pid;
	char *why; /* of one that never ran; NULL: nothing is known */
	/* SIGKILL, or the end of a call that never ran */
	struct loop_timer timer;
	/* While it waits: */
	struct ppp_call_params *params;
	int fds[2];
};

struct ppp_runner {
	struct loop *loop;
	const struct config *config;
	const char *pppd, *plugin, *units;
	ppp_runner_exited *exited;
	void *arg;
	ppp_runner_tried *tried; /* NULL: nobody waits for it, or he was told */
	void *tried_arg;
	struct loop_timer try_timer;
	struct runner_template *templates;
	struct table by_link; /* link -> struct run */
	struct table by_pid;
};

/* ---- calls ---- */

static void run_unlink(struct run *run)
{
	struct runner_template *rt = run->template;

	if (!rt)
		return;
	*run->link = run->next;
	if (run->next)
		run->next->link = run->link;
	run->template = NULL;
	run->next = NULL;
	run->link = NULL;
	if (rt->template.retired && !rt->runs)
		ppp_template_end(&rt->template);
}

static void run_attach(struct run *run, struct runner_template *rt)
{
	run->template = rt;
	run->next = rt->runs;
	run->link = &rt->runs;
	if (run->next)
		run->next->link = &run->next;
	rt->runs = run;
}

static void run_forget_wait(struct run *run)
{
	if (!run->params)
		return;
	close(run->fds[0]);
	close(run->fds[1]);
	free(run->params);
	run->params = NULL;
}

static void run_free(struct run *run)
{
	struct ppp_runner *r = run->runner;

	loop_timer_stop(&run->timer);
	table_del(&r->by_link, run->link_id);
	if (run->pid > 0)
		table_del(&r->by_pid, (uint64_t)run->pid);
	run_unlink(run);
	run_forget_wait(run);
	free(run->why);
	free(run);
}

static void run_exited(struct run *run, int status, const char *why)
{
	struct ppp_runner *r = run->runner;
	uint64_t link = run->link_id;
	pid_t pid = run->pid;
	char *own = run->why;

	run->why = NULL;
	log_debug("tunnel %u session %u: pppd %d ended, status %#x",
		  run->tunnel_id, run->session_id, (int)pid,
		  (unsigned int)status);
	run_free(run);
	r->exited(r->arg, link, pid, status, own ? own : why);
	free(own);
}

static struct run *run_of_timer(struct loop_timer *timer)
{
	return container_of(timer, struct run, timer);
}

static void on_over(struct loop_timer *timer)
{
	run_exited(run_of_timer(timer), NEVER_RAN, "");
}

/* The call never gets a pppd. */
static void run_over(struct run *run, const char *why)
{
	free(run->why);
	run->why = why[0] ? strdup(why) : NULL;
	run_forget_wait(run);
	run_unlink(run);
	run->state = RUN_OVER;
	loop_timer_set(run->runner->loop, &run->timer,
		       loop_now(run->runner->loop), on_over);
}

static void on_kill(struct loop_timer *timer)
{
	struct run *run = run_of_timer(timer);

	log_warn("tunnel %u session %u: pppd %d does not end and is killed",
		 run->tunnel_id, run->session_id, (int)run->pid);
	kill(run->pid, SIGKILL);
}

/*
 * The pid is still the call's: before another process can get it, the parent
 * reaps the call and says so.
 */
static void run_terminate(struct run *run)
{
	kill(run->pid, SIGTERM);
	loop_timer_set(run->runner->loop, &run->timer,
		       loop_now(run->runner->loop) + KILL_MS, on_kill);
}

static void on_started(void *arg, int result, struct ipc_message *m)
{
	struct run *run = arg;
	const struct ppp_template_started *s;

	s = m && !result ? ipc_body(m, const struct ppp_template_started) :
			   NULL;
	if (!s || s->pid <= 0) {
		log_error("tunnel %u session %u: pppd does not start: %s",
			  run->tunnel_id, run->session_id,
			  strerror(result ? -result : EPROTO));
		run_over(run, strerror(result ? -result : EPROTO));
		return;
	}
	run->pid = s->pid;
	run->state = RUN_RUNNING;
	if (table_put(&run->runner->by_pid, (uint64_t)run->pid, run)) {
		log_error("tunnel %u session %u: out of memory", run->tunnel_id,
			  run->session_id);
		kill(run->pid, SIGKILL);
		run->pid = 0;
		run_over(run, "out of memory");
		return;
	}
	if (run->stopping)
		run_terminate(run);
}

static int run_ask(struct run *run, const struct ppp_call_params *p,
		   const int fds[2])
{
	struct channel *channel = &run->template->template.channel;
	int err;

	if (!channel_is_open(channel))
		return -EPIPE;
	err = channel_request(channel, PPP_TEMPLATE_CALL, p, sizeof(*p), fds, 2,
			      on_started, run);
	if (!err)
		run->state = RUN_ASKED;
	return err;
}

static int run_wait(struct run *run, const struct ppp_call_params *p,
		    int pppox_fd, int channel_fd)
{
	int a = fcntl(pppox_fd, F_DUPFD_CLOEXEC, 0);
	int b = fcntl(channel_fd, F_DUPFD_CLOEXEC, 0);
	struct ppp_call_params *copy = malloc(sizeof(*copy));
	int err = a < 0 || b < 0 ? -errno : -ENOMEM;

	if (a < 0 || b < 0 || !copy) {
		if (a >= 0)
			close(a);
		if (b >= 0)
			close(b);
		free(copy);
		return err;
	}
	*copy = *p;
	run->params = copy;
	run->fds[0] = a;
	run->fds[1] = b;
	return 0;
}

/* ---- templates ---- */

static struct runner_template *rt_of(struct ppp_template *t)
{
	return (struct runner_template *)t;
}

static void rt_free(struct runner_template *rt)
{
	struct runner_template **link = &rt->runner->templates;

	while (*link != rt)
		link = &(*link)->next;
	*link = rt->next;
	ppp_template_fini(&rt->template);
	free(rt);
}

/* Once all have started, or one never will. */
static void look_whether_tried(struct ppp_runner *r)
{
	ppp_runner_tried *tried = r->tried;
	bool all = true, wrong = false;

	for (struct runner_template *rt = r->templates; rt; rt = rt->next) {
		const struct ppp_template *t = &rt->template;

		wrong = wrong || (t->failures && t->wrong);
		all = all && (t->state == PPP_TEMPLATE_IS_READY || t->failures);
	}
	if (!tried || (!all && !wrong))
		return;
	r->tried = NULL;
	tried(r->tried_arg, wrong);
}

static void on_ready(struct ppp_template *t)
{
	struct run *run, *next;

	for (run = rt_of(t)->runs; run; run = next) {
		int err;

		next = run->next;
		if (run->state != RUN_WAITING)
			continue;
		err = run_ask(run, run->params, run->fds);
		if (err) {
			log_error("tunnel %u session %u: pppd does not start: "
				  "%s",
				  run->tunnel_id, run->session_id,
				  strerror(-err));
			run_over(run, strerror(-err));
		} else {
			run_forget_wait(run);
		}
	}
	look_whether_tried(rt_of(t)->runner);
}

static void on_child_exited(struct ppp_template *t, pid_t pid, int status)
{
	struct run *run = table_get(&rt_of(t)->runner->by_pid, (uint64_t)pid);

	if (run)
		run_exited(run, status, t->error);
}

/*
 * The template's children are the monitor's now. A child that the template had
 * reaped and not told of is missing, and nobody will ever reap it.
 */
static void on_down(struct ppp_template *t)
{
	struct runner_template *rt = rt_of(t);
	struct run *run, *next;

	for (run = rt->runs; run; run = next) {
		next = run->next;
		if (run->state == RUN_RUNNING) {
			run_unlink(run);
			if (kill(run->pid, 0) < 0 && errno == ESRCH)
				run_over(run, "");
		} else if (run->state == RUN_WAITING &&
			   (t->failures || t->retired)) {
			run_over(run, t->error);
		}
	}
	look_whether_tried(rt->runner);
	if (t->retired)
		rt_free(rt);
}

static struct runner_template *
rt_new(struct ppp_runner *r, const struct config_ppp *profile, bool lns)
{
	struct runner_template *rt;
	char **argv = ppp_options_new(r->config, profile, lns, r->plugin,
				      r->units, TEMPLATE_CHANNEL_FD);

	rt = argv ? calloc(1, sizeof(*rt)) : NULL;
	if (!rt) {
		ppp_options_free(argv);
		return NULL;
	}
	ppp_template_init(&rt->template, r->loop, profile->name, lns, r->pppd,
			  argv);
	rt->template.ready = on_ready;
	rt->template.child_exited = on_child_exited;
	rt->template.down = on_down;
	rt->runner = r;
	rt->next = r->templates;
	r->templates = rt;
	ppp_template_start(&rt->template);
	return rt;
}

static struct runner_template *rt_find(const struct ppp_runner *r,
				       const char *profile, bool lns)
{
	for (struct runner_template *rt = r->templates; rt; rt = rt->next)
		if (!rt->template.retired && rt->template.lns == lns &&
		    strcmp(rt->template.profile, profile) == 0)
			return rt;
	return NULL;
}

/* The profile's template, made when there is none; NULL with errno. */
static struct runner_template *rt_get(struct ppp_runner *r, const char *profile,
				      bool lns)
{
	const struct config_ppp *p = config_ppp_find(r->config, profile);
	struct runner_template *rt = rt_find(r, profile, lns);

	if (rt)
		return rt;
	if (!p || p->backend != CONFIG_BACKEND_PPPD) {
		errno = ENOENT;
		return NULL;
	}
	rt = rt_new(r, p, lns);
	if (!rt)
		errno = ENOMEM;
	return rt;
}

/* Those that the configuration will need. */
static void rt_start_all(struct ppp_runner *r)
{
	for (size_t i = 0; i < r->config->lns_n; i++)
		rt_get(r, r->config->lns[i].ppp, true);
	for (size_t i = 0; i < r->config->lac_n; i++)
		for (size_t k = 0; k < r->config->lac[i].sessions_n; k++)
			rt_get(r, r->config->lac[i].sessions[k].ppp, false);
}

/* ---- the port ---- */

struct ppp_runner *ppp_runner_new(struct loop *loop,
				  const struct config *config,
				  const char *plugin, const char *units,
				  ppp_runner_exited *exited, void *arg)
{
	struct ppp_runner *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->loop = loop;
	r->config = config;
	r->pppd = PPPD_PATH;
	r->plugin = plugin;
	r->units = units;
	r->exited = exited;
	r->arg = arg;
	rt_start_all(r);
	return r;
}

void ppp_runner_set_pppd(struct ppp_runner *r, const char *path)
{
	r->pppd = path;
	for (struct runner_template *rt = r->templates; rt; rt = rt->next)
		rt->template.pppd = path;
}

static void on_try(struct loop_timer *timer)
{
	look_whether_tried(container_of(timer, struct ppp_runner, try_timer));
}

void ppp_runner_try(struct ppp_runner *r, ppp_runner_tried *tried, void *arg)
{
	r->tried = tried;
	r->tried_arg = arg;
	/* There may be none that could say so. */
	loop_timer_set(r->loop, &r->try_timer, loop_now(r->loop), on_try);
}

const char *ppp_runner_why(const struct ppp_runner *r, const char *profile,
			   bool lns)
{
	const struct runner_template *rt = rt_find(r, profile, lns);

	return rt ? rt->template.error : "";
}

int ppp_runner_start(struct ppp_runner *r, const char *profile,
		     const struct ppp_call_params *p, int pppox_fd,
		     int call_channel_fd)
{
	const int fds[2] = { pppox_fd, call_channel_fd };
	struct runner_template *rt = rt_get(r, profile, p->lns);
	struct run *run;
	int err;

	if (!rt)
		return -errno;
	if (rt->template.state == PPP_TEMPLATE_IS_DOWN && rt->template.failures)
		return -ENOEXEC;
	run = calloc(1, sizeof(*run));
	if (!run)
		return -ENOMEM;
	run->runner = r;
	run->link_id = p->link;
	run->tunnel_id = p->tunnel_id;
	run->session_id = p->session_id;
	err = table_put(&r->by_link, p->link, run);
	if (err) {
		free(run);
		return err;
	}
	run_attach(run, rt);
	err = -EPIPE;
	if (rt->template.state == PPP_TEMPLATE_IS_READY)
		err = run_ask(run, p, fds);
	/*
	 * The template is not ready, or it is dead and that is not known yet.
	 */
	if (err == -EPIPE)
		err = run_wait(run, p, pppox_fd, call_channel_fd);
	if (err)
		run_free(run);
	return err;
}

void ppp_runner_stop(struct ppp_runner *r, uint64_t link)
{
	struct run *run = table_get(&r->by_link, link);

	if (!run || run->stopping)
		return;
	run->stopping = true;
	switch (run->state) {
	case RUN_WAITING:
		run_over(run, "");
		break;
	case RUN_RUNNING:
		run_terminate(run);
		break;
	case RUN_ASKED: /* when the answer comes */
	case RUN_OVER:
		break;
	}
}

bool ppp_runner_reaped(struct ppp_runner *r, pid_t pid, int status)
{
	struct run *run = table_get(&r->by_pid, (uint64_t)pid);

	if (run) {
		run_exited(run, status, "");
		return true;
	}
	for (struct runner_template *rt = r->templates; rt; rt = rt->next)
		if (ppp_template_reaped(&rt->template, pid, status))
			return true;
	return false;
}

void ppp_runner_reload(struct ppp_runner *r, const struct config *config)
{
	struct runner_template *rt, *old = r->templates, *next;
	struct run *run, *next_run;

	r->config = config;
	for (rt = old; rt; rt = rt->next)
		rt->template.retired = true;
	rt_start_all(r);
	for (rt = old; rt; rt = next) {
		next = rt->next;
		for (run = rt->runs; run; run = next_run) {
			struct runner_template *to;

			next_run = run->next;
			if (run->state != RUN_WAITING)
				continue;
			to = rt_get(r, rt->template.profile, rt->template.lns);
			if (!to) {
				run_over(run, "the profile is gone");
				continue;
			}
			run_unlink(run);
			run_attach(run, to);
		}
		if (!rt->runs)
			ppp_template_end(&rt->template);
		if (rt->template.state == PPP_TEMPLATE_IS_DOWN)
			rt_free(rt);
	}
}

static struct timespec deadline_after(int ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_sec += ms / 1000;
	return ts;
}

static int ms_left(const struct timespec *deadline)
{
	struct timespec now;
	int64_t left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left = (deadline->tv_sec - now.tv_sec) * 1000 +
	       (deadline->tv_nsec - now.tv_nsec) / 1000000;
	return left > 0 ? (int)left : 0;
}

/* Waits for the process until the deadline, then kills it, and reaps it. */
static void end_process(pid_t pid, const struct timespec *deadline)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (fd < 0 || poll(&p, 1, ms_left(deadline)) != 1)
		kill(pid, SIGKILL);
	if (fd >= 0)
		close(fd);
	waitpid(pid, NULL, 0);
}

static struct run *find_asked(const struct ppp_runner *r)
{
	table_foreach(&r->by_link, i) {
		struct run *run = r->by_link.slots[i].value;

		if (run->state == RUN_ASKED)
			return run;
	}
	return NULL;
}

/*
 * A call that was asked for may run already, and only the template's answer
 * tells its pid. If the template were killed before that, its child would stay
 * behind, and nobody would know it.
 */
static void await_answers(struct ppp_runner *r)
{
	struct timespec deadline = deadline_after(FREE_ANSWER_MS);
	struct run *run;

	while ((run = find_asked(r))) {
		struct channel *channel = &run->template->template.channel;
		struct pollfd p = { .fd = channel->fd, .events = POLLIN };
		int n;

		if (channel->out)
			p.events |= POLLOUT;
		n = poll(&p, 1, ms_left(&deadline));
		if (n < 0 && errno == EINTR)
			continue;
		if (n != 1)
			return;
		channel_work(channel,
			     (p.revents & ~POLLOUT ? LOOP_READ : 0) |
				     (p.revents & POLLOUT ? LOOP_WRITE : 0));
	}
}

static void exited_to_nobody(void *arg, uint64_t link, pid_t pid, int status,
			     const char *why)
{
	(void)why;
	(void)arg;
	(void)link;
	(void)pid;
	(void)status;
}

void ppp_runner_free(struct ppp_runner *r)
{
	struct timespec deadline;
	struct run *run;

	if (!r)
		return;
	r->exited = exited_to_nobody;
	r->tried = NULL;
	loop_timer_stop(&r->try_timer);
	await_answers(r);
	table_foreach(&r->by_pid, i)
		kill((pid_t)r->by_pid.slots[i].key, SIGTERM);
	table_foreach(&r->by_link, i)
		run_unlink(r->by_link.slots[i].value);
	/* With their templates gone they are ours to reap. */
	while (r->templates)
		rt_free(r->templates);
	deadline = deadline_after(FREE_GRACE_MS);
	while ((run = table_pop(&r->by_link))) {
		if (run->pid > 0)
			end_process(run->pid, &deadline);
		run_free(run);
	}
	table_fini(&r->by_link);
	table_fini(&r->by_pid);
	free(r);
}
