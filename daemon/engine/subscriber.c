/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an authenticated caller is given and how long: limits, timeouts, what
 * the kernel is told of its interface, the operator's programs. Accounting,
 * lookups and prefixes are beside this, in files of their own.
 */
#include "engine/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/log.h"

#define IDLE_LOOKS	4	/* in one idle timeout: how exactly its end is met */

static struct engine *engine_of(const struct subscriber *s)
{
	return s->call->tunnel->engine;
}

/* ---- who calls ---- */

/* Unique over restarts: the second of our start, our process's own randomness, the call. */
static void make_acct_id(struct call *c)
{
	static uint64_t start, serial;

	if (c->acct_id[0])
		return;
	if (!start) {
		uint32_t random;

		engine_random(NULL, &random, sizeof(random));
		start = (uint64_t)time(NULL) << 32 | random;
	}
	snprintf(c->acct_id, sizeof(c->acct_id), "%016llX%08llX", (unsigned long long)start,
		 (unsigned long long)++serial);
}

static void copy_text(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text ? text : "");
}

void subscriber_describe(struct call *c, struct service_call *out)
{
	const struct tunnel *t = c->tunnel;
	const struct l2tp_call_params *p;
	char text[ADDR_STRLEN];

	/* The peer ended it, and the core has forgotten it: its end is told with what was known. */
	if (!c->core && c->subscriber && c->subscriber->about.session_id[0]) {
		*out = c->subscriber->about;
		memcpy(out->ifname, c->ifname, sizeof(out->ifname));
		return;
	}
	make_acct_id(c);
	*out = (struct service_call){ .tunnel_id = t->id, .id = c->id };
	memcpy(out->session_id, c->acct_id, sizeof(out->session_id));
	memcpy(out->ifname, c->ifname, sizeof(out->ifname));
	copy_text(out->local_name, sizeof(out->local_name),
		  t->lns && t->lns->tunnel.hostname ? t->lns->tunnel.hostname : t->engine->config->hostname);
	if (!t->core)
		return;
	out->peer_tunnel_id = l2tp_tunnel_peer_id(t->core);
	copy_text(out->local, sizeof(out->local), addr_format(l2tp_tunnel_local(t->core), text));
	copy_text(out->peer, sizeof(out->peer), addr_format(l2tp_tunnel_peer(t->core), text));
	copy_text(out->peer_name, sizeof(out->peer_name), l2tp_tunnel_peer_info(t->core)->hostname);
	p = c->core ? l2tp_session_peer_params(c->core) : NULL;
	if (c->core)
		out->peer_id = l2tp_session_peer_id(c->core);
	if (!p)
		return;
	copy_text(out->calling_number, sizeof(out->calling_number), p->calling_number);
	copy_text(out->called_number, sizeof(out->called_number), p->called_number);
	out->call_serial = p->call_serial;
	out->tx_speed = p->tx_connect_speed;
	out->rx_speed = p->rx_connect_speed;
	if (c->subscriber)
		c->subscriber->about = *out;
}

/* ---- admission ---- */

static uint32_t seconds_of(uint32_t said, uint32_t profile_ms)
{
	if (said == SERVICE_FOREVER)
		return 0;
	return said ? said : profile_ms / 1000;
}

void subscriber_complete(struct service *s, const struct call *c)
{
	const struct config_ppp *p = c->profile;

	s->session_timeout_s = seconds_of(s->session_timeout_s, p->session_timeout_ms);
	s->idle_timeout_s = seconds_of(s->idle_timeout_s, p->idle_timeout_ms);
	s->interim_s = seconds_of(s->interim_s, p->interim_ms);
	if (!s->rate_down)
		s->rate_down = p->rate_down;
	if (!s->rate_up)
		s->rate_up = p->rate_up;
	if (!s->port_limit)
		s->port_limit = p->max_sessions_per_user;
	if (!s->user[0])
		copy_text(s->user, sizeof(s->user), c->user);
	for (size_t i = 0; !s->dns6_n && i < p->dns6.n && i < 2; i++) {
		struct addr a;

		if (addr_parse(&a, p->dns6.v[i]) == 0)
			memcpy(s->dns6[i], a.ip, sizeof(s->dns6[i]));
		if (i + 1 == p->dns6.n || i == 1)
			s->dns6_n = (uint8_t)(i + 1);
	}
}

