/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the file that l2tpd was started with still says what runs. */
#ifndef L2TPD_MONITOR_CONFIG_FILE_H
#define L2TPD_MONITOR_CONFIG_FILE_H

#include <sys/stat.h>

#include "monitor/request.h"

struct config_file {
	const char *path;    /* absolute; borrowed, as the next */
	const char *running; /* what runs, in canonical form */
	/*
	 * the file that the answer is of: it is read again when it is another;
	 * zeroed: none
	 */
	struct stat st;
	struct monitor_config_file answer;
};

/* MONITOR_CONFIG_FILE; the object is a struct config_file. */
extern const struct request_row config_file_rows[];

#endif
