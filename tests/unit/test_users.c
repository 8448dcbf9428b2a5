/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The users file: words and quotes, faults by line, which entry wins, and
 * 100,000 users.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aaa/users.h"

static char warnings[2048];

static void on_warn(void *arg, unsigned int line, const char *text)
{
	size_t n = strlen(warnings);

	assert_ptr_equal(arg, warnings);
	snprintf(warnings + n, sizeof(warnings) - n, "%u: %s\n", line, text);
}

static struct users *parse(const char *text)
{
	struct users *u;

	warnings[0] = '\0';
	u = users_parse(text, strlen(text), on_warn, warnings);
	assert_non_null(u);
	return u;
}

static void check_found(const struct users *u, const char *client,
			const char *server, const char *secret)
{
	struct users_entry e;

	if (!users_find(u, client, server, &e)) {
		if (secret)
			fail_msg("%s %s: not found", client, server);
		return;
	}
	if (!secret)
		fail_msg("%s %s: found on line %u", client, server, e.line);
	assert_string_equal((char *)e.secret.data, secret);
	assert_int_equal(e.secret.len, strlen(secret));
	secret_clear(&e.secret);
}

static void check_one(const char *line, const char *client, const char *secret)
{
	struct users *u = parse(line);

	if (warnings[0])
		fail_msg("%s\nin: %s", warnings, line);
	assert_int_equal(users_count(u), 1);
	check_found(u, client, "lns", secret);
	users_free(u);
}

static void test_words(void **state)
{
	(void)state;
	check_one("alice * secret", "alice", "secret");
	check_one("alice\t*\tsecret\n", "alice", "secret");
	check_one("\n\n  alice  lns  secret  \r\n", "alice", "secret");
	check_one("# a comment\nalice * secret # another\n# and one more",
		  "alice", "secret");
	check_one("alice * se#cret", "alice", "se");
	check_one("alice * \"se#cret\"", "alice", "se#cret");
	check_one("alice * 'se\"cret'", "alice", "se\"cret");
	check_one("alice * \"se'cret\"", "alice", "se'cret");
	check_one("\"a b\" * ' s '", "a b", " s ");
	check_one("a\"b c\"d * s", "ab cd", "s");
	check_one("al\\ ice * se\\\\cret", "al ice", "se\\cret");
	check_one("DOMAIN\\\\bob * \"q\\\"q\"", "DOMAIN\\bob", "q\"q");
	check_one("a\\sb * \\x41\\102\\t\\q", "a b", "AB\tq");
	check_one("alice * \\\nsecret", "alice", "secret");
	check_one("alice * se\\\ncret", "alice", "secret");
	check_one("caf\xc3\xa9 * s\xff", "caf\xc3\xa9", "s\xff");
}

static void check_address(const char *field, enum users_address address,
			  const char *ipv4)
{
	char line[128];
	struct users_entry e;
	struct users *u;

	snprintf(line, sizeof(line), "u * s %s", field);
	u = parse(line);
	if (warnings[0])
		fail_msg("%s\nin: %s", warnings, line);
	assert_true(users_find(u, "u", "lns", &e));
	assert_int_equal(e.address, address);
	assert_int_equal(e.ipv4, ipv4 ? inet_addr(ipv4) : 0);
	users_free(u);
}

static void test_addresses(void **state)
{
	(void)state;
	check_address("", USERS_ADDRESS_ANY, NULL);
	check_address("*", USERS_ADDRESS_ANY, NULL);
	check_address("-", USERS_ADDRESS_NONE, NULL);
	check_address("10.1.2.3", USERS_ADDRESS_FIXED, "10.1.2.3");
	check_address("10.1.2.3 10.1.2.4", USERS_ADDRESS_FIXED, "10.1.2.3");
	check_address("\"10.1.2.3\" # comment", USERS_ADDRESS_FIXED,
		      "10.1.2.3");
}

