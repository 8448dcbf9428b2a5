/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record of the accounting queue of any bytes: what is read of it is within
 * its bounds, and written and read again stays the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/acct_record.h"
#include "ipc/ipc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(const struct aaa_acct *r)
{
	const struct service_call *c = &r->call;
	const struct service *s = &r->service;

	if (!ipc_is_text(r->profile) || !ipc_is_text(c->session_id) ||
	    !ipc_is_text(c->local) || !ipc_is_text(c->peer) ||
	    !ipc_is_text(c->local_name) || !ipc_is_text(c->peer_name) ||
	    !ipc_is_text(c->calling_number) || !ipc_is_text(c->called_number) ||
	    !ipc_is_text(c->ifname) || !ipc_is_text(s->user) ||
	    !ipc_is_text(s->server) || !ipc_is_text(s->filter_id))
		abort();
	if (!r->kind || s->class_n > SERVICE_CLASSES_MAX ||
	    s->prefix6.len > 128 || s->delegated6.len > 128)
		abort();
	for (size_t i = 0; i < s->class_n; i++)
		if (s->class_len[i] > SERVICE_CLASS_MAX)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct aaa_acct r;
	uint8_t first[ACCT_RECORD_MAX], again[ACCT_RECORD_MAX];
	int n;

	if (acct_record_read(&r, data, len))
		return 0;
	check(&r);
	n = acct_record_write(&r, first, sizeof(first));
	if (n < 0 || acct_record_read(&r, first, (size_t)n))
		abort();
	check(&r);
	if (acct_record_write(&r, again, sizeof(again)) != n ||
	    memcmp(first, again, (size_t)n) != 0)
		abort();
	return 0;
}
