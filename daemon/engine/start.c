/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the engine comes up, and who knows whom from then on. */
#include "engine/start.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/control/control.h"
#include "engine/engine.h"
#include "engine/kernel.h"
#include "engine/l2tp/l2tp.h"
#include "engine/link/ppp.h"
#include "engine/link/pppd.h"
#include "engine/loglimit.h"
#include "engine/peers/dial.h"
#include "engine/peers/ipsec.h"
#include "engine/peers/lcce.h"
#include "engine/peers/peer.h"
#include "engine/peers/redial.h"
#include "engine/ppp/builtin.h"
#include "engine/random.h"
#include "engine/secrets.h"
#include "engine/service/account.h"
#include "engine/service/address.h"
#include "engine/service/admit.h"
#include "engine/service/coa.h"
#include "engine/service/ipv6.h"
#include "engine/service/lns.h"
#include "engine/service/registry.h"
#include "engine/tell.h"
#include "ipc/aaa.h"
#include "ipc/monitor.h"
#include "lib/log.h"
#include "lib/sandbox.h"

/*
 * An lcce is somebody in particular: it goes before the sections
 * that take anybody.
 */
static l2tp_taker *const takers[] = { lcce_take, lns_take, NULL };

static const struct peer_ops peer_ops = { &lac_tunnel_owner, &lcce_tunnel_owner,
					  redial_peer_down };

void start_failed(struct engine *e, int err)
{
	struct monitor_failed body = { 0 };

	/* Whoever knows more has said it. */
	if (!log_last_error()[0])
		log_error("the engine cannot start: %s", strerror(-err));
	snprintf(body.why, sizeof(body.why), "%s", log_last_error());
	tell(&e->monitor, MONITOR_FAILED, &body, sizeof(body),
	     "the monitor is not told why");
	e->status = EXIT_FAILURE;
	loop_stop(e->loop);
}

/* ---- the last step ---- */

static int open_doors(struct engine *e)
{
	int err = sandbox_seccomp(SANDBOX_ENGINE);

	if (!err)
		err = clients_serve(e);
	if (!err)
		err = l2tp_listen(e);
	return err;
}

/* One of the answers came; after the last one all is there. */
static void answered(struct engine *e)
{
	int err;

	if (--e->starting > 0)
		return;
	err = open_doors(e);
	if (!err)
		err = channel_event(&e->monitor, MONITOR_READY, NULL, 0, NULL,
				    0);
	if (err) {
		start_failed(e, err);
		return;
	}
	redial_start(e);
}

/* ---- secrets ---- */

static void on_secret(struct engine *e, int err)
{
	if (err)
		start_failed(e, err);
	else
		answered(e);
}

/* ---- listeners ---- */

struct listen_request {
	struct engine *engine;
	uint32_t index;
};

static void on_listen(void *arg, int result, struct ipc_message *m)
{
	struct listen_request r = *(struct listen_request *)arg;
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);
	char text[ADDR_STRLEN];

	free(arg);
	if (fd >= 0)
		result = l2tp_add_listener(r.engine, r.index, fd);
	else if (!result)
		result = fd;
	if (!result) {
		answered(r.engine);
		return;
	}
	log_error("listen: %s: %s",
		  addr_format_port(&r.engine->config->listen[r.index].address,
				   text),
		  strerror(-result));
	start_failed(r.engine, result);
}

static int ask_listener(struct engine *e, uint32_t index)
{
	struct monitor_listen body = { .index = index };
	struct listen_request *r = malloc(sizeof(*r));
	int err = -ENOMEM;

	if (r) {
		*r = (struct listen_request){ e, index };
		err = channel_request(&e->monitor, MONITOR_LISTEN, &body,
				      sizeof(body), NULL, 0, on_listen, r);
	}
	if (err)
		free(r);
	else
		e->starting++;
	return err;
}

