/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers of xHCI controllers (xHCI 1.2, chapter 5), for xhci*.c and hub.c. */
#ifndef USB_XHCI_H
#define USB_XHCI_H

#include <lib/types.h>

/* Capability registers, 5.3 */
#define CAP_LENGTH	0x00		/* a byte; the version above it */
#define CAP_PARAMS1	0x04		/* slots, interrupters, ports */
#define CAP_PARAMS2	0x08
#define CAP_HCC1	0x10
#define CAP_DOORBELLS	0x14
#define CAP_RUNTIME	0x18
#define HCC1_AC64	0x01
#define HCC1_CONTEXT64	0x04
#define HCC1_EXTENDED(v) ((v) >> 16)	/* in words of 32 bits; 0: none */
#define PARAMS1_SLOTS(v) ((v) & 0xff)
#define PARAMS1_PORTS(v) ((v) >> 24)
#define PARAMS2_SCRATCH(v) (((v) >> 21 & 0x1f) << 5 | (v) >> 27)

/* Operational registers, 5.4 */
#define OP_COMMAND	0x00
#define OP_STATUS	0x04
#define OP_PAGE_SIZE	0x08
#define OP_COMMAND_RING	0x18
#define OP_CONTEXTS	0x30
#define OP_CONFIG	0x38
#define OP_PORT(port)	(0x400 + 0x10 * ((port) - 1))
#define COMMAND_RUN	0x01
#define COMMAND_RESET	0x02
#define COMMAND_INTERRUPTS 0x04
#define STATUS_HALTED	0x0001
#define STATUS_HOST_ERROR 0x0004
#define STATUS_EVENT	0x0008		/* written 1 to clear */
#define STATUS_NOT_READY 0x0800
#define STATUS_CONTROLLER_ERROR 0x1000
#define RING_CYCLE	0x01
#define RING_ABORT	0x04
#define RING_RUNNING	0x08

/* Ports, 5.4.8 */
#define PORT_CONNECTED	0x00000001u
#define PORT_ENABLED	0x00000002u	/* written 1 to clear, as are the changes */
#define PORT_RESET	0x00000010u
#define PORT_POWER	0x00000200u
#define PORT_SPEED(v)	((v) >> 10 & 0xf)
#define PORT_CHANGES	0x00fe0000u
#define PORT_CONNECT_CHANGE 0x00020000u
#define PORT_RESET_CHANGE 0x00200000u
#define PORT_KEEP	0x0e00c3e0u	/* what a write has to repeat: link state but not its strobe, power, indicator, wake */

/* Runtime registers, 5.5: interrupter 0 */
#define RT_IMAN		0x20
#define RT_IMOD		0x24
#define RT_ERSTSZ	0x28
#define RT_ERSTBA	0x30
#define RT_ERDP		0x38
#define IMAN_PENDING	1u		/* written 1 to clear */
#define IMAN_ENABLE	2u
#define ERDP_BUSY	8u		/* written 1 to clear */

/* Extended capabilities, 7 */
#define EXT_ID(v)	((v) & 0xff)
#define EXT_NEXT(v)	((v) >> 8 & 0xff)
#define EXT_LEGACY	1
#define LEGACY_BIOS	0x00010000u
#define LEGACY_OS	0x01000000u
#define LEGACY_CONTROL	4		/* behind it: SMIs */
#define LEGACY_SMI_ENABLES 0x0000e011u
#define LEGACY_SMI_EVENTS 0xe0000000u	/* written 1 to clear */

/* Completion codes, 6.4.5 */
enum { CODE_SUCCESS = 1, CODE_DATA_ERROR, CODE_BABBLE, CODE_TRANSACTION, CODE_TRB_ERROR, CODE_STALL,
       CODE_NO_SLOTS = 9, CODE_SHORT_PACKET = 13, CODE_RING_UNDERRUN, CODE_RING_OVERRUN,
       CODE_MISSED_SERVICE = 23, CODE_STOPPED = 26, CODE_STOPPED_LENGTH, CODE_STOPPED_SHORT };

#endif
