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
#include "memtest_own.h"
#include <asm/setup.h>
#include <kernel/console.h>
#include <kernel/delay.h>
#include <kernel/monitor.h>
#include <kernel/picture.h>
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
#define LIST_ORDER	3		/* pages of the lists of ranges under test */
#define MAX_BAD		64		/* bad ranges kept apart; must be above 1 */
#define PIECE_SIZE	SZ_1M		/* a CPU's turn */
#define CONSOLE_CPU	0		/* draws the bar and looks at keys, after each turn */
#define BAR_WIDTH	24
#define DRAW_NS		(NSEC_PER_SEC / 4)	/* from one picture to the next */

#define KEY_CTRL_C	3

struct memtest_state memtest_now;

static struct memtest_options *const options = &memtest_now.options;
static struct memblock_type *const memory = &memtest_now.memory, *const bad = &memtest_now.bad;
static struct list_head runs;		/* page->list of what was allocated, page->order */
static struct memblock_region bad_regions[MAX_BAD];

static struct memtest_work work;
static struct memblock_type own;	/* what the kernel is in, and is tested last; empty: it is not */
static u64 own_tested;			/* bytes of it */
static bool full_screen;		/* the panel is shown, and not lines and the bar */
static u64 drawn;			/* when the panel was, ns */
static unsigned int percent_shown;	/* by the bar, 0: there is none; atomic */

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
		       none, percent, memtest_now.pattern);
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
	int c = monitor_key(0);

	if (c == KEY_CTRL_C || c == KEY_ESC)
		__atomic_store_n(&memtest_now.stopped, true, __ATOMIC_RELAXED);
}

static bool is_stopped(void)
{
	return __atomic_load_n(&memtest_now.stopped, __ATOMIC_RELAXED);
}

static void show_panel(void)
{
	u64 now = ktime_get();

	if (now - drawn < DRAW_NS)
		return;
	drawn = now;
	memtest_draw();
}

static void show_progress(void)
{
	u64 now = __atomic_load_n(&memtest_now.moved, __ATOMIC_RELAXED);
	unsigned int percent = min(now / (memtest_now.to_move / 100 + 1), (u64)100);

	if (full_screen)
		show_panel();
	else if (!boot_deterministic() && __atomic_exchange_n(&percent_shown, percent, __ATOMIC_RELAXED) != percent)
		draw_bar(percent);
}

static void print_error(const struct memtest_error *e)
{
	printk(KERN_ERR "memtest: error at %#llx in %s: expected %016llx, found %016llx, bits %016llx%s\n",
	       (unsigned long long)e->pa, e->pattern, (unsigned long long)e->expected, (unsigned long long)e->found,
	       (unsigned long long)(e->expected ^ e->found), e->expected == e->found ? ", right when read again" : "");
}

/*
 * Return: the note of the error, NULL when there is no room for one more.
 * Context: as memtest_own_piece(), or the lock is held.
 */
static const struct memtest_error *note_error(phys_addr_t pa, u64 expected, u64 found)
{
	struct memtest_error *e = NULL;

	memtest_add_bad(bad, ALIGN_DOWN(pa, PAGE_SIZE), PAGE_SIZE);
	if (memtest_now.nr_errors < MEMTEST_REPORTS) {
		e = &memtest_now.errors[memtest_now.nr_errors];
		*e = (struct memtest_error){ pa, expected, found, memtest_now.pattern };
	}
	memtest_now.nr_errors++;
	return e;
}

static void error(phys_addr_t pa, u64 expected, u64 found)
{
	unsigned long flags = spin_lock_irqsave(&memtest_now.lock);
	const struct memtest_error *e = note_error(pa, expected, found);

	spin_unlock_irqrestore(&memtest_now.lock, flags);
	if (!e || full_screen)			/* the panel shows it, and it is printed at the end */
		return;
	erase_bar();
	print_error(e);
}

/* ---------------------------------------------------------------- taking memory */

