/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Link Control Protocol: its options (RFC 1661 section 6, RFC 1990 section
 * 5.1, RFC 1570 section 2) and the packets that are its own.
 */
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "proto/ppp/proxy.h"

#define MRU_DEFAULT 1500
#define MRU_LEAST   128
#define CLASS_MAX   5 /* of the Endpoint Discriminator */

/* ---- the options ---- */
/* clang-format off */
enum option {
	MRU, ACCM, AUTHENTICATION, QUALITY, MAGIC, PFC, ACFC, FCS, PADDING,
	NUMBERED, CALLBACK, COMPOUND, MRRU, SHORT_SEQUENCE, DISCRIMINATOR,
	LINK_DISCRIMINATOR, MULTICLASS
};
/* clang-format on */

static struct ppp_lcp_values *ours(const struct ppp_link *l)
{
	return &l->nego->lcp.ours;
}

static struct ppp_lcp_values *peers(const struct ppp_link *l)
{
	return &l->nego->lcp.peers;
}

/* RFC 1661 section 6.1: of any size, down to what control packets need. */
static enum ppp_verdict check_mru(struct ppp_link *l, struct rbuf *v,
				  struct wbuf *nak)
{
	uint16_t mru = rbuf_u16(v);

	if (!v->failed && mru >= MRU_LEAST) {
		peers(l)->mru = mru;
		return PPP_ACK;
	}
	wbuf_u16(nak, v->failed ? MRU_DEFAULT : MRU_LEAST);
	return PPP_NAK;
}

static void write_mru(const struct ppp_lcp_values *v, struct wbuf *w)
{
	wbuf_u16(w, v->mru);
}

/* Smaller packets suit us, and 1500 always must. */
static void nak_mru(struct ppp_link *l, struct rbuf *v)
{
	uint16_t mru = rbuf_u16(v);

	if (mru >= MRU_LEAST && (mru <= l->mru || mru == MRU_DEFAULT))
		ours(l)->mru = mru;
}

/* RFC 1662 section 7.1: taken, nothing is escaped here. */
static enum ppp_verdict check_accm(struct ppp_link *l, struct rbuf *v,
				   struct wbuf *nak)
{
	peers(l)->accm = rbuf_u32(v);
	peers(l)->has_accm = !v->failed;
	if (!v->failed)
		return PPP_ACK;
	wbuf_u32(nak, 0);
	return PPP_NAK;
}

/* ---- Authentication-Protocol, RFC 1661 section 6.2 ---- */

/* What we would rather prove by, of what we did not say yet. */
static enum ppp_method other_answer(struct ppp_link *l)
{
	static const uint8_t order[] = {
		PPP_METHOD_MSCHAPV2,
		PPP_METHOD_CHAP_MD5,
		PPP_METHOD_MSCHAPV1,
		PPP_METHOD_PAP,
	};

	for (unsigned int i = 0; i < sizeof(order); i++)
		if (l->config->answers & 1u << order[i] && order[i] > 0 &&
		    order[i] != l->nego->offered_method)
			return order[i];
	return PPP_METHOD_NONE;
}

static enum ppp_verdict check_authentication(struct ppp_link *l, struct rbuf *v,
					     struct wbuf *nak)
{
	enum ppp_method m = ppp_method_read(v);

	if (m != PPP_METHOD_NONE && l->config->answers & 1u << m) {
		peers(l)->method = (uint8_t)m;
		return PPP_ACK;
	}
	if (l->nego->offered_method == PPP_METHOD_NONE)
		ppp_log(l, LOG_INFO,
			"the peer wants us to prove who we are by %s, "
			"which is not to be used here",
			m ? ppp_method_name(m) : "a method that is not known");
	m = other_answer(l);
	if (m == PPP_METHOD_NONE)
		return PPP_REJECT;
	l->nego->offered_method = (uint8_t)m;
	ppp_method_write(m, nak);
	return PPP_NAK;
}

static void write_authentication(const struct ppp_lcp_values *v, struct wbuf *w)
{
	ppp_method_write(v->method, w);
}

static bool is_ours(const struct ppp_link *l, enum ppp_method m)
{
	return memchr(l->config->methods, (int)m, l->config->method_n);
}

