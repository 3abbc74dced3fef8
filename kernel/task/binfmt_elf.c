// SPDX-License-Identifier: BSD-2-Clause
/*
 * Programs in ELF files: segments into memory, and the stack a program starts
 * with (System V ABI, AMD64 supplement, 3.4.1), from its end downwards: strings,
 * what AT_RANDOM and AT_PLATFORM point to, auxiliary vector, environment,
 * arguments, their number.
 */
#include <asm/elf.h>
#include <asm/ptrace.h>
#include <asm/uaccess.h>
#include <asm/vdso.h>
#include <kernel/cred.h>
#include <kernel/fork.h>
#include <kernel/fs.h>
#include <kernel/random.h>
#include <kernel/sched.h>
#include <lib/err.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include "binprm.h"

#define CLOCKS_PER_SEC	100		/* of times(); AT_CLKTCK */
#define RSEQ_FEATURE_SIZE 28		/* of struct rseq, up to mm_cid */
#define RSEQ_ALIGN	32

/* ---------------------------------------------------------------- headers */

/* All of it or an error. */
static int read_exactly(struct file *file, void *buf, size_t size, loff_t pos)
{
	ssize_t n = kernel_read(file, buf, size, &pos);

	return n < 0 ? n : n != size ? -ENOEXEC : 0;
}

int elf_open(struct elf_file *elf)
{
	struct elf64_hdr hdr;
	size_t size;
	int err;

	err = read_exactly(elf->file, &hdr, sizeof(hdr), 0);
	if (!err)
		err = elf_check_header(&hdr, sizeof(hdr), &elf->image);
	if (err)
		return err;
	size = elf->image.phnum * sizeof(struct elf64_phdr);
	elf->phdrs = kmalloc(size, GFP_KERNEL);
	if (!elf->phdrs)
		return -ENOMEM;
	err = read_exactly(elf->file, elf->phdrs, size, elf->image.phoff);
	return err ? err : elf_check_phdrs(elf->phdrs, TASK_SIZE, &elf->image);
}

void elf_close(struct elf_file *elf)
{
	kfree(elf->phdrs);
	if (elf->file) {
		allow_write_access(elf->file);
		fput(elf->file);
	}
	*elf = (struct elf_file){ 0 };
}

/* ---------------------------------------------------------------- segments */

static unsigned long segment_prot(const struct elf64_phdr *ph)
{
	return (ph->p_flags & PF_R ? PROT_READ : 0) | (ph->p_flags & PF_W ? PROT_WRITE : 0) |
	       (ph->p_flags & PF_X ? PROT_EXEC : 0);
}

/* Zeros from the end of the file part on: the rest of its last page, then pages of their own. */
static int map_bss(const struct elf64_phdr *ph, unsigned long bias)
{
	unsigned long start = bias + ph->p_vaddr + ph->p_filesz, end = bias + ph->p_vaddr + ph->p_memsz;
	unsigned long page = ALIGN(start, PAGE_SIZE);

	/* without PF_W nobody can tell what the rest of the page holds by relying on it */
	if (ph->p_filesz && ph->p_flags & PF_W && page != start && clear_user((void __user *)start, page - start))
		return -EFAULT;
	if (!ph->p_filesz)
		page = ALIGN_DOWN(start, PAGE_SIZE);
	return end > page ? vm_brk_flags(page, ALIGN(end, PAGE_SIZE) - page, ph->p_flags & PF_X ? VM_EXEC : 0) : 0;
}

static int map_segment(struct file *file, const struct elf64_phdr *ph, unsigned long bias)
{
	unsigned long in_page = ph->p_vaddr % PAGE_SIZE, addr;

	if (ph->p_filesz) {
		addr = vm_mmap(file, bias + ph->p_vaddr - in_page, in_page + ph->p_filesz, segment_prot(ph),
			       MAP_PRIVATE | MAP_FIXED, (ph->p_offset - in_page) / PAGE_SIZE);
		if (IS_ERR_VALUE(addr))
			return addr;
	}
	return ph->p_memsz > ph->p_filesz ? map_bss(ph, bias) : 0;
}

