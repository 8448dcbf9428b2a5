/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TACACS+ packets as bytes: those of other programs, every body by its table,
 * lengths that lie, and streams in any pieces.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/tacacs/stream.h"

static const struct secret test_key = { .len = 10, .data = "testing123" };

static struct tacacs_text text(const char *s)
{
	return (struct tacacs_text){ (const uint8_t *)s, strlen(s) };
}

static void assert_text(const struct tacacs_text *t, const char *want)
{
	assert_int_equal(t->len, strlen(want));
	assert_memory_equal(t->data, want, t->len);
}

/* ---- what others send ---- */

/* tacc of pam_tacplus: -u bob -p hello -S ppp -L pap, with its secret. */
static const uint8_t of_tacc[] = {
	0xc1, 0x01, 0x01, 0x00, 0xb7, 0x0f, 0xc8, 0x0e, 0x00, 0x00, 0x00, 0x22,
	0x79, 0xd2, 0x9a, 0x66, 0x67, 0xfe, 0xfe, 0x87, 0x04, 0xaf, 0x61, 0x7e,
	0xcb, 0x79, 0x20, 0xbb, 0xca, 0x61, 0xcf, 0x8b, 0x25, 0xab, 0x70, 0x9e,
	0x68, 0xaf, 0x9f, 0xd5, 0xae, 0xde, 0xc5, 0x5d, 0x5e, 0x73
};
/* Perl's Authen::TacacsPlus: alice by CHAP, with the secret "perl-key". */
static const uint8_t of_perl[] = {
	0xc1, 0x01, 0x01, 0x00, 0x49, 0x11, 0xf0, 0x57, 0x00, 0x00, 0x00, 0x39,
	0x52, 0x41, 0xd0, 0xe9, 0xa6, 0xab, 0xcf, 0xa7, 0xee, 0x06, 0xbb, 0x84,
	0x4e, 0xdd, 0x9b, 0x46, 0xb3, 0xd0, 0xa5, 0x52, 0x1b, 0x6c, 0xab, 0xfc,
	0xf0, 0xa7, 0x0e, 0xed, 0x62, 0xb7, 0x90, 0x68, 0xaf, 0xe5, 0x5c, 0xa3,
	0xdb, 0x76, 0x51, 0xaf, 0x4e, 0x7d, 0x86, 0x4d, 0xb1, 0x1a, 0x7f, 0xb4,
	0x90, 0xc2, 0xfa, 0xe1, 0xd0, 0xa1, 0x85, 0xdb, 0xf9
};

/* Its body; written again it is the same packet. */
static struct tacacs_body read_start(const uint8_t *packet, size_t len,
				     const struct secret *key)
{
	static uint8_t plain[128];
	uint8_t again[128];
	struct tacacs_header h;
	struct tacacs_body b;
	enum tacacs_kind kind;

	assert_int_equal(tacacs_read_header(&h, packet), TACACS_OK);
	assert_int_equal(h.version, TACACS_VERSION_ONE);
	assert_int_equal(TACACS_HEADER + h.length, len);
	assert_true(tacacs_kind_of(h.type, h.seq_no, &kind));
	assert_int_equal(kind, TACACS_AUTHEN_START);
	memcpy(plain, packet + TACACS_HEADER, h.length);
	assert_true(tacacs_obfuscate(&h, key, plain, h.length));
	assert_int_equal(tacacs_read_body(kind, plain, h.length, &b),
			 TACACS_OK);
	h.length = 0;
	assert_int_equal(tacacs_write_packet(&h, key, kind, &b, again,
					     sizeof(again)),
			 len);
	assert_memory_equal(again, packet, len);
	return b;
}

static void test_tacc(void **state)
{
	struct tacacs_body b = read_start(of_tacc, sizeof(of_tacc), &test_key);

	(void)state;
	assert_int_equal(b.number[TACACS_ACTION], TACACS_ACTION_LOGIN);
	assert_int_equal(b.number[TACACS_PRIV_LVL], 0);
	assert_int_equal(b.number[TACACS_AUTHEN_TYPE], TACACS_TYPE_PAP);
	assert_int_equal(b.number[TACACS_AUTHEN_SERVICE], TACACS_SERVICE_PPP);
	assert_text(&b.text[TACACS_USER], "bob");
	assert_text(&b.text[TACACS_PORT], "tapioca/0");
	assert_text(&b.text[TACACS_REM_ADDR], "localhost");
	assert_text(&b.text[TACACS_DATA], "hello");
}

