/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PPP port's backend pppd. */
#include "engine/link/pppd.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "engine/engine.h"
#include "engine/link/ppp.h"
#include "engine/tell.h"
#include "lib/log.h"

#define CALL_QUEUE	    64 /* messages that a pppd may leave unread */
#define STOP_MS		    10000
/* pppd(8) */
#define PPPD_EXIT_PEER_DEAD 15 /* echo requests were not answered */
#define PPPD_EXIT_HANGUP    16

struct pppd {
	struct link *link;
	struct channel channel;	 /* the call channel; open while it runs */
	struct loop_timer timer; /* to wait no more for one that dialled */
	bool child; /* the monitor runs it; else it dialled by itself */
	int32_t pid;
	struct channel_out *stop; /* to the monitor; NULL: it was sent */
	struct ppp_end end;	  /* its last words */
	struct turn_item trash;
};

static struct pppd *pppd_of(const struct link *l)
{
	return l->ppp;
}

static struct engine *engine_of(const struct pppd *p)
{
	return p->link->engine;
}

/* ---- what it says ---- */

/* pppd's exit status (pppd(8)) as Acct-Terminate-Cause. */
static enum service_end end_of_status(int status)
{
	switch (status) {
	case 0: /* the peer ended it */
	case 5:
		return SERVICE_END_USER_REQUEST;
	case 12:
		return SERVICE_END_IDLE_TIMEOUT;
	case 13:
		return SERVICE_END_SESSION_TIMEOUT;
	case PPPD_EXIT_PEER_DEAD:
	case 16:
		return SERVICE_END_LOST_CARRIER;
	case 10:
	case 11:
	case 17:
		return SERVICE_END_USER_ERROR;
	default:
		return SERVICE_END_NAS_ERROR;
	}
}

static void on_hello(struct pppd *p, const struct ppp_call_hello *h)
{
	assert(h); /* fits() has seen to it */
	p->pid = h->pid;
	ppp_runs(p->link);
}

static void on_auth(struct pppd *p, const struct ipc_message *m,
		    const struct ppp_call_auth *auth)
{
	const struct ppp_call_auth_reply none = { 0 };

	if (p->link->profile)
		link_service(p->link)->authenticate(p->link, auth,
						    m->header.serial);
	else
		channel_reply(&p->channel, &m->header, -EINVAL, &none,
			      sizeof(none), NULL, 0);
}

static void on_secret(struct pppd *p, const struct ipc_message *m,
		      const struct ppp_call_secret *s)
{
	const struct ppp_call_secret_reply none = { 0 };

	if (p->link->profile)
		link_service(p->link)->secret(p->link, s, m->header.serial);
	else
		channel_reply(&p->channel, &m->header, -EINVAL, &none,
			      sizeof(none), NULL, 0);
}

static void on_last_words(struct pppd *p, const struct ppp_call_down *d)
{
	assert(d);
	p->end = (struct ppp_end){
		.told = true,
		.have_counters = d->have_counters,
		.counters = d->counters,
		.end = end_of_status(d->pppd_status),
		.peer_is_silent = d->pppd_status == PPPD_EXIT_PEER_DEAD,
	};
	if (d->reason[0])
		ppp_set_reason(p->link, d->reason);
}

static bool fits(const struct ipc_message *m)
{
	return ipc_message_fits(ppp_call_shapes, ppp_call_shapes_n, m);
}

/* It is root's program, and yet it parses what the peer sends. */
static void on_unsound(struct pppd *p, const struct ipc_message *m)
{
	char what[WHOSE_MAX];

	if (link_may_log(p->link, LOG_OF_CALL, LOG_WARNING))
		log_warn("%s: pppd sent message %u in a form that is not "
			 "understood",
			 link_describe(p->link, what, sizeof(what)),
			 m->header.type);
	if (m->header.serial)
		channel_reply(&p->channel, &m->header, -EINVAL, NULL, 0, NULL,
			      0);
}