static void no_method(struct ppp_link *l, enum ppp_method wants)
{
	char text[PPP_WORDS_MAX];

	snprintf(text, sizeof(text), "it takes no %s%s%s",
		 ppp_method_name(ours(l)->method), wants ? ", but " : "",
		 wants ? ppp_method_name(wants) : "");
	ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_METHOD, text);
}

/* The peer's own, where it is one of ours; else the next of ours. */
static void nak_authentication(struct ppp_link *l, struct rbuf *v)
{
	enum ppp_method wants = ppp_method_read(v);
	struct ppp_negotiation *n = l->nego;

	n->refused_methods |= (uint8_t)(1u << ours(l)->method);
	if (wants != PPP_METHOD_NONE && is_ours(l, wants) &&
	    !(n->refused_methods & 1u << wants)) {
		ours(l)->method = (uint8_t)wants;
		return;
	}
	for (unsigned int i = 0; i < l->config->method_n; i++)
		if (!(n->refused_methods & 1u << l->config->methods[i])) {
			ours(l)->method = l->config->methods[i];
			return;
		}
	no_method(l, wants);
}

static void reject_authentication(struct ppp_link *l)
{
	no_method(l, PPP_METHOD_NONE);
}

/* ---- Magic-Number, RFC 1661 section 6.4 ---- */

static void looped(struct ppp_link *l)
{
	if (++l->nego->loops >= PPP_LOOPS_MAX)
		ppp_fsm_give_up(l, PPP_FSM_LCP, PPP_REASON_LOOP,
				"our own magic number comes back");
}

static enum ppp_verdict check_magic(struct ppp_link *l, struct rbuf *v,
				    struct wbuf *nak)
{
	uint32_t magic = rbuf_u32(v);

	if (!v->failed && magic && magic != ours(l)->magic) {
		peers(l)->magic = magic;
		return PPP_ACK;
	}
	if (magic)
		looped(l);
	wbuf_u32(nak, ppp_random_magic(l));
	return PPP_NAK;
}

static void write_magic(const struct ppp_lcp_values *v, struct wbuf *w)
{
	wbuf_u32(w, v->magic);
}

static void nak_magic(struct ppp_link *l, struct rbuf *v)
{
	(void)v;
	ours(l)->magic = ppp_random_magic(l);
}

/* ---- compressed headers, RFC 1661 sections 6.5 and 6.6 ---- */

static enum ppp_verdict check_pfc(struct ppp_link *l, struct rbuf *v,
				  struct wbuf *nak)
{
	(void)nak;
	peers(l)->pfc = !v->failed;
	return v->failed ? PPP_REJECT : PPP_ACK;
}

static enum ppp_verdict check_acfc(struct ppp_link *l, struct rbuf *v,
				   struct wbuf *nak)
{
	(void)nak;
	peers(l)->acfc = !v->failed;
	return v->failed ? PPP_REJECT : PPP_ACK;
}

static void write_nothing(const struct ppp_lcp_values *v, struct wbuf *w)
{
	(void)v;
	(void)w;
}

/* ---- multilink, RFC 1990 section 5.1 ---- */

static enum ppp_verdict check_mrru(struct ppp_link *l, struct rbuf *v,
				   struct wbuf *nak)
{
	uint16_t mrru = rbuf_u16(v);

	if (!l->config->mrru)
		return PPP_REJECT;
	if (!v->failed && mrru >= MRU_LEAST) {
		peers(l)->mrru = mrru;
		return PPP_ACK;
	}
	wbuf_u16(nak, MRU_DEFAULT);
	return PPP_NAK;
}

static void write_mrru(const struct ppp_lcp_values *v, struct wbuf *w)
{
	wbuf_u16(w, v->mrru);
}

static void nak_mrru(struct ppp_link *l, struct rbuf *v)
{
	uint16_t mrru = rbuf_u16(v);

	if (mrru >= MRU_LEAST && mrru < ours(l)->mrru)
		ours(l)->mrru = mrru;
}

static enum ppp_verdict check_short_sequence(struct ppp_link *l, struct rbuf *v,
					     struct wbuf *nak)
{
	(void)nak;
	if (!l->config->mrru || v->failed)
		return PPP_REJECT;
	peers(l)->short_sequence = true;
	return PPP_ACK;
}

/* An address that its class cannot have is none that could be offered. */
static enum ppp_verdict check_discriminator(struct ppp_link *l, struct rbuf *v,
					    struct wbuf *nak)
{
	struct ppp_discriminator *d = &peers(l)->discriminator;
	uint8_t class = rbuf_u8(v);
	size_t len = rbuf_left(v);