static void test_perl(void **state)
{
	static const struct secret key = { .len = 8, .data = "perl-key" };
	struct tacacs_body b = read_start(of_perl, sizeof(of_perl), &key);

	(void)state;
	assert_int_equal(b.number[TACACS_AUTHEN_TYPE], TACACS_TYPE_CHAP);
	assert_text(&b.text[TACACS_USER], "alice");
	assert_text(&b.text[TACACS_DATA], "\x07"
					  "chal1234chal1234rrrrrrrrrrrrrrrr");
}

/* With another secret a body is nothing. */
static void test_wrong_secret(void **state)
{
	uint8_t plain[sizeof(of_tacc)];
	struct secret other = test_key;
	struct tacacs_header h;
	struct tacacs_body b;

	(void)state;
	other.data[0] ^= 1;
	assert_int_equal(tacacs_read_header(&h, of_tacc), TACACS_OK);
	memcpy(plain, of_tacc, sizeof(plain));
	assert_true(
		tacacs_obfuscate(&h, &other, plain + TACACS_HEADER, h.length));
	assert_int_equal(tacacs_read_body(TACACS_AUTHEN_START,
					  plain + TACACS_HEADER, h.length, &b),
			 TACACS_BAD_LENGTHS);
}

/* ---- each body ---- */

/* A body, and its bytes as RFC 8907 draws them. */
static const struct {
	enum tacacs_kind kind;
	struct tacacs_body body;
	size_t len;
	const char *bytes;
} bodies[] = {
#define T(s)                                        \
	{                                           \
		(const uint8_t *)(s), sizeof(s) - 1 \
	}
#define BYTES(s) sizeof(s) - 1, s
	/* clang-format off */
	{ TACACS_AUTHEN_START,
	  { .number = { [TACACS_ACTION] = 1, [TACACS_PRIV_LVL] = 1, [TACACS_AUTHEN_TYPE] = 2,
			[TACACS_AUTHEN_SERVICE] = 3 },
	    .text = { [TACACS_USER] = T("alice"), [TACACS_PORT] = T("p7"),
		      [TACACS_REM_ADDR] = T("r"),
		      [TACACS_DATA] = T("pass") } },
	  BYTES("\1\1\2\3\5\2\1\4" "alice" "p7" "r" "pass") },
	{ TACACS_AUTHEN_REPLY,
	  { .number = { [TACACS_STATUS] = TACACS_AUTHEN_FAIL, [TACACS_FLAGS] = 1 },
	    .text = { [TACACS_SERVER_MSG] = T("go away"), [TACACS_DATA] = T("d") } },
	  BYTES("\2\1\0\7\0\1" "go away" "d") },
	{ TACACS_AUTHEN_CONTINUE,
	  { .number = { [TACACS_FLAGS] = TACACS_CONTINUE_ABORT },
	    .text = { [TACACS_USER_MSG] = T("msg"), [TACACS_DATA] = T("why") } },
	  BYTES("\0\3\0\3\1" "msg" "why") },
	{ TACACS_AUTHOR_REQUEST,
	  { .number = { [TACACS_AUTHEN_METHOD] = 6, [TACACS_PRIV_LVL] = 1, [TACACS_AUTHEN_TYPE] = 3,
			[TACACS_AUTHEN_SERVICE] = 3 },
	    .text = { [TACACS_USER] = T("bob"), [TACACS_PORT] = T("ppp0"),
		      [TACACS_REM_ADDR] = T("") },
	    .arg_n = 2, .arg = { T("service=ppp"), T("protocol=ip") } },
	  BYTES("\6\1\3\3\3\4\0\2\13\13" "bob" "ppp0" "service=ppp" "protocol=ip") },
	{ TACACS_AUTHOR_REPLY,
	  { .number = { [TACACS_STATUS] = TACACS_AUTHOR_PASS_ADD },
	    .text = { [TACACS_SERVER_MSG] = T("hi"), [TACACS_DATA] = T("log") },
	    .arg_n = 2, .arg = { T("addr=10.0.0.9"), T("timeout*60") } },
	  BYTES("\1\2\0\2\0\3\15\12" "hi" "log" "addr=10.0.0.9" "timeout*60") },
	{ TACACS_ACCT_REQUEST,
	  { .number = { [TACACS_FLAGS] = TACACS_ACCT_START | TACACS_ACCT_WATCHDOG,
			[TACACS_AUTHEN_METHOD] = 6, [TACACS_PRIV_LVL] = 1, [TACACS_AUTHEN_TYPE] = 6,
			[TACACS_AUTHEN_SERVICE] = 3 },
	    .text = { [TACACS_USER] = T("u"), [TACACS_PORT] = T("p"),
		      [TACACS_REM_ADDR] = T("192.0.2.1") },
	    .arg_n = 1, .arg = { T("task_id=1") } },
	  BYTES("\12\6\1\6\3\1\1\11\1\11" "u" "p" "192.0.2.1" "task_id=1") },
	{ TACACS_ACCT_REPLY,
	  { .number = { [TACACS_STATUS] = TACACS_ACCT_SUCCESS },
	    .text = { [TACACS_SERVER_MSG] = T("ok"), [TACACS_DATA] = T("") } },
	  BYTES("\0\2\0\0\1" "ok") },
	/* clang-format on */
};
#define BODIES (sizeof(bodies) / sizeof(bodies[0]))

