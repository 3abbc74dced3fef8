# SPDX-License-Identifier: BSD-2-Clause
#
# One Makefile builds everything into build/:
#
#   kernel objects  ->  vmlinux  ->  vmlinux.bin  ->  payload  --.
#   boot objects (stub, doors, decompressor, header) ------------+->  lantern.efi
#
# The kernel is a static PIE; the boot part is position independent and linked
# at 0, so that file offset, RVA and link address are one number.

MAKEFLAGS	+= --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL	:= all

VERSION		:= 0.1.0
BUILD		:= $(if $(SAN),build/san,build)
PYTHON		:= /usr/bin/python3
CC		:= gcc
LD		:= ld
HOSTCC		:= gcc
CMDLINE		?=# built-in command line, used when the firmware passes none

ifeq ($(V),1)
Q		:=
say		= @:
else
Q		:= @
say		= @printf '  %-8s %s\n' $(1) $(2)
endif

PACKAGES_BUILD	:= gcc binutils gnu-efi mtools python3-lz4 python3-xxhash console-setup-linux
PACKAGES_RUN	:= $(PACKAGES_BUILD) ovmf qemu-system-x86 busybox-static

# ---------------------------------------------------------------- flags

GCC_INCLUDE	:= $(shell $(CC) -print-file-name=include)
WARNINGS	:= -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wvla \
		   -Wno-unused-parameter -Wno-sign-compare -Werror
COMMON		:= -std=gnu11 -g -ffreestanding -nostdinc -isystem $(GCC_INCLUDE) \
		   -Iinclude -Iarch/x86/include -I$(BUILD)/include -I. \
		   -isystem /usr/include/efi -isystem /usr/include/efi/x86_64 -fshort-wchar \
		   -ffile-prefix-map=$(CURDIR)=. -fno-common -fno-strict-aliasing \
		   -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-stack-protector \
		   -fcf-protection=none -fPIE -fvisibility=hidden -fno-delete-null-pointer-checks \
		   -m64 -mno-red-zone -mgeneral-regs-only $(WARNINGS)
ASFLAGS		:= -D__ASSEMBLY__ -Wa,--fatal-warnings -Wa,-mx86-used-note=no
# Each CPU has a canary of its own, a per-CPU variable (stackprotector.c).
STACK_PROTECTOR	:= -fstack-protector-strong -mstack-protector-guard=tls -mstack-protector-guard-reg=gs \
		   -mstack-protector-guard-symbol=__stack_chk_guard
OPTIMIZE	:= -O2
KERNEL_CFLAGS	 = $(COMMON) $(STACK_PROTECTOR) $(OPTIMIZE) -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer $(if $(DEBUG),-DLANTERN_DEBUG -DLANTERN_LOCKDEP) \
		   $(if $(DEBUG)$(SAN),-DLANTERN_FAIL_NTH)
# The boot part keeps no pointer in initialised data (see relocs-checked), so no
# jump tables either; gnu-efi supplies the UEFI types. LOADER_PART: shared sources
# leave out what only the kernel asks for.
BOOT_CFLAGS	:= $(COMMON) -DLOADER_PART -Oz -fomit-frame-pointer -fno-jump-tables \
		   -fno-tree-switch-conversion -Wa,-I$(BUILD)

# ---------------------------------------------------------------- sources

KERNEL_SRC	:= $(sort $(shell find kernel mm arch/x86/kernel arch/x86/mm -name '*.c' -o -name '*.S'))
KERNEL_SRC	:= $(filter-out %.lds.S arch/x86/kernel/asm-offsets.c,$(KERNEL_SRC))
KERNEL_SRC	+= arch/x86/boot/rdrand.c
include mm/kasan/san.mk
KERNEL_OBJ	:= $(patsubst %,$(BUILD)/kernel/%.o,$(basename $(KERNEL_SRC)))
KERNEL_OBJ	+= $(BUILD)/kernel/font.o
# startup_64 is the first byte of the image
KERNEL_OBJ	:= $(BUILD)/kernel/arch/x86/kernel/head_64.o \
		   $(filter-out $(BUILD)/kernel/arch/x86/kernel/head_64.o,$(KERNEL_OBJ))

# What runs once, or when a person asks for it, is small instead of fast: every byte is decompressed at each boot
COLD		:= $(addsuffix /%,kernel/drivers kernel/fs/proc kernel/init kernel/monitor kernel/trace arch/x86/kernel/microcode) \
		   %/selftest %_selftest %/monitor mm/memtest_panel mm/books mm/memblock mm/maps arch/x86/mm/ptdump arch/x86/mm/ptcheck \
		   $(addprefix kernel/,fs/initramfs fs/mount lib/boot_report lib/inflate lib/json printk/syslog syscall/trace task/binfmt_elf) \
		   $(addprefix kernel/tty/,console_options i8042 keyboard keymap serial8250 tty_ioctl vt_csi) \
		   $(addprefix arch/x86/kernel/,acpi_pm cpu cpuinfo dumpstack e820 efi efi_monitor efi_runtime efi_virt handoff \
			handoff_check initrd io_apic mce peek reboot report rtc setup smpboot speculation)
