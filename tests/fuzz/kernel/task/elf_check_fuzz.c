/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/task/elf_check.c: whatever it accepts, the sums of who loads it do not overflow and stay below the limit. */
#include <tests/fuzz/fuzz.h>
#include <kernel/elf_check.h>

#define LIMIT	0x7ffffffff000ull

static void check_segments(const struct elf64_phdr *phdrs, const struct elf_image *image)
{
	u64 last = 0;
	bool any = false, has_phdr = !image->phdr;

	CHECK(image->start % ELF_PAGE == 0 && image->end % ELF_PAGE == 0, "[%" PRIx64 ", %" PRIx64 ")", image->start,
	      image->end);
	CHECK(image->start < image->end && image->end <= LIMIT, "ends at %" PRIx64, image->end);
	CHECK(image->align >= ELF_PAGE && !(image->align & (image->align - 1)), "alignment %" PRIx64, image->align);
	for (unsigned int i = 0; i < image->phnum; i++) {
		const struct elf64_phdr *ph = &phdrs[i];
		unsigned __int128 end = (unsigned __int128)ph->p_vaddr + ph->p_memsz;

		if (!elf_is_loaded(ph))
			continue;
		any = true;
		CHECK(ph->p_vaddr >= last && end <= image->end, "segment %u", i);
		CHECK(ph->p_vaddr >= image->start, "segment %u begins before all", i);
		CHECK(ph->p_filesz <= ph->p_memsz, "segment %u", i);
		CHECK(ph->p_offset % ELF_PAGE == ph->p_vaddr % ELF_PAGE, "segment %u", i);
		CHECK((unsigned __int128)ph->p_offset + ph->p_filesz <= INT64_MAX, "segment %u", i);
		if (image->phdr >= ph->p_vaddr &&
		    image->phdr + image->phnum * sizeof(*ph) <= ph->p_vaddr + ph->p_filesz)
			has_phdr = true;
		last = end;
	}
	CHECK(any && has_phdr && image->brk == last, "brk %" PRIx64, image->brk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf64_phdr *phdrs;
	struct elf_image image;
	size_t bytes;

	if (elf_check_header(data, size, &image))
		return 0;
	CHECK(image.phnum && image.phnum <= ELF_MAX_PHDRS, "%u headers", image.phnum);
	bytes = image.phnum * sizeof(*phdrs);
	CHECK(image.phoff <= INT64_MAX - bytes, "headers at %" PRIx64, image.phoff);
	if (image.phoff > size || bytes > size - image.phoff)
		return 0;
	phdrs = malloc(bytes);
	memcpy(phdrs, data + image.phoff, bytes);
	if (!elf_check_phdrs(phdrs, LIMIT, &image))
		check_segments(phdrs, &image);
	free(phdrs);
	return 0;
}
