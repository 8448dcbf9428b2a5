// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a fuzz target on files and on every file of folders: what a fuzzer
 * found once is tried again by any compiler, without libFuzzer.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static unsigned int count;

static int replay_file(const char *path, size_t size)
{
	/*
	 * Exactly as large as the file, so that a sanitizer sees a step beyond.
	 */
	uint8_t *data = malloc(size ? size : 1);
	FILE *f = fopen(path, "rb");
	int ret = -1;

	if (!data || !f || fread(data, 1, size, f) != size) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		goto out;
	}
	LLVMFuzzerTestOneInput(data, size);
	count++;
	ret = 0;
out:
	if (f)
		fclose(f);
	free(data);
	return ret;
}

static int replay(const char *path);

static int replay_folder(const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, alphasort);
	int ret = 0;

	if (n < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	for (int i = 0; i < n; i++) {
		char *name;

		if (entries[i]->d_name[0] != '.' && ret == 0) {
			if (asprintf(&name, "%s/%s", path, entries[i]->d_name) <
			    0)
				abort();
			ret = replay(name);
			free(name);
		}
		free(entries[i]);
	}
	free(entries);
	return ret;
}

static int replay(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	if (S_ISDIR(st.st_mode))
		return replay_folder(path);
	return replay_file(path, (size_t)st.st_size);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (replay(argv[i]))
			return 1;
	printf("%u inputs\n", count);
	/* A corpus that is not there must not pass for one without faults. */
	return count ? 0 : 1;
}
