"""The routes beside Streamlit serve what a page needs, and every answer tells the browser to ask nobody else."""

import csv
import gzip
import io
import json
import re
import sys
from urllib.parse import parse_qs

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from evidence import load, select, server
from evidence.report import published, views
from evidence.report.shown import VIEWS
from evidence.ui.page import EXTRAS


async def _plain(request):
    return PlainTextResponse("ours", headers={"Server": "leaky/1.0"})


@pytest.fixture(scope="module")
def client() -> TestClient:
    """The server without Streamlit: our routes, one plain page, a component's frame, and our headers around them."""
    rest = [Route("/plain", _plain), Route("/component/{name:path}", _plain), Route("/plain/component/x", _plain)]
    return TestClient(Starlette(routes=[*server.routes(), *rest], middleware=server.middleware()), follow_redirects=False)


def policy(response) -> dict[str, list[str]]:
    return {word: values for word, *values in (part.split() for part in response.headers["content-security-policy"].split(";"))}


NAMES = sorted(server.ASSETS)


# ── assets ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", NAMES)
def test_an_asset_is_sent_compressed_and_is_the_same_plain(client, name):
    packed = client.get(f"/assets/{name}", headers={"Accept-Encoding": "gzip"})
    plain = client.get(f"/assets/{name}", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert packed.content == plain.content != b""
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


def test_the_bytes_on_the_wire_are_the_gzip_ones():
    asset = server.asset(load.opened(), "map.js")
    assert gzip.decompress(asset.packed) == asset.plain
    assert len(asset.packed) < len(asset.plain) / 2


@pytest.mark.parametrize(("end", "kind"), [(".js", "text/javascript"), (".css", "text/css"), (".json", "application/json")])
def test_an_asset_says_what_it_is(client, end, kind):
    for name in NAMES:
        if name.endswith(end):
            assert client.get(f"/assets/{name}").headers["content-type"].startswith(kind)


def test_an_asset_asked_for_by_its_content_is_kept_for_ever_else_asked_again(client):
    url = server.asset_url(load.opened(), "map.js")
    assert client.get(url).headers["cache-control"] == "public, max-age=31536000, immutable"
    for other in ("/assets/map.js", "/assets/map.js?v=old"):
        assert client.get(other).headers["cache-control"] == "no-cache"


def test_an_asset_the_browser_has_is_not_sent_again(client):
    tag = client.get("/assets/map.css").headers["etag"]
    again = client.get("/assets/map.css", headers={"If-None-Match": f'W/{tag}, "other"'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get("/assets/map.css", headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("name", ["nothing.js", "..%2f..%2fdatapackage.json", "%2e%2e/dashboard.py", ""])
def test_what_is_no_asset_is_not_found(client, name):
    answer = client.get(f"/assets/{name}")
    assert answer.status_code == 404
    assert "content-security-policy" in answer.headers


def test_no_asset_points_to_another_server():
    for name, asset in ((name, server.asset(load.opened(), name)) for name in NAMES):
        if name.endswith((".css", ".js")):
            assert not re.search(rb"url\(\s*['\"]?(https?:)?//|sourceMappingURL|@import", asset.plain), name


def test_the_basemap_and_the_context_are_json():
    for name, asset in ((name, server.asset(load.opened(), name)) for name in NAMES):
        if name.endswith(".json"):
            assert json.loads(asset.plain, parse_constant=pytest.fail)


# ── health and pages ─────────────────────────────────────────────────────────────────────────────
def test_health_says_which_data_is_served(client):
    bundle = load.opened()
    assert client.get("/health").json() == {"status": "ok", "version": bundle.version, "synthetic": bundle.synthetic}


@pytest.mark.parametrize(("address", "context"), [("/", "en"), ("/map?lang=kk", "kk"), ("/map?lang=xx", "en"), ("/pressure", None)])
def test_what_the_map_will_ask_for_is_fetched_early_and_really_there(client, address, context):
    early = re.findall(r'<link rel="prefetch" href="([^"]+)"', client.get(address).text)
    assert [client.get(link).status_code for link in early] == [200] * ((4 + ("streamlit_folium" in sys.modules)) if context else 0)
    assert not context or early[-1].startswith(f"/assets/context-{context}.json?v=")
    assert all("immutable" in client.get(link).headers["cache-control"] for link in early)


@pytest.mark.parametrize("page", ["", *sorted(path.stem for path in (load.ROOT / "pages").glob("*.py") if path.stem != "overview")])
def test_every_page_is_served_under_our_name(client, page):
    answer = client.get(f"/{page}")
    assert answer.status_code == 200
    assert "<title>Tamshy</title>" in answer.text and "/assets/app.css?v=" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


def test_the_first_page_by_its_name_leads_to_the_bare_address_with_its_query(client):
    answer = client.get("/overview?case=C-001&lang=ru")
    assert (answer.status_code, answer.headers["location"]) == (307, "/?case=C-001&lang=ru")


def test_the_page_fetches_early_the_parts_it_will_draw_with(client):
    early = re.findall(r'modulepreload" href="\./static/js/(\w+)\.', client.get("/map").text)
    assert {"ButtonGroup", "TextInput", "Slider", "ComponentInstance"} <= set(early)
    assert len(early) == len(set(early)) < 60 and "PlotlyChart" not in early


# ── headers ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("path", ["/plain", "/", "/health", "/assets/map.js", "/assets/none", "/no/such/page", "/component/x/index.html"])
def test_every_answer_carries_the_headers(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "geolocation=()" in headers["permissions-policy"]
    assert "server" not in headers


def test_a_policy_binds_pages_and_is_not_sent_with_every_script(client):
    assert "content-security-policy" in client.get("/map").headers
    assert "content-security-policy" in client.get("/health").headers
    assert "content-security-policy" not in client.get("/assets/map.js").headers


@pytest.mark.parametrize("path", ["/", "/component/x/index.html"])
def test_the_policy_names_no_foreign_origin(client, path):
    rules = policy(client.get(path))
    allowed = re.compile(r"'self'|'none'|'unsafe-inline'|'unsafe-eval'|'sha256-[\w+/]+=*'|data:|blob:")
    assert all(allowed.fullmatch(value) for values in rules.values() for value in values)
    assert rules["default-src"] == rules["connect-src"] == rules["base-uri"] == ["'self'"]
    assert rules["object-src"] == ["'none'"]


def test_a_page_runs_no_inline_script_but_its_own(client):
    scripts = policy(client.get("/"))["script-src"]
    assert "'unsafe-inline'" not in scripts
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", client.get("/").text, re.DOTALL)
    assert sum(value.startswith("'sha256-") for value in scripts) == len(inline) > 0


def test_only_a_components_frame_may_run_inline_script(client):
    assert "'unsafe-inline'" in policy(client.get("/component/x/index.html"))["script-src"]
    assert "'unsafe-inline'" not in policy(client.get("/plain/component/x"))["script-src"]


def test_only_we_may_frame_our_pages_unless_the_operator_says_who_else(client, monkeypatch):
    assert policy(client.get("/"))["frame-ancestors"] == ["'self'"]
    monkeypatch.setenv("TAMSHY_EMBEDDERS", "https://example.org https://example.net")
    embedded = TestClient(Starlette(routes=server.routes(), middleware=server.middleware()))
    assert policy(embedded.get("/health"))["frame-ancestors"] == ["'self'", "https://example.org", "https://example.net"]


def test_a_prefix_of_the_address_is_kept_everywhere(monkeypatch):
    monkeypatch.setattr(server.assets, "base_path", lambda: "/tamshy")
    prefixed = TestClient(Starlette(routes=server.routes()), follow_redirects=False)
    assert prefixed.get("/tamshy/health").status_code == 200
    assert prefixed.get("/health").status_code == 404
    assert prefixed.get("/tamshy/overview?lang=ru").headers["location"] == "/tamshy/?lang=ru"
    assert server.asset_url(load.opened(), "map.js").startswith("/tamshy/assets/map.js?v=")


# ── tables ───────────────────────────────────────────────────────────────────────────────────────
def rows(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_a_table_answers_to_the_words_of_a_pages_link(client):
    bundle = load.opened()
    selection, unknown = select.from_query({"type": ["detention_short"], "from": ["2019"]}, bundle)
    found = rows(client.get("/data/incidents.csv?type=detention_short&from=2019"))
    assert not unknown
    assert [row["incident_id"] for row in found] == list(select.select(bundle, selection).frame["incident_id"])


def test_every_table_of_the_bundle_is_served_and_says_how_many_rows_it_sends(client):
    for name in load.opened().tables:
        answer = client.get(f"/data/{name}.csv?relation=all" if name == "incidents" else f"/data/{name}.csv")
        assert len(rows(answer)) == len(load.opened()[name]) == int(answer.headers["x-rows"])


def test_another_table_gives_the_rows_that_belong_to_the_incidents_asked_for(client):
    bundle = load.opened()
    places = {row["place_id"] for row in rows(client.get("/data/places.csv?case=C-001&relation=all"))}
    acts = bundle["incidents"]
    assert places == set(acts.loc[acts["case_id"] == "C-001", "place_id"]) - {""}


@pytest.mark.parametrize("kind", ["json", "geojson", "xlsx"])
def test_a_table_comes_as_other_files_too(client, kind):
    answer = client.get(f"/data/incidents.{kind}?case=C-001&lang=ru")
    n = len(rows(client.get("/data/incidents.csv?case=C-001")))
    assert answer.status_code == 200 and answer.headers["content-disposition"].endswith(f'-incidents.{kind}"')
    if kind != "xlsx":
        whole = answer.json()
        assert len(whole.get("rows", whole.get("features"))) == n and load.opened().version == whole["bundle_version"]


def test_what_has_not_changed_is_not_sent_again(client):
    address = "/data/incidents.csv?type=detention_short"
    tag = client.get(address).headers["etag"]
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get("/data/incidents.csv", headers={"If-None-Match": tag}).status_code == 200
    assert client.get(f"{address}&from=2019").headers["etag"] != tag


def test_a_head_says_what_a_get_would_and_sends_nothing(client):
    answer = client.head("/data/incidents.csv")
    assert answer.content == b"" and int(answer.headers["x-rows"]) > 100


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/data/incidents.csv?colour=red", 400, "colour="),
        ("/data/incidents.csv?type=nothing", 400, "type=nothing"),
        ("/data/incidents.csv?from=2020&to=2019", 400, "from=2020"),
        ("/data/incidents.csv?id=I-NONE", 400, "I-NONE"),
        ("/data/incidents.csv?page=weather", 400, "page=weather"),
        ("/data/measurements.csv?page=environment&shoe=figures", 400, "shoe="),
        ("/data/measurements.csv?show=figures&topic=weather", 400, "topic=weather"),
        ("/data/measurements.csv?topic=fines", 400, "show=figures"),
        ("/data/flare_sites.csv?area=F02&year=1999", 400, "year=1999"),
        ("/data/places.csv?show=nearness&radius=wide", 400, "radius=wide"),
        ("/data/responses.csv?state=lost", 400, "state=lost"),
        ("/data/limits.csv?show=figures&topic=fines", 400, "It shows: measurements"),
        ("/data/limits.csv?type=killing", 400, "limits"),
        ("/data/incidents.csv?v=000000000000", 409, "000000000000"),
        ("/data/limits.geojson", 404, "no positions"),
        ("/data/nothing.csv", 404, "nothing.csv"),
        ("/data/incidents.exe", 404, "incidents.exe"),
        ("/data/..%2fdatapackage.csv", 404, ""),
    ],
)
def test_an_address_that_cannot_be_answered_gets_a_sentence(client, address, status, said):
    answer = client.get(address)
    assert answer.status_code == status and said in answer.text
    assert answer.headers["content-type"].startswith("text/plain") and "etag" not in answer.headers


LINKS = [
    "environment?area=F02&year=2019",
    "environment?show=figures&topic=fines&from=2015&to=2020&lang=ru",
    "environment?show=figures&topic=accidents&unverified=1&type=detention_short",
    "environment?show=air&pollutant=no2",
    "environment?show=event",
    "resettlement?place=S01",
    "resettlement?show=zones",
    "resettlement?show=nearness&radius=9&measure=listed",
    "sources?kind=media&find=berezovka",
    "sources?show=counted&rows=claims",
    "sources?show=terms&terms=act_type",
    "sources?show=codebook&columns_of=limits",
    "answers?state=answered",
    "case?case=C-001",
]


@pytest.mark.parametrize("link", LINKS)
def test_the_link_of_a_page_gives_the_rows_that_the_page_shows(client, link):
    bundle, (page, _, said) = load.opened(), link.partition("?")
    query = parse_qs(said)
    for shown in views.shown(bundle, page, select.from_query(query, bundle)[0], views.beside(query)):
        sent = rows(client.get(f"/data/{shown.name}.csv?page={page}&{said}"))
        keys = published.key_columns(bundle, shown.name)
        assert ["/".join(row[key] for key in keys) for row in sent] == list(published.positions(bundle, shown.name).take(shown.at))


def test_the_own_words_of_a_link_tell_its_page(client):
    for table, said in (
        ("measurements", "show=figures&topic=fines"),
        ("flare_sites", "area=F02&year=2019"),
        ("responses", "state=answered"),
    ):
        page = "answers" if table == "responses" else "environment"
        assert client.get(f"/data/{table}.csv?{said}").content == client.get(f"/data/{table}.csv?page={page}&{said}").content


def test_every_word_of_a_pages_link_is_understood_on_some_page():
    own = {word for words in VIEWS.values() for view in words.values() for word in view}
    assert EXTRAS - {"post"} <= own | views.HOW | set(views.DOCKET)


def test_words_that_say_how_and_not_which_change_no_row(client):
    plain = client.get("/data/incidents.csv?type=detention_short").content
    assert client.get("/data/incidents.csv?type=detention_short&show=table&rows=place&columns=type&list=acts.2").content == plain


def test_one_record_has_an_address(client):
    (row,) = rows(client.get("/data/incidents.csv?id=I-BZ-03"))
    assert row["incident_id"] == "I-BZ-03"


def test_no_script_of_another_site_reads_the_tables_unless_the_operator_says_whose(client, monkeypatch):
    asked = {"headers": {"Origin": "https://example.org"}}
    assert "access-control-allow-origin" not in client.get("/data/limits.csv", **asked).headers
    monkeypatch.setenv("TAMSHY_DATA_ORIGINS", "https://example.org")
    answer = client.get("/data/limits.csv", **asked)
    assert answer.headers["access-control-allow-origin"] == "https://example.org"
    assert (answer.headers["cross-origin-resource-policy"], answer.headers["vary"]) == ("cross-origin", "Origin")
    other = client.get("/data/limits.csv", headers={"Origin": "https://example.net"})
    assert "access-control-allow-origin" not in other.headers and other.headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in client.get("/health", **asked).headers


def test_the_package_is_valid_against_the_tables_as_served(client, tmp_path):
    import frictionless

    for resource in client.get("/data/datapackage.json").json()["resources"]:
        (tmp_path / f"{resource['name']}.csv").write_bytes(client.get(f"/data/{resource['path']}").content)
    described = client.get("/data/datapackage.json").text.replace("incidents.csv?relation=all", "incidents.csv")
    (tmp_path / "datapackage.json").write_text(described, encoding="utf-8")
    report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "note"])[:5]


def test_the_package_stands_at_two_addresses_and_each_leads_to_the_tables(client):
    for address in ("/datapackage.json", "/data/datapackage.json"):
        whole = client.get(address).json()
        assert {resource["name"] for resource in whole["resources"]} == set(load.opened().tables)
        path = address.rpartition("/")[0] + "/" + whole["resources"][0]["path"]
        assert client.get(path).status_code == 200


def test_the_script_that_draws_figures_names_no_host_of_its_makers(bundle):
    script = server.asset(bundle, "plotly.js").plain
    hosts = {found.decode() for found in re.findall(rb"https?://([\w.-]+)", script)}
    # What is left are names of formats and credits in comments; nothing of it is an address that a browser asks.
    assert hosts <= {"www.w3.org", "github.com", "getify.mit-license.org", "syntheti.cc"}
