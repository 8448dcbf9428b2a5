// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ppp-load: calls an LNS as a LAC with PPP users would, all calls at once, and
 * tells how long it took until each had the answer to a ping. Tunnels and calls
 * are the protocol core's (drive.c), PPP is ppp_load_link.c's.
 */
#include "load.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "lib/buf.h"
#include "ppp_load.h"

#define NS_PER_MS 1000000ull
#define TURN_MS	  100
#define CLOSE_MS  5000

static const char usage_text[] =
	"Usage: ppp-load [OPTIONS] ADDRESS\n"
	"\n"
	"Makes calls to the LNS, all at once, with PPP in user space: LCP, PAP or\n"
	"CHAP-MD5 as the LNS asks, IPCP, and ping to the LNS's own address. Prints one\n"
	"JSON object with times in seconds from the first packet.\n"
	"\n"
	"  --calls N          (1)\n"
	"  --tunnels N        that carry them (1)\n"
	"  --user NAME        of all calls (alice)\n"
	"  --password TEXT    (wonderland)\n"
	"  --secret TEXT      of the tunnels\n"
	"  --eager            send LCP's first request without having heard the LNS's\n"
	"  --restart MS       PPP's restart timer (3000)\n"
	"  --timeout SECONDS  give up then (60)\n"
	"  --hold             stay until standard input ends\n"
	"\n"
	"Exit status: 0 when every call came up, 1 when not, 2 for usage.\n";

enum option_id {
	OPT_CALLS = 256,
	OPT_TUNNELS,
	OPT_USER,
	OPT_PASSWORD,
	OPT_SECRET,
	OPT_EAGER,
	OPT_RESTART,
	OPT_TIMEOUT,
	OPT_HOLD,
	OPT_HELP,
};

static const struct option option_table[] = {
	{ "calls", required_argument, NULL, OPT_CALLS },
	{ "tunnels", required_argument, NULL, OPT_TUNNELS },
	{ "user", required_argument, NULL, OPT_USER },
	{ "password", required_argument, NULL, OPT_PASSWORD },
	{ "secret", required_argument, NULL, OPT_SECRET },
	{ "eager", no_argument, NULL, OPT_EAGER },
	{ "restart", required_argument, NULL, OPT_RESTART },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "hold", no_argument, NULL, OPT_HOLD },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

struct call {
	struct ppp ppp;
	struct load *l;
	struct l2tp_session *session; /* NULL: gone */
	int socket;
	bool over;     /* up or failed, and counted */
	char why[192]; /* failed */
};

struct calls {
	struct ppp_settings ppp;
	struct l2tp_tunnel **tunnel; /* NULL: gone */
	struct call *call;
	unsigned int n, tunnels, over, up, lost;
	uint64_t start_ns, timeout_ns;
	bool hold, closing;
};

static void count(struct calls *cs, struct call *c)
{
	if (!c->over)
		cs->over++;
	c->over = true;
}

static void call_failed(struct calls *cs, struct call *c, const char *why)
{
	if (c->why[0] || cs->closing)
		return;
	snprintf(c->why, sizeof(c->why), "%s%s", why,
		 c->over ? ", after it was up" : "");
	cs->lost += c->over;
	count(cs, c);
}

/* After whatever may have changed the state of a link. */
static void look(struct calls *cs, struct call *c)
{
	if (c->ppp.stage == PPP_FAILED) {
		call_failed(cs, c, c->ppp.why);
	} else if (c->ppp.stage == PPP_DONE && !c->over) {
		cs->up++;
		count(cs, c);
	}
}

/* ---- data packets, RFC 2661 section 3.1 ---- */

enum { DATA_LENGTH = 0x4000, DATA_SEQUENCE = 0x0800, DATA_OFFSET = 0x0200 };

static void send_frame(void *ctx, const uint8_t *frame, size_t len)
{
	struct call *c = ctx;
	struct l2tp_tunnel *t;
	uint8_t packet[PPP_FRAME_MAX + 8];
	struct wbuf w = wbuf_init(packet, sizeof(packet));

	if (!c->session)
		return;
	t = l2tp_session_tunnel(c->session);
	wbuf_u16(&w, 2);
	wbuf_u16(&w, l2tp_tunnel_peer_id(t));
	wbuf_u16(&w, l2tp_session_peer_id(c->session));
	wbuf_bytes(&w, frame, len);
	if (!w.failed)
		net_send(&c->l->net, c->socket, l2tp_tunnel_peer(t), packet,
			 w.len);
}

