/* SPDX-License-Identifier: BSD-2-Clause */
/* Keyboards on USB, through xHCI controllers. */
#ifndef KERNEL_USB_H
#define KERNEL_USB_H

/**
 * usb_init() - make the thread that looks for controllers and serves them ("usb=off": do not)
 * input_settle() waits for it.
 */
void usb_init(void);

#endif
