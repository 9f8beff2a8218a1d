"""Who gets a list's mail: the people of a CSV file or of a query, or a list manager's one address.

A line of a file is a record. One that cannot be read costs that one recipient, who stands in the
ledger as *failed* with the line's number; it never takes the rest of the file with it.
"""

from __future__ import annotations

import codecs
import csv
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path

from flows.ledger.mailings import Addressee
from flows.lists import MailingList
from flows.mailing.addresses import NoAddressError, addressee
from flows.words import Sentence, ToldError

#: What the columns are called, in files of both languages.
_ADDRESS = {
    "email", "e-mail", "mail", "courriel", "mél", "adresse", "adresse e-mail", "adresse mail",
    "adresse électronique", "adresse de courriel", "address", "email address", "e-mail address",
}  # fmt: skip
_FIRST = {"prénom", "prenom", "first name", "firstname", "given name"}
_NAME = {"nom", "name", "nom complet", "full name", "last name", "lastname", "surname"}
_DELIMITERS = ";,\t"
_SHOWN = 80


class RecipientsError(ToldError):
    """Who gets a list's mail cannot be told: which file or database, and what to do."""


@dataclass(frozen=True, slots=True)
class Recipients:
    """``people`` are each there once; ``broken`` are the lines that say nobody, with the reason;
    ``twice`` counts the lines that name somebody again."""

    people: tuple[Addressee, ...]
    broken: tuple[Addressee, ...] = ()
    twice: int = 0

    @property
    def all(self) -> tuple[Addressee, ...]:
        return (*self.people, *self.broken)


def recipients(
    to: MailingList, content: Path, language: str, environ: Mapping[str, str] = os.environ
) -> Recipients:
    """Everybody who is on a list now. Raises :class:`RecipientsError`."""
    if to.to:
        return Recipients((addressee(parseaddr(to.to)[1], parseaddr(to.to)[0]),))
    if to.query:
        return _collected(_asked(to, environ), language, "no_row")
    return _collected(_records(content / to.recipients), language, "no_line")


def suppressed(to: MailingList, content: Path) -> frozenset[str]:
    """The mailboxes that a list's file of suppressed addresses names. One of its lines that cannot
    be read may be anybody's wish, so that nothing is sent then: :class:`RecipientsError`."""
    if not to.suppressed:
        return frozenset()
    path = content / to.suppressed
    found = _collected(_records(path), "en", "no_line")
    if found.broken:
        where = found.broken[0].mailbox
        raise RecipientsError(_fault("suppressed_broken", path=path, where=where))
    return frozenset(one.mailbox for one in found.people)


#: A record: where it stands, its address, its name; or None instead of both, where it is none.
_Record = tuple[int, str, str | None]


def _collected(records: Iterable[_Record], language: str, fault: str) -> Recipients:
    people: dict[str, Addressee] = {}
    broken, twice = [], 0
    for number, address, name in records:
        try:
            if name is None:
                raise NoAddressError
            one = addressee(address, name)
        except NoAddressError:
            shown = "".join(c if c.isprintable() else "·" for c in address[:_SHOWN])
            said = _fault(fault, number=number, said=shown).told(language)
            broken.append(Addressee(f"#{number}", shown, "", said))
            continue
        twice += one.mailbox in people
        people.setdefault(one.mailbox, one)
    return Recipients(tuple(people.values()), tuple(broken), twice)


# ------------------------------------------------------------------------------------- a file


def _records(path: Path) -> Iterator[_Record]:
    lines = _text(path).split("\n")
    delimiter = max(_DELIMITERS, key=lines[0].count)
    first = _cells(lines[0], delimiter) or []
    columns = _columns(first)
    if columns is None:
        raise RecipientsError(_fault("no_column", path=path))
    has_head = not any("@" in cell for cell in first)
    for number, line in enumerate(lines, 1):
        if not line.strip(f"{_DELIMITERS} \r") or (number == 1 and has_head):
            continue
        cells = _cells(line, delimiter)
        if cells is None or len(cells) <= columns[0]:
            yield number, line, None
        else:
            yield number, cells[columns[0]], _named(cells, columns[1:])


def _text(path: Path) -> str:
    """The text of a file as spreadsheets write it: UTF-8, UTF-16 with its mark, or Windows'."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecipientsError(_fault("no_file", path=path, why=error.strerror)) from error
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _cells(line: str, delimiter: str) -> list[str] | None:
    """The cells of one line; None where a quotation mark is not closed."""
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def _columns(first: Sequence[str]) -> list[int] | None:
    """The column of the address, then those of the name; None where none can be told."""
    names = [cell.strip().casefold() for cell in first]
    if any("@" in cell for cell in first):
        address = next(n for n, cell in enumerate(first) if "@" in cell)
        return [address, *(n for n in range(len(first)) if n != address and len(first) == 2)]
    found = [n for n, name in enumerate(names) if name in _ADDRESS]
    if not found:
        return None
    firsts = [n for n, name in enumerate(names) if name in _FIRST]
    return [found[0], *firsts[:1], *[n for n, name in enumerate(names) if name in _NAME][:1]]


def _named(cells: Sequence[str], columns: Sequence[int]) -> str:
    return " ".join(cells[n].strip() for n in columns if n < len(cells))


# --------------------------------------------------------------------------------- a database


def _asked(to: MailingList, environ: Mapping[str, str]) -> Iterator[_Record]:
    """The rows of the list's query; its columns are called like those of a file."""
    import sqlalchemy as sa

    variable = f"PARUTION_RECIPIENTS_{to.variable}"
    if not (url := environ.get(variable)):
        raise RecipientsError(_fault("no_database", list=to.name, variable=variable))
    try:
        engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
        with engine.connect() as connection:
            result = connection.execution_options(stream_results=True).execute(sa.text(to.query))
            columns = _columns(list(result.keys()))
            if columns is None:
                raise RecipientsError(_fault("no_query_column", list=to.name))
            for number, row in enumerate(result, 1):
                cells = ["" if value is None else str(value) for value in row]
                yield number, cells[columns[0]], _named(cells, columns[1:])
        engine.dispose()
    except (sa.exc.SQLAlchemyError, ImportError, ValueError) as error:  # a port that is no number
        why = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        fault = _fault("database_fails", list=to.name, variable=variable, why=why)
        raise RecipientsError(fault) from error


def _fault(key: str, **values: object) -> Sentence:
    return Sentence("mail", key, values)
