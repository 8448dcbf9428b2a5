/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Static tunnels that are added and deleted by command. The engine's words are
 * made into a section of the configuration, and that is checked with all
 * others.
 */
#include "monitor/statics_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/ipc.h"
#include "lib/config_key.h"
#include "lib/log.h"
#include "monitor/pw_link.h"
#include "monitor/statics_record.h"
#include "monitor/words.h"
#include "netlink/dataplane.h"

/*
 * Root gave the operator this right, but an engine that was taken over must not
 * get ports of other services.
 */
#define PORT_MIN  1024
#define L2TP_PORT 1701

/* ---- the engine's structs: nothing in them is believed ---- */

static bool is_address(const struct addr *a)
{
	return (a->family == AF_INET || a->family == AF_INET6) && a->scope == 0;
}

static bool tunnel_fits(const struct monitor_static *r)
{
	return ipc_is_text(r->name) && config_name_ok(r->name) &&
	       words_is_enum(r->encap, CONFIG_ENCAP_IP) &&
	       is_address(&r->local) && is_address(&r->remote);
}

static bool is_cookie(const struct config_cookie *c)
{
	return c->len == 0 || c->len == 4 || c->len == 8;
}

static bool session_fits(const struct monitor_static_session *r)
{
	return ipc_is_text(r->tunnel) && ipc_is_text(r->name) &&
	       (!r->name[0] || config_name_ok(r->name)) &&
	       words_is_ifname(r->ifname) && words_is_ifname(r->bridge) &&
	       words_is_ifname(r->vrf) && is_cookie(&r->cookie) &&
	       is_cookie(&r->peer_cookie) &&
	       words_is_enum(r->l2spec, CONFIG_L2SPEC_NONE) &&
	       words_is_enum(r->seq, CONFIG_SEQ_BOTH) &&
	       (!addr_is_set(&r->keepalive_address) ||
		is_address(&r->keepalive_address));
}

static struct config_static tunnel_of(const struct monitor_static *r)
{
	struct config_static c = {
		.tunnel_id = r->tunnel_id,
		.peer_tunnel_id = r->peer_tunnel_id,
		.encap = r->encap,
		.local = r->local,
		.remote = r->remote,
		.udp_csum = r->udp_csum,
		.udp6_csum_tx = r->udp6_csum_tx,
		.udp6_csum_rx = r->udp6_csum_rx,
	};

	memcpy(c.name, r->name, sizeof(c.name));
	return c;
}

static struct config_static_session
session_of(const struct monitor_static_session *r)
{
	struct config_static_session c = {
		.session_id = r->session_id,
		.peer_session_id = r->peer_session_id,
		.cookie = r->cookie,
		.peer_cookie = r->peer_cookie,
		.l2spec = r->l2spec,
		.seq = r->seq,
		.ifname = words_text(r->ifname),
		.vlan = r->vlan,
		.mtu = r->mtu,
		.has_mac = r->has_mac,
		.bridge = words_text(r->bridge),
		.vrf = words_text(r->vrf),
		.keepalive_ms = r->keepalive_ms,
		.keepalive_address = r->keepalive_address,
	};

	memcpy(c.name, r->name, sizeof(c.name));
	memcpy(c.mac, r->mac, sizeof(c.mac));
	return c;
}

/* ---- what was added, as a list that is changed ---- */

/*
 * A copy of the n tunnels that were added, with room for one more; it points
 * into the set. NULL: no memory.
 */
static struct config_static *added_of(const struct statics *s, size_t *n)
{
	size_t first = s->options.config->statics_n;
	struct config_static *v;

	*n = s->set.n - first;
	v = calloc(*n + 1, sizeof(*v));
	for (size_t i = 0; v && i < *n; i++)
		v[i] = *s->set.tunnels[first + i].config;
	return v;
}

/*
 * From now on these n are the added ones. They are checked, kept in
 * state-dir, and made.
 */
