/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a record says of the configuration's file, which the monitor compares
 * with what runs.
 */
#ifndef L2TPD_ENGINE_CONTROL_CONFIG_FILE_H
#define L2TPD_ENGINE_CONTROL_CONFIG_FILE_H

#include <jansson.h>

struct control;

/*
 * Adds config_file (its path), config ("same", "changed", "faulty",
 * "unreadable") and config_note (a sentence) to a record, which is taken, sends
 * it, and ends the reply. With a key "text", the configuration's, the sentence
 * stands in front of that as a comment unless the file says the same.
 */
void config_file_send(struct control *c, json_t *record);

#endif
