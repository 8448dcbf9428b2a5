/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client of charon against a stand-in for it, which can also do what charon
 * never does; this test is the monitor and the engine as well, all in one loop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "aaa/ipsec.h"
#include "lib/log.h"
#include "proto/vici/vici.h"

#define CONNS_MAX 64

/* How the stand-in behaves. */
static struct {
	bool absent;	     /* nobody listens */
	bool mute;	     /* takes everything, answers nothing */
	bool closes;	     /* ends each connection at its first command */
	bool garbage;	     /* sends what is no packet */
	bool unknown;	     /* knows no command and no event */
	bool up;	     /* the SAs are there */
	bool slow;	     /* an answer comes byte by byte */
	const char *state;   /* of the child */
	const char *refusal; /* of an initiate; NULL: it makes the SAs */
} charon;

static struct peer {
	struct loop_io io;
	int fd;
	bool events;
	uint8_t in[2048];
	size_t len;
} conns[CONNS_MAX];
static unsigned int opened, lists, initiates;
static char initiated[128];

static struct loop *loop;
static struct channel aaa_monitor, monitor, engine;
static struct aaa_engine aaa_engine;
static struct ipsec *ipsec;
static struct ipsec_flow flow;

static struct aaa_ipsec_state told;
static unsigned int told_n, replies;
static struct ipsec_report report;
static int result;

/* ---- charon ---- */

static void hang_up(struct peer *p)
{
	loop_io_stop(&p->io);
	close(p->fd);
	p->fd = -1;
}

static void send_all(struct peer *p, struct wbuf *w, size_t at)
{
	vici_end(w, at);
	assert_false(w->failed);
	for (size_t n = 0, step = charon.slow ? 1 : w->len; n < w->len;
	     n += step)
		if (send(p->fd, w->data + n, step, MSG_NOSIGNAL) < 0)
			return;
}

static void say(struct peer *p, enum vici_type type, const char *name,
		const char *key, const char *value)
{
	uint8_t buf[512];
	struct wbuf w = wbuf_init(buf, sizeof(buf));
	size_t at = vici_begin(&w, type, name);

	if (key)
		vici_value(&w, key, value);
	if (value && strcmp(value, "no") == 0)
		vici_value(&w, "errmsg", charon.refusal);
	send_all(p, &w, at);
}

static void put_list(struct wbuf *w, const char *name, const char *value)
{
	vici_list(w, name);
	vici_list_item(w, value);
	vici_list_end(w);
}

static void say_sa(struct peer *p)
{
	uint8_t buf[2048];
	struct wbuf w = wbuf_init(buf, sizeof(buf));
	size_t at = vici_begin(&w, VICI_EVENT, "list-sa");

	vici_section(&w, "site");
	vici_value(&w, "version", "2");
	vici_value(&w, "state", "ESTABLISHED");
	vici_value(&w, "local-host", "192.0.2.1");
	vici_value(&w, "remote-host", "192.0.2.2");
	vici_section(&w, "child-sas");
	vici_section(&w, "l2tp-1");
	vici_value(&w, "name", "l2tp");
	vici_value(&w, "reqid", "5");
	vici_value(&w, "state", charon.state);
	vici_value(&w, "mode", "TRANSPORT");
	vici_value(&w, "protocol", "ESP");
	put_list(&w, "local-ts", "192.0.2.1/32[udp/l2f]");
	put_list(&w, "remote-ts", "192.0.2.2/32[udp/l2f]");
	vici_section_end(&w);
	vici_section_end(&w);
	vici_section_end(&w);
	send_all(p, &w, at);
}

static void on_initiate(struct peer *p, struct rbuf message)
{
	struct vici_cursor c = vici_cursor(message);
	struct vici_item item;
	struct wbuf w = wbuf_init(initiated, sizeof(initiated));
	uint8_t buf[256];
	struct wbuf log = wbuf_init(buf, sizeof(buf));
	size_t at = vici_begin(&log, VICI_EVENT, "control-log");

	initiates++;
	initiated[0] = '\0';
	while (vici_next(&c, &item)) {
		if (vici_is(item.name, "child") || vici_is(item.name, "ike"))
			wbuf_printf(&w, "%.*s=%.*s ", (int)item.name.len,
				    (const char *)item.name.p,
				    (int)item.value.len,
				    (const char *)item.value.p);
	}
	vici_value(&log, "group", "IKE");
	vici_value(&log, "msg", "received AUTHENTICATION_FAILED notify error");
	send_all(p, &log, at);
	charon.up = !charon.refusal;
	say(p, VICI_CMD_RESPONSE, NULL, "success", charon.up ? "yes" : "no");
}