static bool range_is_free(unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma;
	bool free;

	if (end < start || end > TASK_SIZE || start < MMAP_MIN_ADDR)
		return false;
	mmap_read_lock(current->mm);
	vma = find_vma(current->mm, start);
	free = !vma || vma->vm_start >= end;
	mmap_read_unlock(current->mm);
	return free;
}

static int map_image(const struct elf_file *elf, unsigned long bias)
{
	unsigned int i;
	int err = 0;

	if (!range_is_free(bias + elf->image.start, bias + elf->image.end))
		return -ENOMEM;
	for (i = 0; i < elf->image.phnum && !err; i++)
		if (elf_is_loaded(&elf->phdrs[i]))
			err = map_segment(elf->file, &elf->phdrs[i], bias);
	return err;
}

/* Where /proc and brk() find the parts of the program. */
static void set_mm_parts(struct mm_struct *mm, const struct elf_file *elf, unsigned long bias)
{
	unsigned int i;

	mm->start_code = ~0UL;
	for (i = 0; i < elf->image.phnum; i++) {
		const struct elf64_phdr *ph = &elf->phdrs[i];
		unsigned long start = bias + ph->p_vaddr, end = start + ph->p_filesz;

		if (!elf_is_loaded(ph))
			continue;
		mm->start_code = min(mm->start_code, start);
		mm->start_data = start;
		if (ph->p_flags & PF_X)
			mm->end_code = end;
		mm->end_data = end;
	}
	mm->start_brk = mm->brk = ALIGN(bias + elf->image.brk, PAGE_SIZE);
	mm->start_brk = mm->brk = arch_randomize_brk(mm);
}

/* What loads a program goes where mmap() would put a file. Return: its bias or an error */
static unsigned long place_interp(const struct elf_image *image)
{
	unsigned long size = image->end - image->start, addr;

	if (!image->dyn)
		return 0;
	mmap_read_lock(current->mm);
	addr = get_unmapped_area(current->mm, 0, size + image->align - PAGE_SIZE, 0);
	mmap_read_unlock(current->mm);
	return IS_ERR_VALUE(addr) ? addr : ALIGN(addr, image->align) - image->start;
}

/* ---------------------------------------------------------------- the stack */

struct auxv {
	u64		v[2 * 24];
	unsigned int	nr;
};

static void add_aux(struct auxv *auxv, u64 type, u64 value)
{
	auxv->v[auxv->nr++] = type;
	auxv->v[auxv->nr++] = value;
}

/* In the order of Linux. */
static void fill_auxv(struct auxv *auxv, const struct binprm *bprm, unsigned long bias, unsigned long interp_bias)
{
	const struct elf_image *image = &bprm->elf.image;
	const struct cred *cred = current_cred();

	if (current->mm->vdso)
		add_aux(auxv, AT_SYSINFO_EHDR, (unsigned long)current->mm->vdso);
	add_aux(auxv, AT_MINSIGSTKSZ, elf_minsigstksz());
	add_aux(auxv, AT_HWCAP, elf_hwcap());
	add_aux(auxv, AT_PAGESZ, PAGE_SIZE);
	add_aux(auxv, AT_CLKTCK, CLOCKS_PER_SEC);
	add_aux(auxv, AT_PHDR, image->phdr ? bias + image->phdr : 0);
	add_aux(auxv, AT_PHENT, sizeof(struct elf64_phdr));
	add_aux(auxv, AT_PHNUM, image->phnum);
	add_aux(auxv, AT_BASE, bprm->interp.file ? interp_bias + bprm->interp.image.start : 0);
	add_aux(auxv, AT_FLAGS, 0);
	add_aux(auxv, AT_ENTRY, bias + image->entry);
	add_aux(auxv, AT_UID, cred->uid);
	add_aux(auxv, AT_EUID, cred->euid);
	add_aux(auxv, AT_GID, cred->gid);
	add_aux(auxv, AT_EGID, cred->egid);
	add_aux(auxv, AT_SECURE, bprm->secure);
	add_aux(auxv, AT_RANDOM, 0);		/* fill_stack() knows where */
	add_aux(auxv, AT_HWCAP2, elf_hwcap2());
	add_aux(auxv, AT_EXECFN, bprm->exec);
	add_aux(auxv, AT_PLATFORM, 0);
	add_aux(auxv, AT_RSEQ_FEATURE_SIZE, RSEQ_FEATURE_SIZE);
	add_aux(auxv, AT_RSEQ_ALIGN, RSEQ_ALIGN);
	add_aux(auxv, AT_NULL, 0);
}

