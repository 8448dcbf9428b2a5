/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kinds of values in the configuration: numbers, times, strings, addresses
 * and the few words that choose. Each is parsed, compared and printed here.
 * The lists and the kinds that only a ppp section has are in config_list.c.
 */
#include "lib/config_key.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

static void *field(const struct config_key *k, void *obj)
{
	return (char *)obj + k->offset;
}

static const void *cfield(const struct config_key *k, const void *obj)
{
	return (const char *)obj + k->offset;
}

/* ---- strings ---- */

void config_print_string(const char *text, FILE *out)
{
	putc('"', out);
	for (; *text; text++) {
		if (strchr("\\\"$", *text))
			putc('\\', out);
		putc(*text, out);
	}
	putc('"', out);
}

static int replace_string(char **at, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(*at);
	*at = copy;
	return 0;
}

static int parse_string(const struct config_key *k, void *obj, const char *text,
			struct config_why *why)
{
	size_t len = strlen(text);

	if (len < k->min || len > k->max)
		return config_fail(why, "%s has %zu bytes; it takes %u to %u",
				   k->name, len, k->min, k->max);
	return replace_string(field(k, obj), text);
}

static bool equal_string(const struct config_key *k, const void *a,
			 const void *b)
{
	char *const *x = cfield(k, a), *const *y = cfield(k, b);

	if (!*x || !*y)
		return *x == *y;
	return strcmp(*x, *y) == 0;
}

static void print_string(const struct config_key *k, const void *obj, FILE *out)
{
	char *const *at = cfield(k, obj);

	config_print_string(*at, out);
}

static void fini_string(const struct config_key *k, void *obj)
{
	char **at = field(k, obj);

	free(*at);
	*at = NULL;
}

static int copy_string(const struct config_key *k, void *dst, const void *src)
{
	char *const *from = cfield(k, src);

	return *from ? replace_string(field(k, dst), *from) : 0;
}

const struct config_kind config_kind_string = {
	"a string",   false,	   parse_string, equal_string,
	print_string, fini_string, copy_string,
};

static int parse_path(const struct config_key *k, void *obj, const char *text,
		      struct config_why *why)
{
	if (text[0] != '/')
		return config_fail(why,
				   "%s = \"%s\" depends on the working "
				   "directory; write the path from /",
				   k->name, text);
	return parse_string(k, obj, text, why);
}

const struct config_kind config_kind_path = {
	"a path",     false,	   parse_path, equal_string,
	print_string, fini_string, NULL,
};

/* The kernel's own rule for an interface's name, and no pattern. */
static int parse_ifname(const struct config_key *k, void *obj, const char *text,
			struct config_why *why)
{
	size_t len = strlen(text);