$(COLD:%=$(BUILD)/kernel/%.o): OPTIMIZE := -Os

BOOT_LIB	:= string vsprintf cmdline memparse e820 lz4 xxhash utf stage strip text_sink json boot_report
BOOT_SRC	:= $(filter-out %.lds.S,$(sort $(wildcard efistub/*.[cS] arch/x86/boot/*.[cS] arch/x86/boot/decompress/*.[cS]))) \
		   $(BOOT_LIB:%=kernel/lib/%.c) \
		   arch/x86/kernel/bootparam_utils.c arch/x86/kernel/early_serial.c \
		   arch/x86/kernel/long_mode_32.S arch/x86/mm/pgtable.c
BOOT_OBJ	:= $(patsubst %,$(BUILD)/boot/%.o,$(basename $(BOOT_SRC)))

GENERATED	:= $(BUILD)/include/generated/version.h $(BUILD)/include/generated/asm-offsets.h \
		   $(BUILD)/include/generated/syscalls.h $(BUILD)/include/generated/errnos.h

# ---------------------------------------------------------------- top targets

.PHONY: all clean help syscalls-table FORCE
all: $(BUILD)/lantern.efi $(BUILD)/vmlinux $(BUILD)/esp.img

include esp/esp.mk
include tests/tests.mk
# parts linked on their own, as they are not 64-bit code
-include arch/x86/boot/setup/setup.mk
-include efistub/stub32.mk
include arch/x86/vdso/vdso.mk

clean:
	$(Q)rm -rf $(BUILD)

help:
	@sed -n 's/^#help //p' $(MAKEFILE_LIST)
#help make                      build/lantern.efi, build/vmlinux (symbols), build/esp.img
#help make run                  start Lantern in QEMU with UEFI firmware; Ctrl-A X ends it
#help make test                 every test; the last line is "N passed, N failed"
#help make debug                QEMU stopped at the first instruction; prints the gdb line
#help make timeline             build/timeline.svg, the time line of a boot in QEMU; LOG="FILE [FILE]": of serial logs
#help make clean                remove build/
#help
#help DEBUG=1 adds checks of every slab object and of the order of locks to the kernel
#help (make clean before and after);
#help SAN=1 makes a kernel that checks its accesses and its arithmetic, in build/san;
#help V=1 shows commands; CMDLINE="..." sets the built-in command line of the image;
#help APPEND="..." the command line of make run; QEMU_ARGS="..." adds to QEMU's;
#help ACCEL=kvm uses /dev/kvm (never guessed).

# ---------------------------------------------------------------- QEMU

OVMF_CODE	:= /usr/share/OVMF/OVMF_CODE_4M.fd
OVMF_VARS	:= /usr/share/OVMF/OVMF_VARS_4M.fd
MEM		?= 512M
SMP		?= 2
ACCEL		?= tcg
MACHINE		?= q35
CPU		?= $(if $(filter kvm,$(ACCEL)),host,max)
APPEND		?=
QEMU_ARGS	?=
# A window where there is a display, else the terminal alone: it has the serial line.
DISPLAY_ARGS	= $(if $(DISPLAY)$(WAYLAND_DISPLAY),,-display none)
QEMU		= qemu-system-x86_64 -machine $(MACHINE) -accel $(ACCEL) -cpu $(CPU) -m $(MEM) -smp $(SMP) \
		  -drive if=pflash,format=raw,readonly=on,file=$(OVMF_CODE) \
		  -drive if=pflash,format=raw,file=$(BUILD)/ovmf-vars.fd \
		  -net none -no-reboot -serial mon:stdio $(DISPLAY_ARGS) $(QEMU_ARGS)

.PHONY: run debug packages-run
packages-run:
	@tests/need $(PACKAGES_RUN)

# The packages are there before anything is built, and only then is make asked again.
run: packages-run
	@$(MAKE) --no-print-directory run-built
debug: packages-run
	@tests/need gdb
	@$(MAKE) --no-print-directory debug-built

.PHONY: run-built debug-built
$(BUILD)/ovmf-vars.fd:
	@mkdir -p $(@D)
	@cp $(OVMF_VARS) $@
# APPEND goes to cmdline.txt of a copy of the ESP image, where a user would write it.
$(BUILD)/run.img: $(BUILD)/esp.img $(BUILD)/initrd.img FORCE
	@cp $< $@
	@mcopy -o -i $@ $(BUILD)/initrd.img ::/EFI/BOOT/initrd.img
	@printf '%s\n' '$(APPEND)' | mcopy -o -i $@ - ::/EFI/BOOT/cmdline.txt

run-built: $(BUILD)/run.img $(BUILD)/ovmf-vars.fd
	@echo 'Starting Lantern under UEFI firmware. Ctrl-A X ends QEMU.'
	$(Q)$(QEMU) -drive format=raw,file=$(BUILD)/run.img

debug-built: APPEND += gdb
debug-built: $(BUILD)/run.img $(BUILD)/ovmf-vars.fd $(BUILD)/vmlinux
	@echo 'QEMU waits at reset. In another terminal, in this folder:'
	@echo '    gdb -x tests/tools/lantern-gdb.py'
	$(Q)$(QEMU) -drive format=raw,file=$(BUILD)/run.img -gdb tcp:127.0.0.1:1234 -S

# The picture of when what happened; without LOG, of a boot in QEMU made for it
LOG		?= $(BUILD)/timeline.log
.PHONY: timeline timeline-log
timeline: $(if $(filter $(BUILD)/timeline.log,$(LOG)),timeline-log)
	$(Q)$(PYTHON) tests/tools/timeline.py $(LOG) > $(BUILD)/timeline.svg
	@echo '$(BUILD)/timeline.svg'
timeline-log: packages-run
	@$(MAKE) --no-print-directory run-built APPEND='timeline monitor.exec=poweroff' > $(BUILD)/timeline.log </dev/null

# ---------------------------------------------------------------- generated headers

$(BUILD)/include/generated/version.h: Makefile FORCE
	@mkdir -p $(@D)
	@printf '#define LANTERN_VERSION "%s"\n#define LANTERN_CMDLINE "%s"\n' \
		'$(VERSION)' '$(subst ",\",$(CMDLINE))' > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(BUILD)/include/generated/asm-offsets.h: arch/x86/kernel/asm-offsets.c
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)$(CC) $(KERNEL_CFLAGS) -MMD -MF $(BUILD)/asm-offsets.d -MT $@ -S -o - $< | \
		sed -n 's/^.*->\([A-Za-z0-9_]*\) \$$\([0-9]*\).*/#define \1 \2/p' > $@

# made anew each time, replaced when it is another
$(BUILD)/include/generated/syscalls.h: kernel/syscall/mksyscalls.py include/uapi/unistd.h FORCE
	@mkdir -p $(@D)
	$(Q)$(PYTHON) $< $(filter %.c,$(KERNEL_SRC)) > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(BUILD)/include/generated/errnos.h: kernel/syscall/mksyscalls.py include/uapi/errno.h
	@mkdir -p $(@D)
	$(Q)$(PYTHON) $< --errors include/uapi/errno.h > $@

SYSCALLS_README	?= README.md
syscalls-table:
	$(Q)$(PYTHON) kernel/syscall/mksyscalls.py --readme $(SYSCALLS_README) $(filter %.c,$(KERNEL_SRC))

# ---------------------------------------------------------------- kernel

$(BUILD)/kernel/%.o: %.c Makefile | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(KERNEL_CFLAGS) $(san_flags) -MMD -MP -c -o $@ $<

$(BUILD)/kernel/%.o: %.S Makefile | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,AS,$<)
	$(Q)$(CC) $(KERNEL_CFLAGS) $(ASFLAGS) -MMD -MP -c -o $@ $<

# runs before anybody has set the base of %gs
$(BUILD)/kernel/arch/x86/kernel/pvh.o: STACK_PROTECTOR :=

FONTS		:= $(addprefix /usr/share/consolefonts/,Uni2-Terminus16.psf.gz Uni2-Terminus32x16.psf.gz)
$(BUILD)/kernel/font.c: kernel/tty/mkfont.py $(FONTS)
	@mkdir -p $(@D)
	$(call say,FONT,$@)
	$(Q)$(PYTHON) $^ $@
$(BUILD)/kernel/font.o: $(BUILD)/kernel/font.c
	$(Q)$(CC) $(KERNEL_CFLAGS) -c -o $@ $<

KERNEL_LDFLAGS	+= -m elf_x86_64 -pie --no-dynamic-linker -z pack-relative-relocs -z text \
		   -z max-page-size=4096 -z noexecstack --build-id=sha1 --orphan-handling=error \
		   --no-warn-rwx-segments
KERNEL_LDS	:= $(BUILD)/kernel/vmlinux.lds

$(BUILD)/%.lds: arch/x86/%.lds.S Makefile | $(GENERATED)
	@mkdir -p $(@D)
	$(Q)$(CC) -E -P -undef -D__ASSEMBLY__ $(KERNEL_LDS_FLAGS) -Iinclude -Iarch/x86/include -I$(BUILD)/include \
		-MMD -MT $@ -MF $@.d -x assembler-with-cpp -o $@ $<

$(BUILD)/kernel/init-checked: $(KERNEL_OBJ) kernel/init/initcheck.py
	$(Q)$(PYTHON) kernel/init/initcheck.py $(KERNEL_OBJ)
	@touch $@

# The table of symbols comes after all text, so text does not move between the
# link that finds the symbols and the link that holds them.
$(BUILD)/vmlinux.pass1: $(KERNEL_OBJ) $(KERNEL_LDS)
	$(Q)$(LD) $(KERNEL_LDFLAGS) -T $(KERNEL_LDS) -o $@ $(KERNEL_OBJ)
$(BUILD)/kernel/ksyms.S: $(BUILD)/vmlinux.pass1 kernel/trace/mksyms.py
	$(Q)nm -n $< | $(PYTHON) kernel/trace/mksyms.py > $@
$(BUILD)/kernel/ksyms.o: $(BUILD)/kernel/ksyms.S
	$(Q)$(CC) $(KERNEL_CFLAGS) $(ASFLAGS) -c -o $@ $<
KERNEL_TABLES	+= $(BUILD)/kernel/ksyms.o
$(BUILD)/vmlinux: $(KERNEL_OBJ) $(KERNEL_TABLES) $(KERNEL_LDS) $(BUILD)/kernel/init-checked
	$(call say,LD,$@)
	$(Q)$(LD) $(KERNEL_LDFLAGS) -T $(KERNEL_LDS) -o $@ $(KERNEL_OBJ) $(KERNEL_TABLES)

$(BUILD)/vmlinux.bin: $(BUILD)/vmlinux
	$(Q)objcopy -O binary $< $@

# ---------------------------------------------------------------- lantern.efi

$(BUILD)/boot/payload.bin: $(BUILD)/vmlinux $(BUILD)/vmlinux.bin arch/x86/boot/decompress/mkpayload.py
	@mkdir -p $(@D)
	$(call say,LZ4,$@)
	$(Q)nm $< | $(PYTHON) arch/x86/boot/decompress/mkpayload.py $(BUILD)/vmlinux.bin $@ \
		$(BUILD)/include/generated/payload-size.h
$(BUILD)/include/generated/payload-size.h: $(BUILD)/boot/payload.bin ;

# run over the whole kernel: not as small as the rest
$(BUILD)/boot/kernel/lib/lz4.o $(BUILD)/boot/kernel/lib/xxhash.o: BOOT_CFLAGS += -O2
$(BUILD)/boot/kernel/lib/string.o: BOOT_CFLAGS += -Os
$(BUILD)/boot/%.o: %.c Makefile | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(BOOT_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/boot/%.o: %.S Makefile | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,AS,$<)
	$(Q)$(CC) $(BOOT_CFLAGS) $(ASFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/boot/lantern.lds: $(BUILD)/include/generated/payload-size.h
$(BUILD)/boot/arch/x86/boot/decompress/payload_blob.o: $(BUILD)/boot/payload.bin

BOOT_LDS	:= $(BUILD)/boot/lantern.lds
# Absolute addresses in the boot part would point to wherever the image was not
# loaded; header.o alone holds link-time numbers on purpose, and the linker's own
# distances (_rva_*, _loader_*) are the same everywhere.
$(BUILD)/boot/relocs-checked: $(filter-out %/header.o,$(BOOT_OBJ))
	$(Q)readelf -rW $^ | awk '/^Relocation section/ { debug = /\.rela\.debug/ } \
		/R_X86_64_(64|32|32S|16|GOT[A-Z0-9]*) / && !debug && $$5 !~ /^_(rva|loader|init)_/ { print; bad = 1 } \
		END { if (bad) print "boot objects hold absolute relocations"; exit bad }' >&2
	@touch $@

$(BUILD)/lantern.elf: $(BOOT_OBJ) $(BOOT_LDS) $(BUILD)/boot/relocs-checked
	$(Q)$(LD) -m elf_x86_64 -static -z noexecstack -z max-page-size=4096 --build-id=none \
		--orphan-handling=error --no-warn-rwx-segments -T $(BOOT_LDS) -o $@ $(BOOT_OBJ)

$(BUILD)/lantern.efi: $(BUILD)/lantern.elf
	$(call say,IMAGE,$@)
	$(Q)objcopy -O binary $< $@

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
