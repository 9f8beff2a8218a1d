"""Is Pango here, which sets the type of the brochure? Run before anything is installed.

Present: nothing happens. Missing on Debian or Ubuntu, as root: it is installed. Otherwise one line
says what to type. Standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from ctypes.util import find_library

#: What WeasyPrint loads at run time, without their prefixes and versions.
LIBRARIES = ("gobject-2.0", "pango-1.0", "pangoft2-1.0", "harfbuzz", "fontconfig")
#: The commands that bring it, by the program that is there to run them.
COMMANDS = {
    "apt-get": "apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
    "dnf": "dnf install -y pango",
    "brew": "brew install pango",
    "pacman": "pacman -S mingw-w64-x86_64-pango",
}


def missing() -> list[str]:
    """The libraries that the system does not find."""
    return [name for name in LIBRARIES if not find_library(name)]


def advice() -> str:
    """One line to type, for the package manager that is here, or for all that we know."""
    for program, command in COMMANDS.items():
        if shutil.which(program):
            return f"sudo {command}" if program in ("apt-get", "dnf") else command
    return " | ".join(COMMANDS.values())


def main() -> int:
    if not missing():
        return 0
    may_install = shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0
    if may_install:
        print("Pango is missing: installing it", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], check=False)  # noqa: S607
        command = [*COMMANDS["apt-get"].split(), "-qq"]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # noqa: S603
        if not missing():
            return 0
    sentence = f"Pango is missing, which sets the type of the brochure. Type: {advice()}"
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
