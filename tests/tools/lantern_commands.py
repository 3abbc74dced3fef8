# SPDX-License-Identifier: BSD-2-Clause
"""gdb commands that show what the kernel knows, of a machine that is stopped:

    lx-ps  lx-dmesg  lx-boot-params  lx-e820  lx-slab  lx-pt ADDRESS

and printers of lists and trees. They read memory alone and call nothing, so they
work after a panic, too. `source tests/tools/lantern_commands.py` is all they need
beside the symbols; `make debug` does it.
"""
import gdb

MASK = 2**64 - 1
PAGE_SIZE = 4096
PAGE_PRESENT, PAGE_WRITE, PAGE_USER, PAGE_LEAF, PAGE_NX = 1, 2, 4, 0x80, 1 << 63
PAGE_ADDRESS = 0x000ffffffffff000


def address(value):
    return int(value.address.cast(gdb.lookup_type("unsigned long"))) & MASK


def variable(name):
    """Of the kernel at its virtual address: gdb may have its symbols at the physical one as well."""
    found = []
    for objfile in gdb.objfiles():
        symbol = objfile.lookup_global_symbol(name) or objfile.lookup_static_symbol(name)
        if symbol:
            found.append(symbol.value())
    if not found:
        raise gdb.GdbError(f"no symbol {name}: load build/vmlinux")
    return max(found, key=address)


