// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints the sections of Documentation/conformance-rfc2661.md that come from
 * the protocol core's tables, as Markdown. Without arguments all of them; else
 * those named.
 */
#include <stdio.h>
#include <string.h>

#include "proto/l2tp/codec.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* ---- AVPs ---- */

static void print_length(const struct l2tp_avp_info *info)
{
	if (info->min == info->max)
		printf("%u", info->min);
	else if (info->max == L2TP_VALUE_MAX)
		printf("%u or more", info->min);
	else
		printf("%u to %u", info->min, info->max);
}

/* "SCCRQ, SCCRP*": those that require it, then with a star those that allow it. */
static void print_messages(enum l2tp_avp_id id)
{
	const uint64_t bit = UINT64_C(1) << id;
	const char *comma = "";

	if (id == L2TP_AVP_MESSAGE_TYPE || id == L2TP_AVP_RANDOM_VECTOR) {
		printf(id == L2TP_AVP_MESSAGE_TYPE ? "all" : "all*");
		return;
	}
	for (enum l2tp_message_type type = 0; type < L2TP_MESSAGE_UNKNOWN; type++) {
		const struct l2tp_message_info *m = &l2tp_message_info[type];

		if (!(m->allowed & bit))
			continue;
		printf("%s%s%s", comma, m->name, m->required & bit ? "" : "*");
		comma = ", ";
	}
}

static void print_avps(void)
{
	printf("A star marks the messages that may carry the AVP; the others must. Length is the\n"
	       "value's, before hiding. M is the bit as sent; H tells whether the value may be\n"
	       "hidden, and is when hiding is asked for.\n\n"
	       "| Type | AVP | Messages | Value | Length | M | H | Section |\n"
	       "|---:|---|---|---|---|:-:|:-:|---|\n");
	for (enum l2tp_avp_id id = 0; id < L2TP_AVP_COUNT; id++) {
		const struct l2tp_avp_info *info = &l2tp_avp_info[id];

		if (info->vendor)
			printf("| %u:%u | %s | ", info->vendor, info->type, info->name);
		else
			printf("| %u | %s | ", info->type, info->name);
		print_messages(id);
		printf(" | %s | ", l2tp_kind_name(info->kind));
		print_length(info);
		printf(" | %u | %s | %s |\n", info->mandatory, info->may_hide ? "yes" : "no",
		       info->section);
	}
}

/* ---- messages ---- */

static void print_set(uint64_t set)
{
	const char *comma = "";

	for (enum l2tp_avp_id id = 0; id < L2TP_AVP_COUNT; id++) {
		if (!(set >> id & 1))
			continue;
		printf("%s%s", comma, l2tp_avp_info[id].name);
		comma = ", ";
	}
}

static const char *scope_name(enum l2tp_scope scope)
{
	switch (scope) {
	case L2TP_SCOPE_NOTHING:
		return "nothing more";
	case L2TP_SCOPE_SESSION:
		return "the session";
	case L2TP_SCOPE_TUNNEL:
		return "the tunnel";
	}
	return "?";
}

static void print_message_rows(void)
{
	const uint64_t common = UINT64_C(1) << L2TP_AVP_MESSAGE_TYPE |
				UINT64_C(1) << L2TP_AVP_RANDOM_VECTOR;

	printf("Every message starts with the Message Type and may carry Random Vectors; a message\n"
	       "without AVPs is the ZLB acknowledgement. The last column says what a fault in the\n"
	       "message ends when it ends anything.\n\n"
	       "| Number | Message | Section | Required AVPs | Optional AVPs | A fault ends |\n"
	       "|---:|---|---|---|---|---|\n");
	for (enum l2tp_message_type type = 0; type < L2TP_MESSAGE_UNKNOWN; type++) {
		const struct l2tp_message_info *m = &l2tp_message_info[type];

		if (!m->name)
			continue;
		printf("| %u | %s (%s) | %s | ", type, m->name, m->long_name, m->section);
		print_set(m->required & ~common);
		printf(" | ");
		print_set(m->allowed & ~m->required & ~common);
		printf(" | %s |\n", scope_name(m->scope));
	}
}

/* ---- faults ---- */

