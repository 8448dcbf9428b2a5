/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * l2tpd's command line, and the choice of which of its processes this one is.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aaa/aaa.h"
#include "aaa/users_check.h"
#include "engine/engine.h"
#include "ipc/aaa.h"
#include "ipc/control.h"
#include "lib/config.h"
#include "lib/log.h"
#include "monitor/monitor.h"
#include "monitor/ppp_check.h"
#include "router6/router6.h"
#include "lib/version.h"

#ifndef SYSCONFDIR
#define SYSCONFDIR "/etc"
#endif
#ifndef PLUGIN
#define PLUGIN "l2tpd.so"
#endif
#define ROLE_FD 3

static void usage(FILE *out)
{
	fprintf(out, "usage: l2tpd [-f FILE] [-n] [--foreground] [--log-level "
		     "LEVEL] [--dataplane kernel|null]\n"
		     "             [--runtime-dir DIR] [--plugin FILE]\n"
		     "\n"
		     "  -f, --file FILE       the configuration (" SYSCONFDIR
		     "/l2tpd/l2tpd.conf)\n"
		     "  -n, --check           check the configuration, print "
		     "its canonical form, and end\n"
		     "  -F, --foreground      stay in the foreground and log "
		     "to standard error\n"
		     "  -l, --log-level L     error, warning, notice, info "
		     "(the default) or debug\n"
		     "  -d, --dataplane D     kernel (the default), or null: "
		     "no packets, no privileges\n"
		     "  -r, --runtime-dir DIR sockets and state "
		     "(" CONTROL_RUNTIME_DIR ")\n"
		     "  -p, --plugin FILE     l2tpd.so, for pppd (" PLUGIN ")\n"
		     "  -V, --version         print the version\n"
		     "  -h, --help            print this\n");
}

static int parse_level(const char *text)
{
	int level = log_parse_level(text);

	if (level >= 0)
		return level;
	/* As a number the monitor hands it to its other processes. */
	if (text[0] >= '0' && text[0] <= '7' && !text[1])
		return text[0] - '0';
	fprintf(stderr,
		"l2tpd: --log-level %s: not a level; use error, warning, "
		"notice, info or debug\n",
		text);
	exit(2);
}

static int check(const struct monitor_options *o)
{
	const char *file = o->config_file;
	char err[512];
	struct config *c;
	FILE *f = fopen(file, "re");
	int failed;

	if (!f) {
		fprintf(stderr, "l2tpd: %s: %s\n", file, strerror(errno));
		return EXIT_FAILURE;
	}
	c = config_parse(f, file, err, sizeof(err));
	fclose(f);
	if (!c) {
		fprintf(stderr, "l2tpd: %s\n", err);
		return EXIT_FAILURE;
	}
	config_print(c, stdout);
	failed = config_check_files(c, err, sizeof(err));
	if (failed)
		fprintf(stderr, "l2tpd: %s\n", err);
	if (!failed)
		failed = users_check_files(c);
	/* pppd takes privileged options of root only. */
	log_open("check", LOG_SINK_STDERR, LOG_ERR);
	if (!failed && !o->null_dataplane && geteuid() == 0)
		failed = ppp_check(c, o->plugin);
	config_free(c);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	enum { OPT_ROLE = 256, OPT_BACKGROUND, OPT_VICI };
	static const struct option options[] = {
		{ "file", required_argument, NULL, 'f' },
		{ "check", no_argument, NULL, 'n' },
		{ "foreground", no_argument, NULL, 'F' },
		{ "log-level", required_argument, NULL, 'l' },
		{ "dataplane", required_argument, NULL, 'd' },
		{ "runtime-dir", required_argument, NULL, 'r' },
		{ "plugin", required_argument, NULL, 'p' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		/* how the monitor starts the others */
		{ "role", required_argument, NULL, OPT_ROLE },
		{ "background", no_argument, NULL, OPT_BACKGROUND },
		/* for a charon of a test's */
		{ "vici", required_argument, NULL, OPT_VICI },
		{ 0 },
	};
	struct monitor_options o = {
		.config_file = SYSCONFDIR "/l2tpd/l2tpd.conf",
		.runtime_dir = CONTROL_RUNTIME_DIR,
		.plugin = PLUGIN,
		.vici = AAA_VICI_SOCKET,
		.log_level = LOG_INFO,
	};
	const char *role = NULL;
	bool only_check = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "f:nFl:d:r:p:Vh", options,
				  NULL)) != -1) {
		switch (opt) {
		case 'f':
			o.config_file = optarg;
			break;
		case 'n':
			only_check = true;
			break;
		case 'F':
			o.foreground = true;
			break;
		case 'l':
			o.log_level = parse_level(optarg);
			break;
		case 'd':
			if (strcmp(optarg, "kernel") != 0 &&
			    strcmp(optarg, "null") != 0) {
				fprintf(stderr,
					"l2tpd: --dataplane %s: use kernel or "
					"null\n",
					optarg);
				return 2;
			}
			o.null_dataplane = strcmp(optarg, "null") == 0;
			break;
		case 'r':
			o.runtime_dir = optarg;
			break;
		case 'p':
			o.plugin = optarg;
			break;
		case 'V':
			printf("l2tpd " L2TPD_VERSION "\n");
			return EXIT_SUCCESS;
		case 'h':
			usage(stdout);
			return EXIT_SUCCESS;
		case OPT_ROLE:
			role = optarg;
			break;
		case OPT_BACKGROUND:
			o.foreground = false;
			break;
		case OPT_VICI:
			o.vici = optarg;
			break;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr,
			"l2tpd: %s: no such argument; see l2tpd --help\n",
			argv[optind]);
		return 2;
	}
	if (role) {
		log_open(role, o.foreground ? LOG_SINK_STDERR : LOG_SINK_SYSLOG,
			 o.log_level);
		return strcmp(role, "engine") == 0 ?
			       engine_main(ROLE_FD, o.runtime_dir) :
		       strcmp(role, "aaa") == 0 ?
			       aaa_main(ROLE_FD) :
		       strcmp(role, "router6") == 0 ?
			       router6_main(ROLE_FD, o.runtime_dir) :
			       2;
	}
	if (only_check)
		return check(&o);
	return monitor_main(&o);
}
