/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of what messages' bodies may be: of every row of every channel a
 * body with one field out of its bounds is refused, and a sound one is not.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipc/aaa.h"
#include "ipc/channel.h"
#include "ipc/fields.h"
#include "ipc/monitor.h"

static struct ipc_message m;

/* The least that each field may be: zero, but for a range that begins later. */
static void make_sound(const struct ipc_field *fields, uint8_t *body)
{
	for (const struct ipc_field *f = fields; f && f->kind; f++)
		for (size_t i = 0; i < f->n; i++) {
			uint8_t *at = body + f->offset + i * f->size;

			if (f->kind == IPC_FIELD_RANGE)
				memcpy(at, &f->least,
				       f->size < 4 ? f->size : 4);
			else if (f->kind == IPC_FIELD_STRUCT)
				make_sound(f->fields, at);
		}
}

static void put(uint8_t *at, size_t size, uint64_t n)
{
	memcpy(at, &n, size); /* the machine is little-endian, as all here */
}

static void try_values(const struct ipc_field *f, uint8_t *at,
		       bool (*fits)(void))
{
	static const uint64_t far[] = { 7, 0x80, 0xff, 0x7fffffff, 0xffffffff };
	uint64_t most = f->kind == IPC_FIELD_BOOL ? 1 : f->most;
	uint64_t largest = f->size >= 8 ? UINT64_MAX :
					  (1ull << f->size * 8) - 1;
	uint8_t was[8];

	memcpy(was, at, f->size);
	put(at, f->size, most);
	assert_true(fits());
	if (most < largest) {
		put(at, f->size, most + 1);
		assert_false(fits());
	}
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		if (far[i] <= most || far[i] > largest)
			continue;
		put(at, f->size, far[i]);
		assert_false(fits());
	}
	if (f->least) {
		put(at, f->size, f->least - 1);
		assert_false(fits());
	}
	memcpy(at, was, f->size);
}

static void try_text(const struct ipc_field *f, uint8_t *at, bool (*fits)(void))
{
	memset(at, 'x', f->size - 1u);
	assert_true(fits());
	at[f->size - 1] = 'x';
	assert_false(fits());
	memset(at, 0, f->size);
}

static void try_addr(uint8_t *at, bool (*fits)(void))
{
	struct addr a = { .family = AF_INET6 };

	memcpy(at, &a, sizeof(a));
	assert_true(fits());
	a.family = 7;
	memcpy(at, &a, sizeof(a));
	assert_false(fits());
	memset(at, 0, sizeof(a));
}

static void try_fields(const struct ipc_field *fields, uint8_t *body,
		       bool (*fits)(void))
{
	for (const struct ipc_field *f = fields; f && f->kind; f++)
		for (size_t i = 0; i < f->n; i++) {
			uint8_t *at = body + f->offset + i * f->size;

			if (f->kind == IPC_FIELD_TEXT)
				try_text(f, at, fits);
			else if (f->kind == IPC_FIELD_ADDR)
				try_addr(at, fits);
			else if (f->kind == IPC_FIELD_STRUCT)
				try_fields(f->fields, at, fits);
			else
				try_values(f, at, fits);
		}
}

static const struct ipc_shape *shapes;
static size_t shapes_n;

static bool fits(void)
{
	return ipc_message_fits(shapes, shapes_n, &m);
}

static void try_shape(size_t type)
{
	const struct ipc_shape *s = &shapes[type];

	m = (struct ipc_message){
		.header = { .type = (uint16_t)type },
		.len = s->size,
	};
	make_sound(s->fields, m.body);
	assert_int_equal(fits(), s->is_sent);
	if (!s->is_sent)
		return;
	try_fields(s->fields, m.body, fits);
	assert_true(fits());
	m.len = s->size + 1;
	assert_false(fits());
	m.len = s->size - 1;
	assert_false(fits());
}

static void test_each_row(void **state)
{
	const struct {
		const struct ipc_shape *v;
		size_t n;
	} all[] = {
		{ monitor_shapes, monitor_shapes_n },
		{ aaa_shapes, aaa_shapes_n },
		{ aaa_answer_shapes, aaa_answer_shapes_n },
		{ aaa_open_shapes, aaa_open_shapes_n },
		{ ppp_call_shapes, ppp_call_shapes_n },
		{ ppp_dial_shapes, ppp_dial_shapes_n },
		{ ppp_answer_shapes, ppp_answer_shapes_n },
		{ ppp_dialled_shapes, ppp_dialled_shapes_n },
		{ ppp_template_shapes, ppp_template_shapes_n },
		{ ppp_unit_shapes, ppp_unit_shapes_n },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		shapes = all[i].v;
		shapes_n = all[i].n;
		for (size_t type = 0; type < shapes_n; type++)
			try_shape(type);
		m.header.type = (uint16_t)shapes_n;
		assert_false(fits());
		m.header.type = UINT16_MAX;
		assert_false(fits());
	}
}

/* ---- answers on a channel ---- */

static int result;
static size_t len;

static void on_answer(void *arg, int r, struct ipc_message *answer)
{
	struct loop *loop = arg;

	result = r;
	len = answer->len;
	loop_stop(loop);
}

static void ask_and_answer(struct channel *asks, struct loop *loop, int other,
			   int with, const void *body, size_t n)
{
	struct ipc_header h = { .type = AAA_RESOLVE, .result = with };

	assert_int_equal(channel_request(asks, AAA_RESOLVE, NULL, 0, NULL, 0,
					 on_answer, loop),
			 0);
	assert_int_equal(ipc_recv(other, &m), 1);
	h.serial = m.header.serial;
	assert_int_equal(ipc_send(other, &h, body, n, NULL, 0), 0);
	assert_int_equal(loop_run(loop), 0);
}

/* An answer that is not one has no body, and is no success. */
static void test_answers(void **state)
{
	struct aaa_resolve_reply r = { .count = AAA_RESOLVE_MAX };
	struct channel c;
	struct loop *loop = loop_new();
	int sv[2];

	(void)state;
	assert_int_equal(ipc_pair(sv), 0);
	assert_int_equal(channel_open(&c, loop, sv[0], NULL, NULL), 0);
	c.answers = aaa_answer_shapes;
	c.answers_n = aaa_answer_shapes_n;
	ask_and_answer(&c, loop, sv[1], 0, &r, sizeof(r));
	assert_int_equal(result, 0);
	assert_int_equal(len, sizeof(r));
	r.count++;
	ask_and_answer(&c, loop, sv[1], 0, &r, sizeof(r));
	assert_int_equal(result, -EPROTO);
	assert_int_equal(len, 0);
	ask_and_answer(&c, loop, sv[1], -ENOENT, &r, sizeof(r));
	assert_int_equal(result, -ENOENT);
	assert_int_equal(len, 0);
	channel_close(&c);
	close(sv[1]);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_row),
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
