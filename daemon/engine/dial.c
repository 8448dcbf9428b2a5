/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dial socket: a pppd with "plugin l2tpd.so" and l2tp-server in its peers
 * file asks here for a tunnel and a session, and takes the session over when
 * it is established. It owns the call from then on: when it ends, the call is
 * cleared.
 */
#include "engine/internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/log.h"

struct dial {
	struct engine *engine;
	struct dial *next, **prev, *garbage_next;
	struct channel channel;
	struct ipc_header request;
	struct peer_session *session;	/* NULL: not asked yet, or answered */
	struct call *call;		/* its fds are being fetched */
	bool asked, over;
};

static void discard(struct dial *d)
{
	d->garbage_next = d->engine->garbage_dials;
	d->engine->garbage_dials = d;
}

void dials_collect(struct engine *e)
{
	while (e->garbage_dials) {
		struct dial *d = e->garbage_dials;

		e->garbage_dials = d->garbage_next;
		free(d);
	}
}

/* The connection ends; memory goes when no callback of it is on the stack. */
static void end(struct dial *d)
{
	if (d->over)
		return;
	d->over = true;
	*d->prev = d->next;
	if (d->next)
		d->next->prev = d->prev;
	channel_close(&d->channel);
	d->engine->clients--;
	if (!d->call)
		discard(d);
}

static void refuse(struct dial *d, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void refuse(struct dial *d, int err, const char *fmt, ...)
{
	struct ppp_dial_reply reply = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reply.error, sizeof(reply.error), fmt, ap);
	va_end(ap);
	channel_reply(&d->channel, &d->request, err, &reply, sizeof(reply), NULL, 0);
}

static void detach(struct dial *d)
{
	if (d->session)
		d->session->dial = NULL;
	d->session = NULL;
}

void dial_failed(struct dial *d, const char *reason)
{
	refuse(d, -ECONNREFUSED, "%s", reason);
	detach(d);
	end(d);
}

static void give_up(struct call *c, const char *why)
{
	struct l2tp_cause cause = cause_make(L2TP_CDN_ADMINISTRATIVE, 0, "%s", why);

	call_close(c, &cause);
}

static void on_fds(void *arg, int result, struct ipc_message *m)
{
	struct dial *d = arg;
	struct call *c = d->call;
	struct ppp_dial_reply reply = { 0 };
	int ours = -1;

	d->call = NULL;
	if (!result && m && m->nfds == 3)
		ours = ipc_take_fd(m, 2);
	if (d->over || ours < 0 || c->down || !c->core) {
		if (!d->over) {
			refuse(d, result ? result : -ECONNRESET, "the session ended before pppd had it");
			end(d);
		} else {
			discard(d);
		}
		if (ours >= 0)
			close(ours);
		give_up(c, result ? "the session's socket could not be had" : "the dialling pppd is gone");
	} else {
		ppp_adopt(c, ours);
		reply.params = (struct ppp_call_params){
			.link = call_link(c), .tunnel_id = c->tunnel->id, .session_id = c->id,
		};
		snprintf(reply.params.remote, sizeof(reply.params.remote), "%s",
			 l2tp_tunnel_peer_info(c->tunnel->core)->hostname);
		channel_reply(&d->channel, &d->request, 0, &reply, sizeof(reply), m->fds, 2);
		end(d);
	}
	engine_settle(c->tunnel->engine);
	call_put(c);
}

void dial_done(struct dial *d, struct call *c)
{
	struct monitor_link body = { call_link(c) };
	int err;

	detach(d);
	d->call = c;
	err = channel_request(&d->engine->monitor, MONITOR_SESSION_FD, &body, sizeof(body), NULL, 0, on_fds, d);
	if (!err) {
		call_get(c);
		return;
	}
	d->call = NULL;
	refuse(d, err, "the session's socket could not be had: %s", strerror(-err));
	end(d);
	give_up(c, "the session's socket could not be had");
}

/* ---- the request ---- */

static struct peer *peer_for(struct dial *d, const struct ppp_dial *q)
{
	static unsigned int serial;
	char name[CONFIG_NAME_MAX];
	struct peer *p;

