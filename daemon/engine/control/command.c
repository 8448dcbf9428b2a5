/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of the control socket that change something, and the table of all. */
#include "engine/control/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config_key.h"
#include "lib/log.h"

static const char *text_arg(const struct control *c, const char *key)
{
	const char *text = json_string_value(json_object_get(c->args, key));

	return text && text[0] ? text : NULL;
}

static bool flag_arg(const struct control *c, const char *key)
{
	return json_is_true(json_object_get(c->args, key));
}

bool control_take_secret(struct control *c, const char *key, struct secret *s)
{
	const char *text = text_arg(c, key);
	int err = text ? secret_set(s, text, strlen(text)) : 0;

	if (err)
		control_error(c, "the secret is longer than %d bytes", SECRET_MAX);
	return !err;
}

/* A number within its range; leaves *out when absent. false: an error was sent. */
static bool number_arg(struct control *c, const char *key, double scale, double min, double max, uint32_t *out)
{
	json_t *v = json_object_get(c->args, key);

	if (!v)
		return true;
	if (!json_is_number(v) || json_number_value(v) < min || json_number_value(v) > max) {
		control_error(c, "%s must be a number from %g to %g", key, min, max);
		return false;
	}
	*out = (uint32_t)(json_number_value(v) * scale);
	return true;
}

/* Finds by name or, for those that others opened, by id. */
static struct tunnel *find_tunnel(struct control *c, const char *wanted)
{
	struct peer *p = peer_find(c->engine, wanted);
	struct l2tp_tunnel *core;
	unsigned long id;
	char *rest;

	if (p)
		return p->tunnel;
	id = strtoul(wanted, &rest, 10);
	if (*rest || id == 0 || id > UINT32_MAX)
		return NULL;
	core = l2tp_tunnel_find(c->engine->core, (uint32_t)id);
	return core ? l2tp_tunnel_user(core) : NULL;
}

/* ---- tunnels ---- */

/* Of PPP over L2TPv3; Ethernet pseudowires are lcce_command.c's. */
static bool version_args(struct control *c, struct peer *p)
{
	const char *version = text_arg(c, "version"), *encap = text_arg(c, "encap");
	bool ip = encap && strcmp(encap, "ip") == 0;

	if (encap && !ip && strcmp(encap, "udp") != 0) {
		control_error(c, "encap is udp or ip, not %s", encap);
		return false;
	}
	if (version && strcmp(version, "2") != 0 && strcmp(version, "3") != 0 && strcmp(version, "auto") != 0) {
		control_error(c, "version is 2, 3 or auto, not %s", version);
		return false;
	}
	if (ip && (!version || strcmp(version, "3") != 0)) {
		control_error(c, "encap ip is for version 3 only; give version 3 as well");
		return false;
	}
	p->version = version && strcmp(version, "2") != 0 ? 3 : 2;
	p->fallback = version && strcmp(version, "auto") == 0;
	if (p->version == 3 && p->cfg.hide && !p->cfg.challenge) {
		control_error(c, "version 3 hides only what is authenticated as well; leave challenge on");
		return false;
	}
	if (ip) {
		p->encap = DP_ENCAP_IP;
		p->port = 0;
	}
	return true;
}

static bool tunnel_args(struct control *c, struct peer *p)
{
	uint32_t window = p->cfg.receive_window, port = p->port;
	const char *local = text_arg(c, "local"),
		   *source = text_arg(c, "source_port"), *hostname = text_arg(c, "hostname");

	if (local && addr_parse(&p->source, local)) {
		control_error(c, "local %s is not an address", local);
		return false;
	}
	if (source && strcmp(source, "1701") != 0 && strcmp(source, "ephemeral") != 0) {
		control_error(c, "source_port is 1701 or ephemeral, not %s", source);
		return false;
	}
	if (!control_take_secret(c, "secret", &p->secret))
		return false;
	p->ephemeral = !source || strcmp(source, "1701") != 0;
	p->cfg.hide = flag_arg(c, "hide");
	if (json_object_get(c->args, "challenge"))
		p->cfg.challenge = flag_arg(c, "challenge");
	if ((p->cfg.hide || flag_arg(c, "challenge")) && !secret_is_set(&p->secret)) {
		control_error(c, "hide and challenge need a secret; give secret-file");
		return false;
	}
	if (hostname)
		p->cfg.hostname = p->hostname = strdup(hostname);
	if (!number_arg(c, "port", 1, 1, UINT16_MAX, &port) ||
	    !number_arg(c, "hello", 1000, 0, 86400, &p->cfg.hello_ms) ||
	    !number_arg(c, "idle_timeout", 1000, 1, 86400, &p->cfg.idle_ms) ||
	    !number_arg(c, "receive_window", 1, 1, 1024, &window))
		return false;
	p->port = (uint16_t)port;
	p->cfg.receive_window = (uint16_t)window;
	return version_args(c, p);
}