static int change(struct statics *s, const struct config_static *v, size_t n,
		  struct monitor_outcome *reply)
{
	char *text = statics_print(v, n);
	struct static_set set;
	struct config *c;
	int err;

	if (!text)
		return words_refuse(reply, -ENOMEM, "l2tpd is out of memory");
	c = statics_compose(s, text, reply->why, sizeof(reply->why));
	if (!c) {
		free(text);
		return -EINVAL;
	}
	err = static_set_init(&set, c);
	if (err) {
		config_free(c);
		words_refuse(reply, err, "l2tpd is out of memory");
	} else {
		err = statics_record_write(s->options.config->state_dir,
					   STATICS_ADDED, text);
		if (err) {
			static_set_fini(&set);
			words_refuse(reply, err,
				     "it cannot be kept in %s: %s; nothing is "
				     "changed",
				     s->options.config->state_dir,
				     strerror(-err));
		}
	}
	free(text);
	if (!err)
		statics_want(s, &set);
	return err;
}

static struct static_tunnel *find(struct statics *s, const char *name,
				  size_t *at)
{
	for (size_t i = 0; i < s->set.n; i++) {
		if (strcmp(s->set.tunnels[i].config->name, name) == 0) {
			*at = i;
			return &s->set.tunnels[i];
		}
	}
	return NULL;
}

static size_t find_session(const struct static_tunnel *t, const char *name)
{
	size_t k = 0;

	while (k < t->config->sessions_n &&
	       strcmp(t->config->sessions[k].name, name) != 0)
		k++;
	return k;
}

/* ---- requests ---- */

/*
 * What a command makes or removes here outlasts the engine, by way of which it
 * came: only where the operator has allowed it.
 */
static int may_change(const struct statics *s, struct monitor_outcome *reply)
{
	if (s->options.config->static_by_command)
		return 0;
	return words_refuse(reply, -EPERM,
			    "static tunnels are not changed by command here: "
			    "put static-by-command = true into the "
			    "configuration and restart l2tpd, or write a "
			    "static section there");
}

int statics_add(struct statics *s, const struct monitor_static *r,
		struct monitor_outcome *reply)
{
	struct config_static *v;
	size_t n;
	int err;

	if (!tunnel_fits(r))
		return -EINVAL;
	err = may_change(s, reply);
	if (err)
		return err;
	if (r->local.port && r->local.port < PORT_MIN)
		return words_refuse(reply, -EPERM,
				    "udp-sport %u is below %d: such a port is "
				    "for the configuration to give",
				    r->local.port, PORT_MIN);
	if (r->local.port == L2TP_PORT)
		return words_refuse(reply, -EPERM,
				    "udp-sport %d is where control connections "
				    "are; choose another",
				    L2TP_PORT);
	v = added_of(s, &n);
	if (!v)
		return words_refuse(reply, -ENOMEM, "l2tpd is out of memory");
	v[n] = tunnel_of(r);
	err = change(s, v, n + 1, reply);
	free(v);
	return err;
}

/*
 * Changes an added tunnel: adds the session more (NULL: none), takes session
 * number less away (SIZE_MAX: none).
 */
static int change_sessions(struct statics *s, size_t at,
			   const struct config_static_session *more,
			   size_t less, struct monitor_outcome *reply)
{
	size_t n, i = at - s->options.config->statics_n,
		  old_n = s->set.tunnels[at].config->sessions_n;
	const struct config_static_session *old =
		s->set.tunnels[at].config->sessions;
	struct config_static_session *sessions =
		calloc(old_n + 1, sizeof(*sessions));
	struct config_static *v = added_of(s, &n);
	int err;

	if (!sessions || !v) {
		free(sessions);
		free(v);
		return words_refuse(reply, -ENOMEM, "l2tpd is out of memory");
	}
	v[i].sessions = sessions;
	v[i].sessions_n = 0;
	for (size_t k = 0; k < old_n; k++)
		if (k != less)
			sessions[v[i].sessions_n++] = old[k];
	if (more)
		sessions[v[i].sessions_n++] = *more;
	err = change(s, v, n, reply);
	free(v);
	free(sessions);
	return err;
}