static void on_command(struct peer *p, const struct vici_packet *q)
{
	if (charon.closes || charon.garbage) {
		if (charon.garbage)
			(void)!write(p->fd, "HTTP/1.0 400", 12);
		hang_up(p);
	} else if (charon.unknown) {
		say(p, VICI_CMD_UNKNOWN, NULL, NULL, NULL);
	} else if (vici_is(q->name, "list-sas")) {
		lists++;
		if (charon.up)
			say_sa(p);
		say(p, VICI_CMD_RESPONSE, NULL, NULL, NULL);
	} else if (vici_is(q->name, "initiate")) {
		on_initiate(p, q->message);
	} else {
		fail_msg("charon was asked what it should not be");
	}
}

static void on_request(struct peer *p, const struct vici_packet *q)
{
	if (charon.mute)
		return;
	if (q->type == VICI_CMD_REQUEST) {
		on_command(p, q);
		return;
	}
	assert_int_equal(q->type, VICI_EVENT_REGISTER);
	p->events = p->events || vici_is(q->name, "child-updown");
	say(p, charon.unknown ? VICI_EVENT_UNKNOWN : VICI_EVENT_CONFIRM, NULL,
	    NULL, NULL);
}

static void on_peer(struct loop_io *io, int fd, int events)
{
	struct peer *p = container_of(io, struct peer, io);
	ssize_t n =
		recv(fd, p->in + p->len, sizeof(p->in) - p->len, MSG_DONTWAIT);
	struct vici_packet q;
	size_t size;

	(void)events;
	if (n <= 0) {
		hang_up(p);
		return;
	}
	p->len += (size_t)n;
	while (p->fd >= 0 && vici_packet_size(p->in, p->len, &size) == 0 &&
	       size <= p->len) {
		assert_int_equal(vici_parse(&q, p->in + VICI_LENGTH,
					    size - VICI_LENGTH),
				 0);
		on_request(p, &q);
		memmove(p->in, p->in + size, p->len - size);
		p->len -= size;
	}
}

/* The child comes or goes, and who wants to know is told. */
static void set_up(bool up)
{
	charon.up = up;
	for (int i = 0; i < CONNS_MAX; i++)
		if (conns[i].fd >= 0 && conns[i].events)
			say(&conns[i], VICI_EVENT, "child-updown", "up",
			    up ? "yes" : "nope");
}

static void hang_up_all(void)
{
	for (int i = 0; i < CONNS_MAX; i++)
		if (conns[i].fd >= 0)
			hang_up(&conns[i]);
}

static unsigned int conns_open(void)
{
	unsigned int n = 0;

	for (int i = 0; i < CONNS_MAX; i++)
		n += conns[i].fd >= 0;
	return n;
}

/* ---- the monitor and the engine ---- */

static void on_monitor_message(struct channel *c, struct ipc_message *m)
{
	int sv[2], i = 0;

	assert_int_equal(m->header.type, AAA_VICI);
	opened++;
	if (charon.absent) {
		channel_reply(c, &m->header, -ENOENT, NULL, 0, NULL, 0);
		return;
	}
	while (conns[i].fd >= 0)
		assert_true(++i < CONNS_MAX);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv),
			 0);
	conns[i] = (struct peer){ .fd = sv[1] };
	assert_int_equal(loop_io_start(loop, &conns[i].io, sv[1], LOOP_READ,
				       on_peer),
			 0);
	channel_reply(c, &m->header, 0, NULL, 0, &sv[0], 1);
	close(sv[0]);
}

static void on_aaa_request(struct channel *c, struct ipc_message *m)
{
	(void)c;
	ipsec_request(ipsec, m);
}

static void on_state(struct channel *c, struct ipc_message *m)
{
	const struct aaa_ipsec_state *s = ipc_body(m, struct aaa_ipsec_state);

	(void)c;
	assert_int_equal(m->header.type, AAA_IPSEC_STATE);
	assert_non_null(s);
	told = *s;
	told_n++;
}

