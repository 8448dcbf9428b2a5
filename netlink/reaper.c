/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a session is removed without making others wait. SESSION_DELETE, before
 * Linux 6.12, waits in l2tp_session_unhash while it holds the lock of all
 * generic netlink, so that nobody can make a tunnel meanwhile. So the session's
 * PPPoX socket is taken and closed, which removes the session too and waits
 * without that lock. When a pppd has the socket, which is about to exit, its
 * exit does the same; a pppd that does not exit in time is not waited for.
 */
#include "netlink/reaper.h"

#include <errno.h>
#include <netinet/in.h> /* before linux/l2tp.h, which has its own otherwise */
#include <linux/l2tp.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/table.h"
#include "netlink/dataplane.h"
#include "netlink/genl.h"
#include "netlink/pppox.h"

/* Each removes one session in a grace period, and all share the period. */
#define REAPER_THREADS 8
#define REAPER_STACK   (64 * 1024)
/* How long a session's pppd may take to exit. */
#define HELD_MS	       500

struct job {
	struct job *next;
	uint32_t tunnel_id, session_id;
	int fd;		     /* -1: the session */
	struct timespec due; /* in the held list */
};

struct job_list {
	struct job *first, **last;
};

struct reaper {
	pthread_mutex_t lock; /* of all members up to genl_lock */
	pthread_cond_t work;
	struct job_list work_list;
	/* sessions whose socket somebody has, by due time */
	struct job_list held;
	struct table pending; /* sessions whose removal has not ended */
	pthread_t threads[REAPER_THREADS];
	unsigned int started, idle, queued;
	bool stop;
	int error;		   /* why no thread runs: -errno, or 0 */
	bool delete_waits;	   /* SESSION_DELETE does, on this kernel */
	pthread_mutex_t genl_lock; /* of genl: the threads' own */
	struct genl genl;
};

static uint64_t job_key(const struct job *j)
{
	return dp_session_key(j->tunnel_id, j->session_id);
}

static void list_init(struct job_list *l)
{
	l->first = NULL;
	l->last = &l->first;
}

static void list_append(struct job_list *l, struct job *j)
{
	j->next = NULL;
	*l->last = j;
	l->last = &j->next;
}

static struct job *list_take(struct job_list *l)
{
	struct job *j = l->first;

	if (j)
		l->first = j->next;
	if (!l->first)
		l->last = &l->first;
	return j;
}

static void session_delete(struct reaper *r, const struct job *j)
{
	struct nl_msg *msg;

	pthread_mutex_lock(&r->genl_lock);
	msg = genl_message(&r->genl, L2TP_CMD_SESSION_DELETE, 0);
	/*
	 * An error means that it is gone, or that the tunnel's end
	 * will have to do.
	 */
	if (msg && !nla_put_u32(msg, L2TP_ATTR_CONN_ID, j->tunnel_id) &&
	    !nla_put_u32(msg, L2TP_ATTR_SESSION_ID, j->session_id))
		genl_call(&r->genl, msg, NULL, NULL);
	else if (msg)
		nlmsg_free(msg);
	pthread_mutex_unlock(&r->genl_lock);
}

/* False when somebody has the session's socket, whose close would do. */
static bool job_run(struct reaper *r, const struct job *j)
{
	int fd = j->fd;

	if (fd < 0 && r->delete_waits)
		fd = pppox_seize(j->tunnel_id, j->session_id);
	if (fd >= 0)
		close(fd);
	else if (fd == -EEXIST)
		return false;
	else if (fd != -ENOENT)
		session_delete(r, j);
	return true;
}

static bool is_due(const struct job *j)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > j->due.tv_sec ||
	       (now.tv_sec == j->due.tv_sec && now.tv_nsec >= j->due.tv_nsec);
}

static void hold(struct reaper *r, struct job *j)
{
	clock_gettime(CLOCK_MONOTONIC, &j->due);
	j->due.tv_nsec += HELD_MS * 1000000L;
	if (j->due.tv_nsec >= 1000000000L) {
		j->due.tv_nsec -= 1000000000L;
		j->due.tv_sec++;
	}
	list_append(&r->held, j);
}

/* With the lock held. Waits for a job; NULL at the end. */
static struct job *job_next(struct reaper *r, bool *was_held)
{
	for (;;) {
		struct job *held = r->held.first;

		*was_held = !r->work_list.first && held &&
			    (r->stop || is_due(held));
		if (*was_held)
			return list_take(&r->held);
		if (r->work_list.first) {
			r->queued--;
			return list_take(&r->work_list);
		}
		if (r->stop)
			return NULL;
		r->idle++;
		if (held) {
			/* it may be forgotten meanwhile */
			struct timespec due = held->due;

			pthread_cond_timedwait(&r->work, &r->lock, &due);
		} else {
			pthread_cond_wait(&r->work, &r->lock);
		}
		r->idle--;
	}
}

