// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What BIRD and Kea are written of sessions, word for word, and which
 * names may be in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/announce_text.h"

static struct announced first = {
	.ifname = "ppp0",
	.ifindex = 5,
	.router = { 0xfe, 0x80, [15] = 1 },
	.dns6_n = 2,
	.dns6 = { { 0x20, 1, 0x0d, 0xb8, [15] = 0x53 },
		  { 0x20, 1, 0x0d, 0xb8, [15] = 0x54 } },
	.delegated6 = { 56, { 0x20, 1, 0x0d, 0xb8, 0xaa } },
};
static struct announced second = {
	.ifname = "ppp12",
	.ifindex = 9,
	.router = { 0xfe, 0x80, [15] = 2 },
};
static struct announced third = {
	.ifname = "vpn.1",
	.ifindex = 10,
	.router = { 0xfe, 0x80, [15] = 1 },
	.delegated6 = { 48, { 0xfd, 0, 0, 1, 0, 2 } },
};
static struct announced *const list[] = { &first, NULL, &second, &third };

static const char bird[] = "# Written by l2tpd, and again with each session.\n"
			   "log stderr { info, warning, error, fatal, bug };\n"
			   "router id 0.0.0.1;\n"
			   "protocol device {\n"
			   "\tscan time 60;\n"
			   "\tinterface \"ppp0\" { preferred fe80::1; };\n"
			   "\tinterface \"ppp12\" { preferred fe80::2; };\n"
			   "\tinterface \"vpn.1\" { preferred fe80::1; };\n"
			   "}\n"
			   "protocol radv {\n"
			   "\tinterface \"ppp0\" {\n"
			   "\t\tmax ra interval 600;\n"
			   "\t\tother config yes;\n"
			   "\t\trdnss { ns 2001:db8::53; ns 2001:db8::54; };\n"
			   "\t};\n"
			   "\tinterface \"ppp12\" {\n"
			   "\t\tmax ra interval 600;\n"
			   "\t};\n"
			   "\tinterface \"vpn.1\" {\n"
			   "\t\tmax ra interval 600;\n"
			   "\t\tother config yes;\n"
			   "\t};\n"
			   "}\n";

static const char *const kea[] = {
	"\"interfaces-config\": { \"re-detect\": true, "
	"\"interfaces\": [ \"ppp0\", \"vpn.1\" ] },\n",
	"\"identifier\": \"00000000000ABCDE\"",
	"\t\t{ \"id\": 1, \"subnet\": \"2001:db8:aa00::/56\", \"interface\": \"ppp0\",\n"
	"\t\t  \"pd-pools\": [ { \"prefix\": \"2001:db8:aa00::\", "
	"\"prefix-len\": 56, \"delegated-len\": 56 } ],\n"
	"\t\t  \"option-data\": [ { \"name\": \"dns-servers\", "
	"\"data\": \"2001:db8::53, 2001:db8::54\" } ] },\n"
	"\t\t{ \"id\": 4, \"subnet\": \"fd00:1:2::/48\", \"interface\": \"vpn.1\",\n"
	"\t\t  \"pd-pools\": [ { \"prefix\": \"fd00:1:2::\", "
	"\"prefix-len\": 48, \"delegated-len\": 48 } ] }\n"
	"\t]\n"
	"} }\n",
};

static void test_bird(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	(void)state;
	assert_non_null(f);
	announce_bird_text(f, list, 4);
	fclose(f);
	assert_string_equal(text, bird);
	free(text);
}

static void test_kea(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	(void)state;
	assert_non_null(f);
	announce_kea_text(f, list, 4, 0xabcde);
	fclose(f);
	for (size_t i = 0; i < sizeof(kea) / sizeof(kea[0]); i++)
		if (!strstr(text, kea[i]))
			fail_msg("not in the text:\n%s\nbut:\n%s", kea[i],
				 text);
	assert_null(strstr(text, "ppp12"));
	free(text);
}

static void test_names(void **state)
{
	static const char *const good[] = { "ppp0", "ppp12345", "vpn.1",
					    "a-b_c", "x@7" };
	static const char *const bad[] = { "",	      "ppp*", "-ppp", "a\"b",
					   "a\\",     "a b",  "a\nb", "ppp?",
					   "{",	      "a;",   "@a",   ".a",
					   "\xc3\xa9" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(announce_is_plain(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(announce_is_plain(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bird),
		cmocka_unit_test(test_kea),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
