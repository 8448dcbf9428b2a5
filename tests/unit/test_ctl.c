// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * l2tpctl against a control socket that a thread of the test serves: words to
 * requests, replies to tables, pages and JSON, errors to sentences and exit
 * statuses, and the manual page against the command table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ipc/control.h"
#include "lib/config_key.h"

#define WORDS_MAX 40

struct fixture {
	char dir[64];
	char socket[96];
	char secret[96];
	char *out, *err; /* of the last run */
};

/* The daemon's part: takes one request, answers, closes. */
struct server {
	int listener;
	const char *reply;
	/* that many times the reply's first line, if not 0 */
	unsigned long records;
	char request[4096]; /* what came, without the newline */
	pthread_t thread;
};

static void write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		data += n;
		len -= (size_t)n;
	}
}

static void *serve(void *arg)
{
	struct server *s = arg;
	int fd = accept(s->listener, NULL, NULL);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return NULL;
	while (len < sizeof(s->request) - 1 && !memchr(s->request, '\n', len)) {
		n = read(fd, s->request + len, sizeof(s->request) - 1 - len);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	s->request[strcspn(s->request, "\n")] = '\0';
	for (unsigned long i = 0; i < s->records; i++)
		write_all(fd, s->reply, strcspn(s->reply, "\n") + 1);
	if (!s->records)
		write_all(fd, s->reply, strlen(s->reply));
	else
		write_all(fd, "{\"end\": {}}\n", 12);
	close(fd);
	return NULL;
}

static void server_start(struct server *s, const struct fixture *f)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	unlink(f->socket);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", f->socket);
	s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(s->listener >= 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&sun,
			      sizeof(sun)),
			 0);
	assert_int_equal(listen(s->listener, 1), 0);
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void server_stop(struct server *s)
{
	/*
	 * l2tpctl has its answer, or it never came: then nobody waits for it.
	 */
	shutdown(s->listener, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->listener);
}

/*
 * Runs l2tpctl with these words, split at blanks, '' being an empty one; its
 * output is left in f.
 */
static int run(struct fixture *f, const char *line)
{
	char *words = strdup(line),
	     *argv[WORDS_MAX] = { (char[]){ "l2tpctl" } };
	size_t out_len, err_len;
	FILE *out, *err;
	int argc = 1, ret;

	free(f->out);
	free(f->err);
	out = open_memstream(&f->out, &out_len);
	err = open_memstream(&f->err, &err_len);
	for (char *save, *w = strtok_r(words, " ", &save); w;
	     w = strtok_r(NULL, " ", &save)) {
		assert_true(argc < WORDS_MAX - 1);
		argv[argc++] = strcmp(w, "''") ? w : w + 2;
	}
	ret = ctl_run(argc, argv, out, err);
	fclose(out);
	fclose(err);
	free(words);
	return ret;
}

/* The same, with the daemon's reply; the request that it got is checked. */
static int run_with(struct fixture *f, const char *line, const char *request,
		    const char *reply)
{
	struct server s = { .reply = reply };
	char words[1024];
	int ret;

	server_start(&s, f);
	snprintf(words, sizeof(words), "--socket %s %s", f->socket, line);
	ret = run(f, words);
	server_stop(&s);
	assert_string_equal(s.request, request);
	return ret;
}

static void write_file(const char *path, mode_t mode, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	snprintf(f->dir, sizeof(f->dir), "/tmp/test_ctl.XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	snprintf(f->socket, sizeof(f->socket), "%s/" CONTROL_SOCKET, f->dir);
	snprintf(f->secret, sizeof(f->secret), "%s/secret", f->dir);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	unlink(f->socket);
	unlink(f->secret);
	rmdir(f->dir);
	free(f->out);
	free(f->err);
	free(f);
	return 0;
}

#define END "{\"end\": {}}\n"

/* ---- words to requests ---- */

static void test_add_tunnel(void **state)
{
	struct fixture *f = *state;
	char line[512];

	write_file(f->secret, 0600, "s3cret\nsecond line\n");
	snprintf(line, sizeof(line),
		 "add tunnel remote lns.example.net name work secret-file %s "
		 "local 192.0.2.10 port 1702 hostname me hide challenge off "
		 "hello 30 source-port 1701",
		 f->secret);
	assert_int_equal(run_with(f, line,
				  "{\"command\":\"add tunnel\","
				  "\"args\":{\"remote\":\"lns.example.net\","
				  "\"name\":\"work\",\"secret\":\"s3cret\","
				  "\"local\":\"192.0.2.10\",\"port\":1702,"
				  "\"hostname\":\"me\",\"hide\":true,"
				  "\"challenge\":false,\"hello\":30,"
				  "\"source_port\":\"1701\"}}",
				  END),
			 0);
	assert_string_equal(f->out, "");
	assert_string_equal(f->err, "");
}

static void test_add_session(void **state)
{
	struct fixture *f = *state;
	char line[512];

	write_file(f->secret, 0600, "pass word");
	snprintf(line, sizeof(line),
		 "add session tunnel work ppp dialout user alice password-file "
		 "%s name home persist on",
		 f->secret);
	assert_int_equal(run_with(f, line,
				  "{\"command\":\"add session\","
				  "\"args\":{\"tunnel\":\"work\",\"ppp\":"
				  "\"dialout\","
				  "\"user\":\"alice\",\"password\":\"pass "
				  "word\",\"name\":\"home\","
				  "\"persist\":true}}",
				  END),
			 0);
}

static void test_add_version(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_with(f,
				  "add tunnel remote x encap ip version auto",
				  "{\"command\":\"add tunnel\","
				  "\"args\":{\"remote\":\"x\","
				  "\"encap\":\"ip\",\"version\":\"auto\"}}",
				  END),
			 0);
}

