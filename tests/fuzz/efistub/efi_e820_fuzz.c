/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * efistub/efi_e820.c: a byte of options, a byte that says how far from 40 bytes
 * the stride is, and descriptors.
 */
#include <tests/fuzz/map_model.h>
#include <efistub/efi_e820.h>

/* By type 0 to 15: what e820 calls it (UEFI 2.10, table 7.10; ACPI 6.5, table 15.5). */
static u32 model_type(const efi_memory_desc_t *d, bool soft_reserve)
{
	static const u32 table[16] = { 2, 1, 1, 1, 1, 2, 2, 1, 5, 3, 4, 2, 2, 2, 7, 2 };
	u32 type = d->Type < 16 ? table[d->Type] : 0;

	return type == 1 && soft_reserve && d->Attribute & 0x40000 ? 0xefffffff : type;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	bool soft_reserve = input_number(&in, 1) & 1;
	u64 stride = sizeof(efi_memory_desc_t) + (s8)input_number(&in, 1);
	unsigned int n = stride ? min(in.left / stride, (u64)MODEL_MAX) : 0;
	u8 *bytes = malloc(n * stride);		/* ends with the last descriptor */
	struct efi_memory_map map = { bytes, n * stride, stride, 1 };
	struct boot_e820_entry *out = malloc(2 * n * sizeof(*out));
	struct e820_change *scratch = malloc(2 * n * sizeof(*scratch));
	struct map_model m = { .nr = 0 };
	struct e820_report report;
	int nr;

	if (n)
		memcpy(bytes, in.data, n * stride);
	nr = efi_map_to_e820(&map, soft_reserve, out, 2 * n, scratch, &report);
	CHECK((nr < 0) == (stride < sizeof(efi_memory_desc_t)), "%d for a stride of %u", nr, (unsigned int)stride);
	for (unsigned int i = 0; nr >= 0 && i < n; i++) {
		efi_memory_desc_t d;
		u32 type;

		memcpy(&d, bytes + i * stride, sizeof(d));
		type = model_type(&d, soft_reserve);
		if (type)
			model_claim(&m, d.PhysicalStart, (unsigned __int128)d.NumberOfPages << 12, type);
	}
	if (nr >= 0)
		check_map(&m, out, nr, model_type_at);
	free(bytes);
	free(out);
	free(scratch);
	return 0;
}
