/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The body of a TACACS+ request while it is made, with room for its texts. */
#ifndef L2TPD_AAA_TACACS_DRAFT_H
#define L2TPD_AAA_TACACS_DRAFT_H

#include "ipc/ppp.h"
#include "ipc/service.h"
#include "lib/buf.h"
#include "proto/tacacs/tacacs.h"

#define TACACS_DRAFT_MAX 8192 /* bytes of all texts */

struct tacacs_draft {
	uint8_t version; /* of the header; TACACS_VERSION_DEFAULT */
	struct tacacs_body body;
	struct wbuf text; /* within room; failed: something does not fit */
	uint8_t room[TACACS_DRAFT_MAX];
};

void tacacs_draft_init(struct tacacs_draft *d);
/* What may be a password goes. */
void tacacs_draft_clear(struct tacacs_draft *d);
void tacacs_draft_number(struct tacacs_draft *d, enum tacacs_number what,
			 unsigned int value);
/* Bytes behind those that the field has already; 255 of them are most. */
void tacacs_draft_bytes(struct tacacs_draft *d, enum tacacs_field field,
			const void *data, size_t len);
/* Text that is longer than 255 bytes is cut. */
void tacacs_draft_text(struct tacacs_draft *d, enum tacacs_field field,
		       const char *text);
/* "name=value"; one that is longer than 255 bytes is cut. */
void tacacs_draft_arg(struct tacacs_draft *d, const char *name, const char *fmt,
		      ...) __attribute__((format(printf, 3, 4)));
/* 0, or -EMSGSIZE. */
int tacacs_draft_error(const struct tacacs_draft *d);

/*
 * Who asks: privilege level, service and type of the authentication, user,
 * port and where the call comes from (RFC 8907, section 5.1).
 */
void tacacs_draft_call(struct tacacs_draft *d, enum tacacs_authen_type type,
		       const char *user, const struct service_call *c);
/* The type of a method; TACACS_TYPE_NOT_SET: none. */
enum tacacs_authen_type tacacs_type_of(enum ppp_auth_method method);

#endif
