/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 16-bit setup code: the part of lantern.efi that a BIOS loader starts in
 * real mode. It asks the BIOS what only the BIOS knows, writes the answers into
 * boot_params and leaves for startup_32 in protected mode.
 *
 * One segment holds everything, CS = DS = ES = SS; a pointer is an offset into
 * it. A far address is a segment and an offset, or a linear address below 1 MiB.
 *
 *   0x0000  header page (the file's first 4 KiB)
 *   0x1000  this code, its data, BSS up to _end
 *   _end    heap, then the stack, which ends where the loader put SP
 */
#ifndef SETUP_SETUP_H
#define SETUP_SETUP_H

#define SETUP_CODE_START	0x1000		/* offset of start_of_setup in its segment */
#define SETUP_SIGNATURE		0x5a4c5453	/* last bytes of the setup code: a loader that cut it off left them out */
#define SETUP_STACK_SIZE	1024		/* bytes that stay free for us and for the BIOS below SP */

/* Fields of the loaded setup header that assembly reads, offsets in our segment */
#define OFFSET_LOADFLAGS	0x211
#define OFFSET_HEAP_END_PTR	0x224

#define GDT_ENTRY_BOOT_TSS	4		/* after __BOOT_CS 0x10 and __BOOT_DS 0x18 */
#define __BOOT_TSS		(GDT_ENTRY_BOOT_TSS * 8)

#ifndef __ASSEMBLY__
#include <boot/bootparam.h>
#include <boot/stage.h>
#include <lib/types.h>

/* The zero page. Lies in our segment, below 640 KiB, and is what ESI points to at startup_32. */
extern struct boot_params boot_params;

/* The header where the loader filled it in. */
extern const struct setup_header loaded_setup_header;

static_assert(offsetof(struct boot_params, hdr.loadflags) == OFFSET_LOADFLAGS, "boot.rst");
static_assert(offsetof(struct boot_params, hdr.heap_end_ptr) == OFFSET_HEAP_END_PTR, "boot.rst");

/* The first COMMAND_LINE_SIZE - 1 bytes of the command line, or "". */
extern char command_line[COMMAND_LINE_SIZE];

/* ---- bios_call.S: the BIOS and far memory */

#define X86_EFLAGS_CF_BIT	0x0001
#define X86_EFLAGS_IF_BIT	0x0200

/* In the order POPAL takes them; bios_call.S knows the layout. */
struct bios_regs {
	u32	edi, esi, ebp, unused_esp, ebx, edx, ecx, eax;
	u16	gs, fs, es, ds;
	u32	eflags;
} __packed;

/**
 * bios_regs_init() - all zero, segments ours, interrupts on, and carry set: a
 * BIOS that does not know a function and returns at once has then failed
 */
void bios_regs_init(struct bios_regs *regs);

/**
 * bios_call() - run interrupt @nr as the BIOS has it in its vector table
 * @in:  registers the handler sees
 * @out: registers it leaves, flags included; may be @in, may be NULL
 */
void bios_call(u8 nr, const struct bios_regs *in, struct bios_regs *out);

/** bios_failed() - whether the handler left the carry flag set */
static inline bool bios_failed(const struct bios_regs *out)
{
	return out->eflags & X86_EFLAGS_CF_BIT;
}

/** realmode_switch_hook() - far call of the loader's hook (boot.rst, realmode_swtch) */
void realmode_switch_hook(u32 far_pointer);

u8 far_read8(u16 seg, u16 off);
u16 far_read16(u16 seg, u16 off);
u32 far_read32(u16 seg, u16 off);
void far_write32(u32 v, u16 seg, u16 off);

u16 our_segment(void);

/** linear() - linear address of an object of ours */
static inline u32 linear(const void *p)
{
	return ((u32)our_segment() << 4) + (u32)(unsigned long)p;
}

/** protected_mode_jump() - to @entry in flat 32-bit mode, ESI = @params; see the file */
void __noreturn protected_mode_jump(u32 entry, u32 params, u32 tss_selector);

/* ---- console.c */

/** console_init() - serial line as the command line says; the BIOS's screen needs nothing */
void console_init(void);

void put_string(const char *s);
void put_hex(u32 v);
void put_number(u32 v);

/** stage() - the boot reached @nr; printed under efi=debug or earlyprintk */
void stage(enum boot_stage nr);

/** detail() - whether stages print, and more may be said */
bool detail(void);

/** warn() - "lantern: warning NN name: text", NN being the stage */
void warn(const char *text);

/** die() - "lantern: error NN name: text", then halt for good */
void __noreturn die(const char *text);

/* ---- trace.c: when each stage began, for the kernel */

/* entry.S: RDTSC as soon as there was a stack, before BSS was cleared; 0 without it */
extern u64 entry_tsc;

/** trace_init() - put our time line into the setup_data list of boot_params */
void trace_init(void);
void trace_stage(enum boot_stage nr);

/* ---- heap.c: allocated once or given back in reverse order */

void init_heap(void);
void *heap_mark(void);
void heap_release(void *mark);
/** heap_alloc() - @size bytes, 4-byte aligned, contents undefined; NULL when there is no room */
void *heap_alloc(u16 size);

/* ---- main.c's steps, one file or family each */

void validate_cpu(void);
/** cpu_has_tsc() - whether RDTSC may be executed; asks CPUID each time */
bool cpu_has_tsc(void);
void set_bios_mode(void);
void detect_memory(void);
void keyboard_init(void);
void query_ist(void);
void query_apm_bios(void);
void query_edd(void);
void set_video(void);
struct video_request;
/** vesa_set_mode() - Return: NULL, or why the screen stays as it was */
const char *vesa_set_mode(const struct video_request *want);
/** enable_a20() - Return: whether addresses above 1 MiB reach memory */
bool enable_a20(void);
void __noreturn go_to_protected_mode(void);

/* One write to a port nobody listens to takes about 1 us on any PC. */
void io_delay(void);

#endif /* __ASSEMBLY__ */
#endif
