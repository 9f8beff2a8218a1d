"""The mail server: what is asked of it before anything is sent, and each way in which it fails."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from flows.lists import MailingList
from flows.mailing.line import Answer, Envelope, LineError
from flows.mailing.smtp import SmtpLine
from tests.mailing import post
from tests.mailing.post import PATIENCE, Sink

TO_ANNE = Envelope("anne@house.example", "1@house.example", 100)
MESSAGE = b"Subject: x\r\n\r\n.dot\r\n..two\r\nend\r\n"


def line(
    server: str,
    *,
    password: str = "",
    context: ssl.SSLContext | None = None,
    patience: float = 10.0,
    **more: Any,
) -> SmtpLine:
    values = {"name": "readers", "server": server, "from": "n@house.example", "to": "l@h.example"}
    to = MailingList.model_validate(values | more)
    waits = replace(PATIENCE, connect=patience, command=patience)
    return SmtpLine(to, lambda: password, waits, context)


def test_a_message_arrives_as_it_was_given_dots_and_all(sink: Sink) -> None:
    one = line(sink.server, tls="none")
    assert one.ready(TO_ANNE).answer is Answer.TAKEN
    assert one.give(MESSAGE).answer is Answer.TAKEN
    one.close()
    assert sink.mails == [("anne@house.example", MESSAGE)]


def test_a_message_that_is_let_go_of_reaches_nobody(sink: Sink) -> None:
    one = line(sink.server, tls="none")
    one.ready(TO_ANNE)
    one.drop()
    sink.wait_for(lambda: sink.open == 0)
    assert sink.mails == []


def test_a_connection_is_kept_and_made_anew_where_the_server_has_closed_it(sink: Sink) -> None:
    one = line(sink.server, tls="none")
    for _ in range(3):
        one.ready(TO_ANNE)
        one.give(MESSAGE)
    assert sink.calls == 1
    sink.hang_up()
    assert one.ready(TO_ANNE).answer is Answer.TAKEN
    assert one.give(MESSAGE).answer is Answer.TAKEN
    assert sink.calls == 2


def test_an_address_in_other_letters_goes_where_the_server_takes_it(sink: Sink) -> None:
    one = line(sink.server, tls="none")
    assert one.ready(Envelope("josé@house.example", "1@h", 10)).answer is Answer.TAKEN
    one.give(MESSAGE)
    assert sink.taken() == {"josé@house.example": 1}


def test_a_server_without_encryption_gets_nothing_unless_the_house_says_so(sink: Sink) -> None:
    with pytest.raises(LineError, match="offers no encryption") as refused:
        line(sink.server).ready(TO_ANNE)
    assert not refused.value.may_pass
    assert sink.log == []


def test_a_certificate_that_nobody_has_signed_is_refused(tmp_path: Path) -> None:
    context, cert = post.certificate(tmp_path, "localhost")
    with post.sink(tls_context=context) as sink:
        server = sink.server.replace("127.0.0.1", "localhost")
        with pytest.raises(LineError, match="its certificate is not good") as refused:
            line(server).ready(TO_ANNE)
        assert not refused.value.may_pass
        trusting = ssl.create_default_context(cafile=str(cert))
        assert line(server, context=trusting).ready(TO_ANNE).answer is Answer.TAKEN


def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    context, cert = post.certificate(tmp_path, "mail.elsewhere.example")
    trusting = ssl.create_default_context(cafile=str(cert))
    with (
        post.sink(tls_context=context) as sink,
        pytest.raises(LineError, match="Hostname mismatch"),
    ):
        line(sink.server.replace("127.0.0.1", "localhost"), context=trusting).ready(TO_ANNE)


def test_a_name_is_logged_in_with_and_only_over_an_encrypted_line(tmp_path: Path) -> None:
    context, cert = post.certificate(tmp_path, "localhost")
    trusting = ssl.create_default_context(cafile=str(cert))

    def knows(
        _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        is_right = (data.login, data.password) == (b"anne", b"s3cret")
        return AuthResult(success=is_right, handled=False)

    with post.sink(tls_context=context, authenticator=knows) as sink:
        server = sink.server.replace("127.0.0.1", "anne@localhost")
        right = line(server, password="s3cret", context=trusting)
        assert right.ready(TO_ANNE).answer is Answer.TAKEN
        with pytest.raises(LineError, match="does not take this name and password"):
            line(server, password="wrong", context=trusting).ready(TO_ANNE)
        with pytest.raises(LineError, match="PARUTION_SMTP_READERS"):
            line(server, context=trusting).ready(TO_ANNE)
        with pytest.raises(LineError, match="not sent in clear"):
            line(server, password="s3cret", tls="none").ready(TO_ANNE)
        with pytest.raises(LineError, match="unaccented letters") as odd:
            line(server, password="s3crét", context=trusting).ready(TO_ANNE)
        assert "s3cr" not in str(odd.value)


def test_a_server_that_says_nothing_is_not_waited_for_for_ever() -> None:
    with post.hanging() as server, pytest.raises(LineError, match="does not answer in time") as no:
        line(server, patience=0.3).ready(TO_ANNE)
    assert no.value.may_pass


def test_a_server_that_is_not_there_is_a_sentence_and_may_come_back() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(LineError, match="cannot be made") as refused:
            line(f"smtp://127.0.0.1:{taken.getsockname()[1]}").ready(TO_ANNE)
    assert refused.value.may_pass


def test_a_name_that_nobody_knows_is_a_sentence() -> None:
    with pytest.raises(LineError, match="no such server"):
        line("smtp://mail.invalid:25").ready(TO_ANNE)


@pytest.mark.parametrize("server", ["smtp://mail..invalid:25", f"smtp://{'m' * 64}.invalid:25"])
def test_a_name_that_no_server_can_have_is_a_sentence(server: str) -> None:
    with pytest.raises(LineError, match="no such server"):
        line(server).ready(TO_ANNE)


def test_tls_where_none_is_spoken_names_the_port(sink: Sink) -> None:
    with pytest.raises(LineError, match="Is it the right port"):
        line(sink.server.replace("smtp://", "smtps://")).ready(TO_ANNE)


# --------------------------------------------------------------- servers that say what is not right

PIPELINING = "250-here\r\n250 PIPELINING"


@pytest.mark.parametrize("ehlo", ["250 here", PIPELINING])
def test_a_refused_sender_is_no_fault_of_the_recipient(ehlo: str) -> None:
    """A house whose server wants a name and a password, or knows another sender: nobody is lost."""
    with post.scripted(ehlo=ehlo, mail="530 5.7.0 Authentication required") as talk:
        with pytest.raises(LineError, match="Authentication required") as refused:
            line(talk.server, tls="none").ready(TO_ANNE)
        assert not refused.value.may_pass


def test_a_server_that_is_too_busy_for_a_message_is_too_busy_for_everybody() -> None:
    with post.scripted(mail="452 4.3.1 disk is full") as talk:
        with pytest.raises(LineError, match="disk is full") as busy:
            line(talk.server, tls="none").ready(TO_ANNE)
        assert busy.value.may_pass


def test_a_message_is_handed_over_to_a_server_that_waits_for_one_and_to_no_other() -> None:
    """Another would read its lines as commands."""
    with post.scripted(data="250 ok") as talk:
        one = line(talk.server, tls="none")
        assert one.ready(TO_ANNE).answer is Answer.PUT_OFF
        one.close()


@pytest.mark.parametrize("verb", ["mail", "rcpt", "data"])
def test_a_server_out_of_step_is_called_anew(verb: str) -> None:
    """One reply too many, and each later one would be taken for that to another command."""
    with post.scripted(**{verb: "what?\r\n250 ok"}) as talk:
        one = line(talk.server, tls="none")
        with suppress(LineError):
            assert one.ready(TO_ANNE).answer is Answer.PUT_OFF
        assert "RSET" not in talk.commands
        with suppress(LineError):
            assert one.ready(TO_ANNE).answer is Answer.PUT_OFF
        assert talk.commands.count("EHLO") == 2
        assert talk.messages == 0


@pytest.mark.parametrize("reply", ["what?", "354 go on", "199 wait", "600 no"])
def test_an_answer_to_a_message_that_nobody_understands_leaves_it_unknown(reply: str) -> None:
    with post.scripted(end=reply) as talk:
        one = line(talk.server, tls="none")
        assert one.ready(TO_ANNE).answer is Answer.TAKEN
        assert one.give(MESSAGE).answer is Answer.SILENCE
        assert talk.messages == 1
