/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pppd is here, and which one the plugin is for; see ppp_version.h. */
#include "monitor/ppp_version.h"

#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/version.h"

#define ANSWER_MS   5000
#define VERSION_MAX 32
#define PLUGIN_DIRS "/usr/lib/pppd"

/* "pppd version 2.4.9", on stdout or stderr. */
static bool take_version(const char *text, char out[static VERSION_MAX])
{
	const char *at = strstr(text, "version ");

	return at && sscanf(at, "version %31[0-9A-Za-z.+~-]", out) == 1;
}

/* What it says within the time that it has. */
static void read_answer(int fd, char *buf, size_t size)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t used = 0;

	while (used + 1 < size && poll(&p, 1, ANSWER_MS) == 1) {
		ssize_t n = read(fd, buf + used, size - used - 1);

		if (n <= 0)
			break;
		used += (size_t)n;
	}
	buf[used] = '\0';
}

static bool spawn_version(const char *pppd, int out, pid_t *pid)
{
	char *const argv[] = { (char *)(uintptr_t) "pppd",
			       (char *)(uintptr_t) "--version", NULL };
	char *const env[] = { NULL };
	posix_spawn_file_actions_t files;
	int err;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null",
					 O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
	err = posix_spawn(pid, pppd, &files, NULL, argv, env);
	posix_spawn_file_actions_destroy(&files);
	return err == 0;
}

static bool pppd_version(const char *pppd, char out[static VERSION_MAX])
{
	char text[256] = "";
	int pipes[2];
	pid_t pid;
	bool ran;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return false;
	ran = spawn_version(pppd, pipes[1], &pid);
	close(pipes[1]);
	if (ran) {
		read_answer(pipes[0], text, sizeof(text));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	close(pipes[0]);
	return take_version(text, out);
}

/* The mark that plugin/main.c leaves in it. */
static bool find_mark(const char *map, size_t len, char out[static VERSION_MAX])
{
	const char *at = memmem(map, len, L2TPD_PLUGIN_MARK,
				sizeof(L2TPD_PLUGIN_MARK) - 1);
	size_t n = 0;

	if (!at)
		return false;
	at += sizeof(L2TPD_PLUGIN_MARK) - 1;
	while (at + n < map + len && at[n] && n < VERSION_MAX - 1) {
		out[n] = at[n];
		n++;
	}
	out[n] = '\0';
	return n > 0;
}

static bool version_of_file(const char *path, char out[static VERSION_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	bool found = false;
	struct stat st;
	void *map;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
		map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd,
			   0);
		if (map != MAP_FAILED) {
			found = find_mark(map, (size_t)st.st_size, out);
			munmap(map, (size_t)st.st_size);
		}
	}
	close(fd);
	return found;
}

/* The one of pppd's folder, or else of the folder of another version. */
static bool plugin_version(const char *plugin, const char *pppd,
			   char out[static VERSION_MAX])
{
	char path[512];
	bool found;
	glob_t all;

	if (strchr(plugin, '/'))
		return version_of_file(plugin, out);
	snprintf(path, sizeof(path), PLUGIN_DIRS "/%s/%s", pppd, plugin);
	if (access(path, F_OK) == 0)
		return version_of_file(path, out);
	snprintf(path, sizeof(path), PLUGIN_DIRS "/*/%s", plugin);
	found = glob(path, 0, NULL, &all) == 0 &&
		version_of_file(all.gl_pathv[0], out);
	globfree(&all);
	return found;
}

bool ppp_version_differs(const char *pppd, const char *plugin, char *why,
			 size_t size)
{
	char here[VERSION_MAX], wanted[VERSION_MAX];

	if (!pppd_version(pppd, here) ||
	    !plugin_version(plugin, here, wanted) || strcmp(here, wanted) == 0)
		return false;
	snprintf(why, size,
		 "pppd %s is here, l2tpd.so is for %s; install the l2tpd.so "
		 "that was built for it",
		 here, wanted);
	return true;
}
