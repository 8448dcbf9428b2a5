/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine asks for, checked and done. A request names ids, addresses
 * and configured things; whatever does not fit is refused with -EINVAL or
 * -EPERM, and said in the log, for a sound engine never sends it.
 */
#include "monitor/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "lib/log.h"
#include "monitor/check.h"
#include "monitor/files.h"
#include "monitor/net.h"
#include "monitor/pw.h"
#include "monitor/pw_sections.h"
#include "monitor/script.h"
#include "monitor/socket.h"
#include "monitor/statics.h"
#include "monitor/words.h"

#define L2TP_PORT 1701

struct answer {
	int result;
	const void *body;
	size_t len;
	int nfds, fds[IPC_FDS_MAX];
	bool close_fds;		/* they were made for the reply only */
};

/* ---- tunnels ---- */

static bool port_is_ours(const struct monitor *m, uint16_t port)
{
	if (port == 0 || port == L2TP_PORT)
		return true;
	for (size_t i = 0; i < m->config->listen_n; i++)
		if (m->config->listen[i].address.port == port)
			return true;
	return false;
}

static struct mtunnel *tunnel_new(struct monitor *m, uint32_t id)
{
	struct mtunnel *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->id = id;
	t->fd = -1;
	if (table_put(&m->tunnels, id, t)) {
		free(t);
		return NULL;
	}
	return t;
}

/* It is in no table any more. */
static void tunnel_discard(struct monitor *m, struct mtunnel *t)
{
	if (t->local_watched)
		own_addr_put(m->own_addrs, &t->local);
	if (t->guarded)
		ipsec_policy_del(&m->ipsec, t->encap, &t->local, &t->peer);
	if (t->fd >= 0)
		close(t->fd);
	free(t);
}

static void tunnel_free(struct monitor *m, struct mtunnel *t)
{
	table_del(&m->tunnels, t->id);
	tunnel_discard(m, t);
}

static bool id_fits(uint32_t id, uint8_t version)
{
	return id && (version == 3 || (version == 2 && id <= UINT16_MAX));
}

/* What carries which version, and which have ports. */
static bool encap_fits(const struct monitor *m, const struct monitor_socket *r)
{
	switch (r->encap) {
	case DP_ENCAP_UDP:
		return r->peer.port && port_is_ours(m, r->local.port);
	case DP_ENCAP_IP:
		return r->version == 3 && !r->peer.port && !r->local.port;
	}
	return false;
}

/* What a socket is to be bound and connected to; local unset: any. */
static bool ends_fit(const struct addr *local, const struct addr *peer)
{
	return (peer->family == AF_INET || peer->family == AF_INET6) && !addr_is_any(peer) &&
	       (!addr_is_set(local) || local->family == peer->family);
}

static void do_socket(struct monitor *m, const struct monitor_socket *r, struct answer *a)
{
	static struct monitor_socket_reply reply;
	struct dp_stats stats;
	struct mtunnel *t;
	int err;

	a->result = -EINVAL;
	if (!id_fits(r->tunnel_id, r->version) || !encap_fits(m, r) || !ends_fit(&r->local, &r->peer))
		return;
	a->result = -EEXIST;
	if (table_get(&m->tunnels, r->tunnel_id) ||
	    m->dp->ops->tunnel_stats(m->dp, r->tunnel_id, &stats) != -ENOENT)
		return;
	a->result = -ENOSPC;
	if (m->config->max_tunnels && m->tunnels.count >= monitor_room(m->config->max_tunnels))
		return;
	t = tunnel_new(m, r->tunnel_id);
	if (!t) {
		a->result = -ENOMEM;
		return;
	}
	t->fd = monitor_tunnel_socket(r);
	if (t->fd < 0) {
		/* Over IP the id is the socket's address: another program's. */
		a->result = t->fd == -EADDRINUSE && r->encap == DP_ENCAP_IP ? -EEXIST : t->fd;
		tunnel_free(m, t);
		return;
	}
	t->version = r->version;
	t->encap = r->encap;
	t->peer = r->peer;
	err = monitor_socket_local(t->fd, &t->local);
	if (!err)
		err = own_addr_get(m->own_addrs, &t->local);
	t->local_watched = !err;
	if (err)
		log_warn("tunnel %u: it will not be noticed if our address is lost: %s", t->id, strerror(-err));
	reply.local = t->local;
	*a = (struct answer){ .body = &reply, .len = sizeof(reply), .nfds = 1, .fds = { t->fd } };
}

