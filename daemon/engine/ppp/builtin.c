/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PPP of our own on a link, from its start to its end; see builtin.h. */
#include "engine/ppp/builtin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/ppp/internal.h"
#include "engine/random.h"
#include "lib/log.h"
#include "proto/ppp/reason.h"

#define MRU_DEFAULT 1500 /* RFC 1661, section 6.1 */

/* ---- one ---- */

bool builtin_info(const struct link *l, struct ppp_info *out)
{
	const struct builtin *b = builtin_of(l);

	if (!b || !b->core)
		return false;
	ppp_link_info(b->core, out);
	return true;
}

/* ---- its end ---- */

static void on_detached(void *arg, int result, struct ipc_message *m)
{
	struct link *l = arg;
	struct builtin *b = builtin_of(l);
	const struct monitor_detached *d =
		m && !result ? ipc_body(m, struct monitor_detached) : NULL;
	struct ppp_end end;

	if (b) {
		end = b->end;
		end.have_counters = d && d->have_counters;
		if (d)
			end.counters = d->counters;
		ppp_ended(l, &end);
	}
	turn_settle(&l->engine->turn);
	link_release(l);
}

/* The fds first: the monitor's are the last then, and it can wait for them. */
static void detach(struct builtin *b)
{
	const struct monitor_link body = { b->link->id };

	b->over = true;
	builtin_close_fds(b);
	loop_timer_stop(&b->timer);
	if (channel_request(&builtin_engine(b)->monitor, MONITOR_PPP_DETACH,
			    &body, sizeof(body), NULL, 0, on_detached,
			    b->link) == 0)
		link_hold(b->link);
	else
		ppp_ended(b->link, &b->end); /* its counters are not known */
}

static void over(struct builtin *b, const struct ppp_ended *how)
{
	char words[PPP_TEXT_MAX];

	if (b->over)
		return;
	b->end.told = true;
	b->end.end = b->hung_up ? SERVICE_END_USER_REQUEST :
				  (enum service_end)how->cause;
	b->end.peer_is_silent = how->reason == PPP_REASON_SILENT;
	builtin_words(b, how, words, sizeof(words));
	ppp_set_reason(b->link, words);
	detach(b);
}

static void give_up(struct builtin *b, const char *what, int err)
{
	char words[PPP_TEXT_MAX], who[WHOSE_MAX];

	snprintf(words, sizeof(words), "%s: %s", what, strerror(-err));
	log_error("%s: %s", link_describe(b->link, who, sizeof(who)), words);
	link_refuse(b->link, words);
	ppp_link_stop(b->core, engine_now(builtin_engine(b)),
		      PPP_CAUSE_NAS_ERROR, what);
	builtin_settle(builtin_engine(b));
}

/* ---- all of them ---- */

static void reached_mark(struct builtin *b)
{
	builtin_mppe_acked(b);
	builtin_ask_wanted(b);
}

static const struct builtin_upper upper = {
	.settle = builtin_settle,
	.holds = builtin_address_needed,
	.reached_mark = reached_mark,
	.give_up = give_up,
	.over = over,
};

int builtins_start(struct engine *e)
{
	const struct ppp_env env = { .random = random_bytes };
	struct builtins *all = calloc(1, sizeof(*all));

	e->builtins = all;
	if (!all)
		return -ENOMEM;
	all->engine = e;
	all->upper = &upper;
	all->backend = &builtin_backend;
	all->core = ppp_core_new(&env);
	if (!all->core || builtin_configs(all, e->config))
		return -ENOMEM;
	builtin_listen_start(all);
	return 0;
}

void builtins_free(struct engine *e)
{
	if (!e->builtins)
		return;
	loop_timer_stop(&e->builtins->listen_timer);
	if (e->builtins->core)
		ppp_core_free(e->builtins->core);
	free(e->builtins->configs);
	free(e->builtins);
	e->builtins = NULL;
}

/* ---- its start ---- */

/* What is known of it when it is asked for, until its channel is there. */
struct start {
	struct link *link;
	struct ppp_call_params params;
};

static int make_core(struct builtin *b, const struct ppp_call_params *p)
{
	struct engine *e = builtin_engine(b);
	const struct ppp_call call = {
		.caller = !p->lns,
		.mru = b->mru,
		.user = p->user[0] ? p->user : NULL,
		.remote = p->remote[0] ? p->remote : NULL,
		.local_ipv4 = p->local_ipv4,
		.remote_ipv4 = p->remote_ipv4,
		.dns = { p->dns[0], p->dns[1] },
	};

	b->core = ppp_link_new(e->builtins->core,
			       builtin_config(e, b->link->profile, b->caller),
			       &call, b);
	return b->core ? 0 : -ENOMEM;
}

