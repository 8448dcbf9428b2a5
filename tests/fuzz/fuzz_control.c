/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes on the control socket, of an engine with each kind of section and
 * the null data plane. Neither the monitor nor the aaa process answers, so that
 * commands which wait for them end with the engine.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <jansson.h>

#include "check.h"
#include "engine/control/control.h"
#include "engine/engine.h"
#include "engine/kernel.h"
#include "engine/l2tp/l2tp.h"
#include "engine/link/ppp.h"
#include "engine/link/pppd.h"
#include "engine/peers/lcce.h"
#include "engine/peers/peer.h"
#include "engine/peers/redial.h"
#include "engine/service/account.h"
#include "engine/service/address.h"
#include "engine/service/admit.h"
#include "engine/service/ipv6.h"
#include "engine/service/lns.h"
#include "engine/service/registry.h"
#include "engine/stop.h"
#include "lib/log.h"
#include "turns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char sections[] =
	"hostname = h max-sessions = 8 max-tunnels = 8\n"
	"listen { address = 127.0.0.1 }\n"
	"lns n { ppp = p }\n"
	"lac a { server = b session one { ppp = p user = u } }\n"
	"ppp p { backend = none pool = { 10.0.0.0/30 } local-address = 10.1.0.1 }\n"
	"ppp q { users-file = \"/u\" auth = { pap } radius = { r } }\n"
	"pool z { address = { 10.2.0.0/30 } }\n"
	"radius r { address = 192.0.2.9 secret-file = \"/r\" }\n"
	"lcce c { remote = d session s { ifname = if0 } }\n";

static l2tp_taker *const takers[] = { lcce_take, lns_take, NULL };
static const struct peer_ops peer_ops = { &lac_tunnel_owner, &lcce_tunnel_owner,
					  redial_peer_down };
static int others[2]; /* the monitor's end and the aaa process's */

/* ---- the engine, as start.c has it ---- */

static void on_message(struct channel *c, struct ipc_message *m)
{
	(void)c;
	(void)m;
}

static void on_closed(struct channel *c)
{
	channel_close(c);
}

static int open_channel(struct engine *e, struct channel *c)
{
	int sv[2];

	CHECK(ipc_pair(sv) == 0);
	CHECK(channel_open(c, e->loop, sv[0], on_message, on_closed) == 0);
	return sv[1];
}

static void start_modules(struct engine *e)
{
	const struct l2tp_options l2tp = { 0, false, takers };

	CHECK(kernel_start(e, true) == 0);
	CHECK(links_start(e, 1, &admit_service) == 0);
	ppp_add_backend(e, CONFIG_BACKEND_PPPD, &pppd_backend);
	CHECK(l2tp_start(e, &l2tp) == 0);
	CHECK(peers_start(e, &peer_ops) == 0);
	CHECK(lns_start(e) == 0);
	CHECK(pools_start(e) == 0);
	CHECK(ipv6_start(e) == 0);
	CHECK(registry_start(e) == 0);
	CHECK(accounting_start(e) == 0);
}

/* A listener with a name of the kernel's choice, in no folder. */
static int listen_anywhere(struct sockaddr_un *at, socklen_t *size)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	*at = (struct sockaddr_un){ .sun_family = AF_UNIX };
	*size = sizeof(*at);
	CHECK(fd >= 0);
	CHECK(bind(fd, (struct sockaddr *)at, sizeof(at->sun_family)) == 0);
	CHECK(listen(fd, 4) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)at, size) == 0);
	return fd;
}

static int start(struct engine *e)
{
	struct sockaddr_un at;
	char err[256] = "";
	socklen_t size;
	int fd;

	*e = (struct engine){ .loop = loop_new(),
			      .aaa.fd = -1,
			      .monitor.fd = -1 };
	CHECK(e->loop);
	e->config = config_parse_text(sections, "fuzz", err, sizeof(err));
	if (!e->config)
		fprintf(stderr, "%s\n", err);
	CHECK(e->config);
	others[0] = open_channel(e, &e->monitor);
	others[1] = open_channel(e, &e->aaa);
	start_modules(e);
	CHECK(controls_start(e, listen_anywhere(&at, &size)) == 0);
	CHECK(clients_serve(e) == 0);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CHECK(connect(fd, (struct sockaddr *)&at, size) == 0);
	fuzz_turns(e->loop, 1);
	CHECK(e->clients.n == 1);
	return fd;
}

/* ---- what it answers: lines of JSON ---- */

static void check_lines(const char *text, size_t len)
{
	const char *nl;
	json_t *line;

	while (len && (nl = memchr(text, '\n', len))) {
		line = json_loadb(text, (size_t)(nl - text), 0, NULL);
		CHECK(json_is_object(line));
		json_decref(line);
		len -= (size_t)(nl - text) + 1;
		text = nl + 1;
	}
	CHECK(len == 0);
}

static size_t read_all(int fd, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, text + len, size - len)) > 0)
		len += (size_t)n;
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct engine e;
	static char text[1 << 20];
	int fd;

	log_open("fuzz", LOG_SINK_STDERR, LOG_CRIT);
	fd = start(&e);
	CHECK(send(fd, data, len, MSG_NOSIGNAL) == (ssize_t)len || !len);
	CHECK(shutdown(fd, SHUT_WR) == 0);
	fuzz_turns(e.loop, 8);
	turn_settle(&e.turn);
	turn_collect(&e.turn);
	check_lines(text, read_all(fd, text, sizeof(text)));
	close(fd);
	fuzz_turns(e.loop, 2);
	stop_free(&e);
	close(others[0]);
	close(others[1]);
	return 0;
}
