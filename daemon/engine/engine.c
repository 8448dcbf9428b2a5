/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine as a process, and the monitor's messages to it. */
#include "engine/engine.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/l2tp/ppp_net.h"
#include "engine/l2tp/pw_circuit.h"
#include "engine/link/pppd.h"
#include "engine/peers/follow.h"
#include "engine/peers/ipsec.h"
#include "engine/peers/peer.h"
#include "engine/ppp/builtin.h"
#include "engine/service/account.h"
#include "engine/secrets.h"
#include "engine/start.h"
#include "engine/stop.h"
#include "engine/tell.h"
#include "ipc/monitor.h"
#include "lib/log.h"
#include "lib/sandbox.h"

/* Only it knew the passwords that l2tpctl gave; nobody keeps a copy. */
static void aaa_is_back(struct engine *e)
{
	log_notice("the aaa process is back");
	accounting_again(e);
	ipsec_again(e);
	for (struct peer *p = e->peers->first; p; p = p->next)
		for (struct peer_session *s = p->sessions; s; s = s->next)
			if (s->remembered && !s->removed)
				log_warn("tunnel \"%s\" session \"%s\": its "
					 "password was lost with the aaa "
					 "process; delete and add it again",
					 p->name, s->name);
}

static void on_start(struct engine *e, struct ipc_message *m)
{
	int err = start_begin(e, m);

	if (err)
		start_failed(e, err);
}

static void on_monitor_message(struct channel *c, struct ipc_message *m)
{
	struct engine *e = container_of(c, struct engine, monitor);
	const struct monitor_ppp_exit *exited =
		ipc_body(m, struct monitor_ppp_exit);
	const struct monitor_circuit *circuit =
		ipc_body(m, struct monitor_circuit);
	const struct addr *gone = ipc_body(m, struct addr);
	const struct monitor_secret *secret =
		ipc_body(m, struct monitor_secret);
	const struct monitor_mtu *mtu = ipc_body(m, struct monitor_mtu);
	const struct monitor_ppp_heard *heard =
		ipc_body(m, struct monitor_ppp_heard);

	if (m->header.type == MONITOR_START) {
		on_start(e, m);
	} else if (m->header.type == MONITOR_AAA && e->config) {
		if (start_set_aaa(e, m, 0) == 0)
			aaa_is_back(e);
	} else if (m->header.type == MONITOR_ALIVE) {
		tell(c, MONITOR_ALIVE, NULL, 0,
		     "the monitor takes this process for hung");
	} else if (m->header.type == MONITOR_STOP) {
		stop_begin(e);
	} else if (m->header.type == MONITOR_PPP_EXIT && exited) {
		pppd_exited(e, exited);
	} else if (m->header.type == MONITOR_CIRCUIT && circuit) {
		pw_circuit(e, circuit);
	} else if (m->header.type == MONITOR_ADDRESS_GONE && gone) {
		follow_address_gone(e, gone);
	} else if (m->header.type == MONITOR_SECRET_CHANGED && secret) {
		secrets_changed(e, secret);
	} else if (m->header.type == MONITOR_MTU && mtu) {
		ppp_net_mtu(e, mtu);
	} else if (m->header.type == MONITOR_PPP_HEARD && heard) {
		builtins_heard(e, heard);
	} else {
		/* A reply without its request: there is none such. */
		log_warn("the monitor sent message %u unasked", m->header.type);
	}
	turn_settle(&e->turn);
}

static void on_monitor_closed(struct channel *c)
{
	struct engine *e = container_of(c, struct engine, monitor);

	log_error("the monitor is gone");
	e->status = EXIT_FAILURE;
	loop_stop(e->loop);
}

static void on_idle(void *arg)
{
	struct engine *e = arg;

	turn_settle(&e->turn);
	turn_collect(&e->turn);
}

int engine_main(int monitor_fd, const char *runtime_dir)
{
	static struct engine e = { .aaa.fd = -1, .monitor.fd = -1 };
	char root[512];
	int err;

	signal(SIGPIPE, SIG_IGN);
	/* the terminal's; the monitor says when to stop */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	e.loop = loop_new();
	if (!e.loop) {
		log_error("the engine cannot start: out of memory");
		return EXIT_FAILURE;
	}
	e.started_ms = loop_now_fresh(e.loop);
	start_warm_up();
	/* The root and the user first: nothing that was sent is read before. */
	snprintf(root, sizeof(root), "%s/empty", runtime_dir);
	err = sandbox_drop(SANDBOX_USER_ENGINE, root);
	if (!err)
		err = channel_open(&e.monitor, e.loop, monitor_fd,
				   on_monitor_message, on_monitor_closed);
	if (err) {
		log_error("the engine cannot start: %s", strerror(-err));
		return EXIT_FAILURE;
	}
	loop_set_idle(e.loop, on_idle, &e);
	loop_run(e.loop);
	stop_free(&e);
	return e.status;
}
