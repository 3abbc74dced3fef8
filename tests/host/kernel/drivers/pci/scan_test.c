// SPDX-License-Identifier: BSD-2-Clause
/* kernel/drivers/pci/scan.c over a model of configuration space. */
#include "tests/host/test.h"

#define ASM_IRQFLAGS_H
#define KERNEL_DELAY_H
#define KERNEL_MUTEX_H
#define KERNEL_PRINTK_H
#define KERNEL_STAGE_H
#define MM_SLAB_H
#define GFP_KERNEL	0

static inline unsigned long local_irq_save(void) { return 0; }
static inline void local_irq_restore(unsigned long flags) { (void)flags; }
struct mutex { int locked; };
#define DEFINE_MUTEX(name) struct mutex name
static void mutex_lock(struct mutex *m) { assert_int_equal(m->locked++, 0); }
static void mutex_unlock(struct mutex *m) { m->locked--; }
static void msleep(u64 ms) { (void)ms; }
static unsigned int nr_warnings, nr_left;
#define printk(...)	((void)snprintf((char[80]){ 0 }, 80, __VA_ARGS__))
#define boot_warn(stage, ...) (nr_warnings++)
#define kzalloc(size, gfp) (nr_left && nr_left-- ? calloc(1, size) : NULL)

#include "kernel/drivers/pci/internal.h"

/* A function: 64 registers, and which bits of a BAR are wired. */
struct model {
	struct pci_function f;
	u32	regs[64], wired[6];
};

static struct model models[2048];
static unsigned int nr_models, reads;
static bool by_memory;

static struct model *model_at(struct pci_function f)
{
	for (unsigned int i = 0; i < nr_models; i++)
		if (models[i].f.bus == f.bus && models[i].f.device == f.device && models[i].f.function == f.function)
			return &models[i];
	return NULL;
}

u32 pci_read_config(struct pci_function f, u16 reg)
{
	const struct model *m = model_at(f);

	reads++;
	assert_true(reg % 4 == 0 && reg < 256);
	return m ? m->regs[reg / 4] : ~0u;
}

u32 pci_slots(u16 segment, u8 bus, unsigned int nr)
{
	u32 slots = 0;

	for (unsigned int i = 0; i < nr; i++)
		if (pci_read_config((struct pci_function){ bus, i, 0, segment }, PCI_VENDOR_ID) != ~0u)
			slots |= 1u << i;
	return slots;
}

void pci_write_config(struct pci_function f, u16 reg, u32 value)
{
	struct model *m = model_at(f);
	unsigned int bar = reg / 4 - 4;

	assert_non_null(m);
	if (bar < 6) {
		assert_true(!(m->regs[1] & 3) || m->regs[2] >> 8 == PCI_CLASS_BRIDGE_HOST);	/* it does not decode now */
		value = (value & m->wired[bar]) | (m->regs[reg / 4] & ~m->wired[bar] & 0xf);
	}
	m->regs[reg / 4] = value;
}

void pci_use_ecam(void) { }

bool pci_has_ecam(unsigned int nr, u16 *segment, u8 *first_bus, u8 *last_bus)
{
	*segment = 0;
	*first_bus = 0;
	*last_bus = 255;
	return by_memory && !nr;
}

#include "kernel/drivers/pci/scan.c"

static struct model *add(u8 bus, u8 device, u8 function, u32 class)
{
	struct model *m = &models[nr_models++];

	memset(m, 0, sizeof(*m));
	m->f = (struct pci_function){ bus, device, function, 0 };
	m->regs[0] = 0x12348086;
	m->regs[1] = 7;
	m->regs[2] = class << 8;
	return m;
}

static struct model *bridge(u8 bus, u8 device, u8 to, u8 last_bus)
{
	struct model *m = add(bus, device, 0, 0x060400);

	m->regs[3] = 1 << 16;
	m->regs[6] = last_bus << 16 | to << 8 | bus;
	return m;
}

static int setup(void **state)
{
	(void)state;
	while (devices) {
		struct pci_device *next = devices->next;

		free(devices);
		devices = next;
	}
	last = &devices;
	nr_devices = nr_left_out = nr_buses = nr_models = nr_warnings = reads = 0;
	nr_left = 10000;
	scanned = by_memory = false;
	add(0, 0, 0, PCI_CLASS_BRIDGE_HOST);
	return 0;
}

static unsigned int count(void)
{
	unsigned int nr = 0;
	const struct pci_device *dev = NULL;

	while ((dev = pci_next(dev)))
		nr++;
	return nr;
}

static void functions_are_found_through_bridges(void **state)
{
	(void)state;
	bridge(0, 1, 1, 3);
	bridge(1, 31, 2, 3);
	bridge(2, 0, 3, 3);
	add(3, 7, 0, 0x010601)->regs[3] = 0x800000;	/* has functions, not in a row */
	add(3, 7, 5, 0x0c0330);
	add(3, 8, 1, 0x0c0330);				/* no function 0: not there */
	add(9, 0, 0, 0x020000);				/* nobody leads there */
	pci_scan();
	assert_int_equal(count(), 6);
	assert_int_equal(nr_buses, 4);
	assert_int_equal(nr_warnings, 0);
	reads = 0;
	pci_scan();
	assert_int_equal(reads, 0);
}

static void by_memory_further_roots_are_found(void **state)
{
	(void)state;
	by_memory = true;
	bridge(0, 1, 1, 1);
	add(1, 0, 0, 0x010601);
	bridge(0x80, 0, 0x81, 0x81);
	add(0x81, 0, 0, 0x020000);
	pci_scan();
	assert_int_equal(count(), 5);
	assert_int_equal(nr_buses, 4);
}