/* The words of ip-l2tp(8), and its way of writing them. */
static void test_static(void **state)
{
	static const struct {
		const char *line, *request;
	} cases[] = {
		{ "add tunnel static hill tunnel-id 3000 peer-tunnel-id 4000 "
		  "encap udp local 192.0.2.1 remote 192.0.2.2 "
		  "udp-sport 5000 udp-dport 6000 udp-csum on",
		  "{\"command\":\"add tunnel static\","
		  "\"args\":{\"name\":\"hill\",\"tunnel_id\":3000,"
		  "\"peer_tunnel_id\":4000,\"encap\":\"udp\","
		  "\"local\":\"192.0.2.1\",\"remote\":\"192.0.2.2\","
		  "\"udp_sport\":5000,\"udp_dport\":6000,\"udp_csum\":true}}" },
		{ "a t static name static tunnel_id 4294967295 "
		  "peer_tunnel_id 1 enc ip loc ::1 rem ::2",
		  "{\"command\":\"add tunnel static\","
		  "\"args\":{\"name\":\"static\",\"tunnel_id\":4294967295,"
		  "\"peer_tunnel_id\":1,\"encap\":\"ip\","
		  "\"local\":\"::1\",\"remote\":\"::2\"}}" },
		{ "add session static tunnel hill name lan session-id 1 "
		  "peer-session-id 2 cookie 014d3636deadbeef "
		  "l2spec_type none seq both ifname l2 vlan 7 "
		  "mtu 1400 keepalive 5 keepalive-address 10.0.0.1",
		  "{\"command\":\"add session static\","
		  "\"args\":{\"tunnel\":\"hill\",\"name\":\"lan\","
		  "\"session_id\":1,\"peer_session_id\":2,"
		  "\"cookie\":\"014d3636deadbeef\",\"l2spec_type\":\"none\","
		  "\"seq\":\"both\",\"ifname\":\"l2\",\"vlan\":7,\"mtu\":1400,\"keepalive\":5,"
		  "\"keepalive_address\":\"10.0.0.1\"}}" },
		{ "del tun static hill",
		  "{\"command\":\"delete tunnel static\",\"args\":{\"tunnel\":\"hill\"}}" },
		{ "del ses static tun hill lan",
		  "{\"command\":\"delete session static\","
		  "\"args\":{\"tunnel\":\"hill\",\"session\":\"lan\"}}" },
		/* A tunnel may be called static, or begin like it. */
		{ "delete tunnel tunnel static",
		  "{\"command\":\"delete tunnel\",\"args\":{\"tunnel\":\"static\"}}" },
		{ "delete tunnel stat",
		  "{\"command\":\"delete tunnel\",\"args\":{\"tunnel\":\"stat\"}}" },
		{ "show static hill",
		  "{\"command\":\"show static\",\"args\":{\"tunnel\":\"hill\"}}" },
		{ "show interface l2tpeth0",
		  "{\"command\":\"show interfaces\",\"args\":{\"ifname\":\"l2tpeth0\"}}" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(run_with(f, cases[i].line, cases[i].request,
					  END),
				 0);
}

/* The keys of an lcce section and of its sessions. */
static void test_lcce(void **state)
{
	static const struct {
		const char *line, *request;
	} cases[] = {
		{ "add tunnel lcce branch remote branch.example.net "
		  "port 1702 source_address 192.0.2.1 source-port ephemeral "
		  "encap udp initiate off from-address 192.0.2.0/24,"
		  "2001:db8::/32 from-hostname pe*,b? from-router-id 10.0.0.1",
		  "{\"command\":\"add tunnel lcce\","
		  "\"args\":{\"name\":\"branch\","
		  "\"remote\":\"branch.example.net\","
		  "\"port\":1702,\"source_address\":\"192.0.2.1\","
		  "\"source_port\":\"ephemeral\",\"encap\":\"udp\","
		  "\"initiate\":false,\"from_address\":[\"192.0.2.0/24\",\"2001:db8::/32\"],"
		  "\"from_hostname\":[\"pe*\",\"b?\"],\"from_router_id\":\"10.0.0.1\"}}" },
		{ "a t lcce name lcce rem x hide on chall off dig md5 "
		  "retransmit 0.5 retransmit-tries 3 redial 0.5 ipsec required "
		  "ipsec-connection site/l2tp",
		  "{\"command\":\"add tunnel lcce\","
		  "\"args\":{\"name\":\"lcce\","
		  "\"remote\":\"x\",\"hide_avps\":true,"
		  "\"challenge\":false,\"digest\":\"md5\","
		  "\"retransmit\":\"0.5\",\"retransmit_tries\":3,"
		  "\"redial\":\"0.5\",\"ipsec\":\"required\","
		  "\"ipsec_connection\":\"site/l2tp\"}}" },
		{ "add session lcce tunnel branch name lan pseudowire "
		  "vlan vlan 7 remote-end-id lan-1 ifname lan0 mtu 1400 "
		  "mac 02:00:00:00:00:01 bridge br0 circuit "
		  "eth1 cookie 4 l2-sublayer on sequencing off",
		  "{\"command\":\"add session lcce\","
		  "\"args\":{\"tunnel\":\"branch\",\"name\":\"lan\","
		  "\"pseudowire\":\"vlan\",\"vlan\":7,"
		  "\"remote_end_id\":\"lan-1\","
		  "\"ifname\":\"lan0\",\"mtu\":1400,"
		  "\"mac\":\"02:00:00:00:00:01\",\"bridge\":\"br0\","
		  "\"circuit\":\"eth1\",\"cookie\":\"4\","
		  "\"l2_sublayer\":true,\"sequencing\":false}}" },
		{ "add session lcce tun branch vrf blue",
		  "{\"command\":\"add session lcce\","
		  "\"args\":{\"tunnel\":\"branch\",\"vrf\":\"blue\"}}" },
	};
	struct fixture *f = *state;
	char line[512];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(run_with(f, cases[i].line, cases[i].request,
					  END),
				 0);
	write_file(f->secret, 0600, "s3cret\n");
	snprintf(line, sizeof(line),
		 "add tunnel lcce x secret-file %s old-secret-file %s",
		 f->secret, f->secret);
	assert_int_equal(run_with(f, line,
				  "{\"command\":\"add tunnel "
				  "lcce\",\"args\":{\"name\":\"x\","
				  "\"secret\":\"s3cret\",\"old_secret\":"
				  "\"s3cret\"}}",
				  END),
			 0);
}

static bool has_key(const struct ctl_command *c, const char *key)
{
	for (const struct ctl_arg *a = c->args; a->word; a++)
		if (strcmp(a->key, key) == 0)
			return true;
	return false;
}

/*
 * Every key that the section has can be given; of a secret's
 * file, what is in it.
 */
static void assert_complete(const char *words, const struct config_section *s)
{
	const struct ctl_command *c = ctl_commands;

	while (strcmp(c->words, words) != 0)
		c++;
	for (size_t i = 0; i < s->n; i++) {
		char key[64];
		size_t len = (size_t)snprintf(key, sizeof(key), "%s",
					      s->keys[i].name);

		if (s->keys[i].kind == &config_kind_path)
			key[len - strlen("-file")] = '\0';
		for (char *p = key; *p; p++)
			*p = *p == '-' ? '_' : *p;
		if (!has_key(c, key))
			fail_msg("'%s' has no %s", words, key);
	}
}

static void test_all_keys(void **state)
{
	(void)state;
	assert_complete("add tunnel lcce", &config_section_lcce);
	assert_complete("add session lcce", &config_section_pw);
	assert_complete("add tunnel static", &config_section_static);
	assert_complete("add session static", &config_section_static_session);
}

/* l2tpd chose the name: whoever asked must learn it. */
static void test_chosen_name(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_with(f, "add tunnel remote x",
				  "{\"command\":\"add tunnel\","
				  "\"args\":{\"remote\":\"x\"}}",
				  "{\"record\": {\"tunnel\": "
				  "\"tunnel1\"}}\n" END),
			 0);
	assert_string_equal(f->out, "tunnel1\n");
	assert_int_equal(run_with(f, "add tunnel remote x name y",
				  "{\"command\":\"add tunnel\","
				  "\"args\":{\"remote\":\"x\",\"name\":\"y\"}}",
				  "{\"record\": {\"tunnel\": \"y\"}}\n" END),
			 0);
	assert_string_equal(f->out, "");
}

static void test_abbreviations(void **state)
{
	static const struct {
		const char *line, *request;
	} cases[] = {
		{ "sh tun", "{\"command\":\"show tunnels\",\"args\":{}}" },
		{ "show tunnel work",
		  "{\"command\":\"show tunnels\",\"args\":{\"tunnel\":\"work\"}}" },
		{ "sh tu tun tunnel",
		  "{\"command\":\"show tunnels\",\"args\":{\"tunnel\":\"tunnel\"}}" },
		{ "sh ses st us bob",
		  "{\"command\":\"show sessions\",\"args\":{\"stats\":true,\"user\":\"bob\"}}" },
		{ "de t 4711",
		  "{\"command\":\"delete tunnel\",\"args\":{\"tunnel\":\"4711\"}}" },
		{ "del ses tun work 12",
		  "{\"command\":\"delete session\","
		  "\"args\":{\"tunnel\":\"work\",\"session\":\"12\"}}" },
		{ "del ses home",
		  "{\"command\":\"delete session\",\"args\":{\"session\":\"home\"}}" },
		{ "set log i",
		  "{\"command\":\"set log\",\"args\":{\"level\":\"info\"}}" },
		{ "a t rem x source-port e ch of",
		  "{\"command\":\"add tunnel\",\"args\":{\"remote\":\"x\","
		  "\"source_port\":\"ephemeral\",\"challenge\":false}}" },
		{ "show statu", "{\"command\":\"show status\",\"args\":{}}" },
		{ "sh us alice",
		  "{\"command\":\"show users\",\"args\":{\"user\":\"alice\"}}" },
		{ "sh us st",
		  "{\"command\":\"show users\",\"args\":{\"stats\":true}}" },
		{ "sh p isp",
		  "{\"command\":\"show pools\",\"args\":{\"pool\":\"isp\"}}" },
		{ "sh r", "{\"command\":\"show radius\",\"args\":{}}" },
		{ "cl us a@b",
		  "{\"command\":\"clear user\",\"args\":{\"user\":\"a@b\"}}" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(run_with(f, cases[i].line, cases[i].request,
					  END),
				 0);
}

static void test_usage_errors(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{ "s tun", "'s' may be show or set: spell it out" },
		{ "show s",
		  "'s' may be sessions, static or status: spell it out" },
		{ "show", "behind 'show' comes tunnels, sessions, users, "
			  "pools, radius, tacacs, interfaces, static, "
			  "config or status" },
		{ "shout", "'shout' is not known here: say add, delete, "
			   "redial, disable, enable, "
			   "clear, show, set, test or completion" },
		{ "shwo", "'shwo' is not known here: do you mean show?" },
		{ "show sesions",
		  "'sesions' is not known here: do you mean sessions?" },
		{ "help nope", "'nope' is not known here: say add, delete, " },
		{ "--help nope", "'nope' is not known here: say add, " },
		{ "help add nope",
		  "'nope' is not known here: say tunnel or session" },
		{ "help add tunel", "'tunel' is not known here: do you mean "
				    "tunnel? Else say tunnel or session" },
		{ "add tunnel remote x prot 1702",
		  "'prot' is not known here: do you mean port? Else say remote, name" },
		/* Words of the family's other commands. */
		{ "add tunnel tunnel_id 3000",
		  "'tunnel_id' is no word of 'add tunnel' but of "
		  "'add tunnel static': l2tpctl add tunnel static help explains" },
		{ "add tunnel remote x ipsec required",
		  "'ipsec' is no word of 'add tunnel' but of 'add tunnel lcce'" },
		{ "add session tunnel x bridge br0",
		  "'bridge' is no word of 'add session' but of 'add session lcce'" },
		{ "add session static tunnel x persist on",
		  "'persist' is no word of 'add session static' but of "
		  "'add session'" },
		{ "add bridge",
		  "'bridge' is not known here: say tunnel or session" },
		{ "add tunnel", "'add tunnel' needs remote HOST" },
		{ "add tunnel name x", "'add tunnel' needs remote HOST" },
		{ "add tunnel remote", "remote has no value: say remote HOST" },
		{ "add tunnel remote x h",
		  "'h' may be hostname, hide or hello: spell it out" },
		{ "add tunnel remote x remote y", "remote is given twice" },
		{ "add tunnel remote x wide",
		  "'wide' is not known here: do you mean hide? Else say remote, name" },
		{ "add tunnel remote x vast",
		  "what comes behind 'x' is not known here, and is not "
		  "repeated, for it may be a secret: say remote, name" },
		{ "add tunnel remote x port 0",
		  "'0' is not a value for port: give a number from 1 to 65535" },
		{ "add tunnel remote x port 65536",
		  "'65536' is not a value for port" },
		{ "add tunnel remote x port -1", "-1" },
		{ "add tunnel remote x port 17x",
		  "'17x' is not a value for port" },
		{ "add tunnel remote x challenge maybe",
		  "'maybe' is not a value for challenge: say on or off" },
		{ "add tunnel remote x challenge o",
		  "'o' is not a value for challenge: say on or off" },
		{ "add tunnel remote x\x80",
		  "'x\\x80' is not a value for remote: give HOST as UTF-8 text" },
		{ "add tunnel remote x version 1",
		  "'1' is not a value for version: say 2, 3 or auto" },
		{ "add tunnel remote x encap gre",
		  "'gre' is not a value for encap: say udp or ip" },
		{ "add tunnel static",
		  "'add tunnel static' needs [name] NAME" },
		{ "add tunnel static x tunnel-id 1",
		  "'add tunnel static' needs peer-tunnel-id ID" },
		{ "add tunnel static x tunnel-id 0",
		  "'0' is not a value for tunnel-id: give a number from 1 to 4294967295" },
		{ "add tunnel static x udp-c",
		  "udp-csum has no value: say udp-csum on|off" },
		{ "add session static tunnel x session-id 1",
		  "'add session static' needs peer-session-id ID" },
		{ "add session static seq on",
		  "'on' is not a value for seq: say none, send, recv or both" },
		{ "delete session static",
		  "'delete session static' needs [session] NAME" },
		{ "add tunnel lcce", "'add tunnel lcce' needs [name] NAME" },
		{ "add tunnel lcce x from-address ,",
		  "',' is not a value for from-address: give PREFIX[,PREFIX] as UTF-8 text" },
		{ "add tunnel lcce x from-hostname a,\x80",
		  "is not a value for from-hostname" },
		{ "add tunnel lcce x digest sha256",
		  "'sha256' is not a value for digest: say md5 or sha1" },
		{ "add tunnel lcce x rece 0",
		  "'0' is not a value for receive-window: give a number from 1 to 32767" },
		{ "add session lcce name x",
		  "'add session lcce' needs tunnel NAME" },
		{ "add session lcce tunnel x cookie 5",
		  "'5' is not a value for cookie: say 0, 4 or 8" },
		{ "add session tunnel x", "'add session' needs ppp PROFILE" },
		{ "delete tunnel", "'delete tunnel' needs [tunnel] NAME|ID" },
		{ "delete tunnel a b", "'b' is not known here: say tunnel" },
		{ "clear user", "'clear user' needs [user] NAME" },
		{ "c", "'c' may be clear or completion: spell it out" },
		{ "test aaa", "'test aaa' needs [user] NAME" },
		{ "test aaa alice method eap",
		  "'eap' is not a value for method: say pap, chap or mschapv2" },
		{ "show config now",
		  "nothing comes behind 'show config', but 'now' was given" },
		{ "set log loud",
		  "'loud' is not a value for level: say error," },
		{ "--frob show tunnels", "the option --frob is not known" },
		{ "-x show tunnels", "the option -x is not known" },
		{ "show tunnels --socket", "the option --socket has no value" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(run(f, cases[i].line), CTL_EXIT_USAGE);
		assert_string_equal(f->out, "");
		if (!strstr(f->err, cases[i].says))
			fail_msg("'%s' says: %s", cases[i].line, f->err);
		assert_memory_equal(f->err, "l2tpctl: ", 9);
		assert_ptr_equal(strchr(f->err, '\n'),
				 f->err + strlen(f->err) - 1);
	}
}

static void test_no_command(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, ""), CTL_EXIT_USAGE);
	assert_string_equal(f->out, "");
	assert_non_null(strstr(f->err, "Usage: l2tpctl [OPTIONS] COMMAND"));
}

/* ---- secrets ---- */

static void test_secret_files(void **state)
{
	struct fixture *f = *state;
	char line[256], expected[256];

	snprintf(line, sizeof(line), "add tunnel remote x secret-file %s",
		 f->secret);
	assert_int_equal(run(f, line), CTL_EXIT_ERROR);
	snprintf(expected, sizeof(expected),
		 "l2tpctl: secret-file %s: cannot open it: No such file or "
		 "directory\n",
		 f->secret);
	assert_string_equal(f->err, expected);

	write_file(f->secret, 0644, "s3cret\n");
	assert_int_equal(run(f, line), CTL_EXIT_ERROR);
	assert_non_null(strstr(f->err, "others than its owner may read it: "
				       "chmod 600"));

	write_file(f->secret, 0600, "\nrest\n");
	assert_int_equal(run(f, line), CTL_EXIT_ERROR);
	assert_non_null(strstr(f->err, "its first line is empty"));

	write_file(f->secret, 0600, "l\xe4tin1\n");
	assert_int_equal(run(f, line), CTL_EXIT_ERROR);
	assert_non_null(strstr(f->err, "not UTF-8"));
	assert_null(strstr(f->err, "tin1"));
}

/* Who gives the secret itself reads of it in no error. */
static void test_secret_words(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{ "add tunnel remote x secret s3cret",
		  "secret-file takes the name of a file, never the secret itself" },
		{ "add tunnel remote x secret-file s3cret/of=ours",
		  "secret-file takes the name of a file" },
		{ "add session tunnel x ppp y user z password s3cret",
		  "password-file takes the name of a file" },
		{ "add session tunnel x ppp y user z s3cret",
		  "what comes behind 'z' is not known here, and is not repeated" },
		{ "test aaa alice s3cret",
		  "what comes behind 'alice' is not known here, and is not repeated" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(run(f, cases[i].line) != 0);
		assert_non_null(strstr(f->err, cases[i].says));
		assert_null(strstr(f->err, "s3cret"));
	}
}

/* ps shows a command line: a static session's cookies come from files too. */
static void test_cookie_files(void **state)
{
	struct fixture *f = *state;
	char line[256];

	write_file(f->secret, 0600, "014d3636deadbeef\n");
	snprintf(line, sizeof(line),
		 "add session static tunnel x session-id 1 peer-session-id 2 "
		 "cookie-file %s peer-cookie 01234567",
		 f->secret);
	assert_int_equal(run_with(f, line,
				  "{\"command\":\"add session static\","
				  "\"args\":{\"tunnel\":\"x\","
				  "\"session_id\":1,\"peer_session_id\":2,"
				  "\"cookie\":\"014d3636deadbeef\","
				  "\"peer_cookie\":\"01234567\"}}",
				  END),
			 0);
	snprintf(line, sizeof(line),
		 "add session static tunnel x cookie 01234567 cookie-file %s",
		 f->secret);
	assert_int_equal(run(f, line), CTL_EXIT_USAGE);
	assert_string_equal(f->err, "l2tpctl: cookie-file is given twice: "
				    "leave one out\n");
}

/*
 * Runs it with this as standard input, in place of what the test
 * was started with.
 */
static int run_typed(struct fixture *f, const char *typed, const char *line,
		     const char *request, const char *reply)
{
	int was = dup(STDIN_FILENO), fds[2], ret;

	assert_true(was >= 0);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], typed, strlen(typed)),
			 (ssize_t)strlen(typed));
	close(fds[1]);
	assert_int_equal(dup2(fds[0], STDIN_FILENO), STDIN_FILENO);
	close(fds[0]);
	ret = run_with(f, line, request, reply);
	assert_int_equal(dup2(was, STDIN_FILENO), STDIN_FILENO);
	close(was);
	return ret;
}

