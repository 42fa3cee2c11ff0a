"""The dashboard in a real Chromium: nobody else is asked, nothing hostile runs, three readers can do their errands."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import PAGES, ROOT, chromium, map_frame, serve, settle, watch
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        chromium() is None and not os.environ.get("CI"), reason="NO CHROMIUM: install Debian's package `chromium` to run the browser tests"
    ),
]
HAS_MAP = {"overview", "map"}


def captions(page: Page) -> str:
    return page.inner_text("body").replace("\u00a0", " ")


# ── nobody else is asked ─────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", PAGES)
def test_page_asks_nobody_else_and_shows_itself(name: str, page: Page, address: str) -> None:
    seen = watch(page, address)
    page.goto(f"{address}/{name}")
    settle(page)
    if name in HAS_MAP:
        frame = map_frame(page)
        assert frame.locator(".name").count() > 5, "the map shows no labels"
        shown = int(frame.locator("html").get_attribute("data-incidents"))
        located = int(re.search(r"(\d+) of \d+ have a public location|$", captions(page))[1] or shown)
        assert shown == located > 0
    if name == "map":
        assert page.locator(".t-bars > span").count() > 10
    page.wait_for_timeout(500)
    assert seen.foreign == []
    assert seen.errors == []


def test_badges_on_the_map_add_up_to_the_caption(page: Page, address: str) -> None:
    page.goto(f"{address}/map")
    settle(page)
    frame = map_frame(page)
    found = re.search(r"(\d+) of \d+ incidents.*?(\d+) without a public location", captions(page))
    # Far enough out that every mark is on the screen.
    for _ in range(2):
        frame.locator(".leaflet-control-zoom-out").click()
        page.wait_for_timeout(600)
    badges = [int(n) for n in frame.locator(".cluster").evaluate_all("all => all.map(e => e.dataset.n)")]
    single = frame.locator(".mark:not(.stack)").count()
    stacks = [int(n) for n in frame.locator(".mark.stack b").all_inner_texts()]
    assert sum(badges) + single + sum(stacks) == int(found[1]) - int(found[2])


# ── deep links ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", PAGES)
def test_deep_link_works_as_the_first_request_after_a_start(name: str, browser: Browser) -> None:
    with serve() as fresh:
        page = browser.new_page()
        page.goto(f"{fresh}/{name}?lang=ru&from=2019&to=2019")
        settle(page)
        assert page.evaluate("document.documentElement.lang") == "ru"
        assert page.locator("[data-testid=stException]").count() == 0
        assert "2019" in page.inner_text("body")
        page.close()


def test_unknown_word_in_a_link_is_said(page: Page, address: str) -> None:
    page.goto(f"{address}/map?type=detenton&colour=red")
    settle(page)
    assert "type=detenton" in captions(page) and "colour=red" in captions(page)


def test_back_and_reload_show_the_same_view(page: Page, address: str) -> None:
    page.goto(f"{address}/map?type=conviction")
    settle(page)
    before = re.search(r"\d+ of \d+ incidents", captions(page))[0]
    page.get_by_role("link", name="Reset all").click()
    page.wait_for_function("!location.search.includes('conviction')")
    page.wait_for_function("said => !document.body.innerText.replaceAll('\u00a0', ' ').includes(said)", arg=before, timeout=30_000)
    page.go_back()
    page.wait_for_function("location.search.includes('conviction')")
    page.wait_for_function("said => document.body.innerText.replaceAll('\u00a0', ' ').includes(said)", arg=before, timeout=30_000)
    page.reload()
    settle(page)
    assert re.search(r"\d+ of \d+ incidents", captions(page))[0] == before


# ── hostile text ─────────────────────────────────────────────────────────────────────────────────
HOSTILE = '<img src=x onerror="window.hacked=1">{{7*7}}`tick`</script><script>window.hacked=1</script>\u202egnp.exe **bold** [a](javascript:window.hacked=1) $x^2$'
LONG = "N" * 10_000


def poison(folder: Path) -> Path:
    """The shipped bundle with hostile words in every text that comes from data. SYNTHETIC: for this test only."""
    shutil.copytree(ROOT / "data", folder / "data")
    shutil.copytree(ROOT / "geo", folder / "geo")
    package = json.loads((ROOT / "datapackage.json").read_text(encoding="utf-8"))
    (folder / "datapackage.json").write_text(
        json.dumps({**package, "synthetic": True, "title": HOSTILE}, ensure_ascii=False), encoding="utf-8"
    )
    for resource in package["resources"]:
        if "schema" not in resource or resource["name"] in {"words", "vocabulary"}:
            continue
        path = folder / resource["path"]
        texts = [
            f["name"]
            for f in resource["schema"]["fields"]
            if f.get("meaning") in {"text", "label"} or f["name"] in {"title", "publisher", "articles_as_printed", "read_note", "type_note"}
        ]
        with path.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for at, row in enumerate(rows):
            for name in texts:
                if row[name]:
                    row[name] = LONG if at % 40 == 3 and name.startswith(("name_", "title")) else f"{row[name]} {HOSTILE}"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys() if rows else texts, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(poison(tmp_path_factory.mktemp("hostile"))) as found:
        yield found


@pytest.mark.parametrize("name", PAGES)
def test_hostile_text_runs_nothing_and_breaks_no_layout(name: str, page: Page, hostile: str) -> None:
    seen = watch(page, hostile)
    for query in ("", "?id=I-BZ-03", "?id=S01&lang=ru", "?id=BHRRC-INTERVIEW-2021"):
        page.goto(f"{hostile}/{name}{query}")
        settle(page)
        if name in HAS_MAP:
            map_frame(page)
        for frame in page.frames:
            assert frame.evaluate("window.hacked") is None
        assert "SYNTHETIC" in captions(page)
        assert "javascript:" not in "".join(page.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href') ?? '')"))
        assert page.evaluate("document.documentElement.scrollWidth") <= 1400
    assert seen.dialogs == [] and seen.foreign == [] and seen.errors == []


# ── every reader ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("language", ["en", "ru", "kk"])
@pytest.mark.parametrize("name", PAGES)
def test_phone_shows_the_page_without_sideways_scrolling(name: str, language: str, browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme="dark" if language == "ru" else "light")
    page = context.new_page()
    page.goto(f"{address}/{name}?lang={language}")
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    wide = page.locator("[data-testid=stMain]").evaluate(
        "m => [...m.querySelectorAll('p, button, h1, h2, h3')].filter(e => e.offsetParent && e.getBoundingClientRect().right > 362).map(e => e.innerText.slice(0, 60))"
    )
    assert wide == []
    assert page.locator("h1").inner_text()
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_of_ours(name: str, theme: str, browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, color_scheme=theme)
    page = context.new_page()
    page.goto(f"{address}/{name}?id=I-BZ-03")
    settle(page)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).response["violations"]
    ours = [f"{v['id']}: {node['target']} {node['html'][:160]}" for v in found for node in v["nodes"] if not _is_streamlits(v["id"], node)]
    context.close()
    assert ours == []


def _is_streamlits(rule: str, node: dict) -> bool:
    """What Streamlit's own markup does and we cannot mend from here: named, so that anything else still fails."""
    return False


