/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks whether files of secrets have changed; see secret_files.h. */
#include "monitor/secret_files.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/log.h"

struct secret_file {
	const char *path;
	bool of_aaa;
	struct monitor_secret engine; /* whose it is: one of these two */
	struct aaa_open aaa;
	struct stat told; /* zero: it was not there */
	/* of the last look, when it was not the same as told */
	struct stat seen;
	bool changing;
};

struct secret_files {
	struct loop *loop;
	struct loop_timer timer;
	const struct secret_files_events *on;
	void *ctx;
	struct secret_file *files;
	size_t n;
};

static void look(const char *path, struct stat *out)
{
	if (stat(path, out))
		memset(out, 0, sizeof(*out));
}

/* Told when two looks see the same: by then it is written to its end. */
static void check(struct secret_files *s, struct secret_file *f)
{
	struct stat now;

	look(f->path, &now);
	if (file_same_version(&now, &f->told)) {
		f->changing = false;
		return;
	}
	if (!f->changing || !file_same_version(&now, &f->seen)) {
		f->changing = true;
		f->seen = now;
		return;
	}
	f->changing = false;
	f->told = now;
	log_debug("%s has changed", f->path);
	if (f->of_aaa)
		s->on->aaa(s->ctx, &f->aaa);
	else
		s->on->engine(s->ctx, &f->engine);
}

static void on_look(struct loop_timer *t)
{
	struct secret_files *s = container_of(t, struct secret_files, timer);

	for (size_t i = 0; i < s->n; i++)
		check(s, &s->files[i]);
	loop_timer_set(s->loop, t, loop_now(s->loop) + SECRET_FILES_LOOK_MS,
		       on_look);
}

/* ---- which there are ---- */

static void add(struct secret_files *s, const char *path,
		const struct secret_file *f)
{
	if (!path)
		return;
	s->files[s->n] = *f;
	s->files[s->n].path = path;
	look(path, &s->files[s->n++].told);
}

static void add_tunnel(struct secret_files *s, const char *name,
		       const struct config_tunnel *t, int kind, int old_kind)
{
	struct secret_file f = { .engine.kind = (unsigned int)kind };

	memcpy(f.engine.name, name, sizeof(f.engine.name));
	add(s, t->secret_file, &f);
	f.engine.kind = (unsigned int)old_kind;
	add(s, t->old_secret_file, &f);
}

static void add_aaa(struct secret_files *s, const char *name, const char *path,
		    enum aaa_file kind)
{
	struct secret_file f = { .of_aaa = true, .aaa.kind = kind };

	memcpy(f.aaa.name, name, sizeof(f.aaa.name));
	add(s, path, &f);
}

static void add_all(struct secret_files *s, const struct config *c)
{
	for (size_t i = 0; i < c->lns_n; i++)
		add_tunnel(s, c->lns[i].name, &c->lns[i].tunnel,
			   MONITOR_SECRET_LNS, MONITOR_SECRET_LNS_OLD);
	for (size_t i = 0; i < c->lac_n; i++)
		add_tunnel(s, c->lac[i].name, &c->lac[i].tunnel,
			   MONITOR_SECRET_LAC, MONITOR_SECRET_LAC_OLD);
	for (size_t i = 0; i < c->lcce_n; i++)
		add_tunnel(s, c->lcce[i].name, &c->lcce[i].tunnel,
			   MONITOR_SECRET_LCCE, MONITOR_SECRET_LCCE_OLD);
	for (size_t i = 0; i < c->radius_n; i++)
		add_aaa(s, c->radius[i].name, c->radius[i].secret_file,
			AAA_FILE_RADIUS);
	for (size_t i = 0; i < c->tacacs_n; i++)
		add_aaa(s, c->tacacs[i].name, c->tacacs[i].secret_file,
			AAA_FILE_TACACS);
	for (size_t i = 0; i < c->coa_n; i++)
		add_aaa(s, c->coa[i].name, c->coa[i].secret_file, AAA_FILE_COA);
}

struct secret_files *secret_files_new(struct loop *loop, const struct config *c,
				      const struct secret_files_events *on,
				      void *ctx)
{
	struct secret_files *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->loop = loop;
	s->on = on;
	s->ctx = ctx;
	s->files = calloc(2 * (c->lns_n + c->lac_n + c->lcce_n) + c->radius_n +
				  c->tacacs_n + c->coa_n + 1,
			  sizeof(*s->files));
	if (!s->files) {
		free(s);
		return NULL;
	}
	add_all(s, c);
	if (s->n)
		loop_timer_set(loop, &s->timer,
			       loop_now(loop) + SECRET_FILES_LOOK_MS, on_look);
	return s;
}

void secret_files_free(struct secret_files *s)
{
	if (!s)
		return;
	loop_timer_stop(&s->timer);
	free(s->files);
	free(s);
}
