# SPDX-License-Identifier: GPL-2.0-or-later
archives += ipc
ipc_SRCS := $(wildcard daemon/ipc/*.c)
