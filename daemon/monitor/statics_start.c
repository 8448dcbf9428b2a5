/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Static tunnels when l2tpd starts: those that an l2tpd before this one made
 * are found in the kernel, and those that were added by command in state-dir.
 */
#include "monitor/statics_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/table.h"
#include "monitor/statics_record.h"
#include "netlink/dataplane.h"

/* ---- what was made before ---- */

/* Notes the peer's id, which is never 0, in a table by our ids. */
static int on_object(void *ctx, const struct dp_object *o)
{
	uint32_t peer = o->session_id ? o->peer_session_id : o->peer_tunnel_id;
	uint64_t key = dp_session_key(o->tunnel_id, o->session_id);
	int err = 0;

	if (o->version == 3)
		err = table_put(ctx, key, (void *)(uintptr_t)peer);
	return err == -EEXIST ? 0 : err;
}

static bool kernel_has(const struct table *kernel, uint32_t tunnel_id,
		       uint32_t session_id, uint32_t peer)
{
	return (uintptr_t)table_get(kernel, dp_session_key(tunnel_id,
							   session_id)) == peer;
}

static void look_at(const struct table *kernel, struct static_tunnel *t)
{
	const struct config_static *c = t->config;

	t->state.there = kernel_has(kernel, c->tunnel_id, 0, c->peer_tunnel_id);
	t->state.recorded = t->state.there;
	for (size_t k = 0; t->state.there && k < c->sessions_n; k++) {
		t->sessions[k].there =
			kernel_has(kernel, c->tunnel_id,
				   c->sessions[k].session_id,
				   c->sessions[k].peer_session_id);
		t->sessions[k].recorded = t->sessions[k].there;
	}
}

/*
 * Reads what an l2tpd before this one made, and looks which of it the
 * kernel still has.
 */
static int read_made(struct statics *s)
{
	const char *dir = s->options.config->state_dir;
	struct table kernel = { 0 };
	char *text = NULL, why[512];
	struct config *c;
	int err;

	s->made = strdup("");
	if (!s->made)
		return -ENOMEM;
	if (statics_record_read(dir, STATICS_MADE, &text))
		return 0;
	c = config_parse_text(text, "static.made", why, sizeof(why));
	free(text);
	if (!c) {
		statics_record_refuse(dir, STATICS_MADE, why);
		return 0;
	}
	err = static_set_init(&s->set, c);
	if (err) {
		config_free(c);
		return err;
	}
	if (s->set.n)
		err = s->options.dp->ops->dump(s->options.dp, on_object,
					       &kernel);
	if (err)
		log_error("the kernel's tunnels cannot be listed: %s; those "
			  "that are static are not known as ours",
			  strerror(-err));
	for (size_t i = 0; i < s->set.n && !err; i++)
		look_at(&kernel, &s->set.tunnels[i]);
	table_fini(&kernel);
	free(s->made);
	s->made = statics_print(c->statics, c->statics_n);
	return s->made ? 0 : -ENOMEM;
}

/* ---- what was added by command ---- */

static int want(struct statics *s, const char *added, char *why, size_t size)
{
	struct config *c = statics_compose(s, added, why, size);
	struct static_set set;
	int err;

	if (!c)
		return -EINVAL;
	err = static_set_init(&set, c);
	if (err)
		config_free(c);
	else
		statics_want(s, &set);
	return err;
}

/*
 * The configuration has changed since then: each tunnel is wanted that still
 * fits beside it.
 */
static int want_what_fits(struct statics *s, const struct config *added)
{
	struct config_static *v = calloc(added->statics_n + 1, sizeof(*v));
	size_t n = 0;
	int err = v ? 0 : -ENOMEM;

	for (size_t i = 0; i < added->statics_n && !err; i++) {
		char why[512] = "", *text;
		struct config *c;

		v[n] = added->statics[i];
		text = statics_print(v, n + 1);
		c = text ? statics_compose(s, text, why, sizeof(why)) : NULL;
		if (c)
			n++;
		else
			log_error("static \"%s\", which was added by command, "
				  "does not fit the configuration any more, "
				  "and is not made: %s",
				  v[n].name, why);
		if (c)
			config_free(c);
		free(text);
	}
	if (!err) {
		char why[512], *text = statics_print(v, n);

		err = text ? want(s, text, why, sizeof(why)) : -ENOMEM;
		free(text);
	}
	free(v);
	return err;
}

static int add_all(struct statics *s)
{
	const char *dir = s->options.config->state_dir;
	char why[512] = "", *text = NULL;
	struct config *c;
	int err;

	if (statics_record_read(dir, STATICS_ADDED, &text))
		return want(s, "", why, sizeof(why));
	err = want(s, text, why, sizeof(why));
	if (err != -EINVAL) {
		free(text);
		return err;
	}
	c = config_parse_text(text, "static.added", why, sizeof(why));
	free(text);
	if (c) {
		err = want_what_fits(s, c);
		config_free(c);
		return err;
	}
	statics_record_refuse(dir, STATICS_ADDED, why);
	return want(s, "", why, sizeof(why));
}

struct statics *statics_new(struct loop *loop, const struct statics_options *o)
{
	struct statics *s = calloc(1, sizeof(*s));
	int err = s ? 0 : -ENOMEM;

	if (s) {
		s->options = *o;
		s->loop = loop;
	}
	if (!err && o->interfaces) {
		err = rtnl_open(&s->rtnl);
		s->has_rtnl = !err;
	}
	if (!err)
		err = read_made(s);
	if (!err)
		err = add_all(s);
	if (!err)
		return s;
	log_error("static tunnels cannot be made: %s", strerror(-err));
	statics_free(s);
	return NULL;
}

void statics_free(struct statics *s)
{
	if (!s)
		return;
	loop_timer_stop(&s->timer);
	static_set_fini(&s->set);
	if (s->has_rtnl)
		rtnl_close(&s->rtnl);
	free(s->made);
	free(s);
}
