/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's side of <asm/vdso.h>: its pages, and how they get into a program's memory. */
#include <asm/vdso.h>
#include <kernel/initmem.h>
#include <kernel/panic.h>
#include <lib/err.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <mm/page_alloc.h>

#define MAX_PAGES	4

extern const char vdso_image[], vdso_image_end[];

static struct page *vvar_page, *vdso_pages[MAX_PAGES];
static unsigned int nr_pages;

/* With a reference that nobody gives back: the last program that has it mapped does not free it. */
static struct page * __init kept_page(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);

	if (page)
		page->refcount = 1;
	return page;
}

void __init vdso_init(void)
{
	size_t size = vdso_image_end - vdso_image, at;

	vvar_page = kept_page();
	for (at = 0; at < size && nr_pages < MAX_PAGES; at += PAGE_SIZE) {
		struct page *page = kept_page();

		if (!page)
			break;
		memcpy(page_address(page), vdso_image + at, min(size - at, (size_t)PAGE_SIZE));
		vdso_pages[nr_pages++] = page;
	}
	if (!vvar_page || at < size)
		panic("no memory for the vDSO");
	vdso_data_move(page_address(vvar_page));
}

/* ---------------------------------------------------------------- in a program's memory */

static enum vm_fault_result give(struct vm_fault *vmf, struct page *page)
{
	get_page(page);
	vmf->page = page;
	return VM_FAULT_OK;
}

static enum vm_fault_result vvar_fault(struct vm_area_struct *vma, struct vm_fault *vmf)
{
	return give(vmf, vvar_page);
}

static enum vm_fault_result vdso_fault(struct vm_area_struct *vma, struct vm_fault *vmf)
{
	unsigned long nr = (vmf->address - vma->vm_start) >> PAGE_SHIFT;

	return nr < nr_pages ? give(vmf, vdso_pages[nr]) : VM_FAULT_SIGBUS;
}

static const char *vvar_name(struct vm_area_struct *vma)
{
	return "[vvar]";
}

static const char *vdso_name(struct vm_area_struct *vma)
{
	return "[vdso]";
}

static const struct vm_operations_struct vvar_ops = { .fault = vvar_fault, .name = vvar_name };
static const struct vm_operations_struct vdso_ops = { .fault = vdso_fault, .name = vdso_name };

int vdso_map(struct mm_struct *mm)
{
	unsigned long size = (1 + nr_pages) * PAGE_SIZE, addr;
	struct vm_area_struct *vma;
	int err = 0;

	mmap_write_lock(mm);
	addr = get_unmapped_area(mm, 0, size, 0);
	if (IS_ERR((void *)addr)) {
		err = (long)addr;
		goto out;
	}
	vma = install_special_mapping(mm, addr, PAGE_SIZE, VM_READ | VM_MAYREAD | VM_DONTEXPAND, &vvar_ops, NULL);
	if (!IS_ERR(vma))
		vma = install_special_mapping(mm, addr + PAGE_SIZE, nr_pages * PAGE_SIZE,
					      VM_READ | VM_EXEC | VM_MAYREAD | VM_MAYEXEC | VM_DONTEXPAND, &vdso_ops, NULL);
	if (IS_ERR(vma))
		err = PTR_ERR(vma);
	else
		mm->vdso = (void *)(addr + PAGE_SIZE);
out:
	mmap_write_unlock(mm);
	return err;
}
