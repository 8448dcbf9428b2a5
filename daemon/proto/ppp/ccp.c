/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Compression Control Protocol (RFC 1962) for the one method that there is
 * here: encryption by MPPE (RFC 3078), 40 or 128 bits, without compression.
 */
#include <string.h>

#include "proto/ppp/internal.h"

/* Supported Bits, RFC 3078 section 3.1 */
#define STATELESS UINT32_C(0x01000000)
#define BITS_128  UINT32_C(0x00000040)
#define BITS_40	  UINT32_C(0x00000020)
#define BITS_ALL  (BITS_128 | BITS_40)

#define OPTION_TYPE 18
#define RESET_TIME  1000

/* clang-format off */
enum option {
	OUI, PREDICTOR1, PREDICTOR2, PUDDLE, HP, STAC, ENCRYPTION, GANDALF,
	V42_BIS, BSD_LZW, LZS_DCP, DEFLATE
};
/* clang-format on */

#define MPPE_WANTED (1u << ENCRYPTION)

bool ppp_mppe_possible(const struct ppp_link *l)
{
	return l->mppe_mode != PPP_MPPE_OFF && l->have_keys &&
	       l->mppe_bits & (PPP_MPPE_40 | PPP_MPPE_128);
}

/*
 * The strengths that are allowed: who asks names them all, and who answers says
 * which it will be (RFC 3078 section 3.1). A pppd that has 40 bits alone ends
 * the link when it hears of 128 alone.
 */
static uint32_t all_of(const struct ppp_link *l)
{
	return (l->mppe_bits & PPP_MPPE_128 ? BITS_128 : 0) |
	       (l->mppe_bits & PPP_MPPE_40 ? BITS_40 : 0);
}

/* Of these strengths the best that is allowed; 0: none. */
static uint32_t best_of(const struct ppp_link *l, uint32_t bits)
{
	if (bits & BITS_128 && l->mppe_bits & PPP_MPPE_128)
		return BITS_128;
	if (bits & BITS_40 && l->mppe_bits & PPP_MPPE_40)
		return BITS_40;
	return 0;
}

static uint32_t state_of(const struct ppp_link *l, uint32_t bits)
{
	return l->config->mppe_stateful ? bits & STATELESS : STATELESS;
}

/* Of several that it can the peer is told which; the last word is one. */
static enum ppp_verdict check_mppe(struct ppp_link *l, struct rbuf *v,
				   struct wbuf *nak)
{
	uint32_t bits = rbuf_u32(v);
	uint32_t strength = best_of(l, v->failed ? BITS_ALL : bits);
	uint32_t want = strength | state_of(l, bits);

	if (!strength && !(strength = best_of(l, BITS_ALL)))
		return PPP_REJECT;
	want |= strength;
	if (!v->failed && bits == want) {
		l->nego->mppe_peers = bits;
		return PPP_ACK;
	}
	wbuf_u32(nak, want);
	return PPP_NAK;
}

static void ask_mppe(const struct ppp_link *l, struct wbuf *w)
{
	wbuf_u32(w, l->nego->mppe_ours);
}

static void nak_mppe(struct ppp_link *l, struct rbuf *v)
{
	uint32_t bits = rbuf_u32(v), strength = best_of(l, bits);

	if (strength)
		l->nego->mppe_ours = strength | state_of(l, bits);
}

/* Perhaps the mode is what it does not know. */
static void reject_mppe(struct ppp_link *l)
{
	if (l->nego->mppe_ours & STATELESS)
		return;
	l->nego->mppe_ours |= STATELESS;
	l->fsm[PPP_FSM_CCP].wanted = MPPE_WANTED;
}

/* Nothing that it asked for was MPPE (RFC 3078 section 3). */
static bool missing_mppe(const struct ppp_link *l, struct wbuf *nak)
{
	wbuf_u32(nak, best_of(l, BITS_ALL) | (l->nego->mppe_ours & STATELESS));
	return true;
}

#define NONE NULL, NULL, NULL, NULL, NULL
/* clang-format off */
static const struct ppp_option options[] = {
	[OUI] = { 0, 4, 253, "OUI", "RFC 1962 5.1", NONE },
	[PREDICTOR1] = { 1, 0, 253, "Predictor type 1", "RFC 1978", NONE },
	[PREDICTOR2] = { 2, 0, 253, "Predictor type 2", "RFC 1978", NONE },
	[PUDDLE] = { 3, 0, 253, "Puddle Jumper", "RFC 1962 5", NONE },
	[HP] = { 16, 0, 253, "Hewlett-Packard PPC", "RFC 1962 5", NONE },
	[STAC] = { 17, 0, 253, "Stac Electronics LZS", "RFC 1974", NONE },
	[ENCRYPTION] = { OPTION_TYPE, 4, 4, "MPPE", "RFC 3078 3",
		check_mppe, ask_mppe, nak_mppe, reject_mppe, missing_mppe },
	[GANDALF] = { 19, 0, 253, "Gandalf FZA", "RFC 1962 5", NONE },
	[V42_BIS] = { 20, 0, 253, "V.42bis compression", "RFC 1962 5", NONE },
	[BSD_LZW] = { 21, 0, 253, "BSD Compress", "RFC 1977", NONE },
	[LZS_DCP] = { 23, 0, 253, "LZS-DCP", "RFC 1967", NONE },
	[DEFLATE] = { 26, 0, 253, "Deflate", "RFC 1979", NONE },
};
/* clang-format on */

