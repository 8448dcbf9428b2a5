/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a dialling pppd asks, and the call that it gets. */
#include "engine/peers/dial.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/clients.h"
#include "engine/engine.h"
#include "engine/kernel.h"
#include "engine/link/link.h"
#include "engine/link/pppd.h"
#include "engine/peers/peer.h"
#include "engine/peers/redial.h"
#include "ipc/monitor.h"
#include "ipc/ppp.h"
#include "lib/config_key.h"
#include "lib/log.h"

struct dial {
	struct engine *engine;
	struct dial *next, **prev;
	struct client client;
	struct channel channel;
	struct ipc_header request;
	struct peer_waiter waiter;
	struct peer_session *session; /* NULL: not asked yet, or answered */
	struct link *link;	      /* its fds are being fetched */
	bool asked, over;
	struct turn_item trash;
};

struct dials {
	struct client_listener listener;
	struct dial *first;
};

static void free_dial(struct turn_item *item)
{
	free(container_of(item, struct dial, trash));
}

static void discard(struct dial *d)
{
	turn_free_later(&d->engine->turn, &d->trash, free_dial);
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
	clients_gone(d->engine, &d->client);
	if (!d->link)
		discard(d);
}

static void refuse(struct dial *d, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void refuse(struct dial *d, int err, const char *fmt, ...)
{
	struct ppp_dial_reply reply = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reply.error, sizeof(reply.error), fmt, ap);
	va_end(ap);
	channel_reply(&d->channel, &d->request, err, &reply, sizeof(reply),
		      NULL, 0);
}

static void detach(struct dial *d)
{
	if (d->session)
		d->session->waiter = NULL;
	d->session = NULL;
}

static void give_up(struct link *l, const char *why)
{
	struct cause cause = cause_make(CAUSE_ADMINISTRATIVE, "%s", why);

	link_close(l, &cause);
}

static void fill_params(struct link *l, struct ppp_call_params *p)
{
	struct service_call facts;

	link_facts(l, &facts);
	*p = (struct ppp_call_params){
		.link = l->id,
		.tunnel_id = facts.tunnel_id,
		.session_id = facts.id,
	};
	snprintf(p->remote, sizeof(p->remote), "%s", facts.peer_name);
}

/* m has the session's socket and both ends of the call channel. */
static void hand_over(struct dial *d, struct link *l, int ours,
		      struct ipc_message *m)
{
	struct ppp_dial_reply reply = { 0 };
	const struct monitor_mtu *sizes = ipc_body(m, struct monitor_mtu);

	pppd_adopt(l, ours);
	fill_params(l, &reply.params);
	if (sizes)
		reply.params.mtu = (uint16_t)sizes->mtu;
	channel_reply(&d->channel, &d->request, 0, &reply, sizeof(reply),
		      m->fds, 2);
	end(d);
}

static void not_handed_over(struct dial *d, struct link *l, int result)
{
	if (!d->over) {
		refuse(d, result ? result : -ECONNRESET,
		       "the session ended before pppd had it");
		end(d);
	} else {
		discard(d);
	}
	give_up(l, result ? "the session's socket could not be had" :
			    "the dialling pppd is gone");
}

static void on_fds(void *arg, int result, struct ipc_message *m)
{
	struct dial *d = arg;
	struct link *l = d->link;
	int ours = !result && m && m->nfds == 3 ? ipc_take_fd(m, 2) : -1;

	d->link = NULL;
	if (d->over || ours < 0 || !link_is_usable(l)) {
		not_handed_over(d, l, result);
		if (ours >= 0)
			close(ours);
	} else {
		hand_over(d, l, ours, m);
	}
	turn_settle(&l->engine->turn);
	link_release(l);
}

/* Its call is established: the session's socket is asked for. */
static void on_established(struct peer_waiter *w, struct link *l)
{
	struct dial *d = container_of(w, struct dial, waiter);
	struct monitor_link body = { l->id };
	int err;

	detach(d);
	d->link = l;
	err = channel_request(&d->engine->monitor, MONITOR_SESSION_FD, &body,
			      sizeof(body), NULL, 0, on_fds, d);
	if (!err) {
		link_hold(l);
		return;
	}
	d->link = NULL;
	refuse(d, err, "the session's socket could not be had: %s",
	       strerror(-err));
	end(d);
	give_up(l, "the session's socket could not be had");
}

static void on_failed(struct peer_waiter *w, const char *reason)
{
	struct dial *d = container_of(w, struct dial, waiter);

	refuse(d, -ECONNREFUSED, "%s", reason);
	detach(d);
	end(d);
}

/* ---- the request ---- */

/*
 * Not another's dialled or added tunnel, with its secret; and one of lcce
 * carries no PPP.
 */
static struct peer *configured_peer(struct dial *d, const char *lac)
{
	struct peer *p = peer_find(d->engine, lac);

	if (p && p->lac && p->disabled) {
		refuse(d, -EPERM,
		       "lac \"%s\" is disabled; the operator can say \"l2tpctl "
		       "enable tunnel %s\"",
		       lac, lac);
		return NULL;
	}
	if (p && p->origin == PEER_CONFIGURED && p->lac)
		return p;
	refuse(d, -ENOENT,
	       "l2tpd has no lac \"%s\"; write one into its configuration, or "
	       "use l2tp-server",
	       lac);
	return NULL;
}

/*
 * The peers file's words as a lac section, which is the caller's. 0 or -ENOMEM.
 */
