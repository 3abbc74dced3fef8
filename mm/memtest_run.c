/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory test: what is free is taken, tested and given back, without the
 * pages found bad. Memory of the buddy lists is allocated run by run, down to a
 * reserve for the kernel; what is not initialised yet is held where it is, so a
 * test of a large machine does not initialise it. All CPUs work at a pass, and
 * the next begins when it is done.
 *
 * "memtest" or "memtest=WORD,WORD..." on the command line, "memtest WORD..." in
 * the monitor; the words are those of memtest_option().
 *
 * memtest.inject=ADDRESS,BIT is for testing the test: after each write pass the
 * bit of the word at that physical address is set, as if it stuck.
 */
#include "internal.h"
#include "memtest.h"
#include <asm/setup.h>
#include <kernel/console.h>
#include <kernel/delay.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <kernel/stage.h>
#include <kernel/timekeeping.h>
#include <kernel/workqueue.h>
#include <lib/cmdline.h>
#include <lib/memparse.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <mm/init.h>

#define RESERVE_PAGES	64		/* free pages the kernel keeps while the test runs */
#define LIST_ORDER	2		/* pages of the list of ranges under test */
#define MAX_BAD		64		/* bad ranges kept apart; must be above 1 */
#define MAX_REPORTS	16		/* errors printed, of each run */
#define PIECE_SIZE	SZ_1M		/* a CPU's turn */
#define CONSOLE_CPU	0		/* draws the bar and looks at keys, after each turn */
#define BAR_WIDTH	24

#define KEY_CTRL_C	3
#define KEY_ESC		0x1b

static struct memtest_options options;
static struct list_head runs;		/* page->list of what was allocated, page->order */
static struct memblock_type memory;	/* under test */
static struct memblock_region bad_regions[MAX_BAD];
static struct memblock_type bad = { .max = MAX_BAD, .regions = bad_regions };

static struct memtest_pass pass;	/* what all CPUs are at */
static struct memtest_work work;
static u64 cpus;			/* that had a piece; atomic */

static struct spinlock bad_lock;	/* guards bad and nr_errors */
static unsigned long nr_errors;
static u64 moved, to_move;		/* bytes read and written, now and at the end; atomic */
static unsigned int percent_shown;	/* by the bar, 0: there is none; atomic */
static const char *doing;		/* name of the pattern */
static bool stopped;			/* by a key */

static struct { bool on; phys_addr_t pa; u64 bit; } inject;

/* ---------------------------------------------------------------- what is seen of it */

/* Written over itself, and not kept in the log. */
static void draw_bar(unsigned int percent)
{
	static const char full[] = "########################", none[] = "                        ";
	unsigned int n = percent * BAR_WIDTH / 100;
	char line[80];
	int len;

	static_assert(sizeof(full) == BAR_WIDTH + 1 && sizeof(none) == sizeof(full), "the bar is full at the end");
	len = snprintf(line, sizeof(line), "\rmemtest: [%.*s%.*s] %3u%% %-8s", (int)n, full, (int)(BAR_WIDTH - n),
		       none, percent, doing);
	console_write(line, len);
}

static void erase_bar(void)
{
	static const char blank[] = "\r                                                    \r";

	if (__atomic_exchange_n(&percent_shown, 0, __ATOMIC_RELAXED))
		console_write(blank, sizeof(blank) - 1);
}

static void look_at_keys(void)
{
	int c = console_getc();

	if (c == KEY_CTRL_C || c == KEY_ESC)
		__atomic_store_n(&stopped, true, __ATOMIC_RELAXED);
}

static void show_progress(void)
{
	u64 now = __atomic_load_n(&moved, __ATOMIC_RELAXED);
	unsigned int percent = min(now / (to_move / 100 + 1), (u64)100);

	if (!boot_deterministic() && __atomic_exchange_n(&percent_shown, percent, __ATOMIC_RELAXED) != percent)
		draw_bar(percent);
}

