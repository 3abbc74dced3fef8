/* SPDX-License-Identifier: BSD-2-Clause */
/* Offsets the compiler chooses, for .S files. The build turns the marked lines into asm-offsets.h. */
#include <asm/pti.h>
#include <asm/ptrace.h>
#include <asm/smp.h>
#include <kernel/sched.h>
#include <lib/types.h>

#define DEFINE(sym, value) __asm__ volatile("\n.ascii \"->" #sym " %0\"" : : "i"(value))
#define OFFSET(sym, type, member) DEFINE(sym, offsetof(struct type, member))

void asm_offsets(void);
void asm_offsets(void)
{
	OFFSET(PT_REGS_di, pt_regs, di);
	OFFSET(PT_REGS_si, pt_regs, si);
	OFFSET(PT_REGS_ax, pt_regs, ax);
	OFFSET(PT_REGS_cx, pt_regs, cx);
	OFFSET(PT_REGS_r11, pt_regs, r11);
	OFFSET(PT_REGS_orig_ax, pt_regs, orig_ax);
	OFFSET(PT_REGS_ip, pt_regs, ip);
	OFFSET(PT_REGS_cs, pt_regs, cs);
	OFFSET(PT_REGS_flags, pt_regs, flags);
	OFFSET(PT_REGS_sp, pt_regs, sp);
	OFFSET(PT_REGS_ss, pt_regs, ss);
	OFFSET(ENTRY_kernel_cr3, entry_area, kernel_cr3);
	OFFSET(ENTRY_user_cr3, entry_area, user_cr3);
	OFFSET(ENTRY_user_cr3_keep, entry_area, user_cr3_keep);
	OFFSET(ENTRY_user_root, entry_area, user_root);
	OFFSET(ENTRY_user_exit, entry_area, user_exit);
	OFFSET(ENTRY_sysret_end, entry_area, sysret_end);
	OFFSET(ENTRY_verw_selector, entry_area, verw_selector);
	OFFSET(ENTRY_stack_top, entry_area, stack_top);
	DEFINE(USER_EXIT_PTI_, USER_EXIT_PTI);
	DEFINE(USER_EXIT_VERW_, USER_EXIT_VERW);
	OFFSET(TASK_sp, task_struct, sp);
	OFFSET(TASK_stack_canary, task_struct, stack_canary);
	OFFSET(TASK_work, task_struct, work);
	DEFINE(TIF_EXIT_WORK, TIF_SIGPENDING | TIF_NOTIFY_RESUME | TIF_RESTORE_SIGMASK);
	DEFINE(TIF_SYSCALL_TRACE_, TIF_SYSCALL_TRACE);
	DEFINE(PT_REGS_SIZE, sizeof(struct pt_regs));
	OFFSET(SECONDARY_apic_id, secondary, apic_id);
	OFFSET(SECONDARY_state, secondary, state);
	OFFSET(SECONDARY_stack_end, secondary, stack_end);
	OFFSET(SECONDARY_gs_base, secondary, gs_base);
	OFFSET(SECONDARY_gdt, secondary, gdt);
	DEFINE(SECONDARY_SIZE, sizeof(struct secondary));
	DEFINE(NR_SECONDARIES, NR_CPUS);
	DEFINE(SECONDARY_CALLED, CPU_CALLED);
	DEFINE(SECONDARY_COMING, CPU_COMING);
}
