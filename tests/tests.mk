# SPDX-License-Identifier: BSD-2-Clause
# The four kinds of test, cheapest first, and the one command that runs them all.
# Read by the top Makefile, which sets BUILD, Q and PYTHON. tests/host/host.mk
# has the rules of the host tests.

TEST_PACKAGES	:= qemu-system-x86 ovmf mtools xorriso gnu-efi binutils file grub-common \
		   sbsigntool openssl libcmocka-dev git dosfstools \
		   python3 python3-pytest python3-pexpect python3-pil python3-pytest-xdist
EFI_LIB		?= /usr/lib

.PHONY: test test-image test-boot test-efi test-packages

test-packages:
	$(Q)tests/need $(TEST_PACKAGES)

# One line at the end over everything; the tests say themselves what they need built.
# The targets inside get their own make, so that one failing kind does not hide the others.
test: test-packages
	$(Q)$(MAKE) --no-print-directory all test-efi
	$(Q)$(PYTHON) tests/run.py --build $(BUILD) --make "$(MAKE)" host image boot

test-image: test-packages all
	$(Q)$(PYTHON) tests/run.py --build $(BUILD) --make "$(MAKE)" image

test-boot: test-packages all test-efi
	$(Q)$(PYTHON) tests/run.py --build $(BUILD) --make "$(MAKE)" boot

# A program for the firmware, by gnu-efi's rules: crt0 relocates it, objcopy makes it PE
test-efi: $(BUILD)/tests/saboteur.efi

SABOTEUR_CFLAGS	:= -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -ffreestanding -fshort-wchar \
		   -fno-stack-protector -fpic -fno-strict-aliasing -mno-red-zone -maccumulate-outgoing-args \
		   -DGNU_EFI_USE_MS_ABI -Iinclude -I/usr/include/efi -I/usr/include/efi/x86_64
SABOTEUR_SECTIONS := .text .sdata .data .dynamic .dynsym .rel .rela .reloc

$(BUILD)/tests/saboteur.o: tests/boot/efi/saboteur.c tests/tests.mk | test-packages
	@echo "  CC      $@"
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(SABOTEUR_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/saboteur.efi: $(BUILD)/tests/saboteur.o
	@echo "  EFI     $@"
	$(Q)$(LD) -nostdlib -znocombreloc -znoexecstack --no-warn-rwx-segments -shared -Bsymbolic \
		-T $(EFI_LIB)/elf_x86_64_efi.lds $(EFI_LIB)/crt0-efi-x86_64.o $< \
		-o $(@:.efi=.so) -L$(EFI_LIB) -lefi -lgnuefi
	$(Q)objcopy $(foreach s,$(SABOTEUR_SECTIONS),-j $(s)) --target efi-app-x86_64 --subsystem=10 \
		$(@:.efi=.so) $@

-include $(BUILD)/tests/saboteur.d
