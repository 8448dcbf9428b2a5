/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions are given to pppd, as the engine asks for it; see ppp_calls.h. */
#include "monitor/ppp_calls.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "ipc/ipc.h"
#include "monitor/check.h"
#include "monitor/net.h"
#include "monitor/ppp.h"

/* ---- a pppd of ours ---- */

static bool params_fit(const struct ppp_call_params *p)
{
	return ipc_is_text(p->user) && ipc_is_text(p->ifname) &&
	       ipc_is_text(p->remote) && ipc_is_text(p->calling_number) &&
	       monitor_is_ifname(p->ifname) && !monitor_has_control(p->user) &&
	       monitor_is_unit(p->mtu) && monitor_is_unit(p->mru);
}

static bool profile_fits(const struct ppp_calls *c, const struct monitor_ppp *r)
{
	const struct config_ppp *profile;

	if (!ipc_is_text(r->profile))
		return false;
	profile = config_ppp_find(c->config, r->profile);
	return profile && profile->backend == CONFIG_BACKEND_PPPD;
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
	int sv[2], err;

	if (!s || s->ppp || s->dialled || s->pppox < 0 || !c->runner ||
	    !profile_fits(c, r) || !params_fit(&r->params))
		return -EINVAL;
	monitor_make_plain(r->params.remote);
	monitor_make_plain(r->params.calling_number);
	r->params.link = r->link;
	r->params.tunnel_id = s->dp.tunnel_id;
	r->params.session_id = s->dp.session_id;
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

	snprintf(event.why, sizeof(event.why), "%s", why);
	if (s) {
		net_forget(c->net, s);
		s->ppp = false;
		if (s->gone)
			held_session_free(c->held, s);
	}
	channel_event(c->engine, MONITOR_PPP_EXIT, &event, sizeof(event), NULL,
		      0);
}

/* ---- a pppd that dialled ---- */

static int take_fd(struct request *q)
{
	struct ppp_calls *c = q->object;
	const struct monitor_link *r = q->body;
	struct held_session *s = held_session_find(c->held, r->link);
	int pppox, sv[2], err;

	if (!s || s->pppox < 0)
		return -ENOENT;
	if (s->ppp || s->dialled)
		return -EBUSY;
	pppox = dup(s->pppox);
	if (pppox < 0)
		return -errno;
	err = ipc_pair(sv);
	if (err) {
		close(pppox);
		return err;
	}
	s->dialled = true;
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
