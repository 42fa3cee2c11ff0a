"""What is burned and released here, and by whose numbers?"""

from evidence import ui

page = ui.open_page("environment")
ui.subject_and_end(page, ui.choose_subject(page))
