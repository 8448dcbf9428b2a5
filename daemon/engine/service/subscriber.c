/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A subscriber's life: admitted, up, changed, timed out, ended. */
#include "engine/service/subscriber.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/engine.h"
#include "engine/link/ppp.h"
#include "engine/peers/redial.h"
#include "engine/service/account.h"
#include "engine/service/address.h"
#include "engine/service/counters.h"
#include "engine/service/facts.h"
#include "engine/service/ipv6.h"
#include "engine/service/replace.h"
#include "engine/tell.h"
#include "ipc/monitor.h"
#include "lib/log.h"

#define IDLE_LOOKS 4 /* in one idle timeout: how exactly its end is met */

static struct engine *engine_of(const struct subscriber *s)
{
	return s->link->engine;
}

static void copy_text(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text ? text : "");
}

/* ---- admission ---- */

static uint32_t seconds_of(uint32_t said, uint32_t profile_ms)
{
	if (said == SERVICE_FOREVER)
		return 0;
	return said ? said : profile_ms / 1000;
}

void subscriber_complete(struct service *s, const struct config_ppp *p,
			 const char *user)
{
	s->session_timeout_s =
		seconds_of(s->session_timeout_s, p->session_timeout_ms);
	s->idle_timeout_s = seconds_of(s->idle_timeout_s, p->idle_timeout_ms);
	s->interim_s = seconds_of(s->interim_s, p->interim_ms);
	if (!s->rate_down)
		s->rate_down = p->rate_down;
	if (!s->rate_up)
		s->rate_up = p->rate_up;
	if (!s->port_limit)
		s->port_limit = p->max_sessions_per_user;
	if (!s->user[0])
		copy_text(s->user, sizeof(s->user), user);
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
	return ipc_is_text(s->user) && ipc_is_text(s->pool) &&
	       ipc_is_text(s->filter_id) && ipc_is_text(s->server) &&
	       s->route_n <= SERVICE_ROUTES_MAX &&
	       s->class_n <= SERVICE_CLASSES_MAX && s->dns6_n <= 2;
}

static int admit(struct link *l, const struct aaa_auth_reply *from,
		 struct subscriber *s, struct ppp_call_auth_reply *reply,
		 char *why, size_t size)
{
	int err;

	s->link = l;
	s->given = from->service;
	s->local = from->service.server[0] == '\0';
	subscriber_complete(&s->given, l->profile, l->user);
	err = registry_may_add(engine_of(s), l->profile, &s->given, why, size);
	if (!err)
		err = address_assign(s, reply, why, size);
	if (!err && l->profile->ipv6)
		err = ipv6_assign(s, why, size);
	if (!err) {
		l->subscriber = s;
		err = registry_add(s);
		if (err)
			snprintf(why, size, "l2tpd is out of memory");
	}
	if (err) {
		l->subscriber = NULL;
		ipv6_release(s);
		address_release(s);
	}
	return err;
}

int subscriber_admit(struct link *l, const struct aaa_auth_reply *from,
		     struct ppp_call_auth_reply *reply, char *why, size_t size)
{
	struct subscriber *s = l->subscriber;
	int err;

	if (!texts_end(&from->service)) {
		snprintf(why, size,
			 "the aaa process sent a reply that is not understood");
		return -EPROTO;
	}
	if (s) /* once more: it keeps what it has */
		return address_assign(s, reply, why, size);
	s = calloc(1, sizeof(*s));
	if (!s) {
		snprintf(why, size, "l2tpd is out of memory");
		return -ENOMEM;
	}
	err = admit(l, from, s, reply, why, size);
	if (err)
		free(s);
	else if (s->given.mtu && (!reply->mtu || s->given.mtu < reply->mtu))
		reply->mtu = s->given.mtu;
	return err;
}

/* ---- its interface in the kernel ---- */

static bool has_net(const struct service *g)
{
	return g->rate_down || g->rate_up || g->mtu || g->prefix6.len ||
	       g->delegated6.len || g->route_n;
}

/* With unapplied = refuse a call is not without what it was to have. */
static void net_refused(struct link *l, int err)
{
	struct cause cause = cause_make(
		CAUSE_NO_RESOURCES,
		"its rates, routes or prefixes could not be put into the "
		"kernel: %s",
		strerror(err));
	char what[WHOSE_MAX];

	log_error("%s: %s", link_describe(l, what, sizeof(what)), cause.text);
	if (l->profile->unapplied == CONFIG_UNAPPLIED_REFUSE)
		link_close(l, &cause);
}

