/* SPDX-License-Identifier: BSD-2-Clause */
/* The time line of the setup code, handed to the kernel as the loader's and the stub's are. */
#include <asm/processor.h>
#include "setup.h"

#define SETUP_STAGES	10		/* 40 to 49 */

/* struct boot_trace, no longer than we need it */
static struct {
	struct setup_data	node;
	u32			version;
	u32			nr_entries;
	struct boot_trace_entry	entry[SETUP_STAGES];
} __packed __aligned(8) trace;

u64 entry_tsc;
static bool has_tsc;

void trace_init(void)
{
	has_tsc = cpu_has_tsc();
	trace.version = BOOT_TRACE_VERSION;
	trace.node.type = SETUP_LANTERN_TRACE;
	trace.node.len = sizeof(trace) - sizeof(trace.node);
	trace.node.next = boot_params.hdr.setup_data;
	boot_params.hdr.setup_data = linear(&trace);
}

void trace_stage(enum boot_stage nr)
{
	struct boot_trace_entry *entry = &trace.entry[trace.nr_entries];

	if (trace.nr_entries == SETUP_STAGES)
		return;
	entry->stage = nr;
	entry->tsc = nr == STAGE_SETUP ? entry_tsc : has_tsc ? rdtsc() : 0;
	trace.nr_entries++;
}
