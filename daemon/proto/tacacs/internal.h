/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the TACACS+ codec share: the table of bodies. */
#ifndef L2TPD_PROTO_TACACS_INTERNAL_H
#define L2TPD_PROTO_TACACS_INTERNAL_H

#include "proto/tacacs/tacacs.h"

#define TACACS_ITEMS_MAX 9

enum tacacs_item_kind {
	TACACS_ITEM_END,
	TACACS_ITEM_NUMBER,
	TACACS_ITEM_LENGTH8,
	TACACS_ITEM_LENGTH16,
	TACACS_ITEM_ARGS,
};

struct tacacs_item {
	enum tacacs_item_kind kind;
	unsigned int what; /* enum tacacs_number, or enum tacacs_field */
};

struct tacacs_body_info {
	const char *name;
	enum tacacs_type type;
	/* the rest is TACACS_ITEM_END */
	struct tacacs_item items[TACACS_ITEMS_MAX + 1];
};

extern const struct tacacs_body_info tacacs_bodies[TACACS_KINDS];

#endif
