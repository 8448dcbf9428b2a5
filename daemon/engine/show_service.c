/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show users, pools and radius: who is here and what each was given, what is
 * left to give, and how the servers behind it are. A walk keeps numbers, not
 * pointers, as in show.c.
 */
#include "engine/control.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* ---- what a call is given ---- */

static void add_prefix6(json_t *o, const char *key, const struct service_prefix6 *p)
{
	char text[INET6_ADDRSTRLEN + 4];

	if (!p->len || !inet_ntop(AF_INET6, p->addr, text, sizeof(text)))
		return;
	snprintf(text + strlen(text), 5, "/%u", p->len);
	show_text(o, key, text);
}

void show_ifid(json_t *o, const char *key, const uint8_t id[8])
{
	char text[20];

	if (memcmp(id, (uint8_t[8]){ 0 }, 8) == 0)
		return;
	snprintf(text, sizeof(text), "%x:%x:%x:%x", id[0] << 8 | id[1], id[2] << 8 | id[3], id[4] << 8 | id[5],
		 id[6] << 8 | id[7]);
	show_text(o, key, text);
}

static void add_routes(json_t *o, const struct service *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->route_n && i < SERVICE_ROUTES_MAX; i++) {
		const struct service_route *r = &s->route[i];
		char text[INET6_ADDRSTRLEN + 24] = "";

		inet_ntop(r->family, r->dst, text, INET6_ADDRSTRLEN);
		snprintf(text + strlen(text), 24, r->metric ? "/%u metric %u" : "/%u", r->len, r->metric);
		json_array_append_new(list, json_string(text));
	}
	json_object_set_new(o, "routes", list);
}

static void add_dns6(json_t *o, const struct service *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->dns6_n && i < 2; i++) {
		char text[INET6_ADDRSTRLEN];

		if (inet_ntop(AF_INET6, s->dns6[i], text, sizeof(text)))
			json_array_append_new(list, json_string(text));
	}
	json_object_set_new(o, "dns6", list);
}

static void add_some(json_t *o, const char *key, uint64_t value)
{
	if (value)
		show_number(o, key, value);
}

void show_service(json_t *o, const struct service *s)
{
	add_prefix6(o, "prefix6", &s->prefix6);
	add_prefix6(o, "delegated6", &s->delegated6);
	add_some(o, "session_timeout_s", s->session_timeout_s);
	add_some(o, "idle_timeout_s", s->idle_timeout_s);
	add_some(o, "interim_s", s->interim_s);
	add_some(o, "rate_down", s->rate_down);
	add_some(o, "rate_up", s->rate_up);
	add_some(o, "port_limit", s->port_limit);
	add_some(o, "mtu", s->mtu);
	show_text(o, "named_pool", s->pool);
	show_text(o, "filter_id", s->filter_id);
	if (s->route_n)
		add_routes(o, s);
	if (s->dns6_n)
		add_dns6(o, s);
}

void show_dns(json_t *o, const uint32_t dns[2])
{
	json_t *list = json_array();

	for (size_t i = 0; i < 2; i++) {
		char text[INET_ADDRSTRLEN];

		if (dns[i] && inet_ntop(AF_INET, &dns[i], text, sizeof(text)))
			json_array_append_new(list, json_string(text));
	}
	if (json_array_size(list))
		json_object_set_new(o, "dns", list);
	else
		json_decref(list);
}

/* ---- users ---- */

static void add_left(json_t *o, const char *key, const struct loop_timer *t, uint64_t now)
{
	if (loop_timer_is_set(t))
		show_number(o, key, t->deadline > now ? (t->deadline - now + 999) / 1000 : 0);
}

void show_encryption_and_time(json_t *o, const struct subscriber *s, uint64_t now)
{
	char text[40];

	if (s->mppe.bits) {
		snprintf(text, sizeof(text), "MPPE %u bits, %s", s->mppe.bits,
			 s->mppe.stateful ? "stateful" : "stateless");
		show_text(o, "encryption", text);
	}
	add_left(o, "session_left_s", &s->session_timer, now);
}

/* Within its idle timeout only is it looked whether it is idle. */
static void add_idle(json_t *o, const struct subscriber *s, uint64_t now)
{
	uint64_t idle_s = (now - s->active_ms) / 1000;

	if (!s->up || !s->given.idle_timeout_s)
		return;
	show_number(o, "idle_s", idle_s);
	show_number(o, "idle_left_s", idle_s < s->given.idle_timeout_s ? s->given.idle_timeout_s - idle_s : 0);
}

