// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints a libFuzzer dictionary from the AVP and message tables. */
#include <stdio.h>
#include <string.h>

#include "proto/l2tp/codec.h"

static void print_entry(const char *prefix, const char *name,
			const uint8_t *bytes, size_t len)
{
	printf("%s", prefix);
	for (; *name; name++)
		putchar(strchr(" ()-.", *name) ? '_' : *name);
	printf("=\"");
	for (size_t i = 0; i < len; i++)
		printf("\\x%02x", bytes[i]);
	printf("\"\n");
}

/* An AVP's header; the shortest value that it may have is zeros. */
static void print_avp(const char *prefix, const struct l2tp_avp_info *info,
		      uint16_t flags)
{
	uint8_t bytes[64];
	struct wbuf w = wbuf_init(bytes, sizeof(bytes));

	wbuf_u16(&w, flags | (uint16_t)(L2TP_AVP_HEADER + info->min));
	wbuf_u16(&w, info->vendor);
	wbuf_u16(&w, info->type);
	wbuf_zero(&w, info->min);
	print_entry(prefix, info->name, bytes, w.len);
}

int main(void)
{
	for (enum l2tp_avp_id id = 0; id < L2TP_AVP_COUNT; id++) {
		print_avp("avp_", &l2tp_avp_info[id], 0);
		print_avp("mandatory_", &l2tp_avp_info[id], 0x8000);
		print_avp("hidden_", &l2tp_avp_info[id], 0x4000);
	}
	for (enum l2tp_message_type type = 0; type < L2TP_MESSAGE_UNKNOWN;
	     type++) {
		uint8_t bytes[20] = { 0xc8, 2, 0, 20, [12] = 0x80, [13] = 8 };

		if (!l2tp_message_info(3, type))
			continue;
		bytes[19] = (uint8_t)type;
		print_entry("message_", l2tp_message_name(type), bytes,
			    sizeof(bytes));
	}
	return 0;
}
