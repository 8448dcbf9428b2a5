/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accounting as the engine sees it: what is said to the aaa process, and what is still to be said. */
#include "engine/internal.h"

int accounting_start(struct engine *e)
{
	(void)e;
	return 0;
}

void account_up(struct subscriber *s)
{
	(void)s;
}

void account_down(struct subscriber *s)
{
	(void)s;
}

void account_interval(struct subscriber *s)
{
	(void)s;
}

void accounting_again(struct engine *e)
{
	(void)e;
}

void accounting_stop(struct engine *e)
{
	(void)e;
}

bool accounting_is_idle(const struct engine *e)
{
	(void)e;
	return true;
}

void accounting_free(struct engine *e)
{
	(void)e;
}
