/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RADIUS over TLS: packets out of a stream; connections that serve, break, are
 * refused, and come back.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/pem.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aaa/radius_internal.h"
#include "proto/radius/stream.h"
#include "radius_lab.h"
#include "tls_lab.h"

#define MANY	    600	  /* more than two connections' identifiers */
#define PATIENCE_MS 10000 /* where nothing is to be late */
#define SHORT_MS    1000

static struct lab_server *const udp = &lab.server[1]; /* "b" */
static struct tls_pair ca, other_ca, server, client;
static int result[MANY];

/* ---- the stream ---- */

static size_t put(struct radius_stream *s, const void *data, size_t len)
{
	size_t size;
	uint8_t *room = radius_stream_room(s, &size);

	if (len > size)
		len = size;
	memcpy(room, data, len);
	radius_stream_add(s, len);
	return len;
}

static size_t next_packet(struct radius_stream *s, const uint8_t **packet)
{
	size_t len;

	assert_int_equal(radius_stream_next(s, packet, &len), RADIUS_OK);
	return len;
}

static size_t make(uint8_t *out, uint8_t id, size_t len)
{
	memset(out, id, len);
	out[2] = (uint8_t)(len >> 8);
	out[3] = (uint8_t)len;
	return len;
}

static void test_stream_torn(void **state)
{
	struct radius_stream s = { 0 };
	const uint8_t *packet;
	uint8_t data[21];

	(void)state;
	make(data, 7, 21);
	for (int round = 0; round < 500; round++) {
		for (size_t i = 0; i < 20; i++) {
			assert_int_equal(put(&s, data + i, 1), 1);
			assert_int_equal(next_packet(&s, &packet), 0);
		}
		assert_int_equal(put(&s, data + 20, 1), 1);
		assert_int_equal(next_packet(&s, &packet), 21);
		assert_memory_equal(packet, data, 21);
	}
	assert_int_equal(next_packet(&s, &packet), 0);
}

/*
 * Several at once and half of another, the longest, and the room
 * that is always left.
 */
static void test_stream_coalesced(void **state)
{
	static uint8_t data[3 * RADIUS_PACKET_MAX];
	struct radius_stream s = { 0 };
	const uint8_t *packet;
	size_t len = 0, at = 0, n,
	       sizes[] = { 20, 100, 4096, 20, 4095, 3000, 21 }, taken = 0;

	(void)state;
	for (size_t i = 0; i < 7; i++)
		len += make(data + len, (uint8_t)(i + 1), sizes[i]);
	while (at < len) {
		n = put(&s, data + at, len - at);
		assert_true(n > 0);
		at += n;
		while ((n = next_packet(&s, &packet))) {
			assert_int_equal(n, sizes[taken]);
			assert_int_equal(packet[0], taken + 1);
			taken++;
		}
	}
	assert_int_equal(taken, 7);
}

static void test_stream_lengths(void **state)
{
	static const struct {
		size_t len;
		enum radius_fault fault;
	} bad[] = {
		{ 0, RADIUS_SHORT },
		{ 19, RADIUS_SHORT },
		{ 4097, RADIUS_LONG },
		{ 65535, RADIUS_LONG },
	};
	const uint8_t *packet;
	uint8_t data[40];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct radius_stream s = { 0 };

		make(data, 1, 20);
		make(data + 20, 2, 20);
		data[22] = (uint8_t)(bad[i].len >> 8);
		data[23] = (uint8_t)bad[i].len;
		put(&s, data, 23);
		assert_int_equal(next_packet(&s, &packet), 20);
		assert_int_equal(next_packet(&s, &packet), 0);
		put(&s, data + 23, 1);
		assert_int_equal(radius_stream_next(&s, &packet, &len),
				 bad[i].fault);
		assert_int_equal(len, 0);
	}
}

/* ---- the client ---- */

static void begin(const struct tls_pair *own, const struct tls_pair *clients,
		  const char *keys)
{
	char way[256];

	snprintf(way, sizeof(way), "transport = tls ca-file = /ca port = %u %s",
		 tls_peer_start(own, clients, 0), keys);
	lab_start_with("", way);
	lab.ca = ca.certificate;
	lab.certificate = client.certificate;
	lab.key = client.key;
	lab.a.config->radius[0].timeout_ms =
		lab.a.config->radius[1].timeout_ms = PATIENCE_MS;
}

static int setup(void **state)
{
	(void)state;
	begin(&server, NULL, "");
	return 0;
}

