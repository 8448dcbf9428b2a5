/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is done with a configuration once it is read: find, match, free, and
 * look at the files that it names.
 */
#include "lib/config.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/config_key.h"
#include "lib/secret.h"

const struct config_ppp *config_ppp_find(const struct config *c,
					 const char *name)
{
	size_t i;

	for (i = 0; i < c->ppp_n; i++)
		if (strcmp(c->ppp[i].name, name) == 0)
			return &c->ppp[i];
	return NULL;
}

const struct config_lac *config_lac_find(const struct config *c,
					 const char *name)
{
	size_t i;

	for (i = 0; i < c->lac_n; i++)
		if (strcmp(c->lac[i].name, name) == 0)
			return &c->lac[i];
	return NULL;
}

bool config_lac_has_ifname(const struct config *c, const char *ifname)
{
	size_t i, j;

	for (i = 0; i < c->lac_n; i++)
		for (j = 0; j < c->lac[i].sessions_n; j++)
			if (c->lac[i].sessions[j].ifname &&
			    strcmp(c->lac[i].sessions[j].ifname, ifname) == 0)
				return true;
	return false;
}

const struct config_lcce *config_lcce_find(const struct config *c,
					   const char *name)
{
	size_t i;

	for (i = 0; i < c->lcce_n; i++)
		if (strcmp(c->lcce[i].name, name) == 0)
			return &c->lcce[i];
	return NULL;
}

uint8_t config_pw_end_id(const struct config_pw *p,
			 uint8_t out[static CONFIG_END_ID_MAX])
{
	const char *text = p->remote_end_id ? p->remote_end_id : p->name;
	size_t len = strnlen(text, CONFIG_END_ID_MAX);

	if (p->pseudowire_id) {
		for (int i = 0; i < 4; i++)
			out[i] = (uint8_t)(p->pseudowire_id >> (24 - 8 * i));
		return 4;
	}
	memcpy(out, text, len);
	return (uint8_t)len;
}

const struct config_static *config_static_find(const struct config *c,
					       const char *name)
{
	size_t i;

	for (i = 0; i < c->statics_n; i++)
		if (strcmp(c->statics[i].name, name) == 0)
			return &c->statics[i];
	return NULL;
}

static bool equal_keys(const struct config_section *s, const void *a,
		       const void *b)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!s->keys[i].kind->equal(&s->keys[i], a, b))
			return false;
	return true;
}

bool config_static_equal(const struct config_static *a,
			 const struct config_static *b)
{
	return equal_keys(&config_section_static, a, b);
}

bool config_static_session_equal(const struct config_static_session *a,
				 const struct config_static_session *b)
{
	return equal_keys(&config_section_static_session, a, b);
}

const struct config_pool *config_pool_find(const struct config *c,
					   const char *name)
{
	size_t i;

	for (i = 0; i < c->pool_n; i++)
		if (strcmp(c->pool[i].name, name) == 0)
			return &c->pool[i];
	return NULL;
}

const struct config_tacacs *config_tacacs_find(const struct config *c,
					       const char *name)
{
	size_t i;

	for (i = 0; i < c->tacacs_n; i++)
		if (strcmp(c->tacacs[i].name, name) == 0)
			return &c->tacacs[i];
	return NULL;
}

const struct config_radius *config_radius_find(const struct config *c,
					       const char *name)
{
	size_t i;

	for (i = 0; i < c->radius_n; i++)
		if (strcmp(c->radius[i].name, name) == 0)
			return &c->radius[i];
	return NULL;
}

static bool prefixes_contain(const struct config_prefixes *l,
			     const struct addr *a)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (addr_prefix_contains(&l->v[i], a))
			return true;
	return false;
}