static void test_faults(void **state)
{
	char longer[600] = "ok * s\n";
	struct users *u = parse("good * s1\n"
				"alone\n"
				"no secret\n"
				"open \"quote * s\n"
				"better * s2\n"
				"u * \"\"\n"
				"u * @/etc/secret\n"
				"u * s 10.0.0.0/8\n"
				"u * s 10.0.0.1 -- noccp\n"
				"u * s\\0x\n"
				"joined \\\n * \\\n s 1.2.3\n"
				"best * s3\n"
				"end \\");

	(void)state;
	assert_string_equal(warnings,
			    "2: a client without a server and a secret\n"
			    "3: no secret\n"
			    "4: a quote that is not closed\n"
			    "6: an empty secret\n"
			    "7: a secret in another file (@), which is not "
			    "supported\n"
			    "8: an address that is neither an IPv4 address nor "
			    "* nor -\n"
			    "9: options after --, which belong in the ppp "
			    "section\n"
			    "10: a NUL byte\n"
			    "11: an address that is neither an IPv4 address "
			    "nor * nor -\n"
			    "15: a backslash at the end\n");
	assert_int_equal(users_count(u), 3);
	check_found(u, "good", "lns", "s1");
	check_found(u, "better", "lns", "s2");
	check_found(u, "best", "lns", "s3");
	users_free(u);

	memset(longer + 7, 'x', 256);
	strcpy(longer + 7 + 256, " * s\n");
	u = parse(longer);
	assert_string_equal(warnings, "2: a word of more than 255 bytes\n");
	assert_int_equal(users_count(u), 1);
	users_free(u);

	u = parse("");
	assert_int_equal(users_count(u), 0);
	check_found(u, "x", "lns", NULL);
	users_free(u);
}

static void test_many_faults(void **state)
{
	char text[128] = "";
	struct users *u;
	size_t i;

	(void)state;
	for (i = 0; i < 60; i++)
		strcat(text, "x\n");
	u = parse(text);
	assert_non_null(strstr(warnings, "20: a client without"));
	assert_null(strstr(warnings, "21: "));
	assert_non_null(strstr(warnings, "0: 40 more lines are wrong\n"));
	users_free(u);
}

/*
 * As pppd: a server that is named counts more than a client that is, then the
 * first counts.
 */
static void test_best(void **state)
{
	struct users *u = parse("* * anyone\n"
				"alice * alice\n"
				"alice * again\n"
				"bob lns bob-here\n"
				"bob * bob\n"
				"* vpn vpn\n"
				"carol vpn carol\n"
				"carol vpn carol-again\n");

	(void)state;
	check_found(u, "alice", "lns", "alice");
	check_found(u, "bob", "lns", "bob-here");
	check_found(u, "bob", "other", "bob");
	check_found(u, "dave", "lns", "anyone");
	check_found(u, "alice", "vpn", "vpn");
	check_found(u, "carol", "vpn", "carol");
	check_found(u, "carol", "lns", "anyone");
	users_free(u);

	u = parse("alice lns s\n");
	check_found(u, "alice", "LNS", NULL);
	check_found(u, "Alice", "lns", NULL);
	check_found(u, "*", "lns", NULL);
	users_free(u);
}

static void test_large(void **state)
{
	enum { N = 100000 };
	char *text = malloc(N * 48), client[32], secret[32];
	struct users_entry e;
	struct users *u;
	size_t len = 0;
	int i;

	(void)state;
	for (i = 0; i < N; i++)
		len += (size_t)sprintf(text + len,
				       "user%d * \"secret %d\" 10.%d.%d.%d\n",
				       i, i, 1 + i / 65536, i / 256 % 256,
				       i % 256);
	u = parse(text);
	free(text);
	assert_string_equal(warnings, "");
	assert_int_equal(users_count(u), N);
	for (i = 0; i < N; i++) {
		snprintf(client, sizeof(client), "user%d", i);
		snprintf(secret, sizeof(secret), "secret %d", i);
		assert_true(users_find(u, client, "lns", &e));
		assert_string_equal((char *)e.secret.data, secret);
		assert_int_equal(e.line, i + 1);
	}
	check_found(u, "user100000", "lns", NULL);
	users_free(u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_many_faults),
		cmocka_unit_test(test_best),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