bool tunnel_name_is_free(struct control *c, const char *name)
{
	if (!peer_find(c->engine, name))
		return true;
	control_error(c, "there is a tunnel \"%s\" already; delete it, or choose another name", name);
	return false;
}

struct addition { struct control *control; struct peer *peer; };

static void on_looked_up(void *arg, int result, struct ipc_message *m)
{
	struct addition *a = arg;
	struct control *c = a->control;
	struct peer *p = a->peer;
	struct l2tp_cause cause = cause_make(L2TP_STOPCCN_CLEAR, 0, "a static tunnel has its name");

	(void)m;
	c->waiting = false;
	if (result != -ENOENT)
		peer_remove(p, &cause);
	if (!c->over && result == -ENOENT) {
		control_record(c, json_pack("{s:s, s:s}", "name", p->name, "remote", p->server));
		control_end(c);
	} else if (!c->over && result) {
		control_error(c, "l2tpd's monitor process does not answer: %s", strerror(-result));
	} else if (!c->over) {
		control_error(c, "there is a static tunnel \"%s\" already; delete it, or choose another name", p->name);
	}
	free(a);
	peer_release(p);
	control_resume(c);
	engine_settle(c->engine);
}

void tunnel_added(struct control *c, struct peer *p)
{
	struct monitor_static_name body = { 0 };
	struct addition *a = malloc(sizeof(*a));

	memcpy(body.tunnel, p->name, sizeof(body.tunnel));
	if (a) {
		*a = (struct addition){ c, p };
		c->waiting = channel_request(&c->engine->monitor, MONITOR_STATIC_FIND, &body, sizeof(body), NULL, 0,
					     on_looked_up, a) == 0;
	}
	if (c->waiting) {
		peer_hold(p);
		return;
	}
	free(a);
	peer_remove(p, NULL);
	control_error(c, "l2tpd's monitor process does not answer");
}

static void add_tunnel(struct control *c)
{
	static unsigned int serial;
	const char *remote = text_arg(c, "remote"), *name = text_arg(c, "name");
	char made[CONFIG_NAME_MAX];
	struct peer *p;

	if (!remote) {
		control_error(c, "add tunnel needs remote: the name or address of the LNS");
		return;
	}
	if (!name) {
		do
			snprintf(made, sizeof(made), "tunnel%u", ++serial);
		while (peer_find(c->engine, made));
		name = made;
	}
	if (!config_name_ok(name)) {
		control_error(c, "name %s: use letters, digits, dot, dash and underscore", name);
		return;
	}
	if (!tunnel_name_is_free(c, name))
		return;
	p = peer_new(c->engine, name, remote);
	if (!p) {
		control_error(c, "l2tpd is out of memory");
		return;
	}
	if (!tunnel_args(c, p)) {
		peer_remove(p, NULL);
		return;
	}
	tunnel_added(c, p);
}

static void delete_tunnel(struct control *c)
{
	const char *wanted = text_arg(c, "tunnel");
	struct l2tp_cause cause = cause_make(L2TP_STOPCCN_CLEAR, 0, "deleted by the operator");
	struct peer *p = wanted ? peer_find(c->engine, wanted) : NULL;
	struct tunnel *t = wanted ? find_tunnel(c, wanted) : NULL;

	if (!wanted) {
		control_error(c, "delete tunnel needs a tunnel: its name or its id");
		return;
	}
	if (!p && !t) {
		control_error(c, "there is no tunnel \"%s\"", wanted);
		return;
	}
	if (!p && t->peer)
		p = t->peer;
	for (struct call *call = t ? t->calls : NULL; call; call = call->next)
		subscriber_set_end(call, SERVICE_END_ADMIN_RESET);
	if (p)
		peer_remove(p, &cause);
	else
		tunnel_close(t, &cause);
	control_end(c);
}

/* ---- sessions ---- */

