// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The words of a command line to a request, after the command table. What is
 * refused is named, unless it may be a secret that was given as a word.
 */
#include "ctl/ctl.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/words.h"
#include "lib/secret.h"

static const struct ctl_arg *bare_arg(const struct ctl_command *cmd,
				      const json_t *args)
{
	for (const struct ctl_arg *a = cmd->args; a && a->word; a++)
		if (a->flags & CTL_BARE && !json_object_get(args, a->key))
			return a;
	return NULL;
}

static int parse_number(const struct ctl_arg *a, const char *text,
			json_t **value, FILE *err)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || n < a->min ||
	    n > a->max) {
		fputs("l2tpctl: ", err);
		put_quoted(text, err);
		fprintf(err,
			" is not a value for %s: give a number from %u to %u\n",
			a->word, a->min, a->max);
		return CTL_EXIT_USAGE;
	}
	*value = json_integer((json_int_t)n);
	return 0;
}

static int parse_choice(const struct ctl_arg *a, const char *text,
			struct word *chosen, FILE *err)
{
	struct choices c = { .n = 0 };
	const char *rest = a->value;
	struct word w;
	int at;

	while (word_next(&rest, '|', &w))
		choices_add(&c, w);
	at = choices_pick(&c, text);
	if (at < 0) {
		fputs("l2tpctl: ", err);
		put_quoted(text, err);
		fprintf(err, " is not a value for %s: say ", a->word);
		choices_print(&c, err);
		fputc('\n', err);
		return CTL_EXIT_USAGE;
	}
	*chosen = c.word[at];
	return 0;
}

static int refuse_file(const struct ctl_arg *a, const char *path, int error,
		       FILE *err)
{
	fprintf(err, "l2tpctl: %s ", a->word);
	ctl_put_safe(path, err);
	switch (error) {
	case EACCES:
		fputs(": others than its owner may read it: chmod 600 it\n",
		      err);
		break;
	case ENODATA:
		fputs(": its first line is empty: write the secret there\n",
		      err);
		break;
	case EMSGSIZE:
		fprintf(err, ": its first line is longer than %d bytes\n",
			SECRET_MAX);
		break;
	case EILSEQ:
		fputs(": its first line is not UTF-8 text\n", err);
		break;
	default:
		fprintf(err, ": cannot read it: %s\n", strerror(error));
		break;
	}
	return CTL_EXIT_ERROR;
}

/* There is a folder that the path leads into: it is meant as one. */
static bool is_a_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[4096];
	struct stat st;

	if (!slash)
		return false;
	snprintf(folder, sizeof(folder), "%.*s",
		 (int)(slash == path ? 1 : slash - path), path);
	return stat(folder, &st) == 0 && S_ISDIR(st.st_mode);
}

/*
 * What is no file may be the secret itself, given in place of a file's name:
 * then it is not repeated, for this may end in somebody's log.
 */
static int refuse_open(const struct ctl_arg *a, const char *path, int error,
		       FILE *err)
{
	fprintf(err, "l2tpctl: %s ", a->word);
	if (error == EACCES || is_a_path(path)) {
		ctl_put_safe(path, err);
		fprintf(err, ": cannot open it: %s\n", strerror(error));
	} else {
		fputs("takes the name of a file, never the secret itself, and "
		      "there is no file of the name that it was given\n",
		      err);
	}
	return CTL_EXIT_ERROR;
}

/*
 * The daemon gets the secret itself: the file may be one that only the
 * caller can read.
 */
static int parse_secret_file(const struct ctl_arg *a, const char *path,
			     json_t **value, FILE *err)
{
	struct secret secret = { 0 };
	int fd, ret;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return refuse_open(a, path, errno, err);
	ret = secret_read_fd(&secret, fd);
	close(fd);
	if (!ret) {
		*value = memchr(secret.data, '\0', secret.len) ?
				 NULL :
				 json_stringn((const char *)secret.data,
					      secret.len);
		if (!*value)
			ret = -EILSEQ;
	}
	secret_clear(&secret);
	return ret ? refuse_file(a, path, -ret, err) : 0;
}