	if (len == 0 || len >= IFNAMSIZ || strpbrk(text, "/: \t%") ||
	    strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return config_fail(why,
				   "\"%s\" is no name for an interface; take "
				   "at most %d characters without '/', ':', "
				   "'%%' and blanks",
				   text, IFNAMSIZ - 1);
	return replace_string(field(k, obj), text);
}

const struct config_kind config_kind_ifname = {
	"an interface's name", false,	    parse_ifname, equal_string,
	print_string,	       fini_string, NULL,
};

/*
 * "child", or "connection/child" where several connections have such a child.
 */
static bool is_child_name(const char *text)
{
	const char *slash = strchr(text, '/');
	char connection[CONFIG_NAME_MAX];

	if (!slash)
		return config_name_ok(text);
	if ((size_t)(slash - text) >= sizeof(connection))
		return false;
	snprintf(connection, sizeof(connection), "%.*s", (int)(slash - text),
		 text);
	return config_name_ok(connection) && config_name_ok(slash + 1);
}

/* As a section's, but of something that is in strongSwan's configuration. */
static int parse_child_name(const struct config_key *k, void *obj,
			    const char *text, struct config_why *why)
{
	if (!is_child_name(text))
		return config_fail(why,
				   "%s = \"%s\" is no name; use letters, "
				   "digits, '.', '_' and '-', at most %d, "
				   "after a connection's and '/' if need be",
				   k->name, text, CONFIG_NAME_MAX - 1);
	return replace_string(field(k, obj), text);
}

const struct config_kind config_kind_child_name = {
	"a name",    false, parse_child_name, equal_string, print_string,
	fini_string, NULL,
};

/* ---- the name of another section ---- */

static int parse_ref(const struct config_key *k, void *obj, const char *text,
		     struct config_why *why)
{
	if (!config_name_ok(text))
		return config_fail(why,
				   "%s = \"%s\": no section can have that name",
				   k->name, text);
	memset(field(k, obj), 0, CONFIG_NAME_MAX);
	memcpy(field(k, obj), text, strlen(text));
	return 0;
}

static bool equal_ref(const struct config_key *k, const void *a, const void *b)
{
	return strcmp(cfield(k, a), cfield(k, b)) == 0;
}

static void print_ref(const struct config_key *k, const void *obj, FILE *out)
{
	config_print_string(cfield(k, obj), out);
}

const struct config_kind config_kind_ref = {
	"the name of a section",
	false,
	parse_ref,
	equal_ref,
	print_ref,
	NULL,
	NULL,
};

/* ---- numbers ---- */

/* false: it is neither yes nor no. */
static bool read_bool(const char *text, bool *out)
{
	static const char *const on[] = { "true", "yes", "on" };
	static const char *const off[] = { "false", "no", "off" };
	size_t i;

	for (i = 0; i < 3; i++) {
		if (strcmp(text, on[i]) && strcmp(text, off[i]))
			continue;
		*out = strcmp(text, on[i]) == 0;
		return true;
	}
	return false;
}

static int parse_bool(const struct config_key *k, void *obj, const char *text,
		      struct config_why *why)
{
	if (read_bool(text, field(k, obj)))
		return 0;
	return config_fail(why, "%s = \"%s\" is neither true nor false",
			   k->name, text);
}

static bool equal_bool(const struct config_key *k, const void *a, const void *b)
{
	return *(const bool *)cfield(k, a) == *(const bool *)cfield(k, b);
}

static int copy_bool(const struct config_key *k, void *dst, const void *src)
{
	*(bool *)field(k, dst) = *(const bool *)cfield(k, src);
	return 0;
}

static void print_bool(const struct config_key *k, const void *obj, FILE *out)
{
	fputs(*(const bool *)cfield(k, obj) ? "true" : "false", out);
}

const struct config_kind config_kind_bool = {
	"true or false", false, parse_bool, equal_bool,
	print_bool,	 NULL,	copy_bool,
};

static int parse_require(const struct config_key *k, void *obj,
			 const char *text, struct config_why *why)
{
	enum config_require *at = field(k, obj);
	bool yes;

	if (strcmp(text, "auto") == 0)
		*at = CONFIG_REQUIRE_AUTO;
	else if (read_bool(text, &yes))
		*at = yes ? CONFIG_REQUIRE_TRUE : CONFIG_REQUIRE_FALSE;
	else
		return config_fail(why,
				   "%s = \"%s\" is unknown; it is true, false "
				   "or \"auto\"",
				   k->name, text);
	return 0;
}

static bool equal_require(const struct config_key *k, const void *a,
			  const void *b)
{
	return *(const enum config_require *)cfield(k, a) ==
	       *(const enum config_require *)cfield(k, b);
}

static void print_require(const struct config_key *k, const void *obj,
			  FILE *out)
{
	switch (*(const enum config_require *)cfield(k, obj)) {
	case CONFIG_REQUIRE_FALSE:
		fputs("false", out);
		break;
	case CONFIG_REQUIRE_TRUE:
		fputs("true", out);
		break;
	case CONFIG_REQUIRE_AUTO:
		fputs("\"auto\"", out);
		break;
	}
}

const struct config_kind config_kind_require = {
	"true, false or \"auto\"",
	false,
	parse_require,
	equal_require,
	print_require,
	NULL,
	NULL,
};

/* Decimal digits; no sign, and no leading zero, which others read as octal. */
static int parse_number(const struct config_key *k, const char *text,
			uint32_t *out, struct config_why *why)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long value;

	if (digits == 0 || text[digits])
		return config_fail(why, "%s = \"%s\" is not a number", k->name,
				   text);
	if (digits > 1 && text[0] == '0')
		return config_fail(why,
				   "%s = %s: write the number without a "
				   "leading zero",
				   k->name, text);
	errno = 0;
	value = strtoul(text, NULL, 10);
	if (errno || value < k->min || value > k->max)
		return config_fail(why,
				   "%s = %s is out of range; it goes from %u "
				   "to %u",
				   k->name, text, k->min, k->max);
	*out = (uint32_t)value;
	return 0;
}

static int parse_u16(const struct config_key *k, void *obj, const char *text,
		     struct config_why *why)
{
	uint32_t value;
	int err = parse_number(k, text, &value, why);

	if (!err)
		*(uint16_t *)field(k, obj) = (uint16_t)value;
	return err;
}

static bool equal_u16(const struct config_key *k, const void *a, const void *b)
{
	return *(const uint16_t *)cfield(k, a) ==
	       *(const uint16_t *)cfield(k, b);
}

