/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pppd that asks the running l2tpd for a tunnel and session: pppd call NAME.
 */
#ifndef L2TPD_PLUGIN_DIAL_H
#define L2TPD_PLUGIN_DIAL_H

#include <stdbool.h>

extern option_t dial_options[]; /* compat.h's */

bool dial_wanted(void); /* an option names a server or a lac */
/* The options make sense together; else it says why they do not. */
bool dial_check(void);
/* Makes the call: 0, or -1 after a sentence in pppd's log. */
int dial(void);

#endif