static void on_message(struct channel *channel, struct ipc_message *m)
{
	struct pppd *p = container_of(channel, struct pppd, channel);

	if (!fits(m)) {
		on_unsound(p, m);
		return;
	}
	switch ((enum ppp_call_message)m->header.type) {
	case PPP_CALL_HELLO:
		on_hello(p, ipc_body(m, struct ppp_call_hello));
		return;
	case PPP_CALL_AUTH:
		on_auth(p, m, ipc_body(m, struct ppp_call_auth));
		return;
	case PPP_CALL_SECRET:
		on_secret(p, m, ipc_body(m, struct ppp_call_secret));
		return;
	case PPP_CALL_UP:
		ppp_net_up(p->link, ipc_body(m, struct ppp_call_up));
		return;
	case PPP_CALL_NETDOWN:
		ppp_net_down(p->link, ipc_body(m, struct ppp_call_up));
		return;
	case PPP_CALL_MPPE:
		link_service(p->link)->mppe(p->link,
					    ipc_body(m, struct ppp_call_mppe));
		return;
	case PPP_CALL_DOWN:
		on_last_words(p, ipc_body(m, struct ppp_call_down));
		return;
	case PPP_CALL_STOP:
		return; /* ours to send */
	}
}

/* It left no last words: what it was told, else what is known of its end. */
static void explain(struct pppd *p, const char *why)
{
	const struct cause *cause = p->link->cause;

	ppp_set_reason(p->link, cause ? cause->text : why);
}

/* waitpid's status as a sentence. */
static void explain_exit(struct pppd *p, const struct monitor_ppp_exit *x)
{
	const char *words = ipc_is_text(x->why) ? x->why : "";
	char text[PPP_TEXT_MAX + 64];

	if (x->pid == 0)
		snprintf(text, sizeof(text), "pppd does not start: %s",
			 words[0] ? words : "the call ended before that");
	else if (WIFSIGNALED(x->status))
		snprintf(text, sizeof(text),
			 "pppd was killed by signal %d (%s)",
			 WTERMSIG(x->status), strsignal(WTERMSIG(x->status)));
	else
		snprintf(text, sizeof(text),
			 "pppd ended with exit status %d%s%s",
			 WEXITSTATUS(x->status), words[0] ? ": " : "", words);
	explain(p, text);
}

static void over(struct pppd *p)
{
	const struct ppp_end end = p->end;

	ppp_ended(p->link, &end);
}

static void on_closed(struct channel *channel)
{
	struct pppd *p = container_of(channel, struct pppd, channel);
	struct engine *e = engine_of(p);

	/*
	 * A child's exit comes from the monitor; the end of one that
	 * dialled is this.
	 */
	channel_close(&p->channel);
	if (p->child)
		return;
	if (!p->end.told)
		explain(p, "the pppd that dialled is gone without a word");
	over(p);
	turn_settle(&e->turn);
}

/* ---- answers ---- */

static void answer(const struct link *l, uint16_t type, uint64_t ticket,
		   int err, const void *reply, size_t len)
{
	const struct ipc_header request = {
		.type = type,
		.version = IPC_VERSION,
		.serial = ticket,
	};
	struct pppd *p = pppd_of(l);

	if (channel_is_open(&p->channel))
		channel_reply(&p->channel, &request, err, reply, len, NULL, 0);
}

static void authenticated(struct link *l, uint64_t ticket, int err,
			  const struct ppp_call_auth_reply *reply)
{
	const struct ppp_call_auth_reply none = { 0 };

	answer(l, PPP_CALL_AUTH, ticket, err, reply ? reply : &none,
	       sizeof(none));
}

static void told_secret(struct link *l, uint64_t ticket, int err,
			const struct ppp_call_secret_reply *reply)
{
	const struct ppp_call_secret_reply none = { 0 };

	answer(l, PPP_CALL_SECRET, ticket, err, reply ? reply : &none,
	       sizeof(none));
}

/* ---- start ---- */

static struct pppd *pppd_new(struct link *l, bool child)
{
	struct pppd *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->stop = child ? channel_reserve(sizeof(struct monitor_link)) : NULL;
	if (child && !p->stop) {
		free(p);
		return NULL;
	}
	p->link = l;
	p->channel.fd = -1;
	p->channel.limit = CALL_QUEUE;
	p->child = child;
	ppp_begin(l, &pppd_backend, p);
	return p;
}

static int open_channel(struct pppd *p, int fd)
{
	int err = channel_open(&p->channel, engine_of(p)->loop, fd, on_message,
			       on_closed);

	p->channel.limit = CALL_QUEUE;
	return err;
}

static void stop(struct link *l, const char *reason, bool link_is_dead);

/* The monitor's sentence, where it has one. */
static const char *why_not(int result, const struct ipc_message *m)
{
	const struct monitor_ppp_reply *r =
		m ? ipc_body(m, struct monitor_ppp_reply) : NULL;

	return result == -ENOEXEC && r && ipc_is_text(r->why) && r->why[0] ?
		       r->why :
		       strerror(-result);
}

