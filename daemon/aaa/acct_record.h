/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An accounting record as bytes on disk: field by field, so that a later
 * version reads it.
 */
#ifndef L2TPD_AAA_ACCT_RECORD_H
#define L2TPD_AAA_ACCT_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "ipc/aaa.h"

#define ACCT_RECORD_MAX 4096

/* The number of bytes, or -EMSGSIZE. */
int acct_record_write(const struct aaa_acct *r, uint8_t *out, size_t size);
/* 0 or -EINVAL; texts end within their fields then. */
int acct_record_read(struct aaa_acct *r, const uint8_t *data, size_t len);

#endif
