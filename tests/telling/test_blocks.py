"""Notices through the blocks that Prefect keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import embedded
from flows.house import House, Notify
from flows.ledger import Database
from flows.telling import notify
from flows.telling.notices import Notice
from tests.release import workshop
from tests.telling import places

TOLD = Notice("published", "published/bus/1", "Published: The bus", "https://house.example/b/")


@pytest.mark.slow
def test_a_block_of_the_house_takes_notices_and_one_that_carries_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = embedded.start(tmp_path, services=False)
    try:
        server.wait()
        for key, value in embedded.environment(tmp_path).items():
            monkeypatch.setenv(key, value)
        monkeypatch.setenv("PREFECT_API_URL", server.url)
        from prefect.blocks.notifications import CustomWebhookNotificationBlock
        from prefect.blocks.system import Secret

        with places.service() as service:
            hook = CustomWebhookNotificationBlock(
                name="desk",
                url=f"http://127.0.0.1:{service.port}/",
                json_data={"title": "{{subject}}", "message": "{{body}}"},
            )
            hook.save("desk", _sync=True)
            Secret(value="s3cr3t").save("other", _sync=True)
            blocks = ("custom-webhook/desk", "secret/other")
            house = House(name="H", language="en", notify=Notify(blocks=blocks))
            database = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
            [sentence] = notify.tell((TOLD,), house, database, {}, workshop.EPOCH)
            database.close()
            assert sentence.startswith("secret/other: ")
            assert service.titles == [TOLD.title]
    finally:
        server.stop()
