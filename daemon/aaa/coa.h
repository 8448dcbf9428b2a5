/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server's side of RFC 5176: requests of the configured coa clients are
 * checked here, done by the engine, and answered here. A request that comes
 * again is answered again and done once.
 */
#ifndef L2TPD_AAA_COA_H
#define L2TPD_AAA_COA_H

#include "ipc/channel.h"

struct aaa;
struct coa;

/*
 * Hears a->coa_fd once the clients' secrets are there. 0, also without
 * clients, or -ENOMEM.
 */
int coa_start(struct aaa *a);
void coa_free(struct coa *c);
/*
 * What the engine was asked and has not answered is answered as for
 * no such session.
 */
void coa_engine_gone(struct coa *c);
/* The secret-file of this section has changed: it is read again. */
void coa_secret_changed(struct coa *c, const char *name);
/* AAA_COA_DONE: the engine did it, or says why not. */
void coa_done(struct aaa *a, struct ipc_message *m);

#endif
