// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state machines against a transcription of RFC 2661 section 7, row by row
 * as the RFC prints them. Then the cells on which the RFC is silent, with what
 * was chosen and why. Every cell of every machine must be in exactly one row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "proto/l2tp/states.h"

/* Lists are separated by '|'; "*" is every state. */
struct row {
	const char *state, *event, *action, *next;
};

/* what follows is not in the RFC's table */
#define SILENT NULL, NULL, NULL, NULL

#define OK     ", acceptable"
#define BAD    ", not acceptable"
/* The RFC's "Receive X" is any X. */
#define ANY(x) "receive " x OK "|receive " x BAD

#define STOPCCN "send StopCCN, clean up"
#define CDN	"send CDN, clean up"

static const struct row tunnel[] = {
	/* section 7.2.1 */
	{ "idle", "local open request", "send SCCRQ", "wait-ctl-reply" },
	{ "idle", "receive SCCRQ" OK, "send SCCRP", "wait-ctl-conn" },
	{ "idle", "receive SCCRQ" BAD, STOPCCN, "idle" },
	{ "idle", ANY("SCCRP"), STOPCCN, "idle" },
	{ "idle", ANY("SCCCN"), "clean up", "idle" },
	{ "wait-ctl-reply", "receive SCCRP" OK,
	  "send SCCCN, tunnel-open to waiting sessions", "established" },
	{ "wait-ctl-reply", "receive SCCRP" BAD, STOPCCN, "idle" },
	/* "Re-queue SCCRQ for idle state": it becomes a tunnel of its own */
	{ "wait-ctl-reply", "receive SCCRQ, lose tie-breaker",
	  "clean up at once, nothing to deliver", "idle" },
	{ "wait-ctl-reply", ANY("SCCCN"), STOPCCN, "idle" },
	{ "wait-ctl-conn", "receive SCCCN" OK,
	  "tunnel-open to waiting sessions", "established" },
	{ "wait-ctl-conn", "receive SCCCN" BAD, STOPCCN, "idle" },
	{ "wait-ctl-conn", ANY("SCCRP") "|" ANY("SCCRQ"), STOPCCN, "idle" },
	{ "established", "local open request (new call)",
	  "tunnel-open to waiting sessions", "established" },
	{ "established", "admin tunnel close", STOPCCN, "idle" },
	{ "established", ANY("SCCRQ") "|" ANY("SCCRP") "|" ANY("SCCCN"),
	  STOPCCN, "idle" },
	{ "idle|wait-ctl-reply|wait-ctl-conn|established", "receive StopCCN",
	  "clean up", "idle" },

	{ SILENT },
	/*
	 * a call waits for the tunnel: 7.4.1 and 7.5.2 have it in wait-tunnel
	 */
	{ "idle", "local open request (new call)", "the session waits",
	  "idle" },
	{ "wait-ctl-reply", "local open request (new call)",
	  "the session waits", "wait-ctl-reply" },
	{ "wait-ctl-conn", "local open request (new call)", "the session waits",
	  "wait-ctl-conn" },
	/* what is under way or open is not opened again */
	{ "wait-ctl-reply", "local open request", "ignore", "wait-ctl-reply" },
	{ "wait-ctl-conn", "local open request", "ignore", "wait-ctl-conn" },
	{ "established", "local open request", "ignore", "established" },
	/* whoever has heard of the tunnel, or may have, is told that it ends */
	{ "idle|wait-ctl-reply|wait-ctl-conn", "admin tunnel close", STOPCCN,
	  "idle" },
	{ "idle|wait-ctl-reply|wait-ctl-conn", "setup timeout", STOPCCN,
	  "idle" },
	{ "established", "setup timeout", "ignore", "established" },
	/*
	 * 4.4.3: the loser discards its tunnel, so that the winner does nothing
	 */
	{ "wait-ctl-reply", "receive SCCRQ, win tie-breaker", "ignore",
	  "wait-ctl-reply" },
	/* without an SCCRQ of ours under way there is no tie */
	{ "idle",
	  "receive SCCRQ, win tie-breaker|receive SCCRQ, lose tie-breaker",
	  "ignore", "idle" },
	{ "wait-ctl-conn",
	  "receive SCCRQ, win tie-breaker|receive SCCRQ, lose tie-breaker",
	  "ignore", "wait-ctl-conn" },
	{ "established",
	  "receive SCCRQ, win tie-breaker|receive SCCRQ, lose tie-breaker",
	  "ignore", "established" },
	/* one that is sent on our very tunnel is out of sequence; 7.1 clears */
	{ "wait-ctl-reply", ANY("SCCRQ"), STOPCCN, "idle" },
	/* 6.5: its acknowledgement is all that it wants */
	{ "idle", "receive HELLO", "ignore", "idle" },
	{ "wait-ctl-reply", "receive HELLO", "ignore", "wait-ctl-reply" },
	{ "wait-ctl-conn", "receive HELLO", "ignore", "wait-ctl-conn" },
	{ "established", "receive HELLO", "ignore", "established" },
	/*
	 * 5.1: "MUST be established before" a call; 7.1 clears. In idle
	 * nobody has our id.
	 */
	{ "idle", "receive a call's message", "ignore", "idle" },
	{ "wait-ctl-reply|wait-ctl-conn", "receive a call's message", STOPCCN,
	  "idle" },
	{ "established", "receive a call's message", "to the session",
	  "established" },
	/* 7.1 */
	{ "*", "receive a message that clears the tunnel", STOPCCN, "idle" },
	/*
	 * 5.8: "the tunnel and all sessions within MUST be cleared"; nobody
	 * listens any more
	 */
	{ "*", "no answer to the last retransmission",
	  "clean up at once, nothing to deliver", "idle" },
	/* 7.6: a policy */
	{ "established", "no session for the idle timeout", STOPCCN, "idle" },
	{ "idle", "no session for the idle timeout", "ignore", "idle" },
	{ "wait-ctl-reply", "no session for the idle timeout", "ignore",
	  "wait-ctl-reply" },
	{ "wait-ctl-conn", "no session for the idle timeout", "ignore",
	  "wait-ctl-conn" },
	{ NULL, "", NULL, NULL },
};

