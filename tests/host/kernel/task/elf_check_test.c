/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/task/elf_check.c: this very program is accepted, and each broken header is refused with its error. */
#include <tests/host/test.h>
#include <kernel/elf_check.h>
#include <uapi/errno.h>

#define LIMIT	0x7ffffffff000ull

static const struct elf64_hdr good = {
	.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT }, .e_type = ET_EXEC, .e_machine = EM_X86_64,
	.e_version = EV_CURRENT, .e_entry = 0x401000, .e_phoff = 64, .e_phentsize = 56, .e_phnum = 3,
};

static const struct elf64_phdr text = {
	.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_offset = 0, .p_vaddr = 0x400000, .p_filesz = 0x1800, .p_memsz = 0x1800,
	.p_align = 0x1000,
};
static const struct elf64_phdr data = {
	.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = 0x1800, .p_vaddr = 0x402800, .p_filesz = 0x100,
	.p_memsz = 0x2000, .p_align = 0x1000,
};
static const struct elf64_phdr stack = { .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W };

static int header(const struct elf64_hdr *hdr, struct elf_image *image)
{
	void *copy = exact_copy(hdr, sizeof(*hdr));
	int err = elf_check_header(copy, sizeof(*hdr), image);

	free(copy);
	return err;
}

/* The headers of the good file with @nr of these instead. */
static int phdrs(const struct elf64_phdr *list, unsigned int nr, struct elf_image *image)
{
	struct elf64_hdr hdr = good;
	struct elf64_phdr *copy = exact_copy(list, nr * sizeof(*list));
	int err;

	hdr.e_phnum = nr;
	assert_int_equal(header(&hdr, image), 0);
	err = elf_check_phdrs(copy, LIMIT, image);
	free(copy);
	return err;
}

static void a_good_file_is_understood(void **state)
{
	struct elf_image image;

	(void)state;
	assert_int_equal(phdrs((struct elf64_phdr[]){ text, data, stack }, 3, &image), 0);
	assert_false(image.dyn);
	assert_int_equal(image.entry, 0x401000);
	assert_int_equal(image.start, 0x400000);
	assert_int_equal(image.brk, 0x404800);
	assert_int_equal(image.end, 0x405000);
	assert_int_equal(image.phdr, 0x400040);
	assert_false(image.exec_stack);
	assert_null(image.interp);
}

static void this_program_is_accepted(void **state)
{
	FILE *file = fopen("/proc/self/exe", "rb");
	struct elf64_phdr list[64];
	struct elf64_hdr hdr;
	struct elf_image image;

	(void)state;
	assert_int_equal(fread(&hdr, sizeof(hdr), 1, file), 1);
	assert_int_equal(elf_check_header(&hdr, sizeof(hdr), &image), 0);
	fseek(file, image.phoff, SEEK_SET);
	assert_true(image.phnum <= 64);
	assert_int_equal(fread(list, sizeof(list[0]), image.phnum, file), image.phnum);
	assert_int_equal(elf_check_phdrs(list, LIMIT, &image), 0);
	assert_true(image.dyn);
	assert_non_null(image.interp);
	assert_true(image.entry >= image.start && image.entry < image.end);
	fclose(file);
}

static void other_files_are_no_programs(void **state)
{
	struct elf_image image;
	struct elf64_hdr hdr;

	(void)state;
	assert_int_equal(elf_check_header(&good, sizeof(good) - 1, &image), -ENOEXEC);
	assert_int_equal(elf_check_header("", 0, &image), -ENOEXEC);
#define REFUSED(change) do { hdr = good; hdr.change; assert_int_equal(header(&hdr, &image), -ENOEXEC); } while (0)
	REFUSED(e_ident[0] = 0);
	REFUSED(e_ident[3] = 'f');
	REFUSED(e_ident[EI_CLASS] = 1);
	REFUSED(e_ident[EI_DATA] = 2);
	REFUSED(e_machine = 3);
	REFUSED(e_type = 1);
	REFUSED(e_type = 4);
	REFUSED(e_phentsize = 32);
	REFUSED(e_phnum = 0);
	REFUSED(e_phnum = ELF_MAX_PHDRS + 1);
	REFUSED(e_phnum = 0xffff);
	REFUSED(e_phoff = INT64_MAX);
	REFUSED(e_phoff = ~0ull);
}

static void bad_segments_are_refused(void **state)
{
	struct elf_image image;
	struct elf64_phdr bad;

	(void)state;
#define SEGMENT(err, change) do {								\
		bad = data; bad.change;								\
		assert_int_equal(phdrs((struct elf64_phdr[]){ text, bad, stack }, 3, &image), err);	\
	} while (0)
	SEGMENT(-ENOEXEC, p_filesz = bad.p_memsz + 1);
	SEGMENT(-ENOEXEC, p_filesz = ~0ull);
	SEGMENT(-ENOEXEC, p_offset = 0x1801);
	SEGMENT(-ENOEXEC, p_offset = 0xfffffffffffff800);
	SEGMENT(-ENOMEM, p_memsz = ~0ull);
	SEGMENT(-ENOMEM, p_memsz = LIMIT - bad.p_vaddr + 1);
	SEGMENT(-ENOMEM, p_vaddr = 0xffffffff80000800);
	SEGMENT(-ENOMEM, p_vaddr = LIMIT + 0x800);
	SEGMENT(-ENOEXEC, p_vaddr = 0x401000 - 0x800);		/* into the one before */
	SEGMENT(0, p_memsz = LIMIT - bad.p_vaddr);
	SEGMENT(0, p_align = 3);				/* no alignment anybody can ask for */
	assert_int_equal(phdrs(&stack, 1, &image), -ENOEXEC);
	bad = text;
	bad.p_memsz = bad.p_filesz = 0;
	assert_int_equal(phdrs(&bad, 1, &image), -ENOEXEC);
}

static void the_largest_alignment_counts(void **state)
{
	struct elf64_phdr big = data;
	struct elf_image image;

	(void)state;
	big.p_align = 0x200000;
	assert_int_equal(phdrs((struct elf64_phdr[]){ text, big }, 2, &image), 0);
	assert_int_equal(image.align, 0x200000);
	assert_true(image.exec_stack);
	big.p_align = 1ull << 63;
	assert_int_equal(phdrs((struct elf64_phdr[]){ text, big }, 2, &image), 0);
	assert_int_equal(image.align, 0x1000);
}

static void headers_that_are_in_no_segment_are_nowhere(void **state)
{
	struct elf64_phdr late = text;
	struct elf_image image;

	(void)state;
	late.p_offset = 0x1000;
	assert_int_equal(phdrs(&late, 1, &image), 0);
	assert_int_equal(image.phdr, 0);
	late = text;
	late.p_filesz = 64 + 55;				/* a byte of them is missing */
	assert_int_equal(phdrs(&late, 1, &image), 0);
	assert_int_equal(image.phdr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_file_is_understood),
		cmocka_unit_test(this_program_is_accepted),
		cmocka_unit_test(other_files_are_no_programs),
		cmocka_unit_test(bad_segments_are_refused),
		cmocka_unit_test(the_largest_alignment_counts),
		cmocka_unit_test(headers_that_are_in_no_segment_are_nowhere),
	};

	return cmocka_run_group_tests_name("kernel/task/elf_check", tests, seed_random, NULL);
}
