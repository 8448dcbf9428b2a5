/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Users files whose users have no address, of profiles that have none for
 * them.
 */
#include "aaa/users_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/log.h"

bool users_check_counts(const struct config *c, const struct config_ppp *p)
{
	if (!p->users_file || !p->auth_n || config_ppp_has_addresses(p) ||
	    !config_ppp_needs_address(p))
		return false;
	for (size_t i = 0; i < c->lns_n; i++)
		if (strcmp(c->lns[i].ppp, p->name) == 0)
			return true;
	return false;
}

int users_check(const struct users *u, const struct config_ppp *p, char *text,
		size_t size)
{
	size_t all = users_count(u), n = users_without_address(u);

	if (n)
		snprintf(text, size,
			 "%s: %zu of %zu users have no address, and ppp \"%s\" "
			 "has no pool, so that their calls are refused; give "
			 "them one there, or set pool, pools or remote-address",
			 p->users_file, n, all, p->name);
	return n == 0 ? 0 : n < all || p->radius.n ? 1 : -ENOENT;
}

/* Out of memory and what cannot be read are others' to say. */
static struct users *read_users(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct users *u = NULL;
	struct stat st;
	char *text;
	ssize_t len;

	if (fd < 0)
		return NULL;
	text = fstat(fd, &st) ? NULL : malloc((size_t)st.st_size + 1);
	len = text ? file_read(fd, text, (size_t)st.st_size) : -ENOMEM;
	if (len >= 0)
		u = users_parse(text, (size_t)len, NULL, NULL);
	if (text)
		explicit_bzero(text, (size_t)st.st_size);
	free(text);
	close(fd);
	return u;
}

int users_check_files(const struct config *c)
{
	char text[512];
	int worst = 0;

	for (size_t i = 0; i < c->ppp_n; i++) {
		const struct config_ppp *p = &c->ppp[i];
		struct users *u = users_check_counts(c, p) ?
					  read_users(p->users_file) :
					  NULL;
		int e = u ? users_check(u, p, text, sizeof(text)) : 0;

		users_free(u);
		if (e)
			fprintf(stderr, "l2tpd: %s%s\n",
				e > 0 ? "warning: " : "", text);
		if (e < 0)
			worst = e;
	}
	return worst;
}
