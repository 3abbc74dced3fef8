# SPDX-License-Identifier: BSD-2-Clause
# The EFI stub once more, as 32-bit code, for 32-bit firmware on a 64-bit CPU.
#
# The same sources give a flat blob without relocations and without writable
# data, which runs wherever it is; handover.S holds it and its entry points.

STUB32_SRC	:= $(filter-out efistub/entry64.c efistub/la57.c efistub/gdb.c,$(sort $(wildcard efistub/*.c))) \
		   $(sort $(wildcard efistub/ia32/*.[cS])) \
		   arch/x86/boot/decompress/payload.c arch/x86/boot/rdrand.c arch/x86/kernel/early_serial.c \
		   $(patsubst %,kernel/lib/%.c,string vsprintf cmdline e820 lz4 xxhash utf stage strip text_sink json boot_report)
STUB32_OBJ	:= $(patsubst %,$(BUILD)/stub32/%.o,$(basename $(STUB32_SRC)))
STUB32_LDS	:= efistub/ia32/stub32.lds
# UEFI's 64-bit integers are aligned to 8 bytes in structures on IA-32 too (2.3.1)
STUB32_CFLAGS	:= $(patsubst -m64,-m32 -malign-double,$(patsubst %/efi/x86_64,%/efi/ia32,$(BOOT_CFLAGS))) \
		   -ffunction-sections -Wno-type-limits
# smaller: arguments in registers, but for the firmware, and no calls through a PLT
STUB32_CFLAGS	+= -mregparm=3 -D'EFIAPI=__attribute__((regparm(0)))'
# faster, with 64-bit registers: the two loops over the whole kernel would break the limit on instructions (tests/boot/doors)
$(BUILD)/stub32/kernel/lib/lz4.o $(BUILD)/stub32/kernel/lib/xxhash.o: \
	STUB32_CFLAGS := $(filter-out -mgeneral-regs-only,$(STUB32_CFLAGS)) -O2 -msse2
STUB32_HIDDEN	:= -include efistub/ia32/hidden.h

$(BUILD)/stub32/%.o: %.c Makefile efistub/stub32.mk | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC32,$<)
	$(Q)$(CC) $(STUB32_CFLAGS) $(STUB32_HIDDEN) -MMD -MP -c -o $@ $<

$(BUILD)/stub32/%.o: %.S Makefile efistub/stub32.mk | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,AS32,$<)
	$(Q)$(CC) $(STUB32_CFLAGS) $(ASFLAGS) -MMD -MP -c -o $@ $<

# An absolute address would be right at address 0 only, where nothing is ever loaded.
$(BUILD)/stub32/stub32.elf: $(STUB32_OBJ) $(STUB32_LDS)
	$(call say,LD32,$@)
	$(Q)readelf -rW $(STUB32_OBJ) | awk '/^Relocation section/ { debug = /\.rel\.debug/ } \
		/R_386_(32|16|8|GOT32X?) / && !debug { print; bad = 1 } \
		END { if (bad) print "32-bit stub objects hold absolute relocations"; exit bad }' >&2
	$(Q)$(LD) -m elf_i386 -static -z noexecstack --build-id=none --gc-sections --no-warn-rwx-segments --orphan-handling=error \
		-T $(STUB32_LDS) -o $@ $(STUB32_OBJ)

$(BUILD)/stub32/stub32.bin: $(BUILD)/stub32/stub32.elf
	$(Q)objcopy -O binary -j .text $< $@

$(BUILD)/boot/efistub/handover.o: $(BUILD)/stub32/stub32.bin
