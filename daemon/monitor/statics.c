/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Static tunnels are brought to the kernel, and found there
 * again; see statics.h.
 */
#include "monitor/statics_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "monitor/pw_link.h"
#include "monitor/statics_record.h"
#include "netlink/dataplane.h"

#define RETRY_MS       5000
/*
 * The kernel takes a moment to remove something; until then its ids, ports and
 * names are taken.
 */
#define SETTLE_MS      3000
#define SETTLE_STEP_MS 50

/* ---- sets ---- */

static void state_fini(struct static_state *state)
{
	static_ping_free(state->ping);
	free(state->why);
	*state = (struct static_state){ 0 };
}

int static_set_init(struct static_set *set, struct config *config)
{
	struct static_set made = { .config = config, .n = config->statics_n };

	made.tunnels = calloc(made.n + 1, sizeof(*made.tunnels));
	for (size_t i = 0; made.tunnels && i < made.n; i++) {
		made.tunnels[i].config = &config->statics[i];
		made.tunnels[i].sessions =
			calloc(config->statics[i].sessions_n + 1,
			       sizeof(struct static_state));
		if (!made.tunnels[i].sessions) {
			made.config = NULL;
			static_set_fini(&made);
			return -ENOMEM;
		}
	}
	if (!made.tunnels)
		return -ENOMEM;
	*set = made;
	return 0;
}

void static_set_fini(struct static_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		struct static_tunnel *t = &set->tunnels[i];

		for (size_t k = 0; t->sessions && k < t->config->sessions_n;
		     k++)
			state_fini(&t->sessions[k]);
		free(t->sessions);
		state_fini(&t->state);
	}
	free(set->tunnels);
	if (set->config)
		config_free(set->config);
	*set = (struct static_set){ 0 };
}

/* ---- what is wrong ---- */

static bool is_settling(const struct statics *s, int err)
{
	return (err == -EEXIST || err == -EADDRINUSE) &&
	       loop_now_fresh(s->loop) < s->settling_until_ms;
}

/* Logs and keeps why it is not made. The same reason is logged once only. */
static void complain(struct static_state *state, const struct static_tunnel *t,
		     const char *session, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
static void complain(struct static_state *state, const struct static_tunnel *t,
		     const char *session, const char *fmt, ...)
{
	char *why = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&why, fmt, ap) < 0)
		why = NULL;
	va_end(ap);
	if (!why)
		return;
	if (state->why && strcmp(state->why, why) == 0) {
		free(why);
		return;
	}
	free(state->why);
	state->why = why;
	log_error("static \"%s\"%s%s%s: %s; it is tried again every %d s",
		  t->config->name, session ? " session \"" : "",
		  session ? session : "", session ? "\"" : "", why,
		  RETRY_MS / 1000);
}

static void is_well(struct static_state *state)
{
	free(state->why);
	state->why = NULL;
}

/* ---- the record ---- */

char *statics_print(const struct config_static *v, size_t n)
{
	const struct config c = {
		.statics = (struct config_static *)(uintptr_t)v,
		.statics_n = n,
	};

	return config_sections_text(&c);
}

/* Copies what is recorded of t to *out, whose sessions the caller frees. */
static int recorded_of(const struct static_tunnel *t, struct config_static *out)
{
	*out = *t->config;
	out->sessions_n = 0;
	out->sessions =
		calloc(t->config->sessions_n + 1, sizeof(*out->sessions));
	if (!out->sessions)
		return -ENOMEM;
	for (size_t k = 0; k < t->config->sessions_n; k++)
		if (t->sessions[k].recorded)
			out->sessions[out->sessions_n++] =
				t->config->sessions[k];
	return 0;
}

static char *recorded_text(const struct static_set *set)
{
	struct config_static *v = calloc(set->n + 1, sizeof(*v));
	char *text = NULL;
	size_t n = 0;
	int err = v ? 0 : -ENOMEM;

	for (size_t i = 0; i < set->n && !err; i++) {
		if (!set->tunnels[i].state.recorded)
			continue;
		err = recorded_of(&set->tunnels[i], &v[n]);
		n += !err;
	}
	if (!err)
		text = statics_print(v, n);
	while (n)
		free(v[--n].sessions);
	free(v);
	return text;
}

