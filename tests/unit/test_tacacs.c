/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The TACACS+ client: servers that answer, that do not, that answer wrongly,
 * that close in the middle and that come back; connections of one request, and
 * of many.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aaa/tacacs_internal.h"
#include "tacacs_lab.h"

#define MANY 200 /* more than there may be connections */

static struct tacacs_lab_server *const first = &tacacs_lab[0],
				       *const second = &tacacs_lab[1];
static int result[MANY];
static char answered_by;
static int build_error;

static int setup(void **state)
{
	(void)state;
	build_error = 0;
	tacacs_lab_start("", "");
	return 0;
}

static int setup_single(void **state)
{
	(void)state;
	build_error = 0;
	tacacs_lab_start("", "single-connection = false");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tacacs_lab_stop();
	return 0;
}

static int build(void *arg, struct tacacs_draft *d)
{
	(void)arg;
	tacacs_draft_text(d, TACACS_USER, "alice");
	tacacs_draft_arg(d, "service", "ppp");
	return build_error;
}

static void on_done(void *arg, int err, const struct tacacs_answer *answer)
{
	int *out = arg;

	assert_int_equal(*out, 1);
	assert_true(!err == (answer != NULL));
	if (answer)
		answered_by = answer->server->name[0];
	*out = err;
}

static void send_one(int i)
{
	result[i] = 1;
	assert_int_equal(tacacs_send(lab.a.tacacs, &lab.a.config->ppp[0].tacacs,
				     TACACS_AUTHOR_REQUEST, build, on_done,
				     &result[i]),
			 0);
	assert_int_equal(result[i], 1);
}

static bool has_result(void)
{
	return result[0] != 1;
}

static bool all_have_results(void)
{
	for (int i = 0; i < MANY; i++)
		if (result[i] == 1)
			return false;
	return true;
}

static void ask(int want, char by)
{
	send_one(0);
	lab_wait(has_result);
	assert_int_equal(result[0], want);
	if (!want)
		assert_int_equal(answered_by, by);
}

static void ask_many(void)
{
	for (int i = 0; i < MANY; i++)
		send_one(i);
	lab_wait(all_have_results);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(result[i], 0);
}

static void wait_long(void)
{
	lab.a.config->tacacs[0].timeout_ms =
		lab.a.config->tacacs[1].timeout_ms = 20000;
	lab.a.config->tacacs[0].dead_ms = lab.a.config->tacacs[1].dead_ms =
		3600000;
}

static bool first_is_dead(void)
{
	return tacacs_lab_state(0).state == AAA_SERVER_DEAD;
}

static bool first_is_unknown(void)
{
	return tacacs_lab_state(0).state == AAA_SERVER_UNKNOWN;
}

static bool both_dead(void)
{
	return first_is_dead() && tacacs_lab_state(1).state == AAA_SERVER_DEAD;
}

/* ---- answers ---- */

static void test_answer(void **state)
{
	struct aaa_tacacs_state s;

	(void)state;
	assert_int_equal(tacacs_lab_state(0).state, AAA_SERVER_UNKNOWN);
	ask(0, 'a');
	assert_int_equal(first->last.version, TACACS_VERSION_DEFAULT);
	assert_int_equal(first->last.flags, TACACS_SINGLE_CONNECT);
	assert_true(tacacs_lab_has_text(first, TACACS_USER, "alice"));
	assert_true(tacacs_lab_has_arg(first, "service=ppp"));
	s = tacacs_lab_state(0);
	assert_string_equal(s.name, "a");
	assert_string_equal(s.address, "127.0.0.1");
	assert_int_equal(s.port, first->port);
	assert_int_equal(s.state, AAA_SERVER_ALIVE);
	assert_int_equal(s.author_requests, 1);
	assert_int_equal(s.author_passes, 1);
	assert_int_equal(s.connections, 1);
	assert_true(s.shared);
	assert_int_equal(s.outstanding, 0);
	assert_true(s.changed_ms_ago > 0);
	assert_int_equal(second->requests, 0);
	assert_int_equal(tacacs_state(lab.a.tacacs, 2, &s), -ENOENT);
}

