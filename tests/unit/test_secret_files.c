/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of secrets that are rewritten, replaced, removed, by whose they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config_text.h"
#include "monitor/secret_files.h"

static char dir[] = "/tmp/l2tpd-secrets-XXXXXX";
static struct loop *loop;
static char told[512]; /* "lns n, radius r, " */

static void note(const char *kind, const char *name)
{
	size_t len = strlen(told);

	snprintf(told + len, sizeof(told) - len, "%s %s, ", kind, name);
}

static void on_engine(void *ctx, const struct monitor_secret *f)
{
	static const char *const kinds[] = {
		[MONITOR_SECRET_LNS] = "lns",
		[MONITOR_SECRET_LNS_OLD] = "old lns",
		[MONITOR_SECRET_LAC] = "lac",
		[MONITOR_SECRET_LAC_OLD] = "old lac",
		[MONITOR_SECRET_LCCE] = "lcce",
		[MONITOR_SECRET_LCCE_OLD] = "old lcce",
	};

	(void)ctx;
	note(kinds[f->kind], f->name);
}

static void on_aaa(void *ctx, const struct aaa_open *f)
{
	(void)ctx;
	note(f->kind == AAA_FILE_RADIUS ? "radius" :
	     f->kind == AAA_FILE_TACACS ? "tacacs" :
					  "coa",
	     f->name);
}

static const char *path_of(const char *file)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return path;
}

static void write_file(const char *file, const char *text)
{
	FILE *f = fopen(path_of(file), "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static struct config *configure(void)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "listen { address = 0.0.0.0 } ppp p { backend = none }\n"
		 "lns n { tunnel-secret-file = %1$s/a old-secret-file = %1$s/b "
		 "ppp = p }\n"
		 "lac l { server = x secret-file = %1$s/c old-secret-file = "
		 "%1$s/d }\n"
		 "lcce e { remote = x secret-file = %1$s/e old-secret-file = "
		 "%1$s/f }\n"
		 "radius r { address = x secret-file = %1$s/g }\n"
		 "coa m { from-address = 10.0.0.0/8 secret-file = %1$s/i }\n"
		 "tacacs t { address = x secret-file = %1$s/h }\n",
		 dir);
	return config_text(text);
}

static void check_done(void *arg)
{
	if (strcmp(told, arg) == 0)
		loop_stop(loop);
}

static void on_late(struct loop_timer *t)
{
	(void)t;
	loop_stop(loop);
}

static void expect(const char *what)
{
	struct loop_timer late = { 0 };
	char copy[512];

	snprintf(copy, sizeof(copy), "%s", what);
	loop_timer_set(loop, &late, loop_now_fresh(loop) + 20000, on_late);
	loop_set_idle(loop, check_done, copy);
	assert_int_equal(loop_run(loop), 0);
	loop_timer_stop(&late);
	assert_string_equal(told, what);
	told[0] = '\0';
}

static void test_changes(void **state)
{
	static const struct secret_files_events events = { on_engine, on_aaa };
	struct config *c;
	struct secret_files *s;
	char from[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (char file[] = "a"; file[0] <= 'h'; file[0]++)
		write_file(file, "one\n");
	c = configure();
	loop = loop_new();
	assert_non_null(loop);
	s = secret_files_new(loop, c, &events, NULL);
	assert_non_null(s);
	/* rewritten, all kinds at once; the last one comes into being */
	for (char file[] = "a"; file[0] <= 'i'; file[0]++)
		write_file(file, "another\n");
	expect("lns n, old lns n, lac l, old lac l, lcce e, old lcce e, "
	       "radius r, tacacs t, coa m, ");
	/* another in its place; its mode; and gone */
	write_file("new", "one\n");
	snprintf(from, sizeof(from), "%s", path_of("new"));
	assert_int_equal(rename(from, path_of("a")), 0);
	assert_int_equal(chmod(path_of("c"), 0644), 0);
	assert_int_equal(unlink(path_of("g")), 0);
	expect("lns n, lac l, radius r, ");
	secret_files_free(s);
	loop_free(loop);
	config_free(c);
	for (char file[] = "a"; file[0] <= 'i'; file[0]++)
		unlink(path_of(file));
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