/* "Closes" is what the message's row above says; else the severity is named. */
static const struct fault_row {
	const char *fault, *with_m, *without_m, *error, *section;
} fault_rows[] = {
	{ "Header: shorter than its flags say, Length beyond the packet, Ver not 2; control "
	  "without L or S, or with O",
	  "packet discarded", "packet discarded", "", "3.1, 7.1" },
	{ "Header: reserved bits, P on control; bytes behind Length",
	  "ignored", "ignored", "", "3.1" },
	{ "First AVP is not the Message Type, or its length cannot be",
	  "closes the tunnel", "closes the tunnel", "6 or 2", "4.4.1, 7.1" },
	{ "Message Type of no message, or with reserved bits",
	  "closes the tunnel", "message acknowledged and dropped", "8", "4.1, 4.4.1" },
	{ "Message Type hidden, or not two bytes",
	  "closes the tunnel", "message acknowledged and dropped", "3 or 2", "4.4.1, 7.1" },
	{ "AVP Length below 6 or beyond the message, or less than an AVP behind the last one",
	  "closes", "closes: what follows cannot be found", "2", "4.1, 7.1" },
	{ "AVP unknown, or with reserved bits",
	  "closes", "AVP ignored", "8", "4.1, 4.2" },
	{ "AVP known, but the message has no place for it",
	  "AVP ignored", "AVP ignored", "", "the RFC is silent" },
	{ "AVP there twice (but for Random Vector)",
	  "the first holds", "the first holds", "", "the RFC is silent" },
	{ "Value of a wrong size",
	  "closes", "AVP ignored", "2", "7.1" },
	{ "Assigned id or Receive Window Size of 0",
	  "closes", "AVP ignored", "3", "4.4.3, 4.4.4, 5.8" },
	{ "Hidden where it must not be",
	  "closes", "AVP ignored", "3", "4.4, 7.1" },
	{ "Hidden before any Random Vector, or without a secret",
	  "closes", "AVP ignored", "6", "4.3" },
	{ "Hidden, and its length inside does not fit",
	  "closes", "AVP ignored", "2", "4.3, 7.1" },
	{ "Hidden values of more than 2048 bytes in one message",
	  "closes", "AVP ignored", "4", "4.3" },
	{ "Required AVP missing",
	  "closes", "closes", "6", "6, 7.1" },
	{ "Protocol Version other than 1.x",
	  "closes the tunnel, result 5", "closes the tunnel, result 5", "0x0100", "4.4.2, 4.4.3" },
	{ "Any of these in a StopCCN or CDN, behind its Message Type",
	  "AVP ignored", "AVP ignored", "", "it closes already" },
};

static void print_faults(void)
{
	printf("What closes sends a StopCCN or CDN with result 2 and this Error Code, and a message\n"
	       "that names the AVP. The M bit is the AVP's, as it came.\n\n"
	       "| Fault | With M | Without M | Error Code | Section |\n"
	       "|---|---|---|---|---|\n");
	for (size_t i = 0; i < LENGTH(fault_rows); i++) {
		const struct fault_row *r = &fault_rows[i];

		printf("| %s | %s | %s | %s | %s |\n", r->fault, r->with_m, r->without_m, r->error,
		       r->section);
	}
}

static const struct section {
	const char *name, *title;
	void (*print)(void);
} sections[] = {
	{ "messages", "Control messages", print_message_rows },
	{ "avps", "AVPs", print_avps },
	{ "faults", "What a fault costs", print_faults },
};

static const struct section *find(const char *name)
{
	for (size_t i = 0; i < LENGTH(sections); i++)
		if (!strcmp(sections[i].name, name))
			return &sections[i];
	return NULL;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (find(argv[i]))
			continue;
		fprintf(stderr, "usage: %s [SECTION...]\nsections:", argv[0]);
		for (size_t s = 0; s < LENGTH(sections); s++)
			fprintf(stderr, " %s", sections[s].name);
		fprintf(stderr, "\n");
		return 2;
	}
	for (size_t i = 0; i < (argc > 1 ? (size_t)argc - 1 : LENGTH(sections)); i++) {
		const struct section *s = argc > 1 ? find(argv[i + 1]) : &sections[i];

		printf("%s## %s\n\n", i ? "\n" : "", s->title);
		s->print();
	}
	return 0;
}