/* A reply in pieces, and one of another session before it. */
static void test_pieces(void **state)
{
	(void)state;
	first->mode = TACACS_LAB_DRIP;
	ask(0, 'a');
	first->mode = TACACS_LAB_OTHER_SESSION;
	ask(0, 'a');
	assert_int_equal(tacacs_lab_state(0).bad_replies, 1);
	assert_int_equal(lab_logged("tacacs \"a\": a reply was dropped: "
				    "nothing was asked in its session"),
			 1);
	assert_int_equal(tacacs_lab_state(0).state, AAA_SERVER_ALIVE);
	assert_int_equal(first->accepted, 1);
}

/* All on one connection, which is asked for once. */
static void test_shared(void **state)
{
	(void)state;
	wait_long();
	ask_many();
	assert_int_equal(first->accepted, 1);
	assert_int_equal(first->requests, MANY);
	assert_int_equal(first->last.flags, TACACS_SINGLE_CONNECT);
	ask(0, 'a');
	assert_int_equal(first->accepted, 1);
}

/* A server that does not agree: one each, not too many at once. */
static void test_not_shared(void **state)
{
	(void)state;
	wait_long();
	first->shares = false;
	ask(0, 'a');
	assert_int_equal(first->last.flags, TACACS_SINGLE_CONNECT);
	assert_false(tacacs_lab_state(0).shared);
	ask_many();
	/* It is not asked again and again. */
	assert_int_equal(first->last.flags, 0);
	assert_int_equal(first->accepted, MANY + 1);
	assert_true(first->most > 1 &&
		    first->most <= TACACS_CONNECTIONS_MAX + 1);
	assert_int_equal(tacacs_lab_state(0).connections, 0);
}

/* The operator does not want it, whatever the server would. */
static void test_single(void **state)
{
	(void)state;
	wait_long();
	ask_many();
	assert_int_equal(first->last.flags, 0);
	assert_int_equal(first->accepted, MANY);
	assert_true(first->most <= TACACS_CONNECTIONS_MAX + 1);
	assert_int_equal(tacacs_lab_state(0).connections, 0);
}

/* ---- no answers ---- */

/* The first callers wait for the dead server once; no other does. */
static void test_silent(void **state)
{
	(void)state;
	lab.a.config->tacacs[1].timeout_ms = 20000;
	lab.a.config->tacacs[0].dead_ms = 3600000;
	first->mode = TACACS_LAB_SILENT;
	ask_many();
	assert_int_equal(answered_by, 'b');
	assert_true(first_is_dead());
	assert_int_equal(tacacs_lab_state(0).outstanding, 0);
	assert_int_equal(tacacs_lab_state(0).connections, 0);
	assert_int_equal(lab_logged("tacacs \"a\": it is taken as dead: it did "
				    "not answer within 0.3 s, and never did: "
				    "does it run"),
			 1);
	assert_int_equal(first->accepted, 1);
	ask(0, 'b');
	assert_int_equal(first->accepted, 1);
}

/* After its dead-time the next request finds out that it is back. */
static void test_back(void **state)
{
	(void)state;
	first->mode = TACACS_LAB_SILENT;
	ask(0, 'b');
	lab_wait(first_is_dead);
	first->mode = TACACS_LAB_ANSWER;
	lab_wait(first_is_unknown);
	ask(0, 'a');
	assert_int_equal(tacacs_lab_state(0).state, AAA_SERVER_ALIVE);
}

static void test_all_dead(void **state)
{
	const struct config_strings *servers = &lab.a.config->ppp[0].tacacs;
	char why[256];

	(void)state;
	lab.a.config->tacacs[0].dead_ms = lab.a.config->tacacs[1].dead_ms =
		3600000;
	first->mode = second->mode = TACACS_LAB_SILENT;
	ask(-ETIMEDOUT, 0);
	lab_wait(both_dead);
	assert_false(tacacs_is_alive(lab.a.tacacs, servers));
	assert_true(tacacs_is_ready(lab.a.tacacs, servers));
	tacacs_explain(lab.a.tacacs, servers, why, sizeof(why));
	assert_string_equal(why,
			    "it did not answer within 0.3 s, and never did: "
			    "does it run, does it know this host, has it the "
			    "same secret?");
	/* They are asked all the same. */
	second->mode = TACACS_LAB_ANSWER;
	ask(0, 'b');
}