static bool within_limit(u64 more)
{
	return !options->limit || memblock_total(memory) + more <= options->limit;
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
	if (memblock_add_range(memory, PFN_PHYS(page_to_pfn(page)), PAGE_SIZE << order)) {
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
			nr = PHYS_PFN(options->limit - memblock_total(memory));
		if (!nr || memblock_add_range(memory, PFN_PHYS(pfn), PFN_PHYS(nr)))
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

	for (i = 0; i < bad->cnt; i++)
		if (pa < bad->regions[i].base + bad->regions[i].size && bad->regions[i].base < pa + size)
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
		for (i = 0; i < bad->cnt; i++)
			nr += retire_deferred(zone, &bad->regions[i]);
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

static void note_moved(unsigned int cpu, u64 size)
{
	u64 bytes = size * memtest_pass_words(memtest_now.pass.op);

	memtest_now.cpu[cpu].moved += bytes;
	__atomic_fetch_add(&memtest_now.moved, bytes, __ATOMIC_RELAXED);
}

/* What each CPU does for a pass: pieces, until there are no more. */
static void do_pieces(struct work_struct *unused)
{
	const struct memtest_pass *pass = &memtest_now.pass;
	unsigned int cpu = smp_processor_id();
	struct memblock_region r;

	while (!is_stopped() && memtest_work_next(&work, PIECE_SIZE, &r)) {
		struct memtest_piece piece = { __va(r.base), r.base, r.size >> PAGE_SHIFT, error };

		memtest_now.cpu[cpu].at = r.base;
		memtest_pass_run(pass, &piece);
		if (pass->op != MEMTEST_CHECK)
			inject_error(&r);
		note_moved(cpu, r.size);
		if (cpu == CONSOLE_CPU) {
			show_progress();
			look_at_keys();
		}
	}
}

static void wait_for_fading(void)
{
	unsigned int ms, step;

	for (ms = 0; ms < options->fade_ms && !is_stopped(); ms += step) {
		step = min(options->fade_ms - ms, 50u);
		mdelay(step);
		show_progress();
		look_at_keys();
	}
}

static void do_pass(void)
{
	if (memtest_now.pass.op == MEMTEST_WAIT) {
		wait_for_fading();
		return;
	}
	work = (struct memtest_work){ .memory = memory, .down = memtest_now.pass.op == MEMTEST_DOWN };
	schedule_on_each_cpu(do_pieces);
}

static void do_pattern(unsigned int pattern, u64 seed)
{
	unsigned int nr;

	memtest_now.pattern = memtest_pattern_name(pattern);
	for (nr = 0; !is_stopped() && memtest_pattern_pass(pattern, nr, seed, &memtest_now.pass); nr++)
		do_pass();
}

static u64 bytes_of_one_pass(void)
{
	u64 words = 0;
	unsigned int pattern, nr;
	struct memtest_pass p;

	for (pattern = 0; pattern < MEMTEST_PATTERNS; pattern++)
		for (nr = 0; options->patterns & 1u << pattern && memtest_pattern_pass(pattern, nr, 0, &p); nr++)
			words += memtest_pass_words(p.op);
	return words * (memblock_total(memory) + memblock_total(&own));
}

static void do_passes(void)
{
	unsigned int *n = &memtest_now.passes, pattern;

	for (*n = 0; *n < options->passes; ++*n) {
		for (pattern = 0; pattern < MEMTEST_PATTERNS; pattern++)
			if (options->patterns & 1u << pattern)
				do_pattern(pattern, options->seed + *n);
		if (is_stopped())
			break;
	}
}

/* ---------------------------------------------------------------- where the kernel is */

static void own_error(phys_addr_t pa, u64 expected, u64 found)
{
	note_error(pa, expected, found);
}

static u64 words_of_own(void)
{
	unsigned int pattern, nr;
	struct memtest_pass p;
	u64 words = 0;

	for (pattern = 0; pattern < MEMTEST_FADE; pattern++)
		for (nr = 0; options->patterns & 1u << pattern && memtest_pattern_pass(pattern, nr, 0, &p); nr++)
			words += memtest_pass_words(p.op);
	return words;
}

/* By the boot CPU, whose own data is in the image. */
static void do_own_steps(struct work_struct *unused)
{
	u64 words = words_of_own();
	s64 size;

	if (smp_processor_id() != CONSOLE_CPU)
		return;
	work = (struct memtest_work){ .memory = &own };
	while (!is_stopped() && (size = memtest_own_step(&work, inject_error, own_error)) > 0) {
		own_tested += size;
		memtest_now.cpu[CONSOLE_CPU].moved += size * words;
		memtest_now.moved += size * words;
		show_progress();
		look_at_keys();
	}
	if (!is_stopped() && size < 0)
		printk("memtest: a CPU does not come along, the kernel stays where it is\n");
}

static void do_own(void)
{
	unsigned long nr = min(memtest_now.nr_errors, (unsigned long)MEMTEST_REPORTS);

	memtest_now.own = true;
	if (memtest_own_begin())
		schedule_on_each_cpu(do_own_steps);
	memtest_own_end();
	erase_bar();
	for (; !full_screen && nr < min(memtest_now.nr_errors, (unsigned long)MEMTEST_REPORTS); nr++)
		print_error(&memtest_now.errors[nr]);
}

/* ---------------------------------------------------------------- the result */

static void print_rate(u64 ns)
{
	u64 us = ns / NSEC_PER_USEC, moved = memtest_now.moved;
	unsigned int cpu, nr_cpus = 0;

	for_each_possible_cpu(cpu)
		nr_cpus += !!memtest_now.cpu[cpu].moved;

	if (us && !boot_deterministic())
		printk("memtest: %llu MB read and written in %llu ms on %u CPU%s: %llu MB/s\n",
		       (unsigned long long)(moved / 1000000), (unsigned long long)(us / 1000), nr_cpus,
		       nr_cpus == 1 ? "" : "s", (unsigned long long)(moved / us));
}

/*
 * BadRAM, as GRUB has it: an address and the bits of it that count, so that a range
 * is cut into aligned powers of two.
 */
static void print_badram(const struct memblock_region *r, bool first)
{
	phys_addr_t at = r->base, end = r->base + r->size;
	u64 size;

	for (; at < end; at += size, first = false) {
		for (size = PAGE_SIZE; !(at & size) && at + 2 * size <= end; size *= 2)
			;
		printk("%s%#llx,%#llx", first ? "" : ",", (unsigned long long)at, (unsigned long long)-size);
	}
}

int memtest_option_text(char *text, size_t size)
{
	int len = snprintf(text, size, "memmap=");
	unsigned int i;

	for (i = 0; i < bad->cnt; i++)
		len += snprintf(text + min((size_t)len, size - 1), size - min((size_t)len, size - 1), "%s%lluK$%#llx",
				i ? "," : "", (unsigned long long)(bad->regions[i].size >> 10),
				(unsigned long long)bad->regions[i].base);
	return len;
}

static void print_bad(unsigned long retired)
{
	static char text[PRINTK_MAX - 1];
	unsigned int i;

	if (!bad->cnt)
		return;
	for (i = 0; i < bad->cnt; i++)
		printk(KERN_ERR "memtest: bad [mem %#018llx-%#018llx] %llu KiB\n",
		       (unsigned long long)bad->regions[i].base,
		       (unsigned long long)(bad->regions[i].base + bad->regions[i].size - 1),
		       (unsigned long long)(bad->regions[i].size >> 10));
	printk(KERN_ERR "memtest: %lu KiB taken out of use; on the next boot this keeps them out:\n",
	       retired << (PAGE_SHIFT - 10));
	memtest_option_text(text, sizeof(text));
	printk(KERN_ERR "%s\n", text);
	printk(KERN_ERR "memtest: for GRUB: GRUB_BADRAM=\"");
	for (i = 0; i < bad->cnt; i++)
		print_badram(&bad->regions[i], !i);
	printk("\"\n");
}

/* Half of the pages are for one list, half for the other. */
static bool alloc_lists(struct page **list)
{
	struct memblock_region *regions;
	unsigned int max = (PAGE_SIZE << LIST_ORDER) / 2 / sizeof(*regions);

	*list = alloc_pages(GFP_KERNEL, LIST_ORDER);
	if (!*list) {
		printk("memtest: no memory for a list of what to test\n");
		return false;
	}
	regions = page_address(*list);
	*memory = (struct memblock_type){ .regions = regions, .max = max };
	own = (struct memblock_type){ .regions = regions + max, .max = max };
	return true;
}

/* Return: bytes of RAM that are not tested at all. */
static u64 begin(void)
{
	u64 left_out;

	memtest_defaults(options);
	*bad = (struct memblock_type){ .max = MAX_BAD, .regions = bad_regions };
	memtest_now.nr_errors = memtest_now.moved = own_tested = percent_shown = drawn = 0;
	memtest_now.stopped = memtest_now.own = false;
	memset(memtest_now.cpu, 0, sizeof(memtest_now.cpu));
	memtest_now.free = PFN_PHYS(nr_free_pages());
	take_memory();
	left_out = options->limit ? 0 : memtest_own_list(&own);
	memtest_now.to_move = bytes_of_one_pass() * options->passes;
	full_screen = monitor_full_screen();
	if (full_screen)
		picture_begin(true);
	else
		printk("memtest: testing %llu of %llu KiB free\n", (unsigned long long)(memblock_total(memory) >> 10),
		       (unsigned long long)(memtest_now.free >> 10));
	memtest_now.start = ktime_get();
	return left_out;
}

static void print_result(unsigned long retired, u64 took)
{
	unsigned long i;

	if (full_screen)
		for (i = 0; i < min(memtest_now.nr_errors, (unsigned long)MEMTEST_REPORTS); i++)
			print_error(&memtest_now.errors[i]);
	printk("memtest: %u of %u passes%s, %lu errors\n", memtest_now.passes, options->passes,
	       is_stopped() ? ", stopped by a key" : "", memtest_now.nr_errors);
	print_rate(took);
	print_bad(retired);
}

static void memtest(void)
{
	unsigned long retired;
	u64 took, left_out;
	struct page *list;

	if (!alloc_lists(&list))
		return;
	left_out = begin();
	do_passes();
	retired = return_memory();
	if (own.cnt && !is_stopped())
		do_own();
	took = ktime_get() - memtest_now.start;
	if (full_screen) {
		memtest_draw();
		picture_end();
	} else {
		erase_bar();
	}
	__free_pages(list, LIST_ORDER);
	print_result(retired, took);
	if (own_tested)
		printk("memtest: with the kernel moved out of it %llu KiB more; left out %llu KiB of firmware and devices\n",
		       (unsigned long long)(own_tested >> 10), (unsigned long long)(left_out >> 10));
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
		if (memtest_option(options, words))
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
	*options = (struct memtest_options){ 0 };
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

	*options = (struct memtest_options){ 0 };
	for (i = 1; i < argc; i++)
		if (memtest_option(options, argv[i]))
			return -1;
	read_inject();
	memtest();
	return 0;
}
MONITOR_COMMAND(memtest, "[PASSES] [PATTERN...] [limit=SIZE] [fade=MS] [seed=N]",
		"test all free memory; Ctrl-C or Esc ends it", cmd_memtest);
