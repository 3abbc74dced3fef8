/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stands in for the protected-mode part of lantern.efi: started by the BIOS
 * setup code as startup_32 would be, it prints registers and boot_params on
 * COM1, paints a framebuffer when there is one, and ends QEMU by isa-debug-exit.
 * Flat 32-bit code, linked at 0x100000.
 */
#include <asm/io.h>
#include <boot/bootparam.h>

#define COM1		0x3f8
#define DEBUG_EXIT	0xf4

struct entry_state {
	u32	edi, esi, ebp, esp, ebx, edx, ecx, eax;	/* PUSHAL */
	u32	eflags, cr0, cs, ds, es, fs, gs, ss, tr;
};

void probe_main(const struct entry_state *at);

/* The first bytes of the file: -fno-toplevel-reorder keeps this before all functions. */
__asm__(".text\n"
	".globl probe_entry\n"
	"probe_entry:\n"
	"	pushl $0\n"		/* TR */
	"	strw (%esp)\n"
	"	pushl %ss\n"
	"	pushl %gs\n"
	"	pushl %fs\n"
	"	pushl %es\n"
	"	pushl %ds\n"
	"	pushl %cs\n"
	"	pushl %eax\n"		/* CR0 */
	"	pushfl\n"
	"	pushal\n"
	"	movl %cr0, %eax\n"
	"	movl %eax, 36(%esp)\n"
	"	movl %esp, %eax\n"
	"	cld\n"
	"	pushl %eax\n"
	"	call probe_main\n"
	"1:	hlt\n"
	"	jmp 1b\n");

static void put(char c)
{
	while (!(inb(COM1 + 5) & 0x20))
		;
	outb(c, COM1);
}

static void puts(const char *s)
{
	for (; *s; s++)
		put(*s);
}

static void hex(u64 v)
{
	if (v >= 16)
		hex(v >> 4);
	put("0123456789abcdef"[v & 15]);
}

static void show(const char *name, u64 v)
{
	put(' ');
	puts(name);
	put('=');
	hex(v);
}

#define SHOW(object, field)	show(#field, (object)->field)

static void begin(const char *what)
{
	puts("probe: ");
	puts(what);
}

static void show_registers(const struct entry_state *at)
{
	begin("regs");
	SHOW(at, esi); SHOW(at, edi); SHOW(at, ebp); SHOW(at, ebx); SHOW(at, eflags); SHOW(at, cr0);
	SHOW(at, cs); SHOW(at, ds); SHOW(at, es); SHOW(at, fs); SHOW(at, gs); SHOW(at, ss); SHOW(at, tr);
	puts("\n");
}

static void show_machine(void)
{
	volatile u32 *low = (volatile u32 *)0x200, *high = (volatile u32 *)0x100200;
	u32 saved = *low;

	*low = ~*high;
	begin("machine");
	show("a20", *low != *high);
	*low = saved;
	show("pic1", inb(0x21));
	show("pic2", inb(0xa1));
	puts("\n");
}

static void show_header(const struct boot_params *bp)
{
	const struct setup_header *hdr = &bp->hdr;

	begin("header");
	SHOW(hdr, type_of_loader); SHOW(hdr, loadflags); SHOW(hdr, heap_end_ptr); SHOW(hdr, code32_start);
	SHOW(hdr, vid_mode); SHOW(hdr, ramdisk_image); SHOW(hdr, ramdisk_size); SHOW(hdr, header);
	show("sentinel", bp->sentinel);
	puts("\n");
	begin("cmdline ");
	if (hdr->cmd_line_ptr)
		puts((const char *)hdr->cmd_line_ptr);
	puts("\n");
}

static void show_memory(const struct boot_params *bp)
{
	begin("memory");
	SHOW(bp, alt_mem_k);
	SHOW(&bp->screen_info, ext_mem_k);
	SHOW(bp, e820_entries);
	puts("\n");
	for (int i = 0; i < bp->e820_entries; i++) {
		begin("e820");
		SHOW(&bp->e820_table[i], addr); SHOW(&bp->e820_table[i], size); SHOW(&bp->e820_table[i], type);
		puts("\n");
	}
}

static void show_bios(const struct boot_params *bp)
{
	begin("bios");
	SHOW(bp, kbd_status); SHOW(bp, eddbuf_entries); SHOW(bp, edd_mbr_sig_buf_entries);
	show("edd_device", bp->eddbuf[0]);
	show("edd_sectors", *(const u64 *)(bp->eddbuf + 8 + 16));
	show("mbr_signature", bp->edd_mbr_sig_buffer[0]);
	show("apm", *(const u16 *)bp->apm_bios_info);
	show("edid", *(const u32 *)bp->edid_info);
	puts("\n");
}

static void show_screen(const struct screen_info *si)
{
	begin("screen");
	show("type", si->orig_video_isVGA);
	show("mode", si->orig_video_mode);
	show("cols", si->orig_video_cols);
	show("lines", si->orig_video_lines);
	show("points", si->orig_video_points);
	show("x", si->orig_x);
	show("y", si->orig_y);
	show("ega", si->orig_video_ega_bx);
	puts("\n");
	begin("framebuffer");
	SHOW(si, lfb_width); SHOW(si, lfb_height); SHOW(si, lfb_depth); SHOW(si, lfb_base); SHOW(si, lfb_size);
	SHOW(si, lfb_linelength); SHOW(si, red_size); SHOW(si, red_pos); SHOW(si, green_size); SHOW(si, green_pos);
	SHOW(si, blue_size); SHOW(si, blue_pos); SHOW(si, pages); SHOW(si, capabilities);
	puts("\n");
}

/* Red, green and blue thirds, by the masks alone */
static void paint(const struct screen_info *si)
{
	u8 sizes[] = { si->red_size, si->green_size, si->blue_size };
	u8 positions[] = { si->red_pos, si->green_pos, si->blue_pos };
	u32 bytes = (si->lfb_depth + 7) / 8;

	for (u32 y = 0; y < si->lfb_height; y++) {
		u32 third = y * 3 / si->lfb_height;
		u32 pixel = ((1u << sizes[third]) - 1) << positions[third];
		u8 *p = (u8 *)si->lfb_base + y * si->lfb_linelength;

		for (u32 x = 0; x < si->lfb_width; x++)
			for (u32 i = 0; i < bytes; i++)
				*p++ = pixel >> 8 * i;
	}
}

void probe_main(const struct entry_state *at)
{
	const struct boot_params *bp = (const struct boot_params *)at->esi;

	outb(0x03, COM1 + 3);
	begin("here\n");
	show_registers(at);
	show_machine();
	show_header(bp);
	show_memory(bp);
	show_bios(bp);
	show_screen(&bp->screen_info);
	if (bp->screen_info.orig_video_isVGA == VIDEO_TYPE_VLFB)
		paint(&bp->screen_info);
	begin("done\n");
	while (!(inb(COM1 + 5) & 0x40))
		;
	if (bp->screen_info.orig_video_isVGA != VIDEO_TYPE_VLFB)
		outb(0, DEBUG_EXIT);
}