/* On a connection that serves others, one that is lost costs nobody else. */
static void test_one_lost(void **state)
{
	(void)state;
	ask(0, 'a');
	first->mode = TACACS_LAB_SILENT;
	send_one(0);
	lab_wait(has_result);
	assert_int_equal(answered_by, 'b');
	/* A late answer is to nobody's harm. */
	first->mode = TACACS_LAB_ANSWER;
	lab_wait(first_is_unknown);
	ask(0, 'a');
}

/* Nothing listens there: that is seen at once, far sooner than the timeout. */
static void test_refused(void **state)
{
	(void)state;
	wait_long();
	tacacs_lab_close(first);
	ask(0, 'b');
	assert_true(first_is_dead());
	assert_int_equal(lab_logged("tacacs \"a\": it is taken as dead: it "
				    "cannot be connected to: Connection "
				    "refused"),
			 1);
}

/* Without another server a request goes on trying for as long as it has. */
static void test_restarted(void **state)
{
	(void)state;
	wait_long();
	tacacs_lab_close(first);
	tacacs_lab_close(second);
	send_one(0);
	lab_wait(both_dead);
	assert_int_equal(result[0], 1);
	tacacs_lab_listen(second);
	lab_wait(has_result);
	assert_int_equal(result[0], 0);
	assert_int_equal(answered_by, 'b');
}

/* ---- a connection that ends ---- */

static void test_closes(void **state)
{
	static const enum tacacs_lab_mode modes[] = { TACACS_LAB_CLOSE,
						      TACACS_LAB_HALF };

	(void)state;
	wait_long();
	for (size_t i = 0; i < 2; i++) {
		first->mode = modes[i];
		ask(0, 'b');
		assert_true(first_is_dead());
		assert_int_equal(tacacs_lab_state(0).connections, 0);
		lab.a.config->tacacs[0].dead_ms = 100;
	}
	assert_int_equal(lab_logged("it closed the connection without an "
				    "answer"),
			 1);
}

/* What was under way on one that served begins again with the same server. */
static void test_closes_later(void **state)
{
	(void)state;
	wait_long();
	first->close_at = 50;
	ask(0, 'a');
	ask_many();
	assert_int_equal(answered_by, 'a');
	assert_int_equal(tacacs_lab_state(0).state, AAA_SERVER_ALIVE);
	assert_true(first->accepted > 3);
	assert_int_equal(second->requests, 0);
}

/* One that nobody is on may end as it likes. */
static void test_idle(void **state)
{
	(void)state;
	ask(0, 'a');
	tacacs_lab_close(first);
	tacacs_lab_listen(first);
	ask(0, 'a');
	assert_int_equal(tacacs_lab_state(0).state, AAA_SERVER_ALIVE);
	assert_int_equal(first->accepted, 2);
}

/* ---- wrong answers ---- */

static void test_bad_replies(void **state)
{
	static const struct {
		enum tacacs_lab_mode mode;
		enum tacacs_fault fault;
	} cases[] = {
		{ TACACS_LAB_OTHER_SECRET, TACACS_BAD_LENGTHS },
		{ TACACS_LAB_LYING, TACACS_BAD_LENGTHS },
		{ TACACS_LAB_LONG, TACACS_LONG },
		{ TACACS_LAB_VERSION, TACACS_BAD_VERSION },
		{ TACACS_LAB_TYPE, TACACS_BAD_TYPE },
		{ TACACS_LAB_SEQUENCE, TACACS_BAD_TYPE },
		{ TACACS_LAB_PLAIN, TACACS_NOT_OBFUSCATED },
		{ TACACS_LAB_STATUS, TACACS_BAD_STATUS },
	};

	(void)state;
	wait_long();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *why = tacacs_fault_text(cases[i].fault);

		tacacs_lab_stop();
		tacacs_lab_start("", "");
		wait_long();
		first->mode = cases[i].mode;
		ask(0, 'b');
		assert_true(first_is_dead());
		assert_int_equal(tacacs_lab_state(0).bad_replies, 1);
		assert_int_equal(tacacs_lab_state(0).connections, 0);
		assert_non_null(strstr(tacacs_lab_state(0).last_error, why));
		assert_int_equal(lab_logged(why), 2);
		assert_int_equal(lab_logged("tacacs \"a\": a reply was "
					    "dropped: "),
				 1);
		assert_int_equal(lab_logged("tacacs \"a\": it is taken as "
					    "dead: what it says cannot be "
					    "taken: "),
				 1);
	}
}

