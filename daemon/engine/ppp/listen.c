/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose packets come need not be asked whether he lives. The kernel counts them
 * on the interfaces, and the monitor looks at all of these at once, twice in
 * the least interval of the profiles: no call costs anything by itself.
 */
#include "engine/ppp/internal.h"

#include <errno.h>
#include <string.h>

#include "lib/log.h"

static void on_time(struct loop_timer *t);

static void set_timer(struct builtins *all)
{
	loop_timer_set(all->engine->loop, &all->listen_timer,
		       engine_now(all->engine) + all->listen_ms, on_time);
}

static void on_listened(void *arg, int result, struct ipc_message *m)
{
	struct engine *e = arg;

	(void)m;
	if (result && result != -EPIPE && !e->stopping)
		log_debug("the interfaces of PPP could not be looked at: %s",
			  strerror(-result));
	if (e->builtins && !e->stopping)
		set_timer(e->builtins);
}

static void on_time(struct loop_timer *t)
{
	struct builtins *all = container_of(t, struct builtins, listen_timer);
	struct engine *e = all->engine;

	/* Without a call that is up there is nothing to look at. */
	if (!all->up) {
		set_timer(all);
		return;
	}
	if (channel_request(&e->monitor, MONITOR_PPP_LISTEN, NULL, 0, NULL, 0,
			    on_listened, e))
		set_timer(all);
}

void builtin_listen_start(struct builtins *all)
{
	const struct config *c = all->engine->config;

	for (size_t i = 0; i < c->ppp_n; i++) {
		const struct config_ppp *p = &c->ppp[i];
		uint32_t ms = p->lcp_echo_interval * 1000 / 2;

		if (p->backend == CONFIG_BACKEND_BUILTIN &&
		    p->lcp_echo_adaptive && ms &&
		    (!all->listen_ms || ms < all->listen_ms))
			all->listen_ms = ms;
	}
	if (all->listen_ms)
		set_timer(all);
}

void builtins_heard(struct engine *e, const struct monitor_ppp_heard *h)
{
	for (uint32_t i = 0; i < h->n && i < MONITOR_HEARD_MAX; i++) {
		const struct link *l = link_find(e, h->link[i]);
		struct builtin *b = l ? builtin_of(l) : NULL;

		if (!b || b->over || !b->core || !l->profile->lcp_echo_adaptive)
			continue;
		ppp_link_note_traffic(b->core, engine_now(e));
		builtin_settle(e);
	}
}
