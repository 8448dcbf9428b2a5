/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The monitor: root's part of l2tpd. It starts the other two processes, opens
 * sockets, installs tunnels and sessions, runs pppd, and holds every fd that a
 * live tunnel or session needs. It parses nothing that came from the network.
 */
#ifndef L2TPD_MONITOR_MONITOR_H
#define L2TPD_MONITOR_MONITOR_H

#include <stdbool.h>

struct monitor_options {
	const char *config_file;
	/* control.sock, dial.sock, the engine's empty root */
	const char *runtime_dir;
	const char *plugin; /* l2tpd.so, for pppd */
	const char *vici;   /* the socket of strongSwan's charon */
	bool foreground;
	bool null_dataplane;
	int log_level;
};

/* Runs until it is told to stop; the process's exit status. */
int monitor_main(const struct monitor_options *options);

#endif
