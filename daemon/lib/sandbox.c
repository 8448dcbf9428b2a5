/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Giving up root: user and groups, capabilities and bounding set, the file
 * system. The filters of system calls are in sandbox_seccomp.c.
 */
#include "lib/sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"

#define NOBODY 65534

static int find_user(const char *name, uid_t *uid, gid_t *gid)
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwnam(name);
	if (!pw) {
		log_warn("there is no user \"%s\"; running as nobody (create "
			 "it: useradd --system --no-create-home --shell "
			 "/usr/sbin/nologin %s)",
			 name, name);
		pw = getpwnam("nobody");
	}
	*uid = pw ? pw->pw_uid : NOBODY;
	*gid = pw ? pw->pw_gid : NOBODY;
	if (*uid == 0) {
		log_error("user \"%s\" is root; give it a number of its own",
			  name);
		return -EINVAL;
	}
	return 0;
}

static int enter_root(const char *dir)
{
	struct stat st;

	/* The directory first: what is checked is what becomes the root. */
	if (chdir(dir) || stat(".", &st)) {
		int err = errno;

		log_error("cannot enter %s: %s", dir, strerror(err));
		return -err;
	}
	if (st.st_uid != 0 || st.st_mode & (S_IWGRP | S_IWOTH)) {
		log_error("%s is to be a root directory, but others than root "
			  "can write it",
			  dir);
		return -EPERM;
	}
	if (chroot(".") || chdir("/")) {
		int err = errno;

		log_error("cannot make %s the root directory: %s", dir,
			  strerror(err));
		return -err;
	}
	return 0;
}

static int change_user(uid_t uid, gid_t gid)
{
	int err;

	capng_clear(CAPNG_SELECT_ALL);
	err = capng_change_id((int)uid, (int)gid,
			      CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING |
				      CAPNG_CLEAR_AMBIENT);
	if (err) {
		log_error("cannot become uid %u without capabilities "
			  "(libcap-ng: %d, %m)",
			  (unsigned int)uid, err);
		return -EPERM;
	}
	if (setuid(0) == 0 || seteuid(0) == 0 || getuid() != uid ||
	    geteuid() != uid) {
		log_error("root's privileges came back after they were "
			  "dropped");
		return -EPERM;
	}
	return 0;
}

static int close_the_ways(bool dumpable)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    (!dumpable && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))) {
		int err = errno;

		log_error("prctl: %s", strerror(err));
		return -err;
	}
	return 0;
}

/*
 * A change of user makes the kernel forget that we end with our parent. One
 * that died meanwhile is seen by another parent's number (init's, or that of
 * a subreaper).
 */
static int end_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL)) {
		int err = errno;

		log_error("prctl: %s", strerror(err));
		return -err;
	}
	if (getppid() != parent) {
		log_error("the process that started this one is gone");
		return -ESRCH;
	}
	return 0;
}

int sandbox_drop(const char *user, const char *root_dir)
{
	pid_t parent = getppid();
	uid_t uid;
	gid_t gid;
	int err;

	if (geteuid() != 0) {
		log_debug("not root: there are no privileges to drop");
		return close_the_ways(true);
	}
	err = find_user(user, &uid, &gid);
	if (!err && root_dir)
		err = enter_root(root_dir);
	if (!err)
		err = change_user(uid, gid);
	if (!err)
		err = close_the_ways(false);
	return err ? err : end_with(parent);
}
