/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AAA_AUTH, AAA_TEST and AAA_ACCT with TACACS+: each method's request, what
 * becomes of each kind of reply, and what an authorization gives.
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
#include <unistd.h>

#include <cmocka.h>

#include "aaa/acct.h"
#include "crypto/crypto.h"
#include "tacacs_lab.h"

#define PROOF "S=407A5589115FD0D6209F510FE9C04566932CDA56"

static struct tacacs_lab_server *const first = &tacacs_lab[0],
				       *const second = &tacacs_lab[1];
static struct aaa_auth q;
static struct aaa_auth_reply r;
static struct aaa_test_reply tested;
static int result, queue_fd;

/* What the servers say: set by the tests, cleared at each start. */
static struct {
	unsigned int authen, author; /* status; 0: pass */
	const char *message, *data;  /* of the authentication */
	const char *author_message;
	const char *args[8];
	unsigned int kinds[3]; /* asked: authentication, ... */
	uint8_t start[256];    /* the last START's data */
	size_t start_len;
	uint8_t start_type, start_version;
	char accounted[16][512]; /* arguments with bars, in order */
	uint8_t flags[16];
	unsigned int accounted_n;
} say;

static struct tacacs_text text(const char *s)
{
	return (struct tacacs_text){ (const uint8_t *)s, s ? strlen(s) : 0 };
}

static void note_start(const struct tacacs_body *request)
{
	const struct tacacs_text *data = &request->text[TACACS_DATA];

	memcpy(say.start, data->data, data->len);
	say.start_len = data->len;
	say.start_type = request->number[TACACS_AUTHEN_TYPE];
	say.start_version = first->last.version;
	assert_int_equal(request->number[TACACS_ACTION], TACACS_ACTION_LOGIN);
	assert_int_equal(request->number[TACACS_AUTHEN_SERVICE],
			 TACACS_SERVICE_PPP);
}

static void note_record(const struct tacacs_body *request)
{
	char *out = say.accounted[say.accounted_n];

	assert_true(say.accounted_n < 16);
	say.flags[say.accounted_n++] = request->number[TACACS_FLAGS];
	for (size_t i = 0; i < request->arg_n; i++)
		out += sprintf(out, "%.*s|", (int)request->arg[i].len,
			       (const char *)request->arg[i].data);
}

static void fill(enum tacacs_kind kind, const struct tacacs_body *request,
		 struct tacacs_body *reply)
{
	unsigned int status = 0;

	say.kinds[tacacs_type_of_kind(kind) - 1]++;
	if (kind == TACACS_AUTHEN_START) {
		note_start(request);
		status = say.authen;
		reply->text[TACACS_SERVER_MSG] = text(say.message);
		reply->text[TACACS_DATA] = text(say.data);
	} else if (kind == TACACS_AUTHOR_REQUEST) {
		status = say.author;
		reply->text[TACACS_SERVER_MSG] = text(say.author_message);
		for (; say.args[reply->arg_n]; reply->arg_n++)
			reply->arg[reply->arg_n] = text(say.args[reply->arg_n]);
	} else {
		note_record(request);
	}
	if (status)
		reply->number[TACACS_STATUS] = (uint8_t)status;
}

static int start(void **state)
{
	int err;

	memset(&say, 0, sizeof(say));
	tacacs_lab_start(*state ? *state : "", "");
	first->fill = second->fill = fill;
	queue_fd = memfd_create("queue", MFD_CLOEXEC);
	lab.a.queue_fd = queue_fd;
	lab.a.acct = acct_new(&lab.a, &err);
	assert_non_null(lab.a.acct);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	acct_free(lab.a.acct);
	tacacs_lab_stop();
	close(queue_fd);
	return 0;
}

static void on_auth(void *arg, int err, struct ipc_message *m)
{
	const struct aaa_auth_reply *body =
		err || !m ? NULL : ipc_body(m, struct aaa_auth_reply);

	(void)arg;
	result = err;
	if (body)
		r = *body;
}

