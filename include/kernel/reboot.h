/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_REBOOT_H
#define KERNEL_REBOOT_H

/**
 * machine_restart() - reset the machine: EFI, ACPI, keyboard controller, triple fault, from what reboot= names on
 * machine_poweroff() - switch it off: EFI unless reboot= begins behind it, ACPI; returns when neither works
 */
void __attribute__((noreturn)) machine_restart(void);
void machine_poweroff(void);

/** ctrl_alt_del() - from a keyboard: reset, or have PID 1 do what it does then. Context: any but NMI */
void ctrl_alt_del(void);

#endif
