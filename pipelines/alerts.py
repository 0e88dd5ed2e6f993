"""Telling people what a run found: to the run's log, to a webhook, by e-mail, as the settings say.

An alert that cannot be delivered stops nothing, because the figures do not depend on it; why it could not is an error
in the log. What is worth an alert is decided where it happens, in ``defs``.
"""

import json
import logging
import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from pipelines.settings import AlertSettings
from pipelines.texts import Language, detect_language, text

TIMEOUT_SECONDS = 15
"""How long a receiver may take; an alert must not hold a run up."""

ROBOT_BYTES = {"feishu": 18_000, "dingtalk": 18_000, "wecom": 2_000}
"""The longest text that a group robot takes, somewhat below what its platform states."""

_LOG = logging.getLogger(__name__)
"""Seen on standard error, also where the run's own log is not."""


class NotTakenError(OSError):
    """A receiver answered that it did not take the alert."""


@dataclass(frozen=True)
class Alert:
    """One message. ``event``: ``audit_failed``, ``parks_held``, ``candidate`` or ``run_failed``.

    ``details``: sentences, one a line; ``facts``: what a program wants to know (home, year, run, publication).
    """

    event: str
    details: tuple[str, ...]
    facts: Mapping[str, str]

    def title(self, language: Language) -> str:
        return text(f"alert_{self.event}", language, count=len(self.details))

    @property
    def message(self) -> str:
        """The details and facts, one a line, as those who found them wrote them."""
        facts = (f"{name}: {value}" for name, value in self.facts.items() if value)
        return "\n".join((*self.details, "", *facts))


def send(alert: Alert, settings: AlertSettings, log: logging.Logger, language: Language | None = None) -> None:
    """Writes the alert to ``log`` and delivers it wherever the settings say; failed deliveries are errors in the log.

    ``language``: by default that of the process's locale.
    """
    language = language or detect_language(())
    log.warning(f"{alert.title(language)}\n{alert.message}")
    for place, deliver in _channels(settings):
        try:
            deliver(alert, settings, language)
        except (OSError, HTTPException, smtplib.SMTPException) as failed:
            sentence = text("alert_undelivered", language, event=alert.event, place=place, reason=_reason(failed))
            log.error(sentence)
            _LOG.error(sentence)
        else:
            log.info(text("alert_delivered", language, event=alert.event, place=place))


_Deliver = Callable[[Alert, AlertSettings, Language], None]


def _channels(settings: AlertSettings) -> list[tuple[str, _Deliver]]:
    """Where alerts go, as a person may read it: the webhook's host, for its path is often a secret."""
    channels: list[tuple[str, _Deliver]] = []
    if settings.alert_webhook:
        host = urlsplit(settings.alert_webhook.get_secret_value()).hostname
        channels.append((f"ZCP_ALERT_WEBHOOK ({host})", _post))
    if settings.alert_email_to:
        channels.append((f"ZCP_ALERT_EMAIL_TO ({settings.smtp_host}:{settings.smtp_port})", _mail))
    return channels


def _reason(failed: Exception) -> str:
    if isinstance(failed, HTTPError):
        return f"HTTP {failed.code} {failed.reason}"
    return str(failed).replace("\n", " ") or type(failed).__name__


def _post(alert: Alert, settings: AlertSettings, language: Language) -> None:
    if settings.alert_webhook is None:
        raise ValueError("no webhook is set")
    request = Request(
        settings.alert_webhook.get_secret_value(),
        data=json.dumps(payload(alert, settings.alert_webhook_format, language), ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": "zero-carbon-parks"},
    )
    with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
        body = answer.read(1 << 16)
    if settings.alert_webhook_format in ROBOT_BYTES:
        _check_robot(body)


def _check_robot(body: bytes) -> None:
    """Group robots answer HTTP 200 to what they refuse too; the code in the body tells. Raises ``NotTakenError``."""
    try:
        told = json.loads(body)
    except ValueError:
        return
    code = told.get("errcode", told.get("code", 0)) if isinstance(told, dict) else 0
    if code:
        raise NotTakenError(f"the robot refused it: {code} {told.get('errmsg', told.get('msg', ''))}".strip())


def payload(alert: Alert, form: str, language: Language) -> dict[str, Any]:
    """The JSON of a webhook: what group robots of Feishu, DingTalk and WeCom take, or all that the alert knows."""
    whole = _shortened(f"{alert.title(language)}\n{alert.message}", ROBOT_BYTES.get(form))
    if form == "feishu":
        return {"msg_type": "text", "content": {"text": whole}}
    if form in ("dingtalk", "wecom"):
        return {"msgtype": "text", "text": {"content": whole}}
    return {
        "event": alert.event,
        "title": alert.title(language),
        "text": whole,
        "details": list(alert.details),
        "facts": dict(alert.facts),
    }


def _shortened(said: str, most_bytes: int | None) -> str:
    if most_bytes is None or len(said.encode()) <= most_bytes:
        return said
    return said.encode()[:most_bytes].decode(errors="ignore") + "…"


def _mail(alert: Alert, settings: AlertSettings, language: Language) -> None:
    message = EmailMessage()
    message["Subject"] = alert.title(language)
    message["From"] = settings.alert_email_from
    message["To"] = ", ".join(settings.alert_email_to)
    message.set_content(alert.message)
    with _connection(settings) as server:
        if settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user and settings.smtp_password:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        refused = server.send_message(message)
    if refused:
        raise smtplib.SMTPRecipientsRefused(refused)


def _connection(settings: AlertSettings) -> smtplib.SMTP:
    """A connection to the mail server, encrypted from the first byte where the settings say so."""
    if settings.smtp_security != "tls":
        return smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS)
    context = ssl.create_default_context()
    return smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS, context=context)
