/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that we send or read in router discovery. */
#ifndef L2TPD_PROTO_ND_OPTION_TABLE_H
#define L2TPD_PROTO_ND_OPTION_TABLE_H

/* X(id, number, name, section) */
/* clang-format off */
#define ND_OPTION_TABLE(X) \
	X(SOURCE_ADDRESS,	1,  "Source Link-Layer Address",  "4861:4.6.1") \
	X(PREFIX,		3,  "Prefix Information",         "4861:4.6.2") \
	X(MTU,			5,  "MTU",                        "4861:4.6.4") \
	X(DNS,			25, "Recursive DNS Server",       "8106:5.1") \
	X(SEARCH,		31, "DNS Search List",            "8106:5.2")

enum nd_option {
#define X(id, number, name, section) ND_OPTION_##id = number,
	ND_OPTION_TABLE(X)
#undef X
};
/* clang-format on */

#endif
