/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words of a command line against those of the command table: cut short, in
 * full, or nearly right.
 */
#ifndef L2TPD_CTL_WORDS_H
#define L2TPD_CTL_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct ctl_arg;
struct ctl_command;

/* A word within a text: not NUL-terminated. */
struct word {
	const char *at;
	size_t len;
};

/* What may stand in one place of the command line; each word is kept once. */
#define CHOICES_MAX 40
struct choices {
	struct word word[CHOICES_MAX];
	int n;
};

#define COMMAND_WORDS_MAX 4

/* Where the words of a command line lead. */
struct way {
	/* the words that were meant, in full */
	struct word chosen[COMMAND_WORDS_MAX];
	int n;
	struct choices next; /* what may come behind them */
	/* a command that begins with them, with none: any */
	const struct ctl_command *begins;
	/* the command that they are; NULL: it is not complete */
	const struct ctl_command *whole;
	/*
	 * why it stopped at word n: CHOICE_NONE or CHOICE_MANY, or 0 when that
	 * word is the first argument, or help, or there are no more
	 */
	int stopped;
};

enum { CHOICE_NONE = -1, CHOICE_MANY = -2 };

struct word word_of(const char *text);
/* Steps through the words of text that sep separates. */
bool word_next(const char **text, char sep, struct word *w);
bool word_same(struct word a, struct word b);
/* Whether given is the word, or begins it; '_' is '-'. */
bool word_begins(struct word w, const char *given);
bool word_in_full(struct word w, const char *given);

void choices_add(struct choices *c, struct word w);
/* The keywords of a command; NULL: it has none. */
struct choices choices_of_args(const struct ctl_arg *args);
/* "a, b or c" */
void choices_print(const struct choices *c, FILE *out);
/* The index of the one that given means, CHOICE_NONE, or CHOICE_MANY. */
int choices_pick(const struct choices *c, const char *given);
/* The index of the one that is given but for a slip of the hand, or -1. */
int choices_nearest(const struct choices *c, const char *given);

/*
 * Follows the words of a command line, each compared only with those that may
 * stand behind the ones before it. Where a command is complete and a longer one
 * goes on ("add tunnel static"), the longer one's word has to be in full, for
 * arguments may begin like it.
 */
void way_follow(struct way *w, int argc, char **argv);
/* Writes why it stopped at given. An enum ctl_exit. */
int way_refuse(const struct way *w, const char *given, FILE *err);

/* Between quotation marks, without control bytes. */
void put_quoted(const char *text, FILE *err);
/*
 * "... is not known here" or "may be several": picked is CHOICE_NONE or
 * CHOICE_MANY. An enum ctl_exit.
 */
int refuse_word(const struct choices *c, int picked, const char *given,
		FILE *err);

#endif
