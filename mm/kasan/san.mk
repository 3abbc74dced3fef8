# SPDX-License-Identifier: BSD-2-Clause
# SAN=1: the kernel proper checks its accesses (KASAN) and what C leaves undefined
# (UBSAN). The boot part is built as ever. Read by the top Makefile.

ifeq ($(SAN),)
KERNEL_SRC	:= $(filter-out mm/kasan/% arch/x86/mm/kasan_init_64.c kernel/trace/klines.c kernel/trace/ubsan.c,$(KERNEL_SRC))
else
KERNEL_CFLAGS	+= -DLANTERN_SAN -fno-optimize-sibling-calls	# a backtrace has every caller
# the calls in between mislead warnings that follow the flow of values
KERNEL_CFLAGS	+= -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds -Wno-maybe-uninitialized
KERNEL_LDS_FLAGS := -DLANTERN_SAN
KERNEL_LDFLAGS	:= --wrap=memcpy --wrap=memmove --wrap=memset --wrap=memcmp

# Checks are calls, so that reports are in one place; KASAN_SHADOW_OFFSET of <asm/kasan.h>
KASAN_CFLAGS	:= -fsanitize=kernel-address -fasan-shadow-offset=0xdffffc0000000000 \
		   --param asan-stack=1 --param asan-globals=1 \
		   --param asan-instrumentation-with-call-threshold=0 -fsanitize-address-use-after-scope
UBSAN_CFLAGS	:= -fsanitize=shift,bounds,alignment,signed-integer-overflow,integer-divide-by-zero,bool,enum,unreachable

# Neither: this code runs before there is shadow, at the physical address too
SAN_NONE	:= arch/x86/kernel/head64.c arch/x86/kernel/verify_cpu.c arch/x86/kernel/idt.c \
		   arch/x86/kernel/early_serial.c arch/x86/kernel/pvh.c kernel/trace/stage.c kernel/lib/stage.c \
		   kernel/trace/strip.c kernel/lib/strip.c arch/x86/mm/ptearly.c
# it decides what a fault is, among others of shadow
SAN_NONE	+= arch/x86/kernel/traps.c
# and this is what checks
SAN_NONE	+= mm/kasan/kasan.c mm/kasan/slab.c mm/kasan/report.c arch/x86/mm/kasan_init_64.c kernel/trace/ubsan.c
# No KASAN: the calls from code above; with ld --wrap the others are checked nevertheless
KASAN_NONE	:= kernel/lib/string.c
# links and red zones of free objects lie where nobody else may look
KASAN_NONE	+= mm/slab.c

san_flags	= $(if $(filter $(SAN_NONE),$<),,$(UBSAN_CFLAGS) $(if $(filter $(KASAN_NONE),$<),,$(KASAN_CFLAGS)))

# Source lines for the reports; the table comes after all text, as that of symbols does.
$(BUILD)/kernel/klines.S: $(BUILD)/vmlinux.pass1 kernel/trace/mklines.py
	$(Q)readelf -W --debug-dump=decodedline $< 2>/dev/null | $(PYTHON) kernel/trace/mklines.py \
		`nm $< | sed -n 's/ T _text$$//p'` > $@
$(BUILD)/kernel/klines.o: $(BUILD)/kernel/klines.S
	$(Q)$(CC) $(KERNEL_CFLAGS) $(ASFLAGS) -c -o $@ $<
KERNEL_TABLES	:= $(BUILD)/kernel/klines.o
endif
