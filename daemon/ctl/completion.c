// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The script that completes l2tpctl's commands in bash, from the command table.
 */
#include "ctl/ctl.h"

#include <string.h>

/*
 * Each word that may come behind the first n of a command's
 * words, once per list.
 */
static void put_case(const char *pattern, const char *words, FILE *out)
{
	fprintf(out, "\t\"%s\") words=\"%s\" ;;\n", pattern, words);
}

static void append(char *list, size_t size, const char *word, size_t len)
{
	size_t used = strlen(list);
	const char *p = list;

	while ((p = strstr(p, word))) {
		if ((p == list || p[-1] == ' ') && (p[len] == ' ' || !p[len]))
			return;
		p += len;
	}
	snprintf(list + used, size - used, "%s%s", used ? " " : "", word);
}

/*
 * The first words, then the second ones behind each; a third is offered with
 * the keywords.
 */
static void put_words(FILE *out)
{
	char first[256] = "", name[32];

	for (const struct ctl_command *c = ctl_commands; c->words; c++) {
		size_t n = strcspn(c->words, " ");

		snprintf(name, sizeof(name), "%.*s", (int)n, c->words);
		append(first, sizeof(first), name, n);
	}
	put_case("", first, out);
	for (char *save = NULL, *w = strtok_r(first, " ", &save); w;
	     w = strtok_r(NULL, " ", &save)) {
		char second[256] = "";

		for (const struct ctl_command *c = ctl_commands; c->words;
		     c++) {
			size_t n = strcspn(c->words, " ");

			if (strlen(w) != n || strncmp(w, c->words, n))
				continue;
			snprintf(name, sizeof(name), "%.*s",
				 (int)strcspn(c->words + n + 1, " "),
				 c->words + n + 1);
			append(second, sizeof(second), name, strlen(name));
		}
		put_case(w, second, out);
	}
}

static void append_choices(const struct ctl_arg *a, char *list, size_t size)
{
	char word[32];

	for (const char *p = a->value; *p; p += *p == '|') {
		size_t n = strcspn(p, "|");

		snprintf(word, sizeof(word), "%.*s", (int)n, p);
		append(list, size, word, n);
		p += n;
	}
}

/* What may stand in place of a keyword that may be left out. */
static void append_values(char *list, size_t size, const struct ctl_arg *a)
{
	const char tunnels[] = "$(_l2tpctl_tunnels)";

	if (a->flags & CTL_TUNNEL_NAME)
		append(list, size, tunnels, strlen(tunnels));
	if (a->kind == CTL_CHOICE)
		append_choices(a, list, size);
}

/* The words of longer commands that begin like this one. */
static void append_longer(char *list, size_t size, const struct ctl_command *c)
{
	size_t n = strlen(c->words);

	for (const struct ctl_command *l = ctl_commands; l->words; l++)
		if (!strncmp(l->words, c->words, n) && l->words[n] == ' ')
			append(list, size, l->words + n + 1,
			       strlen(l->words + n + 1));
}

/* The commands of three words, each between bars. */
static void put_longer(FILE *out)
{
	for (const struct ctl_command *c = ctl_commands; c->words; c++) {
		const char *second = strchr(c->words, ' ');

		if (second && strchr(second + 1, ' '))
			fprintf(out, "%s|", c->words);
	}
}

static void put_keywords(FILE *out)
{
	for (const struct ctl_command *c = ctl_commands; c->words; c++) {
		char list[512] = "";

		append_longer(list, sizeof(list), c);
		for (const struct ctl_arg *a = c->args; a && a->word; a++)
			append(list, sizeof(list), a->word, strlen(a->word));
		for (const struct ctl_arg *a = c->args; a && a->word; a++)
			if (a->flags & CTL_BARE)
				append_values(list, sizeof(list), a);
		put_case(c->words, list, out);
	}
}

static void put_values(FILE *out)
{
	for (const struct ctl_command *c = ctl_commands; c->words; c++) {
		for (const struct ctl_arg *a = c->args; a && a->word; a++) {
			if (a->kind == CTL_FLAG)
				continue;
			fprintf(out, "\t\"%s %s\") ", c->words, a->word);
			if (a->kind == CTL_SECRET_FILE) {
				fputs("files=1", out);
			} else if (a->kind == CTL_ON_OFF ||
				   a->kind == CTL_CHOICE) {
				char list[256] = "";

				append_choices(a, list, sizeof(list));
				fprintf(out, "words=\"%s\"", list);
			} else if (a->flags & CTL_TUNNEL_NAME) {
				fputs("words=$(_l2tpctl_tunnels)", out);
			} else {
				/* free text: nothing to offer */
				fputs("words=", out);
			}
			fputs(" value=1 ;;\n", out);
		}
	}
}

void ctl_completion_bash(FILE *out)
{
	fputs("# bash completion for l2tpctl; written by: l2tpctl completion "
	      "bash\n"
	      "_l2tpctl_tunnels()\n"
	      "{\n"
	      "\tl2tpctl \"${opts[@]}\" show tunnels 2>/dev/null |\n"
	      "\t\tawk 'NR > 1 && $1 != \"-\" { print $1 }'\n"
	      "}\n"
	      "\n"
	      "_l2tpctl()\n"
	      "{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} "
	      "prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	      "\tlocal i path='' n=0 words='' files='' value='' opts=()\n"
	      "\tlocal longer='|",
	      out);
	put_longer(out);
	fputs("'\n"
	      "\n"
	      "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	      "\t\tcase ${COMP_WORDS[i]} in\n"
	      "\t\t--socket|--runtime-dir) opts+=(\"${COMP_WORDS[i]}\" "
	      "\"${COMP_WORDS[++i]}\") ;;\n"
	      "\t\t-*) ;;\n"
	      "\t\t*) if ((++n < 3)) || [[ $n == 3 && $longer == *\"|$path "
	      "${COMP_WORDS[i]}|\"* ]]; then\n"
	      "\t\t\tpath+=${path:+ }${COMP_WORDS[i]}\n"
	      "\t\tfi ;;\n"
	      "\t\tesac\n"
	      "\tdone\n"
	      "\tcase $prev in\n"
	      "\t--socket|--runtime-dir) COMPREPLY=($(compgen -f -- "
	      "\"$cur\")); return ;;\n"
	      "\tesac\n"
	      "\tif [[ $cur == -* ]]; then\n"
	      "\t\tCOMPREPLY=($(compgen -W '--json --pretty --details --socket "
	      "--runtime-dir --help --version' -- \"$cur\"))\n"
	      "\t\treturn\n"
	      "\tfi\n"
	      "\tcase \"$path $prev\" in\n",
	      out);
	put_values(out);
	fputs("\tesac\n"
	      "\t[[ $value ]] || case $path in\n",
	      out);
	put_words(out);
	put_keywords(out);
	fputs("\tesac\n"
	      "\tif [[ $files ]]; then\n"
	      "\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
	      "\telse\n"
	      "\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	      "\tfi\n"
	      "}\n"
	      "complete -F _l2tpctl l2tpctl\n",
	      out);
}
