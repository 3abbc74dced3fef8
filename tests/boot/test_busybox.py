# SPDX-License-Identifier: BSD-2-Clause
"""The shell that `make run` ends in: Debian's busybox at the serial line and on the screen.

What the applets print is compared with Linux's in test_user.py. Here is what needs a
person at a terminal: job control, editing, the keys that send signals; and machines
with little memory, with much, and with programs that want all of it.
"""
import re
import subprocess
import sys
import time

import pytest

import keys
import qemu
import screentext
from test_initramfs import MKINITRAMFS

INITRD = qemu.BUILD + "/initrd.img"
PROMPT = r"\S*@lantern:\S*[#$] $"


class Shell:
    """A machine, started to its shell at the serial line."""

    def __init__(self, boot, **kwargs):
        self.machine = boot(firmware="bios", kernel=qemu.LANTERN, append="console=ttyS0 " + kwargs.pop("append", "quiet"),
                            **{"extra": ["-initrd", INITRD], "memory": "256M", "smp": 2, **kwargs})
        self.expect(PROMPT)
        self.run("stty rows 24 cols 200")	# no line is broken

    def expect(self, pattern):
        self.machine.expect(pattern)
        return self.machine.before

    def keys(self, text):
        self.machine.send(text)

    def run(self, command):
        """Type a command, return what it printed."""
        self.keys(command + "\r")
        self.expect(re.escape(command[-20:]) + r" *\n")		# the echo
        return self.expect(PROMPT).rpartition("\n")[0]

    def start(self, program, before=""):
        """Type a command that goes on. It says itself when it runs: then keys are its own, no more the shell's."""
        self.keys(f"{before}(echo g''o >&2; exec {program})\r")
        self.expect(r"\ngo\n")

    def end(self):
        self.keys("poweroff\r")
        assert self.machine.wait() == "guest-shutdown"


@pytest.fixture(params=(1, 2, 4))
def shell(boot, request):
    return Shell(boot, smp=request.param)


def test_a_session(shell):
    """What one finds, and the way out."""
    assert shell.run("tty") == "/dev/ttyS0"
    assert shell.run("ps | head -n 2 | sed 1d").split()[:2] == ["1", "root"]
    mounts = shell.run("mount")
    for place in ("/proc", "/sys", "/dev", "/dev/pts"):
        assert f" on {place} type " in mounts
    assert shell.run("id -un; hostname; uname -s; pwd").split() == ["root", "lantern", "Linux", "/root"]
    assert shell.run("mkdir /tmp/m; mount -t tmpfs none /tmp/m; echo x > /tmp/m/f; umount /tmp/m; ls /tmp/m; echo $?") == "0"
    # a mount moved to where another lies already: the place below is free again
    assert shell.run("mkdir -p /tmp/a /tmp/b; mount -t tmpfs none /tmp/a; touch /tmp/a/moved; cd /tmp/b; mount -t tmpfs none /tmp/b;"
                     " mount -o move /tmp/a /proc/self/cwd; touch below; ls . /tmp/b; cd; umount /tmp/b; umount /tmp/b; echo $?"
                     ).split() == [".:", "below", "/tmp/b:", "moved", "0"]
    assert shell.run("nproc") == str(shell.machine.command[shell.machine.command.index("-smp") + 1])
    # a shell that ends is started anew
    shell.keys("exit\r")
    shell.expect("BusyBox v")
    shell.expect(PROMPT)
    assert shell.run("cat /proc/1/comm; ls -l /proc/1/exe | sed 's/.*-> //'").split() == ["busybox", "/bin/busybox"]
    shell.end()


def test_job_control(shell):
    shell.start("sleep 1000")
    shell.keys("\x1a")
    assert "Stopped" in shell.expect(PROMPT)
    assert re.search(r"\[1\]\+  Stopped .*sleep 1000", shell.run("jobs"))
    assert re.search(r"^State:\s+T", shell.run("grep State /proc/$(pidof sleep)/status"))
    shell.run("bg")
    assert re.search(r"\[1\]\+  Running .*sleep 1000", shell.run("jobs"))
    shell.keys("fg\r")
    shell.expect("sleep 1000.*\n")
    time.sleep(2)			# the shell says it before it does it
    shell.keys("\x03")
    shell.expect(PROMPT)
    assert shell.run("echo $?; jobs") == "130"
    # a pipe of three is one job
    shell.start("cat > /dev/null", "yes | cat | ")
    shell.keys("\x1a")
    assert "Stopped" in shell.expect(PROMPT)
    shell.run("kill -9 %1; sleep 1")
    assert shell.run("pidof yes cat || echo none") == "none"
    # in the background: reading stops it
    shell.run("cat > /dev/null &")
    assert "tty input" in shell.run("sleep 1; jobs")
    shell.run("kill -9 %1")
    # Ctrl-\ and Ctrl-D; keys while nothing reads them are kept for who reads next
    shell.start("cat")
    shell.keys("typed\r")
    shell.expect("typed\ntyped\n")
    shell.keys("\x04")
    shell.expect(PROMPT)
    shell.start("sleep 100")
    shell.keys("\x1c")
    assert "Quit" in shell.expect(PROMPT)
    shell.keys("stty -echo; echo g''o; read x; stty echo; echo =$x=\r")
    shell.expect(r"\ngo\n")
    shell.keys("secret\r")
    assert shell.expect(PROMPT).startswith("=secret=\n")
    shell.end()