	(void)nak;
	if (!l->config->mrru || v->failed || class > CLASS_MAX ||
	    len > sizeof(d->address))
		return PPP_REJECT;
	*d = (struct ppp_discriminator){ .class = class, .len = (uint8_t)len };
	if (len)
		memcpy(d->address, rbuf_take(v, len), len);
	return PPP_ACK;
}

static void write_discriminator(const struct ppp_lcp_values *v, struct wbuf *w)
{
	wbuf_u8(w, v->discriminator.class);
	wbuf_bytes(w, v->discriminator.address, v->discriminator.len);
}

/* ---- the table ---- */

#define ASK(name)                                                        \
	static void ask_##name(const struct ppp_link *l, struct wbuf *w) \
	{                                                                \
		write_##name(ours(l), w);                                \
	}
ASK(mru)
ASK(authentication)
ASK(magic)
ASK(nothing)
ASK(mrru)
ASK(discriminator)

#define NONE NULL, NULL, NULL, NULL, NULL
/* clang-format off */
static const struct ppp_option options[] = {
	[MRU] = { 1, 2, 2, "Maximum-Receive-Unit", "RFC 1661 6.1",
		check_mru, ask_mru, nak_mru, NULL, NULL },
	[ACCM] = { 2, 4, 4, "Async-Control-Character-Map", "RFC 1662 7.1",
		check_accm, NULL, NULL, NULL, NULL },
	[AUTHENTICATION] = { 3, 2, 253, "Authentication-Protocol", "RFC 1661 6.2",
		check_authentication, ask_authentication, nak_authentication,
		reject_authentication, NULL },
	[QUALITY] = { 4, 2, 253, "Quality-Protocol", "RFC 1661 6.3", NONE },
	[MAGIC] = { 5, 4, 4, "Magic-Number", "RFC 1661 6.4",
		check_magic, ask_magic, nak_magic, NULL, NULL },
	[PFC] = { 7, 0, 0, "Protocol-Field-Compression", "RFC 1661 6.5",
		check_pfc, ask_nothing, NULL, NULL, NULL },
	[ACFC] = { 8, 0, 0, "Address-and-Control-Field-Compression", "RFC 1661 6.6",
		check_acfc, ask_nothing, NULL, NULL, NULL },
	[FCS] = { 9, 1, 1, "FCS-Alternatives", "RFC 1570 2.1", NONE },
	[PADDING] = { 10, 1, 1, "Self-Describing-Padding", "RFC 1570 2.2", NONE },
	[NUMBERED] = { 11, 2, 253, "Numbered-Mode", "RFC 1663", NONE },
	[CALLBACK] = { 13, 1, 253, "Callback", "RFC 1570 2.3", NONE },
	[COMPOUND] = { 15, 0, 0, "Compound-Frames", "RFC 1570 2.4", NONE },
	[MRRU] = { 17, 2, 2, "Multilink-MRRU", "RFC 1990 5.1.1",
		check_mrru, ask_mrru, nak_mrru, NULL, NULL },
	[SHORT_SEQUENCE] = { 18, 0, 0, "Short-Sequence-Numbers", "RFC 1990 5.1.2",
		check_short_sequence, ask_nothing, NULL, NULL, NULL },
	[DISCRIMINATOR] = { 19, 1, 21, "Endpoint-Discriminator", "RFC 1990 5.1.3",
		check_discriminator, ask_discriminator, NULL, NULL, NULL },
	[LINK_DISCRIMINATOR] = { 23, 2, 2, "Link-Discriminator", "RFC 2125 6.2", NONE },
	[MULTICLASS] = { 27, 2, 2, "Multilink-Header-Format", "RFC 2686 7", NONE },
};
/* clang-format on */

#define BIT(option) ((uint16_t)(1u << (option)))

/* Which options say these values; the method is the side's own demand. */
static uint16_t rows_of(const struct ppp_lcp_values *v)
{
	uint16_t rows = 0;

	rows |= v->mru != MRU_DEFAULT ? BIT(MRU) : 0;
	rows |= v->has_accm ? BIT(ACCM) : 0;
	rows |= v->method ? BIT(AUTHENTICATION) : 0;
	rows |= v->magic ? BIT(MAGIC) : 0;
	rows |= v->pfc ? BIT(PFC) : 0;
	rows |= v->acfc ? BIT(ACFC) : 0;
	rows |= v->mrru ? BIT(MRRU) : 0;
	rows |= v->short_sequence ? BIT(SHORT_SEQUENCE) : 0;
	rows |= v->discriminator.class ? BIT(DISCRIMINATOR) : 0;
	return rows;
}

