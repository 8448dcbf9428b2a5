/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How text of others, peers and callers above all, stands in a line of the log
 * or on a terminal: one character after the other, what could change more than
 * its own place as \xNN.
 */
#ifndef L2TPD_LIB_PRINTABLE_H
#define L2TPD_LIB_PRINTABLE_H

#include <stddef.h>

#define PRINTABLE_MAX 17 /* octets of one character as it is shown, and a NUL */

/*
 * The first character of text, as it is shown, into out; returns how many
 * octets of text it is, 0 at its end. Shown as \xNN for each octet are control
 * characters, what is no UTF-8, and what turns or hides other characters:
 * bidirectional marks (U+202E and its like), those without a width, the line
 * and paragraph separators.
 */
size_t printable_next(const char *text, char out[PRINTABLE_MAX]);

#endif
