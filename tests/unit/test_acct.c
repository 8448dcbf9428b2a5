/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The accounting queue: its records as bytes, its file after any crash, and
 * what servers get of it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "aaa/acct.h"
#include "aaa/acct_file.h"
#include "aaa/acct_record.h"
#include "crypto/crypto.h"
#include "radius_lab.h"

#define MANY 64

static struct aaa_acct record(enum aaa_acct_kind kind, uint64_t serial,
			      const char *session)
{
	struct aaa_acct r = {
		.kind = kind,
		.serial = serial,
		.profile = "isp",
		.when = 1700000000 + serial,
	};

	snprintf(r.call.session_id, sizeof(r.call.session_id), "%s", session);
	snprintf(r.service.user, sizeof(r.service.user), "alice");
	return r;
}

/* ---- bytes ---- */

static struct aaa_acct full_record(void)
{
	struct aaa_acct r = record(AAA_ACCT_STOP, 0x123456789abcdef0, "5F00A1");

	r.call = (struct service_call){
		.session_id = "5F00A1",
		.tunnel_id = 7,
		.id = 65535,
		.local = "192.0.2.1",
		.peer = "2001:db8::7",
		.local_name = "lns1",
		.peer_name = "lac7",
		.calling_number = "4930123",
		.called_number = "0800",
		.call_serial = 0xffffffff,
		.tx_speed = UINT64_C(100000000000),
		.rx_speed = 10000000,
		.ifname = "ppp7",
	};
	r.service.prefix6 = (struct service_prefix6){
		.len = 64,
		.addr = { 0x20, 1, 0xd, 0xb8 },
	};
	r.service.delegated6 = (struct service_prefix6){
		.len = 56,
		.addr = { 0x20, 1, 0xd, 0xb8, 1 },
	};
	r.service.class_n = 2;
	r.service.class_len[0] = 3;
	memcpy(r.service.classes[0], "a\0b", 3);
	r.service.class_len[1] = SERVICE_CLASS_MAX;
	memset(r.service.classes[1], 'c', SERVICE_CLASS_MAX);
	strcpy(r.service.server, "one");
	strcpy(r.service.filter_id, "gold");
	r.session_time_s = 86400;
	r.local_ipv4 = inet_addr("10.64.0.1");
	r.remote_ipv4 = inet_addr("10.64.0.2");
	memset(r.remote_ifid, 7, 8);
	r.counters = (struct ppp_counters){
		.rx_bytes = UINT64_MAX,
		.tx_bytes = 1ull << 32,
		.rx_packets = 5,
		.tx_packets = 6,
	};
	r.end = SERVICE_END_IDLE_TIMEOUT;
	r.authentic = 2;
	return r;
}