static void write_accm(const struct ppp_lcp_values *v, struct wbuf *w)
{
	wbuf_u32(w, v->accm);
}

void ppp_lcp_values_write(const struct ppp_lcp_values *v, struct wbuf *w)
{
	static void (*const writers[])(const struct ppp_lcp_values *,
				       struct wbuf *) = {
		[MRU] = write_mru,
		[ACCM] = write_accm,
		[AUTHENTICATION] = write_authentication,
		[MAGIC] = write_magic,
		[PFC] = write_nothing,
		[ACFC] = write_nothing,
		[MRRU] = write_mrru,
		[SHORT_SEQUENCE] = write_nothing,
		[DISCRIMINATOR] = write_discriminator,
	};
	uint16_t rows = rows_of(v);

	for (unsigned int i = 0; i < sizeof(writers) / sizeof(*writers); i++) {
		size_t at = w->len;

		if (!(rows & 1u << i))
			continue;
		wbuf_u8(w, options[i].type);
		wbuf_u8(w, 0);
		writers[i](v, w);
		if (!w->failed)
			w->data[at + 1] = (uint8_t)(w->len - at);
	}
}

/* ---- the protocol ---- */

static uint16_t begin(struct ppp_link *l)
{
	const struct ppp_config *c = l->config;
	struct ppp_lcp_values *v = ours(l);

	*v = (struct ppp_lcp_values){
		.mru = l->mru,
		.magic = c->no_magic ? 0 : ppp_random_magic(l),
		.pfc = c->pfc,
		.acfc = c->acfc,
		.method = c->method_n ? c->methods[0] : PPP_METHOD_NONE,
		.mrru = c->mrru,
		.short_sequence = c->mrru && c->short_sequence,
	};
	if (c->mrru)
		v->discriminator = c->discriminator;
	l->nego->refused_methods = 0;
	l->nego->offered_method = PPP_METHOD_NONE;
	return rows_of(v);
}

static void request(struct ppp_link *l)
{
	*peers(l) = (struct ppp_lcp_values){ .mru = MRU_DEFAULT };
}

static void keep(struct ppp_block *b, const uint8_t *p, size_t len)
{
	b->set = p && len <= sizeof(b->data);
	b->len = b->set ? (uint8_t)len : 0;
	if (b->len)
		memcpy(b->data, p, b->len);
}

/* For whoever goes on from here (RFC 2661 section 4.4.5). */
static void accepted(struct ppp_link *l, const uint8_t *p, size_t len)
{
	if (!l->nego->first.set)
		keep(&l->nego->first, p, len);
	keep(&l->nego->last, p, len);
}

/* What was not taken counts as its default. */
static void drop_rejected(struct ppp_lcp_values *v, uint16_t wanted)
{
	v->mru = wanted & BIT(MRU) ? v->mru : MRU_DEFAULT;
	v->magic = wanted & BIT(MAGIC) ? v->magic : 0;
	v->pfc = wanted & BIT(PFC);
	v->acfc = wanted & BIT(ACFC);
	v->mrru = wanted & BIT(MRRU) ? v->mrru : 0;
	v->short_sequence = v->mrru && wanted & BIT(SHORT_SEQUENCE);
	if (!(wanted & BIT(DISCRIMINATOR)))
		v->discriminator = (struct ppp_discriminator){ 0 };
}

static void up(struct ppp_link *l)
{
	drop_rejected(ours(l), l->fsm[PPP_FSM_LCP].wanted);
	l->lcp = l->nego->lcp;
	l->core->upper->lcp_up(l);
}

/* ---- of elsewhere ---- */