static void record(struct statics *s)
{
	char *text = recorded_text(&s->set);

	if (!text) {
		log_error("out of memory: static tunnels are not recorded");
		return;
	}
	if (strcmp(text, s->made) == 0 ||
	    statics_record_write(s->options.config->state_dir, STATICS_MADE,
				 text)) {
		free(text);
		return;
	}
	free(s->made);
	s->made = text;
}

/* ---- out of the kernel ---- */

static void settle(struct statics *s)
{
	s->settling_until_ms = loop_now_fresh(s->loop) + SETTLE_MS;
}

static void remove_session(struct statics *s, const struct config_static *t,
			   const struct config_static_session *c)
{
	int err = s->options.dp->ops->session_del(s->options.dp, t->tunnel_id,
						  c->session_id);

	if (err && err != -ENOENT)
		log_error("static \"%s\" session \"%s\": cannot be removed "
			  "from the kernel: %s; remove it with \"ip "
			  "l2tp del session tunnel_id %u session_id %u\"",
			  t->name, c->name, strerror(-err), t->tunnel_id,
			  c->session_id);
	else
		log_info("static \"%s\" session \"%s\" is removed", t->name,
			 c->name);
	settle(s);
}

static void remove_tunnel(struct statics *s, const struct config_static *t)
{
	int err = s->options.dp->ops->tunnel_del(s->options.dp, t->tunnel_id);

	if (err && err != -ENOENT)
		log_error("static \"%s\": cannot be removed "
			  "from the kernel: %s; remove it with "
			  "\"ip l2tp del tunnel tunnel_id %u\"",
			  t->name, strerror(-err), t->tunnel_id);
	else
		log_notice("static \"%s\" is removed", t->name);
	settle(s);
}

void statics_drop(struct statics *s, struct static_tunnel *t, size_t session)
{
	struct static_state *state = &t->sessions[session];

	if (state->there)
		remove_session(s, t->config, &t->config->sessions[session]);
	state_fini(state);
	state->off = true;
}

void statics_drop_tunnel(struct statics *s, struct static_tunnel *t)
{
	if (t->state.there)
		remove_tunnel(s, t->config);
	state_fini(&t->state);
	t->state.off = true;
	for (size_t k = 0; k < t->config->sessions_n; k++) {
		state_fini(&t->sessions[k]);
		t->sessions[k].off = true;
	}
}

/* ---- from one set to the next ---- */

/* The state goes from the old set to the new one. */
static void take_over(struct static_state *to, struct static_state *from)
{
	state_fini(to);
	*to = *from;
	*from = (struct static_state){ 0 };
}

static struct static_tunnel *find_same(struct static_set *set,
				       const struct config_static *c)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->tunnels[i].config->tunnel_id == c->tunnel_id)
			return config_static_equal(set->tunnels[i].config, c) ?
				       &set->tunnels[i] :
				       NULL;
	return NULL;
}

static void adopt_session(struct statics *s, struct static_tunnel *old,
			  size_t k, struct static_tunnel *new)
{
	const struct config_static_session *c = &old->config->sessions[k];

	for (size_t i = 0; i < new->config->sessions_n; i++) {
		if (new->config->sessions[i].session_id == c->session_id &&
		    config_static_session_equal(&new->config->sessions[i], c)) {
			take_over(&new->sessions[i], &old->sessions[k]);
			return;
		}
	}
	if (old->sessions[k].there)
		remove_session(s, old->config, c);
}

/*
 * What both sets have stays in the kernel; what only the old one has is
 * removed.
 */
static void adopt(struct statics *s, struct static_set *old,
		  struct static_set *new)
{
	for (size_t i = 0; i < old->n; i++) {
		struct static_tunnel *from = &old->tunnels[i],
				     *to = find_same(new, from->config);

		if (!to) {
			if (from->state.there)
				remove_tunnel(s, from->config);
			continue;
		}
		take_over(&to->state, &from->state);
		for (size_t k = 0; k < from->config->sessions_n; k++)
			adopt_session(s, from, k, to);
	}
}

void statics_want(struct statics *s, struct static_set *set)
{
	adopt(s, &s->set, set);
	static_set_fini(&s->set);
	s->set = *set;
	*set = (struct static_set){ 0 };
	statics_work(s);
}

/* ---- into the kernel ---- */

static enum dp_encap encap_of(const struct config_static *c)
{
	switch (c->encap) {
	case CONFIG_ENCAP_UDP:
		return DP_ENCAP_UDP;
	case CONFIG_ENCAP_IP:
		return DP_ENCAP_IP;
	}
	return DP_ENCAP_UDP;
}