static int refuse_text(const struct ctl_arg *a, const char *text, FILE *err)
{
	fputs("l2tpctl: ", err);
	put_quoted(text, err);
	fprintf(err, " is not a value for %s: give %s as UTF-8 text\n", a->word,
		a->value);
	return CTL_EXIT_USAGE;
}

/* NULL: one of them is not UTF-8, or there is none. */
static json_t *list_of(const char *text)
{
	json_t *list = json_array();
	struct word w;

	while (word_next(&text, ',', &w)) {
		if (json_array_append_new(list, json_stringn(w.at, w.len))) {
			json_decref(list);
			return NULL;
		}
	}
	if (json_array_size(list))
		return list;
	json_decref(list);
	return NULL;
}

static int parse_value(const struct ctl_arg *a, const char *text,
		       json_t **value, FILE *err)
{
	struct word w = { 0 };
	int ret;

	switch (a->kind) {
	case CTL_TEXT:
		*value = *text ? json_string(text) : NULL;
		return *value ? 0 : refuse_text(a, text, err);
	case CTL_LIST:
		*value = list_of(text);
		return *value ? 0 : refuse_text(a, text, err);
	case CTL_NUMBER:
		return parse_number(a, text, value, err);
	case CTL_FLAG:
		*value = json_true();
		return 0;
	case CTL_ON_OFF:
		ret = parse_choice(a, text, &w, err);
		if (!ret)
			*value = json_boolean(w.len == 2);
		return ret;
	case CTL_CHOICE:
		ret = parse_choice(a, text, &w, err);
		if (!ret)
			*value = json_stringn(w.at, w.len);
		return ret;
	case CTL_SECRET_FILE:
		return parse_secret_file(a, text, value, err);
	}
	return CTL_EXIT_USAGE;
}

static bool takes_secrets(const struct ctl_command *cmd)
{
	for (const struct ctl_arg *a = cmd->args; a && a->word; a++)
		if (a->kind == CTL_SECRET_FILE)
			return true;
	return false;
}

/* add tunnel, add tunnel lcce and add tunnel static are of one family. */
static bool is_of_family(const struct ctl_command *a,
			 const struct ctl_command *b)
{
	const char *second = strchr(a->words, ' ');
	size_t n = second ? strcspn(second + 1, " ") : 0;

	n += second ? (size_t)(second + 1 - a->words) : strlen(a->words);
	return a != b && !strncmp(a->words, b->words, n) &&
	       (b->words[n] == ' ' || !b->words[n]);
}

/* The command of this one's family that has the keyword in full, or NULL. */
static const struct ctl_command *find_relative(const struct ctl_command *cmd,
					       const char *given)
{
	for (const struct ctl_command *c = ctl_commands; c->words; c++) {
		if (!is_of_family(cmd, c))
			continue;
		for (const struct ctl_arg *a = c->args; a && a->word; a++)
			if (word_in_full(word_of(a->word), given))
				return c;
	}
	return NULL;
}

/* before: the word in front of it, which was taken. */
static int refuse_arg(const struct ctl_command *cmd, const struct choices *c,
		      int picked, const char *given, const char *before,
		      FILE *err)
{
	const struct ctl_command *relative = find_relative(cmd, given);

	if (picked == CHOICE_NONE && relative) {
		fputs("l2tpctl: ", err);
		put_quoted(given, err);
		fprintf(err,
			" is no word of '%s' but of '%s': l2tpctl %s help "
			"explains\n",
			cmd->words, relative->words, relative->words);
		return CTL_EXIT_USAGE;
	}
	if (picked == CHOICE_MANY || !takes_secrets(cmd) ||
	    choices_nearest(c, given) >= 0)
		return refuse_word(c, picked, given, err);
	fputs("l2tpctl: what comes behind ", err);
	put_quoted(before, err);
	fputs(" is not known here, and is not repeated, for it may be a "
	      "secret: say ",
	      err);
	choices_print(c, err);
	fputc('\n', err);
	return CTL_EXIT_USAGE;
}

