// SPDX-License-Identifier: GPL-2.0-or-later
/* The proxy LCP and authentication AVPs of an ICCN, in one compact copy. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/l2tp/proxy.h"

#define FIRST L2TP_AVP_INITIAL_LCP_CONFREQ
#define LAST  L2TP_AVP_PROXY_AUTHEN_RESPONSE
#define COUNT (LAST - FIRST + 1)

struct l2tp_proxy {
	uint8_t present, mandatory; /* bit of id - FIRST */
	/* of the value in data; it begins where the one before ends */
	uint16_t end[COUNT];
	uint8_t data[];
};
_Static_assert(COUNT == 8, "the proxy AVPs are attributes 26 to 33");

static void replace(struct l2tp_proxy **out, struct l2tp_proxy *p)
{
	free(*out);
	*out = p;
}

int l2tp_proxy_new(struct l2tp_proxy **out, const struct l2tp_message *m)
{
	struct l2tp_proxy *p;
	uint16_t used = 0;
	size_t total = 0;

	if (!(m->present >> FIRST & 0xff)) {
		replace(out, NULL);
		return 0;
	}
	for (enum l2tp_avp_id id = FIRST; id <= LAST; id++)
		if (l2tp_has(m, id))
			total += m->avp[id].len;
	p = calloc(1, sizeof(*p) + total);
	if (!p)
		return -ENOMEM;
	for (enum l2tp_avp_id id = FIRST; id <= LAST; id++) {
		if (l2tp_has(m, id)) {
			p->present |= (uint8_t)(1u << (id - FIRST));
			if (m->avp[id].mandatory)
				p->mandatory |= (uint8_t)(1u << (id - FIRST));
			memcpy(p->data + used, m->avp[id].value,
			       m->avp[id].len);
			used += m->avp[id].len;
		}
		p->end[id - FIRST] = used;
	}
	replace(out, p);
	return 0;
}

const uint8_t *l2tp_proxy_get(const struct l2tp_proxy *p, enum l2tp_avp_id id,
			      uint16_t *len, bool *mandatory)
{
	unsigned int i = id - FIRST;
	uint16_t begin;

	if (id < FIRST || id > LAST || !(p->present & 1u << i))
		return NULL;
	begin = i ? p->end[i - 1] : 0;
	*len = p->end[i] - begin;
	if (mandatory)
		*mandatory = p->mandatory & 1u << i;
	return p->data + begin;
}
