/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TACACS+ packets (RFC 8907): header, obfuscation, the bodies of
 * authentication, authorization and accounting. Pure: what is random comes in
 * as an argument. The obfuscation is MD5's and protects nobody from who can
 * listen (section 10.1).
 */
#ifndef L2TPD_PROTO_TACACS_TACACS_H
#define L2TPD_PROTO_TACACS_TACACS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/secret.h"
#include "proto/tacacs/body_table.h"

#define TACACS_HEADER	12
/* What is taken of one body; RFC 8907 has no bound of its own. */
#define TACACS_BODY_MAX 16384
#define TACACS_ARGS_MAX 255
#define TACACS_ARG_MAX	255 /* bytes of one */

/* Version: section 4.1. Minor 1 is for PAP, CHAP, MS-CHAP alone. */
#define TACACS_VERSION_DEFAULT 0xc0
#define TACACS_VERSION_ONE     0xc1

enum tacacs_type {
	TACACS_AUTHEN = 1,
	TACACS_AUTHOR = 2,
	TACACS_ACCT = 3,
};

#define TACACS_UNENCRYPTED    0x01
#define TACACS_SINGLE_CONNECT 0x04

struct tacacs_header {
	uint8_t version; /* TACACS_VERSION_* */
	uint8_t type;
	uint8_t seq_no; /* odd ones are the client's */
	uint8_t flags;	/* others than ours are ignored */
	uint32_t session_id;
	uint32_t length; /* of the body, in bytes */
};

/* ---- bodies ---- */

#define TACACS_BODY_NAME(name, type, section, fields) TACACS_##name,
enum tacacs_kind { TACACS_BODIES(TACACS_BODY_NAME) TACACS_KINDS };

enum tacacs_number {
	TACACS_ACTION,
	TACACS_PRIV_LVL,
	TACACS_AUTHEN_TYPE,
	TACACS_AUTHEN_SERVICE,
	TACACS_AUTHEN_METHOD,
	TACACS_STATUS,
	TACACS_FLAGS,
	TACACS_NUMBERS
};

enum tacacs_field {
	TACACS_USER,
	TACACS_PORT,
	TACACS_REM_ADDR,
	TACACS_DATA,
	TACACS_SERVER_MSG,
	TACACS_USER_MSG,
	TACACS_FIELDS
};

/* Section 5.1 */
#define TACACS_ACTION_LOGIN 1
enum tacacs_authen_type {
	TACACS_TYPE_NOT_SET = 0,
	TACACS_TYPE_ASCII = 1,
	TACACS_TYPE_PAP = 2,
	TACACS_TYPE_CHAP = 3,
	TACACS_TYPE_MSCHAP = 5,
	TACACS_TYPE_MSCHAPV2 = 6,
};
#define TACACS_SERVICE_NONE 0
#define TACACS_SERVICE_PPP  3
#define TACACS_PRIV_USER    1 /* section 9 */
/* Section 6.1 */
enum tacacs_authen_method {
	TACACS_METHOD_NOT_SET = 0,
	TACACS_METHOD_NONE = 1,
	TACACS_METHOD_LOCAL = 5,
	TACACS_METHOD_TACACSPLUS = 6,
};
/* Of a CONTINUE, section 5.3 */
#define TACACS_CONTINUE_ABORT 0x01
/* Section 7.1 */
#define TACACS_ACCT_START     0x02
#define TACACS_ACCT_STOP      0x04
#define TACACS_ACCT_WATCHDOG  0x08