static void error(phys_addr_t pa, u64 expected, u64 found)
{
	unsigned long nr, flags = spin_lock_irqsave(&bad_lock);

	memtest_add_bad(&bad, ALIGN_DOWN(pa, PAGE_SIZE), PAGE_SIZE);
	nr = nr_errors++;
	spin_unlock_irqrestore(&bad_lock, flags);
	if (nr >= MAX_REPORTS)
		return;
	erase_bar();
	printk(KERN_ERR "memtest: error at %#llx in %s: expected %016llx, found %016llx, bits %016llx%s\n",
	       (unsigned long long)pa, doing, (unsigned long long)expected, (unsigned long long)found,
	       (unsigned long long)(expected ^ found), expected == found ? ", right when read again" : "");
}

/* ---------------------------------------------------------------- taking memory */

static bool within_limit(u64 more)
{
	return !options.limit || memblock_total(&memory) + more <= options.limit;
}

static bool take_run(unsigned int order)
{
	struct page *page;

	if (!within_limit(PAGE_SIZE << order) ||
	    nr_free_pages() - nr_deferred_pages() < RESERVE_PAGES + (1UL << order))
		return false;
	page = alloc_pages(GFP_KERNEL | __GFP_NOGROW, order);
	if (!page)
		return false;
	if (memblock_add_range(&memory, PFN_PHYS(page_to_pfn(page)), PAGE_SIZE << order)) {
		__free_pages(page, order);
		return false;
	}
	list_add(&page->list, &runs);
	return true;
}

static void take_deferred(const struct zone *zone)
{
	unsigned long pfn = zone->start_pfn, nr;

	for (; (nr = zone_next_deferred(zone, &pfn, zone->end_pfn)); pfn += nr) {
		if (!within_limit(PFN_PHYS(nr)))
			nr = PHYS_PFN(options.limit - memblock_total(&memory));
		if (!nr || memblock_add_range(&memory, PFN_PHYS(pfn), PFN_PHYS(nr)))
			return;
	}
}

static void take_memory(void)
{
	const struct zone *zone;
	unsigned int order;

	list_init(&runs);
	for (order = MAX_ORDER; order-- > 0; )
		while (take_run(order))
			;
	zones_hold_deferred(true);
	for_each_zone(zone)
		take_deferred(zone);
}

/* ---------------------------------------------------------------- giving it back */

static bool is_bad(phys_addr_t pa, u64 size)
{
	unsigned int i;

	for (i = 0; i < bad.cnt; i++)
		if (pa < bad.regions[i].base + bad.regions[i].size && bad.regions[i].base < pa + size)
			return true;
	return false;
}

/* Without a note in memblock's list an allocated page stays allocated; one not initialised cannot be kept out. */
static unsigned long retired(unsigned long pfn, int err)
{
	if (err)
		boot_warn(STAGE_PAGE_ALLOC, "memtest: no room to keep a note of the bad page at %#llx",
			  (unsigned long long)PFN_PHYS(pfn));
	return !err;
}

static unsigned long return_run(struct page *page, unsigned int order)
{
	unsigned long i, pfn = page_to_pfn(page), nr = 0;

	if (!is_bad(PFN_PHYS(pfn), PAGE_SIZE << order)) {
		__free_pages(page, order);
		return 0;
	}
	split_page(page, order);
	for (i = 0; i < 1UL << order; i++)
		if (is_bad(PFN_PHYS(pfn + i), PAGE_SIZE))
			nr += retired(pfn + i, page_retire(page + i));
		else
			__free_pages(page + i, 0);
	return nr;
}

static unsigned long retire_deferred(struct zone *zone, const struct memblock_region *range)
{
	unsigned long pfn = PHYS_PFN(range->base), nr = 0;

	for (; zone_next_deferred(zone, &pfn, PHYS_PFN(range->base + range->size)); pfn++)
		nr += retired(pfn, zone_retire_deferred(zone, pfn));
	return nr;
}

/* Return: pages taken out. */
static unsigned long return_memory(void)
{
	struct zone *zone;
	unsigned long nr = 0;
	unsigned int i;

	while (!list_empty(&runs)) {
		struct page *page = list_first_entry(&runs, struct page, list);

		list_del(&page->list);
		nr += return_run(page, page->order);
	}
	for_each_zone(zone)
		for (i = 0; i < bad.cnt; i++)
			nr += retire_deferred(zone, &bad.regions[i]);
	zones_hold_deferred(false);
	drain_local_pages();
	return nr;
}

