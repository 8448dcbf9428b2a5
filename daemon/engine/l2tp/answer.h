/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The answer to a peer's SCCRQ. Where another tunnel has the place that it asks
 * for, that one is asked for a sign of life first, and who asks waits for it,
 * 3 s at most. So a peer that crashed is taken again, and one that is there is
 * thrown out by nobody.
 */
#ifndef L2TPD_ENGINE_L2TP_ANSWER_H
#define L2TPD_ENGINE_L2TP_ANSWER_H

struct tunnel;

/*
 * The SCCRP goes out, with what the owner configures, unless its path is
 * another's.
 */
void tunnel_answer(struct tunnel *t);
/*
 * t's SCCRQ waits for its answer; holder is established. When holder gives a
 * sign of life, t is refused with t->cause; when it is down, go_on is called,
 * unless t is down by then.
 */
void answer_wait(struct tunnel *t, struct tunnel *holder,
		 void (*go_on)(struct tunnel *t));
/* What the core says of a holder; and of any tunnel that is down. */
void answer_alive(struct tunnel *holder);
void answer_down(struct tunnel *t);

#endif