static bool texts_end(const struct service *s)
{
	return ipc_is_text(s->user) && ipc_is_text(s->pool) && ipc_is_text(s->filter_id) && ipc_is_text(s->radius) &&
	       s->route_n <= SERVICE_ROUTES_MAX && s->class_n <= SERVICE_CLASSES_MAX && s->dns6_n <= 2;
}

static int admit(struct call *c, const struct aaa_auth_reply *from, struct subscriber *s,
		 struct ppp_call_auth_reply *reply, char *why, size_t size)
{
	int err;

	s->call = c;
	s->given = from->service;
	s->local = from->service.radius[0] == '\0';
	subscriber_complete(&s->given, c);
	err = registry_may_add(engine_of(s), c->profile, &s->given, why, size);
	if (!err)
		err = address_assign(c, s->given.pool, s->given.user, reply, why, size);
	if (!err && c->profile->ipv6)
		err = ipv6_assign(s, why, size);
	if (err) {
		address_release(c);
		return err;
	}
	c->subscriber = s;
	err = registry_add(s);
	if (err) {
		c->subscriber = NULL;
		ipv6_release(s);
		address_release(c);
		snprintf(why, size, "l2tpd is out of memory");
	}
	return err;
}

int subscriber_admit(struct call *c, const struct aaa_auth_reply *from, struct ppp_call_auth_reply *reply,
		     char *why, size_t size)
{
	struct subscriber *s;
	int err;

	if (!texts_end(&from->service)) {
		snprintf(why, size, "the aaa process sent a reply that is not understood");
		return -EPROTO;
	}
	if (c->subscriber)	/* once more: it keeps what it has */
		return address_assign(c, c->subscriber->given.pool, c->subscriber->given.user, reply, why, size);
	s = calloc(1, sizeof(*s));
	if (!s) {
		snprintf(why, size, "l2tpd is out of memory");
		return -ENOMEM;
	}
	err = admit(c, from, s, reply, why, size);
	if (err)
		free(s);
	else if (s->given.mtu && (!reply->mtu || s->given.mtu < reply->mtu))
		reply->mtu = s->given.mtu;
	return err;
}

/* ---- its interface in the kernel ---- */

static bool has_net(const struct service *g)
{
	return g->rate_down || g->rate_up || g->mtu || g->prefix6.len || g->delegated6.len || g->route_n;
}

static void on_net(void *arg, int result, struct ipc_message *m)
{
	struct call *c = arg;
	char what[160];

	(void)m;
	if (result && c->subscriber && !c->down)
		log_error("%s: its rates, routes or prefixes could not be put into the kernel: %s",
			  call_describe(c, what, sizeof(what)), strerror(-result));
	call_put(c);
}

static struct monitor_interface interface_of(const struct call *c)
{
	struct monitor_interface i = { .link = call_link(c) };

	memcpy(i.ifname, c->ifname, sizeof(i.ifname));
	return i;
}

static void apply(struct subscriber *s)
{
	const struct service *g = &s->given;
	struct call *c = s->call;
	struct monitor_net body = {
		.interface = interface_of(c), .rate_down = g->rate_down, .rate_up = g->rate_up, .mtu = g->mtu,
		.dns6_n = g->dns6_n, .route_n = g->route_n,
	};

	memcpy(body.profile, c->profile->name, sizeof(body.profile));
	memcpy(body.dns6, g->dns6, sizeof(body.dns6));
	memcpy(body.route, g->route, sizeof(body.route));
	memcpy(body.local_ifid, s->local_ifid, sizeof(body.local_ifid));
	memcpy(body.remote_ifid, s->remote_ifid, sizeof(body.remote_ifid));
	/* Without IPv6 on the link there is nobody to tell. */
	if (memcmp(s->remote_ifid, (uint8_t[8]){ 0 }, 8) != 0) {
		body.prefix6 = g->prefix6;
		body.delegated6 = g->delegated6;
	}
	if (channel_request(&engine_of(s)->monitor, MONITOR_NET, &body, sizeof(body), NULL, 0, on_net, c) == 0)
		call_get(c);
}

/* ---- the operator's programs ---- */

