/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration's file is compared with what runs; see config_file.h. */
#include "monitor/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/config.h"
#include "lib/file.h"

static void answer(struct config_file *c, enum monitor_config_state state,
		   const char *why)
{
	c->answer = (struct monitor_config_file){ .state = state };
	snprintf(c->answer.path, sizeof(c->answer.path), "%s", c->path);
	snprintf(c->answer.why, sizeof(c->answer.why), "%s", why);
}

/* What the file says, in canonical form, compared with what runs. */
static bool is_running(const struct config_file *c, const struct config *parsed)
{
	char *text = config_print_text(parsed);
	bool same = text && strcmp(text, c->running) == 0;

	free(text);
	return same;
}

static void read_file(struct config_file *c, FILE *f)
{
	char err[sizeof(c->answer.why)] = "";
	struct config *parsed = config_parse(f, c->path, err, sizeof(err));

	if (!parsed)
		answer(c, MONITOR_CONFIG_FAULTY, err);
	else if (is_running(c, parsed))
		answer(c, MONITOR_CONFIG_SAME, "");
	else
		answer(c, MONITOR_CONFIG_CHANGED, "");
	config_free(parsed);
}

static void unreadable(struct config_file *c, const char *why)
{
	c->st = (struct stat){ 0 };
	answer(c, MONITOR_CONFIG_UNREADABLE, why);
}

/* Not blocked by what is no file. */
static void look(struct config_file *c)
{
	int fd = open(c->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	FILE *f;

	if (fd < 0 || fstat(fd, &st) < 0) {
		unreadable(c, strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		unreadable(c, "it is no file");
	} else if (!file_same_version(&c->st, &st)) {
		f = fdopen(fd, "r");
		if (!f) {
			unreadable(c, strerror(errno));
		} else {
			read_file(c, f);
			c->st = st;
			fclose(f);
			return;
		}
	}
	if (fd >= 0)
		close(fd);
}

static int take_config_file(struct request *q)
{
	struct config_file *c = q->object;

	look(c);
	request_answer(q, &c->answer, sizeof(c->answer));
	return 0;
}

const struct request_row config_file_rows[] = {
	{ MONITOR_CONFIG_FILE, 0, take_config_file },
	{ 0 },
};
