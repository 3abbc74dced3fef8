# SPDX-License-Identifier: BSD-2-Clause
# The kinds of test, cheapest first, and the one command that runs them all.
# Read by the top Makefile, which sets BUILD, Q, PYTHON and PACKAGES_RUN;
# tests/host/host.mk has the rules of the host tests, tests/fuzz/fuzz.mk those of
# the fuzz targets.
#
#help make test-host            tests of pure logic, on this machine
#help make fuzz                 libFuzzer on the same logic, FUZZ_SECONDS=60 for each target
#help make test-image           tests of the file build/lantern.efi
#help make test-boot            boots in QEMU with OVMF and SeaBIOS; with SAN=1 of the kernel that checks itself

TEST_PACKAGES	:= libcmocka-dev liblz4-dev libxxhash-dev zlib1g-dev \
		   binutils file sbsigntool openssl git mtools xorriso dosfstools e2fsprogs cpio \
		   grub-common grub2-common grub-efi-amd64-bin grub-efi-ia32-bin grub-pc-bin ovmf-ia32 \
		   isolinux syslinux syslinux-common extlinux ipxe ipxe-qemu \
		   systemd-boot-efi shim-unsigned kexec-tools busybox-static bash-static \
		   chromium gdb python3 python3-pytest python3-pytest-xdist python3-pexpect python3-pil
EFI_LIB		?= /usr/lib

.PHONY: test test-image test-boot test-doors doors-table test-efi test-packages

test-packages:
	$(Q)tests/need $(PACKAGES_RUN) $(TEST_PACKAGES) $(FUZZ_PACKAGES)

# run.py calls make again, when all packages are there, and counts a build that breaks as a failure
RUN_TESTS	:= $(PYTHON) tests/run.py --build $(BUILD) --make $(MAKE) $(if $(SAN),--san $(SAN))

test: test-packages
	$(Q)$(RUN_TESTS) host fuzz image boot

test-image: test-packages
	$(Q)$(RUN_TESTS) image

test-boot: test-packages
	$(Q)$(RUN_TESTS) boot

test-doors: test-packages
	$(Q)$(RUN_TESTS) doors

#help make bench                counts instructions and memory, writes the table in README.md
.PHONY: bench bench-built
bench: test-packages
	@$(MAKE) --no-print-directory bench-built
bench-built: all test-efi
	$(Q)BUILD=$(BUILD) $(PYTHON) tests/bench/bench.py README.md

doors-table:
	$(Q)$(PYTHON) tests/tools/doors_table.py $(BUILD) README.md

-include tests/host/host.mk
-include tests/fuzz/fuzz.mk
-include tests/user/user.mk
-include tests/bench/bench.mk

# Programs for the firmware, by gnu-efi's rules: crt0 relocates it, objcopy makes it PE
EFI_PROGRAMS	:= $(patsubst %,$(BUILD)/tests/%.efi,saboteur handover loader)
test-efi: $(EFI_PROGRAMS) $(BUILD)/initrd.img $(BUILD)/tests/count.so $(BUILD)/debian/vmlinuz $(BUILD)/lantern.iso $(BUILD)/lantern-usb.img

# Debian's own kernel, to kexec from; only unpacked, so that nobody's machine boots it
$(BUILD)/debian/vmlinuz:
	$(call say,DEBIAN,$@)
	@mkdir -p $(@D)
	$(Q)cd $(@D) && package=$$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p') && \
		apt-get -qq download "$$package" 2>/dev/null && dpkg-deb -x linux-image-*.deb tree && \
		mv tree/boot/vmlinuz-* vmlinuz && rm -r tree linux-image-*.deb

# The memory test that ours is measured against; only unpacked, too
test-efi: $(BUILD)/debian/memtest86+x64.bin $(BUILD)/tests/words.so
$(BUILD)/debian/memtest86+x64.bin:
	$(call say,DEBIAN,$@)
	@mkdir -p $(@D)/memtest86+
	$(Q)cd $(@D)/memtest86+ && apt-get -qq download memtest86+ 2>/dev/null && dpkg-deb -x memtest86+_*.deb tree && \
		mv tree/boot/memtest86+x64.bin .. && cd .. && rm -r memtest86+ && touch memtest86+x64.bin

