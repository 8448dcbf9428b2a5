/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the interfaces of pseudowires are to be, configured and added; see
 * pw_sections.h.
 */
#include "monitor/pw_sections.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "ipc/ipc.h"
#include "lib/config_key.h"
#include "lib/hash.h"
#include "lib/table.h"
#include "monitor/words.h"

/*
 * The tables go by keyed hashes, so that nobody can find two names
 * with the same hash.
 */
struct pw_sections {
	const struct config *config;
	uint64_t key[2];
	struct table by_name, by_ifname; /* -> struct pw_section */
	struct pw_section *added;
	size_t added_n;
};

/* ---- how they are found ---- */

static uint64_t name_key(const struct pw_sections *p, const char *lcce,
			 const char *session)
{
	char both[2 * CONFIG_NAME_MAX];
	int len = snprintf(both, sizeof(both), "%s/%s", lcce, session);

	return hash_keyed(p->key, both, (size_t)len);
}

static uint64_t ifname_key(const struct pw_sections *p, const char *ifname)
{
	return hash_keyed(p->key, ifname, strlen(ifname));
}

static struct pw_section *find(const struct pw_sections *p, const char *lcce,
			       const char *session)
{
	return table_get(&p->by_name, name_key(p, lcce, session));
}

struct pw_section *pw_sections_get(struct pw_sections *p, const char *lcce,
				   const char *session)
{
	struct pw_section *s = find(p, lcce, session);

	if (s)
		s->refs++;
	return s;
}

void pw_section_put(struct pw_section *s)
{
	if (--s->refs)
		return;
	config_free(s->added);
	free(s);
}

bool pw_sections_has_ifname(const struct pw_sections *p, const char *ifname)
{
	return table_get(&p->by_ifname, ifname_key(p, ifname)) != NULL;
}

/* ---- one comes and goes ---- */

/* Takes added over when it succeeds. */
static int enter(struct pw_sections *p, const char *lcce,
		 const struct config_pw *config, struct config *added)
{
	struct pw_section *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	*s = (struct pw_section){ .config = config, .refs = 1 };
	snprintf(s->lcce, sizeof(s->lcce), "%s", lcce);
	err = table_put(&p->by_name, name_key(p, lcce, config->name), s);
	if (!err && config->ifname) {
		err = table_put(&p->by_ifname, ifname_key(p, config->ifname),
				s);
		if (err)
			table_del(&p->by_name, name_key(p, lcce, config->name));
	}
	if (err) {
		free(s);
		return err;
	}
	if (!added)
		return 0;
	s->added = added;
	s->next = p->added;
	s->prev = &p->added;
	if (s->next)
		s->next->prev = &s->next;
	p->added = s;
	p->added_n++;
	return 0;
}

/*
 * Only for one that was added. Interfaces that were made by it still
 * hold a reference.
 */
static void leave(struct pw_sections *p, struct pw_section *s)
{
	table_del(&p->by_name, name_key(p, s->lcce, s->config->name));
	if (s->config->ifname)
		table_del(&p->by_ifname, ifname_key(p, s->config->ifname));
	*s->prev = s->next;
	if (s->next)
		s->next->prev = s->prev;
	p->added_n--;
	pw_section_put(s);
}

void pw_sections_clear(struct pw_sections *p)
{
	while (p && p->added)
		leave(p, p->added);
}

struct pw_sections *pw_sections_new(const struct config *c)
{
	struct pw_sections *p = calloc(1, sizeof(*p));
	int err = p && getrandom(p->key, sizeof(p->key), 0) == sizeof(p->key) ?
			  0 :
			  -ENOMEM;

	if (p)
		p->config = c;
	for (size_t i = 0; i < c->lcce_n && !err; i++)
		for (size_t k = 0; k < c->lcce[i].sessions_n && !err; k++)
			err = enter(p, c->lcce[i].name, &c->lcce[i].sessions[k],
				    NULL);
	if (!err)
		return p;
	pw_sections_free(p);
	return NULL;
}

void pw_sections_free(struct pw_sections *p)
{
	struct pw_section *s;

	if (!p)
		return;
	pw_sections_clear(p);
	while ((s = table_pop(&p->by_name)))
		pw_section_put(s);
	table_fini(&p->by_name);
	table_fini(&p->by_ifname);
	free(p);
}

