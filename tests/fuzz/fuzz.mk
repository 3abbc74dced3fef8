# SPDX-License-Identifier: BSD-2-Clause
# Fuzzing: tests/fuzz/X_fuzz.c feeds X.c, the real file, with libFuzzer's inputs
# and looks at what comes out beside a slow model. tests/fuzz/seeds.py makes the
# first inputs, from memory maps of real machines. A new target needs no line
# here unless its unit calls other units (fuzz-units-X).
#
#   make test-fuzz                  a fixed number of inputs for each, the same each time
#   make fuzz FUZZ_SECONDS=600      each target as long as that, with other inputs each time;
#                                   FUZZ="mm/memblock" for some of them; then system calls
#                                   at random, FUZZ_SECONDS rounds of them (tests/user/user.mk)

BUILD		?= build
CLANG		?= clang
FUZZ_SECONDS	?= 60
FUZZ_PACKAGES	:= clang libclang-rt-14-dev libstdc++-12-dev python3-lz4 zlib1g-dev

FUZZ_CFLAGS := -g -O1 -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
	-Iinclude -Iarch/x86/include -I. -isystem /usr/include/efi -isystem /usr/include/efi/x86_64

fuzz-units-efistub/efi_e820 := kernel/lib/e820
fuzz-units-kernel/lib/memparse := kernel/lib/e820 kernel/lib/e820_edit kernel/lib/cmdline kernel/lib/string
fuzz-units-kernel/lib/e820_edit := kernel/lib/e820 kernel/lib/memparse kernel/lib/cmdline kernel/lib/string
fuzz-units-kernel/tty/vt := kernel/tty/vt_screen kernel/tty/vt_csi kernel/tty/vt_colour kernel/tty/vt_chars kernel/lib/utf
# it includes all of mm/ that programs reach
fuzz-units-mm/space := mm/memblock mm/numa kernel/lib/cmdline tests/host/one_cpu
fuzz-units-kernel/tty/keyboard := kernel/tty/keymap kernel/lib/utf
fuzz-cflags-kernel/lib/inflate := -Dinflate=lantern_inflate
fuzz-libs-kernel/lib/inflate := -lz
# what libc has too stays libc's
fuzz-cflags-kernel/lib/string := -fno-builtin $(foreach f,memcpy memmove memset memcmp strlen strnlen strcmp strncmp \
	strchr strstr,-D$f=lantern_$f)

FUZZ_TARGETS := $(sort $(patsubst tests/fuzz/%_fuzz.c,%,$(shell find tests/fuzz -name '*_fuzz.c')))
FUZZ	?= $(FUZZ_TARGETS)
FUZZ_PROGRAMS := $(FUZZ_TARGETS:%=$(BUILD)/fuzz/%_fuzz)
FUZZ_OBJ := $(BUILD)/fuzz/obj
PYTHON		?= /usr/bin/python3
FUZZ_RUN = $(PYTHON) tests/fuzz/run.py $(BUILD)/fuzz

.PHONY: test-fuzz fuzz fuzz-packages
fuzz-packages:
	@tests/need $(FUZZ_PACKAGES)

test-fuzz: $(FUZZ_PROGRAMS)
	@$(FUZZ_RUN) $(FUZZ_TARGETS)

fuzz: fuzz-packages
	@$(MAKE) --no-print-directory fuzz-built fuzz-calls
fuzz-built: $(FUZZ_PROGRAMS)
	@$(FUZZ_RUN) --seconds $(FUZZ_SECONDS) $(FUZZ)

$(FUZZ_OBJ)/%.o: %.c tests/fuzz/fuzz.mk
	@echo "  FUZZCC	$<"
	@mkdir -p $(@D)
	@$(CLANG) $(FUZZ_CFLAGS) $(fuzz-cflags-$*) -MMD -MP -c $< -o $@

define fuzz-rule
$(BUILD)/fuzz/$1_fuzz: $(FUZZ_OBJ)/tests/fuzz/$1_fuzz.o $(if $(wildcard $1.c),$(FUZZ_OBJ)/$1.o) $(fuzz-units-$1:%=$(FUZZ_OBJ)/%.o)
endef
$(foreach t,$(FUZZ_TARGETS),$(eval $(call fuzz-rule,$t)))

$(FUZZ_PROGRAMS):
	@echo "  FUZZLD	$@"
	@mkdir -p $(@D)
	@$(CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer $^ $(fuzz-libs-$(@:$(BUILD)/fuzz/%_fuzz=%)) -o $@

-include $(shell find $(FUZZ_OBJ) -name '*.d' 2>/dev/null)
