// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RFC 3931 section 7 row by row, as it prints them, against the machines, which
 * are those of RFC 2661 as well. Where they do otherwise than a row says, the
 * row has what they do, and why the outcome is the RFC's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "proto/l2tp/states.h"

/*
 * Lists are separated by '|'. Without an action of ours it is the RFC's, and so
 * is the state.
 */
struct row {
	const char *state, *event, *action, *next;
	const char *our_action, *our_next;
};

#define OK     ", acceptable"
#define BAD    ", not acceptable"
#define ANY(x) "receive " x OK "|receive " x BAD

#define STOPCCN "send StopCCN, clean up"
#define CDN	"send CDN, clean up"

static const struct row connection[] = {
	/* section 7.2 */
	{ "idle", "local open request", "send SCCRQ", "wait-ctl-reply", NULL,
	  NULL },
	{ "idle", "receive SCCRQ" OK, "send SCCRP", "wait-ctl-conn", NULL,
	  NULL },
	{ "idle", "receive SCCRQ" BAD, STOPCCN, "idle", NULL, NULL },
	{ "idle", ANY("SCCRP"), STOPCCN, "idle", NULL, NULL },
	/*
	 * RFC 2661 has "clean up"; to a connection in idle, whose id nobody
	 * has, none comes
	 */
	{ "idle", ANY("SCCCN"), STOPCCN, "idle", "clean up", "idle" },
	{ "wait-ctl-reply", "receive SCCRP" OK,
	  "send SCCCN, tunnel-open to waiting sessions", "established", NULL,
	  NULL },
	{ "wait-ctl-reply", "receive SCCRP" BAD, STOPCCN, "idle", NULL, NULL },
	/*
	 * ours goes; the SCCRQ is in idle as a connection of its own, and is
	 * answered there, well or badly
	 */
	{ "wait-ctl-reply", "receive SCCRQ, lose tie-breaker",
	  "send SCCRP, clean up losing connection", "wait-ctl-conn",
	  "clean up at once, nothing to deliver", "idle" },
	/*
	 * ours stays; the SCCRQ, a connection of its own, gets its StopCCN as
	 * one that is not acceptable
	 */
	{ "wait-ctl-reply", "receive SCCRQ, win tie-breaker",
	  "send StopCCN for losing connection", "wait-ctl-reply", "ignore",
	  "wait-ctl-reply" },
	{ "wait-ctl-reply", ANY("SCCCN"), STOPCCN, "idle", NULL, NULL },
	{ "wait-ctl-conn", "receive SCCCN" OK,
	  "tunnel-open to waiting sessions", "established", NULL, NULL },
	{ "wait-ctl-conn", "receive SCCCN" BAD, STOPCCN, "idle", NULL, NULL },
	{ "wait-ctl-conn", ANY("SCCRQ") "|" ANY("SCCRP"), STOPCCN, "idle", NULL,
	  NULL },
	{ "established", "local open request (new call)",
	  "tunnel-open to waiting sessions", "established", NULL, NULL },
	{ "established", "admin tunnel close", STOPCCN, "idle", NULL, NULL },
	{ "established", ANY("SCCRQ") "|" ANY("SCCRP") "|" ANY("SCCCN"),
	  STOPCCN, "idle", NULL, NULL },
	{ "idle|wait-ctl-reply|wait-ctl-conn|established", "receive StopCCN",
	  "clean up", "idle", NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL, NULL },
};

/* wait-control-conn is wait-tunnel here, control-conn-open is tunnel-open. */
#define OPEN \
	"bearer ring, ready to indicate incoming conn. or local open request"
#define CLOSE  "local close request, bearer line drop or bearer failure"
#define ANSWER "bearer answer, framing detected"
#define LOSE   "receive ICRQ or OCRQ, lose tie breaker"
#define WIN    "receive ICRQ or OCRQ, win tie breaker"

static const struct row icrq_sender[] = {
	/* section 7.3.1 */
	{ "idle", OPEN, "initiate local tunnel open", "wait-tunnel", NULL,
	  NULL },
	{ "idle", ANY("ICCN") "|" ANY("ICRP") "|receive CDN", "clean up",
	  "idle", NULL, NULL },
	{ "wait-tunnel", CLOSE, "clean up", "idle", NULL, NULL },
	{ "wait-tunnel", "tunnel-open", "send ICRQ", "wait-reply", NULL, NULL },
	{ "wait-reply", "receive ICRP" OK, "send ICCN", "established", NULL,
	  NULL },
	{ "wait-reply", "receive ICRP" BAD, CDN, "idle", NULL, NULL },
	/* the ICRQ is a session of its own, of the recipient's machine */
	{ "wait-reply", LOSE, "process as ICRQ recipient", "idle", "clean up",
	  "idle" },
	/* session_tie.c sends it, as no session is made of the ICRQ */
	{ "wait-reply", WIN, "send CDN for losing session", "wait-reply",
	  "ignore", "wait-reply" },
	{ "wait-reply", "receive CDN|" ANY("ICCN"), "clean up", "idle", NULL,
	  NULL },
	{ "wait-reply", CLOSE, CDN, "idle", NULL, NULL },
	{ "established", "receive CDN", "clean up", "idle", NULL, NULL },
	{ "established", ANY("ICRQ") "|" ANY("ICRP") "|" ANY("ICCN"), CDN,
	  "idle", NULL, NULL },
	{ "established", CLOSE, CDN, "idle", NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL, NULL },
};