static int setup_client(void **state)
{
	(void)state;
	begin(&server, &ca, "certificate-file = /c key-file = /k");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	lab_stop();
	tls_peer_kill();
	return 0;
}

static bool has_result(void)
{
	return result[0] != 1;
}
static bool second_has_result(void)
{
	return result[1] != 1;
}
static bool dead(void)
{
	return lab_state(0).auth == AAA_SERVER_DEAD &&
	       lab_state(0).acct == AAA_SERVER_DEAD;
}
static bool alive(void)
{
	return lab_state(0).auth == AAA_SERVER_ALIVE &&
	       lab_state(0).acct == AAA_SERVER_ALIVE;
}
static bool disconnected(void)
{
	return !lab_state(0).tls[0];
}
static bool one_was_heard(void)
{
	return tls_peer->requests == 1;
}

static bool all_have_results(void)
{
	for (int i = 0; i < MANY; i++)
		if (result[i] == 1)
			return false;
	return true;
}

static void ask(char by)
{
	assert_int_equal(lab_send(&result[0]), 0);
	lab_wait(has_result);
	assert_int_equal(result[0], 0);
	assert_int_equal(lab_answered_by, by);
}

/* The server is dead for this reason, told once; the other one answers. */
static void refused_for(const char *why)
{
	char line[250];

	ask('b');
	lab_wait(dead);
	assert_string_equal(lab_state(0).last_error, why);
	snprintf(line, sizeof(line), "radius \"a\": it is taken as dead: %s\n",
		 why);
	assert_int_equal(lab_logged(line), 1);
	assert_int_equal(lab_logged("radius \"a\": "), 1);
}

/* Both kinds by one connection, each counted for itself. */
static void test_answer(void **state)
{
	struct aaa_radius_state s = lab_state(0);

	(void)state;
	assert_int_equal(s.transport, CONFIG_TRANSPORT_TLS);
	assert_string_equal(s.tls, "");
	assert_int_equal(s.auth_port, s.acct_port);
	ask('a');
	assert_int_equal(lab_account(&result[0], NULL), 0);
	lab_wait(has_result);
	assert_int_equal(result[0], 0);
	assert_int_equal(tls_peer->connections, 1);
	assert_int_equal(tls_peer->requests, 2);
	s = lab_state(0);
	assert_true(strncmp(s.tls, "TLSv1.3 TLS_", 12) == 0);
	assert_true(s.auth == AAA_SERVER_ALIVE && s.acct == AAA_SERVER_ALIVE);
	assert_true(s.auth_accepts == 1 && s.acct_responses == 1 &&
		    s.retransmits == 0 && s.bad_replies == 0);
	assert_int_equal(lab_state(1).transport, CONFIG_TRANSPORT_UDP);
	assert_int_equal(udp->requests, 0);
}

static void test_torn(void **state)
{
	(void)state;
	tls_peer->mode = TLS_TORN;
	ask('a');
	ask('a');
	assert_int_equal(tls_peer->connections, 1);
}

static void test_pairs(void **state)
{
	(void)state;
	tls_peer->mode = TLS_PAIRS;
	assert_int_equal(lab_send(&result[0]), 0);
	assert_int_equal(lab_send(&result[1]), 0);
	lab_wait(has_result);
	lab_wait(second_has_result);
	assert_int_equal(result[0] | result[1], 0);
	assert_int_equal(lab_state(0).auth_accepts, 2);
}

/* As many connections as identifiers are needed, and all at once. */
static void test_many(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		assert_int_equal(lab_send(&result[i]), 0);
	lab_wait(all_have_results);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(result[i], 0);
	assert_int_equal(lab_state(0).auth_accepts, MANY);
	assert_int_equal(tls_peer->connections, 3);
	ask('a');
	assert_int_equal(tls_peer->connections, 3);
}

static const char *expected;

static bool has_expected_error(void)
{
	return disconnected() && strcmp(lab_state(0).last_error, expected) == 0;
}

/* Nobody else is there to be asked: the ith request tries it on and on. */
static void fails_with(size_t i, const char *why)
{
	expected = why;
	lab.a.config->ppp[0].radius.n = 1;
	assert_int_equal(lab_send(&result[i]), 0);
	lab_wait(has_expected_error);
	assert_int_equal(result[i], 1);
}

