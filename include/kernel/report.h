/* SPDX-License-Identifier: BSD-2-Clause */
/* The boot report: what is known of machine, firmware, loader and boot as JSON; the schema is in README.md. */
#ifndef KERNEL_REPORT_H
#define KERNEL_REPORT_H

#include <kernel/text_sink.h>
#include <lib/json.h>

/** boot_report_emit() - all of it, lines of some 100 characters. Context: a thread, once the monitor runs */
void boot_report_emit(const struct text_sink *out);

/** report_if_asked() - bootreport=serial: print it between two lines that say so */
void report_if_asked(void);

/* What only arch knows: members of the report. */
void report_firmware(struct json *j);
void report_cpu(struct json *j);
void report_memory(struct json *j);
void report_screen(struct json *j);
void report_gop(struct json *j);
void report_efi_variables(struct json *j);

/** report_keep_gop_modes() - take the list of modes from setup_data, before its memory is anybody's */
void report_keep_gop_modes(void);

#endif
