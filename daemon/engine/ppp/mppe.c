/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Encryption is the kernel's: it looks at the frames of CCP that pass the unit,
 * and an Ack starts what was set before it (ppp_ccp_peek). So our own Request
 * waits until the keys to receive with are set, and an Ack of ours until those
 * to send with are; each anew, for the kernel goes on from the last key else.
 */
#include "engine/ppp/internal.h"

#include <errno.h>
#include <string.h>

#include "lib/log.h"

static void on_set(void *arg, int result, struct ipc_message *m)
{
	struct link *l = arg;
	struct builtin *b = builtin_of(l);

	(void)m;
	if (b && !b->over) {
		b->settings--;
		if (result)
			builtin_upper(b)->give_up(
				b,
				"the kernel cannot encrypt it; MPPE "
				"needs the module ppp_mppe "
				"(CONFIG_PPP_MPPE)",
				result);
		else
			builtin_flush(b);
	}
	turn_settle(&l->engine->turn);
	link_release(l);
}

/* What follows on the unit waits for it. */
static void set(struct builtin *b, struct monitor_ppp_mppe *body)
{
	body->link = b->link->id;
	body->open = b->mppe_open;
	body->up = b->mppe_known;
	body->required = b->mppe_required;
	if (channel_request(&builtin_engine(b)->monitor, MONITOR_PPP_MPPE, body,
			    sizeof(*body), NULL, 0, on_set, b->link) == 0) {
		link_hold(b->link);
		b->settings++;
	}
	explicit_bzero(body, sizeof(*body));
}

void builtin_mppe_key(struct builtin *b, const struct ppp_mppe_key *k)
{
	struct monitor_ppp_mppe body = {
		.send = k->send,
		.receive = !k->send,
	};

	memcpy(k->send ? body.send_option : body.receive_option, k->option,
	       sizeof(body.send_option));
	memcpy(k->send ? body.send_key : body.receive_key, k->key,
	       sizeof(body.send_key));
	b->mppe_open = true;
	set(b, &body);
}

static void tell(struct builtin *b, uint8_t bits, bool stateful)
{
	const struct ppp_call_mppe m = { .bits = bits, .stateful = stateful };

	link_service(b->link)->mppe(b->link, &m);
}

void builtin_mppe_up(struct builtin *b, const struct ppp_mppe_info *m)
{
	b->mppe_up = true;
	tell(b, m->bits, m->stateful);
	if (!builtin_mark(b))
		builtin_upper(b)->give_up(b, "it cannot be encrypted", -ENOMEM);
}

/*
 * With CCP up the kernel starts nothing at an Ack any more: it is told when
 * ours has passed.
 */
void builtin_mppe_acked(struct builtin *b)
{
	struct monitor_ppp_mppe body = { 0 };

	if (!b->mppe_up || b->mppe_known || b->over)
		return;
	b->mppe_known = true;
	set(b, &body);
}

/* A call that ends does not go on in clear. */
static bool goes_on(const struct builtin *b)
{
	struct ppp_info i;

	if (b->over)
		return false;
	ppp_link_info(b->core, &i);
	return i.phase != PPP_PHASE_TERMINATE && i.phase != PPP_PHASE_DEAD;
}

void builtin_mppe_down(struct builtin *b)
{
	struct monitor_ppp_mppe body = { 0 };

	if (!b->mppe_up)
		return;
	b->mppe_up = b->mppe_known = false;
	if (!b->over)
		set(b, &body);
	if (goes_on(b))
		tell(b, 0, false);
}