static void test_lengths(void **state)
{
	static const struct {
		uint16_t length;
		const char *what;
	} bad[] = {
		{ 19, "it is shorter than a header" },
		{ 4097, "it is longer than 4096 bytes" },
	};
	char why[100];

	(void)state;
	lab.a.config->radius[0].dead_ms = 3600000;
	tls_peer->mode = TLS_LENGTH;
	for (size_t i = 0; i < 2; i++) {
		tls_peer->length = bad[i].length;
		snprintf(why, sizeof(why), "it sent what is no RADIUS: %s",
			 bad[i].what);
		fails_with(i, why);
		assert_true(lab_state(0).bad_replies > i);
	}
	lab.a.config->ppp[0].radius.n = 2;
}

/*
 * It was never right: the server is dead. After a right one it is only the
 * connection that is over.
 */
static void test_bad_reply(void **state)
{
	(void)state;
	ask('a');
	tls_peer->mode = TLS_OTHER_SECRET;
	ask('b');
	assert_int_equal(tls_peer->connections, 2);
	assert_int_equal(lab_state(0).bad_replies, 2);
	assert_string_equal(lab_state(0).last_error, "it sent a bad reply");
	assert_int_equal(lab_logged("radius \"a\": a reply of its TLS port was "
				    "dropped: its authenticator is wrong"),
			 1);
}

static void test_wrong_ca(void **state)
{
	(void)state;
	lab.ca = other_ca.certificate;
	refused_for("its certificate is refused: unable to get local issuer "
		    "certificate");
	/* The right one counts from the next connection on. */
	lab.ca = ca.certificate;
	lab_wait(alive);
	ask('a');
}

static int setup_name(void **state)
{
	(void)state;
	begin(&server, NULL, "server-name = aaa.example.net");
	return 0;
}

static int setup_good_name(void **state)
{
	(void)state;
	begin(&server, NULL, "server-name = radius.example.net");
	return 0;
}

static int setup_source(void **state)
{
	(void)state;
	begin(&server, NULL, "source-address = 127.0.0.9");
	return 0;
}

static int setup_address(void **state)
{
	(void)state;
	begin(&server, NULL, "server-name = 127.0.0.2");
	return 0;
}

static int setup_expired(void **state)
{
	struct tls_pair old = tls_make(&ca, "IP:127.0.0.1", -1);

	(void)state;
	begin(&old, NULL, "");
	tls_pair_free(&old);
	return 0;
}

static void test_wrong_name(void **state)
{
	(void)state;
	refused_for("its certificate is refused: it is not for "
		    "\"aaa.example.net\" (server-name)");
}

static void test_wrong_address(void **state)
{
	(void)state;
	refused_for("its certificate is refused: it is not for \"127.0.0.2\" "
		    "(server-name)");
}

static void test_good_name(void **state)
{
	(void)state;
	ask('a');
}

static void test_source(void **state)
{
	(void)state;
	ask('a');
	assert_int_equal(ntohl(tls_peer->from), 0x7f000009);
}

static void test_expired(void **state)
{
	(void)state;
	refused_for("its certificate is refused: certificate has expired");
}

static void test_client(void **state)
{
	(void)state;
	ask('a');
}

static int setup_anonymous(void **state)
{
	(void)state;
	begin(&server, &ca, "");
	return 0;
}

static void test_anonymous(void **state)
{
	(void)state;
	refused_for("it refused the connection: tlsv13 alert certificate "
		    "required");
}

static void test_files(void **state)
{
	static char locked[4096];
	EVP_PKEY *key = EVP_EC_gen("P-256");
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;
	const struct {
		const char *ca, *certificate, *key, *why;
	} bad[] = {
		{ NULL, client.certificate, client.key,
		  "its ca-file cannot be used: No such file or directory" },
		{ "", client.certificate, client.key,
		  "its ca-file cannot be used: no start line" },
		{ ca.certificate, "nonsense", client.key,
		  "its certificate-file cannot be used: no start line" },
		{ ca.certificate, client.certificate, server.key,
		  "its key-file cannot be used: key values mismatch" },
		{ ca.certificate, client.certificate, locked,
		  "its key-file cannot be used: it has a "
		  "passphrase; write the key without one" },
	};

	(void)state;
	assert_int_equal(PEM_write_bio_PrivateKey(bio, key, EVP_aes_128_cbc(),
						  (const unsigned char *)"pass",
						  4, NULL, NULL),
			 1);
	len = BIO_get_mem_data(bio, &text);
	assert_in_range(len, 1, sizeof(locked) - 1);
	memcpy(locked, text, (size_t)len);
	BIO_free(bio);
	EVP_PKEY_free(key);
	lab.a.config->radius[0].dead_ms = 3600000;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		lab.ca = bad[i].ca;
		lab.certificate = bad[i].certificate;
		lab.key = bad[i].key;
		fails_with(i, bad[i].why);
	}
	lab.a.config->ppp[0].radius.n = 2;
	assert_int_equal(tls_peer->connections, 0);
}

