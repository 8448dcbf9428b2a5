/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a file that somebody else opened, and whether it has changed. */
#ifndef L2TPD_LIB_FILE_H
#define L2TPD_LIB_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/*
 * Fills buf from where fd stands until it is full or the input ends; the
 * length or -errno.
 */
ssize_t file_read(int fd, void *buf, size_t size);

/*
 * Whether nobody has written or replaced a file, or changed its mode, between
 * two looks. A zeroed one, of no file, is the same as another zeroed one alone.
 */
bool file_same_version(const struct stat *a, const struct stat *b);

#endif
