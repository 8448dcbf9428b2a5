/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whom a CoA client means, and what is done to them. */
#include "engine/service/coa.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/link/link.h"
#include "engine/service/facts.h"
#include "engine/service/subscriber.h"
#include "engine/tell.h"
#include "ipc/aaa.h"
#include "lib/log.h"

/* Error-Cause, RFC 5176, section 3.6 */
enum { NO_SUCH_SESSION = 503, INVALID_REQUEST = 404 };

/* ---- which ---- */

static bool is_understood(const struct aaa_coa *q)
{
	const struct service *s = &q->service;

	for (size_t i = 0; i < s->class_n && i < SERVICE_CLASSES_MAX; i++)
		if (s->class_len[i] > SERVICE_CLASS_MAX)
			return false;
	return ipc_is_text(q->client) && ipc_is_text(q->session_id) &&
	       ipc_is_text(q->user) && ipc_is_text(q->calling_number) &&
	       ipc_is_text(q->called_number) && ipc_is_text(q->nas_port_id) &&
	       ipc_is_text(s->filter_id) && s->class_n <= SERVICE_CLASSES_MAX &&
	       s->route_n <= SERVICE_ROUTES_MAX &&
	       (q->kind == AAA_COA_DISCONNECT || q->kind == AAA_COA_CHANGE);
}

/*
 * What a RADIUS server was told of the link before its interface had a
 * name, and after.
 */
static bool is_port(const struct service_call *d, const char *port_id)
{
	char text[32];

	if (d->ifname[0] && strcmp(d->ifname, port_id) == 0)
		return true;
	snprintf(text, sizeof(text), "l2tp %u/%u", d->tunnel_id, d->id);
	return strcmp(text, port_id) == 0;
}

/* What only its transport knows. */
static bool has_facts(struct link *l, const struct aaa_coa *q)
{
	struct service_call d;

	if (!q->calling_number[0] && !q->called_number[0] &&
	    !q->have_nas_port && !q->nas_port_id[0])
		return true;
	facts_of(l, &d);
	if (q->have_nas_port && q->nas_port != service_nas_port(&d))
		return false;
	if (q->nas_port_id[0] && !is_port(&d, q->nas_port_id))
		return false;
	if (q->calling_number[0] &&
	    strcmp(d.calling_number[0] ? d.calling_number : d.peer,
		   q->calling_number) != 0)
		return false;
	return !q->called_number[0] ||
	       strcmp(d.called_number[0] ? d.called_number : d.local,
		      q->called_number) == 0;
}

static bool is_prefix(const struct service_prefix6 *has,
		      const struct service_prefix6 *wanted)
{
	return !wanted->len ||
	       (has->len == wanted->len &&
		memcmp(has->addr, wanted->addr, sizeof(has->addr)) == 0);
}

static bool is_meant(const struct subscriber *s, const struct aaa_coa *q)
{
	struct link *l = s->link;
	uint32_t address = l->remote_ipv4 ? l->remote_ipv4 : htonl(s->lease);

	if (s->leaving)
		return false;
	if (q->session_id[0] && strcmp(l->acct_id, q->session_id) != 0)
		return false;
	if (q->user[0] && strcmp(s->given.user, q->user) != 0)
		return false;
	if (q->address && address != q->address)
		return false;
	if (!is_prefix(&s->given.prefix6, &q->prefix6) ||
	    !is_prefix(&s->given.delegated6, &q->delegated6))
		return false;
	if (q->have_ifid &&
	    memcmp(s->remote_ifid, q->ifid, sizeof(q->ifid)) != 0)
		return false;
	return has_facts(l, q);
}

/*
 * The walk over those that may be meant: by the key that the fewest
 * have, else over all.
 */
static struct subscriber *next_of(struct engine *e, const struct aaa_coa *q,
				  const struct subscriber *s, uint64_t *place)
{
	if (q->session_id[0])
		return s ? NULL : registry_by_id(e, q->session_id);
	if (q->address)
		return s ? registry_next_of_address(s) :
			   registry_by_address(e, q->address);
	if (q->delegated6.len)
		return s ? registry_next_of_prefix6(s, REGISTRY_DELEGATED6) :
			   registry_by_prefix6(e, REGISTRY_DELEGATED6,
					       &q->delegated6);
	if (q->prefix6.len)
		return s ? registry_next_of_prefix6(s, REGISTRY_PREFIX6) :
			   registry_by_prefix6(e, REGISTRY_PREFIX6,
					       &q->prefix6);
	if (q->user[0])
		return s ? registry_next_of_name(s) :
			   registry_by_name(e, q->user);
	return registry_walk(e, place);
}

/* ---- what ---- */

static void disconnect(struct subscriber *s, const struct aaa_coa *q)
{
	struct cause cause =
		cause_make(CAUSE_ADMINISTRATIVE,
			   "disconnected by %s (Disconnect-Request)",
			   q->client);
	char what[WHOSE_MAX];

	log_notice("%s: %s", link_describe(s->link, what, sizeof(what)),
		   cause.text);
	subscriber_set_end(s->link, SERVICE_END_ADMIN_RESET);
	link_close(s->link, &cause);
}

static void change(struct subscriber *s, const struct aaa_coa *q)
{
	char what[WHOSE_MAX];

	log_info("%s: changed by %s (CoA-Request)",
		 link_describe(s->link, what, sizeof(what)), q->client);
	subscriber_change(s, q->changes, &q->service);
}

static uint32_t act(struct engine *e, const struct aaa_coa *q)
{
	uint64_t place = 0;
	uint32_t n = 0;

	/*
	 * Neither frees a subscriber before the turn of the loop is over: the
	 * list stands still.
	 */
	for (struct subscriber *s = next_of(e, q, NULL, &place); s;
	     s = next_of(e, q, s, &place)) {
		if (!is_meant(s, q))
			continue;
		n++;
		if (q->kind == AAA_COA_DISCONNECT)
			disconnect(s, q);
		else
			change(s, q);
	}
	return n;
}

void coa_request(struct engine *e, const struct aaa_coa *q)
{
	struct aaa_coa_done done = {
		.serial = q->serial,
		.error_cause = INVALID_REQUEST,
	};

	if (is_understood(q)) {
		done.sessions = act(e, q);
		done.error_cause = done.sessions ? 0 : NO_SUCH_SESSION;
	}
	tell(&e->aaa, AAA_COA_DONE, &done, sizeof(done),
	     "a CoA client is told too late what was done");
}
