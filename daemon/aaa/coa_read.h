/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a CoA-Request or Disconnect-Request (RFC 5176) asks for. No sockets, no
 * clock: see coa.h for those.
 */
#ifndef L2TPD_AAA_COA_READ_H
#define L2TPD_AAA_COA_READ_H

#include "ipc/aaa.h"
#include "lib/addr.h"
#include "lib/config.h"
#include "proto/radius/radius.h"

/* RFC 5176, section 6.3: how far an Event-Timestamp may be off */
#define COA_WINDOW_S 300

/* Error-Cause, RFC 5176, section 3.6. */
enum coa_error {
	COA_OK = 0,
	COA_UNSUPPORTED_ATTRIBUTE = 401,
	COA_MISSING_ATTRIBUTE = 402,
	COA_NAS_MISMATCH = 403,
	COA_INVALID_REQUEST = 404,
	COA_UNSUPPORTED_SERVICE = 405,
	COA_INVALID_VALUE = 407,
	COA_NO_SESSION = 503,
	COA_NO_RESOURCES = 506,
};

/*
 * Reads a request whose authenticator was found right. c: who we are; local:
 * the address that was asked. COA_OK and *out is what the engine shall do (its
 * serial and client are the caller's to set), or why not, with a sentence in
 * why. Nothing is done in part: one attribute that is not supported refuses
 * all.
 */
enum coa_error coa_read(const struct radius_view *v, const struct config *c,
			const struct addr *local, struct aaa_coa *out,
			char *why, size_t size);
/*
 * Whether its Event-Timestamp, when it has one, is of now. now_s:
 * seconds since 1970.
 */
bool coa_is_current(const struct radius_view *v, uint64_t now_s);
/* "user "alice", address 10.0.0.1": whom it is about. */
void coa_describe(const struct aaa_coa *q, char *out, size_t size);

#endif
