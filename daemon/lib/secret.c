// SPDX-License-Identifier: GPL-2.0-or-later
/* Secrets: set, clear, compare, read from a file that only its owner reads. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/secret.h"

int secret_set(struct secret *s, const void *data, size_t len)
{
	secret_clear(s);
	if (len > SECRET_MAX)
		return -EMSGSIZE;
	if (len)
		memcpy(s->data, data, len);
	s->len = (uint16_t)len;
	return 0;
}

void secret_clear(struct secret *s)
{
	explicit_bzero(s, sizeof(*s));
}

bool secret_equal(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *x = a, *y = b;
	uint8_t differ = 0;

	for (size_t i = 0; i < len; i++)
		differ |= x[i] ^ y[i];
	return differ == 0;
}

/* Only a file has readers besides the one that it was opened for. */
int secret_check_fd(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return 0;
	if ((st.st_mode & S_IRWXO) ||
	    ((st.st_mode & S_IRWXG) && st.st_gid != 0))
		return -EACCES;
	return 0;
}

int secret_read_fd(struct secret *s, int fd)
{
	/* One byte for the newline, one for a carriage return before it. */
	char line[SECRET_MAX + 2];
	const char *end;
	ssize_t n;
	size_t len;
	int err;

	secret_clear(s);
	err = secret_check_fd(fd);
	if (err)
		return err;
	n = file_read(fd, line, sizeof(line));
	if (n < 0) {
		err = (int)n;
		goto out;
	}
	end = memchr(line, '\n', (size_t)n);
	len = end ? (size_t)(end - line) : (size_t)n;
	if (end && len && line[len - 1] == '\r')
		len--;
	err = len ? secret_set(s, line, len) : -ENODATA;
out:
	explicit_bzero(line, sizeof(line));
	return err;
}
