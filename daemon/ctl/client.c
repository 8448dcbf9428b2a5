// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control socket from l2tpctl's side: a request as a line of JSON, records
 * back, a line each (ipc/control.h). One record is held at a time.
 */
#include "ctl/ctl.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ipc/control.h"

struct ctl_client {
	int fd;
	size_t start, end; /* of what is unread in line */
	char line[CONTROL_LINE_MAX];
};

/* Before each of jansson's blocks: its size, so that it can be cleared. */
union block {
	size_t size;
	max_align_t align;
};

static void *json_block_new(size_t size)
{
	union block *b = malloc(sizeof(*b) + size);

	if (!b)
		return NULL;
	b->size = size;
	return b + 1;
}

static void json_block_free(void *p)
{
	union block *b = p;

	if (!b)
		return;
	b--;
	explicit_bzero(b + 1, b->size);
	free(b);
}

void ctl_json_init(void)
{
	json_set_alloc_funcs(json_block_new, json_block_free);
}

static void explain_connect(const char *path, int error, FILE *err)
{
	fputs("l2tpctl: ", err);
	switch (error) {
	case ENOENT:
	case ECONNREFUSED:
	case ENOTDIR:
		fputs("l2tpd is not running: nobody listens at ", err);
		ctl_put_safe(path, err);
		fputs("; start it, or name its directory with --runtime-dir\n",
		      err);
		break;
	case EACCES:
	case EPERM:
		fputs("you may not use ", err);
		ctl_put_safe(path, err);
		fputs(": become root or a member of the group l2tpd\n", err);
		break;
	default:
		fputs("cannot connect to ", err);
		ctl_put_safe(path, err);
		fprintf(err, ": %s\n", strerror(error));
		break;
	}
}

struct ctl_client *ctl_connect(const char *path, FILE *err)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct ctl_client *c;

	if (strlen(path) >= sizeof(sun.sun_path)) {
		fputs("l2tpctl: the path ", err);
		ctl_put_safe(path, err);
		fprintf(err, " is too long for a socket: at most %zu bytes\n",
			sizeof(sun.sun_path) - 1);
		return NULL;
	}
	memcpy(sun.sun_path, path, strlen(path));
	c = calloc(1, sizeof(*c));
	if (!c) {
		fputs("l2tpctl: out of memory\n", err);
		return NULL;
	}
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 ||
	    connect(c->fd, (struct sockaddr *)&sun, sizeof(sun)) < 0) {
		explain_connect(path, errno, err);
		ctl_close(c);
		return NULL;
	}
	return c;
}

void ctl_close(struct ctl_client *c)
{
	if (!c)
		return;
	if (c->fd >= 0)
		close(c->fd);
	free(c);
}

static int send_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* What a line holds may be a secret: no copy of it stays. */
static void free_line(char *line)
{
	if (!line)
		return;
	explicit_bzero(line, strlen(line));
	free(line);
}

int ctl_send(struct ctl_client *c, const struct ctl_request *req, FILE *err)
{
	json_t *request = json_pack("{s:s, s:O}", "command",
				    req->command->words, "args", req->args);
	size_t len = request ? json_dumpb(request, NULL, 0, JSON_COMPACT) : 0;
	char *line = len ? malloc(len + 2) : NULL;
	int ret;

	if (!line || json_dumpb(request, line, len, JSON_COMPACT) != len) {
		json_decref(request);
		free(line);
		fputs("l2tpctl: out of memory\n", err);
		return CTL_EXIT_ERROR;
	}
	json_decref(request);
	line[len] = '\n';
	line[len + 1] = '\0';
	/*
	 * A daemon that refuses may close before it has read: its
	 * answer says why.
	 */
	ret = len < CONTROL_LINE_MAX ? send_all(c->fd, line, len + 1) :
				       -EMSGSIZE;
	free_line(line);
	if (!ret || ret == -EPIPE || ret == -ECONNRESET)
		return 0;
	fprintf(err, "l2tpctl: cannot send the request: %s\n", strerror(-ret));
	return CTL_EXIT_ERROR;
}

/*
 * The next line without its newline, valid until the next call; NULL
 * with a sentence.
 */
static char *read_line(struct ctl_client *c, size_t *len, FILE *err)
{
	for (;;) {
		char *line = c->line + c->start;
		char *nl = memchr(line, '\n', c->end - c->start);
		ssize_t n;

		if (nl) {
			*len = (size_t)(nl - line);
			c->start += *len + 1;
			return line;
		}
		if (c->start) {
			memmove(c->line, line, c->end - c->start);
			c->end -= c->start;
			c->start = 0;
		}
		if (c->end == sizeof(c->line)) {
			fprintf(err,
				"l2tpctl: l2tpd sent a line of more than %zu "
				"bytes\n",
				sizeof(c->line));
			return NULL;
		}
		n = read(c->fd, c->line + c->end, sizeof(c->line) - c->end);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != ECONNRESET) {
			fprintf(err,
				"l2tpctl: cannot read l2tpd's answer: %s\n",
				strerror(errno));
			return NULL;
		}
		if (n <= 0) {
			fputs("l2tpctl: l2tpd closed the connection before its "
			      "answer was complete: its log may say why\n",
			      err);
			return NULL;
		}
		c->end += (size_t)n;
	}
}

int ctl_next(struct ctl_client *c, json_t **record, FILE *err)
{
	json_t *reply, *r;
	size_t len;
	char *line = read_line(c, &len, err);
	int ret = -1;

	if (!line)
		return -1;
	reply = json_loadb(line, len, 0, NULL);
	r = json_object_get(reply, "record");
	if (json_is_object(r)) {
		*record = json_incref(r);
		ret = 1;
	} else if (json_object_get(reply, "end")) {
		ret = 0;
	} else if (json_is_string(json_object_get(reply, "error"))) {
		fputs("l2tpctl: ", err);
		ctl_put_safe(json_string_value(json_object_get(reply, "error")),
			     err);
		fputc('\n', err);
	} else {
		fputs("l2tpctl: l2tpd's answer is not understood: are l2tpctl "
		      "and l2tpd of one version?\n",
		      err);
	}
	json_decref(reply);
	return ret;
}
