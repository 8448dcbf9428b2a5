/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The secret files that the monitor opens: each kind and name leads to its own. */
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

#include "lib/config.h"
#include "monitor/internal.h"

static const char *const files[] = { "lns", "lac", "lcce", "old" };
#define FILES (sizeof(files) / sizeof(files[0]))

static struct config *config_in(const char *dir)
{
	char text[1024], err[512] = "";
	struct config *c;
	FILE *f;

	snprintf(text, sizeof(text),
		 "listen { address = 0.0.0.0 } ppp p { backend = none }\n"
		 "lns n { tunnel-secret-file = %s/lns ppp = p }\n"
		 "lac l { server = x secret-file = %s/lac }\n"
		 "lcce c { remote = x secret-file = %s/lcce old-secret-file = %s/old }\n"
		 "lcce bare { remote = x }\n", dir, dir, dir, dir);
	f = fmemopen(text, strlen(text), "r");
	assert_non_null(f);
	c = config_parse(f, "test.conf", err, sizeof(err));
	fclose(f);
	if (!c)
		fail_msg("%s", err);
	return c;
}

/* Opens by kind and name; -errno, or whether the file says what it is. */
static int opened(const struct config *c, int kind, const char *name, const char *file)
{
	struct monitor_secret s = { 0 };
	char text[16] = "";
	int fd;

	memcpy(&s.kind, &kind, sizeof(s.kind));
	snprintf(s.name, sizeof(s.name), "%s", name);
	fd = monitor_open_secret(c, &s);
	if (fd < 0)
		return fd;
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return strcmp(text, file) == 0;
}

static void test_open_secret(void **state)
{
	char dir[] = "/tmp/l2tpd-files-XXXXXX", path[64];
	struct config *c;

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
	assert_int_equal(opened(c, MONITOR_SECRET_LNS, "n", "lns"), true);
	assert_int_equal(opened(c, MONITOR_SECRET_LAC, "l", "lac"), true);
	assert_int_equal(opened(c, MONITOR_SECRET_LCCE, "c", "lcce"), true);
	assert_int_equal(opened(c, MONITOR_SECRET_LCCE_OLD, "c", "old"), true);
	/* A name counts among its own kind only. */
	assert_int_equal(opened(c, MONITOR_SECRET_LCCE, "l", ""), -ENOENT);
	assert_int_equal(opened(c, MONITOR_SECRET_LAC, "c", ""), -ENOENT);
	assert_int_equal(opened(c, MONITOR_SECRET_LCCE, "bare", ""), -ENOENT);
	assert_int_equal(opened(c, MONITOR_SECRET_LCCE_OLD, "bare", ""), -ENOENT);
	assert_int_equal(opened(c, 99, "c", ""), -EINVAL);
	config_free(c);
	for (size_t i = 0; i < FILES; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		unlink(path);
	}
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
