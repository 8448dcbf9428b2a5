/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The users in memory: a chained hash by the client's name, each entry as
 * small as its strings, those for any client ("*") in a chain of their own.
 */
#include "aaa/users.h"

#include <stdlib.h>
#include <string.h>

#include "aaa/users_internal.h"
#include "lib/hash.h"

struct entry {
	struct entry *next; /* in its chain, the file's order */
	uint32_t hash;
	uint32_t ipv4;
	unsigned int line;
	uint8_t address; /* enum users_address */
	uint8_t client_len, server_len, secret_len;
	char data[]; /* client, NUL, server, NUL, secret */
};

struct chain {
	struct entry *first, **last;
};

struct users {
	struct chain *chains;
	size_t size; /* a power of two */
	struct chain any;
	size_t count, without_address;
};

struct loading {
	struct users *users;
	bool no_memory;
	users_warn *warn;
	void *arg;
};

/*
 * Without a key: what is hashed is the administrator's, a peer
 * can only look up.
 */
static uint32_t hash_name(const char *name)
{
	return hash_fnv32(HASH_FNV32_START, name, strlen(name));
}

static bool is_any(const char *name)
{
	return strcmp(name, "*") == 0;
}

static const char *entry_server(const struct entry *e)
{
	return e->data + e->client_len + 1;
}

static const char *entry_secret(const struct entry *e)
{
	return entry_server(e) + e->server_len + 1;
}

static size_t entry_data_size(const struct entry *e)
{
	return (size_t)e->client_len + e->server_len + 2 + e->secret_len;
}

static struct entry *entry_new(const struct users_line *l)
{
	size_t client = strlen(l->client), server = strlen(l->server);
	struct entry *e =
		malloc(sizeof(*e) + client + server + 2 + l->secret.len);

	if (!e)
		return NULL;
	*e = (struct entry){
		.hash = hash_name(l->client),
		.ipv4 = l->ipv4,
		.line = l->line,
		.address = (uint8_t)l->address,
		.client_len = (uint8_t)client,
		.server_len = (uint8_t)server,
		.secret_len = (uint8_t)l->secret.len,
	};
	memcpy(e->data, l->client, client + 1);
	memcpy(e->data + client + 1, l->server, server + 1);
	memcpy(e->data + client + server + 2, l->secret.data, l->secret.len);
	return e;
}

static void append(struct chain *c, struct entry *e)
{
	if (!c->first)
		c->last = &c->first;
	*c->last = e;
	c->last = &e->next;
}

static bool on_line(void *arg, const struct users_line *line)
{
	struct loading *l = arg;
	struct users *u = l->users;
	struct entry *e = entry_new(line);

	if (!e) {
		l->no_memory = true;
		return false;
	}
	append(is_any(line->client) ? &u->any :
				      &u->chains[e->hash & (u->size - 1)],
	       e);
	u->count++;
	u->without_address += line->address == USERS_ADDRESS_ANY;
	return true;
}

static void on_warn(void *arg, unsigned int line, const char *text)
{
	struct loading *l = arg;

	if (l->warn)
		l->warn(l->arg, line, text);
}

struct users *users_parse(const char *text, size_t len, users_warn *warn,
			  void *arg)
{
	struct users *u = calloc(1, sizeof(*u));
	struct loading l = { .users = u, .warn = warn, .arg = arg };
	size_t lines = 1, i;

	if (!u)
		return NULL;
	for (i = 0; i < len; i++)
		lines += text[i] == '\n';
	for (u->size = 16; u->size < lines; u->size *= 2)
		;
	u->chains = calloc(u->size, sizeof(*u->chains));
	if (!u->chains) {
		free(u);
		return NULL;
	}
	users_read(text, len, on_line, on_warn, &l);
	if (l.no_memory) {
		users_free(u);
		return NULL;
	}
	return u;
}

static void free_chain(struct chain *c)
{
	struct entry *e, *next;

	for (e = c->first; e; e = next) {
		next = e->next;
		explicit_bzero(e->data, entry_data_size(e));
		free(e);
	}
}

void users_free(struct users *u)
{
	size_t i;

	if (!u)
		return;
	for (i = 0; i < u->size; i++)
		free_chain(&u->chains[i]);
	free_chain(&u->any);
	free(u->chains);
	free(u);
}

size_t users_count(const struct users *u)
{
	return u->count;
}

size_t users_without_address(const struct users *u)
{
	return u->without_address;
}

/*
 * The chain's first entry for this client and server: one that names the
 * server, else any.
 */
static const struct entry *best_of(const struct chain *c, const char *client,
				   uint32_t hash, const char *server,
				   bool *names_server)
{
	const struct entry *e, *best = NULL;

	*names_server = false;
	for (e = c->first; e; e = e->next) {
		if (client && (e->hash != hash || strcmp(e->data, client)))
			continue;
		if (!is_any(entry_server(e))) {
			if (strcmp(entry_server(e), server))
				continue;
			*names_server = true;
			return e;
		}
		if (!best)
			best = e;
	}
	return best;
}

bool users_find(const struct users *u, const char *client, const char *server,
		struct users_entry *out)
{
	uint32_t hash = hash_name(client);
	const struct entry *own, *any;
	bool own_named, any_named;

	own = best_of(&u->chains[hash & (u->size - 1)], client, hash, server,
		      &own_named);
	any = best_of(&u->any, NULL, 0, server, &any_named);
	if (!own || (any_named && !own_named))
		own = any;
	if (!own)
		return false;
	secret_set(&out->secret, entry_secret(own), own->secret_len);
	out->address = own->address;
	out->ipv4 = own->ipv4;
	out->line = own->line;
	return true;
}