static bool patterns_match(const struct config_strings *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (fnmatch(l->v[i], name, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

const struct config_coa *config_coa_match(const struct config *c,
					  const struct addr *from)
{
	size_t i;

	for (i = 0; i < c->coa_n; i++)
		if (prefixes_contain(&c->coa[i].from_address, from))
			return &c->coa[i];
	return NULL;
}

static bool lns_takes(const struct config_lns *l, const struct addr *from,
		      const char *hostname)
{
	if (l->from_address.n && !prefixes_contain(&l->from_address, from))
		return false;
	return l->from_hostname.n == 0 ||
	       patterns_match(&l->from_hostname, hostname);
}

const struct config_lns *config_lns_match(const struct config *c,
					  const struct addr *from,
					  const char *hostname)
{
	size_t i;

	for (i = 0; i < c->lns_n; i++)
		if (lns_takes(&c->lns[i], from, hostname))
			return &c->lns[i];
	return NULL;
}

bool config_lcce_takes(const struct config_lcce *l, const struct addr *from,
		       const char *hostname, uint32_t router_id)
{
	struct addr remote;

	/* an address without a port is one of L2TP over IP */
	if ((l->encap == CONFIG_ENCAP_IP) != !from->port)
		return false;
	if (l->from_address.n == 0 && l->from_hostname.n == 0 &&
	    !addr_is_set(&l->from_router_id))
		return l->remote && addr_parse(&remote, l->remote) == 0 &&
		       addr_equal_ip(&remote, from);
	if (l->from_address.n && !prefixes_contain(&l->from_address, from))
		return false;
	if (l->from_hostname.n && !patterns_match(&l->from_hostname, hostname))
		return false;
	return !addr_is_set(&l->from_router_id) ||
	       addr_v4(&l->from_router_id) == router_id;
}

static void free_groups(const struct config_group *g, void *parent)
{
	size_t i;

	for (; g->section; g++) {
		for (i = 0; i < config_group_n(g, parent); i++) {
			if (g->inner)
				free_groups(g->inner,
					    config_group_at(g, parent, i));
			config_section_fini(g->section,
					    config_group_at(g, parent, i));
		}
		free(config_group_at(g, parent, 0));
	}
}

void config_free(struct config *c)
{
	if (!c)
		return;
	free_groups(config_groups, c);
	config_section_fini(&config_section_global, c);
	free(c);
}

/* ---- the files that it names ---- */

enum holds { HOLDS_SECRETS, HOLDS_CERTIFICATES };

/* What is wrong with an open file, as the end of a sentence; 0 or -errno. */
static int check_fd(int fd, enum holds holds, char *why, size_t whylen)
{
	struct stat st;
	int e = fstat(fd, &st) ? -errno : 0;

	if (e) {
		snprintf(why, whylen, "cannot be read: %s", strerror(-e));
	} else if (!S_ISREG(st.st_mode)) {
		e = -EINVAL;
		snprintf(why, whylen, "is not a regular file");
	} else if (st.st_uid != 0 && st.st_uid != geteuid()) {
		e = -EACCES;
		snprintf(why, whylen,
			 "belongs to uid %u, who could change it; chown it to "
			 "root",
			 (unsigned int)st.st_uid);
	} else if (holds == HOLDS_CERTIFICATES) {
		e = st.st_mode & S_IWOTH ||
				    (st.st_mode & S_IWGRP && st.st_gid != 0) ?
			    -EACCES :
			    0;
		if (e)
			snprintf(why, whylen,
				 "says whom to trust, but others than its "
				 "owner could change it; chmod 644 it");
	} else {
		e = secret_check_fd(fd);
		if (e)
			snprintf(why, whylen,
				 "holds secrets, but others than its owner "
				 "have access; chmod 600 it");
	}
	return e;
}

/* Opened so that a fifo does not hang the check. */
static int check_file_of(enum holds holds, const char *owner, const char *name,
			 const char *path, char *err, size_t errlen)
{
	char why[160];
	int fd, e;

	if (!path)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		e = -errno;
		snprintf(why, sizeof(why), "cannot be opened: %s",
			 strerror(-e));
	} else {
		e = check_fd(fd, holds, why, sizeof(why));
		close(fd);
	}
	if (e)
		snprintf(err, errlen, "%s \"%s\": %s %s", owner, name, path,
			 why);
	return e;
}

static int check_file(const char *owner, const char *name, const char *path,
		      char *err, size_t errlen)
{
	return check_file_of(HOLDS_SECRETS, owner, name, path, err, errlen);
}

static int check_radius_files(const struct config_radius *r, char *err,
			      size_t errlen)
{
	int e = check_file("radius", r->name, r->secret_file, err, errlen);

	if (!e)
		e = check_file("radius", r->name, r->key_file, err, errlen);
	if (!e)
		e = check_file_of(HOLDS_CERTIFICATES, "radius", r->name,
				  r->ca_file, err, errlen);
	if (!e)
		e = check_file_of(HOLDS_CERTIFICATES, "radius", r->name,
				  r->certificate_file, err, errlen);
	return e;
}

int config_check_files(const struct config *c, char *err, size_t errlen)
{
	size_t i, j;
	int e = 0;

	for (i = 0; i < c->lns_n && !e; i++)
		e = check_file("lns", c->lns[i].name,
			       c->lns[i].tunnel.secret_file, err, errlen);
	for (i = 0; i < c->lns_n && !e; i++)
		e = check_file("lns", c->lns[i].name,
			       c->lns[i].tunnel.old_secret_file, err, errlen);
	for (i = 0; i < c->ppp_n && !e; i++)
		e = check_file("ppp", c->ppp[i].name, c->ppp[i].users_file, err,
			       errlen);
	for (i = 0; i < c->radius_n && !e; i++)
		e = check_radius_files(&c->radius[i], err, errlen);
	for (i = 0; i < c->tacacs_n && !e; i++)
		e = check_file("tacacs", c->tacacs[i].name,
			       c->tacacs[i].secret_file, err, errlen);
	for (i = 0; i < c->coa_n && !e; i++)
		e = check_file("coa", c->coa[i].name, c->coa[i].secret_file,
			       err, errlen);
	for (i = 0; i < c->lac_n && !e; i++) {
		const struct config_lac *l = &c->lac[i];

		e = check_file("lac", l->name, l->tunnel.secret_file, err,
			       errlen);
		if (!e)
			e = check_file("lac", l->name,
				       l->tunnel.old_secret_file, err, errlen);
		for (j = 0; j < l->sessions_n && !e; j++)
			e = check_file("session", l->sessions[j].name,
				       l->sessions[j].password_file, err,
				       errlen);
	}
	for (i = 0; i < c->lcce_n && !e; i++) {
		const struct config_lcce *l = &c->lcce[i];

		e = check_file("lcce", l->name, l->tunnel.secret_file, err,
			       errlen);
		if (!e)
			e = check_file("lcce", l->name,
				       l->tunnel.old_secret_file, err, errlen);
	}
	return e;
}
