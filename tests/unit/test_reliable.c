// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reliable delivery of control messages, RFC 2661 section 5.8 and appendix A.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "proto/l2tp/codec.h"
#include "proto/l2tp/reliable.h"

static const struct reliable_config config = {
	.retransmit = 1000,
	.retransmit_cap = 8000,
	.ack_delay = 100,
	.retransmit_tries = 5,
	.window = 8,
};

struct fixture {
	struct l2tp_buf_pool pool;
	struct reliable r;
};

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	reliable_init(&f.r, &f.pool, &config);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	reliable_fini(&f->r);
	assert_int_equal(f->r.s.queued, 0);
	l2tp_buf_pool_fini(&f->pool);
	return 0;
}

/* A message that is recognized by its number. */
static void queue(struct reliable *r, unsigned int from, unsigned int count)
{
	for (unsigned int i = from; i < from + count; i++) {
		uint8_t msg[16] = {
			0xc8, 2, 0, 16, [12] = (uint8_t)(i >> 8), (uint8_t)i
		};

		assert_int_equal(reliable_queue(r, msg, sizeof(msg)), 0);
	}
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* The next message that goes out is this one, with this Ns and Nr. */
static void expect_sent(struct reliable *r, uint64_t now, unsigned int id,
			uint16_t ns, uint16_t nr)
{
	const struct l2tp_buf *b = reliable_transmit(r, now);

	assert_non_null(b);
	assert_int_equal(get16(b->data + 12), id);
	assert_int_equal(get16(b->data + 8), ns);
	assert_int_equal(get16(b->data + 10), nr);
}

static void expect_nothing(struct reliable *r, uint64_t now)
{
	assert_null(reliable_transmit(r, now));
}

static void ack(struct reliable *r, uint64_t now, uint16_t nr)
{
	assert_int_equal(reliable_receive(r, now, 0, nr, true, NULL, 0),
			 RELIABLE_ZLB);
}

static enum reliable_verdict receive(struct reliable *r, uint64_t now,
				     uint16_t ns)
{
	uint8_t pkt[20] = { [12] = (uint8_t)(ns >> 8), (uint8_t)ns };

	return reliable_receive(r, now, ns, r->s.una, false, pkt, sizeof(pkt));
}

static void release(struct reliable *r, uint64_t now, uint16_t ns)
{
	struct l2tp_buf *b = reliable_release(r, now);

	assert_non_null(b);
	assert_int_equal(b->len, 20);
	assert_int_equal(get16(b->data + 12), ns);
	l2tp_buf_put(r->pool, b);
}

/* ---- sending ---- */

static void test_window_of_one_at_first(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;

	queue(r, 0, 3);
	expect_sent(r, 0, 0, 0, 0);
	expect_nothing(r, 0);
	assert_int_equal(reliable_deadline(r), 1000);
	ack(r, 10, 1);
	expect_sent(r, 10, 1, 1, 0);
	expect_sent(r, 10, 2, 2, 0);
	ack(r, 20, 3);
	assert_int_equal(reliable_deadline(r), RELIABLE_NEVER);
	assert_int_equal(r->s.queued, 0);
}

static void test_slow_start(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;
	uint16_t nr = 0;

	/* "CWND is increased by one packet each time an ACK is received" */
	reliable_set_peer_window(r, 8);
	queue(r, 0, 64);
	for (uint16_t cwnd = 1; cwnd <= 8; cwnd++) {
		assert_int_equal(r->s.cwnd, cwnd);
		while (reliable_transmit(r, 0))
			;
		assert_int_equal(r->s.in_flight, cwnd);
		ack(r, 1, ++nr);
	}
	/* never beyond the advertised window */
	while (reliable_transmit(r, 2))
		;
	ack(r, 2, ++nr);
	assert_int_equal(r->s.cwnd, 8);
	/* an acknowledgement of nothing new is none */
	ack(r, 3, nr);
	assert_int_equal(r->s.cwnd, 8);
}

static void test_peer_window(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;

	/* the default of section 4.4.3 */
	assert_int_equal(r->s.peer_window, 4);
	queue(r, 0, 100);
	for (uint16_t nr = 0; nr < 20; nr++) {
		while (reliable_transmit(r, 0))
			;
		assert_true(r->s.in_flight <= 4);
		ack(r, 0, nr);
	}
	assert_int_equal(r->s.in_flight, 3);

	/* a window of one keeps to one */
	teardown(state);
	setup(state);
	reliable_set_peer_window(r, 1);
	queue(r, 0, 10);
	for (uint16_t nr = 1; nr <= 10; nr++) {
		expect_sent(r, 0, nr - 1u, nr - 1, 0);
		expect_nothing(r, 0);
		ack(r, 0, nr);
	}
}

static void test_congestion_avoidance(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;
	uint16_t nr = 0;

	reliable_set_peer_window(r, 100);
	queue(r, 0, 1000);
	for (int i = 0; i < 19; i++) {
		while (reliable_transmit(r, 0))
			;
		ack(r, 0, ++nr);
	}
	assert_int_equal(r->s.cwnd, 20);
	/* a retransmission: half is kept in SSTHRESH, CWND is one */
	assert_true(reliable_timeout(r, 1000));
	assert_int_equal(r->s.cwnd, 1);
	assert_int_equal(r->s.ssthresh, 10);
	/* slow start up to there */
	for (int i = 0; i < 9; i++) {
		while (reliable_transmit(r, 1000))
			;
		ack(r, 1000, ++nr);
	}
	assert_int_equal(r->s.cwnd, 10);
	/* then one more after CWND acknowledgements */
	for (int cwnd = 10; cwnd < 13; cwnd++) {
		for (int i = 0; i < cwnd; i++) {
			assert_int_equal(r->s.cwnd, cwnd);
			while (reliable_transmit(r, 1000))
				;
			ack(r, 1000, ++nr);
		}
	}
	assert_int_equal(r->s.cwnd, 13);
	/* what the peer says of its window later does not undo the lesson */
	reliable_set_peer_window(r, 50);
	assert_int_equal(r->s.ssthresh, 10);
}

static void test_backoff(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;
	static const uint64_t waits[] = { 1000, 2000, 4000, 8000, 8000, 8000 };
	uint64_t now = 50000;

	queue(r, 0, 1);
	expect_sent(r, now, 0, 0, 0);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(reliable_deadline(r), now + waits[i]);
		/* not before its time */
		assert_true(reliable_timeout(r, now + waits[i] - 1));
		expect_nothing(r, now + waits[i] - 1);
		now += waits[i];
		if (i == 5)
			break;
		assert_true(reliable_timeout(r, now));
		expect_sent(r, now, 0, 0, 0);
	}
	/* five retransmissions without an answer */
	assert_false(reliable_timeout(r, now));
	assert_int_equal(r->c.retransmitted, 5);
	/* section 5.7's recommended 31 seconds */
	assert_int_equal(now - 50000, 31000);
	assert_int_equal(reliable_full_cycle(&config), 31000);
}

