"""The message that a list gets: made once, with a place for what differs from person to person.

Sources: RFC 5322 (message), RFC 2045–2047 (MIME), RFC 2919 (List-Id), RFC 2369 and RFC 8058
(List-Unsubscribe), RFC 3834 §5 (Auto-Submitted), RFC 6532 (addresses in other scripts).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import quote, urlsplit

from flows.house import House
from flows.ledger.mailings import Mail
from flows.lists import MailingList
from flows.mailing.leaving import LENGTH, link_of, token_of
from flows.rendition import File

#: What the personal link stands in for, in the letter as it was released.
_FIRST, _SECOND = "a" * LENGTH, "b" * LENGTH
#: RFC 2045 §6.7: seven bits, which each server takes (RFC 6152), and a link keeps its letters,
#: which base64, that is chosen otherwise where few letters are Latin, would hide.
_ENCODING = "quoted-printable"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is mailed: ``html`` and ``text`` say the same. ``leave`` is the address by which the
    two, as they were released, tell people to leave; ``base`` is the edition's, below which the
    ``pictures`` are shown."""

    key: str
    subject: str
    language: str
    html: str
    text: str
    leave: str
    base: str = ""
    pictures: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Stencil:
    """A message for a whole list. ``head`` and ``body`` are everybody's, but for the spans of
    the body that hold somebody's token."""

    list: MailingList
    house: House
    key: str
    secret: bytes
    head: bytes
    body: bytes
    spans: tuple[tuple[int, int], ...]

    @property
    def is_personal(self) -> bool:
        return not self.list.to

    @property
    def size(self) -> int:
        """Bytes, but for the few headers of one recipient."""
        return len(self.head) + len(self.body)

    def message(self, mail: Mail) -> bytes:
        """One recipient's message, with CRLF at its lines' ends."""
        token = token_of(self.list.name, mail.mailbox, self.secret)
        return b"".join((self._own_head(mail, token), self.head, self.filled(token.encode())))

    def message_id(self, mail: Mail) -> str:
        """The same for the same edition, revision, list and recipient, without its brackets."""
        digest = hashlib.sha256(f"{self.key}\0{mail.mailbox}".encode()).hexdigest()
        return f"{digest[:32]}@{sender_domain(self.list)}"

    def _own_head(self, mail: Mail, token: str) -> bytes:
        lines = [
            f"Message-ID: <{self.message_id(mail)}>",
            f"To: {mailbox(mail.name, mail.address)}",
            f"List-Id: {list_id(self.list, self.house)}",
        ]
        if self.is_personal:
            mailto = f"<{self.house.leave_address}>"
            if self.list.unsubscribe == "link":
                link = link_of(token, self.list.name, self.house)
                lines += [
                    f"List-Unsubscribe: <{link}>,\r\n {mailto}",
                    "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
                ]
            else:
                lines.append(f"List-Unsubscribe: {mailto}")
        return "".join(f"{line}\r\n" for line in lines).encode()

    def filled(self, token: bytes) -> bytes:
        """The body with somebody's token."""
        if not self.spans:
            return self.body
        body, at = bytearray(self.body), 0
        for start, end in self.spans:
            taken = end - start
            body[start:end] = token[at : at + taken]
            at = (at + taken) % LENGTH
        return bytes(body)


def stencil(letter: Letter, to: MailingList, house: House, secret: bytes, at: datetime) -> Stencil:
    """The letter as the message that ``to`` gets, dated ``at``: the same bytes each time."""
    one, other = (_built(letter, to, house, at, token) for token in (_FIRST, _SECOND))
    head, body = _parted(one)
    filled = _parted(other)[1]
    made = Stencil(to, house, letter.key, secret, head, body, _spans(body, filled))
    if made.filled(_SECOND.encode()) != filled:  # nobody gets a link that is not their own
        raise AssertionError("the personal links of a letter cannot be told from its words")
    return made