static struct dp_tunnel dp_tunnel_of(const struct config_static *c)
{
	return (struct dp_tunnel){
		.version = 3,
		.encap = encap_of(c),
		.tunnel_id = c->tunnel_id,
		.peer_tunnel_id = c->peer_tunnel_id,
		.fd = -1,
		.local = c->local,
		.peer = c->remote,
		.udp_csum = c->udp_csum,
		.udp6_zero_csum_tx = !c->udp6_csum_tx,
		.udp6_zero_csum_rx = !c->udp6_csum_rx,
	};
}

static struct dp_session dp_session_of(const struct config_static *t,
				       const struct config_static_session *c)
{
	struct dp_session s = {
		.tunnel_id = t->tunnel_id,
		.session_id = c->session_id,
		.peer_session_id = c->peer_session_id,
		.pseudowire = c->vlan ? DP_PW_ETH_VLAN : DP_PW_ETH,
		.send_seq = c->seq & CONFIG_SEQ_SEND,
		.recv_seq = c->seq & CONFIG_SEQ_RECV,
		.cookie_len = c->cookie.len,
		.peer_cookie_len = c->peer_cookie.len,
		.no_l2_sublayer = c->l2spec == CONFIG_L2SPEC_NONE,
	};

	memcpy(s.cookie, c->cookie.bytes, sizeof(s.cookie));
	memcpy(s.peer_cookie, c->peer_cookie.bytes, sizeof(s.peer_cookie));
	snprintf(s.ifname, sizeof(s.ifname), "%s", c->ifname ? c->ifname : "");
	return s;
}

/*
 * Another program's tunnel may have the id; it is left alone. c
 * NULL: of the tunnel.
 */
static bool is_taken(struct statics *s, const struct config_static *t,
		     const struct config_static_session *c)
{
	struct dp_stats stats;

	return (c ? s->options.dp->ops->session_stats(s->options.dp,
						      t->tunnel_id,
						      c->session_id, &stats) :
		    s->options.dp->ops->tunnel_stats(s->options.dp,
						     t->tunnel_id, &stats)) ==
	       0;
}

static void tunnel_failed(struct statics *s, struct static_tunnel *t, int err)
{
	const struct config_static *c = t->config;
	char text[ADDR_STRLEN];

	t->state.recorded = t->state.recorded && err != -EEXIST;
	if (is_settling(s, err))
		return;
	if (err == -EEXIST)
		complain(&t->state, t, NULL,
			 "tunnel-id %u is taken in the kernel by another "
			 "program, whose tunnel is left alone; remove it with "
			 "\"ip l2tp del tunnel tunnel_id %u\", or choose "
			 "another",
			 c->tunnel_id, c->tunnel_id);
	else if (err == -EADDRNOTAVAIL)
		complain(&t->state, t, NULL,
			 "local %s is no address of this host; give it to an "
			 "interface",
			 addr_format(&c->local, text));
	else if (err == -EADDRINUSE)
		complain(&t->state, t, NULL,
			 "udp-sport %u of %s is in use; choose another",
			 c->local.port, addr_format(&c->local, text));
	else
		complain(&t->state, t, NULL,
			 "the kernel does not make the tunnel: %s%s%s",
			 strerror(-err), s->options.dp->text[0] ? ": " : "",
			 s->options.dp->text);
}

/* Over IP there are no ports. */
static const char *format(const struct addr *a, char text[ADDR_STRLEN])
{
	return a->port ? addr_format_port(a, text) : addr_format(a, text);
}

static void make_tunnel(struct statics *s, struct static_tunnel *t)
{
	struct dp_tunnel dp = dp_tunnel_of(t->config);
	char local[ADDR_STRLEN], remote[ADDR_STRLEN];
	int err = is_taken(s, t->config, NULL) ?
			  -EEXIST :
			  s->options.dp->ops->tunnel_add(s->options.dp, &dp);

	if (err) {
		tunnel_failed(s, t, err);
		return;
	}
	t->state.there = true;
	is_well(&t->state);
	log_notice("static \"%s\": tunnel %u from %s to %s (their tunnel %u) "
		   "is there",
		   t->config->name, dp.tunnel_id, format(&dp.local, local),
		   format(&dp.peer, remote), dp.peer_tunnel_id);
}

