/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Members of the boot report that stub and kernel write alike; its schema is in
 * README.md. Nothing here keeps state or asks anybody but through arguments.
 */
#ifndef LIB_BOOT_REPORT_H
#define LIB_BOOT_REPORT_H

#include <boot/efi.h>
#include <boot/gop.h>
#include <lib/json.h>

/** report_begin() - opens the report; @by: who writes it; @complete: whether all is known now */
void report_begin(struct json *j, const char *by, bool complete, const char *build_id);

/** report_end() - closes it */
void report_end(struct json *j);

/** report_uefi() - of member "firmware"; revisions as in the system table */
void report_uefi(struct json *j, const char *vendor, u32 revision, u32 uefi_revision, unsigned int bits);

/** report_loader() - of member "firmware"; @secure_boot: as in boot_params */
void report_loader(struct json *j, u8 secure_boot, u8 loader_type);

/** efi_memory_type_name() - UEFI's name of a memory type */
const char *efi_memory_type_name(u32 type);

/** report_efi_map() - @size bytes of descriptors, @stride apart; @map may be NULL then */
void report_efi_map(struct json *j, const void *map, size_t size, size_t stride);

/** report_stage() - opens the object of one stage; the caller adds its times */
void report_stage(struct json *j, unsigned int stage);

void report_gop_modes(struct json *j, const struct gop_modes *modes);

/**
 * report_variables() - how the firmware came to start what started us
 * @get: reads a variable of the global GUID; in: room at @value, out: its size; false: not there
 */
void report_variables(struct json *j, bool (*get)(void *ctx, const efi_char16_t *name, size_t *size, u8 *value), void *ctx);

#endif