static void on_nothing(struct channel *c, struct ipc_message *m)
{
	(void)c;
	(void)m;
	fail();
}

static void on_closed(struct channel *c)
{
	channel_close(c);
}

static void on_reply(void *arg, int err, struct ipc_message *m)
{
	const struct ipsec_report *r = m ? ipc_body(m, struct ipsec_report) :
					   NULL;

	(void)arg;
	replies++;
	result = err;
	if (r)
		report = *r;
}

static int setup(void **state)
{
	int sv[2];

	(void)state;
	memset(&charon, 0, sizeof(charon));
	charon.state = "INSTALLED";
	opened = lists = initiates = told_n = replies = 0;
	for (int i = 0; i < CONNS_MAX; i++)
		conns[i].fd = -1;
	flow = (struct ipsec_flow){ .encap = CONFIG_ENCAP_UDP };
	addr_parse(&flow.local, "192.0.2.1");
	addr_parse(&flow.peer, "192.0.2.2");
	flow.local.port = flow.peer.port = 1701;
	loop = loop_new();
	assert_int_equal(ipc_pair(sv), 0);
	channel_open(&monitor, loop, sv[0], on_monitor_message, on_closed);
	channel_open(&aaa_monitor, loop, sv[1], on_nothing, on_closed);
	assert_int_equal(ipc_pair(sv), 0);
	channel_open(&engine, loop, sv[0], on_state, on_closed);
	channel_open(&aaa_engine.channel, loop, sv[1], on_aaa_request,
		     on_closed);
	ipsec = ipsec_new(loop, &aaa_monitor, &aaa_engine);
	return ipsec ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	/* what is under way fails then, as at the process's end */
	channel_close(&aaa_monitor);
	ipsec_free(ipsec);
	channel_close(&engine);
	channel_close(&aaa_engine.channel);
	channel_close(&monitor);
	hang_up_all();
	loop_free(loop);
	return 0;
}

/* ---- waiting ---- */

static bool timed_out;

static void on_timeout(struct loop_timer *t)
{
	(void)t;
	timed_out = true;
	loop_stop(loop);
}

static const unsigned int *count;
static unsigned int count_wanted;

static void on_idle(void *arg)
{
	(void)arg;
	if (*count >= count_wanted)
		loop_stop(loop);
}

/* The loop runs until the counter is there; false after ms without it. */
static bool comes(const unsigned int *what, unsigned int n, uint64_t ms)
{
	struct loop_timer timer = { 0 };

	count = what;
	count_wanted = n;
	timed_out = false;
	loop_set_idle(loop, on_idle, NULL);
	loop_timer_set(loop, &timer, loop_now(loop) + ms, on_timeout);
	loop_run(loop);
	loop_timer_stop(&timer);
	return !timed_out;
}

static void ask(uint16_t type, const void *body, size_t len)
{
	assert_int_equal(channel_request(&engine, type, body, len, NULL, 0,
					 on_reply, NULL),
			 0);
}

static const struct ipsec_report *show(void)
{
	report = (struct ipsec_report){ .cover = IPSEC_UNKNOWN };
	ask(AAA_IPSEC_SHOW, &flow, sizeof(flow));
	assert_true(comes(&replies, replies + 1, 30000));
	assert_int_equal(result, 0);
	return &report;
}

static const struct ipsec_report *initiate(const char *child)
{
	struct aaa_ipsec_initiate q = { .flow = flow };

	strcpy(q.child, child);
	ask(AAA_IPSEC_INITIATE, &q, sizeof(q));
	assert_true(comes(&replies, replies + 1, 30000));
	return &report;
}

/* ---- show ---- */

static void test_show(void **state)
{
	(void)state;
	assert_int_equal(show()->cover, IPSEC_NO_IKE);
	charon.up = true;
	charon.slow = true;
	assert_int_equal(show()->cover, IPSEC_PROTECTED);
	assert_string_equal(report.ike.name, "site");
	assert_int_equal(report.child.reqid, 5);
	assert_int_equal(opened, 2);
	assert_true(conns_open() <= 1);
}

