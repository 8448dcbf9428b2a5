/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What charon says of its SAs, and whether they protect the
 * packets of a tunnel.
 */
#ifndef L2TPD_AAA_IPSEC_READ_H
#define L2TPD_AAA_IPSEC_READ_H

#include "ipc/ipsec.h"
#include "proto/vici/vici.h"

#define IPSEC_SELECTORS_MAX 16

/*
 * A traffic selector: addresses, a protocol and ports, from the
 * first to the last.
 */
struct ipsec_selector {
	struct addr first, last;
	uint8_t protocol; /* 0: any */
	uint16_t first_port, last_port;
};

struct ipsec_selectors {
	size_t n;
	struct ipsec_selector v[IPSEC_SELECTORS_MAX];
};

/* "10.0.0.1/32[udp/l2f]" and its like, in charon's spelling. */
bool ipsec_read_selector(struct vici_text text, struct ipsec_selector *out);

struct ipsec_child_read {
	struct ipsec_child child;
	struct ipsec_selectors local, remote;
};
typedef void ipsec_each_child(void *arg, const struct ipsec_ike *ike,
			      const struct ipsec_child_read *child);

/*
 * A list-sa event: each child SA with its IKE SA, or once without a child
 * (NULL) where the IKE SA has none. What is not understood is left zero.
 */
void ipsec_read_list_sa(struct rbuf message, ipsec_each_child *each, void *arg);

/*
 * Notes in r what an IKE SA and its child do for the flow, when that is better
 * than what r has. A walk begins with ipsec_report_begin.
 */
void ipsec_report_begin(struct ipsec_report *r, const struct ipsec_flow *f);
void ipsec_report_add(struct ipsec_report *r, const struct ipsec_flow *f,
		      const struct ipsec_ike *ike,
		      const struct ipsec_child_read *child);

#endif
