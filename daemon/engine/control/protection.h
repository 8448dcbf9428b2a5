/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What protects a tunnel, for the page of one tunnel or interface. */
#ifndef L2TPD_ENGINE_CONTROL_PROTECTION_H
#define L2TPD_ENGINE_CONTROL_PROTECTION_H

#include <stdbool.h>

struct control;
struct tunnel;

/* t, which has its core, is the one to ask about. */
void protection_of(struct control *c, const struct tunnel *t);
/*
 * Asks what protects it, and adds that to the record that waits in c; then is
 * called, once and never from within, with the connection still there or over
 * (control_send_waiting does for both). false: nobody can be asked, and then is
 * not called.
 */
bool protection_ask(struct control *c, void (*then)(struct control *c));

#endif
