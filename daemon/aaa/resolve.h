/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names to addresses by getaddrinfo, in a worker. */
#ifndef L2TPD_AAA_RESOLVE_H
#define L2TPD_AAA_RESOLVE_H

#include "ipc/aaa.h"

/*
 * Blocks. 0 and the addresses, in the resolver's order and each once; -ENOENT
 * when there is no such name (of that family), -EAGAIN when the resolver could
 * not tell now. With an error r->error says which.
 */
int resolve(const struct aaa_resolve *q, struct aaa_resolve_reply *r);

#endif
