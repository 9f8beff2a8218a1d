"""Mail addresses: what is one, and which two are the same person's."""

from __future__ import annotations

import re

from flows.ledger.mailings import Addressee

#: The plainest addresses, which need no closer look: most of any list.
_PLAIN = re.compile(
    r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
#: What would end a line of a message's head, or hide in it.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
#: RFC 5321 §4.5.3.1.3: a path has 256 octets, two of them its brackets.
_LONGEST = 254
LONGEST_NAME = 200


class NoAddressError(ValueError):
    """This is no address that mail could be sent to."""


def addressee(address: str, name: str = "") -> Addressee:
    """Somebody by their address (RFC 5321 §4.1.2; RFC 6531 for other scripts) and their name.

    Two addresses are one mailbox if they differ in case only: servers may tell ``A@`` from ``a@``,
    people never do. A name that would break a message's head is left out.
    Raises :class:`NoAddressError`.
    """
    address = address.strip().removeprefix("mailto:")
    name = " ".join(name.split()) if not _CONTROL.search(name) else ""
    if not _PLAIN.fullmatch(address) or len(address) > _LONGEST or "--" in address:
        address = _looked_at(address)
    local, _at, domain = address.rpartition("@")
    address = f"{local}@{domain.lower()}"
    return Addressee(address.lower(), address, name[:LONGEST_NAME])


def _looked_at(address: str) -> str:
    """An address that is not of the plainest kind, with its domain as DNS knows it."""
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise NoAddressError(str(error)) from error
    return found.ascii_email or f"{found.local_part}@{found.ascii_domain}"


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()
