/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Users files: fetched from the monitor, kept, and fetched again
 * when they change.
 */
#include "aaa/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aaa/users_check.h"
#include "ipc/aaa.h"
#include "lib/file.h"
#include "lib/log.h"

#define FRESH_MS 1000
#define FILE_MAX (256u << 20)

struct waiting {
	struct waiting *next;
	store_ready *ready;
	void *arg;
};

/* One file, which several profiles may share. */
struct file {
	struct store *store;
	const struct config_ppp *ppp; /* the first that names it */
	struct users *users;
	struct stat st; /* of the version in users */
	bool looked, fetching;
	uint64_t looked_at;
	int err; /* of the last look: an error is logged once */
	struct waiting *waiting, **waiting_end;
};

struct store {
	struct loop *loop;
	struct channel *monitor;
	const struct config *config;
	struct file *files;
	size_t n;
};

static struct file *find_file(struct store *s, const char *path)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->files[i].ppp->users_file, path) == 0)
			return &s->files[i];
	return NULL;
}

/* ---- reading ---- */

static void on_warn(void *arg, unsigned int line, const char *text)
{
	const struct file *f = arg;

	if (line)
		log_warn("%s:%u: %s; the line is skipped", f->ppp->users_file,
			 line, text);
	else
		log_warn("%s: %s", f->ppp->users_file, text);
}

static void warn_of_addresses(const struct file *f)
{
	const struct config *c = f->store->config;
	char text[512];

	for (size_t i = 0; i < c->ppp_n; i++) {
		const struct config_ppp *p = &c->ppp[i];

		if (users_check_counts(c, p) &&
		    strcmp(p->users_file, f->ppp->users_file) == 0 &&
		    users_check(f->users, p, text, sizeof(text)))
			log_warn("%s", text);
	}
}

static int parse_file(struct file *f, int fd, const struct stat *st)
{
	size_t size = (size_t)st->st_size;
	struct users *users = NULL;
	ssize_t len;
	char *text;
	int err;

	if (st->st_size > FILE_MAX)
		return -EFBIG;
	text = malloc(size + 1);
	if (!text)
		return -ENOMEM;
	len = file_read(fd, text, size);
	err = len < 0 ? (int)len : 0;
	if (!err) {
		users = users_parse(text, (size_t)len, on_warn, f);
		err = users ? 0 : -ENOMEM;
	}
	explicit_bzero(text, size);
	free(text);
	if (err)
		return err;
	users_free(f->users);
	f->users = users;
	f->st = *st;
	log_info("%s: %zu users", f->ppp->users_file, users_count(users));
	warn_of_addresses(f);
	return 0;
}

static int take_version(struct file *f, int fd)
{
	struct stat st;
	int err = secret_check_fd(fd);

	if (err)
		return err;
	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return f->users && file_same_version(&f->st, &st) ?
		       0 :
		       parse_file(f, fd, &st);
}

static const char *explain(int err)
{
	switch (err) {
	case -EACCES:
		return "others can read it: chmod 600 it";
	case -EINVAL:
		return "it is not a regular file";
	default:
		return strerror(-err);
	}
}

/* ---- looking ---- */

static void note_result(struct file *f, int err)
{
	f->looked = true;
	f->looked_at = loop_now(f->store->loop);
	if (err && err != f->err)
		log_error("cannot use %s: %s%s", f->ppp->users_file,
			  explain(err),
			  f->users ? "; the users read before stay" : "");
	f->err = err;
}

static void answer_all(struct file *f)
{
	struct waiting *w = f->waiting, *next;

	f->waiting = NULL;
	for (; w; w = next) {
		next = w->next;
		w->ready(w->arg, f->users);
		free(w);
	}
}

static void on_opened(void *arg, int result, struct ipc_message *m)
{
	struct file *f = arg;
	int fd = result || !m ? -EBADF : ipc_take_fd(m, 0);

	f->fetching = false;
	if (!result)
		result = fd < 0 ? fd : take_version(f, fd);
	if (fd >= 0)
		close(fd);
	note_result(f, result);
	answer_all(f);
}

static void look(struct file *f)
{
	struct aaa_open body = { .kind = AAA_FILE_USERS };
	int err;

	memcpy(body.name, f->ppp->name, sizeof(body.name));
	err = channel_request(f->store->monitor, AAA_OPEN, &body, sizeof(body),
			      NULL, 0, on_opened, f);
	f->fetching = !err;
	if (err) {
		note_result(f, err);
		answer_all(f);
	}
}

static bool is_fresh(const struct file *f)
{
	return f->looked && !f->fetching &&
	       loop_now(f->store->loop) - f->looked_at < FRESH_MS;
}

void store_get(struct store *s, const char *profile, store_ready *ready,
	       void *arg)
{
	const struct config_ppp *ppp = config_ppp_find(s->config, profile);
	struct file *f =
		ppp && ppp->users_file ? find_file(s, ppp->users_file) : NULL;
	struct waiting *w;

	if (!f || is_fresh(f)) {
		ready(arg, f ? f->users : NULL);
		return;
	}
	w = malloc(sizeof(*w));
	if (!w) {
		ready(arg, f->users);
		return;
	}
	*w = (struct waiting){ .ready = ready, .arg = arg };
	if (!f->waiting)
		f->waiting_end = &f->waiting;
	*f->waiting_end = w;
	f->waiting_end = &w->next;
	if (!f->fetching)
		look(f);
}

/* ---- all of them ---- */

struct store *store_new(struct loop *loop, struct channel *monitor,
			const struct config *config)
{
	struct store *s = calloc(1, sizeof(*s));
	size_t i;

	if (!s)
		return NULL;
	*s = (struct store){
		.loop = loop,
		.monitor = monitor,
		.config = config,
	};
	s->files = calloc(config->ppp_n + 1, sizeof(*s->files));
	if (!s->files) {
		free(s);
		return NULL;
	}
	for (i = 0; i < config->ppp_n; i++) {
		const struct config_ppp *ppp = &config->ppp[i];

		if (ppp->users_file && !find_file(s, ppp->users_file))
			s->files[s->n++] =
				(struct file){ .store = s, .ppp = ppp };
	}
	/*
	 * Read now, not when the first caller waits; and say what is
	 * wrong with them.
	 */
	for (i = 0; i < s->n; i++)
		look(&s->files[i]);
	return s;
}

void store_free(struct store *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->n; i++)
		users_free(s->files[i].users);
	free(s->files);
	free(s);
}
