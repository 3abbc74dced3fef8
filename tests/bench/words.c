// SPDX-License-Identifier: BSD-2-Clause
/*
 * A QEMU plugin: how many words a guest reads and writes, and with how many
 * instructions. Each 10 million instructions it writes a line "instructions
 * accesses" to the file out=FILE, so that a pass of a memory test, which is longer,
 * has lines of its own. Meant for one CPU.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* QEMU's qemu-plugin.h, version 1, which Debian's packages do not have */
#define EXPORT	__attribute__((visibility("default")))
#define CB_NO_REGS	0
#define MEM_RW		3
#define INLINE_ADD_U64	0
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
					   void (*cb)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, void (*cb)(unsigned int, void *),
					  int flags, void *data);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, int op, void *ptr, uint64_t imm);
void qemu_plugin_register_vcpu_mem_inline(struct qemu_plugin_insn *insn, int rw, int op, void *ptr, uint64_t imm);

#define EVERY	10000000ULL

EXPORT int qemu_plugin_version = 1;

static uint64_t instructions, accesses, next_line = EVERY;
static FILE *out;

static void tb_exec(unsigned int cpu, void *data)
{
	if (instructions < next_line)
		return;
	fprintf(out, "%" PRIu64 " %" PRIu64 "\n", instructions, accesses);
	fflush(out);
	next_line = instructions + EVERY;
}

static void tb_trans(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	qemu_plugin_register_vcpu_tb_exec_inline(tb, INLINE_ADD_U64, &instructions, n);
	qemu_plugin_register_vcpu_tb_exec_cb(tb, tb_exec, CB_NO_REGS, NULL);
	for (i = 0; i < n; i++)
		qemu_plugin_register_vcpu_mem_inline(qemu_plugin_tb_get_insn(tb, i), MEM_RW,
						     INLINE_ADD_U64, &accesses, 1);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	out = argc == 1 && !strncmp(argv[0], "out=", 4) ? fopen(argv[0] + 4, "w") : NULL;
	if (!out) {
		fprintf(stderr, "words: wants out=FILE\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, tb_trans);
	return 0;
}
