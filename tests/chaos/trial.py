"""One seed: a small archive, and a row of acts each of which something happens to.

After each fault comes one ordinary run, and then the promises are checked as readers can check
them: :mod:`tests.chaos.public` reads, :mod:`tests.chaos.oracle` compares.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows import targets
from flows.house_file import read_house
from flows.ledger import Ledger
from flows.manifest import rebuild
from tests.chaos import archive, faults, public
from tests.chaos.archive import Act, Bench
from tests.chaos.faults import Counter, Fault
from tests.chaos.oracle import ABSENT, Model
from tests.chaos.process import Child, Files, Reader, Said, Tell

#: Ordinary days, and the two nights on which Paris moves its clocks.
DAYS = (
    datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
    datetime(2026, 3, 28, 23, 30, tzinfo=UTC),
    datetime(2026, 10, 24, 23, 40, tzinfo=UTC),
)
EMBARGOED = 9
LATE = timedelta(hours=24)


@dataclass(slots=True)
class Report:
    """What came of a seed: each fault, and each promise that was broken, in words."""

    seed: int
    done: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def run(seed: int, folder: Path, acts: int | None = None) -> Report:
    """Run a seed in ``folder``, which is made and removed."""
    archive.warm()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    trial = _Trial(seed, folder)
    try:
        trial.run(acts)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return trial.report


class _Trial:
    def __init__(self, seed: int, folder: Path) -> None:
        self.chance = random.Random(seed)
        self.folder, self.report = folder, Report(seed)
        self.content, self.output = folder / "content", folder / "output"
        self.model = Model()
        self.now = self.chance.choice(DAYS)
        self.next_number, self.versions = 1, dict[int, int]()
        self.has_target = self.chance.random() < 0.4
        self.embargo = self.now + timedelta(minutes=self.chance.randrange(30, 300))
        self.latest = self.now  # the latest moment at which anybody thought it was
        self.owed = False  # whether an ordinary run has taken place since the embargo
        self.murky: set[int] = set()
        targets.SCHEMES["chaos"] = "tests.chaos.target"

    # ------------------------------------------------------------------------------- the row

    def run(self, acts: int | None) -> None:
        target = f"chaos://{self.folder / 'remote'}" if self.has_target else ""
        archive.write_house(self.content, target)
        zone = read_house(self.content).zone
        local = f"{self.embargo.astimezone(zone):%Y-%m-%dT%H:%M%z}"
        archive.write_source(self.content, EMBARGOED, 1, local)
        first = self._new(self.chance.randrange(2, 5))
        self._must(self._child(lambda tell: archive.perform(first, self._bench(tell))), "start")
        self._settled(self.model.after(first), "start", self.now)
        for _ in range(acts or self.chance.randrange(3, 7)):
            self._tick()
            act, fault = self._act(), faults.drawn(self.chance)
            name = f"{act.kind} {act.number or act.new}, {fault}"
            self.report.done.append(name)
            self._fault(act, fault, name)
        self._rebuilt()

    def _tick(self) -> None:
        self.now += timedelta(minutes=self.chance.randrange(1, 50))

    def _new(self, count: int) -> Act:
        numbers = tuple(range(self.next_number, self.next_number + count))
        self.next_number += count
        for number in numbers:
            archive.write_source(self.content, number, 1)
            self.versions[number] = 1
        return Act("publish", new=numbers)

    def _act(self) -> Act:
        own = list(self.versions)
        out = [n for n in self.model.out() if n in own]
        gone = [n for n in self.model.gone() if n in own]
        back = [n for n in own if self.model.state(n) and n not in self.murky
                and self.model.can_go_back(n)]  # fmt: skip
        kinds = ["publish"] if self.next_number < EMBARGOED - 1 else []
        kinds += ["correct", "correct", "withdraw"] if out else []
        kinds += ["rollback", "rollback"] if back else []
        kinds += ["again"] if gone else []
        kind = self.chance.choice(kinds)
        if kind == "publish":
            return self._new(self.chance.choice((1, 1, 2)))
        number = self.chance.choice(
            back if kind == "rollback" else gone if kind == "again" else out
        )
        return self._on(number, kind)

    def _on(self, number: int, kind: str) -> Act:
        if kind in ("correct", "again"):
            self.versions[number] += 1
            return Act("correct", number, self.versions[number])
        reason = f"Reason {self.chance.randrange(10**6)}." if kind == "withdraw" else ""
        return Act(kind, number, reason=reason)

    # ------------------------------------------------------------------------------- one fault

    def _fault(self, act: Act, fault: Fault, name: str) -> None:
        before = self._read(name)
        new = self.model.after(act)
        both = {s: {self.model.shown.get(s, ABSENT), state} for s, state in new.items()}
        bench = self._bench()
        if fault.kind == "clock":
            bench.now += timedelta(hours=fault.hours)
        self._think(bench.now)
        self._allow_embargoed(both)
        second = self._second(act, fault)
        if second:
            self._allow_both(act, second, both)
        said, met = self._strike(act, second, fault, bench)
        self._judge_between(name, met, both, new, single=second is None)
        self._judge_words(name, fault, said)
        reached = self._reached(act, said, new, fault) and not second
        seen_new = not second and any(self._shows(files, new) for files in met)
        if fault.kind == "recovery":
            self._kill_recovery(fault)
        self._tick()
        self._recovered(name)
        wanted = {s: {state} for s, state in new.items()} if reached or seen_new else both
        self._allow_embargoed(wanted)
        self._settled(wanted, name, self.now, before)

    def _settled(self, wanted: dict, name: str, now: datetime, before: object = None) -> None:
        """After an ordinary run: exactly what is due is public, and another run does nothing."""
        self._think(now)
        self.owed |= self.embargo <= now <= self.embargo + LATE
        wanted = {s: {w} if isinstance(w, str) else set(w) for s, w in wanted.items()}
        self._allow_embargoed(wanted)
        if self.owed:
            wanted[archive.slug(EMBARGOED)] = {archive.word(EMBARGOED, 1)}
        after = self._read(name)
        self._broken(name, self.model.strangers(after, wanted))
        self._broken(name, self.model.breaches(after))
        self.model.learn(after)
        inventory = _inventory(self.output)
        self._recovered(f"{name}, second run")
        if changed := _differ(inventory, _inventory(self.output)):
            self._broken(name, [f"a second run changes {changed}"])
        if self.has_target:
            self._judge_target(name)

    def _judge_target(self, name: str) -> None:
        here = public.snapshot(self.output / "site") or {}
        remote = self.folder / "remote"
        there = {
            f"/{p.relative_to(remote)}": p.read_bytes()
            for p in remote.rglob("*")
            if p.is_file() and not str(p.relative_to(remote)).startswith(".parution")
        }
        here = {name: data for name, data in here.items() if not name.endswith("/.gone")}
        if changed := _differ(here, there):
            self._broken(name, [f"the target differs in {changed}"])

    def _judge_between(
        self, name: str, met: list[Files], both: dict, new: dict, *, single: bool
    ) -> None:  # fmt: skip
        """What readers met from the act on until the next run: the old or the new, never both."""
        now = public.snapshot(self.output / "site", assets=False) or {}
        was_new = False
        for files in [*met, now] if not met or met[-1] != now else met:
            state = public.read(files)
            self._broken(f"{name}, met", state.faults)
            self._broken(f"{name}, met", self.model.strangers(state, both))
            self._broken(f"{name}, met", self.model.breaches(state))
            states = state.states()
            are_new = [states.get(s, ABSENT) == w for s, w in new.items()]
            if single and len(set(are_new)) > 1:
                self._broken(name, [f"readers met a mix: {states}"])
            if single and was_new and not all(are_new):
                self._broken(name, ["readers saw the new state, and then the old one again"])
            was_new |= all(are_new)
            if not single:
                self.model.learn(state) if not state.faults else None

    def _judge_words(self, name: str, fault: Fault, said: list[Said]) -> None:
        for one in said:
            if one.is_unexplained:
                self._broken(name, [f"no sentence for: {one.error}"])
            if fault.kind in ("clock", "slow") and fault.count == 1 and "over" not in one.lines:
                self._broken(name, [f"was not done: {one.error}"])

    @staticmethod
    def _reached(act: Act, said: list[Said], new: dict, fault: Fault) -> bool:
        """Whether there is no way back for the act: then its new state must be there later.

        A wish to correct stands in the ledger alone, and is lost with it: the source is then
        shown as a pending correction again, and nothing of it is public.
        """
        lines = [line for one in said for line in one.lines]
        moved = lines.count("moved") >= len(new)
        asked = "asked" in lines and fault.kind != "lost"
        kept = act.kind == "publish" or (act.kind == "correct" and asked)
        return moved or kept or ("over" in lines and not any("error" in x for x in lines))

    @staticmethod
    def _shows(files: Files, new: dict) -> bool:
        states = public.read(files).states()
        return all(states.get(s, ABSENT) == w for s, w in new.items())

    def _allow_embargoed(self, allowed: dict) -> None:
        name = archive.slug(EMBARGOED)
        shown = self.model.shown.get(name, ABSENT)
        early = self.latest < self.embargo
        allowed[name] = {shown} if early else {shown, archive.word(EMBARGOED, 1)}

    def _second(self, act: Act, fault: Fault) -> Act | None:
        """What somebody else does at the same time: the same, or something else to the same."""
        if fault.kind != "twice":
            return None
        if act.kind == "publish":
            return act
        self.murky.add(act.number)
        others = {"correct": ["withdraw"], "withdraw": ["correct"], "rollback": ["withdraw"]}
        kind = self.chance.choice([act.kind, *others[act.kind]])
        return act if kind == act.kind else self._on(act.number, kind)

    def _allow_both(self, act: Act, second: Act, both: dict) -> None:
        for slug, state in self.model.after(second).items():
            both[slug].add(state)
        if "rollback" in (act.kind, second.kind):  # of what the other one has made of it
            both[archive.slug(act.number)] |= {
                seen.word for seen in self.model.known[archive.slug(act.number)].values()
            }

    # ------------------------------------------------------------------------------- striking

    def _strike(
        self, act: Act, second: Act | None, fault: Fault, bench: Bench
    ) -> tuple[list[Said], list[Files]]:
        """Strike, while somebody reads the site; what the processes said, and what was read."""
        if second:
            reader = Reader(self.output / "site", self.folder / "met")
            both = self._strike_two(act, second, fault, bench)
            return both, reader.met()
        with self._surroundings(fault, bench) as bench:
            totals = self._measured(act, fault, bench)
            usual = totals.pop("seconds", 0)
            at = {k: max(1, int(n * fault.share) + 1) for k, n in totals.items()}
            reader = Reader(self.output / "site", self.folder / "met")
            child = Child(lambda tell: _attacked(act, fault, bench, at, tell))
            if fault.kind == "moment":
                said = child.end(kill_after=usual / 1e6 * fault.share)
            else:
                said = child.end()
            met = reader.met()
        if fault.kind == "lost":
            for file in self.output.glob("parution.db*"):
                file.unlink()
        return [said], met

    def _measured(self, act: Act, fault: Fault, bench: Bench) -> dict[str, int]:
        """How many lines, calls and statements the act takes on a copy, and microseconds."""
        wanted = {"line": "line", "lost": "line", "recovery": "line", "call": "call",
                  "cut": "statement", "answer": "commit", "moment": "seconds"}  # fmt: skip
        kind = "line" if fault.kind == "clock" and fault.count > 1 else wanted.get(fault.kind, "")
        if not kind:
            return {}
        copy = replace(bench, content=self.folder / "copy-c", output=self.folder / "copy")
        shutil.copytree(bench.output, copy.output, symlinks=True)
        shutil.copytree(bench.content, copy.content)
        archive.write_house(copy.content)
        said = Child(lambda tell: _counted(act, fault, copy, tell)).end()
        shutil.rmtree(copy.output)
        shutil.rmtree(copy.content)
        totals = json.loads(next(x for x in said.lines if x.startswith("{")))
        return {kind: totals.get(kind, 1)}

    def _strike_two(self, act: Act, second: Act, fault: Fault, bench: Bench) -> list[Said]:
        """Two processes start at one moment; every other time one of them is killed at a step."""
        go, start = os.pipe()
        killed = replace(fault, kind="step" if fault.share < 0.5 else "none")

        def waiting(one: Act, own: Fault) -> Callable[[Tell], None]:
            def job(tell: Tell) -> None:
                os.close(start)
                os.read(go, 1)
                _attacked(one, own, bench, {}, tell)

            return job

        children = [Child(waiting(act, killed)), Child(waiting(second, Fault("none")))]
        os.close(start)
        os.close(go)
        return [child.end() for child in children]

    def _kill_recovery(self, fault: Fault) -> None:
        """Kill the run that recovers, too, somewhere."""
        bench, at = self._bench(), dict[str, int]()
        copy = replace(bench, output=self.folder / "copy", content=self.folder / "copy-c")
        shutil.copytree(bench.output, copy.output, symlinks=True)
        shutil.copytree(bench.content, copy.content)
        archive.write_house(copy.content)
        said = Child(lambda tell: _recovering(copy, at, tell)).end()
        totals = json.loads(next((x for x in said.lines if x.startswith("{")), "{}"))
        shutil.rmtree(copy.output)
        shutil.rmtree(copy.content)
        at["line"] = max(1, int(totals.get("line", 1) * fault.share) + 1)
        Child(lambda tell: _recovering(bench, at, tell)).end()

    @contextmanager
    def _surroundings(self, fault: Fault, bench: Bench) -> Iterator[Bench]:
        around = {"full": self._full, "readonly": self._readonly, "slow": self._slow}
        with around[fault.kind](fault, bench) if fault.kind in around else _usual(bench) as given:
            yield given

    @contextmanager
    def _full(self, fault: Fault, bench: Bench) -> Iterator[Bench]:
        """The output folder on a disk of its own on which a few pages are left."""
        disk = self.folder / "disk"
        disk.mkdir(exist_ok=True)
        mount = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(disk)]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            self.report.skipped.append("full: no tmpfs may be mounted here")
            yield bench
            return
        site = self.folder / "output"
        kept = self.folder / "kept"
        try:
            shutil.copytree(site, disk / "output", symlinks=True)
            site.rename(kept)
            site.symlink_to(disk / "output")
            left = int(fault.share * 70) * os.sysconf("SC_PAGE_SIZE")
            free = shutil.disk_usage(disk).free
            with (disk / "filler").open("wb") as filler:
                os.posix_fallocate(filler.fileno(), 0, max(1, free - left))
            yield bench
        finally:
            (disk / "filler").unlink()
            site.unlink()
            shutil.rmtree(kept)
            shutil.copytree(disk / "output", site, symlinks=True)
            subprocess.run(["umount", str(disk)], check=True)

    @contextmanager
    def _readonly(self, fault: Fault, bench: Bench) -> Iterator[Bench]:
        """The ledger's file as one that nobody may write, root neither."""
        file = str(bench.output / "parution.db")
        if subprocess.run(["chattr", "+i", file], capture_output=True, check=False).returncode:
            self.report.skipped.append("readonly: no file may be made immutable here")
            yield bench
            return
        try:
            yield bench
        finally:
            subprocess.run(["chattr", "-i", file], check=True)

    @contextmanager
    def _slow(self, fault: Fault, bench: Bench) -> Iterator[Bench]:
        """A target that takes a connection and says nothing, from some request on."""
        hangs = self.folder / "hangs"
        with socket.create_server(("127.0.0.1", 0)) as silent:
            hangs.write_text(f"{silent.getsockname()[1]} {int(fault.share * 30)}")
            yield bench
        hangs.unlink()

    # ------------------------------------------------------------------------------- small

    def _bench(self, tell: Tell = lambda _line: None) -> Bench:
        return Bench(self.content, self.output, self.now, tell)

    def _think(self, moment: datetime) -> None:
        self.latest = max(self.latest, moment)

    def _child(self, job: Callable[[Tell], None]) -> Said:
        return Child(job).end()

    def _must(self, said: Said, name: str) -> None:
        if said.code:
            self._broken(name, [f"an ordinary run failed: {said.error or said.code}"])

    def _recovered(self, name: str) -> None:
        self._think(self.now)
        bench = self._bench()

        def job(tell: Tell) -> None:
            for failure in archive.recover(bench):
                tell(f"error {failure}")

        said = self._child(job)
        if said.code or said.error:
            self._broken(name, [f"the next run failed: {said.error or said.code}"])

    def _read(self, name: str) -> public.Public:
        state = public.read(public.snapshot(self.output / "site") or {})
        self._broken(name, state.faults)
        return state

    def _broken(self, name: str, what: list[str] | tuple[str, ...]) -> None:
        self.report.broken += [f"{name}: {one}" for one in what]

    def _rebuilt(self) -> None:
        """Promise 4, where files may be made again: the shelf and the tombstones."""
        before = public.snapshot(self.output / "site") or {}
        archive.write_house(self.content)  # a target would see the numbers of roots start anew
        for gone in sorted((self.output / "releases").glob("*/*/public/.gone")):
            release = gone.parents[1]
            for path, data in rebuild(release).items():
                if (release / path).exists() and (release / path).read_bytes() != data:
                    self._broken("rebuild", [f"{release / path} comes out otherwise"])
        for name in ("parution.db", "parution.db-wal", "parution.db-shm", "site"):
            (self.output / name).unlink(missing_ok=True)
        shutil.rmtree(self.output / "tree" / "roots")
        for kind in ("years", "lists", "pages"):
            shutil.rmtree(self.output / "tree" / kind, ignore_errors=True)
        self._recovered("rebuild")
        if changed := _differ(before, public.snapshot(self.output / "site") or {}):
            self._broken("rebuild", [f"made again from the releases, it differs in {changed}"])


