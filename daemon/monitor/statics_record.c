/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record of static tunnels in state-dir; see statics_record.h. */
#include "monitor/statics_record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"

#define HEADER	 "# l2tpd static tunnels, version 1"
#define FILE_MAX (16u << 20)

static const char *const names[] = {
	[STATICS_MADE] = "static.made",
	[STATICS_ADDED] = "static.added",
};

static void path_of(const char *dir, enum statics_file file, const char *suffix,
		    char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s%s", dir, names[file], suffix);
}

/*
 * Which kernel's tunnels: they end with the boot, and belong to a
 * network namespace.
 */
static void header_of(enum statics_file file, char *line, size_t size)
{
	char boot[64] = "";
	struct stat net = { 0 };
	FILE *f;

	if (file == STATICS_ADDED) {
		snprintf(line, size, HEADER "\n");
		return;
	}
	f = fopen("/proc/sys/kernel/random/boot_id", "re");
	if (f && !fgets(boot, sizeof(boot), f))
		boot[0] = '\0';
	if (f)
		fclose(f);
	boot[strcspn(boot, "\n")] = '\0';
	if (stat("/proc/self/ns/net", &net))
		net.st_ino = 0;
	snprintf(line, size, HEADER ", boot %s, network namespace %llu\n", boot,
		 (unsigned long long)net.st_ino);
}

void statics_record_refuse(const char *dir, enum statics_file file,
			   const char *why)
{
	char path[PATH_MAX], aside[PATH_MAX];

	path_of(dir, file, "", path);
	path_of(dir, file, ".damaged", aside);
	if (rename(path, aside))
		log_error("%s: %s, and it cannot be put aside: %s", path, why,
			  strerror(errno));
	else if (file == STATICS_ADDED)
		log_error("%s: %s; the static tunnels of commands are not "
			  "made: add them again; it is %s now",
			  path, why, aside);
	else
		log_error("%s: %s; static tunnels that l2tpd made before are "
			  "not known as its own: remove them with \"ip l2tp "
			  "del tunnel\"; it is %s now",
			  path, why, aside);
}

/* 0 with the file's bytes and a NUL, or -errno. */
static int read_file(int fd, char **out, size_t *len)
{
	struct stat st;
	char *text;
	ssize_t n;

	if (fstat(fd, &st))
		return -errno;
	/* What is in it is done as root. */
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_mode & 077)
		return -EPERM;
	if (st.st_size > FILE_MAX)
		return -EFBIG;
	text = calloc(1, (size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	n = read(fd, text, (size_t)st.st_size);
	if (n != st.st_size) {
		int err = n < 0 ? -errno : -EIO;

		free(text);
		return err;
	}
	*out = text;
	*len = (size_t)n;
	return 0;
}

static int check(const char *dir, enum statics_file file, const char *text,
		 size_t len)
{
	char header[256];

	header_of(file, header, sizeof(header));
	if (memchr(text, 0, len) ||
	    strncmp(text, HEADER, strlen(HEADER)) != 0) {
		statics_record_refuse(dir, file,
				      "this is no record of static tunnels "
				      "that this l2tpd wrote");
		return -EBADMSG;
	}
	/* What this kernel has, somebody else made. */
	return strncmp(text, header, strlen(header)) == 0 ? 0 : -ENOENT;
}

int statics_record_read(const char *dir, enum statics_file file, char **out)
{
	char path[PATH_MAX], *text = NULL;
	size_t len = 0;
	int fd, err;

	path_of(dir, file, "", path);
	fd = open(path,
		  O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
	err = fd < 0 ? -errno : read_file(fd, &text, &len);
	if (fd >= 0)
		close(fd);
	if (err == -EPERM)
		log_error("%s: it is not read, for others than root "
			  "may write or read it; look at what is in "
			  "it, then \"chown root\" and \"chmod 600\"",
			  path);
	else if (err && err != -ENOENT)
		log_error("%s: cannot be read: %s", path, strerror(-err));
	if (!err && text)
		err = check(dir, file, text, len);
	if (err)
		free(text);
	else
		*out = text;
	return err;
}

static int write_all(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

static int write_new(const char *path, const char *header, const char *text)
{
	int fd = open(path,
		      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		      0600);
	int err = fd < 0 ? -errno : write_all(fd, header);

	if (!err)
		err = write_all(fd, text);
	if (!err && fsync(fd))
		err = -errno;
	if (fd >= 0 && close(fd) && !err)
		err = -errno;
	return err;
}

static void sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (fsync(fd))
		log_debug("%s: cannot be synced: %s", dir, strerror(errno));
	close(fd);
}

int statics_record_write(const char *dir, enum statics_file file,
			 const char *text)
{
	char path[PATH_MAX], new[PATH_MAX], header[256];
	int err = 0;

	path_of(dir, file, "", path);
	path_of(dir, file, ".new", new);
	header_of(file, header, sizeof(header));
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		err = -errno;
	if (!err)
		err = write_new(new, header, text);
	if (!err && rename(new, path))
		err = -errno;
	if (err)
		log_error("%s: static tunnels cannot be recorded: %s; make "
			  "room, or name another state-dir",
			  path, strerror(-err));
	else
		sync_folder(dir);
	return err;
}
