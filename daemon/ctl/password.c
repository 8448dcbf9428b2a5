// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Passwords that are asked for: from the terminal without echo, or from what
 * standard input is.
 */
#include "ctl/ctl.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "lib/secret.h"

static volatile sig_atomic_t caught;

static void on_signal(int number)
{
	caught = number;
}

/* Byte by byte: what is behind the line is somebody else's. */
static int read_line(int fd, struct secret *s)
{
	uint8_t byte;

	for (;;) {
		ssize_t n = read(fd, &byte, 1);

		if (n < 0)
			return -errno;
		if (n == 0 || byte == '\n')
			return s->len ? 0 : -ENODATA;
		if (s->len == SECRET_MAX)
			return -EMSGSIZE;
		s->data[s->len++] = byte;
	}
}

/* A signal that ends the program finds the terminal as it was. */
static int read_hidden(int fd, const char *prompt, struct secret *s, FILE *err)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = on_signal }, old[4];
	struct termios was, hidden;
	int ret;

	if (tcgetattr(fd, &was))
		return -errno;
	hidden = was;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	caught = 0;
	for (size_t i = 0; i < 4; i++)
		sigaction(signals[i], &action, &old[i]);
	tcsetattr(fd, TCSAFLUSH, &hidden);
	fputs(prompt, err);
	fflush(err);
	ret = read_line(fd, s);
	tcsetattr(fd, TCSAFLUSH, &was);
	fputc('\n', err);
	for (size_t i = 0; i < 4; i++)
		sigaction(signals[i], &old[i], NULL);
	if (caught)
		raise(caught);
	return ret;
}

static int ask(struct ctl_request *req, const struct ctl_arg *a, FILE *err)
{
	struct secret s = { 0 };
	json_t *value = NULL;
	int ret;

	if (isatty(STDIN_FILENO))
		ret = read_hidden(STDIN_FILENO, "Password: ", &s, err);
	else
		ret = read_line(STDIN_FILENO, &s);
	if (!ret) {
		value = memchr(s.data, '\0', s.len) ?
				NULL :
				json_stringn((const char *)s.data, s.len);
		ret = value ? json_object_set_new(req->args, a->key, value) ?
			      -ENOMEM :
			      0 :
			      -EILSEQ;
	}
	secret_clear(&s);
	if (!ret)
		return 0;
	fprintf(err, "l2tpctl: no %s could be read from standard input: %s\n",
		a->key,
		ret == -ENODATA	 ? "it is empty" :
		ret == -EMSGSIZE ? "it is too long" :
		ret == -EILSEQ	 ? "it is not UTF-8 text" :
				   strerror(-ret));
	return CTL_EXIT_ERROR;
}

int ctl_ask_secrets(struct ctl_request *req, FILE *err)
{
	for (const struct ctl_arg *a = req->command->args; a && a->word; a++)
		if (a->flags & CTL_ASK && !json_object_get(req->args, a->key) &&
		    ask(req, a, err))
			return CTL_EXIT_ERROR;
	return 0;
}