/* Status, sections 5.2, 6.2 and 7.2 */
enum tacacs_authen_status {
	TACACS_AUTHEN_PASS = 1,
	TACACS_AUTHEN_FAIL = 2,
	TACACS_AUTHEN_GETDATA = 3,
	TACACS_AUTHEN_GETUSER = 4,
	TACACS_AUTHEN_GETPASS = 5,
	TACACS_AUTHEN_RESTART = 6,
	TACACS_AUTHEN_ERROR = 7,
	TACACS_AUTHEN_FOLLOW = 0x21,
};
enum tacacs_author_status {
	TACACS_AUTHOR_PASS_ADD = 1,
	TACACS_AUTHOR_PASS_REPL = 2,
	TACACS_AUTHOR_FAIL = 0x10,
	TACACS_AUTHOR_ERROR = 0x11,
	TACACS_AUTHOR_FOLLOW = 0x21,
};
enum tacacs_acct_status {
	TACACS_ACCT_SUCCESS = 1,
	TACACS_ACCT_ERROR = 2,
	TACACS_ACCT_FOLLOW = 0x21,
};

struct tacacs_text {
	const uint8_t *data;
	size_t len;
};

/* A body in parts; its texts are views. */
struct tacacs_body {
	uint8_t number[TACACS_NUMBERS];
	struct tacacs_text text[TACACS_FIELDS];
	size_t arg_n;
	struct tacacs_text arg[TACACS_ARGS_MAX];
};

enum tacacs_fault {
	TACACS_OK,
	TACACS_BAD_VERSION,
	TACACS_BAD_TYPE,
	TACACS_BAD_SEQUENCE,
	TACACS_NOT_OBFUSCATED,
	TACACS_LONG,
	TACACS_BAD_LENGTHS, /* of the body's fields: mostly another secret */
	TACACS_BAD_STATUS,
	TACACS_NO_DIGEST
};
#define TACACS_FAULTS (TACACS_NO_DIGEST + 1)

/* A clause. */
const char *tacacs_fault_text(enum tacacs_fault fault);
/* As the table has it; for people. */
const char *tacacs_kind_name(enum tacacs_kind kind);

/*
 * Reads the 12 bytes of a header. A fault is one behind which nothing of the
 * stream can be understood, or must be (section 4.1, 4.5); out is filled even
 * then.
 */
enum tacacs_fault tacacs_read_header(struct tacacs_header *out,
				     const uint8_t data[TACACS_HEADER]);
void tacacs_write_header(const struct tacacs_header *h,
			 uint8_t out[TACACS_HEADER]);

/* Of the packets with such a body. */
enum tacacs_type tacacs_type_of_kind(enum tacacs_kind kind);
/*
 * What body a packet of this type and number has (section 4.1); false: none
 * has.
 */
bool tacacs_kind_of(uint8_t type, uint8_t seq_no, enum tacacs_kind *out);

/*
 * Hides a body, or reveals it (section 4.5); the header's session_id, version
 * and seq_no count. false: OpenSSL has no MD5.
 */
bool tacacs_obfuscate(const struct tacacs_header *h, const struct secret *key,
		      uint8_t *body, size_t len);

/*
 * Reads a body that is revealed; out views data. TACACS_BAD_LENGTHS unless its
 * lengths make exactly len.
 */
enum tacacs_fault tacacs_read_body(enum tacacs_kind kind, const uint8_t *data,
				   size_t len, struct tacacs_body *out);
/* Its length, or -EMSGSIZE: something does not fit its field, or out. */
int tacacs_write_body(enum tacacs_kind kind, const struct tacacs_body *body,
		      uint8_t *out, size_t size);

/*
 * A whole packet, with h->length and hidden: its length, -EMSGSIZE, or -ENOTSUP
 * without MD5.
 */
int tacacs_write_packet(struct tacacs_header *h, const struct secret *key,
			enum tacacs_kind kind, const struct tacacs_body *body,
			uint8_t *out, size_t size);

/* ---- arguments: section 6.1 ---- */

/* "name=value", or "name*value" where the other end may do without. */
struct tacacs_arg {
	struct tacacs_text name, value;
	bool optional;
};
/* false: it has neither sign, or no name. */
bool tacacs_split_arg(const struct tacacs_text *text, struct tacacs_arg *out);
/*
 * As text with a NUL; bytes that are no text become '?'; false: it does not
 * fit, or is empty.
 */
bool tacacs_text(const struct tacacs_text *t, char *out, size_t size);

#endif