static void add_since(json_t *o, uint64_t up_s)
{
	time_t since = time(NULL) - (time_t)up_s;
	struct tm tm;
	char text[32];

	if (gmtime_r(&since, &tm) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		show_text(o, "since", text);
	show_number(o, "uptime_s", up_s);
}

static void add_counters(json_t *o, const struct ppp_counters *n)
{
	show_number(o, "rx_packets", n->rx_packets);
	show_number(o, "rx_bytes", n->rx_bytes);
	show_number(o, "tx_packets", n->tx_packets);
	show_number(o, "tx_bytes", n->tx_bytes);
}

static json_t *user_record(const struct subscriber *s)
{
	const struct call *c = s->call;
	uint64_t now = engine_now(c->tunnel->engine);
	json_t *o = json_object();

	show_text(o, "user", s->given.user);
	show_text(o, "state", s->leaving ? "ending" : s->up ? "up" : "starting");
	show_text(o, "ppp", c->profile->name);
	show_text(o, "tunnel", c->tunnel->peer ? c->tunnel->peer->name : NULL);
	show_number(o, "tunnel_id", c->tunnel->id);
	show_number(o, "session_id", c->id);
	show_text(o, "ifname", c->ifname);
	show_ipv4(o, "local_ipv4", s->local_ipv4);
	show_ipv4(o, "remote_ipv4", s->remote_ipv4 ? s->remote_ipv4 : htonl(c->lease));
	show_ifid(o, "interface_id", s->remote_ifid);
	show_dns(o, s->dns);
	show_service(o, &s->given);
	show_text(o, "server", s->local ? "local" : s->given.radius);
	show_text(o, "acct_session_id", c->acct_id);
	show_encryption_and_time(o, s, now);
	if (s->up) {
		add_since(o, (now - s->up_ms) / 1000);
		add_idle(o, s, now);
	}
	return o;
}

static void on_user_stats(void *argument, int result, struct ipc_message *m)
{
	struct control *c = argument;
	const struct ppp_counters *n = m ? ipc_body(m, struct ppp_counters) : NULL;

	c->waiting = false;
	if (!result && n)
		add_counters(c->record, n);
	if (!c->over)
		control_record(c, json_incref(c->record));
	json_decref(c->record);
	c->record = NULL;
	control_resume(c);
	engine_settle(c->engine);
}

static void emit_user(struct control *c, const struct subscriber *s)
{
	struct monitor_interface body = { .link = call_link(s->call) };
	json_t *o = user_record(s);

	c->found++;
	if (!s->up || !s->call->ifname[0] || !json_is_true(json_object_get(c->args, "stats"))) {
		control_record(c, o);
		return;
	}
	memcpy(body.ifname, s->call->ifname, sizeof(body.ifname));
	c->record = o;
	c->waiting = channel_request(&c->engine->monitor, MONITOR_LINK_STATS, &body, sizeof(body), NULL, 0,
				     on_user_stats, c) == 0;
	if (!c->waiting) {
		c->record = NULL;
		control_record(c, o);
	}
}

static void produce_user(struct control *c)
{
	const char *wanted = show_arg(c, "user");
	const struct subscriber *s = registry_walk(c->engine, &c->place);

	if (!s)
		show_finish(c, "user", wanted);
	else if (!wanted || strcmp(s->given.user, wanted) == 0)
		emit_user(c, s);
}

static void start_walk(struct control *c, void (*produce)(struct control *))
{
	c->place = 0;
	c->found = 0;
	c->produce = produce;
}

void show_users(struct control *c)
{
	start_walk(c, produce_user);
}

/* ---- pools ---- */

static void add_ranges(json_t *o, const char *key, const struct config_ranges *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->n; i++) {
		char first[INET_ADDRSTRLEN], last[INET_ADDRSTRLEN], text[2 * INET_ADDRSTRLEN];

		inet_ntop(AF_INET, &(uint32_t){ htonl(l->v[i].first) }, first, sizeof(first));
		inet_ntop(AF_INET, &(uint32_t){ htonl(l->v[i].last) }, last, sizeof(last));
		snprintf(text, sizeof(text), l->v[i].first == l->v[i].last ? "%s" : "%s-%s", first, last);
		json_array_append_new(list, json_string(text));
	}
	json_object_set_new(o, key, list);
}

static void add_prefixes(json_t *o, const char *key, const struct config_prefixes *l)
{
	json_t *list = json_array();
	char text[ADDR_STRLEN];

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(list, json_string(addr_prefix_format(&l->v[i], text)));
	json_object_set_new(o, key, list);
}