static int do_tunnel_add(struct monitor *m, const struct monitor_tunnel *r)
{
	struct mtunnel *t = table_get(&m->tunnels, r->tunnel_id);
	int err;

	/* a socket for version 3 may come to serve a peer that has version 2 only (RFC 3931 section 4.7.3) */
	if (!t || t->installed || r->encap != t->encap || !id_fits(r->tunnel_id, r->version) ||
	    (r->version != t->version && (r->version != 2 || r->encap != DP_ENCAP_UDP)) ||
	    !id_fits(r->peer_tunnel_id, r->version) ||
	    (r->encap != DP_ENCAP_UDP && (r->no_csum_tx || r->no_csum_rx)))
		return -EINVAL;
	err = monitor_socket_checksums(t->fd, t->local.family, r->no_csum_tx, r->no_csum_rx);
	if (err)
		return err;
	t->dp = (struct dp_tunnel){
		.version = r->version, .encap = r->encap, .tunnel_id = r->tunnel_id,
		.peer_tunnel_id = r->peer_tunnel_id, .fd = t->fd,
	};
	err = m->dp->ops->tunnel_add(m->dp, &t->dp);
	t->installed = err == 0;
	return err;
}

/* ---- sessions ---- */

/* The id is free at once: what may still be in the kernel says so there. */
static void v3_id_release(struct monitor *m, const struct msession *s)
{
	if (table_get(&m->v3_ids, s->dp.session_id) == s)
		table_del(&m->v3_ids, s->dp.session_id);
}

static void session_free(struct monitor *m, struct msession *s)
{
	table_del(&m->sessions, session_key(s->dp.tunnel_id, s->dp.session_id));
	v3_id_release(m, s);
	free(s);
}

/* Takes it out of the kernel; what its pppd still holds goes with pppd. */
static void session_remove(struct monitor *m, struct msession *s)
{
	int err;

	net_forget(m, s);
	pw_forget(m, s);
	err = m->dp->ops->session_del(m->dp, s->dp.tunnel_id, s->dp.session_id);
	if (s->pppox >= 0)
		m->dp->ops->session_close(m->dp, s->pppox);
	s->pppox = -1;
	if (err && err != -ENOENT)
		log_warn("tunnel %u session %u: cannot be removed from the kernel: %s",
			 s->dp.tunnel_id, s->dp.session_id, strerror(-err));
	v3_id_release(m, s);
	s->gone = true;
	s->tunnel->sessions--;
	s->tunnel = NULL;
}

/* An interface's name is one that the configuration or a command gives to a pseudowire. */
static bool pw_ifname_fits(const struct monitor *m, const char *ifname)
{
	return !*ifname || (pw_sections_has_ifname(m->pw_sections, ifname) && monitor_is_ifname(ifname));
}

static bool pseudowire_fits(const struct monitor *m, const struct mtunnel *t, const struct dp_session *r)
{
	switch (r->pseudowire) {
	case DP_PW_PPP:
		return true;
	case DP_PW_ETH:
	case DP_PW_ETH_VLAN:
		return t->version == 3 && pw_ifname_fits(m, r->ifname);
	}
	return false;
}

/* In the tables; not in the kernel yet. */
static int session_new(struct monitor *m, struct mtunnel *t, const struct dp_session *r, struct msession **out)
{
	struct msession *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->dp = *r;
	s->tunnel = t;
	s->pppox = -1;
	err = table_put(&m->sessions, session_key(r->tunnel_id, r->session_id), s);
	if (!err && t->version == 3) {
		err = table_put(&m->v3_ids, r->session_id, s);
		if (err)
			table_del(&m->sessions, session_key(r->tunnel_id, r->session_id));
	}
	if (err)
		free(s);
	else
		*out = s;
	return err;
}

