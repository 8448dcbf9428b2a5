/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A keyed hash: who does not know the key cannot look for texts that have the same. */
#ifndef L2TPD_LIB_HASH_H
#define L2TPD_LIB_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hash_keyed(const uint64_t key[2], const void *data, size_t len);

#endif
