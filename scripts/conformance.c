// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes Documentation/conformance-rfc2661.md, for version 2, or -rfc3931.md,
 * for 3: copies the template named on the command line and puts a table of the
 * protocol core in the place of each line "@name@". Fails when a table, or the
 * note of an AVP, is missing, so that what is added to the core comes into the
 * document.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/l2tp/codec.h"
#include "proto/l2tp/states.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static uint8_t version;

static void __attribute__((format(printf, 1, 2), noreturn))
fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "conformance: ");
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "\n");
	va_end(ap);
	exit(1);
}

/* ---- AVPs ---- */

static bool of_rfc3931(enum l2tp_avp_id id)
{
	const char *section = l2tp_avp_info[id].section;

	return strncmp(section, "3931:", 5) == 0 ||
	       strcmp(section, "IANA") == 0;
}

/*
 * Those of version 3 that an SCCRQ of version 2 may have are told of in version
 * 3's document.
 */
static uint64_t shown(const struct l2tp_message_info *m)
{
	uint64_t set = m->allowed;

	for (enum l2tp_avp_id id = 0; version == 2 && id < L2TP_AVP_COUNT; id++)
		if (of_rfc3931(id))
			set &= ~(UINT64_C(1) << id);
	return set;
}

static bool is_shown(enum l2tp_avp_id id)
{
	for (enum l2tp_message_type type = 0; type < L2TP_MESSAGE_UNKNOWN;
	     type++) {
		const struct l2tp_message_info *m =
			l2tp_message_info(version, type);

		if (m && shown(m) >> id & 1)
			return true;
	}
	return false;
}

static void print_length(const struct l2tp_avp_info *info)
{
	if (info->min == info->max)
		printf("%u", info->min);
	else if (info->max == L2TP_VALUE_MAX)
		printf("%u or more", info->min);
	else
		printf("%u to %u", info->min, info->max);
}

/*
 * "SCCRQ, SCCRP*": those that require it, then with a star those that allow it.
 */
static void print_messages(enum l2tp_avp_id id)
{
	const uint64_t bit = UINT64_C(1) << id;
	const char *comma = "";

	if (id == L2TP_AVP_MESSAGE_TYPE || id == L2TP_AVP_RANDOM_VECTOR ||
	    id == L2TP_AVP_MESSAGE_DIGEST) {
		printf(id == L2TP_AVP_MESSAGE_TYPE ? "all" : "all*");
		return;
	}
	for (enum l2tp_message_type type = 0; type < L2TP_MESSAGE_UNKNOWN;
	     type++) {
		const struct l2tp_message_info *m =
			l2tp_message_info(version, type);

		if (!m || !(m->allowed & bit))
			continue;
		printf("%s%s%s", comma, m->name, m->required & bit ? "" : "*");
		comma = ", ";
	}
}