static void session_failed(struct statics *s, struct static_tunnel *t, size_t k,
			   int err)
{
	const struct config_static_session *c = &t->config->sessions[k];
	struct static_state *state = &t->sessions[k];

	state->recorded = state->recorded && err != -EEXIST;
	if (is_settling(s, err))
		return;
	if (err == -EEXIST)
		complain(state, t, c->name,
			 "session-id %u%s%s is taken by another program or "
			 "session, which is left alone; remove that, or choose "
			 "another",
			 c->session_id, c->ifname ? " or the interface " : "",
			 c->ifname ? c->ifname : "");
	else
		complain(state, t, c->name,
			 "the kernel does not make the session: %s%s%s",
			 strerror(-err), s->options.dp->text[0] ? ": " : "",
			 s->options.dp->text);
}

static struct pw_link link_of(const struct config_static_session *c)
{
	return (struct pw_link){ .wanted = {
					 .vlan = c->vlan,
					 .mtu = c->mtu,
					 .mac = c->has_mac ? c->mac : NULL,
					 .bridge = c->bridge,
					 .vrf = c->vrf,
				 }, };
}

/* ---- keepalive ---- */

/*
 * A bridge does not use a port that is dormant, and the ping would never come
 * through again.
 */
static void follow(struct statics *s, const struct config_static *t,
		   const struct config_static_session *c, bool silent)
{
	char base[IFNAMSIZ];
	struct link is;
	int err;

	if (c->bridge)
		return;
	err = s->options.dp->ops->session_interface(s->options.dp, t->tunnel_id,
						    c->session_id, base);
	if (!err)
		err = link_get(&s->rtnl, base, &is);
	if (!err)
		err = link_set_ready(&s->rtnl, is.index, !silent);
	if (err)
		log_error("static \"%s\" session \"%s\": its "
			  "interface cannot be made %s: %s",
			  t->name, c->name, silent ? "dormant" : "ready",
			  strerror(-err));
}

static void on_ping(void *ctx, struct static_ping *p)
{
	struct statics *s = ctx;
	bool silent = p->state == STATIC_PING_SILENT;
	char text[ADDR_STRLEN];

	for (size_t i = 0; i < s->set.n; i++) {
		const struct static_tunnel *t = &s->set.tunnels[i];

		for (size_t k = 0; k < t->config->sessions_n; k++) {
			if (t->sessions[k].ping != p)
				continue;
			log_notice("static \"%s\" session \"%s\": %s %s",
				   t->config->name, t->config->sessions[k].name,
				   addr_format(&p->to, text),
				   silent ? "does not answer" : "answers");
			follow(s, t->config, &t->config->sessions[k], silent);
		}
	}
}

static void start_ping(struct statics *s, struct static_tunnel *t, size_t k,
		       const char *ifname)
{
	const struct config_static_session *c = &t->config->sessions[k];
	const char *through = c->bridge ? c->bridge : ifname;
	int err;

	if (!c->keepalive_ms || t->sessions[k].ping)
		return;
	err = static_ping_new(s->loop, &c->keepalive_address, through,
			      c->keepalive_ms, on_ping, s,
			      &t->sessions[k].ping);
	if (err)
		log_error("static \"%s\" session \"%s\": nothing "
			  "can be pinged through %s: %s",
			  t->config->name, c->name, through, strerror(-err));
}

/* ---- sessions ---- */

/*
 * Gives the session's interface what its section says. 0, or -errno with the
 * reason kept.
 */
static int give(struct statics *s, struct static_tunnel *t, size_t k)
{
	const struct config_static_session *c = &t->config->sessions[k];
	struct pw_link l = link_of(c);
	struct link is;
	int err;

	if (!s->has_rtnl)
		return 0;
	err = pw_link_find(&s->rtnl, s->options.dp, t->config->tunnel_id,
			   c->session_id, &l, &is);
	if (!err)
		err = pw_link_give(&s->rtnl, &l, &is, &t->config->remote);
	if (err) {
		complain(&t->sessions[k], t, c->name, "%s", l.why);
		return err;
	}
	if (pw_link_is_fragmented(&l))
		log_notice("static \"%s\" session \"%s\" (%s): full frames go "
			   "in fragments: its MTU is %u, as %s's, and the way "
			   "to the peer has room for %u",
			   t->config->name, c->name, l.name, l.mtu, c->bridge,
			   l.fits);
	start_ping(s, t, k, l.name);
	return err;
}