static void on_data(struct load *l, const uint8_t *data, size_t len)
{
	struct rbuf r = rbuf_init(data, len);
	uint16_t flags = rbuf_u16(&r), tunnel_id, session_id;
	struct l2tp_session *s = NULL;
	struct l2tp_tunnel *t;
	struct call *c;

	if (flags & DATA_LENGTH)
		rbuf_u16(&r);
	tunnel_id = rbuf_u16(&r);
	session_id = rbuf_u16(&r);
	if (flags & DATA_SEQUENCE)
		rbuf_u32(&r);
	if (flags & DATA_OFFSET)
		rbuf_take(&r, rbuf_u16(&r));
	t = r.failed ? NULL : l2tp_tunnel_find(l->ep, tunnel_id);
	if (t)
		s = l2tp_session_find(t, session_id);
	c = s ? l2tp_session_user(s) : NULL;
	if (!c)
		return;
	ppp_input(&c->ppp, load_now_ns(), r.p, rbuf_left(&r));
	look(l->state, c);
}

/* ---- tunnels and calls ---- */

static void on_down(struct calls *cs, struct call *c,
		    const struct l2tp_effect *e)
{
	char words[128], why[160];

	l2tp_cause_format(&e->cause, L2TP_CDN, words, sizeof(words));
	snprintf(why, sizeof(why), "cleared by %s: %s",
		 e->by_peer ? "the peer" : "us", words);
	call_failed(cs, c, why);
}

static void on_effect(struct load *l, const struct l2tp_effect *e)
{
	struct call *c = e->session ? l2tp_session_user(e->session) : NULL;
	struct calls *cs = l->state;

	switch (e->type) {
	case L2TP_EFFECT_SESSION_ANSWER:
	case L2TP_EFFECT_SESSION_UP:
		load_defer(l, e->type, e->tunnel, e->session);
		break;
	case L2TP_EFFECT_SESSION_DOWN:
		if (c)
			on_down(cs, c, e);
		break;
	case L2TP_EFFECT_SESSION_FREE:
		if (c)
			c->session = NULL;
		break;
	case L2TP_EFFECT_TUNNEL_FREE:
		for (unsigned int i = 0; i < cs->tunnels; i++)
			if (cs->tunnel[i] == e->tunnel)
				cs->tunnel[i] = NULL;
		break;
	case L2TP_EFFECT_SEND:
	case L2TP_EFFECT_LOG:
	case L2TP_EFFECT_TUNNEL_REQUEST:
	case L2TP_EFFECT_TUNNEL_ANSWERED:
	case L2TP_EFFECT_TUNNEL_UP:
	case L2TP_EFFECT_TUNNEL_DOWN:
	case L2TP_EFFECT_SESSION_REQUEST:
	case L2TP_EFFECT_TUNNEL_ALIVE:
	case L2TP_EFFECT_WEN:
	case L2TP_EFFECT_SLI:
		break;
	}
}

static void on_act(struct load *l, const struct load_deferred *d, uint64_t now)
{
	struct call *c = l2tp_session_user(d->session);

	(void)l;
	if (d->type == L2TP_EFFECT_SESSION_ANSWER)
		l2tp_session_accept(d->session, now, NULL);
	else if (c)
		ppp_start(&c->ppp, load_now_ns());
}

static const struct load_role role = {
	.effect = on_effect,
	.act = on_act,
	.data = on_data,
};

static int open_tunnel(struct load *l, struct calls *cs, unsigned int i)
{
	const struct load_options *o = l->o;
	struct addr any = { .family = o->address.family };
	int socket = net_open(&l->net, &any, &o->address), ret = 0;
	uint64_t now = load_now_ns() / NS_PER_MS;

	if (socket < 0)
		return socket;
	cs->tunnel[i] = l2tp_tunnel_open(l->ep, now, &o->tunnel,
					 &l->net.sockets[socket].local,
					 &o->address, socket, 0, &ret);
	if (!cs->tunnel[i])
		return ret;
	load_tunnel_new(cs->tunnel[i]);
	load_drain(l, now);
	return 0;
}

