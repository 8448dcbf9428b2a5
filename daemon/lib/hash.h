/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hashes for tables in memory. hash_keyed is for texts that a stranger chooses:
 * who does not know the key cannot look for texts that have the same hash.
 * FNV-1a has no key: it is for texts that are ours, and for telling a copy from
 * something else.
 */
#ifndef L2TPD_LIB_HASH_H
#define L2TPD_LIB_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hash_keyed(const uint64_t key[2], const void *data, size_t len);

/*
 * FNV-1a of 32 or 64 bits goes on from h: HASH_FNV*_START, or what it returned
 * for the bytes before these. The bytes of several calls are hashed as if they
 * were one piece.
 */
#define HASH_FNV32_START UINT32_C(0x811c9dc5)
#define HASH_FNV64_START UINT64_C(0xcbf29ce484222325)
uint32_t hash_fnv32(uint32_t h, const void *data, size_t len);
uint64_t hash_fnv64(uint64_t h, const void *data, size_t len);

#endif