/*
 * The argument that a word begins: a keyword, or the value of the one whose
 * keyword may be left out (*bare). A keyword goes before such a value, cut
 * short or not, as in ip(8).
 */
static int find_arg(struct ctl_request *req, const char *given,
		    const char *before, const struct ctl_arg **found,
		    bool *bare, FILE *err)
{
	const struct ctl_arg *args = req->command->args,
			     *b = bare_arg(req->command, req->args);
	const struct choices c = choices_of_args(args);
	int at;

	*bare = false;
	at = choices_pick(&c, given);
	if (at >= 0) {
		*found = &args[at];
		return 0;
	}
	if (!strcmp(given, "help")) {
		req->help = true;
		return 0;
	}
	if (b) {
		*found = b;
		*bare = true;
		return 0;
	}
	if (c.n)
		return refuse_arg(req->command, &c, at, given, before, err);
	fprintf(err, "l2tpctl: nothing comes behind '%s', but ",
		req->command->words);
	put_quoted(given, err);
	fputs(" was given\n", err);
	return CTL_EXIT_USAGE;
}

static int parse_args(struct ctl_request *req, int argc, char **argv, FILE *err)
{
	for (int i = 0; i < argc; i++) {
		const struct ctl_arg *a = NULL;
		json_t *value = NULL;
		bool bare;
		int ret;

		ret = find_arg(req, argv[i], i ? argv[i - 1] : argv[-1], &a,
			       &bare, err);
		if (ret || !a)
			return ret; /* a mistake, or help was asked for */
		if (json_object_get(req->args, a->key)) {
			fprintf(err,
				"l2tpctl: %s is given twice: leave one out\n",
				a->word);
			return CTL_EXIT_USAGE;
		}
		if (!bare && a->kind != CTL_FLAG && ++i == argc) {
			fprintf(err, "l2tpctl: %s has no value: say %s %s\n",
				a->word, a->word, a->value);
			return CTL_EXIT_USAGE;
		}
		ret = parse_value(a, argv[i], &value, err);
		if (ret)
			return ret;
		if (json_object_set_new(req->args, a->key, value)) {
			fputs("l2tpctl: out of memory\n", err);
			return CTL_EXIT_ERROR;
		}
	}
	for (const struct ctl_arg *a = req->command->args; a && a->word; a++) {
		if (a->flags & CTL_REQUIRED &&
		    !json_object_get(req->args, a->key)) {
			fprintf(err,
				"l2tpctl: '%s' needs %s%s%s %s: l2tpctl %s "
				"help explains\n",
				req->command->words,
				a->flags & CTL_BARE ? "[" : "", a->word,
				a->flags & CTL_BARE ? "]" : "", a->value,
				req->command->words);
			return CTL_EXIT_USAGE;
		}
	}
	return 0;
}

int ctl_parse(struct ctl_request *req, int argc, char **argv, FILE *err)
{
	struct way way;

	*req = (struct ctl_request){ 0 };
	way_follow(&way, argc, argv);
	req->command = way.begins;
	if (!way.whole && !way.stopped && way.n < argc) {
		req->help = true;
		return 0;
	}
	if (!way.whole)
		return way_refuse(&way, way.n < argc ? argv[way.n] : "", err);
	req->command = way.whole;
	req->args = json_object();
	if (!req->args) {
		fputs("l2tpctl: out of memory\n", err);
		return CTL_EXIT_ERROR;
	}
	return parse_args(req, argc - way.n, argv + way.n, err);
}

void ctl_request_clear(struct ctl_request *req)
{
	json_decref(req->args);
	*req = (struct ctl_request){ 0 };
}
