/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A PPP core with a peer that knows the protocols: steps, an octet each with
 * what it needs, that make packets out of the tables of options, put
 * identifiers right, acknowledge what was asked, and give the driver's
 * commands.
 */
#include "tests/fuzz/ppp_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum {
	REQUEST, /* a Configure-Request of options of the table */
	ACK,	 /* of our last request, as it was */
	REFUSE,	 /* Nak or Reject of options of the table */
	CODE,	 /* another packet of a protocol */
	AUTH,	 /* a packet of authentication */
	FRAME,	 /* any protocol */
	ANSWER,	 /* the driver's */
	WAIT,
	RENEGOTIATE,
	STOP,
	HAND_OVER,
	UNDECRYPTED,
	TRAFFIC,
	STEPS,
};

#define STEPS_MAX 200

static const uint16_t auth_protocols[] = { PPP_PROTO_PAP, PPP_PROTO_CHAP,
					   PPP_PROTO_EAP };

/* Code, identifier and length before what follows in w; the length is set. */
static void send_packet(struct world *w, uint16_t protocol, uint8_t code,
			uint8_t id, const uint8_t *p, size_t len)
{
	uint8_t frame[PPP_FRAME_MAX];
	struct wbuf b = wbuf_init(frame, sizeof(frame));

	wbuf_u16(&b, protocol);
	wbuf_u8(&b, code);
	wbuf_u8(&b, id);
	wbuf_u16(&b, (uint16_t)(PPP_HEADER + len));
	wbuf_bytes(&b, p, len);
	if (!b.failed)
		world_frame(w, frame, b.len);
}

/* An option of the table with a value of a length that suits, or not. */
static void put_option(const struct ppp_protocol *p, struct rbuf *r,
		       struct wbuf *b)
{
	const struct ppp_option *o = &p->options[rbuf_u8(r) % p->option_count];
	uint8_t how = rbuf_u8(r);
	size_t n = how & 0x80 ? how & 0x3f : o->min;

	wbuf_u8(b, o->type);
	wbuf_u8(b, (uint8_t)(n + 2));
	while (n--)
		wbuf_u8(b, rbuf_u8(r));
}

static size_t put_options(const struct ppp_protocol *p, struct rbuf *r,
			  uint8_t *out, size_t size)
{
	struct wbuf b = wbuf_init(out, size);
	unsigned int n = rbuf_u8(r) % 6;

	while (n--)
		put_option(p, r, &b);
	return b.len;
}

static void configure(struct world *w, struct rbuf *r, bool refuse)
{
	enum ppp_fsm_id id = rbuf_u8(r) % PPP_FSM_COUNT;
	const struct ppp_protocol *p = w->core->protocols[id];
	uint8_t options[PPP_OPTIONS_MAX], what = rbuf_u8(r);
	size_t len = put_options(p, r, options, sizeof(options));

	if (refuse)
		send_packet(w, p->number,
			    what & 1 ? PPP_CODE_CONF_NAK : PPP_CODE_CONF_REJ,
			    w->id[id], options, len);
	else
		send_packet(w, p->number, PPP_CODE_CONF_REQ, what, options,
			    len);
}

static void acknowledge(struct world *w, struct rbuf *r)
{
	enum ppp_fsm_id id = rbuf_u8(r) % PPP_FSM_COUNT;
	uint8_t options[PPP_OPTIONS_MAX];
	struct wbuf b = wbuf_init(options, sizeof(options));

	if (w->over || !ppp_fsm_negotiates(&w->link->fsm[id]))
		return;
	ppp_options_write(w->link, id, &b);
	send_packet(w, w->core->protocols[id]->number, PPP_CODE_CONF_ACK,
		    w->id[id], options, b.len);
}

static void other_packet(struct world *w, struct rbuf *r, uint16_t protocol,
			 uint8_t id)
{
	uint8_t code = rbuf_u8(r) % 17;
	size_t n = rbuf_u8(r);
	const uint8_t *p;

	n = n < rbuf_left(r) ? n : rbuf_left(r);
	p = rbuf_take(r, n);
	send_packet(w, protocol, code, id, p, n);
}

static void hand_over(struct world *w)
{
	struct ppp_proxy p;

	if (!w->over && ppp_link_hand_over(w->link, w->now, &p) == 0) {
		CHECK(p.last_sent.data && p.last_received.data);
		w->over = true;
		w->lcp_up = false;
	}
	world_take(w);
}

static void command(struct world *w, struct rbuf *r, uint8_t step)
{
	if (step == RENEGOTIATE)
		ppp_link_renegotiate(
			w->link, w->now,
			w->core->protocols[rbuf_u8(r) % PPP_FSM_COUNT]->number);
	else if (step == STOP)
		ppp_link_stop(w->link, w->now, PPP_CAUSE_ADMIN_RESET, "stop");
	else if (step == TRAFFIC)
		ppp_link_note_traffic(w->link, w->now);
	else
		ppp_link_mppe_failed(w->link, w->now);
	world_take(w);
}

static void do_step(struct world *w, struct rbuf *r)
{
	uint8_t step = rbuf_u8(r) % STEPS;

	switch (step) {
	case REQUEST:
	case REFUSE:
		configure(w, r, step == REFUSE);
		break;
	case ACK:
		acknowledge(w, r);
		break;
	case CODE:
		other_packet(w, r, w->core->protocols[rbuf_u8(r) % 4]->number,
			     rbuf_u8(r));
		break;
	case AUTH:
		other_packet(w, r, auth_protocols[rbuf_u8(r) % 3],
			     (uint8_t)(w->auth_id + rbuf_u8(r) % 2));
		break;
	case FRAME:
		other_packet(w, r, rbuf_u16(r), rbuf_u8(r));
		break;
	case ANSWER:
		world_answer(w, rbuf_u8(r) % 4);
		break;
	case WAIT:
		world_wait(w, 100u * rbuf_u8(r));
		break;
	case HAND_OVER:
		hand_over(w);
		break;
	default:
		command(w, r, step);
		break;
	}
}

static struct ppp_blob take_blob(struct rbuf *r)
{
	size_t len = rbuf_u8(r);
	const uint8_t *p;

	len = len < rbuf_left(r) ? len : rbuf_left(r);
	p = rbuf_take(r, len);
	return (struct ppp_blob){ .data = len ? p : NULL,
				  .len = (uint16_t)len };
}

static void begin(struct world *w, struct rbuf *r)
{
	struct ppp_proxy p = { .auth_type = rbuf_u8(r) };

	if (p.auth_type > PPP_PROXY_AUTH_MSCHAPV1) {
		ppp_link_start(w->link, w->now);
	} else {
		p.first_received = take_blob(r);
		p.last_sent = take_blob(r);
		p.last_received = take_blob(r);
		p.name = take_blob(r);
		p.challenge = take_blob(r);
		p.response = take_blob(r);
		ppp_link_start_proxy(w->link, w->now, &p);
	}
	world_take(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rbuf r = rbuf_init(data, len);
	static struct world w;
	uint8_t how = rbuf_u8(&r), method = rbuf_u8(&r);

	world_init(&w, how, method);
	begin(&w, &r);
	for (unsigned int i = 0; i < STEPS_MAX && rbuf_left(&r); i++)
		do_step(&w, &r);
	world_fini(&w);
	return 0;
}
