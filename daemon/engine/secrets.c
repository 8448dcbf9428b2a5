/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The secrets of the configuration's lns, lac and lcce sections, from their
 * files; see secrets.h.
 */
#include "engine/secrets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/peers/peer.h"
#include "engine/service/lns.h"
#include "ipc/monitor.h"
#include "lib/log.h"

struct secret_request {
	struct engine *engine;
	struct monitor_secret file;
	secrets_done *done; /* of the start; NULL: it has changed */
};

static const char *const sections[] = {
	[MONITOR_SECRET_LNS] = "lns",	[MONITOR_SECRET_LNS_OLD] = "lns",
	[MONITOR_SECRET_LAC] = "lac",	[MONITOR_SECRET_LAC_OLD] = "lac",
	[MONITOR_SECRET_LCCE] = "lcce", [MONITOR_SECRET_LCCE_OLD] = "lcce",
};

static bool is_old(const struct monitor_secret *f)
{
	return f->kind == MONITOR_SECRET_LNS_OLD ||
	       f->kind == MONITOR_SECRET_LAC_OLD ||
	       f->kind == MONITOR_SECRET_LCCE_OLD;
}

/* Where it is kept; NULL: nobody has it any more. */
static struct secret *place_of(struct engine *e, const struct monitor_secret *f)
{
	bool lns = strcmp(sections[f->kind], "lns") == 0;
	struct peer *p = lns ? NULL : e->peers->first;

	for (size_t i = 0; lns && i < e->config->lns_n; i++)
		if (strcmp(e->config->lns[i].name, f->name) == 0)
			return is_old(f) ? lns_old_secret(e, i) :
					   lns_secret(e, i);
	/* One that was added by command has the name of none of the file's. */
	while (p && (p->origin != PEER_CONFIGURED ||
		     strcmp(peer_kind(p), sections[f->kind]) != 0 ||
		     strcmp(p->name, f->name) != 0))
		p = p->next;
	return !p ? NULL : is_old(f) ? &p->old_secret : &p->secret;
}

static void complain(const struct secret_request *r, int err)
{
	log_error("%s \"%s\": its %s file cannot be used: %s%s%s",
		  sections[r->file.kind], r->file.name,
		  is_old(&r->file) ? "old secret" : "secret", strerror(-err),
		  err == -EACCES  ? " (it must be readable by its owner only: "
				    "chmod 600)" :
		  err == -ENODATA ? " (its first line is empty)" :
				    "",
		  r->done ? "" : "; what was read before stays");
}

static void replace(const struct secret_request *r, struct secret *s,
		    const struct secret *fresh)
{
	if (s->len == fresh->len &&
	    secret_equal(s->data, fresh->data, fresh->len))
		return;
	if (!r->done)
		log_notice("%s \"%s\": its %s file has another secret now; it "
			   "counts for the next tunnel",
			   sections[r->file.kind], r->file.name,
			   is_old(&r->file) ? "old secret" : "secret");
	*s = *fresh;
}

static void on_secret_file(void *arg, int result, struct ipc_message *m)
{
	struct secret_request r = *(struct secret_request *)arg;
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);
	struct secret *s = place_of(r.engine, &r.file), fresh = { 0 };
	int err = fd < 0 ? (result ? result : fd) : secret_read_fd(&fresh, fd);

	free(arg);
	if (fd >= 0)
		close(fd);
	if (err)
		complain(&r, err);
	else if (s)
		replace(&r, s, &fresh);
	secret_clear(&fresh);
	if (r.done)
		r.done(r.engine, err);
}

static int ask(struct engine *e, const struct monitor_secret *file,
	       secrets_done *done)
{
	struct secret_request *r = malloc(sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	*r = (struct secret_request){ e, *file, done };
	err = channel_request(&e->monitor, MONITOR_SECRET, file, sizeof(*file),
			      NULL, 0, on_secret_file, r);
	if (err)
		free(r);
	else if (done)
		e->starting++;
	return err;
}

static int ask_both(struct engine *e, int kind, int old_kind, const char *name,
		    const struct config_tunnel *t, secrets_done *done)
{
	struct monitor_secret file = { .kind = (unsigned int)kind };
	int err = 0;

	snprintf(file.name, sizeof(file.name), "%s", name);
	if (t->secret_file)
		err = ask(e, &file, done);
	file.kind = (unsigned int)old_kind;
	if (!err && t->old_secret_file)
		err = ask(e, &file, done);
	return err;
}

int secrets_ask(struct engine *e, secrets_done *done)
{
	const struct config *c = e->config;
	int err = 0;

	for (size_t i = 0; !err && i < c->lns_n; i++)
		err = ask_both(e, MONITOR_SECRET_LNS, MONITOR_SECRET_LNS_OLD,
			       c->lns[i].name, &c->lns[i].tunnel, done);
	for (struct peer *p = e->peers->first; !err && p; p = p->next)
		err = p->lcce ? ask_both(e, MONITOR_SECRET_LCCE,
					 MONITOR_SECRET_LCCE_OLD, p->name,
					 p->cfg, done) :
				ask_both(e, MONITOR_SECRET_LAC,
					 MONITOR_SECRET_LAC_OLD, p->name,
					 p->cfg, done);
	return err;
}

void secrets_changed(struct engine *e, const struct monitor_secret *file)
{
	int err;

	if (file->kind >= sizeof(sections) / sizeof(sections[0]) ||
	    !ipc_is_text(file->name))
		return;
	err = ask(e, file, NULL);
	if (err)
		log_error("%s \"%s\": its secret file cannot be read again: %s",
			  sections[file->kind], file->name, strerror(-err));
}
