/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of RFC 1661 section 4.1. */
#include "proto/ppp/fsm_table.h"

#define A(action) (1u << PPP_ACT_##action)
#define TLD	  A(TLD)
#define IRC	  A(IRC)
#define ZRC	  A(ZRC)
#define SCR	  A(SCR)
#define SCA	  A(SCA)
#define SCN	  A(SCN)
#define STR	  A(STR)
#define STA	  A(STA)
#define SCJ	  A(SCJ)
#define SER	  A(SER)
#define TLU	  A(TLU)
#define TLS	  A(TLS)
#define TLF	  A(TLF)
#define NO                         \
	{                          \
		0, PPP_FSM_ILLEGAL \
	}

/* clang-format off */
#define ROW(event) [PPP_EV_##event]

/*
 * Each event has two lines, as the RFC prints it on two pages: states 0 to 5
 * (Initial, Starting, Closed, Stopped, Closing, Stopping), and 6 to 9 (Req-Sent,
 * Ack-Rcvd, Ack-Sent, Opened). Neither option [r] nor [p] is used.
 */
static const struct ppp_fsm_cell table[PPP_FSM_EVENT_COUNT][PPP_FSM_STATE_COUNT] = {
	ROW(UP) = {
		{0, 2}, {IRC|SCR, 6}, NO, NO, NO, NO,
		NO, NO, NO, NO },
	ROW(DOWN) = {
		NO, NO, {0, 0}, {TLS, 1}, {0, 0}, {0, 1},
		{0, 1}, {0, 1}, {0, 1}, {TLD, 1} },
	ROW(OPEN) = {
		{TLS, 1}, {0, 1}, {IRC|SCR, 6}, {0, 3}, {0, 5}, {0, 5},
		{0, 6}, {0, 7}, {0, 8}, {0, 9} },
	ROW(CLOSE) = {
		{0, 0}, {TLF, 0}, {0, 2}, {0, 2}, {0, 4}, {0, 4},
		{IRC|STR, 4}, {IRC|STR, 4}, {IRC|STR, 4}, {TLD|IRC|STR, 4} },

	ROW(TO_PLUS) = {
		NO, NO, NO, NO, {STR, 4}, {STR, 5},
		{SCR, 6}, {SCR, 6}, {SCR, 8}, NO },
	ROW(TO_MINUS) = {
		NO, NO, NO, NO, {TLF, 2}, {TLF, 3},
		{TLF, 3}, {TLF, 3}, {TLF, 3}, NO },

	ROW(RCR_PLUS) = {
		NO, NO, {STA, 2}, {IRC|SCR|SCA, 8}, {0, 4}, {0, 5},
		{SCA, 8}, {SCA|TLU, 9}, {SCA, 8}, {TLD|SCR|SCA, 8} },
	ROW(RCR_MINUS) = {
		NO, NO, {STA, 2}, {IRC|SCR|SCN, 6}, {0, 4}, {0, 5},
		{SCN, 6}, {SCN, 7}, {SCN, 6}, {TLD|SCR|SCN, 6} },
	ROW(RCA) = {
		NO, NO, {STA, 2}, {STA, 3}, {0, 4}, {0, 5},
		{IRC, 7}, {SCR, 6}, {IRC|TLU, 9}, {TLD|SCR, 6} },
	ROW(RCN) = {
		NO, NO, {STA, 2}, {STA, 3}, {0, 4}, {0, 5},
		{IRC|SCR, 6}, {SCR, 6}, {IRC|SCR, 8}, {TLD|SCR, 6} },

	ROW(RTR) = {
		NO, NO, {STA, 2}, {STA, 3}, {STA, 4}, {STA, 5},
		{STA, 6}, {STA, 6}, {STA, 6}, {TLD|ZRC|STA, 5} },
	ROW(RTA) = {
		NO, NO, {0, 2}, {0, 3}, {TLF, 2}, {TLF, 3},
		{0, 6}, {0, 6}, {0, 8}, {TLD|SCR, 6} },

	ROW(RUC) = {
		NO, NO, {SCJ, 2}, {SCJ, 3}, {SCJ, 4}, {SCJ, 5},
		{SCJ, 6}, {SCJ, 7}, {SCJ, 8}, {SCJ, 9} },
	ROW(RXJ_PLUS) = {
		NO, NO, {0, 2}, {0, 3}, {0, 4}, {0, 5},
		{0, 6}, {0, 6}, {0, 8}, {0, 9} },
	ROW(RXJ_MINUS) = {
		NO, NO, {TLF, 2}, {TLF, 3}, {TLF, 2}, {TLF, 3},
		{TLF, 3}, {TLF, 3}, {TLF, 3}, {TLD|IRC|STR, 5} },

	ROW(RXR) = {
		NO, NO, {0, 2}, {0, 3}, {0, 4}, {0, 5},
		{0, 6}, {0, 7}, {0, 8}, {SER, 9} },
};
/* clang-format on */

struct ppp_fsm_cell ppp_fsm_transition(enum ppp_fsm_state state,
				       enum ppp_fsm_event event)
{
	return table[event][state];
}

const char *ppp_fsm_state_name(enum ppp_fsm_state s)
{
	static const char *const names[] = {
#define X(id, name) [PPP_##id] = (name),
		PPP_FSM_STATES(X)
#undef X
	};

	return names[s];
}

const char *ppp_fsm_event_name(enum ppp_fsm_event e)
{
	static const char *const names[] = {
#define X(id, name) [PPP_EV_##id] = (name),
		PPP_FSM_EVENTS(X)
#undef X
	};

	return names[e];
}

const char *ppp_fsm_action_name(enum ppp_fsm_action a)
{
	static const char *const names[] = {
#define X(id, name) [PPP_ACT_##id] = (name),
		PPP_FSM_ACTIONS(X)
#undef X
	};

	return names[a];
}
