/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions in the kernel, as the engine asks for them; see held_session.h. */
#include "monitor/held_session.h"

#include <errno.h>
#include <string.h>

#include "ipc/ipc.h"
#include "lib/log.h"
#include "monitor/check.h"
#include "monitor/net.h"
#include "monitor/ppp.h"
#include "monitor/ppp_net.h"
#include "monitor/ppp_unit.h"
#include "monitor/pw.h"
#include "monitor/pw_sections.h"
#include "monitor/statics.h"

/* ---- what fits ---- */

/*
 * An interface's name is one that the configuration or a command gives
 * to a pseudowire.
 */
static bool ifname_fits(const struct held_sessions *h, const char *ifname)
{
	return !*ifname || (pw_sections_has_ifname(h->pw_sections, ifname) &&
			    monitor_is_ifname(ifname));
}

static bool pseudowire_fits(const struct held_sessions *h,
			    const struct held_tunnel *t,
			    const struct dp_session *r)
{
	switch (r->pseudowire) {
	case DP_PW_PPP:
		return true;
	case DP_PW_ETH:
	case DP_PW_ETH_VLAN:
		return t->version == 3 && ifname_fits(h, r->ifname);
	}
	return false;
}

static bool session_fits(const struct held_sessions *h,
			 const struct held_tunnel *t,
			 const struct dp_session *r)
{
	return t && t->installed && held_id_fits(r->session_id, t->version) &&
	       held_id_fits(r->peer_session_id, t->version) &&
	       ipc_is_text(r->ifname) && pseudowire_fits(h, t, r);
}

/* ---- into the kernel and out of it ---- */

/* Once, when it begins, and not for each session. */
static void watch_removal(struct held_sessions *h)
{
	int err = h->dp->removal_waits;

	if (err && !h->removal_waits)
		log_warn("no thread can be started to remove sessions: %s; "
			 "they are removed one by one, and all else waits for "
			 "each; raise the limit of tasks (TasksMax) or of "
			 "memory",
			 strerror(-err));
	h->removal_waits = err != 0;
}

/* What its pppd still holds of it goes with pppd. */
static void remove_session(struct held_sessions *h, struct held_session *s)
{
	int err;

	net_forget(h->net, s);
	ppp_net_forget(h->ppp_nets, s);
	ppp_unit_forget(h->units, s);
	pw_forget(h->pws, s);
	err = h->dp->ops->session_del(h->dp, s->dp.tunnel_id, s->dp.session_id);
	if (s->pppox >= 0)
		h->dp->ops->session_close(h->dp, s->pppox);
	s->pppox = -1;
	watch_removal(h);
	if (err && err != -ENOENT)
		log_warn("tunnel %u session %u: cannot be removed from the "
			 "kernel: %s",
			 s->dp.tunnel_id, s->dp.session_id, strerror(-err));
	held_session_leave(h->held, s);
}

/* The PPPoX socket is opened at once: the peer's first frames wait in it. */
static int install(struct held_sessions *h, struct held_session *s)
{
	int err = h->dp->ops->session_add(h->dp, &s->dp);

	if (err || s->dp.pseudowire != DP_PW_PPP || h->null_dataplane)
		return err;
	s->pppox = h->dp->ops->session_open(h->dp, &s->tunnel->dp, &s->dp);
	if (s->pppox >= 0)
		return 0;
	err = s->pppox;
	remove_session(h, s);
	return err;
}

static int take_add(struct request *q)
{
	struct held_sessions *h = q->object;
	const struct monitor_session *r = q->body;
	const struct dp_session *dp = &r->session;
	struct held_tunnel *t = held_tunnel_find(h->held, dp->tunnel_id);
	uint32_t most = h->config->max_sessions;
	struct held_session *s;
	int err;

	if (!held_link_fits(h->held, r->link) || !session_fits(h, t, dp))
		return -EINVAL;
	if (most && h->held->sessions.count >= held_room(most))
		return -ENOSPC;
	/* Static sessions have their ids out of the same numbers. */
	if (t->version == 3 && statics_has_session(h->statics, dp->session_id))
		return -EEXIST;
	err = held_session_new(h->held, r->link, t, dp, &s);
	if (err)
		return err;
	err = install(h, s);
	if (err)
		held_session_free(h->held, s);
	return err;
}

static int take_modify(struct request *q)
{
	struct held_sessions *h = q->object;
	const struct monitor_session *r = q->body;
	struct held_session *s = held_session_find(h->held, r->link);

	if (!s)
		return -ENOENT;
	s->dp.send_seq = r->session.send_seq;
	s->dp.recv_seq = r->session.recv_seq;
	s->dp.reorder_timeout_ms = r->session.reorder_timeout_ms;
	return h->dp->ops->session_modify(h->dp, &s->dp);
}

static int take_del(struct request *q)
{
	struct held_sessions *h = q->object;
	const struct monitor_link *r = q->body;
	struct held_session *s = held_session_find(h->held, r->link);

	if (!s)
		return -ENOENT;
	if (s->ppp)
		ppp_runner_stop(h->ppp, r->link);
	remove_session(h, s);
	if (!s->ppp)
		held_session_free(h->held, s);
	return 0;
}

/* Sessions of others in the kernel are not the engine's to look at. */
static int take_stats(struct request *q)
{
	struct held_sessions *h = q->object;
	const struct monitor_link *r = q->body;
	struct held_session *s = held_session_find(h->held, r->link);
	struct dp_stats stats;
	int err;

	if (!s)
		return -ENOENT;
	err = h->dp->ops->session_stats(h->dp, s->dp.tunnel_id,
					s->dp.session_id, &stats);
	if (!err)
		request_answer(q, &stats, sizeof(stats));
	return err;
}

const struct request_row held_session_rows[] = {
	{ MONITOR_SESSION_ADD, sizeof(struct monitor_session), take_add },
	{ MONITOR_SESSION_MODIFY, sizeof(struct monitor_session), take_modify },
	{ MONITOR_SESSION_DEL, sizeof(struct monitor_link), take_del },
	{ MONITOR_SESSION_STATS, sizeof(struct monitor_link), take_stats },
	{ 0 },
};

void held_sessions_clear(struct held_sessions *h)
{
	struct held_session *s;

	while ((s = table_pop(&h->held->sessions))) {
		if (s->ppp)
			ppp_runner_stop(h->ppp, s->link);
		if (s->tunnel)
			remove_session(h, s);
		held_session_free(h->held, s);
	}
}