static int copy_u16(const struct config_key *k, void *dst, const void *src)
{
	*(uint16_t *)field(k, dst) = *(const uint16_t *)cfield(k, src);
	return 0;
}

static void print_u16(const struct config_key *k, const void *obj, FILE *out)
{
	fprintf(out, "%u", *(const uint16_t *)cfield(k, obj));
}

const struct config_kind config_kind_u16 = {
	"a number", false, parse_u16, equal_u16, print_u16, NULL, copy_u16,
};

static int parse_u32(const struct config_key *k, void *obj, const char *text,
		     struct config_why *why)
{
	return parse_number(k, text, field(k, obj), why);
}

static bool equal_u32(const struct config_key *k, const void *a, const void *b)
{
	return *(const uint32_t *)cfield(k, a) ==
	       *(const uint32_t *)cfield(k, b);
}

static void print_u32(const struct config_key *k, const void *obj, FILE *out)
{
	fprintf(out, "%u", *(const uint32_t *)cfield(k, obj));
}

const struct config_kind config_kind_u32 = {
	"a number", false, parse_u32, equal_u32, print_u32, NULL, NULL,
};

/*
 * ---- times: seconds with up to three decimals in the file, ms in memory ----
 */

static void print_ms(uint32_t ms, FILE *out)
{
	char text[8];
	size_t len = 4;

	fprintf(out, "%u", ms / 1000);
	if (ms % 1000 == 0)
		return;
	snprintf(text, sizeof(text), ".%03u", ms % 1000);
	while (text[len - 1] == '0')
		text[--len] = '\0';
	fputs(text, out);
}

static int seconds_range(const struct config_key *k, const char *text,
			 struct config_why *why)
{
	return config_fail(why,
			   "%s = %s is out of range; it goes from %u.%03u to "
			   "%u seconds",
			   k->name, text, k->min / 1000, k->min % 1000,
			   k->max / 1000);
}

static int parse_seconds(const struct config_key *k, void *obj,
			 const char *text, struct config_why *why)
{
	size_t whole = strspn(text, "0123456789"), part = 0, i;
	uint64_t ms = 0;

	if (text[whole] == '.')
		part = strspn(text + whole + 1, "0123456789");
	if (whole == 0 || part > 3 || (text[whole] == '.' && part == 0) ||
	    text[whole + (part ? part + 1 : 0)])
		return config_fail(why,
				   "%s = \"%s\" is no time in seconds, such as "
				   "5 or 0.25",
				   k->name, text);
	if (whole > 9)
		return seconds_range(k, text, why);
	for (i = 0; i < whole; i++)
		ms = ms * 10 + (uint64_t)(text[i] - '0');
	for (i = 0; i < 3; i++)
		ms = ms * 10 +
		     (i < part ? (uint64_t)(text[whole + 1 + i] - '0') : 0);
	if (ms < k->min || ms > k->max)
		return seconds_range(k, text, why);
	*(uint32_t *)field(k, obj) = (uint32_t)ms;
	return 0;
}

static void print_seconds(const struct config_key *k, const void *obj,
			  FILE *out)
{
	print_ms(*(const uint32_t *)cfield(k, obj), out);
}

const struct config_kind config_kind_seconds = {
	"a time in seconds", false, parse_seconds, equal_u32,
	print_seconds,	     NULL,  NULL,
};

/* ---- rates: bit/s, as tc(8) writes them ---- */

static const struct {
	const char *unit;
	uint64_t bits;
} rate_units[] = {
	{ "gbit", 1000000000 }, { "mbit", 1000000 }, { "kbit", 1000 },
	{ "bit", 1 },		{ "", 1 },
};
#define RATE_MAX 400000000000ull

static int parse_rate(const struct config_key *k, void *obj, const char *text,
		      struct config_why *why)
{
	size_t digits = strspn(text, "0123456789"), i;
	uint64_t n = 0, *at = field(k, obj);

	for (i = 0; i < digits && digits <= 12; i++)
		n = n * 10 + (uint64_t)(text[i] - '0');
	for (i = 0; i < sizeof(rate_units) / sizeof(rate_units[0]); i++)
		if (strcmp(text + digits, rate_units[i].unit) == 0)
			break;
	if (digits == 0 || digits > 12 ||
	    i == sizeof(rate_units) / sizeof(rate_units[0]) ||
	    n > RATE_MAX / rate_units[i].bits ||
	    (n && n * rate_units[i].bits < 8000))
		return config_fail(why,
				   "%s = \"%s\" is no rate such as \"512kbit\" "
				   "or "
				   "\"10mbit\", from 8kbit to 400gbit; 0 is "
				   "none",
				   k->name, text);
	*at = n * rate_units[i].bits;
	return 0;
}

