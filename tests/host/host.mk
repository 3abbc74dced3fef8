# SPDX-License-Identifier: BSD-2-Clause
# Host tests: tests/host/X_test.c proves X.c, the real file, built for this
# machine with ASan and UBSan. A test that includes X.c itself, to stand in for
# the hardware or to reach its static parts, is not linked with it again; nor is
# one that includes another test, to build its unit in another way. A new
# test needs no line here unless its unit calls other units (host-units-X), a
# Debian library (host-libs-X), or defines names that libc has too
# (host-cflags-X, for the unit's object).
#
#   make test-host          build and run all; JUnit files in build/host/results
#   make -f tests/host/host.mk test-host

BUILD	?= build
HOSTCC	?= gcc

HOST_CFLAGS := -g -O1 -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Werror \
	-fno-omit-frame-pointer \
	-Iinclude -Iarch/x86/include -I. -isystem /usr/include/efi -isystem /usr/include/efi/x86_64

host-units-arch/x86/boot/setup/options := kernel/lib/cmdline
host-units-efistub/efi_e820 := kernel/lib/e820
host-units-efistub/loadopts := kernel/lib/utf
host-units-arch/x86/kernel/tsc := arch/x86/kernel/vdso_data
host-units-mm/page_alloc := mm/memblock mm/numa kernel/lib/cmdline
host-units-mm/slab := mm/memblock mm/numa kernel/lib/cmdline
host-units-mm/vmalloc := mm/memblock mm/numa kernel/lib/cmdline
host-units-mm/space := mm/memblock mm/numa kernel/lib/cmdline
host-units-mm/slab_debug := mm/memblock mm/numa kernel/lib/cmdline
host-units-mm/membar := mm/memblock mm/numa kernel/lib/cmdline
host-units-mm/memtest := mm/memblock kernel/lib/kstrtox kernel/lib/memparse
host-units-arch/x86/mm/set_memory := arch/x86/mm/pgtable
host-units-arch/x86/kernel/speculation := kernel/lib/cmdline
host-units-kernel/printk/panic_save := kernel/lib/cmdline
host-cflags-tests/host/kernel/printk/panic_save_test := -fshort-wchar
host-units-kernel/sched/runqueue := kernel/lib/rbtree
host-units-kernel/printk/printk := kernel/lib/cmdline kernel/lib/kstrtox
host-units-kernel/tty/console_options := kernel/lib/cmdline kernel/lib/kstrtox
host-units-kernel/drivers/acpi/mcfg := kernel/drivers/acpi/hpet
host-units-kernel/monitor/monitor := kernel/monitor/readline
host-units-kernel/drivers/usb/hid := kernel/tty/keyboard kernel/tty/keymap kernel/lib/utf
host-units-kernel/tty/keyboard := kernel/tty/keymap kernel/lib/utf
host-units-kernel/tty/i8042 := kernel/tty/keyboard kernel/tty/keymap kernel/lib/utf kernel/lib/cmdline
host-units-kernel/drivers/acpi/tables := kernel/drivers/acpi/fpdt kernel/drivers/acpi/madt kernel/lib/cmdline
VT_PARTS := kernel/tty/vt_screen kernel/tty/vt_csi kernel/tty/vt_colour kernel/tty/vt_chars kernel/lib/utf
host-units-kernel/tty/vt := $(VT_PARTS)
host-units-kernel/tty/screen := kernel/tty/vt $(VT_PARTS)
host-units-kernel/tty/fbcon := kernel/tty/vt $(VT_PARTS) kernel/lib/cmdline
host-units-kernel/tty/vgacon := kernel/tty/screen kernel/tty/vt $(VT_PARTS)
host-units-kernel/trace/timeline := kernel/lib/text_sink kernel/lib/stage
host-units-arch/x86/kernel/handoff_check := arch/x86/kernel/bootparam_utils kernel/tty/framebuffer
host-units-arch/x86/boot/loader_place := kernel/lib/cmdline kernel/lib/memparse
host-units-arch/x86/boot/decompress/payload := kernel/lib/lz4 kernel/lib/xxhash
host-libs-kernel/lib/lz4 := -llz4
host-libs-kernel/lib/inflate := -lz
host-cflags-kernel/lib/inflate := -Dinflate=lantern_inflate
host-libs-arch/x86/boot/decompress/payload := -llz4 -lxxhash
host-libs-kernel/lib/xxhash := -lxxhash

