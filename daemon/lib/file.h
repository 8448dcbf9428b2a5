/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a file that somebody else opened. */
#ifndef L2TPD_LIB_FILE_H
#define L2TPD_LIB_FILE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Fills buf from where fd stands until it is full or the input ends; the
 * length or -errno.
 */
ssize_t file_read(int fd, void *buf, size_t size);

#endif
