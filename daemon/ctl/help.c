// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Usage, help and the manual's list of commands, written from
 * the command table.
 */
#include "ctl/ctl.h"

#include <string.h>

#include "ctl/words.h"

#define WIDTH 79

/* "remote HOST", "[name NAME]", "[tunnel] NAME|ID", "[hide]" */
static void arg_synopsis(const struct ctl_arg *a, char *buf, size_t size)
{
	bool optional = !(a->flags & CTL_REQUIRED), bare = a->flags & CTL_BARE;

	snprintf(buf, size, "%s%s%s%s%s%s%s", optional ? "[" : "",
		 bare ? "[" : "", a->word, bare ? "]" : "", a->value ? " " : "",
		 a->value ? a->value : "", optional ? "]" : "");
}

void ctl_synopsis(const struct ctl_command *c, int indent, FILE *out)
{
	int at = fprintf(out, "%*s%s", indent, "", c->words);

	for (const struct ctl_arg *a = c->args; a && a->word; a++) {
		char buf[128];

		arg_synopsis(a, buf, sizeof(buf));
		if (at + 1 + (int)strlen(buf) > WIDTH)
			at = fprintf(out, "\n%*s", indent + 7, "") - 1;
		at += fprintf(out, " %s", buf);
	}
	fputc('\n', out);
}

static void put_options(FILE *out)
{
	fputs("Options:\n"
	      "  -j, --json             print an array of records\n"
	      "  -p, --pretty           the same, indented\n"
	      "  -d, --details          show all that is known of each tunnel "
	      "or session\n"
	      "      --runtime-dir DIR  where l2tpd has its control socket\n"
	      "      --socket PATH      the control socket itself\n"
	      "  -h, --help             this text; with a command, its "
	      "arguments\n"
	      "      --version          print the version\n",
	      out);
}

void ctl_usage(FILE *out)
{
	fputs("Usage: l2tpctl [OPTIONS] COMMAND\n\nCommands:\n", out);
	for (const struct ctl_command *c = ctl_commands; c->words; c++)
		ctl_synopsis(c, 2, out);
	fputc('\n', out);
	put_options(out);
	fputs("\nWords may be cut short: l2tpctl sh tun. l2tpctl help COMMAND "
	      "explains a command.\n",
	      out);
}

/*
 * The value's word that stands before its help, "1701|ephemeral" and
 * the like included.
 */
static void help_command(const struct ctl_command *c, FILE *out)
{
	int width = 0;

	ctl_synopsis(c, 0, out);
	fprintf(out, "  %s\n", c->help);
	for (const struct ctl_arg *a = c->args; a && a->word; a++) {
		int n = (int)(strlen(a->word) +
			      (a->value ? 1 + strlen(a->value) : 0));

		width = n > width ? n : width;
	}
	for (const struct ctl_arg *a = c->args; a && a->word; a++) {
		int n = fprintf(out, "    %s%s%s", a->word, a->value ? " " : "",
				a->value ? a->value : "") -
			4;

		fprintf(out, "%*s  %s\n", width - n, "", a->help);
	}
}

int ctl_help(int argc, char **argv, FILE *out, FILE *err)
{
	bool any = false;
	int most = 0;
	struct way way;

	if (!argc || !strcmp(argv[0], "help")) {
		ctl_usage(out);
		return CTL_EXIT_OK;
	}
	for (const struct ctl_command *c = ctl_commands; c->words; c++) {
		int n = ctl_words_match(c, argc, argv);

		most = n > most ? n : most;
	}
	if (!most) {
		way_follow(&way, argc, argv);
		return way_refuse(&way, argv[way.n], err);
	}
	for (const struct ctl_command *c = ctl_commands; c->words; c++) {
		if (ctl_words_match(c, argc, argv) < most)
			continue;
		if (any)
			fputc('\n', out);
		any = true;
		help_command(c, out);
	}
	return CTL_EXIT_OK;
}

/* Text in roff: a hyphen of ours is a minus, so that it can be copied. */
static void put_roff(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '-' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void man_arg(const struct ctl_arg *a, FILE *out)
{
	fputs(".TP\n\\fB", out);
	put_roff(a->word, out);
	fputs("\\fR", out);
	if (a->value) {
		/*
		 * Words to choose from are typed as they stand; the rest is to
		 * be filled in.
		 */
		fputs(a->kind == CTL_ON_OFF || a->kind == CTL_CHOICE ? " \\fB" :
								       " \\fI",
		      out);
		put_roff(a->value, out);
		fputs("\\fR", out);
	}
	if (a->flags & CTL_REQUIRED)
		fputs(" (required)", out);
	fputc('\n', out);
	put_roff(a->help, out);
	fputs(".\n", out);
}

void ctl_man(FILE *out)
{
	for (const struct ctl_command *c = ctl_commands; c->words; c++) {
		fputs(".SS ", out);
		put_roff(c->words, out);
		fputs("\n.nf\n", out);
		ctl_synopsis(c, 0, out);
		fputs(".fi\n.PP\n", out);
		put_roff(c->help, out);
		fputc('\n', out);
		for (const struct ctl_arg *a = c->args; a && a->word; a++)
			man_arg(a, out);
	}
}
