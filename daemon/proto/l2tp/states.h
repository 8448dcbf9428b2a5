/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state machines of RFC 2661 section 7 as tables: the control connection
 * and the four kinds of call. Every cell is filled; where the RFC is silent,
 * the table says why.
 */
#ifndef L2TPD_PROTO_L2TP_STATES_H
#define L2TPD_PROTO_L2TP_STATES_H

#include "proto/l2tp/l2tp.h"

/* ---- the control connection, section 7.2.1 ---- */

/* clang-format off */
#define L2TP_TUNNEL_STATES(X) \
	X(IDLE,			"idle") \
	X(WAIT_CTL_REPLY,	"wait-ctl-reply") \
	X(WAIT_CTL_CONN,	"wait-ctl-conn") \
	X(ESTABLISHED,		"established")
/* clang-format on */

/* Below the line: what section 7.2.1 leaves to other sections. */
/* clang-format off */
#define L2TP_TUNNEL_EVENTS(X) \
	X(LOCAL_OPEN,		"local open request") \
	X(LOCAL_CALL,		"local open request (new call)") \
	X(LOCAL_CLOSE,		"admin tunnel close") \
	X(SCCRQ_OK,		"receive SCCRQ, acceptable") \
	X(SCCRQ_BAD,		"receive SCCRQ, not acceptable") \
	X(SCCRQ_LOSE,		"receive SCCRQ, lose tie-breaker") \
	X(SCCRQ_WIN,		"receive SCCRQ, win tie-breaker") \
	X(SCCRP_OK,		"receive SCCRP, acceptable") \
	X(SCCRP_BAD,		"receive SCCRP, not acceptable") \
	X(SCCCN_OK,		"receive SCCCN, acceptable") \
	X(SCCCN_BAD,		"receive SCCCN, not acceptable") \
	X(STOPCCN,		"receive StopCCN") \
	/* ---- */ \
	X(HELLO,		"receive HELLO") \
	X(CALL,			"receive a call's message") \
	X(FAULT,		"receive a message that clears the tunnel") \
	X(SILENCE,		"no answer to the last retransmission") \
	X(SETUP_TIMEOUT,	"setup timeout") \
	X(IDLE_TIMEOUT,		"no session for the idle timeout")

#define L2TP_TUNNEL_ACTIONS(X) \
	X(IGNORE,		"ignore") \
	X(SEND_SCCRQ,		"send SCCRQ") \
	X(SEND_SCCRP,		"send SCCRP") \
	X(SEND_SCCCN,		"send SCCCN, tunnel-open to waiting sessions") \
	X(OPEN_SESSIONS,	"tunnel-open to waiting sessions") \
	X(SEND_STOPCCN,		"send StopCCN, clean up") \
	X(CLEAN_UP,		"clean up") \
	X(DISCARD,		"clean up at once, nothing to deliver") \
	X(QUEUE_CALL,		"the session waits") \
	X(DELIVER,		"to the session")
/* clang-format on */

/* ---- calls, sections 7.4.1, 7.4.2, 7.5.1, 7.5.2 ---- */

/* clang-format off */
#define L2TP_SESSION_STATES(X) \
	X(IDLE,			"idle") \
	X(WAIT_TUNNEL,		"wait-tunnel") \
	X(WAIT_REPLY,		"wait-reply") \
	X(WAIT_CONNECT,		"wait-connect") \
	X(WAIT_CS_ANSWER,	"wait-cs-answer") \
	X(ESTABLISHED,		"established")

#define L2TP_SESSION_EVENTS(X) \
	X(LOCAL_OPEN, \
		"bearer ring, ready to indicate incoming conn. or local open request") \
	X(TUNNEL_OPEN,		"tunnel-open") \
	X(BEARER_ANSWER,	"bearer answer, framing detected") \
	X(LOCAL_CLOSE,		"local close request, bearer line drop or bearer failure") \
	X(ICRQ_OK,		"receive ICRQ, acceptable") \
	X(ICRQ_BAD,		"receive ICRQ, not acceptable") \
	X(ICRP_OK,		"receive ICRP, acceptable") \
	X(ICRP_BAD,		"receive ICRP, not acceptable") \
	X(ICCN_OK,		"receive ICCN, acceptable") \
	X(ICCN_BAD,		"receive ICCN, not acceptable") \
	X(OCRQ_OK,		"receive OCRQ, acceptable") \
	X(OCRQ_BAD,		"receive OCRQ, not acceptable") \
	X(OCRP_OK,		"receive OCRP, acceptable") \
	X(OCRP_BAD,		"receive OCRP, not acceptable") \
	X(OCCN_OK,		"receive OCCN, acceptable") \
	X(OCCN_BAD,		"receive OCCN, not acceptable") \
	X(CDN,			"receive CDN") \
	/* RFC 3931 sections 7.3.1, 7.4.1 */ \
	X(TIE_LOSE,		"receive ICRQ or OCRQ, lose tie breaker") \
	X(TIE_WIN,		"receive ICRQ or OCRQ, win tie breaker") \
	/* ---- */ \
	X(WEN,			"receive WEN") \
	X(SLI,			"receive SLI") \
	X(FAULT,		"receive a message that clears the session") \
	X(SETUP_TIMEOUT,	"setup timeout") \
	X(TUNNEL_DOWN,		"the tunnel is gone")

