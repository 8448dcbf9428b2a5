/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel is told of connections that require IPsec; guards are shared
 * and counted.
 */
#include "monitor/ipsec_policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "netlink/xfrm.h"

struct ipsec_guard {
	struct ipsec_guard *next;
	struct addr local, peer;
	unsigned int n;
};

static struct ipsec_guard **find(struct ipsec_policies *p,
				 const struct addr *local,
				 const struct addr *peer)
{
	struct ipsec_guard **g = &p->guards;

	while (*g && !(addr_equal_ip(&(*g)->local, local) &&
		       addr_equal_ip(&(*g)->peer, peer)))
		g = &(*g)->next;
	return g;
}

static int guard(struct ipsec_policies *p, const struct addr *local,
		 const struct addr *peer)
{
	struct ipsec_guard *g = *find(p, local, peer);
	int err;

	if (g) {
		g->n++;
		return 0;
	}
	g = malloc(sizeof(*g));
	if (!g)
		return -ENOMEM;
	err = xfrm_guard_add(local, peer);
	if (err) {
		free(g);
		return err;
	}
	*g = (struct ipsec_guard){
		.next = p->guards,
		.local = *local,
		.peer = *peer,
		.n = 1,
	};
	p->guards = g;
	return 0;
}

int ipsec_policy_modify(int fd, uint32_t reqid)
{
	return xfrm_require(fd, reqid);
}

int ipsec_policy_add(struct ipsec_policies *p, int fd, enum dp_encap encap,
		     const struct addr *local, const struct addr *peer,
		     uint32_t reqid)
{
	int err = xfrm_require(fd, reqid);

	if (!err && encap == DP_ENCAP_IP)
		err = guard(p, local, peer);
	return err;
}

static void drop(struct ipsec_guard **at)
{
	struct ipsec_guard *g = *at;
	char text[ADDR_STRLEN];
	int err = xfrm_guard_del(&g->local, &g->peer);

	if (err)
		log_warn("the IPsec policies towards %s cannot be removed: %s",
			 addr_format(&g->peer, text), strerror(-err));
	*at = g->next;
	free(g);
}

void ipsec_policy_del(struct ipsec_policies *p, enum dp_encap encap,
		      const struct addr *local, const struct addr *peer)
{
	struct ipsec_guard **at = find(p, local, peer);

	if (encap == DP_ENCAP_IP && *at && --(*at)->n == 0)
		drop(at);
}

void ipsec_policies_fini(struct ipsec_policies *p)
{
	while (p->guards)
		drop(&p->guards);
}
