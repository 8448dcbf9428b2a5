/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RADIUS client: servers that answer, that do not, that answer wrongly, and
 * that come back.
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

#include "aaa/radius_internal.h"
#include "radius_lab.h"

#define MANY 600 /* more than two sockets' identifiers */

static struct lab_server *const first = &lab.server[0], *const second =
								&lab.server[1];
static int result[MANY];
static unsigned int alive_calls;

static int setup(void **state)
{
	(void)state;
	lab_start("");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	lab_stop();
	return 0;
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

static bool has_new_secret(void)
{
	return lab_logged("radius \"a\": its secret-file has another secret "
			  "now") == 1;
}

static bool first_is_dead(void)
{
	return lab_state(0).auth == AAA_SERVER_DEAD;
}
static bool first_is_alive(void)
{
	return lab_state(0).auth == AAA_SERVER_ALIVE;
}
static bool first_is_unknown(void)
{
	return lab_state(0).auth == AAA_SERVER_UNKNOWN;
}

static void ask(int want, char by)
{
	assert_int_equal(lab_send(&result[0]), 0);
	lab_wait(has_result);
	assert_int_equal(result[0], want);
	if (!want)
		assert_int_equal(lab_answered_by, by);
}

static void test_answer(void **state)
{
	struct aaa_radius_state s;

	(void)state;
	assert_int_equal(lab_state(0).auth, AAA_SERVER_UNKNOWN);
	ask(0, 'a');
	assert_true(first->all_signed);
	s = lab_state(0);
	assert_string_equal(s.name, "a");
	assert_string_equal(s.address, "127.0.0.1");
	assert_int_equal(s.auth_port, first->port[0]);
	assert_int_equal(s.auth, AAA_SERVER_ALIVE);
	assert_int_equal(s.acct, AAA_SERVER_UNKNOWN);
	assert_int_equal(s.auth_requests, 1);
	assert_int_equal(s.auth_accepts, 1);
	assert_true(s.auth_latency_us > 0 && s.auth_latency_us < 20000000);
	assert_int_equal(s.outstanding, 0);
	assert_true(s.changed_ms_ago > 0);
	first->code = RADIUS_ACCESS_REJECT;
	ask(0, 'a');
	first->code = RADIUS_ACCESS_CHALLENGE;
	ask(0, 'a');
	s = lab_state(0);
	assert_int_equal(s.auth_rejects, 1);
	assert_int_equal(s.auth_challenges, 1);
	assert_int_equal(second->requests, 0);
	assert_int_equal(radius_state(lab.a.radius, 2, &s), -ENOENT);
}

/* The same bytes again, to the same server; it is not dead for that. */
static void test_retransmission(void **state)
{
	struct aaa_radius_state s;

	(void)state;
	first->deaf = 1;
	ask(0, 'a');
	assert_int_equal(first->requests, 2);
	assert_true(first->all_same);
	s = lab_state(0);
	assert_int_equal(s.retransmits, 1);
	assert_int_equal(s.auth_timeouts, 0);
	assert_int_equal(s.auth, AAA_SERVER_ALIVE);
}

/* The first caller waits for the dead server once; no other does. */
static void test_failover(void **state)
{
	uint64_t sent;

	(void)state;
	first->mode = LAB_SILENT;
	/*
	 * However slow this machine is, the second one is not late, and the
	 * first is not looked for meanwhile.
	 */
	lab.a.config->radius[1].timeout_ms = 20000;
	lab.a.config->radius[0].dead_ms = 20000;
	for (int i = 0; i < MANY; i++)
		assert_int_equal(lab_send(&result[i]), 0);
	assert_int_equal(lab_state(0).outstanding, MANY);
	lab_wait(all_have_results);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(result[i], 0);
	assert_int_equal(lab_state(0).auth, AAA_SERVER_DEAD);
	assert_int_equal(lab_state(0).outstanding, 0);
	assert_int_equal(lab_state(1).auth_accepts, MANY);
	assert_int_equal(lab_logged("radius \"a\": its authentication port is "
				    "taken as dead: it did not answer within "
				    "0.2 s, and never did: does it run"),
			 1);
	/* Of what was sent the server may not have read all yet. */
	sent = lab_state(0).auth_requests + lab_state(0).retransmits;
	ask(0, 'b');
	assert_int_equal(lab_state(0).auth_requests + lab_state(0).retransmits,
			 sent);
}

/* A dead server is looked at by itself, and serves again. */
static void test_probe(void **state)
{
	unsigned int heard;

	(void)state;
	first->mode = LAB_SILENT;
	ask(0, 'b');
	lab_wait(first_is_dead);
	heard = first->requests;
	first->mode = LAB_ANSWER;
	lab_wait(first_is_alive);
	assert_true(first->probes > 0 && first->all_signed);
	assert_int_equal(first->requests, heard);
	assert_int_equal(lab_state(0).auth_requests, 1); /* probes are none */
	assert_int_equal(lab_logged("radius \"a\": its authentication port "
				    "answers again"),
			 1);
	ask(0, 'a');
}

static void test_no_status_server(void **state)
{
	(void)state;
	lab.a.config->radius[0].status_server = false;
	first->mode = LAB_SILENT;
	ask(0, 'b');
	lab_wait(first_is_dead);
	first->mode = LAB_ANSWER;
	lab_wait(first_is_unknown);
	assert_int_equal(first->probes, 0);
	ask(0, 'a');
}

static bool both_dead(void)
{
	return lab_state(0).auth == AAA_SERVER_DEAD &&
	       lab_state(1).auth == AAA_SERVER_DEAD;
}

static void test_all_dead(void **state)
{
	const struct config_strings *servers = &lab.a.config->ppp[0].radius;

	(void)state;
	first->mode = second->mode = LAB_SILENT;
	ask(-ETIMEDOUT, 0);
	lab_wait(both_dead);
	assert_false(radius_is_alive(lab.a.radius, RADIUS_PORT_AUTH, servers));
	assert_true(radius_is_alive(lab.a.radius, RADIUS_PORT_ACCT, servers));
	/* They are asked all the same: here before any probe can tell. */
	lab.a.config->radius[0].dead_ms = lab.a.config->radius[1].dead_ms =
		3600000;
	second->mode = LAB_ANSWER;
	ask(0, 'b');
}

/* Nothing listens there: that is seen at once, far sooner than the timeout. */
static void test_refused(void **state)
{
	(void)state;
	lab.a.config->radius[0].timeout_ms = 60000;
	lab_close(first, RADIUS_PORT_AUTH);
	ask(0, 'b');
	assert_int_equal(lab_state(0).auth, AAA_SERVER_DEAD);
	assert_int_equal(lab_logged("nothing listens there (ICMP port "
				    "unreachable)"),
			 1);
}

static bool second_is_dead(void)
{
	return lab_state(1).auth == AAA_SERVER_DEAD;
}

/*
 * Without another server a request goes on trying, so that one which starts
 * anew loses nobody.
 */
static void test_restarted(void **state)
{
	(void)state;
	lab.a.config->radius[0].timeout_ms =
		lab.a.config->radius[1].timeout_ms = 10000;
	lab.a.config->radius[0].tries = lab.a.config->radius[1].tries = 20;
	lab_close(first, RADIUS_PORT_AUTH);
	lab_close(second, RADIUS_PORT_AUTH);
	assert_int_equal(lab_send(&result[0]), 0);
	lab_wait(first_is_dead);
	lab_wait(second_is_dead);
	assert_int_equal(result[0], 1);
	lab_listen(second, RADIUS_PORT_AUTH);
	lab_wait(has_result);
	assert_int_equal(result[0], 0);
	assert_int_equal(lab_answered_by, 'b');
}

static void test_bad_replies(void **state)
{
	static const struct {
		enum lab_mode mode;
		const char *why;
	} bad[] = {
		{ LAB_OTHER_SECRET,
		  "its authenticator is wrong: the shared secret differs, or it is forged" },
		{ LAB_UNSIGNED,
		  "it has no Message-Authenticator, which is required "
		  "(require-message-authenticator)" },
		{ LAB_BAD_SIGNATURE,
		  "its Message-Authenticator is wrong: the shared secret "
		  "differs, or it is forged" },
		{ LAB_TRUNCATED,
		  "its length field says more than came: it was truncated" },
		{ LAB_OVERSIZED, "it is longer than 4096 bytes" },
		{ LAB_BAD_ATTRIBUTE, "an attribute's length does not fit" },
		{ LAB_BAD_CODE, "its code does not answer the request" },
		{ LAB_OTHER_ID,
		  "nothing was asked with its identifier, or it came too late" },
	};
	const size_t n = sizeof(bad) / sizeof(bad[0]);
	char line[200];

	(void)state;
	for (size_t i = 0; i < n; i++) {
		first->mode = bad[i].mode;
		ask(0, 'a'); /* it waits for the right one */
		ask(0, 'a');
		assert_int_equal(lab_state(0).bad_replies, 2 * (i + 1));
		snprintf(line, sizeof(line),
			 "radius \"a\": a reply of its authentication port was "
			 "dropped: %s\n",
			 bad[i].why);
		assert_int_equal(lab_logged(line), 1);
		assert_non_null(strstr(lab_state(0).last_error, bad[i].why));
	}
	assert_int_equal(lab_state(0).auth_accepts, 2 * n);
	assert_int_equal(second->requests, 0);
	/* An old server that signs nothing, when the operator says so. */
	lab.a.config->radius[0].require_message_authenticator =
		CONFIG_REQUIRE_FALSE;
	first->mode = LAB_UNSIGNED;
	ask(0, 'a');
	/* the second, which was one too many */
	assert_int_equal(lab_state(0).bad_replies, 2 * n + 1);
}

#define NO_SIGNATURE                                                      \
	"its replies have no Message-Authenticator: let the server send " \
	"it (FreeRADIUS: update reply { Message-Authenticator := 0x00 } " \
	"in post-auth), or set require-message-authenticator = false"

/*
 * A server that signs nothing is taken as it is, and one that was seen to sign
 * is not any more without that.
 */
static void test_signed_since(void **state)
{
	(void)state;
	lab.a.config->radius[0].timeout_ms = 1000;
	first->mode = LAB_UNSIGNED;
	first->only_bad = true;
	assert_int_equal(lab_state(0).signature, AAA_SIGNATURE_AWAITED);
	ask(0, 'a');
	ask(0, 'a');
	assert_int_equal(lab_state(0).signature, AAA_SIGNATURE_MISSED);
	assert_int_equal(lab_logged("radius \"a\": its replies have no "
				    "Message-Authenticator, so that who is on "
				    "the path can forge them (Blast-RADIUS)"),
			 1);
	first->mode = LAB_ANSWER;
	first->only_bad = false;
	ask(0, 'a');
	ask(0, 'a');
	assert_int_equal(lab_state(0).signature, AAA_SIGNATURE_REQUIRED);
	assert_int_equal(lab_logged("from now on none without is taken"), 1);
	first->mode = LAB_UNSIGNED;
	first->only_bad = true;
	first->code = RADIUS_ACCESS_REJECT;
	ask(0, 'a');
	first->code = RADIUS_ACCESS_ACCEPT;
	ask(0, 'b');
	assert_int_equal(lab_state(0).auth, AAA_SERVER_DEAD);
	assert_int_equal(lab_state(0).auth_rejects, 1);
	assert_int_equal(lab_state(0).auth_accepts, 4);
}

/*
 * One whose replies cannot be taken is dead with that reason, told once,
 * whatever it says to a Status-Server; and back when it signs.
 */
static void test_unfit(void **state)
{
	char why[AAA_ERROR_MAX];

	(void)state;
	for (int i = 0; i < 2; i++) {
		lab.a.config->radius[i].require_message_authenticator =
			CONFIG_REQUIRE_TRUE;
		lab.server[i].mode = LAB_UNSIGNED;
		lab.server[i].only_bad = true;
	}
	assert_int_equal(lab_state(0).signature, AAA_SIGNATURE_REQUIRED);
	for (int i = 0; i < 2; i++) {
		ask(-ETIMEDOUT, 0);
		radius_explain(lab.a.radius, RADIUS_PORT_AUTH,
			       &lab.a.config->ppp[0].radius, why, sizeof(why));
		assert_string_equal(why, NO_SIGNATURE);
		lab_wait(first_is_unknown);
	}
	assert_int_equal(lab_logged("radius \"a\": its authentication port is "
				    "taken as dead: " NO_SIGNATURE),
			 1);
	assert_int_equal(lab_logged("answers again"), 0);
	first->mode = LAB_ANSWER;
	first->only_bad = false;
	ask(0, 'a');
	assert_int_equal(lab_state(0).auth, AAA_SERVER_ALIVE);
}

/* With another secret it is dead for that reason. */
static void test_wrong_secret(void **state)
{
	(void)state;
	first->mode = LAB_OTHER_SECRET;
	first->only_bad = true;
	ask(0, 'b');
	assert_int_equal(
		lab_logged("radius \"a\": its authentication port is taken as "
			   "dead: it did not answer within 0.2 s, but for "
			   "replies that were dropped: its authenticator is "
			   "wrong: the shared secret differs"),
		1);
}

/* What a server holds back says nothing of how fast it is. */
static void test_latency(void **state)
{
	uint32_t before;

	(void)state;
	ask(0, 'a');
	before = lab_state(0).auth_latency_us;
	first->code = RADIUS_ACCESS_REJECT;
	ask(0, 'a');
	assert_int_equal(lab_state(0).auth_rejects, 1);
	assert_int_equal(lab_state(0).auth_latency_us, before);
}

/*
 * The operator changed the secret here and there: no one has to
 * tell the daemon.
 */
static void test_new_secret(void **state)
{
	(void)state;
	ask(0, 'a');
	lab.a.config->radius[0].timeout_ms = 10000;
	/* the file is read once a second at most */
	lab.a.config->radius[0].tries = 20;
	first->secret = "another";
	lab.secret = "another\n";
	ask(0, 'a');
	assert_int_equal(lab_logged("radius \"a\": its secret-file has another "
				    "secret now"),
			 1);
	assert_in_range(lab_state(0).bad_replies, 1, 19);
	assert_int_equal(second->requests, 0);
}

/* It is told as well, before any reply is lost to the old one. */
static void test_secret_changed(void **state)
{
	(void)state;
	ask(0, 'a');
	first->secret = "another";
	lab.secret = "another\n";
	radius_secret_changed(lab.a.radius, "a");
	lab_wait(has_new_secret);
	ask(0, 'a');
	assert_int_equal(lab_state(0).bad_replies, 0);
}

/* So many wait and no more; when the client ends, nobody is told. */
static void test_bounds(void **state)
{
	static int waiting[RADIUS_REQUESTS_MAX];
	int one = 1;

	(void)state;
	lab.a.config->radius[0].timeout_ms =
		lab.a.config->radius[1].timeout_ms = 3600000;
	first->mode = LAB_SILENT;
	for (int i = 0; i < RADIUS_REQUESTS_MAX; i++)
		assert_int_equal(lab_send(&waiting[i]), 0);
	assert_int_equal(lab_send(&one), -ENOBUFS);
	assert_int_equal(lab_state(0).outstanding, RADIUS_REQUESTS_MAX);
}

static void on_alive(void *arg)
{
	(*(unsigned int *)arg)++;
}

static void on_acct(void *arg, int res, const struct radius_answer *answer)
{
	(void)answer;
	*(int *)arg = res;
}

static bool acct_alive(void)
{
	return lab_state(0).acct == AAA_SERVER_ALIVE;
}
static bool acct_dead(void)
{
	return lab_state(0).acct == AAA_SERVER_DEAD;
}

/*
 * The accounting port lives and dies by itself, and who waits for it is told.
 */
static void test_accounting(void **state)
{
	const struct config_strings *servers = &lab.a.config->ppp[0].radius;

	(void)state;
	radius_on_alive(lab.a.radius, on_alive, &alive_calls);
	alive_calls = 0;
	result[0] = 1;
	first->mode = second->mode = LAB_SILENT;
	assert_int_equal(radius_send(lab.a.radius, RADIUS_PORT_ACCT, servers,
				     RADIUS_ACCOUNTING_REQUEST, NULL, on_acct,
				     &result[0]),
			 0);
	lab_wait(has_result);
	assert_int_equal(result[0], -ETIMEDOUT);
	lab_wait(acct_dead);
	assert_int_equal(lab_state(0).auth, AAA_SERVER_UNKNOWN);
	assert_int_equal(alive_calls, 0);
	first->mode = LAB_ANSWER;
	lab_wait(acct_alive);
	assert_true(alive_calls > 0);
	result[0] = 1;
	assert_int_equal(radius_send(lab.a.radius, RADIUS_PORT_ACCT, servers,
				     RADIUS_ACCOUNTING_REQUEST, NULL, on_acct,
				     &result[0]),
			 0);
	lab_wait(has_result);
	assert_int_equal(result[0], 0);
	assert_int_equal(lab_state(0).acct_responses, 1);
	assert_int_equal(lab_state(0).acct_timeouts, 1);
}

static int build_wrong(void *arg, struct radius_builder *b,
		       const struct radius_server_info *server)
{
	(void)arg;
	(void)b;
	(void)server;
	return -EINVAL;
}

/* What cannot be built ends as that, and not from within radius_send. */
static void test_build_error(void **state)
{
	(void)state;
	result[0] = 1;
	assert_int_equal(radius_send(lab.a.radius, RADIUS_PORT_AUTH,
				     &lab.a.config->ppp[0].radius,
				     RADIUS_ACCESS_REQUEST, build_wrong,
				     on_acct, &result[0]),
			 0);
	assert_int_equal(result[0], 1);
	lab_wait(has_result);
	assert_int_equal(result[0], -EINVAL);
	assert_int_equal(first->requests + second->requests, 0);
}

/* A new client in the place of the old one. */
static void again(void)
{
	radius_free(lab.a.radius);
	lab.a.radius = radius_new(&lab.a);
	assert_non_null(lab.a.radius);
}

static void test_name(void **state)
{
	struct config_radius *c = &lab.a.config->radius[0];

	(void)state;
	free(c->address);
	c->address = strdup("localhost");
	assert_non_null(c->address);
	/* and so IPv4 */
	assert_int_equal(addr_parse(&c->source, "127.0.0.1"), 0);
	again();
	assert_string_equal(lab_state(0).address, "");
	lab_wait(lab_is_ready);
	assert_string_equal(lab_state(0).address, "127.0.0.1");
	ask(0, 'a');
}

/*
 * A secret that cannot be read is told once, and looked for until it is there.
 */
static void test_no_secret(void **state)
{
	(void)state;
	lab.secret = NULL;
	again();
	ask(-ETIMEDOUT, 0);
	assert_false(
		radius_is_ready(lab.a.radius, &lab.a.config->ppp[0].radius));
	assert_int_equal(first->requests + second->requests, 0);
	lab.secret = "secret\n";
	lab_wait(lab_is_ready);
	assert_int_equal(lab_logged("cannot use its secret-file: No such file "
				    "or directory"),
			 2);
	ask(0, 'a');
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answer),
		TEST(test_retransmission),
		TEST(test_failover),
		TEST(test_probe),
		TEST(test_no_status_server),
		TEST(test_all_dead),
		TEST(test_refused),
		TEST(test_restarted),
		TEST(test_bad_replies),
		TEST(test_new_secret),
		TEST(test_bounds),
		TEST(test_accounting),
		TEST(test_build_error),
		TEST(test_name),
		TEST(test_no_secret),
		TEST(test_signed_since),
		TEST(test_unfit),
		TEST(test_wrong_secret),
		TEST(test_latency),
		TEST(test_secret_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
