// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What may stand in place of a word that is being typed, from the command table
 * and from what l2tpd has. The shells' scripts (shells.c) only ask for it.
 */
#include "ctl/ctl.h"

#include <string.h>

#include "ctl/words.h"
#include "ipc/control.h"

struct completion {
	FILE *out;
	const char *now; /* the word that is being typed */
	char socket[4096];
	struct choices offered; /* so that nothing is offered twice */
};

static void offer(struct completion *c, struct word w)
{
	size_t n = strlen(c->now);
	bool begins = !n || word_begins(w, c->now);

	for (int i = 0; i < c->offered.n; i++)
		if (word_same(c->offered.word[i], w))
			return;
	if (!begins)
		return;
	choices_add(&c->offered, w);
	fprintf(c->out, "%.*s\n", (int)w.len, w.at);
}

/* ---- names of what there is ---- */

/*
 * The shell puts a name on the line as it is: those of other letters than
 * these are left to be typed.
 */
static bool is_plain(const char *name)
{
	size_t n = strlen(name);

	return n && *name != '-' && *name != ':' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789._-@:/+%") == n;
}

static void offer_name(struct completion *c, const char *name)
{
	if (name && is_plain(name) && !strncmp(name, c->now, strlen(c->now)))
		fprintf(c->out, "%s\n", name);
}

/* The ppp sections, of the canonical form: ppp "NAME" { */
static void offer_profiles(struct completion *c, const char *text)
{
	static const char begin[] = "ppp \"";

	for (const char *line = text; line; line = strchr(line, '\n')) {
		char name[64];
		size_t n;

		line += *line == '\n';
		if (strncmp(line, begin, strlen(begin)) != 0)
			continue;
		line += strlen(begin);
		n = strcspn(line, "\"\n");
		snprintf(name, sizeof(name), "%.*s", (int)n, line);
		offer_name(c, name);
	}
}

static const struct source {
	unsigned int flag;
	const char *command, *key;
} sources[] = {
	{ CTL_TUNNEL_NAME, "show tunnels", "tunnel" },
	{ CTL_STATIC_NAME, "show static", "tunnel" },
	{ CTL_SESSION_NAME, "show sessions", "session" },
	{ CTL_USER_NAME, "show users", "user" },
	{ CTL_IFNAME, "show interfaces", "ifname" },
	{ CTL_POOL_NAME, "show pools", "pool" },
	{ CTL_SERVER_NAME, "show radius", "server" },
	{ CTL_TACACS_NAME, "show tacacs", "server" },
	{ CTL_PROFILE_NAME, "show config", "text" },
};

/* A record behind the one of the same name says nothing new. */
static void ask(struct completion *c, const struct source *s, FILE *err)
{
	const struct ctl_command command = { .words = s->command };
	struct ctl_request req = { .command = &command, .args = json_object() };
	struct ctl_client *client = ctl_connect(c->socket, err);
	char last[128] = "";
	json_t *record;

	if (client && req.args && !ctl_send(client, &req, err)) {
		while (ctl_next(client, &record, err) > 0) {
			const char *name = json_string_value(
				json_object_get(record, s->key));

			if (s->flag == CTL_PROFILE_NAME)
				offer_profiles(c, name);
			else if (name && strcmp(name, last) != 0)
				offer_name(c, name);
			snprintf(last, sizeof(last), "%s", name ? name : "");
			json_decref(record);
		}
	}
	json_decref(req.args);
	ctl_close(client);
}

static void offer_names(struct completion *c, unsigned int flags)
{
	FILE *err = NULL;

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		if (!(flags & sources[i].flag))
			continue;
		if (!err)
			err = fopen("/dev/null", "we");
		if (err)
			ask(c, &sources[i], err);
	}
	if (err)
		fclose(err);
}

/* ---- arguments ---- */

static void offer_value(struct completion *c, const struct ctl_arg *a)
{
	const char *rest = a->value;
	struct word w;

	if (a->kind == CTL_SECRET_FILE)
		fputs(":files\n", c->out);
	else if (a->kind == CTL_ON_OFF || a->kind == CTL_CHOICE)
		while (word_next(&rest, '|', &w))
			offer(c, w);
	else
		offer_names(c, a->flags);
}

/* The one that needs no keyword, if it was not given; or -1. */
static int bare_of(const struct ctl_arg *args, uint64_t given)
{
	for (int i = 0; args && args[i].word; i++)
		if (args[i].flags & CTL_BARE && !(given >> i & 1))
			return i;
	return -1;
}

/* Keywords that were not given, and values of the one that needs none. */
static void offer_args(struct completion *c, const struct ctl_arg *args,
		       uint64_t given)
{
	int bare = bare_of(args, given);

	for (int i = 0; args && args[i].word; i++)
		if (!(given >> i & 1))
			offer(c, word_of(args[i].word));
	if (bare >= 0)
		offer_value(c, &args[bare]);
}

/* argv: the arguments before the word that is being typed. */
static void complete_args(struct completion *c, const struct ctl_command *cmd,
			  int argc, char **argv)
{
	const struct choices words = choices_of_args(cmd->args);
	uint64_t given = 0;

	for (int i = 0; i < argc; i++) {
		int at = choices_pick(&words, argv[i]);
		bool keyword = at >= 0;

		if (!keyword)
			at = bare_of(cmd->args, given);
		if (at < 0 || !cmd->args)
			return;
		given |= (uint64_t)1 << at;
		if (keyword && cmd->args[at].kind != CTL_FLAG && ++i == argc) {
			offer_value(c, &cmd->args[at]);
			return;
		}
	}
	offer_args(c, cmd->args, given);
}

/* ---- words and options ---- */

static const char *const options[] = { "--json",   "--pretty",	    "--details",
				       "--socket", "--runtime-dir", "--help",
				       "--version" };

/* Takes options out of argv; true: the next word is an option's value. */
static bool take_options(struct completion *c, int *argc, char **argv)
{
	int n = 0;

	snprintf(c->socket, sizeof(c->socket), "%s/%s", CONTROL_RUNTIME_DIR,
		 CONTROL_SOCKET);
	for (int i = 0; i < *argc; i++) {
		bool dir = !strcmp(argv[i], "--runtime-dir");

		if (dir || !strcmp(argv[i], "--socket")) {
			if (++i == *argc)
				return true;
			snprintf(c->socket, sizeof(c->socket), "%s%s%s",
				 argv[i], dir ? "/" : "",
				 dir ? CONTROL_SOCKET : "");
		} else if (argv[i][0] != '-') {
			argv[n++] = argv[i];
		}
	}
	*argc = n;
	return false;
}

static void complete_words(struct completion *c, int argc, char **argv)
{
	bool help = argc && !strcmp(argv[0], "help");
	struct way way;

	argc -= help;
	argv += help;
	way_follow(&way, argc, argv);
	if (way.n == argc)
		for (int i = 0; i < way.next.n; i++)
			offer(c, way.next.word[i]);
	if (!argc && !help)
		offer(c, word_of("help"));
	if (way.whole && !help)
		complete_args(c, way.whole, argc - way.n, argv + way.n);
}

void ctl_complete(int argc, char **argv, FILE *out)
{
	struct completion c = { .out = out };

	if (argc < 1)
		return;
	c.now = argv[--argc];
	if (take_options(&c, &argc, argv))
		fputs(":files\n", out);
	else if (c.now[0] == '-')
		for (size_t i = 0; i < sizeof(options) / sizeof(options[0]);
		     i++)
			offer(&c, word_of(options[i]));
	else
		complete_words(&c, argc, argv);
}
