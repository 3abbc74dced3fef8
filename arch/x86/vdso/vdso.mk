# SPDX-License-Identifier: BSD-2-Clause
# The object that every program finds in its memory: linked on its own, kept in the
# kernel as bytes. Read by the top Makefile.

VDSO_CFLAGS	:= $(filter-out -fPIE -g -fvisibility=hidden,$(COMMON)) -O2 -fpic -fno-omit-frame-pointer -DVDSO

$(BUILD)/vdso/vclock.o: arch/x86/vdso/vclock.c Makefile arch/x86/vdso/vdso.mk | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(VDSO_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/vdso/vdso.so: $(BUILD)/vdso/vclock.o arch/x86/vdso/vdso.lds
	$(call say,LD,$@)
	$(Q)$(LD) -m elf_x86_64 -shared -soname=linux-vdso.so.1 --hash-style=both --build-id=none -Bsymbolic \
		-z max-page-size=4096 -z noexecstack --no-undefined -T arch/x86/vdso/vdso.lds -o $@ $<
	$(Q)strip -s $@

$(BUILD)/kernel/arch/x86/kernel/vdso_image.o: $(BUILD)/vdso/vdso.so
$(BUILD)/kernel/arch/x86/kernel/vdso_image.o: KERNEL_CFLAGS += -Wa,-I$(BUILD)