static void test_asked_password(void **state)
{
	static const char request[] =
		"{\"command\":\"test aaa\",\"args\":{\"user\":\"alice\",\"ppp\":\"isp\","
		"\"method\":\"chap\",\"password\":\"won der\"}}";
	struct fixture *f = *state;
	char line[256];

	assert_int_equal(run_typed(f, "won der\nmore\n",
				   "test aaa alice ppp isp method chap",
				   request, END),
			 0);
	assert_int_equal(run_typed(f, "won der",
				   "test aaa alice ppp isp method ch", request,
				   END),
			 0);
	/* Nothing is sent without one. */
	assert_int_equal(run_typed(f, "\nwonder\n", "test aaa alice", "", END),
			 CTL_EXIT_ERROR);
	assert_string_equal(f->err, "l2tpctl: no password could be read from "
				    "standard input: it is empty\n");
	assert_int_equal(run_typed(f, "w\xe4r\n", "test aaa alice", "", END),
			 CTL_EXIT_ERROR);
	assert_non_null(strstr(f->err, "it is not UTF-8 text"));
	/* With a file nobody is asked. */
	write_file(f->secret, 0600, "won der\n");
	snprintf(line, sizeof(line), "test aaa alice password-file %s ppp isp",
		 f->secret);
	assert_int_equal(run_typed(f, "other\n", line,
				   "{\"command\":\"test aaa\","
				   "\"args\":{\"user\":\"alice\",\"password\":"
				   "\"won der\","
				   "\"ppp\":\"isp\"}}",
				   END),
			 0);
}