/*
 * "Bearer Ring or Ready to indicate incoming conn." and "Local open request"
 * are one event here.
 */
#define OPEN \
	"bearer ring, ready to indicate incoming conn. or local open request"
/* So are "Bearer line drop", "Local close request" and "Bearer failure". */
#define CLOSE  "local close request, bearer line drop or bearer failure"
#define ANSWER "bearer answer, framing detected"
#define CLEARS "receive a message that clears the session"
#define TIE \
	"receive ICRQ or OCRQ, lose tie breaker|receive ICRQ or OCRQ, win tie breaker"
#define INCOMING ANY("ICRQ") "|" ANY("ICRP") "|" ANY("ICCN")
#define OUTGOING ANY("OCRQ") "|" ANY("OCRP") "|" ANY("OCCN")

static const struct row lac_incoming[] = {
	/* section 7.4.1 */
	{ "idle", OPEN, "initiate local tunnel open", "wait-tunnel" },
	{ "idle", ANY("ICCN") "|" ANY("ICRP") "|receive CDN", "clean up",
	  "idle" },
	{ "wait-tunnel", CLOSE, "clean up", "idle" },
	{ "wait-tunnel", "tunnel-open", "send ICRQ", "wait-reply" },
	{ "wait-reply", "receive ICRP" OK, "send ICCN", "established" },
	{ "wait-reply", "receive ICRP" BAD, CDN, "idle" },
	{ "wait-reply", ANY("ICRQ"), CDN, "idle" },
	{ "wait-reply", "receive CDN|" ANY("ICCN"), "clean up", "idle" },
	{ "wait-reply", CLOSE, CDN, "idle" },
	{ "established", "receive CDN", "clean up", "idle" },
	{ "established", ANY("ICRQ") "|" ANY("ICRP") "|" ANY("ICCN"), CDN,
	  "idle" },
	{ "established", CLOSE, CDN, "idle" },

	{ SILENT },
	/*
	 * before the ICRQ the peer knows of nothing, so that there
	 * is nobody to tell
	 */
	{ "idle", CLOSE "|" CLEARS "|setup timeout|the tunnel is gone",
	  "clean up", "idle" },
	{ "idle", ANY("ICRQ") "|" OUTGOING, "clean up", "idle" },
	{ "idle", "tunnel-open|" ANSWER, "ignore", "idle" },
	{ "wait-tunnel", INCOMING "|" OUTGOING "|receive CDN|" CLEARS,
	  "clean up", "idle" },
	{ "wait-tunnel", "setup timeout|the tunnel is gone", "clean up",
	  "idle" },
	{ "wait-tunnel", OPEN "|" ANSWER, "ignore", "wait-tunnel" },
	/* it is under way, or there, already */
	{ "wait-reply", OPEN "|tunnel-open|" ANSWER, "ignore", "wait-reply" },
	{ "established", OPEN "|tunnel-open|" ANSWER "|setup timeout", "ignore",
	  "established" },
	/* 7.1: out of sequence */
	{ "wait-reply|established", OUTGOING "|" CLEARS, CDN, "idle" },
	/* as 7.5.1 has it for outgoing calls */
	{ "wait-reply", "setup timeout", CDN, "idle" },
	/* 6.4: "implicitly cleared" */
	{ "wait-reply|established", "the tunnel is gone", "clean up", "idle" },
	/*
	 * 6.13, 6.14: a WEN goes to the LNS, an SLI to the LAC; both of
	 * a call that is up
	 */
	{ "idle", "receive WEN|receive SLI", "ignore", "idle" },
	{ "wait-tunnel", "receive WEN|receive SLI", "ignore", "wait-tunnel" },
	{ "wait-reply", "receive WEN|receive SLI", "ignore", "wait-reply" },
	{ "established", "receive WEN", "ignore", "established" },
	{ "established", "receive SLI", "ACCM to the driver", "established" },
	/*
	 * RFC 3931 section 7.3.1: "Process as ICRQ Recipient", which is a
	 * session of its own; "Send CDN for losing session"
	 */
	{ "wait-reply", "receive ICRQ or OCRQ, lose tie breaker", "clean up",
	  "idle" },
	{ "wait-reply", "receive ICRQ or OCRQ, win tie breaker", "ignore",
	  "wait-reply" },
	/* in other states no request of ours is under way */
	{ "idle", TIE, "ignore", "idle" },
	{ "wait-tunnel", TIE, "ignore", "wait-tunnel" },
	{ "established", TIE, "ignore", "established" },
	{ NULL, "", NULL, NULL },
};

