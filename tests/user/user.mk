# SPDX-License-Identifier: BSD-2-Clause
# Static programs that print the same on Linux and on Lantern: tests/user/X.c, each
# a promise of the system calls. init.c runs them all on Lantern; check.h is theirs.
# tests/boot/test_user.py compares. Read by tests/tests.mk. X.sh are scripts for busybox,
# X.bash for Debian's bash-static.

USER_CC		?= gcc
USER_CFLAGS	:= -std=gnu11 -O1 -g -Wall -Wextra -Wno-unused-parameter -Wno-unused-result -Werror -static
USER_SRC	:= $(filter-out tests/user/init.c,$(sort $(wildcard tests/user/*.c)))
USER_PROGRAMS	:= $(USER_SRC:tests/user/%.c=$(BUILD)/tests/user/bin/%)
USER_INITRAMFS	:= $(BUILD)/tests/user/initramfs.cpio
USER_SCRIPTS	:= $(wildcard tests/user/*.sh tests/user/*.bash)
BUSYBOX		?= /bin/busybox
BASH		?= /bin/bash-static
# calls that are refused are made on purpose
user-flags-files := -Wno-nonnull -Wno-stringop-overflow -Wno-stringop-overread
user-flags-hostile_buffers := -Wno-nonnull -Wno-stringop-overflow -Wno-stringop-overread
user-flags-names := -Wno-nonnull -Wno-stringop-overflow -Wno-stringop-overread
user-flags-fail_nth := -Wno-missing-field-initializers
user-flags-pipes := -Wno-stringop-overflow

test-efi: $(USER_INITRAMFS)

$(BUILD)/tests/user/bin/%: tests/user/%.c tests/user/check.h tests/user/user.mk
	$(call say,USER,$<)
	@mkdir -p $(@D)
	$(Q)$(USER_CC) $(USER_CFLAGS) $(user-flags-$*) -o $@ $< -lpthread

$(BUILD)/tests/user/init: tests/user/init.c tests/user/user.mk
	@mkdir -p $(@D)
	$(Q)$(USER_CC) $(USER_CFLAGS) -o $@ $<

# The programs at /t, busybox and its links at /bin
$(USER_INITRAMFS): $(USER_PROGRAMS) $(USER_SCRIPTS) $(BUILD)/tests/user/init
	$(call say,CPIO,$@)
	$(Q)rm -rf $(BUILD)/tests/user/root && mkdir -p $(BUILD)/tests/user/root/t $(BUILD)/tests/user/root/bin \
		$(BUILD)/tests/user/root/dev $(BUILD)/tests/user/root/proc $(BUILD)/tests/user/root/sys \
		$(BUILD)/tests/user/root/tmp $(BUILD)/tests/user/root/etc
	$(Q)cp $(USER_PROGRAMS) $(BUILD)/tests/user/root/t/ && strip $(BUILD)/tests/user/root/t/*
	$(Q)cp $(BUILD)/tests/user/init $(BUILD)/tests/user/root/init
	$(Q)cp $(BUSYBOX) $(BUILD)/tests/user/root/bin/busybox && cd $(BUILD)/tests/user/root/bin && \
		$(BUSYBOX) --list | grep -vx busybox | xargs -n 1 ln -s busybox
	$(Q)cp $(BASH) $(BUILD)/tests/user/root/bin/bash && cp $(USER_SCRIPTS) $(BUILD)/tests/user/root/t/
	$(Q)printf 'root:x:0:0:root:/:/bin/sh\n' > $(BUILD)/tests/user/root/etc/passwd
	$(Q)printf 'root:x:0:\n' > $(BUILD)/tests/user/root/etc/group
	$(Q)cd $(BUILD)/tests/user/root && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet > $(abspath $@).new && mv $(abspath $@).new $(abspath $@)

# The fuzzer of system calls, alone as PID 1 (tests/boot/test_user_fuzz.py)
FUZZ_INITRAMFS	:= $(BUILD)/tests/user/fuzz.cpio
FUZZ_USER_SRC	:= $(sort $(wildcard tests/user/fuzz/*.c))
test-efi: $(FUZZ_INITRAMFS)

$(FUZZ_INITRAMFS): $(FUZZ_USER_SRC) tests/user/fuzz/fuzz.h tests/user/user.mk
	$(call say,CPIO,$@)
	$(Q)rm -rf $(BUILD)/tests/user/fuzz && mkdir -p $(addprefix $(BUILD)/tests/user/fuzz/,dev proc sys tmp)
	$(Q)$(USER_CC) $(USER_CFLAGS) -Wno-missing-field-initializers -fno-stack-protector -fcf-protection=none \
		-o $(BUILD)/tests/user/fuzz/init $(FUZZ_USER_SRC) && strip $(BUILD)/tests/user/fuzz/init
	$(Q)cd $(BUILD)/tests/user/fuzz && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet > $(abspath $@).new && mv $(abspath $@).new $(abspath $@)

# as part of make fuzz: other calls each time, and more of them
.PHONY: fuzz-calls
fuzz-calls: all test-efi
	$(Q)FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} FUZZ_ROUNDS=$${FUZZ_ROUNDS:-$(FUZZ_SECONDS)} BUILD=$(abspath $(BUILD)) HANG=3600 \
		$(PYTHON) -m pytest -q -x tests/boot/test_user_fuzz.py