/* ---- replies ---- */

static void test_pool_table(void **state)
{
	static const char reply[] =
		"{\"record\": {\"pool\": \"isp\", \"section\": \"ppp\", "
		"\"ranges\": [\"10.0.0.1-10.0.0.9\", \"10.1.0.1\"],"
		" \"size\": 10, \"used\": 3, \"reserved\": 0, "
		"\"free\": 7, \"known\": 2, \"exhausted\": 0}}\n" END;
	struct fixture *f = *state;

	assert_int_equal(run_with(f, "show pools",
				  "{\"command\":\"show pools\",\"args\":{}}",
				  reply),
			 0);
	assert_string_equal(f->out, "POOL SECTION SIZE USED RESERVED FREE "
				    "KNOWN EXHAUSTED RANGES\n"
				    "isp  ppp       10    3        0    7     "
				    "2         0 10.0.0.1-10.0.0.9,10.1.0.1\n");
	assert_int_equal(run_with(f, "show pools isp",
				  "{\"command\":\"show pools\","
				  "\"args\":{\"pool\":\"isp\"}}",
				  reply),
			 0);
	assert_non_null(strstr(f->out,
			       "  Ranges:                 10.0.0.1-10.0.0.9\n"
			       "                          10.1.0.1\n"));
}

static void test_user_page(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_with(f, "show users alice",
				  "{\"command\":\"show users\","
				  "\"args\":{\"user\":\"alice\"}}",
				  "{\"record\": {\"user\": \"alice\", "
				  "\"tunnel_id\": 7, \"rate_down\": 10000000, "
				  "\"rate_up\": 64500,"
				  " \"routes\": [\"192.0.2.0/24\", "
				  "\"2001:db8::/32 "
				  "metric 5\"], \"moons\": [\"Io\", "
				  "2]}}\n" END),
			 0);
	assert_string_equal(f->out,
			    "  User:                   alice\n"
			    "  Tunnel's local id:      7\n"
			    " Given:\n"
			    "  Routes:                 192.0.2.0/24\n"
			    "                          2001:db8::/32 metric 5\n"
			    "  Rate to the caller:     10Mbit/s\n"
			    "  Rate from the caller:   64500bit/s\n"
			    " Other:\n"
			    "  Moons:                  Io\n"
			    "                          2\n");
}

static void test_radius_table(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_with(f, "show radius",
				  "{\"command\":\"show radius\",\"args\":{}}",
				  "{\"record\": {\"server\": \"r1\", "
				  "\"address\": \"192.0.2.5\", \"transport\": "
				  "\"tls\","
				  " \"auth\": \"alive\", \"acct\": \"dead\","
				  " \"changed_s\": 61, \"auth_latency_us\": "
				  "1250, "
				  "\"outstanding\": 2, \"acct_queued\": 4, "
				  "\"auth_requests\": 9,"
				  " \"auth_accepts\": 8, \"auth_rejects\": 1, "
				  "\"auth_timeouts\": 0}}\n" END),
			 0);
	assert_string_equal(f->out,
			    "SERVER ADDRESS   TRANSPORT AUTH  ACCT CHANGED "
			    "AUTH-LATENCY OUTSTANDING ACCT-QUEUED "
			    "AUTH-REQUESTS AUTH-ACCEPTS AUTH-REJECTS "
			    "AUTH-TIMEOUTS\n"
			    "r1     192.0.2.5 tls       alive dead   1m01s "
			    "      1.25ms           2           4 "
			    "            9            8            1 "
			    "            0\n");
}

static void test_tacacs_table(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		run_with(f, "show tacacs",
			 "{\"command\":\"show tacacs\",\"args\":{}}",
			 "{\"record\": {\"server\": \"noc\", "
			 "\"address\": \"192.0.2.5\", \"port\": 49,"
			 " \"state\": \"alive\", \"changed_s\": 61, "
			 "\"auth_latency_us\": 1250, "
			 "\"connections\": 1, "
			 "\"single_connection\": true, "
			 "\"outstanding\": 2, \"acct_queued\": 4, "
			 "\"authen_requests\": 9, "
			 "\"authen_passes\": 8, \"authen_fails\": 1, "
			 "\"author_fails\": 3, \"timeouts\": 0}}\n" END),
		0);
	assert_string_equal(f->out,
			    "SERVER ADDRESS   STATE CHANGED AUTH-LATENCY "
			    "CONNECTIONS OUTSTANDING ACCT-QUEUED "
			    "AUTHEN-REQUESTS AUTHEN-PASSES AUTHEN-FAILS "
			    "AUTHOR-FAILS TIMEOUTS\n"
			    "noc    192.0.2.5 alive   1m01s       1.25ms "
			    "          1           2           4 "
			    "              9             8            1 "
			    "           3        0\n");
}

