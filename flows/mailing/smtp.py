"""A line to a mail server: SMTP (RFC 5321) with STARTTLS (RFC 3207) or TLS from the start
(RFC 8314), AUTH (RFC 4954), and commands in one go where the server can take them (RFC 2920)."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote

from flows.lists import PORTS, MailingList
from flows.mailing.addresses import addressee
from flows.mailing.letter import sender_domain
from flows.mailing.line import Answer, Envelope, LineError, Patience, Reply
from flows.words import Sentence

#: The server says goodbye: RFC 5321 §3.8.
_GOODBYE = 421
#: The first digits of good replies to MAIL, RCPT and DATA: RFC 5321 §4.3.2.
_GOOD = (2, 2, 3)
#: What the first digit of a reply to a message says; of another, nobody knows what it is about.
_ANSWERS = {2: Answer.TAKEN, 4: Answer.PUT_OFF, 5: Answer.REFUSED}
_SHOWN = 300


class SmtpLine:
    """One connection, made when it is first needed, and again where it broke."""

    def __init__(
        self,
        to: MailingList,
        password: Callable[[], str],
        patience: Patience,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """``password`` is asked for when a server is logged in to; ``context`` is what
        certificates are checked by."""
        self._to, self._password, self._patience = to, password, patience
        #: Where bounces go: RFC 5321 §3.3.
        self._sender = addressee(parseaddr(to.sender)[1]).address
        self._context = context
        self._smtp: smtplib.SMTP | None = None

    # ---------------------------------------------------------------------------- a message

    def ready(self, envelope: Envelope) -> Reply:
        """As :meth:`flows.mailing.line.Line.ready`. A connection that was kept open, and that the
        server has closed meanwhile, is made anew once."""
        is_kept = self._smtp is not None
        smtp = self._smtp or self._connected()
        try:
            return self._begun(smtp, envelope)
        except (OSError, smtplib.SMTPException) as error:
            self.drop()
            if is_kept:
                return self.ready(envelope)
            if isinstance(error, smtplib.SMTPSenderRefused):
                raise self._refusal(error) from error
            return Reply(Answer.PUT_OFF, self._broke(error).said.told("en"))

    def _begun(self, smtp: smtplib.SMTP, envelope: Envelope) -> Reply:
        recipient = envelope.recipient
        is_utf8 = not (recipient.isascii() and self._sender.isascii())
        if is_utf8 and not smtp.has_extn("smtputf8"):
            return Reply(Answer.REFUSED, "the server takes no address with such letters (SMTPUTF8)")
        options = f" size={envelope.size}" if smtp.has_extn("size") else ""
        options += " body=8bitmime smtputf8" if is_utf8 else ""
        commands = [f"MAIL FROM:<{self._sender}>{options}", f"RCPT TO:<{recipient}>", "DATA"]
        _socket(smtp).settimeout(self._patience.command)
        replies = self._asked(smtp, commands)
        at = next((n for n, reply in enumerate(replies) if not _is_good(n, reply[0])), None)
        if at is None:
            return Reply(Answer.TAKEN)
        if at == 0 and not is_utf8:  # of the sender or the server; no recipient was named yet
            raise smtplib.SMTPSenderRefused(*replies[0], self._sender)
        self._set_back(smtp, replies)
        code = replies[at][0]
        return Reply(Answer.REFUSED if 500 <= code < 600 else Answer.PUT_OFF, _told(replies[at]))

    def _asked(self, smtp: smtplib.SMTP, commands: list[str]) -> list[tuple[int, bytes]]:
        """The replies to commands, up to the first that is refused; where the server takes
        several at once, all of them."""
        if smtp.has_extn("pipelining"):
            _socket(smtp).sendall("".join(f"{command}\r\n" for command in commands).encode())
            return [smtp.getreply() for _ in commands]
        replies: list[tuple[int, bytes]] = []
        for command in commands:
            _socket(smtp).sendall(f"{command}\r\n".encode())
            replies.append(smtp.getreply())
            if not _is_good(len(replies) - 1, replies[-1][0]):
                break
        return replies

    def _set_back(self, smtp: smtplib.SMTP, replies: list[tuple[int, bytes]]) -> None:
        """Bring the line to where the next message can begin. A server that says goodbye, that
        waits for a message to nobody, which RFC 2920 §3.1 allows, or that says what is no reply
        here, so that nobody knows what it answers next, is left alone."""
        codes = [code for code, _text in replies]
        if _GOODBYE in codes or not all(_is_good(0, code) or 400 <= code < 600 for code in codes):
            self.drop()
            return
        with suppress(OSError, smtplib.SMTPException):
            if smtp.rset()[0] == 250:
                return
        self.drop()

    def give(self, message: bytes) -> Reply:
        smtp = self._smtp
        assert smtp is not None
        stuffed = message.replace(b"\r\n.", b"\r\n..")  # RFC 5321 §4.5.2; a head begins with none
        end = b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n"
        try:
            _socket(smtp).settimeout(self._patience.message)
            _socket(smtp).sendall(stuffed)
        except (OSError, smtplib.SMTPException) as error:
            self.drop()  # the end was not sent, so that nobody can have taken it
            return Reply(Answer.PUT_OFF, self._broke(error).said.told("en"))
        try:
            _socket(smtp).sendall(end)
            code, text = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.drop()
            return Reply(Answer.SILENCE, self._broke(error).said.told("en"))
        answer = _ANSWERS.get(code // 100, Answer.SILENCE)
        if code == _GOODBYE or answer is Answer.SILENCE:
            self.drop()
        return Reply(answer, _told((code, text)))

    def drop(self) -> None:
        if self._smtp:
            self._smtp.close()
        self._smtp = None

    def close(self) -> None:
        """End the connection as is proper."""
        if self._smtp:
            with suppress(OSError, smtplib.SMTPException):
                _socket(self._smtp).settimeout(2.0)
                self._smtp.quit()
            self.drop()

    # ------------------------------------------------------------------------- a connection

    def _connected(self) -> smtplib.SMTP:
        parts = self._to.address
        port = parts.port or PORTS[parts.scheme]
        host = parts.hostname or ""
        settings: dict[str, Any] = {
            "local_hostname": sender_domain(self._to),
            "timeout": self._patience.connect,
        }
        smtp: smtplib.SMTP | None = None
        try:
            context = self._context or ssl.create_default_context()
            if parts.scheme == "smtps":
                smtp = smtplib.SMTP_SSL(host, port, context=context, **settings)
            else:
                smtp = smtplib.SMTP(host, port, **settings)
            _socket(smtp).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _socket(smtp).settimeout(self._patience.command)
            smtp.ehlo_or_helo_if_needed()
            self._encrypt(smtp, context)
            self._log_in(smtp)
        except (OSError, smtplib.SMTPException) as error:
            if smtp:
                smtp.close()
            raise self._refusal(error) from error
        except UnicodeError as error:  # of the name or the password, from socket or smtplib
            if smtp:
                smtp.close()
            raise self._unwritable(smtp) from error
        except LineError:
            if smtp:
                smtp.close()
            raise
        self._smtp = smtp
        return smtp

    def _encrypt(self, smtp: smtplib.SMTP, context: ssl.SSLContext) -> None:
        if isinstance(smtp, smtplib.SMTP_SSL) or self._to.tls == "none":
            return
        if not smtp.has_extn("starttls"):
            raise LineError(self._said("no_starttls"), may_pass=False)
        smtp.starttls(context=context)
        smtp.ehlo()

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        if not (user := self._to.address.username):
            return
        if self._to.tls == "none" and not isinstance(smtp, smtplib.SMTP_SSL):
            raise LineError(self._said("no_clear_password"), may_pass=False)
        if not (password := self._password()):
            variable = f"PARUTION_SMTP_{self._to.variable}"
            raise LineError(self._said("no_password", variable=variable), may_pass=False)
        smtp.login(unquote(user), password)

    # ------------------------------------------------------------------------------ refusals

    def _refusal(self, error: OSError | smtplib.SMTPException) -> LineError:
        """Why there is no connection."""
        if isinstance(error, ssl.SSLCertVerificationError):
            said = self._said("bad_certificate", why=error.verify_message)
            return LineError(said, may_pass=False)
        if isinstance(error, ssl.SSLError):
            return LineError(self._said("no_tls", why=error.reason or error), may_pass=False)
        if isinstance(error, smtplib.SMTPAuthenticationError):
            why = _told((error.smtp_code, _bytes(error.smtp_error)))
            return LineError(self._said("not_let_in", why=why), may_pass=error.smtp_code < 500)
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return LineError(self._said("no_login"), may_pass=False)
        if isinstance(error, smtplib.SMTPResponseException):
            why = _told((error.smtp_code, _bytes(error.smtp_error)))
            return LineError(self._said("turned_away", why=why), may_pass=error.smtp_code < 500)
        if isinstance(error, socket.gaierror):
            return LineError(self._said("no_such_server", why=error.strerror), may_pass=True)
        return self._broke(error)

    def _unwritable(self, smtp: smtplib.SMTP | None) -> LineError:
        """Without a word of the password: a server's name that DNS has no letters for, or what is
        logged in with, which smtplib has in ASCII only."""
        key = "only_ascii" if smtp else "no_such_server"
        return LineError(self._said(key, why="–"), may_pass=False)

    def _broke(self, error: Exception) -> LineError:
        why = str(error) or type(error).__name__
        is_late = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
        key = "no_answer" if is_late else "broke"  # smtplib makes a lost connection of either
        return LineError(self._said(key, why=why), may_pass=True)

    def _said(self, key: str, **values: object) -> Sentence:
        parts = self._to.address
        where = f"{parts.hostname}:{parts.port or PORTS[parts.scheme]}"
        return Sentence("mail", key, {"server": where, "list": self._to.name, **values})


def password_from(to: MailingList, environ: Mapping[str, str]) -> str:
    """The password of a list's server, as the environment has it; empty without one."""
    return environ.get(f"PARUTION_SMTP_{to.variable}", "")


def _socket(smtp: smtplib.SMTP) -> socket.socket:
    if smtp.sock is None:  # the server has hung up
        raise smtplib.SMTPServerDisconnected("the connection is closed")
    return smtp.sock


def _is_good(command: int, code: int) -> bool:
    """Whether the first, second or third command of a message got the reply that it takes."""
    return code // 100 == _GOOD[command]


def _told(reply: tuple[int, bytes]) -> str:
    """A reply on one line, and not too much of it."""
    text = " ".join(reply[1].decode("utf-8", "replace").split())
    return f"{reply[0]} {''.join(c for c in text if c.isprintable())}"[:_SHOWN]


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()