static int open_call(struct load *l, struct calls *cs, unsigned int i)
{
	struct l2tp_tunnel *t = cs->tunnel[i % cs->tunnels];
	uint64_t now = load_now_ns() / NS_PER_MS;
	struct call *c = &cs->call[i];
	uint32_t random = (uint32_t)load_now_ns() ^ i << 16;
	int ret = 0;

	c->l = l;
	c->socket = (int)(i % cs->tunnels);
	ppp_init(&c->ppp, &cs->ppp, c, random);
	c->session = l2tp_session_open(t, now, L2TP_CALL_LAC_INCOMING,
				       &(struct l2tp_call_params){
					       .tx_connect_speed = 100000000,
				       },
				       &ret);
	if (!c->session)
		return ret;
	l2tp_session_set_user(c->session, c);
	load_drain(l, now);
	return 0;
}

/* All at once: the core keeps the calls until their tunnel is there. */
static int open_all(struct load *l, struct calls *cs)
{
	int ret = 0;

	for (unsigned int i = 0; i < cs->tunnels && !ret; i++)
		ret = open_tunnel(l, cs, i);
	for (unsigned int i = 0; i < cs->n && !ret; i++)
		ret = open_call(l, cs, i);
	return ret;
}

/* ---- the loop ---- */

static int turn(struct load *l, struct calls *cs)
{
	uint64_t now = load_now_ns(), first = now + TURN_MS * NS_PER_MS;
	int ret;

	for (unsigned int i = 0; i < cs->n; i++)
		if (ppp_deadline(&cs->call[i].ppp) < first)
			first = ppp_deadline(&cs->call[i].ppp);
	ret = load_turn(l, first > now ? (int)((first - now + NS_PER_MS - 1) /
					       NS_PER_MS) :
					 0);
	now = load_now_ns();
	for (unsigned int i = 0; i < cs->n; i++)
		if (ppp_deadline(&cs->call[i].ppp) <= now)
			ppp_timeout(&cs->call[i].ppp, now);
	net_flush(&l->net);
	return ret;
}

static int run_calls(struct load *l, struct calls *cs)
{
	int ret;

	cs->start_ns = load_now_ns();
	ret = open_all(l, cs);
	while (!ret && cs->over < cs->n &&
	       load_now_ns() - cs->start_ns < cs->timeout_ns)
		ret = turn(l, cs);
	return ret;
}

static int stay(struct load *l, struct calls *cs)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	int ret = 0;

	while (!ret && poll(&p, 1, 0) == 0)
		ret = turn(l, cs);
	return ret;
}

static bool unsettled(struct calls *cs)
{
	struct l2tp_tunnel_counters n;

	for (unsigned int i = 0; i < cs->tunnels; i++) {
		if (!cs->tunnel[i])
			continue;
		l2tp_tunnel_counters(cs->tunnel[i], &n);
		if (n.unacknowledged || n.queued)
			return true;
	}
	return false;
}

/* Until the peer has acknowledged the StopCCNs. */
static void close_all(struct load *l, struct calls *cs)
{
	uint64_t now = load_now_ns(), end = now + CLOSE_MS * NS_PER_MS;

	cs->closing = true;
	for (unsigned int i = 0; i < cs->tunnels; i++) {
		if (!cs->tunnel[i])
			continue;
		l2tp_tunnel_close(cs->tunnel[i], now / NS_PER_MS, NULL);
		load_drain(l, now / NS_PER_MS);
	}
	while (unsettled(cs) && load_now_ns() < end && !load_turn(l, TURN_MS))
		;
}

/* ---- the figures ---- */

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/*
 * When the first, the middle and the last call came to a stage,
 * and how many did.
 */
static json_t *stage_json(const struct calls *cs, enum ppp_stage stage)
{
	uint64_t *at = calloc(cs->n, sizeof(*at));
	unsigned int n = 0;
	json_t *json;

	for (unsigned int i = 0; at && i < cs->n; i++)
		if (cs->call[i].ppp.entered[stage])
			at[n++] = cs->call[i].ppp.entered[stage] - cs->start_ns;
	if (n)
		qsort(at, n, sizeof(*at), compare_u64);
	json = json_pack("{s:i, s:f, s:f, s:f}", "calls", n, "first",
			 n ? (double)at[0] / 1e9 : 0.0, "median",
			 n ? (double)at[n / 2] / 1e9 : 0.0, "last",
			 n ? (double)at[n - 1] / 1e9 : 0.0);
	free(at);
	return json;
}