/* A refusal is shown in full, and is a failure. */
static void test_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_typed(f, "x\n", "test aaa bob",
				   "{\"command\":\"test aaa\","
				   "\"args\":{\"user\":\"bob\",\"password\":"
				   "\"x\"}}",
				   "{\"record\": {\"user\": \"bob\", "
				   "\"result\": \"refused\", "
				   "\"attributes\": [\"Reply-Message = "
				   "no\"]}}\n"
				   "{\"error\": \"user \\\"bob\\\" is "
				   "refused: the password is wrong\"}\n"),
			 CTL_EXIT_ERROR);
	assert_string_equal(f->out,
			    "  User:                   bob\n"
			    "  Result:                 refused\n"
			    " The reply's attributes:\n"
			    "  Attributes:             Reply-Message = no\n");
	assert_string_equal(f->err, "l2tpctl: user \"bob\" is refused: the "
				    "password is wrong\n");
}

static void test_static_table(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_with(f, "show static",
				  "{\"command\":\"show static\",\"args\":{}}",
				  "{\"record\": {\"tunnel\": \"hill\", "
				  "\"tunnel_id\": 3000, \"peer_tunnel_id\": "
				  "4000, \"local\": \"192.0.2.1\", "
				  "\"local_port\": 5000,"
				  " \"remote\": \"2001:db8::2\", "
				  "\"remote_port\": 6000, "
				  "\"session\": \"lan\", \"session_id\": 1, "
				  "\"peer_session_id\": 2, \"state\": \"up\","
				  " \"ifname\": \"hill0\", "
				  "\"keepalive_state\": \"alive\"}}\n" END),
			 0);
	assert_string_equal(f->out,
			    "TUNNEL TUNNEL-ID PEER-TUNNEL-ID LOCAL          "
			    "REMOTE             SESSION SESSION-ID "
			    "PEER-SESSION-ID STATE IFNAME KEEPALIVE-STATE\n"
			    "hill        3000           4000 192.0.2.1:5000 "
			    "[2001:db8::2]:6000 lan              1 "
			    "              2 up    hill0  alive\n");
}

/* One page: the link, the connection, the session, and IPsec's three SAs. */
static void test_interface_page(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_with(f, "show interface l2tpeth0",
				  "{\"command\":\"show interfaces\","
				  "\"args\":{\"ifname\":\"l2tpeth0\"}}",
				  "{\"record\": {\"ifname\": \"l2tpeth0\", "
				  "\"admin\": \"up\", "
				  "\"link\": \"down\", \"changed_s\": 61,"
				  " \"peer_circuit\": \"down\", "
				  "\"tunnel\": \"branch\", "
				  "\"peer_router_id\": \"192.0.2.1\", \"ns\": "
				  "7,"
				  " \"session\": \"lan\", \"call_serial\": 3, "
				  "\"peer_cookie\": \"014d3636\", "
				  "\"rx_drops\": 2,"
				  " \"ike_side\": \"initiator\", "
				  "\"ipsec\": \"yes\", \"ike_nat\": \"none\","
				  " \"sa_in_spi\": \"0xc1a2b3c4\", "
				  "\"sa_in_state\": \"mature\","
				  " \"sa_in_left_s\": 3600, "
				  "\"sa_out_spi\": \"0x01020304\"}}\n" END),
			 0);
	assert_string_equal(f->out, "  Interface:              l2tpeth0\n"
				    "  Administrative state:   up\n"
				    "  Link:                   down\n"
				    "  Last change:            1m01s\n"
				    "  Circuit at the peer's:  down\n"
				    " Tunnel:\n"
				    "  Tunnel:                 branch\n"
				    "  Peer's router id:       192.0.2.1\n"
				    "  Next to send (Ns):      7\n"
				    " Session:\n"
				    "  Session:                lan\n"
				    "  Serial number:          3\n"
				    "  Peer's cookie:          014d3636\n"
				    " Traffic:\n"
				    "  Received and dropped:   2\n"
				    " IPsec:\n"
				    "  Protected:              yes\n"
				    " IPsec: IKE SA:\n"
				    "  Our side:               initiator\n"
				    "  NAT:                    none\n"
				    " IPsec: inbound SA:\n"
				    "  SPI:                    0xc1a2b3c4\n"
				    "  State:                  mature\n"
				    "  Lifetime left:          1h00m\n"
				    " IPsec: outbound SA:\n"
				    "  SPI:                    0x01020304\n");
}

static void test_tunnel_table(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		run_with(f, "show tunnels",
			 "{\"command\":\"show tunnels\",\"args\":{}}",
			 "{\"record\": {\"tunnel\": \"work\", "
			 "\"state\": \"established\", \"tunnel_id\": "
			 "4711,"
			 " \"peer_tunnel_id\": 10, "
			 "\"local\": \"192.0.2.10\", \"local_port\": 1701,"
			 " \"remote\": \"192.0.2.1\", \"remote_port\": 1701, "
			 "\"peer_hostname\": \"lns1\", \"sessions\": "
			 "2,"
			 " \"uptime_s\": 11220, \"rx_packets\": 5}}\n"
			 "{\"record\": {\"state\": "
			 "\"wait-ctl-reply\", "
			 "\"tunnel_id\": 9,"
			 " \"remote\": \"2001:db8::1\", \"remote_port\": 1701, "
			 "\"sessions\": 0, \"last_error\": "
			 "\"lns.example.net cannot be resolved: the "
			 "name server does not answer at all\"}}\n" END),
		0);
	assert_string_equal(f->out,
			    "TUNNEL STATE          TUNNEL-ID PEER-TUNNEL-ID "
			    "LOCAL           REMOTE             PEER-HOSTNAME "
			    "SESSIONS UPTIME LAST-ERROR\n"
			    "work   established         4711             10 "
			    "192.0.2.10:1701 192.0.2.1:1701     lns1          "
			    "       2  3h07m -\n"
			    "9      wait-ctl-reply         9              - "
			    "-               [2001:db8::1]:1701 -             "
			    "       0      - "
			    "lns.example.net cannot be resolved: the name "
			    "server does...\n");
}

/* What we call and have no connection to shows whom we call. */
static void test_called_column(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_with(f, "show tunnels",
				  "{\"command\":\"show tunnels\",\"args\":{}}",
				  "{\"record\": {\"tunnel\": \"up\", "
				  "\"state\": \"resolving\", "
				  "\"remote_name\": \"lns.example\"}}\n" END),
			 0);
	assert_non_null(strstr(f->out, " lns.example "));
}

/* Nothing there is no error, and the columns are what they always are. */
static void test_empty_table(void **state)
{
	static const char request[] =
		"{\"command\":\"show tunnels\",\"args\":{}}";
	struct fixture *f = *state;

	assert_int_equal(run_with(f, "show tunnels", request, END), 0);
	assert_string_equal(f->out,
			    "TUNNEL STATE TUNNEL-ID PEER-TUNNEL-ID LOCAL "
			    "REMOTE PEER-HOSTNAME SESSIONS UPTIME "
			    "LAST-ERROR\n");
	assert_int_equal(run_with(f, "show tunnels", request,
				  "{\"error\": \"no\"}\n"),
			 1);
	assert_string_equal(f->out, "");
	assert_int_equal(run_with(f, "-d show tunnels", request, END), 0);
	assert_string_equal(f->out, "");
}