static const struct row lns_incoming[] = {
	/* section 7.4.2 */
	{ "idle", "receive ICRQ" OK, "send ICRP", "wait-connect" },
	{ "idle", "receive ICRQ" BAD, CDN, "idle" },
	{ "idle", ANY("ICRP"), CDN, "idle" },
	{ "idle", ANY("ICCN"), "clean up", "idle" },
	{ "wait-connect", "receive ICCN" OK, "prepare for data",
	  "established" },
	{ "wait-connect", "receive ICCN" BAD, CDN, "idle" },
	{ "wait-connect", ANY("ICRQ") "|" ANY("ICRP"), CDN, "idle" },
	{ "idle|wait-connect|established", "receive CDN", "clean up", "idle" },
	{ "wait-connect|established", CLOSE, CDN, "idle" },
	{ "established", ANY("ICRQ") "|" ANY("ICRP") "|" ANY("ICCN"), CDN,
	  "idle" },

	{ SILENT },
	/* the ICRQ waits for an answer */
	{ "idle", CLOSE "|" CLEARS "|setup timeout", CDN, "idle" },
	/* the LAC opens such calls */
	{ "idle", OPEN "|tunnel-open|" ANSWER, "ignore", "idle" },
	{ "idle", OUTGOING "|the tunnel is gone", "clean up", "idle" },
	{ "wait-connect", OPEN "|tunnel-open|" ANSWER, "ignore",
	  "wait-connect" },
	{ "established", OPEN "|tunnel-open|" ANSWER "|setup timeout", "ignore",
	  "established" },
	{ "wait-connect|established", OUTGOING "|" CLEARS, CDN, "idle" },
	{ "wait-connect", "setup timeout", CDN, "idle" },
	{ "wait-connect|established", "the tunnel is gone", "clean up",
	  "idle" },
	{ "idle", "receive WEN|receive SLI", "ignore", "idle" },
	{ "wait-connect", "receive WEN|receive SLI", "ignore", "wait-connect" },
	{ "established", "receive WEN", "counters to the driver",
	  "established" },
	{ "established", "receive SLI", "ignore", "established" },
	/* only a request of our own can tie */
	{ "idle", TIE, "ignore", "idle" },
	{ "wait-connect", TIE, "ignore", "wait-connect" },
	{ "established", TIE, "ignore", "established" },
	{ NULL, "", NULL, NULL },
};