/* What sends it and what heeds it, in version 2. */
static const char *const avp_notes[L2TP_AVP_COUNT] = {
	[L2TP_AVP_MESSAGE_TYPE] = "first in every message",
	[L2TP_AVP_RESULT_CODE] =
		"in every StopCCN and CDN, with a sentence where there is "
		"one; the peer's goes into the log",
	[L2TP_AVP_PROTOCOL_VERSION] =
		"1.0 sent; any 1.x taken, else StopCCN result 5",
	[L2TP_AVP_FRAMING_CAPABILITIES] =
		"both sent; an OCRQ asks for no other than the peer's, an "
		"ICCN or OCCN with other than ours is refused",
	[L2TP_AVP_BEARER_CAPABILITIES] =
		"not sent, for no calls are placed here; without the peer's "
		"no OCRQ goes out",
	[L2TP_AVP_TIE_BREAKER] =
		"heeded; sent where the driver asks for it, which the "
		"daemon does not",
	[L2TP_AVP_FIRMWARE_REVISION] = "sent; shown",
	[L2TP_AVP_HOST_NAME] =
		"the configured one sent; chooses the `lns` section "
		"and so the secret",
	[L2TP_AVP_VENDOR_NAME] = "sent; shown",
	[L2TP_AVP_ASSIGNED_TUNNEL_ID] =
		"random; a caller's is looked up in the kernel first; the "
		"peer's goes into every header",
	[L2TP_AVP_RECEIVE_WINDOW_SIZE] =
		"`receive-window` sent; the peer's is kept to, 4 when "
		"it is absent",
	[L2TP_AVP_CHALLENGE] =
		"16 random bytes where there is a secret, unless `challenge = "
		"false`; a peer's is answered or, without a secret, refused "
		"with result 4",
	[L2TP_AVP_Q931_CAUSE_CODE] =
		"read and logged; the daemon has no telephone line to tell of",
	[L2TP_AVP_CHALLENGE_RESPONSE] =
		"compared in constant time; wrong or missing: result 4",
	[L2TP_AVP_ASSIGNED_SESSION_ID] =
		"unpredictable, the longest possible time until one comes "
		"again; the peer's goes into every header",
	[L2TP_AVP_CALL_SERIAL_NUMBER] =
		"counts up over all tunnels from a random number; kept",
	[L2TP_AVP_MINIMUM_BPS] =
		"OCRQ of the core's; the daemon places no outgoing calls",
	[L2TP_AVP_MAXIMUM_BPS] = "the same",
	[L2TP_AVP_BEARER_TYPE] =
		"sent as 0 in the ICRQ: no telephone line; an OCRQ for "
		"another than we said is refused",
	[L2TP_AVP_FRAMING_TYPE] =
		"synchronous sent, unless the peer has asynchronous only; "
		"checked against what we said",
	[L2TP_AVP_CALLED_NUMBER] = "`called-number` sent; the peer's is kept",
	[L2TP_AVP_CALLING_NUMBER] =
		"`calling-number` sent; the peer's goes to the plugin",
	[L2TP_AVP_SUB_ADDRESS] =
		"sent where the driver gives one; the peer's is kept",
	[L2TP_AVP_TX_CONNECT_SPEED] =
		"1 Gbit/s sent; the peer's is kept and limits nothing",
	[L2TP_AVP_PHYSICAL_CHANNEL_ID] =
		"sent where the driver gives one; the peer's is kept",
	[L2TP_AVP_INITIAL_LCP_CONFREQ] =
		"kept as it came; LCP starts anew (section 9.5)",
	[L2TP_AVP_LAST_SENT_CONFREQ] = "the same",
	[L2TP_AVP_LAST_RECEIVED_CONFREQ] = "the same",
	[L2TP_AVP_PROXY_AUTHEN_TYPE] =
		"kept as it came; we authenticate ourselves (section 9.5)",
	[L2TP_AVP_PROXY_AUTHEN_NAME] = "the same",
	[L2TP_AVP_PROXY_AUTHEN_CHALLENGE] = "the same",
	[L2TP_AVP_PROXY_AUTHEN_ID] = "the same",
	[L2TP_AVP_PROXY_AUTHEN_RESPONSE] = "the same; never printed",
	[L2TP_AVP_CALL_ERRORS] =
		"taken by an LNS in an established call, logged",
	[L2TP_AVP_ACCM] = "taken by a LAC in an established call, logged: our "
			  "PPP is synchronous",
	[L2TP_AVP_RANDOM_VECTOR] =
		"16 bytes, new in every message that hides; any length taken, "
		"the last one before a hidden AVP holds",
	[L2TP_AVP_PRIVATE_GROUP_ID] = "kept; no policy hangs on it",
	[L2TP_AVP_RX_CONNECT_SPEED] =
		"sent where the driver gives one; the peer's is kept",
	[L2TP_AVP_SEQUENCING_REQUIRED] = "decoded; see section 5.4",
	[L2TP_AVP_CISCO_CLIENT_NAS_PORT] =
		"named in logs and tests; sent where the driver gives it",
};

