/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The automaton of RFC 1661 section 4: what its table's actions do, its
 * counters and timer, and the packets that are its events.
 */
#include "proto/ppp/internal.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

const char *ppp_code_name(uint8_t code)
{
	static const char *const names[] = {
#define X(id, number, name) [number] = (name),
		PPP_CODES(X)
#undef X
	};

	return code < sizeof(names) / sizeof(names[0]) && names[code] ?
		       names[code] :
		       "a code";
}

void ppp_fsm_init(struct ppp_link *l)
{
	for (int i = 0; i < PPP_FSM_COUNT; i++)
		l->fsm[i] = (struct ppp_fsm){ .deadline = PPP_NEVER };
}

bool ppp_fsm_negotiates(const struct ppp_fsm *f)
{
	return f->state == PPP_REQ_SENT || f->state == PPP_ACK_RCVD ||
	       f->state == PPP_ACK_SENT;
}

/* The states that have a TO event. */
static bool has_timer(enum ppp_fsm_state s)
{
	return ppp_fsm_transition(s, PPP_EV_TO_PLUS).next != PPP_FSM_ILLEGAL;
}

static void set_state(struct ppp_fsm *f, enum ppp_fsm_state next)
{
	f->state = (uint8_t)next;
	if (!has_timer(next))
		f->deadline = PPP_NEVER;
	if (!ppp_fsm_negotiates(f))
		f->begun = false;
}

static bool begin(struct ppp_link *l, enum ppp_fsm_id id)
{
	struct ppp_fsm *f = &l->fsm[id];

	if (f->begun)
		return true;
	if (!ppp_negotiation_get(l))
		return false;
	f->begun = true;
	f->naks = f->refusals = f->rounds = 0;
	f->wanted = ppp_protocol_of(l, id)->begin(l);
	return true;
}

static void send_reply(struct ppp_link *l, enum ppp_fsm_id id, uint8_t code,
		       const void *data, size_t len)
{
	ppp_send_packet(l, ppp_protocol_of(l, id)->number, code, l->core->rx.id,
			data, len);
}

/* ---- actions, RFC 1661 section 4.4 ---- */

static void act_tlu(struct ppp_link *l, enum ppp_fsm_id id)
{
	ppp_protocol_of(l, id)->up(l);
}

static void act_tld(struct ppp_link *l, enum ppp_fsm_id id)
{
	ppp_protocol_of(l, id)->down(l);
}

/* The lower layer of ours is always there. */
static void act_tls(struct ppp_link *l, enum ppp_fsm_id id)
{
	(void)l;
	(void)id;
}

static void act_tlf(struct ppp_link *l, enum ppp_fsm_id id)
{
	ppp_protocol_of(l, id)->finished(l);
}

/* Max-Terminate where a Terminate-Request follows, which the state tells. */
static void act_irc(struct ppp_link *l, enum ppp_fsm_id id)
{
	enum ppp_fsm_state s = l->fsm[id].state;
	bool ends = s == PPP_CLOSING || s == PPP_STOPPING;

	l->fsm[id].restart = ends ? ppp_max_terminate(l) : ppp_max_configure(l);
}

static void start_timer(struct ppp_link *l, enum ppp_fsm_id id)
{
	l->fsm[id].deadline = ppp_after(l, ppp_restart_ms(l));
}

static void act_zrc(struct ppp_link *l, enum ppp_fsm_id id)
{
	l->fsm[id].restart = 0;
	start_timer(l, id);
}

static void count_down(struct ppp_link *l, enum ppp_fsm_id id)
{
	if (l->fsm[id].restart)
		l->fsm[id].restart--;
	start_timer(l, id);
}

static void tell_sending(struct ppp_link *l, enum ppp_fsm_id id, uint8_t code)
{
	const struct ppp_protocol *p = ppp_protocol_of(l, id);

	if (p->sending)
		p->sending(l, code);
}