static void test_answer_ends_backoff(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;

	queue(r, 0, 2);
	expect_sent(r, 0, 0, 0, 0);
	assert_true(reliable_timeout(r, 1000));
	expect_sent(r, 1000, 0, 0, 0);
	assert_true(reliable_timeout(r, 3000));
	expect_sent(r, 3000, 0, 0, 0);
	ack(r, 3100, 1);
	expect_sent(r, 3100, 1, 1, 0);
	assert_int_equal(r->s.tries, 0);
	assert_int_equal(reliable_deadline(r), 4100);
}

static void test_retransmission_has_new_nr(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;

	queue(r, 7, 1);
	expect_sent(r, 0, 7, 0, 0);
	assert_int_equal(receive(r, 10, 0), RELIABLE_DELIVER);
	assert_int_equal(receive(r, 10, 1), RELIABLE_DELIVER);
	assert_true(reliable_timeout(r, 1000));
	/*
	 * section 5.8: same Ns, Nr MUST be updated; it carries the
	 * acknowledgement
	 */
	expect_sent(r, 1000, 7, 0, 2);
	assert_false(reliable_ack_due(r));
	assert_int_equal(reliable_deadline(r), 3000);
}

/*
 * Whatever followed a lost message goes again, but not what turns out
 * to have arrived.
 */
