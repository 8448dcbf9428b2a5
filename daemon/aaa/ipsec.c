/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's questions to charon. Each is a job with a connection of its own,
 * since vici has one command at a time on a connection, and an initiate takes
 * long; so many run at once, the others wait. A job lists the SAs; to initiate,
 * it has them made when they are missing and then lists them again: it is the
 * list that says what is there.
 */
#include "aaa/ipsec_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

#define JOBS_AT_ONCE 16
#define JOBS_WAITING 4096
#define LIST_MS	     5000 /* charon lists its SAs within this */
/* charon gives up then; the rest is for the lists */
#define CHARON_MS    (AAA_IPSEC_INITIATE_MS - LIST_MS)

enum step {
	STEP_OPEN,
	STEP_REGISTER_LIST,
	STEP_LIST,
	STEP_REGISTER_LOG,
	STEP_INITIATE,
	STEP_LIST_AGAIN
};

struct ipsec_job {
	struct ipsec_conn conn; /* the first member: a conn of ours is a job */
	struct ipsec *ipsec;
	struct ipsec_job *next;
	enum ipsec_job_kind kind;
	enum step step;
	struct aaa_asker asker;
	struct aaa_ipsec_initiate q; /* of SHOW: its flow only */
	struct ipsec_report report;
	char error[256];     /* why charon did not initiate */
	char last_word[160]; /* of its log while it tried */
	struct loop_timer timer;
};

/* ---- the lists ---- */

static void jobs_start(struct ipsec *i, enum ipsec_job_kind kind);

static void list_append(struct ipsec_jobs *l, struct ipsec_job *j)
{
	j->next = NULL;
	if (!l->waiting)
		l->waiting_end = &l->waiting;
	*l->waiting_end = j;
	l->waiting_end = &j->next;
	l->waiting_n++;
}

static void job_free(struct ipsec_job *j)
{
	loop_timer_stop(&j->timer);
	ipsec_conn_close(&j->conn);
	free(j);
}

static void job_answer(struct ipsec_job *j)
{
	aaa_answer(j->ipsec->engine, &j->asker, 0, &j->report,
		   sizeof(j->report));
	job_free(j);
}

static void job_cannot(struct ipsec_job *j, const char *why)
{
	j->report = (struct ipsec_report){ .cover = IPSEC_UNKNOWN };
	snprintf(j->report.why, sizeof(j->report.why), "%s", why);
}

/* Ends a job that runs: its answer is its report. */
static void job_end(struct ipsec_job *j)
{
	struct ipsec *i = j->ipsec;
	enum ipsec_job_kind kind = j->kind;
	struct ipsec_job **p = &i->jobs[kind].running;

	while (*p != j)
		p = &(*p)->next;
	*p = j->next;
	i->jobs[kind].running_n--;
	job_answer(j);
	jobs_start(i, kind);
}

static void job_fail(struct ipsec_job *j, const char *why)
{
	job_cannot(j, why);
	job_end(j);
}

/* ---- steps ---- */

static int list_sas(struct ipsec_job *j)
{
	ipsec_report_begin(&j->report, &j->q.flow);
	return ipsec_conn_command(&j->conn, "list-sas", NULL, 0);
}

static int initiate(struct ipsec_job *j)
{
	char child[IPSEC_NAME_MAX], *slash, timeout[16];
	struct ipsec_pair args[] = {
		{ "child", child },
		{ "timeout", timeout },
		{ "loglevel", "1" },
		{ "ike", child },
	};

	memcpy(child, j->q.child, sizeof(child));
	slash = strchr(child, '/');
	if (slash) {
		*slash = '\0';
		args[0].value = slash + 1;
	}
	snprintf(timeout, sizeof(timeout), "%u", CHARON_MS);
	return ipsec_conn_command(&j->conn, "initiate", args, slash ? 4 : 3);
}

/* false: the job is gone. */
static bool enter(struct ipsec_job *j, enum step step)
{
	int err = -EPROTO;

	j->step = step;
	switch (step) {
	case STEP_OPEN:
		return true;
	case STEP_REGISTER_LIST:
		err = ipsec_conn_register(&j->conn, "list-sa");
		break;
	case STEP_REGISTER_LOG:
		err = ipsec_conn_register(&j->conn, "control-log");
		break;
	case STEP_LIST:
	case STEP_LIST_AGAIN:
		err = list_sas(j);
		break;
	case STEP_INITIATE:
		err = initiate(j);
		break;
	}
	if (!err)
		return true;
	job_fail(j, err == -EMSGSIZE ?
			    "that is too long for the name of a child" :
			    strerror(-err));
	return false;
}

