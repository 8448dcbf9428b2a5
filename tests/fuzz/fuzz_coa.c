/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A CoA- or Disconnect-Request of any bytes, as after its authenticator was
 * found right: what the engine would be told is within its bounds, says which
 * session, and is not there when the request is refused.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/coa_read.h"
#include "ipc/ipc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(const struct aaa_coa *q, bool change)
{
	const struct service *s = &q->service;
	char text[400];

	if (!ipc_is_text(q->session_id) || !ipc_is_text(q->user) ||
	    !ipc_is_text(q->calling_number) || !ipc_is_text(q->called_number) ||
	    !ipc_is_text(q->nas_port_id) || !ipc_is_text(s->filter_id))
		abort();
	if (q->prefix6.len > 128 || q->delegated6.len > 128 ||
	    s->class_n > SERVICE_CLASSES_MAX || s->route_n > SERVICE_ROUTES_MAX)
		abort();
	for (size_t i = 0; i < s->class_n; i++)
		if (s->class_len[i] == 0 || s->class_len[i] > SERVICE_CLASS_MAX)
			abort();
	if (!q->session_id[0] && !q->user[0] && !q->address &&
	    !q->prefix6.len && !q->delegated6.len && !q->calling_number[0] &&
	    !q->have_nas_port && !q->nas_port_id[0])
		abort();
	if (change != (q->changes != 0) ||
	    change != (q->kind == AAA_COA_CHANGE))
		abort();
	coa_describe(q, text, sizeof(text));
	if (!ipc_is_text(text) || !text[0])
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char hostname[] = "our-lns";
	static const struct config config = { .hostname = hostname };
	const struct addr local = { .family = AF_INET, .ip = { 192, 0, 2, 1 } };
	struct radius_view v;
	struct aaa_coa q;
	char why[200];
	enum coa_error error;

	if (radius_parse(&v, data, len))
		return 0;
	(void)coa_is_current(&v, 1700000000);
	error = coa_read(&v, &config, &local, &q, why, sizeof(why));
	if (!ipc_is_text(why) || (error != COA_OK) != (why[0] != '\0'))
		abort();
	if (!error)
		check(&q, v.code == RADIUS_COA_REQUEST);
	return 0;
}
