/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two PPP cores on one line. */
#include "tests/exchange/ppp_pair.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* after what it needs */
#include <cmocka.h>

#include "aaa/verify.h"
#include "lib/secret.h"

static void fill(void *ctx, void *buf, size_t len)
{
	struct pair *p = ctx;
	uint8_t *out = buf;

	while (len--)
		*out++ = (uint8_t)pair_random(p);
}

uint32_t pair_random(struct pair *p)
{
	p->random = p->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(p->random >> 33);
}

uint32_t pair_address(const char *text)
{
	return inet_addr(text);
}

static void init_side(struct pair *p, int i)
{
	const struct ppp_env env = { .ctx = p, .random = fill };
	struct pair_side *s = &p->side[i];

	s->core = ppp_core_new(&env);
	assert_non_null(s->core);
	s->password = "secret";
	s->config = (struct ppp_config){
		.name = i ? "alice" : "lns",
		.ipv4 = true,
		.ipv6 = true,
		.mppe_bits = PPP_MPPE_40 | PPP_MPPE_128,
	};
}

void pair_init(struct pair *p, uint64_t seed)
{
	memset(p, 0, sizeof(*p));
	p->random = seed * 2862933555777941757u + 3037000493u;
	p->now = 1000;
	p->delay = 10;
	init_side(p, 0);
	init_side(p, 1);
	p->side[0].call = (struct ppp_call){
		.local_ipv4 = pair_address("10.0.0.1"),
		.remote_ipv4 = pair_address("10.0.0.2"),
		.dns = { pair_address("192.0.2.53"),
			 pair_address("192.0.2.54") },
	};
	p->side[1].call = (struct ppp_call){ .caller = true, .user = "alice" };
	p->side[1].config.ask_dns = true;
	p->side[1].config.answers =
		1 << PPP_METHOD_PAP | 1 << PPP_METHOD_CHAP_MD5 |
		1 << PPP_METHOD_MSCHAPV1 | 1 << PPP_METHOD_MSCHAPV2;
	pair_methods(p, 1, PPP_METHOD_CHAP_MD5);
}

void pair_methods(struct pair *p, unsigned int n, ...)
{
	struct ppp_config *c = &p->side[0].config;
	va_list ap;

	va_start(ap, n);
	c->method_n = (uint8_t)n;
	for (unsigned int i = 0; i < n; i++)
		c->methods[i] = (uint8_t)va_arg(ap, int);
	va_end(ap);
}

void pair_start(struct pair *p)
{
	for (int i = 0; i < 2; i++) {
		struct pair_side *s = &p->side[i];

		s->link = ppp_link_new(s->core, &s->config, &s->call, s);
		assert_non_null(s->link);
		assert_ptr_equal(ppp_link_user(s->link), s);
	}
	for (int i = 0; i < 2; i++) {
		ppp_link_start(p->side[i].link, p->now);
		pair_take(p, i);
	}
}

void pair_fini(struct pair *p)
{
	for (int i = 0; i < 2; i++) {
		ppp_link_free(p->side[i].link);
		ppp_core_free(p->side[i].core);
	}
}

/* ---- the line ---- */

static void put_frame(struct pair *p, int to, const uint8_t *data, size_t len)
{
	struct pair_frame *f;
	size_t at = 0;

	assert_true(len >= 2 && len <= PPP_FRAME_MAX);
	if (p->frames == PAIR_FRAMES)
		return;
	p->reordered = p->reordered || p->jitter;
	f = &p->frame[p->frames++];
	f->to = (uint8_t)to;
	f->at = p->now + p->delay +
		(p->jitter ? pair_random(p) % p->jitter : 0);
	if (p->forms && pair_random(p) % 2) {
		f->data[at++] = 0xff;
		f->data[at++] = 0x03;
	}
	memcpy(f->data + at, data, len);
	f->len = (uint16_t)(at + len);
}

void pair_send(struct pair *p, int to, const void *data, size_t len)
{
	if (p->cut[to] || pair_random(p) % 100 < p->loss)
		return;
	put_frame(p, to, data, len);
	if (pair_random(p) % 100 < p->twice)
		put_frame(p, to, data, len);
}

/* ---- the driver ---- */