/*
 * A caller knows its server. A server that asked for state would scare those
 * away that end the link when they hear of it.
 */
static uint16_t begin(struct ppp_link *l)
{
	bool stateful = l->caller && l->config->mppe_stateful;

	l->nego->mppe_ours = all_of(l) | (stateful ? 0 : STATELESS);
	return MPPE_WANTED;
}

static void request(struct ppp_link *l)
{
	l->nego->mppe_peers = 0;
}

static void write_option(uint8_t out[6], uint32_t bits)
{
	struct wbuf w = wbuf_init(out, 6);

	wbuf_u8(&w, OPTION_TYPE);
	wbuf_u8(&w, 6);
	wbuf_u32(&w, bits);
}

/* Who asks for it says what it receives. */
static void sending(struct ppp_link *l, uint8_t code)
{
	bool ack = code == PPP_CODE_CONF_ACK;
	struct ppp_mppe_key *k;
	uint32_t bits = ack ? l->nego->mppe_peers : l->nego->mppe_ours;

	if (!bits || (!ack && !(l->fsm[PPP_FSM_CCP].wanted & MPPE_WANTED)))
		return;
	k = &ppp_effect_add(l, PPP_EFFECT_MPPE_KEY)->u.mppe_key;
	k->send = ack;
	write_option(k->option, bits);
	memcpy(k->key, l->keys[ack ? 0 : 1], sizeof(k->key));
}

static void up(struct ppp_link *l)
{
	uint32_t ours = l->nego->mppe_ours, peers = l->nego->mppe_peers;

	if (!peers || !(l->fsm[PPP_FSM_CCP].wanted & MPPE_WANTED)) {
		ppp_fsm_give_up(l, PPP_FSM_CCP, PPP_REASON_NO_AGREEMENT,
				"MPPE");
		return;
	}
	write_option(l->mppe.recv_option, ours);
	write_option(l->mppe.send_option, peers);
	/* the weaker direction counts */
	l->mppe.bits = peers & ours & BITS_128 ? 128 : 40;
	l->mppe.stateful = (peers & ours & STATELESS) == 0;
	l->mppe_up = true;
	ppp_effect_add(l, PPP_EFFECT_MPPE_UP)->u.mppe = l->mppe;
	l->core->upper->network_up(l, PPP_FSM_CCP);
}

static void down(struct ppp_link *l)
{
	l->reset_deadline = PPP_NEVER;
	if (l->mppe_up)
		ppp_effect_add(l, PPP_EFFECT_MPPE_DOWN);
	l->mppe_up = false;
}

static void finished(struct ppp_link *l)
{
	l->core->upper->network_finished(l, PPP_FSM_CCP);
}

/* ---- a packet was lost: RFC 1962 section 4.2, RFC 3078 section 7.3 ---- */

static void send_reset(struct ppp_link *l)
{
	l->reset_again = false;
	l->reset_deadline = ppp_after(l, RESET_TIME);
	ppp_send_packet(l, PPP_PROTO_CCP, PPP_CODE_RESET_REQ, ++l->reset_id,
			NULL, 0);
}

/*
 * It encrypts, and we gave CCP up: it never heard our Acks. Without being told
 * it would go on so.
 */
static void send_end(struct ppp_link *l)
{
	l->reset_deadline = ppp_after(l, RESET_TIME);
	ppp_send_packet(l, PPP_PROTO_CCP, PPP_CODE_TERM_REQ,
			++l->fsm[PPP_FSM_CCP].id, NULL, 0);
}

/* Again only when another one could not be decrypted meanwhile. */
void ppp_ccp_undecrypted(struct ppp_link *l)
{
	const struct ppp_fsm *f = &l->fsm[PPP_FSM_CCP];
	bool stateless = l->mppe.recv_option[2] & STATELESS >> 24;

	if (!f->used || ppp_fsm_negotiates(f) ||
	    (f->state == PPP_OPENED && stateless))
		return;
	if (l->reset_deadline != PPP_NEVER)
		l->reset_again = f->state == PPP_OPENED;
	else if (f->state == PPP_OPENED)
		send_reset(l);
	else
		send_end(l);
}

void ppp_ccp_reset_timeout(struct ppp_link *l)
{
	l->reset_deadline = PPP_NEVER;
	if (l->reset_again && ppp_fsm_opened(l, PPP_FSM_CCP))
		send_reset(l);
	l->reset_again = false;
}

/*
 * The Ack makes the kernel, which sees it go by, flush what it encrypts with,
 * and that is what the peer waits for.
 */
static void receive(struct ppp_link *l, uint8_t code, uint8_t id,
		    struct rbuf *r)
{
	(void)r;
	if (code == PPP_CODE_RESET_REQ) {
		ppp_send_packet(l, PPP_PROTO_CCP, PPP_CODE_RESET_ACK, id, NULL,
				0);
	} else {
		l->reset_deadline = PPP_NEVER;
		l->reset_again = false;
	}
}

const struct ppp_protocol ppp_ccp = {
	.number = PPP_PROTO_CCP,
	.name = "CCP",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.codes = 1u << PPP_CODE_RESET_REQ | 1u << PPP_CODE_RESET_ACK,
	.begin = begin,
	.request = request,
	.sending = sending,
	.up = up,
	.down = down,
	.finished = finished,
	.receive = receive,
};