static void test_record(void **state)
{
	struct aaa_acct in = full_record(), out;
	uint8_t bytes[ACCT_RECORD_MAX], later[ACCT_RECORD_MAX];
	int len = acct_record_write(&in, bytes, sizeof(bytes));

	(void)state;
	assert_true(len > 0);
	assert_int_equal(acct_record_read(&out, bytes, (size_t)len), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	/* Cut anywhere it is none, or one with less in it. */
	for (int i = 0; i < len; i++)
		if (acct_record_read(&out, bytes, (size_t)i) == 0)
			assert_true(out.kind == AAA_ACCT_STOP &&
				    memcmp(&in, &out, sizeof(in)) != 0);
	for (int i = 0; i < len; i++)
		assert_int_equal(acct_record_write(&in, later, (size_t)i),
				 -EMSGSIZE);
	/*
	 * What a later version adds is passed over; of another version
	 * nothing is read.
	 */
	memcpy(later, bytes, (size_t)len);
	memcpy(later + len, "\xc8\0\3new", 6);
	assert_int_equal(acct_record_read(&out, later, (size_t)len + 6), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	later[0]++;
	assert_int_equal(acct_record_read(&out, later, (size_t)len), -EINVAL);
}

/* ---- the file ---- */

static char found[MANY];

static void on_found(void *arg, uint64_t at, const uint8_t *data, size_t len)
{
	(void)arg;
	(void)at;
	assert_int_equal(len, 100);
	strncat(found, (const char *)data, 1);
}

/* What waits in it, a letter for each record. */
static const char *reopen(struct acct_file *f, int fd)
{
	found[0] = '\0';
	assert_int_equal(acct_file_open(f, fd, on_found, NULL), 0);
	return found;
}

static uint64_t append(struct acct_file *f, char letter)
{
	uint8_t body[100];
	uint64_t at;

	memset(body, letter, sizeof(body));
	assert_int_equal(acct_file_append(f, body, sizeof(body), &at), 0);
	return at;
}

static off_t size_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_size;
}

static void test_file(void **state)
{
	int fd = memfd_create("queue", MFD_CLOEXEC);
	struct acct_file f;
	uint64_t a, b;
	off_t size;

	(void)state;
	assert_string_equal(reopen(&f, fd), "");
	a = append(&f, 'a');
	b = append(&f, 'b');
	append(&f, 'c');
	assert_string_equal(reopen(&f, fd), "abc");
	acct_file_done(&f, b);
	assert_string_equal(reopen(&f, fd), "ac");
	/*
	 * Cut within its last record, at any byte: the others are there, and it
	 * is written on behind them.
	 */
	size = size_of(fd);
	for (off_t cut = size - 1; cut > size - 116; cut--) {
		assert_int_equal(ftruncate(fd, cut), 0);
		assert_string_equal(reopen(&f, fd), "a");
		assert_int_equal(size_of(fd), size - 116);
		append(&f, 'c');
		assert_string_equal(reopen(&f, fd), "ac");
	}
	/* A byte that is another one is no record either. */
	assert_int_equal(pwrite(fd, "x", 1, size - 50), 1);
	assert_string_equal(reopen(&f, fd), "a");
	/* All are over: the file is as new. */
	acct_file_done(&f, a);
	acct_file_forget(&f, UINT64_MAX);
	assert_true(size_of(fd) < 100);
	assert_string_equal(reopen(&f, fd), "");
	close(fd);
}

static void test_file_room(void **state)
{
	int fd = memfd_create("queue", MFD_CLOEXEC);
	struct acct_file f;
	uint64_t at = 0, last;
	uint8_t header[32];
	struct stat st;

	(void)state;
	reopen(&f, fd);
	for (int i = 0; i < 20000; i++) {
		last = at;
		at = append(&f, 'a' + i % 2);
		if (i)
			acct_file_done(&f, last);
		acct_file_forget(&f, at);
	}
	/* What is over takes no room, though the file is long. */
	assert_true(size_of(fd) > 2000000);
	assert_int_equal(fstat(fd, &st), 0);
	assert_true(st.st_blocks * 512 < 1500000);
	assert_string_equal(reopen(&f, fd), "b");
	/*
	 * The end of a crash after the file was cut, before its header was
	 * written: it is empty.
	 */
	assert_int_equal(pread(fd, header, sizeof(header), 0), sizeof(header));
	assert_int_equal(ftruncate(fd, sizeof(header)), 0);
	assert_string_equal(reopen(&f, fd), "");
	append(&f, 'c');
	assert_string_equal(reopen(&f, fd), "c");
	/* Of another program. */
	assert_int_equal(pwrite(fd, "x", 1, 0), 1);
	assert_int_equal(acct_file_open(&f, fd, on_found, NULL), -EPROTO);
	close(fd);
}

/* ---- what servers get ---- */

static int queue_fd = -1;
static unsigned int got_n, safe;
static struct got {
	uint32_t status, when, in, in_high, out, out_high, time, cause;
	char session[40];
} got[MANY];

static uint32_t number(const struct radius_view *v, uint8_t type)
{
	struct radius_attribute a;
	uint32_t n = 0;

	return radius_find(v, 0, type, &a) && radius_u32(&a, &n) ? n : 0;
}

/* A server answers this request. */
static void on_record(struct radius_builder *b, const struct radius_view *v)
{
	struct radius_attribute a;

	(void)b;
	if (v->code != RADIUS_ACCOUNTING_REQUEST)
		return;
	assert_true(got_n < MANY);
	assert_true(radius_find(v, 0, RADIUS_ACCT_SESSION_ID, &a));
	assert_true(
		radius_text(&a, got[got_n].session, sizeof(got[0].session)));
	got[got_n].status = number(v, RADIUS_ACCT_STATUS_TYPE);
	got[got_n].when = number(v, RADIUS_EVENT_TIMESTAMP);
	got[got_n].time = number(v, RADIUS_ACCT_SESSION_TIME);
	got[got_n].cause = number(v, RADIUS_ACCT_TERMINATE_CAUSE);
	got[got_n].in = number(v, RADIUS_ACCT_INPUT_OCTETS);
	got[got_n].in_high = number(v, RADIUS_ACCT_INPUT_GIGAWORDS);
	got[got_n].out = number(v, RADIUS_ACCT_OUTPUT_OCTETS);
	got[got_n++].out_high = number(v, RADIUS_ACCT_OUTPUT_GIGAWORDS);
}

static void begin(void)
{
	int err;

	lab.a.queue_fd = queue_fd;
	lab.a.acct = acct_new(&lab.a, &err);
	assert_non_null(lab.a.acct);
}

static int start(void **state)
{
	(void)state;
	lab_start("");
	for (int i = 0; i < 2; i++)
		lab.server[i].fill = on_record;
	queue_fd = memfd_create("queue", MFD_CLOEXEC);
	got_n = 0;
	begin();
	return 0;
}

static int stop_lab(void **state)
{
	(void)state;
	acct_free(lab.a.acct);
	lab_stop();
	close(queue_fd);
	return 0;
}

static void on_safe(void *arg, int result, struct ipc_message *m)
{
	(void)arg;
	(void)m;
	assert_int_equal(result, 0);
	safe--;
}

static bool is_safe(void)
{
	return safe == 0;
}

static bool is_sent(void)
{
	return acct_queued(lab.a.acct) == 0;
}

/* As the engine says it; back when it is on disk. */
static void say(struct aaa_acct r)
{
	safe = 1;
	assert_int_equal(channel_request(&lab.engine, AAA_ACCT, &r, sizeof(r),
					 NULL, 0, on_safe, NULL),
			 0);
	lab_wait(is_safe);
}

/* Nothing is on its way: the next attempt is later. */
static bool is_quiet(void)
{
	return lab_state(0).outstanding + lab_state(1).outstanding == 0;
}

/* From here on no answer comes too late: the record would be sent once more. */
static void be_patient(void)
{
	lab_wait(is_quiet);
	for (int i = 0; i < 2; i++) {
		lab.a.config->radius[i].timeout_ms = 20000;
		lab.a.config->radius[i].tries = 1;
	}
}

static void test_sent(void **state)
{
	struct aaa_acct r = record(AAA_ACCT_STOP, 3, "one");

	(void)state;
	be_patient();
	say(record(AAA_ACCT_START, 1, "one"));
	lab_wait(is_sent);
	r.counters = (struct ppp_counters){
		.rx_bytes = (3ull << 32) + 5,
		.tx_bytes = 0xffffffff,
	};
	say(r);
	lab_wait(is_sent);
	assert_int_equal(got_n, 2);
	assert_true(got[0].status == AAA_ACCT_START &&
		    got[1].status == AAA_ACCT_STOP);
	assert_int_equal(got[1].when, 1700000003);
	assert_true(got[1].in == 5 && got[1].in_high == 3 &&
		    got[1].out == 0xffffffff && got[1].out_high == 0);
	assert_true(size_of(queue_fd) < 100);
}

static bool is_refused(void)
{
	return lab_logged("no accounting server answers") > 0;
}

static void count_up(uint64_t serial, uint64_t bytes)
{
	struct aaa_acct r = record(AAA_ACCT_INTERIM, serial, "one");

	r.counters.rx_bytes = bytes;
	say(r);
}

/*
 * An outage, in which the process ends as well: all that counts is told once,
 * in each session's order.
 */
static void test_outage(void **state)
{
	unsigned int one = 0;

	(void)state;
	lab.server[0].mode = lab.server[1].mode = LAB_SILENT;
	say(record(AAA_ACCT_START, 1, "one"));
	lab_wait(is_refused);
	for (unsigned int i = 0; i < 20; i++)
		count_up(2 + i, 100 * i);
	/* Of the reports the last. */
	assert_int_equal(acct_queued(lab.a.acct), 2);
	say(record(AAA_ACCT_START, 30, "two"));
	/*
	 * The engine says it again when it did not hear that it is safe: it
	 * counts once.
	 */
	say(record(AAA_ACCT_START, 30, "two"));
	count_up(31, 5000);
	assert_int_equal(acct_queued(lab.a.acct), 3);
	lab_wait(is_quiet);
	acct_free(lab.a.acct);
	begin();
	assert_int_equal(acct_queued(lab.a.acct), 3);
	count_up(32, 6000);
	say(record(AAA_ACCT_STOP, 33, "two"));
	assert_int_equal(acct_queued(lab.a.acct), 4);
	assert_int_equal(got_n, 0);
	be_patient();
	lab.server[0].mode = lab.server[1].mode = LAB_ANSWER;
	lab_wait(is_sent);
	assert_int_equal(got_n, 4);
	for (unsigned int i = 0; i < got_n; i++) {
		if (strcmp(got[i].session, "one") == 0)
			assert_int_equal(got[i].status,
					 one++ == 0 ? AAA_ACCT_START :
						      AAA_ACCT_INTERIM);
		if (got[i].status == AAA_ACCT_INTERIM)
			assert_int_equal(got[i].in, 6000);
	}
	assert_int_equal(one, 2);
	say(record(AAA_ACCT_STOP, 34, "one"));
	lab_wait(is_sent);
	assert_int_equal(got[4].status, AAA_ACCT_STOP);
	assert_true(size_of(queue_fd) < 100);
}

/* The stop takes the place of the last report that waits. */
static void test_stop_in_an_outage(void **state)
{
	(void)state;
	lab.server[0].mode = lab.server[1].mode = LAB_SILENT;
	say(record(AAA_ACCT_START, 1, "one"));
	count_up(2, 10);
	say(record(AAA_ACCT_STOP, 3, "one"));
	assert_int_equal(acct_queued(lab.a.acct), 2);
	lab_wait(is_refused);
	be_patient();
	lab.server[0].mode = lab.server[1].mode = LAB_ANSWER;
	lab_wait(is_sent);
	assert_int_equal(got_n, 2);
	assert_true(got[0].status == AAA_ACCT_START &&
		    got[1].status == AAA_ACCT_STOP);
}

static bool is_asked(void)
{
	return safe == 0;
}

static void say_runs(struct aaa_acct r)
{
	safe = 1;
	assert_int_equal(channel_request(&lab.engine, AAA_RUNS, &r, sizeof(r),
					 NULL, 0, on_safe, NULL),
			 0);
	lab_wait(is_asked);
}

static struct aaa_acct running(uint64_t serial, const char *session,
			       const char *ifname)
{
	struct aaa_acct r = record(AAA_ACCT_START, serial, session);

	r.when = (uint64_t)time(NULL) - 100;
	snprintf(r.call.ifname, sizeof(r.call.ifname), "%s", ifname);
	return r;
}

static const struct got *stop_of(const char *session)
{
	const struct got *stop = NULL;

	for (unsigned int i = 0; i < got_n; i++)
		if (got[i].status == AAA_ACCT_STOP &&
		    strcmp(got[i].session, session) == 0) {
			assert_null(stop);
			stop = &got[i];
		}
	return stop;
}

/*
 * An engine dies: each session that had a start and no stop gets its stop, with
 * what the kernel counted, else what was reported last; once.
 */
static void test_engine_died(void **state)
{
	struct aaa_counted c = {
		.n = 2,
		.of = { { "ppp1", { 7, 8, 1, 1 } },
			{ "ppp77", { 9, 9, 9, 9 } } },
	};
	struct aaa_acct interim = running(4, "two", "ppp2");
	const struct aaa_acct one = running(1, "one", "ppp1");

	(void)state;
	be_patient();
	say(one);
	say(running(2, "two", "ppp2"));
	say(running(3, "gone", "ppp3"));
	interim.kind = AAA_ACCT_INTERIM;
	interim.counters.rx_bytes = 55;
	say(interim);
	interim = running(5, "gone", "ppp3");
	interim.kind = AAA_ACCT_STOP;
	say(interim);
	/* Told by an engine whose first aaa process died. */
	say_runs(running(0, "known", "ppp4"));
	lab_wait(is_sent);
	assert_int_equal(got_n, 5);

	acct_end_running(lab.a.acct); /* it lives */
	lab_wait(is_sent);
	assert_int_equal(got_n, 5);
	acct_engine_gone(lab.a.acct);
	acct_counted(lab.a.acct, &c);
	acct_end_running(lab.a.acct);
	lab_wait(is_sent);
	assert_int_equal(got_n, 8);
	assert_true(stop_of("one") && stop_of("two") && stop_of("known"));
	assert_true(stop_of("one")->in == 7 && stop_of("one")->out == 8);
	assert_true(stop_of("two")->in == 55 && stop_of("known")->in == 0);
	assert_true(stop_of("one")->when >= one.when + 100);
	assert_int_equal(stop_of("one")->time, stop_of("one")->when - one.when);
	assert_int_equal(stop_of("one")->cause, SERVICE_END_NAS_ERROR);
	assert_non_null(stop_of("gone"));

	acct_engine_gone(lab.a.acct);
	acct_end_running(lab.a.acct);
	lab_wait(is_sent);
	assert_int_equal(got_n, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_file_room),
		cmocka_unit_test_setup_teardown(test_sent, start, stop_lab),
		cmocka_unit_test_setup_teardown(test_outage, start, stop_lab),
		cmocka_unit_test_setup_teardown(test_stop_in_an_outage, start,
						stop_lab),
		cmocka_unit_test_setup_teardown(test_engine_died, start,
						stop_lab),
	};

	if (crypto_init())
		return EXIT_FAILURE;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