static int do_session_add(struct monitor *m, const struct dp_session *r)
{
	struct mtunnel *t = table_get(&m->tunnels, r->tunnel_id);
	struct msession *s;
	int err;

	if (!t || !t->installed || !id_fits(r->session_id, t->version) ||
	    !id_fits(r->peer_session_id, t->version) || !ipc_is_text(r->ifname) || !pseudowire_fits(m, t, r))
		return -EINVAL;
	if (m->config->max_sessions && m->sessions.count >= monitor_room(m->config->max_sessions))
		return -ENOSPC;
	/* Over UDP the kernel would take it: RFC 3931 has ids be the LCCE's. */
	if (t->version == 3 && statics_has_session(m->statics, r->session_id))
		return -EEXIST;
	err = session_new(m, t, r, &s);
	if (err)
		return err;
	err = m->dp->ops->session_add(m->dp, &s->dp);
	if (err) {
		session_free(m, s);
		return err;
	}
	t->sessions++;
	if (r->pseudowire == DP_PW_PPP && !m->options.null_dataplane) {
		/* Opened at once: the peer's first frames wait in it. */
		s->pppox = m->dp->ops->session_open(m->dp, &t->dp, &s->dp);
		if (s->pppox < 0) {
			err = s->pppox;
			session_remove(m, s);
			session_free(m, s);
		}
	}
	return err;
}

static int do_session_modify(struct monitor *m, const struct dp_session *r)
{
	struct msession *s = table_get(&m->sessions, session_key(r->tunnel_id, r->session_id));

	if (!s || s->gone)
		return -ENOENT;
	s->dp.send_seq = r->send_seq;
	s->dp.recv_seq = r->recv_seq;
	s->dp.reorder_timeout_ms = r->reorder_timeout_ms;
	return m->dp->ops->session_modify(m->dp, &s->dp);
}

static int do_session_del(struct monitor *m, const struct monitor_ids *r)
{
	struct msession *s = table_get(&m->sessions, session_key(r->tunnel_id, r->session_id));

	if (!s || s->gone)
		return -ENOENT;
	if (s->ppp)
		ppp_runner_stop(m->ppp, r->tunnel_id, r->session_id);
	session_remove(m, s);
	if (!s->ppp)
		session_free(m, s);
	return 0;
}

static int do_tunnel_del(struct monitor *m, const struct monitor_ids *r)
{
	struct mtunnel *t = table_get(&m->tunnels, r->tunnel_id);
	int err;

	if (!t || !t->installed)
		return -ENOENT;
	if (t->sessions)
		return -EBUSY;
	err = m->dp->ops->tunnel_del(m->dp, t->id);
	if (err && err != -ENOENT)
		log_warn("tunnel %u: cannot be removed from the kernel: %s", t->id, strerror(-err));
	t->installed = false;
	return 0;
}

static int do_socket_close(struct monitor *m, const struct monitor_ids *r)
{
	struct mtunnel *t = table_get(&m->tunnels, r->tunnel_id);

	if (!t)
		return -ENOENT;
	if (t->installed || t->sessions)
		return -EBUSY;
	tunnel_free(m, t);
	return 0;
}

static int do_ipsec(struct monitor *m, const struct monitor_ipsec *r)
{
	struct mtunnel *t = table_get(&m->tunnels, r->tunnel_id);
	int err;

	if (!t || t->fd < 0)
		return -ENOENT;
	if (!r->reqid)
		return -EINVAL;
	if (t->guarded)
		return ipsec_policy_modify(t->fd, r->reqid);
	err = ipsec_policy_add(&m->ipsec, t->fd, t->encap, &t->local, &t->peer, r->reqid);
	t->guarded = err == 0;
	/* Interfaces to come are as large as it allows. */
	if (t->guarded)
		monitor_socket_reroute(t->fd, t->encap, &t->peer);
	return err;
}