static void on_net(void *arg, int result, struct ipc_message *m)
{
	struct link *l = arg;
	struct turn *turn = &l->engine->turn;

	(void)m;
	if (result && l->subscriber && !l->down)
		net_refused(l, -result);
	turn_settle(turn);
	link_release(l);
}

static struct monitor_interface interface_of(const struct link *l)
{
	struct monitor_interface i = { .link = l->id };

	memcpy(i.ifname, l->ifname, sizeof(i.ifname));
	return i;
}

static void apply(struct subscriber *s)
{
	const struct service *g = &s->given;
	struct link *l = s->link;
	struct monitor_net body = {
		.interface = interface_of(l),
		.rate_down = g->rate_down,
		.rate_up = g->rate_up,
		.mtu = g->mtu,
		.dns6_n = g->dns6_n,
		.route_n = g->route_n,
	};

	memcpy(body.profile, l->profile->name, sizeof(body.profile));
	memcpy(body.dns6, g->dns6, sizeof(body.dns6));
	memcpy(body.route, g->route, sizeof(body.route));
	memcpy(body.local_ifid, s->local_ifid, sizeof(body.local_ifid));
	memcpy(body.remote_ifid, s->remote_ifid, sizeof(body.remote_ifid));
	/* Without IPv6 on the link there is nobody to tell. */
	if (memcmp(s->remote_ifid, (uint8_t[8]){ 0 }, 8) != 0) {
		body.prefix6 = g->prefix6;
		body.delegated6 = g->delegated6;
	}
	if (channel_request(&engine_of(s)->monitor, MONITOR_NET, &body,
			    sizeof(body), NULL, 0, on_net, l) == 0)
		link_hold(l);
}

/* ---- the operator's programs ---- */

static void tell_script(struct subscriber *s, bool up)
{
	struct link *l = s->link;
	struct monitor_script body;

	if (!(up ? l->profile->ip_up : l->profile->ip_down))
		return;
	body = (struct monitor_script){
		.interface = interface_of(l),
		.up = up,
		.service = s->given,
	};
	memcpy(body.profile, l->profile->name, sizeof(body.profile));
	facts_of(l, &body.call);
	body.local_ipv4 = s->local_ipv4;
	body.remote_ipv4 = s->remote_ipv4;
	memcpy(body.dns, s->dns, sizeof(body.dns));
	memcpy(body.local_ifid, s->local_ifid, sizeof(body.local_ifid));
	memcpy(body.remote_ifid, s->remote_ifid, sizeof(body.remote_ifid));
	if (!up) {
		body.session_time_s =
			(uint32_t)((engine_now(engine_of(s)) - s->up_ms) /
				   1000);
		body.counters = s->counters;
		copy_text(body.reason, sizeof(body.reason), l->reason);
	}
	tell(&engine_of(s)->monitor, MONITOR_SCRIPT, &body, sizeof(body),
	     up ? "an ip-up is not run" : "an ip-down is not run");
}

/* ---- timeouts ---- */

void subscriber_set_end(struct link *l, enum service_end end)
{
	if (l->subscriber && !l->subscriber->end)
		l->subscriber->end = end;
}

static void time_out(struct subscriber *s, enum service_end end,
		     const char *why)
{
	struct cause cause = cause_make(CAUSE_ADMINISTRATIVE, "%s", why);
	char what[WHOSE_MAX];

	log_info("%s: user \"%s\": %s",
		 link_describe(s->link, what, sizeof(what)), s->given.user,
		 why);
	subscriber_set_end(s->link, end);
	link_close(s->link, &cause);
}

static void on_session_timeout(struct loop_timer *t)
{
	struct subscriber *s =
		container_of(t, struct subscriber, session_timer);
	struct engine *e = engine_of(s);

	time_out(s, SERVICE_END_SESSION_TIMEOUT,
		 "the time of the session is over (Session-Timeout)");
	turn_settle(&e->turn);
}

static void on_idle_look(struct loop_timer *t);

/*
 * The next look at the counters: when it would be over, or a part of that after
 * it was active.
 */
static void arm_idle(struct subscriber *s)
{
	uint64_t now = engine_now(engine_of(s)),
		 idle_ms = (uint64_t)s->given.idle_timeout_s * 1000;
	uint64_t over = s->active_ms + idle_ms,
		 step = now + idle_ms / IDLE_LOOKS;

	if (!idle_ms)
		loop_timer_stop(&s->idle_timer);
	else
		loop_timer_set(engine_of(s)->loop, &s->idle_timer,
			       over < step ? over : step, on_idle_look);
}