static void test_stats_columns(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_with(f, "show sessions stats",
				  "{\"command\":\"show sessions\","
				  "\"args\":{\"stats\":true}}",
				  "{\"record\": {\"tunnel\": \"work\", "
				  "\"session\": \"home\", \"rx_packets\": 5,"
				  " \"tx_bytes\": 12345678901}}\n" END),
			 0);
	assert_non_null(strstr(f->out, "RX-PACKETS"));
	assert_non_null(strstr(f->out, "12345678901"));
}

/* A tunnel that a peer opened has no name: its id stands there. */
static void test_tunnel_column(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_with(f, "show sessions",
				  "{\"command\":\"show sessions\",\"args\":{}}",
				  "{\"record\": {\"tunnel_id\": 4711, "
				  "\"session_id\": 5}}\n" END),
			 0);
	assert_string_equal(f->out,
			    "TUNNEL SESSION SESSION-ID PEER-SESSION-ID STATE "
			    "PPP-STATE USER IFNAME MTU LOCAL-IPV4 REMOTE-IPV4 "
			    "UPTIME LAST-ERROR\n"
			    "4711   -                5               - -     "
			    "-         -    -        - -          -           "
			    "     - -\n");
}

static void test_page(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_with(f, "show tunnels work",
				  "{\"command\":\"show tunnels\","
				  "\"args\":{\"tunnel\":\"work\"}}",
				  "{\"record\": {\"tunnel\": \"work\", "
				  "\"role\": \"lac\", \"initiator\": true,"
				  " \"peer_firmware\": 1680, \"uptime_s\": 59, "
				  "\"ns\": 3, \"moon_phase\": \"full\"}}\n"
				  "{\"record\": {\"tunnel\": \"work\", "
				  "\"uptime_s\": 360000}}\n" END),
			 0);
	assert_string_equal(f->out, "  Tunnel:                 work\n"
				    "  Role:                   lac\n"
				    "  Opened by us:           yes\n"
				    "  Peer's firmware:        0x0690\n"
				    "  Up for:                 59s\n"
				    " Control channel:\n"
				    "  Next to send (Ns):      3\n"
				    " Other:\n"
				    "  Moon phase:             full\n"
				    "\n"
				    "  Tunnel:                 work\n"
				    "  Up for:                 4d04h\n");
}

static void test_status_page(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_with(f, "show status",
				  "{\"command\":\"show status\",\"args\":{}}",
				  "{\"record\": {\"l2tpd_version\": \"0.1\", "
				  "\"tunnels\": 1,"
				  " \"counters\": {\"packets_in\": 7}}}\n" END),
			 0);
	assert_string_equal(f->out, "  l2tpd:                  0.1\n"
				    "  Tunnels:                1\n"
				    " Counters:\n"
				    "  Packets in:             7\n");
}

static void test_config_text(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run_with(f, "show config",
				  "{\"command\":\"show config\",\"args\":{}}",
				  "{\"record\": "
				  "{\"text\": \"hostname = "
				  "\\\"lns1\\\"\\n\"}}\n" END),
			 0);
	assert_string_equal(f->out, "hostname = \"lns1\"\n");
}

static void test_json(void **state)
{
	static const char request[] =
		"{\"command\":\"show tunnels\",\"args\":{}}";
	struct fixture *f = *state;

	assert_int_equal(run_with(f, "show tunnels --json", request,
				  "{\"record\": {\"name\": "
				  "\"a\"}}\n{\"record\": "
				  "{\"name\": \"b\"}}\n" END),
			 0);
	assert_string_equal(f->out, "[{\"name\":\"a\"},\n{\"name\":\"b\"}]\n");
	assert_int_equal(run_with(f, "-j show tunnels", request, END), 0);
	assert_string_equal(f->out, "[]\n");
	assert_int_equal(run_with(f, "show tunnels -p", request,
				  "{\"record\": {\"name\": \"a\"}}\n" END),
			 0);
	assert_string_equal(f->out, "[{\n    \"name\": \"a\"\n}]\n");
	/* An error after the first record: what was written is still JSON. */
	assert_int_equal(run_with(f, "-j show tunnels", request,
				  "{\"record\": {\"name\": "
				  "\"a\"}}\n{\"error\": \"no "
				  "more\"}\n"),
			 1);
	assert_string_equal(f->out, "[{\"name\":\"a\"}]\n");
	assert_int_equal(run_with(f, "-j show tunnels", request,
				  "{\"error\": \"no\"}\n"),
			 1);
	assert_string_equal(f->out, "");
}

/*
 * Peers choose host and user names: no control byte of theirs
 * reaches the terminal.
 */
static void test_control_bytes(void **state)
{
	static const char reply[] =
		"{\"record\": {\"name\": \"a\", "
		"\"peer_hostname\": \"x\\u001b[2J\\u009by\"}}\n" END;
	struct fixture *f = *state;

	setlocale(LC_CTYPE, "C.UTF-8");
	assert_int_equal(run_with(f, "show tunnels",
				  "{\"command\":\"show tunnels\",\"args\":{}}",
				  reply),
			 0);
	assert_null(strchr(f->out, '\x1b'));
	assert_null(strstr(f->out, "\xc2\x9b"));
	assert_int_equal(run_with(f, "-d show tunnels",
				  "{\"command\":\"show tunnels\",\"args\":{}}",
				  reply),
			 0);
	assert_non_null(strstr(f->out, "x\\x1b[2J\\xc2\\x9by\n"));
	assert_int_equal(run_with(f, "show tunnels",
				  "{\"command\":\"show tunnels\",\"args\":{}}",
				  "{\"error\": \"no \\u001b[31mtunnel\"}\n"),
			 1);
	assert_string_equal(f->err, "l2tpctl: no \\x1b[31mtunnel\n");
}

/* Nor does one turn a line around, or hide in it. */
static void test_marks_of_direction(void **state)
{
	static const char request[] =
		"{\"command\":\"show tunnels\",\"args\":{}}";
	static const char reply[] =
		"{\"record\": {\"name\": \"a\", "
		"\"peer_hostname\": "
		"\"x\\u202egnp\\u2066\\u200by\\u00e9\"}}\n" END;
	static const char shown[] = "x\\xe2\\x80\\xaegnp\\xe2\\x81\\xa6"
				    "\\xe2\\x80\\x8by\xc3\xa9";
	struct fixture *f = *state;

	setlocale(LC_CTYPE, "C.UTF-8");
	assert_int_equal(run_with(f, "show tunnels", request, reply), 0);
	assert_non_null(strstr(f->out, shown));
	assert_int_equal(run_with(f, "-d show tunnels", request, reply), 0);
	assert_non_null(strstr(f->out, shown));
}

/* The columns of the widest line. */
static size_t width(const char *text)
{
	size_t widest = 0;

	for (size_t n; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		widest = n > widest ? n : widest;
	}
	return widest;
}

/* One long name does not push the other columns out of sight. */
static void test_long_name(void **state)
{
	static const char request[] =
		"{\"command\":\"show tunnels\",\"args\":{}}";
	struct fixture *f = *state;
	char name[201], reply[512];

	memset(name, 'n', 200);
	name[200] = '\0';
	snprintf(reply, sizeof(reply),
		 "{\"record\": {\"name\": \"a\", "
		 "\"peer_hostname\": \"%s\"}}\n" END,
		 name);
	assert_int_equal(run_with(f, "show tunnels", request, reply), 0);
	assert_non_null(strstr(f->out, "nnnnn..."));
	assert_in_range(width(f->out), 48, 130);
	assert_int_equal(run_with(f, "-d show tunnels", request, reply), 0);
	assert_non_null(strstr(f->out, name));
}

