/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data plane's requests: to the monitor, or into the null data plane's
 * books, answered later as well.
 */
#include "engine/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/tell.h"

struct kernel {
	struct dataplane *null; /* NULL: the monitor's data plane */
};

/* ---- answers of the null data plane ---- */

struct answer {
	struct turn_work work;
	channel_done *done;
	void *arg;
	int result;
	bool interface; /* the answer is a struct monitor_pw_reply */
};

static void give_answer(void *arg)
{
	static struct ipc_message m;
	struct answer a = *(struct answer *)arg;
	const struct monitor_pw_reply reply = { .circuit_up = true };

	free(arg);
	/* The rest of a message is never written to, and large. */
	m.len = a.interface ? sizeof(reply) : 0;
	memcpy(m.body, &reply, m.len);
	a.done(a.arg, a.result, &m);
}

/*
 * The result is the caller's to set: nobody hears of it before the turn
 * settles. NULL: no memory.
 */
static struct answer *answer_new(struct engine *e, channel_done *done,
				 void *arg)
{
	struct answer *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->done = done;
	a->arg = arg;
	turn_defer(&e->turn, &a->work, give_answer, a);
	return a;
}

/* ---- start and end ---- */

int kernel_start(struct engine *e, bool null)
{
	e->kernel = calloc(1, sizeof(*e->kernel));
	if (!e->kernel)
		return -ENOMEM;
	if (null)
		e->kernel->null = dataplane_null_new();
	return null && !e->kernel->null ? -ENOMEM : 0;
}

void kernel_free(struct engine *e)
{
	if (!e->kernel)
		return;
	if (e->kernel->null)
		e->kernel->null->ops->free(e->kernel->null);
	free(e->kernel);
	e->kernel = NULL;
}

const char *kernel_name(const struct engine *e)
{
	return e->kernel->null ? "null" : "kernel";
}

bool kernel_has_ppp(const struct engine *e)
{
	return !e->kernel->null;
}

/* ---- what is removed ---- */

static int reserve(struct channel_out **out, size_t len)
{
	if (!*out)
		*out = channel_reserve(len);
	return *out ? 0 : -ENOMEM;
}

int kernel_hold_socket(struct kernel_hold *h)
{
	return reserve(&h->socket_close, sizeof(struct monitor_tunnel_id));
}

void kernel_hold_fini(struct kernel_hold *h)
{
	channel_reserve_free(h->removal);
	channel_reserve_free(h->socket_close);
	*h = (struct kernel_hold){ 0 };
}

/* Once: it was reserved as what is removed was asked for. */
static void have_removed(struct engine *e, struct channel_out **reserved,
			 uint16_t type, const void *body)
{
	if (*reserved)
		channel_event_reserved(&e->monitor, *reserved, type, body);
	*reserved = NULL;
}

/* ---- tunnels ---- */

int kernel_tunnel_socket(struct engine *e, struct kernel_hold *h,
			 const struct monitor_socket *s, channel_done *done,
			 void *arg)
{
	if (e->kernel->null)
		return answer_new(e, done, arg) ? 0 : -ENOMEM;
	if (kernel_hold_socket(h))
		return -ENOMEM;
	return channel_request(&e->monitor, MONITOR_SOCKET, s, sizeof(*s), NULL,
			       0, done, arg);
}

int kernel_tunnel_connect(struct engine *e, uint32_t tunnel_id,
			  const struct addr *peer, channel_done *done,
			  void *arg)
{
	struct monitor_connect body = { tunnel_id, *peer };

	return channel_request(&e->monitor, MONITOR_SOCKET_CONNECT, &body,
			       sizeof(body), NULL, 0, done, arg);
}

int kernel_tunnel_add(struct engine *e, struct kernel_hold *h,
		      const struct monitor_tunnel *t, channel_done *done,
		      void *arg)
{
	struct dataplane *null = e->kernel->null;
	struct dp_tunnel dp = {
		.version = t->version,
		.encap = t->encap,
		.tunnel_id = t->tunnel_id,
		.peer_tunnel_id = t->peer_tunnel_id,
		.fd = -1,
	};
	struct answer *a;

	if (null) {
		a = answer_new(e, done, arg);
		if (a)
			a->result = null->ops->tunnel_add(null, &dp);
		return a ? 0 : -ENOMEM;
	}
	if (kernel_hold_socket(h) ||
	    reserve(&h->removal, sizeof(struct monitor_tunnel_id)))
		return -ENOMEM;
	return channel_request(&e->monitor, MONITOR_TUNNEL_ADD, t, sizeof(*t),
			       NULL, 0, done, arg);
}

void kernel_tunnel_del(struct engine *e, struct kernel_hold *h,
		       uint32_t tunnel_id)
{
	struct dataplane *null = e->kernel->null;
	struct monitor_tunnel_id body = { tunnel_id };

	if (null)
		null->ops->tunnel_del(null, tunnel_id);
	else
		have_removed(e, &h->removal, MONITOR_TUNNEL_DEL, &body);
}

