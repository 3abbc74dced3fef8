/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report of an exception that means the end: what it was, registers, code
 * and call chain. Nothing on the way there is believed: every address is read
 * under the exception table.
 */
#include <asm/traps.h>
#include <asm/extable.h>
#include <asm/page.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/trapnr.h>
#include <kernel/ksyms.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <kernel/task.h>

#define CODE_BEFORE		8	/* bytes */
#define CODE_AFTER		16
#define MAX_FRAMES		4096	/* walked */
#define MAX_CALLS		16	/* shown; with the rest of the report they fit a screen of 48 rows */
#define MAX_STACK_SWITCHES	3

static void show_error_code(unsigned int vector, unsigned long code)
{
	if (vector == X86_TRAP_PF) {
		printk("error code %#lx: %s %s, %s%s%s\n", code,
		       code & X86_PF_USER ? "user" : "kernel",
		       code & X86_PF_INSTR ? "instruction fetch" :
		       code & X86_PF_WRITE ? "write" : "read",
		       code & X86_PF_PROT ? "page protection" : "page not present",
		       code & X86_PF_RSVD ? ", reserved bit set" : "",
		       code & X86_PF_PK ? ", protection key" : "");
		printk("address    %#018lx\n", read_cr2());
	} else if (EXCEPTION_ERRCODE_MASK >> vector & 1) {
		if (code)
			printk("error code %#lx: selector index %lu in the %s%s\n", code, code >> 3 & 0x1fff,
			       code & 2 ? "IDT" : code & 4 ? "LDT" : "GDT",
			       code & 1 ? ", external event" : "");
		else
			printk("error code 0\n");
	}
}

/* The byte at @ip is marked; those before it help a disassembler to fall into step. */
static void show_code(unsigned long ip)
{
	unsigned long at;
	u64 word;

	printk("code ");
	for (at = ip - CODE_BEFORE; at != ip + CODE_AFTER; at++)
		if (!read_nofault((const void *)(at & ~7UL), &word))
			printk(" ??");
		else
			printk(at == ip ? " <%02x>" : " %02x", (u8)(word >> at % 8 * 8));
	printk("\n");
}

void show_regs(const struct pt_regs *r)
{
	printk("rip %016lx  rsp %016lx  flags %08lx\n", r->ip, r->sp, r->flags);
	printk("rax %016lx  rbx %016lx  rcx %016lx\n", r->ax, r->bx, r->cx);
	printk("rdx %016lx  rsi %016lx  rdi %016lx\n", r->dx, r->si, r->di);
	printk("rbp %016lx  r8  %016lx  r9  %016lx\n", r->bp, r->r8, r->r9);
	printk("r10 %016lx  r11 %016lx  r12 %016lx\n", r->r10, r->r11, r->r12);
	printk("r13 %016lx  r14 %016lx  r15 %016lx\n", r->r13, r->r14, r->r15);
	printk("cs %04lx  ss %04lx  cr0 %08lx  cr2 %016lx\n", r->cs, r->ss, read_cr0(), read_cr2());
	printk("cr3 %016lx  cr4 %08lx  efer %08llx\n", read_cr3(), read_cr4(),
	       (unsigned long long)rdmsr(MSR_EFER));
}

static bool in_text(unsigned long ip)
{
	return ip >= (unsigned long)_text && ip < (unsigned long)_etext;
}

/* @back: 1 for where a call returns to, as that may be the start of another function or line */
static void show_address(const char *before, unsigned long ip, unsigned int back)
{
	unsigned long offset, len;
	const char *file;
	unsigned int line;
	char name[64];

	printk("%s %016lx", before, ip);
	if (ksym_lookup(ip - back, name, sizeof(name), &offset, &len))
		printk("  %s+%#lx/%#lx", name, offset + back, len);
	file = kline_lookup(ip - back, &line);
	if (file)
		printk("  %s:%u", file, line);
	printk("\n");
}

void show_symbol(const char *before, unsigned long ip)
{
	show_address(before, ip, 1);
}

static unsigned long boot_stack_end(unsigned long sp)
{
	return sp >= (unsigned long)init_stack && sp < (unsigned long)init_stack_end ? (unsigned long)init_stack_end : 0;
}

/* Each kind of stack: the end of the one an address lies on, 0 when it is on none of them. */
static unsigned long (*const stack_kinds[])(unsigned long sp) = { boot_stack_end, ist_stack_end, task_stack_end };

static unsigned long stack_end_of(unsigned long sp)
{
	unsigned long end = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(stack_kinds) && !end; i++)
		end = stack_kinds[i](sp);
	return end;
}

/* Where the chain of frames goes on: higher on the same stack, or on one that an exception stack was entered from. */
static bool next_frame(unsigned long bp, unsigned long next, unsigned long *stack_end, unsigned int *switches)
{
	unsigned long end = stack_end_of(next);

	if (end == *stack_end)
		return next > bp;
	if (!end || (*switches)++ == MAX_STACK_SWITCHES)
		return false;
	*stack_end = end;
	return true;
}

static void show_repeats(unsigned int n)
{
	if (n)
		printk("  the same %u times more\n", n);
}

/* A recursion takes two lines, so that what led to it is still shown. */
void show_backtrace(unsigned long ip, unsigned long bp)
{
	unsigned long stack_end = stack_end_of(bp);
	unsigned int frames, calls = 0, switches = 0, repeats = 0;
	u64 next, ret, last = 0;

	printk("backtrace\n");
	if (ip)
		show_address(" ", ip, 0);
	for (frames = 0; frames < MAX_FRAMES && calls < MAX_CALLS; frames++) {
		if (!IS_ALIGNED(bp, 8) || bp + 16 > stack_end ||
		    !read_nofault((const u64 *)bp, &next) ||
		    !read_nofault((const u64 *)bp + 1, &ret) || !in_text(ret))
			break;
		if (ret == last) {
			repeats++;
		} else {
			show_repeats(repeats);
			show_symbol(" ", ret);
			repeats = 0;
			calls++;
		}
		last = ret;
		if (!next_frame(bp, next, &stack_end, &switches))
			break;
		bp = next;
	}
	show_repeats(repeats);
}

void __noreturn die(const struct pt_regs *regs, unsigned int vector)
{
	enum panic_step step = panic_begin();

	printk(KERN_EMERG "lantern: error %u %s: exception %u, %s", boot_stage_current(),
	       boot_stage_name(boot_stage_current()), vector, trap_name(vector));
	if (step != PANIC_TELL_ALL) {
		printk(", at %#lx while the one above was reported\n", regs->ip);
		panic_stop();
	}
	printk("\n");
	if (vector == X86_TRAP_DF && task_stack_overflow(regs->sp))
		printk("the stack overflowed into its guard page\n");
	show_error_code(vector, regs->orig_ax);
	show_regs(regs);
	show_code(regs->ip);
	show_backtrace(regs->ip, regs->bp);
	panic_stop();
}
