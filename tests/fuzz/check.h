/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a fuzz target asserts: a crash that the fuzzer reports, with
 * or without NDEBUG.
 */
#ifndef L2TPD_TESTS_FUZZ_CHECK_H
#define L2TPD_TESTS_FUZZ_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                   \
	do {                                                               \
		if (!(condition)) {                                        \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, \
				#condition);                               \
			abort();                                           \
		}                                                          \
	} while (0)

#endif