# ── three errands ────────────────────────────────────────────────────────────────────────────────
def test_advocate_opens_the_case_and_sees_how_we_know(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)
    page.get_by_role("link", name="To show a case").click()
    expect(page).to_have_title(re.compile("^Case"), timeout=30_000)
    settle(page)
    said = captions(page)
    assert "suspended (as of 31 May 2019)" in said
    assert "The person learned of it: 7 May 2019" in said
    day = said[said.index("\n7 May 2019") : said.index("\n8 May 2019")]
    steps = [
        day.index(step)
        for step in ("1. Stop", "badge", "2. Detention", "15–20 minutes", "3. Detention", "4. Summons", "5. Summons", "6. Summons")
    ]
    assert steps == sorted(steps)
    assert "asserted by: the person affected" in day and "ecological zone" in day and "no answer found as of" in day
    assert page.get_by_role("link", name="open", exact=True).first.get_attribute("href").startswith("http")
    page.emulate_media(media="print")
    assert page.locator("header").first.is_hidden()
    assert len(page.pdf(format="A4")) > 20_000


def test_journalist_asks_how_often_an_article_was_used(page: Page, address: str) -> None:
    page.goto(f"{address}/case?show=ledger")
    settle(page)
    said = captions(page)
    uses = re.search(r"Article 274 is recorded as used in (\d+) incidents of (\d+) cases", said)
    assert uses and "suspended: 1; convicted: 1" in said
    assert len({row.get_attribute("href") for row in page.locator(".st-key-ledger_rows td a").all()}) == int(uses[1])
    assert "show=ledger" in page.url


def test_board_member_compares_two_periods_and_is_told_what_not_to_say(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)
    page.get_by_role("link", name="To see whether it gets worse").click()
    expect(page).to_have_title(re.compile("^Pressure"), timeout=30_000)
    settle(page)
    said = captions(page)
    assert "2015–2019" in said and "2020–2025" in said
    assert re.search(r"exact 95% interval", said) and "What may not." in said