static json_t *pool_record(const struct pool_books *b)
{
	struct pool_usage u = pool_usage(b->pool);
	json_t *o = json_object();

	show_text(o, "name", b->name);
	show_text(o, "kind", b->kind);
	if (b->prefixes)
		add_prefixes(o, "ranges", b->prefixes);
	else
		add_ranges(o, "ranges", b->ranges);
	if (b->reserve && b->reserve->n)
		add_ranges(o, "reserve", b->reserve);
	show_number(o, "size", u.size);
	show_number(o, "used", u.used);
	show_number(o, "reserved", u.reserved);
	show_number(o, "free", u.free);
	show_number(o, "known", u.known);
	show_number(o, "exhausted", b->exhausted);
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
	const char *wanted = show_arg(c, "name");
	const struct pool_books *b = next_pool(c);

	if (!b) {
		show_finish(c, "pool", wanted);
	} else if (!wanted || strcmp(b->name, wanted) == 0) {
		c->found++;
		control_record(c, pool_record(b));
	}
}

void show_pools(struct control *c)
{
	start_walk(c, produce_pool);
}

/* ---- RADIUS servers ---- */

static const char *server_state(unsigned int state)
{
	static const char *const names[] = {
		[AAA_RADIUS_UNKNOWN] = "unknown", [AAA_RADIUS_ALIVE] = "alive", [AAA_RADIUS_DEAD] = "dead",
	};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : NULL;
}

static json_t *server_record(const struct aaa_radius_state *s)
{
	json_t *o = json_object();

	show_text(o, "name", s->name);
	show_text(o, "address", s->address);
	show_text(o, "transport", s->transport == CONFIG_TRANSPORT_TLS ? "tls" : "udp");
	show_text(o, "tls", s->tls);
	show_number(o, "auth_port", s->auth_port);
	show_number(o, "acct_port", s->acct_port);
	show_text(o, "auth", server_state(s->auth));
	show_text(o, "acct", server_state(s->acct));
	if (s->changed_ms_ago)
		show_number(o, "changed_s", s->changed_ms_ago / 1000);
	if (s->auth_latency_us)
		show_number(o, "auth_latency_us", s->auth_latency_us);
	if (s->acct_latency_us)
		show_number(o, "acct_latency_us", s->acct_latency_us);
	show_number(o, "auth_requests", s->auth_requests);
	show_number(o, "auth_accepts", s->auth_accepts);
	show_number(o, "auth_rejects", s->auth_rejects);
	show_number(o, "auth_challenges", s->auth_challenges);
	show_number(o, "auth_timeouts", s->auth_timeouts);
	show_number(o, "acct_requests", s->acct_requests);
	show_number(o, "acct_responses", s->acct_responses);
	show_number(o, "acct_timeouts", s->acct_timeouts);
	show_number(o, "retransmits", s->retransmits);
	show_number(o, "bad_replies", s->bad_replies);
	show_number(o, "outstanding", s->outstanding);
	show_number(o, "queued", s->queued);
	show_text(o, "last_error", s->last_error);
	return o;
}

static void on_server(void *argument, int result, struct ipc_message *m)
{
	struct control *c = argument;
	const struct aaa_radius_state *s = m ? ipc_body(m, struct aaa_radius_state) : NULL;
	const char *wanted = show_arg(c, "name");

	c->waiting = false;
	if (!result && s && (!ipc_is_text(s->name) || !ipc_is_text(s->address) || !ipc_is_text(s->tls) ||
			     !ipc_is_text(s->last_error)))
		result = -EPROTO;
	if (c->over) {
		control_resume(c);
		return;
	}
	if (result == -ENOENT) {
		show_finish(c, "radius section", wanted);
	} else if (result || !s) {
		control_error(c, "the aaa process does not answer: %s", strerror(result ? -result : EPROTO));
	} else if (!wanted || strcmp(s->name, wanted) == 0) {
		c->found++;
		control_record(c, server_record(s));
	}
	control_resume(c);
	engine_settle(c->engine);
}

static void produce_server(struct control *c)
{
	struct aaa_radius body = { .index = (uint32_t)c->place++ };
	int err = channel_request(&c->engine->aaa, AAA_RADIUS, &body, sizeof(body), NULL, 0, on_server, c);

	c->waiting = err == 0;
	if (err)
		control_error(c, "the aaa process cannot be asked: %s", strerror(-err));
}

void show_radius(struct control *c)
{
	start_walk(c, produce_server);
}
