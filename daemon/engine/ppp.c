/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PPP port: who runs PPP for a call. Backend pppd: a child of the
 * profile's template, by the monitor, or a pppd that dialled; both speak
 * ipc/ppp.h with us over the call's channel. Backend none: the session counts
 * as up when the call is.
 */
#include "engine/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/log.h"

#define CALL_QUEUE 64		/* messages that a pppd may leave unread */
#define STOP_MS 10000
#define PPPD_EXIT_HANGUP 16	/* pppd(8) */

const char *ppp_phase_name(const struct call *c)
{
	static const char *const names[] = {
		[PPP_NONE] = "none", [PPP_STARTING] = "starting", [PPP_RUNNING] = "negotiating",
		[PPP_UP] = "up", [PPP_STOPPING] = "stopping",
	};

	return names[c->ppp_phase];
}

static void went_up(struct call *c)
{
	struct engine *e = c->tunnel->engine;

	if (c->up_ms)
		return;
	c->up_ms = engine_now(e);
	e->counters.calls_up++;
	if (c->wanted)
		peer_session_up(c->wanted);
}

/* ---- authentication and addresses ---- */

static uint32_t v4_of(const struct addr *a)
{
	return a->family == AF_INET ? htonl(addr_v4(a)) : 0;
}

/* Lets the caller in with all that it is given; else reply says no, and why is for the log. */
static int admit(struct call *c, const struct aaa_auth_reply *from, struct ppp_call_auth_reply *reply,
		 char *why, size_t size)
{
	const struct config_ppp *p = c->profile;
	int err = subscriber_admit(c, from, reply, why, size);

	if (err) {
		reply->ok = false;
		snprintf(reply->message, sizeof(reply->message), "%s",
			 err == -EUSERS ? "too many sessions" : "no address is free");
		return err;
	}
	if (!reply->local_ipv4)
		reply->local_ipv4 = v4_of(&p->local_address);
	for (size_t i = 0; i < p->dns_n && i < 2; i++)
		if (!reply->dns[i])
			reply->dns[i] = v4_of(&p->dns[i]);
	memcpy(c->subscriber->dns, reply->dns, sizeof(c->subscriber->dns));
	return 0;
}

struct auth_request {
	struct call *call;
	struct ipc_header header;
	char user[PPP_NAME_MAX];
};

/* Refused for another reason than the user's password: that is what the CDN and the CLI say. */
static void refused_by_us(struct call *c, const char *why)
{
	struct l2tp_cause cause = cause_make(L2TP_CDN_NO_FACILITIES, 0, "%s", why);

	if (!c->cause)
		call_set_cause(c, &cause);
	free(c->ppp_reason);
	c->ppp_reason = strdup(why);
	c->reason_is_ours = true;
}

static void on_auth(void *arg, int result, struct ipc_message *m)
{
	struct auth_request *r = arg;
	struct call *c = r->call;
	struct engine *e = c->tunnel->engine;
	const struct aaa_auth_reply *got = m ? ipc_body(m, struct aaa_auth_reply) : NULL;
	struct ppp_call_auth_reply reply = { 0 };
	char what[160], why[PPP_TEXT_MAX] = "";

	if (!result && got && ipc_is_text(got->why)) {
		reply = got->ppp;
		snprintf(why, sizeof(why), "%s", got->why);
	} else {
		snprintf(reply.message, sizeof(reply.message), "authentication is not available");
		snprintf(why, sizeof(why), "the aaa process did not answer: %s", strerror(result ? -result : EPROTO));
	}
	if (!channel_is_open(&c->ppp))
		goto out;
	if (reply.ok && c->down)
		reply.ok = false;
	if (reply.ok) {
		free(c->user);
		c->user = strdup(r->user);
		if (admit(c, got, &reply, why, sizeof(why)))
			refused_by_us(c, why);
	} else if (!got || got->unavailable) {
		refused_by_us(c, why);
	}
	if (reply.ok) {
		e->counters.auth_ok++;
	} else {
		e->counters.auth_failed++;
		if (engine_may_log(e))
			log_notice("%s: user \"%s\" was refused%s%s", call_describe(c, what, sizeof(what)), r->user,
				   why[0] ? ": " : "", why);
	}
	channel_reply(&c->ppp, &r->header, 0, &reply, sizeof(reply), NULL, 0);
out:
	explicit_bzero(&reply, sizeof(reply));
	free(r);
	engine_settle(e);
	call_put(c);
}

