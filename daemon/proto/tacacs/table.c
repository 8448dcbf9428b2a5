/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of bodies, and the words for what is in it. */
#include "proto/tacacs/internal.h"

/* clang-format off */
#define NUMBER(n)   { TACACS_ITEM_NUMBER, TACACS_##n },
#define LENGTH8(f)  { TACACS_ITEM_LENGTH8, TACACS_##f },
#define LENGTH16(f) { TACACS_ITEM_LENGTH16, TACACS_##f },
#define ARGS	    { TACACS_ITEM_ARGS, 0 },
#define BODY(name, type, section, fields) \
	[TACACS_##name] = { #name, TACACS_##type, { fields } },
/* clang-format on */

const struct tacacs_body_info tacacs_bodies[TACACS_KINDS] = { TACACS_BODIES(
	BODY) };

const char *tacacs_kind_name(enum tacacs_kind kind)
{
	return kind < TACACS_KINDS ? tacacs_bodies[kind].name : "nothing";
}

enum tacacs_type tacacs_type_of_kind(enum tacacs_kind kind)
{
	return tacacs_bodies[kind].type;
}

bool tacacs_kind_of(uint8_t type, uint8_t seq_no, enum tacacs_kind *out)
{
	bool from_client = seq_no % 2 == 1;

	switch (type) {
	case TACACS_AUTHEN:
		*out = !from_client ? TACACS_AUTHEN_REPLY :
		       seq_no == 1  ? TACACS_AUTHEN_START :
				      TACACS_AUTHEN_CONTINUE;
		return seq_no != 0;
	case TACACS_AUTHOR:
		*out = from_client ? TACACS_AUTHOR_REQUEST :
				     TACACS_AUTHOR_REPLY;
		break;
	case TACACS_ACCT:
		*out = from_client ? TACACS_ACCT_REQUEST : TACACS_ACCT_REPLY;
		break;
	default:
		return false;
	}
	return seq_no == 1 || seq_no == 2;
}

const char *tacacs_fault_text(enum tacacs_fault fault)
{
	switch (fault) {
	case TACACS_OK:
		return "it is right";
	case TACACS_BAD_VERSION:
		return "its version is not TACACS+'s: that is no TACACS+ "
		       "server";
	case TACACS_BAD_TYPE:
		return "its type does not answer the request";
	case TACACS_BAD_SEQUENCE:
		return "its sequence number is not the next one";
	case TACACS_NOT_OBFUSCATED:
		return "it is not obfuscated, which is never taken";
	case TACACS_LONG:
		return "it is longer than 16384 bytes";
	case TACACS_BAD_LENGTHS:
		return "the lengths in its body do not fit: the shared secret "
		       "differs, or it is broken";
	case TACACS_BAD_STATUS:
		return "its status is none that the RFC has";
	case TACACS_NO_DIGEST:
		return "OpenSSL has no MD5";
	}
	return "it is wrong";
}
