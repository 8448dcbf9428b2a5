/* SPDX-License-Identifier: GPL-2.0-or-later */
/* May a user come in, and what is it given. */
#ifndef L2TPD_AAA_AUTH_H
#define L2TPD_AAA_AUTH_H

#include "ipc/ipc.h"
#include "lib/config.h"

struct aaa;

/* AAA_AUTH and AAA_TEST; answers, now or later. */
void aaa_request_auth(struct aaa *a, struct ipc_message *m);
/* Warns of what the configuration allows and should not. */
void auth_warn(const struct config *c);

#endif
