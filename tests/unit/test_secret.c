// SPDX-License-Identifier: GPL-2.0-or-later
/* Secrets: bounds, comparison, and the files that they are read from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/secret.h"

static void test_set(void **state)
{
	static const uint8_t zero[sizeof(struct secret)];
	uint8_t long_one[SECRET_MAX + 1];
	struct secret s;

	(void)state;
	memset(&s, 0xa5, sizeof(s));
	assert_int_equal(secret_set(&s, "hello", 5), 0);
	assert_true(secret_is_set(&s));
	assert_int_equal(s.len, 5);
	assert_memory_equal(s.data, "hello", 5);

	/* A shorter one leaves nothing of the longer behind. */
	assert_int_equal(secret_set(&s, "a", 1), 0);
	assert_memory_equal(s.data, "a\0\0\0\0", 5);

	memset(long_one, 'x', sizeof(long_one));
	assert_int_equal(secret_set(&s, long_one, SECRET_MAX), 0);
	assert_int_equal(s.len, SECRET_MAX);
	assert_int_equal(secret_set(&s, long_one, SECRET_MAX + 1), -EMSGSIZE);
	assert_false(secret_is_set(&s));
	assert_memory_equal(&s, zero, sizeof(s));

	assert_int_equal(secret_set(&s, NULL, 0), 0);
	assert_false(secret_is_set(&s));
	assert_int_equal(secret_set(&s, "hello", 5), 0);
	secret_clear(&s);
	assert_memory_equal(&s, zero, sizeof(s));
}

static void test_equal(void **state)
{
	uint8_t a[16], b[16];

	(void)state;
	for (size_t i = 0; i < sizeof(a); i++)
		a[i] = b[i] = (uint8_t)(i * 17);
	assert_true(secret_equal(a, b, sizeof(a)));
	assert_true(secret_equal(a, b, 0));
	for (size_t i = 0; i < sizeof(a); i++) {
		for (unsigned int bit = 0; bit < 8; bit++) {
			b[i] ^= (uint8_t)(1u << bit);
			assert_false(secret_equal(a, b, sizeof(a)));
			assert_true(secret_equal(a, b, i));
			b[i] ^= (uint8_t)(1u << bit);
		}
	}
}

/* A file of these contents, at its start. */
static int file_of(const void *data, size_t len, mode_t mode)
{
	int fd = memfd_create("secret", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(fchmod(fd, mode), 0);
	return fd;
}

static void check_read(const void *data, size_t len, int err,
		       const char *expected)
{
	int fd = file_of(data, len, 0600);
	struct secret s = { .len = 3, .data = "old" };

	assert_int_equal(secret_read_fd(&s, fd), err);
	if (err) {
		assert_false(secret_is_set(&s));
	} else {
		assert_int_equal(s.len, strlen(expected));
		assert_memory_equal(s.data, expected, s.len);
	}
	assert_int_equal(close(fd), 0); /* it was left open */
}

static void test_read(void **state)
{
	char text[SECRET_MAX + 4], expected[SECRET_MAX + 1];

	(void)state;
	check_read("hello\n", 6, 0, "hello");
	check_read("hello", 5, 0, "hello");
	check_read("hello\r\n", 7, 0, "hello");
	check_read("two words \nsecond line\n", 23, 0, "two words ");
	check_read("", 0, -ENODATA, NULL);
	check_read("\n", 1, -ENODATA, NULL);
	check_read("\r\n", 2, -ENODATA, NULL);
	check_read("\nhello\n", 7, -ENODATA, NULL);

	memset(text, 'x', sizeof(text));
	memset(expected, 'x', SECRET_MAX);
	expected[SECRET_MAX] = '\0';
	check_read(text, SECRET_MAX, 0, expected);
	check_read(text, SECRET_MAX + 1, -EMSGSIZE, NULL);
	check_read(text, sizeof(text), -EMSGSIZE, NULL);
	text[SECRET_MAX] = '\n';
	check_read(text, sizeof(text), 0, expected);
	text[SECRET_MAX] = '\r';
	text[SECRET_MAX + 1] = '\n';
	check_read(text, sizeof(text), 0, expected);
}

static void test_mode(void **state)
{
	(void)state;
	for (mode_t mode = 0; mode <= 0777; mode++) {
		struct secret s;
		struct stat st;
		bool allowed;
		int fd = file_of("hello", 5, mode);

		assert_int_equal(fstat(fd, &st), 0);
		allowed = !(mode & 0007) && (!(mode & 0070) || st.st_gid == 0);
		assert_int_equal(secret_read_fd(&s, fd), allowed ? 0 : -EACCES);
		close(fd);
	}
}

/* As root the group can be changed: then nobody but the owner may. */
static void test_mode_of_other_group(void **state)
{
	struct secret s;
	int fd;

	(void)state;
	if (geteuid() != 0)
		skip();
	fd = file_of("hello", 5, 0640);
	assert_int_equal(fchown(fd, 0, 0), 0);
	assert_int_equal(secret_read_fd(&s, fd), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(fchown(fd, 0, 1), 0);
	assert_int_equal(secret_read_fd(&s, fd), -EACCES);
	assert_false(secret_is_set(&s));
	close(fd);
}

static void test_read_pieces_of_a_pipe(void **state)
{
	struct secret s;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "hel", 3), 3);
	assert_int_equal(write(fds[1], "lo\n", 3), 3);
	close(fds[1]);
	assert_int_equal(secret_read_fd(&s, fds[0]), 0);
	assert_int_equal(s.len, 5);
	assert_memory_equal(s.data, "hello", 5);
	close(fds[0]);
	assert_int_equal(secret_read_fd(&s, fds[0]), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_mode),
		cmocka_unit_test(test_mode_of_other_group),
		cmocka_unit_test(test_read_pieces_of_a_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
