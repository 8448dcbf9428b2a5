/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which sessions' prefixes are announced, and the life of the process that does
 * it; see announce.h.
 */
#include "monitor/announce.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ipc/router6.h"
#include "lib/log.h"
#include "lib/table.h"
#include "monitor/duid.h"
#include "monitor/groups.h"
#include "monitor/role.h"
#include "monitor/router6_socket.h"

#define MACHINE_ID "/etc/machine-id"
#define MTU_MIN	   1280 /* of IPv6 */
#define END_MS	   500
#define AGAIN_MS   60000 /* until a port that was taken is looked at again */

/*
 * Each /64 is the caller's alone, and nothing on the link changes while it is
 * up. A lease is one prefix for one session and ends with that.
 */
static const struct router6_times times = {
	.router_s = 1800,
	.prefix_valid_s = 86400,
	.prefix_preferred_s = 14400,
	.dns_s = 1800,
	.lease_valid_s = 3600,
	.lease_preferred_s = 3000,
	.renew_s = 900,
	.rebind_s = 1800,
};

/* What of a session is announced. */
struct place {
	struct router6_interface what;
	int membership; /* of groups.h; negative: none */
};

struct announce {
	struct loop *loop;
	const struct monitor_options *options;
	const struct config *config;
	struct role role;
	struct table places; /* link -> struct place */
	struct groups groups;
	int nd_fd, dhcp_fd;   /* -1: not open */
	uint64_t dhcp_failed; /* when, in ms; 0: never */
	bool forwarding_seen; /* whether this host forwards IPv6 */
	uint8_t duid[DUID_LEN];
};

/* ---- what it is told ---- */

static int tell(struct announce *a, enum router6_message type, const void *body,
		size_t len)
{
	if (!channel_is_open(&a->role.channel))
		return 0; /* another is told of all */
	return channel_event(&a->role.channel, (uint16_t)type, body, len, NULL,
			     0);
}

static int tell_start(struct announce *a)
{
	const int fds[] = { a->nd_fd, a->dhcp_fd };
	struct router6_start start = {
		.has_dhcp = a->dhcp_fd >= 0,
		.times = times,
		.duid_len = DUID_LEN,
	};

	memcpy(start.duid, a->duid, DUID_LEN);
	return channel_event(&a->role.channel, ROUTER6_START, &start,
			     sizeof(start), fds, start.has_dhcp ? 2 : 1);
}

/* The lists have the numbers of their profiles; most are empty. */
static int tell_searches(struct announce *a)
{
	int err = 0;

	for (size_t i = 0; !err && i < a->config->ppp_n; i++) {
		const struct config_strings *l = &a->config->ppp[i].dns6_search;
		struct router6_search s = {
			.index = (uint32_t)i,
			.name_n = (uint8_t)l->n,
		};

		for (size_t k = 0; k < l->n; k++)
			snprintf(s.names[k], sizeof(s.names[k]), "%s", l->v[k]);
		err = tell(a, ROUTER6_SEARCH, &s, sizeof(s));
	}
	return err;
}

static int tell_all(struct announce *a)
{
	int err = tell_searches(a);

	table_foreach(&a->places, i) {
		const struct place *p = a->places.slots[i].value;

		if (!err)
			err = tell(a, ROUTER6_ANNOUNCE, &p->what,
				   sizeof(p->what));
	}
	return err;
}

/* ---- the process ---- */

static void on_message(struct channel *c, struct ipc_message *m)
{
	(void)c;
	log_warn("the router6 process sent message %u, which it has none of",
		 m->header.type);
}

static void on_closed(struct channel *c)
{
	struct announce *a = container_of(c, struct announce, role.channel);

	if (a->role.pid > 0)
		kill(a->role.pid, SIGKILL);
}

static void start(struct announce *a);

static void on_restart(struct loop_timer *t)
{
	start(container_of(t, struct announce, role.restart));
}

static void start(struct announce *a)
{
	int err = role_spawn(&a->role, a->loop, a->options, on_message,
			     on_closed);

	if (!err)
		err = tell_start(a);
	if (!err)
		err = tell_all(a);
	if (!err && a->role.failures)
		log_notice("the router6 process is back");
	if (!err)
		return;
	role_drop(&a->role);
	role_count_failure(&a->role, loop_now(a->loop));
	log_error("the router6 process, by which callers learn their IPv6 "
		  "prefixes, cannot be started: %s; the next try is in %u s",
		  strerror(-err), role_schedule(&a->role, a->loop, on_restart));
}

