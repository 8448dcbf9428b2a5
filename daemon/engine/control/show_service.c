/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show users and pools: who is here and what each was given, and what is left
 * to give.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "engine/control/commands.h"
#include "engine/control/record.h"
#include "engine/control/reply.h"
#include "engine/control/walk.h"
#include "engine/engine.h"
#include "engine/l2tp/session.h"
#include "engine/service/address.h"
#include "engine/service/ipv6.h"
#include "engine/service/subscriber.h"
#include "ipc/aaa.h"
#include "ipc/monitor.h"

/* ---- users ---- */

/* Within its idle timeout only is it looked whether it is idle. */
static void add_idle(json_t *o, const struct subscriber *s, uint64_t now)
{
	uint64_t idle_s = (now - s->active_ms) / 1000;

	if (!s->up || !s->given.idle_timeout_s)
		return;
	record_number(o, "idle_s", idle_s);
	record_number(o, "idle_left_s",
		      idle_s < s->given.idle_timeout_s ?
			      s->given.idle_timeout_s - idle_s :
			      0);
}

static void add_since(json_t *o, time_t since, uint64_t up_s)
{
	record_time(o, "since", since);
	record_number(o, "uptime_s", up_s);
}

static void add_counters(json_t *o, const struct ppp_counters *n)
{
	record_number(o, "rx_packets", n->rx_packets);
	record_number(o, "rx_bytes", n->rx_bytes);
	record_number(o, "tx_packets", n->tx_packets);
	record_number(o, "tx_bytes", n->tx_bytes);
}

static void add_session(json_t *o, struct link *l)
{
	const struct session *s = link_is_session(l) ? session_of(l) : NULL;

	if (!s)
		return;
	record_text(o, "tunnel", tunnel_name(s->tunnel));
	record_number(o, "tunnel_id", s->tunnel->id);
	record_number(o, "session_id", s->id);
}

static json_t *user_record(const struct subscriber *s)
{
	struct link *l = s->link;
	uint64_t now = engine_now(l->engine);
	json_t *o = json_object();

	record_text(o, "user", s->given.user);
	record_text(o, "state",
		    s->leaving ? "ending" :
		    s->up      ? "up" :
				 "starting");
	record_text(o, "ppp", l->profile->name);
	add_session(o, l);
	record_text(o, "ifname", l->ifname);
	record_ipv4(o, "local_ipv4", s->local_ipv4);
	record_ipv4(o, "remote_ipv4",
		    s->remote_ipv4 ? s->remote_ipv4 : htonl(s->lease));
	record_ifid(o, "interface_id", s->remote_ifid);
	record_dns(o, s->dns);
	record_service(o, &s->given);
	record_text(o, "server", s->local ? "local" : s->given.server);
	record_text(o, "acct_session_id", l->acct_id);
	record_encryption_and_time(o, s, now);
	if (s->up) {
		add_since(o, s->up_at, (now - s->up_ms) / 1000);
		add_idle(o, s, now);
	}
	return o;
}

static void on_user_stats(void *argument, int result, struct ipc_message *m)
{
	struct control *c = argument;
	const struct ppp_counters *n = m ? ipc_body(m, struct ppp_counters) :
					   NULL;

	c->waiting = false;
	if (!result && n)
		add_counters(c->record, n);
	control_send_waiting(c);
}

static void emit_user(struct control *c, const struct subscriber *s)
{
	struct monitor_interface body = { .link = s->link->id };
	json_t *o = user_record(s);

	c->found++;
	if (!s->up || !s->link->ifname[0] || !control_flag_arg(c, "stats")) {
		control_record(c, o);
		return;
	}
	memcpy(body.ifname, s->link->ifname, sizeof(body.ifname));
	c->record = o;
	c->waiting = channel_request(&c->engine->monitor, MONITOR_LINK_STATS,
				     &body, sizeof(body), NULL, 0,
				     on_user_stats, c) == 0;
	if (!c->waiting) {
		c->record = NULL;
		control_record(c, o);
	}
}

static void produce_user(struct control *c)
{
	const char *wanted = control_arg(c, "user");
	const struct subscriber *s = registry_walk(c->engine, &c->place);

	if (!s)
		walk_finish(c, "user", wanted);
	else if (!wanted || strcmp(s->given.user, wanted) == 0)
		emit_user(c, s);
}

void show_users(struct control *c)
{
	walk_start(c, produce_user);
}

/* ---- pools ---- */

static void add_ranges(json_t *o, const char *key,
		       const struct config_ranges *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->n; i++) {
		char first[INET_ADDRSTRLEN], last[INET_ADDRSTRLEN],
			text[2 * INET_ADDRSTRLEN];

		inet_ntop(AF_INET, &(uint32_t){ htonl(l->v[i].first) }, first,
			  sizeof(first));
		inet_ntop(AF_INET, &(uint32_t){ htonl(l->v[i].last) }, last,
			  sizeof(last));
		snprintf(text, sizeof(text),
			 l->v[i].first == l->v[i].last ? "%s" : "%s-%s", first,
			 last);
		json_array_append_new(list, json_string(text));
	}
	json_object_set_new(o, key, list);
}

static void add_prefixes(json_t *o, const char *key,
			 const struct config_prefixes *l)
{
	json_t *list = json_array();
	char text[ADDR_STRLEN];

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(list,
				      json_string(addr_prefix_format(&l->v[i],
								     text)));
	json_object_set_new(o, key, list);
}

static json_t *pool_record(const struct pool_books *b)
{
	struct pool_usage u = pool_usage(b->pool);
	json_t *o = json_object();

	record_text(o, "pool", b->name);
	record_text(o, "section", b->kind);
	if (b->prefixes)
		add_prefixes(o, "ranges", b->prefixes);
	else
		add_ranges(o, "ranges", b->ranges);
	if (b->reserve && b->reserve->n)
		add_ranges(o, "reserve", b->reserve);
	record_number(o, "size", u.size);
	record_number(o, "used", u.used);
	record_number(o, "reserved", u.reserved);
	record_number(o, "free", u.free);
	record_number(o, "known", u.known);
	record_number(o, "exhausted", b->exhausted);
	return o;
}

/* Those of addresses, then those of prefixes. */
static const struct pool_books *next_pool(struct control *c)
{
	const uint64_t in_prefixes = (uint64_t)1 << 63;
	size_t place = (size_t)(c->place & ~in_prefixes);
	const struct pool_books *b = NULL;

	if (!(c->place & in_prefixes)) {
		b = pools_next(c->engine, &place);
		c->place = b ? place : in_prefixes;
		place = 0;
	}
	if (!b) {
		b = ipv6_pools_next(c->engine, &place);
		c->place = in_prefixes | place;
	}
	return b;
}

static void produce_pool(struct control *c)
{
	const char *wanted = control_arg(c, "pool");
	const struct pool_books *b = next_pool(c);

	if (!b) {
		walk_finish(c, "pool", wanted);
	} else if (!wanted || strcmp(b->name, wanted) == 0) {
		c->found++;
		control_record(c, pool_record(b));
	}
}

void show_pools(struct control *c)
{
	walk_start(c, produce_pool);
}
