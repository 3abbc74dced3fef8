/* SPDX-License-Identifier: BSD-2-Clause */
/* What an ELF file says of itself, checked: see kernel/task/elf_check.c. */
#ifndef KERNEL_ELF_CHECK_H
#define KERNEL_ELF_CHECK_H

#include <uapi/elf.h>

#define ELF_MAX_PHDRS	(65536 / sizeof(struct elf64_phdr))	/* as on Linux: one kmalloc() of 64 KiB */
#define ELF_PAGE	4096UL

struct elf_image {
	bool	dyn;			/* ET_DYN: addresses are distances from where it is put */
	u64	entry;
	u64	phoff;			/* program headers in the file */
	unsigned int phnum;
	u64	start, end;		/* of all segments in memory, whole pages */
	u64	align;			/* what start wants to be a multiple of, a power of two of pages */
	u64	phdr;			/* where the program headers are in memory, 0: nowhere */
	u64	brk;			/* end of the last segment, in bytes */
	bool	exec_stack;		/* asked for, or not said */
	const struct elf64_phdr *interp;	/* path of another file that loads this one; NULL: static */
};

/**
 * elf_check_header() - the first bytes of a file
 * Return: 0; image->phoff and image->phnum say which bytes come next. -ENOEXEC: not an ELF file of ours.
 */
int elf_check_header(const void *buf, size_t size, struct elf_image *image);

/**
 * elf_check_phdrs() - the image->phnum program headers
 * After it, each PT_LOAD with p_memsz lies in [start, end) behind the one before, its file part is not
 * larger than its memory, its offset in the file and its address agree within a page, and no sum of its
 * fields overflows.
 * @limit: end of what a program may have. Return: 0 or -ENOEXEC; -ENOMEM: it does not fit below @limit.
 */
int elf_check_phdrs(const struct elf64_phdr *phdrs, u64 limit, struct elf_image *image);

static inline bool elf_is_loaded(const struct elf64_phdr *ph)
{
	return ph->p_type == PT_LOAD && ph->p_memsz;
}

#endif
