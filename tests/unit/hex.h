/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets as a reader sees them: digits, with blanks where they help. */
#ifndef L2TPD_TESTS_UNIT_HEX_H
#define L2TPD_TESTS_UNIT_HEX_H

#include <stddef.h>
#include <stdint.h>

/* How many bytes text says; they go to out, which has room for size. */
size_t hex_bytes(const char *text, uint8_t *out, size_t size);
/* Fails the test with both as digits where they differ. */
void assert_hex(const uint8_t *data, size_t len, const char *text);

#endif