static void on_tested(void *arg, int err, struct ipc_message *m)
{
	const struct aaa_test_reply *body =
		err || !m ? NULL : ipc_body(m, struct aaa_test_reply);

	(void)arg;
	result = err;
	if (body)
		tested = *body;
}

static bool has_result(void)
{
	return result != 1;
}

static void request(enum aaa_message type, enum ppp_auth_method method,
		    const char *user, size_t challenge_len, const void *resp,
		    size_t resp_len)
{
	q = (struct aaa_auth){
		.profile = "isp",
		.auth = { .method = method, .id = 7, .our_name = "lns" },
		.call = { .tunnel_id = 3, .id = 4, .peer = "192.0.2.9" },
	};
	snprintf(q.auth.user, sizeof(q.auth.user), "%s", user);
	memset(q.auth.challenge, 'c', challenge_len);
	memcpy(q.auth.response, resp, resp_len);
	q.auth.challenge_len = (uint16_t)challenge_len;
	q.auth.response_len = (uint16_t)resp_len;
	strcpy(q.call.session_id, "5F01");
	r = (struct aaa_auth_reply){ 0 };
	result = 1;
	assert_int_equal(channel_request(&lab.engine, type, &q, sizeof(q), NULL,
					 0,
					 type == AAA_AUTH ? on_auth : on_tested,
					 NULL),
			 0);
	lab_wait(has_result);
	assert_int_equal(result, 0);
}

static void pap(const char *user)
{
	request(AAA_AUTH, PPP_AUTH_PAP, user, 0, "builder", 7);
}

static void mschap(enum ppp_auth_method method)
{
	uint8_t response[49];

	memset(response, 'r', sizeof(response));
	request(AAA_AUTH, method, "alice", method == PPP_AUTH_MSCHAPV2 ? 16 : 8,
		response, sizeof(response));
}

static void assert_refused(bool unavailable, const char *why)
{
	assert_false(r.ppp.ok);
	assert_int_equal(r.unavailable, unavailable);
	if (!strstr(r.why, why))
		fail_msg("%s", r.why);
}

/* ---- authentication ---- */

static void test_pap(void **state)
{
	(void)state;
	say.message = "welcome";
	pap("alice");
	assert_true(r.ppp.ok);
	assert_string_equal(r.ppp.message, "welcome");
	assert_string_equal(r.service.server, "a");
	assert_string_equal(r.service.user, "alice");
	assert_int_equal(say.start_version, TACACS_VERSION_ONE);
	assert_int_equal(say.start_type, TACACS_TYPE_PAP);
	assert_int_equal(say.start_len, 7);
	assert_memory_equal(say.start, "builder", 7);
	/* the authorization that followed */
	assert_int_equal(first->last_kind, TACACS_AUTHOR_REQUEST);
	assert_int_equal(first->last.version, TACACS_VERSION_DEFAULT);
	assert_int_equal(first->last_body.number[TACACS_AUTHEN_METHOD],
			 TACACS_METHOD_TACACSPLUS);
	assert_true(tacacs_lab_has_text(first, TACACS_USER, "alice"));
	assert_true(tacacs_lab_has_text(first, TACACS_PORT, "l2tp 3/4"));
	assert_true(tacacs_lab_has_text(first, TACACS_REM_ADDR, "192.0.2.9"));
	assert_true(tacacs_lab_has_arg(first, "service=ppp"));
	assert_true(tacacs_lab_has_arg(first, "protocol=ip"));
	assert_int_equal(lab_logged("user \"alice\" is accepted (pap, tacacs "
				    "a)"),
			 1);
	assert_int_equal(tacacs_lab_state(0).authen_passes, 1);
}

