"""What house.toml may say of a list: no sender that mail could not come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.house_file import HouseError, read_house
from tests.mailing import post


def told(folder: Path, **settings: str) -> Any:
    """The list of a house that has these settings."""
    content = post.house(folder, "smtp://localhost")
    toml = content / "house.toml"
    lines = [
        line
        for line in toml.read_text().splitlines()
        if line.partition(" =")[0] not in settings or line.startswith("name")
    ]
    lines += [f'{name} = "{value}"' for name, value in settings.items()]
    toml.write_text("\n".join(lines), encoding="utf-8")
    return read_house(content).lists[0]


@pytest.mark.parametrize("setting", ["from", "reply_to"])
@pytest.mark.parametrize(
    "address", ["notebooks", "n@intranet", "n@localhost", "zoé@house.example", "n@house..example"]
)
def test_an_address_that_no_server_takes_is_told_of_before_anything_is_sent(
    setting: str, address: str, tmp_path: Path
) -> None:
    with pytest.raises(HouseError, match="a mail address is written like"):
        told(tmp_path, **{setting: f"Notebooks <{address}>"})


def test_a_sender_in_another_script_is_written_as_dns_knows_it(tmp_path: Path) -> None:
    one = told(tmp_path, **{"from": "Cahiers d’été <n@exämple.fr>"})
    assert one.sender == "Cahiers d’été <n@xn--exmple-cua.fr>"