static void test_go_back(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;

	reliable_set_peer_window(r, 8);
	queue(r, 0, 10);
	expect_sent(r, 0, 0, 0, 0);
	ack(r, 0, 1);
	expect_sent(r, 0, 1, 1, 0);
	expect_sent(r, 0, 2, 2, 0);
	ack(r, 0, 3);
	expect_sent(r, 0, 3, 3, 0);
	expect_sent(r, 0, 4, 4, 0);
	expect_sent(r, 0, 5, 5, 0);
	expect_nothing(r, 0);
	assert_true(reliable_timeout(r, 1000));
	expect_sent(r, 1000, 3, 3, 0);
	expect_nothing(r, 1000);
	/* a ZLB now still says the number that comes next */
	assert_int_equal(r->s.ns, 6);
	/* the peer had kept 4: only 5 is missing */
	ack(r, 1010, 5);
	expect_sent(r, 1010, 5, 5, 0);
	expect_sent(r, 1010, 6, 6, 0);
	assert_int_equal(r->c.retransmitted, 2);
	/* all that was in flight and beyond */
	ack(r, 1020, 7);
	assert_int_equal(r->s.in_flight, 0);
	expect_sent(r, 1020, 7, 7, 0);
}

static void test_bad_nr(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;

	queue(r, 0, 3);
	expect_sent(r, 0, 0, 0, 0);
	ack(r, 0, 2); /* one that was never sent */
	ack(r, 0, 40000);
	assert_int_equal(r->s.queued, 3);
	ack(r, 0, 1);
	assert_int_equal(r->s.queued, 2);
	ack(r, 0, 0); /* an old one that was overtaken */
	assert_int_equal(r->s.queued, 2);
	assert_int_equal(r->s.una, 1);
}

static void test_send_wrap(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;
	uint16_t ns = 65530;

	reliable_set_peer_window(r, 4);
	r->s.una = r->s.ns = ns;
	queue(r, 0, 12);
	for (unsigned int i = 0; i < 12; i++) {
		expect_sent(r, 0, i, (uint16_t)(ns + i), 0);
		ack(r, 0, (uint16_t)(ns + i + 1));
		/* keep one in flight at a time: the order is what matters */
		if (i < 11)
			r->s.cwnd = 1;
	}
	assert_int_equal(r->s.ns, 6);
	assert_int_equal(r->s.queued, 0);

	/* one acknowledgement across the wrap */
	r->s.una = r->s.ns = 65534;
	r->s.cwnd = 4;
	queue(r, 0, 4);
	while (reliable_transmit(r, 0))
		;
	assert_int_equal(r->s.in_flight, 4);
	ack(r, 0, 2);
	assert_int_equal(r->s.queued, 0);
}

static void test_queue_is_bounded(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;
	uint8_t msg[16] = { 0 };
	unsigned int n = 0;
	int err;

	while (!(err = reliable_queue(r, msg, sizeof(msg))))
		n++;
	assert_int_equal(err, -ENOBUFS);
	assert_int_equal(n, RELIABLE_QUEUE_MAX - 1);
}

static void test_drop_unsent(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;

	reliable_set_peer_window(r, 8);
	queue(r, 0, 1);
	expect_sent(r, 0, 0, 0, 0);
	ack(r, 0, 1);
	queue(r, 1, 6);
	expect_sent(r, 0, 1, 1, 0);
	expect_sent(r, 0, 2, 2, 0);
	expect_nothing(r, 0);
	/*
	 * those with a number stay, even when they are not in flight just now
	 */
	assert_true(reliable_timeout(r, 1000));
	reliable_drop_unsent(r);
	assert_int_equal(r->s.queued, 2);
	queue(r, 99, 1);
	expect_sent(r, 1000, 1, 1, 0);
	ack(r, 1000, 2);
	expect_sent(r, 1000, 2, 2, 0);
	expect_sent(r, 1000, 99, 3, 0);
	ack(r, 1000, 4);
	assert_int_equal(r->s.queued, 0);

	/* all of them */
	queue(r, 5, 3);
	reliable_drop_unsent(r);
	assert_int_equal(r->s.queued, 0);
	expect_nothing(r, 1000);
	queue(r, 6, 1);
	expect_sent(r, 1000, 6, 4, 0);
}

/* ---- receiving ---- */

