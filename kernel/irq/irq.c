/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines and their handlers. The list of a line is read without its lock: a handler
 * is taken out of the list first, then waited for until no CPU reads the list, as
 * do_irq() does while it calls them, then freed.
 */
#include <kernel/irq.h>
#include <asm/io.h>
#include <kernel/spinlock.h>
#include <kernel/stage.h>
#include <mm/slab.h>
#include <uapi/errno.h>

/*
 * Interrupts in a row that nobody claims before a line is given up: enough for
 * any race between a device and its driver, a moment for one that is stuck.
 */
#define STORM_LIMIT	10000

struct irq_action {
	irq_handler_t		handler;
	void			*data;
	const char		*name;
	struct irq_action	*next;
};

struct irq_desc {
	const struct irq_chip	*chip;		/* NULL until the line is first asked for; then constant */
	struct irq_action	*actions;	/* changed under lock, read without */
	unsigned int		depth;		/* calls of disable_irq(); lock */
	unsigned int		readers;	/* CPUs that go through actions; atomic */
	unsigned int		unclaimed;	/* in a row; races between CPUs do no harm */
	bool			storm;		/* masked for good, until the list changes; lock */
	struct spinlock		lock;		/* taken with interrupts off; outer to the controller's */
};

static struct irq_desc irq_descs[NR_IRQS];

static void stop_storm(unsigned int irq, struct irq_desc *desc)
{
	unsigned long flags = spin_lock_irqsave(&desc->lock);
	bool first = !desc->storm;

	desc->storm = true;
	desc->chip->mask(irq);
	spin_unlock_irqrestore(&desc->lock, flags);
	if (first)
		boot_warn(boot_stage_current(), "irq %u (%s): %u interrupts in a row that no handler claims, line masked",
			  irq, irq_name(irq), desc->unclaimed);
}

void do_irq(unsigned int irq)
{
	struct irq_desc *desc = &irq_descs[irq];
	struct irq_action *action;
	bool claimed = false;

	__atomic_fetch_add(&desc->readers, 1, __ATOMIC_SEQ_CST);
	action = __atomic_load_n(&desc->actions, __ATOMIC_ACQUIRE);
	for (; action; action = __atomic_load_n(&action->next, __ATOMIC_ACQUIRE))
		claimed |= action->handler(irq, action->data);
	if (claimed)
		desc->unclaimed = 0;
	else if (++desc->unclaimed >= STORM_LIMIT)
		stop_storm(irq, desc);
	desc->chip->eoi(irq);
	__atomic_fetch_sub(&desc->readers, 1, __ATOMIC_RELEASE);
}

static void update_mask(unsigned int irq, struct irq_desc *desc)
{
	if (desc->actions && !desc->depth && !desc->storm)
		desc->chip->unmask(irq);
	else
		desc->chip->mask(irq);
}

static int startup(unsigned int irq, struct irq_desc *desc)
{
	const struct irq_chip *chip = irq_chip_of(irq);

	if (desc->chip)
		return 0;
	if (!chip || chip->startup(irq))
		return -EINVAL;
	desc->chip = chip;
	return 0;
}

int request_irq(unsigned int irq, irq_handler_t handler, const char *name, void *data)
{
	struct irq_desc *desc = &irq_descs[irq];
	struct irq_action *action;
	unsigned long flags;
	int err;

	if (irq >= NR_IRQS)
		return -EINVAL;
	action = kmalloc(sizeof(*action), GFP_KERNEL);
	if (!action)
		return -ENOMEM;
	flags = spin_lock_irqsave(&desc->lock);
	err = startup(irq, desc);
	if (!err) {
		*action = (struct irq_action){ handler, data, name, desc->actions };
		__atomic_store_n(&desc->actions, action, __ATOMIC_RELEASE);
		desc->unclaimed = 0;
		desc->storm = false;
		update_mask(irq, desc);
	}
	spin_unlock_irqrestore(&desc->lock, flags);
	if (err)
		kfree(action);
	return err;
}

static struct irq_action *unlink_action(struct irq_desc *desc, void *data)
{
	struct irq_action **link, *action;

	for (link = &desc->actions; (action = *link); link = &action->next)
		if (action->data == data) {
			__atomic_store_n(link, action->next, __ATOMIC_SEQ_CST);
			return action;
		}
	return NULL;
}

void free_irq(unsigned int irq, void *data)
{
	struct irq_desc *desc = &irq_descs[irq];
	unsigned long flags = spin_lock_irqsave(&desc->lock);
	struct irq_action *action = unlink_action(desc, data);

	if (action) {
		desc->storm = false;
		update_mask(irq, desc);
	}
	spin_unlock_irqrestore(&desc->lock, flags);
	while (__atomic_load_n(&desc->readers, __ATOMIC_SEQ_CST))
		cpu_relax();
	kfree(action);
}

static void change_depth(unsigned int irq, int by)
{
	struct irq_desc *desc = &irq_descs[irq];
	unsigned long flags = spin_lock_irqsave(&desc->lock);

	desc->depth += by;
	if (desc->chip)
		update_mask(irq, desc);
	spin_unlock_irqrestore(&desc->lock, flags);
}

void disable_irq(unsigned int irq)
{
	change_depth(irq, 1);
}

void enable_irq(unsigned int irq)
{
	change_depth(irq, -1);
}

/* Takes no lock: this is also asked for in a panic. */
const char *irq_name(unsigned int irq)
{
	struct irq_desc *desc = &irq_descs[irq];
	const struct irq_action *action;
	const char *name;

	preempt_disable();			/* free_irq() waits in a loop */
	__atomic_fetch_add(&desc->readers, 1, __ATOMIC_SEQ_CST);
	action = __atomic_load_n(&desc->actions, __ATOMIC_ACQUIRE);
	name = action ? action->name : "";
	__atomic_fetch_sub(&desc->readers, 1, __ATOMIC_RELEASE);
	preempt_enable();
	return name;
}
