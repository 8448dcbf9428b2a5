# SPDX-License-Identifier: GPL-2.0-or-later
# Prints the parts of Documentation that come from the protocol core's tables.
programs += conformance
conformance_SRCS := scripts/conformance.c
conformance_ARCHIVES := proto lib