@contextmanager
def _usual(bench: Bench) -> Iterator[Bench]:
    yield bench


# ------------------------------------------------------------------------- in their own process


def _attacked(act: Act, fault: Fault, bench: Bench, at: dict[str, int], tell: Tell) -> None:
    """The act, in a process of its own, with its fault."""
    counter = Counter(at)
    step = fault.step if fault.kind in ("step", "recovery") else ""
    left = fault.count if step == "moved" and len(act.new) > 1 else 1

    def reached(name: str) -> None:
        nonlocal left
        tell(name)
        if fault.kind == "locked" and name == ("begun", "moved", "swapped")[fault.count - 1]:
            _lock(bench.output)
        left -= name == step
        if step and left == 0:
            faults.die()

    bench = replace(bench, reached=reached, opened=_opener(fault, counter, bench))
    archive.telling(reached)
    targets.push.__kwdefaults__["patience"] = targets.Patience(tries=2, pause=0.01)
    if {"line", "call"} & set(at):
        counter.watch()
    archive.perform(act, bench)


def _opener(fault: Fault, counter: Counter, bench: Bench) -> Callable[[Ledger], None]:
    def opened(ledger: Ledger) -> None:
        if fault.kind in ("cut", "answer", "locked"):
            faults.cut(ledger, counter, kind=fault.kind, impatient=fault.kind == "locked")

    return opened


