/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What PPP asks and tells, whichever backend runs it: who may come
 * in, and with what.
 */
#ifndef L2TPD_ENGINE_SERVICE_ADMIT_H
#define L2TPD_ENGINE_SERVICE_ADMIT_H

struct ppp_service;

extern const struct ppp_service admit_service;

#endif
