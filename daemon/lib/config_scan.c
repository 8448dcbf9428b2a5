/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration file's letters, checked before libconfuse reads them: what
 * it would silently expand, skip or misread is an error with its line.
 */
#include "lib/config_key.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

enum token {
	TOKEN_NONE,
	TOKEN_WORD,
	TOKEN_STRING,
	TOKEN_ASSIGN,
	TOKEN_COMMA,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_END
};

#define DEPTH_MAX 3 /* lac, session, list */

struct scan {
	char *text;
	size_t len, pos;
	int line;
	/* the lines of the braces that are open */
	int depth, opened[DEPTH_MAX];
	/* of the last word, or of the inside of the last string */
	size_t start, end;
	struct config_why *why;
};

int config_fail(struct config_why *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

bool config_name_ok(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len < CONFIG_NAME_MAX &&
	       strspn(text,
		      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		      "0123456789._-") == len;
}

static int not_closed(struct scan *s, const char *what)
{
	return config_fail(s->why, "%s does not end; close it", what);
}

static int check_bytes(struct scan *s)
{
	size_t i;

	for (i = 0; i < s->len; i++) {
		unsigned char c = (unsigned char)s->text[i];

		if (c == '\n')
			s->line++;
		else if (c == '\r' && s->text[i + 1] == '\n')
			s->text[i] = ' ';
		else if ((c < 0x20 && c != '\t') || c == 0x7f)
			return config_fail(s->why,
					   "byte 0x%02x has no place here; "
					   "remove it",
					   c);
	}
	s->line = 1;
	return 0;
}

static void blank(struct scan *s)
{
	s->text[s->pos++] = ' ';
}

static int skip_block_comment(struct scan *s)
{
	int line = s->line;

	blank(s);
	blank(s);
	while (s->pos < s->len) {
		if (s->text[s->pos] == '*' && s->text[s->pos + 1] == '/') {
			blank(s);
			blank(s);
			return 0;
		}
		if (s->text[s->pos] == '\n') {
			s->line++;
			s->pos++;
		} else {
			blank(s);
		}
	}
	s->line = line;
	return not_closed(s, "a comment");
}

/* White space and comments. */
static int skip(struct scan *s)
{
	for (;;) {
		char c = s->text[s->pos], next = c ? s->text[s->pos + 1] : '\0';

		if (c == '\n') {
			s->line++;
			s->pos++;
		} else if (c == ' ' || c == '\t') {
			s->pos++;
		} else if (c == '#' || (c == '/' && next == '/')) {
			while (s->text[s->pos] && s->text[s->pos] != '\n')
				blank(s);
		} else if (c == '/' && next == '*') {
			int err = skip_block_comment(s);

			if (err)
				return err;
		} else {
			return 0;
		}
	}
}

static int take_string(struct scan *s)
{
	char quote = s->text[s->pos++], c;

	for (s->start = s->pos; (c = s->text[s->pos]) != quote; s->pos++) {
		if (c == '\0' || c == '\n')
			return not_closed(s, "a string");
		if (c == '$' && s->text[s->pos + 1] == '{' && quote == '"')
			return config_fail(s->why,
					   "${...} is not expanded here; write "
					   "the value, or \\${ for the "
					   "characters themselves");
		if (c != '\\' || s->text[s->pos + 1] == '\n' ||
		    s->text[s->pos + 1] == '\0')
			continue;
		s->pos++;
		if (quote == '"' && !strchr("\\\"$", s->text[s->pos]))
			return config_fail(s->why,
					   "\\%c means nothing in a string; "
					   "write \\\\ for a backslash",
					   s->text[s->pos]);
	}
	s->end = s->pos++;
	return TOKEN_STRING;
}

static int take_word(struct scan *s)
{
	static const char stop[] = " \t\n\"'#={},+";
	size_t i;

	s->start = s->pos;
	while (s->text[s->pos] && !strchr(stop, s->text[s->pos]))
		s->pos++;
	s->end = s->pos;
	for (i = s->start; i < s->end; i++) {
		char c = s->text[i], next = s->text[i + 1];

		if (strchr("()*|\\", c) ||
		    (c == '/' && (next == '/' || next == '*')) ||
		    (c == '$' && next == '{'))
			return config_fail(s->why, "'%.*s' needs quotes",
					   (int)(s->end - s->start),
					   s->text + s->start);
	}
	return TOKEN_WORD;
}

/* The next token, or -EINVAL. */
static int take(struct scan *s)
{
	int err = skip(s);

	if (err)
		return err;
	switch (s->text[s->pos]) {
	case '\0':
		return TOKEN_END;
	case '"':
	case '\'':
		return take_string(s);
	case '=':
		s->pos++;
		return TOKEN_ASSIGN;
	case '+':
		if (s->text[s->pos + 1] != '=')
			return config_fail(s->why, "a '+' alone means nothing; "
						   "quote it, or write +=");
		s->pos += 2;
		return TOKEN_ASSIGN;
	case ',':
		s->pos++;
		return TOKEN_COMMA;
	case '{':
		s->pos++;
		return TOKEN_OPEN;
	case '}':
		s->pos++;
		return TOKEN_CLOSE;
	default:
		return take_word(s);
	}
}

/* A section's name: the word or string between its keyword and its brace. */
static int check_title(struct scan *s)
{
	char name[CONFIG_NAME_MAX + 1] = "";
	size_t len = s->end - s->start;

	if (len < sizeof(name))
		memcpy(name, s->text + s->start, len);
	if (!config_name_ok(name))
		return config_fail(s->why,
				   "'%.*s' is no name for a section; use "
				   "letters, digits, '.', '_' and '-', at most "
				   "%d",
				   (int)(len < 80 ? len : 80),
				   s->text + s->start, CONFIG_NAME_MAX - 1);
	return 0;
}

/*
 * Whether a token may follow the two before it. libconfuse does the grammar;
 * this finds strings in the place of keys, which it would take for paths.
 */
static int check_order(struct scan *s, enum token before, enum token prev,
		       enum token now)
{
	if (now == TOKEN_STRING &&
	    (prev == TOKEN_STRING || prev == TOKEN_CLOSE || prev == TOKEN_NONE))
		return config_fail(s->why,
				   "a string stands where a key should; "
				   "keys and section keywords have no quotes");
	if (prev == TOKEN_STRING && now == TOKEN_ASSIGN)
		return config_fail(s->why, "a key is written without quotes");
	if (prev == TOKEN_STRING && now == TOKEN_OPEN && before != TOKEN_WORD)
		return config_fail(s->why, "a section starts with its keyword, "
					   "without quotes");
	if (now == TOKEN_OPEN && before == TOKEN_WORD &&
	    (prev == TOKEN_WORD || prev == TOKEN_STRING))
		return check_title(s);
	return 0;
}

/* The braces: libconfuse takes the file's end for the end of a section. */
static int check_depth(struct scan *s, enum token now)
{
	if (now == TOKEN_OPEN) {
		if (s->depth == DEPTH_MAX)
			return config_fail(s->why,
					   "braces are nested too deep");
		s->opened[s->depth++] = s->line;
	} else if (now == TOKEN_CLOSE) {
		if (s->depth == 0)
			return config_fail(s->why, "this brace closes nothing; "
						   "remove it");
		s->depth--;
	} else if (now == TOKEN_END && s->depth) {
		s->line = s->opened[s->depth - 1];
		return not_closed(s, "what this brace opens");
	}
	return 0;
}

int config_scan(char *text, size_t len, int *line, struct config_why *why)
{
	struct scan s = { .text = text, .len = len, .line = 1, .why = why };
	enum token before = TOKEN_NONE, prev = TOKEN_NONE;
	int now, err = check_bytes(&s);

	while (!err) {
		now = take(&s);
		if (now < 0)
			err = now;
		if (!err)
			err = check_depth(&s, (enum token)now);
		if (!err)
			err = check_order(&s, before, prev, (enum token)now);
		if (now == TOKEN_END)
			break;
		before = prev;
		prev = (enum token)now;
	}
	*line = s.line;
	return err;
}
