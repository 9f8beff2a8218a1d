"""Faults through the whole of it: the command, Prefect, the press, and SIGKILL to all of them.

One server of Prefect's serves every seed. Each seed starts from a copy of the same small archive,
does one act with the command, kills its whole process group after a share of its usual time, and
types `parution publish` once more.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2

from flows import embedded
from flows.manifest import rebuild
from tests.chaos import archive, public
from tests.chaos.archive import WORD, Act, slug, word
from tests.chaos.oracle import ABSENT

REPO = Path(__file__).parents[2]
KINDS = ("publish", "publish", "correct", "correct", "withdraw", "rollback")
PATIENCE = 180.0


def run(first: int, count: int, folder: Path) -> tuple[int, int]:
    """Run ``count`` seeds; how many faults, and how many promises broke."""
    folder.mkdir(parents=True, exist_ok=True)
    house = _House(folder)
    done = broken = 0
    try:
        house.open()
        for seed in range(first, first + count):
            for one in house.fault(seed):
                broken += 1
                print(f"BROKEN, seed {seed} through the whole: {one}", flush=True)
                print(f"  again: make chaos ARGS='--seeds 0 --first {seed} --through 1'")
            done += 1
    finally:
        house.close()
    return done, broken


def says(name: str, data: bytes, own: str) -> tuple[bytes, bytes, bytes] | None:
    """What a real file says: its edition, no revision, and its source's word."""
    if name.endswith(".pdf"):
        document = pypdfium2.PdfDocument(data)
        text = "".join(page.get_textpage().get_text_range() for page in document)
        document.close()
        data = text.encode()
    words = set(WORD.findall(data))
    return (own.encode(), b"0", words.pop()) if len(words) == 1 else None


