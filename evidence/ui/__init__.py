"""What pages share of Streamlit: open a page, filter, caption, cards, map, downloads."""

from evidence.ui.cards import card
from evidence.ui.casefile import case_file, case_filters, choose_case, choose_case_view
from evidence.ui.cover import cover, key_figures, news, picked_card
from evidence.ui.docket import answers, answers_download, by_mechanism, docket_and_card, waiting, which_mechanism
from evidence.ui.figures import choose_view, download, list_and_card, map_and_card, overview_map, timeline
from evidence.ui.filters import chips, filters, period
from evidence.ui.ledger import ledger_and_card
from evidence.ui.lists import citation, listing
from evidence.ui.page import Page, foot, md, navigation, open_page, say
from evidence.ui.pressure import choose_show, lanes_and_card
from evidence.ui.trend import compare, cross_table, trend

__all__ = [
    "Page", "answers", "answers_download", "by_mechanism", "card", "case_file", "case_filters", "chips", "choose_case", "choose_case_view", "choose_show", "choose_view", "citation", "compare", "cover", "cross_table", "docket_and_card", "download", "filters", "foot", "key_figures", "lanes_and_card", "ledger_and_card", "list_and_card", "listing",
    "map_and_card", "md", "navigation", "news", "open_page", "overview_map", "period", "picked_card", "say", "timeline", "trend", "waiting", "which_mechanism",
]  # fmt: skip