static void answer_error(struct call *c, const struct ipc_header *request, int err, size_t len)
{
	uint8_t none[sizeof(struct ppp_call_auth_reply)] = { 0 };

	channel_reply(&c->ppp, request, err, none, len, NULL, 0);
}

static void ask_auth(struct call *c, struct ipc_message *m)
{
	struct ppp_call_auth *auth = ipc_body(m, struct ppp_call_auth);
	struct auth_request *r = malloc(sizeof(*r));
	struct aaa_auth body = { 0 };
	int err = -EINVAL;

	if (auth && r && c->profile && ipc_is_text(auth->user) &&
	    ipc_is_text(auth->our_name) &&
	    auth->challenge_len <= PPP_BLOB_MAX && auth->response_len <= PPP_BLOB_MAX) {
		*r = (struct auth_request){ .call = c, .header = m->header };
		memcpy(r->user, auth->user, sizeof(r->user));
		memcpy(body.profile, c->profile->name, sizeof(body.profile));
		body.auth = *auth;
		subscriber_describe(c, &body.call);
		err = channel_request(&c->tunnel->engine->aaa, AAA_AUTH, &body, sizeof(body), NULL, 0, on_auth, r);
		explicit_bzero(&body, sizeof(body));
	}
	if (!err) {
		call_get(c);
		return;
	}
	free(r);
	answer_error(c, &m->header, err, sizeof(struct ppp_call_auth_reply));
}

static void on_secret(void *arg, int result, struct ipc_message *m)
{
	struct auth_request *r = arg;
	const struct ppp_call_secret_reply *got = m ? ipc_body(m, struct ppp_call_secret_reply) : NULL;

	if (channel_is_open(&r->call->ppp))
		channel_reply(&r->call->ppp, &r->header, result, got, got ? sizeof(*got) : 0, NULL, 0);
	call_put(r->call);
	free(r);
}

static void ask_secret(struct call *c, struct ipc_message *m)
{
	struct ppp_call_secret *s = ipc_body(m, struct ppp_call_secret);
	struct auth_request *r = malloc(sizeof(*r));
	struct aaa_secret body = { 0 };
	int err = -EINVAL;

	if (s && r && c->wanted && c->profile && ipc_is_text(s->user) &&
	    ipc_is_text(s->remote)) {
		*r = (struct auth_request){ .call = c, .header = m->header };
		memcpy(body.profile, c->profile->name, sizeof(body.profile));
		memcpy(body.lac, c->wanted->peer->name, sizeof(body.lac));
		memcpy(body.session, c->wanted->name, sizeof(body.session));
		body.secret = *s;
		err = channel_request(&c->tunnel->engine->aaa, AAA_SECRET, &body, sizeof(body), NULL, 0, on_secret, r);
	}
	if (!err) {
		call_get(c);
		return;
	}
	free(r);
	answer_error(c, &m->header, err, sizeof(struct ppp_call_secret_reply));
}

/* ---- up ---- */