static void assert_same(const struct tacacs_body *a,
			const struct tacacs_body *b)
{
	assert_memory_equal(a->number, b->number, sizeof(a->number));
	assert_int_equal(a->arg_n, b->arg_n);
	for (size_t i = 0; i < TACACS_FIELDS; i++) {
		assert_int_equal(a->text[i].len, b->text[i].len);
		if (a->text[i].len)
			assert_memory_equal(a->text[i].data, b->text[i].data,
					    a->text[i].len);
	}
	for (size_t i = 0; i < a->arg_n; i++) {
		assert_int_equal(a->arg[i].len, b->arg[i].len);
		assert_memory_equal(a->arg[i].data, b->arg[i].data,
				    a->arg[i].len);
	}
}

static void test_bodies(void **state)
{
	bool seen[TACACS_KINDS] = { false };

	(void)state;
	for (size_t i = 0; i < BODIES; i++) {
		const uint8_t *bytes = (const uint8_t *)bodies[i].bytes;
		uint8_t out[128];
		struct tacacs_body b;

		seen[bodies[i].kind] = true;
		assert_int_equal(tacacs_write_body(bodies[i].kind,
						   &bodies[i].body, out,
						   sizeof(out)),
				 bodies[i].len);
		assert_memory_equal(out, bytes, bodies[i].len);
		assert_int_equal(tacacs_read_body(bodies[i].kind, bytes,
						  bodies[i].len, &b),
				 TACACS_OK);
		assert_same(&b, &bodies[i].body);
		/* Cut anywhere, or with a byte more, it is none. */
		for (size_t len = 0; len < bodies[i].len; len++) {
			assert_int_equal(tacacs_read_body(bodies[i].kind, bytes,
							  len, &b),
					 TACACS_BAD_LENGTHS);
			assert_int_equal(tacacs_write_body(bodies[i].kind,
							   &bodies[i].body, out,
							   len),
					 -EMSGSIZE);
		}
		memcpy(out, bytes, bodies[i].len);
		out[bodies[i].len] = 0;
		assert_int_equal(tacacs_read_body(bodies[i].kind, out,
						  bodies[i].len + 1, &b),
				 TACACS_BAD_LENGTHS);
	}
	for (size_t kind = 0; kind < TACACS_KINDS; kind++)
		assert_true(seen[kind]);
}

/* Each byte of a length, or of their number, with another value. */
static void test_lying_lengths(void **state)
{
	static const uint8_t reply[] = { 1,   1,   0,	2,   0,	  1,   4,
					 'h', 'i', 'd', 'a', '=', 'b', 'c' };
	uint8_t bad[sizeof(reply)];
	struct tacacs_body b;

	(void)state;
	assert_int_equal(tacacs_read_body(TACACS_AUTHOR_REPLY, reply,
					  sizeof(reply), &b),
			 TACACS_OK);
	for (size_t at = 1; at < 7; at++) {
		for (int value = 0; value < 256; value++) {
			memcpy(bad, reply, sizeof(bad));
			bad[at] = (uint8_t)value;
			if (value != reply[at])
				assert_int_equal(
					tacacs_read_body(TACACS_AUTHOR_REPLY,
							 bad, sizeof(bad), &b),
					TACACS_BAD_LENGTHS);
		}
	}
}

