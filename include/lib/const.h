/* SPDX-License-Identifier: BSD-2-Clause */
/* Constants that both C and assembly can read: _AC(1, UL) is 1UL in C and 1 in assembly. */
#ifndef LIB_CONST_H
#define LIB_CONST_H

#ifdef __ASSEMBLY__
#define _AC(x, suffix)	x
#else
#define __AC(x, suffix)	(x##suffix)
#define _AC(x, suffix)	__AC(x, suffix)
#endif

#define _BITUL(n)	(_AC(1, UL) << (n))

#define SZ_4K		_AC(0x1000, UL)
#define SZ_1M		_AC(0x100000, UL)
#define SZ_2M		_AC(0x200000, UL)
#define SZ_1G		_AC(0x40000000, UL)
#define SZ_4G		_AC(0x100000000, UL)

#endif