static void act_scr(struct ppp_link *l, enum ppp_fsm_id id)
{
	uint8_t options[PPP_OPTIONS_MAX];
	struct wbuf w = wbuf_init(options, sizeof(options));

	if (!begin(l, id))
		return;
	ppp_options_write(l, id, &w);
	l->fsm[id].answered = false;
	count_down(l, id);
	tell_sending(l, id, PPP_CODE_CONF_REQ);
	ppp_send_packet(l, ppp_protocol_of(l, id)->number, PPP_CODE_CONF_REQ,
			l->fsm[id].id, options, w.len);
}

static void act_sca(struct ppp_link *l, enum ppp_fsm_id id)
{
	const struct ppp_packet *rx = &l->core->rx;

	l->fsm[id].naks = 0;
	tell_sending(l, id, PPP_CODE_CONF_ACK);
	send_reply(l, id, PPP_CODE_CONF_ACK, rx->data, rx->len);
}

static void act_scn(struct ppp_link *l, enum ppp_fsm_id id)
{
	struct ppp_core *c = l->core;

	if (c->reply_code == PPP_CODE_CONF_NAK)
		l->fsm[id].naks++;
	send_reply(l, id, c->reply_code, c->reply.data, c->reply.len);
}

static void act_str(struct ppp_link *l, enum ppp_fsm_id id)
{
	const char *told = id == PPP_FSM_LCP && l->told ? l->told : "";

	count_down(l, id);
	ppp_send_packet(l, ppp_protocol_of(l, id)->number, PPP_CODE_TERM_REQ,
			l->fsm[id].id, told, strlen(told));
}

static void act_sta(struct ppp_link *l, enum ppp_fsm_id id)
{
	send_reply(l, id, PPP_CODE_TERM_ACK, NULL, 0);
}

static void act_scj(struct ppp_link *l, enum ppp_fsm_id id)
{
	const struct ppp_packet *rx = &l->core->rx;

	ppp_send_packet(l, ppp_protocol_of(l, id)->number, PPP_CODE_CODE_REJ,
			++l->reject_id, rx->whole, rx->whole_len);
}

static void act_ser(struct ppp_link *l, enum ppp_fsm_id id)
{
	const struct ppp_packet *rx = &l->core->rx;
	struct rbuf r = rbuf_init(rx->data, rx->len);

	ppp_protocol_of(l, id)->receive(l, rx->code, rx->id, &r);
}

static void act(struct ppp_link *l, enum ppp_fsm_id id, uint16_t actions)
{
	static void (*const functions[PPP_FSM_ACTION_COUNT])(
		struct ppp_link *, enum ppp_fsm_id) = {
		[PPP_ACT_TLD] = act_tld, [PPP_ACT_IRC] = act_irc,
		[PPP_ACT_ZRC] = act_zrc, [PPP_ACT_SCR] = act_scr,
		[PPP_ACT_SCA] = act_sca, [PPP_ACT_SCN] = act_scn,
		[PPP_ACT_STR] = act_str, [PPP_ACT_STA] = act_sta,
		[PPP_ACT_SCJ] = act_scj, [PPP_ACT_SER] = act_ser,
		[PPP_ACT_TLU] = act_tlu, [PPP_ACT_TLS] = act_tls,
		[PPP_ACT_TLF] = act_tlf,
	};

	for (unsigned int i = 0; i < PPP_FSM_ACTION_COUNT; i++)
		if (actions & 1u << i)
			functions[i](l, id);
}

#define SENDS_REQUEST (1u << PPP_ACT_SCR | 1u << PPP_ACT_STR)

void ppp_fsm_event(struct ppp_link *l, enum ppp_fsm_id id,
		   enum ppp_fsm_event event)
{
	struct ppp_fsm *f = &l->fsm[id];
	struct ppp_fsm_cell cell = ppp_fsm_transition(f->state, event);

	if (cell.next == PPP_FSM_ILLEGAL || l->over)
		return;
	/* what is sent again is the same (RFC 1661 section 5.1) */
	if (cell.actions & SENDS_REQUEST && event != PPP_EV_TO_PLUS)
		f->id++;
	set_state(f, cell.next);
	act(l, id, cell.actions);
}

void ppp_fsm_give_up(struct ppp_link *l, enum ppp_fsm_id id,
		     enum ppp_reason reason, const char *text)
{
	char words[PPP_WORDS_MAX];

