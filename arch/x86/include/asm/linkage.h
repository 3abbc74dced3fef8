/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How assembly names its symbols: SYM_FUNC_* follows the C calling convention,
 * SYM_CODE_* does not, SYM_DATA_* is no code.
 */
#ifndef ASM_LINKAGE_H
#define ASM_LINKAGE_H

#ifdef __ASSEMBLY__

.macro SYM_START name:req type:req
	.globl	\name
	.hidden	\name
	.type	\name, \type
\name:
.endm

#define SYM_FUNC_START(name)	.balign 16; SYM_START name, @function
#define SYM_CODE_START(name)	.balign 16; SYM_START name, @function
#define SYM_DATA_START(name)	SYM_START name, @object
#define SYM_LABEL(name)		SYM_START name, @notype
#define SYM_FUNC_END(name)	.size name, . - name
#define SYM_CODE_END(name)	.size name, . - name
#define SYM_DATA_END(name)	.size name, . - name

#endif
#endif
