/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One PPP core and a peer made of octets. */
#include "tests/unit/ppp_lab.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* after what it needs */
#include <cmocka.h>

static unsigned int digit(char c)
{
	return isdigit((unsigned char)c) ? (unsigned int)(c - '0') :
					   (unsigned int)(c - 'a' + 10);
}

static void fill(void *ctx, void *buf, size_t len)
{
	struct ppp_lab *l = ctx;
	uint8_t *p = buf;

	while (len--) {
		const char *next = l->next_random;

		if (!next || !*next) {
			*p++ = ++l->random;
			continue;
		}
		*p++ = (uint8_t)(digit(next[0]) << 4 | digit(next[1]));
		l->next_random += 2;
	}
}

void ppp_lab_init(struct ppp_lab *l)
{
	const struct ppp_env env = { .ctx = l, .random = fill };

	memset(l, 0, sizeof(*l));
	l->core = ppp_core_new(&env);
	assert_non_null(l->core);
	l->now = 1000;
	l->config = (struct ppp_config){
		.name = "lns",
		.ipv4 = true,
		.ipv6 = true,
		.mppe_bits = PPP_MPPE_40 | PPP_MPPE_128,
	};
	l->call = (struct ppp_call){
		.local_ipv4 = inet_addr("10.0.0.1"),
		.remote_ipv4 = inet_addr("10.0.0.2"),
		.dns = { inet_addr("192.0.2.53"), 0 },
	};
}

void ppp_lab_fini(struct ppp_lab *l)
{
	ppp_link_free(l->link);
	ppp_core_free(l->core);
}

void ppp_lab_take(struct ppp_lab *l)
{
	struct ppp_effect e;

	while (ppp_effect_next(l->core, &e)) {
		l->seen[e.type]++;
		l->last[e.type] = e;
		if (e.type == PPP_EFFECT_ENDED)
			snprintf(l->words, sizeof(l->words), "%s",
				 e.u.ended.words);
		if (e.type == PPP_EFFECT_LOG)
			snprintf(l->log, sizeof(l->log), "%s", e.text);
		if (e.type != PPP_EFFECT_SEND)
			continue;
		assert_true(l->tail < LAB_FRAMES);
		l->sent[l->tail].len = e.len;
		memcpy(l->sent[l->tail++].data, e.data, e.len);
	}
}

void ppp_lab_new(struct ppp_lab *l)
{
	l->link = ppp_link_new(l->core, &l->config, &l->call, l);
	assert_non_null(l->link);
}

void ppp_lab_start(struct ppp_lab *l)
{
	if (!l->link)
		ppp_lab_new(l);
	ppp_link_start(l->link, l->now);
	ppp_lab_take(l);
}

size_t ppp_lab_octets(uint8_t out[PPP_FRAME_MAX], const char *text)
{
	size_t n = 0, length = 0;

	for (; *text; text++) {
		if (*text == '|') {
			length = n;
			n += 2;
		} else if (!isspace((unsigned char)*text)) {
			out[n++] =
				(uint8_t)(digit(text[0]) << 4 | digit(text[1]));
			text++;
		}
	}
	if (length) {
		out[length] = (uint8_t)((n - length + 2) >> 8);
		out[length + 1] = (uint8_t)(n - length + 2);
	}
	return n;
}

void ppp_lab_in(struct ppp_lab *l, const char *frame)
{
	uint8_t data[PPP_FRAME_MAX], *exact;
	size_t len = ppp_lab_octets(data, frame);

	exact = malloc(len ? len : 1);
	assert_non_null(exact);
	memcpy(exact, data, len);
	ppp_link_input(l->link, l->now, exact, len);
	free(exact);
	ppp_lab_take(l);
}

static void print(const char *what, const uint8_t *p, size_t len)
{
	printf("%s ", what);
	for (size_t i = 0; i < len; i++)
		printf("%02x", p[i]);
	printf("\n");
}

void ppp_lab_sent_at(struct ppp_lab *l, const char *text, const char *file,
		     int line)
{
	uint8_t want[PPP_FRAME_MAX];
	size_t len = ppp_lab_octets(want, text);
	bool same;

	if (l->head == l->tail)
		same = len == 0;
	else
		same = len == l->sent[l->head].len &&
		       !memcmp(want, l->sent[l->head].data, len);
	if (!same) {
		print("wanted", want, len);
		if (l->head < l->tail)
			print("sent  ", l->sent[l->head].data,
			      l->sent[l->head].len);
	}
	_assert_true(same, text, file, line);
	if (l->head < l->tail && ++l->head == l->tail)
		l->head = l->tail = 0;
}

void ppp_lab_forget(struct ppp_lab *l)
{
	l->head = l->tail = 0;
}

void ppp_lab_wait(struct ppp_lab *l, uint64_t ms)
{
	uint64_t end = l->now + ms, t;

	while ((t = ppp_link_deadline(l->link)) <= end) {
		l->now = t > l->now ? t : l->now;
		ppp_link_timeout(l->link, l->now);
		ppp_lab_take(l);
	}
	l->now = end;
}

void ppp_lab_lcp_up(struct ppp_lab *l)
{
	uint8_t ack[PPP_FRAME_MAX];
	size_t len;

	ppp_lab_start(l);
	assert_true(l->tail > l->head);
	len = l->sent[l->tail - 1].len;
	memcpy(ack, l->sent[l->tail - 1].data, len);
	ack[2] = 2;
	ppp_link_input(l->link, l->now, ack, len);
	ppp_lab_take(l);
	ppp_lab_forget(l);
	ppp_lab_in(l, "c021 01 01 |");
	ppp_lab_sent(l, "c021 02 01 |");
	ppp_lab_forget(l);
	assert_int_equal(l->seen[PPP_EFFECT_LCP_UP], 1);
}

/* Our Configure-Request is acknowledged as it is. */
static void acknowledge(struct ppp_lab *l)
{
	uint8_t ack[PPP_FRAME_MAX];
	size_t len = l->sent[l->tail - 1].len;

	memcpy(ack, l->sent[l->tail - 1].data, len);
	ack[2] = 2;
	ppp_lab_forget(l);
	ppp_link_input(l->link, l->now, ack, len);
	ppp_lab_take(l);
}

void ppp_lab_server(struct ppp_lab *l, enum ppp_method method)
{
	l->config.methods[0] = (uint8_t)method;
	l->config.method_n = 1;
	ppp_lab_start(l);
	acknowledge(l);
	ppp_lab_in(l, "c021 01 01 |");
	ppp_lab_sent(l, "c021 02 01 |");
	assert_int_equal(l->seen[PPP_EFFECT_LCP_UP], 1);
}

void ppp_lab_caller(struct ppp_lab *l, enum ppp_method method)
{
	static const char *const requests[PPP_METHODS] = {
		[PPP_METHOD_PAP] = "c021 01 01 | 0304 c023",
		[PPP_METHOD_CHAP_MD5] = "c021 01 01 | 0305 c223 05",
		[PPP_METHOD_MSCHAPV1] = "c021 01 01 | 0305 c223 80",
		[PPP_METHOD_MSCHAPV2] = "c021 01 01 | 0305 c223 81",
	};

	l->config.answers = (uint8_t)(1u << method);
	l->call = (struct ppp_call){ .caller = true, .user = "User" };
	ppp_lab_start(l);
	acknowledge(l);
	ppp_lab_in(l, requests[method]);
	ppp_lab_forget(l);
}
