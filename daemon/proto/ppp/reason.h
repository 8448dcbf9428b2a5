/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why PPP on a link ended, in words: one table, from which what the operator
 * reads, what accounting tells and what the peer is told come.
 */
#ifndef L2TPD_PROTO_PPP_REASON_H
#define L2TPD_PROTO_PPP_REASON_H

#include "proto/ppp/ppp.h"

/*
 * id, cause, whether the peer ended it, words (a format for one text), what the
 * peer reads in our Terminate-Request
 */
/* The peer is told what the operator is. */
#define PPP_TOLD_WORDS "%s"

/* clang-format off */
#define PPP_REASONS(X) \
	X(NONE, NAS_ERROR, false, \
		"%s", \
		"") \
	/* LCP */ \
	X(SILENT, LOST_CARRIER, false, \
		"no answer to LCP%s", \
		"") \
	X(NO_AGREEMENT, NAS_ERROR, false, \
		"%s could not be agreed on", \
		"No agreement") \
	X(LOOP, PORT_ERROR, false, \
		"the link is looped back: %s", \
		"Loopback detected") \
	X(CODE_REJECTED, NAS_ERROR, false, \
		"the peer does not know %s", \
		"") \
	X(PEER, USER_REQUEST, true, \
		"the peer terminated the link%s", \
		"") \
	X(ECHO, LOST_CARRIER, false, \
		"no answer to LCP echo%s", \
		"Peer not responding") \
	X(PROXY, NAS_ERROR, false, \
		"the LAC's LCP does not suit: %s", \
		"LCP of the LAC does not suit") \
	/* authentication */ \
	X(METHOD, USER_ERROR, false, \
		"the peer refuses to authenticate: %s", \
		"peer refused to authenticate") \
	X(UNPROVEN, USER_ERROR, false, \
		"the peer did not answer to %s in time", \
		"Authentication timed out") \
	X(REFUSED, USER_ERROR, false, \
		"authentication of %s failed", \
		"Authentication failed") \
	X(UNDECIDED, NAS_ERROR, false, \
		"authentication of %s could not be decided", \
		"Authentication failed") \
	X(MALFORMED, USER_ERROR, false, \
		"authentication by %s was malformed", \
		"Authentication failed") \
	X(OURS_REFUSED, USER_ERROR, false, \
		"the peer refused us: %s", \
		"Failed to authenticate ourselves to peer") \
	X(OURS_UNDECIDED, LOST_CARRIER, false, \
		"the peer did not say whether it takes our %s", \
		"Failed to authenticate ourselves to peer") \
	X(PEER_UNPROVEN, USER_ERROR, false, \
		"the peer could not prove that it knows the password of %s", \
		"Failed to authenticate peer") \
	X(NO_SECRET, NAS_ERROR, false, \
		"there is no secret for %s", \
		"Failed to authenticate ourselves to peer") \
	X(NO_DIGEST, NAS_ERROR, false, \
		"OpenSSL lacks what %s needs", \
		"Failed to authenticate ourselves to peer") \
	/* network */ \
	X(NO_NETWORK, NAS_ERROR, false, \
		"no network protocol is left%s", \
		"No network protocols running") \
	X(MPPE, USER_ERROR, false, \
		"MPPE is required and the peer would not encrypt: %s", \
		PPP_TOLD_WORDS) \
	X(MPPE_KEYS, USER_ERROR, false, \
		"MPPE is required but there are no keys for it; %s", \
		PPP_TOLD_WORDS) \
	X(MPPE_BROKEN, NAS_ERROR, false, \
		"the kernel lost the keys%s", \
		"Lost compression sync") \
	/* the driver's */ \
	X(STOPPED, NAS_REQUEST, false, \
		"%s", \
		"") \
	X(LOST, LOST_CARRIER, false, \
		"%s", \
		"") \
	X(MEMORY, NAS_ERROR, false, \
		"out of memory%s", \
		"")
/* clang-format on */

enum ppp_reason {
#define X(id, cause, by_peer, words, told) PPP_REASON_##id,
	PPP_REASONS(X)
#undef X
};
enum {
#define X(id, cause, by_peer, words, told) +1
	PPP_REASON_COUNT = 0 PPP_REASONS(X),
#undef X
};

struct ppp_reason_info {
	const char *name; /* "NO_AGREEMENT" */
	enum ppp_cause cause;
	bool by_peer;
	const char *words; /* with one %s */
	const char *told;  /* to the peer */
};
extern const struct ppp_reason_info ppp_reasons[PPP_REASON_COUNT];

/* The sentence of a reason with its text into out, which is NUL-terminated. */
void ppp_reason_words(char out[PPP_WORDS_MAX], enum ppp_reason reason,
		      const char *text);
/*
 * What a peer sent as a text, for people: control characters and what is not
 * UTF-8 become dots. Ends in NUL, is cut to size.
 */
void ppp_text_clean(char *out, size_t size, const void *text, size_t len);

#endif