static void test_delayed_ack(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;

	assert_int_equal(receive(r, 500, 0), RELIABLE_DELIVER);
	assert_false(reliable_ack_due(r));
	assert_int_equal(reliable_deadline(r), 600);
	assert_true(reliable_timeout(r, 600));
	assert_true(reliable_ack_due(r));
	reliable_ack_sent(r);
	assert_int_equal(reliable_deadline(r), RELIABLE_NEVER);

	/* a message of ours carries it */
	assert_int_equal(receive(r, 1000, 1), RELIABLE_DELIVER);
	queue(r, 1, 1);
	expect_sent(r, 1050, 1, 0, 2);
	assert_int_equal(reliable_deadline(r), 2050);
	assert_false(reliable_ack_due(r));

	/* but not one that the window holds back */
	assert_int_equal(receive(r, 1100, 2), RELIABLE_DELIVER);
	queue(r, 2, 1);
	expect_nothing(r, 1100);
	assert_int_equal(reliable_deadline(r), 1200);
}

static void test_second_message_is_not_kept_waiting(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;

	assert_int_equal(receive(r, 500, 0), RELIABLE_DELIVER);
	assert_int_equal(receive(r, 520, 1), RELIABLE_DELIVER);
	/* as soon as the driver has nothing better to send */
	assert_false(reliable_ack_due(r));
	assert_int_equal(reliable_deadline(r), 520);
	assert_true(reliable_timeout(r, 520));
	assert_true(reliable_ack_due(r));
	reliable_ack_sent(r);

	/* nor the first, when our window lets no second one come */
	r->cfg.window = 1;
	assert_int_equal(receive(r, 600, 2), RELIABLE_DELIVER);
	assert_int_equal(reliable_deadline(r), 600);
}

static void test_duplicates(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;

	assert_int_equal(receive(r, 0, 0), RELIABLE_DELIVER);
	assert_int_equal(receive(r, 0, 1), RELIABLE_DELIVER);
	reliable_ack_sent(r);
	/* section 5.8: MUST be acknowledged; the peer may have lost the ZLB */
	assert_int_equal(receive(r, 10, 0), RELIABLE_DUPLICATE);
	assert_true(reliable_ack_due(r));
	assert_int_equal(reliable_deadline(r), 0);
	reliable_ack_sent(r);
	assert_int_equal(receive(r, 10, 1), RELIABLE_DUPLICATE);
	assert_int_equal(r->c.duplicates, 2);
	assert_int_equal(r->s.nr, 2);
}

/*
 * The example of section 5.8: 15 was the last; 0 to 15 and 32784 to
 * 65535 are not new.
 */
static void test_what_is_a_duplicate(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;

	r->s.nr = 16;
	for (unsigned int ns = 0; ns <= 15; ns++)
		assert_int_equal(receive(r, 0, (uint16_t)ns),
				 RELIABLE_DUPLICATE);
	for (unsigned int ns = 32784; ns <= 65535; ns++)
		assert_int_equal(receive(r, 0, (uint16_t)ns),
				 RELIABLE_DUPLICATE);
	for (unsigned int ns = 24; ns <= 32783; ns++)
		assert_int_equal(receive(r, 0, (uint16_t)ns), RELIABLE_DROPPED);
	assert_int_equal(receive(r, 0, 16), RELIABLE_DELIVER);
}

static void test_out_of_order(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;

	r->held_max = RELIABLE_HELD_MAX;
	assert_int_equal(receive(r, 0, 3), RELIABLE_HELD);
	assert_int_equal(receive(r, 0, 1), RELIABLE_HELD);
	assert_int_equal(receive(r, 0, 7), RELIABLE_HELD);
	assert_int_equal(receive(r, 0, 3), RELIABLE_DUPLICATE);
	/* our window is 8: 0 to 7 */
	assert_int_equal(receive(r, 0, 8), RELIABLE_DROPPED);
	assert_null(reliable_release(r, 0));
	/* nothing of it is acknowledged */
	assert_int_equal(r->s.nr, 0);

	assert_int_equal(receive(r, 0, 0), RELIABLE_DELIVER);
	release(r, 0, 1);
	assert_null(reliable_release(r, 0));
	assert_int_equal(r->s.nr, 2);
	assert_int_equal(receive(r, 0, 2), RELIABLE_DELIVER);
	release(r, 0, 3);
	assert_null(reliable_release(r, 0));
	assert_int_equal(r->s.nr, 4);
	/* 7 is still there, and only there */
	assert_int_equal(r->held_count, 1);
	assert_int_equal(receive(r, 0, 7), RELIABLE_DUPLICATE);
	assert_int_equal(r->c.out_of_order, 3);
}

