/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data plane that keeps books only: for tests, load tests of the control
 * plane, and machines without the modules. It refuses what the kernel refuses.
 */
#include "netlink/dataplane.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/hash.h"
#include "lib/table.h"
#include "netlink/check.h"

struct null_session {
	struct null_tunnel *tunnel;
	struct null_session *next, *prev; /* of the tunnel */
	struct null_session *same_id;	  /* v3 sessions of other tunnels */
	uint32_t session_id, peer_session_id;
	bool opened;
	char ifname[]; /* NUL-terminated, as long as it is */
};

struct null_tunnel {
	uint32_t tunnel_id, peer_tunnel_id;
	uint8_t version;
	enum dp_encap encap;
	struct null_session *sessions;
};

struct null {
	struct dataplane dp;
	struct table tunnels;	  /* tunnel id */
	struct table sessions;	  /* dp_session_key */
	struct table v3_sessions; /* session id; the first of same_id's list */
	/* name_key; the Ethernet session that has it */
	struct table interfaces;
	/* l2tpeth0 to this one's predecessor are taken */
	unsigned int names_used;
};

static struct null *null_of(struct dataplane *dp)
{
	return (struct null *)dp;
}

/* That two names have one key is as good as impossible. */
static uint64_t name_key(const char *name)
{
	return hash_fnv64(HASH_FNV64_START, name, strlen(name));
}

static struct null_session *session_get(struct null *n, uint32_t tunnel_id,
					uint32_t session_id)
{
	return table_get(&n->sessions, dp_session_key(tunnel_id, session_id));
}

/*
 * With IP encapsulation a packet names its session and nothing else, so its id
 * is unique in the namespace; between UDP tunnels of version 3 it need not be
 * (l2tp_session_register).
 */
static int v3_id_check(struct null *n, const struct null_tunnel *t,
		       uint32_t session_id)
{
	const struct null_session *other =
		table_get(&n->v3_sessions, session_id);

	for (; other; other = other->same_id)
		if (other->tunnel->encap == DP_ENCAP_IP ||
		    t->encap == DP_ENCAP_IP)
			return -EEXIST;
	return 0;
}

static int v3_id_link(struct null *n, struct null_session *s)
{
	struct null_session *first = table_get(&n->v3_sessions, s->session_id);

	if (!first)
		return table_put(&n->v3_sessions, s->session_id, s);
	s->same_id = first->same_id;
	first->same_id = s;
	return 0;
}

static void v3_id_unlink(struct null *n, struct null_session *s)
{
	struct null_session *at = table_del(&n->v3_sessions, s->session_id);

	if (at == s) {
		at = s->same_id;
	} else {
		struct null_session *before = at;

		while (before->same_id != s)
			before = before->same_id;
		before->same_id = s->same_id;
	}
	/* Cannot fail: the slot that table_del freed is still there. */
	if (at)
		table_put(&n->v3_sessions, at->session_id, at);
}

static void session_remove(struct null *n, struct null_session *s)
{
	struct null_tunnel *t = s->tunnel;

	table_del(&n->sessions, dp_session_key(t->tunnel_id, s->session_id));
	if (t->version == 3)
		v3_id_unlink(n, s);
	if (s->ifname[0]) {
		table_del(&n->interfaces, name_key(s->ifname));
		n->names_used = 0;
	}
	if (s->prev)
		s->prev->next = s->next;
	else
		t->sessions = s->next;
	if (s->next)
		s->next->prev = s->prev;
	free(s);
}

static void tunnel_remove(struct null *n, struct null_tunnel *t)
{
	while (t->sessions)
		session_remove(n, t->sessions);
	table_del(&n->tunnels, t->tunnel_id);
	free(t);
}

static void null_free(struct dataplane *dp)
{
	struct null *n = null_of(dp);
	struct null_tunnel *t;

	while ((t = table_pop(&n->tunnels))) {
		while (t->sessions)
			session_remove(n, t->sessions);
		free(t);
	}
	table_fini(&n->tunnels);
	table_fini(&n->sessions);
	table_fini(&n->v3_sessions);
	table_fini(&n->interfaces);
	free(n);
}

