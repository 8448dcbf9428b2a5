/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A PPP core whose driver answers yes, for the fuzz targets of frames and of
 * the endpoint; it checks what the core may never do.
 */
#ifndef L2TPD_TESTS_FUZZ_PPP_WORLD_H
#define L2TPD_TESTS_FUZZ_PPP_WORLD_H

#include <string.h>

#include "crypto/crypto.h"
#include "proto/ppp/internal.h"
#include "tests/fuzz/check.h"

#define WORLD_MEMORY_MAX 4096

struct world {
	struct ppp_core *core;
	struct ppp_link *link;
	struct ppp_config config;
	struct ppp_call call;
	uint64_t now, random;
	bool lcp_up, authenticated, ipv4_up, ipv6_up, mppe_up, over;
	bool asked, secret_asked;
	uint32_t ticket, secret_ticket;
	uint8_t id[PPP_FSM_COUNT]; /* of our last Configure-Request */
	uint8_t auth_id;
};

enum {
	WORLD_CALLER = 1,
	WORLD_PASSIVE = 2,
	WORLD_YIELDS = 4,
	WORLD_MULTILINK = 8,
	WORLD_STATEFUL = 16,
	WORLD_RECHALLENGES = 32,
	WORLD_ECHOES = 64,
	WORLD_STRICT = 128,
};

static inline void world_fill(void *ctx, void *buf, size_t len)
{
	struct world *w = ctx;
	uint8_t *p = buf;

	while (len--) {
		w->random =
			w->random * 6364136223846793005u + 1442695040888963407u;
		*p++ = (uint8_t)(w->random >> 56);
	}
}

static inline void world_set(bool *flag, bool to)
{
	CHECK(*flag != to);
	*flag = to;
}

static inline void world_sent(struct world *w, const struct ppp_effect *e)
{
	CHECK(e->len >= 2 + PPP_HEADER && e->len <= PPP_FRAME_MAX);
	CHECK(e->protocol == (e->data[0] << 8 | e->data[1]));
	CHECK((e->data[4] << 8 | e->data[5]) + 2u == e->len);
	for (int i = 0; i < PPP_FSM_COUNT; i++)
		if (e->data[2] == PPP_CODE_CONF_REQ &&
		    w->core->protocols[i]->number == e->protocol)
			w->id[i] = e->data[3];
	if (e->protocol >= PPP_PROTO_PAP)
		w->auth_id = e->data[3];
}

static inline void world_asked(struct world *w,
			       const struct ppp_auth_question *q)
{
	CHECK(w->lcp_up && q->user && strlen(q->user) < PPP_WORDS_MAX);
	w->asked = true;
	w->ticket = q->ticket;
}

static inline void world_effect(struct world *w, const struct ppp_effect *e)
{
	CHECK(!w->over && e->link == w->link);
	switch (e->type) {
	case PPP_EFFECT_SEND:
		world_sent(w, e);
		break;
	case PPP_EFFECT_DEADLINE:
		break;
	case PPP_EFFECT_AUTH:
		world_asked(w, &e->u.auth);
		break;
	case PPP_EFFECT_SECRET:
		CHECK(w->lcp_up);
		w->secret_asked = true;
		w->secret_ticket = e->u.secret.ticket;
		break;
	case PPP_EFFECT_LCP_UP:
		world_set(&w->lcp_up, true);
		CHECK(e->u.lcp.peers.mru >= 128);
		break;
	case PPP_EFFECT_LCP_DOWN:
		world_set(&w->lcp_up, false);
		w->authenticated = false;
		CHECK(!w->ipv4_up && !w->ipv6_up && !w->mppe_up);
		break;
	case PPP_EFFECT_AUTHENTICATED:
		world_set(&w->authenticated, true);
		break;
	case PPP_EFFECT_IPV4_UP:
		CHECK(w->authenticated && (e->u.ipv4.remote || w->call.caller));
		world_set(&w->ipv4_up, true);
		break;
	case PPP_EFFECT_IPV4_DOWN:
		world_set(&w->ipv4_up, false);
		break;
	case PPP_EFFECT_IPV6_UP:
		CHECK(w->authenticated);
		CHECK(memcmp(e->u.ipv6.local, e->u.ipv6.remote, 8) != 0);
		world_set(&w->ipv6_up, true);
		break;
	case PPP_EFFECT_IPV6_DOWN:
		world_set(&w->ipv6_up, false);
		break;
	case PPP_EFFECT_MPPE_KEY:
		CHECK(w->authenticated && w->link->have_keys);
		CHECK(e->u.mppe_key.option[0] == 18);
		break;
	case PPP_EFFECT_MPPE_UP:
		CHECK(w->authenticated && w->link->have_keys);
		CHECK(e->u.mppe.bits == 40 || e->u.mppe.bits == 128);
		world_set(&w->mppe_up, true);
		break;
	case PPP_EFFECT_MPPE_DOWN:
		world_set(&w->mppe_up, false);
		break;
	case PPP_EFFECT_LOG:
		CHECK(e->text[0] && strlen(e->text) < PPP_WORDS_MAX);
		break;
	case PPP_EFFECT_YIELDED:
		CHECK(e->u.proxy.last_sent.data);
		w->over = true;
		break;
	case PPP_EFFECT_ENDED:
		CHECK(!w->lcp_up && e->u.ended.words[0]);
		CHECK(e->u.ended.cause && e->u.ended.reason < PPP_REASON_COUNT);
		w->over = true;
		break;
	}
}

