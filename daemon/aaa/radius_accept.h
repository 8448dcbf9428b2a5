/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether an Access-Accept lets a PPP caller in, and what it restricts that
 * l2tpd does not apply.
 */
#ifndef L2TPD_AAA_RADIUS_ACCEPT_H
#define L2TPD_AAA_RADIUS_ACCEPT_H

#include "aaa/radius_attributes.h"

/*
 * False, with the reason in why: it means another service than framed PPP,
 * which counts as an Access-Reject (RFC 2865, section 5.6), or it gives an
 * address that no caller can have.
 */
bool radius_accept_fits(const struct radius_view *v, char *why, size_t size);
/*
 * Tells each attribute that restricts the caller and that nobody here applies;
 * has_program: the operator's, which is told Filter-Id.
 */
void radius_accept_restrictions(const struct radius_view *v, bool has_program,
				radius_complain *complain, void *arg);

#endif
