/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The router6 process: it answers callers' router solicitations and DHCPv6
 * messages. It reads what strangers wrote, so it has nothing but two sockets.
 */
#ifndef L2TPD_ROUTER6_ROUTER6_H
#define L2TPD_ROUTER6_ROUTER6_H

/*
 * Runs until the monitor closes its channel (ipc/router6.h); the process's exit
 * status.
 */
int router6_main(int monitor_fd, const char *runtime_dir);

#endif