# Plugins for QEMU, see there
$(BUILD)/tests/words.so: tests/bench/words.c
$(BUILD)/tests/profile.so: tests/bench/profile.c
$(BUILD)/tests/count.so: tests/boot/doors/count.c
$(BUILD)/tests/count.so $(BUILD)/tests/words.so $(BUILD)/tests/profile.so: tests/tests.mk
	$(call say,PLUGIN,$@)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=gnu11 -O2 -Wall -Wextra -Wno-unused-parameter -Werror -fPIC -shared -fvisibility=hidden -o $@ $(filter %.c,$^)

TEST_EFI_CFLAGS	:= -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Werror -ffreestanding -fshort-wchar \
		   -fno-stack-protector -fpic -fno-strict-aliasing -mno-red-zone -maccumulate-outgoing-args \
		   -DGNU_EFI_USE_MS_ABI -Iinclude -I. -isystem /usr/include/efi -isystem /usr/include/efi/x86_64
TEST_EFI_SECTIONS := .text .sdata .data .dynamic .dynsym .rel .rela .reloc

$(EFI_PROGRAMS:.efi=.o): $(BUILD)/tests/%.o: tests/boot/efi/%.c tests/tests.mk
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_EFI_CFLAGS) -MMD -MP -c -o $@ $<

$(EFI_PROGRAMS): %.efi: %.o
	$(call say,EFI,$@)
	$(Q)$(LD) -nostdlib -znocombreloc -znoexecstack --no-warn-rwx-segments -shared -Bsymbolic \
		-T $(EFI_LIB)/elf_x86_64_efi.lds $(EFI_LIB)/crt0-efi-x86_64.o $< \
		-o $(@:.efi=.so) -L$(EFI_LIB) -lefi -lgnuefi
	$(Q)objcopy $(TEST_EFI_SECTIONS:%=-j %) --target efi-app-x86_64 --subsystem=10 $(@:.efi=.so) $@

# What the BIOS setup code starts instead of the loader, to show what it handed over
test-efi: $(BUILD)/tests/probe.bin

$(BUILD)/tests/probe.bin: tests/boot/bios/probe.c tests/tests.mk
	$(call say,PROBE,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -m32 -march=i386 -std=gnu11 -Os -Wall -Wextra -Werror -ffreestanding -fno-pic -fno-pie \
		-fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none -mgeneral-regs-only -fno-toplevel-reorder --param=min-pagesize=0 \
		-Iinclude -Iarch/x86/include -MMD -MP -MF $(@:.bin=.d) -MT $@ -c -o $(@:.bin=.o) $<
	$(Q)$(LD) -m elf_i386 -Ttext=0x100000 -e probe_entry -N \
		--build-id=none -z noexecstack --no-warn-rwx-segments -o $(@:.bin=.elf) $(@:.bin=.o)
	$(Q)objcopy -O binary $(@:.bin=.elf) $@
# The kernel with its checks on, in a folder of its own
.PHONY: $(BUILD)/debug/lantern.efi
test-efi: $(BUILD)/debug/lantern.efi
$(BUILD)/debug/lantern.efi:
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/debug DEBUG=1 $@

# The kernel with its sanitizers on, unless that is what is built anyhow
ifeq ($(SAN),)
.PHONY: $(BUILD)/san/lantern.efi
test-efi: $(BUILD)/san/lantern.efi
$(BUILD)/san/lantern.efi:
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/san SAN=1 $@
endif

# The same for 32-bit firmware
test-efi: $(BUILD)/tests/compat.efi
COMPAT_CFLAGS	:= $(filter-out -mno-red-zone -maccumulate-outgoing-args -DGNU_EFI_USE_MS_ABI,$(TEST_EFI_CFLAGS:%/efi/x86_64=%/efi/ia32)) \
		   -m32 -malign-double -mgeneral-regs-only
EFI_LIB32	?= /usr/lib32

$(BUILD)/tests/compat.o: tests/boot/efi/compat.c tests/tests.mk
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(COMPAT_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/compat.efi: $(BUILD)/tests/compat.o
	$(call say,EFI,$@)
	$(Q)$(LD) -m elf_i386 -nostdlib -znocombreloc -znoexecstack --no-warn-rwx-segments -shared -Bsymbolic \
		-T $(EFI_LIB32)/elf_ia32_efi.lds $(EFI_LIB32)/crt0-efi-ia32.o $< \
		-o $(@:.efi=.so) -L$(EFI_LIB32) -lefi -lgnuefi
	$(Q)objcopy $(TEST_EFI_SECTIONS:%=-j %) --target efi-app-ia32 --subsystem=10 $(@:.efi=.so) $@
