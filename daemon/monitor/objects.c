/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the monitor keeps for the engine is made, cleared and
 * freed; see objects.h.
 */
#include "monitor/objects.h"

#include <errno.h>

#include "lib/log.h"
#include "monitor/announce.h"
#include "monitor/last_counts.h"
#include "monitor/net.h"
#include "monitor/open_request.h"
#include "monitor/ppp.h"
#include "monitor/ppp_net.h"
#include "monitor/ppp_unit.h"
#include "monitor/pw_sections.h"
#include "monitor/script.h"
#include "monitor/statics.h"

static bool has_backend(const struct config *c, enum config_backend backend)
{
	for (size_t i = 0; i < c->ppp_n; i++)
		if (c->ppp[i].backend == backend)
			return true;
	return false;
}

bool objects_want_ppp(const struct config *c)
{
	return has_backend(c, CONFIG_BACKEND_PPPD) ||
	       has_backend(c, CONFIG_BACKEND_BUILTIN);
}

/* ---- what they ask of each other ---- */

static bool has_v3_session(void *ctx, uint32_t session_id)
{
	const struct objects *o = ctx;

	return held_has_v3_session(&o->held, session_id);
}

static bool has_ifname(void *ctx, const char *ifname)
{
	const struct objects *o = ctx;

	return pw_sections_has_ifname(o->pw_sections, ifname);
}

/* ---- their making ---- */

static int make_services(struct objects *o, const struct objects_options *x)
{
	o->scripts = scripts_new(x->loop, x->config, x->files);
	o->announce = announce_new(x->loop, x->monitor, x->config);
	return o->scripts && o->announce ? 0 : -ENOMEM;
}

static int make_units(struct objects *o, const struct objects_options *x)
{
	const struct ppp_units_options options = {
		.loop = x->loop,
		.held = &o->held,
		.config = x->config,
		.net = o->net,
		.ppp_nets = o->ppp_nets,
		.engine = x->engine,
	};

	if (!has_backend(x->config, CONFIG_BACKEND_BUILTIN))
		return 0;
	o->ppp_units = ppp_units_new(&options);
	return o->ppp_units ? 0 : -ENOMEM;
}

static int make_runner(struct objects *o, const struct objects_options *x)
{
	if (!has_backend(x->config, CONFIG_BACKEND_PPPD))
		return 0;
	o->ppp = ppp_runner_new(x->loop, x->config, x->monitor->plugin,
				units_path(&o->units), ppp_calls_exited,
				&o->calls);
	return o->ppp ? 0 : -ENOMEM;
}

static int make_ppp(struct objects *o, const struct objects_options *x)
{
	int err;

	if (x->monitor->null_dataplane)
		return 0;
	err = units_open(&o->units, x->loop, &o->held, x->monitor->runtime_dir);
	if (err)
		return err;
	o->net = net_new(&o->held, x->config, o->announce, &o->units);
	if (!o->net)
		return -ENOMEM;
	o->ppp_nets = ppp_nets_new(x->loop, &o->held, x->config, x->engine,
				   &o->units, o->announce);
	if (!o->ppp_nets)
		return -ENOMEM;
	err = make_units(o, x);
	return err ? err : make_runner(o, x);
}

static int make_statics(struct objects *o, const struct objects_options *x)
{
	const struct statics_options options = {
		.config = x->config,
		.config_text = x->config_text,
		.dp = x->dp,
		.interfaces = !x->monitor->null_dataplane,
		.has_session = has_v3_session,
		.has_ifname = has_ifname,
		.ctx = o,
	};

	o->pw_sections = pw_sections_new(x->config);
	if (!o->pw_sections)
		return -ENOMEM;
	o->statics = statics_new(x->loop, &options);
	return o->statics ? 0 : -ENOMEM;
}

