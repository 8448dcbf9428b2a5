// SPDX-License-Identifier: GPL-2.0-or-later
/* The four machines of calls, RFC 2661 sections 7.4.1, 7.4.2, 7.5.1, 7.5.2. */
#include "proto/l2tp/states.h"

/* clang-format off */
#define CELL(event, action, next) \
	[L2TP_SESSION_EV_##event] = { L2TP_SESSION_ACT_##action, L2TP_SESSION_##next }

/*
 * In each state the RFC's own rows come first, then those where it is silent.
 * A request that waits for our driver's decision leaves the session where it
 * is: the events "acceptable" and "not acceptable" come with the decision.
 */

/* Section 7.4.1 */
static const struct l2tp_session_cell
lac_incoming[L2TP_SESSION_STATE_COUNT][L2TP_SESSION_EVENT_COUNT] = {
	[L2TP_SESSION_IDLE] = {
		CELL(LOCAL_OPEN,	OPEN_TUNNEL,	WAIT_TUNNEL),
		CELL(ICRP_OK,		CLEAN_UP,	IDLE),
		CELL(ICRP_BAD,		CLEAN_UP,	IDLE),
		CELL(ICCN_OK,		CLEAN_UP,	IDLE),
		CELL(ICCN_BAD,		CLEAN_UP,	IDLE),
		CELL(CDN,		CLEAN_UP,	IDLE),
		/* silent: nothing was sent yet */
		CELL(LOCAL_CLOSE,	CLEAN_UP,	IDLE),
		/* silent: an ICRQ is the LNS machine's */
		CELL(ICRQ_OK,		CLEAN_UP,	IDLE),
		CELL(ICRQ_BAD,		CLEAN_UP,	IDLE),
		/* silent: nothing is under way that these could belong to */
		CELL(TUNNEL_OPEN,	IGNORE,		IDLE),
		CELL(BEARER_ANSWER,	IGNORE,		IDLE),
		/* silent: a message of the other direction of calls has no session here */
		CELL(OCRQ_OK,		CLEAN_UP,	IDLE),
		CELL(OCRQ_BAD,		CLEAN_UP,	IDLE),
		CELL(OCRP_OK,		CLEAN_UP,	IDLE),
		CELL(OCRP_BAD,		CLEAN_UP,	IDLE),
		CELL(OCCN_OK,		CLEAN_UP,	IDLE),
		CELL(OCCN_BAD,		CLEAN_UP,	IDLE),
		/* silent: there is no call that they could tell of */
		CELL(WEN,		IGNORE,		IDLE),
		CELL(SLI,		IGNORE,		IDLE),
		/* silent: nothing was sent yet */
		CELL(FAULT,		CLEAN_UP,	IDLE),
		CELL(SETUP_TIMEOUT,	CLEAN_UP,	IDLE),
		CELL(TUNNEL_DOWN,	CLEAN_UP,	IDLE),
		/* silent: no request of ours is under way that could tie */
		CELL(TIE_LOSE,		IGNORE,		IDLE),
		CELL(TIE_WIN,		IGNORE,		IDLE),
	},
	[L2TP_SESSION_WAIT_TUNNEL] = {
		CELL(TUNNEL_OPEN,	SEND_ICRQ,	WAIT_REPLY),
		CELL(LOCAL_CLOSE,	CLEAN_UP,	IDLE),
		/* silent: the call is under way already */
		CELL(LOCAL_OPEN,	IGNORE,		WAIT_TUNNEL),
		CELL(BEARER_ANSWER,	IGNORE,		WAIT_TUNNEL),
		/* silent: the peer does not know of the call */
		CELL(ICRQ_OK,		CLEAN_UP,	IDLE),
		CELL(ICRQ_BAD,		CLEAN_UP,	IDLE),
		CELL(ICRP_OK,		CLEAN_UP,	IDLE),
		CELL(ICRP_BAD,		CLEAN_UP,	IDLE),
		CELL(ICCN_OK,		CLEAN_UP,	IDLE),
		CELL(ICCN_BAD,		CLEAN_UP,	IDLE),
		CELL(OCRQ_OK,		CLEAN_UP,	IDLE),
		CELL(OCRQ_BAD,		CLEAN_UP,	IDLE),
		CELL(OCRP_OK,		CLEAN_UP,	IDLE),
		CELL(OCRP_BAD,		CLEAN_UP,	IDLE),
		CELL(OCCN_OK,		CLEAN_UP,	IDLE),
		CELL(OCCN_BAD,		CLEAN_UP,	IDLE),
		CELL(CDN,		CLEAN_UP,	IDLE),
		CELL(FAULT,		CLEAN_UP,	IDLE),
		CELL(WEN,		IGNORE,		WAIT_TUNNEL),
		CELL(SLI,		IGNORE,		WAIT_TUNNEL),
		/* silent: no ICRQ was sent that a CDN could take back */
		CELL(SETUP_TIMEOUT,	CLEAN_UP,	IDLE),
		CELL(TUNNEL_DOWN,	CLEAN_UP,	IDLE),
		/* silent: no request of ours is under way that could tie */
		CELL(TIE_LOSE,		IGNORE,		WAIT_TUNNEL),
		CELL(TIE_WIN,		IGNORE,		WAIT_TUNNEL),
	},
	[L2TP_SESSION_WAIT_REPLY] = {
		CELL(LOCAL_CLOSE,	SEND_CDN,	IDLE),
		CELL(ICRQ_OK,		SEND_CDN,	IDLE),
		CELL(ICRQ_BAD,		SEND_CDN,	IDLE),
		CELL(ICRP_OK,		SEND_ICCN,	ESTABLISHED),
		CELL(ICRP_BAD,		SEND_CDN,	IDLE),
		CELL(ICCN_OK,		CLEAN_UP,	IDLE),
		CELL(ICCN_BAD,		CLEAN_UP,	IDLE),
		CELL(CDN,		CLEAN_UP,	IDLE),
		/* silent: the call is under way already */
		CELL(LOCAL_OPEN,	IGNORE,		WAIT_REPLY),
		CELL(TUNNEL_OPEN,	IGNORE,		WAIT_REPLY),
		CELL(BEARER_ANSWER,	IGNORE,		WAIT_REPLY),
		/* silent: out of sequence (7.1) */
		CELL(OCRQ_OK,		SEND_CDN,	IDLE),
		CELL(OCRQ_BAD,		SEND_CDN,	IDLE),
		CELL(OCRP_OK,		SEND_CDN,	IDLE),
		CELL(OCRP_BAD,		SEND_CDN,	IDLE),
		CELL(OCCN_OK,		SEND_CDN,	IDLE),
		CELL(OCCN_BAD,		SEND_CDN,	IDLE),
		/* silent: only an established call has these */
		CELL(WEN,		IGNORE,		WAIT_REPLY),
		CELL(SLI,		IGNORE,		WAIT_REPLY),
		/* 7.1 */
		CELL(FAULT,		SEND_CDN,	IDLE),
		/* 7.5.1 has it for outgoing calls: CDN */
		CELL(SETUP_TIMEOUT,	SEND_CDN,	IDLE),
		/* 6.4: implicitly cleared */
		CELL(TUNNEL_DOWN,	CLEAN_UP,	IDLE),
		/* RFC 3931 sections 7.3.1: the peer tells by a CDN that ours lost; or we tell it */
		CELL(TIE_LOSE,		CLEAN_UP,	IDLE),
		CELL(TIE_WIN,		IGNORE,		WAIT_REPLY),
	},
	[L2TP_SESSION_ESTABLISHED] = {
		CELL(LOCAL_CLOSE,	SEND_CDN,	IDLE),
		CELL(ICRQ_OK,		SEND_CDN,	IDLE),
		CELL(ICRQ_BAD,		SEND_CDN,	IDLE),
		CELL(ICRP_OK,		SEND_CDN,	IDLE),
		CELL(ICRP_BAD,		SEND_CDN,	IDLE),
		CELL(ICCN_OK,		SEND_CDN,	IDLE),
		CELL(ICCN_BAD,		SEND_CDN,	IDLE),
		CELL(CDN,		CLEAN_UP,	IDLE),
		/* silent: the call is up already */
		CELL(LOCAL_OPEN,	IGNORE,		ESTABLISHED),
		CELL(TUNNEL_OPEN,	IGNORE,		ESTABLISHED),
		CELL(BEARER_ANSWER,	IGNORE,		ESTABLISHED),
		/* silent: out of sequence (7.1) */
		CELL(OCRQ_OK,		SEND_CDN,	IDLE),
		CELL(OCRQ_BAD,		SEND_CDN,	IDLE),
		CELL(OCRP_OK,		SEND_CDN,	IDLE),
		CELL(OCRP_BAD,		SEND_CDN,	IDLE),
		CELL(OCCN_OK,		SEND_CDN,	IDLE),
		CELL(OCCN_BAD,		SEND_CDN,	IDLE),
		/* 6.13: sent by the LAC, which we are */
		CELL(WEN,		IGNORE,		ESTABLISHED),
		/* 6.14 */
		CELL(SLI,		TELL_SLI,	ESTABLISHED),
		/* 7.1 */
		CELL(FAULT,		SEND_CDN,	IDLE),
		/* silent: it is set up */
		CELL(SETUP_TIMEOUT,	IGNORE,		ESTABLISHED),
		/* 6.4: implicitly cleared */
		CELL(TUNNEL_DOWN,	CLEAN_UP,	IDLE),
		/* silent: no request of ours is under way that could tie */
		CELL(TIE_LOSE,		IGNORE,		ESTABLISHED),
		CELL(TIE_WIN,		IGNORE,		ESTABLISHED),
	},
};

/* Section 7.4.2 */
static const struct l2tp_session_cell
lns_incoming[L2TP_SESSION_STATE_COUNT][L2TP_SESSION_EVENT_COUNT] = {
	[L2TP_SESSION_IDLE] = {
		CELL(ICRQ_OK,		SEND_ICRP,	WAIT_CONNECT),
		CELL(ICRQ_BAD,		SEND_CDN,	IDLE),
		CELL(ICRP_OK,		SEND_CDN,	IDLE),
		CELL(ICRP_BAD,		SEND_CDN,	IDLE),
		CELL(ICCN_OK,		CLEAN_UP,	IDLE),
		CELL(ICCN_BAD,		CLEAN_UP,	IDLE),
		CELL(CDN,		CLEAN_UP,	IDLE),
		/* silent: the LAC opens such calls */
		CELL(LOCAL_OPEN,	IGNORE,		IDLE),
		/* silent: the ICRQ waits for an answer */
		CELL(LOCAL_CLOSE,	SEND_CDN,	IDLE),
		/* silent: nothing is under way that these could belong to */
		CELL(TUNNEL_OPEN,	IGNORE,		IDLE),
		CELL(BEARER_ANSWER,	IGNORE,		IDLE),
		/* silent: a message of the other direction of calls has no session here */
		CELL(OCRQ_OK,		CLEAN_UP,	IDLE),
		CELL(OCRQ_BAD,		CLEAN_UP,	IDLE),
		CELL(OCRP_OK,		CLEAN_UP,	IDLE),
		CELL(OCRP_BAD,		CLEAN_UP,	IDLE),
		CELL(OCCN_OK,		CLEAN_UP,	IDLE),
		CELL(OCCN_BAD,		CLEAN_UP,	IDLE),
		/* silent: there is no call that they could tell of */
		CELL(WEN,		IGNORE,		IDLE),
		CELL(SLI,		IGNORE,		IDLE),
		/* silent: the ICRQ waits for an answer */
		CELL(FAULT,		SEND_CDN,	IDLE),
		CELL(SETUP_TIMEOUT,	SEND_CDN,	IDLE),
		/* 6.4: implicitly cleared */
		CELL(TUNNEL_DOWN,	CLEAN_UP,	IDLE),
		/* silent: no request of ours is under way that could tie */
		CELL(TIE_LOSE,		IGNORE,		IDLE),
		CELL(TIE_WIN,		IGNORE,		IDLE),
	},
	[L2TP_SESSION_WAIT_CONNECT] = {
		CELL(LOCAL_CLOSE,	SEND_CDN,	IDLE),
		CELL(ICRQ_OK,		SEND_CDN,	IDLE),
		CELL(ICRQ_BAD,		SEND_CDN,	IDLE),
		CELL(ICRP_OK,		SEND_CDN,	IDLE),
		CELL(ICRP_BAD,		SEND_CDN,	IDLE),
		CELL(ICCN_OK,		PREPARE,	ESTABLISHED),
		CELL(ICCN_BAD,		SEND_CDN,	IDLE),
		CELL(CDN,		CLEAN_UP,	IDLE),
		/* silent: the call is under way already */
		CELL(LOCAL_OPEN,	IGNORE,		WAIT_CONNECT),
		CELL(TUNNEL_OPEN,	IGNORE,		WAIT_CONNECT),
		CELL(BEARER_ANSWER,	IGNORE,		WAIT_CONNECT),
		/* silent: out of sequence (7.1) */
		CELL(OCRQ_OK,		SEND_CDN,	IDLE),
		CELL(OCRQ_BAD,		SEND_CDN,	IDLE),
		CELL(OCRP_OK,		SEND_CDN,	IDLE),
		CELL(OCRP_BAD,		SEND_CDN,	IDLE),
		CELL(OCCN_OK,		SEND_CDN,	IDLE),
		CELL(OCCN_BAD,		SEND_CDN,	IDLE),
		/* silent: only an established call has these */
		CELL(WEN,		IGNORE,		WAIT_CONNECT),
		CELL(SLI,		IGNORE,		WAIT_CONNECT),
		/* 7.1 */
		CELL(FAULT,		SEND_CDN,	IDLE),
		/* 7.5.1 has it for outgoing calls: CDN */
		CELL(SETUP_TIMEOUT,	SEND_CDN,	IDLE),
		/* 6.4: implicitly cleared */
		CELL(TUNNEL_DOWN,	CLEAN_UP,	IDLE),
		/* silent: no request of ours is under way that could tie */
		CELL(TIE_LOSE,		IGNORE,		WAIT_CONNECT),
		CELL(TIE_WIN,		IGNORE,		WAIT_CONNECT),
	},
	[L2TP_SESSION_ESTABLISHED] = {
		CELL(LOCAL_CLOSE,	SEND_CDN,	IDLE),
		CELL(ICRQ_OK,		SEND_CDN,	IDLE),
		CELL(ICRQ_BAD,		SEND_CDN,	IDLE),
		CELL(ICRP_OK,		SEND_CDN,	IDLE),
		CELL(ICRP_BAD,		SEND_CDN,	IDLE),
		CELL(ICCN_OK,		SEND_CDN,	IDLE),
		CELL(ICCN_BAD,		SEND_CDN,	IDLE),
		CELL(CDN,		CLEAN_UP,	IDLE),
		/* silent: the call is up already */
		CELL(LOCAL_OPEN,	IGNORE,		ESTABLISHED),
		CELL(TUNNEL_OPEN,	IGNORE,		ESTABLISHED),
		CELL(BEARER_ANSWER,	IGNORE,		ESTABLISHED),
		/* silent: out of sequence (7.1) */
		CELL(OCRQ_OK,		SEND_CDN,	IDLE),
		CELL(OCRQ_BAD,		SEND_CDN,	IDLE),
		CELL(OCRP_OK,		SEND_CDN,	IDLE),
		CELL(OCRP_BAD,		SEND_CDN,	IDLE),
		CELL(OCCN_OK,		SEND_CDN,	IDLE),
		CELL(OCCN_BAD,		SEND_CDN,	IDLE),
		/* 6.13 */
		CELL(WEN,		TELL_WEN,	ESTABLISHED),
		/* 6.14: sent by the LNS, which we are */
		CELL(SLI,		IGNORE,		ESTABLISHED),
		/* 7.1 */
		CELL(FAULT,		SEND_CDN,	IDLE),
		/* silent: it is set up */
		CELL(SETUP_TIMEOUT,	IGNORE,		ESTABLISHED),
		/* 6.4: implicitly cleared */
		CELL(TUNNEL_DOWN,	CLEAN_UP,	IDLE),
		/* silent: no request of ours is under way that could tie */
		CELL(TIE_LOSE,		IGNORE,		ESTABLISHED),
		CELL(TIE_WIN,		IGNORE,		ESTABLISHED),
	},
};

/* Section 7.5.1 */
static const struct l2tp_session_cell
lac_outgoing[L2TP_SESSION_STATE_COUNT][L2TP_SESSION_EVENT_COUNT] = {
	[L2TP_SESSION_IDLE] = {
		CELL(OCRQ_OK,		SEND_OCRP,	WAIT_CS_ANSWER),
		CELL(OCRQ_BAD,		SEND_CDN,	IDLE),
		CELL(OCRP_OK,		SEND_CDN,	IDLE),
		CELL(OCRP_BAD,		SEND_CDN,	IDLE),
		CELL(OCCN_OK,		CLEAN_UP,	IDLE),
		CELL(OCCN_BAD,		CLEAN_UP,	IDLE),
		CELL(CDN,		CLEAN_UP,	IDLE),
		/* silent: the LNS opens such calls */
		CELL(LOCAL_OPEN,	IGNORE,		IDLE),
		/* silent: the OCRQ waits for an answer */
		CELL(LOCAL_CLOSE,	SEND_CDN,	IDLE),
		/* silent: nothing is under way that these could belong to */
		CELL(TUNNEL_OPEN,	IGNORE,		IDLE),
		CELL(BEARER_ANSWER,	IGNORE,		IDLE),
		/* silent: a message of the other direction of calls has no session here */
		CELL(ICRQ_OK,		CLEAN_UP,	IDLE),
		CELL(ICRQ_BAD,		CLEAN_UP,	IDLE),
		CELL(ICRP_OK,		CLEAN_UP,	IDLE),
		CELL(ICRP_BAD,		CLEAN_UP,	IDLE),
		CELL(ICCN_OK,		CLEAN_UP,	IDLE),
		CELL(ICCN_BAD,		CLEAN_UP,	IDLE),
		/* silent: there is no call that they could tell of */
		CELL(WEN,		IGNORE,		IDLE),
		CELL(SLI,		IGNORE,		IDLE),
		/* silent: the OCRQ waits for an answer */
		CELL(FAULT,		SEND_CDN,	IDLE),
		CELL(SETUP_TIMEOUT,	SEND_CDN,	IDLE),
		/* 6.4: implicitly cleared */
		CELL(TUNNEL_DOWN,	CLEAN_UP,	IDLE),
		/* silent: no request of ours is under way that could tie */
		CELL(TIE_LOSE,		IGNORE,		IDLE),
		CELL(TIE_WIN,		IGNORE,		IDLE),
	},
	[L2TP_SESSION_WAIT_CS_ANSWER] = {
		CELL(BEARER_ANSWER,	SEND_OCCN,	ESTABLISHED),
		CELL(LOCAL_CLOSE,	SEND_CDN,	IDLE),
		CELL(OCRQ_OK,		SEND_CDN,	IDLE),
		CELL(OCRQ_BAD,		SEND_CDN,	IDLE),
		CELL(OCRP_OK,		SEND_CDN,	IDLE),
		CELL(OCRP_BAD,		SEND_CDN,	IDLE),
		CELL(OCCN_OK,		SEND_CDN,	IDLE),
		CELL(OCCN_BAD,		SEND_CDN,	IDLE),
		CELL(CDN,		CLEAN_UP,	IDLE),
		/* silent: the call is under way already */
		CELL(LOCAL_OPEN,	IGNORE,		WAIT_CS_ANSWER),
		CELL(TUNNEL_OPEN,	IGNORE,		WAIT_CS_ANSWER),
		/* silent: out of sequence (7.1) */
		CELL(ICRQ_OK,		SEND_CDN,	IDLE),
		CELL(ICRQ_BAD,		SEND_CDN,	IDLE),
		CELL(ICRP_OK,		SEND_CDN,	IDLE),
		CELL(ICRP_BAD,		SEND_CDN,	IDLE),
		CELL(ICCN_OK,		SEND_CDN,	IDLE),
		CELL(ICCN_BAD,		SEND_CDN,	IDLE),
		/* silent: only an established call has these */
		CELL(WEN,		IGNORE,		WAIT_CS_ANSWER),
		CELL(SLI,		IGNORE,		WAIT_CS_ANSWER),
		/* 7.1 */
		CELL(FAULT,		SEND_CDN,	IDLE),
		/* 7.5.1: "or a timer expires" */
		CELL(SETUP_TIMEOUT,	SEND_CDN,	IDLE),
		/* 6.4: implicitly cleared */
		CELL(TUNNEL_DOWN,	CLEAN_UP,	IDLE),
		/* silent: no request of ours is under way that could tie */
		CELL(TIE_LOSE,		IGNORE,		WAIT_CS_ANSWER),
		CELL(TIE_WIN,		IGNORE,		WAIT_CS_ANSWER),
	},
	[L2TP_SESSION_ESTABLISHED] = {
		CELL(LOCAL_CLOSE,	SEND_CDN,	IDLE),
		CELL(OCRQ_OK,		SEND_CDN,	IDLE),
		CELL(OCRQ_BAD,		SEND_CDN,	IDLE),
		CELL(OCRP_OK,		SEND_CDN,	IDLE),
		CELL(OCRP_BAD,		SEND_CDN,	IDLE),
		CELL(OCCN_OK,		SEND_CDN,	IDLE),
		CELL(OCCN_BAD,		SEND_CDN,	IDLE),
		CELL(CDN,		CLEAN_UP,	IDLE),
		/* silent: the call is up already */
		CELL(LOCAL_OPEN,	IGNORE,		ESTABLISHED),
		CELL(TUNNEL_OPEN,	IGNORE,		ESTABLISHED),
		CELL(BEARER_ANSWER,	IGNORE,		ESTABLISHED),
		/* silent: out of sequence (7.1) */
		CELL(ICRQ_OK,		SEND_CDN,	IDLE),
		CELL(ICRQ_BAD,		SEND_CDN,	IDLE),
		CELL(ICRP_OK,		SEND_CDN,	IDLE),
		CELL(ICRP_BAD,		SEND_CDN,	IDLE),
		CELL(ICCN_OK,		SEND_CDN,	IDLE),
		CELL(ICCN_BAD,		SEND_CDN,	IDLE),
		/* 6.13: sent by the LAC, which we are */
		CELL(WEN,		IGNORE,		ESTABLISHED),
		/* 6.14 */
		CELL(SLI,		TELL_SLI,	ESTABLISHED),
		/* 7.1 */
		CELL(FAULT,		SEND_CDN,	IDLE),
		/* silent: it is set up */
		CELL(SETUP_TIMEOUT,	IGNORE,		ESTABLISHED),
		/* 6.4: implicitly cleared */
		CELL(TUNNEL_DOWN,	CLEAN_UP,	IDLE),
		/* silent: no request of ours is under way that could tie */
		CELL(TIE_LOSE,		IGNORE,		ESTABLISHED),
		CELL(TIE_WIN,		IGNORE,		ESTABLISHED),
	},
};

/* Section 7.5.2 */
static const struct l2tp_session_cell
lns_outgoing[L2TP_SESSION_STATE_COUNT][L2TP_SESSION_EVENT_COUNT] = {
	[L2TP_SESSION_IDLE] = {
		CELL(LOCAL_OPEN,	OPEN_TUNNEL,	WAIT_TUNNEL),
		CELL(OCRP_OK,		CLEAN_UP,	IDLE),
		CELL(OCRP_BAD,		CLEAN_UP,	IDLE),
		CELL(OCCN_OK,		CLEAN_UP,	IDLE),
		CELL(OCCN_BAD,		CLEAN_UP,	IDLE),
		CELL(CDN,		CLEAN_UP,	IDLE),
		/* silent: nothing was sent yet */
		CELL(LOCAL_CLOSE,	CLEAN_UP,	IDLE),
		/* silent: an OCRQ is the LAC machine's */
		CELL(OCRQ_OK,		CLEAN_UP,	IDLE),
		CELL(OCRQ_BAD,		CLEAN_UP,	IDLE),
		/* silent: nothing is under way that these could belong to */
		CELL(TUNNEL_OPEN,	IGNORE,		IDLE),
		CELL(BEARER_ANSWER,	IGNORE,		IDLE),
		/* silent: a message of the other direction of calls has no session here */
		CELL(ICRQ_OK,		CLEAN_UP,	IDLE),
		CELL(ICRQ_BAD,		CLEAN_UP,	IDLE),
		CELL(ICRP_OK,		CLEAN_UP,	IDLE),
		CELL(ICRP_BAD,		CLEAN_UP,	IDLE),
		CELL(ICCN_OK,		CLEAN_UP,	IDLE),
		CELL(ICCN_BAD,		CLEAN_UP,	IDLE),
		/* silent: there is no call that they could tell of */
		CELL(WEN,		IGNORE,		IDLE),
		CELL(SLI,		IGNORE,		IDLE),
		/* silent: nothing was sent yet */
		CELL(FAULT,		CLEAN_UP,	IDLE),
		CELL(SETUP_TIMEOUT,	CLEAN_UP,	IDLE),
		CELL(TUNNEL_DOWN,	CLEAN_UP,	IDLE),
		/* silent: no request of ours is under way that could tie */
		CELL(TIE_LOSE,		IGNORE,		IDLE),
		CELL(TIE_WIN,		IGNORE,		IDLE),
	},
	[L2TP_SESSION_WAIT_TUNNEL] = {
		CELL(TUNNEL_OPEN,	SEND_OCRQ,	WAIT_REPLY),
		CELL(LOCAL_CLOSE,	CLEAN_UP,	IDLE),
		/* silent: the call is under way already */
		CELL(LOCAL_OPEN,	IGNORE,		WAIT_TUNNEL),
		CELL(BEARER_ANSWER,	IGNORE,		WAIT_TUNNEL),
		/* silent: the peer does not know of the call */
		CELL(ICRQ_OK,		CLEAN_UP,	IDLE),
		CELL(ICRQ_BAD,		CLEAN_UP,	IDLE),
		CELL(ICRP_OK,		CLEAN_UP,	IDLE),
		CELL(ICRP_BAD,		CLEAN_UP,	IDLE),
		CELL(ICCN_OK,		CLEAN_UP,	IDLE),
		CELL(ICCN_BAD,		CLEAN_UP,	IDLE),
		CELL(OCRQ_OK,		CLEAN_UP,	IDLE),
		CELL(OCRQ_BAD,		CLEAN_UP,	IDLE),
		CELL(OCRP_OK,		CLEAN_UP,	IDLE),
		CELL(OCRP_BAD,		CLEAN_UP,	IDLE),
		CELL(OCCN_OK,		CLEAN_UP,	IDLE),
		CELL(OCCN_BAD,		CLEAN_UP,	IDLE),
		CELL(CDN,		CLEAN_UP,	IDLE),
		CELL(FAULT,		CLEAN_UP,	IDLE),
		CELL(WEN,		IGNORE,		WAIT_TUNNEL),
		CELL(SLI,		IGNORE,		WAIT_TUNNEL),
		/* silent: no OCRQ was sent that a CDN could take back */
		CELL(SETUP_TIMEOUT,	CLEAN_UP,	IDLE),
		CELL(TUNNEL_DOWN,	CLEAN_UP,	IDLE),
		/* silent: no request of ours is under way that could tie */
		CELL(TIE_LOSE,		IGNORE,		WAIT_TUNNEL),
		CELL(TIE_WIN,		IGNORE,		WAIT_TUNNEL),
	},
	[L2TP_SESSION_WAIT_REPLY] = {
		CELL(LOCAL_CLOSE,	SEND_CDN,	IDLE),
		CELL(OCRQ_OK,		SEND_CDN,	IDLE),
		CELL(OCRQ_BAD,		SEND_CDN,	IDLE),
		CELL(OCRP_OK,		NONE,		WAIT_CONNECT),
		CELL(OCRP_BAD,		SEND_CDN,	IDLE),
		CELL(OCCN_OK,		SEND_CDN,	IDLE),
		CELL(OCCN_BAD,		SEND_CDN,	IDLE),
		CELL(CDN,		CLEAN_UP,	IDLE),
		/* silent: the call is under way already */
		CELL(LOCAL_OPEN,	IGNORE,		WAIT_REPLY),
		CELL(TUNNEL_OPEN,	IGNORE,		WAIT_REPLY),
		CELL(BEARER_ANSWER,	IGNORE,		WAIT_REPLY),
		/* silent: out of sequence (7.1) */
		CELL(ICRQ_OK,		SEND_CDN,	IDLE),
		CELL(ICRQ_BAD,		SEND_CDN,	IDLE),
		CELL(ICRP_OK,		SEND_CDN,	IDLE),
		CELL(ICRP_BAD,		SEND_CDN,	IDLE),
		CELL(ICCN_OK,		SEND_CDN,	IDLE),
		CELL(ICCN_BAD,		SEND_CDN,	IDLE),
		/* silent: only an established call has these */
		CELL(WEN,		IGNORE,		WAIT_REPLY),
		CELL(SLI,		IGNORE,		WAIT_REPLY),
		/* 7.1 */
		CELL(FAULT,		SEND_CDN,	IDLE),
		/* 7.5.1 has it for the LAC: CDN */
		CELL(SETUP_TIMEOUT,	SEND_CDN,	IDLE),
		/* 6.4: implicitly cleared */
		CELL(TUNNEL_DOWN,	CLEAN_UP,	IDLE),
		/* RFC 3931 sections 7.4.1: the peer tells by a CDN that ours lost; or we tell it */
		CELL(TIE_LOSE,		CLEAN_UP,	IDLE),
		CELL(TIE_WIN,		IGNORE,		WAIT_REPLY),
	},
	[L2TP_SESSION_WAIT_CONNECT] = {
		CELL(LOCAL_CLOSE,	SEND_CDN,	IDLE),
		CELL(OCRQ_OK,		SEND_CDN,	IDLE),
		CELL(OCRQ_BAD,		SEND_CDN,	IDLE),
		CELL(OCRP_OK,		SEND_CDN,	IDLE),
		CELL(OCRP_BAD,		SEND_CDN,	IDLE),
		CELL(OCCN_OK,		PREPARE,	ESTABLISHED),
		CELL(CDN,		CLEAN_UP,	IDLE),
		/* silent: as an ICCN that is not acceptable (7.4.2) */
		CELL(OCCN_BAD,		SEND_CDN,	IDLE),
		/* silent: the call is under way already */
		CELL(LOCAL_OPEN,	IGNORE,		WAIT_CONNECT),
		CELL(TUNNEL_OPEN,	IGNORE,		WAIT_CONNECT),
		CELL(BEARER_ANSWER,	IGNORE,		WAIT_CONNECT),
		/* silent: out of sequence (7.1) */
		CELL(ICRQ_OK,		SEND_CDN,	IDLE),
		CELL(ICRQ_BAD,		SEND_CDN,	IDLE),
		CELL(ICRP_OK,		SEND_CDN,	IDLE),
		CELL(ICRP_BAD,		SEND_CDN,	IDLE),
		CELL(ICCN_OK,		SEND_CDN,	IDLE),
		CELL(ICCN_BAD,		SEND_CDN,	IDLE),
		/* silent: only an established call has these */
		CELL(WEN,		IGNORE,		WAIT_CONNECT),
		CELL(SLI,		IGNORE,		WAIT_CONNECT),
		/* 7.1 */
		CELL(FAULT,		SEND_CDN,	IDLE),
		/* 7.5.1 has it for the LAC: CDN */
		CELL(SETUP_TIMEOUT,	SEND_CDN,	IDLE),
		/* 6.4: implicitly cleared */
		CELL(TUNNEL_DOWN,	CLEAN_UP,	IDLE),
		/* silent: no request of ours is under way that could tie */
		CELL(TIE_LOSE,		IGNORE,		WAIT_CONNECT),
		CELL(TIE_WIN,		IGNORE,		WAIT_CONNECT),
	},
	[L2TP_SESSION_ESTABLISHED] = {
		CELL(LOCAL_CLOSE,	SEND_CDN,	IDLE),
		CELL(OCRQ_OK,		SEND_CDN,	IDLE),
		CELL(OCRQ_BAD,		SEND_CDN,	IDLE),
		CELL(OCRP_OK,		SEND_CDN,	IDLE),
		CELL(OCRP_BAD,		SEND_CDN,	IDLE),
		CELL(OCCN_OK,		SEND_CDN,	IDLE),
		CELL(OCCN_BAD,		SEND_CDN,	IDLE),
		CELL(CDN,		CLEAN_UP,	IDLE),
		/* silent: the call is up already */
		CELL(LOCAL_OPEN,	IGNORE,		ESTABLISHED),
		CELL(TUNNEL_OPEN,	IGNORE,		ESTABLISHED),
		CELL(BEARER_ANSWER,	IGNORE,		ESTABLISHED),
		/* silent: out of sequence (7.1) */
		CELL(ICRQ_OK,		SEND_CDN,	IDLE),
		CELL(ICRQ_BAD,		SEND_CDN,	IDLE),
		CELL(ICRP_OK,		SEND_CDN,	IDLE),
		CELL(ICRP_BAD,		SEND_CDN,	IDLE),
		CELL(ICCN_OK,		SEND_CDN,	IDLE),
		CELL(ICCN_BAD,		SEND_CDN,	IDLE),
		/* 6.13 */
		CELL(WEN,		TELL_WEN,	ESTABLISHED),
		/* 6.14: sent by the LNS, which we are */
		CELL(SLI,		IGNORE,		ESTABLISHED),
		/* 7.1 */
		CELL(FAULT,		SEND_CDN,	IDLE),
		/* silent: it is set up */
		CELL(SETUP_TIMEOUT,	IGNORE,		ESTABLISHED),
		/* 6.4: implicitly cleared */
		CELL(TUNNEL_DOWN,	CLEAN_UP,	IDLE),
		/* silent: no request of ours is under way that could tie */
		CELL(TIE_LOSE,		IGNORE,		ESTABLISHED),
		CELL(TIE_WIN,		IGNORE,		ESTABLISHED),
	},
};

static const struct {
	const struct l2tp_session_cell (*cells)[L2TP_SESSION_EVENT_COUNT];
	unsigned int states;		/* bit of enum l2tp_session_state */
	const char *name;
} machines[L2TP_CALL_KIND_COUNT] = {
#define S(state) (1u << L2TP_SESSION_##state)
	[L2TP_CALL_LAC_INCOMING] = {
		lac_incoming, S(IDLE) | S(WAIT_TUNNEL) | S(WAIT_REPLY) | S(ESTABLISHED),
		"LAC incoming call",
	},
	[L2TP_CALL_LNS_INCOMING] = {
		lns_incoming, S(IDLE) | S(WAIT_CONNECT) | S(ESTABLISHED),
		"LNS incoming call",
	},
	[L2TP_CALL_LAC_OUTGOING] = {
		lac_outgoing, S(IDLE) | S(WAIT_CS_ANSWER) | S(ESTABLISHED),
		"LAC outgoing call",
	},
	[L2TP_CALL_LNS_OUTGOING] = {
		lns_outgoing,
		S(IDLE) | S(WAIT_TUNNEL) | S(WAIT_REPLY) | S(WAIT_CONNECT) | S(ESTABLISHED),
		"LNS outgoing call",
	},
#undef S
};
/* clang-format on */

struct l2tp_session_cell l2tp_session_transition(enum l2tp_call_kind kind,
						 enum l2tp_session_state state,
						 enum l2tp_session_event event)
{
	return machines[kind].cells[state][event];
}

bool l2tp_session_has_state(enum l2tp_call_kind kind,
			    enum l2tp_session_state state)
{
	return machines[kind].states & 1u << state;
}

/* "LAC incoming call" */
static const char *kind_name(enum l2tp_call_kind kind)
{
	return machines[kind].name;
}

#define X(id, name) name,
static const char *const state_names[] = { L2TP_SESSION_STATES(X) };
static const char *const event_names[] = { L2TP_SESSION_EVENTS(X) };
static const char *const action_names[] = { L2TP_SESSION_ACTIONS(X) };
#undef X

const char *l2tp_session_state_name(enum l2tp_session_state s)
{
	return state_names[s];
}

const char *l2tp_session_event_name(enum l2tp_session_event e)
{
	return event_names[e];
}

static void session_cells(enum l2tp_call_kind kind, const char *section,
			  void (*cb)(void *, const struct l2tp_cell_text *),
			  void *ctx)
{
	for (unsigned int s = 0; s < L2TP_SESSION_STATE_COUNT; s++) {
		if (!l2tp_session_has_state(kind, s))
			continue;
		for (unsigned int e = 0; e < L2TP_SESSION_EVENT_COUNT; e++) {
			struct l2tp_session_cell c =
				l2tp_session_transition(kind, s, e);

			cb(ctx, &(struct l2tp_cell_text){
					kind_name(kind),
					section,
					state_names[s],
					event_names[e],
					action_names[c.action],
					state_names[c.next],
				});
		}
	}
}

void l2tp_states_for_each(void (*cb)(void *ctx,
				     const struct l2tp_cell_text *cell),
			  void *ctx)
{
	for (unsigned int s = 0; s < L2TP_TUNNEL_STATE_COUNT; s++)
		for (unsigned int e = 0; e < L2TP_TUNNEL_EVENT_COUNT; e++) {
			struct l2tp_tunnel_cell c =
				l2tp_tunnel_transition(s, e);

			cb(ctx, &(struct l2tp_cell_text){
					"control connection",
					"7.2.1",
					l2tp_tunnel_state_name(s),
					l2tp_tunnel_event_name(e),
					l2tp_tunnel_action_name(c.action),
					l2tp_tunnel_state_name(c.next),
				});
		}
	session_cells(L2TP_CALL_LAC_INCOMING, "7.4.1", cb, ctx);
	session_cells(L2TP_CALL_LNS_INCOMING, "7.4.2", cb, ctx);
	session_cells(L2TP_CALL_LAC_OUTGOING, "7.5.1", cb, ctx);
	session_cells(L2TP_CALL_LNS_OUTGOING, "7.5.2", cb, ctx);
}