/* ---------------------------------------------------------------- passes */

static void inject_error(const struct memblock_region *piece)
{
	if (inject.on && inject.pa >= piece->base && inject.pa - piece->base < piece->size)
		*(volatile u64 *)__va(inject.pa) |= inject.bit;
}

/* What each CPU does for a pass: pieces, until there are no more. */
static void do_pieces(struct work_struct *unused)
{
	unsigned int cpu = smp_processor_id();
	struct memblock_region r;

	while (!__atomic_load_n(&stopped, __ATOMIC_RELAXED) && memtest_work_next(&work, PIECE_SIZE, &r)) {
		struct memtest_piece piece = { __va(r.base), r.base, r.size >> PAGE_SHIFT, error };

		memtest_pass_run(&pass, &piece);
		if (pass.op != MEMTEST_CHECK)
			inject_error(&r);
		__atomic_fetch_add(&moved, r.size * memtest_pass_words(pass.op), __ATOMIC_RELAXED);
		__atomic_fetch_or(&cpus, CPU_MASK(cpu), __ATOMIC_RELAXED);
		if (cpu == CONSOLE_CPU) {
			show_progress();
			look_at_keys();
		}
	}
}

static void wait_for_fading(void)
{
	unsigned int ms, step;

	for (ms = 0; ms < options.fade_ms && !stopped; ms += step) {
		step = min(options.fade_ms - ms, 50u);
		mdelay(step);
		look_at_keys();
	}
}

static void do_pass(void)
{
	if (pass.op == MEMTEST_WAIT) {
		wait_for_fading();
		return;
	}
	work = (struct memtest_work){ .memory = &memory, .down = pass.op == MEMTEST_DOWN };
	schedule_on_each_cpu(do_pieces);
}

static void do_pattern(unsigned int pattern, u64 seed)
{
	unsigned int nr;

	doing = memtest_pattern_name(pattern);
	for (nr = 0; !stopped && memtest_pattern_pass(pattern, nr, seed, &pass); nr++)
		do_pass();
}

static u64 bytes_of_one_pass(void)
{
	u64 words = 0;
	unsigned int pattern, nr;
	struct memtest_pass p;

	for (pattern = 0; pattern < MEMTEST_PATTERNS; pattern++)
		for (nr = 0; options.patterns & 1u << pattern && memtest_pattern_pass(pattern, nr, 0, &p); nr++)
			words += memtest_pass_words(p.op);
	return words * memblock_total(&memory);
}

/* Return: whole passes done. */
static unsigned int do_passes(void)
{
	unsigned int n, pattern;

	for (n = 0; n < options.passes; n++) {
		for (pattern = 0; pattern < MEMTEST_PATTERNS; pattern++)
			if (options.patterns & 1u << pattern)
				do_pattern(pattern, options.seed + n);
		if (stopped)
			break;
	}
	return n;
}

/* ---------------------------------------------------------------- the result */

static unsigned int nr_bits(u64 mask)
{
	unsigned int nr;

	for (nr = 0; mask; mask &= mask - 1)
		nr++;
	return nr;
}

static void print_rate(u64 ns)
{
	u64 us = ns / NSEC_PER_USEC;
	unsigned int nr_cpus = nr_bits(cpus);

	if (us && !boot_deterministic())
		printk("memtest: %llu MB read and written in %llu ms on %u CPU%s: %llu MB/s\n",
		       (unsigned long long)(moved / 1000000), (unsigned long long)(us / 1000), nr_cpus,
		       nr_cpus == 1 ? "" : "s", (unsigned long long)(moved / us));
}