static void tell_script(struct subscriber *s, bool up)
{
	struct call *c = s->call;
	struct monitor_script body = { .interface = interface_of(c), .up = up, .service = s->given };

	if (!(up ? c->profile->ip_up : c->profile->ip_down))
		return;
	memcpy(body.profile, c->profile->name, sizeof(body.profile));
	subscriber_describe(c, &body.call);
	body.local_ipv4 = s->local_ipv4;
	body.remote_ipv4 = s->remote_ipv4;
	memcpy(body.dns, s->dns, sizeof(body.dns));
	memcpy(body.local_ifid, s->local_ifid, sizeof(body.local_ifid));
	memcpy(body.remote_ifid, s->remote_ifid, sizeof(body.remote_ifid));
	if (!up) {
		body.session_time_s = (uint32_t)((engine_now(engine_of(s)) - s->up_ms) / 1000);
		body.counters = s->counters;
		copy_text(body.reason, sizeof(body.reason), c->ppp_reason);
	}
	channel_event(&engine_of(s)->monitor, MONITOR_SCRIPT, &body, sizeof(body), NULL, 0);
}

/* ---- counters ---- */

struct stats_request {
	struct call *call;
	subscriber_stats_done *done;
};

static void on_stats(void *arg, int result, struct ipc_message *m)
{
	struct stats_request *r = arg;
	struct call *c = r->call;
	const struct ppp_counters *n = m ? ipc_body(m, struct ppp_counters) : NULL;
	struct subscriber *s = c->subscriber;

	if (s && !result && n) {
		if (n->rx_packets != s->counters.rx_packets || n->tx_packets != s->counters.tx_packets)
			s->active_ms = engine_now(engine_of(s));
		s->counters = *n;
	}
	if (s)
		r->done(s, result ? result : n ? 0 : -EPROTO);
	engine_settle(c->tunnel->engine);
	call_put(c);
	free(r);
}

void subscriber_stats(struct subscriber *s, subscriber_stats_done *done)
{
	struct monitor_interface body = interface_of(s->call);
	struct stats_request *r = malloc(sizeof(*r));
	int err = -ENOMEM;

	if (r) {
		*r = (struct stats_request){ s->call, done };
		err = channel_request(&engine_of(s)->monitor, MONITOR_LINK_STATS, &body, sizeof(body), NULL, 0,
				      on_stats, r);
	}
	if (!err) {
		call_get(s->call);
		return;
	}
	free(r);
	done(s, err);
}

/* ---- timeouts ---- */

void subscriber_set_end(struct call *c, enum service_end end)
{
	if (c->subscriber && !c->subscriber->end)
		c->subscriber->end = end;
}

static void time_out(struct subscriber *s, enum service_end end, const char *why)
{
	struct l2tp_cause cause = cause_make(L2TP_CDN_ADMINISTRATIVE, 0, "%s", why);
	char what[160];

	log_info("%s: user \"%s\": %s", call_describe(s->call, what, sizeof(what)), s->given.user, why);
	subscriber_set_end(s->call, end);
	call_close(s->call, &cause);
}

static void on_session_timeout(struct loop_timer *t)
{
	struct subscriber *s = container_of(t, struct subscriber, session_timer);
	struct engine *e = engine_of(s);

	time_out(s, SERVICE_END_SESSION_TIMEOUT, "the time of the session is over (Session-Timeout)");
	engine_settle(e);
}

static void on_idle_look(struct loop_timer *t);

/* The next look at the counters: when it would be over, or a part of that after it was active. */
static void arm_idle(struct subscriber *s)
{
	uint64_t now = engine_now(engine_of(s)), idle_ms = (uint64_t)s->given.idle_timeout_s * 1000;
	uint64_t over = s->active_ms + idle_ms, step = now + idle_ms / IDLE_LOOKS;

	if (!idle_ms)
		loop_timer_stop(&s->idle_timer);
	else
		loop_timer_set(engine_of(s)->loop, &s->idle_timer, over < step ? over : step, on_idle_look);
}

static void on_idle_stats(struct subscriber *s, int result)
{
	uint64_t idle_ms = (uint64_t)s->given.idle_timeout_s * 1000;

	if (!s->given.idle_timeout_s)
		return;
	if (!result && engine_now(engine_of(s)) >= s->active_ms + idle_ms)
		time_out(s, SERVICE_END_IDLE_TIMEOUT, "it was idle for too long (Idle-Timeout)");
	else
		arm_idle(s);
}

static void on_idle_look(struct loop_timer *t)
{
	struct subscriber *s = container_of(t, struct subscriber, idle_timer);
	struct engine *e = engine_of(s);

	subscriber_stats(s, on_idle_stats);
	engine_settle(e);
}

static void arm_session(struct subscriber *s)
{
	if (!s->given.session_timeout_s)
		loop_timer_stop(&s->session_timer);
	else
		loop_timer_set(engine_of(s)->loop, &s->session_timer,
			       s->up_ms + (uint64_t)s->given.session_timeout_s * 1000, on_session_timeout);
}