def test_line_editing(shell):
    shell.keys("echo wrnog\x1b[D\x1b[D\x1b[D\x7f\x1b[Cro\x1b[3~\r")	# cursor keys, Backspace, Delete
    shell.expect(PROMPT)
    shell.keys("echo one two\x01\x1b[C\x1b[C\x1b[C\x1b[C\x1b[C+ \x05 three\r")
    shell.expect("\n\\+ one two three\n")
    shell.expect(PROMPT)
    shell.keys("\x1b[A\x1b[A\x1b[B\x15echo history\r")
    shell.expect("\nhistory\n")
    shell.expect(PROMPT)
    shell.keys("ls /etc/init\t\r")
    shell.expect("\n/etc/inittab\n")
    shell.expect(PROMPT)
    shell.end()


def with_bash(folder):
    """initrd.img, and behind it an archive with Debian's bash."""
    bash, both = folder / "bash.cpio", folder / "initrd.img"
    subprocess.run([sys.executable, MKINITRAMFS, bash, "bin/bash=/bin/bash-static"], check=True)
    with open(INITRD, "rb") as file:
        both.write_bytes(file.read() + bash.read_bytes())
    return str(both)


def test_bash_has_jobs_history_and_completion(boot, tmp_path):
    shell = Shell(boot, extra=["-initrd", with_bash(tmp_path)])
    shell.run("PS1='bash@lantern:# ' bash --norc --noprofile")
    assert shell.run("echo ${BASH_VERSION%%.*}") == "5"
    shell.start("sleep 1000")
    shell.keys("\x1a")
    assert "Stopped" in shell.expect(PROMPT)
    shell.run("bg")
    assert re.search(r"\[1\]\+  Running .*sleep 1000", shell.run("jobs"))
    shell.run("kill %1; wait")
    shell.start("cat | cat")
    shell.keys("\x03")
    shell.expect(PROMPT)
    assert shell.run("echo $?; jobs") == "130"
    shell.keys("\x1b[A\x1b[A\x15echo one two\x1bbnew \r")	# history, Ctrl-U, a word back
    shell.expect("\none new two\n")
    shell.expect(PROMPT)
    shell.keys("\x12new t\r")				# search backwards
    shell.expect("\none new two\n")
    shell.expect(PROMPT)
    shell.keys("ls /etc/init\t\r")
    shell.expect("\n/etc/inittab\n")
    shell.expect(PROMPT)
    shell.run("exit")
    shell.end()


def test_vi_edits_a_file(shell):
    def command(text):
        """Keys, and Escape at their end: what follows too soon would be one key with it."""
        shell.keys(text + "\x1b")
        time.sleep(2)

    shell.run("seq 1 40 > f; stty rows 24 cols 80")
    shell.start("vi f")
    shell.expect("f 1/40 2%")
    shell.keys("ddp")				# swap two lines
    shell.expect("Put 1 lines")
    command("Gotyped")				# a line at the end
    command("Ibeginning: ")
    shell.keys(":3,5d\r")
    shell.keys("/20\r")
    command("cwtwenty")
    shell.keys(":%s/3/three/g\r")
    shell.keys("\x06\x02:wq\r")		# a page down and up
    shell.expect(PROMPT)
    text = shell.run("cat f").split("\n")
    assert text[:3] == ["2", "1", "6"]
    assert text[-1] == "beginning: typed"
    assert "twenty" in text and "three9" in text
    # Ctrl-Z in the middle of it
    shell.keys("vi f\r")
    shell.expect("f 1/38")
    shell.keys("\x1a")
    assert "Stopped" in shell.expect(PROMPT)
    shell.keys("fg\r")
    shell.expect("f 1/38")
    shell.keys(":q!\r")
    shell.expect(PROMPT)
    assert "icanon" in shell.run("stty -a") and "-icanon" not in shell.run("stty -a")
    shell.end()


