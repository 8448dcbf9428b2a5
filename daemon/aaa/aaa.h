/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The aaa process: users, their secrets, and names of the DNS. It may block. */
#ifndef L2TPD_AAA_AAA_H
#define L2TPD_AAA_AAA_H

/*
 * Runs until the monitor closes its channel (ipc/aaa.h); the
 * process's exit status.
 */
int aaa_main(int monitor_fd);

#endif