static int null_tunnel_add(struct dataplane *dp, const struct dp_tunnel *t)
{
	struct null *n = null_of(dp);
	struct null_tunnel *new;
	int ret;

	ret = dp_tunnel_check(t);
	if (ret)
		return ret;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->tunnel_id = t->tunnel_id;
	new->peer_tunnel_id = t->peer_tunnel_id;
	new->version = t->version;
	new->encap = t->encap;
	ret = table_put(&n->tunnels, t->tunnel_id, new);
	if (ret)
		free(new);
	return ret;
}

static int null_tunnel_del(struct dataplane *dp, uint32_t tunnel_id)
{
	struct null *n = null_of(dp);
	struct null_tunnel *t = table_get(&n->tunnels, tunnel_id);

	if (!t)
		return -ENOENT;
	tunnel_remove(n, t);
	return 0;
}

static int null_tunnel_stats(struct dataplane *dp, uint32_t tunnel_id,
			     struct dp_stats *out)
{
	if (!table_get(&null_of(dp)->tunnels, tunnel_id))
		return -ENOENT;
	*out = (struct dp_stats){ 0 };
	return 0;
}

/*
 * Into the tables of all sessions and of interfaces; nothing is in
 * them on an error.
 */
static int tables_put(struct null *n, struct null_session *s)
{
	uint64_t key = dp_session_key(s->tunnel->tunnel_id, s->session_id);
	int ret = table_put(&n->sessions, key, s);

	if (ret || !s->ifname[0])
		return ret;
	ret = table_put(&n->interfaces, name_key(s->ifname), s);
	if (ret)
		table_del(&n->sessions, key);
	return ret;
}

static int session_insert(struct null *n, struct null_session *s)
{
	int ret = tables_put(n, s);

	if (ret)
		return ret;
	if (s->tunnel->version == 3) {
		ret = v3_id_link(n, s);
		if (ret) {
			table_del(&n->sessions,
				  dp_session_key(s->tunnel->tunnel_id,
						 s->session_id));
			if (s->ifname[0])
				table_del(&n->interfaces, name_key(s->ifname));
			return ret;
		}
	}
	s->next = s->tunnel->sessions;
	if (s->next)
		s->next->prev = s;
	s->tunnel->sessions = s;
	return 0;
}

/*
 * The interface of a session: none of PPP's; else what it asks for, or the
 * first free l2tpethN.
 */
static void choose_name(struct null *n, const struct dp_session *s,
			char name[IFNAMSIZ])
{
	name[0] = '\0';
	if (s->pseudowire == DP_PW_PPP)
		return;
	strcpy(name, s->ifname);
	while (!s->ifname[0]) {
		snprintf(name, IFNAMSIZ, "l2tpeth%u", n->names_used);
		if (!table_get(&n->interfaces, name_key(name)))
			return;
		n->names_used++;
	}
}

static int null_session_add(struct dataplane *dp, const struct dp_session *s)
{
	struct null *n = null_of(dp);
	struct null_tunnel *t = table_get(&n->tunnels, s->tunnel_id);
	struct null_session *new;
	char name[IFNAMSIZ];
	int ret;

	ret = dp_session_check(s, t ? t->version : 0);
	if (ret)
		return ret;
	if (!t)
		return -ENOENT;
	if (t->version == 2 && s->pseudowire != DP_PW_PPP)
		return -EPROTONOSUPPORT;
	if (t->version == 3) {
		ret = v3_id_check(n, t, s->session_id);
		if (ret)
			return ret;
	}
	choose_name(n, s, name);
	new = calloc(1, sizeof(*new) + strlen(name) + 1);
	if (!new)
		return -ENOMEM;
	new->tunnel = t;
	new->session_id = s->session_id;
	new->peer_session_id = s->peer_session_id;
	strcpy(new->ifname, name);
	ret = session_insert(n, new);
	if (ret)
		free(new);
	return ret;
}

static int null_session_modify(struct dataplane *dp, const struct dp_session *s)
{
	return session_get(null_of(dp), s->tunnel_id, s->session_id) ? 0 :
								       -ENOENT;
}

