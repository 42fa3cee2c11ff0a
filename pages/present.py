"""Which story do you want to tell, and what shall it show?"""

from evidence import ui

page = ui.open_page("present")
story = ui.asked_story(page)
if story is not None:
    ui.deck(page, story)
else:
    ui.choose_story(page)
    ui.my_presentation(page)
    ui.foot(page)
