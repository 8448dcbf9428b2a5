/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From what the engine says to a request's attributes, and from a reply's to
 * what a caller is given.
 */
#ifndef L2TPD_AAA_RADIUS_ATTRIBUTES_H
#define L2TPD_AAA_RADIUS_ATTRIBUTES_H

#include "ipc/aaa.h"
#include "lib/secret.h"
#include "proto/radius/radius.h"

/*
 * What Access- and Accounting-Requests say of a call (RFC 2865,
 * 2867, 2868, 2869).
 */
void radius_add_call(struct radius_builder *b, const struct service_call *c);

/*
 * Says what is wrong with an attribute that is left out of
 * account; text names it.
 */
typedef void radius_complain(void *arg, const char *text);

/*
 * Reads what the attributes of v give a caller into r (ppp's addresses, name
 * servers, MTU; the service), for an Access-Accept and for a CoA-Request alike.
 * Attributes that cannot be used are told and left out. Returns which AAA_COA_*
 * changes v names.
 */
uint32_t radius_read_service(const struct radius_view *v,
			     struct aaa_auth_reply *r,
			     radius_complain *complain, void *arg);
/*
 * MPPE's keys and policy (RFC 2548), hidden with the request's authenticator
 * and the secret. challenge: MS-CHAPv1's, of which its keys are made; else
 * NULL.
 */
void radius_read_mppe(const struct radius_view *v, const struct secret *secret,
		      const uint8_t request_auth[16], const uint8_t *challenge,
		      struct ppp_call_auth_reply *r, radius_complain *complain,
		      void *arg);

/*
 * A prefix without the bits behind its length (RFC 3162, section 2.3; RFC 4818,
 * section 3). false: it is none, and out is as it was.
 */
bool radius_read_prefix6(const struct radius_attribute *a,
			 struct service_prefix6 *out);

/*
 * A part of it, for tests: 0 or -EINVAL. Rates are bit/s; rx is what the
 * router receives.
 */
int radius_parse_mikrotik_rate(const char *text, uint64_t *rx, uint64_t *tx);

#endif
