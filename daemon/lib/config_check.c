/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration as a whole: references that lead nowhere, keys that
 * contradict each other, sections that can never serve.
 */
#include "lib/config_key.h"

#include <errno.h>
#include <string.h>

struct check {
	const struct config *c;
	const struct config_place *place;
	int *line;
	struct config_why *why;
};

/* -EINVAL, with the place of a key of obj (a section's struct). */
#define fail(ch, obj, key, ...) \
	(*(ch)->line = (ch)->place->line((ch)->place->arg, (obj), (key)), \
	 config_fail((ch)->why, __VA_ARGS__))

static int check_ppp_ref(struct check *ch, const void *obj, const char *section,
			 const char *name, const char *ref)
{
	if (!ref[0])
		return fail(ch, obj, NULL, "%s \"%s\" has no ppp; name the ppp section that "
			    "serves it", section, name);
	if (!config_ppp_find(ch->c, ref))
		return fail(ch, obj, "ppp", "there is no section ppp \"%s\"; add it, or name "
			    "another", ref);
	return 0;
}

static int check_tunnel(struct check *ch, const void *obj, const struct config_tunnel *t,
			const char *secret_key)
{
	if (t->challenge && !t->secret_file)
		return fail(ch, obj, "challenge", "challenge needs a secret; set %s", secret_key);
	if (t->hide && !t->secret_file)
		return fail(ch, obj, "hide-avps", "hide-avps needs a secret; set %s", secret_key);
	if (t->retransmit_cap_ms < t->retransmit_ms)
		return fail(ch, obj, "retransmit-cap", "retransmit-cap is less than retransmit; "
			    "raise it");
	return 0;
}

static int check_listen(struct check *ch)
{
	const struct config *c = ch->c;
	char buf[ADDR_STRLEN];
	size_t i, j;

	for (i = 0; i < c->listen_n; i++) {
		if (!addr_is_set(&c->listen[i].address))
			return fail(ch, &c->listen[i], NULL, "listen has no address; \"0.0.0.0\" is "
				    "all of IPv4, \"::\" all of IPv6");
		for (j = 0; j < i; j++)
			if (addr_equal(&c->listen[i].address, &c->listen[j].address))
				return fail(ch, &c->listen[i], "address",
					    "%s is listened to twice; remove one",
					    addr_format_port(&c->listen[i].address, buf));
	}
	if (c->lns_n && !c->listen_n)
		return fail(ch, &c->lns[0], NULL, "lns \"%s\" cannot be called; add a listen "
			    "section", c->lns[0].name);
	return 0;
}

static int check_lns(struct check *ch)
{
	const struct config *c = ch->c;
	const struct config_lns *all = NULL;	/* takes every caller */
	size_t i;
	int err;

	for (i = 0; i < c->lns_n; i++) {
		const struct config_lns *l = &c->lns[i];

		err = check_ppp_ref(ch, l, "lns", l->name, l->ppp);
		if (!err)
			err = check_tunnel(ch, l, &l->tunnel, "tunnel-secret-file");
		if (err)
			return err;
		if (config_ppp_find(c, l->ppp)->default_route)
			return fail(ch, config_ppp_find(c, l->ppp), "default-route",
				    "default-route is for calling out, but lns \"%s\" uses this "
				    "section; give it one of its own", l->name);
		if (all)
			return fail(ch, l, NULL, "lns \"%s\" is never reached: \"%s\" before it "
				    "takes every caller; move it up", l->name, all->name);
		if (l->from_address.n == 0 && l->from_hostname.n == 0)
			all = l;
	}
	return 0;
}

static int check_backend_none(struct check *ch, const struct config_ppp *p)
{
	if (p->backend != CONFIG_BACKEND_NONE)
		return 0;
	if (p->auth_n)
		return fail(ch, p, "auth", "backend \"none\" runs no PPP and authenticates nobody; "
			    "remove auth, or use \"pppd\"");
	if (p->options.n)
		return fail(ch, p, "options", "options are pppd's, but backend is \"none\"; "
			    "remove them");
	return 0;
}

