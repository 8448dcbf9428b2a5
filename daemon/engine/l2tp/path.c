/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which two addresses and ports have a tunnel, where the kernel
 * can have one only.
 */
#include "engine/l2tp/path.h"

#include <errno.h>

#include "engine/engine.h"
#include "engine/l2tp/l2tp.h"
#include "engine/l2tp/tunnel.h"

/* Keyed, so that nobody can look for two paths with one hash. */
static uint64_t key_of(const struct engine *e, const struct addr *local,
		       const struct addr *peer)
{
	return addr_hash(peer, addr_hash(local, e->l2tp->path_seed));
}

/* Whoever has it is asked for a sign of life: the next try may succeed. */
static struct tunnel *owner(struct engine *e, uint64_t key)
{
	struct tunnel *t = table_get(&e->l2tp->paths, key);

	if (t && t->core)
		l2tp_tunnel_probe(t->core, engine_now(e));
	return t;
}

bool path_is_taken(struct engine *e, const struct addr *local,
		   const struct addr *peer)
{
	return e->l2tp->one_tunnel_per_path && owner(e, key_of(e, local, peer));
}

/* A tunnel that we ask for and that the kernel does not have yet. */
static bool only_asks(const struct tunnel *t)
{
	return t->sock && !t->up && t->install == INSTALL_NONE;
}

struct tunnel *path_holder(struct engine *e, const struct addr *local,
			   const struct addr *peer)
{
	struct tunnel *t =
		e->l2tp->one_tunnel_per_path ?
			table_get(&e->l2tp->paths, key_of(e, local, peer)) :
			NULL;

	return t && t->core && !only_asks(t) ? t : NULL;
}

int path_take(struct tunnel *t, const struct addr *local,
	      const struct addr *peer)
{
	struct engine *e = t->engine;
	uint64_t key = key_of(e, local, peer);
	struct tunnel *other;
	int err;

	if (!e->l2tp->one_tunnel_per_path)
		return 0;
	/* Both ends called at once, and this one was the quicker. */
	other = table_get(&e->l2tp->paths, key);
	if (other && !only_asks(t) && only_asks(other))
		path_release(other);
	err = table_put(&e->l2tp->paths, key, t);
	if (!err)
		t->path = key;
	else if (err == -EEXIST && owner(e, key))
		err = -EADDRINUSE;
	return err;
}

void path_release(struct tunnel *t)
{
	if (t->path && table_get(&t->engine->l2tp->paths, t->path) == t)
		table_del(&t->engine->l2tp->paths, t->path);
	t->path = 0;
}
