/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The aaa process's client of charon, without the process: asks one thing,
 * prints the answer as the engine's record, a line of JSON. "watch" prints a
 * line for each change.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "aaa/ipsec.h"
#include "engine/control/record.h"
#include "lib/log.h"
#include "monitor/vici.h"

static struct loop *loop;
static struct channel aaa_monitor, monitor, engine;
static struct aaa_engine aaa_engine;
static struct ipsec *ipsec;
static const char *charon;

/* The monitor's part. */
static void on_monitor_message(struct channel *c, struct ipc_message *m)
{
	int fd = monitor_vici(charon);

	channel_reply(c, &m->header, fd < 0 ? fd : 0, NULL, 0, &fd,
		      fd < 0 ? 0 : 1);
	if (fd >= 0)
		close(fd);
}

static void print(json_t *o)
{
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(o);
}

static void on_reply(void *arg, int result, struct ipc_message *m)
{
	const struct ipsec_report *r = m ? ipc_body(m, struct ipsec_report) :
					   NULL;
	json_t *o = json_object();

	(void)arg;
	if (result || !r)
		errx(1, "%s", strerror(result ? -result : 1));
	record_ipsec(o, r, (uint64_t)time(NULL));
	print(o);
	loop_stop(loop);
}

static void on_state(struct channel *c, struct ipc_message *m)
{
	const struct aaa_ipsec_state *s = ipc_body(m, struct aaa_ipsec_state);
	json_t *o = json_object();

	(void)c;
	record_number(o, "cover", s ? (uint64_t)s->cover : 0);
	record_number(o, "reqid", s ? s->reqid : 0);
	record_text(o, "why", s ? s->why : "");
	print(o);
}

static void on_request(struct channel *c, struct ipc_message *m)
{
	(void)c;
	ipsec_request(ipsec, m);
}

static void on_nothing(struct channel *c, struct ipc_message *m)
{
	(void)c;
	(void)m;
}

static void on_closed(struct channel *c)
{
	channel_close(c);
}

static void start(void)
{
	int sv[2];

	loop = loop_new();
	if (!loop || ipc_pair(sv) ||
	    channel_open(&monitor, loop, sv[0], on_monitor_message,
			 on_closed) ||
	    channel_open(&aaa_monitor, loop, sv[1], on_nothing, on_closed) ||
	    ipc_pair(sv) ||
	    channel_open(&engine, loop, sv[0], on_state, on_closed) ||
	    channel_open(&aaa_engine.channel, loop, sv[1], on_request,
			 on_closed))
		errx(1, "no loop");
	ipsec = ipsec_new(loop, &aaa_monitor, &aaa_engine);
}

static int ask(const char *what, const struct ipsec_flow *flow,
	       const char *child)
{
	struct aaa_ipsec_initiate q = { .flow = *flow };
	struct aaa_ipsec_watch w = { .id = 1, .flow = *flow };

	if (strcmp(what, "watch") == 0)
		return channel_event(&engine, AAA_IPSEC_WATCH, &w, sizeof(w),
				     NULL, 0);
	if (strcmp(what, "show") == 0)
		return channel_request(&engine, AAA_IPSEC_SHOW, flow,
				       sizeof(*flow), NULL, 0, on_reply, NULL);
	snprintf(q.child, sizeof(q.child), "%s", child);
	return channel_request(&engine, AAA_IPSEC_INITIATE, &q, sizeof(q), NULL,
			       0, on_reply, NULL);
}

int main(int argc, char **argv)
{
	struct ipsec_flow flow = { .encap = CONFIG_ENCAP_UDP };

	if (argc < 6 || addr_parse(&flow.local, argv[4]) ||
	    addr_parse(&flow.peer, argv[5]))
		errx(2, "usage: ipsec-ask SOCKET show|watch|initiate udp|ip "
			"LOCAL PEER [CHILD]");
	charon = argv[1];
	if (strcmp(argv[3], "ip") == 0)
		flow.encap = CONFIG_ENCAP_IP;
	else
		flow.local.port = flow.peer.port = 1701;
	log_open("ask", LOG_SINK_STDERR, LOG_INFO);
	start();
	if (ask(argv[2], &flow, argc > 6 ? argv[6] : ""))
		errx(1, "cannot ask");
	return loop_run(loop) ? 1 : 0;
}