static void test_receive_wrap(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;

	r->s.nr = 65534;
	assert_int_equal(receive(r, 0, 1), RELIABLE_HELD);
	assert_int_equal(receive(r, 0, 65535), RELIABLE_HELD);
	assert_int_equal(receive(r, 0, 65533), RELIABLE_DUPLICATE);
	assert_int_equal(receive(r, 0, 65534), RELIABLE_DELIVER);
	release(r, 0, 65535);
	assert_null(reliable_release(r, 0));
	assert_int_equal(receive(r, 0, 65535), RELIABLE_DUPLICATE);
	assert_int_equal(receive(r, 0, 0), RELIABLE_DELIVER);
	release(r, 0, 1);
	assert_int_equal(r->s.nr, 2);
}

static void test_zlb_takes_no_number(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;

	assert_int_equal(reliable_receive(r, 0, 5, 0, true, NULL, 0),
			 RELIABLE_ZLB);
	assert_int_equal(r->s.nr, 0);
	assert_false(reliable_ack_due(r));
	assert_int_equal(reliable_deadline(r), RELIABLE_NEVER);
	assert_int_equal(receive(r, 0, 0), RELIABLE_DELIVER);
}

static void test_held_are_bounded(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;
	uint8_t large[RELIABLE_HELD_BYTES + 1] = { 0 };
	unsigned int held = 0;

	r->cfg.window = 1000;
	/* until a tunnel is established: few */
	for (uint16_t ns = 999; ns; ns--)
		held += receive(r, 0, ns) == RELIABLE_HELD;
	assert_int_equal(held, RELIABLE_HELD_EARLY);
	r->held_max = RELIABLE_HELD_MAX;
	for (uint16_t ns = 995; ns; ns--)
		held += receive(r, 0, ns) == RELIABLE_HELD;
	assert_int_equal(held, RELIABLE_HELD_MAX);
	r->held_max++;
	assert_int_equal(reliable_receive(r, 0, 5, 0, false, large,
					  sizeof(large)),
			 RELIABLE_DROPPED);
	assert_int_equal(reliable_receive(r, 0, 5, 0, false, large,
					  sizeof(large) - 1),
			 RELIABLE_HELD);
}

static void test_readdress(void **state)
{
	struct reliable *r = &((struct fixture *)*state)->r;
	const struct l2tp_buf *b;

	queue(r, 0, 2);
	expect_sent(r, 0, 0, 0, 0);
	reliable_readdress(r, 2, 0x1234);
	assert_true(reliable_timeout(r, 1000));
	b = reliable_transmit(r, 1000);
	assert_int_equal(get16(b->data + 4), 0x1234);
	assert_int_equal(get16(b->data + 6), 0);
	ack(r, 1000, 1);
	b = reliable_transmit(r, 1000);
	assert_int_equal(get16(b->data + 4), 0x1234);
}

/* Buffers come back. */
static void test_pool(void **state)
{
	struct fixture *f = *state;
	uint8_t large[1000] = { 0 };
	struct l2tp_buf *b;

	queue(&f->r, 0, 1);
	expect_sent(&f->r, 0, 0, 0, 0);
	ack(&f->r, 0, 1);
	assert_int_equal(f->pool.count, 1);
	b = f->pool.free;
	queue(&f->r, 1, 1);
	assert_int_equal(f->pool.count, 0);
	assert_ptr_equal(f->r.head, b);
	b = l2tp_buf_new(&f->pool, large, sizeof(large));
	assert_non_null(b);
	l2tp_buf_put(&f->pool, b);
	assert_int_equal(f->pool.count, 0);
}

#define test(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(window_of_one_at_first),
		test(slow_start),
		test(peer_window),
		test(congestion_avoidance),
		test(backoff),
		test(answer_ends_backoff),
		test(retransmission_has_new_nr),
		test(go_back),
		test(bad_nr),
		test(send_wrap),
		test(queue_is_bounded),
		test(drop_unsent),
		test(delayed_ack),
		test(second_message_is_not_kept_waiting),
		test(duplicates),
		test(what_is_a_duplicate),
		test(out_of_order),
		test(receive_wrap),
		test(zlb_takes_no_number),
		test(held_are_bounded),
		test(readdress),
		test(pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
