/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CoA-Request and Disconnect-Request (RFC 5176): which subscribers, and what happens to them. */
#include "engine/internal.h"

void coa_request(struct engine *e, const struct aaa_coa *q)
{
	(void)e;
	(void)q;
}