static void print_bad(unsigned long retired)
{
	unsigned int i;

	if (!bad.cnt)
		return;
	for (i = 0; i < bad.cnt; i++)
		printk(KERN_ERR "memtest: bad [mem %#018llx-%#018llx] %llu KiB\n", (unsigned long long)bad.regions[i].base,
		       (unsigned long long)(bad.regions[i].base + bad.regions[i].size - 1),
		       (unsigned long long)(bad.regions[i].size >> 10));
	printk(KERN_ERR "memtest: %lu KiB taken out of use; on the next boot this keeps them out:\n",
	       retired << (PAGE_SHIFT - 10));
	printk(KERN_ERR "memmap=");
	for (i = 0; i < bad.cnt; i++)
		printk("%s%lluK$%#llx", i ? "," : "", (unsigned long long)(bad.regions[i].size >> 10),
		       (unsigned long long)bad.regions[i].base);
	printk("\n");
}

static bool alloc_list(struct page **list)
{
	*list = alloc_pages(GFP_KERNEL, LIST_ORDER);
	if (!*list) {
		printk("memtest: no memory for a list of what to test\n");
		return false;
	}
	memory = (struct memblock_type){ .regions = page_address(*list),
		.max = (PAGE_SIZE << LIST_ORDER) / sizeof(struct memblock_region) };
	return true;
}

static void memtest(void)
{
	unsigned long free = nr_free_pages(), retired;
	unsigned int passes;
	struct page *list;
	u64 start, took;

	if (!alloc_list(&list))
		return;
	memtest_defaults(&options);
	nr_errors = bad.cnt = 0;
	stopped = false;
	take_memory();
	moved = cpus = percent_shown = 0;
	to_move = bytes_of_one_pass() * options.passes;
	printk("memtest: testing %llu of %lu KiB free\n", (unsigned long long)(memblock_total(&memory) >> 10),
	       free << (PAGE_SHIFT - 10));
	start = ktime_get();
	passes = do_passes();
	took = ktime_get() - start;
	erase_bar();
	retired = return_memory();
	__free_pages(list, LIST_ORDER);
	printk("memtest: %u of %u passes%s, %lu errors\n", passes, options.passes, stopped ? ", stopped by a key" : "",
	       nr_errors);
	print_rate(took);
	print_bad(retired);
}

/* ---------------------------------------------------------------- who asks for it */

static void read_inject(void)
{
	char value[40];
	const char *end;
	u64 bit;

	inject.on = false;
	if (cmdline_find_option(boot_command_line, "memtest.inject", value, sizeof(value)) <= 0)
		return;
	inject.pa = ALIGN_DOWN(memparse(value, &end), sizeof(u64));
	if (*end == ',') {
		bit = memparse(end + 1, &end);
		inject.bit = 1ULL << bit % 64;
		inject.on = !*end;
	}
	if (!inject.on)
		boot_warn(STAGE_PAGE_ALLOC, "memtest.inject=%s makes no sense, ignored", value);
}

/* Cut at commas. Words that make no sense are named and left out. */
static void boot_words(char *words)
{
	while (words && *words) {
		char *next = strchr(words, ',');

		if (next)
			*next++ = '\0';
		if (memtest_option(&options, words))
			boot_warn(STAGE_PAGE_ALLOC, "memtest: '%s' makes no sense, ignored", words);
		words = next;
	}
}

void memtest_if_asked(void)
{
	char words[128];
	int len = cmdline_find_option(boot_command_line, "memtest", words, sizeof(words));

	if ((len < 0 && !cmdline_find_option_bool(boot_command_line, "memtest")) || (len > 0 && !strcmp(words, "0")))
		return;
	options = (struct memtest_options){ 0 };
	if (len >= (int)sizeof(words))
		boot_warn(STAGE_PAGE_ALLOC, "memtest= is longer than %d bytes, ignored", (int)sizeof(words) - 1);
	else if (len > 0)
		boot_words(words);
	read_inject();
	memtest();
}

static int cmd_memtest(int argc, char **argv)
{
	int i;

	options = (struct memtest_options){ 0 };
	for (i = 1; i < argc; i++)
		if (memtest_option(&options, argv[i]))
			return -1;
	read_inject();
	memtest();
	return 0;
}
MONITOR_COMMAND(memtest, "[PASSES] [PATTERN...] [limit=SIZE] [fade=MS] [seed=N]",
		"test all free memory; Ctrl-C or Esc ends it", cmd_memtest);
