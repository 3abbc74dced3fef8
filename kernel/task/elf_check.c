// SPDX-License-Identifier: BSD-2-Clause
/*
 * ELF headers are whatever somebody wrote into a file. Here each number in them
 * is checked once; who loads the segments afterwards only adds.
 */
#include <kernel/elf_check.h>
#include <lib/string.h>
#include <uapi/errno.h>

#define MAX_ALIGN	(1UL << 30)	/* more is not honoured, as no page is larger */

int elf_check_header(const void *buf, size_t size, struct elf_image *image)
{
	struct elf64_hdr hdr;

	if (size < sizeof(hdr))
		return -ENOEXEC;
	memcpy(&hdr, buf, sizeof(hdr));
	if (memcmp(hdr.e_ident, ELFMAG, 4) || hdr.e_ident[EI_CLASS] != ELFCLASS64 ||
	    hdr.e_ident[EI_DATA] != ELFDATA2LSB || hdr.e_machine != EM_X86_64)
		return -ENOEXEC;
	if (hdr.e_type != ET_EXEC && hdr.e_type != ET_DYN)
		return -ENOEXEC;
	if (hdr.e_phentsize != sizeof(struct elf64_phdr) || !hdr.e_phnum || hdr.e_phnum > ELF_MAX_PHDRS)
		return -ENOEXEC;
	if (hdr.e_phoff > INT64_MAX - hdr.e_phnum * sizeof(struct elf64_phdr))
		return -ENOEXEC;
	*image = (struct elf_image){
		.dyn = hdr.e_type == ET_DYN, .entry = hdr.e_entry, .phoff = hdr.e_phoff, .phnum = hdr.e_phnum,
		.align = ELF_PAGE, .exec_stack = true,
	};
	return 0;
}

static int check_load(const struct elf64_phdr *ph, u64 limit, u64 last)
{
	if (ph->p_offset > INT64_MAX || ph->p_filesz > INT64_MAX - ph->p_offset)
		return -ENOEXEC;
	if ((ph->p_offset ^ ph->p_vaddr) % ELF_PAGE)
		return -ENOEXEC;
	if (ph->p_vaddr >= limit || ph->p_memsz > limit - ph->p_vaddr)
		return -ENOMEM;
	return ph->p_vaddr < last ? -ENOEXEC : 0;
}

static void add_load(const struct elf64_phdr *ph, bool first, struct elf_image *image)
{
	if (first)
		image->start = ALIGN_DOWN(ph->p_vaddr, ELF_PAGE);
	image->brk = ph->p_vaddr + ph->p_memsz;
	image->end = ALIGN(image->brk, ELF_PAGE);
	if (!(ph->p_align & (ph->p_align - 1)) && ph->p_align <= MAX_ALIGN)
		image->align = max(image->align, ph->p_align);
}

/* The headers of the program are in memory when a segment brings the part of the file they are in. */
static void find_phdr(const struct elf64_phdr *ph, struct elf_image *image)
{
	u64 size = image->phnum * sizeof(*ph);

	if (!image->phdr && image->phoff >= ph->p_offset && image->phoff - ph->p_offset <= ph->p_filesz &&
	    size <= ph->p_filesz - (image->phoff - ph->p_offset))
		image->phdr = ph->p_vaddr + (image->phoff - ph->p_offset);
}

int elf_check_phdrs(const struct elf64_phdr *phdrs, u64 limit, struct elf_image *image)
{
	const struct elf64_phdr *ph;
	unsigned int i, nr = 0;
	int err;

	limit = ALIGN_DOWN(limit, ELF_PAGE);
	for (i = 0; i < image->phnum; i++) {
		ph = &phdrs[i];
		if (ph->p_type == PT_GNU_STACK)
			image->exec_stack = ph->p_flags & PF_X;
		if (ph->p_type == PT_INTERP && !image->interp)
			image->interp = ph;
		if (ph->p_type == PT_LOAD && ph->p_filesz > ph->p_memsz)
			return -ENOEXEC;
		if (!elf_is_loaded(ph))
			continue;
		err = check_load(ph, limit, image->brk);
		if (err)
			return err;
		add_load(ph, !nr++, image);
		find_phdr(ph, image);
	}
	return nr ? 0 : -ENOEXEC;
}
