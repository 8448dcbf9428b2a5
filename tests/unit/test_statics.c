/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Static tunnels against the null data plane, which stays while l2tpd
 * "restarts"; and their record.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_text.h"
#include "lib/config.h"
#include "lib/loop.h"
#include "monitor/statics.h"
#include "monitor/statics_record.h"
#include "netlink/dataplane.h"

#define TUNNEL(name, id, more)                                      \
	"static " name " { tunnel-id = " #id " peer-tunnel-id = 9 " \
	"local = 192.0.2.1 remote = 192.0.2.2 encap = ip " more " }\n"
#define SESSION(name, id, more)                                        \
	"session " name " { session-id = " #id " peer-session-id = 8 " \
	"ifname = if" #id " " more " } "

static char dir[64];
static struct dataplane *dp;
static struct loop *loop;

/* One life of l2tpd, with this configuration. */
struct life {
	struct config *config;
	char *text;
	struct statics *statics;
};

static struct life begin(const char *sections)
{
	char text[2048];
	struct statics_options o = { .dp = dp };
	struct life l = { 0 };
	size_t len;
	FILE *f;

	snprintf(text, sizeof(text),
		 "hostname = here state-dir = \"%s\" "
		 "static-by-command = true\n%s",
		 dir, sections);
	l.config = config_text(text);
	f = open_memstream(&l.text, &len);
	config_print(l.config, f);
	fclose(f);
	o.config = l.config;
	o.config_text = l.text;
	l.statics = statics_new(loop, &o);
	assert_non_null(l.statics);
	return l;
}

static void end(struct life *l)
{
	statics_free(l->statics);
	config_free(l->config);
	free(l->text);
}

/*
 * What the data plane has, as "TUNNEL", "TUNNEL/SESSION", in the
 * order of their ids.
 */
struct seen {
	char at[16][32];
	size_t n;
};