/* After each call: what came of it, and that it is within its bounds. */
static inline void world_take(struct world *w)
{
	struct ppp_effect e;
	struct ppp_info info;

	while (ppp_effect_next(w->core, &e))
		world_effect(w, &e);
	ppp_link_info(w->link, &info);
	CHECK(info.memory <= WORLD_MEMORY_MAX);
	CHECK(info.ipv4_up == w->ipv4_up || w->over);
	if (w->over)
		CHECK(ppp_link_deadline(w->link) == PPP_NEVER);
}

static inline void world_answer(struct world *w, bool ok)
{
	static const uint8_t more[PPP_FRAME_MAX - 2] = { 1, 9, 0x05, 0xde };
	struct ppp_auth_answer a = {
		.ok = ok,
		.more = !ok && w->link->asks.method == PPP_METHOD_EAP,
		.eap = more,
		.eap_len = sizeof(more),
		.have_mppe_keys = true,
		.message = ok ? NULL : "E=691 R=1 C=00112233445566778899aabb",
	};

	if (w->asked) {
		w->asked = false;
		ppp_link_authenticate(w->link, w->now, w->ticket, &a);
		world_take(w);
	}
	if (w->secret_asked) {
		w->secret_asked = false;
		ppp_link_tell_secret(w->link, w->now, w->secret_ticket,
				     (const uint8_t *)"secret", ok ? 6 : 0);
		world_take(w);
	}
}

static inline void world_wait(struct world *w, uint32_t ms)
{
	uint64_t end = w->now + ms, t;

	while (!w->over && (t = ppp_link_deadline(w->link)) <= end) {
		w->now = t > w->now ? t : w->now;
		ppp_link_timeout(w->link, w->now);
		world_take(w);
		CHECK(ppp_link_deadline(w->link) > w->now);
	}
	w->now = end;
}

/* A copy of its exact size, so that a read beyond it is seen. */
static inline void world_frame(struct world *w, const uint8_t *p, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	CHECK(copy);
	if (len)
		memcpy(copy, p, len);
	ppp_link_input(w->link, w->now, copy, len);
	free(copy);
	world_take(w);
}

static inline void world_configure(struct world *w, uint8_t how, uint8_t method)
{
	w->config = (struct ppp_config){
		.name = "lns",
		.methods = { method % PPP_METHODS },
		.method_n = method % PPP_METHODS != 0,
		.answers = how & WORLD_CALLER ? 0x1e : 0,
		.mppe = (uint8_t)(method / PPP_METHODS % 3),
		.mppe_bits = PPP_MPPE_40 | PPP_MPPE_128,
		.mppe_stateful = how & WORLD_STATEFUL,
		.ipv4 = true,
		.ipv6 = true,
		.ask_dns = true,
		.mrru = how & WORLD_MULTILINK ? 1500 : 0,
		.rechallenge = how & WORLD_RECHALLENGES ? 20000 : 0,
		.echo_interval = how & WORLD_ECHOES ? 10000 : 0,
		.echo_failure = 3,
		.proxy_strict = how & WORLD_STRICT,
	};
	w->call = (struct ppp_call){
		.caller = how & WORLD_CALLER,
		.passive = how & WORLD_PASSIVE,
		.yield = how & WORLD_YIELDS,
		.user = "alice",
		.local_ipv4 = how & WORLD_CALLER ? 0 : 1,
		.remote_ipv4 = how & WORLD_CALLER ? 0 : 2,
		.dns = { 3, 4 },
	};
}

static inline void world_init(struct world *w, uint8_t how, uint8_t method)
{
	const struct ppp_env env = { .ctx = w, .random = world_fill };
	static bool ready;

	if (!ready)
		CHECK(crypto_init() == 0);
	ready = true;
	memset(w, 0, sizeof(*w));
	w->now = 1000;
	world_configure(w, how, method);
	w->core = ppp_core_new(&env);
	CHECK(w->core);
	w->link = ppp_link_new(w->core, &w->config, &w->call, w);
	CHECK(w->link);
}

/* Whatever it was, it ends when the line is cut and time goes by. */
static inline void world_fini(struct world *w)
{
	ppp_link_lost(w->link, w->now, "the end");
	world_take(w);
	CHECK(w->over);
	ppp_link_free(w->link);
	ppp_core_free(w->core);
}

#endif
