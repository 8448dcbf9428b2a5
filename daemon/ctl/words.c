// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Words against those that may stand in a place. They may be cut short as long
 * as it is clear which one is meant; a word in full is never ambiguous. '_'
 * stands for '-', as in ip-l2tp(8)'s keywords.
 */
#include "ctl/words.h"

#include <string.h>

#include "ctl/ctl.h"

#define NEAR_MAX 24 /* letters of a word that slips are looked for in */

bool word_next(const char **text, char sep, struct word *w)
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
		if (!word_next(&text, ' ', w))
			return false;
	} while (n--);
	return true;
}

struct word word_of(const char *text)
{
	return (struct word){ .at = text, .len = strlen(text) };
}

bool word_same(struct word a, struct word b)
{
	return a.len == b.len && !memcmp(a.at, b.at, a.len);
}

static char as_written(char c)
{
	return c == '_' ? '-' : c;
}

bool word_begins(struct word w, const char *given)
{
	size_t n = strlen(given);

	if (!n || n > w.len)
		return false;
	for (size_t i = 0; i < n; i++)
		if (w.at[i] != as_written(given[i]))
			return false;
	return true;
}

bool word_in_full(struct word w, const char *given)
{
	return word_begins(w, given) && strlen(given) == w.len;
}

void choices_add(struct choices *c, struct word w)
{
	for (int i = 0; i < c->n; i++)
		if (word_same(c->word[i], w))
			return;
	if (c->n < CHOICES_MAX)
		c->word[c->n++] = w;
}

struct choices choices_of_args(const struct ctl_arg *args)
{
	struct choices c = { .n = 0 };

	for (; args && args->word; args++)
		choices_add(&c, word_of(args->word));
	return c;
}

void choices_print(const struct choices *c, FILE *out)
{
	for (int i = 0; i < c->n; i++)
		fprintf(out, "%s%.*s",
			i == 0	      ? "" :
			i == c->n - 1 ? " or " :
					", ",
			(int)c->word[i].len, c->word[i].at);
}

int choices_pick(const struct choices *c, const char *given)
{
	int at = CHOICE_NONE;

	for (int i = 0; i < c->n; i++) {
		if (word_in_full(c->word[i], given))
			return i;
		if (word_begins(c->word[i], given))
			at = at == CHOICE_NONE ? i : CHOICE_MANY;
	}
	return at;
}

/* ---- what is nearly right ---- */

static int least(int a, int b, int c)
{
	int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/*
 * How many letters are missing, too many, wrong, or change places with the next
 * (the optimal string alignment distance).
 */
static int slips(struct word w, const char *given, size_t n)
{
	int d[NEAR_MAX + 1][NEAR_MAX + 1];

	for (size_t i = 0; i <= w.len; i++)
		for (size_t j = 0; j <= n; j++) {
			char a = i ? w.at[i - 1] : '\0';
			char b = j ? as_written(given[j - 1]) : '\0';

			if (!i || !j) {
				d[i][j] = (int)(i + j);
				continue;
			}
			d[i][j] = least(d[i - 1][j] + 1, d[i][j - 1] + 1,
					d[i - 1][j - 1] + (a != b));
			if (i > 1 && j > 1 && w.at[i - 2] == b &&
			    a == as_written(given[j - 2]) &&
			    d[i - 2][j - 2] + 1 < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	return d[w.len][n];
}

int choices_nearest(const struct choices *c, const char *given)
{
	size_t n = strlen(given);
	int best = -1, fewest = n < 3 ? 0 : n < 6 ? 1 : 2;

	if (n > NEAR_MAX)
		return -1;
	for (int i = 0; i < c->n; i++) {
		int s = c->word[i].len > NEAR_MAX ? NEAR_MAX :
						    slips(c->word[i], given, n);

		if (s > fewest || (s == fewest && best >= 0))
			continue;
		best = i;
		fewest = s;
	}
	return best;
}

/* ---- the words of a command ---- */

int ctl_words_match(const struct ctl_command *c, int argc, char **argv)
{
	struct word w;
	int i;

	for (i = 0; i < argc && nth_word(c->words, i, &w); i++) {
		if (!strcmp(argv[i], "help"))
			break;
		if (!word_begins(w, argv[i]))
			return -1;
	}
	return i;
}

/* The words that may follow the chosen ones, and whose they are. */
static void look_ahead(struct way *way)
{
	struct word w;

	way->begins = ctl_commands;
	way->whole = NULL;
	way->next.n = 0;
	for (const struct ctl_command *cmd = ctl_commands; cmd->words; cmd++) {
		bool fits = true;

		for (int i = 0; i < way->n && fits; i++)
			fits = nth_word(cmd->words, i, &w) &&
			       word_same(w, way->chosen[i]);
		if (!fits)
			continue;
		way->begins = cmd;
		if (nth_word(cmd->words, way->n, &w))
			choices_add(&way->next, w);
		else
			way->whole = cmd;
	}
}

static bool has_in_full(const struct choices *c, const char *given)
{
	for (int i = 0; i < c->n; i++)
		if (word_in_full(c->word[i], given))
			return true;
	return false;
}

void way_follow(struct way *w, int argc, char **argv)
{
	*w = (struct way){ 0 };
	for (;;) {
		int at;

		look_ahead(w);
		if (w->n == argc || w->n == COMMAND_WORDS_MAX ||
		    (w->whole && !has_in_full(&w->next, argv[w->n])) ||
		    !strcmp(argv[w->n], "help"))
			return;
		at = choices_pick(&w->next, argv[w->n]);
		if (at < 0) {
			w->stopped = at;
			return;
		}
		w->chosen[w->n++] = w->next.word[at];
	}
}

/* ---- sentences ---- */

void put_quoted(const char *text, FILE *err)
{
	fputc('\'', err);
	ctl_put_safe(text, err);
	fputc('\'', err);
}

/* Only those that given begins. */
static struct choices begun_by(const struct choices *c, const char *given)
{
	struct choices close = { .n = 0 };

	for (int i = 0; i < c->n; i++)
		if (word_begins(c->word[i], given))
			choices_add(&close, c->word[i]);
	return close;
}

int refuse_word(const struct choices *c, int picked, const char *given,
		FILE *err)
{
	int near = choices_nearest(c, given);
	struct choices close;

	fputs("l2tpctl: ", err);
	put_quoted(given, err);
	if (picked == CHOICE_MANY) {
		close = begun_by(c, given);
		fputs(" may be ", err);
		choices_print(&close, err);
		fputs(": spell it out\n", err);
		return CTL_EXIT_USAGE;
	}
	fputs(" is not known here: ", err);
	if (near >= 0)
		fprintf(err, "do you mean %.*s? Else ", (int)c->word[near].len,
			c->word[near].at);
	fputs("say ", err);
	choices_print(c, err);
	fputc('\n', err);
	return CTL_EXIT_USAGE;
}

int way_refuse(const struct way *w, const char *given, FILE *err)
{
	if (w->stopped)
		return refuse_word(&w->next, w->stopped, given, err);
	fputs("l2tpctl: the command is not complete: behind '", err);
	for (int i = 0; i < w->n; i++)
		fprintf(err, "%s%.*s", i ? " " : "", (int)w->chosen[i].len,
			w->chosen[i].at);
	fputs("' comes ", err);
	choices_print(&w->next, err);
	fputc('\n', err);
	return CTL_EXIT_USAGE;
}
