"""Lighthouse finds nothing to better on a phone: accessibility, best practices, SEO.

Its figure for performance is the bench's affair: no test asserts a time.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.site import lighthouse, whole

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    content, output = whole.build(tmp_path_factory.mktemp("site"))
    with whole.answering(content, output) as address:
        yield address


@pytest.mark.parametrize("kind", sorted(lighthouse.JUDGED))
def test_a_page_has_a_hundred_of_a_hundred_on_a_phone(site: str, kind: str) -> None:
    report = lighthouse.judged(site + lighthouse.JUDGED[kind])
    assert lighthouse.failed(report) == []
    found = lighthouse.scores(report)
    assert {name: found[name] for name in ("accessibility", "best-practices", "seo")} == {
        "accessibility": 100,
        "best-practices": 100,
        "seo": 100,
    }