static int see(void *ctx, const struct dp_object *o)
{
	struct seen *s = ctx;

	if (o->session_id)
		sprintf(s->at[s->n++], "%u/%u", o->tunnel_id, o->session_id);
	else
		sprintf(s->at[s->n++], "%u", o->tunnel_id);
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void assert_kernel(const char *wanted)
{
	struct seen s = { .n = 0 };
	char all[512] = "";

	assert_int_equal(dp->ops->dump(dp, see, &s), 0);
	qsort(s.at, s.n, sizeof(s.at[0]), compare);
	for (size_t i = 0; i < s.n; i++)
		sprintf(all + strlen(all), "%s%s", i ? " " : "", s.at[i]);
	assert_string_equal(all, wanted);
}

static int set_up(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/l2tpd-statics-XXXXXX");
	dp = dataplane_null_new();
	loop = loop_new();
	return mkdtemp(dir) && dp && loop ? 0 : -1;
}

static void path_of(const char *file, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", dir, file);
}

static int tear_down(void **state)
{
	static const char *const files[] = { "static.made", "static.added",
					     "static.made.damaged",
					     "static.added.damaged" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		path_of(files[i], path, sizeof(path));
		unlink(path);
	}
	dp->ops->free(dp);
	loop_free(loop);
	return rmdir(dir);
}

/*
 * A session that is made anew loses the null data plane's peer; one that stays
 * keeps what was put beside it.
 */
static void test_restart(void **state)
{
	struct life l =
		begin(TUNNEL("a", 1, SESSION("x", 11, "") SESSION("y", 12, ""))
			      TUNNEL("b", 2, ""));
	struct dp_session foreign = {
		.tunnel_id = 1,
		.session_id = 99,
		.peer_session_id = 1,
		.pseudowire = DP_PW_ETH,
	};

	(void)state;
	assert_kernel("1 1/11 1/12 2");
	end(&l);
	assert_kernel("1 1/11 1/12 2");
	/* Another's session in a tunnel of ours stays as long as that does. */
	assert_int_equal(dp->ops->session_add(dp, &foreign), 0);
	l = begin(TUNNEL("renamed", 1,
			 SESSION("x", 11, "") SESSION("z", 13, "")));
	assert_kernel("1 1/11 1/13 1/99");
	end(&l);
	l = begin(TUNNEL("renamed", 1,
			 SESSION("x", 11, "") SESSION("z", 13, "")));
	assert_kernel("1 1/11 1/13 1/99");
	end(&l);
	/* Its peer is another: it is another tunnel. */
	l = begin("static a { tunnel-id = 1 peer-tunnel-id = 7 "
		  "local = 192.0.2.1 remote = 192.0.2.2 encap = ip }");
	assert_kernel("1");
	end(&l);
	l = begin("");
	assert_kernel("");
	end(&l);
}

static void test_others_stay(void **state)
{
	struct dp_tunnel foreign = {
		.version = 3,
		.encap = DP_ENCAP_IP,
		.tunnel_id = 1,
		.peer_tunnel_id = 9,
		.fd = 0,
	};
	struct monitor_static_place first = { 0 };
	struct monitor_static_show show;
	struct life l;

	(void)state;
	assert_int_equal(dp->ops->tunnel_add(dp, &foreign), 0);
	l = begin(TUNNEL("a", 1, SESSION("x", 11, "")) TUNNEL("b", 2, ""));
	assert_kernel("1 2");
	assert_int_equal(statics_show(l.statics, &first, &show), 0);
	assert_false(show.up);
	assert_non_null(strstr(show.why, "tunnel-id 1 is taken"));
	end(&l);
	l = begin("");
	assert_kernel("1");
	end(&l);
}

static struct monitor_static tunnel_request(const char *name, uint32_t id)
{
	struct monitor_static r = {
		.tunnel_id = id,
		.peer_tunnel_id = 9,
		.encap = CONFIG_ENCAP_IP,
		.udp6_csum_tx = true,
		.udp6_csum_rx = true,
	};

	snprintf(r.name, sizeof(r.name), "%s", name);
	assert_int_equal(addr_parse(&r.local, "192.0.2.1"), 0);
	assert_int_equal(addr_parse(&r.remote, "192.0.2.2"), 0);
	return r;
}

static struct monitor_static_session session_request(const char *tunnel,
						     uint32_t id)
{
	struct monitor_static_session r = {
		.session_id = id,
		.peer_session_id = 8,
	};

	snprintf(r.tunnel, sizeof(r.tunnel), "%s", tunnel);
	return r;
}

static void test_commands(void **state)
{
	struct life l = begin(TUNNEL("a", 1, SESSION("x", 11, "")));
	struct monitor_static t = tunnel_request("b", 2);
	struct monitor_static_session s = session_request("b", 21);
	struct monitor_static_name name = {
		.tunnel = "b",
		.session = "session1",
	};
	struct monitor_outcome reply = { 0 };

	(void)state;
	assert_int_equal(statics_add(l.statics, &t, &reply), 0);
	assert_int_equal(statics_add_session(l.statics, &s, &reply), 0);
	assert_string_equal(reply.name, "session1");
	s.session_id = 22;
	assert_int_equal(statics_add_session(l.statics, &s, &reply), 0);
	assert_string_equal(reply.name, "session2");
	assert_kernel("1 1/11 2 2/21 2/22");
	end(&l);
	l = begin("");
	assert_kernel("2 2/21 2/22");
	assert_int_equal(statics_del(l.statics, &name, &reply), 0);
	assert_kernel("2 2/22");
	name.session[0] = '\0';
	assert_int_equal(statics_del(l.statics, &name, &reply), 0);
	assert_kernel("");
	assert_int_equal(statics_del(l.statics, &name, &reply), -ENOENT);
	end(&l);
}

/* What no sound engine sends: refused before anything is written or made. */
static void test_unsound(void **state)
{
	struct life l = begin("");
	struct monitor_static good = tunnel_request("b", 2), t = good;
	struct monitor_outcome reply = { 0 };
	struct monitor_static_session s;

	(void)state;
	memset(t.name, 'x', sizeof(t.name));
	assert_int_equal(statics_add(l.statics, &t, &reply), -EINVAL);
	t = tunnel_request("a\" }", 2);
	assert_int_equal(statics_add(l.statics, &t, &reply), -EINVAL);
	t = good;
	t.encap = (enum config_encap)7;
	assert_int_equal(statics_add(l.statics, &t, &reply), -EINVAL);
	t = good;
	t.local.family = 77;
	assert_int_equal(statics_add(l.statics, &t, &reply), -EINVAL);
	t = good;
	t.encap = CONFIG_ENCAP_UDP;
	t.local.port = 53;
	t.remote.port = 53;
	assert_int_equal(statics_add(l.statics, &t, &reply), -EPERM);
	assert_int_equal(statics_add(l.statics, &good, &reply), 0);
	s = session_request("b", 21);
	strcpy(s.bridge, "-x y");
	assert_int_equal(statics_add_session(l.statics, &s, &reply), -EINVAL);
	s = session_request("b", 21);
	s.cookie.len = 200;
	assert_int_equal(statics_add_session(l.statics, &s, &reply), -EINVAL);
	s = session_request("b", 21);
	s.seq = (enum config_seq) - 1;
	assert_int_equal(statics_add_session(l.statics, &s, &reply), -EINVAL);
	assert_kernel("2");
	end(&l);
}

static void put(const char *file, const char *text, mode_t mode)
{
	char path[128];
	FILE *f;

	path_of(file, path, sizeof(path));
	unlink(path);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

static bool exists(const char *file)
{
	char path[128];

	path_of(file, path, sizeof(path));
	return access(path, F_OK) == 0;
}

static void test_record(void **state)
{
	char *text = NULL;
	struct stat st;
	char path[128];

	(void)state;
	assert_int_equal(statics_record_read(dir, STATICS_MADE, &text),
			 -ENOENT);
	assert_int_equal(statics_record_write(dir, STATICS_MADE, "one\ntwo\n"),
			 0);
	path_of("static.made", path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(statics_record_read(dir, STATICS_MADE, &text), 0);
	assert_non_null(strstr(text, "\none\ntwo\n"));
	free(text);
	/* Of a boot before: nothing of it is there. */
	put("static.made",
	    "# l2tpd static tunnels, version 1, boot before, network namespace "
	    "1\none\n",
	    0600);
	assert_int_equal(statics_record_read(dir, STATICS_MADE, &text),
			 -ENOENT);
	/* Others' to write is not root's word. */
	put("static.added", "# l2tpd static tunnels, version 1\none\n", 0666);
	assert_int_equal(statics_record_read(dir, STATICS_ADDED, &text),
			 -EPERM);
	put("static.added", "# l2tpd static tunnels, version 2\n", 0600);
	assert_int_equal(statics_record_read(dir, STATICS_ADDED, &text),
			 -EBADMSG);
	assert_true(exists("static.added.damaged") && !exists("static.added"));
	put("static.added", "", 0600);
	assert_int_equal(statics_record_read(dir, STATICS_ADDED, &text),
			 -EBADMSG);
}

static void test_damaged(void **state)
{
	struct life l;

	(void)state;
	put("static.added",
	    "# l2tpd static tunnels, version 1\nstatic b { tunnel-id = ", 0600);
	l = begin(TUNNEL("a", 1, ""));
	assert_kernel("1");
	assert_true(exists("static.added.damaged"));
	end(&l);
}

/* The operator gave an id to the configuration that a command had taken. */
static void test_does_not_fit(void **state)
{
	struct monitor_static two = tunnel_request("b", 2),
			      three = tunnel_request("c", 3);
	struct monitor_outcome reply = { 0 };
	struct life l = begin("");

	(void)state;
	assert_int_equal(statics_add(l.statics, &two, &reply), 0);
	assert_int_equal(statics_add(l.statics, &three, &reply), 0);
	end(&l);
	l = begin(TUNNEL("a", 2, SESSION("x", 11, "")));
	assert_kernel("2 2/11 3");
	end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_restart, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_others_stay, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_commands, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_unsound, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_record, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_damaged, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_does_not_fit, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
