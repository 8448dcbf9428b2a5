/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accounting (RFC 2866), the engine's part: what happened, as records that are
 * complete in themselves. One stays here until the aaa process says that it is
 * safe; when that process dies first, its successor is told again.
 */
#ifndef L2TPD_ENGINE_SERVICE_ACCOUNT_H
#define L2TPD_ENGINE_SERVICE_ACCOUNT_H

#include <stdbool.h>

struct engine;
struct ppp_end;
struct subscriber;

int accounting_start(struct engine *e); /* 0 or -ENOMEM; says Accounting-On */
void account_up(struct subscriber *s);
/* s goes after this */
void account_down(struct subscriber *s, const struct ppp_end *end);
/* its interim interval changed, or came */
void account_interval(struct subscriber *s);
/* another aaa process: what it was not told is said again */
void accounting_again(struct engine *e);
void accounting_stop(struct engine *e);		 /* Accounting-Off */
bool accounting_is_idle(const struct engine *e); /* all that was said is safe */
void accounting_free(struct engine *e);

#endif
