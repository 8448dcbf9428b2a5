/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vici, the protocol by which strongSwan's charon is asked and tells: packets
 * of a stream, and the trees of sections, values and lists that they carry.
 * Pure: bytes in, views out. The protocol is described in strongSwan's vici
 * plugin, README.md.
 */
#ifndef L2TPD_PROTO_VICI_VICI_H
#define L2TPD_PROTO_VICI_VICI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

#define VICI_LENGTH	4 /* bytes before each packet that say how long it is */
#define VICI_PACKET_MAX (512u * 1024) /* "Transport protocol" */
#define VICI_NAME_MAX	255
/* sections within sections; charon's own have four */
#define VICI_DEPTH_MAX	16

enum vici_type {
	VICI_CMD_REQUEST,  /* name, message */
	VICI_CMD_RESPONSE, /* message */
	VICI_CMD_UNKNOWN,
	VICI_EVENT_REGISTER,   /* name */
	VICI_EVENT_UNREGISTER, /* name */
	VICI_EVENT_CONFIRM,
	VICI_EVENT_UNKNOWN,
	VICI_EVENT, /* name, message */
	VICI_TYPES
};

enum vici_element {
	VICI_SECTION_START = 1, /* name */
	VICI_SECTION_END,
	VICI_KEY_VALUE,	 /* name, value */
	VICI_LIST_START, /* name */
	VICI_LIST_ITEM,	 /* value */
	VICI_LIST_END
};

/* A view of bytes in a packet, without a NUL. */
struct vici_text {
	const uint8_t *p;
	size_t len;
};

/* ---- reading ---- */

struct vici_packet {
	enum vici_type type;
	struct vici_text name; /* empty for a type without one */
	struct rbuf message;   /* empty for a type without one */
};

/*
 * How long the packet at data is, with the length before it: 0; -EAGAIN when
 * its length is not all there; -EMSGSIZE or -EBADMSG when no packet may be so
 * long or short.
 */
int vici_packet_size(const void *data, size_t len, size_t *size);
/*
 * A packet without the length before it. 0; -EBADMSG unless all of it is
 * well-formed: a known type, sections and lists closed, nothing behind. Views
 * point into data.
 */
int vici_parse(struct vici_packet *p, const void *data, size_t len);

struct vici_item {
	enum vici_element type;
	struct vici_text name, value;
	/*
	 * of the section that it is in; a section's own start and
	 * end count outside
	 */
	unsigned int depth;
};

struct vici_cursor {
	struct rbuf r;
	unsigned int depth;
	bool in_list;
	bool malformed;
};

static inline struct vici_cursor vici_cursor(struct rbuf message)
{
	return (struct vici_cursor){ .r = message };
}

/*
 * The next element; false at the end, and where the message is malformed, which
 * it then says.
 */
bool vici_next(struct vici_cursor *c, struct vici_item *item);
/* Past the end of the section or list that was just started. */
void vici_skip(struct vici_cursor *c, const struct vici_item *start);

bool vici_is(struct vici_text t, const char *text);
/*
 * A value as text in buf, always ending in NUL: cut when it is longer, and what
 * does not print becomes "?". Returns buf.
 */
const char *vici_string(struct vici_text t, char *buf, size_t size);
/*
 * A number in that base, all of the text: false, and *out as it was, when it is
 * none or too large.
 */
bool vici_number(struct vici_text t, unsigned int base, uint64_t *out);

/* ---- writing ---- */

/*
 * A packet, into what is left of w: begin, the elements, end. What fails (a
 * name past VICI_NAME_MAX, a packet past 64 kB, no room) is seen in w->failed.
 * vici_begin returns where it is.
 */

/* name: NULL for a type without one */
size_t vici_begin(struct wbuf *w, enum vici_type type, const char *name);
void vici_section(struct wbuf *w, const char *name);
void vici_section_end(struct wbuf *w);
void vici_value(struct wbuf *w, const char *name, const char *value);
void vici_list(struct wbuf *w, const char *name);
void vici_list_item(struct wbuf *w, const char *value);
void vici_list_end(struct wbuf *w);
void vici_end(struct wbuf *w, size_t at);

#endif
