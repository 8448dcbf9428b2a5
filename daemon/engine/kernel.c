/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data plane's requests: to the monitor, or into the null data plane's
 * books, answered later as well.
 */
#include "engine/kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "lib/log.h"

struct kernel {
	struct dataplane *null; /* NULL: the monitor's data plane */
};

/* ---- answers of the null data plane ---- */

struct answer {
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

static int answer_later(struct engine *e, struct answer a)
{
	struct answer *copy = malloc(sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	*copy = a;
	turn_defer(&e->turn, give_answer, copy);
	return 0;
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

static void on_removed(void *arg, int result, struct ipc_message *m)
{
	(void)arg;
	(void)m;
	if (result && result != -ENOENT)
		log_debug("the kernel did not remove what it was asked to: %s",
			  strerror(-result));
}

static void ask_to_remove(struct engine *e, uint16_t type, const void *body,
			  size_t len)
{
	int err = channel_request(&e->monitor, type, body, len, NULL, 0,
				  on_removed, NULL);

	/*
	 * Without its monitor the engine ends, and the kernel's objects
	 * go with the fds.
	 */
	if (err && err != -EPIPE)
		log_warn("the monitor could not be asked to remove something: "
			 "%s",
			 strerror(-err));
}

/* ---- tunnels ---- */

int kernel_tunnel_socket(struct engine *e, const struct monitor_socket *s,
			 channel_done *done, void *arg)
{
	if (e->kernel->null)
		return answer_later(e, (struct answer){ done, arg, 0, false });
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

int kernel_tunnel_add(struct engine *e, const struct monitor_tunnel *t,
		      channel_done *done, void *arg)
{
	struct dataplane *null = e->kernel->null;
	struct dp_tunnel dp = {
		.version = t->version,
		.encap = t->encap,
		.tunnel_id = t->tunnel_id,
		.peer_tunnel_id = t->peer_tunnel_id,
		.fd = -1,
	};

	if (null)
		return answer_later(e, (struct answer){
					       done, arg,
					       null->ops->tunnel_add(null, &dp),
					       false });
	return channel_request(&e->monitor, MONITOR_TUNNEL_ADD, t, sizeof(*t),
			       NULL, 0, done, arg);
}

void kernel_tunnel_del(struct engine *e, uint32_t tunnel_id)
{
	struct dataplane *null = e->kernel->null;
	struct monitor_tunnel_id body = { tunnel_id };

	if (null)
		null->ops->tunnel_del(null, tunnel_id);
	else
		ask_to_remove(e, MONITOR_TUNNEL_DEL, &body, sizeof(body));
}

void kernel_tunnel_forget(struct engine *e, uint32_t tunnel_id, bool has_socket,
			  bool asked)
{
	struct monitor_tunnel_id body = { tunnel_id };

	/*
	 * The socket of a tunnel that we opened is the monitor's
	 * work in either case.
	 */
	if (has_socket || (asked && !e->kernel->null))
		ask_to_remove(e, MONITOR_SOCKET_CLOSE, &body, sizeof(body));
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

int kernel_session_add(struct engine *e, uint64_t link,
		       const struct dp_session *s, channel_done *done,
		       void *arg)
{
	struct dataplane *null = e->kernel->null;
	struct monitor_session body = { .link = link, .session = *s };

	if (null)
		return answer_later(e, (struct answer){
					       done, arg,
					       null->ops->session_add(null, s),
					       false });
	return channel_request(&e->monitor, MONITOR_SESSION_ADD, &body,
			       sizeof(body), NULL, 0, done, arg);
}

int kernel_session_modify(struct engine *e, uint64_t link,
			  const struct dp_session *s, channel_done *done,
			  void *arg)
{
	struct dataplane *null = e->kernel->null;
	struct monitor_session body = { .link = link, .session = *s };

	if (null)
		return answer_later(e,
				    (struct answer){
					    done, arg,
					    null->ops->session_modify(null, s),
					    false });
	return channel_request(&e->monitor, MONITOR_SESSION_MODIFY, &body,
			       sizeof(body), NULL, 0, done, arg);
}

void kernel_session_del(struct engine *e, uint64_t link,
			const struct dp_session *s)
{
	struct dataplane *null = e->kernel->null;
	struct monitor_link body = { link };

	if (null)
		null->ops->session_del(null, s->tunnel_id, s->session_id);
	else
		ask_to_remove(e, MONITOR_SESSION_DEL, &body, sizeof(body));
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
	if (e->kernel->null)
		return answer_later(e, (struct answer){ done, arg, 0, true });
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

void kernel_pseudowire_peer(struct engine *e, uint64_t link, bool up)
{
	struct monitor_circuit body = { link, up };

	if (!e->kernel->null)
		channel_event(&e->monitor, MONITOR_PW_PEER, &body, sizeof(body),
			      NULL, 0);
}