static void do_session_fd(struct monitor *m, const struct monitor_ids *r, struct answer *a)
{
	struct msession *s = table_get(&m->sessions, session_key(r->tunnel_id, r->session_id));
	int sv[2];

	a->result = -ENOENT;
	if (!s || s->gone || s->pppox < 0)
		return;
	a->result = -EBUSY;
	if (s->ppp || s->dialled)
		return;
	a->result = ipc_pair(sv);
	if (a->result)
		return;
	a->nfds = 3;
	a->fds[0] = dup(s->pppox);
	a->fds[1] = sv[0];
	a->fds[2] = sv[1];
	a->close_fds = true;
	if (a->fds[0] < 0) {
		a->result = -errno;
		close(sv[0]);
		close(sv[1]);
		a->nfds = 0;
		return;
	}
	s->dialled = true;
}

/* ---- PPP ---- */

static void do_ppp_start(struct monitor *m, struct monitor_ppp *r, struct answer *a)
{
	struct msession *s = table_get(&m->sessions, session_key(r->tunnel_id, r->session_id));
	const struct config_ppp *profile;
	struct ppp_call_params *p = &r->params;
	int sv[2];

	a->result = -EINVAL;
	if (!s || s->gone || s->ppp || s->dialled || s->pppox < 0 || !m->ppp ||
	    !ipc_is_text(r->profile) || !ipc_is_text(p->user) ||
	    !ipc_is_text(p->ifname) || !ipc_is_text(p->remote) ||
	    !ipc_is_text(p->calling_number) || !monitor_is_ifname(p->ifname) ||
	    monitor_has_control(p->user) || !monitor_is_unit(p->mtu) || !monitor_is_unit(p->mru))
		return;
	monitor_make_plain(p->remote);
	monitor_make_plain(p->calling_number);
	profile = config_ppp_find(m->config, r->profile);
	if (!profile || profile->backend != CONFIG_BACKEND_PPPD)
		return;
	p->tunnel_id = r->tunnel_id;
	p->session_id = r->session_id;
	a->result = ipc_pair(sv);
	if (a->result)
		return;
	a->result = ppp_runner_start(m->ppp, r->profile, p, s->pppox, sv[1]);
	close(sv[1]);
	if (a->result) {
		close(sv[0]);
		return;
	}
	s->ppp = true;
	a->nfds = 1;
	a->fds[0] = sv[0];
	a->close_fds = true;
}

static int do_ppp_stop(struct monitor *m, const struct monitor_ids *r)
{
	struct msession *s = table_get(&m->sessions, session_key(r->tunnel_id, r->session_id));

	if (!s || !s->ppp)
		return -ENOENT;
	ppp_runner_stop(m->ppp, r->tunnel_id, r->session_id);
	return 0;
}

void monitor_ppp_exited(struct monitor *m, uint32_t tunnel_id, uint32_t session_id,
			pid_t pid, int status)
{
	struct msession *s = table_get(&m->sessions, session_key(tunnel_id, session_id));
	struct monitor_ppp_exit event = {
		.tunnel_id = tunnel_id, .session_id = session_id, .status = status, .pid = pid,
	};

	if (s) {
		net_forget(m, s);
		s->ppp = false;
		if (s->gone)
			session_free(m, s);
	}
	channel_event(&m->engine.channel, MONITOR_PPP_EXIT, &event, sizeof(event), NULL, 0);
}

/* ---- its interface ---- */

/* The session of a request about its interface, or NULL. */
static struct msession *link_session(struct monitor *m, const struct monitor_link *l)
{
	struct msession *s = table_get(&m->sessions, session_key(l->tunnel_id, l->session_id));

	return s && !s->gone && (s->ppp || s->dialled) && ipc_is_text(l->ifname) ? s : NULL;
}

static int do_net(struct monitor *m, const struct monitor_net *r)
{
	struct msession *s = link_session(m, &r->link);

	if (!s)
		return -ENOENT;
	if (!ipc_is_text(r->profile) || !config_ppp_find(m->config, r->profile))
		return -EINVAL;
	return net_apply(m, s, r);
}

