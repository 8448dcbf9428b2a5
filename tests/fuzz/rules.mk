# SPDX-License-Identifier: GPL-2.0-or-later
# Every fuzz_NAME.c here defines LLVMFuzzerTestOneInput; its inputs are in
# corpus/, under NAME's first word. "make fuzz" builds them with clang's
# libFuzzer and sanitizers in a folder of its own and runs each for
# FUZZ_SECONDS. Otherwise they are built as replay_NAME, which runs the files
# and folders that it is given: check-native does that with the corpus.
FUZZ_SECONDS ?= 60
FUZZ_CC ?= clang

fuzz_names := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
fuzz_corpus = tests/fuzz/corpus/$(firstword $(subst _, ,$(1)))

# One command a fuzzer, as scripts/run-tests takes them.
replay_commands = $(foreach n,$(fuzz_names),'$(B)/tests/fuzz/replay_$(n) $(call fuzz_corpus,$(n))')

define fuzzer
fuzzers += tests/fuzz/$(1)
tests/fuzz/$(1)_SRCS := tests/fuzz/fuzz_$(2).c $(3)
tests/fuzz/$(1)_ARCHIVES := monitor engine netlink aaa crypto radius tacacs vici nd dhcpv6 ppp md5 proto ipc lib
tests/fuzz/$(1)_LDFLAGS := $(4)
endef

ifdef FUZZ
$(foreach n,$(fuzz_names),$(eval $(call fuzzer,fuzz_$(n),$(n),,-fsanitize=fuzzer)))
fuzzers += tests/fuzz/dictionary
tests/fuzz/dictionary_ARCHIVES := proto lib
else
$(foreach n,$(fuzz_names),$(eval $(call fuzzer,replay_$(n),$(n),tests/fuzz/replay.c)))
endif

fuzz_run = mkdir -p $(B)/fuzz/corpus/$(1) && $(B)/fuzz/tests/fuzz/fuzz_$(1) \
	-max_total_time=$(FUZZ_SECONDS) -max_len=1500 -timeout=5 -print_final_stats=1 \
	-dict=$(B)/fuzz/l2tp.dict -artifact_prefix=$(B)/fuzz/ \
	$(B)/fuzz/corpus/$(1) $(call fuzz_corpus,$(1))

.PHONY: fuzz replay
fuzz: ## fuzz each target for FUZZ_SECONDS (60)
	$(MAKE) FUZZ=1 B=$(B)/fuzz CC=$(FUZZ_CC) HARDEN= LDHARDEN= OPT='-O1 -g -fno-omit-frame-pointer' \
		SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' fuzzers
	$(B)/fuzz/tests/fuzz/dictionary > $(B)/fuzz/l2tp.dict
	$(foreach n,$(fuzz_names),$(call fuzz_run,$(n)) &&) true

replay: fuzzers ## run the fuzzers' corpus once
	$(foreach n,$(fuzz_names),$(B)/tests/fuzz/replay_$(n) $(call fuzz_corpus,$(n)) &&) true
