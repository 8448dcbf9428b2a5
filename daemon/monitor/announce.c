/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which sessions' prefixes are announced, and by which
 * processes; see announce.h.
 */
#include "monitor/announce.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/table.h"
#include "monitor/announce_text.h"
#include "monitor/helper.h"

/*
 * Kea waits by select(2) for two sockets per interface, and aborts when the
 * number of a socket passes 1023. And both programs take longer to read more
 * sessions.
 */
#define GROUP_SESSIONS 256
/*
 * A first change waits for this long: others often follow at once, and
 * are read with it.
 */
#define FIRST_MS       20
/*
 * Between two readings of a group, plus EACH for each session, so that reading
 * takes a fifth of the time at most.
 */
#define PAUSE_MS       200
#define PAUSE_EACH_MS  4
#define END_MS	       2000
#define NAME_MAX_BYTES 512

enum { BIRD, KEA, PROGRAMS };

/* The sessions that one process of each program serves. */
struct group {
	struct announce *announce;
	struct group *next;
	unsigned int number;
	size_t count[PROGRAMS]; /* of sessions that need it */
	bool changed[PROGRAMS];
	uint64_t read_ms; /* when it was told last */
	struct loop_timer timer;
	struct helper helper[PROGRAMS];
	char file[PROGRAMS][NAME_MAX_BYTES], own[PROGRAMS][NAME_MAX_BYTES];
	struct announced *sessions[GROUP_SESSIONS];
};

/* What of a session is announced, and by which group. */
struct place {
	struct announced what;
	struct group *group;
	size_t slot;
};

struct announce {
	struct loop *loop;
	const char *runtime_dir;
	struct table places; /* link -> struct place */
	struct group *groups;
	unsigned int group_n;
	uint64_t identifier; /* of Kea's DUID: the same as long as we run */
	bool has_folders;
	/* whether this host forwards IPv6 was looked at, once */
	bool forwarding_seen;
};

/* How BIRD and Kea mark lines of their output that say what is wrong. */
static const char *const bird_bad[] = { "<WARN>", "<ERR>",  "<AUTH>", "<FATAL>",
					"<BUG>",  "bird: ", NULL };
static const char *const kea_bad[] = { "ERROR ", "FATAL ", "terminate", NULL };

static struct helper_program programs[PROGRAMS] = {
	[BIRD] = {
		.name = "bird",
		.path = "/usr/sbin/bird",
		.package = "bird2",
		.user = "bird",
		.capability = "net_raw",
		/*
		 * BIRD says so of an interface that has just gone,
		 * which is no fault.
		 */
		.ready = "Started",
		.bad = bird_bad,
		.harmless = "Socket error on",
	},
	[KEA] = {
		.name = "kea-dhcp6",
		.path = "/usr/sbin/kea-dhcp6",
		.package = "kea-dhcp6-server",
		.user = "_kea",
		.capability = "net_bind_service",
		.profile = "unconfined",
		.ready = "DHCP6_STARTED",
		.failed = "DHCP6_DYNAMIC_RECONFIGURATION_FAIL",
		.bad = kea_bad,
	},
};

/* ---- files ---- */

/*
 * A folder of root's that other users may pass through, and in it one for each
 * program, whose user owns it.
 */
static int make_folders(struct announce *a)
{
	char path[NAME_MAX_BYTES];

	if (a->has_folders)
		return 0;
	snprintf(path, sizeof(path), "%s/announce", a->runtime_dir);
	if (mkdir(path, 0711) < 0 && errno != EEXIST)
		return -errno;
	if (chmod(path, 0711) < 0)
		return -errno;
	for (size_t i = 0; i < PROGRAMS; i++) {
		const struct passwd *user = getpwnam(programs[i].user);

		snprintf(path, sizeof(path), "%s/announce/%s", a->runtime_dir,
			 programs[i].name);
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return -errno;
		if (user && lchown(path, user->pw_uid, user->pw_gid) < 0)
			return -errno;
	}
	a->has_folders = true;
	return 0;
}

/*
 * Only the program's group can read it. It is renamed into place, so that
 * nobody reads half a file.
 */
static int write_file(const struct group *g, unsigned int program,
		      struct announced *const *list)
{
	const struct passwd *user = getpwnam(programs[program].user);
	char fresh[NAME_MAX_BYTES + 8];
	int fd, err = 0;
	FILE *f;

