// SPDX-License-Identifier: GPL-2.0-or-later
/* l2tp-load: options. */
#include "load.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const char usage[] =
	"Usage: l2tp-load [OPTIONS] ADDRESS:PORT\n"
	"\n"
	"Makes L2TP calls to the LNS at ADDRESS:PORT and prints how that went, or\n"
	"answers them there.\n"
	"\n"
	"  --lns              answer calls until a signal comes\n"
	"  --tunnels N        tunnels to open (1)\n"
	"  --calls N          calls in all (1000)\n"
	"  --mode churn|hold  clear each call once it is up (churn), or leave it\n"
	"  --concurrency N    calls under way at once (500)\n"
	"  --opening N        tunnels that are opened at once (100)\n"
	"  --sockets N        UDP sockets that the tunnels share (one each)\n"
	"  --rate N           calls begun per second at most\n"
	"  --hold SECONDS     stay that long when all calls are up\n"
	"  --timeout SECONDS  give up when nothing has happened for that long (40)\n"
	"  --loss PERCENT     lose packets, in both directions\n"
	"  --tries N          retransmissions before a peer is given up (5)\n"
	"  --secret TEXT      tunnel secret; we challenge the peer then\n"
	"  --hide             hide AVPs\n"
	"  --window N         receive window (16)\n"
	"  --hostname NAME    our host name (l2tp-load)\n"
	"  --pid NAME=PID     a process whose CPU time and memory are shown; repeatable\n"
	"  --json             print one JSON object\n"
	"  --quiet            no log\n"
	"\n"
	"Exit status: 0 when every tunnel and call came up, 1 when not, 2 for usage.\n";

enum option_id {
	OPT_LNS = 256,
	OPT_TUNNELS,
	OPT_CALLS,
	OPT_MODE,
	OPT_CONCURRENCY,
	OPT_OPENING,
	OPT_SOCKETS,
	OPT_RATE,
	OPT_HOLD,
	OPT_TIMEOUT,
	OPT_LOSS,
	OPT_TRIES,
	OPT_SECRET,
	OPT_HIDE,
	OPT_WINDOW,
	OPT_HOSTNAME,
	OPT_PID,
	OPT_JSON,
	OPT_QUIET,
	OPT_HELP,
};

static const struct option options[] = {
	{ "lns", no_argument, NULL, OPT_LNS },
	{ "tunnels", required_argument, NULL, OPT_TUNNELS },
	{ "calls", required_argument, NULL, OPT_CALLS },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "concurrency", required_argument, NULL, OPT_CONCURRENCY },
	{ "opening", required_argument, NULL, OPT_OPENING },
	{ "sockets", required_argument, NULL, OPT_SOCKETS },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "hold", required_argument, NULL, OPT_HOLD },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "loss", required_argument, NULL, OPT_LOSS },
	{ "tries", required_argument, NULL, OPT_TRIES },
	{ "secret", required_argument, NULL, OPT_SECRET },
	{ "hide", no_argument, NULL, OPT_HIDE },
	{ "window", required_argument, NULL, OPT_WINDOW },
	{ "hostname", required_argument, NULL, OPT_HOSTNAME },
	{ "pid", required_argument, NULL, OPT_PID },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

static void __attribute__((noreturn)) refuse(const char *what, const char *text)
{
	fprintf(stderr, "l2tp-load: %s: %s; l2tp-load --help explains\n", text,
		what);
	exit(2);
}

static unsigned int number(const char *text, unsigned int min, unsigned int max)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (!*text || *text == '-' || *end || errno || n < min || n > max)
		refuse("not a number that serves here", text);
	return (unsigned int)n;
}