static void make_session(struct statics *s, struct static_tunnel *t, size_t k)
{
	const struct config_static_session *c = &t->config->sessions[k];
	struct dp_session dp = dp_session_of(t->config, c);
	struct static_state *state = &t->sessions[k];
	int err = is_taken(s, t->config, c) ?
			  -EEXIST :
			  s->options.dp->ops->session_add(s->options.dp, &dp);

	if (err) {
		session_failed(s, t, k, err);
		return;
	}
	if (give(s, t, k)) {
		s->options.dp->ops->session_del(s->options.dp, dp.tunnel_id,
						dp.session_id);
		return;
	}
	state->there = state->given = true;
	is_well(state);
	log_notice("static \"%s\" session \"%s\": session %u (theirs is %u) is "
		   "up",
		   t->config->name, c->name, dp.session_id, dp.peer_session_id);
}

/*
 * Recorded before the kernel is asked: if we are killed in between, the next
 * l2tpd knows it as ours.
 */
static void record_intent(struct statics *s)
{
	for (size_t i = 0; i < s->set.n; i++) {
		struct static_tunnel *t = &s->set.tunnels[i];

		if (!t->state.there)
			t->state.recorded = !t->state.off &&
					    !is_taken(s, t->config, NULL);
		for (size_t k = 0; k < t->config->sessions_n; k++)
			if (!t->sessions[k].there)
				t->sessions[k].recorded =
					!t->sessions[k].off &&
					t->state.recorded &&
					!is_taken(s, t->config,
						  &t->config->sessions[k]);
	}
	record(s);
}

/* Whether all of it is as wanted. */
static bool work_on(struct statics *s, struct static_tunnel *t)
{
	bool all;

	if (t->state.off)
		return true;
	if (!t->state.there)
		make_tunnel(s, t);
	all = t->state.there;
	for (size_t k = 0; t->state.there && k < t->config->sessions_n; k++) {
		struct static_state *state = &t->sessions[k];

		if (state->off)
			continue;
		if (!state->there) {
			make_session(s, t, k);
		} else if (!state->given) {
			state->given = give(s, t, k) == 0;
			if (state->given)
				is_well(state);
		}
		all = all && state->there && state->given;
	}
	return all;
}

static void on_try_again(struct loop_timer *timer)
{
	statics_work(container_of(timer, struct statics, timer));
}

void statics_work(struct statics *s)
{
	bool all = true;
	uint64_t now;

	record_intent(s);
	for (size_t i = 0; i < s->set.n; i++)
		all = work_on(s, &s->set.tunnels[i]) && all;
	record(s);
	now = loop_now_fresh(s->loop);
	if (all)
		loop_timer_stop(&s->timer);
	else if (loop_timer_set(s->loop, &s->timer,
				now + (now < s->settling_until_ms ?
					       SETTLE_STEP_MS :
					       RETRY_MS),
				on_try_again))
		log_error("out of memory: static tunnels that are missing are "
			  "not tried again");
}

/* ---- what is wanted, as a configuration and as names ---- */

struct config *statics_compose(const struct statics *s, const char *added,
			       char *why, size_t size)
{
	struct config *c;
	char *text;

	if (asprintf(&text, "%s\n%s", s->options.config_text, added) < 0) {
		snprintf(why, size, "l2tpd is out of memory");
		return NULL;
	}
	c = config_parse_words(text, why, size);
	free(text);
	return c;
}

bool statics_has_session(const struct statics *s, uint32_t session_id)
{
	for (size_t i = 0; s && i < s->set.n; i++)
		for (size_t k = 0; k < s->set.tunnels[i].config->sessions_n;
		     k++)
			if (s->set.tunnels[i].config->sessions[k].session_id ==
			    session_id)
				return true;
	return false;
}

bool statics_has_ifname(const struct statics *s, const char *ifname)
{
	for (size_t i = 0; s && i < s->set.n; i++) {
		const struct config_static *t = s->set.tunnels[i].config;

		for (size_t k = 0; k < t->sessions_n; k++)
			if (t->sessions[k].ifname &&
			    strcmp(t->sessions[k].ifname, ifname) == 0)
				return true;
	}
	return false;
}

bool statics_has_tunnel(const struct statics *s, const char *name)
{
	for (size_t i = 0; s && i < s->set.n; i++)
		if (strcmp(s->set.tunnels[i].config->name, name) == 0)
			return true;
	return false;
}