int statics_add_session(struct statics *s,
			const struct monitor_static_session *r,
			struct monitor_outcome *reply)
{
	struct config_static_session c;
	struct static_tunnel *t;
	size_t at;
	int err;

	if (!session_fits(r))
		return -EINVAL;
	err = may_change(s, reply);
	if (err)
		return err;
	t = find(s, r->tunnel, &at);
	if (!t || t->state.off)
		return words_refuse(reply, -ENOENT,
				    "there is no static tunnel \"%s\"; add it "
				    "first",
				    r->tunnel);
	if (static_is_configured(s, at))
		return words_refuse(reply, -EPERM,
				    "static tunnel \"%s\" is of the "
				    "configuration; add the session there, or "
				    "a tunnel of its own",
				    t->config->name);
	if (find_session(t, r->name) < t->config->sessions_n)
		return words_refuse(reply, -EEXIST,
				    "static tunnel \"%s\" has a session \"%s\" "
				    "already; delete it, or choose another "
				    "name",
				    t->config->name, r->name);
	if (r->ifname[0] && s->options.has_ifname &&
	    s->options.has_ifname(s->options.ctx, r->ifname))
		return words_refuse(reply, -EEXIST,
				    "another session has this ifname; choose a "
				    "new one");
	if (s->options.has_session &&
	    s->options.has_session(s->options.ctx, r->session_id))
		return words_refuse(reply, -EEXIST,
				    "session-id %u is taken by a session of "
				    "another tunnel; choose another",
				    r->session_id);
	c = session_of(r);
	for (unsigned int n = 1;
	     !r->name[0] &&
	     (n == 1 || find_session(t, c.name) < t->config->sessions_n);
	     n++)
		snprintf(c.name, sizeof(c.name), "session%u", n);
	memcpy(reply->name, c.name, sizeof(reply->name));
	return change_sessions(s, at, &c, SIZE_MAX, reply);
}

static int del_tunnel(struct statics *s, size_t at,
		      struct monitor_outcome *reply)
{
	struct config_static *v;
	size_t n, i;
	int err;

	if (static_is_configured(s, at)) {
		statics_drop_tunnel(s, &s->set.tunnels[at]);
		statics_work(s);
		return 0;
	}
	v = added_of(s, &n);
	if (!v)
		return words_refuse(reply, -ENOMEM, "l2tpd is out of memory");
	i = at - s->options.config->statics_n;
	memmove(&v[i], &v[i + 1], (n - i - 1) * sizeof(*v));
	err = change(s, v, n - 1, reply);
	free(v);
	return err;
}

static int del_session(struct statics *s, size_t at, size_t k,
		       struct monitor_outcome *reply)
{
	if (!static_is_configured(s, at))
		return change_sessions(s, at, NULL, k, reply);
	statics_drop(s, &s->set.tunnels[at], k);
	statics_work(s);
	return 0;
}

/*
 * The only tunnel with a session of that name; a request may leave the name of
 * the tunnel out.
 */
static struct static_tunnel *find_holder(struct statics *s, const char *session,
					 size_t *at,
					 struct monitor_outcome *reply)
{
	struct static_tunnel *found = NULL;

	for (size_t i = 0; i < s->set.n; i++) {
		struct static_tunnel *t = &s->set.tunnels[i];
		size_t k = find_session(t, session);

		if (k == t->config->sessions_n || t->sessions[k].off)
			continue;
		if (found) {
			words_refuse(reply, -EEXIST,
				     "several static tunnels have a session "
				     "\"%s\": name the tunnel too",
				     session);
			return NULL;
		}
		found = t;
		*at = i;
	}
	if (!found)
		words_refuse(reply, -ENOENT,
			     "there is no static session \"%s\"", session);
	return found;
}

