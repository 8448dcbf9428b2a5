/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PPP of our own in a session's record: each protocol's state, and once it is
 * open what either end asked for and was granted.
 */
#include "engine/control/record_ppp.h"

#include <stdarg.h>
#include <stdio.h>

#include "engine/control/record.h"
#include "engine/link/link.h"
#include "engine/ppp/builtin.h"

#define OPTIONS_MAX 160

/* A list of words, ", " between them. */
struct words {
	char text[OPTIONS_MAX];
	size_t used;
};

static void __attribute__((format(printf, 2, 3)))
add(struct words *w, const char *fmt, ...)
{
	size_t left;
	va_list ap;
	int n;

	if (w->used && w->used + 2 < sizeof(w->text))
		w->used += (size_t)snprintf(w->text + w->used,
					    sizeof(w->text) - w->used, ", ");
	left = sizeof(w->text) - w->used;
	va_start(ap, fmt);
	n = vsnprintf(w->text + w->used, left, fmt, ap);
	va_end(ap);
	if (n > 0)
		w->used += (size_t)n < left ? (size_t)n : left - 1;
}

/* ---- LCP ---- */

static void add_lcp(json_t *o, const char *key, const struct ppp_lcp_values *v)
{
	struct words w = { .used = 0 };

	add(&w, "mru %u", v->mru);
	if (v->method != PPP_METHOD_NONE)
		add(&w, "auth %s", ppp_method_name(v->method));
	if (v->magic)
		add(&w, "magic %08x", v->magic);
	if (v->has_accm)
		add(&w, "accm %08x", v->accm);
	if (v->pfc)
		add(&w, "pfc");
	if (v->acfc)
		add(&w, "acfc");
	if (v->mrru)
		add(&w, "mrru %u%s", v->mrru,
		    v->short_sequence ? " short" : "");
	record_text(o, key, w.text);
}

/* ---- encryption ---- */

static void add_ccp(json_t *o, const struct ppp_mppe_info *m)
{
	struct words w = { .used = 0 };

	add(&w, "mppe %u %s", m->bits, m->stateful ? "stateful" : "stateless");
	record_text(o, "ccp_options", w.text);
}

/* ---- echo ---- */

static void add_echo(json_t *o, const struct ppp_info *i)
{
	if (!i->echo_sent)
		return;
	record_number(o, "echo_sent", i->echo_sent);
	record_number(o, "echo_answered", i->echo_answered);
	if (!i->echo_answered)
		return;
	record_number(o, "echo_last_ms", i->echo_last);
	record_number(o, "echo_least_ms", i->echo_least);
	record_number(o, "echo_average_ms", i->echo_average);
}

void record_ppp(json_t *o, const struct link *l)
{
	struct ppp_info i;

	if (!builtin_info(l, &i))
		return;
	record_text(o, "ppp_phase", ppp_link_phase_name(i.phase));
	record_text(o, "lcp_state", i.lcp);
	if (i.lcp_up) {
		add_lcp(o, "lcp_options", &i.lcp_options.ours);
		add_lcp(o, "lcp_peer_options", &i.lcp_options.peers);
	}
	record_text(o, "ipcp_state", i.ipcp);
	record_text(o, "ipv6cp_state", i.ipv6cp);
	if (i.ipv6_up) {
		record_ifid(o, "local_interface_id", i.ipv6.local);
		record_ifid(o, "remote_interface_id", i.ipv6.remote);
	}
	record_text(o, "ccp_state", i.ccp);
	if (i.mppe_up)
		add_ccp(o, &i.mppe);
	add_echo(o, &i);
}
