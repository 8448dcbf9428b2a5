/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CoA-Request and Disconnect-Request (RFC 5176): which subscribers, and what
 * happens to them. All that match are meant: a user who has several sessions
 * loses all of them by a Disconnect-Request with the name alone.
 */
#ifndef L2TPD_ENGINE_SERVICE_COA_H
#define L2TPD_ENGINE_SERVICE_COA_H

struct aaa_coa;
struct engine;

/* The aaa process is told how many it was. */
void coa_request(struct engine *e, const struct aaa_coa *q);

#endif
