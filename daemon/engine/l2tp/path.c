/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels before 6.12 find a data packet's tunnel by the socket that it came in
 * on: of two tunnels between the same addresses and ports one gets the other's
 * packets. There the second is refused, and the first asked whether it is still
 * alive, since a peer that was restarted comes back just like that.
 */
#include "engine/internal.h"

#include <errno.h>

/* Keyed, so that nobody can look for two paths with one hash. */
static uint64_t key_of(const struct engine *e, const struct addr *local, const struct addr *peer)
{
	return addr_hash(peer, addr_hash(local, e->path_seed));
}

static struct tunnel *owner(struct engine *e, uint64_t key)
{
	struct tunnel *t = table_get(&e->paths, key);

	if (t && t->core)
		l2tp_tunnel_probe(t->core, engine_now(e));
	return t;
}

bool path_is_taken(struct engine *e, const struct addr *local, const struct addr *peer)
{
	return e->one_tunnel_per_path && owner(e, key_of(e, local, peer));
}

/* A tunnel that we ask for and that the kernel does not have yet. */
static bool only_asks(const struct tunnel *t)
{
	return t->sock && !t->up && t->install == INSTALL_NONE;
}

bool path_is_established(struct engine *e, const struct addr *local, const struct addr *peer)
{
	uint64_t key = key_of(e, local, peer);
	const struct tunnel *t = e->one_tunnel_per_path ? table_get(&e->paths, key) : NULL;

	return t && !only_asks(t) && owner(e, key);
}

int path_take(struct tunnel *t, const struct addr *local, const struct addr *peer)
{
	struct engine *e = t->engine;
	uint64_t key = key_of(e, local, peer);
	struct tunnel *other;
	int err;

	if (!e->one_tunnel_per_path)
		return 0;
	/* Both ends called at once, and this one was the quicker. */
	other = table_get(&e->paths, key);
	if (other && !only_asks(t) && only_asks(other))
		path_release(other);
	err = table_put(&e->paths, key, t);
	if (!err)
		t->path = key;
	else if (err == -EEXIST && owner(e, key))
		err = -EADDRINUSE;
	return err;
}

void path_release(struct tunnel *t)
{
	if (t->path && table_get(&t->engine->paths, t->path) == t)
		table_del(&t->engine->paths, t->path);
	t->path = 0;
}