static void do_link_stats(struct monitor *m, const struct monitor_link *l, struct answer *a)
{
	static struct ppp_counters counters;
	struct msession *s = link_session(m, l);

	a->result = s ? net_stats(m, s, l, &counters) : -ENODEV;
	if (a->result)
		return;
	a->body = &counters;
	a->len = sizeof(counters);
}

static void do_pw(struct monitor *m, const struct monitor_pw *r, struct answer *a)
{
	static struct monitor_pw_reply reply;

	a->result = pw_request(m, r, &reply);
	if (a->result)
		return;
	a->body = &reply;
	a->len = sizeof(reply);
}

static void do_pw_show(struct monitor *m, const struct monitor_ids *r, struct answer *a)
{
	static struct monitor_pw_show show;

	a->result = pw_show(m, r, &show);
	if (a->result)
		return;
	a->body = &show;
	a->len = sizeof(show);
}

/* ---- what is added by command ---- */

static void tell_outcome(struct answer *a, const struct monitor_outcome *outcome)
{
	/* What an operator asked for in vain is his to hear; it is no unsound request. */
	if (a->result == -EINVAL && outcome->why[0])
		a->result = -ENOTSUP;
	a->body = outcome;
	a->len = sizeof(*outcome);
}

static void do_pw_add(struct monitor *m, const struct monitor_pw_add *r, struct answer *a)
{
	static struct monitor_outcome outcome;

	outcome = (struct monitor_outcome){ 0 };
	if (ipc_is_text(r->ifname) && r->ifname[0] && statics_has_ifname(m->statics, r->ifname))
		a->result = words_refuse(&outcome, -EEXIST, "another session has this ifname; choose a new one");
	else
		a->result = pw_sections_add(m->pw_sections, r, &outcome);
	tell_outcome(a, &outcome);
}

static int do_static_find(struct monitor *m, const struct monitor_static_name *r)
{
	if (!ipc_is_text(r->tunnel))
		return -EINVAL;
	return statics_has_tunnel(m->statics, r->tunnel) ? 0 : -ENOENT;
}

static void do_static(struct monitor *m, const struct ipc_message *msg, const void *body, struct answer *a)
{
	static struct monitor_outcome outcome;

	outcome = (struct monitor_outcome){ 0 };
	if (msg->header.type == MONITOR_STATIC_ADD)
		a->result = statics_add(m->statics, body, &outcome);
	else if (msg->header.type == MONITOR_STATIC_SESSION_ADD)
		a->result = statics_add_session(m->statics, body, &outcome);
	else
		a->result = statics_del(m->statics, body, &outcome);
	tell_outcome(a, &outcome);
}

static void do_static_show(struct monitor *m, const struct monitor_static_place *r, struct answer *a)
{
	static struct monitor_static_show show;

	a->result = statics_show(m->statics, r, &show);
	if (a->result)
		return;
	a->body = &show;
	a->len = sizeof(show);
}

/* ip-down is for a session that is gone already, maybe; ip-up for one that is there. */
static int do_script(struct monitor *m, const struct monitor_script *r)
{
	if (!ipc_is_text(r->link.ifname) || !monitor_is_ifname(r->link.ifname) ||
	    (r->up && !m->options.null_dataplane && !link_session(m, &r->link)))
		return -EINVAL;
	return scripts_run(m->scripts, r);
}

/* ---- all of them ---- */

static void do_stats(struct monitor *m, const struct ipc_message *msg,
		     const struct monitor_ids *r, struct answer *a)
{
	static struct dp_stats stats;
	struct mtunnel *t = table_get(&m->tunnels, r->tunnel_id);
	struct msession *s = table_get(&m->sessions, session_key(r->tunnel_id, r->session_id));

	/* Others in the kernel are not the engine's to look at. */
	a->result = -ENOENT;
	if (msg->header.type == MONITOR_TUNNEL_STATS ? !t || !t->installed : !s || s->gone)
		return;
	a->result = msg->header.type == MONITOR_TUNNEL_STATS ?
		m->dp->ops->tunnel_stats(m->dp, r->tunnel_id, &stats) :
		m->dp->ops->session_stats(m->dp, r->tunnel_id, r->session_id, &stats);
	if (!a->result) {
		a->body = &stats;
		a->len = sizeof(stats);
	}
}

