/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who has which of the 256 vectors. The upper four bits are the priority of an
 * interrupt for the local APIC (SDM 3A 10.8.3).
 *
 *   0x00..0x1f  exceptions               0x30..0xdf  devices, given out by request_irq()
 *   0x20..0x2f  lines of the legacy PIC  0xe0..0xff  the CPUs' own: timer, messages, errors
 */
#ifndef ASM_IRQ_VECTORS_H
#define ASM_IRQ_VECTORS_H

#define NR_VECTORS		256
#define FIRST_EXTERNAL_VECTOR	0x20
#define PIC_VECTOR(line)	(0x20 + (line))
#define FIRST_DEVICE_VECTOR	0x30
#define FIRST_SYSTEM_VECTOR	0xe0
#define BENCH_VECTOR		0xe0	/* nobody's but the monitor command bench's */

#define LOCAL_TIMER_VECTOR	0xec
#define CALL_FUNCTION_VECTOR	0xfb
#define RESCHEDULE_VECTOR	0xfc
#define STOP_VECTOR		0xfd
#define ERROR_APIC_VECTOR	0xfe
#define SPURIOUS_APIC_VECTOR	0xff	/* the lower four bits must be set on old CPUs */

/* bytes of one stub in irq_entry_array, entry_64.S */
#define IRQ_ENTRY_SIZE		8

#endif
