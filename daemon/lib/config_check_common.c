/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cross-checks of keys that sections of several kinds have. */
#include "lib/config_check.h"

#include <net/if.h>
#include <stdio.h>
#include <string.h>

int config_check_tunnel(struct check *ch, const void *obj,
			const struct config_tunnel *t, const char *secret_key)
{
	if (t->challenge && !t->secret_file)
		return fail(ch, obj, "challenge",
			    "challenge needs a secret; set %s", secret_key);
	if (t->old_secret_file && !t->secret_file)
		return fail(ch, obj, "old-secret-file",
			    "old-secret-file is what %s replaces; set that one",
			    secret_key);
	if (t->hide && !t->secret_file)
		return fail(ch, obj, "hide-avps",
			    "hide-avps needs a secret; set %s", secret_key);
	if (t->retransmit_cap_ms < t->retransmit_ms)
		return fail(ch, obj, "retransmit-cap",
			    "retransmit-cap is less than retransmit; "
			    "raise it");
	return 0;
}

/* Resolvers are not there to be asked without a pause. */
int config_check_resolve(struct check *ch, const void *obj, uint32_t resolve_ms)
{
	if (resolve_ms && resolve_ms < 100)
		return fail(ch, obj, "resolve-interval",
			    "resolve-interval is shorter than 0.1 seconds; "
			    "raise it, or set it to 0 to have the name looked "
			    "up at each attempt to call only");
	return 0;
}

bool config_check_listens(const struct config *c, enum config_encap encap)
{
	size_t i;

	for (i = 0; i < c->listen_n; i++)
		if (c->listen[i].encap == encap)
			return true;
	return false;
}

int config_check_join(struct check *ch, const void *session, const char *ifname,
		      const char *bridge, const char *vrf)
{
	if (bridge && vrf)
		return fail(ch, session, "vrf",
			    "an interface joins a bridge or a vrf; remove one");
	if (ifname && bridge && strcmp(ifname, bridge) == 0)
		return fail(ch, session, "bridge",
			    "an interface cannot join itself; let bridge name "
			    "another");
	if (ifname && vrf && strcmp(ifname, vrf) == 0)
		return fail(ch, session, "vrf",
			    "an interface cannot join itself; let vrf name "
			    "another");
	return 0;
}

int config_check_vlan_name(struct check *ch, const void *session,
			   const char *ifname, uint16_t vlan)
{
	char name[64];

	if (!ifname || !vlan ||
	    snprintf(name, sizeof(name), "%s.%u", ifname, vlan) < IFNAMSIZ)
		return 0;
	return fail(ch, session, "ifname",
		    "the VLAN's interface would be %s, which is longer than %d "
		    "characters; choose a shorter ifname",
		    name, IFNAMSIZ - 1);
}