static void give_fd(struct answer *a, int fd)
{
	a->result = fd < 0 ? fd : 0;
	a->nfds = fd < 0 ? 0 : 1;
	a->fds[0] = fd;
	a->close_fds = true;
}

static void do_listen(struct monitor *m, const struct monitor_listen *r, struct answer *a)
{
	if (r->index < m->config->listen_n)
		give_fd(a, monitor_listen_socket(&m->config->listen[r->index]));
}

static void do_route(struct monitor *m, const struct addr *dst, struct answer *a)
{
	static struct monitor_route reply;

	a->result = m->dp->ops->route_interface(m->dp, dst, reply.ifname);
	if (!a->result) {
		a->body = &reply;
		a->len = sizeof(reply);
	}
}

static void do_source(const struct monitor_source *r, struct answer *a)
{
	static struct monitor_socket_reply reply;

	if (!ends_fit(&r->local, &r->peer))
		return;
	a->result = monitor_source(r, &reply.local);
	if (a->result)
		return;
	a->body = &reply;
	a->len = sizeof(reply);
}

static void do_ready(struct monitor *m)
{
	if (m->ready_fd < 0)
		return;
	if (!m->options.foreground) {
		log_open("monitor", LOG_SINK_SYSLOG, m->options.log_level);
		/* Who started us may read to its end: stdout is /dev/null here. */
		if (log_is_syslog())
			dup2(STDOUT_FILENO, STDERR_FILENO);
	}
	if (write(m->ready_fd, "", 1) != 1)
		log_debug("nobody waited for the start");
	close(m->ready_fd);
	m->ready_fd = -1;
	log_notice("l2tpd is ready");
#ifdef HAVE_SYSTEMD
	sd_notify(0, "READY=1");
#endif
}

#define BODY(type) const struct type *r = ipc_body(msg, struct type); if (r)

