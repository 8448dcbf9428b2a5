/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file: a header of HEADER bytes (magic, version, where the first record
 * is), then records: magic, length, digest of the body, state, body. The state
 * is one byte that changes in place and is outside of the digest.
 */
#include "aaa/acct_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aaa/acct_record.h"
#include "crypto/crypto.h"
#include "lib/buf.h"
#include "lib/log.h"

#define HEADER	      32
#define RECORD_HEADER 16
#define STATE_AT      15
#define RECORD_MAGIC  0x4c324151u /* "L2AQ" */
#define PUNCH	      (1u << 20)  /* given back in pieces of this size */
enum { WAITING = 'W', DONE = 'D' };

static const uint8_t magic[8] = "L2TPDAQ1";

static int read_at(int fd, void *out, size_t len, uint64_t at)
{
	ssize_t n = pread(fd, out, len, (off_t)at);

	return n < 0 ? -errno : (size_t)n == len ? 0 : -ENODATA;
}

static int write_at(int fd, const void *data, size_t len, uint64_t at)
{
	ssize_t n = pwrite(fd, data, len, (off_t)at);

	return n < 0 ? -errno : (size_t)n == len ? 0 : -ENOSPC;
}

static int write_header(const struct acct_file *f)
{
	uint8_t header[HEADER];
	struct wbuf w = wbuf_init(header, sizeof(header));

	wbuf_bytes(&w, magic, sizeof(magic));
	wbuf_u64(&w, f->first);
	wbuf_zero(&w, sizeof(header) - w.len);
	return write_at(f->fd, header, sizeof(header), 0);
}

static bool digest_of(const uint8_t *body, size_t len, uint8_t out[7])
{
	uint8_t hash[20];

	if (!crypto_hash_of(CRYPTO_SHA1, hash, { body, len }))
		return false;
	memcpy(out, hash, 7);
	return true;
}

/*
 * One record at f->end: 1 and its body, 0 when there is none, or what
 * is there is torn.
 */
static int read_record(const struct acct_file *f, uint8_t *body, size_t *len,
		       uint8_t *state)
{
	uint8_t header[RECORD_HEADER], digest[7];
	struct rbuf r;
	uint32_t mark, n;

	if (read_at(f->fd, header, sizeof(header), f->end))
		return 0;
	r = rbuf_init(header, sizeof(header));
	mark = rbuf_u32(&r);
	n = rbuf_u32(&r);
	if (mark != RECORD_MAGIC || n == 0 || n > ACCT_RECORD_MAX ||
	    read_at(f->fd, body, n, f->end + RECORD_HEADER))
		return 0;
	if (!digest_of(body, n, digest) ||
	    memcmp(digest, header + 8, sizeof(digest)) != 0)
		return 0;
	*len = n;
	*state = header[STATE_AT];
	return 1;
}

static int read_header(struct acct_file *f, uint64_t size)
{
	uint8_t header[HEADER];
	struct rbuf r;
	int err = read_at(f->fd, header, sizeof(header), 0);

	if (err)
		return err == -ENODATA ? -EPROTO : err;
	if (memcmp(header, magic, sizeof(magic)) != 0)
		return -EPROTO;
	r = rbuf_init(header + 8, 8);
	f->first = rbuf_u64(&r);
	/*
	 * It was cut, for nothing of it counted any more, and the header did
	 * not reach the disk.
	 */
	if (f->first > size)
		f->first = HEADER;
	return f->first < HEADER ? -EPROTO : 0;
}

int acct_file_open(struct acct_file *f, int fd, acct_file_found *found,
		   void *arg)
{
	uint8_t *body;
	struct stat st;
	size_t len;
	uint8_t state;
	int err;

	*f = (struct acct_file){ .fd = fd, .first = HEADER, .end = HEADER };
	if (fstat(fd, &st) < 0)
		return -errno;
	/* A file that was made and not written to, or not far enough. */
	if (st.st_size < HEADER)
		return ftruncate(fd, 0) < 0 ? -errno : write_header(f);
	err = read_header(f, (uint64_t)st.st_size);
	if (err)
		return err;
	body = malloc(ACCT_RECORD_MAX);
	if (!body)
		return -ENOMEM;
	f->end = f->first;
	while (read_record(f, body, &len, &state)) {
		if (state == WAITING)
			found(arg, f->end, body, len);
		f->end += RECORD_HEADER + len;
	}
	free(body);
	if (f->end < (uint64_t)st.st_size) {
		log_notice("accounting queue: its last %llu bytes are no "
			   "record, of a crash perhaps, and are cut off",
			   (unsigned long long)((uint64_t)st.st_size - f->end));
		if (ftruncate(fd, (off_t)f->end) < 0)
			return -errno;
	}
	return 0;
}

int acct_file_append(struct acct_file *f, const uint8_t *data, size_t len,
		     uint64_t *at)
{
	uint8_t record[RECORD_HEADER + ACCT_RECORD_MAX];
	struct wbuf w = wbuf_init(record, sizeof(record));
	uint8_t digest[7];
	int err = digest_of(data, len, digest) ? 0 : -ENOTSUP;

	wbuf_u32(&w, RECORD_MAGIC);
	wbuf_u32(&w, (uint32_t)len);
	wbuf_bytes(&w, digest, sizeof(digest));
	wbuf_u8(&w, WAITING);
	wbuf_bytes(&w, data, len);
	if (w.failed)
		err = -EMSGSIZE;
	if (!err)
		err = write_at(f->fd, record, w.len, f->end);
	if (err) {
		if (!f->broken)
			log_error("accounting queue: cannot be written: %s; "
				  "records are kept in memory only",
				  strerror(-err));
		f->broken = true;
		/* What was written of it is no record. */
		(void)!ftruncate(f->fd, (off_t)f->end);
		return err;
	}
	if (f->broken)
		log_notice("accounting queue: it can be written again");
	f->broken = false;
	*at = f->end;
	f->end += w.len;
	return 0;
}

void acct_file_done(struct acct_file *f, uint64_t at)
{
	static const uint8_t done = DONE;

	(void)write_at(f->fd, &done, 1, at + STATE_AT);
}

void acct_file_forget(struct acct_file *f, uint64_t before)
{
	if (before >= f->end) {
		if (f->end == HEADER)
			return;
		f->first = f->end = HEADER;
		if (ftruncate(f->fd, HEADER) == 0)
			(void)write_header(f);
		return;
	}
	if (before < f->first + PUNCH)
		return;
	/* The header first: then nobody looks at what is taken out. */
	f->first = before;
	if (write_header(f) == 0 && fdatasync(f->fd) == 0)
		(void)fallocate(f->fd,
				FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				4096, (off_t)(before & ~4095ull) - 4096);
}
