/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counters of a subscriber's interface. */
#ifndef L2TPD_ENGINE_SERVICE_COUNTERS_H
#define L2TPD_ENGINE_SERVICE_COUNTERS_H

struct subscriber;

/* result -errno: there are none; else s->counters are those of now. */
typedef void counters_done(struct subscriber *s, int result);
/*
 * Asks for them; done is called once, also from within, unless the subscriber
 * ends before. Holds the link meanwhile.
 */
void counters_read(struct subscriber *s, counters_done *done);

#endif
