"""A story on a screen, in a real Chromium: keys and clicker, links, a phone, no other server, hostile words, a lost connection."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import ROOT, chromium, serve, settle, watch
from conftest import link_bundle, put
from playwright.sync_api import Browser, Page, expect

from evidence import stories
from evidence.stories import Sentence, Step, Story

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser_present"),
    pytest.mark.skipif(
        chromium() is None and not os.environ.get("CI"), reason="NO CHROMIUM: install Debian's package `chromium` to run the browser tests"
    ),
]
HOSTILE = '<img src=x onerror="window.hacked=1">{{7*7}}`tick`</script><script>window.hacked=1</script> **bold** [a](javascript:window.hacked=1) \'"> $x$'


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    yield context.new_page()
    context.close()


def opened(page: Page, where: str) -> None:
    page.goto(where)
    page.wait_for_selector(".t-deck[data-ready]", timeout=60_000)
    page.wait_for_selector(".t-deck-map[data-basemap=painted]", timeout=60_000)


def step(page: Page) -> str:
    return page.locator(".t-deck").get_attribute("data-step")


def test_keys_and_a_clicker_turn_the_steps_and_the_address_follows(page: Page, address: str) -> None:
    seen = watch(page, address)
    opened(page, f"{address}/present?story=seven-may")
    turned = [step(page)]
    for key in ("PageDown", "ArrowRight", " ", "PageUp", "ArrowLeft", "End", "PageDown", "Home"):
        page.keyboard.press(key)
        turned.append(step(page))
    keys = [one.key for one in stories.read((ROOT / "data/stories/seven-may.md").read_text(encoding="utf-8"))[0].steps]
    assert turned == [keys[at] for at in (0, 1, 2, 3, 2, 1, 7, 7, 0)]
    assert "step=the-village" in page.url and "story=seven-may" in page.url
    assert page.locator("header").first.is_hidden() and page.locator("h1").first.is_hidden()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.t-deck') !== null"), "the keyboard reaches nothing below the story"
    assert seen.foreign == [] and seen.errors == [] and seen.dialogs == []


def test_what_a_step_points_to_stands_on_the_map_and_on_the_timeline(page: Page, address: str) -> None:
    opened(page, f"{address}/present?story=seven-may&step=the-ecological-zone")
    expect(page.locator(".t-deck-map .hot")).to_have_count(1)
    assert page.locator(".t-deck-time .bar").evaluate_all("all => all.map(e => e.dataset.key)") == ["I-BZ-02", "I-BZ-03"]
    assert "Berezovka" in page.locator(".t-deck-map .name.told").inner_text()
    assert page.locator(".t-deck-time").inner_text().replace("\u00a0", " ").count("7 May 2019") == 2


def test_one_key_shows_the_sources_of_the_step_and_another_the_steps(page: Page, address: str) -> None:
    opened(page, f"{address}/present?story=five-three-five&step=three")
    panel = page.locator(".t-step:not([hidden]) .t-deck-panel")
    assert panel.is_hidden()
    page.keyboard.press("s")
    assert panel.is_visible() and "GS-LAW2011" in panel.inner_text()
    page.keyboard.press("l")
    assert panel.is_hidden()
    page.get_by_role("link", name="How many").or_(page.locator(".t-deck-go").nth(6)).first.click()
    assert step(page) == "how-many" and page.locator(".t-deck-list").is_hidden()
    page.keyboard.press("b")
    assert "dark-screen" in page.locator(".t-deck").get_attribute("class")
    page.keyboard.press("b")
    assert "dark-screen" not in page.locator(".t-deck").get_attribute("class")


def test_a_link_restores_the_step_and_a_reload_stays_there(page: Page, address: str) -> None:
    opened(page, f"{address}/present?story=five-three-five&step=they-ask&lang=kk")
    assert step(page) == "they-ask" and page.locator(".t-step:not([hidden]) h2").inner_text() == "Ауыл көшіруді сұрайды"
    page.keyboard.press("PageDown")
    page.reload()
    page.wait_for_selector(".t-deck[data-ready]", timeout=60_000)
    assert step(page) == "five-again"
    page.locator(".t-deck-bar a", has_text="RU").click()
    page.wait_for_function("document.querySelector('.t-step:not([hidden]) h2')?.textContent === 'Снова пять'", timeout=30_000)
    assert "lang=ru" in page.url


def test_steps_turn_when_the_server_is_gone(browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    with serve() as fresh:
        opened(page, f"{fresh}/present?story=seven-may")
    page.keyboard.press("End")
    assert step(page) == "whom-he-asked" and page.locator(".t-deck-time .bar").count() == 5
    context.close()


def test_a_step_changes_within_a_blink(page: Page, address: str) -> None:
    opened(page, f"{address}/present?story=five-three-five")
    took = page.evaluate("""async () => {
        const times = [];
        for (let i = 0; i < 8; i++) {
            const t = performance.now();
            document.dispatchEvent(new KeyboardEvent("keydown", { key: "PageDown", bubbles: true, cancelable: true }));
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            times.push(performance.now() - t);
        }
        return times.sort((a, b) => a - b)[4];
    }""")
    assert took < 240, "three round trips of a button in an empty app"


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_a_phone_shows_the_story_and_a_swipe_turns_it(browser: Browser, address: str, language: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = context.new_page()
    opened(page, f"{address}/present?story=seven-may&lang={language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.evaluate("""() => {
        const text = document.querySelector(".t-deck-text");
        const touch = (x) => new Touch({ identifier: 1, target: text, clientX: x, clientY: 300 });
        text.dispatchEvent(new TouchEvent("touchstart", { bubbles: true, touches: [touch(300)], changedTouches: [touch(300)] }));
        text.dispatchEvent(new TouchEvent("touchend", { bubbles: true, touches: [], changedTouches: [touch(80)] }));
    }""")
    assert step(page) == "a-case-nobody-told-him-of"
    page.locator("[data-turn='1']").click()
    assert step(page) == "a-badge"
    wide = page.locator(".t-deck").evaluate(
        "d => [...d.querySelectorAll('p, h2, button, a')].filter(e => e.offsetParent && e.getBoundingClientRect().right > 361).map(e => e.innerText.slice(0, 40))"
    )
    assert wide == []
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_a_deck(browser: Browser, address: str, theme: str) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme=theme)
    page = context.new_page()
    opened(page, f"{address}/present?story=five-three-five&step=how-many")
    page.keyboard.press("s")
    page.wait_for_timeout(600)
    found = Axe().run(page, context=".t-deck", options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).response["violations"]
    context.close()
    assert [f"{v['id']}: {node['target']} {node['html'][:160]}" for v in found for node in v["nodes"]] == []


def test_hostile_words_in_a_story_run_nothing(browser: Browser, tmp_path: Path) -> None:
    titles, texts = {"en": HOSTILE, "ru": HOSTILE}, {code: (Sentence(HOSTILE, ("CA-CAMPAIGN",)),) for code in ("en", "ru")}
    story = Story(
        "hostile",
        titles,
        titles,
        "sources",
        tuple(Step(f"step-{at}", "map", "q=%3Cb%3E", ("S01", "I-BZ-03"), titles, texts) for at in range(2)),
    )
    folder = link_bundle(tmp_path)
    package = json.loads((ROOT / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [
        *(r for r in package["resources"] if r.get("format") != "md"),
        {"name": "story-hostile", "path": "data/stories/hostile.md"},
    ]
    for shipped in (folder / "data/stories").glob("*.md"):
        shipped.unlink()
    put(folder, "data/stories/hostile.md", stories.write(story))
    put(folder, "datapackage.json", json.dumps({**package, "synthetic": True, "title": HOSTILE}, ensure_ascii=False))
    with serve(folder) as found:
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        page = context.new_page()
        seen = watch(page, found)
        opened(page, f"{found}/present?story=hostile")
        for key in ("s", "PageDown", "l"):
            page.keyboard.press(key)
        assert page.evaluate("window.hacked") is None
        assert HOSTILE.split("{{")[0] in page.locator(".t-step:not([hidden]) h2").inner_text()
        assert "SYNTHETIC" in page.locator(".t-deck-notice").inner_text().upper()
        assert "javascript:" not in "".join(page.locator("a").evaluate_all("all => all.map(a => a.href)"))
        assert seen.dialogs == [] and seen.foreign == [] and seen.errors == []
        context.close()


def test_a_view_is_pinned_shown_taken_along_and_loaded_in_another_visit(page: Page, browser: Browser, address: str) -> None:
    page.goto(f"{address}/map?type=killing")
    settle(page)
    page.get_by_role("button", name="Add to my presentation").click()
    page.get_by_role("link", name="My presentation: 1").click()
    page.wait_for_url("**/present*")
    settle(page)
    page.get_by_label("What you want to say").fill("Each of these was a person.")
    page.get_by_label("What you want to say").blur()
    page.wait_for_timeout(500)
    settle(page)
    with page.expect_download() as taken:
        page.get_by_role("button", name="Take it along").click()
    file = Path(taken.value.path()).read_text(encoding="utf-8")
    assert "link: type=killing" in file and "Each of these was a person." in file and "told_by: reader" in file
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    other = context.new_page()
    other.goto(f"{address}/present")
    settle(other)
    other.locator("input[type=file]").set_input_files({"name": "mine.md", "mimeType": "text/markdown", "buffer": file.encode()})
    other.wait_for_selector(".st-key-pins_out", timeout=30_000)
    settle(other)
    other.get_by_role("link", name="Show it full screen").click()
    other.wait_for_selector(".t-deck[data-ready]", timeout=60_000)
    assert "Each of these was a person." in other.locator(".t-step:not([hidden])").inner_text()
    expect(other.locator(".t-deck-time .bar")).to_have_count(3)
    assert other.locator(".t-deck-map .hot").count() > 0
    assert re.search(r"story=mine", other.url)
    context.close()