static void test_too_long(void **state)
{
	static uint8_t big[UINT16_MAX + 1], out[2 * sizeof(big)];
	struct tacacs_body b = { .text[TACACS_USER] = { big, 255 } };

	(void)state;
	assert_int_equal(tacacs_write_body(TACACS_AUTHEN_START, &b, out,
					   sizeof(out)),
			 8 + 255);
	b.text[TACACS_USER].len = 256;
	assert_int_equal(tacacs_write_body(TACACS_AUTHEN_START, &b, out,
					   sizeof(out)),
			 -EMSGSIZE);
	b = (struct tacacs_body){ .text[TACACS_SERVER_MSG] = { big, 65535 } };
	assert_int_equal(tacacs_write_body(TACACS_ACCT_REPLY, &b, out,
					   sizeof(out)),
			 5 + 65535);
	b.text[TACACS_SERVER_MSG].len++;
	assert_int_equal(tacacs_write_body(TACACS_ACCT_REPLY, &b, out,
					   sizeof(out)),
			 -EMSGSIZE);
	b = (struct tacacs_body){ .arg_n = 1, .arg[0] = { big, 256 } };
	assert_int_equal(tacacs_write_body(TACACS_AUTHOR_REQUEST, &b, out,
					   sizeof(out)),
			 -EMSGSIZE);
	b.arg_n = TACACS_ARGS_MAX + 1;
	assert_int_equal(tacacs_write_body(TACACS_AUTHOR_REQUEST, &b, out,
					   sizeof(out)),
			 -EMSGSIZE);
}

/* ---- headers ---- */

static void test_header(void **state)
{
	static const struct {
		uint8_t at, value;
		enum tacacs_fault fault;
	} cases[] = {
		{ 0, 0xc0, TACACS_OK },
		{ 0, 0xc2, TACACS_BAD_VERSION },
		{ 0, 0xd1, TACACS_BAD_VERSION },
		{ 0, 'H', TACACS_BAD_VERSION },
		{ 1, 0, TACACS_BAD_TYPE },
		{ 1, 4, TACACS_BAD_TYPE },
		{ 2, 0, TACACS_BAD_SEQUENCE },
		{ 2, 255, TACACS_OK },
		{ 3, TACACS_SINGLE_CONNECT, TACACS_OK },
		{ 3, TACACS_UNENCRYPTED, TACACS_NOT_OBFUSCATED },
		{ 3, 0xff, TACACS_NOT_OBFUSCATED },
		{ 3, 0xf2, TACACS_OK }, /* flags that nobody knows */
		{ 8, 0x80, TACACS_LONG },
		{ 9, 1, TACACS_LONG },
		{ 10, 0x40, TACACS_LONG }, /* 16384 + 34 */
	};
	uint8_t data[TACACS_HEADER], again[TACACS_HEADER];
	struct tacacs_header h;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(data, of_tacc, sizeof(data));
		data[cases[i].at] = cases[i].value;
		assert_int_equal(tacacs_read_header(&h, data), cases[i].fault);
		tacacs_write_header(&h, again);
		assert_memory_equal(again, data, sizeof(data));
	}
	assert_int_equal(tacacs_read_header(&h, of_tacc), TACACS_OK);
	assert_int_equal(h.session_id, 0xb70fc80e);
	/* Authorization and accounting are two packets each. */
	data[0] = 0xc0;
	for (uint8_t type = TACACS_AUTHOR; type <= TACACS_ACCT; type++) {
		memcpy(data, of_tacc, sizeof(data));
		data[1] = type;
		data[2] = 2;
		assert_int_equal(tacacs_read_header(&h, data), TACACS_OK);
		data[2] = 3;
		assert_int_equal(tacacs_read_header(&h, data),
				 TACACS_BAD_SEQUENCE);
	}
}

static void test_words(void **state)
{
	(void)state;
	for (int f = 0; f < TACACS_FAULTS; f++)
		assert_true(strlen(tacacs_fault_text((enum tacacs_fault)f)) >
			    8);
	assert_string_equal(tacacs_kind_name(TACACS_AUTHOR_REPLY),
			    "AUTHOR_REPLY");
}

