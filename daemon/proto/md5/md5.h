/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MD5, which RADIUS and TACACS+ are made of. For one thread. */
#ifndef L2TPD_PROTO_MD5_MD5_H
#define L2TPD_PROTO_MD5_MD5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct md5_part {
	const void *data;
	size_t len;
};

/* The digest over n parts, one behind the other; false: OpenSSL has no MD5. */
bool md5_parts(uint8_t out[16], const struct md5_part *parts, size_t n);

#endif
