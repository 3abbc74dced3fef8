# SPDX-License-Identifier: BSD-2-Clause
"""A crash says what happened, on serial and on screen, and then does what panic=N says."""
import expect
import pytest

REPORTS = {
    "ud": r"exception 6, #UD",
    "pf": r"exception 14, #PF[^\n]*\nerror code 0x2: kernel write, page not present\naddress +0x0*10\n",
    "rodata": r"exception 14, #PF[^\n]*\nerror code 0x3: kernel write, page protection\n",
    "gp": r"exception 13, #GP",
    "de": r"exception 0, #DE",
}


@pytest.mark.parametrize("how", REPORTS)
def test_exception_is_reported_and_panic_resets(boot, how):
    machine = boot(cmdline=f'panic=1 monitor.exec="crash {how}"', fatal=())
    assert machine.wait() == "guest-reset"
    log = expect.from_stub(machine.log)
    assert expect.re.search(r"lantern: error \d+ [\w-]+: " + REPORTS[how], log)
    report = log[log.index("lantern: error"):]
    for register in ("rip", "rsp", "rax", "r15", "cr2", "cr3", "cr4", "efer"):
        assert expect.re.search(rf"\b{register} +[0-9a-f]+", report), register
    # the function that crashed, by name, and one that called it
    backtrace = report[report.index("backtrace"):]
    assert "cmd_crash+" in backtrace and "boot_thread+" in backtrace


def test_without_panic_option_the_machine_stops_with_the_report(boot):
    machine = boot(cmdline='monitor.exec="crash panic"', fatal=())
    machine.expect(r"panic: [^\n]+\nbacktrace\n")
    machine.expect(expect.PANIC_STOPPED)
    machine.check_no_triple_fault()
