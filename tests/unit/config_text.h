/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configuration that is written in a test. */
#ifndef L2TPD_TESTS_CONFIG_TEXT_H
#define L2TPD_TESTS_CONFIG_TEXT_H

#include "lib/config.h"

/* As config_parse does it, of a file called test.conf. */
struct config *config_text_parse(const char *text, char *err, size_t errlen);
/*
 * The same of one that is right: else the test fails, with the mistake. The
 * caller frees it.
 */
struct config *config_text(const char *text);

#endif
