/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See tacacs_draft.h. */
#include "aaa/tacacs_draft.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "aaa/call_port.h"

#define SHORT_MAX 255 /* bytes of a text whose length is one byte */

void tacacs_draft_init(struct tacacs_draft *d)
{
	d->version = TACACS_VERSION_DEFAULT;
	d->body = (struct tacacs_body){ 0 };
	d->text = wbuf_init(d->room, sizeof(d->room));
}

void tacacs_draft_clear(struct tacacs_draft *d)
{
	explicit_bzero(d->room, d->text.len);
}

void tacacs_draft_number(struct tacacs_draft *d, enum tacacs_number what,
			 unsigned int value)
{
	d->body.number[what] = (uint8_t)value;
}

void tacacs_draft_bytes(struct tacacs_draft *d, enum tacacs_field field,
			const void *data, size_t len)
{
	struct tacacs_text *t = &d->body.text[field];

	if (!t->len)
		t->data = d->room + d->text.len;
	/* A field is one piece: nothing else comes between its parts. */
	if (t->data + t->len != d->room + d->text.len ||
	    t->len + len > SHORT_MAX)
		d->text.failed = true;
	wbuf_bytes(&d->text, data, len);
	if (!d->text.failed)
		t->len += len;
}

void tacacs_draft_text(struct tacacs_draft *d, enum tacacs_field field,
		       const char *text)
{
	size_t len = strlen(text);

	tacacs_draft_bytes(d, field, text, len < SHORT_MAX ? len : SHORT_MAX);
}

void tacacs_draft_arg(struct tacacs_draft *d, const char *name, const char *fmt,
		      ...)
{
	struct tacacs_text *t = &d->body.arg[d->body.arg_n];
	char text[TACACS_ARG_MAX + 1];
	va_list ap;
	int n = snprintf(text, sizeof(text), "%s=", name);

	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
	va_end(ap);
	if (d->body.arg_n == TACACS_ARGS_MAX) {
		d->text.failed = true;
		return;
	}
	*t = (struct tacacs_text){ d->room + d->text.len, strlen(text) };
	wbuf_bytes(&d->text, text, t->len);
	d->body.arg_n++;
}

int tacacs_draft_error(const struct tacacs_draft *d)
{
	return d->text.failed ? -EMSGSIZE : 0;
}

/* ---- of a call ---- */

enum tacacs_authen_type tacacs_type_of(enum ppp_auth_method method)
{
	switch (method) {
	case PPP_AUTH_PAP:
		return TACACS_TYPE_PAP;
	case PPP_AUTH_CHAP_MD5:
		return TACACS_TYPE_CHAP;
	case PPP_AUTH_MSCHAPV1:
		return TACACS_TYPE_MSCHAP;
	case PPP_AUTH_MSCHAPV2:
		return TACACS_TYPE_MSCHAPV2;
	}
	return TACACS_TYPE_NOT_SET;
}

void tacacs_draft_call(struct tacacs_draft *d, enum tacacs_authen_type type,
		       const char *user, const struct service_call *c)
{
	char port[CALL_PORT_MAX];

	tacacs_draft_number(d, TACACS_PRIV_LVL, TACACS_PRIV_USER);
	tacacs_draft_number(d, TACACS_AUTHEN_TYPE, type);
	tacacs_draft_number(d, TACACS_AUTHEN_SERVICE, TACACS_SERVICE_PPP);
	tacacs_draft_text(d, TACACS_USER, user);
	call_port(c, port);
	tacacs_draft_text(d, TACACS_PORT, port);
	tacacs_draft_text(d, TACACS_REM_ADDR,
			  c->calling_number[0] ? c->calling_number : c->peer);
}