/* Identifier, challenge, response: RFC 8907, sections 5.4.2.3 to 5.4.2.5. */
static void test_chap(void **state)
{
	uint8_t want[1 + 16 + 49];

	(void)state;
	request(AAA_AUTH, PPP_AUTH_CHAP_MD5, "alice", 16, "rrrrrrrrrrrrrrrr",
		16);
	assert_true(r.ppp.ok);
	want[0] = 7;
	memset(want + 1, 'c', 16);
	memset(want + 17, 'r', 49);
	assert_int_equal(say.start_type, TACACS_TYPE_CHAP);
	assert_int_equal(say.start_len, 33);
	assert_memory_equal(say.start, want, 33);
	mschap(PPP_AUTH_MSCHAPV1);
	assert_true(r.ppp.ok);
	assert_false(r.ppp.have_mppe_keys);
	assert_int_equal(say.start_type, TACACS_TYPE_MSCHAP);
	memset(want + 9, 'r', 49);
	assert_int_equal(say.start_len, 58);
	assert_memory_equal(say.start, want, 58);
}

/* The proof is in the reply's data, or its message, or the caller is lost. */
static void test_mschapv2(void **state)
{
	(void)state;
	say.data = PROOF;
	mschap(PPP_AUTH_MSCHAPV2);
	assert_true(r.ppp.ok);
	assert_string_equal(r.ppp.message, PROOF " M=Access granted");
	assert_int_equal(say.start_type, TACACS_TYPE_MSCHAPV2);
	assert_int_equal(say.start_len, 1 + 16 + 49);
	say.message = "hello";
	mschap(PPP_AUTH_MSCHAPV2);
	assert_string_equal(r.ppp.message, PROOF " M=hello");
	say.data = NULL;
	say.message = PROOF " M=x";
	mschap(PPP_AUTH_MSCHAPV2);
	assert_string_equal(r.ppp.message, PROOF " M=Access granted");
	say.message = "S=407A";
	mschap(PPP_AUTH_MSCHAPV2);
	assert_refused(true, "the TACACS+ server \"a\" accepted the user "
			     "without MS-CHAPv2's \"S=\"");
	assert_non_null(strstr(r.ppp.message, "E=691 R=0"));
}

static void test_refused(void **state)
{
	static const struct {
		unsigned int status;
		const char *why;
		unsigned int aborts;
	} cases[] = {
		{ TACACS_AUTHEN_FAIL,
		  "the TACACS+ server \"a\" rejected it: no such thing", 0 },
		{ TACACS_AUTHEN_RESTART, "does not take this method", 0 },
		{ TACACS_AUTHEN_FOLLOW, "sends us to another server", 0 },
		{ TACACS_AUTHEN_GETDATA, "asks for more", 1 },
		{ TACACS_AUTHEN_GETUSER, "asks for more", 2 },
		{ TACACS_AUTHEN_GETPASS, "asks for more", 3 },
	};

	(void)state;
	say.message = "no such thing";
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		say.authen = cases[i].status;
		pap("alice");
		assert_refused(false, cases[i].why);
		assert_string_equal(r.ppp.message, "no such thing");
	}
	assert_int_equal(tacacs_lab_state(0).authen_fails, 3);
	assert_int_equal(say.kinds[1], 0);
	assert_int_equal(tacacs_lab_state(0).state, AAA_SERVER_ALIVE);
	say.authen = TACACS_AUTHEN_FAIL;
	mschap(PPP_AUTH_MSCHAPV2);
	assert_non_null(strstr(r.ppp.message, "E=691 R=0 C=63"));
	assert_non_null(strstr(r.ppp.message, " M=no such thing"));
	/* each was told that nothing more comes */
	assert_int_equal(first->aborts, 3);
	assert_int_equal(second->requests, 0);
}

static void test_unanswered(void **state)
{
	(void)state;
	first->mode = second->mode = TACACS_LAB_CLOSE;
	lab.a.config->tacacs[0].dead_ms = lab.a.config->tacacs[1].dead_ms =
		3600000;
	pap("alice");
	assert_refused(true, "no TACACS+ server answers (a, b): it closed the "
			     "connection without an answer");
	/* What PPP's method cannot be is nobody's fault but the caller's. */
	first->mode = TACACS_LAB_ANSWER;
	request(AAA_AUTH, PPP_AUTH_CHAP_MD5, "alice", 16, "short", 5);
	assert_refused(false, "the response has not the method's form");
	/* Of both, authentication alone. */
	say.author = TACACS_AUTHOR_ERROR;
	pap("alice");
	assert_refused(true, "no TACACS+ server answers (a, b): \"a\": it says "
			     "that it failed");
}

