/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The router6 process: its start, what the monitor tells it, its end. */
#include "router6/router6.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/sandbox.h"
#include "router6/internal.h"

#define LABEL_MAX 63 /* bytes of a domain name between two dots */

/* ---- interfaces ---- */

static bool is_same_prefix(const struct service_prefix6 *a,
			   const struct service_prefix6 *b)
{
	return a->len == b->len &&
	       memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

static struct interface *have_interface(struct router6 *r, uint32_t ifindex)
{
	struct interface *i = router6_interface_find(r, ifindex);

	if (i)
		return i;
	i = calloc(1, sizeof(*i));
	if (!i)
		return NULL;
	i->router6 = r;
	if (!table_put(&r->interfaces, ifindex, i))
		return i;
	free(i);
	return NULL;
}

static void announce(struct router6 *r, const struct router6_interface *told)
{
	struct interface *i;

	if (!told || !told->ifindex || !ipc_is_text(told->ifname) ||
	    told->dns6_n > 2) {
		log_warn("the monitor told of an interface in a form that is "
			 "not understood");
		return;
	}
	i = have_interface(r, told->ifindex);
	if (!i) {
		log_error("%s: no memory for what is to be told there",
			  told->ifname);
		return;
	}
	if (!is_same_prefix(&i->told.prefix6, &told->prefix6))
		i->lost = i->told.prefix6;
	i->told = *told;
	advertise_start(i);
}

static void forget(struct router6 *r, const struct router6_forget *f)
{
	struct interface *i = f ? table_del(&r->interfaces, f->ifindex) : NULL;

	if (!i)
		return;
	advertise_end(i);
	free(i);
}

/* ---- domains ---- */

/* RFC 1035, section 3.1, without compression: RFC 8415, section 10. */
static bool add_name(struct wbuf *w, const char *name)
{
	while (*name) {
		size_t len = strcspn(name, ".");

		if (len == 0 || len > LABEL_MAX)
			return false;
		wbuf_u8(w, (uint8_t)len);
		wbuf_bytes(w, name, len);
		name += len + (name[len] == '.');
	}
	wbuf_u8(w, 0);
	return !w->failed;
}

static bool read_search(struct search *s, const struct router6_search *told)
{
	struct wbuf w = wbuf_init(s->names, sizeof(s->names));

	for (size_t i = 0; i < told->name_n; i++)
		if (!ipc_is_text(told->names[i]) ||
		    !add_name(&w, told->names[i]))
			return false;
	s->len = (uint8_t)w.len;
	return true;
}

static void add_search(struct router6 *r, const struct router6_search *told)
{
	struct search *more = NULL;

	if (told && told->index == r->search_n &&
	    told->name_n <= ROUTER6_SEARCH_MAX)
		more = reallocarray(r->searches, r->search_n + 1,
				    sizeof(*more));
	if (!more) {
		log_error("a list of domains cannot be told to callers");
		return;
	}
	r->searches = more;
	more[r->search_n] = (struct search){ 0 };
	if (!read_search(&more[r->search_n], told))
		log_error("a list of domains is too long to be told to "
			  "callers");
	r->search_n++;
}

/* ---- the monitor ---- */

static int open_sockets(struct router6 *r)
{
	int err = loop_io_start(r->loop, &r->nd_io, r->nd_fd, LOOP_READ,
				advertise_on_readable);

	if (!err && r->dhcp_fd >= 0)
		err = loop_io_start(r->loop, &r->dhcp_io, r->dhcp_fd, LOOP_READ,
				    delegate_on_readable);
	return err;
}

/* The filter comes before the first packet of a caller's. */
static int start(struct router6 *r, struct ipc_message *m)
{
	const struct router6_start *s = ipc_body(m, struct router6_start);
	int err;

	r->nd_fd = ipc_take_fd(m, 0);
	r->dhcp_fd = s && s->has_dhcp ? ipc_take_fd(m, 1) : -1;
	if (!s || r->nd_fd < 0 || s->duid_len > sizeof(s->duid))
		return -EPROTO;
	r->times = s->times;
	memcpy(r->server.duid, s->duid, s->duid_len);
	r->server.duid_len = s->duid_len;
	err = sandbox_seccomp(SANDBOX_ROUTER6);
	return err ? err : open_sockets(r);
}

static void first_message(struct router6 *r, struct ipc_message *m)
{
	int err = m->header.type == ROUTER6_START ? start(r, m) : -EPROTO;

	r->started = err == 0;
	if (!err)
		return;
	log_error("the router6 process cannot start: %s", strerror(-err));
	loop_stop(r->loop);
}

static void on_monitor_message(struct channel *c, struct ipc_message *m)
{
	struct router6 *r = container_of(c, struct router6, monitor);

	if (!r->started) {
		first_message(r, m);
		return;
	}
	switch ((enum router6_message)m->header.type) {
	case ROUTER6_ANNOUNCE:
		announce(r, ipc_body(m, struct router6_interface));
		return;
	case ROUTER6_FORGET:
		forget(r, ipc_body(m, struct router6_forget));
		return;
	case ROUTER6_SEARCH:
		add_search(r, ipc_body(m, struct router6_search));
		return;
	case ROUTER6_START:
		break;
	}
	log_warn("the monitor sent message %u, which does not belong here",
		 m->header.type);
}

static void on_monitor_closed(struct channel *c)
{
	struct router6 *r = container_of(c, struct router6, monitor);

	loop_stop(r->loop);
}

/* ---- the process ---- */

/* Where callers are left, they hear that we are no router any more. */
static void clear(struct router6 *r)
{
	struct interface *i;

	while ((i = table_pop(&r->interfaces))) {
		advertise_end(i);
		free(i);
	}
	table_fini(&r->interfaces);
	free(r->searches);
	loop_io_stop(&r->nd_io);
	loop_io_stop(&r->dhcp_io);
	channel_close(&r->monitor);
	loop_free(r->loop);
}

int router6_main(int monitor_fd, const char *runtime_dir)
{
	struct router6 r = { .nd_fd = -1, .dhcp_fd = -1, .monitor.fd = -1 };
	char root[512];
	int err;

	signal(SIGPIPE, SIG_IGN);
	/* the terminal's; the monitor says when to stop */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	r.loop = loop_new();
	if (!r.loop)
		return EXIT_FAILURE;
	snprintf(root, sizeof(root), "%s/empty", runtime_dir);
	err = sandbox_drop(SANDBOX_USER_ROUTER6, root);
	if (!err)
		err = channel_open(&r.monitor, r.loop, monitor_fd,
				   on_monitor_message, on_monitor_closed);
	if (err) {
		log_error("the router6 process cannot start: %s",
			  strerror(-err));
		return EXIT_FAILURE;
	}
	err = loop_run(r.loop);
	clear(&r);
	return err || !r.started ? EXIT_FAILURE : EXIT_SUCCESS;
}