# these would replace what cmocka and the sanitizers themselves run on
HOST_STRING_NAMES := memcpy memmove memset memcmp strlen strnlen strcmp strncmp strchr strstr
host-cflags-kernel/lib/string := $(foreach f,$(HOST_STRING_NAMES),-D$f=lantern_$f)
# visitors take what they do not need
host-cflags-arch/x86/mm/pgtable := -Wno-unused-parameter
host-cflags-kernel/lib/vsprintf := -Dvsnprintf=lantern_vsnprintf -Dsnprintf=lantern_snprintf

# a unit's threads want TSan, which goes with no other
host-sanitize-kernel/printk/ringbuffer_race := thread
host-cflags-tests/host/kernel/printk/ringbuffer_race_test := -Wno-tsan
host-sanitize-kernel/locking/spinlock := thread
host-sanitize-kernel/locking/mutex := thread
host-sanitize-kernel/locking/rcu := thread
host-sanitize = -fsanitize=$(or $(host-sanitize-$(1:tests/host/%_test=%)),address$(comma)undefined) -fno-sanitize-recover=all
comma := ,

HOST_TESTS := $(sort $(patsubst tests/host/%_test.c,%,$(shell find tests/host -name '*_test.c')))
HOST_INCLUDERS := $(foreach t,$(HOST_TESTS),$(if $(shell \
	grep -E '^#include ["<][a-z].*\.c[">]' tests/host/$t_test.c),$t))
HOST_PROGRAMS := $(HOST_TESTS:%=$(BUILD)/host/%_test)
HOST_OBJ := $(BUILD)/host/obj

.PHONY: test-host host-programs
test-host: host-programs
	$(HOST_Q)python3 tests/host/run.py $(BUILD)/host $(HOST_TESTS)

host-programs: $(HOST_PROGRAMS)

ifneq ($(V),1)
HOST_Q := @
host-say = @echo "  $1	$2"
endif

$(HOST_OBJ)/%.o: %.c tests/host/host.mk
	$(call host-say,HOSTCC,$<)
	@mkdir -p $(@D)
	$(HOST_Q)$(HOSTCC) $(HOST_CFLAGS) $(call host-sanitize,$*) $(host-cflags-$*) -MMD -MP -c $< -o $@

# Units of one thread link what their locks ask for, unless they bring it themselves.
$(HOST_OBJ)/one_cpu.a: $(HOST_OBJ)/tests/host/one_cpu.o
	$(HOST_Q)rm -f $@ && ar rc $@ $^

define host-test-rule
$(BUILD)/host/$1_test: $(HOST_OBJ)/tests/host/$1_test.o \
		$(if $(filter $1,$(HOST_INCLUDERS)),,$(HOST_OBJ)/$1.o) $(host-units-$1:%=$(HOST_OBJ)/%.o) $(HOST_OBJ)/one_cpu.a
endef
$(foreach t,$(HOST_TESTS),$(eval $(call host-test-rule,$t)))

$(HOST_PROGRAMS):
	$(call host-say,HOSTLD,$@)
	@mkdir -p $(@D)
	$(HOST_Q)$(HOSTCC) $(HOST_CFLAGS) $(call host-sanitize,$(@:$(BUILD)/host/%=tests/host/%)) $^ -lcmocka $(host-libs-$(@:$(BUILD)/host/%_test=%)) -o $@

-include $(shell find $(HOST_OBJ) -name '*.d' 2>/dev/null)