static int ask_for_all(struct engine *e)
{
	int err;

	/* our own, so that the answers wait for all questions */
	e->starting = 1;
	err = secrets_ask(e, on_secret);
	for (uint32_t i = 0; !err && i < e->l2tp->listen_n; i++)
		err = ask_listener(e, i);
	if (!err)
		answered(e);
	return err;
}

/* ---- the aaa process ---- */

static void on_aaa_message(struct channel *c, struct ipc_message *m)
{
	struct engine *e = container_of(c, struct engine, aaa);
	bool fits = ipc_message_fits(aaa_answer_shapes, aaa_answer_shapes_n, m);

	if (fits && m->header.type == AAA_COA)
		coa_request(e, ipc_body(m, struct aaa_coa));
	else if (fits && m->header.type == AAA_IPSEC_STATE)
		ipsec_state(e, ipc_body(m, struct aaa_ipsec_state));
	else
		log_warn("the aaa process sent message %u, which the engine "
			 "does not know, or in a form that is not understood",
			 m->header.type);
	turn_settle(&e->turn);
}

static void on_aaa_closed(struct channel *c)
{
	log_warn("the aaa process is gone: until it is back nobody can "
		 "authenticate");
	channel_close(c);
}

int start_set_aaa(struct engine *e, struct ipc_message *m, int i)
{
	int fd = ipc_take_fd(m, i), err;

	if (fd < 0)
		return fd;
	channel_close(&e->aaa);
	err = channel_open(&e->aaa, e->loop, fd, on_aaa_message, on_aaa_closed);
	e->aaa.answers = aaa_answer_shapes;
	e->aaa.answers_n = aaa_answer_shapes_n;
	return err;
}

/* ---- the first step ---- */

static int read_config(struct engine *e, int fd)
{
	char err[512];
	FILE *f = fdopen(fd, "r");

	if (!f) {
		close(fd);
		return -errno;
	}
	e->config = config_parse(f, "configuration", err, sizeof(err));
	fclose(f);
	if (e->config)
		return 0;
	log_error("%s", err);
	return -EINVAL;
}

/* The modules, from the lowest layer up. */
static int start_modules(struct engine *e, const struct monitor_start *start)
{
	const struct l2tp_options l2tp = { start->listen_n,
					   start->one_tunnel_per_path, takers };
	int err = loglimit_start(e);

	if (!err)
		err = kernel_start(e, start->null_dataplane);
	if (!err)
		err = links_start(e, start->first_link, &admit_service);
	if (!err)
		err = builtins_start(e);
	if (!err) {
		ppp_add_backend(e, CONFIG_BACKEND_PPPD, &pppd_backend);
		ppp_add_backend(e, CONFIG_BACKEND_BUILTIN, &builtin_backend);
	}
	if (!err)
		err = l2tp_start(e, &l2tp);
	if (!err)
		err = peers_start(e, &peer_ops);
	if (!err)
		err = lns_start(e);
	if (!err)
		err = pools_start(e);
	if (!err)
		err = ipv6_start(e);
	if (!err)
		err = registry_start(e);
	return err;
}

static int start_clients(struct engine *e, struct ipc_message *m)
{
	int err = controls_start(e, ipc_take_fd(m, 2));

	return err ? err : dials_start(e, ipc_take_fd(m, 3));
}

int start_begin(struct engine *e, struct ipc_message *m)
{
	const struct monitor_start *start = ipc_body(m, struct monitor_start);
	int err;

	if (!start || m->nfds != 4 || e->config)
		return -EPROTO;
	log_set_level(start->log_level);
	e->sessions_most = start->sessions_most;
	err = read_config(e, ipc_take_fd(m, 1));
	if (!err)
		err = start_modules(e, start);
	if (!err)
		err = start_set_aaa(e, m, 0);
	if (!err)
		err = accounting_start(e);
	if (!err)
		err = start_clients(e, m);
	return err ? err : ask_for_all(e);
}

void start_warm_up(void)
{
	size_t seed;

	random_bytes(NULL, &seed, sizeof(seed));
	json_object_seed(seed | 1);
	l2tp_warm_up();
	tzset();
}
