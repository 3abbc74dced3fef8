/* SPDX-License-Identifier: BSD-2-Clause */
/* The programmable interval timer (Intel 8254): three counters of 16 bits. */
#ifndef ASM_I8253_H
#define ASM_I8253_H

#include <kernel/spinlock.h>

#define PIT_HZ		1193182

#define PIT_CH0		0x40		/* wired to PIT_IRQ */
#define PIT_CH2		0x42		/* wired to the speaker and to port 61h */
#define PIT_MODE	0x43
#define PIT_IRQ		0		/* line of the ISA bus */

extern struct spinlock i8253_lock;	/* the ports above; a mode word and its bytes belong together */

#endif