void kernel_tunnel_forget(struct engine *e, struct kernel_hold *h,
			  uint32_t tunnel_id, bool has_socket, bool asked)
{
	struct monitor_tunnel_id body = { tunnel_id };

	/*
	 * The socket of a tunnel that we opened is the monitor's
	 * work in either case.
	 */
	if (has_socket || (asked && !e->kernel->null))
		have_removed(e, &h->socket_close, MONITOR_SOCKET_CLOSE, &body);
}

int kernel_tunnel_stats(struct engine *e, uint32_t tunnel_id,
			channel_done *done, void *arg)
{
	struct monitor_tunnel_id body = { tunnel_id };

	if (e->kernel->null)
		return -EOPNOTSUPP;
	return channel_request(&e->monitor, MONITOR_TUNNEL_STATS, &body,
			       sizeof(body), NULL, 0, done, arg);
}

/* ---- sessions ---- */

int kernel_session_add(struct engine *e, struct kernel_hold *h, uint64_t link,
		       const struct dp_session *s, channel_done *done,
		       void *arg)
{
	struct dataplane *null = e->kernel->null;
	struct monitor_session body = { .link = link, .session = *s };
	struct answer *a;

	if (null) {
		a = answer_new(e, done, arg);
		if (a)
			a->result = null->ops->session_add(null, s);
		return a ? 0 : -ENOMEM;
	}
	if (reserve(&h->removal, sizeof(struct monitor_link)))
		return -ENOMEM;
	return channel_request(&e->monitor, MONITOR_SESSION_ADD, &body,
			       sizeof(body), NULL, 0, done, arg);
}

int kernel_session_modify(struct engine *e, uint64_t link,
			  const struct dp_session *s, channel_done *done,
			  void *arg)
{
	struct dataplane *null = e->kernel->null;
	struct monitor_session body = { .link = link, .session = *s };
	struct answer *a;

	if (null) {
		a = answer_new(e, done, arg);
		if (a)
			a->result = null->ops->session_modify(null, s);
		return a ? 0 : -ENOMEM;
	}
	return channel_request(&e->monitor, MONITOR_SESSION_MODIFY, &body,
			       sizeof(body), NULL, 0, done, arg);
}

void kernel_session_del(struct engine *e, struct kernel_hold *h, uint64_t link,
			const struct dp_session *s)
{
	struct dataplane *null = e->kernel->null;
	struct monitor_link body = { link };

	if (null)
		null->ops->session_del(null, s->tunnel_id, s->session_id);
	else
		have_removed(e, &h->removal, MONITOR_SESSION_DEL, &body);
}

int kernel_session_stats(struct engine *e, uint64_t link, channel_done *done,
			 void *arg)
{
	struct monitor_link body = { link };

	if (e->kernel->null)
		return -EOPNOTSUPP;
	return channel_request(&e->monitor, MONITOR_SESSION_STATS, &body,
			       sizeof(body), NULL, 0, done, arg);
}

/* ---- interfaces ---- */

int kernel_pseudowire(struct engine *e, const struct monitor_pw *p,
		      channel_done *done, void *arg)
{
	struct answer *a;

	if (e->kernel->null) {
		a = answer_new(e, done, arg);
		if (a)
			a->interface = true;
		return a ? 0 : -ENOMEM;
	}
	return channel_request(&e->monitor, MONITOR_PW, p, sizeof(*p), NULL, 0,
			       done, arg);
}

int kernel_pseudowire_show(struct engine *e, uint64_t link, channel_done *done,
			   void *arg)
{
	struct monitor_link body = { link };

	if (e->kernel->null)
		return -EOPNOTSUPP;
	return channel_request(&e->monitor, MONITOR_PW_SHOW, &body,
			       sizeof(body), NULL, 0, done, arg);
}

int kernel_ppp_show(struct engine *e, uint64_t link, const char *ifname,
		    channel_done *done, void *arg)
{
	struct monitor_interface body = { .link = link };

	if (e->kernel->null)
		return -EOPNOTSUPP;
	snprintf(body.ifname, sizeof(body.ifname), "%s", ifname);
	return channel_request(&e->monitor, MONITOR_PPP_SHOW, &body,
			       sizeof(body), NULL, 0, done, arg);
}

void kernel_pseudowire_peer(struct engine *e, uint64_t link, bool up)
{
	struct monitor_circuit body = { link, up };

	if (!e->kernel->null)
		tell(&e->monitor, MONITOR_PW_PEER, &body, sizeof(body),
		     up ? "an interface stays dormant, although the peer's end "
			  "of its circuit is up" :
			  "an interface stays up, although the peer's end of "
			  "its circuit is down");
}
