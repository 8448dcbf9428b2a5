// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A run of l2tpctl: options, then one command, asked of the daemon and printed.
 */
#include "ctl/ctl.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/control.h"
#include "lib/version.h"

enum { OPT_SOCKET = 256, OPT_RUNTIME_DIR, OPT_VERSION, OPT_MAN };

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "details", no_argument, NULL, 'd' },
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "runtime-dir", required_argument, NULL, OPT_RUNTIME_DIR },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "man", no_argument, NULL, OPT_MAN },
	{ 0 },
};

struct settings {
	struct ctl_options o;
	char socket[4096];
	bool help, version, man;
};

static int parse_options(struct settings *s, int argc, char **argv, FILE *err)
{
	const char *dir = CONTROL_RUNTIME_DIR, *socket = NULL;
	int c;

	opterr = 0;
	optind = 0; /* from the start, each time */
	while ((c = getopt_long(argc, argv, ":jpdh", options, NULL)) != -1) {
		switch (c) {
		case 'j':
			s->o.json = true;
			break;
		case 'p':
			s->o.json = s->o.pretty = true;
			break;
		case 'd':
			s->o.details = true;
			break;
		case OPT_SOCKET:
			socket = optarg;
			break;
		case OPT_RUNTIME_DIR:
			dir = optarg;
			break;
		case 'h':
			s->help = true;
			break;
		case OPT_VERSION:
			s->version = true;
			break;
		case OPT_MAN:
			s->man = true;
			break;
		case ':':
			fputs("l2tpctl: the option ", err);
			ctl_put_safe(argv[optind - 1], err);
			fputs(" has no value: l2tpctl --help lists the "
			      "options\n",
			      err);
			return CTL_EXIT_USAGE;
		default:
			fputs("l2tpctl: the option ", err);
			if (optopt && optopt < 256)
				fprintf(err, "-%c", optopt);
			else
				ctl_put_safe(argv[optind - 1], err);
			fputs(" is not known: l2tpctl --help lists the "
			      "options\n",
			      err);
			return CTL_EXIT_USAGE;
		}
	}
	if (socket)
		snprintf(s->socket, sizeof(s->socket), "%s", socket);
	else
		snprintf(s->socket, sizeof(s->socket), "%s/%s", dir,
			 CONTROL_SOCKET);
	s->o.socket = s->socket;
	return 0;
}

static int ask(struct ctl_request *req, const struct ctl_options *o, FILE *out,
	       FILE *err)
{
	/* before a password is asked for in vain */
	struct ctl_client *c = ctl_connect(o->socket, err);
	struct ctl_output *output = NULL;
	json_t *record = NULL;
	int ret = CTL_EXIT_ERROR, n;

	if (!c || ctl_ask_secrets(req, err) || ctl_send(c, req, err))
		goto out;
	output = ctl_output_new(req, o, out);
	if (!output)
		goto nomem;
	while ((n = ctl_next(c, &record, err)) > 0) {
		int e = ctl_output_record(output, record);

		json_decref(record);
		if (e)
			goto nomem;
	}
	if (ctl_output_finish(output, n < 0))
		goto nomem;
	if (!n)
		ret = CTL_EXIT_OK;
	goto out;
nomem:
	fputs("l2tpctl: out of memory\n", err);
out:
	ctl_output_free(output);
	ctl_close(c);
	return ret;
}

static int run_command(const struct settings *s, int argc, char **argv,
		       FILE *out, FILE *err)
{
	struct ctl_request req;
	int ret;

	ret = ctl_parse(&req, argc, argv, err);
	if (ret)
		goto out;
	if (req.help)
		ret = ctl_help(argc, argv, out, err);
	else if (req.command->completion)
		fputs(req.command->completion, out);
	else
		ret = ask(&req, &s->o, out, err);
out:
	ctl_request_clear(&req);
	return ret;
}

int ctl_run(int argc, char **argv, FILE *out, FILE *err)
{
	struct settings s = { 0 };
	int ret;

	ctl_json_init();
	if (argc > 1 && !strcmp(argv[1], "--complete")) {
		ctl_complete(argc - 2, argv + 2, out);
		return CTL_EXIT_OK;
	}
	ret = parse_options(&s, argc, argv, err);
	if (ret)
		return ret;
	argc -= optind;
	argv += optind;
	if (s.version) {
		fprintf(out, "l2tpctl %s\n", L2TPD_VERSION);
	} else if (s.man) {
		ctl_man(out);
	} else if (s.help || (argc && !strcmp(argv[0], "help"))) {
		bool word = argc && !strcmp(argv[0], "help");

		ret = ctl_help(argc - word, argv + word, out, err);
	} else if (!argc) {
		ctl_usage(err);
		ret = CTL_EXIT_USAGE;
	} else {
		ret = run_command(&s, argc, argv, out, err);
	}
	if ((fflush(out) || ferror(out)) && !ret) {
		fprintf(err, "l2tpctl: cannot write the output: %s\n",
			strerror(errno));
		ret = CTL_EXIT_ERROR;
	}
	return ret;
}