static int make_held(struct objects *o, const struct objects_options *x)
{
	o->tunnels = (struct held_tunnels){
		.held = &o->held,
		.config = x->config,
		.dp = x->dp,
		.engine = x->engine,
	};
	o->pws = (struct pws){
		.loop = x->loop,
		.dp = x->dp,
		.held = &o->held,
		.sections = o->pw_sections,
		.statics = o->statics,
		.engine = x->engine,
		.null_dataplane = x->monitor->null_dataplane,
	};
	o->sessions = (struct held_sessions){
		.held = &o->held,
		.config = x->config,
		.dp = x->dp,
		.null_dataplane = x->monitor->null_dataplane,
		.ppp = o->ppp,
		.units = o->ppp_units,
		.net = o->net,
		.ppp_nets = o->ppp_nets,
		.pws = &o->pws,
		.pw_sections = o->pw_sections,
		.statics = o->statics,
	};
	o->aaa = x->aaa;
	o->calls = (struct ppp_calls){
		.held = &o->held,
		.config = x->config,
		.runner = o->ppp,
		.net = o->net,
		.ppp_nets = o->ppp_nets,
		.engine = x->engine,
	};
	o->script_requests = (struct script_requests){
		.held = &o->held,
		.scripts = o->scripts,
		.null_dataplane = x->monitor->null_dataplane,
	};
	return held_tunnels_init(&o->tunnels, x->loop);
}

static void enter_requests(struct objects *o, const struct objects_options *x)
{
	requests_add(&o->requests, open_rows, x->config);
	requests_add(&o->requests, config_file_rows, &o->config_file);
	requests_add(&o->requests, held_tunnel_rows, &o->tunnels);
	requests_add(&o->requests, held_session_rows, &o->sessions);
	requests_add(&o->requests, ppp_calls_rows, &o->calls);
	requests_add(&o->requests, ppp_unit_rows, o->ppp_units);
	requests_add(&o->requests, net_rows, o->net);
	requests_add(&o->requests, ppp_net_rows, o->ppp_nets);
	requests_add(&o->requests, script_rows, &o->script_requests);
	requests_add(&o->requests, pw_rows, &o->pws);
	requests_add(&o->requests, static_rows, o->statics);
}

int objects_init(struct objects *o, const struct objects_options *options)
{
	int err = make_services(o, options);

	if (!err)
		err = make_ppp(o, options);
	if (!err)
		err = make_statics(o, options);
	if (!err)
		err = make_held(o, options);
	o->config_file = (struct config_file){
		.path = options->config_path,
		.running = options->config_text,
	};
	if (!err)
		enter_requests(o, options);
	return err;
}

/* ---- their end ---- */

static void clear(struct objects *o, bool stopping)
{
	size_t sessions = o->held.sessions.count,
	       tunnels = o->held.tunnels.count;

	if (sessions)
		held_sessions_clear(&o->sessions);
	if (tunnels)
		held_tunnels_clear(&o->tunnels);
	pw_sections_clear(o->pw_sections);
	/*
	 * A stop leaves tunnels whose peers may still repeat
	 * their last message.
	 */
	if (sessions || (tunnels && !stopping))
		log_notice("%zu sessions and %zu tunnels were cleared",
			   sessions, tunnels);
}

void objects_engine_gone(struct objects *o, bool stopping)
{
	if (o->held.sessions.count)
		last_counts_tell(&o->held, o->net, o->aaa);
	ppp_units_engine_gone(o->ppp_units);
	clear(o, stopping);
	scripts_all_down(o->scripts, "the engine process ended");
}

bool objects_reaped(struct objects *o, pid_t pid, int status)
{
	return scripts_reaped(o->scripts, pid, status) ||
	       announce_reaped(o->announce, pid, status) ||
	       (o->ppp && ppp_runner_reaped(o->ppp, pid, status));
}

void objects_fini(struct objects *o, unsigned int grace_ms)
{
	requests_fini(&o->requests);
	clear(o, true);
	if (o->ppp)
		ppp_runner_free(o->ppp);
	ppp_units_free(o->ppp_units);
	scripts_all_down(o->scripts, "l2tpd stopped");
	scripts_finish(o->scripts, grace_ms);
	scripts_free(o->scripts);
	announce_free(o->announce);
	net_free(o->net);
	ppp_nets_free(o->ppp_nets);
	units_close(&o->units);
	pws_fini(&o->pws);
	held_tunnels_fini(&o->tunnels);
	held_fini(&o->held);
	statics_free(o->statics);
	pw_sections_free(o->pw_sections);
}
