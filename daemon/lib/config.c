/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is done with a configuration once it is read: find, match, print, free,
 * and look at the files that it names.
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

const struct config_ppp *config_ppp_find(const struct config *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->ppp_n; i++)
		if (strcmp(c->ppp[i].name, name) == 0)
			return &c->ppp[i];
	return NULL;
}

const struct config_lac *config_lac_find(const struct config *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->lac_n; i++)
		if (strcmp(c->lac[i].name, name) == 0)
			return &c->lac[i];
	return NULL;
}

const struct config_pool *config_pool_find(const struct config *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->pool_n; i++)
		if (strcmp(c->pool[i].name, name) == 0)
			return &c->pool[i];
	return NULL;
}

const struct config_radius *config_radius_find(const struct config *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->radius_n; i++)
		if (strcmp(c->radius[i].name, name) == 0)
			return &c->radius[i];
	return NULL;
}

const struct config_coa *config_coa_match(const struct config *c, const struct addr *from)
{
	size_t i, j;

	for (i = 0; i < c->coa_n; i++)
		for (j = 0; j < c->coa[i].from_address.n; j++)
			if (addr_prefix_contains(&c->coa[i].from_address.v[j], from))
				return &c->coa[i];
	return NULL;
}

static bool lns_takes(const struct config_lns *l, const struct addr *from, const char *hostname)
{
	bool ok = l->from_address.n == 0;
	size_t i;

	for (i = 0; i < l->from_address.n && !ok; i++)
		ok = addr_prefix_contains(&l->from_address.v[i], from);
	if (!ok || l->from_hostname.n == 0)
		return ok;
	for (i = 0; i < l->from_hostname.n; i++)
		if (fnmatch(l->from_hostname.v[i], hostname, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

const struct config_lns *config_lns_match(const struct config *c, const struct addr *from,
					  const char *hostname)
{
	size_t i;

	for (i = 0; i < c->lns_n; i++)
		if (lns_takes(&c->lns[i], from, hostname))
			return &c->lns[i];
	return NULL;
}

void config_free(struct config *c)
{
	size_t i, j;

	if (!c)
		return;
	for (i = 0; i < c->listen_n; i++)
		config_section_fini(&config_section_listen, &c->listen[i]);
	for (i = 0; i < c->lns_n; i++)
		config_section_fini(&config_section_lns, &c->lns[i]);
	for (i = 0; i < c->ppp_n; i++)
		config_section_fini(&config_section_ppp, &c->ppp[i]);
	for (i = 0; i < c->lac_n; i++) {
		for (j = 0; j < c->lac[i].sessions_n; j++)
			config_section_fini(&config_section_session, &c->lac[i].sessions[j]);
		free(c->lac[i].sessions);
		config_section_fini(&config_section_lac, &c->lac[i]);
	}
	for (i = 0; i < c->pool_n; i++)
		config_section_fini(&config_section_pool, &c->pool[i]);
	for (i = 0; i < c->radius_n; i++)
		config_section_fini(&config_section_radius, &c->radius[i]);
	for (i = 0; i < c->coa_n; i++)
		config_section_fini(&config_section_coa, &c->coa[i]);
	config_section_fini(&config_section_global, c);
	free(c->listen);
	free(c->lns);
	free(c->ppp);
	free(c->lac);
	free(c->pool);
	free(c->radius);
	free(c->coa);
	free(c);
}

/* ---- the canonical form ---- */

/* One key per line where obj differs from def. */
static void print_keys(const struct config_section *s, const void *obj, const void *def,
		       const char *indent, FILE *out)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct config_key *k = &s->keys[i];

		if (k->kind->equal(k, obj, def))
			continue;
		fprintf(out, "%s%s = ", indent, k->name);
		k->kind->print(k, obj, out);
		putc('\n', out);
	}
}

/* What the tunnel's keys are when they are not given; hostname stays the configuration's. */
static void tunnel_defaults(struct config_tunnel *def, const struct config *c,
			    const struct config_tunnel *t)
{
	def->hostname = c->hostname;
	def->challenge = t->secret_file != NULL;
}

static void print_lac(const struct config *c, const struct config_lac *l, FILE *out)
{
	struct config_session session = { 0 };
	struct config_lac def = { 0 };
	size_t i;

	config_section_lac.init(&def);
	tunnel_defaults(&def.tunnel, c, &l->tunnel);
	config_section_session.init(&session);
	fprintf(out, "lac \"%s\" {\n", l->name);
	print_keys(&config_section_lac, l, &def, "\t", out);
	for (i = 0; i < l->sessions_n; i++) {
		fprintf(out, "\tsession \"%s\" {\n", l->sessions[i].name);
		print_keys(&config_section_session, &l->sessions[i], &session, "\t\t", out);
		fprintf(out, "\t}\n");
	}
	fprintf(out, "}\n");
}

static void print_services(const struct config *c, FILE *out)
{
	struct config_pool pool = { 0 };
	struct config_coa coa = { 0 };
	size_t i;

	for (i = 0; i < c->pool_n; i++) {
		fprintf(out, "pool \"%s\" {\n", c->pool[i].name);
		print_keys(&config_section_pool, &c->pool[i], &pool, "\t", out);
		fprintf(out, "}\n");
	}
	for (i = 0; i < c->radius_n; i++) {
		struct config_radius def = { .nas_identifier = c->hostname };

		config_section_radius.init(&def);
		fprintf(out, "radius \"%s\" {\n", c->radius[i].name);
		print_keys(&config_section_radius, &c->radius[i], &def, "\t", out);
		fprintf(out, "}\n");
	}
	config_section_coa.init(&coa);
	for (i = 0; i < c->coa_n; i++) {
		fprintf(out, "coa \"%s\" {\n", c->coa[i].name);
		print_keys(&config_section_coa, &c->coa[i], &coa, "\t", out);
		fprintf(out, "}\n");
	}
}

/* The order is that of the tables; the host's name is always there, for it is not constant. */
int config_print(const struct config *c, FILE *out)
{
	char state_dir[] = CONFIG_STATE_DIR;
	struct config global = { 0 };
	size_t i;

	config_section_global.init(&global);
	global.state_dir = state_dir;
	print_keys(&config_section_global, c, &global, "", out);
	for (i = 0; i < c->listen_n; i++) {
		struct config_listen def = { 0 };

		config_section_listen.init(&def);
		fprintf(out, "listen {\n");
		print_keys(&config_section_listen, &c->listen[i], &def, "\t", out);
		fprintf(out, "}\n");
	}
	for (i = 0; i < c->lns_n; i++) {
		struct config_lns def = { 0 };

		config_section_lns.init(&def);
		tunnel_defaults(&def.tunnel, c, &c->lns[i].tunnel);
		fprintf(out, "lns \"%s\" {\n", c->lns[i].name);
		print_keys(&config_section_lns, &c->lns[i], &def, "\t", out);
		fprintf(out, "}\n");
	}
	for (i = 0; i < c->ppp_n; i++) {
		struct config_ppp def = { 0 };

		config_section_ppp.init(&def);
		def.mru = c->ppp[i].mtu;
		def.accounting = c->ppp[i].radius.n > 0;
		def.mppe_bits = CONFIG_MPPE_40 | CONFIG_MPPE_128;
		/* Its default is one thing for an lns and another for a lac. */
		def.pppd_scripts = c->ppp[i].pppd_scripts_given ? !c->ppp[i].pppd_scripts : c->ppp[i].pppd_scripts;
		fprintf(out, "ppp \"%s\" {\n", c->ppp[i].name);
		print_keys(&config_section_ppp, &c->ppp[i], &def, "\t", out);
		fprintf(out, "}\n");
	}
	for (i = 0; i < c->lac_n; i++)
		print_lac(c, &c->lac[i], out);
	print_services(c, out);
	return fflush(out) || ferror(out) ? -EIO : 0;
}

/* ---- the files that it names ---- */

/* What is wrong with an open file, as the end of a sentence; 0 or -errno. */
static int check_fd(int fd, char *why, size_t whylen)
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
		snprintf(why, whylen, "belongs to uid %u, who could change it; chown it to root",
			 (unsigned int)st.st_uid);
	} else {
		e = secret_check_fd(fd);
		if (e)
			snprintf(why, whylen, "holds secrets, but others than its owner have "
				 "access; chmod 600 it");
	}
	return e;
}

