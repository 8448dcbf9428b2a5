/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet of vici of any bytes, without its length: what is handed out lies
 * within it, and an event about SAs that is well-formed fills structs that are.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aaa/ipsec_read.h"
#include "ipc/ipc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct ipsec_flow flow = { .encap = CONFIG_ENCAP_UDP };
static struct ipsec_report report;

static void check_text(struct vici_text t, const uint8_t *data, size_t len)
{
	char small[8], text[600];
	uint64_t n = 7;

	if (t.len && (t.p < data || t.p + t.len > data + len))
		abort();
	if (strlen(vici_string(t, small, sizeof(small))) >= sizeof(small))
		abort();
	for (const char *p = vici_string(t, text, sizeof(text)); *p; p++)
		if ((unsigned char)*p < 0x20)
			abort();
	if (!vici_number(t, 10, &n) && n != 7)
		abort();
	(void)vici_number(t, 16, &n);
}

static void check_elements(struct rbuf message, const uint8_t *data, size_t len)
{
	struct vici_cursor c = vici_cursor(message), skip;
	unsigned int depth = 0;
	struct vici_item item;

	while (vici_next(&c, &item)) {
		check_text(item.name, data, len);
		check_text(item.value, data, len);
		if (item.type == VICI_SECTION_END)
			depth--;
		if (item.depth != depth)
			abort();
		if (item.type == VICI_SECTION_START)
			depth++;
		skip = c;
		vici_skip(&skip, &item);
		if (skip.malformed || (item.type == VICI_SECTION_START &&
				       skip.depth != item.depth))
			abort();
	}
	if (c.malformed || depth)
		abort();
}

static void on_child(void *arg, const struct ipsec_ike *ike,
		     const struct ipsec_child_read *child)
{
	(void)arg;
	if (!ipc_is_text(ike->name) || !ipc_is_text(ike->state) ||
	    !ipc_is_text(ike->local_id) || !ipc_is_text(ike->remote_id) ||
	    !ipc_is_text(ike->proposal))
		abort();
	if (child && (!ipc_is_text(child->child.name) ||
		      !ipc_is_text(child->child.state) ||
		      !ipc_is_text(child->child.protocol) ||
		      !ipc_is_text(child->child.mode) ||
		      !ipc_is_text(child->child.proposal) ||
		      !ipc_is_text(child->child.local_ts) ||
		      !ipc_is_text(child->child.remote_ts) ||
		      child->local.n > IPSEC_SELECTORS_MAX ||
		      child->remote.n > IPSEC_SELECTORS_MAX ||
		      child->child.life > IPSEC_DEAD))
		abort();
	ipsec_report_add(&report, &flow, ike, child);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct vici_packet p;
	size_t size = 0;

	if (vici_packet_size(data, len, &size) == 0 &&
	    (size <= VICI_LENGTH || size > VICI_LENGTH + VICI_PACKET_MAX))
		abort();
	if (vici_parse(&p, data, len))
		return 0;
	check_text(p.name, data, len);
	check_elements(p.message, data, len);
	if (!addr_is_set(&flow.local)) {
		addr_parse(&flow.local, "10.9.1.1");
		addr_parse(&flow.peer, "10.9.1.2");
		flow.local.port = flow.peer.port = 1701;
	}
	ipsec_report_begin(&report, &flow);
	ipsec_read_list_sa(p.message, on_child, NULL);
	if (!ipc_is_text(report.why) || report.cover > IPSEC_PROTECTED ||
	    (report.cover == IPSEC_PROTECTED) != !report.why[0])
		abort();
	return 0;
}
