"""Parution's timings, as ratios against a bare script in the same run: ``make bench``.

Each row pairs two commands, A B A B …, and prints the medians and the median of the ratios, since
machines differ and drift. Usage: python -m tests.bench.table [--quick] [ROW ...]
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows import embedded
from tests.release import workshop
from tests.service import process
from tests.site import lighthouse, whole

REPO = Path(__file__).parents[2]
SAMPLE = REPO / "content" / "2015-territoires-numeriques.txt"
#: Two subjects: with all editions and a language, an edition is in four feeds.
SUBJECTS = ("Water", "Maps")
PARUTION = [sys.executable, "-m", "flows.cli"]


@dataclass(frozen=True)
class Row:
    """A line of the table: what, the target in words, what was measured, and the ratio."""

    what: str
    target: str
    measured: str


def timed(command: list[str], **environ: str) -> float:
    """Wall seconds of a command; its output is thrown away, a failure stops the bench."""
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=REPO, env={**os.environ, **environ}, capture_output=True, check=False
    )
    took = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{command}: {done.stdout.decode()}{done.stderr.decode()}")
    return took


def paired(a: Callable[[], float], b: Callable[[], float], runs: int) -> tuple[float, float, float]:
    """Medians of ``a`` and ``b`` run in turn, and the median of their ratios."""
    pairs = [(a(), b()) for _ in range(runs)]
    ratios = [x / y for x, y in pairs]
    return (
        statistics.median(x for x, _ in pairs),
        statistics.median(y for _, y in pairs),
        statistics.median(ratios),
    )


class Bench:
    """A folder of its own, gone afterwards; ``quick`` makes fewer runs on smaller archives."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        self.folder, self.quick = folder, quick
        self.runs = 3 if quick else 5
        self._count = 0

    def new(self, name: str) -> Path:
        self._count += 1
        return self.folder / f"{name}-{self._count}"

    def sample(self, copies: int = 1) -> Path:
        """A content folder with a house and ``copies`` of the sample, each with its own title."""
        content = self.new("content")
        content.mkdir()
        (content / "house.toml").write_text(workshop.HOUSE, encoding="utf-8")
        text = SAMPLE.read_text(encoding="utf-8")
        title = next(line for line in text.splitlines()[5:] if line.strip())
        for n in range(copies):
            (content / f"sample-{n:03d}.txt").write_text(
                text.replace(title, f"{title} {n}" if n else title, 1), encoding="utf-8"
            )
        return content

    def publish(self, content: Path, output: Path, **environ: str) -> float:
        command = [*PARUTION, "publish", "--content", str(content), "--output", str(output)]
        return timed(command, **environ)

    def bare(self, content: Path) -> float:
        return timed(
            [sys.executable, "-m", "tests.bench.bare", str(content), str(self.new("bare"))]
        )

    # ------------------------------------------------------------------------------- the rows

    def check(self) -> Row:
        content = self.sample()
        command = [*PARUTION, "check", "--content", str(content)]
        timed(command)
        took = statistics.median(timed(command) for _ in range(2 * self.runs))
        return Row("check, one edition, cold", "≤ 0.5 s", f"{took:.2f} s")

    def with_server(self) -> Row:
        content, home = self.sample(), self.new("home")
        server = embedded.start(home, services=False)
        try:
            server.wait()
            a, b, ratio = paired(
                lambda: self.publish(content, self.new("out"), PREFECT_API_URL=server.url),
                lambda: self.bare(content),
                self.runs,
            )
        finally:
            server.stop()
        return Row(
            "publish, one edition, a server running",
            "≤ 2.0 × bare",
            f"{a:.1f} s / {b:.1f} s = {ratio:.2f} ×",
        )

    def without_server(self) -> Row:
        content, home = self.sample(), self.new("out")

        def publish() -> float:
            for kept in home.iterdir() if home.exists() else ():
                if kept.name != "prefect":
                    shutil.rmtree(
                        kept
                    ) if kept.is_dir() and not kept.is_symlink() else kept.unlink()
            return self.publish(content, home)

        publish()
        a, b, _ratio = paired(publish, lambda: self.bare(content), self.runs)
        return Row(
            "the same, no server running, second run",
            "bare + 5 s",
            f"{a:.1f} s = bare {b:.1f} s + {a - b:.1f} s",
        )

    def hundred(self) -> Row:
        many = 12 if self.quick else 100
        content, home = self.sample(many), self.new("home")
        server = embedded.start(home, services=False)
        try:
            server.wait()
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            a = self.publish(content, self.new("out"), PREFECT_API_URL=server.url)
            peak = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
        finally:
            server.stop()
        b = self.bare(content)
        return Row(
            f"{many} new editions",
            "≤ 1.25 × bare pool, ≤ 400 MB a process",
            f"{a:.0f} s / {b:.0f} s = {a / b:.2f} ×, {peak:.0f} MB",
        )

    def again(self) -> Row:
        content = workshop.content_folder(self.new("content"), range(1, 101))
        output = self.new("out")
        workshop.publish_due(content, output)
        took = statistics.median(self.publish(content, output) for _ in range(2 * self.runs))
        return Row("publishing again, 100 unchanged", "≤ 0.6 s", f"{took:.2f} s")

    def archive(self) -> Row:
        many = 200 if self.quick else 1000
        home = self.new("home")
        server = embedded.start(home, services=False)
        try:
            server.wait()
            outputs = []
            for size in (many, 10):
                content = workshop.archive(self.new("content"), size, tags=SUBJECTS)
                output = self.new("out")
                workshop.publish_due(content, output)
                outputs.append((content, output))

            def one_more(which: int, round_: list[int]) -> float:
                content, output = outputs[which]
                round_[0] += 1
                numbers = range(90000 + round_[0], 90001 + round_[0])
                workshop.content_folder(content, numbers, tags=SUBJECTS)
                return self.publish(content, output, PREFECT_API_URL=server.url)

            first, second = [0], [0]
            a, b, ratio = paired(
                lambda: one_more(0, first), lambda: one_more(1, second), 2 * self.runs
            )
        finally:
            server.stop()
        return Row(
            f"one new edition among {many:,} in 20 years, in 4 feeds, against among 10",
            "≤ 1.2 ×",
            f"{a:.2f} s / {b:.2f} s = {ratio:.2f} ×",
        )

    def dropped(self) -> Row:
        """The sample's doubts are waived, since nobody watches; settling is not counted."""
        content = self.sample(0)
        found = json.loads(
            subprocess.run(
                [*PARUTION, "check", "--content", str(REPO / "content"), "--json", SAMPLE.name],
                capture_output=True,
                check=True,
                cwd=REPO,
            ).stdout
        )
        doubts = sorted({finding["rule"] for finding in found[0]["findings"]})
        house = content / "house.toml"
        house.write_text(f"{workshop.HOUSE}[rules]\nwaive = {json.dumps(doubts)}\n", "utf-8")
        text = SAMPLE.read_text(encoding="utf-8")
        title = next(line for line in text.splitlines()[5:] if line.strip())
        folder = self.new("serve")
        folder.mkdir()
        serving = process.start(folder, content)
        taken = []
        try:
            for n in range(2 * self.runs + 1):
                before = serving.figure("parution_live_seconds_sum")
                named = text.replace(title, f"{title} {n}", 1)
                (content / f"sample-{n:03d}.txt").write_text(named, encoding="utf-8")
                process.until(
                    lambda n=n: serving.figure("parution_live_seconds_count") == n + 1  # type: ignore[misc]
                )
                taken.append(serving.figure("parution_live_seconds_sum") - before)
        finally:
            process.end(serving)
        first, *others = taken
        return Row(
            "serve: from a settled file to all channels live",
            "≤ 3 s",
            f"{statistics.median(others):.1f} s (the first {first:.1f} s)",
        )

    def phone(self) -> Row:
        """Lighthouse's performance score; its phone is a simulated one, and its times too."""
        content, output = whole.build(self.new("site"))
        with whole.answering(content, output) as site:
            found = {
                kind: statistics.median(
                    lighthouse.scores(lighthouse.judged(site + path))["performance"]
                    for _ in range(3)
                )
                for kind, path in lighthouse.JUDGED.items()
            }
        return Row(
            "Lighthouse on a phone: performance of the front page, an edition, the search",
            "≥ 95 of 100",
            ", ".join(f"{kind} {score:.0f}" for kind, score in found.items()),
        )

    # --------------------------------------------------------------------------- the brochure

    def _brochures(self, what: str, times: int = 1) -> dict[str, Any]:
        command = [sys.executable, "-m", "tests.bench.brochures", what, str(self.sample())]
        done = subprocess.run([*command, str(times)], cwd=REPO, capture_output=True, check=True)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def layouts(self) -> Row:
        found = self._brochures("layouts")
        return Row(
            "each layout of the brochure, against WeasyPrint alone; how often a page is made",
            "≤ 2 ×, ≤ 2 times",
            ", ".join(f"{name} {r:.2f} × ({n:.1f})" for name, (_, _, r, n) in found.items()),
        )

    def files(self) -> Row:
        found = self._brochures("files")
        return Row(
            "each further file of the A5 layout, against that layout alone",
            "≤ 0.4 ×",
            ", ".join(f"{name} {ratio:.2f} ×" for name, (_, ratio) in found.items()),
        )

    def whole_set(self) -> Row:
        found = self._brochures("set")
        return Row(
            "all six files in one process, against the A4 layout alone",
            "≤ 5 ×, ≤ 250 MB",
            f"{found['seconds']:.1f} s = {found['ratio']:.2f} ×, {found['megabytes']:.0f} MB",
        )

    def long(self) -> Row:
        short, book = self._brochures("long", 1), self._brochures("long", 25)
        a_page = [found["seconds"] / found["pages"] for found in (short, book)]
        return Row(
            f"A4 with {book['pages']} pages, and a page's cost against {short['pages']} pages",
            "≤ 45 s, ≤ 400 MB",
            f"{book['seconds']:.0f} s, {book['megabytes']:.0f} MB, {a_page[1] / a_page[0]:.2f} ×",
        )

    # ------------------------------------------------------------------------------- the mail

    def _mail(self, what: str, people: int, connections: int) -> dict[str, Any]:
        command = [sys.executable, "-m", "tests.bench.mail", what, str(people), str(connections)]
        done = subprocess.run(command, cwd=REPO, capture_output=True, check=True)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def mail(self) -> Row:
        found = self._mail("rate", 500 if self.quick else 3000, 4)
        return Row(
            "mail over 4 connections, against smtplib alone with ready bytes",
            "≥ 0.6 ×",
            f"{found['ours']:.0f} / {found['bare']:.0f} a second = {found['ratio']:.2f} ×",
        )

    def far_mail(self) -> Row:
        people = 1000 if self.quick else 10_000
        found = self._mail("far", people, 16)
        return Row(
            f"mail to {people:,} over 16 connections, 40 ms away",
            "≤ 120 s, ≤ 150 MB",
            f"{found['seconds']:.0f} s, {found['megabytes']:.0f} MB",
        )


MAIL = ("mail", "far_mail")
BROCHURE = ("layouts", "files", "whole_set", "long")
ROWS = (
    "check",
    "with_server",
    "without_server",
    "hundred",
    "again",
    "archive",
    "dropped",
    "phone",
    *BROCHURE,
    *MAIL,
)


def main() -> None:
    arguments = [a for a in sys.argv[1:] if not a.startswith("-")]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), quick="--quick" in sys.argv)
        print("| what | target | measured |\n|---|---|---|", flush=True)
        for name in arguments or ROWS:
            row = getattr(bench, name)()
            print(f"| {row.what} | {row.target} | {row.measured} |", flush=True)


if __name__ == "__main__":
    main()
