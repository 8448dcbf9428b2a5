/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Static tunnels and sessions: what the kernel would refuse, or take and then
 * carry nothing, since no peer negotiates.
 */
#include "lib/config_check.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

static int check_ids(struct check *ch, const struct config_static *s)
{
	if (config_lac_find(ch->c, s->name) || config_lcce_find(ch->c, s->name))
		return fail(ch, s, NULL,
			    "a section lac or lcce is called \"%s\" as well; "
			    "choose another name, commands tell tunnels by it",
			    s->name);
	if (!s->tunnel_id)
		return fail(ch, s, NULL,
			    "static \"%s\" has no tunnel-id; set it to the "
			    "peer's peer-tunnel-id",
			    s->name);
	if (!s->peer_tunnel_id)
		return fail(ch, s, NULL,
			    "static \"%s\" has no peer-tunnel-id; set it to "
			    "the peer's tunnel-id",
			    s->name);
	return 0;
}

static int check_addresses(struct check *ch, const struct config_static *s)
{
	if (!addr_is_set(&s->local))
		return fail(ch, s, NULL,
			    "static \"%s\" has no local; set our address",
			    s->name);
	if (!addr_is_set(&s->remote))
		return fail(ch, s, NULL,
			    "static \"%s\" has no remote; set the peer's "
			    "address",
			    s->name);
	if (addr_is_any(&s->remote))
		return fail(ch, s, "remote",
			    "remote is no peer's address; set the one that "
			    "packets go to");
	if (s->local.family != s->remote.family)
		return fail(ch, s, "local",
			    "local and remote are of different families");
	return 0;
}

/* udp-sport and what else is UDP's: all or nothing. */
static int check_udp(struct check *ch, const struct config_static *s)
{
	static const char *const keys[] = {
		"udp-sport",	"udp-dport",	"udp-csum",
		"udp6-csum-tx", "udp6-csum-rx",
	};
	bool ip6 = s->local.family == AF_INET6;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (s->encap == CONFIG_ENCAP_IP && given(ch, s, keys[i]))
			return fail(ch, s, keys[i],
				    "%s is UDP's, but encap is \"ip\"; remove "
				    "it",
				    keys[i]);
	if (s->encap == CONFIG_ENCAP_IP)
		return 0;
	if (!s->local.port)
		return fail(ch, s, NULL,
			    "static \"%s\" has no udp-sport; set it to the "
			    "peer's udp-dport",
			    s->name);
	if (!s->remote.port)
		return fail(ch, s, NULL,
			    "static \"%s\" has no udp-dport; set it to the "
			    "peer's udp-sport",
			    s->name);
	if (ip6 && given(ch, s, "udp-csum"))
		return fail(ch, s, "udp-csum",
			    "udp-csum is for IPv4; set udp6-csum-tx and "
			    "udp6-csum-rx");
	for (i = 3; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!ip6 && given(ch, s, keys[i]))
			return fail(ch, s, keys[i],
				    "%s is for IPv6; set udp-csum", keys[i]);
	return 0;
}

static int check_session(struct check *ch,
			 const struct config_static_session *s)
{
	if (!s->session_id)
		return fail(ch, s, NULL,
			    "session \"%s\" has no session-id; set it to the "
			    "peer's peer-session-id",
			    s->name);
	if (!s->peer_session_id)
		return fail(ch, s, NULL,
			    "session \"%s\" has no peer-session-id; set it to "
			    "the peer's session-id",
			    s->name);
	if (s->seq != CONFIG_SEQ_NONE && s->l2spec == CONFIG_L2SPEC_NONE)
		return fail(ch, s, "seq",
			    "seq puts its numbers into the sublayer, but "
			    "l2spec-type is \"none\"; remove one");
	if (s->keepalive_ms && !addr_is_set(&s->keepalive_address))
		return fail(ch, s, "keepalive",
			    "keepalive needs an address to ping through the "
			    "pseudowire; set keepalive-address");
	if (addr_is_set(&s->keepalive_address) && !s->keepalive_ms)
		return fail(ch, s, "keepalive-address",
			    "keepalive-address is not pinged; set keepalive "
			    "to the seconds between two pings");
	if (config_check_vlan_name(ch, s, s->ifname, s->vlan))
		return -EINVAL;
	return config_check_join(ch, s, s->ifname, s->bridge, s->vrf);
}

/*
 * The kernel wants tunnel ids unique, and those of sessions even across
 * tunnels.
 */
struct owner {
	uint32_t id;
	size_t order;
	const void *obj;
};

static int compare_owners(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static int check_unique(struct check *ch, struct owner *ids, size_t n,
			const char *key)
{
	size_t i;

	qsort(ids, n, sizeof(*ids), compare_owners);
	for (i = 1; i < n; i++)
		if (ids[i].id == ids[i - 1].id)
			return fail(ch, ids[i].obj, key,
				    "%s %u is given twice; choose another", key,
				    ids[i].id);
	return 0;
}

static int check_duplicates(struct check *ch)
{
	const struct config *c = ch->c;
	size_t i, j, n = c->statics_n, at = 0;
	struct owner *ids;
	int err;

	for (i = 0; i < c->statics_n; i++)
		n += c->statics[i].sessions_n;
	ids = calloc(n + 1, sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	for (i = 0; i < c->statics_n; i++, at++)
		ids[at] = (struct owner){ c->statics[i].tunnel_id, at,
					  &c->statics[i] };
	for (i = 0; i < c->statics_n; i++)
		for (j = 0; j < c->statics[i].sessions_n; j++, at++)
			ids[at] = (struct owner){
				c->statics[i].sessions[j].session_id, at,
				&c->statics[i].sessions[j]
			};
	err = check_unique(ch, ids, c->statics_n, "tunnel-id");
	if (!err)
		err = check_unique(ch, ids + c->statics_n, n - c->statics_n,
				   "session-id");
	free(ids);
	return err;
}

int config_check_statics(struct check *ch)
{
	const struct config *c = ch->c;
	size_t i, j;
	int err = 0;

	for (i = 0; i < c->statics_n && !err; i++) {
		const struct config_static *s = &c->statics[i];

		err = check_ids(ch, s);
		if (!err)
			err = check_addresses(ch, s);
		if (!err)
			err = check_udp(ch, s);
		for (j = 0; j < s->sessions_n && !err; j++)
			err = check_session(ch, &s->sessions[j]);
	}
	return err ? err : check_duplicates(ch);
}