	if (id == PPP_FSM_LCP) {
		ppp_end_because(l, reason, text);
	} else {
		ppp_reason_words(words, reason, text);
		ppp_end_note(l, "%s", words);
		ppp_log(l, LOG_INFO, "%s", words);
	}
	ppp_fsm_event(l, id, PPP_EV_CLOSE);
}

/* ---- packets ---- */

static void no_agreement(struct ppp_link *l, enum ppp_fsm_id id)
{
	const struct ppp_protocol *p = ppp_protocol_of(l, id);
	char text[PPP_WORDS_MAX];

	snprintf(text, sizeof(text), "%s of %s",
		 p->options[l->fsm[id].refused].name, p->name);
	ppp_fsm_give_up(l, id, PPP_REASON_NO_AGREEMENT, text);
}

static void refuse_request(struct ppp_link *l, enum ppp_fsm_id id)
{
	ppp_fsm_event(l, id, PPP_EV_RCR_MINUS);
	if (++l->fsm[id].refusals > 2 * ppp_max_failure(l))
		no_agreement(l, id);
}

static bool takes_requests(const struct ppp_fsm *f)
{
	return ppp_fsm_negotiates(f) || f->state == PPP_STOPPED ||
	       f->state == PPP_OPENED;
}

static void conf_req(struct ppp_link *l, enum ppp_fsm_id id)
{
	const struct ppp_packet *rx = &l->core->rx;

	if (!takes_requests(&l->fsm[id])) {
		ppp_fsm_event(l, id, PPP_EV_RCR_PLUS);
		return;
	}
	if (!begin(l, id) || !ppp_options_check(l, id, rx->data, rx->len))
		return;
	if (l->core->reply_code != PPP_CODE_CONF_ACK) {
		refuse_request(l, id);
		return;
	}
	if (ppp_protocol_of(l, id)->accepted)
		ppp_protocol_of(l, id)->accepted(l, rx->data, rx->len);
	ppp_fsm_event(l, id, PPP_EV_RCR_PLUS);
}

/*
 * Whether it answers our last request, for the first time. Where we have none,
 * the automaton answers with Terminate-Ack by itself.
 */
static bool answers_us(struct ppp_link *l, enum ppp_fsm_id id)
{
	struct ppp_fsm *f = &l->fsm[id];

	if (!ppp_fsm_negotiates(f) && f->state != PPP_OPENED)
		return true;
	return l->core->rx.id == f->id && !f->answered;
}

static bool is_our_request(struct ppp_link *l, enum ppp_fsm_id id)
{
	const struct ppp_packet *rx = &l->core->rx;
	uint8_t options[PPP_OPTIONS_MAX];
	struct wbuf w = wbuf_init(options, sizeof(options));

	if (!ppp_fsm_negotiates(&l->fsm[id]))
		return true;
	ppp_options_write(l, id, &w);
	return w.len == rx->len && !memcmp(options, rx->data, rx->len);
}

static void conf_ack(struct ppp_link *l, enum ppp_fsm_id id)
{
	if (!answers_us(l, id) || !is_our_request(l, id))
		return;
	l->fsm[id].answered = true;
	ppp_fsm_event(l, id, PPP_EV_RCA);
}

static void conf_nak(struct ppp_link *l, enum ppp_fsm_id id)
{
	const struct ppp_packet *rx = &l->core->rx;
	struct ppp_fsm *f = &l->fsm[id];

	if (!answers_us(l, id))
		return;
	if (ppp_fsm_negotiates(f)) {
		if (!ppp_options_refused(l, id, rx->code == PPP_CODE_CONF_REJ,
					 rx->data, rx->len))
			return;
		f->answered = true;
		if (++f->rounds > PPP_ROUNDS_MAX)
			no_agreement(l, id);
	}
	ppp_fsm_event(l, id, PPP_EV_RCN);
}