@dataclass
class _House:
    folder: Path
    usual: dict[str, float] = field(default_factory=dict)

    def open(self) -> None:
        """The server, and an archive of one edition that was corrected once."""
        self.base = self.folder / "base"
        self.server = embedded.start(self.folder / "server", services=False)
        self.server.wait()
        embedded.remember(self.folder / "server", self.server)
        content = self.base / "content"
        archive.write_house(content)
        archive.write_source(content, 1, 1)
        self.command(self.base, "publish", "--unwatched")
        archive.write_source(content, 1, 2)
        self.usual["correct"] = self._timed(self.base, *self.typed(Act("correct", 1, 2)))
        for act in (Act("publish", new=(2,)), Act("withdraw", 1, reason="Reason 1."),
                    Act("rollback", 1)):  # fmt: skip
            copy = self._copy("measured")
            self._prepare(copy, act)
            self.usual[act.kind] = self._timed(copy, *self.typed(act))

    def close(self) -> None:
        self.server.stop()

    def fault(self, seed: int) -> list[str]:
        """One act, killed; what is wrong after the next run."""
        chance = random.Random(seed)
        kind = chance.choice(KINDS)
        act = {
            "publish": Act("publish", new=(2,)),
            "correct": Act("correct", 1, 3),
            "withdraw": Act("withdraw", 1, reason=f"Reason {seed}."),
            "rollback": Act("rollback", 1),
        }[kind]
        share = chance.random()
        at = self._copy(str(seed))
        self._prepare(at, act)
        before = self._read(at)
        self._killed(at, act, share * self.usual[kind])
        between = self._read(at)
        said = self.command(at, "publish", "--unwatched")
        after = self._read(at)
        name = f"{kind}, killed at {share:.3f}"
        wrong = [*between.faults, *after.faults]
        wrong += _judged(act, before, between, after)
        if said.returncode:
            wrong.append(f"the next run failed: {said.stdout[-300:]} {said.stderr[-300:]}")
        wrong += self._judge_status(at, after)
        files = public.snapshot(at / "output" / "site")
        self.command(at, "publish", "--unwatched")
        if files != public.snapshot(at / "output" / "site"):
            wrong.append("a second run changes what is public")
        if seed % 5 == 0:
            wrong += _rebuilt(at / "output")
        shutil.rmtree(at)
        return [f"{name}: {one}" for one in wrong]

    # ------------------------------------------------------------------------------- small

    def typed(self, act: Act) -> list[str]:
        """An act as a person types it."""
        name = archive.entry(act.number)
        return {
            "publish": ["publish", "--unwatched"],
            "correct": ["correct", name, "--note", f"Now {act.version}."],
            "withdraw": ["withdraw", slug(act.number), "--reason", act.reason],
            "rollback": ["rollback", slug(act.number)],
        }[act.kind]

    def command(self, at: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._line(at, *arguments), env=self._environment(), cwd=REPO, text=True,
            capture_output=True, timeout=PATIENCE, check=False,
        )  # fmt: skip

    def _line(self, at: Path, *arguments: str) -> list[str]:
        start = [sys.executable, "-c", "from flows.cli import main; main()"]
        places = ["--content", str(at / "content"), "--output", str(at / "output")]
        return [*start, *arguments, *places]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PREFECT_API_URL": self.server.url, "PARUTION_LANG": "en"}

    def _timed(self, at: Path, *arguments: str) -> float:
        start = time.monotonic()
        said = self.command(at, *arguments)
        assert said.returncode == 0, said.stdout + said.stderr
        return time.monotonic() - start

    def _copy(self, name: str) -> Path:
        at = self.folder / name
        shutil.rmtree(at, ignore_errors=True)
        shutil.copytree(self.base, at, symlinks=True)
        return at

    def _prepare(self, at: Path, act: Act) -> None:
        for number in act.new:
            archive.write_source(at / "content", number, 1)
        if act.kind == "correct":
            archive.write_source(at / "content", act.number, act.version)

    def _killed(self, at: Path, act: Act, seconds: float) -> None:
        """Type an act, and kill everything that it started after so many seconds."""
        line = self._line(at, *self.typed(act))
        silent = subprocess.DEVNULL
        process = subprocess.Popen(
            line, env=self._environment(), cwd=REPO, stdout=silent, stderr=silent,
            start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _read(self, at: Path) -> public.Public:
        return public.read(public.snapshot(at / "output" / "site") or {}, says)

    def _judge_status(self, at: Path, after: public.Public) -> list[str]:
        """What the command says stands, against what readers see."""
        listed: Any = json.loads(self.command(at, "status", "--json").stdout)
        rows = listed["editions"] if isinstance(listed, dict) else listed
        wrong = []
        for row in rows:
            if not row["address"]:
                continue
            name = row["address"].rstrip("/").split("/")[-1]
            seen = after.states().get(name, ABSENT)
            if (row["state"] == "withdrawn") != seen.startswith("gone"):
                wrong.append(f"status calls {name} {row['state']}, and readers see {seen!r}")
            if row["state"] == "due":
                wrong.append(f"{name} is due still")
        return wrong


def _judged(
    act: Act, before: public.Public, between: public.Public, after: public.Public
) -> list[str]:
    """Old or new between, and one of them after; guid and first date stay; later is later."""
    wrong = []
    name = slug(act.number or act.new[0])
    old = before.states().get(name, ABSENT)
    new = {
        "publish": word(2, 1),
        "correct": word(1, 3),
        "withdraw": f"gone: {act.reason}",
        "rollback": word(1, 1),
    }[act.kind]
    met, last = between.states().get(name, ABSENT), after.states().get(name, ABSENT)
    if met not in (old, new):
        wrong.append(f"readers saw {met!r} between the runs")
    wanted = (new,) if act.kind == "publish" or met == new else (old, new)
    if last not in wanted:
        wrong.append(f"readers see {last!r} and not one of {wanted}")
    for other, seen in before.editions.items():
        now = after.editions.get(other)
        if other != name and now != seen:
            wrong.append(f"{other} has changed, and nobody touched it")
        if now and not now.reason and (now.guid, now.published) != (seen.guid, seen.published):
            wrong.append(f"the guid or the first date of {other} has changed")
    if act.kind == "correct" and last == new:
        one, two = before.editions[name].updated, after.editions[name].updated
        if one is None or two is None or two <= one:
            wrong.append("a correction is not later than what it corrects")
    return wrong


def _rebuilt(output: Path) -> list[str]:
    """Promise 4: each file of each release, made again, has the same bytes."""
    wrong = []
    for manifest in sorted((output / "releases").glob("*/*/manifest.json")):
        release = manifest.parent
        for path, data in rebuild(release).items():
            kept = release / path
            if not path.startswith("assets/") and kept.read_bytes() != data:
                wrong.append(f"{kept} comes out otherwise")
    return wrong