/* The users file goes first, and costs the servers nothing. */
static void test_users_file(void **state)
{
	(void)state;
	pap("bob");
	assert_true(r.ppp.ok);
	assert_string_equal(r.service.server, "");
	assert_int_equal(first->requests, 0);
}

static void test_mppe_required(void **state)
{
	(void)state;
	lab.a.config->ppp[0].mppe = CONFIG_MPPE_REQUIRED;
	mschap(PPP_AUTH_MSCHAPV2);
	assert_refused(true, "mppe = required needs keys, which TACACS+ does "
			     "not have");
	assert_int_equal(first->requests, 0);
}

/* ---- authorization ---- */

static void test_service(void **state)
{
	static const char *const args[] = {
		"service=ppp",
		"addr=10.1.2.3",
		"timeout=60",
		"idletime*0",
		"route#1=10.9.0.0 255.255.0.0 10.1.2.3",
		"addr-pool=gold",
		"dns-servers=192.0.2.53 192.0.2.54",
	};

	(void)state;
	memcpy(say.args, args, sizeof(args));
	say.author = TACACS_AUTHOR_PASS_REPL;
	pap("alice");
	assert_true(r.ppp.ok);
	assert_int_equal(r.ppp.remote_ipv4, inet_addr("10.1.2.3"));
	assert_int_equal(r.ppp.dns[0], inet_addr("192.0.2.53"));
	assert_int_equal(r.ppp.dns[1], inet_addr("192.0.2.54"));
	assert_int_equal(r.service.session_timeout_s, 3600);
	assert_int_equal(r.service.idle_timeout_s, SERVICE_FOREVER);
	assert_int_equal(r.service.route_n, 1);
	assert_int_equal(r.service.route[0].len, 16);
	assert_string_equal(r.service.pool, "gold");
}

/* Filters are not ours: they are ignored, with a word. */
static void test_acl(void **state)
{
	(void)state;
	say.args[0] = "inacl=101";
	say.args[1] = "outacl#2*quiet";
	pap("alice");
	assert_true(r.ppp.ok);
	assert_int_equal(lab_logged("access list \"101\": it restricts the "
				    "caller, and is not applied"),
			 1);
	assert_int_equal(lab_logged("access list \"quiet\": it restricts"), 1);
	lab.a.config->ppp[0].unapplied = CONFIG_UNAPPLIED_REFUSE;
	pap("alice");
	assert_refused(true, "the TACACS+ server \"a\" accepted it with access "
			     "list \"101\": it restricts the caller");
	/* What it lets us do without is no reason. */
	say.args[0] = "callback-line*1";
	say.args[1] = NULL;
	pap("alice");
	assert_true(r.ppp.ok);
}

static void test_mandatory(void **state)
{
	static const struct {
		const char *mandatory, *optional, *why;
	} cases[] = {
		{ "callback-dialstring=12", "callback-dialstring*12",
		  "callback-dialstring=12: l2tpd does not apply it" },
		{ "addr=home", "addr*home", "addr=home: it is no IPv4" },
		{ "timeout=1h", "timeout*1h", "it is no number of minutes" },
		{ "idletime=99999999", "idletime*99999999",
		  "it is no number of minutes" },
		{ "idletime=", "idletime*", "it is no number of minutes" },
		{ "route=0.0.0.0/0", "route*0.0.0.0/0",
		  "a default route into a caller's link is not set" },
		{ "pool=", "pool*", "it is no name of a pool" },
		{ "service=shell", "service*shell", "it is not ppp" },
		{ "protocol=ipx", "protocol*ipx", "it is not ip" },
		{ "dns-servers=1.2.3.4 x", "dns-servers*x",
		  "it is no list of IPv4 addresses" },
		{ "routes=1", "routes*1", "l2tpd does not apply it" },
	};
	char want[200];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		say.args[0] = cases[i].mandatory;
		pap("alice");
		snprintf(want, sizeof(want), "%s; with '*' in place of '='",
			 cases[i].why);
		assert_refused(true, cases[i].why);
		assert_non_null(strstr(r.why,
				       "the TACACS+ server \"a\" demands "
				       "what cannot be had: "));
		say.args[0] = cases[i].optional;
		pap("alice");
		assert_true(r.ppp.ok);
	}
	/* An argument that is none. */
	say.args[0] = "nothing";
	pap("alice");
	assert_refused(true, "an argument without a name");
}