static bool equal_rate(const struct config_key *k, const void *a, const void *b)
{
	return *(const uint64_t *)cfield(k, a) ==
	       *(const uint64_t *)cfield(k, b);
}

static void print_rate(const struct config_key *k, const void *obj, FILE *out)
{
	uint64_t rate = *(const uint64_t *)cfield(k, obj);
	size_t i = 0;

	while (rate % rate_units[i].bits)
		i++;
	fprintf(out, "\"%llu%s\"",
		(unsigned long long)(rate / rate_units[i].bits),
		rate_units[i].unit);
}

const struct config_kind config_kind_rate = {
	"a rate", false, parse_rate, equal_rate, print_rate, NULL, NULL,
};

/* ---- addresses; the port beside them is a key of its own ---- */

static int set_addr(const struct config_key *k, void *obj, const struct addr *a)
{
	struct addr *at = field(k, obj);
	uint16_t port = at->port;

	*at = *a;
	at->port = port;
	return 0;
}

static int parse_addr(const struct config_key *k, void *obj, const char *text,
		      struct config_why *why)
{
	struct addr a;

	if (addr_parse(&a, text))
		return config_fail(why,
				   "%s = \"%s\" is no IPv4 or IPv6 address",
				   k->name, text);
	return set_addr(k, obj, &a);
}

static bool equal_addr(const struct config_key *k, const void *a, const void *b)
{
	return addr_equal_ip(cfield(k, a), cfield(k, b));
}

static void print_addr(const struct config_key *k, const void *obj, FILE *out)
{
	char buf[ADDR_STRLEN];

	fprintf(out, "\"%s\"", addr_format(cfield(k, obj), buf));
}

const struct config_kind config_kind_addr = {
	"an address", false, parse_addr, equal_addr, print_addr, NULL, NULL,
};

static int parse_addr4(const struct config_key *k, void *obj, const char *text,
		       struct config_why *why)
{
	struct addr a;

	if (addr_parse(&a, text) || a.family != AF_INET || addr_is_any(&a))
		return config_fail(why, "%s = \"%s\" is no IPv4 address",
				   k->name, text);
	return set_addr(k, obj, &a);
}

const struct config_kind config_kind_addr4 = {
	"an IPv4 address", false, parse_addr4, equal_addr,
	print_addr,	   NULL,  NULL,
};

/* ---- words that choose ---- */

/* "neither "a" nor "b"", or "unknown; it is "a", "b" or "c"" */
static int word_fail(const struct config_key *k, const char *text,
		     struct config_why *why)
{
	char list[160] = "";
	size_t at = 0;
	uint32_t i;

	if (k->max == 1)
		return config_fail(why,
				   "%s = \"%s\" is neither \"%s\" nor \"%s\"",
				   k->name, text, k->words[0], k->words[1]);
	for (i = 0; i <= k->max && at < sizeof(list); i++)
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s\"%s\"",
				       i == 0	   ? "" :
				       i == k->max ? " or " :
						     ", ",
				       k->words[i]);
	return config_fail(why, "%s = \"%s\" is unknown; it is %s", k->name,
			   text, list);
}

static int parse_word(const struct config_key *k, void *obj, const char *text,
		      struct config_why *why)
{
	uint32_t i;

	for (i = 0; i <= k->max; i++) {
		if (strcmp(text, k->words[i]) == 0) {
			*(unsigned int *)field(k, obj) = i;
			return 0;
		}
	}
	return word_fail(k, text, why);
}

static bool equal_word(const struct config_key *k, const void *a, const void *b)
{
	return *(const unsigned int *)cfield(k, a) ==
	       *(const unsigned int *)cfield(k, b);
}

static void print_word(const struct config_key *k, const void *obj, FILE *out)
{
	fprintf(out, "\"%s\"", k->words[*(const unsigned int *)cfield(k, obj)]);
}

const struct config_kind config_kind_word = {
	"one of some words", false, parse_word, equal_word,
	print_word,	     NULL,  NULL,
};

static int parse_source_port(const struct config_key *k, void *obj,
			     const char *text, struct config_why *why)
{
	bool *ephemeral = field(k, obj);

	if (strcmp(text, "ephemeral") && strcmp(text, "1701"))
		return config_fail(why,
				   "%s = \"%s\" is neither \"ephemeral\" nor "
				   "1701",
				   k->name, text);
	*ephemeral = text[0] == 'e';
	return 0;
}

