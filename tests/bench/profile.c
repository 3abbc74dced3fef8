// SPDX-License-Identifier: BSD-2-Clause
/*
 * A QEMU plugin: how often each instruction ran between two marks in a program.
 *
 *   -plugin profile.so,out=FILE
 *
 * The marks are the no-ops 0f 1f 80 'M' 'K' N 0 of tests/bench/user/ops.c: N = 1
 * begins, N = 2 ends. FILE gets a line "ADDRESS TIMES" for each instruction that ran;
 * tests/bench/profile.py makes a table of it. One that faulted is counted each time.
 * Meant for one CPU.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* QEMU's qemu-plugin.h, version 1, which Debian's packages do not have */
#define EXPORT	__attribute__((visibility("default")))
#define CB_NO_REGS	0
#define INLINE_ADD_U64	0
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
					   void (*cb)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, void (*cb)(unsigned int, void *),
					    int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int op, void *ptr, uint64_t imm);

#define SLOTS	(1U << 19)		/* of the hash table; more instructions than this do not run */
#define MARK	"\x0f\x1f\x80MK"
#define MARK_SIZE	7

EXPORT int qemu_plugin_version = 1;

static uint64_t address[SLOTS], times[SLOTS];
static const char *out_name;

static uint64_t *counter_of(uint64_t vaddr)
{
	uint32_t slot = (vaddr * 0x9e3779b97f4a7c15ULL) >> 45;

	while (address[slot] && address[slot] != vaddr)
		slot = (slot + 1) % SLOTS;
	address[slot] = vaddr;
	return &times[slot];
}

static void begin(unsigned int cpu, void *unused)
{
	memset(times, 0, sizeof(times));
}

static void end(unsigned int cpu, void *unused)
{
	FILE *out = fopen(out_name, "w");
	uint32_t i;

	for (i = 0; out && i < SLOTS; i++)
		if (times[i])
			fprintf(out, "%" PRIx64 " %" PRIu64 "\n", address[i], times[i]);
	if (out)
		fclose(out);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const char *bytes = qemu_plugin_insn_data(insn);

		qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64,
							   counter_of(qemu_plugin_insn_vaddr(insn)), 1);
		if (qemu_plugin_insn_size(insn) == MARK_SIZE && !memcmp(bytes, MARK, sizeof(MARK) - 1))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, bytes[sizeof(MARK) - 1] == 1 ? begin : end,
							       CB_NO_REGS, NULL);
	}
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "profile: wants out=FILE\n");
		return -1;
	}
	out_name = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