static void on_route(void *arg, int result, struct ipc_message *m)
{
	struct call *c = arg;
	const struct monitor_route *r = m ? ipc_body(m, struct monitor_route) : NULL;
	struct l2tp_cause cause;
	char peer[ADDR_STRLEN];

	if (!result && r && c->ppp_phase == PPP_UP && c->core && c->ifname[0] &&
	    strncmp(r->ifname, c->ifname, IFNAMSIZ) == 0) {
		addr_format(l2tp_tunnel_peer(c->tunnel->core), peer);
		log_error("tunnel %u session %u: the route to the peer %s leads into its own %s: "
			  "add a route to %s by another interface",
			  c->tunnel->id, c->id, peer, c->ifname, peer);
		cause = cause_make(L2TP_CDN_ADMINISTRATIVE, 0, "the route to the peer leads into the tunnel itself");
		call_close(c, &cause);
		engine_settle(c->tunnel->engine);
	}
	call_put(c);
}

/* A tunnel whose packets enter the tunnel locks the box up. */
static void check_route(struct call *c)
{
	struct addr peer;

	if (!c->tunnel->core)
		return;
	peer = *l2tp_tunnel_peer(c->tunnel->core);
	if (channel_request(&c->tunnel->engine->monitor, MONITOR_ROUTE, &peer, sizeof(peer), NULL, 0, on_route, c) == 0)
		call_get(c);
}

static void on_net_up(struct call *c, const struct ppp_call_up *up)
{
	char local[INET_ADDRSTRLEN] = "", remote[INET_ADDRSTRLEN] = "", what[160];

	if (!ipc_is_text(up->ifname) || !ipc_is_text(up->peer_name))
		return;
	memcpy(c->ifname, up->ifname, sizeof(c->ifname));
	if (up->family == AF_INET) {
		c->local_ipv4 = up->local_ipv4;
		c->remote_ipv4 = up->remote_ipv4;
		inet_ntop(AF_INET, &up->local_ipv4, local, sizeof(local));
		inet_ntop(AF_INET, &up->remote_ipv4, remote, sizeof(remote));
	}
	if (!c->user && up->peer_name[0])
		c->user = strdup(up->peer_name);
	log_info("%s: up on %s%s%s%s%s", call_describe(c, what, sizeof(what)), c->ifname,
		 local[0] ? ", " : ", IPv6", local, local[0] ? " to " : "", remote);
	if (c->ppp_phase == PPP_STARTING || c->ppp_phase == PPP_RUNNING)
		c->ppp_phase = PPP_UP;
	check_route(c);
	went_up(c);
	subscriber_net_up(c, up);
}

static void on_net_down(struct call *c, const struct ppp_call_up *down)
{
	if (down->family == AF_INET)
		c->local_ipv4 = c->remote_ipv4 = 0;
}

static void on_hello(struct call *c, const struct ppp_call_hello *h)
{
	c->pid = h->pid;
	if (c->ppp_phase == PPP_STARTING)
		c->ppp_phase = PPP_RUNNING;
}

static void on_down(struct call *c, const struct ppp_call_down *d)
{
	c->last_words = true;
	c->pppd_status = d->pppd_status;
	c->have_last = d->have_counters;
	c->last = d->counters;
	/* What ended the call is known by then: pppd only followed. */
	if (!ipc_is_text(d->reason) || ((c->down || c->reason_is_ours) && c->ppp_reason))
		return;
	free(c->ppp_reason);
	c->ppp_reason = strdup(d->reason);
}

static void on_message(struct channel *channel, struct ipc_message *m)
{
	struct call *c = container_of(channel, struct call, ppp);

	switch ((enum ppp_call_message)m->header.type) {
	case PPP_CALL_HELLO:
		if (ipc_body(m, struct ppp_call_hello))
			on_hello(c, ipc_body(m, struct ppp_call_hello));
		return;
	case PPP_CALL_AUTH:
		ask_auth(c, m);
		return;
	case PPP_CALL_SECRET:
		ask_secret(c, m);
		return;
	case PPP_CALL_UP:
		if (ipc_body(m, struct ppp_call_up))
			on_net_up(c, ipc_body(m, struct ppp_call_up));
		return;
	case PPP_CALL_NETDOWN:
		if (ipc_body(m, struct ppp_call_up))
			on_net_down(c, ipc_body(m, struct ppp_call_up));
		return;
	case PPP_CALL_MPPE:
		if (ipc_body(m, struct ppp_call_mppe))
			subscriber_mppe(c, ipc_body(m, struct ppp_call_mppe));
		return;
	case PPP_CALL_DOWN:
		if (ipc_body(m, struct ppp_call_down))
			on_down(c, ipc_body(m, struct ppp_call_down));
		return;
	case PPP_CALL_STOP:
		return;		/* ours to send */
	}
}

