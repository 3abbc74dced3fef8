/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/drivers/acpi/madt.c: whatever the table, the counts keep to their arrays and no CPU is listed twice. */
#include <tests/fuzz/fuzz.h>
#include <kernel/acpi.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct acpi_madt m;

	acpi_parse_madt(data, size, &m);
	CHECK(m.nr_cpus <= ACPI_MAX_CPUS && m.nr_io_apics <= ACPI_MAX_IO_APICS, "%u CPUs, %u I/O APICs", m.nr_cpus,
	      m.nr_io_apics);
	CHECK(m.nr_nmis <= ACPI_MAX_NMIS && m.nr_lint_nmis <= ACPI_MAX_NMIS, "%u and %u NMIs", m.nr_nmis, m.nr_lint_nmis);
	CHECK(!m.cut_at || m.cut_at < size || size < 44, "cut at %u of %zu", m.cut_at, size);
	for (unsigned int i = 0; i < m.nr_cpus; i++)
		for (unsigned int j = 0; j < i; j++)
			CHECK(m.cpus[i].apic_id != m.cpus[j].apic_id, "CPU %u twice", m.cpus[i].apic_id);
	return 0;
}