/* What initiate's response says, in j->error: "" when it went well. */
static void read_response(struct ipsec_job *j, struct rbuf message)
{
	struct vici_cursor c = vici_cursor(message);
	/* leaves room for the last word */
	char text[80] = "it does not say why";
	struct vici_item item;
	bool success = false;

	while (vici_next(&c, &item)) {
		if (item.type == VICI_KEY_VALUE &&
		    vici_is(item.name, "success"))
			success = vici_is(item.value, "yes");
		else if (item.type == VICI_KEY_VALUE &&
			 vici_is(item.name, "errmsg"))
			vici_string(item.value, text, sizeof(text));
	}
	j->error[0] = '\0';
	if (!success)
		snprintf(j->error, sizeof(j->error), "charon: %s%s%s", text,
			 j->last_word[0] ? "; " : "", j->last_word);
}

/*
 * What the parts of charon that decide say last is the reason,
 * when there is one.
 */
static void read_log(struct ipsec_job *j, struct rbuf message)
{
	struct vici_cursor c = vici_cursor(message);
	struct vici_text group = { 0 }, text = { 0 };
	struct vici_item item;

	while (vici_next(&c, &item)) {
		if (item.type == VICI_KEY_VALUE && vici_is(item.name, "group"))
			group = item.value;
		else if (item.type == VICI_KEY_VALUE &&
			 vici_is(item.name, "msg"))
			text = item.value;
	}
	if (text.len && (vici_is(group, "IKE") || vici_is(group, "CFG") ||
			 vici_is(group, "CHD") || vici_is(group, "KNL")))
		vici_string(text, j->last_word, sizeof(j->last_word));
}

static void on_child(void *arg, const struct ipsec_ike *ike,
		     const struct ipsec_child_read *child)
{
	struct ipsec_job *j = arg;

	ipsec_report_add(&j->report, &j->q.flow, ike, child);
}

/* charon answered the step that is under way. */
static bool proceed(struct ipsec_job *j, const struct vici_packet *p)
{
	switch (j->step) {
	case STEP_OPEN:
		break;
	case STEP_REGISTER_LIST:
		return enter(j, STEP_LIST);
	case STEP_LIST:
		if (j->kind != IPSEC_JOB_INITIATE ||
		    j->report.cover == IPSEC_PROTECTED)
			break;
		return enter(j, STEP_REGISTER_LOG);
	case STEP_REGISTER_LOG:
		return enter(j, STEP_INITIATE);
	case STEP_INITIATE:
		read_response(j, p->message);
		return enter(j, STEP_LIST_AGAIN);
	case STEP_LIST_AGAIN:
		if (j->report.cover != IPSEC_PROTECTED && j->error[0])
			memcpy(j->report.why, j->error, sizeof(j->error));
		break;
	}
	job_end(j);
	return false;
}

static bool on_packet(struct ipsec_conn *c, const struct vici_packet *p)
{
	struct ipsec_job *j = (struct ipsec_job *)c;
	bool registering = j->step == STEP_REGISTER_LIST ||
			   j->step == STEP_REGISTER_LOG;

	if (p->type == VICI_EVENT) {
		if (vici_is(p->name, "list-sa") &&
		    (j->step == STEP_LIST || j->step == STEP_LIST_AGAIN))
			ipsec_read_list_sa(p->message, on_child, j);
		else if (vici_is(p->name, "control-log") &&
			 j->step == STEP_INITIATE)
			read_log(j, p->message);
		return true;
	}
	if (p->type == (registering ? VICI_EVENT_CONFIRM : VICI_CMD_RESPONSE))
		return proceed(j, p);
	job_fail(j, "charon does not know what it is asked: is it strongSwan "
		    "5.2 or later?");
	return false;
}

static void on_open(struct ipsec_conn *c)
{
	(void)enter((struct ipsec_job *)c, STEP_REGISTER_LIST);
}

static void on_failed(struct ipsec_conn *c, const char *why)
{
	job_fail((struct ipsec_job *)c, why);
}

static void on_timeout(struct loop_timer *t)
{
	struct ipsec_job *j = container_of(t, struct ipsec_job, timer);

	job_fail(j, "charon does not answer");
}

/* ---- requests ---- */