static const struct row icrq_recipient[] = {
	/* section 7.3.2 */
	{ "idle", "receive ICRQ" OK, "send ICRP", "wait-connect", NULL, NULL },
	{ "idle", "receive ICRQ" BAD, CDN, "idle", NULL, NULL },
	{ "idle", ANY("ICRP"), CDN, "idle", NULL, NULL },
	{ "idle", ANY("ICCN"), "clean up", "idle", NULL, NULL },
	{ "wait-connect", "receive ICCN" OK, "prepare for data", "established",
	  NULL, NULL },
	{ "wait-connect", "receive ICCN" BAD, CDN, "idle", NULL, NULL },
	{ "wait-connect", ANY("ICRQ") "|" ANY("ICRP"), CDN, "idle", NULL,
	  NULL },
	{ "idle|wait-connect|established", "receive CDN", "clean up", "idle",
	  NULL, NULL },
	{ "wait-connect|established", CLOSE, CDN, "idle", NULL, NULL },
	{ "established", ANY("ICRQ") "|" ANY("ICRP") "|" ANY("ICCN"), CDN,
	  "idle", NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL, NULL },
};

static const struct row ocrq_sender[] = {
	/* section 7.4.1 */
	{ "idle", OPEN, "initiate local tunnel open", "wait-tunnel", NULL,
	  NULL },
	{ "idle", ANY("OCCN") "|" ANY("OCRP"), "clean up", "idle", NULL, NULL },
	{ "wait-tunnel", "tunnel-open", "send OCRQ", "wait-reply", NULL, NULL },
	{ "wait-reply", "receive OCRP" OK, "none", "wait-connect", NULL, NULL },
	{ "wait-reply", "receive OCRP" BAD, CDN, "idle", NULL, NULL },
	{ "wait-reply", ANY("OCCN"), CDN, "idle", NULL, NULL },
	/* as in 7.3.1 */
	{ "wait-reply", LOSE, "process as OCRQ recipient", "idle", "clean up",
	  "idle" },
	{ "wait-reply", WIN, "send CDN for losing session", "wait-reply",
	  "ignore", "wait-reply" },
	/*
	 * "none" of the RFC is RFC 2661's "prepare for data": the
	 * driver hears of it
	 */
	{ "wait-connect", "receive OCCN" OK, "none", "established",
	  "prepare for data", "established" },
	{ "wait-connect", ANY("OCRQ") "|" ANY("OCRP"), CDN, "idle", NULL,
	  NULL },
	{ "idle|wait-reply|wait-connect|established", "receive CDN", "clean up",
	  "idle", NULL, NULL },
	{ "established", ANY("OCRQ") "|" ANY("OCRP") "|" ANY("OCCN"), CDN,
	  "idle", NULL, NULL },
	{ "wait-reply|wait-connect|established", CLOSE, CDN, "idle", NULL,
	  NULL },
	{ "wait-tunnel", CLOSE, "clean up", "idle", NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL, NULL },
};

static const struct row ocrq_recipient[] = {
	/* section 7.4.2 */
	{ "idle", "receive OCRQ" OK, "send OCRP, open bearer", "wait-cs-answer",
	  NULL, NULL },
	{ "idle", "receive OCRQ" BAD, CDN, "idle", NULL, NULL },
	{ "idle", ANY("OCRP"), CDN, "idle", NULL, NULL },
	{ "idle", ANY("OCCN") "|receive CDN", "clean up", "idle", NULL, NULL },
	{ "wait-cs-answer", ANSWER, "send OCCN", "established", NULL, NULL },
	/*
	 * "call placement failed" and "local close request" are one event here
	 */
	{ "wait-cs-answer|established", CLOSE, CDN, "idle", NULL, NULL },
	{ "wait-cs-answer|established",
	  ANY("OCRQ") "|" ANY("OCRP") "|" ANY("OCCN"), CDN, "idle", NULL,
	  NULL },
	{ "wait-cs-answer|established", "receive CDN", "clean up", "idle", NULL,
	  NULL },
	{ NULL, NULL, NULL, NULL, NULL, NULL },
};

static const struct {
	const char *name;
	const struct row *rows;
} machines[] = {
	{ "control connection", connection },
	{ "LAC incoming call", icrq_sender },
	{ "LNS incoming call", icrq_recipient },
	{ "LNS outgoing call", ocrq_sender },
	{ "LAC outgoing call", ocrq_recipient },
};
#define MACHINES (sizeof(machines) / sizeof(machines[0]))

static bool in_list(const char *list, const char *item)
{
	size_t len = strlen(item);

	for (const char *p = list; p;
	     p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL)
		if (!strncmp(p, item, len) && (p[len] == '|' || !p[len]))
			return true;
	return false;
}

static unsigned int length(const char *list)
{
	unsigned int n = 1;

	for (; *list; list++)
		n += *list == '|';
	return n;
}

static unsigned int cells;

static void compare(void *ctx, const struct l2tp_cell_text *cell)
{
	(void)ctx;
	for (size_t i = 0; i < MACHINES; i++)
		for (const struct row *r = machines[i].rows; r->state; r++) {
			const char *action = r->our_action ? r->our_action :
							     r->action;
			const char *next = r->our_action ? r->our_next :
							   r->next;

			if (strcmp(machines[i].name, cell->machine) ||
			    !in_list(r->state, cell->state) ||
			    !in_list(r->event, cell->event))
				continue;
			cells++;
			if (strcmp(action, cell->action) ||
			    strcmp(next, cell->next))
				fail_msg("%s, %s, %s: %s -> %s, must be %s -> "
					 "%s",
					 cell->machine, cell->state,
					 cell->event, cell->action, cell->next,
					 action, next);
		}
}

/* Each row's cells are there, and do what it says. */
static void test_rows(void **state)
{
	unsigned int wanted = 0;

	(void)state;
	l2tp_states_for_each(compare, NULL);
	for (size_t i = 0; i < MACHINES; i++)
		for (const struct row *r = machines[i].rows; r->state; r++)
			wanted += length(r->state) * length(r->event);
	assert_int_equal(cells, wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
