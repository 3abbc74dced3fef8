/* SPDX-License-Identifier: BSD-2-Clause */
/* Monitor command plant: mistakes made on purpose, each of which must be reported with its line. */
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <lib/string.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>

static char planted_global[13];
static volatile int planted_array[4];
static volatile unsigned int amount;	/* what the compiler cannot know */

static void plant_slab(void)
{
	volatile char *p = kmalloc(40, GFP_KERNEL);

	if (p)
		p[40 + amount] = 1;
	kfree((void *)p);
}

static void plant_slab_free(void)
{
	volatile char *p = kmalloc(40, GFP_KERNEL);

	kfree((void *)p);
	if (p)
		printk("%d\n", p[8 + amount]);
}

static void plant_double_free(void)
{
	void *p = kmalloc(40, GFP_KERNEL);

	kfree(p);
	kfree(p);	/* again */
}

static void plant_page_free(void)
{
	volatile char *p = get_free_page(GFP_KERNEL);

	free_page((void *)p);
	if (p)
		p[100 + amount] = 1;
}

static void plant_stack(void)
{
	volatile char array[13];

	array[amount] = 0;
	array[13 + amount] = 1;
	amount = array[amount];
}

static void plant_scope(void)
{
	volatile char *p;

	{
		volatile char array[16];

		array[amount] = 0;
		p = array;
	}
	p[amount] = 1;
}

static void plant_global(void)
{
	((volatile char *)planted_global)[13 + amount] = 1;
}

static void plant_vmalloc(void)
{
	volatile char *p = vmalloc(PAGE_SIZE + 100);

	if (p)
		p[PAGE_SIZE + 100 + amount] = 1;
	vfree((void *)p);
}

static void plant_memset(void)
{
	char *p = kmalloc(40, GFP_KERNEL);

	if (p)
		memset(p, 0, 41 + amount);
	kfree(p);
}

static void plant_shift(void)
{
	volatile int one = 1;

	one = one << (32 + amount);
}

static void plant_index(void)
{
	volatile unsigned int index = 4;

	amount = planted_array[index];
}

static void plant_overflow(void)
{
	volatile int most = 0x7fffffff;

	most = most + 1;
}

static const struct planted {
	const char	*name;
	void		(*make)(void);
} planted[] = {
	{ "slab", plant_slab }, { "slab-free", plant_slab_free }, { "double-free", plant_double_free },
	{ "page-free", plant_page_free }, { "stack", plant_stack }, { "scope", plant_scope },
	{ "global", plant_global }, { "vmalloc", plant_vmalloc }, { "memset", plant_memset },
	{ "shift", plant_shift }, { "index", plant_index }, { "overflow", plant_overflow },
};

static int cmd_plant(int argc, char **argv)
{
	bool known = false;

	for (unsigned int i = 0; i < ARRAY_SIZE(planted); i++)
		if (argc == 1 || (argc == 2 && !strcmp(argv[1], planted[i].name))) {
			printk("plant: %s\n", planted[i].name);
			planted[i].make();
			known = true;
		}
	return known ? 0 : -1;
}
MONITOR_COMMAND(plant, "[WHAT]", "make mistakes the sanitizers find: slab slab-free page-free stack scope global shift ...", cmd_plant);
