# SPDX-License-Identifier: BSD-2-Clause
# The 16-bit setup code, linked on its own: ld cannot mix elf32-i386 with the
# 64-bit boot part. header.S takes the flat result in with .incbin. Read by the
# top Makefile, which sets BUILD, Q, CC, LD and WARNINGS.

# Any CPU must get as far as the message that it is the wrong one: i386.
SETUP_CFLAGS	:= -std=gnu11 -g -Oz -m16 -march=i386 -mregparm=3 -mpreferred-stack-boundary=2 \
		   -mgeneral-regs-only -ffreestanding -nostdinc -isystem $(GCC_INCLUDE) \
		   -Iinclude -Iarch/x86/include -I. -ffile-prefix-map=$(CURDIR)/= \
		   -fno-common -fno-strict-aliasing -fno-pic -fno-pie -fomit-frame-pointer \
		   -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-stack-protector \
		   -fcf-protection=none -fno-delete-null-pointer-checks -fno-jump-tables \
		   -ffunction-sections -fdata-sections $(WARNINGS)

SETUP_LIB	:= string cmdline
SETUP_SRC	:= $(filter-out %.lds.S,$(sort $(wildcard arch/x86/boot/setup/*.[cS]))) $(SETUP_LIB:%=kernel/lib/%.c)
SETUP_OBJ	:= $(patsubst %,$(BUILD)/setup/%.o,$(basename $(SETUP_SRC)))
SETUP_LDS	:= $(BUILD)/boot/setup/setup.lds
SETUP_MK	:= arch/x86/boot/setup/setup.mk

$(BUILD)/setup/%.o: %.c Makefile $(SETUP_MK)
	@mkdir -p $(@D)
	$(call say,CC16,$<)
	$(Q)$(CC) $(SETUP_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/setup/%.o: %.S Makefile $(SETUP_MK)
	@mkdir -p $(@D)
	$(call say,AS16,$<)
	$(Q)$(CC) $(SETUP_CFLAGS) $(ASFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/setup/setup.elf: $(SETUP_OBJ) $(SETUP_LDS)
	$(Q)$(LD) -m elf_i386 -static -z noexecstack --build-id=none --gc-sections \
		--orphan-handling=error --no-warn-rwx-segments -T $(SETUP_LDS) -o $@ $(SETUP_OBJ)

$(BUILD)/setup/setup.bin: $(BUILD)/setup/setup.elf
	$(call say,SETUP,$@)
	$(Q)objcopy -O binary -j .text -j .rodata -j .data $< $@

$(BUILD)/boot/arch/x86/boot/header.o: $(BUILD)/setup/setup.bin
$(BUILD)/boot/arch/x86/boot/header.o: ASFLAGS += -Wa,-I$(BUILD)
