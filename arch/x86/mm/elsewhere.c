/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel moves itself, see <asm/elsewhere.h>. The copy is made anew for each
 * call, with all CPUs stopped, and what of it is data goes back over the image at
 * the end. A variable is one before the copy and two after it: which of them a
 * CPU means depends on the tables it has loaded.
 */
#include <asm/elsewhere.h>
#include <asm/init_64.h>
#include <asm/irqflags.h>
#include <asm/io.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <kernel/smp.h>
#include <kernel/timekeeping.h>
#include <lib/string.h>
#include <mm/memblock.h>
#include <mm/page_alloc.h>
#include <uapi/errno.h>

#define STACK_ORDER	2
#define ARRIVE_NS	(2 * NSEC_PER_SEC)

void elsewhere_run(void (*fn)(void), phys_addr_t root, void *stack_end);
void elsewhere_wait(phys_addr_t root);

static struct {
	struct pgtable	pt;
	struct page	*image, *stack;		/* first of each run; NULL: there is none */
	unsigned int	image_order;
	struct list_head tables;		/* page->list */
	struct page	*(*alloc)(unsigned int order);
} place = { .tables = { &place.tables, &place.tables } };

/* Written and read where the image is: */
static u32 nr_arrived, nr_returned;		/* of the other CPUs; atomic */
static u32 go;					/* 1: over to the copy, 2: it is called off; atomic */
/* ... and in the copy, by assembly too: */
u32 elsewhere_nr_there, elsewhere_go_back;

static void (*function)(void);

/* ---------------------------------------------------------------- the place */

static u64 *table_va(phys_addr_t pa)
{
	return __va(pa);
}

static phys_addr_t table_alloc(void)
{
	struct page *page = place.alloc(0);

	if (!page)
		return 0;
	memset(page_address(page), 0, PAGE_SIZE);
	list_add(&page->list, &place.tables);
	return PFN_PHYS(page_to_pfn(page));
}

/* What of the image is the kernel's still: the boot's parts of it are memory like any other since they were freed. */
static const struct { char *start, *end; bool code; } parts[] = {
	{ _text, _sinittext, true }, { _einittext, _etext, true }, { __rodata_start, __init_bss_start, false },
	{ __init_bss_end, (char *)early_dynamic_pgts, false }, { (char *)(early_dynamic_pgts + EARLY_DYNAMIC_PAGE_TABLES), _end, false },
};

static unsigned long offset(const char *p)
{
	return p - _text;
}

static int map_image(void)
{
	phys_addr_t pa = PFN_PHYS(page_to_pfn(place.image));
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(parts) && !err; i++)
		err = pgtable_map(&place.pt, (unsigned long)parts[i].start, pa + offset(parts[i].start),
				  parts[i].end - parts[i].start, parts[i].code ? PAGE_KERNEL_ROX : PAGE_KERNEL);
	return err;
}

static int map_ram(void)
{
	struct memblock_region r;
	phys_addr_t at = 0, end = memblock_end();
	int err = 0;

	for (; !err && memblock_next_ram(at, end, &r); at = r.base + r.size)
		err = pgtable_map(&place.pt, (unsigned long)__va(r.base), r.base, r.size, PAGE_KERNEL);
	return err;
}

int elsewhere_prepare(struct page *(*alloc)(unsigned int order))
{
	unsigned long pages = (_end - _text) >> PAGE_SHIFT;

	for (place.image_order = 0; 1UL << place.image_order < pages; place.image_order++)
		;
	if (place.image_order >= MAX_ORDER)
		return -E2BIG;
	place.alloc = alloc;
	place.image = alloc(place.image_order);
	place.stack = alloc(STACK_ORDER);
	place.pt = kernel_pgtable;
	place.pt.table = table_va;
	place.pt.alloc = table_alloc;
	place.pt.root = table_alloc();
	if (!place.image || !place.stack || !place.pt.root)
		return -ENOMEM;
	return map_image() || map_ram() ? -ENOMEM : 0;
}

void elsewhere_finish(void)
{
	while (!list_empty(&place.tables)) {
		struct page *page = list_first_entry(&place.tables, struct page, list);

		list_del(&page->list);
		__free_pages(page, 0);
	}
	__free_pages(place.image, place.image_order);
	__free_pages(place.stack, STACK_ORDER);
	place.image = place.stack = NULL;
}

/* ---------------------------------------------------------------- there and back */

static void copy_parts(char *to, const char *from)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (!parts[i].code || to == page_address(place.image))
			memcpy(to + offset(parts[i].start), from + offset(parts[i].start), parts[i].end - parts[i].start);
}

/* What every other CPU does. */
static void move_and_wait(void *unused)
{
	u32 how;

	__atomic_fetch_add(&nr_arrived, 1, __ATOMIC_RELEASE);
	while (!(how = __atomic_load_n(&go, __ATOMIC_ACQUIRE)))
		cpu_relax();
	if (how == 1)
		elsewhere_wait(place.pt.root);
	__atomic_fetch_add(&nr_returned, 1, __ATOMIC_RELEASE);
}

/*
 * In the copy, on its stack. All else is where it was when this ends; the others
 * go back only then. The image's own text and rodata have not changed, but they were under test.
 */
static void run_in_copy(void)
{
	unsigned int nr = nr_arrived;

	while (__atomic_load_n(&elsewhere_nr_there, __ATOMIC_ACQUIRE) != nr)
		cpu_relax();
	function();
	copy_parts(__va(__pa(_text)), page_address(place.image));
	__atomic_store_n(&elsewhere_go_back, 1, __ATOMIC_RELEASE);
}

static bool wait_for(const u32 *nr, u32 wanted)
{
	u64 start = ktime_get();

	while (__atomic_load_n(nr, __ATOMIC_ACQUIRE) != wanted)
		if (ktime_get() - start > ARRIVE_NS)
			return false;
	return true;
}

static u32 nr_others(void)
{
	unsigned int cpu;
	u32 nr = 0;

	for_each_online_cpu(cpu)
		nr += cpu != smp_processor_id();
	return nr;
}

bool elsewhere_call(void (*fn)(void))
{
	unsigned long flags = local_irq_save();
	u32 others = nr_others();
	bool all;

	nr_arrived = nr_returned = go = elsewhere_nr_there = elsewhere_go_back = 0;
	function = fn;
	smp_call_function(move_and_wait, NULL, false);
	all = wait_for(&nr_arrived, others);
	if (all) {
		copy_parts(page_address(place.image), __va(__pa(_text)));
		__atomic_store_n(&go, 1, __ATOMIC_RELEASE);
		elsewhere_run(run_in_copy, place.pt.root, page_address(place.stack) + (PAGE_SIZE << STACK_ORDER));
	} else {
		__atomic_store_n(&go, 2, __ATOMIC_RELEASE);
	}
	while (__atomic_load_n(&nr_returned, __ATOMIC_ACQUIRE) != (all ? others : nr_arrived))
		cpu_relax();
	local_irq_restore(flags);
	return all;
}
