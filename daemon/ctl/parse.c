// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The words of a command line to a request, after the command table. Words and
 * keywords may be cut short as long as it is clear which one is meant; a word
 * in full is never ambiguous. '_' stands for '-', as in ip-l2tp(8)'s keywords.
 */
#include "ctl/ctl.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/secret.h"

/* A word within a text: not NUL-terminated. */
struct word {
	const char *at;
	size_t len;
};

/* Steps through the words of text that sep separates. */
static bool next_word(const char **text, char sep, struct word *w)
{
	while (**text == sep)
		(*text)++;
	if (!**text)
		return false;
	w->at = *text;
	w->len = strcspn(*text, (const char[]){ sep, '\0' });
	*text += w->len;
	return true;
}

static bool nth_word(const char *text, int n, struct word *w)
{
	do {
		if (!next_word(&text, ' ', w))
			return false;
	} while (n--);
	return true;
}

enum match { MATCH_NONE, MATCH_PREFIX, MATCH_FULL };

static enum match match_word(struct word w, const char *given)
{
	size_t n = strlen(given);

	if (!n || n > w.len)
		return MATCH_NONE;
	for (size_t i = 0; i < n; i++)
		if (w.at[i] != (given[i] == '_' ? '-' : given[i]))
			return MATCH_NONE;
	return n == w.len ? MATCH_FULL : MATCH_PREFIX;
}

static bool same_word(struct word a, struct word b)
{
	return a.len == b.len && !memcmp(a.at, b.at, a.len);
}

/* What may stand in one place of the command line; each word is kept once. */
#define CHOICES_MAX 40
struct choices {
	struct word word[CHOICES_MAX];
	int n;
};

static void choices_add(struct choices *c, struct word w)
{
	for (int i = 0; i < c->n; i++)
		if (same_word(c->word[i], w))
			return;
	if (c->n < CHOICES_MAX)
		c->word[c->n++] = w;
}

static void choices_print(const struct choices *c, FILE *out)
{
	for (int i = 0; i < c->n; i++)
		fprintf(out, "%s%.*s",
			i == 0	      ? "" :
			i == c->n - 1 ? " or " :
					", ",
			(int)c->word[i].len, c->word[i].at);
}

/*
 * The one that given means: its index, -1 for none, -2 for several, left in c.
 */
static int choices_pick(struct choices *c, const char *given)
{
	struct choices close = { .n = 0 };
	int at = -1;

	for (int i = 0; i < c->n; i++) {
		switch (match_word(c->word[i], given)) {
		case MATCH_FULL:
			return i;
		case MATCH_PREFIX:
			choices_add(&close, c->word[i]);
			at = i;
			break;
		case MATCH_NONE:
			break;
		}
	}
	if (close.n <= 1)
		return at;
	*c = close;
	return -2;
}

static void put_quoted(const char *text, FILE *err)
{
	fputc('\'', err);
	ctl_put_safe(text, err);
	fputc('\'', err);
}

static int refuse_word(const struct choices *c, int picked, const char *given,
		       FILE *err)
{
	fputs("l2tpctl: ", err);
	put_quoted(given, err);
	fputs(picked == -2 ? " may be " : " is not known here: say ", err);
	choices_print(c, err);
	fputs(picked == -2 ? ": spell it out\n" : "\n", err);
	return CTL_EXIT_USAGE;
}

int ctl_words_match(const struct ctl_command *c, int argc, char **argv)
{
	struct word w;
	int i;

	for (i = 0; i < argc && nth_word(c->words, i, &w); i++) {
		if (!strcmp(argv[i], "help"))
			break;
		if (match_word(w, argv[i]) == MATCH_NONE)
			return -1;
	}
	return i;
}

/*
 * The words that may follow the n chosen ones, and a command that begins with
 * those; *whole: the one that has no others, or NULL.
 */