/* The same in version 3, and where its RFC has what RFC 2661 had first. */
/* clang-format off */
static const struct avp_note {
	const char *section, *note;
} avp_notes_v3[L2TP_AVP_COUNT] = {
	[L2TP_AVP_MESSAGE_TYPE] = { "5.4.1",
		"first in every message; a vendor's own message goes "
		"by its M bit" },
	[L2TP_AVP_RESULT_CODE] = { "5.4.2",
		"in every StopCCN and CDN, with a sentence where there is "
		"one; the peer's goes into the log" },
	[L2TP_AVP_TIE_BREAKER] = { "5.4.3, 5.4.4",
		"the session's in every ICRQ and OCRQ; the control "
		"connection's where the driver asks for it; both heeded" },
	[L2TP_AVP_HOST_NAME] = { "5.4.3",
		"the configured one sent; the peer's is for the driver to "
		"choose the configuration by" },
	[L2TP_AVP_VENDOR_NAME] = { "5.4.3", "sent; shown" },
	[L2TP_AVP_RECEIVE_WINDOW_SIZE] = { "5.4.3",
		"sent; the peer's is kept to, 4 when it is absent" },
	[L2TP_AVP_CALL_SERIAL_NUMBER] = { "5.4.4",
		"\"Serial Number\"; counts up over all connections from a "
		"random number; kept" },
	[L2TP_AVP_PHYSICAL_CHANNEL_ID] = { "5.4.4",
		"sent where the driver gives one; the peer's is decoded" },
	[L2TP_AVP_CALL_ERRORS] = { "5.4.5",
		"\"Circuit Errors\"; 26 octets, which is the Length that the "
		"section gives, though its figure shows 18" },
	[L2TP_AVP_RANDOM_VECTOR] = { "5.4.1",
		"16 bytes, new in every message that hides; none in an ACK" },
	[L2TP_AVP_MESSAGE_DIGEST] = { "5.4.1",
		"where both authenticate, and over IP always; one is sent, of "
		"two either may be right" },
	[L2TP_AVP_ROUTER_ID] = { "5.4.3", "the configured one sent; shown" },
	[L2TP_AVP_ASSIGNED_CONNECTION_ID] = { "5.4.3",
		"random, of 16 bits while version 2 is possible; the peer's "
		"goes into every header" },
	[L2TP_AVP_PW_CAPABILITIES] = { "5.4.3",
		"the configured types sent; none other is asked for "
		"or accepted" },
	[L2TP_AVP_LOCAL_SESSION_ID] = { "5.4.4",
		"random, one space for all connections; in every message of a "
		"session, and must stay" },
	[L2TP_AVP_REMOTE_SESSION_ID] = { "5.4.4",
		"in every message of a session; 0 before it is known, then a "
		"CDN, WEN or SLI is found by the other id" },
	[L2TP_AVP_ASSIGNED_COOKIE] = { "5.4.4",
		"as the driver gives it, 0, 4 or 8 octets; the peer's is for "
		"the data plane; never printed" },
	[L2TP_AVP_REMOTE_END_ID] = { "5.4.4",
		"as the driver gives it; more than 64 octets are refused, an "
		"empty one never ties" },
	[L2TP_AVP_APPLICATION_ID] = { "IANA", "decoded, not acted on" },
	[L2TP_AVP_PSEUDOWIRE_TYPE] = { "5.4.4",
		"PPP, Ethernet, Ethernet VLAN; one that we did not "
		"advertise: CDN 14" },
	[L2TP_AVP_L2_SUBLAYER] = { "5.4.4",
		"none or the default one; another: CDN 5" },
	[L2TP_AVP_DATA_SEQUENCING] = { "5.4.4",
		"0 to 2; without the sublayer: CDN 15" },
	[L2TP_AVP_CIRCUIT_STATUS] = { "5.4.5",
		"where it must be, in the ICCN and OCCN, and in an SLI for "
		"each change; the peer's goes to the driver" },
	[L2TP_AVP_PREFERRED_LANGUAGE] = { "5.4.3",
		"not sent; the peer's is ignored: our sentences are in the "
		"default language" },
	[L2TP_AVP_NONCE] = { "5.4.1",
		"16 random octets where we authenticate; 1 to 64 are taken" },
	[L2TP_AVP_TX_CONNECT_SPEED_64] = { "5.4.4",
		"sent where the driver gives one; the peer's is kept" },
	[L2TP_AVP_RX_CONNECT_SPEED_64] = { "5.4.4", "the same" },
};
/* clang-format on */