#define L2TP_SESSION_ACTIONS(X) \
	X(IGNORE,		"ignore") \
	X(NONE,			"none") \
	X(OPEN_TUNNEL,		"initiate local tunnel open") \
	X(SEND_ICRQ,		"send ICRQ") \
	X(SEND_ICRP,		"send ICRP") \
	X(SEND_ICCN,		"send ICCN") \
	X(SEND_OCRQ,		"send OCRQ") \
	X(SEND_OCRP,		"send OCRP, open bearer") \
	X(SEND_OCCN,		"send OCCN") \
	X(PREPARE,		"prepare for data") \
	X(SEND_CDN,		"send CDN, clean up") \
	X(CLEAN_UP,		"clean up") \
	X(TELL_WEN,		"counters to the driver") \
	X(TELL_SLI,		"ACCM to the driver")
/* clang-format on */

enum l2tp_tunnel_state {
#define X(id, name) L2TP_TUNNEL_##id,
	L2TP_TUNNEL_STATES(X)
#undef X
};
enum l2tp_tunnel_event {
#define X(id, name) L2TP_TUNNEL_EV_##id,
	L2TP_TUNNEL_EVENTS(X)
#undef X
};
enum l2tp_tunnel_action {
#define X(id, name) L2TP_TUNNEL_ACT_##id,
	L2TP_TUNNEL_ACTIONS(X)
#undef X
};
enum l2tp_session_state {
#define X(id, name) L2TP_SESSION_##id,
	L2TP_SESSION_STATES(X)
#undef X
};
enum l2tp_session_event {
#define X(id, name) L2TP_SESSION_EV_##id,
	L2TP_SESSION_EVENTS(X)
#undef X
};
enum l2tp_session_action {
#define X(id, name) L2TP_SESSION_ACT_##id,
	L2TP_SESSION_ACTIONS(X)
#undef X
};
/*
 * Apart from the enums, so that a switch over one of them names
 * real values only.
 */
enum {
#define X(id, name) +1
	L2TP_TUNNEL_STATE_COUNT = 0 L2TP_TUNNEL_STATES(X),
	L2TP_TUNNEL_EVENT_COUNT = 0 L2TP_TUNNEL_EVENTS(X),
	L2TP_SESSION_STATE_COUNT = 0 L2TP_SESSION_STATES(X),
	L2TP_SESSION_EVENT_COUNT = 0 L2TP_SESSION_EVENTS(X),
#undef X
	L2TP_CALL_KIND_COUNT = L2TP_CALL_LAC_OUTGOING + 1,
};

struct l2tp_tunnel_cell {
	enum l2tp_tunnel_action action;
	enum l2tp_tunnel_state next;
};
struct l2tp_session_cell {
	enum l2tp_session_action action;
	enum l2tp_session_state next;
};

struct l2tp_tunnel_cell l2tp_tunnel_transition(enum l2tp_tunnel_state state,
					       enum l2tp_tunnel_event event);
/* state must be one of kind's: l2tp_session_has_state. */
struct l2tp_session_cell l2tp_session_transition(enum l2tp_call_kind kind,
						 enum l2tp_session_state state,
						 enum l2tp_session_event event);
bool l2tp_session_has_state(enum l2tp_call_kind kind,
			    enum l2tp_session_state state);

const char *l2tp_tunnel_state_name(enum l2tp_tunnel_state s);
const char *l2tp_tunnel_event_name(enum l2tp_tunnel_event e);
const char *l2tp_tunnel_action_name(enum l2tp_tunnel_action a);
const char *l2tp_session_state_name(enum l2tp_session_state s);
const char *l2tp_session_event_name(enum l2tp_session_event e);

/* Every cell of every machine, in order, as the conformance table prints it. */
struct l2tp_cell_text {
	const char *machine, *section, *state, *event, *action, *next;
};
void l2tp_states_for_each(void (*cb)(void *ctx,
				     const struct l2tp_cell_text *cell),
			  void *ctx);

#endif
