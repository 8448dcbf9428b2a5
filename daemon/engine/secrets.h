/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The secrets of the configuration's lns, lac and lcce sections, from their
 * files: at the start, and again when a file has changed. A tunnel keeps the
 * secret that it began with.
 */
#ifndef L2TPD_ENGINE_SECRETS_H
#define L2TPD_ENGINE_SECRETS_H

struct engine;
struct monitor_secret;

/*
 * err: 0, or -errno, which was logged. Called once for each that was asked for.
 */
typedef void secrets_done(struct engine *e, int err);
/*
 * Asks the monitor for all of them, and adds their number to e->starting. 0 or
 * -errno.
 */
int secrets_ask(struct engine *e, secrets_done *done);
/*
 * MONITOR_SECRET_CHANGED: the file is read again. One that cannot be used is
 * logged, and changes nothing.
 */
void secrets_changed(struct engine *e, const struct monitor_secret *file);

#endif