	snprintf(fresh, sizeof(fresh), "%s.new", g->file[program]);
	(void)unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		  0640);
	if (fd < 0)
		return -errno;
	f = fdopen(fd, "w");
	if (!f) {
		close(fd);
		return -ENOMEM;
	}
	if (user && fchown(fd, 0, user->pw_gid) < 0)
		err = -errno;
	if (program == BIRD)
		announce_bird_text(f, list, GROUP_SESSIONS);
	else
		announce_kea_text(f, list, GROUP_SESSIONS,
				  g->announce->identifier);
	if (fclose(f) != 0 && !err)
		err = -errno;
	if (!err && rename(fresh, g->file[program]) < 0)
		err = -errno;
	return err;
}

/*
 * Kea refuses a configuration that names an interface which is gone. Such an
 * interface is left out: its session is about to end.
 */
static int prepare(struct helper *h)
{
	struct group *g = h->owner;
	unsigned int program = (unsigned int)(h - g->helper);
	struct announced *list[GROUP_SESSIONS] = { NULL };
	int err = make_folders(g->announce);

	for (size_t i = 0; i < GROUP_SESSIONS; i++)
		if (g->sessions[i] &&
		    (int)if_nametoindex(g->sessions[i]->ifname) ==
			    g->sessions[i]->ifindex)
			list[i] = g->sessions[i];
	/*
	 * A Kea that was killed left this file behind, and the next one would
	 * believe that it still runs.
	 */
	if (program == KEA && !h->pid) {
		char pid_file[NAME_MAX_BYTES + 32];

		snprintf(pid_file, sizeof(pid_file),
			 "%s/announce/kea-dhcp6/kea-%u.kea-dhcp6.pid",
			 g->announce->runtime_dir, g->number);
		(void)unlink(pid_file);
	}
	return err ? err : write_file(g, program, list);
}

/* ---- groups ---- */

static void init_bird(struct group *g)
{
	struct helper *h = &g->helper[BIRD];

	snprintf(g->file[BIRD], sizeof(g->file[BIRD]),
		 "%s/announce/bird-%u.conf", g->announce->runtime_dir,
		 g->number);
	snprintf(g->own[BIRD], sizeof(g->own[BIRD]), "%s/announce/bird/%u",
		 g->announce->runtime_dir, g->number);
	h->argv[0] = (char *)(uintptr_t) "-f";
	h->argv[1] = (char *)(uintptr_t) "-c";
	h->argv[2] = g->file[BIRD];
	h->argv[3] = (char *)(uintptr_t) "-s";
	h->argv[4] = g->own[BIRD];
}

static void init_kea(struct group *g)
{
	struct helper *h = &g->helper[KEA];

	snprintf(g->file[KEA], sizeof(g->file[KEA]), "%s/announce/kea-%u.conf",
		 g->announce->runtime_dir, g->number);
	snprintf(g->own[KEA], sizeof(g->own[KEA]),
		 "KEA_PIDFILE_DIR=%s/announce/kea-dhcp6",
		 g->announce->runtime_dir);
	h->argv[0] = (char *)(uintptr_t) "-c";
	h->argv[1] = g->file[KEA];
	h->env[0] = g->own[KEA];
	h->env[1] = (char *)(uintptr_t) "KEA_LOCKFILE_DIR=none";
}

/* A group with room, made when there is none. NULL: out of memory. */
static struct group *group_with_room(struct announce *a)
{
	struct group *g;

	for (g = a->groups; g; g = g->next)
		if (g->count[BIRD] < GROUP_SESSIONS)
			return g;
	g = calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	g->announce = a;
	g->number = a->group_n++;
	for (size_t i = 0; i < PROGRAMS; i++) {
		helper_init(&g->helper[i], a->loop, &programs[i]);
		g->helper[i].prepare = prepare;
		g->helper[i].owner = g;
	}
	init_bird(g);
	init_kea(g);
	g->next = a->groups;
	a->groups = g;
	return g;
}

static void on_group(struct loop_timer *t)
{
	struct group *g = container_of(t, struct group, timer);

	g->read_ms = loop_now_fresh(g->announce->loop);
	for (size_t i = 0; i < PROGRAMS; i++) {
		if (!g->changed[i])
			continue;
		g->changed[i] = false;
		if (g->count[i])
			helper_want(&g->helper[i]);
		else
			helper_end(&g->helper[i]);
	}
}

