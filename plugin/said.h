/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words that cross the link when a call fails: ours in the Terminate-Request,
 * and the peer's from there or from its refusal of our authentication.
 */
#ifndef L2TPD_PLUGIN_SAID_H
#define L2TPD_PLUGIN_SAID_H

#include <stdbool.h>

/* Once per call; caller: the peer's words are kept. */
void said_begin(bool caller);
/*
 * What our Terminate-Request (RFC 1661 section 5.5) says in place of pppd's own
 * words; the last one counts, "" is pppd's again. The text is copied.
 */
void said_tell(const char *text);
/*
 * Why the peer refused us or ended the link, printable; "": it did not say. A
 * refusal counts more than the words of the end that follows from it.
 */
const char *said_by_peer(void);

#endif