static void test_daemon_errors(void **state)
{
	static const char request[] =
		"{\"command\":\"delete tunnel\",\"args\":{\"tunnel\":\"work\"}}";
	static const struct {
		const char *reply, *says;
	} cases[] = {
		{ "{\"error\": \"there is no tunnel work: l2tpctl show tunnels lists them\"}\n",
		  "l2tpctl: there is no tunnel work: l2tpctl show tunnels lists them\n" },
		{ "", "l2tpctl: l2tpd closed the connection before "
		      "its answer was complete: its log may say why\n" },
		{ "{\"end\": {}}", /* the newline is missing */
		  "l2tpctl: l2tpd closed the connection before "
		  "its answer was complete: its log may say why\n" },
		{ "hello\n", "l2tpctl: l2tpd's answer is not understood: "
			     "are l2tpctl and l2tpd of one version?\n" },
		{ "{\"record\": 7}\n",
		  "l2tpctl: l2tpd's answer is not understood: "
		  "are l2tpctl and l2tpd of one version?\n" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(run_with(f, "delete tunnel work", request,
					  cases[i].reply),
				 CTL_EXIT_ERROR);
		assert_string_equal(f->out, "");
		assert_string_equal(f->err, cases[i].says);
	}
}

static void test_long_line(void **state)
{
	struct fixture *f = *state;
	char *reply = malloc(CONTROL_LINE_MAX + 2);

	memset(reply, 'x', CONTROL_LINE_MAX + 1);
	reply[CONTROL_LINE_MAX + 1] = '\0';
	assert_int_equal(run_with(f, "show status",
				  "{\"command\":\"show status\",\"args\":{}}",
				  reply),
			 CTL_EXIT_ERROR);
	assert_non_null(strstr(f->err, "l2tpd sent a line of more than"));
	free(reply);
}

static void test_not_running(void **state)
{
	struct fixture *f = *state;
	char line[512], expected[512];
	int fd;

	snprintf(expected, sizeof(expected),
		 "l2tpctl: l2tpd is not running: nobody listens at %s; "
		 "start it, or name its directory with --runtime-dir\n",
		 f->socket);
	snprintf(line, sizeof(line), "--runtime-dir %s show tunnels", f->dir);
	assert_int_equal(run(f, line), CTL_EXIT_ERROR);
	assert_string_equal(f->err, expected);
	/*
	 * A socket that nobody listens at, as a daemon that was
	 * killed leaves it
	 */
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", f->socket);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	assert_int_equal(run(f, line), CTL_EXIT_ERROR);
	assert_string_equal(f->err, expected);
	close(fd);
}

/*
 * Tens of thousands of sessions: every line arrives, whatever the
 * reads are cut into.
 */
static void test_many_records(void **state)
{
	struct fixture *f = *state;
	struct server s = {
		.reply =
			"{\"record\": {\"tunnel\": \"t\", \"name\": \"s\", \"user\": \"alice\"}}\n",
		.records = 50000,
	};
	char line[256];
	unsigned long n = 0;

	server_start(&s, f);
	snprintf(line, sizeof(line), "--socket %s show sessions", f->socket);
	assert_int_equal(run(f, line), 0);
	server_stop(&s);
	for (const char *p = f->out; (p = strchr(p, '\n')); p++)
		n++;
	assert_int_equal(n, 50001);
}

/* ---- what is written from the table ---- */

static void test_help(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, "--help"), 0);
	assert_string_equal(f->err, "");
	for (const struct ctl_command *c = ctl_commands; c->words; c++)
		assert_non_null(strstr(f->out, c->words));
	assert_int_equal(run(f, "add tunnel help"), 0);
	for (const struct ctl_arg *a = ctl_commands[0].args; a->word; a++)
		assert_non_null(strstr(f->out, a->help));
	assert_null(strstr(f->out, "add session"));
	/* A longer command is explained alone. */
	assert_int_equal(run(f, "add tunnel static help"), 0);
	assert_non_null(strstr(f->out, "udp-csum"));
	assert_null(strstr(f->out, "secret-file"));
	assert_int_equal(run(f, "add tunnel lcce help"), 0);
	assert_non_null(strstr(f->out, "ipsec-connection CHILD"));
	assert_int_equal(run(f, "help add"), 0);
	assert_non_null(strstr(f->out, "add session"));
	assert_null(strstr(f->out, "delete"));
	assert_int_equal(run(f, "show help"), 0);
	assert_non_null(strstr(f->out, "show tunnels"));
	assert_int_equal(run(f, "--version"), 0);
	assert_memory_equal(f->out, "l2tpctl ", 8);
}

/*
 * What is offered in place of the last word. tests/wire/test_completion.py asks
 * the shells.
 */