static void test_show_many(void **state)
{
	(void)state;
	charon.up = true;
	for (int i = 0; i < 100; i++)
		ask(AAA_IPSEC_SHOW, &flow, sizeof(flow));
	assert_true(comes(&replies, 100, 30000));
	assert_int_equal(opened, 100);
	assert_int_equal(lists, 100);
}

static void test_no_charon(void **state)
{
	(void)state;
	charon.absent = true;
	assert_int_equal(show()->cover, IPSEC_UNKNOWN);
	assert_string_equal(report.why,
			    "strongSwan's charon does not run: install "
			    "charon-systemd and strongswan-swanctl, and start "
			    "strongswan.service");
	charon.absent = false;
	assert_int_equal(show()->cover, IPSEC_NO_IKE);
}

static void test_bad_charon(void **state)
{
	(void)state;
	charon.closes = true;
	assert_int_equal(show()->cover, IPSEC_UNKNOWN);
	assert_string_equal(report.why, "charon closed the connection");
	charon.garbage = true;
	assert_int_equal(show()->cover, IPSEC_UNKNOWN);
	assert_string_equal(report.why,
			    "charon sent what is no packet of vici");
	charon.garbage = charon.closes = false;
	charon.unknown = true;
	assert_int_equal(show()->cover, IPSEC_UNKNOWN);
	assert_string_equal(report.why,
			    "charon does not know what it is asked: is it "
			    "strongSwan 5.2 or later?");
	charon.unknown = false;
	assert_int_equal(show()->cover, IPSEC_NO_IKE);
}

static void test_mute(void **state)
{
	(void)state;
	charon.mute = true;
	assert_int_equal(show()->cover, IPSEC_UNKNOWN);
	assert_string_equal(report.why, "charon does not answer");
}

static void test_bad_requests(void **state)
{
	struct aaa_ipsec_initiate q = { .flow = flow };

	(void)state;
	ask(AAA_IPSEC_SHOW, &flow, sizeof(flow) - 1);
	assert_true(comes(&replies, 1, 30000));
	assert_int_equal(result, -EINVAL);
	ask(AAA_IPSEC_INITIATE, &q, sizeof(q));
	assert_true(comes(&replies, 2, 30000));
	assert_int_equal(result, -EINVAL);
	memset(q.child, 'x', sizeof(q.child));
	ask(AAA_IPSEC_INITIATE, &q, sizeof(q));
	assert_true(comes(&replies, 3, 30000));
	assert_int_equal(result, -EINVAL);
	flow.peer.family = AF_INET6;
	ask(AAA_IPSEC_SHOW, &flow, sizeof(flow));
	assert_true(comes(&replies, 4, 30000));
	assert_int_equal(result, -EINVAL);
	assert_int_equal(opened, 0);
}

/* ---- initiate ---- */

static void test_initiate(void **state)
{
	(void)state;
	assert_int_equal(initiate("site/l2tp")->cover, IPSEC_PROTECTED);
	assert_string_equal(initiated, "child=l2tp ike=site ");
	assert_int_equal(lists, 2);
	/* What is there already is not made again. */
	assert_int_equal(initiate("l2tp")->cover, IPSEC_PROTECTED);
	assert_int_equal(initiates, 1);
	charon.up = false;
	assert_int_equal(initiate("l2tp")->cover, IPSEC_PROTECTED);
	assert_string_equal(initiated, "child=l2tp ");
}

static void test_initiate_refused(void **state)
{
	(void)state;
	charon.refusal = "establishing CHILD_SA 'l2tp' failed";
	assert_int_equal(initiate("l2tp")->cover, IPSEC_NO_IKE);
	assert_string_equal(report.why,
			    "charon: establishing CHILD_SA 'l2tp' failed; "
			    "received AUTHENTICATION_FAILED notify error");
}

/* ---- watch ---- */

static void watch(uint16_t type, uint64_t id)
{
	struct aaa_ipsec_watch q = { .id = id, .flow = flow };

	assert_int_equal(channel_event(&engine, type, &q, sizeof(q), NULL, 0),
			 0);
}