/* result 0: the channel is b's, whatever becomes of it. */
static int begin(struct builtin *b, const struct ppp_call_params *p,
		 const struct monitor_attached *a, int fd)
{
	struct engine *e = builtin_engine(b);
	int err = builtin_open_channel(b, fd);

	b->mtu = a->mtu;
	b->mru = a->mru;
	b->mtu_most = a->mtu_most;
	b->link->path_mtu = a->path_mtu;
	if (!err)
		err = make_core(b, p);
	if (err)
		return err;
	ppp_runs(b->link);
	ppp_link_start(b->core, engine_now(e));
	builtin_settle(e);
	return 0;
}

static void attached(struct builtin *b, const struct start *s, int result,
		     struct ipc_message *m)
{
	const struct monitor_attached *a =
		m && !result ? ipc_body(m, struct monitor_attached) : NULL;
	int fd = a ? ipc_take_fd(m, 0) : -EBADF;

	if (fd >= 0 && b->link->phase == PPP_STOPPING)
		close(fd);
	if (b->link->phase == PPP_STOPPING) {
		detach(b);
		return;
	}
	if (fd >= 0)
		result = begin(b, &s->params, a, fd);
	else if (!result)
		result = fd;
	if (result)
		ppp_failed(b->link, strerror(-result));
}

static void on_attached(void *arg, int result, struct ipc_message *m)
{
	struct start *s = arg;
	struct link *l = s->link;
	struct builtin *b = builtin_of(l);

	if (b)
		attached(b, s, result, m);
	free(s);
	turn_settle(&l->engine->turn);
	link_release(l);
}

static struct builtin *builtin_new(struct link *l,
				   const struct ppp_call_params *p)
{
	struct builtin *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->link = l;
	b->channel.fd = b->unit.fd = -1;
	b->waiting_end = &b->waiting;
	b->caller = !p->lns;
	b->peer_mru = MRU_DEFAULT;
	b->mppe_required = l->profile->mppe == CONFIG_MPPE_REQUIRED;
	memcpy(b->ifname, p->ifname, sizeof(b->ifname));
	ppp_begin(l, &builtin_backend, b);
	return b;
}

static int start(struct link *l, const struct ppp_call_params *p)
{
	struct monitor_attach body = { .link = l->id, .caller = !p->lns };
	struct start *s = malloc(sizeof(*s));
	int err = -ENOMEM;

	memcpy(body.profile, l->profile->name, sizeof(body.profile));
	if (s && builtin_new(l, p)) {
		*s = (struct start){ l, *p };
		err = channel_request(&l->engine->monitor, MONITOR_PPP_ATTACH,
				      &body, sizeof(body), NULL, 0, on_attached,
				      s);
	}
	if (err)
		free(s);
	else
		link_hold(l);
	return err;
}

/* ---- stop ---- */

static void stop(struct link *l, const char *reason, bool link_is_dead)
{
	struct builtin *b = builtin_of(l);
	uint64_t now = engine_now(l->engine);

	/* Without a core its channel is awaited: on_attached goes on. */
	if (!b || b->over || !b->core)
		return;
	/* Who cleared the call below us hung up; see also on_channel. */
	b->hung_up = link_is_dead;
	if (link_is_dead)
		ppp_link_lost(b->core, now, reason);
	else
		ppp_link_stop(b->core, now, PPP_CAUSE_ADMIN_RESET, reason);
	builtin_settle(l->engine);
}

static void free_builtin(struct turn_item *item)
{
	free(container_of(item, struct builtin, trash));
}

static void release(struct link *l)
{
	struct builtin *b = builtin_of(l);

	b->over = true;
	builtin_close_fds(b);
	loop_timer_stop(&b->timer);
	if (b->core)
		ppp_link_free(b->core);
	b->core = NULL;
	builtin_free_frames(b);
	free(b->peer_name);
	b->peer_name = NULL;
	/* It may be its own callback that led here. */
	turn_free_later(&l->engine->turn, &b->trash, free_builtin);
}

static int32_t pid(const struct link *l)
{
	(void)l;
	return 0;
}

const struct ppp_backend builtin_backend = {
	.name = "PPP",
	.start = start,
	.stop = stop,
	.authenticated = builtin_authenticated,
	.told_secret = builtin_told_secret,
	.release = release,
	.pid = pid,
};
