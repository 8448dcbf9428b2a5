/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The version that every program says. */
#ifndef L2TPD_VERSION_H
#define L2TPD_VERSION_H

#define L2TPD_VERSION "0.1"

#endif
