/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The automaton against RFC 1661 section 4.1, whose table is here as it is
 * written there: actions, a slash, the next state; a dash for what cannot be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* after what it needs */
#include <cmocka.h>

#include "proto/ppp/fsm_table.h"

/* clang-format off */
static const struct {
	const char *event, *first /* states 0 to 5 */, *second /* 6 to 9 */;
} rfc[] = {
	{ "Up",		"2 irc,scr/6 - - - -",
			"- - - -" },
	{ "Down",	"- - 0 tls/1 0 1",
			"1 1 1 tld/1" },
	{ "Open",	"tls/1 1 irc,scr/6 3 5 5",
			"6 7 8 9" },
	{ "Close",	"0 tlf/0 2 2 4 4",
			"irc,str/4 irc,str/4 irc,str/4 tld,irc,str/4" },
	{ "TO+",	"- - - - str/4 str/5",
			"scr/6 scr/6 scr/8 -" },
	{ "TO-",	"- - - - tlf/2 tlf/3",
			"tlf/3 tlf/3 tlf/3 -" },
	{ "RCR+",	"- - sta/2 irc,scr,sca/8 4 5",
			"sca/8 sca,tlu/9 sca/8 tld,scr,sca/8" },
	{ "RCR-",	"- - sta/2 irc,scr,scn/6 4 5",
			"scn/6 scn/7 scn/6 tld,scr,scn/6" },
	{ "RCA",	"- - sta/2 sta/3 4 5",
			"irc/7 scr/6 irc,tlu/9 tld,scr/6" },
	{ "RCN",	"- - sta/2 sta/3 4 5",
			"irc,scr/6 scr/6 irc,scr/8 tld,scr/6" },
	{ "RTR",	"- - sta/2 sta/3 sta/4 sta/5",
			"sta/6 sta/6 sta/6 tld,zrc,sta/5" },
	{ "RTA",	"- - 2 3 tlf/2 tlf/3",
			"6 6 8 tld,scr/6" },
	{ "RUC",	"- - scj/2 scj/3 scj/4 scj/5",
			"scj/6 scj/7 scj/8 scj/9" },
	{ "RXJ+",	"- - 2 3 4 5",
			"6 6 8 9" },
	{ "RXJ-",	"- - tlf/2 tlf/3 tlf/2 tlf/3",
			"tlf/3 tlf/3 tlf/3 tld,irc,str/5" },
	{ "RXR",	"- - 2 3 4 5",
			"6 7 8 ser/9" },
};
static const char *const states[] = {
	"Initial", "Starting", "Closed", "Stopped", "Closing", "Stopping",
	"Req-Sent", "Ack-Rcvd", "Ack-Sent", "Opened",
};
/* clang-format on */

static unsigned int action_named(const char *name)
{
	for (unsigned int i = 0; i < PPP_FSM_ACTION_COUNT; i++)
		if (!strcmp(name, ppp_fsm_action_name(i)))
			return 1u << i;
	fail_msg("no action %s", name);
	return 0;
}

static void check_cell(const char *event, enum ppp_fsm_event e,
		       enum ppp_fsm_state s, char *text)
{
	struct ppp_fsm_cell cell = ppp_fsm_transition(s, e);
	char *slash = strchr(text, '/'), *save = NULL;
	unsigned int actions = 0;

	if (!strcmp(text, "-")) {
		assert_int_equal(cell.next, PPP_FSM_ILLEGAL);
		return;
	}
	if (slash) {
		*slash = '\0';
		for (char *a = strtok_r(text, ",", &save); a;
		     a = strtok_r(NULL, ",", &save))
			actions |= action_named(a);
	}
	if (cell.actions != actions ||
	    cell.next != atoi(slash ? slash + 1 : text))
		fail_msg("%s in %s is not the RFC's", event, states[s]);
}

static void the_table_is_the_rfcs(void **state)
{
	(void)state;
	assert_int_equal(sizeof(rfc) / sizeof(rfc[0]), PPP_FSM_EVENT_COUNT);
	for (unsigned int e = 0; e < PPP_FSM_EVENT_COUNT; e++) {
		char row[200], *save = NULL, *cell;
		unsigned int s = 0;

		assert_string_equal(rfc[e].event, ppp_fsm_event_name(e));
		snprintf(row, sizeof(row), "%s %s", rfc[e].first,
			 rfc[e].second);
		for (cell = strtok_r(row, " ", &save); cell;
		     cell = strtok_r(NULL, " ", &save))
			check_cell(rfc[e].event, e, s++, cell);
		assert_int_equal(s, PPP_FSM_STATE_COUNT);
	}
}

static void states_have_the_rfcs_names(void **state)
{
	(void)state;
	for (unsigned int s = 0; s < PPP_FSM_STATE_COUNT; s++)
		assert_string_equal(states[s], ppp_fsm_state_name(s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_the_rfcs),
		cmocka_unit_test(states_have_the_rfcs_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
