/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: lines of JSON in, records out (ipc/control.h). A reply
 * of many records is made as fast as the client reads it, a slice at a time,
 * so that a list of 50,000 sessions neither fills memory nor holds up the loop.
 */
#ifndef L2TPD_ENGINE_CONTROL_CONTROL_H
#define L2TPD_ENGINE_CONTROL_CONTROL_H

struct engine;

/* fd, taken over, is the listening socket; see clients.h. 0 or -ENOMEM. */
int controls_start(struct engine *e, int fd);
void controls_free(struct engine *e);

#endif