static void test_nobody_listens(void **state)
{
	(void)state;
	tls_peer_kill();
	refused_for("it cannot be connected to: Connection refused");
}

static void test_no_handshake(void **state)
{
	(void)state;
	tls_peer->mode = TLS_NO_HANDSHAKE;
	lab.a.config->radius[0].timeout_ms = SHORT_MS;
	refused_for("it finished no TLS handshake within 1.0 s");
}

/*
 * All that waits for it goes on when the first does; by a new
 * connection it may be back.
 */
static void test_silent(void **state)
{
	(void)state;
	ask('a');
	tls_peer->mode = TLS_SILENT;
	lab.a.config->radius[0].timeout_ms = SHORT_MS;
	assert_int_equal(lab_send(&result[1]), 0);
	ask('b');
	lab_wait(second_has_result);
	assert_int_equal(result[1], 0);
	lab_wait(dead);
	assert_string_equal(lab_state(0).last_error,
			    "it did not answer within 1.0 s");
	assert_int_equal(lab_state(0).auth_timeouts, 1);
	tls_peer->mode = TLS_ANSWER;
	lab_wait(alive);
	assert_true(tls_peer->probes >= 2);
	ask('a');
	assert_int_equal(lab_state(0).retransmits, 0);
}

static void test_idle(void **state)
{
	(void)state;
	tls_peer->mode = TLS_HANG_UP_IDLE;
	for (unsigned int i = 1; i <= 3; i++) {
		ask('a');
		lab_wait(disconnected);
		assert_int_equal(tls_peer->connections, i);
	}
	assert_int_equal(lab_state(0).auth, AAA_SERVER_ALIVE);
	assert_int_equal(lab_logged("dead"), 0);
}

/* What was under way is sent again, by a new connection to the same server. */
static void test_broken(void **state)
{
	(void)state;
	tls_peer->mode = TLS_HANG_UP_ONCE;
	ask('a');
	ask('a');
	assert_int_equal(tls_peer->connections, 2);
	assert_int_equal(tls_peer->requests, 3);
	assert_int_equal(lab_logged("a connection is over, with 1 requests "
				    "under way: it closed the connection"),
			 1);
	assert_int_equal(lab_state(0).auth, AAA_SERVER_ALIVE);
	assert_int_equal(udp->requests, 0);
}

/* One that hangs up upon every request is not asked again and again. */
static void test_always_broken(void **state)
{
	(void)state;
	tls_peer->mode = TLS_HANG_UP;
	lab.a.config->radius[0].dead_ms = 3600000;
	refused_for("it closed the connection without an answer: does it want "
		    "a certificate (certificate-file)?");
	assert_int_equal(tls_peer->connections, 1);
}

static void test_killed(void **state)
{
	uint16_t port = lab_state(0).auth_port;

	(void)state;
	ask('a');
	tls_peer->mode = TLS_SILENT;
	tls_peer->requests = 0;
	assert_int_equal(lab_account(&result[0], NULL), 0);
	lab_wait(one_was_heard);
	tls_peer_kill();
	lab_wait(has_result);
	assert_int_equal(result[0], 0);
	assert_int_equal(lab_answered_by, 'b');
	lab_wait(dead);
	assert_int_equal(udp->requests, 1);
	tls_peer_start(&server, NULL, port);
	lab_wait(alive);
	ask('a');
	assert_int_equal(lab_logged("radius \"a\": its accounting port answers "
				    "again"),
			 1);
}

static bool is_dead_and_waited_for(void)
{
	return dead() && lab_state(0).outstanding == 1;
}

/*
 * Without another server a request goes on trying, so that one which starts
 * anew loses nobody.
 */
static void test_restarted(void **state)
{
	uint16_t port = lab_state(0).auth_port;

	(void)state;
	lab.a.config->ppp[0].radius.n = 1;
	lab.a.config->radius[0].dead_ms = 3600000;
	tls_peer_kill();
	assert_int_equal(lab_send(&result[0]), 0);
	lab_wait(is_dead_and_waited_for);
	assert_int_equal(result[0], 1);
	tls_peer_start(&server, NULL, port);
	lab_wait(has_result);
	lab.a.config->ppp[0].radius.n = 2;
	assert_int_equal(result[0], 0);
	assert_int_equal(lab_answered_by, 'a');
	assert_int_equal(lab_logged("taken as dead"), 1);
}