static void handle(struct monitor *m, struct ipc_message *msg, struct answer *a)
{
	enum monitor_message type = msg->header.type;

	a->result = -EINVAL;
	switch (type) {
	case MONITOR_SECRET: { BODY(monitor_secret) give_fd(a, monitor_open_secret(m->config, r)); return; }
	case MONITOR_LISTEN: { BODY(monitor_listen) do_listen(m, r, a); return; }
	case MONITOR_SOCKET: { BODY(monitor_socket) do_socket(m, r, a); return; }
	case MONITOR_TUNNEL_ADD: { BODY(monitor_tunnel) a->result = do_tunnel_add(m, r); return; }
	case MONITOR_TUNNEL_DEL: { BODY(monitor_ids) a->result = do_tunnel_del(m, r); return; }
	case MONITOR_SOCKET_CLOSE: { BODY(monitor_ids) a->result = do_socket_close(m, r); return; }
	case MONITOR_SESSION_ADD: { BODY(monitor_session) a->result = do_session_add(m, &r->session); return; }
	case MONITOR_SESSION_MODIFY: { BODY(monitor_session) a->result = do_session_modify(m, &r->session); return; }
	case MONITOR_SESSION_DEL: { BODY(monitor_ids) a->result = do_session_del(m, r); return; }
	case MONITOR_SESSION_STATS:
	case MONITOR_TUNNEL_STATS: { BODY(monitor_ids) do_stats(m, msg, r, a); return; }
	case MONITOR_SESSION_FD: { BODY(monitor_ids) do_session_fd(m, r, a); return; }
	case MONITOR_PPP_START:
		if (ipc_body(msg, struct monitor_ppp))
			do_ppp_start(m, ipc_body(msg, struct monitor_ppp), a);
		return;
	case MONITOR_PPP_STOP: { BODY(monitor_ids) a->result = do_ppp_stop(m, r); return; }
	case MONITOR_NET: { BODY(monitor_net) a->result = do_net(m, r); return; }
	case MONITOR_LINK_STATS: { BODY(monitor_link) do_link_stats(m, r, a); return; }
	case MONITOR_SCRIPT: { BODY(monitor_script) a->result = do_script(m, r); return; }
	case MONITOR_ROUTE: { BODY(addr) do_route(m, r, a); return; }
	case MONITOR_SOURCE: { BODY(monitor_source) do_source(r, a); return; }
	case MONITOR_IPSEC: { BODY(monitor_ipsec) a->result = do_ipsec(m, r); return; }
	case MONITOR_READY: do_ready(m); return;
	case MONITOR_PW: { BODY(monitor_pw) do_pw(m, r, a); return; }
	case MONITOR_PW_ADD: { BODY(monitor_pw_add) do_pw_add(m, r, a); return; }
	case MONITOR_PW_DEL: { BODY(monitor_pw_name) a->result = pw_sections_del(m->pw_sections, r); return; }
	case MONITOR_PW_PEER: { BODY(monitor_circuit) a->result = pw_peer(m, r); return; }
	case MONITOR_PW_SHOW: { BODY(monitor_ids) do_pw_show(m, r, a); return; }
	case MONITOR_STATIC_ADD: { BODY(monitor_static) do_static(m, msg, r, a); return; }
	case MONITOR_STATIC_SESSION_ADD: { BODY(monitor_static_session) do_static(m, msg, r, a); return; }
	case MONITOR_STATIC_DEL: { BODY(monitor_static_name) do_static(m, msg, r, a); return; }
	case MONITOR_STATIC_FIND: { BODY(monitor_static_name) a->result = do_static_find(m, r); return; }
	case MONITOR_STATIC_SHOW: { BODY(monitor_static_place) do_static_show(m, r, a); return; }
	case MONITOR_START:
	case MONITOR_PPP_EXIT:
	case MONITOR_STOP:
	case MONITOR_AAA:
	case MONITOR_CIRCUIT:
	case MONITOR_ADDRESS_GONE:
		return;		/* ours to send */
	}
}

void monitor_request(struct monitor *m, struct ipc_message *msg)
{
	struct answer a = { 0 };

	handle(m, msg, &a);
	if (a.result == -EINVAL && msg->header.type != MONITOR_READY)
		log_warn("the engine's request %u was refused: it does not fit what is configured or open",
			 msg->header.type);
	if (msg->header.serial)
		channel_reply(&m->engine.channel, &msg->header, a.result, a.body, a.len,
			      a.fds, a.result ? 0 : a.nfds);
	for (int i = 0; a.close_fds && i < a.nfds; i++)
		close(a.fds[i]);
}

void monitor_address_gone(void *arg, const struct addr *a)
{
	struct monitor *m = arg;

	channel_event(&m->engine.channel, MONITOR_ADDRESS_GONE, a, sizeof(*a), NULL, 0);
}

void monitor_clear(struct monitor *m)
{
	size_t sessions = m->sessions.count, tunnels = m->tunnels.count;
	struct msession *s;
	struct mtunnel *t;

	table_foreach(&m->sessions, i) {
		s = m->sessions.slots[i].value;
		if (s->ppp)
			ppp_runner_stop(m->ppp, s->dp.tunnel_id, s->dp.session_id);
		if (!s->gone)
			session_remove(m, s);
	}
	while ((s = table_pop(&m->sessions))) {
		v3_id_release(m, s);
		free(s);
	}
	while ((t = table_pop(&m->tunnels))) {
		if (t->installed)
			m->dp->ops->tunnel_del(m->dp, t->id);
		tunnel_discard(m, t);
	}
	pw_sections_clear(m->pw_sections);
	/* A stop leaves tunnels whose peers may still repeat their last message. */
	if (sessions || (tunnels && !m->stopping))
		log_notice("%zu sessions and %zu tunnels were cleared", sessions, tunnels);
}