/* Alone it ends at once: nothing would be another at the next try. */
static void test_wrong_secret_alone(void **state)
{
	char why[256];

	(void)state;
	wait_long();
	first->mode = second->mode = TACACS_LAB_OTHER_SECRET;
	ask(-ETIMEDOUT, 0);
	tacacs_explain(lab.a.tacacs, &lab.a.config->ppp[0].tacacs, why,
		       sizeof(why));
	assert_non_null(strstr(why, "the shared secret differs"));
}

static bool has_new_secret(void)
{
	return lab_logged("tacacs \"a\": its secret-file has another secret "
			  "now") == 1;
}

static void test_secret_changed(void **state)
{
	(void)state;
	ask(0, 'a');
	first->secret = "other";
	lab.secret = "other\n";
	tacacs_secret_changed(lab.a.tacacs, "a");
	tacacs_secret_changed(lab.a.tacacs, "nobody");
	lab_wait(has_new_secret);
	ask(0, 'a');
	assert_int_equal(first->accepted, 2);
}

/* ---- a server that fails ---- */

static void fill_failed(enum tacacs_kind kind,
			const struct tacacs_body *request,
			struct tacacs_body *reply)
{
	(void)kind;
	(void)request;
	reply->number[TACACS_STATUS] = TACACS_AUTHOR_ERROR;
	reply->text[TACACS_SERVER_MSG] =
		(struct tacacs_text){ (const uint8_t *)"no disk", 7 };
}

/* The next one is asked, and it is not dead for that. */
static void test_error(void **state)
{
	char why[256];

	(void)state;
	wait_long();
	first->fill = fill_failed;
	ask(0, 'b');
	assert_int_equal(tacacs_lab_state(0).state, AAA_SERVER_ALIVE);
	assert_int_equal(tacacs_lab_state(0).errors, 1);
	assert_string_equal(tacacs_lab_state(0).last_error,
			    "it says that it failed: no disk");
	second->fill = fill_failed;
	ask(-ETIMEDOUT, 0);
	tacacs_explain(lab.a.tacacs, &lab.a.config->ppp[0].tacacs, why,
		       sizeof(why));
	assert_string_equal(why, "it says that it failed: no disk");
}

/* What cannot be said is nobody's fault. */
static void test_cannot_build(void **state)
{
	(void)state;
	build_error = -EINVAL;
	ask(-EINVAL, 0);
	assert_int_equal(tacacs_lab_state(0).state, AAA_SERVER_UNKNOWN);
	assert_int_equal(tacacs_lab_state(0).connections, 0);
	build_error = 0;
	ask(0, 'a');
	build_error = -EINVAL;
	ask(-EINVAL, 0);
	assert_int_equal(tacacs_lab_state(0).connections, 1);
}

static void test_too_many(void **state)
{
	static int many[TACACS_REQUESTS_MAX + 1];

	(void)state;
	first->mode = second->mode = TACACS_LAB_SILENT;
	for (int i = 0; i <= TACACS_REQUESTS_MAX; i++) {
		many[i] = 1;
		assert_int_equal(tacacs_send(lab.a.tacacs,
					     &lab.a.config->ppp[0].tacacs,
					     TACACS_ACCT_REQUEST, build,
					     on_done, &many[i]),
				 i < TACACS_REQUESTS_MAX ? 0 : -ENOBUFS);
	}
	/* and freed while all are under way */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_answer),
		TEST(test_pieces),
		TEST(test_shared),
		TEST(test_not_shared),
		cmocka_unit_test_setup_teardown(test_single, setup_single,
						teardown),
		TEST(test_silent),
		TEST(test_back),
		TEST(test_all_dead),
		TEST(test_one_lost),
		TEST(test_refused),
		TEST(test_restarted),
		TEST(test_closes),
		TEST(test_closes_later),
		TEST(test_idle),
		TEST(test_bad_replies),
		TEST(test_wrong_secret_alone),
		TEST(test_secret_changed),
		TEST(test_error),
		TEST(test_cannot_build),
		TEST(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
