"""What is this, how far can it be trusted, and what does it show?"""

from evidence import select, ui

page = ui.open_page("overview")
selected = select.select(page.bundle, page.selection)
ui.cover(page)
ui.key_figures(page, selected)
ui.chips(page)
ui.say(select.in_words(selected, page.words))
with ui.part("over"):
    ui.map_title(page, selected)
with ui.part("map"):
    ui.under_map(page, selected)
with ui.part("aside"):
    ui.timeline(page, selected)
with ui.part("rest"):
    ui.picked_card(page)
    ui.news(page)
    ui.take_incidents(page, selected)
    ui.briefing(page)
    ui.foot(page)