static void on_closed(struct channel *channel)
{
	struct call *c = container_of(channel, struct call, ppp);

	/* Our own child's exit comes from the monitor; a stranger's end is this. */
	channel_close(&c->ppp);
	if (c->ppp_child)
		return;
	ppp_ended(c);
	engine_settle(c->tunnel->engine);
}

/* ---- start and stop ---- */

static void failed_to_start(struct call *c, int err)
{
	struct l2tp_cause cause = cause_make(L2TP_CDN_NO_FACILITIES, 0, "pppd could not be started: %s",
					     strerror(-err));
	char what[160];

	log_error("%s: %s", call_describe(c, what, sizeof(what)), cause.text);
	free(c->ppp_reason);
	c->ppp_reason = strdup(cause.text);
	call_set_cause(c, &cause);
	ppp_ended(c);
}

static void on_started(void *arg, int result, struct ipc_message *m)
{
	struct call *c = arg;
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);

	if (fd >= 0)
		result = channel_open(&c->ppp, c->tunnel->engine->loop, fd, on_message, on_closed);
	c->ppp.limit = CALL_QUEUE;
	if (result)
		failed_to_start(c, result);
	else if (c->ppp_phase == PPP_STOPPING)
		ppp_stop(c, "the call ended", c->down);
	engine_settle(c->tunnel->engine);
	call_put(c);
}

static void fill_params(const struct call *c, struct ppp_call_params *p)
{
	const struct config_ppp *profile = c->profile;
	const struct l2tp_call_params *peer = l2tp_session_peer_params(c->core);

	p->lns = !c->wanted;
	p->mtu = profile->mtu;
	p->mru = profile->mru;
	snprintf(p->remote, sizeof(p->remote), "%s", l2tp_tunnel_peer_info(c->tunnel->core)->hostname);
	if (peer)
		snprintf(p->calling_number, sizeof(p->calling_number), "%s", peer->calling_number);
	if (c->wanted) {
		memcpy(p->ifname, c->wanted->ifname, sizeof(p->ifname));
		if (c->wanted->user)
			snprintf(p->user, sizeof(p->user), "%s", c->wanted->user);
		p->local_ipv4 = v4_of(&profile->local_address);
		p->remote_ipv4 = v4_of(&profile->remote_address);
		return;
	}
	p->local_ipv4 = v4_of(&profile->local_address);
	for (size_t i = 0; i < profile->dns_n && i < 2; i++)
		p->dns[i] = v4_of(&profile->dns[i]);
}

/* Without authentication the address is given before the start. */
static int assign_unasked(struct call *c, struct ppp_call_params *p)
{
	struct aaa_auth_reply nobody = { 0 };
	struct ppp_call_auth_reply reply = { 0 };
	char why[PPP_TEXT_MAX], what[160];
	int err;

	if (c->wanted || c->profile->auth_n)
		return 0;
	err = subscriber_admit(c, &nobody, &reply, why, sizeof(why));
	if (err)
		log_error("%s: %s", call_describe(c, what, sizeof(what)), why);
	p->remote_ipv4 = reply.remote_ipv4;
	return err;
}