static void test_watch(void **state)
{
	(void)state;
	watch(AAA_IPSEC_WATCH, 77);
	assert_true(comes(&told_n, 1, 30000));
	assert_true(told.id == 77 && told.cover == IPSEC_NO_IKE);
	assert_string_equal(told.why, "charon has no IKE SA with 192.0.2.2");
	set_up(true);
	assert_true(comes(&told_n, 2, 30000));
	assert_true(told.cover == IPSEC_PROTECTED && told.reqid == 5 &&
		    !told.why[0]);
	/* Gone for a moment only: nobody is told. */
	set_up(false);
	assert_true(comes(&lists, lists + 1, 30000));
	set_up(true);
	assert_true(comes(&lists, lists + 1, 30000));
	charon.state = "DELETING";
	set_up(true);
	assert_true(comes(&told_n, 3, 30000));
	assert_true(told.cover == IPSEC_NOT_READY && told.reqid == 0);
	assert_string_equal(told.why, "charon's child SA \"l2tp\" is deleting, "
				      "not installed");
	assert_int_equal(opened, 1);
}

static void test_watch_several(void **state)
{
	(void)state;
	charon.up = true;
	watch(AAA_IPSEC_WATCH, 1);
	watch(AAA_IPSEC_WATCH, 2);
	assert_true(comes(&told_n, 2, 30000));
	flow.peer.ip[3] = 9;
	watch(AAA_IPSEC_WATCH, 2); /* another flow for the same id */
	assert_true(comes(&told_n, 3, 30000));
	assert_true(told.id == 2 && told.cover == IPSEC_NO_IKE);
	watch(AAA_IPSEC_UNWATCH, 1);
	watch(AAA_IPSEC_UNWATCH, 5);
	watch(AAA_IPSEC_UNWATCH, 2);
	show(); /* behind them, in the channel's order */
	assert_true(conns_open() <= 1);
	watch(AAA_IPSEC_WATCH, 3);
	assert_true(comes(&told_n, 4, 30000));
	assert_int_equal(told.id, 3);
}

/*
 * A charon that restarts at once is not noticed; one that stays away is told,
 * once, and its return.
 */
static void test_watch_restart(void **state)
{
	(void)state;
	charon.up = true;
	watch(AAA_IPSEC_WATCH, 1);
	assert_true(comes(&told_n, 1, 30000));
	hang_up_all();
	assert_true(comes(&lists, lists + 1, 30000));
	charon.absent = true;
	hang_up_all();
	assert_true(comes(&told_n, 2, 30000));
	assert_int_equal(told.cover, IPSEC_UNKNOWN);
	watch(AAA_IPSEC_WATCH, 2); /* told as well, without waiting */
	assert_true(comes(&told_n, 3, 30000));
	assert_true(told.id == 2 && told.cover == IPSEC_UNKNOWN);
	charon.absent = false;
	charon.up = false;
	assert_true(comes(&told_n, 5, 60000));
	assert_int_equal(told.cover, IPSEC_NO_IKE);
}

/*
 * The engine died: what it watched and asked is given up, and the next one
 * begins anew.
 */
static void test_engine_gone(void **state)
{
	struct aaa_ipsec_initiate q = { .flow = flow, .child = "l2tp" };
	unsigned int before;

	(void)state;
	charon.up = true;
	watch(AAA_IPSEC_WATCH, 1);
	assert_true(comes(&told_n, 1, 30000));
	charon.mute = true;
	ask(AAA_IPSEC_INITIATE, &q, sizeof(q));
	assert_true(comes(&opened, 2, 30000));
	ipsec_engine_gone(ipsec);
	charon.mute = false;
	before = lists;
	charon.up = false;
	assert_false(comes(&told_n, 2, 200));
	assert_true(replies == 0 && lists == before);
	watch(AAA_IPSEC_WATCH, 1);
	assert_true(comes(&told_n, 2, 30000));
	assert_true(told.id == 1 && told.cover == IPSEC_NO_IKE);
	show();
	assert_int_equal(replies, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_show, setup, teardown),
		cmocka_unit_test_setup_teardown(test_show_many, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_no_charon, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_bad_charon, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_mute, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_requests, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_initiate, setup, teardown),
		cmocka_unit_test_setup_teardown(test_initiate_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_watch, setup, teardown),
		cmocka_unit_test_setup_teardown(test_watch_several, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_watch_restart, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_engine_gone, setup,
						teardown),
	};

	log_open("test", LOG_SINK_STDERR, LOG_ERR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