_LOCKS: list[sqlite3.Connection] = []


def _lock(output: Path) -> None:
    """Hold the ledger's file as another program would, until this process ends."""
    line = sqlite3.connect(output / "parution.db", isolation_level=None)
    line.execute("BEGIN EXCLUSIVE")
    _LOCKS.append(line)


def _counted(act: Act, fault: Fault, bench: Bench, tell: Tell) -> None:
    counter = Counter()
    bench = replace(bench, opened=lambda x: faults.cut(x, counter, kind="answer", impatient=False))
    if fault.kind != "moment":
        counter.watch()
    start = time.perf_counter()
    archive.perform(act, bench)
    counter.seen["seconds"] = int((time.perf_counter() - start) * 1e6)
    tell(json.dumps(counter.seen))


def _recovering(bench: Bench, at: dict[str, int], tell: Tell) -> None:
    counter = Counter(at)
    counter.watch()
    archive.recover(bench)
    tell(json.dumps(counter.seen))


def _inventory(output: Path) -> dict[str, object]:
    """Every path below an output folder but the ledger's and the locks', with what it is."""
    found: dict[str, object] = {}
    for path in output.rglob("*"):
        name = str(path.relative_to(output))
        if not name.startswith(("parution.db", ".lock")):
            state = path.lstat()
            found[name] = (state.st_mode, state.st_mtime_ns if path.is_file() else 0)
    return found


def _differ(one: dict, other: dict) -> list[str]:
    return sorted(k for k in {*one, *other} if one.get(k) != other.get(k))[:5]
