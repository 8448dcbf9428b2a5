/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configuration options (RFC 1661 section 6) by a protocol's table. */
#include <string.h>

#include "proto/ppp/internal.h"

#define OPTION_HEADER 2

struct option_view {
	uint8_t type;
	const uint8_t *whole; /* with its header */
	uint8_t len;	      /* of the whole */
};

static struct rbuf value_of(const struct option_view *v)
{
	return rbuf_init(v->whole + OPTION_HEADER, v->len - OPTION_HEADER);
}

/* False at the end; r has failed when what is there is no option. */
static bool next_option(struct rbuf *r, struct option_view *v)
{
	struct rbuf head = *r;

	if (!rbuf_left(r))
		return false;
	v->type = rbuf_u8(&head);
	v->len = rbuf_u8(&head);
	if (v->len < OPTION_HEADER)
		r->failed = true;
	v->whole = rbuf_take(r, v->len);
	return v->whole;
}

static int find_row(const struct ppp_protocol *p, uint8_t type)
{
	for (unsigned int i = 0; i < p->option_count; i++)
		if (p->options[i].type == type)
			return (int)i;
	return -1;
}

/* An option's header; its length is set by end_option. */
static size_t begin_option(struct wbuf *w, uint8_t type)
{
	size_t at = w->len;

	wbuf_u8(w, type);
	wbuf_u8(w, 0);
	return at;
}

static void end_option(struct wbuf *w, size_t at)
{
	if (!w->failed)
		w->data[at + 1] = (uint8_t)(w->len - at);
}

void ppp_options_write(const struct ppp_link *l, enum ppp_fsm_id id,
		       struct wbuf *w)
{
	const struct ppp_protocol *p = ppp_protocol_of(l, id);

	for (unsigned int i = 0; i < p->option_count; i++) {
		size_t at;

		if (!(l->fsm[id].wanted & 1u << i) || !p->options[i].ask)
			continue;
		at = begin_option(w, p->options[i].type);
		p->options[i].ask(l, w);
		end_option(w, at);
	}
}

/* ---- what the peer asks for ---- */

struct answer {
	struct wbuf nak, rej;
	uint32_t seen; /* rows */
	bool no_naks;  /* Max-Failure is reached (RFC 1661 section 4.6) */
};

static enum ppp_verdict check_option(struct ppp_link *l,
				     const struct ppp_option *row,
				     const struct option_view *v,
				     struct answer *a)
{
	struct rbuf value = value_of(v);
	struct wbuf before = a->nak;
	size_t at = begin_option(&a->nak, v->type);
	enum ppp_verdict verdict = PPP_REJECT;

	if (v->len - OPTION_HEADER < row->min ||
	    v->len - OPTION_HEADER > row->max)
		rbuf_take(&value, SIZE_MAX);
	if (row->check)
		verdict = row->check(l, &value, &a->nak);
	end_option(&a->nak, at);
	if (verdict == PPP_NAK && a->no_naks)
		verdict = PPP_REJECT;
	if (verdict != PPP_NAK)
		a->nak = before;
	return verdict;
}

static void take_option(struct ppp_link *l, enum ppp_fsm_id id,
			const struct option_view *v, struct answer *a)
{
	const struct ppp_protocol *p = ppp_protocol_of(l, id);
	int row = find_row(p, v->type);
	enum ppp_verdict verdict =
		row < 0 ? PPP_REJECT : check_option(l, &p->options[row], v, a);

	if (row >= 0)
		a->seen |= 1u << row;
	if (verdict == PPP_REJECT)
		wbuf_bytes(&a->rej, v->whole, v->len);
	if (row >= 0 && verdict != PPP_ACK)
		l->fsm[id].refused = (uint8_t)row;
}

/* Options that the peer left out and should not have (RFC 1661 section 5.3). */
static void add_missing(struct ppp_link *l, enum ppp_fsm_id id,
			struct answer *a)
{
	const struct ppp_protocol *p = ppp_protocol_of(l, id);

	for (unsigned int i = 0; i < p->option_count; i++) {
		struct wbuf before = a->nak;
		size_t at;

		if (!p->options[i].missing || a->seen & 1u << i)
			continue;
		at = begin_option(&a->nak, p->options[i].type);
		if (p->options[i].missing(l, &a->nak)) {
			end_option(&a->nak, at);
			l->fsm[id].refused = (uint8_t)i;
		} else {
			a->nak = before;
		}
	}
}

static void decide(struct ppp_core *c, const struct answer *a)
{
	if (a->rej.len) {
		c->reply_code = PPP_CODE_CONF_REJ;
		c->reply = a->rej;
	} else if (a->nak.len) {
		c->reply_code = PPP_CODE_CONF_NAK;
		c->reply = a->nak;
	} else {
		c->reply_code = PPP_CODE_CONF_ACK;
		c->reply = (struct wbuf){ 0 };
	}
}

bool ppp_options_check(struct ppp_link *l, enum ppp_fsm_id id, const uint8_t *p,
		       size_t len)
{
	struct ppp_core *c = l->core;
	struct answer a = {
		.nak = wbuf_init(c->nak, sizeof(c->nak)),
		.rej = wbuf_init(c->rej, sizeof(c->rej)),
		.no_naks = l->fsm[id].naks >= ppp_max_failure(l),
	};
	struct rbuf r = rbuf_init(p, len);
	struct option_view v;

	ppp_protocol_of(l, id)->request(l);
	while (next_option(&r, &v))
		take_option(l, id, &v, &a);
	if (r.failed)
		return false;
	if (!a.no_naks)
		add_missing(l, id, &a);
	decide(c, &a);
	return true;
}

/* ---- what the peer does not take of ours ---- */

static void refused(struct ppp_link *l, enum ppp_fsm_id id, bool reject,
		    unsigned int row, struct rbuf *value)
{
	const struct ppp_option *o = &ppp_protocol_of(l, id)->options[row];
	uint16_t bit = (uint16_t)(1u << row);

	if (!(l->fsm[id].wanted & bit))
		return;
	l->fsm[id].refused = (uint8_t)row;
	if (!reject) {
		if (o->nak && !value->failed)
			o->nak(l, value);
		return;
	}
	l->fsm[id].wanted &= (uint16_t)~bit;
	if (o->reject)
		o->reject(l);
}

bool ppp_options_refused(struct ppp_link *l, enum ppp_fsm_id id, bool reject,
			 const uint8_t *p, size_t len)
{
	const struct ppp_protocol *proto = ppp_protocol_of(l, id);
	struct rbuf r = rbuf_init(p, len);
	struct option_view v;

	while (next_option(&r, &v)) {
		struct rbuf value = value_of(&v);
		int row = find_row(proto, v.type);

		if (row < 0)
			continue;
		if (v.len - OPTION_HEADER < proto->options[row].min ||
		    v.len - OPTION_HEADER > proto->options[row].max)
			rbuf_take(&value, SIZE_MAX);
		refused(l, id, reject, (unsigned int)row, &value);
	}
	return !r.failed;
}
