// SPDX-License-Identifier: GPL-2.0-or-later
/* The control connection's machine, RFC 2661 section 7.2.1. */
#include "proto/l2tp/states.h"

/* clang-format off */
#define CELL(event, action, next) \
	[L2TP_TUNNEL_EV_##event] = { L2TP_TUNNEL_ACT_##action, L2TP_TUNNEL_##next }

/*
 * A responder that waits for its driver's decision is in idle: the event
 * "SCCRQ, acceptable" comes with the decision. A tunnel that was cleaned up is
 * in idle as well; while its reliable delivery runs on (sections 5.7, 5.8),
 * nothing reaches this table.
 */
static const struct l2tp_tunnel_cell
machine[L2TP_TUNNEL_STATE_COUNT][L2TP_TUNNEL_EVENT_COUNT] = {
	[L2TP_TUNNEL_IDLE] = {
		CELL(LOCAL_OPEN,	SEND_SCCRQ,	WAIT_CTL_REPLY),
		CELL(SCCRQ_OK,		SEND_SCCRP,	WAIT_CTL_CONN),
		CELL(SCCRQ_BAD,		SEND_STOPCCN,	IDLE),
		CELL(SCCRP_OK,		SEND_STOPCCN,	IDLE),
		CELL(SCCRP_BAD,		SEND_STOPCCN,	IDLE),
		CELL(SCCCN_OK,		CLEAN_UP,	IDLE),
		CELL(SCCCN_BAD,		CLEAN_UP,	IDLE),
		CELL(STOPCCN,		CLEAN_UP,	IDLE),
		/* silent: waits like a call of a tunnel that is being opened */
		CELL(LOCAL_CALL,	QUEUE_CALL,	IDLE),
		/* silent: the peer waits for an answer to its SCCRQ */
		CELL(LOCAL_CLOSE,	SEND_STOPCCN,	IDLE),
		/* silent: there is no SCCRQ of ours to tie with */
		CELL(SCCRQ_LOSE,	IGNORE,		IDLE),
		CELL(SCCRQ_WIN,		IGNORE,		IDLE),
		/* silent: the peer cannot have our id yet */
		CELL(HELLO,		IGNORE,		IDLE),
		CELL(CALL,		IGNORE,		IDLE),
		/* silent: 7.1 clears */
		CELL(FAULT,		SEND_STOPCCN,	IDLE),
		CELL(SILENCE,		DISCARD,	IDLE),
		/* silent: the driver never decided; the peer is told */
		CELL(SETUP_TIMEOUT,	SEND_STOPCCN,	IDLE),
		CELL(IDLE_TIMEOUT,	IGNORE,		IDLE),
	},
	[L2TP_TUNNEL_WAIT_CTL_REPLY] = {
		CELL(SCCRP_OK,		SEND_SCCCN,	ESTABLISHED),
		CELL(SCCRP_BAD,		SEND_STOPCCN,	IDLE),
		/* 4.4.3: silently. The peer's SCCRQ becomes a tunnel of its own. */
		CELL(SCCRQ_LOSE,	DISCARD,	IDLE),
		CELL(SCCCN_OK,		SEND_STOPCCN,	IDLE),
		CELL(SCCCN_BAD,		SEND_STOPCCN,	IDLE),
		CELL(STOPCCN,		CLEAN_UP,	IDLE),
		/* silent: it is open already */
		CELL(LOCAL_OPEN,	IGNORE,		WAIT_CTL_REPLY),
		/* 7.4.1 wait-tunnel: until the control connection is opened */
		CELL(LOCAL_CALL,	QUEUE_CALL,	WAIT_CTL_REPLY),
		/* silent: the SCCRQ may have arrived, so the peer is told */
		CELL(LOCAL_CLOSE,	SEND_STOPCCN,	IDLE),
		/* 4.4.3: the loser discards its own */
		CELL(SCCRQ_WIN,		IGNORE,		WAIT_CTL_REPLY),
		/* silent: an SCCRQ on this very tunnel is out of sequence (7.1) */
		CELL(SCCRQ_OK,		SEND_STOPCCN,	IDLE),
		CELL(SCCRQ_BAD,		SEND_STOPCCN,	IDLE),
		/* silent: acknowledged, asks for nothing */
		CELL(HELLO,		IGNORE,		WAIT_CTL_REPLY),
		/* silent: out of sequence (7.1) */
		CELL(CALL,		SEND_STOPCCN,	IDLE),
		CELL(FAULT,		SEND_STOPCCN,	IDLE),
		/* 5.8: cleared; nobody to tell */
		CELL(SILENCE,		DISCARD,	IDLE),
		CELL(SETUP_TIMEOUT,	SEND_STOPCCN,	IDLE),
		CELL(IDLE_TIMEOUT,	IGNORE,		WAIT_CTL_REPLY),
	},
	[L2TP_TUNNEL_WAIT_CTL_CONN] = {
		CELL(SCCCN_OK,		OPEN_SESSIONS,	ESTABLISHED),
		CELL(SCCCN_BAD,		SEND_STOPCCN,	IDLE),
		CELL(SCCRP_OK,		SEND_STOPCCN,	IDLE),
		CELL(SCCRP_BAD,		SEND_STOPCCN,	IDLE),
		CELL(SCCRQ_OK,		SEND_STOPCCN,	IDLE),
		CELL(SCCRQ_BAD,		SEND_STOPCCN,	IDLE),
		CELL(STOPCCN,		CLEAN_UP,	IDLE),
		/* silent, as in wait-ctl-reply */
		CELL(LOCAL_OPEN,	IGNORE,		WAIT_CTL_CONN),
		CELL(LOCAL_CALL,	QUEUE_CALL,	WAIT_CTL_CONN),
		CELL(LOCAL_CLOSE,	SEND_STOPCCN,	IDLE),
		/* silent: no SCCRQ of ours is out on this tunnel */
		CELL(SCCRQ_LOSE,	IGNORE,		WAIT_CTL_CONN),
		CELL(SCCRQ_WIN,		IGNORE,		WAIT_CTL_CONN),
		CELL(HELLO,		IGNORE,		WAIT_CTL_CONN),
		CELL(CALL,		SEND_STOPCCN,	IDLE),
		CELL(FAULT,		SEND_STOPCCN,	IDLE),
		CELL(SILENCE,		DISCARD,	IDLE),
		CELL(SETUP_TIMEOUT,	SEND_STOPCCN,	IDLE),
		CELL(IDLE_TIMEOUT,	IGNORE,		WAIT_CTL_CONN),
	},
	[L2TP_TUNNEL_ESTABLISHED] = {
		CELL(LOCAL_CALL,	OPEN_SESSIONS,	ESTABLISHED),
		CELL(LOCAL_CLOSE,	SEND_STOPCCN,	IDLE),
		CELL(SCCRQ_OK,		SEND_STOPCCN,	IDLE),
		CELL(SCCRQ_BAD,		SEND_STOPCCN,	IDLE),
		CELL(SCCRP_OK,		SEND_STOPCCN,	IDLE),
		CELL(SCCRP_BAD,		SEND_STOPCCN,	IDLE),
		CELL(SCCCN_OK,		SEND_STOPCCN,	IDLE),
		CELL(SCCCN_BAD,		SEND_STOPCCN,	IDLE),
		CELL(STOPCCN,		CLEAN_UP,	IDLE),
		/* silent: it is open already */
		CELL(LOCAL_OPEN,	IGNORE,		ESTABLISHED),
		/* silent: the tie is long decided, the SCCRQ is a late one */
		CELL(SCCRQ_LOSE,	IGNORE,		ESTABLISHED),
		CELL(SCCRQ_WIN,		IGNORE,		ESTABLISHED),
		/* 6.5: the acknowledgement is the answer */
		CELL(HELLO,		IGNORE,		ESTABLISHED),
		CELL(CALL,		DELIVER,	ESTABLISHED),
		CELL(FAULT,		SEND_STOPCCN,	IDLE),
		CELL(SILENCE,		DISCARD,	IDLE),
		CELL(SETUP_TIMEOUT,	IGNORE,		ESTABLISHED),
		/* 7.6: a policy; result 1 */
		CELL(IDLE_TIMEOUT,	SEND_STOPCCN,	IDLE),
	},
};
/* clang-format on */

struct l2tp_tunnel_cell l2tp_tunnel_transition(enum l2tp_tunnel_state state,
					       enum l2tp_tunnel_event event)
{
	return machine[state][event];
}

#define X(id, name) name,
static const char *const state_names[] = { L2TP_TUNNEL_STATES(X) };
static const char *const event_names[] = { L2TP_TUNNEL_EVENTS(X) };
static const char *const action_names[] = { L2TP_TUNNEL_ACTIONS(X) };
#undef X

const char *l2tp_tunnel_state_name(enum l2tp_tunnel_state s)
{
	return state_names[s];
}

const char *l2tp_tunnel_event_name(enum l2tp_tunnel_event e)
{
	return event_names[e];
}

const char *l2tp_tunnel_action_name(enum l2tp_tunnel_action a)
{
	return action_names[a];
}
