"""Alerts: what is sent where, in which form, and what happens where nobody takes it."""

import json
import logging
import socket

import pytest

from pipelines.alerts import Alert, payload, send
from pipelines.errors import UserError
from pipelines.settings import AlertSettings, Settings
from tests.pipeline.receivers import mail_server, web_server

HELD = Alert("parks_held", ("park-a: 总量 differs.", "park-b: a term is missing."), {"year": "2026", "run": "r1"})
LOG = logging.getLogger("run")


def test_an_alert_goes_to_the_log_the_webhook_and_the_mail_once_each(caplog):
    with web_server() as (url, posted), mail_server() as (port, mailed), caplog.at_level("INFO"):
        to = {"alert_email_to": "a@example.org, b@example.org", "smtp_host": "127.0.0.1", "smtp_port": port}
        send(HELD, AlertSettings.model_validate({"alert_webhook": url} | to), LOG, "en")
    (body,) = posted
    assert body["event"] == "parks_held"
    assert body["title"] == "Zero-carbon parks: 2 parks held back"
    assert body["details"] == ["park-a: 总量 differs.", "park-b: a term is missing."]
    assert body["facts"] == {"year": "2026", "run": "r1"}
    ((receivers, message),) = mailed
    assert receivers == ["a@example.org", "b@example.org"]
    assert message["Subject"] == body["title"]
    assert "park-a: 总量 differs." in message.get_content()
    assert sum("park-a" in record.message for record in caplog.records) == 1
    assert "secret-token" not in caplog.text


def test_an_alert_that_nobody_takes_is_an_error_in_the_log_and_stops_nothing(caplog):
    with socket.socket() as closed:  # bound and not listening
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with web_server(status=500) as (url, _):
            settings = {"alert_webhook": url, "alert_email_to": "a@b", "smtp_host": "127.0.0.1", "smtp_port": port}
            send(HELD, AlertSettings.model_validate(settings), LOG, "en")
    told = [record.message for record in caplog.records if record.levelname == "ERROR" and record.name == LOG.name]
    assert [sentence.partition(":")[0] for sentence in told] == [
        "alert parks_held could not be delivered to ZCP_ALERT_WEBHOOK (127.0.0.1)",
        "alert parks_held could not be delivered to ZCP_ALERT_EMAIL_TO (127.0.0.1",
    ]
    assert "HTTP 500" in told[0]
    assert "refused" in told[1]
    # And once more for who started the run at a terminal.
    assert sum(record.name == "pipelines.alerts" for record in caplog.records) == 2
    assert "secret-token" not in caplog.text


@pytest.mark.parametrize(
    ("form", "way"),
    [("feishu", ("content", "text")), ("dingtalk", ("text", "content")), ("wecom", ("text", "content"))],
)
def test_group_robots_get_text_in_their_own_form(form, way):
    found = payload(HELD, form, "zh")
    assert found[way[0]][way[1]].startswith("零碳园区：2 个园区的数据被扣留\npark-a")
    assert "text" in (found.get("msg_type"), found.get("msgtype"))


@pytest.mark.parametrize(
    ("form", "answer", "level"),
    [
        ("feishu", b'{"code":19024,"msg":"Key Words Not Found"}', "ERROR"),
        ("dingtalk", b'{"errcode":310000,"errmsg":"keywords not in content"}', "ERROR"),
        ("wecom", b'{"errcode":0,"errmsg":"ok"}', "INFO"),
        ("json", b'{"code":7}', "INFO"),
    ],
)
def test_a_robot_that_answers_200_and_refuses_has_not_taken_the_alert(caplog, form, answer, level):
    with web_server(answer=answer) as (url, _), caplog.at_level("INFO"):
        send(HELD, AlertSettings.model_validate({"alert_webhook": url, "alert_webhook_format": form}), LOG, "en")
    told = [record for record in caplog.records if record.name == LOG.name]
    assert told[-1].levelname == level
    if level == "ERROR":
        assert str(next(iter(json.loads(answer).values()))) in told[-1].message


def test_a_long_alert_is_cut_to_what_a_robot_takes():
    long = Alert("parks_held", tuple(f"园区 {number} 总量不符" for number in range(500)), {})
    assert len(payload(long, "wecom", "zh")["text"]["content"].encode()) < 2048
    assert "园区 499" in payload(long, "json", "zh")["text"]


def test_without_settings_an_alert_stays_in_the_log(caplog):
    send(HELD, AlertSettings(), LOG, "en")
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@pytest.mark.parametrize(("name", "value"), [("ALERT_WEBHOOK", "ftp://host/secret"), ("SMTP_PORT", "secret")])
def test_a_setting_that_does_not_fit_is_named_and_not_repeated(monkeypatch, tmp_path, name, value):
    monkeypatch.setenv(f"ZCP_{name}", value)
    with pytest.raises(UserError, match=f"^ZCP_{name}: ") as told:
        Settings.from_env(tmp_path)
    assert "secret" not in str(told.value)
