/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether what a peer sent proves that it knows a secret, and what it is told.
 */
#ifndef L2TPD_AAA_VERIFY_H
#define L2TPD_AAA_VERIFY_H

#include "ipc/ppp.h"
#include "lib/config.h"
#include "lib/secret.h"

/* The configuration's name of a method, 0 for none. */
enum config_auth verify_auth_of(enum ppp_auth_method method);
const char *verify_method_name(enum ppp_auth_method method);

/*
 * Checks a against secret (NULL: the user is unknown; as much work, and no) and
 * fills r: ok, the message for the peer, MPPE's keys. 0 when the peer knows
 * it, -EACCES when not, -EINVAL when what it sent has not the method's form,
 * -ENOTSUP when OpenSSL lacks the algorithm. r is complete in each case.
 */
int verify(const struct ppp_call_auth *a, const struct secret *secret,
	   struct ppp_call_auth_reply *r);

#endif
