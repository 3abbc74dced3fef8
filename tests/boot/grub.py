# SPDX-License-Identifier: BSD-2-Clause
"""GRUB as one EFI program with its configuration inside, from Debian's grub-efi-*-bin."""
import subprocess

MODULES = "configfile echo fat linux normal part_gpt part_msdos search search_fs_file serial terminal"
CONFIG = """\
set pager=0
serial --unit=0
terminal_output serial
search --set=root --file /lantern.efi
{}
boot
"""


def make(folder, platform, commands, modules=""):
    """Build \\EFI\\BOOT\\BOOT*.EFI for "x86_64-efi" or "i386-efi" that runs COMMANDS; return its path."""
    config, out = folder / "grub.cfg", folder / f"grub-{platform}.efi"
    config.write_text(CONFIG.format("\n".join(commands)), encoding="utf-8")
    subprocess.run(["grub-mkstandalone", "-O", platform, "-o", str(out), f"--modules={MODULES} {modules}",
                    f"--install-modules={MODULES} {modules}", "--locales=", "--themes=", "--fonts=",
                    f"boot/grub/grub.cfg={config}"], check=True)
    return str(out)