static void test_completion(void **state)
{
	static const struct {
		const char *words, *offers;
	} cases[] = {
		{ "''", "add delete redial disable enable clear "
			"show set test completion help" },
		{ "de", "delete" },
		{ "add ''", "tunnel session" },
		{ "show s", "sessions static status" },
		{ "sh st", "static status" },
		{ "add tunnel rem", "remote" },
		{ "add tunnel st", "static" },
		{ "add tunnel lc", "lcce" },
		{ "a t lc", "lcce" },
		{ "add tunnel lcce ips", "ipsec ipsec-connection" },
		{ "a t lcce ipsec ''", "no required" },
		{ "add tunnel lcce from-",
		  "from-address from-hostname from-router-id" },
		{ "add tunnel lcce from_h", "from-hostname" },
		{ "add tunnel lcce ipsec ''", "no required" },
		{ "add session lcce tunnel x pseudowire ''", "ethernet vlan" },
		{ "add session lcce tunnel x s", "sequencing" },
		{ "add tunnel static udp-", "udp-sport udp-dport udp-csum" },
		{ "add tunnel static encap ''", "udp ip" },
		{ "add session static tunnel x seq ''", "none send recv both" },
		{ "delete session tunnel static se", "session" },
		{ "show i", "interfaces" },
		{ "add tunnel remote x h", "hostname hide hello" },
		{ "add tunnel remote x challenge ''", "on off" },
		{ "add tunnel remote x chal ''", "on off" },
		{ "add tunnel hide ch", "challenge" },
		{ "add tunnel hide h", "hostname hello" },
		{ "add tunnel secret-file ''", ":files" },
		{ "add tunnel secret ''", ":files" },
		{ "--json set log w", "warning" },
		{ "set log level w", "warning" },
		{ "--js", "--json" },
		{ "show --socket ''", ":files" },
		{ "help ''", "add delete redial disable enable clear "
			     "show set test completion" },
		{ "help sh ra", "radius" },
		{ "show ta", "tacacs" },
		{ "he", "help" },
		{ "show tunnels tunnel ''", "" },
		{ "show nothing ''", "" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[256];

		snprintf(line, sizeof(line), "--complete %s", cases[i].words);
		assert_int_equal(run(f, line), 0);
		for (char *p = f->out; *p; p++)
			*p = *p != '\n' ? *p : p[1] ? ' ' : '\0';
		if (strcmp(f->out, cases[i].offers) != 0)
			fail_msg("'%s' offers: %s", cases[i].words, f->out);
		assert_string_equal(f->err, "");
	}
}

/* Names are asked of l2tpd; what a shell would take for more is left out. */
static void test_completion_names(void **state)
{
	static const struct {
		const char *words, *request, *reply, *offers;
	} cases[] = {
		{ "show tunnel w", "{\"command\":\"show tunnels\",\"args\":{}}",
		  "{\"record\": {\"tunnel\": \"work\"}}\n"
		  "{\"record\": {\"tunnel\": \"other\"}}\n" END,
		  "work\n" },
		{ "clear user al", "{\"command\":\"show users\",\"args\":{}}",
		  "{\"record\": {\"user\": \"alice@isp\"}}\n"
		  "{\"record\": {\"user\": \"al$(reboot)\"}}\n"
		  "{\"record\": {\"user\": \"al;x\"}}\n"
		  "{\"record\": {\"user\": \"al\\nx\"}}\n" END,
		  "alice@isp\n" },
		{ "add session tunnel x ppp ''",
		  "{\"command\":\"show config\",\"args\":{}}",
		  "{\"record\": {\"text\": \"hostname = \\\"ppp\\\"\\n"
		  "ppp \\\"dialout\\\" {\\n    mtu = 1\\n}\\n"
		  "ppp \\\"isp\\\" {\\n}\\n\"}}\n" END,
		  "dialout\nisp\n" },
		{ "show pools pool ''",
		  "{\"command\":\"show pools\",\"args\":{}}",
		  "{\"record\": {\"pool\": \"isp\"}}\n"
		  "{\"record\": {\"pool\": \"isp\"}}\n" END,
		  "isp\n" },
		{ "show radius server ''",
		  "{\"command\":\"show radius\",\"args\":{}}",
		  "{\"error\": \"no\"}\n", "" },
		{ "show tacacs n", "{\"command\":\"show tacacs\",\"args\":{}}",
		  "{\"record\": {\"server\": \"noc\"}}\n"
		  "{\"record\": {\"server\": \"other\"}}\n" END,
		  "noc\n" },
		{ "delete tunnel static ''",
		  "{\"command\":\"show static\",\"args\":{}}",
		  "{\"record\": {\"tunnel\": \"hill\"}}\n" END,
		  "tunnel\nhill\n" },
		{ "show interface ppp",
		  "{\"command\":\"show interfaces\",\"args\":{}}",
		  "{\"record\": {\"ifname\": \"ppp0\"}}\n" END, "ppp0\n" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct server s = { .reply = cases[i].reply };
		char line[256];

		server_start(&s, f);
		snprintf(line, sizeof(line), "--complete --socket %s %s",
			 f->socket, cases[i].words);
		assert_int_equal(run(f, line), 0);
		server_stop(&s);
		assert_string_equal(s.request, cases[i].request);
		assert_string_equal(f->out, cases[i].offers);
		assert_string_equal(f->err, "");
	}
}

/* ---- Documentation/records.md ---- */

#define PAGE_KEYS_MAX 512

struct page {
	char *text;
	/* of the page's rows: | `key` | unit | records | meaning | */
	struct {
		char key[32], records[128];
	} row[PAGE_KEYS_MAX];
	size_t n;
};

static void read_page(struct page *p)
{
	size_t size = 0;
	FILE *file = fopen("Documentation/records.md", "r");

	assert_non_null(file);
	p->text = NULL;
	p->n = 0;
	assert_true(getdelim(&p->text, &size, '\0', file) > 0);
	fclose(file);
	for (const char *line = p->text; line; line = strchr(line, '\n')) {
		char unit[32];

		assert_true(p->n < PAGE_KEYS_MAX);
		line += *line == '\n';
		if (sscanf(line, "| `%31[a-z0-9_]` | %31[^|]| %127[^|]|",
			   p->row[p->n].key, unit, p->row[p->n].records) == 3)
			p->n++;
	}
}

static bool page_has(const struct page *p, const char *key, const char *record)
{
	char words[130], word[32];

	snprintf(word, sizeof(word), " %s ", record);
	for (size_t i = 0; i < p->n; i++) {
		snprintf(words, sizeof(words), " %s", p->row[i].records);
		if (!strcmp(p->row[i].key, key) && strstr(words, word))
			return true;
	}
	return false;
}

static bool view_has(const struct ctl_view *v, const char *key)
{
	for (const struct ctl_field *f = v->fields; f->label; f++)
		if ((f->key && !strcmp(f->key, key)) ||
		    (f->port && !strcmp(f->port, key)))
			return true;
	return false;
}

/* uptime_s stands under UPTIME, tunnel_id under TUNNEL-ID. */
static void assert_heading(const struct ctl_field *f)
{
	static const char *const units[] = { "_s", "_us" };
	char wanted[32];
	size_t n = (size_t)snprintf(wanted, sizeof(wanted), "%s", f->key);

	for (size_t i = 0; i < 2; i++)
		if (n > strlen(units[i]) &&
		    !strcmp(wanted + n - strlen(units[i]), units[i]))
			wanted[n - strlen(units[i])] = '\0';
	for (char *p = wanted; *p; p++)
		*p = *p == '_' ? '-' : (char)toupper((unsigned char)*p);
	assert_string_equal(f->heading, wanted);
}

static void assert_in_page(const struct page *p, const struct ctl_view *v,
			   const char *key)
{
	if (!page_has(p, key, v->record))
		fail_msg(
			"Documentation/records.md lacks, for what "
			"daemon/ctl/views.c has: | `%s` | UNIT | %s | MEANING |",
			key, v->record);
}

/*
 * The page has the keys of all views, and the views have all keys of the page:
 * what a record says stands under the heading that it belongs to.
 */
static void test_records(void **state)
{
	static struct page p;
	char first[64];

	(void)state;
	read_page(&p);
	snprintf(first, sizeof(first), "\nVersion %d.\n", CONTROL_SCHEMA);
	assert_non_null(strstr(p.text, first));
	for (const struct ctl_command *c = ctl_commands; c->words; c++) {
		const struct ctl_view *v = c->view;

		if (v && (v->chosen || v->text))
			assert_in_page(&p, v, v->chosen ? v->chosen : v->text);
		if (!v || !v->fields)
			continue;
		for (const struct ctl_field *f = v->fields; f->label; f++) {
			if (f->key)
				assert_in_page(&p, v, f->key);
			if (f->port)
				assert_in_page(&p, v, f->port);
			if (f->heading)
				assert_heading(f);
		}
		for (size_t i = 0; i < p.n; i++)
			if (page_has(&p, p.row[i].key, v->record) &&
			    !view_has(v, p.row[i].key))
				fail_msg("daemon/ctl/views.c: %s_fields lacks "
					 "LINE(\"%s\", LABEL)",
					 v->record, p.row[i].key);
	}
	for (size_t i = 0; i < p.n; i++)
		for (size_t j = 0; j < i; j++)
			if (!strcmp(p.row[i].key, p.row[j].key))
				fail_msg("Documentation/records.md has two "
					 "lines of `%s`",
					 p.row[i].key);
	free(p.text);
}

/* On a page, no two things of a section have one label. */
static void test_labels(void **state)
{
	(void)state;
	for (const struct ctl_command *c = ctl_commands; c->words; c++) {
		const struct ctl_field *begin = c->view ? c->view->fields :
							  NULL;

		for (const struct ctl_field *f = begin; f && f->label; f++) {
			if (f->format == CTL_SECTION)
				begin = f;
			for (const struct ctl_field *g = begin; g < f; g++)
				if (!strcmp(f->label, g->label) &&
				    g->format != CTL_SECTION)
					fail_msg("%s: two are \"%s\"", c->words,
						 f->label);
		}
	}
}

/* make l2tpctl-man writes the section anew. */
static void test_manual(void **state)
{
	static const char begin[] = ".\\\" commands: begin\n",
			  end[] = ".\\\" commands: end\n";
	char *page = NULL, *from, *to;
	size_t size = 0;
	struct fixture *f = *state;
	FILE *file = fopen("Documentation/l2tpctl.8", "r");

	assert_non_null(file);
	assert_true(getdelim(&page, &size, '\0', file) > 0);
	fclose(file);
	from = strstr(page, begin);
	to = strstr(page, end);
	assert_non_null(from);
	assert_non_null(to);
	*to = '\0';
	assert_int_equal(run(f, "--man"), 0);
	assert_string_equal(from + strlen(begin), f->out);
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_add_tunnel, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_add_session, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_add_version, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_static, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lcce, setup, teardown),
		cmocka_unit_test(test_all_keys),
		cmocka_unit_test_setup_teardown(test_chosen_name, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_abbreviations, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_usage_errors, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_no_command, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_secret_files, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_secret_words, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_cookie_files, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_asked_password, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_pool_table, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_user_page, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_tacacs_table, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_radius_table, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_static_table, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_interface_page, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_tunnel_table, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_called_column, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_empty_table, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_stats_columns, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_tunnel_column, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_page, setup, teardown),
		cmocka_unit_test_setup_teardown(test_status_page, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_config_text, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_json, setup, teardown),
		cmocka_unit_test_setup_teardown(test_marks_of_direction, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_long_name, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_control_bytes, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_daemon_errors, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_long_line, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_not_running, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_many_records, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_help, setup, teardown),
		cmocka_unit_test_setup_teardown(test_completion, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_completion_names, setup,
						teardown),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_labels),
		cmocka_unit_test_setup_teardown(test_manual, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
