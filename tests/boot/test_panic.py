# SPDX-License-Identifier: BSD-2-Clause
"""A panic tells what happened on one page of screen, whatever else goes wrong."""
import subprocess
import time

import expect
import qemu
import screentext


def test_report_and_last_messages_fit_one_page(boot, tmp_path):
    """As many characters as on 1366x768, which QEMU cannot show; loglevel= had hidden the messages."""
    machine = boot(cmdline='quiet monitor.exec="regs;crash pf"', fatal=(),
                   extra=["-device", "VGA,xres=1360,yres=768"])
    machine.expect(expect.PANIC_STOPPED)
    for _ in range(qemu.LOOKS):				# the serial line may be ahead
        machine.screenshot(tmp_path / "panic.png")
        page = screentext.read(tmp_path / "panic.png")
        if any(expect.PANIC_STOPPED in line for line in page):
            break
        time.sleep(0.1)
    text = "\n".join(page)
    assert 47 == len(page) and 170 == max(len(line) for line in page + ["x" * 170])
    head = text.index("lantern: error 99 monitor: exception 14, #PF page fault")
    assert text[:head].count("] stage: ") >= 9, "the last messages are not above the report"
    for part in ("error code 0x2: kernel write", "rip ", "r15 ", "cr3 ", "code ", "cmd_crash+", "boot_thread+", "panic: stopped"):
        assert part in text[head:], part
    report = text[head:].rstrip("\n ?").split("\n")
    assert max(len(line) for line in report) <= 85, "wider than a screen of 85 characters"


def run(boot, script, cmdline="panic=-1"):
    machine = boot(kernel=qemu.LANTERN, firmware="bios", memory="256M", append=f'{cmdline} monitor.exec="{script}"', fatal=())
    assert machine.wait() == "guest-reset"
    return machine.log


def test_fault_inside_printk_is_told_by_the_other_consoles(boot):
    log = run(boot, "crash console")
    first, second = log.split("lantern: error 99 monitor: exception 6, #UD invalid opcode")[1:]
    assert "rip " in first and "cmd_crash+" in first and "panic: reset in 0 s" in first
    assert "while the one above was reported" in second	# it faulted once more at the very end
    assert "rip " not in second


def test_faults_within_an_interrupt(boot):
    """Two that are mended and one that is told, each returning into the handler; then one that ends it."""
    log = run(boot, "crash nested")
    before, report = log.split("lantern: error 99 monitor: exception 14, #PF page fault\n")
    assert "crash: mended #PF yes, #GP yes\n" in before
    assert expect.re.search(expect.warning(99, "#DB at 0x[0-9a-f]+, DR6 0x[0-9a-f]+: breakpoints"), before)
    assert report.startswith("error code 0x2: kernel write, page not present\naddress ")
    chain = expect.re.findall(r"^  [0-9a-f]{16}  (\w+)", report[report.index("backtrace\n"):], expect.re.M)
    for name in ("nested_faults", "do_interrupt", "irq_entry", "cmd_crash", "boot_thread"):
        assert name in chain, name
    assert report.count("backtrace\n") == 1


def test_stack_overflow_names_the_recursion_and_who_began_it(boot):
    report = run(boot, "crash stack").split("lantern: error 99 monitor: exception 8, #DF double fault\n")[1]
    assert "the stack overflowed into its guard page" in report
    assert expect.re.search(r"overflow_stack\+[^\n]*\n  the same \d+ times more\n  [0-9a-f]{16}  cmd_crash\+", report)
    assert "boot_thread+" in report
    assert expect.re.search(r"\ncode ( [0-9a-f]{2}){8} <[0-9a-f]{2}>( [0-9a-f]{2}){15}\n", report)


def test_panic_save_shows_the_report_at_the_next_boot_and_only_there(boot, tmp_path):
    nvram = str(tmp_path / "vars.fd")

    def again(script):
        machine = boot(cmdline=f'panic=-1 panic.save=efi monitor.exec="{script}"', nvram=nvram, fatal=())
        machine.wait()
        return expect.from_stub(machine.log)

    assert "bytes of the log are kept for the next boot" in again("crash pf")
    log = again("poweroff")
    head, saved = log.split("panic: an earlier boot ended so:\n")
    for part in ("lantern: error 99 monitor: exception 14, #PF page fault", "rip ", "cr3 ", "panic: reset in 0 s"):
        assert f"\n| {part}" in saved, part
    assert expect.re.search(r"\n\|   [0-9a-f]{16}  cmd_crash\+", saved)
    assert "earlier boot" not in again("poweroff")


def address(kind, name):
    out = subprocess.run(["nm", qemu.VMLINUX], check=True, stdout=subprocess.PIPE, text=True).stdout
    return next(int(row[0], 16) for row in map(str.split, out.splitlines()) if row[1:] == [kind, name])


def test_a_lock_that_nobody_lets_go_of_holds_back_neither_panic_nor_reset(boot):
    """The debugger takes the lock of the firmware's runtime services, as a CPU has that was stopped inside."""
    machine = boot(cmdline='nokaslr panic=-1 panic.save=efi monitor.exec="crash pf"', fatal=(), gdb=True)
    machine.gdb.run_to(address("t", "panic_save"))
    machine.gdb.write(address("b", "call"), b"\1")
    machine.gdb.go()
    assert machine.wait() == "guest-reset"
    assert expect.re.search(r"\npanic: EFI variable 0 not written: error \d+\r?\n", machine.log)