static void test_not_authorized(void **state)
{
	(void)state;
	say.author = TACACS_AUTHOR_FAIL;
	say.author_message = "no PPP for you";
	pap("alice");
	assert_refused(false, "the TACACS+ server \"a\" does not authorize PPP "
			      "for it: no PPP for you");
	assert_string_equal(r.ppp.message, "no PPP for you");
	say.author = TACACS_AUTHOR_FOLLOW;
	pap("alice");
	assert_refused(false, "does not authorize PPP for it");
}

static void test_tried(void **state)
{
	(void)state;
	say.message = "hi";
	say.args[0] = "addr=10.1.2.3";
	request(AAA_TEST, PPP_AUTH_PAP, "alice", 0, "builder", 7);
	assert_true(tested.reply.ppp.ok);
	assert_string_equal(tested.text, "server_msg = hi\naddr=10.1.2.3\n");
	assert_true(tested.latency_us > 0);
	assert_string_equal(tested.reply.service.server, "a");
	/* By CHAP as a caller would answer, which the server can check. */
	request(AAA_TEST, PPP_AUTH_CHAP_MD5, "alice", 0, "builder", 7);
	assert_int_equal(say.start_len, 33);
}

/* ---- accounting ---- */

static unsigned int unsafe;

static void on_safe(void *arg, int err, struct ipc_message *m)
{
	(void)arg;
	(void)m;
	assert_int_equal(err, 0);
	unsafe--;
}

static bool is_sent(void)
{
	return unsafe == 0 && acct_queued(lab.a.acct) == 0;
}

static bool is_safe(void)
{
	return unsafe == 0;
}

static void account(enum aaa_acct_kind kind, uint64_t serial)
{
	struct aaa_acct record = {
		.kind = kind,
		.serial = serial,
		.profile = "isp",
		.when = 1700000000 + serial,
		.session_time_s = kind == AAA_ACCT_START ? 0 : (uint32_t)serial,
		.remote_ipv4 = inet_addr("10.1.2.3"),
		.counters = { .rx_bytes = 1ull << 33,
			      .tx_bytes = 2,
			      .rx_packets = 3,
			      .tx_packets = 4 },
		.end = SERVICE_END_IDLE_TIMEOUT,
		.authentic = 1,
		.call = { .session_id = "5F01",
			  .peer = "192.0.2.9",
			  .calling_number = "4930",
			  .ifname = "ppp7" },
		.service.user = "alice",
	};

	unsafe++;
	assert_int_equal(channel_request(&lab.engine, AAA_ACCT, &record,
					 sizeof(record), NULL, 0, on_safe,
					 NULL),
			 0);
}