static bool remember(struct control *c, struct peer_session *s, const char *password)
{
	struct aaa_remember body = { 0 };

	if (strlen(password) > sizeof(body.secret.secret)) {
		control_error(c, "the password is longer than %zu bytes", sizeof(body.secret.secret));
		return false;
	}
	memcpy(body.lac, s->peer->name, sizeof(body.lac));
	memcpy(body.session, s->name, sizeof(body.session));
	body.secret.len = (uint16_t)strlen(password);
	memcpy(body.secret.secret, password, body.secret.len);
	channel_event(&c->engine->aaa, AAA_REMEMBER, &body, sizeof(body), NULL, 0);
	explicit_bzero(&body, sizeof(body));
	s->remembered = true;
	return true;
}

bool session_take_name(struct control *c, struct peer *p, char out[CONFIG_NAME_MAX])
{
	static unsigned int serial;
	const char *name = text_arg(c, "name");

	if (!name) {
		do
			snprintf(out, CONFIG_NAME_MAX, "session%u", ++serial);
		while (peer_session_find(p, out));
		return true;
	}
	if (!config_name_ok(name) || peer_session_find(p, name)) {
		control_error(c, config_name_ok(name) ? "tunnel \"%s\" has a session \"%s\" already" :
			      "tunnel \"%s\": the session's name %s is not of letters, digits, dot, dash and "
			      "underscore",
			      p->name, name);
		return false;
	}
	snprintf(out, CONFIG_NAME_MAX, "%s", name);
	return true;
}

static void add_session(struct control *c)
{
	const char *tunnel = text_arg(c, "tunnel"), *ppp = text_arg(c, "ppp"), *user = text_arg(c, "user"),
		   *ifname = text_arg(c, "ifname"), *password = text_arg(c, "password");
	const struct config_ppp *profile = ppp ? config_ppp_find(c->engine->config, ppp) : NULL;
	struct peer *p = tunnel ? peer_find(c->engine, tunnel) : NULL;
	struct peer_session *s;
	char name[CONFIG_NAME_MAX];

	if (!p) {
		control_error(c, "%s%s%s", tunnel ? "there is no tunnel \"" : "add session needs a tunnel: its name",
			      tunnel ? tunnel : "", tunnel ? "\" that this end opens; add it first" : "");
		return;
	}
	if (p->lcce) {
		control_error(c, "tunnel \"%s\" is one of lcce, which carries Ethernet; use add session lcce", p->name);
		return;
	}
	if (!profile) {
		control_error(c, "%s%s%s", ppp ? "there is no ppp section \"" :
			      "add session needs ppp: a ppp section of the configuration",
			      ppp ? ppp : "", ppp ? "\" in the configuration" : "");
		return;
	}
	if (ifname && strlen(ifname) >= IFNAMSIZ) {
		control_error(c, "ifname %s is longer than %d bytes", ifname, IFNAMSIZ - 1);
		return;
	}
	if (!session_take_name(c, p, name))
		return;
	s = peer_session_new(p, name);
	if (!s) {
		control_error(c, "l2tpd is out of memory");
		return;
	}
	s->profile = profile;
	s->persist = flag_arg(c, "persist");
	s->user = user ? strdup(user) : NULL;
	s->called_number = text_arg(c, "called_number") ? strdup(text_arg(c, "called_number")) : NULL;
	s->calling_number = text_arg(c, "calling_number") ? strdup(text_arg(c, "calling_number")) : NULL;
	snprintf(s->ifname, sizeof(s->ifname), "%s", ifname ? ifname : "");
	if (password && !remember(c, s, password)) {
		peer_session_remove(s, NULL);
		return;
	}
	peer_session_want(s);
	control_record(c, json_pack("{s:s, s:s}", "name", s->name, "tunnel", p->name));
	control_end(c);
}

/* By name in one peer or all; *many when the name is not unique. */
static struct peer_session *find_wanted(struct control *c, const char *tunnel, const char *name, bool *many)
{
	struct peer_session *found = NULL;

	for (struct peer *p = c->engine->peers; p; p = p->next) {
		struct peer_session *s;

		if (tunnel && strcmp(p->name, tunnel) != 0)
			continue;
		s = peer_session_find(p, name);
		if (s && found)
			*many = true;
		if (s)
			found = s;
	}
	return found;
}

static struct call *find_call(struct control *c, const char *tunnel, const char *session)
{
	struct tunnel *t = tunnel ? find_tunnel(c, tunnel) : NULL;
	struct l2tp_session *core;
	unsigned long id;
	char *rest;

	id = strtoul(session, &rest, 10);
	if (!t || !t->core || *rest || id == 0 || id > UINT32_MAX)
		return NULL;
	core = l2tp_session_find(t->core, (uint32_t)id);
	return core ? l2tp_session_user(core) : NULL;
}

