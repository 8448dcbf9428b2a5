/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pppd shows what comes to its log only, and says the same few words whatever
 * the reason: packets are looked at as they come, and LCP's automaton is
 * wrapped so that its Terminate-Request has our words.
 */
#include "plugin/compat.h"
#include "plugin/said.h"

#include <string.h>

#define WORDS_MAX	  256
#define LCP		  0xc021
#define PAP		  0xc023
#define CHAP		  0xc223
#define TERMINATE_REQUEST 5 /* RFC 1661 section 5.5 */
#define PAP_NAK		  3 /* RFC 1334 section 2.2.2 */
#define CHAP_FAILURE	  4 /* RFC 1994 section 4.2 */

static char ours[WORDS_MAX], theirs[WORDS_MAX];
static bool refused; /* theirs is of a refusal */
static void (*next_snoop)(unsigned char *p, int len);
static fsm_callbacks callbacks; /* of LCP, with ours */
static const fsm_callbacks *pppds;

/* ---- what we say ---- */

/* The automaton is about to send its Terminate-Request, or has got one. */
static void on_down(fsm *f)
{
	if (ours[0]) {
		f->term_reason = ours;
		f->term_reason_len = (int)strlen(ours);
	}
	if (pppds->down)
		pppds->down(f);
}

void said_tell(const char *text)
{
	strlcpy(ours, text, sizeof(ours));
}

/* ---- what the peer says ---- */

static void keep(const unsigned char *text, unsigned int len)
{
	slprintf(theirs, sizeof(theirs), "%.*v", (int)len, text);
}

static void keep_refusal(const unsigned char *text, unsigned int len)
{
	const unsigned char *m = memmem(text, len, " M=", 3);

	/*
	 * Of MS-CHAP's form (RFC 2759 section 6) the message
	 * alone is for people.
	 */
	if (len >= 2 && memcmp(text, "E=", 2) == 0 && !m)
		return;
	if (m && memcmp(text, "E=", 2) == 0) {
		len -= (unsigned int)(m + 3 - text);
		text = m + 3;
	}
	if (len)
		keep(text, len);
	refused = len;
}

/* p: the data of a packet of this protocol and code, len bytes. */
static void look(unsigned int protocol, unsigned int code,
		 const unsigned char *p, unsigned int len)
{
	if (protocol == PAP && code == PAP_NAK && len > 0 && p[0] <= len - 1)
		keep_refusal(p + 1, p[0]);
	else if (protocol == CHAP && code == CHAP_FAILURE)
		keep_refusal(p, len);
	else if (protocol == LCP && code == TERMINATE_REQUEST && !refused)
		keep(p, len);
}

static void snoop(unsigned char *p, int len)
{
	/* address, control and protocol; code, id and length */
	if (len >= 8) {
		unsigned int size = (unsigned int)p[6] << 8 | p[7];

		if (size >= 4 && size <= (unsigned int)len - 4)
			look((unsigned int)p[2] << 8 | p[3], p[4], p + 8,
			     size - 4);
	}
	if (next_snoop)
		next_snoop(p, len);
}

const char *said_by_peer(void)
{
	return theirs;
}

void said_begin(bool caller)
{
	ours[0] = theirs[0] = '\0';
	refused = false;
	if (caller && snoop_recv_hook != snoop) {
		next_snoop = snoop_recv_hook;
		snoop_recv_hook = snoop;
	}
	if (pppds)
		return;
	pppds = lcp_fsm[0].callbacks;
	callbacks = *pppds;
	callbacks.down = on_down;
	lcp_fsm[0].callbacks = &callbacks;
}