static const struct row lac_outgoing[] = {
	/* section 7.5.1 */
	{ "idle", "receive OCRQ" OK, "send OCRP, open bearer",
	  "wait-cs-answer" },
	{ "idle", "receive OCRQ" BAD, CDN, "idle" },
	{ "idle", ANY("OCRP"), CDN, "idle" },
	{ "idle", ANY("OCCN") "|receive CDN", "clean up", "idle" },
	{ "wait-cs-answer", ANSWER, "send OCCN", "established" },
	{ "wait-cs-answer", CLOSE, CDN, "idle" },
	{ "wait-cs-answer", ANY("OCRQ") "|" ANY("OCRP") "|" ANY("OCCN"), CDN,
	  "idle" },
	{ "established", ANY("OCRQ") "|" ANY("OCRP") "|" ANY("OCCN"), CDN,
	  "idle" },
	{ "wait-cs-answer|established", "receive CDN", "clean up", "idle" },
	{ "established", CLOSE, CDN, "idle" },

	{ SILENT },
	/* the OCRQ waits for an answer */
	{ "idle", CLOSE "|" CLEARS "|setup timeout", CDN, "idle" },
	/* the LNS opens such calls */
	{ "idle", OPEN "|tunnel-open|" ANSWER, "ignore", "idle" },
	{ "idle", INCOMING "|the tunnel is gone", "clean up", "idle" },
	{ "wait-cs-answer", OPEN "|tunnel-open", "ignore", "wait-cs-answer" },
	{ "established", OPEN "|tunnel-open|" ANSWER "|setup timeout", "ignore",
	  "established" },
	{ "wait-cs-answer|established", INCOMING "|" CLEARS, CDN, "idle" },
	/* in the text of 7.5.1: "or a timer expires", CDN */
	{ "wait-cs-answer", "setup timeout", CDN, "idle" },
	{ "wait-cs-answer|established", "the tunnel is gone", "clean up",
	  "idle" },
	{ "idle", "receive WEN|receive SLI", "ignore", "idle" },
	{ "wait-cs-answer", "receive WEN|receive SLI", "ignore",
	  "wait-cs-answer" },
	{ "established", "receive WEN", "ignore", "established" },
	{ "established", "receive SLI", "ACCM to the driver", "established" },
	/* only a request of our own can tie */
	{ "idle", TIE, "ignore", "idle" },
	{ "wait-cs-answer", TIE, "ignore", "wait-cs-answer" },
	{ "established", TIE, "ignore", "established" },
	{ NULL, "", NULL, NULL },
};

