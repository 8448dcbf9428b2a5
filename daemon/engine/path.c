/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels before 6.12 find a data packet's tunnel by the socket that it came in
 * on: of two tunnels between the same addresses and ports one gets the other's
 * packets. There the second is refused, and the first asked whether it is still
 * alive, since a peer that was restarted comes back just like that.
 */
#include "engine/internal.h"

#include <errno.h>

static uint64_t key_of(const struct addr *local, const struct addr *peer)
{
	return addr_hash(peer, addr_hash(local, 0));
}

bool path_is_taken(struct engine *e, const struct addr *local, const struct addr *peer)
{
	return e->one_tunnel_per_path && table_get(&e->paths, key_of(local, peer));
}

int path_take(struct tunnel *t, const struct addr *local, const struct addr *peer)
{
	struct engine *e = t->engine;
	struct tunnel *other;

	if (!e->one_tunnel_per_path)
		return 0;
	t->path = key_of(local, peer);
	if (table_put(&e->paths, t->path, t) == 0)
		return 0;
	other = table_get(&e->paths, t->path);
	t->path = 0;
	if (!other)
		return -ENOMEM;
	if (other->core)
		l2tp_tunnel_probe(other->core, engine_now(e));
	return -EADDRINUSE;
}

void path_release(struct tunnel *t)
{
	if (t->path && table_get(&t->engine->paths, t->path) == t)
		table_del(&t->engine->paths, t->path);
	t->path = 0;
}