/* ---- the engine's requests: nothing in them is believed ---- */

static bool name_fits(const char lcce[CONFIG_NAME_MAX],
		      const char session[CONFIG_NAME_MAX])
{
	return memchr(lcce, 0, CONFIG_NAME_MAX) &&
	       memchr(session, 0, CONFIG_NAME_MAX) && config_name_ok(lcce) &&
	       config_name_ok(session);
}

static bool fits(const struct monitor_pw_add *r)
{
	return name_fits(r->lcce, r->session) &&
	       words_is_enum(r->type, CONFIG_PW_VLAN) &&
	       words_is_ifname(r->ifname) && words_is_ifname(r->bridge) &&
	       words_is_ifname(r->vrf) && words_is_ifname(r->circuit);
}

/* c points into r and into itself. */
static void pw_init(struct config_pw *c, const struct monitor_pw_add *r)
{
	*c = (struct config_pw){
		.type = r->type,
		.vlan = r->vlan,
		.mtu = r->mtu,
		.has_mac = r->has_mac,
		.ifname = words_text(r->ifname),
		.bridge = words_text(r->bridge),
		.vrf = words_text(r->vrf),
		.circuit = words_text(r->circuit),
	};
	config_section_pw.init(c);
	memcpy(c->name, r->session, sizeof(c->name));
	memcpy(c->mac, r->mac, sizeof(c->mac));
	c->remote_end_id = c->name;
}

/*
 * The section as it would stand in a file; keys of the lcce itself do not
 * matter here. NULL: no memory.
 */
static char *print(const struct monitor_pw_add *r)
{
	struct config_pw pw;
	struct config_lcce lcce = { .sessions = &pw, .sessions_n = 1 };
	struct config c = { .lcce = &lcce, .lcce_n = 1 };

	pw_init(&pw, r);
	config_section_lcce.init(&lcce);
	memcpy(lcce.name, r->lcce, sizeof(lcce.name));
	lcce.remote = lcce.name;
	lcce.initiate = true;
	return config_sections_text(&c);
}

/* Has it read and checked as a file is. NULL, with a sentence in out->why. */
static struct config *compose(const struct monitor_pw_add *r,
			      struct monitor_outcome *out)
{
	char *text = print(r);
	struct config *c =
		text ? config_parse_words(text, out->why, sizeof(out->why)) :
		       NULL;

	if (!text)
		words_refuse(out, -ENOMEM, "l2tpd is out of memory");
	free(text);
	return c;
}

int pw_sections_add(struct pw_sections *p, const struct monitor_pw_add *r,
		    struct monitor_outcome *out)
{
	const struct pw_section *same;
	struct config *added;
	int err;

	if (!fits(r))
		return -EINVAL;
	same = find(p, r->lcce, r->session);
	if (same)
		return words_refuse(out, -EEXIST,
				    "lcce \"%s\" has a session \"%s\"%s "
				    "already; choose another name",
				    r->lcce, r->session,
				    same->added ? "" : " in the configuration");
	if (r->ifname[0] && (pw_sections_has_ifname(p, r->ifname) ||
			     config_lac_has_ifname(p->config, r->ifname)))
		return words_refuse(out, -EEXIST,
				    "another session has this ifname; choose a "
				    "new one");
	if (p->added_n >= p->config->max_sessions)
		return words_refuse(out, -ENOSPC,
				    "max-sessions of the configuration, %u, "
				    "have been added by command; delete some, "
				    "or raise it",
				    p->config->max_sessions);
	added = compose(r, out);
	if (!added)
		return -ENOTSUP;
	err = enter(p, r->lcce, added->lcce[0].sessions, added);
	if (!err)
		return 0;
	config_free(added);
	return words_refuse(out, err, "l2tpd is out of memory");
}

int pw_sections_del(struct pw_sections *p, const struct monitor_pw_name *r)
{
	struct pw_section *s = name_fits(r->lcce, r->session) ?
				       find(p, r->lcce, r->session) :
				       NULL;

	if (!s || !s->added)
		return -ENOENT;
	leave(p, s);
	return 0;
}
