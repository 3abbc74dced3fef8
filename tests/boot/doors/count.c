/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A TCG plugin for QEMU that counts the instructions of ours which run before
 * start_kernel: firmware, boot loaders and other kernels are left out, because
 * their code is not in our files.
 *
 *   -plugin count.so,image=build/lantern.efi,kernel=build/vmlinux.bin,
 *           stop=OFFSET,out=FILE[,cpu=N]
 *
 * A translated block is ours when its bytes are in one of the files, at an
 * offset that agrees with its address in the lower 9 bits: whoever loads us
 * loads whole sectors, so nobody has to tell where we are. Short blocks match
 * by chance; they count only where long ones have shown that the file is there.
 * When the kernel comes to byte OFFSET of vmlinux.bin the counts are written
 * to FILE, one line per block:  image|kernel LOAD-ADDRESS OFFSET INSTRUCTIONS TIMES
 * With cpu=N only what CPU N runs is counted; otherwise CPUs must run one at a time,
 * as with -icount, or be one.
 *
 * The interface is that of QEMU's qemu-plugin.h, version 1, which Debian's
 * packages do not hold.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT		__attribute__((visibility("default")))
#define MAX_BLOCKS	65536
#define MAX_BYTES	4096		/* of one block */
#define SURE_BYTES	16		/* a block this long does not match by chance */
#define SURE_BLOCKS	3		/* nor so many of them at one load address */
#define SECTOR		512
#define MAX_PLACES	64

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { QEMU_PLUGIN_CB_NO_REGS };
enum { QEMU_PLUGIN_INLINE_ADD_U64 };

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
					   void (*cb)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, void (*cb)(unsigned int, void *),
					  int flags, void *arg);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, int op, void *ptr, uint64_t imm);

EXPORT int qemu_plugin_version = 1;

struct file {
	const char	*name;
	uint8_t		*data;
	size_t		size;
};

/* One translation that is in a file at an offset; a block that is at two offsets has two of these. */
struct block {
	struct file	*file;
	uint64_t	load;		/* where the start of the file would be */
	uint32_t	offset, size, nr_insns;
	uint64_t	*times;		/* it ran */
};

/* A load address, and how many long blocks speak for it */
struct place {
	struct file	*file;
	uint64_t	load;
	unsigned int	nr_sure;
};

static struct file image = { .name = "image" }, kernel = { .name = "kernel" };
static struct block blocks[MAX_BLOCKS];
static uint64_t counters[MAX_BLOCKS];
static unsigned int nr_blocks, nr_counters;
static uint64_t stop_offset;
static const char *out_name;
static bool stopped;
static int only_cpu = -1;		/* -1: all */

static bool read_file(struct file *file, const char *path)
{
	FILE *f = fopen(path, "rb");

	if (!f)
		return false;
	fseek(f, 0, SEEK_END);
	file->size = ftell(f);
	rewind(f);
	file->data = malloc(file->size);
	if (!file->data || fread(file->data, 1, file->size, f) != file->size)
		file->size = 0;
	fclose(f);
	return file->size;
}

static struct place *place_of(struct place *places, unsigned int *nr, const struct block *b)
{
	unsigned int i;

	for (i = 0; i < *nr; i++)
		if (places[i].file == b->file && places[i].load == b->load)
			return &places[i];
	if (*nr == MAX_PLACES)
		return NULL;
	places[i] = (struct place){ .file = b->file, .load = b->load };
	(*nr)++;
	return &places[i];
}

/* The kernel has come to start_kernel: no more is counted. */
static void finish(unsigned int cpu, void *unused)
{
	struct place places[MAX_PLACES], *place;
	unsigned int nr = 0, i;
	FILE *f;

	if (stopped)
		return;
	stopped = true;
	for (i = 0; i < nr_blocks; i++)
		if (blocks[i].size >= SURE_BYTES && *blocks[i].times) {
			place = place_of(places, &nr, &blocks[i]);
			if (place)
				place->nr_sure++;
		}
	f = fopen(out_name, "w");
	if (!f)
		return;
	for (i = 0; i < nr_blocks; i++) {
		const struct block *b = &blocks[i];

		place = place_of(places, &nr, b);
		if (*b->times && place && place->nr_sure >= SURE_BLOCKS)
			fprintf(f, "%s %llx %x %u %llu\n", b->file->name, (unsigned long long)b->load, b->offset,
				b->nr_insns, (unsigned long long)*b->times);
	}
	fclose(f);
}

static void ran(unsigned int cpu, void *times)
{
	if ((int)cpu == only_cpu)
		++*(uint64_t *)times;
}

static bool add_matches(struct file *file, uint64_t vaddr, const uint8_t *bytes, uint32_t size,
			uint32_t nr_insns, uint64_t *times)
{
	bool found = false;
	uint64_t offset;

	for (offset = vaddr % SECTOR; offset + size <= file->size; offset += SECTOR) {
		if (vaddr < offset || memcmp(file->data + offset, bytes, size) || nr_blocks == MAX_BLOCKS)
			continue;
		blocks[nr_blocks++] = (struct block){ file, vaddr - offset, offset, size, nr_insns, times };
		found = true;
	}
	return found;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t nr_insns = qemu_plugin_tb_n_insns(tb), i, size = 0;
	uint64_t vaddr = qemu_plugin_tb_vaddr(tb), *times;
	static uint8_t bytes[MAX_BYTES];	/* QEMU holds a lock around this call */
	bool ours;

	if (stopped || nr_counters == MAX_BLOCKS)
		return;
	for (i = 0; i < nr_insns; i++) {
		const struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		size_t len = qemu_plugin_insn_size(insn);

		if (size + len > sizeof(bytes))
			return;
		memcpy(bytes + size, qemu_plugin_insn_data(insn), len);
		size += len;
	}
	times = &counters[nr_counters];
	ours = add_matches(&image, vaddr, bytes, size, nr_insns, times);
	ours |= add_matches(&kernel, vaddr, bytes, size, nr_insns, times);
	if (!ours)
		return;
	nr_counters++;
	if (vaddr >> 63 && size >= SURE_BYTES / 2 && (vaddr - stop_offset) % (1 << 21) == 0 &&
	    stop_offset + size <= kernel.size && !memcmp(kernel.data + stop_offset, bytes, size))
		qemu_plugin_register_vcpu_tb_exec_cb(tb, finish, QEMU_PLUGIN_CB_NO_REGS, NULL);
	if (only_cpu >= 0)
		qemu_plugin_register_vcpu_tb_exec_cb(tb, ran, QEMU_PLUGIN_CB_NO_REGS, times);
	else
		qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, times, 1);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	bool ok = true;
	int i;

	for (i = 0; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (!value)
			return -1;
		*value++ = '\0';
		if (!strcmp(argv[i], "image"))
			ok &= read_file(&image, value);
		else if (!strcmp(argv[i], "kernel"))
			ok &= read_file(&kernel, value);
		else if (!strcmp(argv[i], "stop"))
			stop_offset = strtoull(value, NULL, 0);
		else if (!strcmp(argv[i], "out"))
			out_name = strdup(value);
		else if (!strcmp(argv[i], "cpu"))
			only_cpu = atoi(value);
		else
			ok = false;
	}
	if (!ok || !image.size || !kernel.size || !stop_offset || !out_name)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
