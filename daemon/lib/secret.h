/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A secret is a type of its own: it is cleared when it goes, compared in
 * constant time and has no formatter.
 */
#ifndef L2TPD_LIB_SECRET_H
#define L2TPD_LIB_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECRET_MAX 255

struct secret {
	uint16_t len; /* 0: there is no secret */
	uint8_t data[SECRET_MAX + 1];
};

/* Copies len bytes; -EMSGSIZE past SECRET_MAX (the secret is then empty). */
int secret_set(struct secret *s, const void *data, size_t len);
void secret_clear(struct secret *s); /* explicit_bzero */
static inline bool secret_is_set(const struct secret *s)
{
	return s->len != 0;
}
/* Constant time in the contents. */
bool secret_equal(const void *a, const void *b, size_t len);
/*
 * Whether a file may hold secrets: -EACCES when its mode lets others in (group
 * or world; the group is allowed only when it is root's). Not for pipes.
 */
int secret_check_fd(int fd);
/*
 * Reads a secret from an open fd: the first line without its newline.
 * -EACCES as of secret_check_fd, -ENODATA when it is empty,
 * -EMSGSIZE when too long. fd stays open.
 */
int secret_read_fd(struct secret *s, int fd);

#endif
