/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A user is asked for at RADIUS servers. */
#ifndef L2TPD_AAA_AUTH_RADIUS_H
#define L2TPD_AAA_AUTH_RADIUS_H

#include "aaa/auth_job.h"

/* Those of the job's profile, which has some; answers, now or later. */
void auth_ask_radius(struct auth_job *j);

#endif
