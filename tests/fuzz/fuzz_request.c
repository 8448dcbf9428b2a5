/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests of an engine that was taken over, to the monitor with all its
 * objects: each is answered, nothing is used that was not compared before, and
 * what was made is gone when the engine is. The data plane is the null one;
 * what the monitor asks of the kernel beside it is refused for want of rights.
 */
#include <cap-ng.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "ipc/channel.h"
#include "lib/log.h"
#include "message.h"
#include "monitor/objects.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct config *config;
static char *config_text;
static char dir[] = "/tmp/fuzz_request.XXXXXX";

static void remove_dir(void)
{
	static const char *const names[] = { "static.made", "static.added",
					     "units.sock" };
	char path[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

/* Programs and files that are named do not exist. */
static void begin(void)
{
	static const char sections[] =
		"hostname = h static-by-command = true max-sessions = 8\n"
		"listen { address = 127.0.0.1 port = 11701 }\n"
		"lns n { ppp = p tunnel-secret-file = \"/nonexistent/n\" }\n"
		"lac a { server = b secret-file = \"/nonexistent/a\" }\n"
		"ppp p { backend = none ip-up = \"/nonexistent/up\"\n"
		"	ip-down = \"/nonexistent/down\" }\n"
		"lcce c { remote = d session s { ifname = if0 } session t { } }\n"
		"static f { tunnel-id = 9 peer-tunnel-id = 9 encap = ip\n"
		"	local = 192.0.2.1 remote = 192.0.2.2\n"
		"	session x { session-id = 9 peer-session-id = 9 } }\n";
	char text[2048], err[256];
	size_t size;
	FILE *f;

	/* As root it would change this host. */
	capng_clear(CAPNG_SELECT_CAPS);
	CHECK(capng_apply(CAPNG_SELECT_CAPS) == 0);
	CHECK(mkdtemp(dir));
	atexit(remove_dir);
	snprintf(text, sizeof(text), "state-dir = \"%s\"\n%s", dir, sections);
	config = config_parse_text(text, "fuzz", err, sizeof(err));
	if (!config)
		fprintf(stderr, "%s\n", err);
	CHECK(config);
	f = open_memstream(&config_text, &size);
	config_print(config, f);
	fclose(f);
	log_open("fuzz", LOG_SINK_STDERR, LOG_CRIT);
}

/* ---- requests that mean something ---- */

#define PUT(m, type, ...) \
	(*(struct type *)(void *)(m)->body = (struct type){ __VA_ARGS__ })

static const struct addr here = { .family = AF_INET, .ip = { 127, 0, 0, 1 } };
static const struct addr there = { .family = AF_INET,
				   .port = 1701,
				   .ip = { 127, 0, 0, 2 } };

static void fill_tunnel(struct ipc_message *m)
{
	if (m->header.type == MONITOR_SOCKET)
		PUT(m, monitor_socket, .tunnel_id = 1, .version = 3,
		    .local = here, .peer = there);
	else if (m->header.type == MONITOR_SOCKET_CONNECT)
		PUT(m, monitor_connect, .tunnel_id = 1, .peer = there);
	else if (m->header.type == MONITOR_TUNNEL_ADD)
		PUT(m, monitor_tunnel, .version = 3, .tunnel_id = 1,
		    .peer_tunnel_id = 2);
	else if (m->header.type == MONITOR_TUNNEL_DEL ||
		 m->header.type == MONITOR_SOCKET_CLOSE ||
		 m->header.type == MONITOR_TUNNEL_STATS)
		PUT(m, monitor_tunnel_id, .tunnel_id = 1);
	else if (m->header.type == MONITOR_IPSEC)
		PUT(m, monitor_ipsec, .tunnel_id = 1, .reqid = 1);
	else if (m->header.type == MONITOR_ROUTE)
		*(struct addr *)(void *)m->body = there;
	else if (m->header.type == MONITOR_SOURCE)
		PUT(m, monitor_source, .peer = there);
}

static void fill_session(struct ipc_message *m)
{
	switch (m->header.type) {
	case MONITOR_SESSION_ADD:
	case MONITOR_SESSION_MODIFY:
		PUT(m, monitor_session, .link = 1,
		    .session = {
			    .tunnel_id = 1,
			    .session_id = 1,
			    .peer_session_id = 2,
		    });
		return;
	case MONITOR_PPP_START:
		PUT(m, monitor_ppp, .link = 1, .profile = "p");
		return;
	case MONITOR_NET:
		PUT(m, monitor_net, .interface = { 1, "lo" }, .profile = "p");
		return;
	case MONITOR_PPP_NET:
		PUT(m, monitor_ppp_net, .interface = { 1, "lo" }, .ipv4 = true,
		    .mtu_max = 1500);
		return;
	case MONITOR_LINK_STATS:
	case MONITOR_PPP_SHOW:
		PUT(m, monitor_interface, .link = 1, .ifname = "lo");
		return;
	case MONITOR_SCRIPT:
		PUT(m, monitor_script, .interface = { 1, "ppp0" },
		    .profile = "p", .up = true);
		return;
	case MONITOR_PW_PEER:
		PUT(m, monitor_circuit, .link = 1, .up = true);
		return;
	default:
		if (m->len == sizeof(struct monitor_link))
			PUT(m, monitor_link, .link = 1);
	}
}

static void fill_section(struct ipc_message *m)
{
	if (m->header.type == MONITOR_SECRET)
		PUT(m, monitor_secret, .name = "n");
	else if (m->header.type == MONITOR_PW)
		PUT(m, monitor_pw, .link = 1, .lcce = "c", .session = "t");
	else if (m->header.type == MONITOR_PW_ADD)
		PUT(m, monitor_pw_add, .lcce = "c", .session = "new");
	else if (m->header.type == MONITOR_PW_DEL)
		PUT(m, monitor_pw_name, .lcce = "c", .session = "new");
	else if (m->header.type == MONITOR_STATIC_ADD)
		PUT(m, monitor_static, .name = "new", .tunnel_id = 3,
		    .peer_tunnel_id = 4, .encap = CONFIG_ENCAP_IP,
		    .local = here, .remote = { AF_INET, 0, 0, { 192, 0, 2 } });
	else if (m->header.type == MONITOR_STATIC_SESSION_ADD)
		PUT(m, monitor_static_session, .tunnel = "new", .name = "y",
		    .session_id = 5, .peer_session_id = 6);
	else if (m->header.type == MONITOR_STATIC_DEL ||
		 m->header.type == MONITOR_STATIC_FIND)
		PUT(m, monitor_static_name, .tunnel = "new");
}

static void fill(struct ipc_message *m)
{
	if (!m->len)
		return;
	fill_tunnel(m);
	fill_session(m);
	fill_section(m);
}

/* ---- the monitor ---- */

static struct channel engine, aaa = { .fd = -1 };

static void on_message(struct channel *c, struct ipc_message *m)
{
	(void)c;
	(void)m;
}

static void on_closed(struct channel *c)
{
	(void)c;
}

static void ask(struct objects *o, int fd, struct ipc_message *m)
{
	static struct ipc_message answer;
	bool read = false;

	requests_take(&o->requests, &engine, m);
	while (ipc_recv(fd, &answer) == 1) {
		read |= answer.header.serial == m->header.serial;
		CHECK(answer.header.result <= 0);
		ipc_close_fds(&answer);
	}
	CHECK(read || !m->header.serial);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct monitor_options monitor = { .runtime_dir = dir };
	struct fuzz_input in = { data, len };
	struct objects_options x = { .monitor = &monitor,
				     .engine = &engine,
				     .aaa = &aaa };
	struct objects o = { 0 };
	struct ipc_message m;
	bool more = len > 0;
	int sv[2];

	if (!config)
		begin();
	x.config = config;
	x.config_text = config_text;
	x.config_path = "/nonexistent/conf";
	x.loop = loop_new();
	x.dp = dataplane_null_new();
	CHECK(x.loop && x.dp && ipc_pair(sv) == 0);
	CHECK(channel_open(&engine, x.loop, sv[0], on_message, on_closed) == 0);
	CHECK(fcntl(sv[1], F_SETFL, O_NONBLOCK) == 0);
	CHECK(objects_init(&o, &x) == 0);
	o.held.first_link = 1;
	while (more) {
		more = fuzz_message(&in, monitor_shapes, monitor_shapes_n, fill,
				    &m);
		/* It is monitor.c's own. */
		if (m.header.type != MONITOR_READY)
			ask(&o, sv[1], &m);
	}
	objects_engine_gone(&o, false);
	CHECK(o.held.sessions.count == 0 && o.held.tunnels.count == 0);
	objects_fini(&o, 0);
	channel_close(&engine);
	close(sv[1]);
	x.dp->ops->free(x.dp);
	loop_free(x.loop);
	return 0;
}