int statics_del(struct statics *s, const struct monitor_static_name *r,
		struct monitor_outcome *reply)
{
	struct static_tunnel *t;
	size_t at = 0, k;
	int err;

	if (!ipc_is_text(r->tunnel) || !ipc_is_text(r->session))
		return -EINVAL;
	err = may_change(s, reply);
	if (err)
		return err;
	t = r->tunnel[0] ? find(s, r->tunnel, &at) :
			   find_holder(s, r->session, &at, reply);
	if (!t && reply->why[0])
		return -ENOENT;
	if (!t || t->state.off)
		return words_refuse(reply, -ENOENT,
				    "there is no static tunnel \"%s\"",
				    r->tunnel);
	if (!r->session[0])
		return del_tunnel(s, at, reply);
	k = find_session(t, r->session);
	if (k == t->config->sessions_n || t->sessions[k].off)
		return words_refuse(reply, -ENOENT,
				    "static tunnel \"%s\" has no session "
				    "\"%s\"",
				    r->tunnel, r->session);
	return del_session(s, at, k, reply);
}

/* ---- show ---- */

static void show_tunnel(const struct config_static *c,
			struct monitor_static *out)
{
	*out = (struct monitor_static){
		.tunnel_id = c->tunnel_id,
		.peer_tunnel_id = c->peer_tunnel_id,
		.encap = c->encap,
		.local = c->local,
		.remote = c->remote,
		.udp_csum = c->udp_csum,
		.udp6_csum_tx = c->udp6_csum_tx,
		.udp6_csum_rx = c->udp6_csum_rx,
	};
	memcpy(out->name, c->name, sizeof(out->name));
}

static void copy_word(char out[IFNAMSIZ], const char *text)
{
	snprintf(out, IFNAMSIZ, "%s", text ? text : "");
}

static void show_session(const struct config_static *t,
			 const struct config_static_session *c,
			 struct monitor_static_session *out)
{
	*out = (struct monitor_static_session){
		.session_id = c->session_id,
		.peer_session_id = c->peer_session_id,
		.cookie = c->cookie,
		.peer_cookie = c->peer_cookie,
		.l2spec = c->l2spec,
		.seq = c->seq,
		.vlan = c->vlan,
		.mtu = c->mtu,
		.has_mac = c->has_mac,
		.keepalive_ms = c->keepalive_ms,
		.keepalive_address = c->keepalive_address,
	};
	memcpy(out->tunnel, t->name, sizeof(out->tunnel));
	memcpy(out->name, c->name, sizeof(out->name));
	memcpy(out->mac, c->mac, sizeof(out->mac));
	copy_word(out->ifname, c->ifname);
	copy_word(out->bridge, c->bridge);
	copy_word(out->vrf, c->vrf);
}

/* With a VLAN, the interface is the VLAN's, on top of the session's own. */
static void show_link(struct statics *s, const struct config_static *t,
		      const struct config_static_session *c,
		      struct monitor_pw_show *out)
{
	struct dataplane *dp = s->options.dp;
	struct pw_link l = { 0 };
	char base[IFNAMSIZ];
	struct link is;

	if (dp->ops->session_interface(dp, t->tunnel_id, c->session_id, base))
		return;
	if (!c->vlan || snprintf(l.name, sizeof(l.name), "%s.%u", base,
				 c->vlan) >= IFNAMSIZ)
		memcpy(l.name, base, sizeof(l.name));
	memcpy(out->ifname, l.name, sizeof(out->ifname));
	if (!s->has_rtnl || link_get(&s->rtnl, l.name, &is))
		return;
	l.top = is.index;
	pw_link_show(&s->rtnl, &l, out);
}

static void show_ping(struct statics *s, const struct static_ping *p,
		      struct monitor_static_show *out)
{
	out->alive = p->state == STATIC_PING_ALIVE;
	out->silent = p->state == STATIC_PING_SILENT;
	out->answered = p->answer_ms != 0;
	out->answer_s =
		out->answered ?
			(uint32_t)((loop_now(s->loop) - p->answer_ms) / 1000) :
			0;
}

