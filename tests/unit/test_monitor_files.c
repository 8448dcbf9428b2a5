/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files that the monitor opens for others: each kind and name
 * leads to its own.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config_text.h"
#include "ipc/aaa.h"
#include "lib/config.h"
#include "monitor/files.h"

static const char *const files[] = {
	"lns", "lac",	 "lcce", "old",		"users", "password", "radius",
	"coa", "tacacs", "ca",	 "certificate", "key",	 "old-lns",  "old-lac",
};
#define FILES (sizeof(files) / sizeof(files[0]))

static struct config *config_in(const char *dir)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "listen { address = 0.0.0.0 } ppp "
		 "p { backend = none users-file = %1$s/users }\n"
		 "lns n { tunnel-secret-file = %1$s/lns old-secret-file = "
		 "%1$s/old-lns ppp = p }\n"
		 "lac l { server = x secret-file = %1$s/lac "
		 "old-secret-file = %1$s/old-lac session "
		 "s { ppp = p user = u password-file = %1$s/password } }\n"
		 "lcce c { remote = x secret-file = %1$s/lcce "
		 "old-secret-file = %1$s/old }\n"
		 "lcce bare { remote = x }\n"
		 "radius udp { address = x secret-file = %1$s/radius }\n"
		 "radius tls { address = x transport = tls "
		 "ca-file = %1$s/ca certificate-file = %1$s/certificate\n"
		 "key-file = %1$s/key }\n"
		 "tacacs udp { address = x secret-file = %1$s/tacacs }\n"
		 "coa m { from-address = 10.0.0.0/8 secret-file = %1$s/coa }\n",
		 dir);
	return config_text(text);
}

/* -errno, or whether the file says what it is. */
static int says(int fd, const char *file)
{
	char text[16] = "";

	if (fd < 0)
		return fd;
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return strcmp(text, file) == 0;
}

/* Opens by kind and name. */
static int opened(const struct config *c, int kind, const char *name,
		  const char *file)
{
	struct monitor_secret s = { 0 };

	memcpy(&s.kind, &kind, sizeof(s.kind));
	snprintf(s.name, sizeof(s.name), "%s", name);
	return says(monitor_open_secret(c, &s), file);
}

static int opened_for_aaa(const struct config *c, int kind, const char *name,
			  const char *session, const char *file)
{
	return says(monitor_open_aaa_file(c, kind, name, session), file);
}

static char dir[] = "/tmp/l2tpd-files-XXXXXX";
static struct config *c;

static int setup(void **state)
{
	char path[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < FILES; i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(files[i], f);
		fclose(f);
	}
	c = config_in(dir);
	return 0;
}

static int teardown(void **state)
{
	char path[64];

	(void)state;
	config_free(c);
	for (size_t i = 0; i < FILES; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		unlink(path);
	}
	rmdir(dir);
	return 0;
}

static void test_open_secret(void **state)
{
	(void)state;
	assert_int_equal(opened(c, MONITOR_SECRET_LNS, "n", "lns"), true);
	assert_int_equal(opened(c, MONITOR_SECRET_LAC, "l", "lac"), true);
	assert_int_equal(opened(c, MONITOR_SECRET_LNS_OLD, "n", "old-lns"),
			 true);
	assert_int_equal(opened(c, MONITOR_SECRET_LAC_OLD, "l", "old-lac"),
			 true);
	assert_int_equal(opened(c, MONITOR_SECRET_LCCE, "c", "lcce"), true);
	assert_int_equal(opened(c, MONITOR_SECRET_LCCE_OLD, "c", "old"), true);
	/* A name counts among its own kind only. */
	assert_int_equal(opened(c, MONITOR_SECRET_LCCE, "l", ""), -ENOENT);
	assert_int_equal(opened(c, MONITOR_SECRET_LAC, "c", ""), -ENOENT);
	assert_int_equal(opened(c, MONITOR_SECRET_LCCE, "bare", ""), -ENOENT);
	assert_int_equal(opened(c, MONITOR_SECRET_LCCE_OLD, "bare", ""),
			 -ENOENT);
	assert_int_equal(opened(c, 99, "c", ""), -EINVAL);
}

static void test_open_aaa_file(void **state)
{
	(void)state;
	assert_int_equal(opened_for_aaa(c, AAA_FILE_USERS, "p", "", "users"),
			 true);
	assert_int_equal(opened_for_aaa(c, AAA_FILE_PASSWORD, "l", "s",
					"password"),
			 true);
	assert_int_equal(opened_for_aaa(c, AAA_FILE_RADIUS, "udp", "",
					"radius"),
			 true);
	assert_int_equal(opened_for_aaa(c, AAA_FILE_TACACS, "udp", "",
					"tacacs"),
			 true);
	assert_int_equal(opened_for_aaa(c, AAA_FILE_COA, "m", "", "coa"), true);
	assert_int_equal(opened_for_aaa(c, AAA_FILE_RADIUS_CA, "tls", "", "ca"),
			 true);
	assert_int_equal(opened_for_aaa(c, AAA_FILE_RADIUS_CERTIFICATE, "tls",
					"", "certificate"),
			 true);
	assert_int_equal(opened_for_aaa(c, AAA_FILE_RADIUS_KEY, "tls", "",
					"key"),
			 true);
	assert_int_equal(opened_for_aaa(c, AAA_FILE_USERS, "l", "", ""),
			 -ENOENT);
	assert_int_equal(opened_for_aaa(c, AAA_FILE_PASSWORD, "l", "p", ""),
			 -ENOENT);
	assert_int_equal(opened_for_aaa(c, AAA_FILE_RADIUS, "tls", "", ""),
			 -ENOENT);
	assert_int_equal(opened_for_aaa(c, AAA_FILE_TACACS, "tls", "", ""),
			 -ENOENT);
	assert_int_equal(opened_for_aaa(c, AAA_FILE_RADIUS_KEY, "udp", "", ""),
			 -ENOENT);
	assert_int_equal(opened_for_aaa(c, AAA_FILE_RADIUS_CA, "m", "", ""),
			 -ENOENT);
	assert_int_equal(opened_for_aaa(c, 99, "p", "", ""), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_secret),
		cmocka_unit_test(test_open_aaa_file),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