static const struct ctl_command *what_follows(const struct word *chosen, int n,
					      struct choices *c,
					      const struct ctl_command **whole)
{
	const struct ctl_command *begins = ctl_commands; /* with no word: any */
	struct word w;

	*whole = NULL;
	for (const struct ctl_command *cmd = ctl_commands; cmd->words; cmd++) {
		bool fits = true;

		for (int i = 0; i < n && fits; i++)
			fits = nth_word(cmd->words, i, &w) &&
			       same_word(w, chosen[i]);
		if (!fits)
			continue;
		begins = cmd;
		if (nth_word(cmd->words, n, &w))
			choices_add(c, w);
		else
			*whole = cmd;
	}
	return begins;
}

static bool has_in_full(const struct choices *c, const char *given)
{
	for (int i = 0; i < c->n; i++)
		if (match_word(c->word[i], given) == MATCH_FULL)
			return true;
	return false;
}

static int refuse_short(const struct word *chosen, int n,
			const struct choices *c, FILE *err)
{
	fputs("l2tpctl: the command is not complete: behind '", err);
	for (int i = 0; i < n; i++)
		fprintf(err, "%s%.*s", i ? " " : "", (int)chosen[i].len,
			chosen[i].at);
	fputs("' comes ", err);
	choices_print(c, err);
	fputc('\n', err);
	return CTL_EXIT_USAGE;
}

/*
 * Finds the command word by word. *used: how many words it took. A word is
 * compared only with those that may follow the words before it. Where a
 * command is complete and a longer one goes on ("add tunnel static"), the
 * longer one's word is to be in full, for arguments may begin like it.
 */
static int parse_words(struct ctl_request *req, int *used, int argc,
		       char **argv, FILE *err)
{
	struct word chosen[4] = { 0 };

	for (int n = 0;; n++) {
		const struct ctl_command *whole;
		struct choices c = { .n = 0 };
		int at;

		req->command = what_follows(chosen, n, &c, &whole);
		if (whole && (n == argc || !has_in_full(&c, argv[n]))) {
			req->command = whole;
			*used = n;
			return 0;
		}
		if (n == argc)
			return refuse_short(chosen, n, &c, err);
		if (!strcmp(argv[n], "help")) {
			req->help = true;
			return 0;
		}
		at = choices_pick(&c, argv[n]);
		if (at < 0)
			return refuse_word(&c, at, argv[n], err);
		chosen[n] = c.word[at];
	}
}

static struct word text_word(const char *text)
{
	return (struct word){ .at = text, .len = strlen(text) };
}

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

	while (next_word(&rest, '|', &w))
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
	if (fd < 0) {
		ret = errno;
		fprintf(err, "l2tpctl: %s ", a->word);
		ctl_put_safe(path, err);
		fprintf(err, ": cannot open it: %s\n", strerror(ret));
		return CTL_EXIT_ERROR;
	}
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

	while (next_word(&text, ',', &w)) {
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

/*
 * The argument that a word begins: a keyword, or the value of the one whose
 * keyword may be left out (*bare). A keyword goes before such a value, cut
 * short or not, as in ip(8).
 */
static int find_arg(struct ctl_request *req, const char *given,
		    const struct ctl_arg **found, bool *bare, FILE *err)
{
	const struct ctl_arg *args = req->command->args,
			     *b = bare_arg(req->command, req->args);
	struct choices c = { .n = 0 };
	int at;

	*bare = false;
	for (const struct ctl_arg *a = args; a && a->word; a++)
		choices_add(&c, text_word(a->word));
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
		return refuse_word(&c, at, given, err);
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

		ret = find_arg(req, argv[i], &a, &bare, err);
		if (ret || req->help)
			return ret;
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
	int used = 0, ret;

	*req = (struct ctl_request){ 0 };
	ret = parse_words(req, &used, argc, argv, err);
	if (ret || req->help)
		return ret;
	req->args = json_object();
	if (!req->args) {
		fputs("l2tpctl: out of memory\n", err);
		return CTL_EXIT_ERROR;
	}
	return parse_args(req, argc - used, argv + used, err);
}

void ctl_request_clear(struct ctl_request *req)
{
	json_decref(req->args);
	*req = (struct ctl_request){ 0 };
}