static void on_started(void *arg, int result, struct ipc_message *m)
{
	struct link *l = arg;
	struct pppd *p = pppd_of(l);
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);

	if (!p)
		result = -ECANCELED;
	else if (fd >= 0)
		result = open_channel(p, fd);
	if (p && result)
		ppp_failed(l, why_not(result, m));
	else if (p && l->phase == PPP_STOPPING)
		stop(l, "the call ended", l->down);
	turn_settle(&l->engine->turn);
	link_release(l);
}

static int start(struct link *l, const struct ppp_call_params *params)
{
	struct monitor_ppp body = { .link = l->id, .params = *params };
	int err = pppd_new(l, true) ? 0 : -ENOMEM;

	memcpy(body.profile, l->profile->name, sizeof(body.profile));
	if (!err)
		err = channel_request(&l->engine->monitor, MONITOR_PPP_START,
				      &body, sizeof(body), NULL, 0, on_started,
				      l);
	if (!err)
		link_hold(l);
	return err;
}

void pppd_adopt(struct link *l, int fd)
{
	struct pppd *p = pppd_new(l, false);

	if (!p)
		ppp_failed(l, strerror(ENOMEM));
	else if (open_channel(p, fd))
		over(p);
}

/* ---- stop ---- */

static void on_stop_timeout(struct loop_timer *t)
{
	struct pppd *p = container_of(t, struct pppd, timer);
	struct engine *e = engine_of(p);
	char what[WHOSE_MAX];

	log_warn("%s: the pppd that dialled did not end; its call is cleared "
		 "without it",
		 p->link->transport->describe(p->link, what, sizeof(what)));
	over(p);
	turn_settle(&e->turn);
}

static void stop(struct link *l, const char *reason, bool link_is_dead)
{
	struct pppd *p = pppd_of(l);
	struct monitor_link body = { l->id };
	/*
	 * Nobody answers a Terminate-Request on a dead link: pppd shall not
	 * wait for one.
	 */
	struct ppp_call_down words = {
		.pppd_status = link_is_dead ? PPPD_EXIT_HANGUP : 0,
	};

	snprintf(words.reason, sizeof(words.reason), "%s", reason);
	if (channel_is_open(&p->channel))
		tell(&p->channel, PPP_CALL_STOP, &words, sizeof(words),
		     "a pppd does not hear why its call is ended");
	/* Ours the monitor kills in the end; a stranger's is left to itself. */
	if (p->stop)
		channel_event_reserved(&l->engine->monitor, p->stop,
				       MONITOR_PPP_STOP, &body);
	p->stop = NULL;
	if (!p->child)
		loop_timer_set(l->engine->loop, &p->timer,
			       engine_now(l->engine) + STOP_MS,
			       on_stop_timeout);
}

static void read_last_words(struct pppd *p)
{
	struct ipc_message m;

	while (ipc_recv(p->channel.fd, &m) == 1) {
		if (m.header.type == PPP_CALL_DOWN && fits(&m))
			on_last_words(p, ipc_body(&m, struct ppp_call_down));
		ipc_close_fds(&m);
	}
}

void pppd_exited(struct engine *e, const struct monitor_ppp_exit *x)
{
	struct link *l = link_find(e, x->link);
	struct pppd *p = l && l->backend == &pppd_backend ? pppd_of(l) : NULL;

	if (!p || !p->child)
		return;
	/* They may still be in the channel. */
	if (channel_is_open(&p->channel))
		read_last_words(p);
	if (!p->end.told)
		explain_exit(p, x);
	over(p);
	turn_settle(&e->turn);
}

static void free_pppd(struct turn_item *item)
{
	free(container_of(item, struct pppd, trash));
}

static void release(struct link *l)
{
	struct pppd *p = pppd_of(l);

	loop_timer_stop(&p->timer);
	channel_close(&p->channel);
	channel_reserve_free(p->stop);
	/* It may be the channel's own callback that led here. */
	turn_free_later(&l->engine->turn, &p->trash, free_pppd);
}

static int32_t pid(const struct link *l)
{
	return pppd_of(l)->pid;
}

const struct ppp_backend pppd_backend = {
	.name = "pppd",
	.start = start,
	.stop = stop,
	.authenticated = authenticated,
	.told_secret = told_secret,
	.release = release,
	.pid = pid,
};