static int null_session_del(struct dataplane *dp, uint32_t tunnel_id,
			    uint32_t session_id)
{
	struct null *n = null_of(dp);
	struct null_session *s = session_get(n, tunnel_id, session_id);

	if (!s)
		return -ENOENT;
	session_remove(n, s);
	return 0;
}

static int null_session_stats(struct dataplane *dp, uint32_t tunnel_id,
			      uint32_t session_id, struct dp_stats *out)
{
	if (!session_get(null_of(dp), tunnel_id, session_id))
		return -ENOENT;
	*out = (struct dp_stats){ 0 };
	return 0;
}

static int null_session_interface(struct dataplane *dp, uint32_t tunnel_id,
				  uint32_t session_id, char name[IFNAMSIZ])
{
	const struct null_session *s =
		session_get(null_of(dp), tunnel_id, session_id);

	if (!s)
		return -ENOENT;
	if (!s->ifname[0])
		return -ENODEV;
	strcpy(name, s->ifname);
	return 0;
}

static int null_session_open(struct dataplane *dp, const struct dp_tunnel *t,
			     const struct dp_session *s)
{
	struct null_session *session =
		session_get(null_of(dp), t->tunnel_id, s->session_id);
	int fd;

	if (!session)
		return -ENOENT;
	if (session->opened)
		return -EEXIST;
	fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	session->opened = true;
	return fd;
}

static void null_session_close(struct dataplane *dp, int fd)
{
	(void)dp;
	close(fd);
}

/* The books as they are now, so that cb may change them. */
static struct dp_object *snapshot(const struct null *n, size_t *count)
{
	struct dp_object *objects =
		calloc(n->tunnels.count + n->sessions.count + 1,
		       sizeof(*objects));
	struct dp_object *o = objects;

	if (!objects)
		return NULL;
	table_foreach(&n->tunnels, i) {
		const struct null_tunnel *t = n->tunnels.slots[i].value;

		o->version = t->version;
		o->tunnel_id = t->tunnel_id;
		o->peer_tunnel_id = t->peer_tunnel_id;
		o++;
	}
	table_foreach(&n->sessions, i) {
		const struct null_session *s = n->sessions.slots[i].value;

		o->version = s->tunnel->version;
		o->tunnel_id = s->tunnel->tunnel_id;
		o->peer_tunnel_id = s->tunnel->peer_tunnel_id;
		o->session_id = s->session_id;
		o->peer_session_id = s->peer_session_id;
		strcpy(o->ifname, s->ifname);
		o++;
	}
	*count = (size_t)(o - objects);
	return objects;
}

static int null_dump(struct dataplane *dp,
		     int (*cb)(void *ctx, const struct dp_object *o), void *ctx)
{
	size_t count;
	struct dp_object *objects = snapshot(null_of(dp), &count);
	int ret = 0;

	if (!objects)
		return -ENOMEM;
	for (size_t i = 0; i < count && !ret; i++)
		ret = cb(ctx, &objects[i]);
	free(objects);
	return ret;
}

static int null_route_interface(struct dataplane *dp, const struct addr *dst,
				char name[IFNAMSIZ])
{
	(void)dp;
	if (dst->family != AF_INET && dst->family != AF_INET6)
		return -EINVAL;
	strcpy(name, "lo");
	return 0;
}

static const struct dataplane_ops null_ops = {
	.name = "null",
	.free = null_free,
	.tunnel_add = null_tunnel_add,
	.tunnel_del = null_tunnel_del,
	.tunnel_stats = null_tunnel_stats,
	.session_add = null_session_add,
	.session_modify = null_session_modify,
	.session_del = null_session_del,
	.session_stats = null_session_stats,
	.session_interface = null_session_interface,
	.session_open = null_session_open,
	.session_close = null_session_close,
	.dump = null_dump,
	.route_interface = null_route_interface,
};

struct dataplane *dataplane_null_new(void)
{
	struct null *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->dp.ops = &null_ops;
	return &n->dp;
}
