/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The thread of USB: finds the controllers, then does what their events ask for.
 * On a machine without an xHCI controller it ends at once and leaves nothing.
 */
#include "usb.h"
#include <asm/setup.h>
#include <kernel/input.h>
#include <kernel/kthread.h>
#include <kernel/timekeeping.h>
#include <kernel/usb.h>
#include <lib/cmdline.h>
#include <uapi/errno.h>

#define FIRST_LOOK_MS	100		/* what is plugged in shows up in this time after a reset */
#define FIRST_STEP_MS	10
#define POLL_KEYS_NS	(8 * NSEC_PER_MSEC)	/* without an interrupt */
#define POLL_PORTS_NS	(100 * NSEC_PER_MSEC)
#define MAX_WORKS	32		/* of devices, until others have their turn */
#define MAX_ERRORS	3		/* in a row */
#define ERROR_MS	20
#define MAX_NS		(3600 * NSEC_PER_SEC)

DEFINE_MUTEX(usb_lock);
struct xhci *usb_controllers;		/* added to at the end; constant when the thread has found all */

static struct task_struct *thread;	/* atomic */
static bool woken;			/* since the last usb_sleep(); atomic */

void usb_wake(void)
{
	struct task_struct *p = __atomic_load_n(&thread, __ATOMIC_ACQUIRE);

	__atomic_store_n(&woken, true, __ATOMIC_RELEASE);
	if (p)
		wake_up_process(p);
}

void usb_sleep(u64 ns)
{
	set_current_state(TASK_INTERRUPTIBLE);
	if (!__atomic_exchange_n(&woken, false, __ATOMIC_ACQ_REL))
		schedule_timeout(ns);
	set_current_state(TASK_RUNNING);
}

void usb_delay(struct xhci *hc, unsigned int ms)
{
	static const bool never;

	xhci_wait(hc, &never, ms);
}

/* ------------------------------------------------------------------------ work */

/* One that was pulled out fails before its port tells: then nobody says it is at fault. */
static void after_error(struct usb_device *dev)
{
	bool babbles = dev->halt_code == 3;	/* more bytes than asked for */

	usb_delay(dev->hc, ERROR_MS);
	if (dev->hub ? dev->hub->changed : dev->hc->changed[dev->port / 64] >> dev->port % 64 & 1)
		return;
	if (++dev->errors > MAX_ERRORS || xhci_recover(dev))
		usb_leave_out(dev, babbles ? "babbles" : "has errors time after time");
}

static bool has_work(const struct usb_device *dev)
{
	return dev->slot && (dev->halted || (dev->config.hub && dev->changed));
}

static struct usb_device *next_with_work(struct xhci *hc)
{
	struct usb_device *dev;

	for (dev = hc->devices; dev && !has_work(dev); dev = dev->next)
		;
	return dev;
}

/* The list changes under the work of a hub: begin again each time. What still has work then has it at the next call. */
static void controller_work(struct xhci *hc)
{
	struct usb_device *dev;
	unsigned int i;

	xhci_check(hc);
	xhci_events(hc);
	root_ports_work(hc);
	for (i = 0; i < MAX_WORKS && !hc->dead && (dev = next_with_work(hc)); i++) {
		if (dev->halted)
			after_error(dev);
		else
			hub_work(dev);
		root_ports_work(hc);
	}
	for (dev = hc->devices; dev; dev = dev->next)
		if (dev->slot && dev->config.keyboard)
			keyboard_work(dev);
	if (hc->dead)
		usb_detach_all(hc);
}

static bool has_keyboard(const struct xhci *hc)
{
	const struct usb_device *dev;

	for (dev = hc->devices; dev; dev = dev->next)
		if (dev->slot && dev->config.keyboard)
			return true;
	return false;
}

/* ns until this controller is to be looked at again without an event. */
static u64 idle_time(struct xhci *hc, u64 now)
{
	const struct usb_device *dev;
	u64 ns = hc->irq >= 0 ? MAX_NS : has_keyboard(hc) ? POLL_KEYS_NS : POLL_PORTS_NS;

	if (hc->dead)
		return MAX_NS;
	if (next_with_work(hc))
		return POLL_KEYS_NS;
	for (dev = hc->devices; dev; dev = dev->next)
		if (dev->slot && dev->config.keyboard && keyboard_repeats_at(dev) != ~0ULL) {
			u64 at = keyboard_repeats_at(dev);

			ns = min(ns, at > now ? at - now : 0);
		}
	return ns;
}

/* Return: ns until the next time. */
static u64 work(void)
{
	u64 ns = MAX_NS;
	struct xhci *hc;

	mutex_lock(&usb_lock);
	for (hc = usb_controllers; hc; hc = hc->next)
		if (!hc->dead || hc->devices)
			controller_work(hc);
	for (hc = usb_controllers; hc; hc = hc->next)
		ns = min(ns, idle_time(hc, ktime_get()));
	mutex_unlock(&usb_lock);
	return ns;
}

/* ----------------------------------------------------------------------- start */

static void find_controllers(void)
{
	struct xhci **link = &usb_controllers;
	struct pci_device *pci = NULL;
	unsigned int nr = 0;

	pci_scan();
	mutex_lock(&usb_lock);
	while ((pci = pci_next(pci)))
		if (pci->class == PCI_CLASS_USB_XHCI) {
			*link = xhci_start(pci, ++nr);
			if (*link)
				link = &(*link)->next;
		}
	mutex_unlock(&usb_lock);
}

/* Until a keyboard works, or what is plugged in would have shown up. */
static void first_look(void)
{
	unsigned int ms;
	bool found = false;
	struct xhci *hc;

	for (ms = 0; ms <= FIRST_LOOK_MS && !found; ms += FIRST_STEP_MS) {
		work();
		for (hc = usb_controllers; hc; hc = hc->next)
			found |= has_keyboard(hc);
		if (!found)
			usb_sleep(FIRST_STEP_MS * NSEC_PER_MSEC);
	}
	for (hc = usb_controllers; hc; hc = hc->next)
		hc->settled = true;
}

static int usb_thread(void *unused)
{
	__atomic_store_n(&thread, current, __ATOMIC_RELEASE);
	find_controllers();
	if (!usb_controllers) {
		__atomic_store_n(&thread, NULL, __ATOMIC_RELEASE);
		input_ready();
		return 0;
	}
	input_console_start();
	first_look();
	input_ready();
	for (;;)
		usb_sleep(work());
}

void usb_init(void)
{
	if (cmdline_list_has(boot_command_line, "usb", "off"))
		return;
	input_begin();
	if (!kthread_run(usb_thread, NULL, "usb"))
		input_ready();
}
