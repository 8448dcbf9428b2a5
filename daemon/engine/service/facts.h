/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who calls, as a RADIUS server and the operator's programs are told. */
#ifndef L2TPD_ENGINE_SERVICE_FACTS_H
#define L2TPD_ENGINE_SERVICE_FACTS_H

struct link;
struct service_call;

/* Of one whose transport has forgotten it, what was known before. */
void facts_of(struct link *l, struct service_call *out);

#endif