static void delete_session(struct control *c)
{
	const char *tunnel = text_arg(c, "tunnel"), *session = text_arg(c, "session");
	struct l2tp_cause cause = cause_make(L2TP_CDN_ADMINISTRATIVE, 0, "deleted by the operator");
	struct peer_session *s;
	struct call *call;
	bool many = false;

	if (!session) {
		control_error(c, "delete session needs a session: its name, or with tunnel its id");
		return;
	}
	s = find_wanted(c, tunnel, session, &many);
	if (many) {
		control_error(c, "several tunnels have a session \"%s\": name the tunnel too", session);
		return;
	}
	call = s ? s->call : find_call(c, tunnel, session);
	if (call)
		subscriber_set_end(call, SERVICE_END_ADMIN_RESET);
	if (s) {
		peer_session_remove(s, &cause);
	} else if (call) {
		/* Deleted is deleted: it is not dialled again. */
		if (call->wanted)
			peer_session_remove(call->wanted, &cause);
		else
			call_close(call, &cause);
	} else {
		control_error(c, "there is no session \"%s\"%s%s%s", session, tunnel ? " in tunnel \"" : "",
			      tunnel ? tunnel : "",
			      tunnel ? "\"" : "; a session that has no name needs its tunnel too");
		return;
	}
	control_end(c);
}

/* ---- users ---- */

static void clear_user(struct control *c)
{
	const char *user = text_arg(c, "user");
	struct l2tp_cause cause = cause_make(L2TP_CDN_ADMINISTRATIVE, 0, "cleared by the operator");
	struct call **calls = NULL;
	size_t n = 0;

	if (!user) {
		control_error(c, "clear user needs the user's name");
		return;
	}
	for (struct subscriber *s = registry_by_name(c->engine, user); s; s = registry_next_of_name(s))
		n += !s->leaving;
	if (!n) {
		control_error(c, "there is no user \"%s\" with a session", user);
		return;
	}
	calls = calloc(n, sizeof(struct call *));
	if (!calls) {
		control_error(c, "l2tpd is out of memory");
		return;
	}
	/* Closing one may end it, and take it out of the list that is walked. */
	n = 0;
	for (struct subscriber *s = registry_by_name(c->engine, user); s; s = registry_next_of_name(s)) {
		if (s->leaving)
			continue;
		call_get(s->call);
		calls[n++] = s->call;
	}
	for (size_t i = 0; i < n; i++) {
		subscriber_set_end(calls[i], SERVICE_END_ADMIN_RESET);
		call_close(calls[i], &cause);
		call_put(calls[i]);
	}
	free(calls);
	log_notice("user \"%s\": %zu session%s cleared by the operator", user, n, n == 1 ? " is" : "s are");
	control_record(c, json_pack("{s:o, s:i}", "user", control_text(user), "sessions", (int)n));
	control_end(c);
}

/* ---- the daemon ---- */

static void set_log(struct control *c)
{
	const char *text = text_arg(c, "level");
	int level = text ? log_parse_level(text) : -EINVAL;

	if (level < 0) {
		control_error(c, "set log needs a level: error, warning, notice, info or debug");
		return;
	}
	log_set_level(level);
	control_end(c);
}

static const struct {
	const char *name;
	void (*run)(struct control *c);
} commands[] = {
	{ "show tunnels", show_tunnels },
	{ "show sessions", show_sessions },
	{ "show interfaces", show_interfaces },
	{ "show users", show_users },
	{ "show pools", show_pools },
	{ "show radius", show_radius },
	{ "show config", show_config },
	{ "show status", show_status },
	{ "show static", show_static },
	{ "add tunnel", add_tunnel },
	{ "add session", add_session },
	{ "add tunnel lcce", add_lcce_tunnel },
	{ "add session lcce", add_lcce_session },
	{ "add tunnel static", add_static_tunnel },
	{ "add session static", add_static_session },
	{ "delete tunnel", delete_tunnel },
	{ "delete session", delete_session },
	{ "delete tunnel static", delete_static_tunnel },
	{ "delete session static", delete_static_session },
	{ "clear user", clear_user },
	{ "test aaa", test_aaa },
	{ "set log", set_log },
};

void command_run(struct control *c, const char *command)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, command) == 0) {
			commands[i].run(c);
			return;
		}
	}
	control_error(c, "l2tpd does not know the command \"%s\"; are l2tpctl and l2tpd of one version?", command);
}
