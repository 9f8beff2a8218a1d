"""The message: what was released, with what RFCs ask for and what is each recipient's own."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.house import House
from flows.ledger.mailings import Mail
from flows.lists import MailingList
from flows.mailing import leaving
from flows.mailing.addresses import addressee
from flows.mailing.letter import Letter, Stencil, stencil
from flows.mailing.released import as_test, letter_of
from flows.rendition import File
from tests.mailing import post
from tests.release import workshop

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECRET = b"a secret of the tests"
LEAVE = "mailto:notebooks@house.example?subject=unsubscribe"


def a_list(**more: Any) -> MailingList:
    given = {"name": "readers", "server": "smtp://h", "from": "Notebooks <n@house.example>"}
    return MailingList.model_validate(given | {"recipients": "r.csv"} | more)


def a_house(to: MailingList, **more: Any) -> House:
    values = {"name": "House", "address": "https://house.example", "email": LEAVE[7:30]}
    return House.model_validate({**values, "lists": (to,), "language": "en", **more})


def a_letter(**more: Any) -> Letter:
    values = {
        "key": "the-rain/1/readers",
        "subject": "The rain",
        "language": "en",
        "html": f'<html><body><p>Rain.</p><a href="{LEAVE}">unsubscribe</a></body></html>\n',
        "text": f".A dot, and rain.\n\nUnsubscribe: {LEAVE}\n",
        "leave": LEAVE,
        "base": "https://house.example/2026/the-rain/",
    }
    return Letter(**{**values, **more})


def made(to: MailingList | None = None, letter: Letter | None = None) -> Stencil:
    to = to or a_list()
    return stencil(letter or a_letter(), to, a_house(to), SECRET, AT)


def mail(address: str = "anne@house.example", name: str = "") -> Mail:
    one = addressee(address, name)
    return Mail(1, one.mailbox, one.address, one.name)


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_it_has_the_headers_of_a_lists_letter() -> None:
    message = read(made().message(mail(name="Anne Dubreuil")))
    token = leaving.token_of("readers", "anne@house.example", SECRET)
    link = f"https://house.example/unsubscribe/readers/{token}"
    assert message["From"] == "Notebooks <n@house.example>"
    assert message["To"] == "Anne Dubreuil <anne@house.example>"
    assert message["Subject"] == "The rain"
    assert message["Date"] == "Mon, 02 Mar 2026 09:00:00 +0100"
    assert message["List-Id"] == "House <readers.house.example>"
    assert message["List-Unsubscribe"].replace("\n", "") == f"<{link}>, <{LEAVE}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"
    assert message["Message-ID"].endswith("@house.example>")


def test_the_links_of_the_letter_are_the_recipients_own_in_both_parts() -> None:
    one = made()
    for address in ("anne@house.example", "bob@house.example"):
        message = read(one.message(mail(address)))
        token = leaving.token_of("readers", address, SECRET)
        for kind in ("html", "plain"):
            text = message.get_body((kind,)).get_content()  # type: ignore[union-attr]
            assert text.count(token) == 1
            assert "mailto:" not in text


@pytest.mark.parametrize("words", ["Βροχή στην Αθήνα. " * 40, "雨が降る。\n" * 40, "Café.\n" * 4])
def test_in_each_script_the_links_are_the_recipients_own(words: str) -> None:
    one = made(letter=a_letter(text=f"{words}\n{LEAVE}\n", html=f'<p>{words}<a href="{LEAVE}">'))
    raw = one.message(mail())
    token = leaving.token_of("readers", "anne@house.example", SECRET)
    for kind in ("html", "plain"):
        assert token in read(raw).get_body((kind,)).get_content()  # type: ignore[union-attr]


def test_a_letter_has_seven_bits_which_each_server_takes() -> None:
    letter = a_letter(text="Café, thé.\n", html="<p>Café, thé.</p>\n")
    assert made(a_list(unsubscribe="mail"), letter).message(mail()).isascii()


def test_a_list_that_is_left_by_mail_keeps_the_houses_address() -> None:
    message = read(made(a_list(unsubscribe="mail")).message(mail()))
    assert message["List-Unsubscribe"] == f"<{LEAVE}>"
    assert message["List-Unsubscribe-Post"] is None
    assert LEAVE in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_list_managers_list_gets_what_it_does_not_take_for_a_loop() -> None:
    """Sympa and Mailman add their own List- headers for leaving, and refuse automatic mail."""
    message = read(made(a_list(recipients="", to="readers@lists.example")).message(mail()))
    assert message["Auto-Submitted"] is None
    assert message["List-Unsubscribe"] is None


def test_the_same_recipient_gets_the_same_bytes_and_another_one_another_id() -> None:
    assert made().message(mail()) == made().message(mail())
    ids = {made().message_id(mail(f"r{n}@house.example")) for n in range(50)}
    other = made(letter=a_letter(key="the-rain/2/readers"))
    assert len(ids | {other.message_id(mail("r1@house.example"))}) == 51


def test_pictures_are_linked_or_come_along_as_the_house_chooses() -> None:
    picture = File("public/pictures/a rain.png", "image/png", b"\x89PNG")
    src = "https://house.example/2026/the-rain/pictures/a%20rain.png"
    letter = a_letter(html=f'<p><img src="{src}"></p>\n', pictures=(picture,))
    linked = read(made(letter=letter).message(mail()))
    assert src in linked.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert [part.get_content_type() for part in linked.walk()] == [
        *("multipart/alternative", "text/plain", "text/html"),
    ]
    embedded = read(made(a_list(pictures="embedded"), letter).message(mail()))
    [shown] = [part for part in embedded.walk() if part.get_content_type() == "image/png"]
    html = embedded.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert f'src="cid:{shown["Content-ID"][1:-1]}"' in html
    assert shown.get_content() == b"\x89PNG"


def test_lines_are_short_end_in_crlf_and_are_ascii() -> None:
    letter = a_letter(html="<p>" + "é" * 5000 + "</p>\n", text="œ" * 3000 + "\n")
    raw = made(letter=letter).message(mail(name="Zoë, dite « la Grande »"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.isascii()


@given(st.text(), st.text(max_size=300))
def test_no_title_and_no_name_adds_a_header(title: str, name: str) -> None:
    from flows.reading import plain

    subject = " ".join(plain(title).split())
    if not subject.isprintable():
        return  # an edition cannot hold it
    raw = made(letter=a_letter(subject=subject)).message(mail(name=name))
    message = read(raw)
    assert set(message.keys()) == {
        *("Message-ID", "To", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "From"),
        *("Reply-To", "Subject", "Date", "Auto-Submitted", "Content-Language", "MIME-Version"),
        "Content-Type",
    }
    assert message["To"].addresses[0].addr_spec == "anne@house.example"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028"])
def test_no_house_and_no_title_of_a_list_adds_a_header(end: str) -> None:
    to = a_list(title=f"Readers{end}Bcc: x@y.example")
    for raw in (
        made(to).message(mail()),
        stencil(a_letter(), a_list(), a_house(to, name=f"House{end}Bcc: x@y"), SECRET, AT).message(
            mail()
        ),
    ):
        message = read(raw)
        assert message["Bcc"] is None
        assert "Bcc: x@y" in message["List-Id"]


def test_a_name_in_letters_of_any_kind_arrives_as_it_is() -> None:
    for name in ("Zoë Šimůnková", 'Anne "la Grande", rue 3', "王小明", "O’Neill (Dublin)"):
        message = read(made().message(mail(name=name)))
        assert message["To"].addresses[0].display_name == name


def test_what_is_mailed_is_what_was_released(tmp_path: Path, output: Path) -> None:
    content = post.house(tmp_path / "content", "smtp://localhost")
    fact = post.publish(content, output)
    with workshop.desk(content, output) as at:
        [to] = at.house.lists
        letter = letter_of(fact, "key", at.store)
        message = read(stencil(letter, to, at.house, at.secret, AT).message(mail()))
    public = output / "site" / fact.path
    own = leaving.link_of(
        leaving.token_of("readers", "anne@house.example", (output / "secret").read_bytes()),
        *("readers", at.house),
    )
    for kind, file in (("html", "newsletter.html"), ("plain", "newsletter.txt")):
        released = (public / file).read_text(encoding="utf-8")
        sent = message.get_body((kind,)).get_content()  # type: ignore[union-attr]
        assert sent.replace("\r\n", "\n").replace(own, at.house.leave_address) == released


def test_a_test_says_so_above_everything_else(tmp_path: Path, output: Path) -> None:
    content = post.house(tmp_path / "content", "smtp://localhost")
    fact = post.publish(content, output)
    with workshop.desk(content, output) as at:
        letter = as_test(letter_of(fact, "key", at.store))
    assert letter.subject == "[Test] Edition 00001"
    assert letter.text.startswith("*** This is a test.")
    body = letter.html.partition("<body")[2].partition(">")[2]
    assert body.index("This is a test.") < 400


def test_a_correction_says_that_it_is_one(tmp_path: Path, output: Path) -> None:
    content = post.house(tmp_path / "content", "smtp://localhost")
    fact = post.publish(content, output)
    with workshop.desk(content, output) as at:
        assert letter_of(fact, "key", at.store, correction=True).subject == (
            "Correction: Edition 00001"
        )


@pytest.mark.parametrize("token", ["", "0" * 64, "é" * 64, "../..", "a" * 63])
def test_a_token_that_is_not_ours_is_none(token: str) -> None:
    assert not leaving.is_token(token, "readers", SECRET)
    true = leaving.token_of("readers", "anne@house.example", SECRET)
    assert leaving.is_token(true, "readers", SECRET)
    assert not leaving.is_token(true, "others", SECRET)
