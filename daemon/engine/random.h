/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Randomness, a few bytes at a time. */
#ifndef L2TPD_ENGINE_RANDOM_H
#define L2TPD_ENGINE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Never fails; ctx is unused, so that it suits struct l2tp_env. */
void random_bytes(void *ctx, void *buf, size_t len);
/*
 * Up to a quarter less than ms, so that a thousand clients do not all
 * come back at once.
 */
uint32_t random_jitter(uint32_t ms);

#endif
