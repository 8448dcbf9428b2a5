/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The accounting queue's file: records that were said and that no server has
 * acknowledged. Appended at the end, marked in place, given back from the
 * front. A crash at any byte loses nothing that acct_file_sync was done for.
 */
#ifndef L2TPD_AAA_ACCT_FILE_H
#define L2TPD_AAA_ACCT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct acct_file {
	int fd; /* -1: there is none */
	/* offsets: of the first record that counts, behind the last */
	uint64_t first, end;
	bool broken; /* the last write failed, and that was logged */
};

/* Tells each record that waits, in order; data is valid during the call. */
typedef void acct_file_found(void *arg, uint64_t at, const uint8_t *data,
			     size_t len);
/*
 * Reads the file (new ones are empty). A tail that is no record, of a crash, is
 * cut off and logged. 0, or -errno: the file is not ours (-EPROTO), or cannot
 * be read.
 */
int acct_file_open(struct acct_file *f, int fd, acct_file_found *found,
		   void *arg);
/* Appends; *at is its place. 0 or -errno, logged once until it works again. */
int acct_file_append(struct acct_file *f, const uint8_t *data, size_t len,
		     uint64_t *at);
void acct_file_done(struct acct_file *f, uint64_t at);
/*
 * Nothing before this place counts any more (end: nothing at all): its
 * room is given back.
 */
void acct_file_forget(struct acct_file *f, uint64_t before);

#endif