def offset_of(type_, member):
    return next(f.bitpos // 8 for f in type_.fields() if f.name == member)


def text(array):
    return array.string(errors="replace", length=array.type.sizeof).split("\0")[0]


def list_entries(head, type_name, member):
    """The structures of a list_head, with a bound: memory may be damaged."""
    type_ = gdb.lookup_type(type_name)
    offset, end = offset_of(type_, member), address(head)
    node = head["next"]
    for _ in range(100000):
        at = int(node) & MASK
        if at in (0, end):
            return
        yield gdb.Value((at - offset) & MASK).cast(type_.pointer()).dereference()
        node = node["next"]
    raise gdb.GdbError("the list does not end")


def physical(pa, size):
    """Memory at a physical address, by the direct map."""
    where = (int(variable("page_offset_base")) + pa) & MASK
    return gdb.selected_inferior().read_memory(where, size).tobytes()


class Command(gdb.Command):
    """One whose name and help are those of the class."""

    def __init__(self):
        super().__init__(self.name, gdb.COMMAND_DATA)
        self.dont_repeat()


class Ps(Command):
    """All threads: number, process, state, CPU, name."""
    name = "lx-ps"

    def invoke(self, argument, from_tty):
        print("  PID  TGID STATE CPU NAME")
        for task in list_entries(variable("task_list"), "struct task_struct", "tasks"):
            print("%5d %5d %5d %3d %s" % (task["pid"], task["tgid"], task["state"], task["cpu"], text(task["comm"])))


class Dmesg(Command):
    """The log, oldest record first."""
    name = "lx-dmesg"

    def invoke(self, argument, from_tty):
        ring = variable("printk_rb")
        cells = ring["cell"].type.range()[1] + 1
        raw = gdb.selected_inferior().read_memory(address(ring["cell"]), cells * 64).tobytes()
        words = [int.from_bytes(raw[at:at + 8], "little") for at in range(0, len(raw), 8)]
        end = int(ring["head"]) >> 24
        out, pos = [], max(0, end - cells)
        while pos < end:
            stamp = words[pos % cells * 8]
            if stamp != (pos // cells + 1) * 2 + 1:		# no beginning, or not of this lap
                pos += 1
                continue
            size = min(words[pos % cells * 8 + 2] & 0xffff, 1023)
            data, nr = b"", 2
            while len(data) < size:
                data += words[(pos + nr // 7) % cells * 8 + 1 + nr % 7].to_bytes(8, "little")
                nr += 1
            out.append(data[:size].decode("utf-8", "replace"))
            pos += 1
        print("".join(out).rstrip("\n"))


class BootParams(Command):
    """What the loader handed over, field by field."""
    name = "lx-boot-params"

    def invoke(self, argument, from_tty):
        params = variable("boot_params")
        for field in params["hdr"].type.fields():
            print("hdr.%-22s %#x" % (field.name, int(params["hdr"][field.name]) & MASK))
        for name in ("acpi_rsdp_addr", "ext_ramdisk_image", "ext_ramdisk_size", "ext_cmd_line_ptr", "e820_entries"):
            print("%-26s %#x" % (name, int(params[name])))
        print("command line: %s" % text(variable("boot_command_line")))


class E820(Command):
    """The memory map the kernel works with."""
    name = "lx-e820"
    KINDS = {1: "usable", 2: "reserved", 3: "ACPI data", 4: "ACPI NVS", 5: "unusable", 7: "persistent"}

    def invoke(self, argument, from_tty):
        table = variable("e820_table")
        for i in range(int(table["nr"])):
            entry = table["entry"][i]
            start, kind = int(entry["addr"]), int(entry["type"])
            print("[mem %#018x-%#018x] %s" % (start, start + int(entry["size"]) - 1, self.KINDS.get(kind, f"type {kind}")))


class Slab(Command):
    """Caches of objects: object size, objects allocated or at hand, slabs."""
    name = "lx-slab"

    def invoke(self, argument, from_tty):
        print("%-24s %7s %9s %7s" % ("CACHE", "SIZE", "TAKEN", "SLABS"))
        for cache in list_entries(variable("all_caches"), "struct kmem_cache", "caches"):
            print("%-24s %7d %9d %7d" % (cache["name"].string(), cache["size"], cache["taken"], cache["nr_slabs"]))


class Pt(Command):
    """lx-pt ADDRESS: the way of an address through the kernel's page tables."""
    name = "lx-pt"

    def invoke(self, argument, from_tty):
        if not argument:
            raise gdb.GdbError("lx-pt ADDRESS")
        where = int(gdb.parse_and_eval(argument).cast(gdb.lookup_type("unsigned long"))) & MASK
        tables = variable("kernel_pgtable")
        table = int(tables["root"])
        for level in range(int(tables["levels"]), 0, -1):
            shift = 12 + 9 * (level - 1)
            index = where >> shift & 511
            entry = int.from_bytes(physical(table + index * 8, 8), "little")
            flags = "".join(letter if entry & bit else "-" for letter, bit in
                            (("P", PAGE_PRESENT), ("W", PAGE_WRITE), ("U", PAGE_USER), ("N", PAGE_NX)))
            print("level %d  table %#x [%3d]  %#018x  %s" % (level, table, index, entry, flags))
            if not entry & PAGE_PRESENT:
                print("not mapped")
                return
            table = entry & PAGE_ADDRESS
            if level == 1 or (level < 4 and entry & PAGE_LEAF):
                size = 1 << shift
                print("%#x is at physical %#x, in a page of %d KiB" % (where, (table & -size) + (where & size - 1), size >> 10))
                return


class ListPrinter:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        end, node, nr = address(self.value), self.value["next"], 0
        while int(node) & MASK not in (0, end) and nr < 100000:
            node, nr = node["next"], nr + 1
        return "list of %d" % nr


class TreePrinter:
    def __init__(self, value):
        self.value = value

    def count(self, node):
        return 0 if not int(node) else 1 + self.count(node["child"][0]) + self.count(node["child"][1])

    def to_string(self):
        return "tree of %d" % self.count(self.value["node"])


def printer(value):
    kind = value.type.strip_typedefs().tag
    return {"list_head": ListPrinter, "rb_root": TreePrinter}.get(kind, lambda value: None)(value)


for command in (Ps, Dmesg, BootParams, E820, Slab, Pt):
    command()
gdb.pretty_printers.append(printer)