static int job_start(struct ipsec_job *j)
{
	static const struct ipsec_conn_events events = { on_open, on_packet,
							 on_failed };
	struct loop *loop = j->ipsec->loop;
	uint64_t ms = j->kind == IPSEC_JOB_INITIATE ? AAA_IPSEC_INITIATE_MS :
						      LIST_MS;
	int err = ipsec_conn_open(&j->conn, loop, j->ipsec->monitor, &events);

	return err ? err :
		     loop_timer_set(loop, &j->timer, loop_now(loop) + ms,
				    on_timeout);
}

static void jobs_start(struct ipsec *i, enum ipsec_job_kind kind)
{
	struct ipsec_jobs *l = &i->jobs[kind];

	while (l->waiting && l->running_n < JOBS_AT_ONCE) {
		struct ipsec_job *j = l->waiting;
		int err;

		l->waiting = j->next;
		l->waiting_n--;
		err = job_start(j);
		if (err) {
			job_cannot(j, err == -EPIPE ? "the monitor is gone" :
						      strerror(-err));
			job_answer(j);
			continue;
		}
		j->next = l->running;
		l->running = j;
		l->running_n++;
	}
}

static void refuse(struct ipsec *i, const struct ipc_header *h, int err)
{
	channel_reply(&i->engine->channel, h, err, NULL, 0, NULL, 0);
}

static bool is_flow(const struct ipsec_flow *f)
{
	return (f->local.family == AF_INET || f->local.family == AF_INET6) &&
	       f->peer.family == f->local.family &&
	       (f->encap == CONFIG_ENCAP_UDP || f->encap == CONFIG_ENCAP_IP);
}

static void job_new(struct ipsec *i, const struct ipc_header *h,
		    enum ipsec_job_kind kind,
		    const struct aaa_ipsec_initiate *q)
{
	struct ipsec_job *j;

	if (!is_flow(&q->flow) || !ipc_is_text(q->child) ||
	    (kind == IPSEC_JOB_INITIATE && !q->child[0])) {
		refuse(i, h, -EINVAL);
		return;
	}
	j = i->jobs[kind].waiting_n < JOBS_WAITING ? calloc(1, sizeof(*j)) :
						     NULL;
	if (!j) {
		refuse(i, h,
		       i->jobs[kind].waiting_n < JOBS_WAITING ? -ENOMEM :
								-EAGAIN);
		return;
	}
	j->ipsec = i;
	j->kind = kind;
	j->asker = aaa_asker_of(i->engine, h);
	j->q = *q;
	list_append(&i->jobs[kind], j);
	jobs_start(i, kind);
}

void ipsec_request(struct ipsec *i, struct ipc_message *m)
{
	const struct aaa_ipsec_initiate *q =
		ipc_body(m, struct aaa_ipsec_initiate);
	const struct ipsec_flow *flow = ipc_body(m, struct ipsec_flow);
	const struct aaa_ipsec_watch *w = ipc_body(m, struct aaa_ipsec_watch);

	if (m->header.type == AAA_IPSEC_SHOW && flow)
		job_new(i, &m->header, IPSEC_JOB_SHOW,
			&(struct aaa_ipsec_initiate){ .flow = *flow });
	else if (m->header.type == AAA_IPSEC_INITIATE && q)
		job_new(i, &m->header, IPSEC_JOB_INITIATE, q);
	else if (m->header.type == AAA_IPSEC_WATCH && w && is_flow(&w->flow))
		ipsec_watch_add(i, w);
	else if (m->header.type == AAA_IPSEC_UNWATCH && w)
		ipsec_watch_del(i, w->id);
	else if (m->header.serial)
		refuse(i, &m->header, -EINVAL);
	else
		log_warn("the engine sent message %u in a form that is not "
			 "understood",
			 m->header.type);
}

/* ---- all of it ---- */

struct ipsec *ipsec_new(struct loop *loop, struct channel *monitor,
			struct aaa_engine *engine)
{
	struct ipsec *i = calloc(1, sizeof(*i));

	if (!i)
		return NULL;
	i->loop = loop;
	i->monitor = monitor;
	i->engine = engine;
	i->conn.fd = -1;
	return i;
}

static void free_all(struct ipsec_job *j)
{
	struct ipsec_job *next;

	for (; j; j = next) {
		next = j->next;
		job_free(j);
	}
}

void ipsec_engine_gone(struct ipsec *i)
{
	for (size_t k = 0; k < IPSEC_JOB_KINDS; k++) {
		free_all(i->jobs[k].running);
		free_all(i->jobs[k].waiting);
		i->jobs[k] = (struct ipsec_jobs){ 0 };
	}
	ipsec_watch_fini(i);
}

void ipsec_free(struct ipsec *i)
{
	if (!i)
		return;
	ipsec_engine_gone(i);
	free(i);
}
