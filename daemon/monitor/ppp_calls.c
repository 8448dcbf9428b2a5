/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions are given to pppd, as the engine asks for it; see ppp_calls.h. */
#include "monitor/ppp_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "ipc/ipc.h"
#include "monitor/check.h"
#include "monitor/net.h"
#include "monitor/ppp.h"
#include "monitor/ppp_net.h"

/* ---- a pppd of ours ---- */

static bool params_fit(const struct ppp_call_params *p)
{
	return ipc_is_text(p->user) && ipc_is_text(p->ifname) &&
	       ipc_is_text(p->remote) && ipc_is_text(p->calling_number) &&
	       monitor_is_ifname(p->ifname) && !monitor_has_control(p->user);
}

/* NULL when it is none that has pppd. */
static const struct config_ppp *profile_of(const struct ppp_calls *c,
					   const struct monitor_ppp *r)
{
	const struct config_ppp *profile =
		ipc_is_text(r->profile) ?
			config_ppp_find(c->config, r->profile) :
			NULL;

	return profile && profile->backend == CONFIG_BACKEND_PPPD ? profile :
								    NULL;
}

/* Its pppd does not start: the engine tells whoever wanted the call. */
static void answer_why(struct request *q, const struct ppp_calls *c,
		       const struct monitor_ppp *r)
{
	struct monitor_ppp_reply reply = { 0 };

	snprintf(reply.why, sizeof(reply.why), "%s",
		 ppp_runner_why(c->runner, r->profile, r->params.lns));
	request_answer(q, &reply, sizeof(reply));
}

static int take_start(struct request *q)
{
	struct ppp_calls *c = q->object;
	struct monitor_ppp *r = q->body;
	struct held_session *s = held_session_find(c->held, r->link);
	const struct config_ppp *profile = profile_of(c, r);
	int sv[2], err;

	if (!s || s->ppp || s->dialled || s->builtin || s->pppox < 0 ||
	    !c->runner || !profile || !params_fit(&r->params))
		return -EINVAL;
	s->profile = profile;
	s->caller = !r->params.lns;
	monitor_make_plain(r->params.remote);
	monitor_make_plain(r->params.calling_number);
	r->params.link = r->link;
	r->params.tunnel_id = s->dp.tunnel_id;
	r->params.session_id = s->dp.session_id;
	/* The engine waits for the exit, so that it must be told. */
	if (!s->exit_event)
		s->exit_event =
			channel_reserve(sizeof(struct monitor_ppp_exit));
	if (!s->exit_event)
		return -ENOMEM;
	ppp_net_begin(c->ppp_nets, s, &r->params);
	err = ipc_pair(sv);
	if (err)
		return err;
	err = ppp_runner_start(c->runner, r->profile, &r->params, s->pppox,
			       sv[1]);
	close(sv[1]);
	if (err) {
		close(sv[0]);
		if (err == -ENOEXEC)
			answer_why(q, c, r);
		return err;
	}
	s->ppp = true;
	return request_give_fd(q, sv[0]);
}

static int take_stop(struct request *q)
{
	struct ppp_calls *c = q->object;
	const struct monitor_link *r = q->body;
	struct held_session *s = held_session_or_gone(c->held, r->link);

	if (!s || !s->ppp)
		return -ENOENT;
	ppp_runner_stop(c->runner, r->link);
	return 0;
}

void ppp_calls_exited(void *calls, uint64_t link, pid_t pid, int status,
		      const char *why)
{
	struct ppp_calls *c = calls;
	struct held_session *s = held_session_or_gone(c->held, link);
	struct monitor_ppp_exit event = {
		.link = link,
		.status = status,
		.pid = pid,
	};

	/* Of an engine that is gone: the next one never heard of it. */
	if (!s)
		return;
	snprintf(event.why, sizeof(event.why), "%s", why);
	net_forget(c->net, s);
	ppp_net_forget(c->ppp_nets, s);
	s->ppp = false;
	channel_event_reserved(c->engine, s->exit_event, MONITOR_PPP_EXIT,
			       &event);
	s->exit_event = NULL;
	if (!s->tunnel)
		held_session_free(c->held, s);
}

/* ---- a pppd that dialled ---- */

static int take_fd(struct request *q)
{
	struct ppp_calls *c = q->object;
	const struct monitor_link *r = q->body;
	struct held_session *s = held_session_find(c->held, r->link);
	struct ppp_call_params sizes = { 0 };
	struct monitor_mtu reply = { .link = r->link };
	int pppox, sv[2], err;

	if (!s || s->pppox < 0)
		return -ENOENT;
	if (s->ppp || s->dialled || s->builtin)
		return -EBUSY;
	pppox = fcntl(s->pppox, F_DUPFD_CLOEXEC, 0);
	if (pppox < 0)
		return -errno;
	err = ipc_pair(sv);
	if (err) {
		close(pppox);
		return err;
	}
	s->dialled = s->caller = true;
	ppp_net_begin(c->ppp_nets, s, &sizes);
	reply.mtu = sizes.mtu;
	reply.path_mtu = s->tunnel->path_mtu;
	request_answer(q, &reply, sizeof(reply));
	request_give_fd(q, pppox);
	request_give_fd(q, sv[0]);
	return request_give_fd(q, sv[1]);
}

const struct request_row ppp_calls_rows[] = {
	{ MONITOR_PPP_START, sizeof(struct monitor_ppp), take_start },
	{ MONITOR_PPP_STOP, sizeof(struct monitor_link), take_stop },
	{ MONITOR_SESSION_FD, sizeof(struct monitor_link), take_fd },
	{ 0 },
};