/* ---- its life ---- */

/* A caller of ours has none until here: what its profile says counts for it as well. */
static struct subscriber *subscriber_of(struct call *c)
{
	struct aaa_auth_reply nobody = { 0 };
	struct subscriber *s;

	if (c->subscriber || !c->profile || !c->wanted)
		return c->subscriber;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->call = c;
	s->given = nobody.service;
	s->local = true;
	subscriber_complete(&s->given, c);
	c->subscriber = s;
	return s;
}

void subscriber_net_up(struct call *c, const struct ppp_call_up *up)
{
	struct subscriber *s = subscriber_of(c);

	if (!s)
		return;
	registry_readdress(s);
	if (up->family == AF_INET6) {
		memcpy(s->local_ifid, up->local_ifid, sizeof(s->local_ifid));
		memcpy(s->remote_ifid, up->remote_ifid, sizeof(s->remote_ifid));
	}
	if (up->family == AF_INET) {
		s->local_ipv4 = up->local_ipv4;
		s->remote_ipv4 = up->remote_ipv4;
		if (c->wanted)
			memcpy(s->dns, up->dns, sizeof(s->dns));
	}
	if (has_net(&s->given))
		apply(s);
	if (s->up)
		return;
	s->up = true;
	s->up_ms = s->active_ms = engine_now(engine_of(s));
	arm_session(s);
	arm_idle(s);
	account_up(s);
	tell_script(s, true);
}

void subscriber_mppe(struct call *c, const struct ppp_call_mppe *mppe)
{
	struct subscriber *s = subscriber_of(c);	/* a caller of ours: before its network is up */
	char what[160];

	if (!s)
		return;
	s->mppe = *mppe;
	log_info("%s: %s", call_describe(c, what, sizeof(what)), mppe->bits == 128 ? "encrypted with 128 bits (MPPE)" :
		 mppe->bits ? "encrypted with 40 bits (MPPE)" : "not encrypted");
}

void subscriber_change(struct subscriber *s, uint32_t changes, const struct service *to)
{
	struct service *g = &s->given;

	if (changes & AAA_COA_SESSION_TIMEOUT)
		g->session_timeout_s = to->session_timeout_s == SERVICE_FOREVER ? 0 : to->session_timeout_s;
	if (changes & AAA_COA_IDLE_TIMEOUT)
		g->idle_timeout_s = to->idle_timeout_s == SERVICE_FOREVER ? 0 : to->idle_timeout_s;
	if (changes & AAA_COA_INTERIM)
		g->interim_s = to->interim_s == SERVICE_FOREVER ? 0 : to->interim_s;
	if (changes & AAA_COA_RATE_DOWN)
		g->rate_down = to->rate_down;
	if (changes & AAA_COA_RATE_UP)
		g->rate_up = to->rate_up;
	if (changes & AAA_COA_FILTER)
		memcpy(g->filter_id, to->filter_id, sizeof(g->filter_id));
	if (changes & AAA_COA_CLASS) {
		g->class_n = to->class_n;
		memcpy(g->class_len, to->class_len, sizeof(g->class_len));
		memcpy(g->class, to->class, sizeof(g->class));
	}
	if (changes & AAA_COA_ROUTES) {
		g->route_n = to->route_n;
		memcpy(g->route, to->route, sizeof(g->route));
	}
	if (!s->up)
		return;
	arm_session(s);
	arm_idle(s);
	if (changes & AAA_COA_INTERIM)
		account_interval(s);
	if (changes & (AAA_COA_RATE | AAA_COA_ROUTES))
		apply(s);
}

static void stop_timers(struct subscriber *s)
{
	loop_timer_stop(&s->session_timer);
	loop_timer_stop(&s->idle_timer);
	loop_timer_stop(&s->interim_timer);
}

void subscriber_end(struct call *c)
{
	struct subscriber *s = c->subscriber;

	if (!s)
		return;
	stop_timers(s);
	if (c->have_last)
		s->counters = c->last;
	if (s->up) {
		account_down(s);
		tell_script(s, false);
	}
	registry_del(s);
	ipv6_release(s);
	c->subscriber = NULL;
	free(s);
}

void subscriber_free(struct call *c)
{
	if (!c->subscriber)
		return;
	stop_timers(c->subscriber);
	free(c->subscriber);
	c->subscriber = NULL;
}
