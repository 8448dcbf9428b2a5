/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel's calls cost, for Documentation/dataplane.md. */
#ifndef L2TPD_TESTS_VM_DATAPLANE_MEASURE_H
#define L2TPD_TESTS_VM_DATAPLANE_MEASURE_H

/* Prints a table; the exit status. */
int dataplane_measure(void);

#endif