bool announce_reaped(struct announce *a, pid_t pid, int status)
{
	char how[64];

	if (!a || !a->role.pid || a->role.pid != pid)
		return false;
	a->role.pid = 0;
	channel_close(&a->role.channel);
	role_describe(status, how, sizeof(how));
	role_count_failure(&a->role, loop_now_fresh(a->loop));
	log_error("the router6 process died with %s; another starts in %u s",
		  how, role_schedule(&a->role, a->loop, on_restart));
	return true;
}

/* ---- what it needs ---- */

static void look_at_forwarding(struct announce *a)
{
	char c = '1';
	int fd;

	if (a->forwarding_seen)
		return;
	a->forwarding_seen = true;
	fd = open("/proc/sys/net/ipv6/conf/all/forwarding",
		  O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (read(fd, &c, 1) == 1 && c == '0')
		log_warn("callers get IPv6 prefixes, but this host forwards no "
			 "IPv6; set net.ipv6.conf.all.forwarding = 1 in "
			 "sysctl.conf");
	close(fd);
}

/* Without the port calls go on, and from time to time it is looked at again. */
static bool open_dhcp(struct announce *a)
{
	uint64_t now = loop_now(a->loop);

	if (a->dhcp_fd >= 0 ||
	    (a->dhcp_failed && now < a->dhcp_failed + AGAIN_MS))
		return false;
	a->dhcp_fd = router6_dhcp_socket();
	if (a->dhcp_fd >= 0)
		return true;
	if (!a->dhcp_failed)
		log_error("UDP port 547 cannot be had: %s; prefixes are not "
			  "delegated to callers%s",
			  strerror(-a->dhcp_fd),
			  a->dhcp_fd == -EADDRINUSE ?
				  ", as another program has it and does not "
				  "share it; ss -lnup says which: stop it" :
				  "");
	a->dhcp_fd = -1;
	a->dhcp_failed = now;
	return false;
}

static int open_nd(struct announce *a)
{
	int fd = a->nd_fd >= 0 ? 0 : router6_nd_socket();

	if (fd < 0)
		log_error("IPv6 prefixes cannot be announced: a raw ICMPv6 "
			  "socket: %s",
			  strerror(-fd));
	else if (a->nd_fd < 0)
		a->nd_fd = fd;
	return fd < 0 ? fd : 0;
}

/* The process runs, or will; with a port that it did not have it is another. */
static int have_process(struct announce *a)
{
	int err = open_nd(a);
	bool more = !err && open_dhcp(a);

	if (err)
		return err;
	if (more && a->role.pid)
		role_drop(&a->role);
	if (!a->role.pid && !loop_timer_is_set(&a->role.restart))
		start(a);
	return 0;
}

/* ---- sessions ---- */

static void drop_place(struct announce *a, struct place *p)
{
	if (p->membership >= 0)
		groups_leave(&a->groups, p->membership, (int)p->what.ifindex);
	free(p);
}

static struct place *place_new(struct announce *a, uint64_t link, int ifindex)
{
	struct place *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->membership = groups_join(&a->groups, ifindex);
	/* What nobody asks for is sent nevertheless. */
	if (p->membership < 0)
		log_error("interface %d: what callers send to routers and "
			  "DHCPv6 servers is not heard: %s",
			  ifindex, strerror(-p->membership));
	p->what.ifindex = (uint32_t)ifindex;
	if (!table_put(&a->places, link, p))
		return p;
	drop_place(a, p);
	return NULL;
}

static uint32_t search_of(const struct announce *a, const char *profile)
{
	const struct config_ppp *p = config_ppp_find(a->config, profile);

	return p && p->dns6_search.n ? (uint32_t)(p - a->config->ppp) :
				       ROUTER6_NO_SEARCH;
}

static uint16_t told_mtu(uint32_t mtu)
{
	return mtu < MTU_MIN || mtu > UINT16_MAX ? 0 : (uint16_t)mtu;
}

/* ifname goes with the index. */
static bool is_same(const struct router6_interface *a,
		    const struct router6_interface *b)
{
	return a->ifindex == b->ifindex && a->mtu == b->mtu &&
	       a->dns6_n == b->dns6_n && a->search == b->search &&
	       memcmp(a->router, b->router, sizeof(a->router)) == 0 &&
	       memcmp(a->caller, b->caller, sizeof(a->caller)) == 0 &&
	       memcmp(a->dns6, b->dns6, sizeof(a->dns6)) == 0 &&
	       memcmp(&a->prefix6, &b->prefix6, sizeof(a->prefix6)) == 0 &&
	       memcmp(&a->delegated6, &b->delegated6, sizeof(a->delegated6)) ==
		       0;
}

static int change(struct announce *a, struct place *p,
		  const struct router6_interface *to)
{
	if (is_same(&p->what, to))
		return 0;
	p->what = *to;
	return tell(a, ROUTER6_ANNOUNCE, to, sizeof(*to));
}

static struct router6_interface what_of(const struct announce *a,
					const struct monitor_net *n,
					int ifindex, const struct addr *router,
					const struct addr *caller)
{
	struct router6_interface to = {
		.ifindex = (uint32_t)ifindex,
		.prefix6 = n->prefix6,
		.delegated6 = n->delegated6,
		.dns6_n = n->dns6_n,
		.search = search_of(a, n->profile),
	};

	memcpy(to.ifname, n->interface.ifname, sizeof(to.ifname));
	memcpy(to.router, router->ip, sizeof(to.router));
	memcpy(to.caller, caller->ip, sizeof(to.caller));
	memcpy(to.dns6, n->dns6, sizeof(to.dns6));
	return to;
}

int announce_session(struct announce *a, const struct monitor_net *n,
		     int ifindex, const struct addr *router,
		     const struct addr *caller, uint32_t mtu)
{
	uint64_t link = n->interface.link;
	struct place *p = table_get(&a->places, link);
	struct router6_interface to;
	int err;

	look_at_forwarding(a);
	err = have_process(a);
	if (err)
		return err;
	if (p && (int)p->what.ifindex != ifindex) {
		announce_forget(a, link);
		p = NULL;
	}
	if (!p)
		p = place_new(a, link, ifindex);
	if (!p)
		return -ENOMEM;
	to = what_of(a, n, ifindex, router, caller);
	to.mtu = told_mtu(mtu);
	return change(a, p, &to);
}

void announce_mtu(struct announce *a, uint64_t link, uint32_t mtu)
{
	struct place *p = table_get(&a->places, link);
	struct router6_interface to;

	if (!p)
		return;
	to = p->what;
	to.mtu = told_mtu(mtu);
	(void)change(a, p, &to);
}

void announce_forget(struct announce *a, uint64_t link)
{
	struct place *p = table_del(&a->places, link);
	struct router6_forget f;

	if (!p)
		return;
	f = (struct router6_forget){ p->what.ifindex };
	(void)tell(a, ROUTER6_FORGET, &f, sizeof(f));
	drop_place(a, p);
}

/* ---- all of them ---- */

struct announce *announce_new(struct loop *loop,
			      const struct monitor_options *options,
			      const struct config *config)
{
	struct announce *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->loop = loop;
	a->options = options;
	a->config = config;
	a->role = (struct role){ .name = "router6", .channel.fd = -1 };
	a->nd_fd = a->dhcp_fd = -1;
	duid_make(a->duid, MACHINE_ID);
	return a;
}

/* It tells callers that are still there that we are no router any more. */
static void end_process(struct announce *a)
{
	pid_t pid = a->role.pid;

	channel_close(&a->role.channel);
	for (int i = 0; pid && i < END_MS; i += 10) {
		if (waitpid(pid, NULL, WNOHANG) != 0) {
			a->role.pid = 0;
			break;
		}
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	role_drop(&a->role);
}

void announce_free(struct announce *a)
{
	struct place *p;

	if (!a)
		return;
	loop_timer_stop(&a->role.restart);
	end_process(a);
	while ((p = table_pop(&a->places)))
		free(p);
	table_fini(&a->places);
	groups_fini(&a->groups);
	if (a->nd_fd >= 0)
		close(a->nd_fd);
	if (a->dhcp_fd >= 0)
		close(a->dhcp_fd);
	free(a);
}
