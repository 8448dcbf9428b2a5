// SPDX-License-Identifier: GPL-2.0-or-later
/* l2tpctl: the command line over l2tpd's control socket. */
#include <locale.h>
#include <stdio.h>

#include "ctl/ctl.h"

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	return ctl_run(argc, argv, stdout, stderr);
}
