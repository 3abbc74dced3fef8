/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page-table walk. It recurses once per level and knows no policy; what is
 * done with an entry is the visitor's business.
 */
#include <asm/pgtable.h>

#define MAX_PHYS	(PTE_PFN_MASK | ~PAGE_MASK)	/* 52 bits */

/* Bits of an address that are not translated: 16, or 7 with 5 levels. */
static unsigned int spare_bits(const struct pgtable *pt)
{
	return 64 - PGTABLE_LEVEL_SHIFT(pt->levels + 1);
}

/* Sign extension of an address in a space of 48 or 57 bits. */
static unsigned long canonical(const struct pgtable *pt, unsigned long va)
{
	return (unsigned long)((long)(va << spare_bits(pt)) >> spare_bits(pt));
}

static bool left_out(const struct pgtable *pt, u64 entry)
{
#ifdef LOADER_PART
	return false;
#else
	return pt->present_only && !(entry & _PAGE_PRESENT);
#endif
}

static int walk_table(struct pgtable *pt, phys_addr_t table_pa, unsigned int level,
		      unsigned long first, unsigned long last, pgtable_visit_t visit, void *ctx)
{
	unsigned int shift = PGTABLE_LEVEL_SHIFT(level);
	unsigned long span = (1UL << shift) - 1;
	unsigned int i = first >> shift & (PTRS_PER_TABLE - 1);
	unsigned int end = last >> shift & (PTRS_PER_TABLE - 1);
	u64 *table = pt->table(table_pa);
	int ret = 0;

	for (; i <= end; i++, first = (first | span) + 1) {
		if (left_out(pt, table[i]))
			continue;
		ret = visit(pt, &table[i], canonical(pt, first & ~span), level, ctx);
		if (ret == PGWALK_DESCEND)
			ret = walk_table(pt, table[i] & PTE_PFN_MASK, level - 1, first,
					 min(last, first | span), visit, ctx);
		if (ret)
			break;
	}
	return ret;
}

int pgtable_walk(struct pgtable *pt, unsigned long first, unsigned long last,
		 pgtable_visit_t visit, void *ctx)
{
	unsigned long translated = ~0UL >> spare_bits(pt);

	/* without the spare bits, so that a walk across the hole counts on evenly */
	return walk_table(pt, pt->root, pt->levels, first & translated, last & translated, visit, ctx);
}

struct map_request {
	unsigned long	va;
	unsigned long	last;
	phys_addr_t	pa;		/* of va */
	u64		prot;
};

static u64 leaf_entry(phys_addr_t pa, u64 prot, unsigned int level)
{
	return pa | prot | (level > 1 ? _PAGE_PSE : 0);
}

static int map_visit(struct pgtable *pt, u64 *entry, unsigned long va, unsigned int level, void *ctx)
{
	const struct map_request *req = ctx;
	unsigned long span = (1UL << PGTABLE_LEVEL_SHIFT(level)) - 1;
	phys_addr_t pa = req->pa + (va - req->va);
	bool whole = va >= req->va && req->last - va >= span;
	u64 same = ~(_PAGE_ACCESSED | _PAGE_DIRTY);	/* the CPU's own */
	phys_addr_t table;

	if (*entry & _PAGE_PRESENT) {
		if (!pgtable_is_leaf(*entry, level)) {
			*entry |= req->prot & _PAGE_USER;
			return PGWALK_DESCEND;
		}
		return (*entry ^ leaf_entry(pa, req->prot, level)) & same ? -2 : PGWALK_NEXT;
	}
	if (whole && level <= pt->max_leaf && !(pa & span)) {
		*entry = leaf_entry(pa, req->prot, level);
		return PGWALK_NEXT;
	}
	table = pt->alloc ? pt->alloc() : 0;
	if (!table)
		return -1;
	*entry = table | _KERNPG_TABLE | (req->prot & _PAGE_USER);
	return PGWALK_DESCEND;
}

/* Canonical from end to end, in one half. */
static bool range_exists(const struct pgtable *pt, const struct map_request *req)
{
	return req->last >= req->va && canonical(pt, req->va) == req->va &&
	       canonical(pt, req->last) == req->last && (long)(req->va ^ req->last) >= 0;
}

int pgtable_map(struct pgtable *pt, unsigned long va, phys_addr_t pa, u64 size, u64 prot)
{
	struct map_request req = { .va = va, .last = va + size - 1, .pa = pa, .prot = prot };

	if (!size)
		return 0;
	if (!range_exists(pt, &req) || pa + size - 1 < pa || pa + size - 1 > MAX_PHYS)
		return -2;
	return pgtable_walk(pt, va, req.last, map_visit, &req);
}

static int unmap_visit(struct pgtable *pt, u64 *entry, unsigned long va, unsigned int level, void *ctx)
{
	if (!(*entry & _PAGE_PRESENT))
		return PGWALK_NEXT;
	if (!pgtable_is_leaf(*entry, level))
		return PGWALK_DESCEND;
	*entry = 0;
	return PGWALK_NEXT;
}

void pgtable_unmap(struct pgtable *pt, unsigned long va, u64 size)
{
	pgtable_walk(pt, va, va + size - 1, unmap_visit, NULL);
}

struct lookup_request {
	unsigned long		va;
	struct pgtable_path	*path;
};

static int lookup_visit(struct pgtable *pt, u64 *entry, unsigned long va, unsigned int level, void *ctx)
{
	struct lookup_request *req = ctx;
	struct pgtable_path *path = req->path;

	path->entry[path->depth++] = *entry;
	if (!(*entry & _PAGE_PRESENT))
		return PGWALK_STOP;
	if (!pgtable_is_leaf(*entry, level))
		return PGWALK_DESCEND;
	path->leaf_level = level;
	path->pa = pgtable_leaf_pa(*entry, level) + (req->va - va);
	return PGWALK_STOP;
}

void pgtable_lookup(struct pgtable *pt, unsigned long va, struct pgtable_path *path)
{
	struct lookup_request req = { .va = va, .path = path };

	*path = (struct pgtable_path){ 0 };
	pgtable_walk(pt, va, va, lookup_visit, &req);
}
