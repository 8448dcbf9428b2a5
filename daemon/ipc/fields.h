/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may stand in the bytes of a message's body. A struct that came from
 * another process may hold anything: a bool of 7, an enum without a name, a
 * text without an end, and to read the first is undefined. So each struct has a
 * table of such fields beside its channel's messages, and a message is compared
 * with it before anybody reads its body as that struct.
 */
#ifndef L2TPD_IPC_FIELDS_H
#define L2TPD_IPC_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/ipc.h"

enum ipc_field_kind {
	IPC_FIELD_END, /* of the table */
	IPC_FIELD_BOOL,
	IPC_FIELD_RANGE, /* an enum, a count, a length */
	IPC_FIELD_TEXT,
	IPC_FIELD_ADDR,
	IPC_FIELD_STRUCT,
};

struct ipc_field {
	enum ipc_field_kind kind;
	uint16_t offset, size;		/* of the first element, in bytes */
	uint16_t n;			/* elements, of an array */
	uint32_t least, most;		/* of a range */
	const struct ipc_field *fields; /* of each element's struct */
};

/* One message of a channel; zeroed: it is not the other end's to send. */
struct ipc_shape {
	bool is_sent;
	size_t size;			/* of the body, in bytes */
	const struct ipc_field *fields; /* NULL: any bytes will do */
};

/* clang-format off */
#define IPC_MEMBER(s, m) (((struct s *)0)->m)
#define IPC_FIELD(kind_, s, m, ...)					\
	{ .kind = kind_, .offset = offsetof(struct s, m), __VA_ARGS__ }
#define IPC_BOOL(s, m)							\
	IPC_FIELD(IPC_FIELD_BOOL, s, m, .size = sizeof(IPC_MEMBER(s, m)), .n = 1)
#define IPC_RANGE(s, m, least_, most_)					\
	IPC_FIELD(IPC_FIELD_RANGE, s, m, .size = sizeof(IPC_MEMBER(s, m)), .n = 1, \
		  .least = least_, .most = most_)
#define IPC_MOST(s, m, most_) IPC_RANGE(s, m, 0, most_)
/* Each element of an array of numbers. */
#define IPC_MOST_EACH(s, m, most_)					\
	IPC_FIELD(IPC_FIELD_RANGE, s, m, .size = sizeof(IPC_MEMBER(s, m)[0]), \
		  .n = sizeof(IPC_MEMBER(s, m)) / sizeof(IPC_MEMBER(s, m)[0]), \
		  .most = most_)
/* It ends within its array. */
#define IPC_TEXT(s, m)							\
	IPC_FIELD(IPC_FIELD_TEXT, s, m, .size = sizeof(IPC_MEMBER(s, m)), .n = 1)
/* A struct addr: none, IPv4 or IPv6. */
#define IPC_ADDR(s, m)							\
	IPC_FIELD(IPC_FIELD_ADDR, s, m, .size = sizeof(struct addr), .n = 1)
#define IPC_STRUCT(s, m, fields_)					\
	IPC_FIELD(IPC_FIELD_STRUCT, s, m, .size = sizeof(IPC_MEMBER(s, m)), .n = 1, \
		  .fields = fields_)
#define IPC_STRUCT_EACH(s, m, fields_)					\
	IPC_FIELD(IPC_FIELD_STRUCT, s, m, .size = sizeof(IPC_MEMBER(s, m)[0]), \
		  .n = sizeof(IPC_MEMBER(s, m)) / sizeof(IPC_MEMBER(s, m)[0]), \
		  .fields = fields_)
#define IPC_SHAPE(s, fields_) { true, sizeof(struct s), fields_ }
#define IPC_EMPTY	      { true, 0, NULL }
/* clang-format on */

/* The body has what the table allows; it is as large as its struct. */
bool ipc_fields_fit(const struct ipc_field *fields, const void *body);
/* The message is one of the n shapes, by its type, and fits it. */
bool ipc_message_fits(const struct ipc_shape *shapes, size_t n,
		      const struct ipc_message *m);

/* By message: what the engine sends the monitor, and the aaa process does. */
extern const struct ipc_shape monitor_shapes[], aaa_open_shapes[];
extern const size_t monitor_shapes_n, aaa_open_shapes_n;
/* By message: what the engine sends the aaa process, and what that answers. */
extern const struct ipc_shape aaa_shapes[], aaa_answer_shapes[];
extern const size_t aaa_shapes_n, aaa_answer_shapes_n;
/* By message: what a pppd sends on its call channel, and who dials. */
extern const struct ipc_shape ppp_call_shapes[], ppp_dial_shapes[];
extern const size_t ppp_call_shapes_n, ppp_dial_shapes_n;
/*
 * By message: what the engine answers and tells pppd, and the monitor a
 * template.
 */
extern const struct ipc_shape ppp_answer_shapes[], ppp_dialled_shapes[];
extern const size_t ppp_answer_shapes_n, ppp_dialled_shapes_n;
extern const struct ipc_shape ppp_template_shapes[], ppp_unit_shapes[];
extern const size_t ppp_template_shapes_n, ppp_unit_shapes_n;

/* Of structs that several channels' messages hold. */
extern const struct ipc_field service_fields[], service_call_fields[];
extern const struct ipc_field service_prefix6_fields[], service_route_fields[];
extern const struct ipc_field ppp_call_auth_fields[];
extern const struct ipc_field ppp_call_auth_reply_fields[];
extern const struct ipc_field ppp_call_params_fields[];

#endif
