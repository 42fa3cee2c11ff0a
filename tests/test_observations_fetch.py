"""Asking NASA FIRMS and OpenAQ: a server of our own speaks their format, also when it is busy, out of order or says no."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from evidence.__main__ import main
from evidence.observations import fetch

HEADER = "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight"
BOX = (52.0, 50.5, 54.0, 52.0)
HOURS = 2_345


class Speaker(BaseHTTPRequestHandler):
    """Answers like both APIs; `server.trouble` are answers (status, headers, body) to give first."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.server.trouble:
            return self.say(*self.server.trouble.pop(0))
        parts = urlsplit(self.path)
        if parts.path.startswith("/api/area/csv/"):
            return self.firms(parts.path.split("/")[4:])
        if self.headers.get("X-API-Key") != "right":
            return self.say(401, {}, '{"detail": "Invalid credentials"}')
        return self.openaq(parts.path, parse_qs(parts.query))

    def firms(self, said: list[str]) -> None:
        key, _, area, days, since = said
        if key != "right":
            return self.say(400, {}, "Invalid MAP_KEY.")
        assert area == "52,50.5,54,52" and 1 <= int(days) <= 5
        detected = [
            f"51.3,53.2,330,0.4,0.4,{date.fromisoformat(since) + timedelta(n)},5,N,VIIRS,n,2.0NRT,290,{n}.5,N" for n in range(int(days))
        ]
        return self.say(200, {}, "\n".join([HEADER, *detected]) + "\n")

    def openaq(self, path: str, query: dict[str, list[str]]) -> None:
        so2, h2s = ({"id": n, "name": name, "units": "ppm"} for n, name in ((5, "so2"), (6, "h2s")))
        if path == "/v3/locations/2178":
            sensors = [{"id": 1, "parameter": so2}, {"id": 2, "parameter": h2s}]
            place = {"id": 2178, "name": "Invented", "coordinates": {"latitude": 51.17, "longitude": 52.99}, "sensors": sensors}
            return self.say(200, {}, json.dumps({"results": [place]}))
        if path.startswith("/v3/locations/"):
            return self.say(404, {}, '{"detail": "not found"}')
        page, limit, start = int(query["page"][0]), int(query["limit"][0]), date.fromisoformat(query["datetime_from"][0][:10])
        count = HOURS if path == "/v3/sensors/1/hours" else 0
        hours = range((page - 1) * limit, min(page * limit, count))
        moments = [f"{start + timedelta(n // 24)}T{n % 24:02}:00:00Z" for n in hours]
        results = [
            {"value": 0.5, "parameter": so2, "period": {"interval": "01:00:00", "datetimeFrom": {"utc": t}}, "coordinates": None}
            for t in moments
        ]
        return self.say(200, {}, json.dumps({"meta": {"page": page}, "results": results}))

    def say(self, status: int, headers: dict[str, str], body: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch) -> Iterator[ThreadingHTTPServer]:
    """The server, and the right keys in the environment."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), Speaker)
    made.asked, made.trouble, made.address = [], [], f"http://127.0.0.1:{made.server_port}"
    threading.Thread(target=made.serve_forever, daemon=True).start()
    monkeypatch.setenv("FIRMS_MAP_KEY", "right")
    monkeypatch.setenv("OPENAQ_API_KEY", "right")
    yield made
    made.shutdown()
    made.server_close()


def detections(server, tmp_path, waits=None):
    return fetch.firms(
        tmp_path,
        "VIIRS_SNPP_NRT",
        BOX,
        date(2024, 2, 27),
        date(2024, 3, 10),
        server=server.address,
        wait=(waits if waits is not None else []).append,
    )


def test_more_days_than_one_question_may_cover_are_asked_in_turn(server, tmp_path):
    lines = detections(server, tmp_path).read_text(encoding="utf-8").splitlines()
    assert len(server.asked) == 3 and lines[0] == HEADER
    assert [line.split(",")[5] for line in lines[1:]] == [str(date(2024, 2, 27) + timedelta(n)) for n in range(12)]


def test_a_busy_server_is_asked_again_when_it_says(server, tmp_path):
    server.trouble = [(429, {"Retry-After": "7"}, "slow down"), (503, {}, "")]
    waits: list[float] = []
    assert len(detections(server, tmp_path, waits).read_text(encoding="utf-8").splitlines()) == 13
    assert waits == [7, 4]


def test_a_wrong_key_is_told_without_telling_the_key(server, tmp_path, monkeypatch):
    monkeypatch.setenv("FIRMS_MAP_KEY", "s3cret")
    with pytest.raises(fetch.NoAnswer, match="Invalid MAP_KEY") as told:
        detections(server, tmp_path)
    assert "s3cret" not in str(told.value) and not list(tmp_path.glob("*.csv"))


def test_an_answer_that_is_a_sentence_is_no_table(server, tmp_path):
    server.trouble = [(200, {}, "Exceeding allowed transaction limit for right.")]
    with pytest.raises(fetch.NoAnswer, match=r"did not answer with detections.*limit for …"):
        detections(server, tmp_path)


def test_a_server_that_stays_silent_is_given_up(server, tmp_path):
    server.trouble = [(500, {}, "sorry")] * fetch.TRIES
    with pytest.raises(fetch.NoAnswer, match="no answer after 5 tries"):
        detections(server, tmp_path)


def test_without_a_key_nobody_is_asked(server, tmp_path, monkeypatch):
    monkeypatch.delenv("FIRMS_MAP_KEY")
    with pytest.raises(fetch.NoAnswer, match="set FIRMS_MAP_KEY"):
        detections(server, tmp_path)
    assert server.asked == []


def test_every_page_of_every_sensor_is_asked_for(server, tmp_path):
    saved = fetch.openaq(tmp_path, 2178, date(2024, 1, 1), date(2024, 5, 1), server=server.address)
    assert len(saved) == 1 and len(json.loads(saved[0].read_text(encoding="utf-8"))["results"]) == HOURS
    assert sum("/sensors/1/" in path for path in server.asked) == 3


def test_a_location_nobody_knows_is_told(server, tmp_path):
    with pytest.raises(fetch.NoAnswer, match="HTTP 404"):
        fetch.openaq(tmp_path, 1, date(2024, 1, 1), date(2024, 5, 1), server=server.address)


def test_the_command_fetches_and_adds_in_one_go(server, tmp_path, capsys):
    days = ["--since", "2024-02-27", "--until", "2024-03-03", "--to", str(tmp_path / "o"), "--server", server.address]
    assert main(["observations", "fetch", "firms", "--box", "52,50.5,54,52", *days]) == 0
    assert main(["observations", "fetch", "openaq", "--location", "2178", "--keep", str(tmp_path / "raw"), *days]) == 0
    said = capsys.readouterr().out
    assert "5 rows kept, 0 rejected" in said and f"{HOURS:,} rows kept" in said
    assert [path.suffix for path in (tmp_path / "raw").iterdir()] == [".json"]


def test_days_asked_for_again_add_only_the_new_ones(server, tmp_path, capsys):
    for until in ("2024-03-01", "2024-03-03"):
        asked = ["observations", "fetch", "firms", "--box", "52,50.5,54,52", "--since", "2024-02-27", "--until", until]
        assert main([*asked, "--to", str(tmp_path / "o"), "--server", server.address]) == 0
    assert "2 rows kept, 0 rejected, 3 known before" in capsys.readouterr().out


def test_a_refusal_fails_the_command(server, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("OPENAQ_API_KEY", "wrong")
    asked = [
        "--location",
        "2178",
        "--since",
        "2024-01-01",
        "--until",
        "2024-02-01",
        "--to",
        str(tmp_path / "o"),
        "--server",
        server.address,
    ]
    assert main(["observations", "fetch", "openaq", *asked]) == 1
    assert "nothing was added: the server refused (HTTP 401)" in capsys.readouterr().err