static void set_aux(struct auxv *auxv, u64 type, u64 value)
{
	unsigned int i;

	for (i = 0; i < auxv->nr; i += 2)
		if (auxv->v[i] == type)
			auxv->v[i + 1] = value;
}

/* Strings lie one behind the other from @str on: a pointer to each to @table. Return: the first byte behind them, 0: fault */
static unsigned long put_pointers(u64 __user *table, unsigned long str, int nr)
{
	long len;
	int i;

	for (i = 0; i < nr; i++) {
		if (put_user(str, &table[i]))
			return 0;
		len = strnlen_user((const char __user *)str, MAX_ARG_STRLEN);
		if (len < 0 || len == MAX_ARG_STRLEN)
			return 0;
		str += len + 1;
	}
	return put_user(0, &table[nr]) ? 0 : str;
}

/* Return: the stack pointer to start with, 0: fault */
static unsigned long fill_stack(const struct binprm *bprm, struct auxv *auxv)
{
	static const char platform[] = ELF_PLATFORM;
	struct mm_struct *mm = current->mm;
	unsigned long sp = bprm->p, words;
	u64 __user *table;
	u8 random[16];

	sp -= sizeof(platform);
	set_aux(auxv, AT_PLATFORM, sp);
	if (copy_to_user((void __user *)sp, platform, sizeof(platform)))
		return 0;
	sp -= sizeof(random);
	set_aux(auxv, AT_RANDOM, sp);
	get_random_bytes(random, sizeof(random));
	if (copy_to_user((void __user *)sp, random, sizeof(random)))
		return 0;

	words = 1 + bprm->argc + 1 + bprm->envc + 1 + auxv->nr;
	sp = ALIGN_DOWN(sp - words * sizeof(u64), 16);
	table = (u64 __user *)sp;
	if (put_user(bprm->argc, table))
		return 0;
	mm->arg_start = bprm->p;
	mm->arg_end = mm->env_start = put_pointers(table + 1, mm->arg_start, bprm->argc);
	if (!mm->arg_end)
		return 0;
	mm->env_end = put_pointers(table + 1 + bprm->argc + 1, mm->env_start, bprm->envc);
	if (!mm->env_end)
		return 0;
	if (copy_to_user(table + words - auxv->nr, auxv->v, auxv->nr * sizeof(u64)))
		return 0;
	memcpy(mm->saved_auxv, auxv->v, auxv->nr * sizeof(u64));
	mm->start_stack = sp;
	return sp;
}

/* ---------------------------------------------------------------- all of it */

int elf_load(struct binprm *bprm)
{
	struct elf_file *elf = &bprm->elf, *interp = &bprm->interp;
	unsigned long bias = 0, interp_bias = 0, sp;
	struct auxv auxv = { .nr = 0 };
	int err;

	if (elf->image.dyn)
		bias = ALIGN_DOWN(elf_dyn_base(), elf->image.align) - elf->image.start;
	err = map_image(elf, bias);
	if (err)
		return err;
	set_mm_parts(current->mm, elf, bias);
	if (interp->file) {
		interp_bias = place_interp(&interp->image);
		err = IS_ERR_VALUE(interp_bias) ? (int)interp_bias : map_image(interp, interp_bias);
		if (err)
			return err;
	}
	err = vdso_map(current->mm);
	if (err)
		return err;
	fill_auxv(&auxv, bprm, bias, interp_bias);
	sp = fill_stack(bprm, &auxv);
	if (!sp)
		return -EFAULT;
	flush_thread();
	start_thread(task_pt_regs(current), interp->file ? interp_bias + interp->image.entry : bias + elf->image.entry,
		     sp);
	return 0;
}
