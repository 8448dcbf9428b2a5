/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * l2tpctl's parts: the command table (commands.c), words against it (words.c),
 * words and arguments to a request (parse.c), passwords (password.c), the
 * control socket (client.c), records to tables, pages and JSON (views.c,
 * output.c), what is written from the table (help.c), and what may stand in
 * place of a word (completion.c, shells.c). run.c joins them.
 */
#ifndef L2TPD_CTL_CTL_H
#define L2TPD_CTL_CTL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

enum ctl_exit { CTL_EXIT_OK = 0, CTL_EXIT_ERROR = 1, CTL_EXIT_USAGE = 2 };

enum ctl_kind {
	CTL_TEXT,
	CTL_LIST,   /* texts, between which ',' stands */
	CTL_NUMBER, /* min to max */
	CTL_FLAG,   /* the keyword alone: true */
	CTL_ON_OFF,
	CTL_CHOICE,	 /* one of value's words, which '|' separates */
	CTL_SECRET_FILE, /* names a file; its first line is sent */
};

enum {
	CTL_REQUIRED = 1,
	CTL_BARE = 2, /* its keyword may be left out; at most one per command */
	CTL_ASK = 4,  /* of a CTL_SECRET_FILE: asked for when it is absent */
	/* what exists of these is offered by completion */
	CTL_TUNNEL_NAME = 16,
	CTL_STATIC_NAME = 32,
	CTL_SESSION_NAME = 64,
	CTL_USER_NAME = 128,
	CTL_IFNAME = 256,
	CTL_POOL_NAME = 512,
	CTL_SERVER_NAME = 1024,
	CTL_PROFILE_NAME = 2048,
	CTL_TACACS_NAME = 4096,
};

struct ctl_arg {
	const char *word; /* keyword on the command line */
	const char *key;  /* in the request's args */
	enum ctl_kind kind;
	const char *value; /* what stands behind the keyword, for usage */
	unsigned int flags;
	uint32_t min, max;
	const char *help; /* begins with a capital, ends without a full stop */
};

enum ctl_format {
	CTL_SECTION, /* no field: a heading of the page */
	CTL_PLAIN,   /* text and numbers as they are */
	CTL_YES_NO,
	CTL_SECONDS, /* as 3h07m */
	CTL_HEX,
	CTL_COUNT,	  /* a number, in a column to the right */
	CTL_RATE,	  /* bit/s, as 10M */
	CTL_MICROSECONDS, /* as 1.25ms */
};

/* Documentation/records.md says what each key means. */
struct ctl_field {
	const char *key;     /* in the record */
	const char *instead; /* the column's when key is absent, or NULL */
	const char *port;    /* shown behind key's address, or NULL */
	/*
	 * Of the table's column: the key in capitals, without its unit. NULL:
	 * only on the page
	 */
	const char *heading;
	const char *label; /* on the page */
	enum ctl_format format;
	bool stats; /* a column only with "stats" */
	bool row;   /* a column only, of what the page has elsewhere */
};

/* How the records of a command look. */
struct ctl_view {
	const char *record; /* its name in Documentation/records.md */
	const struct ctl_field *fields; /* ends with label NULL */
	const char *text;   /* in place of fields: this key's text, as it is */
	const char *single; /* this argument, when given, asks for pages */
	/* in place of fields: this key's text, a line, if there is one */
	const char *say;
	bool page; /* always pages */
	/* only this key, the name that l2tpd chose when none was given */
	const char *chosen;
};

/* ---- views.c ---- */
extern const struct ctl_view ctl_tunnel_view, ctl_session_view, ctl_user_view,
	ctl_pool_view, ctl_radius_view, ctl_tacacs_view, ctl_static_view,
	ctl_interface_view, ctl_cleared_view, ctl_test_view, ctl_status_view,
	ctl_added_tunnel_view, ctl_added_session_view, ctl_config_view,
	ctl_note_view;

/* ---- shells.c ---- */
extern const char ctl_completion_bash[], ctl_completion_zsh[];

/* ---- commands.c ---- */
struct ctl_command {
	const char *words; /* "show tunnels": also the request's command */
	const struct ctl_arg *args;  /* ends with word NULL; NULL: none */
	const struct ctl_view *view; /* NULL: says nothing when all went well */
	const char *completion; /* this script is printed; l2tpd is not asked */
	const char *help;
};

extern const struct ctl_command ctl_commands[]; /* ends with words NULL */

/* Options before and between the words. */
struct ctl_options {
	const char *socket;
	bool json, pretty, details;
};

/* ---- parse.c ---- */
struct ctl_request {
	const struct ctl_command *command;
	json_t *args; /* object */
	bool help;    /* the word help stood where a keyword may */
};
/*
 * Takes the words of a command line. 0, or an enum ctl_exit with a sentence
 * written to err; req is to be cleared in either case.
 */
int ctl_parse(struct ctl_request *req, int argc, char **argv, FILE *err);
void ctl_request_clear(struct ctl_request *req);

/* ---- words.c ---- */
/*
 * How many of the words given are this command's, -1 when one is another's;
 * abbreviations serve.
 */
int ctl_words_match(const struct ctl_command *c, int argc, char **argv);

/* ---- password.c ---- */
/*
 * What is to be asked for is read from standard input: without echo when that
 * is a terminal, else its first line. 0, or CTL_EXIT_ERROR with a sentence on
 * err.
 */
int ctl_ask_secrets(struct ctl_request *req, FILE *err);

/* ---- client.c ---- */
struct ctl_client;
/*
 * Memory that json held is cleared when it is freed; before any
 * other use of jansson.
 */
void ctl_json_init(void);
/* NULL with a sentence on err. */
struct ctl_client *ctl_connect(const char *path, FILE *err);
void ctl_close(struct ctl_client *c);
/* 0, or CTL_EXIT_ERROR with a sentence on err. */
int ctl_send(struct ctl_client *c, const struct ctl_request *req, FILE *err);
/*
 * 1 with a record, which the caller owns; 0 at the end; -1 with a
 * sentence on err.
 */
int ctl_next(struct ctl_client *c, json_t **record, FILE *err);

/* ---- output.c ---- */
struct ctl_output;
struct ctl_output *ctl_output_new(const struct ctl_request *req,
				  const struct ctl_options *o, FILE *out);
/* 0 or -ENOMEM; the record stays the caller's. */
int ctl_output_record(struct ctl_output *o, const json_t *record);
/* The end of the reply; failed: an error ended it. 0 or -errno. */
int ctl_output_finish(struct ctl_output *o, bool failed);
void ctl_output_free(struct ctl_output *o);
/* What peers and files said must not reach a terminal as control bytes. */
void ctl_put_safe(const char *text, FILE *out);

/* ---- help.c and completion.c ---- */
void ctl_usage(FILE *out);
/* One command's synopsis, folded, each line after indent spaces. */
void ctl_synopsis(const struct ctl_command *c, int indent, FILE *out);
/*
 * Synopsis and arguments of every command that these words begin. An enum
 * ctl_exit: with none there is a sentence on err.
 */
int ctl_help(int argc, char **argv, FILE *out, FILE *err);
void ctl_man(FILE *out); /* the commands' section of l2tpctl(8), in roff */
/*
 * What may stand in place of the last word, which is not complete and may be
 * empty: a word a line, or ":files" alone for the names of files. The words
 * are those behind l2tpctl's own name, options included. Names are asked of
 * l2tpd; none are offered when it does not answer.
 */
void ctl_complete(int argc, char **argv, FILE *out);

/* ---- run.c ---- */
int ctl_run(int argc, char **argv, FILE *out, FILE *err);

#endif
