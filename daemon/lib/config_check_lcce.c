/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The peers of L2TPv3 and their pseudowires: keys that contradict each other.
 */
#include "lib/config_check.h"

#include <errno.h>
#include <string.h>

int config_check_pw(struct check *ch, const struct config_pw *p)
{
	if (p->pseudowire_id && given(ch, p, "remote-end-id"))
		return fail(ch, p, "pseudowire-id",
			    "pseudowire-id is a remote-end-id of four octets; "
			    "remove one of them");
	if (p->type == CONFIG_PW_VLAN && !p->vlan)
		return fail(ch, p, "pseudowire",
			    "session \"%s\" has no vlan; set which one it "
			    "carries",
			    p->name);
	if (p->type != CONFIG_PW_VLAN && p->vlan)
		return fail(ch, p, "vlan",
			    "vlan is of a pseudowire \"vlan\" only; set "
			    "pseudowire, or remove it");
	if (p->ifname && p->circuit && strcmp(p->ifname, p->circuit) == 0)
		return fail(ch, p, "circuit",
			    "the pseudowire's own interface is its circuit "
			    "anyway; let circuit name another, or remove it");
	if (p->sequencing && !p->sublayer)
		return fail(ch, p, "l2-sublayer",
			    "sequencing puts its numbers into the sublayer; "
			    "remove l2-sublayer = false");
	if (config_check_vlan_name(ch, p, p->ifname, p->vlan))
		return -EINVAL;
	return config_check_join(ch, p, p->ifname, p->bridge, p->vrf);
}

static bool same_end_id(const struct config_pw *a, const struct config_pw *b)
{
	uint8_t ours[CONFIG_END_ID_MAX], theirs[CONFIG_END_ID_MAX];
	uint8_t len = config_pw_end_id(a, ours);

	return config_pw_end_id(b, theirs) == len &&
	       memcmp(ours, theirs, len) == 0;
}

int config_check_pw_beside(struct check *ch, const struct config_pw *p,
			   const struct config_pw *other)
{
	const char *key = p->pseudowire_id ? "pseudowire-id" : "remote-end-id";

	if (same_end_id(p, other))
		return fail(ch, p, key,
			    "session \"%s\" has the same %s; the peer could "
			    "not tell them apart, choose another",
			    other->name, key);
	return 0;
}

static int check_pws(struct check *ch, const struct config_lcce *l)
{
	size_t i, j;
	int err = 0;

	for (i = 0; i < l->sessions_n && !err; i++) {
		err = config_check_pw(ch, &l->sessions[i]);
		for (j = 0; j < i && !err; j++)
			err = config_check_pw_beside(ch, &l->sessions[i],
						     &l->sessions[j]);
	}
	return err;
}

static bool has_from(const struct config_lcce *l)
{
	return l->from_address.n || l->from_hostname.n ||
	       addr_is_set(&l->from_router_id);
}

static int check_no_udp(struct check *ch, const struct config_lcce *l)
{
	static const char *const keys[] = { "port", "source-port", "udp-csum",
					    "udp6-csum-tx", "udp6-csum-rx" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (given(ch, l, keys[i]))
			return fail(ch, l, keys[i],
				    "%s is UDP's, but encap is \"ip\"; remove "
				    "it",
				    keys[i]);
	return 0;
}

static int check_ends(struct check *ch, const struct config_lcce *l)
{
	struct addr remote;

	if (!l->remote && !has_from(l))
		return fail(ch, l, NULL,
			    "lcce \"%s\" has no peer; set remote to call it, "
			    "or one of from-address, from-hostname and "
			    "from-router-id to be called",
			    l->name);
	if (l->initiate && !l->remote)
		return fail(ch, l, "initiate",
			    "initiate needs to know whom to call; set remote");
	if (!l->initiate && !config_check_listens(ch->c, l->encap))
		return fail(ch, l, NULL,
			    "lcce \"%s\" cannot be called; add a "
			    "listen section with encap = \"%s\"",
			    l->name,
			    l->encap == CONFIG_ENCAP_IP ? "ip" : "udp");
	if (l->encap == CONFIG_ENCAP_IP && check_no_udp(ch, l))
		return -EINVAL;
	if (addr_is_set(&l->source) && l->remote &&
	    addr_parse(&remote, l->remote) == 0 &&
	    remote.family != l->source.family)
		return fail(ch, l, "source-address",
			    "source-address and remote are of different "
			    "families");
	return 0;
}

/*
 * Commands tell tunnels of all kinds by their names; one that comes by command
 * may have another's.
 */
static int check_name(struct check *ch, const struct config_lcce *l)
{
	const struct config_lcce *same = config_lcce_find(ch->c, l->name);

	if (same && same != l)
		return fail(ch, l, NULL,
			    "there is a section lcce \"%s\" already; choose "
			    "another name",
			    l->name);
	if (config_lac_find(ch->c, l->name))
		return fail(ch, l, NULL,
			    "a lac section is called \"%s\" as well; choose "
			    "another name, commands tell tunnels by it",
			    l->name);
	return 0;
}

int config_check_lcce(struct check *ch, const struct config_lcce *l)
{
	int err = check_name(ch, l);

	if (!err)
		err = check_ends(ch, l);
	if (!err)
		err = config_check_tunnel(ch, l, &l->tunnel, "secret-file");
	if (!err)
		err = config_check_resolve(ch, l, l->resolve_ms);
	if (err)
		return err;
	if (l->redial_max_ms < l->redial_min_ms)
		return fail(ch, l, "redial-max",
			    "redial-max is less than redial; raise it");
	return check_pws(ch, l);
}