static json_t *failures_json(const struct calls *cs)
{
	json_t *json = json_object();
	char text[sizeof(cs->call->why) + 32];

	for (unsigned int i = 0; i < cs->n; i++) {
		const struct call *c = &cs->call[i];

		if (c->why[0])
			snprintf(text, sizeof(text), "%s", c->why);
		else if (!c->over)
			snprintf(text, sizeof(text), "no end to %s in time",
				 ppp_stage_name(c->ppp.stage));
		else
			continue;
		json_object_set_new(
			json, text,
			json_integer(1 + json_integer_value(
						 json_object_get(json, text))));
	}
	return json;
}

static void print(const struct load *l, const struct calls *cs)
{
	json_t *stages = json_object(), *root;
	struct timespec cpu;

	for (enum ppp_stage s = PPP_LCP; s <= PPP_DONE; s++)
		json_object_set_new(stages, ppp_stage_name(s),
				    stage_json(cs, s));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	root = json_pack("{s:i, s:i, s:i, s:o, s:o, s:f, s:I, s:I, s:I}",
			 "calls", cs->n, "tunnels", cs->tunnels, "up",
			 cs->up - cs->lost, "stages", stages, "failures",
			 failures_json(cs), "cpu",
			 (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9,
			 "packets_in", (json_int_t)l->net.received,
			 "packets_out", (json_int_t)l->net.sent, "send_errors",
			 (json_int_t)l->net.send_errors);
	json_dumpf(root, stdout, JSON_REAL_PRECISION(6));
	putchar('\n');
	fflush(stdout);
	json_decref(root);
}

/* ---- options ---- */

static void __attribute__((noreturn)) refuse(const char *what, const char *text)
{
	fprintf(stderr, "ppp-load: %s: %s; ppp-load --help explains\n", text,
		what);
	exit(2);
}

static unsigned int number(const char *text, unsigned int max)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || !n || n > max)
		refuse("not a number that serves here", text);
	return (unsigned int)n;
}

static void parse_option(struct load_options *o, struct calls *cs,
			 enum option_id id, const char *arg)
{
	switch (id) {
	case OPT_CALLS:
		cs->n = number(arg, 60000);
		break;
	case OPT_TUNNELS:
		cs->tunnels = number(arg, 60000);
		break;
	case OPT_USER:
		cs->ppp.user = arg;
		break;
	case OPT_PASSWORD:
		cs->ppp.password = arg;
		break;
	case OPT_SECRET:
		if (secret_set(&o->tunnel.secret, arg, strlen(arg)))
			refuse("too long", "--secret");
		o->tunnel.challenge = true;
		break;
	case OPT_EAGER:
		cs->ppp.eager = true;
		break;
	case OPT_RESTART:
		cs->ppp.restart_ns = number(arg, 60000) * NS_PER_MS;
		break;
	case OPT_TIMEOUT:
		cs->timeout_ns = number(arg, 86400) * 1000 * NS_PER_MS;
		break;
	case OPT_HOLD:
		cs->hold = true;
		break;
	case OPT_HELP:
		fputs(usage_text, stdout);
		exit(0);
	}
}

int main(int argc, char **argv)
{
	static struct load_options o = {
		.tunnel = { .hostname = "ppp-load", .framing = 3, .bearer = 3 },
	};
	static struct load l;
	static struct calls cs = {
		.ppp = { .user = "alice",
			 .password = "wonderland",
			 .restart_ns = 3000 * NS_PER_MS,
			 .send = send_frame, },
		.n = 1,
		.tunnels = 1,
		.timeout_ns = 60000 * NS_PER_MS,
	};
	int c, ret;

	while ((c = getopt_long(argc, argv, "", option_table, NULL)) != -1) {
		if (c == '?')
			return 2;
		parse_option(&o, &cs, (enum option_id)c, optarg);
	}
	if (optind != argc - 1) {
		fputs(usage_text, stderr);
		return 2;
	}
	if (addr_parse(&o.address, argv[optind]))
		refuse("not an address", argv[optind]);
	o.address.port = 1701;
	cs.tunnel = calloc(cs.tunnels, sizeof(struct l2tp_tunnel *));
	cs.call = calloc(cs.n, sizeof(*cs.call));
	ret = cs.tunnel && cs.call ? load_init(&l, &o, &role, cs.tunnels) :
				     -ENOMEM;
	if (!ret) {
		l.state = &cs;
		ret = run_calls(&l, &cs);
		print(&l, &cs);
	}
	if (!ret && cs.hold)
		ret = stay(&l, &cs);
	if (ret)
		fprintf(stderr, "ppp-load: %s\n", strerror(-ret));
	else
		close_all(&l, &cs);
	return ret || cs.up - cs.lost < cs.n;
}