	if (q->lac[0]) {
		p = peer_find(d->engine, q->lac);
		/* Not another's dialled or added tunnel, with its secret; and one of lcce carries no PPP. */
		if (p && (p->origin != PEER_CONFIGURED || p->lcce))
			p = NULL;
		if (!p)
			refuse(d, -ENOENT, "l2tpd has no lac \"%s\"; write one into its configuration, "
			       "or use l2tp-server", q->lac);
		return p;
	}
	snprintf(name, sizeof(name), "dial-%u", ++serial);
	p = peer_new(d->engine, name, q->server);
	if (!p) {
		refuse(d, -ENOMEM, "l2tpd is out of memory");
		return NULL;
	}
	p->origin = PEER_DIALLED;
	p->port = q->port ? q->port : p->port;
	p->ephemeral = !q->source_1701;
	p->cfg.hide = q->hide;
	p->cfg.idle_ms = 1000;		/* nobody else uses it */
	if (q->hostname[0])
		p->cfg.hostname = p->hostname = strdup(q->hostname);
	secret_set(&p->secret, q->secret, q->secret_len);
	return p;
}

static void on_dial(struct dial *d, struct ipc_message *m)
{
	static unsigned int serial;
	const struct ppp_dial *q = ipc_body(m, struct ppp_dial);
	char name[CONFIG_NAME_MAX];
	struct peer *p;

	d->request = m->header;
	if (d->asked || !q || !ipc_is_text(q->server) || !ipc_is_text(q->lac) ||
	    !ipc_is_text(q->hostname) || !ipc_is_text(q->user) ||
	    q->secret_len > SECRET_MAX || (!q->server[0] && !q->lac[0]) || (q->hide && !q->secret_len)) {
		refuse(d, -EINVAL, "the request is not one of this l2tpd's version");
		end(d);
		return;
	}
	d->asked = true;
	if (d->engine->books || d->engine->stopping) {
		refuse(d, -EOPNOTSUPP, d->engine->stopping ? "l2tpd stops" :
		       "l2tpd runs without a data plane (--dataplane null)");
		end(d);
		return;
	}
	p = peer_for(d, q);
	snprintf(name, sizeof(name), "dial-%u", ++serial);
	d->session = p ? peer_session_new(p, name) : NULL;
	if (!d->session) {
		if (p)
			refuse(d, -ENOMEM, "l2tpd is out of memory");
		end(d);
		return;
	}
	d->session->dial = d;
	d->session->once = true;
	d->session->user = q->user[0] ? strdup(q->user) : NULL;
	log_info("a pppd dials %s \"%s\"", q->lac[0] ? "lac" : "server", q->lac[0] ? q->lac : q->server);
	peer_session_want(d->session);
	engine_settle(d->engine);
}

static void on_message(struct channel *c, struct ipc_message *m)
{
	struct dial *d = container_of(c, struct dial, channel);

	if (m->header.type == PPP_DIAL)
		on_dial(d, m);
}

static void on_closed(struct channel *c)
{
	struct dial *d = container_of(c, struct dial, channel);
	struct l2tp_cause cause = cause_make(L2TP_CDN_ADMINISTRATIVE, 0, "the dialling pppd gave up");
	struct peer_session *s = d->session;

	detach(d);
	end(d);
	if (s)
		peer_session_remove(s, &cause);
	engine_settle(d->engine);
}

static void on_accept(struct loop_io *io, int listener, int events)
{
	struct engine *e = container_of(io, struct engine, dial_io);
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct dial *d;

	(void)events;
	if (!engine_may_serve(e, fd))
		return;
	d = calloc(1, sizeof(*d));
	if (!d || channel_open(&d->channel, e->loop, fd, on_message, on_closed)) {
		close(fd);
		free(d);
		return;
	}
	e->clients++;
	d->engine = e;
	d->next = e->dials;
	d->prev = &e->dials;
	if (d->next)
		d->next->prev = &d->next;
	e->dials = d;
}

int dial_serve(struct engine *e)
{
	return loop_io_start(e->loop, &e->dial_io, e->dial_fd, LOOP_READ, on_accept);
}

void dials_free(struct engine *e)
{
	loop_io_stop(&e->dial_io);
	if (e->dial_fd >= 0)
		close(e->dial_fd);
	while (e->dials) {
		struct dial *d = e->dials;

		e->dials = d->next;
		channel_close(&d->channel);
		free(d);
	}
	dials_collect(e);
}
