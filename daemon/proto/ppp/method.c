/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The methods of authentication by name, and as LCP's option says them (RFC
 * 1661 section 6.2, RFC 1994 section 3, RFC 2433 section 3, RFC 2759 section
 * 3).
 */
#include "proto/ppp/internal.h"

#define CHAP_MD5 5
#define CHAP_MS1 0x80
#define CHAP_MS2 0x81

const char *ppp_method_name(enum ppp_method m)
{
	static const char *const names[PPP_METHODS] = {
		[PPP_METHOD_NONE] = "none",
		[PPP_METHOD_PAP] = "PAP",
		[PPP_METHOD_CHAP_MD5] = "CHAP",
		[PPP_METHOD_MSCHAPV1] = "MS-CHAPv1",
		[PPP_METHOD_MSCHAPV2] = "MS-CHAPv2",
		[PPP_METHOD_EAP] = "EAP",
	};

	return names[m];
}

void ppp_method_write(enum ppp_method m, struct wbuf *w)
{
	static const uint8_t algorithms[PPP_METHODS] = {
		[PPP_METHOD_CHAP_MD5] = CHAP_MD5,
		[PPP_METHOD_MSCHAPV1] = CHAP_MS1,
		[PPP_METHOD_MSCHAPV2] = CHAP_MS2,
	};

	wbuf_u16(w, m == PPP_METHOD_PAP ? PPP_PROTO_PAP :
		    m == PPP_METHOD_EAP ? PPP_PROTO_EAP :
					  PPP_PROTO_CHAP);
	if (algorithms[m])
		wbuf_u8(w, algorithms[m]);
}

static enum ppp_method chap_method(struct rbuf *v)
{
	switch (rbuf_u8(v)) {
	case CHAP_MD5:
		return PPP_METHOD_CHAP_MD5;
	case CHAP_MS1:
		return PPP_METHOD_MSCHAPV1;
	case CHAP_MS2:
		return PPP_METHOD_MSCHAPV2;
	default:
		return PPP_METHOD_NONE;
	}
}

enum ppp_method ppp_method_read(struct rbuf *v)
{
	enum ppp_method m = PPP_METHOD_NONE;

	switch (rbuf_u16(v)) {
	case PPP_PROTO_PAP:
		m = PPP_METHOD_PAP;
		break;
	case PPP_PROTO_CHAP:
		m = chap_method(v);
		break;
	case PPP_PROTO_EAP:
		m = PPP_METHOD_EAP;
		break;
	default:
		break;
	}
	return rbuf_left(v) || v->failed ? PPP_METHOD_NONE : m;
}