static int make_section(const struct ppp_dial *q, struct config_lac *l)
{
	static unsigned int serial;

	config_section_lac.init(l);
	snprintf(l->name, sizeof(l->name), "dial-%u", ++serial);
	l->port = q->port ? q->port : l->port;
	l->ephemeral = !q->source_1701;
	l->tunnel.challenge = true;
	l->tunnel.hide = q->hide;
	l->tunnel.idle_ms = 1000; /* nobody else uses it */
	l->server = strdup(q->server);
	if (q->hostname[0])
		l->tunnel.hostname = strdup(q->hostname);
	return l->server && (l->tunnel.hostname || !q->hostname[0]) ? 0 :
								      -ENOMEM;
}

static struct peer *new_peer(struct engine *e, const struct ppp_dial *q)
{
	struct config_lac *l = calloc(1, sizeof(*l));
	struct peer *p =
		l && make_section(q, l) == 0 ? peer_new_lac(e, l, true) : NULL;

	if (p) {
		p->origin = PEER_DIALLED;
		secret_set(&p->secret, q->secret, q->secret_len);
		return p;
	}
	config_section_free(&config_section_lac, l);
	return NULL;
}

static struct peer *peer_for(struct dial *d, const struct ppp_dial *q)
{
	struct peer *p;

	if (q->lac[0])
		return configured_peer(d, q->lac);
	p = new_peer(d->engine, q);
	if (!p)
		refuse(d, -ENOMEM, "l2tpd is out of memory");
	return p;
}

static bool is_understood(const struct ppp_dial *q)
{
	return q->secret_len <= SECRET_MAX && (q->server[0] || q->lac[0]) &&
	       (!q->hide || q->secret_len);
}

/* Its session in the peer that it asks for; else the pppd was told why not. */
static struct peer_session *new_session(struct dial *d,
					const struct ppp_dial *q)
{
	static unsigned int serial;
	struct peer *p = peer_for(d, q);
	struct peer_session *s;
	char name[CONFIG_NAME_MAX];

	if (!p)
		return NULL;
	snprintf(name, sizeof(name), "dial-%u", ++serial);
	s = peer_session_new_dialled(p, name, q->user);
	if (!s) {
		refuse(d, -ENOMEM, "l2tpd is out of memory");
		peer_collect(p);
	}
	return s;
}

static void on_dial(struct dial *d, struct ipc_message *m)
{
	const struct ppp_dial *q = ipc_body(m, struct ppp_dial);

	d->request = m->header;
	if (d->asked ||
	    !ipc_message_fits(ppp_dial_shapes, ppp_dial_shapes_n, m) ||
	    !is_understood(q)) {
		refuse(d, -EINVAL,
		       "the request is not one of this l2tpd's version");
		end(d);
		return;
	}
	d->asked = true;
	clients_heard(d->engine, &d->client, true);
	if (!kernel_has_ppp(d->engine) || d->engine->stopping) {
		refuse(d, -EOPNOTSUPP,
		       d->engine->stopping ? "l2tpd stops" :
					     "l2tpd runs without a data plane "
					     "(--dataplane null)");
		end(d);
		return;
	}
	d->session = new_session(d, q);
	if (!d->session) {
		end(d);
		return;
	}
	d->session->waiter = &d->waiter;
	log_info("a pppd dials %s \"%s\"", q->lac[0] ? "lac" : "server",
		 q->lac[0] ? q->lac : q->server);
	redial_want(d->session);
	turn_settle(&d->engine->turn);
}

/* ---- its connection ---- */

static void on_message(struct channel *c, struct ipc_message *m)
{
	struct dial *d = container_of(c, struct dial, channel);

	if (m->header.type == PPP_DIAL)
		on_dial(d, m);
}

static void on_closed(struct channel *c)
{
	struct dial *d = container_of(c, struct dial, channel);
	struct cause cause =
		cause_make(CAUSE_ADMINISTRATIVE, "the dialling pppd gave up");
	struct engine *e = d->engine;
	struct peer_session *s = d->session;

	detach(d);
	end(d);
	if (s)
		peer_session_remove(s, &cause);
	turn_settle(&e->turn);
}

/* It has not asked for anything. */
static void leave(struct client *client)
{
	end(container_of(client, struct dial, client));
}

static struct client *on_client(struct client_listener *l, int fd)
{
	struct dials *all = container_of(l, struct dials, listener);
	struct engine *e = l->engine;
	struct dial *d = calloc(1, sizeof(*d));

	if (!d ||
	    channel_open(&d->channel, e->loop, fd, on_message, on_closed)) {
		free(d);
		return NULL;
	}
	d->engine = e;
	d->client.leave = leave;
	d->waiter = (struct peer_waiter){ on_established, on_failed };
	d->next = all->first;
	d->prev = &all->first;
	if (d->next)
		d->next->prev = &d->next;
	all->first = d;
	return &d->client;
}

int dials_start(struct engine *e, int fd)
{
	e->dials = calloc(1, sizeof(*e->dials));
	if (!e->dials) {
		close(fd);
		return -ENOMEM;
	}
	clients_add(e, &e->dials->listener, fd, on_client);
	return 0;
}

void dials_free(struct engine *e)
{
	struct dials *all = e->dials;

	while (all && all->first) {
		struct dial *d = all->first;

		all->first = d->next;
		channel_close(&d->channel);
		free(d);
	}
	free(all);
	e->dials = NULL;
}