static void changed(struct group *g, bool bird, bool kea)
{
	uint64_t now = loop_now(g->announce->loop), at = now + FIRST_MS;
	uint64_t pause = PAUSE_MS + PAUSE_EACH_MS * g->count[BIRD];

	g->changed[BIRD] = g->changed[BIRD] || bird;
	g->changed[KEA] = g->changed[KEA] || kea;
	if (loop_timer_is_set(&g->timer))
		return;
	if (g->read_ms && at < g->read_ms + pause)
		at = g->read_ms + pause;
	loop_timer_set(g->announce->loop, &g->timer, at, on_group);
}

/* ---- sessions ---- */

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

static struct place *place_new(struct announce *a, uint64_t link)
{
	struct place *p = calloc(1, sizeof(*p));

	if (p)
		p->group = group_with_room(a);
	if (!p || !p->group || table_put(&a->places, link, p)) {
		free(p);
		return NULL;
	}
	while (p->group->sessions[p->slot])
		p->slot++;
	p->group->sessions[p->slot] = &p->what;
	p->group->count[BIRD]++;
	return p;
}

static bool is_same(const struct announced *a, const struct announced *b)
{
	return strcmp(a->ifname, b->ifname) == 0 && a->ifindex == b->ifindex &&
	       a->dns6_n == b->dns6_n &&
	       memcmp(&a->delegated6, &b->delegated6, sizeof(a->delegated6)) ==
		       0 &&
	       memcmp(a->router, b->router, sizeof(a->router)) == 0 &&
	       memcmp(a->dns6, b->dns6, sizeof(a->dns6)) == 0;
}

int announce_session(struct announce *a, const struct monitor_net *n,
		     int ifindex, const struct addr *router)
{
	struct announced to = {
		.ifindex = ifindex,
		.delegated6 = n->delegated6,
		.dns6_n = n->dns6_n,
	};
	uint64_t link = n->interface.link;
	struct place *p = table_get(&a->places, link);
	bool had, has = to.delegated6.len != 0;

	memcpy(to.ifname, n->interface.ifname, sizeof(to.ifname));
	memcpy(to.dns6, n->dns6, sizeof(to.dns6));
	memcpy(to.router, router->ip, sizeof(to.router));
	if (!announce_is_plain(to.ifname)) {
		log_error("%s: the prefixes of its session are not announced: "
			  "its name is not of letters and digits; choose "
			  "another ifname",
			  to.ifname);
		return -EINVAL;
	}
	look_at_forwarding(a);
	if (p && is_same(&p->what, &to))
		return 0;
	if (!p)
		p = place_new(a, link);
	if (!p)
		return -ENOMEM;
	had = p->what.delegated6.len != 0;
	p->what = to;
	p->group->count[KEA] += (size_t)has;
	p->group->count[KEA] -= (size_t)had;
	changed(p->group, true, had || has);
	return 0;
}

void announce_forget(struct announce *a, uint64_t link)
{
	struct place *p = table_del(&a->places, link);
	bool had;

	if (!p)
		return;
	had = p->what.delegated6.len != 0;
	p->group->sessions[p->slot] = NULL;
	p->group->count[BIRD]--;
	p->group->count[KEA] -= (size_t)had;
	changed(p->group, true, had);
	free(p);
}

bool announce_reaped(struct announce *a, pid_t pid, int status)
{
	for (struct group *g = a ? a->groups : NULL; g; g = g->next)
		for (size_t i = 0; i < PROGRAMS; i++)
			if (helper_reaped(&g->helper[i], pid, status))
				return true;
	return false;
}

/* ---- all of them ---- */

struct announce *announce_new(struct loop *loop, const char *runtime_dir)
{
	struct announce *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->loop = loop;
	a->runtime_dir = runtime_dir;
	if (getrandom(&a->identifier, sizeof(a->identifier), GRND_NONBLOCK) < 0)
		a->identifier = (uint64_t)getpid();
	return a;
}

static void group_free(struct group *g)
{
	loop_timer_stop(&g->timer);
	for (size_t i = 0; i < PROGRAMS; i++) {
		helper_fini(&g->helper[i], END_MS);
		(void)unlink(g->file[i]);
	}
	free(g);
}

void announce_free(struct announce *a)
{
	struct group *next;
	struct place *p;

	if (!a)
		return;
	/*
	 * All programs are asked to end before one is waited for: they end at
	 * the same time.
	 */
	for (struct group *g = a->groups; g; g = g->next)
		for (size_t i = 0; i < PROGRAMS; i++)
			helper_end(&g->helper[i]);
	for (struct group *g = a->groups; g; g = next) {
		next = g->next;
		group_free(g);
	}
	while ((p = table_pop(&a->places)))
		free(p);
	table_fini(&a->places);
	free(a);
}
