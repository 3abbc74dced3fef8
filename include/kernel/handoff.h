/* SPDX-License-Identifier: BSD-2-Clause */
/* Is what the loader gave what the boot protocol promises? The rules are in <boot/handoff.h>. */
#ifndef KERNEL_HANDOFF_H
#define KERNEL_HANDOFF_H

#include <boot/handoff.h>
#include <kernel/text_sink.h>

#define HANDOFF_MAX_FINDINGS	64

struct handoff_finding {
	enum handoff_rule	rule;
	const char		*part;	/* of the field the rule names: "init_size"; NULL: the field itself */
	u64			value;	/* as it was found */
	u64			wanted;	/* or the other side of a contradiction; 0: nothing to tell */
};

struct handoff_findings {
	unsigned int		nr, more;	/* @more did not fit */
	struct handoff_finding	finding[HANDOFF_MAX_FINDINGS];
};

/* What a check may look at; nothing else is touched. */
struct handoff_check {
	const struct handoff_record	*record;
	/* readable memory at a physical address, NULL when there cannot be any */
	const void			*(*map)(phys_addr_t pa, size_t len);
	const struct boot_e820_entry	*e820;		/* all entries of the loader's map as it was given */
	unsigned int			nr_e820;
	const void			*efi_map;	/* NULL: none */
	u64				efi_map_size, efi_desc_size;
	phys_addr_t			systab;		/* EFI system table; 0: none */
};

/** handoff_check() - all rules that the door allows to ask for; @out is overwritten */
void handoff_check(const struct handoff_check *c, struct handoff_findings *out);

/** handoff_describe() - one finding as a line without its end: number, field, value, rule, source */
void handoff_describe(const struct handoff_finding *f, const struct text_sink *out);

/** handoff_check_boot() - check this boot; prints findings; stops as handoff=strict says. After e820_setup() */
void handoff_check_boot(void);

/** handoff_findings() - of this boot; NULL when nobody could tell what was handed over (PVH) */
const struct handoff_findings *handoff_findings(void);

/** handoff_emit() - the verdict and all findings, a line each */
void handoff_emit(const struct text_sink *out);

/** handoff_exit_if_asked() - handoff=exit: leave QEMU with the verdict, or switch the machine off */
void handoff_exit_if_asked(void);

/** handoff_exit_failed() - the same for a boot that has failed: tells isa-debug-exit, returns when there is none */
void handoff_exit_failed(void);

#endif
