/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process gives up before it reads what others wrote: root's name, its
 * capabilities, the file system, and the system calls that it does not need.
 */
#ifndef L2TPD_LIB_SANDBOX_H
#define L2TPD_LIB_SANDBOX_H

#define SANDBOX_USER_ENGINE  "l2tpd"
#define SANDBOX_USER_AAA     "l2tpd-aaa"
#define SANDBOX_USER_ROUTER6 "l2tpd-router6"

enum sandbox_profile {
	/* a short list of calls on fds that it has; the rest kills */
	SANDBOX_ENGINE,
	/* a shorter one: no connections, and nothing is set on a socket */
	SANDBOX_ROUTER6,
	/* any call but those that make processes, or change the system */
	SANDBOX_AAA,
};

/*
 * Becomes user for good, without groups, capabilities, a bounding set or a way
 * to gain any, in root_dir when it is not NULL (which only root may be able to
 * write). A user that does not exist is nobody, with a warning. When we are
 * not root only the ways to gain privileges are closed. 0 or -errno, logged.
 */
int sandbox_drop(const char *user, const char *root_dir);

/*
 * Installs the profile's filter for this thread and those that it starts; it
 * cannot be taken back. After sandbox_drop. 0 or -errno, logged. Does nothing
 * but warn on a kernel without filters, and nothing in builds with address,
 * thread or memory sanitizers, which need more calls; with SANDBOX_LOG_ONLY
 * defined, calls outside of the list are logged, not punished.
 */
int sandbox_seccomp(enum sandbox_profile profile);

#endif