static void test_accounting(void **state)
{
	static const char *const want[] = {
		"task_id=5F01|timezone=UTC|start_time=1700000001|service=ppp|"
		"protocol=ip|addr=10.1.2.3|",
		"task_id=5F01|timezone=UTC|start_time=1700000000|service=ppp|"
		"protocol=ip|addr=10.1.2.3|elapsed_time=60|"
		"bytes_in=8589934592|bytes_out=2|paks_in=3|paks_out=4|",
		"task_id=5F01|timezone=UTC|start_time=1700000000|service=ppp|"
		"protocol=ip|addr=10.1.2.3|elapsed_time=90|"
		"bytes_in=8589934592|bytes_out=2|paks_in=3|paks_out=4|"
		"stop_time=1700000090|reason=idle-timeout|",
	};
	static const uint8_t flags[] = { TACACS_ACCT_START,
					 TACACS_ACCT_START |
						 TACACS_ACCT_WATCHDOG,
					 TACACS_ACCT_STOP };

	(void)state;
	account(AAA_ACCT_START, 1);
	lab_wait(is_sent);
	assert_true(tacacs_lab_has_text(first, TACACS_USER, "alice"));
	assert_true(tacacs_lab_has_text(first, TACACS_PORT, "ppp7"));
	assert_true(tacacs_lab_has_text(first, TACACS_REM_ADDR, "4930"));
	assert_int_equal(first->last_body.number[TACACS_AUTHEN_METHOD],
			 TACACS_METHOD_TACACSPLUS);
	account(AAA_ACCT_INTERIM, 60);
	lab_wait(is_sent);
	account(AAA_ACCT_STOP, 90);
	lab_wait(is_sent);
	assert_int_equal(say.accounted_n, 3);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(say.accounted[i], want[i]);
		assert_int_equal(say.flags[i], flags[i]);
	}
	assert_int_equal(tacacs_lab_state(0).acct_responses, 3);
}

static void test_system(void **state)
{
	(void)state;
	account(AAA_ACCT_ON, 1);
	lab_wait(is_sent);
	account(AAA_ACCT_OFF, 2);
	lab_wait(is_sent);
	assert_string_equal(say.accounted[0],
			    "task_id=5F01|timezone=UTC|service=system|"
			    "event=sys_acct|reason=start|");
	assert_int_equal(say.flags[0], TACACS_ACCT_START);
	assert_int_equal(say.flags[1], TACACS_ACCT_STOP);
}

static bool both_dead(void)
{
	return tacacs_lab_state(0).state == AAA_SERVER_DEAD &&
	       tacacs_lab_state(1).state == AAA_SERVER_DEAD;
}

/* In an outage records wait on disk, in order, for the next process too. */
static void test_outage(void **state)
{
	int err;

	(void)state;
	first->mode = second->mode = TACACS_LAB_SILENT;
	lab.a.config->tacacs[0].dead_ms = lab.a.config->tacacs[1].dead_ms =
		3600000;
	account(AAA_ACCT_START, 1);
	lab_wait(both_dead);
	account(AAA_ACCT_STOP, 90);
	lab_wait(is_safe);
	assert_int_equal(acct_queued(lab.a.acct), 2);
	acct_free(lab.a.acct);
	tacacs_free(lab.a.tacacs);
	lab.a.tacacs = tacacs_new(&lab.a);
	lab.a.acct = acct_new(&lab.a, &err);
	assert_non_null(lab.a.acct);
	assert_int_equal(acct_queued(lab.a.acct), 2);
	say.accounted_n = 0;
	first->mode = second->mode = TACACS_LAB_ANSWER;
	lab_wait(is_sent);
	assert_int_equal(say.accounted_n, 2);
	assert_int_equal(say.flags[0], TACACS_ACCT_START);
	assert_int_equal(say.flags[1], TACACS_ACCT_STOP);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
#define TEST_WITH(name, ppp) \
	cmocka_unit_test_prestate_setup_teardown(name, start, stop, ppp)
	static char users[] = "users-file = \"/u\"",
		    mppe[] = "users-file = \"/u\" mppe = optional";
	const struct CMUnitTest tests[] = {
		TEST(test_pap),
		TEST(test_chap),
		TEST(test_mschapv2),
		TEST(test_refused),
		TEST(test_unanswered),
		TEST_WITH(test_users_file, users),
		TEST_WITH(test_mppe_required, mppe),
		TEST(test_service),
		TEST(test_acl),
		TEST(test_mandatory),
		TEST(test_not_authorized),
		TEST(test_tried),
		TEST(test_accounting),
		TEST(test_system),
		TEST(test_outage),
	};
	int err;

	if (crypto_init())
		return 1;
	err = cmocka_run_group_tests(tests, NULL, NULL);
	crypto_fini();
	return err;
}
