/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O ports and memory-mapped registers. Every access here is volatile: it
 * happens once, in program order with the others, and with the width asked for.
 */
#ifndef ASM_IO_H
#define ASM_IO_H

#include <lib/types.h>

/* in*() and out*(): one access to I/O port @port (SDM 1, chapter 19). */
static inline u8 inb(u16 port)
{
	u8 v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

static inline u16 inw(u16 port)
{
	u16 v;

	__asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

static inline u32 inl(u16 port)
{
	u32 v;

	__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

static inline void outb(u8 v, u16 port)
{
	__asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline void outw(u16 v, u16 port)
{
	__asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline void outl(u32 v, u16 port)
{
	__asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

/*
 * read*() and write*(): one naturally aligned access to a register mapped
 * uncached at @addr. x86 keeps such accesses in order (SDM 3A 9.2), so only the
 * compiler has to be told.
 */
static inline u8 readb(const volatile void *addr)
{
	u8 v;

	__asm__ volatile("movb %1, %0" : "=q"(v) : "m"(*(const volatile u8 *)addr) : "memory");
	return v;
}

static inline u16 readw(const volatile void *addr)
{
	u16 v;

	__asm__ volatile("movw %1, %0" : "=r"(v) : "m"(*(const volatile u16 *)addr) : "memory");
	return v;
}

static inline u32 readl(const volatile void *addr)
{
	u32 v;

	__asm__ volatile("movl %1, %0" : "=r"(v) : "m"(*(const volatile u32 *)addr) : "memory");
	return v;
}

static inline u64 readq(const volatile void *addr)
{
	u64 v;

	__asm__ volatile("movq %1, %0" : "=r"(v) : "m"(*(const volatile u64 *)addr) : "memory");
	return v;
}

static inline void writeb(u8 v, volatile void *addr)
{
	__asm__ volatile("movb %0, %1" : : "q"(v), "m"(*(volatile u8 *)addr) : "memory");
}

static inline void writew(u16 v, volatile void *addr)
{
	__asm__ volatile("movw %0, %1" : : "r"(v), "m"(*(volatile u16 *)addr) : "memory");
}

static inline void writel(u32 v, volatile void *addr)
{
	__asm__ volatile("movl %0, %1" : : "r"(v), "m"(*(volatile u32 *)addr) : "memory");
}

static inline void writeq(u64 v, volatile void *addr)
{
	__asm__ volatile("movq %0, %1" : : "r"(v), "m"(*(volatile u64 *)addr) : "memory");
}

/* cpu_relax() - tell the CPU (and a hypervisor) that this is a waiting loop */
static inline void cpu_relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

#endif