/* ---- streams ---- */

static void put(struct tacacs_stream *s, const uint8_t *data, size_t len)
{
	size_t room;
	uint8_t *to = tacacs_stream_room(s, &room);

	assert_true(room >= len);
	memcpy(to, data, len);
	tacacs_stream_add(s, len);
}

/* Two packets in pieces of each size. */
static void test_segments(void **state)
{
	static struct tacacs_stream s;
	uint8_t both[sizeof(of_tacc) + sizeof(of_perl)], *body;
	struct tacacs_header h;

	(void)state;
	memcpy(both, of_tacc, sizeof(of_tacc));
	memcpy(both + sizeof(of_tacc), of_perl, sizeof(of_perl));
	for (size_t piece = 1; piece <= sizeof(both); piece++) {
		size_t n = 0;

		s = (struct tacacs_stream){ 0 };
		for (size_t at = 0; at < sizeof(both); at += piece) {
			size_t len = sizeof(both) - at < piece ?
					     sizeof(both) - at :
					     piece;

			put(&s, both + at, len);
			while (!tacacs_stream_next(&s, &h, &body) && body) {
				const uint8_t *want = n ? of_perl : of_tacc;

				assert_memory_equal(body, want + TACACS_HEADER,
						    h.length);
				n++;
			}
		}
		assert_int_equal(n, 2);
	}
}

/* The longest one fits; what claims to be longer is told at once. */
static void test_stream_bounds(void **state)
{
	static struct tacacs_stream s;
	static uint8_t packet[TACACS_HEADER + TACACS_BODY_MAX];
	struct tacacs_header h = { .version = TACACS_VERSION_DEFAULT,
				   .type = TACACS_ACCT,
				   .seq_no = 2,
				   .length = TACACS_BODY_MAX };
	uint8_t *body;

	(void)state;
	tacacs_write_header(&h, packet);
	s = (struct tacacs_stream){ 0 };
	put(&s, packet, sizeof(packet) - 1);
	assert_int_equal(tacacs_stream_next(&s, &h, &body), TACACS_OK);
	assert_null(body);
	put(&s, packet, 1);
	assert_int_equal(tacacs_stream_next(&s, &h, &body), TACACS_OK);
	assert_non_null(body);
	h.length++;
	tacacs_write_header(&h, packet);
	s = (struct tacacs_stream){ 0 };
	put(&s, packet, TACACS_HEADER - 1);
	assert_int_equal(tacacs_stream_next(&s, &h, &body), TACACS_OK);
	put(&s, packet + TACACS_HEADER - 1, 1);
	assert_int_equal(tacacs_stream_next(&s, &h, &body), TACACS_LONG);
}

/* ---- arguments ---- */

static void test_arguments(void **state)
{
	static const struct {
		const char *text, *name, *value;
		bool optional;
	} cases[] = {
		{ "addr=10.0.0.1", "addr", "10.0.0.1", false },
		{ "timeout*60", "timeout", "60", true },
		{ "a=b*c", "a", "b*c", false },
		{ "a*b=c", "a", "b=c", true },
		{ "cmd=", "cmd", "", false },
		{ "=x", NULL, NULL, false },
		{ "*x", NULL, NULL, false },
		{ "x", NULL, NULL, false },
		{ "", NULL, NULL, false },
	};
	struct tacacs_text t = text("a\x01\xc3\xa4\x7f"), none = text("");
	struct tacacs_arg arg;
	char out[6];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tacacs_text in = text(cases[i].text);

		assert_int_equal(tacacs_split_arg(&in, &arg),
				 cases[i].name != NULL);
		if (!cases[i].name)
			continue;
		assert_text(&arg.name, cases[i].name);
		assert_text(&arg.value, cases[i].value);
		assert_int_equal(arg.optional, cases[i].optional);
	}
	assert_true(tacacs_text(&t, out, sizeof(out)));
	assert_string_equal(out, "a?\xc3\xa4?");
	assert_false(tacacs_text(&t, out, 5));
	assert_false(tacacs_text(&none, out, sizeof(out)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tacc),
		cmocka_unit_test(test_perl),
		cmocka_unit_test(test_wrong_secret),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_lying_lengths),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_stream_bounds),
		cmocka_unit_test(test_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
