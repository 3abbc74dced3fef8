/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runtime services as functions of the kernel. Each call goes through
 * efi_call.S on the firmware's page tables; a fault there ends the call and all
 * later ones.
 */
#include "efi_internal.h"
#include <asm/fpu.h>
#include <asm/irqflags.h>
#include <asm/init_64.h>
#include <asm/processor.h>
#include <asm/ptrace.h>
#include <asm/setup.h>
#include <asm/tlb.h>
#include <kernel/delay.h>
#include <kernel/printk.h>
#include <kernel/spinlock.h>
#include <kernel/stage.h>
#include <lib/string.h>
#include <uapi/errno.h>

#define LOCK_POLL_US	10
#define LOCK_WAIT_US	2000000		/* a variable may take the time of erasing a block of flash memory */

/* efi_call.S */
u64 __efi_call(u64 service, const u64 args[5]);
extern const char efi_call_faulted[];
extern unsigned long efi_call_stack;		/* its stack pointer while a call is under way, else 0 */

/* The call under way; guarded by its lock. */
static struct {
	struct spinlock	lock;
	const char	*name;
} call;

bool efi_runtime_enabled(void)
{
	return efi.services && efi.pgd;
}

phys_addr_t efi_pgtable(void)
{
	return efi.pgd;
}

/* Whether this CPU is in a call: another one's stack pointer may be in efi_call_stack. */
static bool in_firmware(void)
{
	return efi_call_stack && efi.pgd && (read_cr3() & PTE_PFN_MASK) == efi.pgd;
}

/* The kernel may have got new top-level entries, but for the last, since the last call. */
static void share_kernel_half(void)
{
	const unsigned int half = PTRS_PER_TABLE / 2;
	u64 *top = __va(efi.pgd);

	memcpy(top + half, init_top_pgt + half, (half - 1) * sizeof(*top));
}

/*
 * Bounded: the CPU that has the lock may have been stopped, or be this one before
 * the exception that it now tells of.
 */
static bool lock_call(unsigned long *flags)
{
	unsigned int us;

	for (us = 0; us < LOCK_WAIT_US; us += LOCK_POLL_US) {
		*flags = local_irq_save();
		if (spin_trylock(&call.lock))
			return true;
		local_irq_restore(*flags);
		udelay(LOCK_POLL_US);
	}
	return false;
}

efi_status_t efi_call_service(const char *name, u64 service, const u64 args[5])
{
	efi_status_t status = EFI_UNSUPPORTED;
	unsigned long flags;

	if (in_firmware())		/* something that interrupted it has no interrupts to wait for */
		return EFI_NOT_READY;
	if (!lock_call(&flags))
		return EFI_NOT_READY;
	if (efi.pgd) {
		share_kernel_half();
		call.name = name;
		fpu_lend();
		load_pgtable(efi.pgd, PCID_EFI);
		status = __efi_call(service, args);
		load_own_pgtable();
		fpu_take_back();
	}
	spin_unlock_irqrestore(&call.lock, flags);
	return status;
}

bool efi_fixup_fault(struct pt_regs *regs)
{
	if (!in_firmware())
		return false;
	load_own_pgtable();
	efi.pgd = 0;
	boot_warn(STAGE_EFI_RUNTIME, "the firmware's %s faulted at %#lx: runtime services off", call.name, regs->ip);
	regs->ip = (unsigned long)efi_call_faulted;
	regs->sp = efi_call_stack;
	return true;
}

static int to_errno(efi_status_t status)
{
	switch (status) {
	case EFI_SUCCESS:		return 0;
	case EFI_NOT_FOUND:		return -ENOENT;
	case EFI_BUFFER_TOO_SMALL:	return -ERANGE;
	case EFI_INVALID_PARAMETER:	return -EINVAL;
	case EFI_OUT_OF_RESOURCES:	return -ENOSPC;
	case EFI_WRITE_PROTECTED:
	case EFI_SECURITY_VIOLATION:	return -EPERM;
	case EFI_UNSUPPORTED:		return -ENODEV;
	}
	return efi.pgd ? -EIO : -ENODEV;
}

/* A service that did not move with the others would run whatever is at that address now. */
static int call_service(const char *name, const void *service, const u64 args[5])
{
	u64 address = (u64)(uintptr_t)service;

	if (efi_is_region_va(address, 1))
		return to_errno(efi_call_service(name, address, args));
	boot_warn(STAGE_EFI_RUNTIME, "the firmware's %s is at %#llx, in no runtime region", name,
		  (unsigned long long)address);
	return -ENODEV;
}

#define EFI_ARG(pointer)	((u64)(uintptr_t)(pointer))
#define EFI_CALL(service, ...) \
	(efi_runtime_enabled() ? call_service(#service, efi.services->service, (const u64 [5]){ __VA_ARGS__ }) \
			       : -ENODEV)

/* UEFI 2.10, 8.3.1: EFI_TIME */
static bool time_is_valid(const efi_time_t *t)
{
	return t->Year >= 1900 && t->Year <= 9999 && t->Month >= 1 && t->Month <= 12 &&
	       t->Day >= 1 && t->Day <= 31 && t->Hour <= 23 && t->Minute <= 59 && t->Second <= 59 &&
	       t->Nanosecond <= 999999999 &&
	       (t->TimeZone == EFI_UNSPECIFIED_TIMEZONE || (t->TimeZone >= -1440 && t->TimeZone <= 1440));
}

int efi_get_time(efi_time_t *now)
{
	int err = EFI_CALL(GetTime, EFI_ARG(now), 0);

	return err ? err : time_is_valid(now) ? 0 : -EIO;
}

int efi_set_time(const efi_time_t *now)
{
	return time_is_valid(now) ? EFI_CALL(SetTime, EFI_ARG(now)) : -EINVAL;
}

int efi_get_variable(const efi_char16_t *name, const efi_guid_t *vendor, u32 *attr, size_t *size, void *data)
{
	size_t room = *size;
	u32 unused;
	int err = EFI_CALL(GetVariable, EFI_ARG(name), EFI_ARG(vendor), EFI_ARG(attr ? attr : &unused),
			   EFI_ARG(size), EFI_ARG(data));

	return !err && *size > room ? -EIO : err;
}

int efi_next_variable(efi_char16_t *name, size_t size, efi_guid_t *vendor)
{
	size_t needed = size;
	int err = EFI_CALL(GetNextVariableName, EFI_ARG(&needed), EFI_ARG(name), EFI_ARG(vendor));

	name[size / sizeof(*name) - 1] = 0;
	return err;
}

int efi_set_variable(const efi_char16_t *name, const efi_guid_t *vendor, u32 attr, size_t size, const void *data)
{
	return EFI_CALL(SetVariable, EFI_ARG(name), EFI_ARG(vendor), attr, size, EFI_ARG(data));
}

void efi_reset(EFI_RESET_TYPE type)
{
	EFI_CALL(ResetSystem, type, EFI_SUCCESS, 0, 0);
}