static void print_source_port(const struct config_key *k, const void *obj,
			      FILE *out)
{
	fputs(*(const bool *)cfield(k, obj) ? "\"ephemeral\"" : "1701", out);
}

const struct config_kind config_kind_source_port = {
	"\"ephemeral\" or 1701",
	false,
	parse_source_port,
	equal_bool,
	print_source_port,
	NULL,
	NULL,
};

/* ---- pseudowires ---- */

/* as the sections' structs have it */
struct mac {
	uint8_t bytes[6];
	bool given;
};

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	if (!at)
		return -1;
	return at - digits < 16 ? (int)(at - digits) : (int)(at - digits) - 6;
}

/* n bytes of hexadecimal digits, with sep between them unless that is 0. */
static bool parse_hex(const char *text, char sep, uint8_t *bytes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		int high, low;

		if (i && sep && *text++ != sep)
			return false;
		high = hex_digit(text[0]);
		low = high < 0 ? -1 : hex_digit(text[1]);
		if (low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	return !*text;
}

static int parse_mac(const struct config_key *k, void *obj, const char *text,
		     struct config_why *why)
{
	static const uint8_t zero[6];
	struct mac m = { .given = true };

	if (!parse_hex(text, ':', m.bytes, sizeof(m.bytes)))
		return config_fail(why,
				   "%s = \"%s\" is no MAC address "
				   "such as \"02:00:5e:10:00:01\"",
				   k->name, text);
	if (m.bytes[0] & 1 || memcmp(m.bytes, zero, sizeof(zero)) == 0)
		return config_fail(why,
				   "%s = \"%s\" is nobody's own address: the "
				   "first byte must be even, and not all are "
				   "zero",
				   k->name, text);
	memcpy(field(k, obj), &m, sizeof(m));
	return 0;
}

static bool equal_mac(const struct config_key *k, const void *a, const void *b)
{
	return memcmp(cfield(k, a), cfield(k, b), sizeof(struct mac)) == 0;
}

static void print_mac(const struct config_key *k, const void *obj, FILE *out)
{
	const uint8_t *m = cfield(k, obj);

	fprintf(out, "\"%02x:%02x:%02x:%02x:%02x:%02x\"", m[0], m[1], m[2],
		m[3], m[4], m[5]);
}

const struct config_kind config_kind_mac = {
	"a MAC address", false, parse_mac, equal_mac, print_mac, NULL, NULL,
};

static int parse_cookie_size(const struct config_key *k, void *obj,
			     const char *text, struct config_why *why)
{
	if (strcmp(text, "0") && strcmp(text, "4") && strcmp(text, "8"))
		return config_fail(why,
				   "%s = \"%s\" is no size of a "
				   "cookie; there are 0, 4 and 8 bytes",
				   k->name, text);
	*(uint8_t *)field(k, obj) = (uint8_t)(text[0] - '0');
	return 0;
}

static bool equal_cookie_size(const struct config_key *k, const void *a,
			      const void *b)
{
	return *(const uint8_t *)cfield(k, a) == *(const uint8_t *)cfield(k, b);
}

static void print_cookie_size(const struct config_key *k, const void *obj,
			      FILE *out)
{
	fprintf(out, "%u", *(const uint8_t *)cfield(k, obj));
}

const struct config_kind config_kind_cookie_size = {
	"a size of a cookie",
	false,
	parse_cookie_size,
	equal_cookie_size,
	print_cookie_size,
	NULL,
	NULL,
};

static int parse_cookie(const struct config_key *k, void *obj, const char *text,
			struct config_why *why)
{
	struct config_cookie c = { .len = strlen(text) == 8 ? 4 : 8 };

	if (!parse_hex(text, 0, c.bytes, c.len))
		return config_fail(why,
				   "%s = \"%s\" is no cookie; "
				   "write 8 or 16 hexadecimal digits",
				   k->name, text);
	memcpy(field(k, obj), &c, sizeof(c));
	return 0;
}

static bool equal_cookie(const struct config_key *k, const void *a,
			 const void *b)
{
	return memcmp(cfield(k, a), cfield(k, b),
		      sizeof(struct config_cookie)) == 0;
}

static void print_cookie(const struct config_key *k, const void *obj, FILE *out)
{
	const struct config_cookie *c = cfield(k, obj);
	uint8_t i;

	putc('"', out);
	for (i = 0; i < c->len; i++)
		fprintf(out, "%02x", c->bytes[i]);
	putc('"', out);
}

const struct config_kind config_kind_cookie = {
	"a cookie", false, parse_cookie, equal_cookie, print_cookie, NULL, NULL,
};
