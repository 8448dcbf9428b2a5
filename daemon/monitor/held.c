/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of the tunnels and sessions that are held; see held.h. */
#include "monitor/held.h"

#include <errno.h>
#include <stdlib.h>

#include "ipc/monitor.h"

bool held_link_fits(const struct held *h, uint64_t link)
{
	return link && link >= h->first_link &&
	       link >> MONITOR_LINK_BITS == h->first_link >> MONITOR_LINK_BITS;
}

bool held_id_fits(uint32_t id, uint8_t version)
{
	return id && (version == 3 || (version == 2 && id <= UINT16_MAX));
}

size_t held_room(uint32_t limit)
{
	return (size_t)limit * 2 + 64;
}

void held_fini(struct held *h)
{
	table_fini(&h->tunnels);
	table_fini(&h->sessions);
	table_fini(&h->v3_ids);
	table_fini(&h->units);
}

/* ---- tunnels ---- */

struct held_tunnel *held_tunnel_new(struct held *h, uint32_t id)
{
	struct held_tunnel *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->id = id;
	t->fd = -1;
	if (table_put(&h->tunnels, id, t)) {
		free(t);
		return NULL;
	}
	return t;
}

struct held_tunnel *held_tunnel_find(const struct held *h, uint32_t id)
{
	return table_get(&h->tunnels, id);
}

void held_tunnel_free(struct held *h, struct held_tunnel *t)
{
	table_del(&h->tunnels, t->id);
	free(t);
}

/* ---- sessions ---- */

int held_session_new(struct held *h, uint64_t link, struct held_tunnel *t,
		     const struct dp_session *dp, struct held_session **out)
{
	struct held_session *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	*s = (struct held_session){
		.link = link,
		.dp = *dp,
		.tunnel = t,
		.pppox = -1,
	};
	err = table_put(&h->sessions, link, s);
	if (!err && t->version == 3) {
		err = table_put(&h->v3_ids, dp->session_id, s);
		if (err)
			table_del(&h->sessions, link);
	}
	if (err) {
		free(s);
		return err;
	}
	t->sessions++;
	*out = s;
	return 0;
}

struct held_session *held_session_or_gone(const struct held *h, uint64_t link)
{
	return table_get(&h->sessions, link);
}

struct held_session *held_session_find(const struct held *h, uint64_t link)
{
	struct held_session *s = held_session_or_gone(h, link);

	return s && s->tunnel ? s : NULL;
}

struct held_session *held_session_with_ppp(const struct held *h, uint64_t link)
{
	struct held_session *s = held_session_find(h, link);

	return s && (s->ppp || s->dialled || s->builtin) ? s : NULL;
}

bool held_has_v3_session(const struct held *h, uint32_t session_id)
{
	return table_get(&h->v3_ids, session_id) != NULL;
}

static void v3_id_release(struct held *h, const struct held_session *s)
{
	if (table_get(&h->v3_ids, s->dp.session_id) == s)
		table_del(&h->v3_ids, s->dp.session_id);
}

void held_session_leave(struct held *h, struct held_session *s)
{
	v3_id_release(h, s);
	s->tunnel->sessions--;
	s->tunnel = NULL;
}

void held_session_free(struct held *h, struct held_session *s)
{
	table_del(&h->sessions, s->link);
	v3_id_release(h, s);
	if (s->tunnel)
		s->tunnel->sessions--;
	channel_reserve_free(s->exit_event);
	free(s);
}