static void judge(struct pair *p, struct pair_side *s,
		  const struct ppp_auth_question *q)
{
	struct ppp_call_auth a = {
		.method = (enum ppp_auth_method)q->method,
		.id = q->id,
		.challenge_len = q->challenge_len,
		.response_len = q->response_len,
	};
	struct ppp_call_auth_reply r;
	struct secret secret;

	memcpy(a.user, q->user, strlen(q->user) + 1);
	memcpy(a.challenge, q->challenge, q->challenge_len);
	memcpy(a.response, q->response, q->response_len);
	assert_int_equal(secret_set(&secret, s->password, strlen(s->password)),
			 0);
	verify(&a, strcmp(q->user, "alice") != 0 ? NULL : &secret, &r);
	s->answer = (struct ppp_auth_answer){
		.ok = r.ok && p->now >= s->refuse_until,
		.message = s->message[0] ? s->message : NULL,
		.have_mppe_keys = r.have_mppe_keys,
	};
	memcpy(s->message, r.message, sizeof(s->message));
	memcpy(s->answer.mppe_send_key, r.mppe_send_key, 16);
	memcpy(s->answer.mppe_recv_key, r.mppe_recv_key, 16);
	s->answer.message = s->message[0] ? s->message : NULL;
	if (r.ok && !s->answer.ok)
		s->answer.message = NULL;
}

static void on_auth(struct pair *p, struct pair_side *s,
		    const struct ppp_auth_question *q)
{
	static const uint8_t more[] = { 1, 77, 0, 6, 4, 0 };

	s->questions++;
	assert_true(q->ticket != s->ticket);
	if (q->method == PPP_METHOD_EAP) {
		s->answer = (struct ppp_auth_answer){ .ok = true };
		if (s->eap_rounds) {
			s->eap_rounds--;
			s->answer = (struct ppp_auth_answer){
				.more = true,
				.eap = more,
				.eap_len = sizeof(more),
			};
		}
	} else {
		judge(p, s, q);
	}
	s->ticket = q->ticket;
	s->answer_at = p->now + s->answer_after;
}

static void set(bool *flag, bool to)
{
	assert_true(*flag != to);
	*flag = to;
}

static void on_mppe(struct pair_side *s, const struct ppp_mppe_info *m)
{
	set(&s->mppe_up, true);
	s->mppe = *m;
	assert_true(ppp_link_mppe_keys(s->link, s->keys[0], s->keys[1]));
	/* the kernel has had all of it before */
	assert_memory_equal(s->key[1].option, m->send_option, 6);
	assert_memory_equal(s->key[0].option, m->recv_option, 6);
	assert_memory_equal(s->key[1].key, s->keys[0], 16);
	assert_memory_equal(s->key[0].key, s->keys[1], 16);
}

static void on_ended(struct pair_side *s, const struct ppp_ended *e)
{
	assert_false(s->lcp_up || s->ipv4_up || s->ipv6_up || s->mppe_up);
	set(&s->ended, true);
	s->reason = e->reason;
	s->cause = e->cause;
	s->by_peer = e->by_peer;
	strncpy(s->words, e->words, sizeof(s->words) - 1);
	assert_true(e->words[0]);
}

static void copy(struct pair_side *s, unsigned int n, struct ppp_blob *to,
		 const struct ppp_blob *from)
{
	*to = *from;
	assert_true(from->len <= sizeof(s->octets[n]));
	if (!from->data)
		return;
	memcpy(s->octets[n], from->data, from->len);
	to->data = s->octets[n];
}

static void on_yielded(struct pair_side *s, const struct ppp_proxy *p)
{
	set(&s->yielded, true);
	s->proxy.auth_type = p->auth_type;
	s->proxy.id = p->id;
	copy(s, 0, &s->proxy.first_received, &p->first_received);
	copy(s, 1, &s->proxy.last_sent, &p->last_sent);
	copy(s, 2, &s->proxy.last_received, &p->last_received);
	copy(s, 3, &s->proxy.name, &p->name);
	copy(s, 4, &s->proxy.challenge, &p->challenge);
	copy(s, 5, &s->proxy.response, &p->response);
}

