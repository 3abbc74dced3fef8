/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agreement between stub and debugger script: a call to GDB_HOOK_ADDRESS
 * with rax = GDB_HOOK_MAGIC means rdi = base of lantern.efi, rsi and rdx =
 * physical and virtual address of the kernel, 0 while unknown.
 */
#ifndef BOOT_GDB_H
#define BOOT_GDB_H

#define GDB_HOOK_ADDRESS	0x7000
#define GDB_HOOK_MAGIC		0x4c4e54524e474442ULL	/* "LNTRNGDB" */

#endif
