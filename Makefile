# SPDX-License-Identifier: GPL-2.0-or-later
# One non-recursive makefile: each folder's rules.mk adds its files to the
# lists; the rules are here. Objects go under build/ ($(B)).

PREFIX   ?= /usr/local
SBINDIR  ?= $(PREFIX)/sbin
BINDIR   ?= $(PREFIX)/bin
MANDIR   ?= $(PREFIX)/share/man
DOCDIR   ?= $(PREFIX)/share/doc/l2tpd
UNITDIR  ?= $(PREFIX)/lib/systemd/system
BASHDIR  ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR   ?= $(PREFIX)/share/zsh/site-functions
SYSCONFDIR ?= /etc
DESTDIR  ?=
B        ?= build
INSTALL  ?= install
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
SANITIZE ?=
CFLAGS   ?= $(OPT) $(HARDEN)
CPPFLAGS ?=
LDFLAGS  ?= $(LDHARDEN)

# The folder that holds pppd/pppd.h; scripts/fetch-ppp25 prints Debian 13's.
PPPD_INCLUDE ?= /usr/include

all_CPPFLAGS = -D_GNU_SOURCE -Idaemon -I. $(if $(HAVE_SYSTEMD),-DHAVE_SYSTEMD) $(CPPFLAGS)
daemon_main_CFLAGS = -DSYSCONFDIR='"$(SYSCONFDIR)"'
all_CFLAGS   = -std=gnu17 $(WARN) $(WERROR) $(CFLAGS) $(SANITIZE)
all_LDFLAGS  = $(LDFLAGS) $(SANITIZE)

V ?= 0
ifeq ($(V),0)
Q = @
say = @printf '  %-7s %s\n' '$(1)' '$(2)';
else
Q =
say =
endif

# These run scripts/deps themselves, or need nothing.
unbuilt := clean help format deps check check-native check-vm demo fuzz lint uninstall

# package as pkg-config names it : as Debian names it
pkgs := libevent_core:libevent-dev libnl-3.0:libnl-3-dev libnl-genl-3.0:libnl-genl-3-dev \
        libmnl:libmnl-dev libcrypto:libssl-dev libssl:libssl-dev libconfuse:libconfuse-dev jansson:libjansson-dev \
        smartcols:libsmartcols-dev libseccomp:libseccomp-dev libcap-ng:libcap-ng-dev
ifneq ($(filter-out $(unbuilt),$(or $(MAKECMDGOALS),all)),)
ifeq ($(shell $(PKG_CONFIG) --version 2>/dev/null),)
$(error missing package: pkg-config; "scripts/deps build" installs all that the build needs)
endif
ifneq ($(shell $(PKG_CONFIG) --exists $(foreach p,$(pkgs),$(firstword $(subst :, ,$(p)))) && echo y),y)
missing := $(foreach p,$(pkgs),$(if $(shell $(PKG_CONFIG) --exists $(firstword $(subst :, ,$(p))) && echo y),,$(lastword $(subst :, ,$(p)))))
$(error missing packages: $(strip $(missing)); install them with: apt-get install $(strip $(missing)))
endif
else
PKG_CONFIG := true
endif
lib = $(shell $(PKG_CONFIG) --libs $(1))

# Readiness is told to systemd where its library is; HAVE_SYSTEMD= leaves it out.
ifeq ($(origin HAVE_SYSTEMD),undefined)
HAVE_SYSTEMD := $(shell $(PKG_CONFIG) --exists libsystemd 2>/dev/null && echo yes)
endif

.SECONDEXPANSION:
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all
all: ## build the daemon, l2tpctl and the plugin

