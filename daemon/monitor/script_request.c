/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The operator's programs, as the engine asks for them; see script_request.h.
 */
#include "monitor/script_request.h"

#include <errno.h>

#include "monitor/check.h"
#include "monitor/script.h"

/*
 * ip-up is for a session that is there; that of an ip-down may be gone already,
 * but its ip-up has run (scripts_run).
 */
static int take_script(struct request *q)
{
	struct script_requests *s = q->object;
	const struct monitor_script *r = q->body;

	if (!monitor_is_ifname(r->interface.ifname) ||
	    !held_link_fits(s->held, r->interface.link))
		return -EINVAL;
	if (r->up && !s->null_dataplane &&
	    !held_session_with_ppp(s->held, r->interface.link))
		return -EINVAL;
	return scripts_run(s->scripts, r);
}

const struct request_row script_rows[] = {
	{ MONITOR_SCRIPT, sizeof(struct monitor_script), take_script },
	{ 0 },
};
