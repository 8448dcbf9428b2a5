/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RADIUS client looks whether a server that is taken as dead answers again.
 */
#include "aaa/radius_internal.h"

#include <errno.h>
#include <stdlib.h>

static void probe_done(void *arg, int result,
		       const struct radius_answer *answer)
{
	struct radius_portal *p = arg;

	(void)answer;
	p->probing = false;
	if (result && p->life.state == AAA_SERVER_DEAD)
		(void)radius_bury(p);
}

static int probe_build(void *arg, struct radius_builder *b,
		       const struct radius_server_info *server)
{
	(void)arg;
	(void)b;
	(void)server;
	return 0;
}

void radius_probe(struct loop_timer *t)
{
	static const struct config_strings nobody;
	struct radius_portal *p =
		container_of(t, struct radius_portal, life.timer);
	struct radius_server *s = p->server;
	struct radius_request *q;

	/*
	 * Taken at its word: the next request shows. What it says to a
	 * Status-Server proves nothing when it is its other replies that
	 * cannot be taken.
	 */
	if (!s->config->status_server || p->life.unfit) {
		p->life.state = AAA_SERVER_UNKNOWN;
		if (p->kind == RADIUS_PORT_ACCT)
			radius_tell_alive(s->radius);
		return;
	}
	q = p->probing || !server_is_usable(&s->base) ? NULL :
							calloc(1, sizeof(*q));
	if (q) {
		*q = (struct radius_request){
			.radius = s->radius,
			.servers = &nobody,
			.kind = p->kind,
			.code = RADIUS_STATUS_SERVER,
			.build = probe_build,
			.done = probe_done,
			.arg = p,
			.probe = true,
			.result = -ETIMEDOUT,
		};
		p->probing = true;
		if (radius_request_start(q, p) == 0)
			return;
		p->probing = false;
		free(q);
	}
	(void)radius_bury(p);
}
