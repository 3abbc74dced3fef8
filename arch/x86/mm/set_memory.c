/* SPDX-License-Identifier: BSD-2-Clause */
/* Rights of pages that are mapped: one walk, which splits large pages on its way. */
#include <asm/set_memory.h>
#include <asm/init_64.h>
#include <asm/tlb.h>
#include <uapi/errno.h>

struct rights {
	unsigned long	va, last;
	u64		set, clear;
};

/* The same memory with the same rights, in pages of the next smaller size. */
static int split(struct pgtable *pt, u64 *entry, unsigned int level)
{
	u64 step = 1UL << PGTABLE_LEVEL_SHIFT(level - 1), leaf = *entry;
	phys_addr_t table_pa = pt->alloc ? pt->alloc() : 0;
	unsigned int i;
	u64 *table;

	if (!table_pa)
		return -ENOMEM;
	if (level == 2)
		leaf &= ~_PAGE_PSE;		/* in the last level the bit selects a cache type */
	table = pt->table(table_pa);
	for (i = 0; i < PTRS_PER_TABLE; i++)
		table[i] = leaf + i * step;
	*entry = table_pa | _KERNPG_TABLE;
	return 0;
}

static int rights_visit(struct pgtable *pt, u64 *entry, unsigned long va, unsigned int level, void *ctx)
{
	const struct rights *r = ctx;
	unsigned long span = (1UL << PGTABLE_LEVEL_SHIFT(level)) - 1;
	bool whole = va >= r->va && r->last - va >= span;
	u64 wanted = (*entry & ~r->clear) | r->set;
	int err;

	if (!(*entry & _PAGE_PRESENT))
		return -EINVAL;
	if (!pgtable_is_leaf(*entry, level))
		return PGWALK_DESCEND;
	if (whole || wanted == *entry) {
		*entry = wanted;
		return PGWALK_NEXT;
	}
	err = split(pt, entry, level);
	return err ? err : PGWALK_DESCEND;
}

/* All is flushed: the TLB may hold parts of a page that was split, and this is rare. */
static int change(unsigned long va, u64 size, u64 set, u64 clear)
{
	struct rights r = { .va = va, .last = va + size - 1, .set = set, .clear = clear };
	int err;

	if (!size)
		return 0;
	err = pgtable_walk(&kernel_pgtable, va, r.last, rights_visit, &r);
	flush_tlb_kernel();
	return err;
}

int set_memory_ro(unsigned long va, u64 size)
{
	return change(va, size, 0, _PAGE_RW);
}

int set_memory_rw(unsigned long va, u64 size)
{
	return change(va, size, _PAGE_RW, 0);
}

void image_retire(const char *start, const char *end)
{
	pgtable_unmap(&kernel_pgtable, (unsigned long)start, end - start);
	flush_tlb_kernel_range((unsigned long)start, (unsigned long)end);
	set_memory_rw((unsigned long)__va(__pa(start)), end - start);
}
