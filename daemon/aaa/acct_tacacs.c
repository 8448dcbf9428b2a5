/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accounting records as TACACS+ has them (RFC 8907, sections 7 and 8.3). */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>

#include "aaa/acct_record.h"
#include "aaa/acct_way.h"
#include "aaa/internal.h"
#include "aaa/tacacs.h"

/*
 * A report in between has what is new, so that it is an update: section 7.2,
 * the table of flags.
 */
static unsigned int flags_of(enum aaa_acct_kind kind)
{
	switch (kind) {
	case AAA_ACCT_START:
	case AAA_ACCT_ON:
		return TACACS_ACCT_START;
	case AAA_ACCT_STOP:
	case AAA_ACCT_OFF:
		return TACACS_ACCT_STOP;
	case AAA_ACCT_INTERIM:
		break;
	}
	return TACACS_ACCT_WATCHDOG | TACACS_ACCT_START;
}

/* RFC 2866's causes, in words; NULL: not told. */
static const char *reason_of(enum service_end end)
{
	switch (end) {
	case SERVICE_END_USER_REQUEST:
		return "user-request";
	case SERVICE_END_LOST_CARRIER:
		return "lost-carrier";
	case SERVICE_END_LOST_SERVICE:
		return "lost-service";
	case SERVICE_END_IDLE_TIMEOUT:
		return "idle-timeout";
	case SERVICE_END_SESSION_TIMEOUT:
		return "session-timeout";
	case SERVICE_END_ADMIN_RESET:
		return "admin-reset";
	case SERVICE_END_ADMIN_REBOOT:
		return "admin-reboot";
	case SERVICE_END_PORT_ERROR:
		return "port-error";
	case SERVICE_END_NAS_ERROR:
		return "nas-error";
	case SERVICE_END_NAS_REQUEST:
		return "nas-request";
	case SERVICE_END_NAS_REBOOT:
		return "nas-reboot";
	case SERVICE_END_PORT_UNNEEDED:
		return "port-unneeded";
	case SERVICE_END_PORT_PREEMPTED:
		return "port-preempted";
	case SERVICE_END_USER_ERROR:
		return "user-error";
	}
	return NULL;
}

/* Of l2tpd itself, which starts or ends. */
static void add_system(struct tacacs_draft *d, const struct aaa_acct *r)
{
	tacacs_draft_number(d, TACACS_AUTHEN_METHOD, TACACS_METHOD_NOT_SET);
	tacacs_draft_number(d, TACACS_PRIV_LVL, TACACS_PRIV_USER);
	tacacs_draft_arg(d, "service", "system");
	tacacs_draft_arg(d, "event", "sys_acct");
	tacacs_draft_arg(d, "reason",
			 r->kind == AAA_ACCT_ON ? "start" : "stop");
}

static void add_counters(struct tacacs_draft *d, const struct aaa_acct *r)
{
	const struct ppp_counters *n = &r->counters;

	tacacs_draft_arg(d, "elapsed_time", "%u", r->session_time_s);
	/* In is what came from the user. */
	tacacs_draft_arg(d, "bytes_in", "%" PRIu64, n->rx_bytes);
	tacacs_draft_arg(d, "bytes_out", "%" PRIu64, n->tx_bytes);
	tacacs_draft_arg(d, "paks_in", "%" PRIu64, n->rx_packets);
	tacacs_draft_arg(d, "paks_out", "%" PRIu64, n->tx_packets);
}

static void add_end(struct tacacs_draft *d, const struct aaa_acct *r)
{
	const char *reason = reason_of(r->end);

	tacacs_draft_arg(d, "stop_time", "%" PRIu64, r->when);
	if (reason)
		tacacs_draft_arg(d, "reason", "%s", reason);
}

static void add_session(struct tacacs_draft *d, const struct aaa_acct *r)
{
	char address[INET_ADDRSTRLEN];

	tacacs_draft_number(d, TACACS_AUTHEN_METHOD,
			    r->authentic == 2 ? TACACS_METHOD_LOCAL :
						TACACS_METHOD_TACACSPLUS);
	tacacs_draft_call(d, TACACS_TYPE_NOT_SET, r->service.user, &r->call);
	tacacs_draft_arg(d, "start_time", "%" PRIu64,
			 r->when - r->session_time_s);
	tacacs_draft_arg(d, "service", "ppp");
	tacacs_draft_arg(d, "protocol", "ip");
	if (r->remote_ipv4 &&
	    inet_ntop(AF_INET, &r->remote_ipv4, address, sizeof(address)))
		tacacs_draft_arg(d, "addr", "%s", address);
	if (r->kind != AAA_ACCT_START)
		add_counters(d, r);
	if (r->kind == AAA_ACCT_STOP)
		add_end(d, r);
}

static int build(void *arg, struct tacacs_draft *d)
{
	const struct acct_sending *s = arg;
	struct aaa_acct r;

	if (acct_record_read(&r, s->body, s->len))
		return -EINVAL;
	tacacs_draft_number(d, TACACS_FLAGS, flags_of(r.kind));
	tacacs_draft_arg(d, "task_id", "%s", r.call.session_id);
	/* All times are seconds since 1970, which know no zone. */
	tacacs_draft_arg(d, "timezone", "UTC");
	if (r.kind == AAA_ACCT_ON || r.kind == AAA_ACCT_OFF)
		add_system(d, &r);
	else
		add_session(d, &r);
	return 0;
}

static void on_reply(void *arg, int result, const struct tacacs_answer *answer)
{
	const struct acct_sending *s = arg;

	(void)answer;
	s->done(s->arg, result);
}

static int say(struct aaa *a, const struct config_ppp *p,
	       struct acct_sending *s)
{
	return tacacs_send(a->tacacs, &p->tacacs, TACACS_ACCT_REQUEST, build,
			   on_reply, s);
}

static bool is_ready(const struct aaa *a, const struct config_ppp *p)
{
	return tacacs_is_ready(a->tacacs, &p->tacacs);
}

static bool is_alive(const struct aaa *a, const struct config_ppp *p)
{
	return tacacs_is_alive(a->tacacs, &p->tacacs);
}

const struct acct_way acct_by_tacacs = {
	.send = say,
	.is_ready = is_ready,
	.is_alive = is_alive,
};