static const struct row lns_outgoing[] = {
	/* section 7.5.2 */
	{ "idle", OPEN, "initiate local tunnel open", "wait-tunnel" },
	{ "idle", ANY("OCCN") "|" ANY("OCRP"), "clean up", "idle" },
	{ "wait-tunnel", "tunnel-open", "send OCRQ", "wait-reply" },
	{ "wait-reply", "receive OCRP" OK, "none", "wait-connect" },
	{ "wait-reply", "receive OCRP" BAD, CDN, "idle" },
	{ "wait-reply", ANY("OCCN") "|" ANY("OCRQ"), CDN, "idle" },
	/*
	 * the RFC tells no bad OCCN from a good one; a bad one is as a
	 * bad ICCN in 7.4.2
	 */
	{ "wait-connect", "receive OCCN" OK, "prepare for data",
	  "established" },
	{ "wait-connect", ANY("OCRQ") "|" ANY("OCRP"), CDN, "idle" },
	{ "idle|wait-reply|wait-connect|established", "receive CDN", "clean up",
	  "idle" },
	{ "established", ANY("OCRQ") "|" ANY("OCRP") "|" ANY("OCCN"), CDN,
	  "idle" },
	{ "wait-reply|wait-connect|established", CLOSE, CDN, "idle" },
	{ "wait-tunnel", CLOSE, "clean up", "idle" },

	{ SILENT },
	{ "wait-connect", "receive OCCN" BAD, CDN, "idle" },
	{ "idle", CLOSE "|" CLEARS "|setup timeout|the tunnel is gone",
	  "clean up", "idle" },
	{ "idle", ANY("OCRQ") "|" INCOMING, "clean up", "idle" },
	{ "idle", "tunnel-open|" ANSWER, "ignore", "idle" },
	{ "wait-tunnel", INCOMING "|" OUTGOING "|receive CDN|" CLEARS,
	  "clean up", "idle" },
	{ "wait-tunnel", "setup timeout|the tunnel is gone", "clean up",
	  "idle" },
	{ "wait-tunnel", OPEN "|" ANSWER, "ignore", "wait-tunnel" },
	{ "wait-reply", OPEN "|tunnel-open|" ANSWER, "ignore", "wait-reply" },
	{ "wait-connect", OPEN "|tunnel-open|" ANSWER, "ignore",
	  "wait-connect" },
	{ "established", OPEN "|tunnel-open|" ANSWER "|setup timeout", "ignore",
	  "established" },
	{ "wait-reply|wait-connect|established", INCOMING "|" CLEARS, CDN,
	  "idle" },
	{ "wait-reply|wait-connect", "setup timeout", CDN, "idle" },
	{ "wait-reply|wait-connect|established", "the tunnel is gone",
	  "clean up", "idle" },
	{ "idle", "receive WEN|receive SLI", "ignore", "idle" },
	{ "wait-tunnel", "receive WEN|receive SLI", "ignore", "wait-tunnel" },
	{ "wait-reply", "receive WEN|receive SLI", "ignore", "wait-reply" },
	{ "wait-connect", "receive WEN|receive SLI", "ignore", "wait-connect" },
	{ "established", "receive WEN", "counters to the driver",
	  "established" },
	{ "established", "receive SLI", "ignore", "established" },
	/*
	 * RFC 3931 section 7.4.1: "Process as OCRQ Recipient", which is a
	 * session of its own; "Send CDN for losing session"
	 */
	{ "wait-reply", "receive ICRQ or OCRQ, lose tie breaker", "clean up",
	  "idle" },
	{ "wait-reply", "receive ICRQ or OCRQ, win tie breaker", "ignore",
	  "wait-reply" },
	/* in other states no request of ours is under way */
	{ "idle", TIE, "ignore", "idle" },
	{ "wait-tunnel", TIE, "ignore", "wait-tunnel" },
	{ "wait-connect", TIE, "ignore", "wait-connect" },
	{ "established", TIE, "ignore", "established" },
	{ NULL, "", NULL, NULL },
};

