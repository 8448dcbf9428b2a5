/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine asks to be opened at its start, of what is configured: files
 * with secrets, and the sockets that hear new peers.
 */
#ifndef L2TPD_MONITOR_OPEN_REQUEST_H
#define L2TPD_MONITOR_OPEN_REQUEST_H

#include "monitor/request.h"

extern const struct request_row open_rows[]; /* of a struct config */

#endif
