/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts that are writes to memory (PCI 3.0, 6.8). A function is given one
 * message; of those it could send apart, all are this one. MSI-X tables are
 * believed only where they lie in a BAR.
 */
#include <kernel/pci.h>
#include <asm/apic.h>
#include <asm/hw_irq.h>
#include <asm/init_64.h>
#include <asm/io.h>
#include <kernel/spinlock.h>
#include <mm/vmalloc.h>
#include <uapi/errno.h>

#define NR_MSIS		(NR_IRQS - FIRST_MSI_IRQ)

/* MSI: control is the upper half of the first register */
#define MSI_ENABLE	0x00010000u
#define MSI_MULTIPLE	0x00700000u	/* log2 of how many we allow */
#define MSI_64		0x00800000u
#define MSI_ADDRESS_LOW	4

/* MSI-X */
#define MSIX_ENABLE	0x80000000u
#define MSIX_MASK_ALL	0x40000000u
#define MSIX_SIZE(v)	(((v) >> 16 & 0x7ff) + 1)
#define MSIX_TABLE	4
#define MSIX_BIR(v)	((v) & 7)
#define MSIX_ENTRY_SIZE	16
#define ENTRY_CONTROL	12
#define ENTRY_MASKED	1u

static struct msi {
	struct pci_function	f;
	u8			cap;	/* 0: free; msi_lock */
	volatile u8		*table;	/* of MSI-X, NULL: MSI */
	unsigned int		nr_entries;
	int			vector;	/* once given, the line's for good; 0: not yet */
} msis[NR_MSIS];

static struct spinlock msi_lock;	/* guards who has which; what is in one is its line's */

static struct msi *msi_of(unsigned int irq)
{
	return &msis[irq - FIRST_MSI_IRQ];
}

static void change(const struct msi *m, u32 set, u32 clear)
{
	pci_write_config(m->f, m->cap, (pci_read_config(m->f, m->cap) & ~clear) | set);
}

static void write_message(const struct msi *m, u64 address, u32 data)
{
	unsigned int i;

	if (!m->table) {
		bool wide = pci_read_config(m->f, m->cap) & MSI_64;

		pci_write_config(m->f, m->cap + MSI_ADDRESS_LOW, address);
		if (wide)
			pci_write_config(m->f, m->cap + MSI_ADDRESS_LOW + 4, address >> 32);
		pci_write_config(m->f, m->cap + MSI_ADDRESS_LOW + (wide ? 8 : 4), data);
		change(m, 0, MSI_MULTIPLE);
		return;
	}
	for (i = 0; i < m->nr_entries; i++) {
		volatile u8 *entry = m->table + i * MSIX_ENTRY_SIZE;

		writel(ENTRY_MASKED, entry + ENTRY_CONTROL);
		writel(address, entry);
		writel(address >> 32, entry + 4);
		writel(data, entry + 8);
	}
}

static int msi_startup(unsigned int irq)
{
	struct msi *m = msi_of(irq);
	u64 address;
	u32 data;

	if (!m->vector)
		m->vector = new_device_vector(irq);
	if (m->vector < 0 || !msi_message(m->vector, &address, &data))
		return -EINVAL;
	write_message(m, address, data);
	return 0;
}

static void msi_mask(unsigned int irq)
{
	struct msi *m = msi_of(irq);

	if (m->cap)
		change(m, 0, m->table ? MSIX_ENABLE : MSI_ENABLE);
}

static void msi_unmask(unsigned int irq)
{
	struct msi *m = msi_of(irq);
	unsigned int i;

	for (i = 0; m->table && i < m->nr_entries; i++)
		writel(0, m->table + i * MSIX_ENTRY_SIZE + ENTRY_CONTROL);
	change(m, m->table ? MSIX_ENABLE : MSI_ENABLE, m->table ? MSIX_MASK_ALL : 0);
}

static void msi_eoi(unsigned int irq)
{
	apic_eoi();
}

const struct irq_chip pci_msi_chip = {
	.name = "PCI MSI", .startup = msi_startup, .mask = msi_mask, .unmask = msi_unmask, .eoi = msi_eoi,
};

static volatile u8 *map_table(const struct pci_device *dev, u8 cap, unsigned int nr)
{
	u32 where = pci_read_config(dev->f, cap + MSIX_TABLE), offset = where & ~7u;
	struct pci_bar bar;

	if (!pci_bar(dev, MSIX_BIR(where), &bar) || bar.io || offset + (u64)nr * MSIX_ENTRY_SIZE > bar.size)
		return NULL;
	return ioremap(bar.base + offset, (u64)nr * MSIX_ENTRY_SIZE, _PAGE_CACHE_UC);
}

static bool describe(const struct pci_device *dev, struct msi *m)
{
	*m = (struct msi){ .f = dev->f, .cap = pci_find_capability(dev, PCI_CAP_MSIX), .vector = m->vector };
	if (m->cap) {
		m->nr_entries = MSIX_SIZE(pci_read_config(dev->f, m->cap));
		m->table = map_table(dev, m->cap, m->nr_entries);
	}
	if (!m->table)
		m->cap = pci_find_capability(dev, PCI_CAP_MSI);
	return m->cap;
}

/* One that was in use is not used again: startup() is called once in the life of a line. */
static int take_line(void)
{
	unsigned long flags = spin_lock_irqsave(&msi_lock);
	unsigned int i;

	for (i = 0; i < NR_MSIS && (msis[i].cap || msis[i].vector); i++)
		;
	if (i < NR_MSIS)
		msis[i].cap = 1;
	spin_unlock_irqrestore(&msi_lock, flags);
	return i < NR_MSIS ? (int)i + FIRST_MSI_IRQ : -ENOSPC;
}

int pci_request_msi(const struct pci_device *dev, irq_handler_t handler, const char *name, void *data)
{
	int irq = take_line(), err;

	if (irq < 0)
		return irq;
	if (!describe(dev, msi_of(irq)))
		return -ENODEV;
	err = request_irq(irq, handler, name, data);
	if (err)
		msi_of(irq)->cap = 0;
	return err ? err : irq;
}

void pci_free_msi(int irq, void *data)
{
	struct msi *m = msi_of(irq);

	free_irq(irq, data);
	if (m->table)
		iounmap((const void *)m->table);
	m->table = NULL;
	m->cap = 0;
}
