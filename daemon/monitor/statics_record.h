/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the monitor keeps of static tunnels in state-dir: two files, each with a
 * first line that says what it is, and then sections as in the configuration.
 * Only root may read them, for there are cookies in them.
 */
#ifndef L2TPD_MONITOR_STATICS_RECORD_H
#define L2TPD_MONITOR_STATICS_RECORD_H

#include <stddef.h>

enum statics_file {
	/*
	 * what this kernel got from us; nothing for another boot or
	 * network namespace
	 */
	STATICS_MADE,
	STATICS_ADDED, /* what was added by command */
};

/*
 * The file's sections, NUL-terminated, in *text, which the caller frees. 0;
 * -ENOENT: there are none; -EBADMSG when it is damaged, and has been put aside
 * as NAME.damaged; or another -errno. What went wrong is said in the log.
 */
int statics_record_read(const char *dir, enum statics_file file, char **text);
/* All of it or nothing. 0 or -errno, said in the log. */
int statics_record_write(const char *dir, enum statics_file file,
			 const char *text);
/* Its sections make no sense: it is put aside, and why is said. */
void statics_record_refuse(const char *dir, enum statics_file file,
			   const char *why);

#endif
