/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * No thread can be started, as at a limit of tasks: sessions are removed all
 * the same, and a thread takes over as soon as there can be one.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "dataplane_lab.h"

#define SESSIONS 20

static struct dataplane *dp;
static bool starved;
static unsigned int started;

/* In place of the library's, for this program and what it links. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
		   void *(*start)(void *), void *arg)
{
	int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
		    void *);

	if (starved)
		return EAGAIN;
	started++;
	*(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
	return real(thread, attr, start, arg);
}

static const struct lab_kind kind = { "udp", 2, DP_ENCAP_UDP, AF_INET };

static void add_tunnels(struct lab *lab)
{
	lab_sockets(lab, &kind);
	for (int end = 0; end < 2; end++)
		assert_int_equal(lab->dp->ops->tunnel_add(lab->dp,
							  &lab->tunnel[end]),
				 0);
}

/* With its PPPoX socket open, as in use, or without. */
static int add_session(struct lab *lab, uint32_t n)
{
	struct dp_session s = lab_session(lab, 0, n);
	int fd;

	assert_int_equal(lab->dp->ops->session_add(lab->dp, &s), 0);
	if (n % 2)
		return -1;
	fd = lab->dp->ops->session_open(lab->dp, &lab->tunnel[0], &s);
	assert_true(fd >= 0);
	return fd;
}

static void remove_session(struct lab *lab, uint32_t n, int fd)
{
	struct dp_session s = lab_session(lab, 0, n);

	assert_int_equal(lab->dp->ops->session_del(lab->dp, s.tunnel_id,
						   s.session_id),
			 0);
	if (fd >= 0)
		lab->dp->ops->session_close(lab->dp, fd);
}

static void test_removed(void **state)
{
	struct lab lab = { .dp = dp };
	int fds[SESSIONS];

	(void)state;
	add_tunnels(&lab);
	for (uint32_t n = 0; n < SESSIONS; n++)
		fds[n] = add_session(&lab, n + 1);
	starved = true;
	for (uint32_t n = 0; n < SESSIONS - 1; n++) {
		remove_session(&lab, n + 1, fds[n]);
		assert_int_equal(lab.dp->removal_waits, -EAGAIN);
	}
	assert_int_equal(started, 0);
	/* It was done here, so nothing is waited for. */
	assert_int_equal(lab_count(lab.dp).sessions, 1);
	starved = false;
	remove_session(&lab, SESSIONS, fds[SESSIONS - 1]);
	assert_int_equal(lab.dp->removal_waits, 0);
	assert_int_not_equal(started, 0);
	assert_true(lab_wait_count(lab.dp, 2, 0));
	lab_close_sockets(&lab);
	assert_true(lab_wait_count(lab.dp, 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_removed) };
	char text[256];
	int failed;

	lab_namespace();
	dp = dataplane_kernel_new(text, sizeof(text));
	if (!dp) {
		fprintf(stderr, "%s\n", text);
		return 1;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	dp->ops->free(dp);
	return failed;
}
