# SPDX-License-Identifier: BSD-2-Clause
# The program that measures what operations cost, alone in an initramfs, and the plugin
# that shows where they spend it. Read by tests/tests.mk.
#
#help make profile ROW=stat     where the instructions of a row of the speed table go; FUNCTION="f g" lists code

BENCH_CFLAGS	:= -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Werror -ffreestanding \
		   -nostdlib -static -fno-pie -no-pie -fno-stack-protector -fno-asynchronous-unwind-tables

test-efi: $(BUILD)/tests/bench/initramfs.img $(BUILD)/initrd.img

$(BUILD)/tests/bench/ops: tests/bench/user/ops.c tests/bench/user/sys.h tests/bench/bench.mk
	$(call say,USER,$<)
	@mkdir -p $(@D)
	$(Q)$(USER_CC) $(BENCH_CFLAGS) -o $@ $<

$(BUILD)/tests/bench/initramfs.img: $(BUILD)/tests/bench/ops esp/mkinitramfs
	$(call say,CPIO,$@)
	$(Q)esp/mkinitramfs $@ init=$<:755 dev/

.PHONY: profile
profile: $(BUILD)/lantern.efi $(BUILD)/tests/bench/initramfs.img $(BUILD)/tests/profile.so
	$(Q)BUILD=$(BUILD) $(PYTHON) tests/bench/profile.py $(ROW) $(FUNCTION)
