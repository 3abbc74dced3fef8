/* SPDX-License-Identifier: BSD-2-Clause */
/* Exception vectors, SDM 3A table 6-1, and the bits of a page fault's error code, 4.7. */
#ifndef ASM_TRAPNR_H
#define ASM_TRAPNR_H

#define X86_TRAP_DE	0
#define X86_TRAP_DB	1
#define X86_TRAP_NMI	2
#define X86_TRAP_BP	3
#define X86_TRAP_OF	4
#define X86_TRAP_BR	5
#define X86_TRAP_UD	6
#define X86_TRAP_NM	7
#define X86_TRAP_DF	8
#define X86_TRAP_OLD_MF	9
#define X86_TRAP_TS	10
#define X86_TRAP_NP	11
#define X86_TRAP_SS	12
#define X86_TRAP_GP	13
#define X86_TRAP_PF	14
#define X86_TRAP_SPURIOUS 15
#define X86_TRAP_MF	16
#define X86_TRAP_AC	17
#define X86_TRAP_MC	18
#define X86_TRAP_XF	19
#define X86_TRAP_VE	20
#define X86_TRAP_CP	21
#define X86_TRAP_HV	28
#define X86_TRAP_VC	29
#define X86_TRAP_SX	30
#define NUM_EXCEPTION_VECTORS	32

/* vectors that push an error code: DF TS NP SS GP PF AC CP VC SX */
#define EXCEPTION_ERRCODE_MASK	0x60227d00

/* vectors that get a stack of their own: DB NMI DF MC */
#define IST_VECTORS_MASK	0x00040106

#define X86_PF_PROT	0x01
#define X86_PF_WRITE	0x02
#define X86_PF_USER	0x04
#define X86_PF_RSVD	0x08
#define X86_PF_INSTR	0x10
#define X86_PF_PK	0x20

/* bytes of one stub in early_idt_handler_array, head_64.S */
#define EARLY_IDT_HANDLER_SIZE	9

#endif
