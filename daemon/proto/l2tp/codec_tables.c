// SPDX-License-Identifier: GPL-2.0-or-later
/* The rows of avp_table.h and message_table.h as arrays and look-ups. */
#include <errno.h>

#include "proto/l2tp/codec_internal.h"

/* clang-format off */
const struct l2tp_avp_info l2tp_avp_info[L2TP_AVP_COUNT] = {
#define X(id, vendor_, type_, name_, kind_, min_, max_, m, h, section_)				\
	[L2TP_AVP_##id] = { .vendor = vendor_, .type = type_, .name = name_, .section = section_, \
			    .min = min_, .max = max_, .kind = L2TP_KIND_##kind_,		\
			    .mandatory = m, .may_hide = h },
	L2TP_AVP_TABLE(X)
#undef X
};
/* clang-format on */

int l2tp_avp_find(uint16_t vendor, uint16_t type)
{
	/* clang-format off */
	switch ((uint32_t)vendor << 16 | type) {
#define X(id, vendor_, type_, name, kind, min, max, m, h, section) \
	case (uint32_t)(vendor_) << 16 | (type_): \
		return L2TP_AVP_##id;
	L2TP_AVP_TABLE(X)
#undef X
	}
	/* clang-format on */
	return -ENOENT;
}

bool l2tp_avp_size_ok(enum l2tp_avp_id id, size_t len)
{
	const struct l2tp_avp_info *info = &l2tp_avp_info[id];

	/* Section 4.4.2: half an Error Code is none of the three lengths. */
	if (info->kind == L2TP_KIND_RESULT && len == 3)
		return false;
	/*
	 * RFC 3931 sections 5.4.1, 5.4.3, 5.4.4: the lengths between the least
	 * and the most that there are.
	 */
	if (info->kind == L2TP_KIND_DIGEST && len != 17 && len != 21)
		return false;
	if (info->kind == L2TP_KIND_COOKIE && len % 4)
		return false;
	if (info->kind == L2TP_KIND_PW_LIST && len % 2)
		return false;
	return len >= info->min && len <= info->max;
}

const char *l2tp_kind_name(enum l2tp_kind kind)
{
	/* clang-format off */
	switch (kind) {
#define X(kind_, description) \
	case L2TP_KIND_##kind_: \
		return description;
	L2TP_KIND_TABLE(X)
#undef X
	}
	/* clang-format on */
	return "?";
}

#define BIT(id) | UINT64_C(1) << L2TP_AVP_##id
#define NONE(id)

/* clang-format off */
#define X(id, number, name_, long_name_, scope_, section_)					\
	[number] = { .name = name_, .long_name = long_name_, .section = section_,		\
		     .scope = L2TP_SCOPE_##scope_,						\
		     .required = 0 L2TP_COMMON_AVPS(BIT, NONE) L2TP_##id##_AVPS(BIT, NONE),	\
		     .allowed = 0 L2TP_COMMON_AVPS(BIT, BIT) L2TP_##id##_AVPS(BIT, BIT) },
static const struct l2tp_message_info messages_v2[L2TP_MESSAGE_UNKNOWN] = {
	L2TP_MESSAGE_TABLE(X)
};
#undef X

#define X(id, number, name_, long_name_, scope_, section_)					\
	[number] = { .name = name_, .long_name = long_name_, .section = section_,		\
		     .scope = L2TP_SCOPE_##scope_,						\
		     .required = 0 L2TP_COMMON_AVPS_V3(BIT, NONE) L2TP_##id##_AVPS_V3(BIT, NONE), \
		     .allowed = 0 L2TP_COMMON_AVPS_V3(BIT, BIT) L2TP_##id##_AVPS_V3(BIT, BIT) },
static const struct l2tp_message_info messages_v3[L2TP_MESSAGE_UNKNOWN] = {
	L2TP_MESSAGE_TABLE(X)
};
#undef X
/* clang-format on */

bool l2tp_avp_in_v2(enum l2tp_avp_id id)
{
#define X(type, number, name, long_name, scope, section) \
	| messages_v2[number].allowed
	return (0 L2TP_MESSAGE_TABLE(X)) >> id & 1;
#undef X
}

const struct l2tp_message_info *l2tp_message_info(uint8_t version,
						  enum l2tp_message_type type)
{
	const struct l2tp_message_info *m = version == 3 ? messages_v3 :
							   messages_v2;

	if (type >= L2TP_MESSAGE_UNKNOWN || !m[type].name ||
	    (version == 2 && type == L2TP_ACK))
		return NULL;
	return &m[type];
}

const char *l2tp_message_name(enum l2tp_message_type type)
{
	if (type == L2TP_ZLB)
		return "ZLB";
	if (type >= L2TP_MESSAGE_UNKNOWN || !messages_v3[type].name)
		return "unknown";
	return messages_v3[type].name;
}
