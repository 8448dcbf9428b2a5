/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A channel whose other end is slow: nothing is lost without somebody knowing,
 * and what must not fail does not.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipc/channel.h"

#define MANY 100000

/* Two ends in one loop; the first asks, the second answers. */
static struct loop *loop;
static struct channel asks, answers;
static bool asks_closed, answers_closed;
static unsigned int heard, answered, refused;
static uint64_t expected; /* of a body that counts */

static void on_number(struct channel *c, struct ipc_message *m)
{
	uint64_t n;

	(void)c;
	assert_int_equal(m->len, sizeof(n));
	memcpy(&n, m->body, sizeof(n));
	assert_int_equal(n, expected);
	expected++;
	heard++;
}

static void answer(struct channel *c, struct ipc_message *m)
{
	heard++;
	if (channel_reply(c, &m->header, 0, m->body, m->len, NULL, 0))
		refused++;
}

static void on_answer(void *arg, int result, struct ipc_message *m)
{
	(void)m;
	assert_int_equal(result, arg ? -EPIPE : 0);
	answered++;
}

static void on_asks_closed(struct channel *c)
{
	asks_closed = true;
	channel_close(c);
}

static void on_answers_closed(struct channel *c)
{
	answers_closed = true;
	channel_close(c);
}

static int setup(void **state)
{
	int sv[2];

	(void)state;
	loop = loop_new();
	heard = answered = refused = 0;
	expected = 0;
	asks_closed = answers_closed = false;
	return !loop || ipc_pair(sv) ||
	       channel_open(&asks, loop, sv[0], on_number, on_asks_closed) ||
	       channel_open(&answers, loop, sv[1], answer, on_answers_closed);
}

static int teardown(void **state)
{
	(void)state;
	channel_close(&asks);
	channel_close(&answers);
	loop_free(loop);
	return 0;
}

/* As the loop would, for one end alone. */
static void work(struct channel *c)
{
	if (channel_is_open(c) && !c->broken)
		channel_work(c, LOOP_READ | LOOP_WRITE);
}

static int tell_number(uint64_t n)
{
	return channel_event(&asks, 1, &n, sizeof(n), NULL, 0);
}

/* Beyond the limit, in order, behind what was there before. */
static void test_reserved(void **state)
{
	static struct channel_out *reserved[MANY];
	uint64_t n = 0;

	(void)state;
	answers.message = on_number;
	for (size_t i = 0; i < MANY; i++) {
		reserved[i] = channel_reserve(sizeof(n));
		assert_non_null(reserved[i]);
	}
	asks.limit = 10;
	while (tell_number(n) == 0)
		n++;
	assert_int_equal(tell_number(n), -ENOBUFS);
	for (size_t i = 0; i < MANY; i++, n++)
		channel_event_reserved(&asks, reserved[i], 1, &n);
	while (expected < n) {
		work(&answers);
		work(&asks);
	}
	assert_int_equal(asks.out_n, 0);
	assert_int_equal(tell_number(n), 0);
}

/* To nobody: it is only freed. */
static void test_reserved_closed(void **state)
{
	uint64_t n = 0;

	(void)state;
	channel_close(&asks);
	channel_event_reserved(&asks, channel_reserve(sizeof(n)), 1, &n);
	channel_reserve_free(NULL);
	channel_reserve_free(channel_reserve(sizeof(n)));
}

/*
 * Who asks without reading the answers is not read any more; all is answered in
 * the end.
 */
static void test_pause(void **state)
{
	uint8_t body[512] = { 0 };

	(void)state;
	answers.pauses = true;
	asks.limit = MANY;
	for (int i = 0; i < MANY; i++)
		assert_int_equal(channel_request(&asks, 1, body, sizeof(body),
						 NULL, 0, on_answer, NULL),
				 0);
	for (int i = 0; i < MANY; i++) {
		unsigned int was = heard;

		channel_work(&asks, LOOP_WRITE);
		/* As the loop does: what is not watched is not called. */
		if (answers.io.events & LOOP_READ)
			channel_work(&answers, LOOP_READ);
		if (heard == was)
			break;
	}
	assert_true(heard < MANY / 2);
	assert_true(answers.out_n >= CHANNEL_PAUSE);
	assert_true(answers.out_n < 2 * CHANNEL_PAUSE);
	while (answered < MANY) {
		work(&asks);
		if (answers.out)
			channel_work(&answers, LOOP_WRITE);
		if (answers.io.events & LOOP_READ)
			channel_work(&answers, LOOP_READ);
	}
	assert_int_equal(heard, MANY);
	assert_int_equal(refused, 0);
}

static void until_closed(void)
{
	for (int i = 0; i < MANY && !(asks_closed && answers_closed); i++) {
		work(&answers);
		work(&asks);
	}
	assert_true(asks_closed && answers_closed);
}

/* An answer that there is no room for: both ends are closed, not one waits. */
static void test_answer_lost(void **state)
{
	uint8_t body[512] = { 0 };

	(void)state;
	answers.limit = 4;
	for (int i = 0; i < 5000; i++)
		if (channel_request(&asks, 1, body, sizeof(body), NULL, 0,
				    on_answer, &asks))
			fail();
	asks.limit = 0;
	while (!refused && !answers_closed) {
		channel_work(&asks, LOOP_WRITE);
		channel_work(&answers, LOOP_READ);
	}
	assert_int_equal(answered, 0);
	/* From then on what was answered before is not told either. */
	channel_close(&asks);
	asks_closed = true;
	until_closed();
	assert_int_equal(answered, 5000);
}

static void with_fd(struct channel *c, struct ipc_message *m)
{
	int fd = STDERR_FILENO;

	heard++;
	if (channel_reply(c, &m->header, 0, NULL, 0, &fd, 1))
		refused++;
}

static int last_result;

static void on_result(void *arg, int result, struct ipc_message *m)
{
	(void)arg;
	last_result = result;
	if (!result) {
		assert_int_equal(m->nfds, 1);
		answered++;
	}
}

/* Too few fds to keep an answer's until it can be sent: the answer says so. */
static void test_no_fds(void **state)
{
	struct rlimit had, none = { .rlim_cur = 3 };

	(void)state;
	answers.message = with_fd;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &had), 0);
	none.rlim_max = had.rlim_max;
	while (!answers.out) {
		assert_int_equal(channel_request(&asks, 1, NULL, 0, NULL, 0,
						 on_result, NULL),
				 0);
		channel_work(&answers, LOOP_READ);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(channel_request(&asks, 1, NULL, 0, NULL, 0, on_result,
					 NULL),
			 0);
	channel_work(&answers, LOOP_READ);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &had), 0);
	while (asks.waiting.count) {
		work(&asks);
		work(&answers);
	}
	assert_int_equal(last_result, -EMFILE);
	assert_int_equal(refused, 0);
	assert_false(answers_closed);
}

static void test_break(void **state)
{
	(void)state;
	assert_int_equal(channel_request(&asks, 1, NULL, 0, NULL, 0, on_answer,
					 &asks),
			 0);
	channel_break(&answers);
	assert_false(answers_closed || asks_closed);
	until_closed();
	assert_int_equal(answered, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reserved), TEST(test_reserved_closed),
		TEST(test_pause),    TEST(test_answer_lost),
		TEST(test_no_fds),   TEST(test_break),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