/* What happens from here on is later, as the loop's clock has it. */
static void pass_a_millisecond(void)
{
	uint64_t now = loop_now_fresh(lab.a.loop);

	while (loop_now_fresh(lab.a.loop) == now)
		;
}

/*
 * An answer that came too late meets nobody else's request, and the
 * connection serves on.
 */
static void test_late(void **state)
{
	(void)state;
	tls_peer->mode = TLS_LATE;
	/* the second is answered within it */
	lab.a.config->radius[0].timeout_ms = 3 * SHORT_MS;
	assert_int_equal(lab_send(&result[0]), 0);
	lab_wait(one_was_heard);
	pass_a_millisecond();
	lab.a.config->radius[0].timeout_ms = PATIENCE_MS;
	assert_int_equal(lab_send(&result[1]), 0);
	lab_wait(second_has_result);
	assert_int_equal(lab_answered_by, 'a');
	lab_wait(has_result);
	assert_int_equal(lab_answered_by, 'b');
	assert_int_equal(lab_state(0).auth, AAA_SERVER_ALIVE);
	ask('a');
	assert_int_equal(lab_state(0).bad_replies, 1);
	assert_int_equal(lab_logged("nothing was asked with its identifier, or "
				    "it came too late"),
			 1);
	assert_int_equal(tls_peer->connections, 1);
	assert_int_equal(tls_peer->requests, 3);
}

static int build_much(void *arg, struct radius_builder *b,
		      const struct radius_server_info *info)
{
	static const uint8_t much[RADIUS_VALUE_MAX] = { 'x' };

	(void)arg;
	(void)info;
	for (int i = 0; i < 14; i++)
		radius_add(b, RADIUS_CLASS, much, sizeof(much));
	return 0;
}

/* What waits to be sent is bounded: the rest is for the next server. */
static void test_out_bound(void **state)
{
	const int n = 200;

	(void)state;
	tls_peer->mode = TLS_NO_HANDSHAKE;
	for (int i = 0; i < n; i++)
		assert_int_equal(lab_account(&result[i], build_much), 0);
	assert_in_range(lab_state(0).outstanding, 60, 80);
	assert_int_equal(lab_state(0).outstanding + lab_state(1).outstanding,
			 n);
	assert_int_equal(lab_logged("radius \"a\": a request cannot be sent: "
				    "No buffer space available"),
			 1);
}

/* Nobody is told, and nothing is left. */
static void test_end(void **state)
{
	(void)state;
	assert_int_equal(lab_send(&result[0]), 0);
	assert_int_equal(result[0], 1);
}

static int make_certificates(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN); /* as aaa_main does */
	ca = tls_make(NULL, NULL, 30);
	other_ca = tls_make(NULL, NULL, 30);
	server = tls_make(&ca, "IP:127.0.0.1,DNS:radius.example.net", 30);
	client = tls_make(&ca, "DNS:lns.example.net", 30);
	return 0;
}

static int free_certificates(void **state)
{
	(void)state;
	tls_pair_free(&ca);
	tls_pair_free(&other_ca);
	tls_pair_free(&server);
	tls_pair_free(&client);
	return 0;
}

#define TEST(f)		cmocka_unit_test_setup_teardown(f, setup, teardown)
#define TEST_WITH(f, s) cmocka_unit_test_setup_teardown(f, s, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stream_torn),
		cmocka_unit_test(test_stream_coalesced),
		cmocka_unit_test(test_stream_lengths),
		TEST(test_answer),
		TEST(test_torn),
		TEST(test_pairs),
		TEST(test_many),
		TEST(test_lengths),
		TEST(test_bad_reply),
		TEST(test_wrong_ca),
		TEST_WITH(test_wrong_name, setup_name),
		TEST_WITH(test_good_name, setup_good_name),
		TEST_WITH(test_wrong_address, setup_address),
		TEST_WITH(test_source, setup_source),
		TEST_WITH(test_expired, setup_expired),
		TEST_WITH(test_client, setup_client),
		TEST_WITH(test_anonymous, setup_anonymous),
		TEST_WITH(test_files, setup_client),
		TEST(test_nobody_listens),
		TEST(test_no_handshake),
		TEST(test_silent),
		TEST(test_idle),
		TEST(test_broken),
		TEST(test_always_broken),
		TEST(test_killed),
		TEST(test_restarted),
		TEST(test_late),
		TEST(test_out_bound),
		TEST(test_end),
	};

	return cmocka_run_group_tests(tests, make_certificates,
				      free_certificates);
}
