/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of a users file, with pppd's rules for quotes, backslashes and
 * comments (pppd(8)), and what they mean.
 */
#include "aaa/users_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct reader {
	const char *p, *end;
	unsigned int line; /* where p is */
	const char *fault; /* of the line being read */
	char word[USERS_NAME_MAX + 1];
	size_t len;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* A backslash and a newline join two lines. */
static bool at_joint(const struct reader *r)
{
	return r->end - r->p >= 2 && r->p[0] == '\\' && r->p[1] == '\n';
}

static void put(struct reader *r, char c)
{
	if (c == '\0')
		r->fault = "a NUL byte";
	else if (r->len == USERS_NAME_MAX)
		r->fault = "a word of more than 255 bytes";
	else
		r->word[r->len++] = c;
}

/* Up to max digits of a base; the number. */
static unsigned int take_digits(struct reader *r, int max, unsigned int base)
{
	unsigned int value = 0, digit;

	for (; max && r->p < r->end; max--, r->p++) {
		char c = *r->p;

		digit = c >= '0' && c <= '9' ? (unsigned int)(c - '0') :
			c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a' + 10) :
			c >= 'A' && c <= 'F' ? (unsigned int)(c - 'A' + 10) :
					       16;
		if (digit >= base)
			break;
		value = value * base + digit;
	}
	return value;
}

/* What follows a backslash. */
static void take_escape(struct reader *r)
{
	static const char names[] = "abfnrstv", values[] = "\a\b\f\n\r \t\v";
	const char *name;
	char c;

	if (r->p == r->end) {
		r->fault = "a backslash at the end";
		return;
	}
	c = *r->p;
	if (c >= '0' && c <= '7') {
		put(r, (char)take_digits(r, 3, 8));
		return;
	}
	r->p++;
	if (c == 'x') {
		put(r, (char)take_digits(r, 2, 16));
		return;
	}
	name = c ? strchr(names, c) : NULL;
	put(r, name ? values[name - names] : c);
}

static void skip_line(struct reader *r)
{
	while (r->p < r->end && *r->p != '\n')
		r->p++;
}

static void skip_blanks(struct reader *r)
{
	for (; r->p < r->end; r->p++) {
		if (at_joint(r)) {
			r->p++;
			r->line++;
		} else if (*r->p == '#') {
			skip_line(r);
			return;
		} else if (!is_blank(*r->p)) {
			return;
		}
	}
}

/*
 * The next word of this line into r->word; false at the line's end or a fault.
 */
static bool next_word(struct reader *r)
{
	char quote = '\0';

	skip_blanks(r);
	if (r->p == r->end || *r->p == '\n')
		return false;
	for (r->len = 0; r->p < r->end && !r->fault;) {
		char c = *r->p;

		if (at_joint(r)) {
			r->p += 2;
			r->line++;
			continue;
		}
		if (c == '\n' || (!quote && (is_blank(c) || c == '#')))
			break;
		r->p++;
		if (c == '\\')
			take_escape(r);
		else if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? '\0' : c;
		else
			put(r, c);
	}
	if (quote && !r->fault)
		r->fault = "a quote that is not closed";
	r->word[r->len] = '\0';
	return !r->fault;
}

/* The fields after the secret: of several addresses the first counts. */
static void read_addresses(struct reader *r, struct users_line *out)
{
	struct in_addr in;
	bool first = true;

	for (; next_word(r); first = false) {
		if (strcmp(r->word, "--") == 0) {
			r->fault =
				"options after --, which belong in the ppp section";
			return;
		}
		if (!first)
			continue;
		if (strcmp(r->word, "*") == 0) {
			out->address = USERS_ADDRESS_ANY;
		} else if (strcmp(r->word, "-") == 0) {
			out->address = USERS_ADDRESS_NONE;
		} else if (inet_pton(AF_INET, r->word, &in) == 1 && in.s_addr) {
			out->address = USERS_ADDRESS_FIXED;
			out->ipv4 = in.s_addr;
		} else {
			r->fault =
				"an address that is neither an IPv4 address nor * nor -";
			return;
		}
	}
}

static void copy_word(const struct reader *r, char *to)
{
	memcpy(to, r->word, r->len + 1);
}

/* One line that has a first word; true when it is an entry. */
static bool read_line(struct reader *r, struct users_line *out)
{
	memset(out, 0, sizeof(*out));
	out->line = r->line;
	if (!next_word(r))
		return false;
	copy_word(r, out->client);
	if (!next_word(r)) {
		r->fault = r->fault ? r->fault :
				      "a client without a server and a secret";
		return false;
	}
	copy_word(r, out->server);
	if (!next_word(r)) {
		r->fault = r->fault ? r->fault : "no secret";
		return false;
	}
	if (r->len == 0 || r->word[0] == '@')
		r->fault =
			r->len ?
				"a secret in another file (@), which is not supported" :
				"an empty secret";
	else
		secret_set(&out->secret, r->word, r->len);
	if (!r->fault)
		read_addresses(r, out);
	return !r->fault;
}

size_t users_read(const char *text, size_t len, users_line_fn *entry,
		  users_warn *warn, void *arg)
{
	struct reader r = { .p = text, .end = text + len, .line = 1 };
	struct users_line line;
	size_t faults = 0;
	char summary[64];

	while (r.p < r.end) {
		bool ok = read_line(&r, &line) && entry(arg, &line);

		if (!ok && r.fault && warn && faults < USERS_WARN_MAX)
			warn(arg, line.line, r.fault);
		if (r.fault)
			faults++;
		r.fault = NULL;
		skip_line(&r);
		if (r.p < r.end) {
			r.p++;
			r.line++;
		}
	}
	if (warn && faults > USERS_WARN_MAX) {
		snprintf(summary, sizeof(summary), "%zu more lines are wrong",
			 faults - USERS_WARN_MAX);
		warn(arg, 0, summary);
	}
	explicit_bzero(&r.word, sizeof(r.word));
	secret_clear(&line.secret);
	return faults;
}