def test_journalist_finds_a_place_in_any_spelling_and_takes_the_rows(page: Page, address: str) -> None:
    counts = set()
    for spelling in ("Berezovka", "Березовка", "Берёзовка", "Beryozovka"):
        page.goto(f"{address}/map?q={spelling}")
        settle(page)
        counts.add(re.search(r"(\d+) of \d+ incidents", captions(page))[1])
    assert len(counts) == 1 and int(counts.pop()) >= 9
    page.locator(".st-key-take summary").first.click()
    table = page.get_by_role("button", name=re.compile("^Table: "))
    with page.expect_download() as taken:
        table.click()
    rows = list(csv.DictReader(Path(taken.value.path()).read_text(encoding="utf-8-sig").splitlines()))
    assert f"Table: {len(rows)} rows" in table.inner_text().replace("\u00a0", " ") and f"{len(rows)} of " in captions(page)


def test_board_member_opens_a_figure_into_its_rows(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)
    page.locator(".t-figure-custody a").click()
    settle(page)
    rows = page.locator(".st-key-figure_rows")
    stated = int(re.search(r"(\d+)", rows.inner_text())[1])
    assert stated == int(page.locator(".t-figure-custody .t-number").inner_text())


def test_click_on_a_mark_opens_its_card_and_keeps_the_map(page: Page, address: str) -> None:
    page.goto(f"{address}/map?place=S01")
    settle(page)
    frame = map_frame(page)
    frame.locator(".leaflet-control-zoom-in").click()
    page.wait_for_timeout(700)
    frame.locator("html").evaluate("e => { e.dataset.mine = 'same map'; }")
    for _ in range(8):
        marks = frame.locator(".mark:visible")
        if marks.count():
            break
        frame.locator(".cluster").first.click()
        page.wait_for_timeout(900)
    frame.locator(".mark").first.click()
    page.wait_for_function("location.search.includes('id=I')")
    expect(page.locator(".st-key-card")).to_contain_text("Sources", timeout=30_000)
    assert frame.locator("html").get_attribute("data-mine") == "same map"


def test_the_map_stays_the_same_while_pages_change_around_it(page: Page, address: str) -> None:
    page.goto(f"{address}/overview")
    settle(page)
    map_frame(page).locator("html").evaluate("e => { e.dataset.mine = 'same map'; }")
    page.locator("[data-testid=stTopNavLink]", has_text="Map").click()
    expect(page.locator("h1")).to_contain_text("Where did it happen")
    expect(map_frame(page).locator("html")).to_have_attribute("data-mine", "same map")
    page.wait_for_function("document.querySelector('.st-key-map iframe').getBoundingClientRect().height > 600")


def test_a_cluster_opens_beside_the_legend_and_the_map_covers_nothing_below_it(page: Page, address: str) -> None:
    page.goto(f"{address}/map?case=C-001")
    settle(page)
    frame = map_frame(page)
    frame.locator(".cluster", has_text=re.compile("^9$")).click()
    badges = frame.locator(".cluster")
    expect(badges).to_have_count(2)
    badges.filter(has_text=re.compile("^7$")).click()  # a badge under the legend cannot be clicked
    expect(frame.locator("[aria-label*='7 May 2019'], [title*='7 May 2019']").first).to_be_attached()
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop = 1e6")
    foot = "document.querySelector('.st-key-rest').getBoundingClientRect().top"
    page.wait_for_function(f"document.querySelector('.st-key-map').getBoundingClientRect().bottom <= {foot}")


def test_a_box_of_a_filter_is_ticked_by_space_and_keeps_the_focus(page: Page, address: str) -> None:
    page.goto(f"{address}/map")
    settle(page)
    page.get_by_role("button", name="What happened").click()
    box = page.get_by_role("checkbox", name=re.compile("^Killing "))
    expect(box).not_to_be_checked()
    box.focus()
    page.keyboard.press("Space")
    page.wait_for_url("**type=killing*")
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    expect(page.locator(".t-chips a").first).to_contain_text("Killing")


def test_tab_goes_into_an_open_filter_and_out_behind_it(page: Page, address: str) -> None:
    page.goto(f"{address}/map")
    settle(page)
    page.get_by_role("button", name="What happened").focus()
    page.keyboard.press("Enter")
    boxes = page.get_by_role("checkbox")
    expect(boxes.first).to_be_visible()
    page.keyboard.press("Tab")
    expect(boxes.first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="What happened")).to_be_focused()
    boxes.last.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Who")).to_be_focused()