def _built(letter: Letter, to: MailingList, house: House, at: datetime, token: str) -> bytes:
    leave = letter.leave
    if not to.to and to.unsubscribe == "link" and leave:
        leave = link_of(token, to.name, house)
    message = EmailMessage(policy=SMTP)
    name, address = parseaddr(to.sender)
    message["From"] = Address(name, addr_spec=address)
    if (reply := parseaddr(to.reply_to or house.email))[1] != address:
        message["Reply-To"] = Address(reply[0], addr_spec=reply[1])
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(at.astimezone(house.zone).replace(microsecond=0))
    if not to.to:  # a list manager takes what says that it is automatic for a loop
        message["Auto-Submitted"] = "auto-generated"
    html, pictures = letter.html, letter.pictures if to.pictures == "embedded" else ()
    for n, picture in enumerate(pictures):
        shown = f'src="{letter.base}pictures/{quote(_name(picture))}"'
        html = html.replace(shown, f'src="cid:{_cid(letter, n, to)}"')
    text = letter.text.replace(letter.leave, leave) if leave else letter.text
    html = html.replace(f'"{letter.leave}"', f'"{leave}"') if leave else html
    message.set_content(text, cte=_ENCODING)
    message.add_alternative(html, subtype="html", cte=_ENCODING)
    _embed(message, letter, pictures, to)
    message["Content-Language"] = letter.language  # now: before, it would be the first part's
    _same_each_time(message, letter.key)
    return message.as_bytes()


def _embed(
    message: EmailMessage, letter: Letter, pictures: Sequence[File], to: MailingList
) -> None:
    html = message.get_body(("html",))
    assert isinstance(html, EmailMessage)
    for n, picture in enumerate(pictures):
        kind, subtype = picture.media_type.split("/")
        html.add_related(
            picture.data,
            kind,
            subtype,
            cid=f"<{_cid(letter, n, to)}>",
            filename=_name(picture),
            disposition="inline",
        )


def _name(picture: File) -> str:
    return picture.path.rpartition("/")[2]


def _cid(letter: Letter, number: int, to: MailingList) -> str:
    return f"{_hash(letter.key)}.{number}@{sender_domain(to)}"


def _same_each_time(message: EmailMessage, key: str) -> None:
    """Boundaries are drawn by lot otherwise."""
    multiparts = (part for part in message.walk() if part.is_multipart())
    for n, part in enumerate(multiparts):
        part.set_boundary(f"={_hash(key)}.{n}=")


def _parted(message: bytes) -> tuple[bytes, bytes]:
    """The head, whose lines go on with those of one recipient, and the body with its blank line."""
    at = message.index(b"\r\n\r\n") + 2
    return message[:at], message[at:]


def _spans(one: bytes, other: bytes) -> tuple[tuple[int, int], ...]:
    """Where two bodies differ that were made for two tokens, wherever their lines were broken."""
    first, second = _FIRST[:1].encode(), _SECOND[:1].encode()
    found = []
    for run in re.finditer(first + b"+", one):
        start = run.start()
        while start < run.end() and other[start : start + 1] != second:
            start += 1
        end = start
        while end < run.end() and other[end : end + 1] == second:
            end += 1
        if end > start:
            found.append((start, end))
    return tuple(found)


def mailbox(name: str, address: str) -> str:
    """``Anne Dubreuil <anne@example.org>`` as a header has it (RFC 5322 §3.4)."""
    if not name and not address.isascii():
        return address  # RFC 6532 §3.2 has no brackets around what old programs cannot read
    return _with_phrase(name, f"<{address}>")


def list_id(to: MailingList, house: House) -> str:
    """RFC 2919 §2: a phrase, and a name in a domain of the house's."""
    identifier = to.list_id or f"{to.name}.{urlsplit(house.address).hostname}"
    phrase = " ".join((to.title or house.name).split())  # a line break would end the header
    return _with_phrase(phrase, f"<{identifier}>")


def _with_phrase(name: str, rest: str) -> str:
    """A phrase before something in brackets, on a line of its own where the two are long; what
    is not ASCII as RFC 2047 §5 has it."""
    if not name:
        return rest
    if name.isascii():
        escaped = re.sub(r'(["\\])', r"\\\1", name)
        said = name if re.fullmatch(r"[A-Za-z0-9 ]+", name) else f'"{escaped}"'
    else:
        said = Header(name, "utf-8", maxlinelen=75, header_name="List-Id").encode(linesep="\r\n")
    return f"{said}\r\n {rest}" if len(said) + len(rest) > 64 else f"{said} {rest}"


def sender_domain(to: MailingList) -> str:
    return parseaddr(to.sender)[1].rpartition("@")[2].lower()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
