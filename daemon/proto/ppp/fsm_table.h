/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The option negotiation automaton of RFC 1661 section 4.1 as its table, once
 * for LCP and every network control protocol.
 */
#ifndef L2TPD_PROTO_PPP_FSM_TABLE_H
#define L2TPD_PROTO_PPP_FSM_TABLE_H

#include <stdint.h>

/* In the RFC's order: the numbers are those of its table. */
/* clang-format off */
#define PPP_FSM_STATES(X) \
	X(INITIAL,	"Initial") \
	X(STARTING,	"Starting") \
	X(CLOSED,	"Closed") \
	X(STOPPED,	"Stopped") \
	X(CLOSING,	"Closing") \
	X(STOPPING,	"Stopping") \
	X(REQ_SENT,	"Req-Sent") \
	X(ACK_RCVD,	"Ack-Rcvd") \
	X(ACK_SENT,	"Ack-Sent") \
	X(OPENED,	"Opened")

#define PPP_FSM_EVENTS(X) \
	X(UP,		"Up") \
	X(DOWN,		"Down") \
	X(OPEN,		"Open") \
	X(CLOSE,	"Close") \
	X(TO_PLUS,	"TO+") \
	X(TO_MINUS,	"TO-") \
	X(RCR_PLUS,	"RCR+") \
	X(RCR_MINUS,	"RCR-") \
	X(RCA,		"RCA") \
	X(RCN,		"RCN") \
	X(RTR,		"RTR") \
	X(RTA,		"RTA") \
	X(RUC,		"RUC") \
	X(RXJ_PLUS,	"RXJ+") \
	X(RXJ_MINUS,	"RXJ-") \
	X(RXR,		"RXR")

/*
 * In the order in which those of one cell are done: what was up goes down
 * before anything is sent, and what comes up comes after the Ack that told it.
 */
#define PPP_FSM_ACTIONS(X) \
	X(TLD,	"tld") \
	X(IRC,	"irc") \
	X(ZRC,	"zrc") \
	X(SCR,	"scr") \
	X(SCA,	"sca") \
	X(SCN,	"scn") \
	X(STR,	"str") \
	X(STA,	"sta") \
	X(SCJ,	"scj") \
	X(SER,	"ser") \
	X(TLU,	"tlu") \
	X(TLS,	"tls") \
	X(TLF,	"tlf")
/* clang-format on */

enum ppp_fsm_state {
#define X(id, name) PPP_##id,
	PPP_FSM_STATES(X)
#undef X
};
enum ppp_fsm_event {
#define X(id, name) PPP_EV_##id,
	PPP_FSM_EVENTS(X)
#undef X
};
enum ppp_fsm_action {
#define X(id, name) PPP_ACT_##id,
	PPP_FSM_ACTIONS(X)
#undef X
};
/* Apart from the enums, as in proto/l2tp/states.h. */
enum {
#define X(id, name) +1
	PPP_FSM_STATE_COUNT = 0 PPP_FSM_STATES(X),
	PPP_FSM_EVENT_COUNT = 0 PPP_FSM_EVENTS(X),
	PPP_FSM_ACTION_COUNT = 0 PPP_FSM_ACTIONS(X),
#undef X
	PPP_FSM_ILLEGAL = PPP_FSM_STATE_COUNT, /* the RFC's dash */
};

struct ppp_fsm_cell {
	uint16_t actions; /* 1 << enum ppp_fsm_action */
	uint8_t next;	  /* enum ppp_fsm_state, or PPP_FSM_ILLEGAL */
};

struct ppp_fsm_cell ppp_fsm_transition(enum ppp_fsm_state state,
				       enum ppp_fsm_event event);
const char *ppp_fsm_state_name(enum ppp_fsm_state s);
const char *ppp_fsm_event_name(enum ppp_fsm_event e);
const char *ppp_fsm_action_name(enum ppp_fsm_action a);

#endif