def test_a_line_of_a_list_opens_its_card_without_loading_the_page_anew(page: Page, address: str) -> None:
    page.goto(f"{address}/pressure")
    settle(page)
    page.evaluate("window.kept = true")
    line = page.locator(".t-acts li a").nth(2)
    record = re.search(r"id=([\w.-]+)", line.get_attribute("href"))[1]
    line.click()
    page.wait_for_url(f"**id={record}*")
    settle(page)
    expect(page.locator(".st-key-card")).to_contain_text(record, timeout=30_000)
    assert page.evaluate("window.kept")
    page.go_back()
    page.wait_for_url(re.compile(r"/pressure$"))
    expect(page.locator(".st-key-card")).to_have_count(0, timeout=30_000)


def test_a_period_drawn_over_the_lanes_is_what_everything_shows(page: Page, address: str) -> None:
    page.goto(f"{address}/pressure")
    settle(page)
    before, area = captions(page), page.locator(".t-drawn.t-wide").bounding_box()
    page.mouse.move(area["x"] + area["width"] * 0.5, area["y"] + 60)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * 0.8, area["y"] + 60, steps=5)
    page.mouse.up()
    page.wait_for_url(re.compile(r"from=\d{4}-\d\d-\d\d.*to=\d{4}-\d\d-\d\d"))
    expect(page.locator("[data-testid=stCaptionContainer]", has_text="incidents: from")).not_to_have_count(0, timeout=30_000)
    settle(page)
    assert int(re.search(r"(\d+) of \d+ incidents", captions(page))[1]) < int(re.search(r"(\d+) of \d+ incidents", before)[1])


def test_no_other_host_may_send_a_page_messages(page: Page, address: str) -> None:
    assert page.request.get(f"{address}/_stcore/host-config").json()["allowedOrigins"] == []


def test_another_language_is_the_same_view(page: Page, address: str) -> None:
    page.goto(f"{address}/map?type=detention")
    settle(page)
    page.evaluate("window.kept = true")
    page.get_by_role("navigation", name="Language").get_by_role("link", name="Русский").press("Enter")
    expect(page.locator("h1")).to_contain_text("Где это произошло", timeout=30_000)
    settle(page)
    assert page.url.endswith("/map?type=detention_short&lang=ru") and page.evaluate("window.kept")
    assert page.locator(".t-languages [aria-current]").all_inner_texts() == ["Русский"]


def test_a_mark_of_the_lanes_opens_its_record(page: Page, address: str) -> None:
    page.goto(f"{address}/pressure")
    settle(page)
    mark = page.locator(".t-drawn.t-wide a:has(polygon)").last
    record = re.search(r"id=([\w.-]+)", mark.get_attribute("href"))[1]
    mark.locator("polygon").first.click()
    page.wait_for_url(f"**id={record}*")
    settle(page)
    expect(page.locator(".st-key-card")).to_contain_text("Sources", timeout=30_000)
    ring, svg = page.locator(f'.t-drawn.t-wide a[href$="id={record}"] .t-ring'), page.locator(".t-drawn.t-wide svg")
    expect(ring).to_have_count(1)
    assert centre(ring) == pytest.approx(centre(mark.locator("polygon").first), abs=1)
    svg.evaluate("svg => { svg.kept = true; }")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(lambda url: f"id={record}" not in url)
    expect(page.locator(".st-key-card")).not_to_have_count(0)
    settle(page)
    expect(ring).to_have_count(0)
    expect(page.locator(".t-drawn.t-wide .t-ring").first).to_be_attached()
    assert svg.evaluate("svg => svg.kept"), "the next record leaves the drawing as it is"


def centre(mark: Locator) -> tuple[float, float]:
    """Where an element is on the screen."""
    box = mark.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_timeline_of_the_overview_is_drawn_and_its_marks_open(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)
    page.locator(".t-plotly .points path").first.wait_for()
    page.locator(".t-plotly .points path").nth(3).click(force=True)
    page.wait_for_url("**id=I*")
    settle(page)
    expect(page.locator(".st-key-card")).to_contain_text("Sources", timeout=30_000)


def test_a_mark_of_the_timeline_opens_its_record_in_the_selection_of_now(page: Page, address: str) -> None:
    page.goto(f"{address}/overview?country=KZ")
    settle(page)
    page.locator(".t-plotly .points path").first.wait_for()
    page.locator(".t-chips a.all").click()
    page.wait_for_url(lambda url: "country" not in url)
    expect(page.locator(".t-chips a")).to_have_count(0)
    settle(page)
    page.locator(".t-plotly .points path").nth(3).click(force=True)
    page.wait_for_url("**id=*")
    assert "country" not in page.url
