# SPDX-License-Identifier: GPL-2.0-or-later
# l2tpd.so loads into the pppd version whose headers it was built with.
plugins += l2tpd.so
l2tpd.so_SRCS := $(wildcard plugin/*.c) daemon/ipc/fields.c daemon/ipc/ipc.c daemon/ipc/ppp_fields.c \
	daemon/lib/file.c daemon/lib/secret.c

# The defines are those of Debian's pppd 2.4.9: its headers hang on them.
# Its interface takes char * where it means const char *, and its option tables
# leave the last fields out.
plugin_CFLAGS := -Wno-write-strings -Wno-missing-field-initializers -fvisibility=hidden \
	$(if $(filter-out /usr/include,$(PPPD_INCLUDE)),-isystem $(PPPD_INCLUDE)) \
	$(if $(wildcard $(PPPD_INCLUDE)/pppd/pppdconf.h),-DL2TPD_PPPD25,-DINET6 -DCHAPMS -DMPPE)
l2tpd.so_CFLAGS := $(plugin_CFLAGS)