def test_top(shell):
    text = shell.run("top -b -n 1")
    assert re.search(r"Mem: \d+K used, \d+K free", text) and re.search(r"^ +1 +0 root .*init", text, re.M)
    shell.run("(while :; do :; done) &")
    shell.run("stty rows 24 cols 80")
    shell.keys("top -d 1\r")
    shell.expect("Load average")
    share = re.search(r"(\d+)% usr", shell.expect(r"Load average[^\0]*Load average"))
    assert share is None or int(share[1]) >= 0
    shell.keys("q")
    shell.expect(PROMPT)
    shell.run("kill %1; wait")
    shell.end()


@pytest.mark.product		# the shadow takes an eighth
def test_small_machine(boot):
    """64 MiB: 40 of them are free at the prompt."""
    shell = Shell(boot, memory="64M", smp=1)
    total, _, free = map(int, re.search(r"Mem: +(\d+) +(\d+) +(\d+)", shell.run("free")).groups())
    assert total > 56 << 10 and free >= 40 << 10, f"{free} KiB free of {total}"
    assert shell.run("dd if=/dev/zero bs=1M count=20 2>/dev/null | md5sum") == "8f4e33f3dc3e414ff94e5fb6905cba8c  -"
    shell.end()


def test_large_machine(boot):
    shell = Shell(boot, memory="8G", smp=4)
    assert int(re.search(r"Mem: +(\d+)", shell.run("free"))[1]) > 7.5 * (1 << 20)
    assert shell.run("dd if=/dev/zero of=/tmp/big bs=1M count=64 2>/dev/null; md5sum < /tmp/big") == "7f614da9329cd3aebf59b91aadc30bf0  -"
    shell.end()


def test_a_memory_hog_dies(boot):
    """The program that wants too much is killed, with a line, and the shell answers afterwards."""
    shell = Shell(boot, memory="64M")
    text = shell.run("awk 'BEGIN { for (;;) a[i++] = sprintf(\"%1000d\", i) }'; echo ended $?")
    assert "ended 137" in text and re.search(r"out of memory.*awk", shell.run("dmesg | tail -n 3"), re.I)
    free = int(re.search(r"Mem: +\d+ +\d+ +(\d+)", shell.run("free"))[1])
    assert free > 40 << 10
    # files are memory, too
    assert "No space left" in shell.run("dd if=/dev/zero of=/dev/shm/full bs=1M; rm /dev/shm/full")
    assert shell.run("echo alive") == "alive"
    shell.end()


def test_a_fork_bomb_ends(boot):
    shell = Shell(boot, memory="64M")
    shell.run("sh -c 'b() { b | b & }; b' 2>/dev/null")
    time.sleep(5)
    shell.keys("kill -9 -1\r")			# the shell's own: a program could not be started
    shell.expect(PROMPT)
    assert shell.run("sleep 1; ps | grep -c 'sh -[c]'") == "0"
    assert shell.run("echo alive | cat") == "alive"
    room = 28 if qemu.is_sanitized() else 48	# MiB; there at once, whatever its thousands of stacks wait for
    assert shell.run(f"dd if=/dev/zero bs={room}M count=1 2>/dev/null | wc -c") == str(room << 20)
    shell.end()


def test_the_screen_has_a_shell_of_its_own(boot, tmp_path):
    """With job control: typed on the keyboard, read off the screen."""
    machine = boot(firmware="bios", kernel=qemu.LANTERN, append="quiet vga=0x318", vga="std", memory="256M", smp=2,
                   extra=["-initrd", INITRD])

    def see(pattern):
        for _ in range(qemu.HANG):
            lines = [line for line in screentext.read(machine.screenshot(tmp_path / "screen.png")) if line]
            if re.search(pattern, "\n".join(lines)):
                return lines
            time.sleep(1)
        raise AssertionError("not on the screen: " + pattern + "\n" + "\n".join(lines))

    see(r"@lantern:\S*# ?.?$")
    machine.expect(PROMPT)			# the other one, on the serial line
    keys.type_line(machine, "tty", ms=20)
    see(r"(?m)^/dev/tty1$")
    keys.type_line(machine, "sleep 1000", ms=20)
    see(r"sleep 1000\n?.?$")
    keys.press(machine, "ctrl-z", ms=20)
    see(r"\[1\]\+ +Stopped +sleep 1000\n.*# ?.?$")
    keys.type_line(machine, "fg", ms=20)
    see(r"sleep 1000\n?.?$")
    keys.press(machine, "ctrl-c", ms=20)
    see(r"\^C\n.*# ?.?$")
    keys.type_line(machine, "vi .profile", ms=20)
    see(r"(?m)^~\n(~\n)+.*profile.*1/1")
    keys.type_line(machine, ":q", ms=20)
    keys.press(machine, "ctrl-alt-delete")	# PID 1 is asked, and does what its inittab says
    machine.expect("The system is going down NOW!")
    assert machine.wait() == "guest-reset"
