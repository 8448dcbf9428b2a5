/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bodies of TACACS+ packets as RFC 8907 draws them: their fields in order.
 * NUMBER is a byte; LENGTH8 and LENGTH16 are the length of a text, in one byte
 * or two; ARGS is the number of arguments. Behind them come the arguments'
 * lengths, a byte each, the texts in the order of their lengths, the arguments.
 *
 * BODY(name, type, section, fields)
 */
/* clang-format off */
#define TACACS_BODIES(BODY)						\
	BODY(AUTHEN_START, AUTHEN, "5.1",				\
	     NUMBER(ACTION) NUMBER(PRIV_LVL) NUMBER(AUTHEN_TYPE)	\
	     NUMBER(AUTHEN_SERVICE) LENGTH8(USER) LENGTH8(PORT)		\
	     LENGTH8(REM_ADDR) LENGTH8(DATA))				\
	BODY(AUTHEN_REPLY, AUTHEN, "5.2",				\
	     NUMBER(STATUS) NUMBER(FLAGS) LENGTH16(SERVER_MSG)		\
	     LENGTH16(DATA))						\
	BODY(AUTHEN_CONTINUE, AUTHEN, "5.3",				\
	     LENGTH16(USER_MSG) LENGTH16(DATA) NUMBER(FLAGS))		\
	BODY(AUTHOR_REQUEST, AUTHOR, "6.1",				\
	     NUMBER(AUTHEN_METHOD) NUMBER(PRIV_LVL)			\
	     NUMBER(AUTHEN_TYPE) NUMBER(AUTHEN_SERVICE) LENGTH8(USER)	\
	     LENGTH8(PORT) LENGTH8(REM_ADDR) ARGS)			\
	BODY(AUTHOR_REPLY, AUTHOR, "6.2",				\
	     NUMBER(STATUS) ARGS LENGTH16(SERVER_MSG) LENGTH16(DATA))	\
	BODY(ACCT_REQUEST, ACCT, "7.1",					\
	     NUMBER(FLAGS) NUMBER(AUTHEN_METHOD) NUMBER(PRIV_LVL)	\
	     NUMBER(AUTHEN_TYPE) NUMBER(AUTHEN_SERVICE) LENGTH8(USER)	\
	     LENGTH8(PORT) LENGTH8(REM_ADDR) ARGS)			\
	BODY(ACCT_REPLY, ACCT, "7.2",					\
	     LENGTH16(SERVER_MSG) LENGTH16(DATA) NUMBER(STATUS))
/* clang-format on */
