/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration as a whole: references that lead nowhere, keys that
 * contradict each other, sections that can never serve.
 */
#include "lib/config_check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HANG_MIN_MS 1000

static int check_ppp_ref(struct check *ch, const void *obj, const char *section,
			 const char *name, const char *ref)
{
	if (!ref[0])
		return fail(ch, obj, NULL,
			    "%s \"%s\" has no ppp; name the ppp section that "
			    "serves it",
			    section, name);
	if (!config_ppp_find(ch->c, ref))
		return fail(ch, obj, "ppp",
			    "there is no section ppp \"%s\"; add it, or name "
			    "another",
			    ref);
	return 0;
}

static int check_listen(struct check *ch)
{
	const struct config *c = ch->c;
	char buf[ADDR_STRLEN];
	size_t i, j;

	for (i = 0; i < c->listen_n; i++) {
		const struct config_listen *l = &c->listen[i];

		if (!addr_is_set(&l->address))
			return fail(ch, l, NULL,
				    "listen has no address; \"0.0.0.0\" "
				    "is all of IPv4, \"::\" all of IPv6");
		if (l->encap == CONFIG_ENCAP_IP && given(ch, l, "port"))
			return fail(ch, l, "port",
				    "a port is UDP's, but encap is \"ip\"; "
				    "remove it");
		for (j = 0; j < i; j++)
			if (addr_equal(&l->address, &c->listen[j].address))
				return fail(
					ch, l, "address",
					"%s is listened to twice; remove one",
					l->encap == CONFIG_ENCAP_IP ?
						addr_format(&l->address, buf) :
						addr_format_port(&l->address,
								 buf));
	}
	if (c->lns_n && !config_check_listens(c, CONFIG_ENCAP_UDP))
		return fail(ch, &c->lns[0], NULL,
			    "lns \"%s\" cannot be called; add a listen "
			    "section",
			    c->lns[0].name);
	return 0;
}

/* Else a caller would be told one that pppd makes up. */
static int check_addresses(struct check *ch, const struct config_lns *l,
			   const struct config_ppp *p)
{
	if (p->backend == CONFIG_BACKEND_BUILTIN &&
	    !addr_is_set(&p->local_address))
		return fail(ch, p, NULL,
			    "ppp \"%s\" has no local-address, which backend "
			    "\"builtin\" needs for the callers of lns \"%s\"; "
			    "set it",
			    p->name, l->name);
	if (!config_ppp_needs_address(p) || config_ppp_has_addresses(p) ||
	    (p->auth_n && (p->radius.n || p->tacacs.n || p->users_file)))
		return 0;
	return fail(ch, p, NULL,
		    "ppp \"%s\" has no address for the callers of lns \"%s\"; "
		    "set pool, pools or remote-address, or for IPv6 alone "
		    "options = { \"noip\" }",
		    p->name, l->name);
}