void ppp_start(struct call *c)
{
	struct engine *e = c->tunnel->engine;
	struct monitor_ppp body = { .link = call_link(c) };
	char what[160];
	int err;

	if (c->wanted && c->wanted->dial) {
		dial_done(c->wanted->dial, c);
		return;
	}
	if (c->wanted && c->wanted->user)
		c->user = strdup(c->wanted->user);
	if (!c->profile || c->profile->backend == CONFIG_BACKEND_NONE) {
		went_up(c);
		return;
	}
	c->ppp_phase = PPP_STARTING;
	c->ppp_child = true;
	memcpy(body.profile, c->profile->name, sizeof(body.profile));
	fill_params(c, &body.params);
	err = table_put(&e->ppp_calls, call_link(c), c);
	if (!err)
		err = assign_unasked(c, &body.params);
	if (!err)
		err = channel_request(&e->monitor, MONITOR_PPP_START, &body, sizeof(body), NULL, 0, on_started, c);
	if (err)
		failed_to_start(c, err);
	else
		call_get(c);
	log_debug("%s: established, PPP by profile \"%s\"", call_describe(c, what, sizeof(what)), c->profile->name);
}

void ppp_adopt(struct call *c, int fd)
{
	c->ppp_child = false;
	c->ppp_phase = PPP_STARTING;
	if (channel_open(&c->ppp, c->tunnel->engine->loop, fd, on_message, on_closed))
		ppp_ended(c);
	c->ppp.limit = CALL_QUEUE;
}

static void ignore(void *arg, int result, struct ipc_message *m)
{
	(void)arg;
	(void)m;
	if (result && result != -ENOENT)
		log_warn("a pppd could not be stopped: %s", strerror(-result));
}

static void on_stop_timeout(struct loop_timer *t)
{
	struct call *c = container_of(t, struct call, timer);

	log_warn("tunnel %u session %u: the pppd that dialled did not end; its call is cleared without it",
		 c->tunnel->id, c->id);
	ppp_ended(c);
	engine_settle(c->tunnel->engine);
}

void ppp_stop(struct call *c, const char *reason, bool link_is_dead)
{
	struct monitor_link body = { call_link(c) };
	/* Nobody answers a Terminate-Request on a dead link: pppd shall not wait for one. */
	struct ppp_call_down stop = { .pppd_status = link_is_dead ? PPPD_EXIT_HANGUP : 0 };

	c->ppp_phase = PPP_STOPPING;
	if (c->subscriber)
		registry_leave(c->subscriber);
	snprintf(stop.reason, sizeof(stop.reason), "%s", reason);
	if (channel_is_open(&c->ppp))
		channel_event(&c->ppp, PPP_CALL_STOP, &stop, sizeof(stop), NULL, 0);
	/* Ours the monitor kills in the end; a stranger's is left to itself. */
	if (!c->ppp_child)
		loop_timer_set(c->tunnel->engine->loop, &c->timer,
			       engine_now(c->tunnel->engine) + STOP_MS, on_stop_timeout);
	else
		channel_request(&c->tunnel->engine->monitor, MONITOR_PPP_STOP, &body, sizeof(body), NULL, 0,
				ignore, NULL);
}

void ppp_exited(struct engine *e, const struct monitor_ppp_exit *x)
{
	struct call *c = table_get(&e->ppp_calls, x->link);

	if (!c)
		return;
	if (channel_is_open(&c->ppp)) {
		/* Its last words may still be in the channel. */
		struct ipc_message m;

		while (ipc_recv(c->ppp.fd, &m) == 1) {
			const struct ppp_call_down *d = ipc_body(&m, struct ppp_call_down);

			if (m.header.type == PPP_CALL_DOWN && d)
				on_down(c, d);
			ipc_close_fds(&m);
		}
	}
	ppp_ended(c);
	engine_settle(e);
}

void ppp_ended(struct call *c)
{
	struct engine *e = c->tunnel->engine;

	if (c->ppp_phase == PPP_NONE)
		return;
	c->ppp_phase = PPP_NONE;
	loop_timer_stop(&c->timer);
	if (table_get(&e->ppp_calls, call_link(c)) == c)
		table_del(&e->ppp_calls, call_link(c));
	channel_close(&c->ppp);
	subscriber_end(c);
	address_release(c);
	call_ppp_ended(c);
}