# Each rules.mk adds names to these lists; everything about a name is in
# NAME_SRCS, NAME_ARCHIVES, NAME_LIBS, NAME_CFLAGS, NAME_LDFLAGS.
#   archives    $(B)/libNAME.a; its LIBS go to whatever links it
#   programs    $(B)/NAME, installed by its own rule below
#   plugins     $(B)/NAME, a shared object; its objects are made with -fPIC
#               under $(B)/pic
#   unit_tests  $(B)/NAME from NAME.c, linked with every archive and cmocka;
#               run by check-native in the top folder
#   vm_programs the same, run by the VM suite instead
#   fuzzers     $(B)/NAME; tests/fuzz/rules.mk says what they are
archives :=
programs :=
plugins :=
unit_tests :=
vm_programs :=
fuzzers :=
include $(sort $(wildcard daemon/rules.mk daemon/*/rules.mk daemon/proto/*/rules.mk netlink/rules.mk \
        plugin/rules.mk scripts/rules.mk tests/rules.mk tests/*/rules.mk Documentation/rules.mk))

# A file that changes when the compiler or its flags do: objects depend on it.
# What only lists names has no flags of its own.
flags_now = $(CC) $(all_CPPFLAGS) $(all_CFLAGS) $(all_LDFLAGS) $(PPPD_INCLUDE) $(SBINDIR) $(SYSCONFDIR)
ifneq ($(filter-out $(unbuilt) list-%,$(or $(MAKECMDGOALS),all)),)
$(shell mkdir -p $(B); printf '%s\n' '$(flags_now)' | cmp -s - $(B)/.flags || printf '%s\n' '$(flags_now)' > $(B)/.flags)
endif
$(B)/.flags: ;

objs = $(patsubst %.c,$(B)/%.o,$(1))
pic_objs = $(patsubst %.c,$(B)/pic/%.o,$(1))
libs_of = $($(1)_LIBS) $(foreach a,$($(1)_ARCHIVES),$($(a)_LIBS))

define archive_rule
$(call objs,$($(1)_SRCS)): private own_CFLAGS += $($(1)_CFLAGS)
$(B)/lib$(1).a: $(call objs,$($(1)_SRCS)) | $(B)/.flags
	$$(call say,AR,$$@)rm -f $$@ && $$(AR) rcs $$@ $$(filter %.o,$$^)
endef
define program_rule
$(call objs,$($(1)_SRCS)): private own_CFLAGS += $($(1)_CFLAGS)
$(B)/$(1): $(call objs,$($(1)_SRCS)) $(foreach a,$($(1)_ARCHIVES),$(B)/lib$(a).a)
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(CC) $$(all_CFLAGS) $$(all_LDFLAGS) $$($(1)_LDFLAGS) -o $$@ $$(filter %.o,$$^) \
		-Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(sort $$(call libs_of,$(1))) $$(LIBS)
endef
define plugin_rule
$(call pic_objs,$($(1)_SRCS)): private own_CFLAGS += $($(1)_CFLAGS)
$(B)/$(1): $(call pic_objs,$($(1)_SRCS))
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(CC) $$(all_CFLAGS) -fPIC -shared $$(filter-out -pie,$$(all_LDFLAGS)) $$($(1)_LDFLAGS) \
		-o $$@ $$(filter %.o,$$^) $$($(1)_LIBS)
endef
define test_defaults
$(1)_SRCS ?= $(1).c
$(1)_ARCHIVES ?= $$(archives)
endef
$(foreach t,$(unit_tests) $(vm_programs),$(eval $(call test_defaults,$(t)))\
	$(eval $(t)_LIBS += -lcmocka))
$(foreach t,$(fuzzers),$(eval $(call test_defaults,$(t))))
$(foreach a,$(archives),$(eval $(call archive_rule,$(a))))
$(foreach p,$(programs) $(unit_tests) $(vm_programs) $(fuzzers),$(eval $(call program_rule,$(p))))
$(foreach p,$(plugins),$(eval $(call plugin_rule,$(p))))

compile = $(CC) $(all_CPPFLAGS) $(all_CFLAGS) $(own_CFLAGS) $($(subst /,_,$*)_CFLAGS) -MMD -MP
$(B)/%.o: %.c $(B)/.flags
	@mkdir -p $(@D)
	$(call say,CC,$<)$(compile) -c -o $@ $<
$(B)/pic/%.o: %.c $(B)/.flags
	@mkdir -p $(@D)
	$(call say,CC,$< (PIC))$(filter-out -fPIE,$(compile)) -fPIC -c -o $@ $<

all: $(foreach p,$(programs) $(plugins),$(B)/$(p))

.PHONY: unit vm-programs plugins fuzzers list-unit list-replay
unit: $(foreach t,$(unit_tests),$(B)/$(t)) ## build the test programs
vm-programs: $(foreach t,$(vm_programs),$(B)/$(t))
plugins: $(foreach p,$(plugins),$(B)/$(p))
fuzzers: $(foreach t,$(fuzzers),$(B)/$(t))
.PHONY: list-flags
list-flags:
	@echo '$(all_CPPFLAGS) -std=gnu17 $(WARN) $(shell $(PKG_CONFIG) --cflags libnl-3.0 smartcols) -DINET6 -DCHAPMS -DMPPE'
list-unit:
	@printf '%s\n' $(foreach t,$(unit_tests),$(B)/$(t))
list-replay:
	@printf '%s\n' $(replay_commands)

export B
# Without a jobserver, as many jobs as processors.
jobs = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
.PHONY: check check-native check-vm deps build-deps demo fuzz lint format
check: ## install what is missing and run every test
	@scripts/deps build check vm
	+@scripts/check native vm
check-native: ## run the tests that need neither root nor L2TP in the kernel
	@scripts/deps build check
	+@scripts/check native
check-vm: ## run the tests on a real kernel; KERNEL=6.1|6.12 PPP=2.4|2.5 VM=always|never
	@scripts/deps build vm
	+@scripts/check vm
deps: ## install the packages that building and testing need
	@scripts/deps build check vm
demo: ## bring up a server and a caller, dial, ping, tear down
	@scripts/deps build vm
	+@$(MAKE) --no-print-directory $(jobs) all
	@L2TPD_BUILD=$(abspath $(B)) scripts/demo

fuzz: | build-deps
build-deps:
	@scripts/deps build check

lint: ## check the sources: layers, layout, shellcheck, clang-tidy
	@scripts/deps build lint
	@scripts/lint
format: ## lay FILES (or what changed since the last commit) out by .clang-format
	@scripts/deps lint
	@scripts/lint --format $(FILES)

# What plugins are installed for is the pppd whose headers they were built with.
pppd_version = $(shell sed -n 's/^\#define[ \t]*\(PPPD_VERSION\|VERSION\)[ \t]*"\(.*\)"/\2/p' \
	$(wildcard $(PPPD_INCLUDE)/pppd/pppdconf.h $(PPPD_INCLUDE)/pppd/patchlevel.h) | head -n 1)
PPPD_PLUGINDIR ?= /usr/lib/pppd/$(pppd_version)
manuals := $(wildcard Documentation/*.[1-8])
# installed : from, mode
files = $(SBINDIR)/l2tpd:$(B)/l2tpd:755 $(BINDIR)/l2tpctl:$(B)/l2tpctl:755 \
	$(PPPD_PLUGINDIR)/l2tpd.so:$(B)/l2tpd.so:644 \
	$(foreach m,$(manuals),$(MANDIR)/man$(patsubst .%,%,$(suffix $(m)))/$(notdir $(m)):$(m):644) \
	$(UNITDIR)/l2tpd.service:$(B)/l2tpd.service:644 \
	$(DOCDIR)/l2tpd.conf.sample:Documentation/l2tpd.conf.sample:644 \
	$(DOCDIR)/records.md:Documentation/records.md:644 \
	$(BASHDIR)/l2tpctl:$(B)/l2tpctl.bash:644 $(ZSHDIR)/_l2tpctl:$(B)/l2tpctl.zsh:644

$(B)/l2tpd.service: scripts/l2tpd.service.in $(B)/.flags
	$(call say,SED,$@)sed -e 's,@SBINDIR@,$(SBINDIR),; s,@SYSCONFDIR@,$(SYSCONFDIR),' \
		-e 's,@TYPE@,$(if $(HAVE_SYSTEMD),notify,exec),' \
		$(if $(HAVE_SYSTEMD),,-e '/feeds it as long/d; /^WatchdogSec=/d') $< > $@

$(B)/l2tpctl.bash $(B)/l2tpctl.zsh: $(B)/l2tpctl.%: $(B)/l2tpctl
	$(call say,GEN,$@)$(B)/l2tpctl completion $* > $@

.PHONY: install uninstall
install: all $(B)/l2tpd.service $(B)/l2tpctl.bash $(B)/l2tpctl.zsh ## install under PREFIX, the plugin where pppd looks for it
	@set -e; for f in $(files); do \
		to=$(DESTDIR)$${f%%:*}; from=$${f#*:}; mode=$${from##*:}; from=$${from%:*}; \
		echo "  INSTALL $$to"; $(INSTALL) -D -m $$mode $$from $$to; \
	done
uninstall: ## remove what install installed
	rm -f $(foreach f,$(files),$(DESTDIR)$(firstword $(subst :, ,$(f))))

.PHONY: help
help: ## say what the targets are
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(filter %Makefile %rules.mk,$(MAKEFILE_LIST)) | expand -t 16
	@echo "B=DIR builds elsewhere, V=1 shows the commands; CC, CFLAGS, PREFIX, DESTDIR as usual."

.PHONY: clean
clean: ## remove what was built
	rm -rf $(B)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