static struct avp_note note_of(enum l2tp_avp_id id)
{
	struct avp_note n = { l2tp_avp_info[id].section, avp_notes[id] };

	if (version == 3)
		n = avp_notes_v3[id];
	if (!n.note)
		fail("there is no note on the AVP \"%s\" in version %u",
		     l2tp_avp_info[id].name, version);
	return n;
}

static void print_avps(void)
{
	printf("A star marks the messages that may carry the AVP; the others "
	       "must. Length is the\n"
	       "value's, before hiding. M is the bit as sent; H tells whether "
	       "the value may be\n"
	       "hidden, and is when hiding is asked for.\n\n"
	       "| Type | AVP | Section | Messages | Value | Length | M | H | "
	       "Here |\n"
	       "|---:|---|---|---|---|---|:-:|:-:|---|\n");
	for (enum l2tp_avp_id id = 0; id < L2TP_AVP_COUNT; id++) {
		const struct l2tp_avp_info *info = &l2tp_avp_info[id];
		struct avp_note n;

		if (!is_shown(id))
			continue;
		n = note_of(id);
		if (info->vendor)
			printf("| %u:%u | %s | %s | ", info->vendor, info->type,
			       info->name, n.section);
		else
			printf("| %u | %s | %s | ", info->type, info->name,
			       n.section);
		print_messages(id);
		printf(" | %s | ", l2tp_kind_name(info->kind));
		print_length(info);
		printf(" | %u | %s | %s |\n", info->mandatory,
		       info->may_hide ? "yes" : "no", n.note);
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
				UINT64_C(1) << L2TP_AVP_RANDOM_VECTOR |
				UINT64_C(1) << L2TP_AVP_MESSAGE_DIGEST;

	if (version == 2)
		printf("Every message starts with the Message Type and may "
		       "carry Random Vectors; a message\n"
		       "without AVPs is the ZLB acknowledgement. ");
	else
		printf("Every message starts with the Message Type, may carry "
		       "one or two Message Digests\n"
		       "directly behind it, and Random Vectors. A message "
		       "without AVPs is taken for an\n"
		       "acknowledgement where nothing is authenticated, and "
		       "never sent. ");
	printf("The last column says what a fault in the\n"
	       "message ends when it ends anything.\n\n"
	       "| Number | Message | Section | Required AVPs | Optional AVPs | "
	       "A fault ends |\n"
	       "|---:|---|---|---|---|---|\n");
	for (enum l2tp_message_type type = 0; type < L2TP_MESSAGE_UNKNOWN;
	     type++) {
		const struct l2tp_message_info *m =
			l2tp_message_info(version, type);

		if (!m)
			continue;
		printf("| %u | %s (%s) | %s | ", type, m->name, m->long_name,
		       m->section + (strncmp(m->section, "3931:", 5) ? 0 : 5));
		print_set(m->required & ~common);
		printf(" | ");
		print_set(shown(m) & ~m->required & ~common);
		printf(" | %s |\n", scope_name(m->scope));
	}
}

/* ---- faults ---- */

/* "Closes" is what the message's row above says; else the severity is named. */
/* clang-format off */
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
/* clang-format on */

/* clang-format off */
static const struct fault_row fault_rows_v3[] = {
	{ "Header: shorter than 12 octets, Length beyond the packet, control without L or S",
	  "packet discarded", "packet discarded", "", "3.2.1, 7.1" },
	{ "Header or AVP: reserved bits", "ignored", "ignored", "", "3.2.1, 5.1" },
	{ "Message Digest wrong, or missing where messages are authenticated; then a ZLB as well",
	  "packet discarded, counted", "packet discarded, counted", "", "4.3, 5.4.1, 6.15" },
	{ "First AVP is not the Message Type, or its length cannot be",
	  "closes the connection", "closes the connection", "6 or 2", "5.4.1, 7.1" },
	{ "Message Type of no message, or a vendor's", "closes the connection",
	  "message acknowledged and dropped", "8", "5.4.1" },
	{ "Message Type hidden, or not two octets", "closes the connection",
	  "message acknowledged and dropped", "3 or 2", "5.4.1, 7.1" },
	{ "AVP Length below 6 or beyond the message",
	  "closes", "closes: what follows cannot be found", "2", "5.1, 7.1" },
	{ "AVP unknown", "closes", "AVP ignored", "8", "5.2" },
	{ "AVP known, but the message has no place for it; RFC 2661's among them",
	  "AVP ignored", "AVP ignored", "", "4.7.3; else the RFC is silent" },
	{ "AVP there twice (but for Random Vector and Message Digest)",
	  "the first holds", "the first holds", "", "the RFC is silent" },
	{ "Value of a wrong size; an id of 0; a Data Sequencing Level beyond 2",
	  "closes", "AVP ignored", "2 or 3", "5.4.3, 5.4.4, 7.1" },
	{ "Hidden where it must not be, without Random Vector, or without authentication",
	  "closes", "AVP ignored", "3 or 6", "5.3" },
	{ "Required AVP missing", "closes", "closes", "6", "6, 7.1" },
	{ "Any of these in a StopCCN or CDN, behind its Message Type",
	  "AVP ignored", "AVP ignored", "", "it closes already" },
};
/* clang-format on */

static void print_faults(void)
{
	const struct fault_row *rows = version == 2 ? fault_rows :
						      fault_rows_v3;
	size_t n = version == 2 ? LENGTH(fault_rows) : LENGTH(fault_rows_v3);

	printf("What closes sends a StopCCN or CDN with result 2 and this "
	       "Error Code, and a message\n"
	       "that names the AVP. The M bit is the AVP's, as it came.\n\n"
	       "| Fault | With M | Without M | Error Code | Section |\n"
	       "|---|---|---|---|---|\n");
	for (size_t i = 0; i < n; i++) {
		const struct fault_row *r = &rows[i];

		printf("| %s | %s | %s | %s | %s |\n", r->fault, r->with_m,
		       r->without_m, r->error, r->section);
	}
}

/* ---- state machines ---- */

#define EVENTS_MAX                                            \
	(L2TP_TUNNEL_EVENT_COUNT > L2TP_SESSION_EVENT_COUNT ? \
		 (int)L2TP_TUNNEL_EVENT_COUNT :               \
		 (int)L2TP_SESSION_EVENT_COUNT)
#define STATES_MAX                                            \
	(L2TP_TUNNEL_STATE_COUNT > L2TP_SESSION_STATE_COUNT ? \
		 (int)L2TP_TUNNEL_STATE_COUNT :               \
		 (int)L2TP_SESSION_STATE_COUNT)

/*
 * One machine of l2tp_states_for_each, which tells one state after the other.
 */
struct machine {
	const char *section; /* which one is wanted */
	int states, events;  /* events: of the state in hand */
	struct l2tp_cell_text cell[STATES_MAX][EVENTS_MAX];
};

static void collect(void *ctx, const struct l2tp_cell_text *cell)
{
	struct machine *m = ctx;

	if (strcmp(cell->section, m->section) != 0)
		return;
	/* version 2 has no ties of sessions */
	if (version == 2 &&
	    strncmp(cell->event, "receive ICRQ or OCRQ", 20) == 0)
		return;
	if (!m->states ||
	    strcmp(cell->state, m->cell[m->states - 1][0].state) != 0) {
		m->states++;
		m->events = 0;
	}
	m->cell[m->states - 1][m->events++] = *cell;
}

static bool same_cell(const struct l2tp_cell_text *a,
		      const struct l2tp_cell_text *b)
{
	return strcmp(a->action, b->action) == 0 &&
	       strcmp(a->next, b->next) == 0;
}

/*
 * The length of "receive X" when event e is X acceptable, e + 1 X not, and both
 * do the same.
 */
static int shared_row(const struct machine *m, int e)
{
	static const char ok[] = ", acceptable", bad[] = ", not acceptable";
	const char *event = m->cell[0][e].event;
	size_t len = strlen(event);

	if (e + 1 == m->events || len < strlen(ok))
		return 0;
	len -= strlen(ok);
	if (strcmp(event + len, ok) != 0 ||
	    strncmp(event, m->cell[0][e + 1].event, len) != 0 ||
	    strcmp(m->cell[0][e + 1].event + len, bad) != 0)
		return 0;
	for (int s = 0; s < m->states; s++)
		if (!same_cell(&m->cell[s][e], &m->cell[s][e + 1]))
			return 0;
	return (int)len;
}

static void print_machine(const char *section)
{
	static struct machine m;

	m = (struct machine){ .section = section };
	l2tp_states_for_each(collect, &m);
	if (!m.states)
		fail("there is no machine of section %s", section);
	printf("| Event |");
	for (int s = 0; s < m.states; s++)
		printf(" %s |", m.cell[s][0].state);
	printf("\n|---|");
	for (int s = 0; s < m.states; s++)
		printf("---|");
	printf("\n");
	for (int e = 0; e < m.events; e++) {
		int shared = shared_row(&m, e);

		printf("| %.*s |",
		       shared ? shared : (int)strlen(m.cell[0][e].event),
		       m.cell[0][e].event);
		for (int s = 0; s < m.states; s++) {
			const struct l2tp_cell_text *c = &m.cell[s][e];

			if (strcmp(c->next, c->state) == 0)
				printf(" %s |", c->action);
			else
				printf(" %s → *%s* |", c->action, c->next);
		}
		printf("\n");
		e += shared ? 1 : 0;
	}
}

static void print_control_connection(void)
{
	print_machine("7.2.1");
}

static void print_lac_incoming(void)
{
	print_machine("7.4.1");
}

static void print_lns_incoming(void)
{
	print_machine("7.4.2");
}

static void print_lac_outgoing(void)
{
	print_machine("7.5.1");
}

static void print_lns_outgoing(void)
{
	print_machine("7.5.2");
}

/* ---- the template ---- */

static const struct table {
	const char *line;
	void (*print)(void);
} tables[] = {
	{ "@messages@\n", print_message_rows },
	{ "@avps@\n", print_avps },
	{ "@faults@\n", print_faults },
	{ "@control-connection@\n", print_control_connection },
	{ "@lac-incoming@\n", print_lac_incoming },
	{ "@lns-incoming@\n", print_lns_incoming },
	{ "@lac-outgoing@\n", print_lac_outgoing },
	{ "@lns-outgoing@\n", print_lns_outgoing },
};

/* The index of the table whose place a line is, or -1. */
static int find_table(const char *line)
{
	for (size_t i = 0; i < LENGTH(tables); i++)
		if (strcmp(tables[i].line, line) == 0)
			return (int)i;
	if (line[0] == '@')
		fail("there is no table %s", line);
	return -1;
}

int main(int argc, char **argv)
{
	bool printed[LENGTH(tables)] = { false };
	char *line = NULL;
	size_t size = 0;
	FILE *f;

	if (argc != 3 ||
	    (strcmp(argv[1], "2") != 0 && strcmp(argv[1], "3") != 0)) {
		fprintf(stderr, "usage: %s 2|3 TEMPLATE\n", argv[0]);
		return 2;
	}
	version = (uint8_t)(argv[1][0] - '0');
	f = fopen(argv[2], "re");
	if (!f)
		fail("%s cannot be read", argv[2]);
	while (getline(&line, &size, f) > 0) {
		int i = find_table(line);

		if (i < 0) {
			fputs(line, stdout);
			continue;
		}
		tables[i].print();
		printed[i] = true;
	}
	free(line);
	fclose(f);
	for (size_t i = 0; i < LENGTH(tables); i++)
		if (!printed[i])
			fail("%s has no line %s", argv[2], tables[i].line);
	return fflush(stdout) ? 1 : 0;
}