static void on_idle_stats(struct subscriber *s, int result)
{
	uint64_t idle_ms = (uint64_t)s->given.idle_timeout_s * 1000;

	if (!s->given.idle_timeout_s)
		return;
	if (!result && engine_now(engine_of(s)) >= s->active_ms + idle_ms)
		time_out(s, SERVICE_END_IDLE_TIMEOUT,
			 "it was idle for too long (Idle-Timeout)");
	else
		arm_idle(s);
}

static void on_idle_look(struct loop_timer *t)
{
	struct subscriber *s = container_of(t, struct subscriber, idle_timer);
	struct engine *e = engine_of(s);

	counters_read(s, on_idle_stats);
	turn_settle(&e->turn);
}

static void arm_session(struct subscriber *s)
{
	if (!s->given.session_timeout_s)
		loop_timer_stop(&s->session_timer);
	else
		loop_timer_set(engine_of(s)->loop, &s->session_timer,
			       s->up_ms + (uint64_t)s->given.session_timeout_s *
						  1000,
			       on_session_timeout);
}

/* ---- its life ---- */

/*
 * A caller of ours has none until here: what its profile says
 * counts for it as well.
 */
static struct subscriber *subscriber_of(struct link *l)
{
	struct subscriber *s;

	if (l->subscriber || !l->profile || !redial_session(l))
		return l->subscriber;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->link = l;
	s->local = true;
	subscriber_complete(&s->given, l->profile, l->user);
	l->subscriber = s;
	return s;
}

void subscriber_net_up(struct link *l, const struct ppp_call_up *up)
{
	struct subscriber *s = subscriber_of(l);

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
		if (redial_session(l))
			memcpy(s->dns, up->dns, sizeof(s->dns));
	}
	if (has_net(&s->given))
		apply(s);
	if (s->up)
		return;
	s->up = true;
	s->up_ms = s->active_ms = engine_now(engine_of(s));
	s->up_at = time(NULL);
	arm_session(s);
	arm_idle(s);
	account_up(s);
	tell_script(s, true);
}

void subscriber_mppe(struct link *l, const struct ppp_call_mppe *mppe)
{
	/* a caller of ours: before its network is up */
	struct subscriber *s = subscriber_of(l);
	char what[WHOSE_MAX];

	if (!s)
		return;
	s->mppe = *mppe;
	log_info("%s: %s", link_describe(l, what, sizeof(what)),
		 mppe->bits == 128 ? "encrypted with 128 bits (MPPE)" :
		 mppe->bits	   ? "encrypted with 40 bits (MPPE)" :
				     "no longer encrypted");
}

void subscriber_change(struct subscriber *s, uint32_t changes,
		       const struct service *to)
{
	struct service *g = &s->given;

	if (changes & AAA_COA_SESSION_TIMEOUT)
		g->session_timeout_s = seconds_of(to->session_timeout_s, 0);
	if (changes & AAA_COA_IDLE_TIMEOUT)
		g->idle_timeout_s = seconds_of(to->idle_timeout_s, 0);
	if (changes & AAA_COA_INTERIM)
		g->interim_s = seconds_of(to->interim_s, 0);
	if (changes & AAA_COA_RATE_DOWN)
		g->rate_down = to->rate_down;
	if (changes & AAA_COA_RATE_UP)
		g->rate_up = to->rate_up;
	if (changes & AAA_COA_FILTER)
		memcpy(g->filter_id, to->filter_id, sizeof(g->filter_id));
	if (changes & AAA_COA_CLASS) {
		g->class_n = to->class_n;
		memcpy(g->class_len, to->class_len, sizeof(g->class_len));
		memcpy(g->classes, to->classes, sizeof(g->classes));
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

void subscriber_leaving(struct link *l)
{
	if (l->subscriber)
		registry_leave(l->subscriber);
}

void subscriber_end(struct link *l, const struct ppp_end *end)
{
	struct subscriber *s = l->subscriber;

	if (!s)
		return;
	stop_timers(s);
	if (end->have_counters)
		s->counters = end->counters;
	if (s->up) {
		account_down(s, end);
		tell_script(s, false);
	}
	registry_del(s);
	ipv6_release(s);
	address_release(s);
	replace_ended(s);
	l->subscriber = NULL;
	free(s);
}

void subscriber_free(struct link *l)
{
	if (!l->subscriber)
		return;
	stop_timers(l->subscriber);
	replace_ended(l->subscriber);
	free(l->subscriber);
	l->subscriber = NULL;
}