static const struct {
	const char *name, *section;
	const struct row *rows;
	unsigned int states, events;
} machines[] = {
	{ "control connection", "7.2.1", tunnel, 4, 18 },
	{ "LAC incoming call", "7.4.1", lac_incoming, 4, 24 },
	{ "LNS incoming call", "7.4.2", lns_incoming, 3, 24 },
	{ "LAC outgoing call", "7.5.1", lac_outgoing, 3, 24 },
	{ "LNS outgoing call", "7.5.2", lns_outgoing, 5, 24 },
};
#define MACHINES (sizeof(machines) / sizeof(machines[0]))

static bool is_end(const struct row *r)
{
	return !r->state && r->event;
}

/* Whether item is one of a list. */
static bool in_list(const char *list, const char *item)
{
	size_t len = strlen(item);

	if (!strcmp(list, "*"))
		return true;
	for (const char *p = list; p;
	     p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL)
		if (!strncmp(p, item, len) && (p[len] == '|' || !p[len]))
			return true;
	return false;
}

static unsigned int list_length(const char *list)
{
	unsigned int n = 1;

	for (; *list; list++)
		n += *list == '|';
	return n;
}

struct count {
	unsigned int cells[MACHINES];
};

static void compare(void *ctx, const struct l2tp_cell_text *cell)
{
	struct count *count = ctx;
	const struct row *found = NULL;
	size_t i = 0;

	while (strcmp(machines[i].name, cell->machine)) {
		i++;
		assert_true(i < MACHINES);
	}
	assert_string_equal(machines[i].section, cell->section);
	for (const struct row *r = machines[i].rows; !is_end(r); r++) {
		if (!r->state || !in_list(r->state, cell->state) ||
		    !in_list(r->event, cell->event))
			continue;
		if (found)
			fail_msg("%s, %s, %s: two rows", cell->machine,
				 cell->state, cell->event);
		found = r;
	}
	if (!found)
		fail_msg("%s, %s, %s: no row", cell->machine, cell->state,
			 cell->event);
	if (strcmp(found->action, cell->action) ||
	    strcmp(found->next, cell->next))
		fail_msg("%s, %s, %s: %s -> %s, must be %s -> %s",
			 cell->machine, cell->state, cell->event, cell->action,
			 cell->next, found->action, found->next);
	count->cells[i]++;
}

static void test_every_cell(void **state)
{
	struct count count = { { 0 } };

	(void)state;
	l2tp_states_for_each(compare, &count);
	for (size_t i = 0; i < MACHINES; i++)
		assert_int_equal(count.cells[i],
				 machines[i].states * machines[i].events);
}

/*
 * No row of the transcription is about a cell that does not exist (a
 * misspelt one, say).
 */
static void test_every_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < MACHINES; i++) {
		unsigned int cells = 0;

		for (const struct row *r = machines[i].rows; !is_end(r); r++) {
			if (!r->state)
				continue;
			cells += (strcmp(r->state, "*") ?
					  list_length(r->state) :
					  machines[i].states) *
				 list_length(r->event);
		}
		assert_int_equal(cells,
				 machines[i].states * machines[i].events);
	}
}

/*
 * A session is in no state that its kind of call does not have,
 * and leads to none.
 */
static void test_states_of_kinds(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < L2TP_CALL_KIND_COUNT; k++)
		for (unsigned int s = 0; s < L2TP_SESSION_STATE_COUNT; s++)
			for (unsigned int e = 0; e < L2TP_SESSION_EVENT_COUNT;
			     e++)
				if (l2tp_session_has_state(k, s))
					assert_true(l2tp_session_has_state(
						k,
						l2tp_session_transition(k, s, e)
							.next));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cell),
		cmocka_unit_test(test_every_row),
		cmocka_unit_test(test_states_of_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
