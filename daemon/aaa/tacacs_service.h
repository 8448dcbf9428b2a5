/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an authorization's arguments to what a caller is given. */
#ifndef L2TPD_AAA_TACACS_SERVICE_H
#define L2TPD_AAA_TACACS_SERVICE_H

#include "ipc/aaa.h"
#include "proto/tacacs/tacacs.h"

/*
 * Says what is wrong with an argument that is left out of account; text names
 * it. restricts: the caller has more than it would have by it.
 */
typedef void tacacs_complain(void *arg, bool restricts, const char *text);

/*
 * Reads the arguments of an authorization's reply into r (ppp's address and
 * name servers; the service): RFC 8907, section 8.2. What the server lets us do
 * without is left out when it cannot be used. 0; -ENOTSUP: one that is
 * mandatory cannot be applied, and why is a clause that names it.
 */
int tacacs_read_service(const struct tacacs_body *body,
			struct aaa_auth_reply *r, tacacs_complain *complain,
			void *arg, char *why, size_t size);

#endif
