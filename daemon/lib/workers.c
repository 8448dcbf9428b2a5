/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The threads: two lists under one lock, and an eventfd that wakes the loop. */
#include "lib/workers.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define STACK_SIZE (512 << 10) /* NSS modules are not frugal */

struct list {
	struct workers_job *first, **last;
};

struct workers {
	struct loop_io io;
	int wake; /* eventfd: done is not empty */
	unsigned int threads_max, queue_max;
	pthread_t *threads;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t work;
	struct list todo, done;
	unsigned int threads_n, queued, idle;
	bool ending;
};

static void push(struct list *l, struct workers_job *j)
{
	if (!l->first)
		l->last = &l->first;
	j->next = NULL;
	*l->last = j;
	l->last = &j->next;
}

static struct workers_job *pop(struct list *l)
{
	struct workers_job *j = l->first;

	if (j)
		l->first = j->next;
	return j;
}

static void wake_loop(struct workers *w)
{
	static const uint64_t one = 1;

	/* Full means that it is awake already. */
	(void)!write(w->wake, &one, sizeof(one));
}

static void *thread_main(void *arg)
{
	struct workers *w = arg;
	struct workers_job *j;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		j = pop(&w->todo);
		if (!j && w->ending)
			break;
		if (!j) {
			w->idle++;
			pthread_cond_wait(&w->work, &w->lock);
			w->idle--;
			continue;
		}
		w->queued--;
		pthread_mutex_unlock(&w->lock);
		j->run(j);
		pthread_mutex_lock(&w->lock);
		push(&w->done, j);
		wake_loop(w);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void finish(struct workers *w)
{
	struct workers_job *j, *next;

	pthread_mutex_lock(&w->lock);
	j = w->done.first;
	w->done.first = NULL;
	pthread_mutex_unlock(&w->lock);
	for (; j; j = next) {
		next = j->next;
		j->done(j);
	}
}

static void on_wake(struct loop_io *io, int fd, int events)
{
	uint64_t count;

	(void)events;
	(void)!read(fd, &count, sizeof(count));
	finish(container_of(io, struct workers, io));
}

struct workers *workers_new(struct loop *loop, unsigned int threads,
			    unsigned int queue)
{
	struct workers *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->threads_max = threads;
	w->queue_max = queue;
	w->threads = calloc(threads, sizeof(*w->threads));
	w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->work, NULL);
	if (w->threads && w->wake >= 0 &&
	    loop_io_start(loop, &w->io, w->wake, LOOP_READ, on_wake) == 0)
		return w;
	if (w->wake >= 0)
		close(w->wake);
	free(w->threads);
	free(w);
	return NULL;
}

/* Signals are the loop's: a thread has them blocked. With the lock held. */
static int start_thread(struct workers *w)
{
	sigset_t all, old;
	pthread_attr_t attr;
	int err;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&w->threads[w->threads_n], &attr, thread_main, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	if (!err)
		w->threads_n++;
	return -err;
}

int workers_add(struct workers *w, struct workers_job *j)
{
	int err = 0;

	pthread_mutex_lock(&w->lock);
	if (w->ending || w->queued >= w->queue_max) {
		err = -EAGAIN;
	} else if (w->idle <= w->queued && w->threads_n < w->threads_max) {
		err = start_thread(w);
		if (err && w->threads_n)
			err = 0; /* those that run will come to it */
	}
	if (!err) {
		push(&w->todo, j);
		w->queued++;
		pthread_cond_signal(&w->work);
	}
	pthread_mutex_unlock(&w->lock);
	return err;
}

void workers_free(struct workers *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->ending = true;
	pthread_cond_broadcast(&w->work);
	pthread_mutex_unlock(&w->lock);
	for (unsigned int i = 0; i < w->threads_n; i++)
		pthread_join(w->threads[i], NULL);
	finish(w);
	loop_io_stop(&w->io);
	close(w->wake);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->work);
	free(w->threads);
	free(w);
}