static int check_lns(struct check *ch)
{
	const struct config *c = ch->c;
	const struct config_lns *all = NULL; /* takes every caller */
	size_t i;
	int err;

	for (i = 0; i < c->lns_n; i++) {
		const struct config_lns *l = &c->lns[i];

		err = check_ppp_ref(ch, l, "lns", l->name, l->ppp);
		if (!err)
			err = config_check_tunnel(ch, l, &l->tunnel,
						  "secret-file");
		if (err)
			return err;
		if (config_ppp_find(c, l->ppp)->default_route)
			return fail(ch, config_ppp_find(c, l->ppp),
				    "default-route",
				    "default-route is for calling out, but lns "
				    "\"%s\" uses this section; give it one of "
				    "its own",
				    l->name);
		err = check_addresses(ch, l, config_ppp_find(c, l->ppp));
		if (err)
			return err;
		if (all)
			return fail(ch, l, NULL,
				    "lns \"%s\" is never reached: \"%s\" "
				    "before it takes every caller; move it up",
				    l->name, all->name);
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
		return fail(ch, p, "auth",
			    "backend \"none\" runs no PPP and authenticates "
			    "nobody; remove auth, or use \"pppd\"");
	if (p->options.n)
		return fail(ch, p, "options",
			    "options are pppd's, but backend is \"none\"; "
			    "remove them");
	if (p->default_route || p->clamp_mss)
		return fail(ch, p,
			    p->default_route ? "default-route" : "clamp-mss",
			    "it is for an interface, but backend \"none\" has "
			    "none; remove it");
	return 0;
}

static int check_servers(struct check *ch, const struct config_ppp *p)
{
	const char *key = p->radius.n ? "radius" : "tacacs";

	if (p->radius.n && p->tacacs.n)
		return fail(ch, p, "tacacs",
			    "radius and tacacs would both decide about a user "
			    "and get his accounting; name servers of one kind "
			    "here, and of the other in another ppp section");
	if ((p->radius.n || p->tacacs.n) && !p->auth_n)
		return fail(ch, p, key,
			    "%s answers authentication, but auth is not "
			    "set",
			    key);
	if (p->accounting && !p->radius.n && !p->tacacs.n)
		return fail(ch, p, "accounting",
			    "accounting needs servers; set radius or tacacs");
	return 0;
}

/* What only pppd has. */
static int check_backend_builtin(struct check *ch, const struct config_ppp *p)
{
	if (p->backend != CONFIG_BACKEND_BUILTIN)
		return 0;
	if (p->options.n)
		return fail(ch, p, "options",
			    "options are pppd's, but backend is \"builtin\"; "
			    "remove them, or use \"pppd\"");
	if (p->pppd_scripts_given)
		return fail(ch, p, "pppd-scripts",
			    "no pppd runs with backend \"builtin\", and "
			    "nothing runs its scripts; remove pppd-scripts, "
			    "and use ip-up and ip-down");
	return 0;
}

static int check_ppp_refs(struct check *ch, const struct config_ppp *p)
{
	size_t i;

	for (i = 0; i < p->radius.n; i++)
		if (!config_radius_find(ch->c, p->radius.v[i]))
			return fail(ch, p, "radius",
				    "there is no section radius \"%s\"; add "
				    "it, or name another",
				    p->radius.v[i]);
	for (i = 0; i < p->tacacs.n; i++)
		if (!config_tacacs_find(ch->c, p->tacacs.v[i]))
			return fail(ch, p, "tacacs",
				    "there is no section tacacs \"%s\"; add "
				    "it, or name another",
				    p->tacacs.v[i]);
	for (i = 0; i < p->pools.n; i++)
		if (!config_pool_find(ch->c, p->pools.v[i]))
			return fail(ch, p, "pools",
				    "there is no section pool \"%s\"; add it, "
				    "or name another",
				    p->pools.v[i]);
	if (p->pools.n && addr_is_set(&p->remote_address))
		return fail(ch, p, "remote-address",
			    "remote-address is for one peer, pools for many; "
			    "remove one");
	return check_servers(ch, p);
}

static int check_mppe(struct check *ch, const struct config_ppp *p)
{
	size_t i;

	if (p->mppe == CONFIG_MPPE_OFF)
		return 0;
	if (p->backend == CONFIG_BACKEND_NONE)
		return fail(ch, p, "mppe",
			    "mppe is PPP's, but backend \"none\" runs none; "
			    "remove it");
	for (i = 0; i < p->auth_n; i++)
		if (p->mppe == CONFIG_MPPE_REQUIRED &&
		    p->auth[i] != CONFIG_AUTH_MSCHAPV2)
			return fail(ch, p, "mppe",
				    "mppe is required, but its keys come from "
				    "MS-CHAPv2 only; let auth list "
				    "\"mschapv2\" alone");
	if (p->tacacs.n && !p->users_file)
		return fail(ch, p, "mppe",
			    "mppe needs keys, and TACACS+ has none: only users "
			    "of a users-file could have it; remove mppe, or "
			    "set users-file or radius");
	return 0;
}

/*
 * What callers may be given: global unicast addresses, of which RFC
 * 4193's are local ones.
 */
static int check_prefix_pool(struct check *ch, const struct config_ppp *p,
			     const char *key, const struct config_prefixes *l)
{
	static const struct addr_prefix global = {
		{ .family = AF_INET6, .ip = { 0x20 } }, 3
	};
	static const struct addr_prefix local = {
		{ .family = AF_INET6, .ip = { 0xfc } }, 7
	};
	char text[ADDR_STRLEN], other[ADDR_STRLEN];

	for (size_t i = 0; i < l->n; i++) {
		const struct addr_prefix *a = &l->v[i];

		if ((a->len < global.len ||
		     !addr_prefix_contains(&global, &a->addr)) &&
		    (a->len < local.len ||
		     !addr_prefix_contains(&local, &a->addr)))
			return fail(ch, p, key,
				    "%s: %s is not within 2000::/3, nor within "
				    "fc00::/7",
				    key, addr_prefix_format(a, text));
		for (size_t k = 0; k < l->n; k++)
			if (k != i && l->v[k].len <= a->len &&
			    addr_prefix_contains(&l->v[k], &a->addr))
				return fail(ch, p, key,
					    "%s: %s is within %s; remove one",
					    key, addr_prefix_format(a, text),
					    addr_prefix_format(&l->v[k],
							       other));
	}
	return 0;
}

/* RFC 1035, section 2.3.1, and the underscores of service names. */
static bool is_domain(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_";

	while (*name) {
		size_t len = strspn(name, letters);

		if (len == 0 || len > 63 || (name[len] && name[len] != '.'))
			return false;
		name += len + (name[len] == '.');
	}
	return true;
}

static int check_dns6_search(struct check *ch, const struct config_ppp *p)
{
	size_t bytes = 0; /* in DNS messages, where each has two more */

	for (size_t i = 0; i < p->dns6_search.n; i++) {
		if (!is_domain(p->dns6_search.v[i]))
			return fail(ch, p, "dns6-search",
				    "dns6-search: \"%s\" is no domain",
				    p->dns6_search.v[i]);
		bytes += strlen(p->dns6_search.v[i]) + 2;
	}
	if (p->dns6_search.n > 4 || bytes > 255)
		return fail(ch, p, "dns6-search",
			    "dns6-search has more than four domains, or 255 "
			    "bytes");
	return 0;
}

static int check_ipv6(struct check *ch, const struct config_ppp *p)
{
	struct addr a;
	size_t i;
	int err;

	if (p->ipv6 && ((p->mtu && p->mtu < 1280) || (p->mru && p->mru < 1280)))
		return fail(ch, p, "ipv6",
			    "ipv6 needs an mtu and mru of at least 1280");
	if (!p->ipv6 && (p->prefix_pool.n || p->delegated_pool.n || p->dns6.n ||
			 p->dns6_search.n))
		return fail(ch, p,
			    p->prefix_pool.n	? "prefix-pool" :
			    p->delegated_pool.n ? "delegated-pool" :
			    p->dns6.n		? "dns6" :
						  "dns6-search",
			    "it is of no use without IPv6; set ipv6 = true");
	for (i = 0; i < p->prefix_pool.n; i++)
		if (p->prefix_pool.v[i].addr.family != AF_INET6 ||
		    p->prefix_pool.v[i].len > 64)
			return fail(ch, p, "prefix-pool",
				    "prefix-pool takes IPv6 prefixes of at "
				    "most 64 bits: each caller gets a /64 of "
				    "it");
	for (i = 0; i < p->delegated_pool.n; i++)
		if (p->delegated_pool.v[i].addr.family != AF_INET6 ||
		    p->delegated_pool.v[i].len > p->delegated_length)
			return fail(ch, p, "delegated-pool",
				    "delegated-pool takes IPv6 prefixes of at "
				    "most delegated-length (%u) bits",
				    p->delegated_length);
	err = check_prefix_pool(ch, p, "prefix-pool", &p->prefix_pool);
	if (!err)
		err = check_prefix_pool(ch, p, "delegated-pool",
					&p->delegated_pool);
	if (err)
		return err;
	if (p->dns6.n > 2)
		return fail(ch, p, "dns6", "dns6 has more than two servers");
	for (i = 0; i < p->dns6.n; i++)
		if (addr_parse(&a, p->dns6.v[i]) || a.family != AF_INET6)
			return fail(ch, p, "dns6",
				    "dns6: \"%s\" is no IPv6 address",
				    p->dns6.v[i]);
	return check_dns6_search(ch, p);
}

/* Used for calling out alone: then auth is what we agree to. */
static bool only_dials(const struct config *c, const struct config_ppp *p)
{
	bool dials = false;

	for (size_t i = 0; i < c->lns_n; i++)
		if (strcmp(c->lns[i].ppp, p->name) == 0)
			return false;
	for (size_t i = 0; i < c->lac_n; i++)
		for (size_t j = 0; j < c->lac[i].sessions_n; j++)
			dials |= strcmp(c->lac[i].sessions[j].ppp, p->name) ==
				 0;
	return dials;
}

static int check_ppp(struct check *ch, struct config_ppp *p)
{
	int err = check_backend_none(ch, p);

	if (!err)
		err = check_backend_builtin(ch, p);
	if (err)
		return err;
	if (p->auth_n && !p->users_file && !p->radius.n && !p->tacacs.n &&
	    !only_dials(ch->c, p))
		return fail(ch, p, "auth",
			    "auth needs users; set users-file, radius or "
			    "tacacs");
	err = check_ppp_refs(ch, p);
	if (!err)
		err = check_mppe(ch, p);
	if (!err)
		err = check_ipv6(ch, p);
	if (err)
		return err;
	if (given(ch, p, "default-route-metric") && !p->default_route)
		return fail(ch, p, "default-route-metric",
			    "there is no default route to have a metric; set "
			    "default-route = true, or remove it");
	if (p->pool.n && addr_is_set(&p->remote_address))
		return fail(ch, p, "remote-address",
			    "remote-address is for one peer, pool for many; "
			    "remove one");
	if (addr_is_set(&p->remote_address) &&
	    addr_equal_ip(&p->local_address, &p->remote_address))
		return fail(ch, p, "remote-address",
			    "remote-address is the same as local-address");
	if (p->pool.n && config_pool_exclude(p))
		return -ENOMEM;
	if (p->pool.n == 0 && p->pool.v)
		return fail(ch, p, "pool",
			    "pool has no address but local-address; widen it");
	return 0;
}

int config_check_session(struct check *ch, const struct config_session *s)
{
	const struct config_ppp *ppp;
	int err = check_ppp_ref(ch, s, "session", s->name, s->ppp);

	if (err)
		return err;
	ppp = config_ppp_find(ch->c, s->ppp);
	if (s->password_file && !s->user)
		return fail(ch, s, "password-file",
			    "password-file needs a user; set user");
	if (s->user && !s->password_file && !ppp->users_file &&
	    ppp->backend != CONFIG_BACKEND_NONE)
		return fail(ch, s, "user",
			    "user \"%s\" has no password; set "
			    "password-file here or users-file in ppp \"%s\"",
			    s->user, ppp->name);
	if (s->redial_max_ms < s->redial_min_ms)
		return fail(ch, s, "redial-max",
			    "redial-max is less than redial; raise it");
	return 0;
}

int config_check_lac(struct check *ch, const struct config_lac *l)
{
	struct addr server;
	size_t i;
	int err = config_check_tunnel(ch, l, &l->tunnel, "secret-file");

	if (!err)
		err = config_check_resolve(ch, l, l->resolve_ms);
	if (err)
		return err;
	if (l->encap == CONFIG_ENCAP_IP && l->version != CONFIG_VERSION_3)
		return fail(ch, l, "encap",
			    "encap = \"ip\" is for version 3 "
			    "only; set version = \"3\"");
	if (!l->server)
		return fail(ch, l, NULL,
			    "lac \"%s\" has no server; set its name or address",
			    l->name);
	if (addr_is_set(&l->source) && addr_parse(&server, l->server) == 0 &&
	    server.family != l->source.family)
		return fail(ch, l, "source-address",
			    "source-address and server are of different "
			    "families");
	for (i = 0; i < l->sessions_n; i++) {
		err = config_check_session(ch, &l->sessions[i]);
		if (err)
			return err;
	}
	return 0;
}

/* A session and the name that it gives its interface. */
struct ifname {
	const void *session;
	const char *name;
};

static size_t add_ifname(struct ifname *list, size_t n, const void *session,
			 const char *name)
{
	if (name && list)
		list[n] = (struct ifname){ session, name };
	return n + (name != NULL);
}

/*
 * Every session that names its interface, in the sections' order; their number.
 * list may be NULL.
 */
static size_t ifnames(const struct config *c, struct ifname *list)
{
	size_t i, j, n = 0;

	for (i = 0; i < c->lac_n; i++)
		for (j = 0; j < c->lac[i].sessions_n; j++)
			n = add_ifname(list, n, &c->lac[i].sessions[j],
				       c->lac[i].sessions[j].ifname);
	for (i = 0; i < c->lcce_n; i++)
		for (j = 0; j < c->lcce[i].sessions_n; j++)
			n = add_ifname(list, n, &c->lcce[i].sessions[j],
				       c->lcce[i].sessions[j].ifname);
	for (i = 0; i < c->statics_n; i++)
		for (j = 0; j < c->statics[i].sessions_n; j++)
			n = add_ifname(list, n, &c->statics[i].sessions[j],
				       c->statics[i].sessions[j].ifname);
	return n;
}

static int check_ifnames(struct check *ch)
{
	size_t n = ifnames(ch->c, NULL), i, j;
	struct ifname *list = calloc(n + 1, sizeof(*list));
	int err = 0;

	if (!list)
		return -ENOMEM;
	ifnames(ch->c, list);
	for (i = 0; i < n && !err; i++)
		for (j = 0; j < i && !err; j++)
			if (strcmp(list[i].name, list[j].name) == 0)
				err = fail(ch, list[i].session, "ifname",
					   "another session has this ifname; "
					   "choose a new one");
	free(list);
	return err;
}

static int check_radius_udp(struct check *ch, const struct config_radius *r)
{
	static const char *const tls_keys[] = { "port", "ca-file",
						"certificate-file", "key-file",
						"server-name" };

	for (size_t i = 0; i < sizeof(tls_keys) / sizeof(tls_keys[0]); i++)
		if (given(ch, r, tls_keys[i]))
			return fail(ch, r, tls_keys[i],
				    "%s is for TLS; set "
				    "transport = \"tls\", or remove it",
				    tls_keys[i]);
	if (!r->secret_file)
		return fail(ch, r, NULL,
			    "radius \"%s\" has no secret-file; write the "
			    "secret that the server knows us by to one",
			    r->name);
	return 0;
}

static int check_radius_tls(struct check *ch, const struct config_radius *r)
{
	if (given(ch, r, "auth-port") || given(ch, r, "acct-port"))
		return fail(ch, r,
			    given(ch, r, "auth-port") ? "auth-port" :
							"acct-port",
			    "with TLS there is one "
			    "port for both kinds of requests; set port");
	if (r->secret_file)
		return fail(ch, r, "secret-file",
			    "with TLS the certificates say who is who, and the "
			    "secret is \"radsec\" for all (RFC 6614); remove "
			    "secret-file");
	if (given(ch, r, "tries"))
		return fail(ch, r, "tries",
			    "with TLS a request is sent once, for TCP loses "
			    "nothing; remove tries");
	if (!r->ca_file)
		return fail(ch, r, NULL,
			    "radius \"%s\" has no ca-file; name the "
			    "certificate of who signs the server's",
			    r->name);
	if (!r->certificate_file != !r->key_file)
		return fail(ch, r,
			    r->key_file ? "key-file" : "certificate-file",
			    "certificate-file and key-file "
			    "belong together; set both or none");
	return 0;
}

static int check_radius(struct check *ch, const struct config_radius *r)
{
	if (!r->address)
		return fail(ch, r, NULL,
			    "radius \"%s\" has no address; set the server's "
			    "name or address",
			    r->name);
	return r->transport == CONFIG_TRANSPORT_TLS ? check_radius_tls(ch, r) :
						      check_radius_udp(ch, r);
}

static int check_tacacs(struct check *ch, const struct config_tacacs *t)
{
	if (!t->address)
		return fail(ch, t, NULL,
			    "tacacs \"%s\" has no address; set the server's "
			    "name or address",
			    t->name);
	if (!t->secret_file)
		return fail(ch, t, NULL,
			    "tacacs \"%s\" has no secret-file; write the "
			    "secret that the server knows us by to one",
			    t->name);
	return 0;
}

static int check_services(struct check *ch)
{
	const struct config *c = ch->c;
	size_t i;

	for (i = 0; i < c->pool_n; i++)
		if (c->pool[i].address.n == 0)
			return fail(ch, &c->pool[i], NULL,
				    "pool \"%s\" has no address; set its "
				    "ranges",
				    c->pool[i].name);
	for (i = 0; i < c->radius_n; i++) {
		int err = check_radius(ch, &c->radius[i]);

		if (err)
			return err;
	}
	for (i = 0; i < c->tacacs_n; i++) {
		int err = check_tacacs(ch, &c->tacacs[i]);

		if (err)
			return err;
	}
	for (i = 0; i < c->coa_n; i++) {
		if (c->coa[i].from_address.n == 0)
			return fail(ch, &c->coa[i], NULL,
				    "coa \"%s\" has no from-address; list who "
				    "may send",
				    c->coa[i].name);
		if (!c->coa[i].secret_file)
			return fail(ch, &c->coa[i], NULL,
				    "coa \"%s\" has no secret-file; write the "
				    "secret that it shares with us to one",
				    c->coa[i].name);
	}
	return 0;
}

/* Less is within what a busy turn of the loop may take. */
static int check_hang(struct check *ch)
{
	if (ch->c->hang_ms && ch->c->hang_ms < HANG_MIN_MS)
		return fail(ch, ch->c, "hang-timeout",
			    "hang-timeout is shorter than a second; give it "
			    "more, or 0 for never");
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
		err = check_hang(&ch);
	if (!err)
		err = check_services(&ch);
	if (!err)
		err = check_listen(&ch);
	if (!err)
		err = check_lns(&ch);
	for (i = 0; i < c->lac_n && !err; i++)
		err = config_check_lac(&ch, &c->lac[i]);
	for (i = 0; i < c->lcce_n && !err; i++)
		err = config_check_lcce(&ch, &c->lcce[i]);
	if (!err)
		err = config_check_statics(&ch);
	return err ? err : check_ifnames(&ch);
}