/* "127.0.0.1:1701", "[::1]:1701" */
static void parse_address(struct addr *a, const char *text)
{
	const char *colon = strrchr(text, ':');
	char host[ADDR_STRLEN];
	size_t len = colon ? (size_t)(colon - text) : 0;

	if (!len || len >= sizeof(host))
		refuse("not ADDRESS:PORT", text);
	if (*text == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	memcpy(host, text, len);
	host[len] = '\0';
	if (addr_parse(a, host))
		refuse("not an address", host);
	a->port = (uint16_t)number(colon + 1, 0, 65535);
}

static void parse_pid(struct load_options *o, const char *text)
{
	const char *eq = strchr(text, '=');
	struct watched *w = &o->watched[o->watched_n];

	if (!eq || eq == text || (size_t)(eq - text) >= sizeof(w->name))
		refuse("not NAME=PID", text);
	if (o->watched_n == sizeof(o->watched) / sizeof(o->watched[0]))
		refuse("too many processes", text);
	memcpy(w->name, text, (size_t)(eq - text));
	w->pid = (pid_t)number(eq + 1, 1, INT_MAX);
	o->watched_n++;
}

static void parse_option(struct load_options *o, enum option_id id,
			 const char *arg)
{
	switch (id) {
	case OPT_LNS:
		o->lns = true;
		break;
	case OPT_TUNNELS:
		o->tunnels = number(arg, 1, 65535);
		break;
	case OPT_CALLS:
		o->calls = number(arg, 0, 100000000);
		break;
	case OPT_MODE:
		if (strcmp(arg, "churn") && strcmp(arg, "hold"))
			refuse("the mode is churn or hold", arg);
		o->churn = !strcmp(arg, "churn");
		break;
	case OPT_CONCURRENCY:
		o->concurrency = number(arg, 1, 10000000);
		break;
	case OPT_OPENING:
		o->opening = number(arg, 1, 65535);
		break;
	case OPT_SOCKETS:
		o->sockets = number(arg, 1, 65535);
		break;
	case OPT_RATE:
		o->rate = number(arg, 1, 100000000);
		break;
	case OPT_HOLD:
		o->hold_s = number(arg, 0, 86400);
		break;
	case OPT_TIMEOUT:
		o->timeout_s = number(arg, 1, 86400);
		break;
	case OPT_LOSS:
		o->loss = number(arg, 0, 99);
		break;
	case OPT_TRIES:
		o->tunnel.retransmit_tries = (uint16_t)number(arg, 1, 1000);
		break;
	case OPT_SECRET:
		if (secret_set(&o->tunnel.secret, arg, strlen(arg)))
			refuse("too long", "--secret");
		o->tunnel.challenge = true;
		break;
	case OPT_HIDE:
		o->tunnel.hide = true;
		break;
	case OPT_WINDOW:
		o->tunnel.receive_window = (uint16_t)number(arg, 1, 32768);
		break;
	case OPT_HOSTNAME:
		snprintf(o->tunnel.hostname, sizeof(o->tunnel.hostname), "%s",
			 arg);
		break;
	case OPT_PID:
		parse_pid(o, arg);
		break;
	case OPT_JSON:
		o->json = true;
		break;
	case OPT_QUIET:
		o->quiet = true;
		break;
	case OPT_HELP:
		fputs(usage, stdout);
		exit(0);
	}
}

static void raise_fd_limit(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r))
		return;
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
}

int main(int argc, char **argv)
{
	static struct load_options o = {
		.churn = true,
		.tunnels = 1,
		.calls = 1000,
		.concurrency = 500,
		.opening = 100,
		.timeout_s = 40,
		.tunnel = {
			.hostname = "l2tp-load",
			.framing = 3,
			.bearer = 3,
			.persist_idle = true,
		},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return 2;
		parse_option(&o, (enum option_id)c, optarg);
	}
	if (optind != argc - 1) {
		fputs(usage, stderr);
		return 2;
	}
	parse_address(&o.address, argv[optind]);
	if (!o.sockets || o.sockets > o.tunnels)
		o.sockets = o.tunnels;
	if (o.tunnel.hide && !secret_is_set(&o.tunnel.secret))
		refuse("needs --secret", "--hide");
	raise_fd_limit();
	return o.lns ? lns_run(&o) : lac_run(&o);
}
