"""Who is on a list: files as spreadsheets write them, a query, and what cannot be read."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import sources
from flows.lists import MailingList
from flows.mailing.addresses import NoAddressError, addressee
from flows.mailing.recipients import Recipients, RecipientsError, recipients, suppressed

OF_FILE = {"name": "readers", "server": "smtp://h", "from": "n@house.example"}


def read(tmp_path: Path, data: bytes | str, language: str = "en") -> Recipients:
    path = tmp_path / "readers.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    to = MailingList.model_validate(OF_FILE | {"recipients": "readers.csv"})
    return recipients(to, tmp_path, language)


def addresses(found: Recipients) -> list[str]:
    return [person.address for person in found.people]


FILES = {
    "semicolons": "email;name\nanne@house.example;Anne\n",
    "commas": "email,name\nanne@house.example,Anne\n",
    "tabs": "email\tname\nanne@house.example\tAnne\n",
    "one column": "email\nanne@house.example\n",
    "no first line": "anne@house.example;Anne\n",
    "nothing but addresses": "anne@house.example",
    "a mark of UTF-8": "\ufeffemail;name\r\nanne@house.example;Anne\r\n",
    "UTF-16, as spreadsheets save Unicode": "email\tname\r\nanne@house.example\tAnne\r\n".encode(
        "utf-16"
    ),
    "Windows' letters": "Prénom;Nom;Adresse électronique\r\nAnne;;anne@house.example\r\n".encode(
        "cp1252"
    ),
    "old Macs' line ends": "email;name\ranne@house.example;Anne\r",
    "blank lines": "\nemail;name\n\nanne@house.example;Anne\n;;\n"[1:],
    "quotation marks": '"email";"name"\n"anne@house.example";"Anne"\n',
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_a_file_is_read_as_it_was_saved(data: bytes | str, tmp_path: Path) -> None:
    found = read(tmp_path, data)
    assert addresses(found) == ["anne@house.example"]
    assert found.people[0].name in ("Anne", "")
    assert not found.broken


def test_a_first_name_and_a_name_are_one_name(tmp_path: Path) -> None:
    found = read(tmp_path, "Nom;Prénom;Courriel\nMartin;Anne;anne@house.example\n")
    assert found.people[0].name == "Anne Martin"


def test_an_address_that_comes_twice_in_whatever_case_gets_one(tmp_path: Path) -> None:
    found = read(tmp_path, "email\nAnne@House.example\nanne@house.example\nANNE@HOUSE.EXAMPLE\n")
    assert addresses(found) == ["Anne@house.example"]
    assert found.twice == 2


def test_two_people_whose_names_are_spelt_with_one_letter_and_with_two_get_one_each(
    tmp_path: Path,
) -> None:
    found = read(tmp_path, "email\nweiß@house.example\nweiss@house.example\n")
    assert len(found.people) == 2


def test_a_line_that_names_nobody_is_told_by_its_number_and_costs_nobody_else(
    tmp_path: Path,
) -> None:
    found = read(tmp_path, "email;name\nanne@house.example;A\nbroken;B\nbob@house.example;C\n")
    assert addresses(found) == ["anne@house.example", "bob@house.example"]
    assert [one.fault for one in found.broken] == ["line 3 names nobody: broken"]


def test_a_quotation_mark_that_is_not_closed_does_not_swallow_the_rest(tmp_path: Path) -> None:
    lines = [f"r{n}@house.example;Reader {n}" for n in range(100_000)]
    lines[50_000] = '"r50000@house.example;Reader'
    found = read(tmp_path, "email;name\n" + "\n".join(lines))
    assert len(found.people) == 99_999
    assert [one.fault for one in found.broken] == [
        'line 50002 names nobody: "r50000@house.example;Reader'
    ]


def test_what_would_break_a_message_is_no_address_and_no_name(tmp_path: Path) -> None:
    person = addressee("anne@house.example", "Anne\r\nBcc: everybody@house.example")
    assert person.name == ""
    for address in (
        "anne@house.example\r\nBcc: bob@house.example",
        "anne@house.example>\r\nDATA",
        "anne@house.example, bob@house.example",
        "<anne@house.example>",
        "anne@house.example bob@house.example",
        "an\0ne@house.example",
        "anne@",
        "@house.example",
        "anne",
        "a" * 250 + "@house.example",
        "anne@house..example",
    ):
        with pytest.raises(NoAddressError):
            addressee(address)


@given(st.text(), st.text())
def test_no_address_and_no_name_ever_holds_a_line_break(address: str, name: str) -> None:
    try:
        person = addressee(f"{address}@house.example", name)
    except NoAddressError:
        return
    for text in (person.address, person.name):
        assert not set(text) & set("\r\n\0\v\f\x1c\x1d\x1e\x85\u2028\u2029<>") - set("<>")
    assert not set(person.address) & set(" <>,;")


def test_domains_of_other_scripts_go_as_dns_knows_them_and_mailboxes_as_they_are() -> None:
    assert addressee("anne@exämple.de").address == "anne@xn--exmple-cua.de"
    assert addressee("josé@house.example").address == "josé@house.example"
    assert addressee("用户@例子.公司").address == "用户@xn--fsqu00a.xn--55qx5d"
    assert addressee("Anne@EXÄMPLE.de").mailbox == addressee("anne@xn--exmple-cua.de").mailbox


def test_a_file_without_a_column_of_addresses_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecipientsError, match="no column is called email"):
        read(tmp_path, "name;phone\nAnne;1234\n")


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    to = MailingList.model_validate(OF_FILE | {"recipients": "nobody.csv"})
    with pytest.raises(RecipientsError, match="Put the file beside"):
        recipients(to, tmp_path, "en")


def test_a_list_managers_list_is_one_address(tmp_path: Path) -> None:
    to = MailingList.model_validate(OF_FILE | {"to": "Readers <readers@lists.example>"})
    [person] = recipients(to, tmp_path, "en").people
    assert (person.address, person.name) == ("readers@lists.example", "Readers")


def test_a_query_names_the_people_of_a_database(tmp_path: Path) -> None:
    database = tmp_path / "people.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE subscribers (mail, who, active)")
        rows = [
            *(("anne@house.example", "Anne", 1), ("bob@house.example", None, 1)),
            *(("zoe@house.example", "Zoé", 0), ("nobody", "X", 1), (None, "Y", 1)),
        ]
        connection.executemany("INSERT INTO subscribers VALUES (?, ?, ?)", rows)
    query = "SELECT mail AS email, who AS name FROM subscribers WHERE active = 1"
    to = MailingList.model_validate(OF_FILE | {"query": query})
    environ = {"PARUTION_RECIPIENTS_READERS": f"sqlite:///{database}"}
    found = recipients(to, tmp_path, "en", environ)
    assert [(p.address, p.name) for p in found.people] == [
        ("anne@house.example", "Anne"),
        ("bob@house.example", ""),
    ]
    assert [one.fault for one in found.broken] == [
        "row 3 names nobody: nobody",
        "row 4 names nobody: ",
    ]


@pytest.mark.parametrize(
    ("query", "environ", "said"),
    [
        ("SELECT 1 AS email", {}, "put it into the environment, as PARUTION_RECIPIENTS_READERS"),
        ("SELECT 1 AS phone", {"PARUTION_RECIPIENTS_READERS": "sqlite://"}, "SELECT … AS email"),
        ("SELEKT", {"PARUTION_RECIPIENTS_READERS": "sqlite://"}, "does not answer the query"),
        ("SELECT 1", {"PARUTION_RECIPIENTS_READERS": "foo://x"}, "does not answer the query"),
        ("SELECT 1", {"PARUTION_RECIPIENTS_READERS": "foo://h:port/x"}, "not answer the query"),
    ],
)
def test_a_database_that_cannot_be_asked_is_a_sentence(
    query: str, environ: dict[str, str], said: str, tmp_path: Path
) -> None:
    to = MailingList.model_validate(OF_FILE | {"query": query})
    with pytest.raises(RecipientsError, match=said):
        recipients(to, tmp_path, "en", environ)


def test_one_line_of_the_suppressed_that_cannot_be_read_stops_everything(tmp_path: Path) -> None:
    """It may be anybody's wish."""
    (tmp_path / "gone.csv").write_text("email\nanne@house.example\nbob(at)house\n")
    to = MailingList.model_validate(OF_FILE | {"recipients": "r.csv", "suppressed": "gone.csv"})
    with pytest.raises(RecipientsError, match="#3 cannot be read as an address"):
        suppressed(to, tmp_path)
    (tmp_path / "gone.csv").write_text("email\nAnne@house.example\n")
    assert suppressed(to, tmp_path) == {"anne@house.example"}


def test_a_list_of_people_is_never_an_edition(tmp_path: Path) -> None:
    for name in ("readers.csv", "Abonnés.CSV", "gone.tsv"):
        (tmp_path / name).write_text("email;name\nanne@house.example;Anne\n")
    assert sources.entries(tmp_path) == ()