static void term_req(struct ppp_link *l, enum ppp_fsm_id id)
{
	const struct ppp_packet *rx = &l->core->rx;
	char text[PPP_WORDS_MAX - 64] = ": ";

	ppp_text_clean(text + 2, sizeof(text) - 2, rx->data, rx->len);
	if (id == PPP_FSM_LCP)
		ppp_end_because(l, PPP_REASON_PEER, text[2] ? text : "");
	else
		ppp_end_note(l, "the peer closed %s%s",
			     ppp_protocol_of(l, id)->name, text[2] ? text : "");
	ppp_fsm_event(l, id, PPP_EV_RTR);
}

/* Of one of the seven codes that the automaton needs: it cannot go on. */
static void code_rej(struct ppp_link *l, enum ppp_fsm_id id)
{
	const struct ppp_packet *rx = &l->core->rx;
	uint8_t code = rx->len ? rx->data[0] : 0;
	char text[PPP_WORDS_MAX];

	if (code < PPP_CODE_CONF_REQ || code > PPP_CODE_CODE_REJ) {
		if (code == PPP_CODE_ECHO_REQ)
			l->echo.deadline = PPP_NEVER;
		ppp_fsm_event(l, id, PPP_EV_RXJ_PLUS);
		return;
	}
	snprintf(text, sizeof(text), "%s of %s", ppp_code_name(code),
		 ppp_protocol_of(l, id)->name);
	if (id == PPP_FSM_LCP)
		ppp_end_because(l, PPP_REASON_CODE_REJECTED, text);
	ppp_fsm_event(l, id, PPP_EV_RXJ_MINUS);
}

static void other_code(struct ppp_link *l, enum ppp_fsm_id id)
{
	const struct ppp_packet *rx = &l->core->rx;
	struct rbuf r = rbuf_init(rx->data, rx->len);

	if (rx->code > PPP_CODE_RESET_ACK ||
	    !(ppp_protocol_of(l, id)->codes & 1u << rx->code))
		ppp_fsm_event(l, id, PPP_EV_RUC);
	else if (rx->code >= PPP_CODE_ECHO_REQ &&
		 rx->code <= PPP_CODE_TIME_LEFT)
		ppp_fsm_event(l, id, PPP_EV_RXR);
	else if (l->fsm[id].state == PPP_OPENED)
		ppp_protocol_of(l, id)->receive(l, rx->code, rx->id, &r);
}

static void dispatch(struct ppp_link *l, enum ppp_fsm_id id)
{
	switch (l->core->rx.code) {
	case PPP_CODE_CONF_REQ:
		conf_req(l, id);
		break;
	case PPP_CODE_CONF_ACK:
		conf_ack(l, id);
		break;
	case PPP_CODE_CONF_NAK:
	case PPP_CODE_CONF_REJ:
		conf_nak(l, id);
		break;
	case PPP_CODE_TERM_REQ:
		term_req(l, id);
		break;
	case PPP_CODE_TERM_ACK:
		ppp_fsm_event(l, id, PPP_EV_RTA);
		break;
	case PPP_CODE_CODE_REJ:
		code_rej(l, id);
		break;
	default:
		other_code(l, id);
		break;
	}
}

void ppp_fsm_input(struct ppp_link *l, enum ppp_fsm_id id, const uint8_t *p,
		   size_t len)
{
	if (ppp_packet_read(&l->core->rx, p, len) &&
	    l->fsm[id].state > PPP_STARTING)
		dispatch(l, id);
}

/* A passive LCP that nobody spoke to ends as well. */
void ppp_fsm_timeout(struct ppp_link *l, enum ppp_fsm_id id)
{
	struct ppp_fsm *f = &l->fsm[id];

	if (f->restart) {
		ppp_fsm_event(l, id, PPP_EV_TO_PLUS);
		return;
	}
	if (id == PPP_FSM_LCP &&
	    (ppp_fsm_negotiates(f) || f->state == PPP_STOPPED))
		ppp_end_because(l, PPP_REASON_SILENT, "");
	else if (ppp_fsm_negotiates(f))
		ppp_end_note(l, "no answer to %s",
			     ppp_protocol_of(l, id)->name);
	if (f->state == PPP_STOPPED) {
		f->deadline = PPP_NEVER;
		ppp_protocol_of(l, id)->finished(l);
		return;
	}
	ppp_fsm_event(l, id, PPP_EV_TO_MINUS);
}
