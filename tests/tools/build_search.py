"""Rebuild ``templates/site/scripts/minisearch.js`` from its npm package, made small by terser.

    cd tests/tools && npm ci && cd - && python tests/tools/build_search.py

MiniSearch (Luca Ongaro, MIT) is one module without dependencies; its licence stands at its head.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
OUT = HERE.parents[1] / "templates" / "site" / "scripts" / "minisearch.js"


def made() -> bytes:
    """The module as it is committed."""
    package = MODULES / "minisearch"
    version = json.loads((package / "package.json").read_bytes())["version"]
    licence = (package / "LICENSE.txt").read_text(encoding="utf-8").strip()
    small = subprocess.run(
        [
            *("node", MODULES / "terser" / "bin" / "terser"),
            *("--module", "--compress", "--mangle", "--no-comments"),
            *("--", package / "dist" / "es" / "index.js"),
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    small = small.partition("//# sourceMappingURL")[0].rstrip()
    return f"/*! MiniSearch {version}\n\n{licence}\n*/\n{small}\n".encode()


if __name__ == "__main__":
    OUT.write_bytes(made())
    print(f"{OUT.name}  {OUT.stat().st_size:,} bytes")