static int check_ppp(struct check *ch, struct config_ppp *p)
{
	int err = check_backend_none(ch, p);

	if (err)
		return err;
	if (p->auth_n && !p->users_file)
		return fail(ch, p, "auth", "auth needs users; set users-file");
	if (p->ipv6 && (p->mtu < 1280 || p->mru < 1280))
		return fail(ch, p, "ipv6", "ipv6 needs an mtu and mru of at least 1280");
	if (p->pool_n && addr_is_set(&p->remote_address))
		return fail(ch, p, "remote-address", "remote-address is for one peer, pool for many; "
			    "remove one");
	if (addr_is_set(&p->remote_address) && addr_equal_ip(&p->local_address, &p->remote_address))
		return fail(ch, p, "remote-address", "remote-address is the same as local-address");
	if (p->pool_n && config_pool_exclude(p))
		return -ENOMEM;
	if (p->pool_n == 0 && p->pool)
		return fail(ch, p, "pool", "pool has no address but local-address; widen it");
	return 0;
}

static int check_session(struct check *ch, const struct config_session *s)
{
	const struct config_ppp *ppp;
	int err = check_ppp_ref(ch, s, "session", s->name, s->ppp);

	if (err)
		return err;
	ppp = config_ppp_find(ch->c, s->ppp);
	if (s->password_file && !s->user)
		return fail(ch, s, "password-file", "password-file needs a user; set user");
	if (s->user && !s->password_file && !ppp->users_file && ppp->backend == CONFIG_BACKEND_PPPD)
		return fail(ch, s, "user", "user \"%s\" has no password; set password-file here or "
			    "users-file in ppp \"%s\"", s->user, ppp->name);
	if (s->redial_max_ms < s->redial_min_ms)
		return fail(ch, s, "redial-max", "redial-max is less than redial; raise it");
	return 0;
}

static int check_lac(struct check *ch, const struct config_lac *l)
{
	struct addr server;
	size_t i;
	int err = check_tunnel(ch, l, &l->tunnel, "secret-file");

	if (err)
		return err;
	if (!l->server)
		return fail(ch, l, NULL, "lac \"%s\" has no server; set its name or address", l->name);
	if (addr_is_set(&l->source) && addr_parse(&server, l->server) == 0 &&
	    server.family != l->source.family)
		return fail(ch, l, "source-address", "source-address and server are of different "
			    "families");
	for (i = 0; i < l->sessions_n; i++) {
		err = check_session(ch, &l->sessions[i]);
		if (err)
			return err;
	}
	return 0;
}

/* Whether another session, in file order before (lac, i), has the interface's name. */
static bool ifname_taken(const struct config *c, size_t lac, size_t session)
{
	const char *name = c->lac[lac].sessions[session].ifname;
	size_t i, j;

	for (i = 0; i <= lac; i++)
		for (j = 0; j < c->lac[i].sessions_n && (i < lac || j < session); j++)
			if (c->lac[i].sessions[j].ifname &&
			    strcmp(c->lac[i].sessions[j].ifname, name) == 0)
				return true;
	return false;
}

static int check_ifnames(struct check *ch)
{
	const struct config *c = ch->c;
	size_t i, j;

	for (i = 0; i < c->lac_n; i++)
		for (j = 0; j < c->lac[i].sessions_n; j++)
			if (c->lac[i].sessions[j].ifname && ifname_taken(c, i, j))
				return fail(ch, &c->lac[i].sessions[j], "ifname",
					    "another session has this ifname; choose a new one");
	return 0;
}

int config_check(struct config *c, const struct config_place *place, int *line,
		 struct config_why *why)
{
	struct check ch = { .c = c, .place = place, .line = line, .why = why };
	size_t i;
	int err = 0;

	for (i = 0; i < c->ppp_n && !err; i++)
		err = check_ppp(&ch, &c->ppp[i]);
	if (!err)
		err = check_listen(&ch);
	if (!err)
		err = check_lns(&ch);
	for (i = 0; i < c->lac_n && !err; i++)
		err = check_lac(&ch, &c->lac[i]);
	return err ? err : check_ifnames(&ch);
}
