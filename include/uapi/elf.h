/* SPDX-License-Identifier: BSD-2-Clause */
/* ELF files of 64 bits (System V ABI), and what the kernel tells a program at its start (AT_...). */
#ifndef UAPI_ELF_H
#define UAPI_ELF_H

#include <lib/types.h>

#define ELFMAG		"\177ELF"
#define ELFCLASS64	2
#define ELFDATA2LSB	1
#define ET_EXEC		2
#define ET_DYN		3
#define EM_X86_64	62
#define EV_CURRENT	1

struct elf64_hdr {
	u8	e_ident[16];		/* magic, class, order of bytes, version */
	u16	e_type, e_machine;
	u32	e_version;
	u64	e_entry, e_phoff, e_shoff;
	u32	e_flags;
	u16	e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx;
};

#define EI_CLASS	4
#define EI_DATA		5
#define EI_VERSION	6

#define PT_LOAD		1
#define PT_INTERP	3
#define PT_PHDR		6
#define PT_GNU_STACK	0x6474e551

#define PF_X		1
#define PF_W		2
#define PF_R		4

struct elf64_phdr {
	u32	p_type, p_flags;
	u64	p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_align;
};

static_assert(sizeof(struct elf64_hdr) == 64 && sizeof(struct elf64_phdr) == 56, "as files have them");

#define AT_NULL			0
#define AT_PHDR			3
#define AT_PHENT		4
#define AT_PHNUM		5
#define AT_PAGESZ		6
#define AT_BASE			7
#define AT_FLAGS		8
#define AT_ENTRY		9
#define AT_UID			11
#define AT_EUID			12
#define AT_GID			13
#define AT_EGID			14
#define AT_PLATFORM		15
#define AT_HWCAP		16
#define AT_CLKTCK		17
#define AT_SECURE		23
#define AT_RANDOM		25
#define AT_HWCAP2		26
#define AT_RSEQ_FEATURE_SIZE	27
#define AT_RSEQ_ALIGN		28
#define AT_EXECFN		31
#define AT_SYSINFO_EHDR		33
#define AT_MINSIGSTKSZ		51

#endif