static bool read_value(struct ppp_lcp_values *out, uint8_t type, struct rbuf *v)
{
	struct ppp_discriminator *d = &out->discriminator;

	if (type == options[MRU].type)
		out->mru = rbuf_u16(v);
	else if (type == options[AUTHENTICATION].type)
		out->method = (uint8_t)ppp_method_read(v);
	else if (type == options[MAGIC].type)
		out->magic = rbuf_u32(v);
	else if (type == options[MRRU].type)
		out->mrru = rbuf_u16(v);
	else if (type == options[ACCM].type)
		out->accm = rbuf_u32(v);
	else if (type == options[PFC].type)
		out->pfc = true;
	else if (type == options[ACFC].type)
		out->acfc = true;
	else if (type == options[SHORT_SEQUENCE].type)
		out->short_sequence = true;
	else if (type == options[DISCRIMINATOR].type &&
		 rbuf_left(v) <= 1 + sizeof(d->address)) {
		d->class = rbuf_u8(v);
		d->len = (uint8_t)rbuf_left(v);
		wbuf_bytes(&(struct wbuf){ d->address, sizeof(d->address), 0,
					   false },
			   v->p, d->len);
		rbuf_take(v, d->len);
	} else {
		return false;
	}
	out->has_accm = out->has_accm || type == options[ACCM].type;
	return !v->failed && !rbuf_left(v);
}

bool ppp_lcp_values_read(struct ppp_lcp_values *out, const uint8_t *p,
			 size_t len)
{
	struct rbuf r = rbuf_init(p, len);

	*out = (struct ppp_lcp_values){ .mru = MRU_DEFAULT };
	while (rbuf_left(&r)) {
		uint8_t type = rbuf_u8(&r), size = rbuf_u8(&r);
		const uint8_t *value =
			rbuf_take(&r, size < 2 ? SIZE_MAX : size - 2u);
		struct rbuf v = rbuf_init(value, value ? size - 2u : 0);

		if (!value || !read_value(out, type, &v))
			return false;
	}
	return true;
}

void ppp_lcp_take(struct ppp_link *l, const struct ppp_proxy *p)
{
	struct ppp_fsm *f = &l->fsm[PPP_FSM_LCP];

	keep(&l->nego->first, p->first_received.data, p->first_received.len);
	keep(&l->nego->last, p->last_received.data, p->last_received.len);
	f->wanted = rows_of(ours(l));
	f->answered = true;
	f->state = PPP_OPENED;
	up(l);
}

static void down(struct ppp_link *l)
{
	l->core->upper->lcp_down(l);
}

static void finished(struct ppp_link *l)
{
	l->core->upper->lcp_finished(l);
}

/* RFC 1661 section 5.7: at least what tells which protocol. */
void ppp_lcp_protocol_reject(struct ppp_link *l, uint16_t protocol,
			     const uint8_t *p, size_t len)
{
	uint8_t info[PPP_FRAME_MAX - 2 - PPP_HEADER];
	struct wbuf w = wbuf_init(info, sizeof(info));
	size_t mru = l->lcp.peers.mru;
	size_t most = mru - PPP_HEADER < sizeof(info) ? mru - PPP_HEADER :
							sizeof(info);

	if (!ppp_fsm_opened(l, PPP_FSM_LCP))
		return;
	wbuf_u16(&w, protocol);
	wbuf_bytes(&w, p, len > most - 2 ? most - 2 : len);
	ppp_send_packet(l, PPP_PROTO_LCP, PPP_CODE_PROTO_REJ, ++l->reject_id,
			info, w.len);
}

static void receive(struct ppp_link *l, uint8_t code, uint8_t id,
		    struct rbuf *r)
{
	uint16_t protocol;

	switch (code) {
	case PPP_CODE_PROTO_REJ:
		protocol = rbuf_u16(r);
		if (!r->failed)
			l->core->upper->rejected(l, protocol);
		break;
	case PPP_CODE_ECHO_REQ:
		ppp_echo_request(l, id, r);
		break;
	case PPP_CODE_ECHO_REP:
		ppp_echo_reply(l, id, r);
		break;
	default: /* Discard-Request, Identification, Time-Remaining */
		break;
	}
}

const struct ppp_protocol ppp_lcp = {
	.number = PPP_PROTO_LCP,
	.name = "LCP",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.codes = 1u << PPP_CODE_PROTO_REJ | 1u << PPP_CODE_ECHO_REQ |
		 1u << PPP_CODE_ECHO_REP | 1u << PPP_CODE_DISCARD |
		 1u << PPP_CODE_IDENTIFY | 1u << PPP_CODE_TIME_LEFT,
	.begin = begin,
	.request = request,
	.accepted = accepted,
	.up = up,
	.down = down,
	.finished = finished,
	.receive = receive,
};