static void on_effect(struct pair *p, int i, const struct ppp_effect *e)
{
	struct pair_side *s = &p->side[i];

	assert_ptr_equal(e->link, s->link);
	assert_false(s->ended || s->yielded);
	switch (e->type) {
	case PPP_EFFECT_SEND:
		assert_int_equal(e->protocol, e->data[0] << 8 | e->data[1]);
		if (p->watch)
			p->watch(p->ctx, i, e->data, e->len);
		pair_send(p, !i, e->data, e->len);
		break;
	case PPP_EFFECT_DEADLINE:
		break;
	case PPP_EFFECT_AUTH:
		on_auth(p, s, &e->u.auth);
		break;
	case PPP_EFFECT_SECRET:
		s->secrets++;
		s->secret_ticket = e->u.secret.ticket;
		s->secret_at = p->now + s->answer_after;
		break;
	case PPP_EFFECT_LCP_UP:
		set(&s->lcp_up, true);
		s->ups++;
		s->lcp = e->u.lcp;
		break;
	case PPP_EFFECT_LCP_DOWN:
		set(&s->lcp_up, false);
		s->authenticated = false;
		assert_false(s->ipv4_up || s->ipv6_up || s->mppe_up);
		break;
	case PPP_EFFECT_AUTHENTICATED:
		assert_true(s->lcp_up);
		set(&s->authenticated, true);
		strncpy(s->peer, e->text, sizeof(s->peer) - 1);
		break;
	case PPP_EFFECT_IPV4_UP:
		assert_true(s->authenticated);
		set(&s->ipv4_up, true);
		s->ipv4 = e->u.ipv4;
		break;
	case PPP_EFFECT_IPV4_DOWN:
		set(&s->ipv4_up, false);
		break;
	case PPP_EFFECT_IPV6_UP:
		assert_true(s->authenticated);
		set(&s->ipv6_up, true);
		s->ipv6 = e->u.ipv6;
		break;
	case PPP_EFFECT_IPV6_DOWN:
		set(&s->ipv6_up, false);
		break;
	case PPP_EFFECT_MPPE_KEY:
		assert_true(s->authenticated);
		s->key[e->u.mppe_key.send] = e->u.mppe_key;
		break;
	case PPP_EFFECT_MPPE_UP:
		on_mppe(s, &e->u.mppe);
		break;
	case PPP_EFFECT_MPPE_DOWN:
		set(&s->mppe_up, false);
		break;
	case PPP_EFFECT_YIELDED:
		on_yielded(s, &e->u.proxy);
		break;
	case PPP_EFFECT_LOG:
		s->logs++;
		strncpy(s->log, e->text, sizeof(s->log) - 1);
		break;
	case PPP_EFFECT_ENDED:
		on_ended(s, &e->u.ended);
		break;
	}
}

void pair_take(struct pair *p, int i)
{
	struct pair_side *s = &p->side[i];
	struct ppp_effect e;
	struct ppp_info info;

	while (ppp_effect_next(s->core, &e))
		on_effect(p, i, &e);
	ppp_link_info(s->link, &info);
	if (info.memory > s->most_memory)
		s->most_memory = info.memory;
	if (s->ended)
		assert_true(ppp_link_deadline(s->link) == PPP_NEVER);
}

/* ---- time ---- */

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t next_of(const struct pair *p, int i)
{
	const struct pair_side *s = &p->side[i];
	uint64_t t = s->link ? ppp_link_deadline(s->link) : PPP_NEVER;

	t = s->answer_at ? earlier(t, s->answer_at) : t;
	return s->secret_at ? earlier(t, s->secret_at) : t;
}

static uint64_t next_time(const struct pair *p)
{
	uint64_t t = earlier(next_of(p, 0), next_of(p, 1));

	for (unsigned int i = 0; i < p->frames; i++)
		t = earlier(t, p->frame[i].at);
	return t;
}

static void deliver(struct pair *p)
{
	for (unsigned int i = 0; i < p->frames; i++) {
		struct pair_frame f = p->frame[i];
		uint8_t *exact;

		if (f.at > p->now)
			continue;
		memmove(&p->frame[i], &p->frame[i + 1],
			(--p->frames - i) * sizeof(f));
		exact = malloc(f.len);
		assert_non_null(exact);
		memcpy(exact, f.data, f.len);
		if (p->side[f.to].link)
			ppp_link_input(p->side[f.to].link, p->now, exact,
				       f.len);
		free(exact);
		pair_take(p, f.to);
		i--;
	}
}

static void answer(struct pair *p, int i)
{
	struct pair_side *s = &p->side[i];

	if (s->answer_at && s->answer_at <= p->now) {
		s->answer_at = 0;
		ppp_link_authenticate(s->link, p->now, s->ticket, &s->answer);
		pair_take(p, i);
	}
	if (s->secret_at && s->secret_at <= p->now) {
		s->secret_at = 0;
		ppp_link_tell_secret(s->link, p->now, s->secret_ticket,
				     (const uint8_t *)s->password,
				     s->password ? strlen(s->password) : 0);
		pair_take(p, i);
	}
	if (ppp_link_deadline(s->link) <= p->now) {
		ppp_link_timeout(s->link, p->now);
		pair_take(p, i);
		assert_true(ppp_link_deadline(s->link) > p->now);
	}
}

bool pair_step(struct pair *p)
{
	uint64_t t = next_time(p);

	if (t == PPP_NEVER)
		return false;
	p->now = t > p->now ? t : p->now;
	deliver(p);
	answer(p, 0);
	answer(p, 1);
	return true;
}

void pair_take_over(struct pair *p)
{
	struct pair_side *s = &p->side[0];

	ppp_link_free(s->link);
	s->yielded = s->lcp_up = false;
	s->call.yield = false;
	s->link = ppp_link_new(s->core, &s->config, &s->call, s);
	assert_non_null(s->link);
	ppp_link_start_proxy(s->link, p->now, &s->proxy);
	pair_take(p, 0);
}

void pair_run(struct pair *p, uint64_t ms)
{
	uint64_t end = p->now + ms;

	while (next_time(p) <= end)
		pair_step(p);
	p->now = end;
}
