/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a pppd may say on its call channel, which parses what a peer sends and
 * so may be anything: questions are answered, texts that the engine takes have
 * an end, and the call ends with the channel.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "engine/engine.h"
#include "engine/link/ppp.h"
#include "engine/link/pppd.h"
#include "lib/log.h"
#include "message.h"
#include "turns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct engine e = { .monitor.fd = -1, .aaa.fd = -1 };
static unsigned int ends, frees;

/* ---- what is around the link ---- */

static const char *describe(const struct link *l, char *buf, size_t size)
{
	snprintf(buf, size, "link %llu", (unsigned long long)l->id);
	return buf;
}

static void close_link(struct link *l, const struct cause *cause)
{
	CHECK(cause->text[0]);
	link_down(l, "it ends", "it ends");
	link_detach(l);
}

static void nothing(struct link *l)
{
	(void)l;
}

static void free_link(struct link *l)
{
	frees++;
	link_fini(l);
	free(l);
}

static const struct link_transport transport = {
	.describe = describe,
	.close = close_link,
	.network_changed = nothing,
	.over = nothing,
	.free = free_link,
};

static void authenticate(struct link *l, const struct ppp_call_auth *q,
			 uint64_t ticket)
{
	const struct ppp_call_auth_reply reply = { .ok = true };

	CHECK(ipc_is_text(q->user) && ipc_is_text(q->our_name));
	CHECK(q->challenge_len <= PPP_BLOB_MAX);
	CHECK(q->response_len <= PPP_BLOB_MAX);
	ppp_answer_auth(l, ticket, q->id & 1 ? -EACCES : 0, &reply);
}

static void secret(struct link *l, const struct ppp_call_secret *q,
		   uint64_t ticket)
{
	CHECK(ipc_is_text(q->user) && ipc_is_text(q->remote));
	ppp_answer_secret(l, ticket, -ENOENT, NULL);
}

static void net_up(struct link *l, const struct ppp_call_up *up)
{
	CHECK(ipc_is_text(up->ifname) && ipc_is_text(up->peer_name));
	CHECK(ipc_is_text(l->ifname));
}

static void mppe(struct link *l, const struct ppp_call_mppe *m)
{
	(void)l;
	CHECK(m->stateful || m->bits <= 128);
}

static void ended(struct link *l, const struct ppp_end *end)
{
	CHECK(!l->reason || l->reason[0]);
	CHECK(end->told || !end->have_counters);
	ends++;
}

static const struct ppp_service service = {
	.authenticate = authenticate,
	.secret = secret,
	.net_up = net_up,
	.mppe = mppe,
	.leaving = nothing,
	.ended = ended,
	.abandon = nothing,
};

/* ---- pppd ---- */

static void fill(struct ipc_message *m)
{
	struct ppp_call_up up = { .family = AF_INET, .ifname = "ppp0" };

	if (m->header.type == PPP_CALL_UP || m->header.type == PPP_CALL_NETDOWN)
		memcpy(m->body, &up, sizeof(up));
}

/* What it answers is not read by the engine's rules, but read. */
static void drain(int fd)
{
	static struct ipc_message answer;

	while (ipc_recv(fd, &answer) == 1)
		ipc_close_fds(&answer);
}

static void turn_loop(void)
{
	fuzz_turns(e.loop, 1);
	turn_settle(&e.turn);
}

static struct link *new_link(int fd)
{
	static const struct config_ppp profile = { .name = "p" };
	struct link *l = calloc(1, sizeof(*l));

	CHECK(l && link_init(l, &e, &transport) == 0);
	l->profile = &profile;
	pppd_adopt(l, fd);
	CHECK(l->phase == PPP_STARTING);
	return l;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz_input in = { data, len };
	struct ipc_message m;
	bool more = len > 0;
	int sv[2];

	log_open("fuzz", LOG_SINK_STDERR, LOG_CRIT);
	e.loop = loop_new();
	CHECK(e.loop && ipc_pair(sv) == 0);
	CHECK(fcntl(sv[1], F_SETFL, O_NONBLOCK) == 0);
	CHECK(links_start(&e, 1, &service) == 0);
	ends = frees = 0;
	new_link(sv[0]);
	while (more) {
		more = fuzz_message(&in, ppp_call_shapes, ppp_call_shapes_n,
				    fill, &m);
		if (ipc_send(sv[1], &m.header, m.body, m.len, NULL, 0))
			break;
		turn_loop();
		drain(sv[1]);
	}
	close(sv[1]);
	turn_loop();
	turn_collect(&e.turn);
	CHECK(ends == 1 && frees == 1);
	links_free(&e);
	turn_fini(&e.turn);
	loop_free(e.loop);
	return 0;
}