static const char *why_not(const struct static_tunnel *t,
			   const struct static_state *session)
{
	if (t->state.why)
		return t->state.why;
	return session && session->why ? session->why : "";
}

/* Moves *k on to a session that is not off; false when there is none. */
static bool next_session(const struct static_tunnel *t, uint32_t *k)
{
	while (*k < t->config->sessions_n && t->sessions[*k].off)
		++*k;
	return *k < t->config->sessions_n;
}

static void show_one(struct statics *s, const struct monitor_static_place *at,
		     bool has_session, struct monitor_static_show *out)
{
	const struct static_tunnel *t = &s->set.tunnels[at->tunnel];
	const struct static_state *state =
		has_session ? &t->sessions[at->session] : NULL;

	*out = (struct monitor_static_show){
		.by_command = !static_is_configured(s, at->tunnel),
		.has_session = has_session,
		.up = t->state.there &&
		      (!state || (state->there && state->given)),
	};
	show_tunnel(t->config, &out->tunnel);
	if (state) {
		const struct config_static_session *c =
			&t->config->sessions[at->session];

		show_session(t->config, c, &out->session);
		if (state->there)
			show_link(s, t->config, c, &out->link);
		if (state->ping)
			show_ping(s, state->ping, out);
		/* Somebody else may have deleted what we made. */
		out->up = out->up && out->link.ifname[0];
	}
	snprintf(out->why, sizeof(out->why), "%s", why_not(t, state));
}

int statics_show(struct statics *s, const struct monitor_static_place *r,
		 struct monitor_static_show *out)
{
	struct monitor_static_place at = *r;

	for (; at.tunnel < s->set.n;
	     at = (struct monitor_static_place){ .tunnel = at.tunnel + 1 }) {
		const struct static_tunnel *t = &s->set.tunnels[at.tunnel];
		uint32_t first = 0;
		bool has = next_session(t, &first),
		     here = has && next_session(t, &at.session);

		if (t->state.off || (has && !here) || (!has && at.session))
			continue;
		show_one(s, &at, here, out);
		out->next = (struct monitor_static_place){ at.tunnel,
							   at.session + 1 };
		return 0;
	}
	return -ENOENT;
}

/* ---- the engine's requests, to the functions above ---- */

static int take_add(struct request *q)
{
	struct monitor_outcome outcome = { 0 };
	int err = statics_add(q->object, q->body, &outcome);

	return words_answer(q, err, &outcome);
}

static int take_session_add(struct request *q)
{
	struct monitor_outcome outcome = { 0 };
	int err = statics_add_session(q->object, q->body, &outcome);

	return words_answer(q, err, &outcome);
}

static int take_del(struct request *q)
{
	struct monitor_outcome outcome = { 0 };
	int err = statics_del(q->object, q->body, &outcome);

	return words_answer(q, err, &outcome);
}

static int take_find(struct request *q)
{
	const struct monitor_static_name *r = q->body;

	if (!ipc_is_text(r->tunnel))
		return -EINVAL;
	return statics_has_tunnel(q->object, r->tunnel) ? 0 : -ENOENT;
}

static int take_show(struct request *q)
{
	struct monitor_static_show show;
	int err = statics_show(q->object, q->body, &show);

	if (!err)
		request_answer(q, &show, sizeof(show));
	return err;
}

const struct request_row static_rows[] = {
	{ MONITOR_STATIC_ADD, sizeof(struct monitor_static), take_add },
	{ MONITOR_STATIC_SESSION_ADD, sizeof(struct monitor_static_session),
	  take_session_add },
	{ MONITOR_STATIC_DEL, sizeof(struct monitor_static_name), take_del },
	{ MONITOR_STATIC_FIND, sizeof(struct monitor_static_name), take_find },
	{ MONITOR_STATIC_SHOW, sizeof(struct monitor_static_place), take_show },
	{ 0 },
};
