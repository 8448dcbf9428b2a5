# SPDX-License-Identifier: GPL-2.0-or-later
# One non-recursive makefile: each folder's rules.mk adds its files to the
# lists; the rules are here. Objects go under build/ ($(B)).

PREFIX   ?= /usr/local
SBINDIR  ?= $(PREFIX)/sbin
BINDIR   ?= $(PREFIX)/bin
MANDIR   ?= $(PREFIX)/share/man
SYSCONFDIR ?= /etc
DESTDIR  ?=
B        ?= build
PYTHON   ?= python3
PKG_CONFIG ?= pkg-config
ifeq ($(origin CC),default)
CC       := gcc
endif
ifeq ($(origin AR),default)
AR       := ar
endif

OPT      ?= -O2 -g
HARDEN   ?= -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
LDHARDEN ?= -pie -Wl,-z,relro,-z,now,-z,noexecstack
WARN     ?= -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum -Wvla \
            -Wpointer-arith -Wwrite-strings -Wundef
WERROR   ?= $(if $(CI),-Werror)
CFLAGS   ?= $(OPT) $(HARDEN)
CPPFLAGS ?=
LDFLAGS  ?= $(LDHARDEN)

all_CPPFLAGS = -D_GNU_SOURCE -Idaemon -I. $(CPPFLAGS)
all_CFLAGS   = -std=gnu17 $(WARN) $(WERROR) $(CFLAGS)

V ?= 0
ifeq ($(V),0)
Q = @
say = @printf '  %-7s %s\n' '$(1)' '$(2)';
else
Q =
say =
endif

# package as pkg-config names it : as Debian names it
pkgs := libevent_core:libevent-dev libnl-3.0:libnl-3-dev libnl-genl-3.0:libnl-genl-3-dev \
        libmnl:libmnl-dev libcrypto:libssl-dev libconfuse:libconfuse-dev jansson:libjansson-dev \
        smartcols:libsmartcols-dev libseccomp:libseccomp-dev libcap-ng:libcap-ng-dev
ifeq ($(filter clean help format,$(MAKECMDGOALS)),)
missing := $(foreach p,$(pkgs),$(if $(shell $(PKG_CONFIG) --exists $(firstword $(subst :, ,$(p))) && echo y),,$(lastword $(subst :, ,$(p)))))
ifneq ($(strip $(missing)),)
$(error missing packages: $(strip $(missing)); install them with: apt-get install $(strip $(missing)))
endif
endif
lib = $(shell $(PKG_CONFIG) --libs $(1))

.SECONDEXPANSION:
.DELETE_ON_ERROR:
.PHONY: all
all:

# Each rules.mk adds to: archives (name; name_SRCS), programs (name; name_SRCS,
# name_ARCHIVES, name_LIBS), unit_tests (as programs), clean_more.
archives :=
programs :=
unit_tests :=
fuzzers :=
include $(sort $(wildcard daemon/rules.mk daemon/*/rules.mk daemon/proto/*/rules.mk netlink/rules.mk \
        plugin/rules.mk scripts/rules.mk tests/rules.mk tests/*/rules.mk Documentation/rules.mk))

define archive_rule
$(B)/lib$(1).a: $(patsubst %.c,$(B)/%.o,$($(1)_SRCS))
	$$(call say,AR,$$@)rm -f $$@ && $$(AR) rcs $$@ $$^
endef
define program_rule
$(B)/$(1): $(patsubst %.c,$(B)/%.o,$($(1)_SRCS)) $(foreach a,$($(1)_ARCHIVES),$(B)/lib$(a).a)
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(CC) $$(all_CFLAGS) $$(LDFLAGS) -o $$@ $$^ $$($(1)_LIBS) $$(LIBS)
endef
$(foreach a,$(archives),$(eval $(call archive_rule,$(a))))
$(foreach p,$(programs) $(unit_tests),$(eval $(call program_rule,$(p))))

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(all_CPPFLAGS) $(all_CFLAGS) $($(subst /,_,$*)_CFLAGS) -MMD -MP -c -o $@ $<

all: $(foreach p,$(programs),$(B)/$(p))

.PHONY: unit
unit: $(foreach t,$(unit_tests),$(B)/$(t))

.PHONY: clean
clean:
	rm -rf $(B)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
