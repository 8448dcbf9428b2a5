# SPDX-License-Identifier: GPL-2.0-or-later
archives += router6
router6_SRCS := $(wildcard daemon/router6/*.c)
