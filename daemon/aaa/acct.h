/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accounting: from the engine's records to a server's acknowledgement, by way
 * of the disk.
 */
#ifndef L2TPD_AAA_ACCT_H
#define L2TPD_AAA_ACCT_H

#include <stdint.h>

#include "ipc/aaa.h"
#include "ipc/ipc.h"

struct aaa;
struct acct;

/* NULL with *err -errno. What an earlier run left on disk is sent. */
struct acct *acct_new(struct aaa *a, int *err);
void acct_free(struct acct *a);
/* AAA_ACCT: answered when the record is on disk. */
void aaa_request_acct(struct aaa *a, struct ipc_message *m);
/* AAA_RUNS: answered when it is known. */
void aaa_request_runs(struct aaa *a, struct ipc_message *m);
/* AAA_COUNTED */
void acct_counted(struct acct *a, const struct aaa_counted *c);
/* The engine has died: the time that its sessions ended. */
void acct_engine_gone(struct acct *a);
/* Says the stops of what it left, when it is gone. a: NULL is allowed. */
void acct_end_running(struct acct *a);
/* Records that no server has acknowledged. */
uint64_t acct_queued(const struct acct *a);

#endif