static void *reaper_thread(void *arg)
{
	struct reaper *r = arg;
	bool was_held, done;
	struct job *j;

	pthread_mutex_lock(&r->lock);
	while ((j = job_next(r, &was_held))) {
		pthread_mutex_unlock(&r->lock);
		done = true;
		if (was_held)
			session_delete(r, j);
		else
			done = job_run(r, j);
		pthread_mutex_lock(&r->lock);
		if (!done) {
			hold(r, j);
			continue;
		}
		if (j->fd < 0)
			table_del(&r->pending, job_key(j));
		free(j);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

static int start_thread(struct reaper *r)
{
	sigset_t all, before;
	pthread_attr_t attr;
	int ret;

	ret = pthread_attr_init(&attr);
	if (ret)
		return -ret;
	pthread_attr_setstacksize(&attr, REAPER_STACK);
	/* Signals are for the thread that has the event loop. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = pthread_create(&r->threads[r->started], &attr, reaper_thread, r);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	if (ret)
		return -ret;
	r->started++;
	return 0;
}

/*
 * With the lock held. Without any thread the caller does the work itself, and
 * waits for it; the next one tries again to start a thread.
 */
static bool enqueue(struct reaper *r, struct job *j)
{
	int err = 0;

	/* An idle thread stays idle until it runs: count what waits for one. */
	if (r->queued >= r->idle && r->started < REAPER_THREADS)
		err = start_thread(r);
	if (err && !r->started) {
		r->error = err;
		return false;
	}
	r->error = 0;
	list_append(&r->work_list, j);
	r->queued++;
	pthread_cond_signal(&r->work);
	return true;
}

/* Nobody holds sessions back here: who waits would wait for a thread. */
static void run_here(struct reaper *r, const struct job *j)
{
	if (!job_run(r, j))
		session_delete(r, j);
}

static struct job *job_new(uint32_t tunnel_id, uint32_t session_id, int fd)
{
	struct job *j = malloc(sizeof(*j));

	if (j)
		*j = (struct job){
			.tunnel_id = tunnel_id,
			.session_id = session_id,
			.fd = fd,
		};
	return j;
}

int reaper_session(struct reaper *r, uint32_t tunnel_id, uint32_t session_id)
{
	struct job *j = job_new(tunnel_id, session_id, -1);
	int ret;

	if (!j)
		return -ENOMEM;
	pthread_mutex_lock(&r->lock);
	/* Once only: a second removal could hit the id's next user. */
	ret = table_put(&r->pending, job_key(j), j);
	if (!ret && !enqueue(r, j)) {
		table_del(&r->pending, job_key(j));
		run_here(r, j);
		free(j);
	} else if (ret) {
		free(j);
	}
	pthread_mutex_unlock(&r->lock);
	return ret == -EEXIST ? -ENOENT : ret;
}

/* With the lock held. The number of jobs that it took out. */
static unsigned int forget(struct reaper *r, struct job_list *l,
			   uint32_t tunnel_id)
{
	struct job **at, *j;
	unsigned int n = 0;

	for (at = &l->first; (j = *at);) {
		if (j->fd >= 0 || j->tunnel_id != tunnel_id) {
			at = &j->next;
			continue;
		}
		*at = j->next;
		table_del(&r->pending, job_key(j));
		free(j);
		n++;
	}
	l->last = at;
	return n;
}

void reaper_forget_tunnel(struct reaper *r, uint32_t tunnel_id)
{
	pthread_mutex_lock(&r->lock);
	r->queued -= forget(r, &r->work_list, tunnel_id);
	forget(r, &r->held, tunnel_id);
	pthread_mutex_unlock(&r->lock);
}

int reaper_fd(struct reaper *r, int fd)
{
	struct job *j = job_new(0, 0, fd);

	if (!j)
		return -ENOMEM;
	pthread_mutex_lock(&r->lock);
	if (!enqueue(r, j)) {
		run_here(r, j);
		free(j);
	}
	pthread_mutex_unlock(&r->lock);
	return 0;
}

int reaper_error(struct reaper *r)
{
	int err;

	pthread_mutex_lock(&r->lock);
	err = r->error;
	pthread_mutex_unlock(&r->lock);
	return err;
}

struct reaper *reaper_new(void)
{
	struct reaper *r = calloc(1, sizeof(*r));
	pthread_condattr_t attr;

	if (!r)
		return NULL;
	if (genl_open(&r->genl)) {
		free(r);
		return NULL;
	}
	pthread_mutex_init(&r->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&r->work, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&r->genl_lock, NULL);
	list_init(&r->work_list);
	list_init(&r->held);
	r->delete_waits = true;
	return r;
}

void reaper_delete_is_quick(struct reaper *r)
{
	r->delete_waits = false;
}

void reaper_free(struct reaper *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	r->stop = true;
	pthread_cond_broadcast(&r->work);
	pthread_mutex_unlock(&r->lock);
	for (unsigned int i = 0; i < r->started; i++)
		pthread_join(r->threads[i], NULL);
	genl_close(&r->genl);
	table_fini(&r->pending);
	pthread_cond_destroy(&r->work);
	pthread_mutex_destroy(&r->genl_lock);
	pthread_mutex_destroy(&r->lock);
	free(r);
}