static void bridges_that_go_in_circles_are_not_followed(void **state)
{
	(void)state;
	bridge(0, 1, 1, 1);
	bridge(0, 2, 1, 1);				/* where another leads */
	bridge(1, 0, 0, 5);				/* nowhere */
	bridge(1, 1, 1, 5);
	bridge(1, 2, 5, 4);				/* no bus */
	pci_scan();
	assert_int_equal(count(), 6);
	assert_int_equal(nr_warnings, 3);
}

static void a_chain_of_all_buses_is_followed(void **state)
{
	(void)state;
	for (unsigned int bus = 0; bus < 255; bus++)
		bridge(bus, 3, bus + 1, 255);
	pci_scan();
	assert_int_equal(count(), 256);
}

static void what_does_not_answer_is_left_out(void **state)
{
	struct model *m;

	(void)state;
	m = add(0, 1, 0, 0);
	m->regs[3] = ~0u;				/* no header */
	m = add(0, 2, 0, 0);
	m->regs[0] = 0;
	m = add(0, 3, 0, 0);
	m->regs[0] = 0xffff0000;
	m = add(0, 4, 0, 0);
	m->regs[3] = 3 << 16;				/* of a kind nobody knows */
	m = add(0, 5, 0, 0x0c0330);
	for (unsigned int i = 1; i < 64; i++)
		m->regs[i] = ~0u;			/* all but its name */
	pci_scan();
	assert_int_equal(count(), 1);
	assert_int_equal(nr_left_out, 3);
	assert_int_equal(nr_warnings, 1);
}

static void there_is_a_limit_and_memory_has_one(void **state)
{
	(void)state;
	bridge(0, 1, 1, 255);
	for (unsigned int bus = 1; bus < 10; bus++) {
		bridge(bus, 31, bus + 1, 255);
		for (unsigned int dev = 0; dev < 31; dev++)
			for (unsigned int fn = 0; fn < 8 && nr_models < 2000; fn++)
				add(bus, dev, fn, 0x0c0330)->regs[3] = 0x800000;
	}
	pci_scan();
	assert_int_equal(count(), MAX_DEVICES);
	assert_int_equal(nr_warnings, 1);
	setup(state);
	add(0, 1, 0, 0x0c0330);
	nr_left = 1;
	pci_scan();
	assert_int_equal(count(), 1);
	assert_int_equal(nr_left_out, 1);
}

static void sizes_of_bars_are_tried_out_and_nothing_is_changed(void **state)
{
	struct model *m = add(0, 1, 0, 0x0c0330), before;
	struct pci_device *dev;
	struct pci_bar bar;

	(void)state;
	m->regs[4] = 0xfe000004, m->wired[0] = 0xffffc000;	/* 16 KiB, 64 bits */
	m->regs[5] = 0x12, m->wired[1] = ~0u;
	m->regs[6] = 0xc001, m->wired[2] = 0xffe0;		/* 32 ports, 16 bits decoded */
	m->regs[7] = 0xd0000008, m->wired[3] = 0xf0000000;
	m->regs[8] = 0, m->wired[4] = 0xfffff000;		/* given no address */
	before = *m;
	pci_scan();
	dev = pci_next(pci_next(NULL));
	assert_true(pci_bar(dev, 0, &bar));
	assert_true(bar.base == 0x12fe000000 && bar.size == 0x4000 && bar.wide && !bar.io && !bar.prefetch);
	assert_false(pci_bar(dev, 1, &bar));			/* the upper half of the one before */
	assert_true(pci_bar(dev, 2, &bar));
	assert_true(bar.base == 0xc000 && bar.size == 32 && bar.io);
	assert_true(pci_bar(dev, 3, &bar));
	assert_true(bar.base == 0xd0000000 && bar.size == 0x10000000 && bar.prefetch && !bar.wide);
	assert_false(pci_bar(dev, 4, &bar));
	assert_false(pci_bar(dev, 5, &bar));
	assert_false(pci_bar(dev, 6, &bar));
	assert_memory_equal(m, &before, sizeof(before));
}

static void capabilities_in_circles_end(void **state)
{
	struct model *m = add(0, 1, 0, 0x0c0330);
	struct pci_device *dev;

	(void)state;
	m->regs[1] |= PCI_STATUS_CAP_LIST;
	m->regs[0x34 / 4] = 0x51;				/* the lowest bits mean nothing */
	m->regs[0x50 / 4] = 0x60 << 8 | PCI_CAP_PM;
	m->regs[0x60 / 4] = 0x50 << 8 | PCI_CAP_MSI;
	pci_scan();
	dev = pci_next(pci_next(NULL));
	assert_int_equal(pci_find_capability(dev, PCI_CAP_PM), 0x50);
	assert_int_equal(pci_find_capability(dev, PCI_CAP_MSI), 0x60);
	assert_int_equal(pci_find_capability(dev, PCI_CAP_MSIX), 0);
	m->regs[0x60 / 4] = 0x20 << 8 | PCI_CAP_MSI;		/* into the header */
	assert_int_equal(pci_find_capability(dev, PCI_CAP_MSIX), 0);
	m->regs[0x60 / 4] = ~0u;
	assert_int_equal(pci_find_capability(dev, PCI_CAP_MSIX), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(functions_are_found_through_bridges),
		T(by_memory_further_roots_are_found),
		T(bridges_that_go_in_circles_are_not_followed),
		T(a_chain_of_all_buses_is_followed),
		T(what_does_not_answer_is_left_out),
		T(there_is_a_limit_and_memory_has_one),
		T(sizes_of_bars_are_tried_out_and_nothing_is_changed),
		T(capabilities_in_circles_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