/* Opened so that a fifo does not hang the check. */
static int check_file(const char *owner, const char *name, const char *path, char *err,
		      size_t errlen)
{
	char why[160];
	int fd, e;

	if (!path)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		e = -errno;
		snprintf(why, sizeof(why), "cannot be opened: %s", strerror(-e));
	} else {
		e = check_fd(fd, why, sizeof(why));
		close(fd);
	}
	if (e)
		snprintf(err, errlen, "%s \"%s\": %s %s", owner, name, path, why);
	return e;
}

int config_check_files(const struct config *c, char *err, size_t errlen)
{
	size_t i, j;
	int e = 0;

	for (i = 0; i < c->lns_n && !e; i++)
		e = check_file("lns", c->lns[i].name, c->lns[i].tunnel.secret_file, err, errlen);
	for (i = 0; i < c->ppp_n && !e; i++)
		e = check_file("ppp", c->ppp[i].name, c->ppp[i].users_file, err, errlen);
	for (i = 0; i < c->radius_n && !e; i++)
		e = check_file("radius", c->radius[i].name, c->radius[i].secret_file, err, errlen);
	for (i = 0; i < c->coa_n && !e; i++)
		e = check_file("coa", c->coa[i].name, c->coa[i].secret_file, err, errlen);
	for (i = 0; i < c->lac_n && !e; i++) {
		const struct config_lac *l = &c->lac[i];

		e = check_file("lac", l->name, l->tunnel.secret_file, err, errlen);
		for (j = 0; j < l->sessions_n && !e; j++)
			e = check_file("session", l->sessions[j].name, l->sessions[j].password_file,
				       err, errlen);
	}
	return e;
}
