/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DHCPv6 server's identifier; see duid.h. */
#include "monitor/duid.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define MACHINE_ID_LEN 32 /* digits */
#define TYPE_UUID      4  /* RFC 6355 */

/* What is hashed with it, so that nobody learns the id itself. */
static const char purpose[] = "l2tpd DHCPv6 server";

static size_t read_machine_id(const char *path, uint8_t id[MACHINE_ID_LEN])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, id, MACHINE_ID_LEN);
	close(fd);
	return n == MACHINE_ID_LEN ? MACHINE_ID_LEN : 0;
}

void duid_make(uint8_t duid[DUID_LEN], const char *machine_id_path)
{
	uint8_t seed[MACHINE_ID_LEN + sizeof(purpose)],
		hash[SHA256_DIGEST_LENGTH];

	if (!read_machine_id(machine_id_path, seed))
		(void)!getrandom(seed, MACHINE_ID_LEN, GRND_NONBLOCK);
	memcpy(seed + MACHINE_ID_LEN, purpose, sizeof(purpose));
	SHA256(seed, sizeof(seed), hash);
	duid[0] = 0;
	duid[1] = TYPE_UUID;
	memcpy(duid + 2, hash, DUID_LEN - 2);
	/* RFC 4122, section 4.4: of version 4, and of the usual variant */
	duid[8] = (uint8_t)((duid[8] & 0x0f) | 0x40);
	duid[10] = (uint8_t)((duid[10] & 0x3f) | 0x80);
}
