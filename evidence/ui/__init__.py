"""What pages share of Streamlit: open a page, filter, caption, cards, map, downloads."""

from evidence.ui.asked import pictures, take_tables
from evidence.ui.briefing import briefing
from evidence.ui.cards import card
from evidence.ui.casefile import case_file, case_filters, choose_case, choose_case_view
from evidence.ui.cover import cover, key_figures, news, picked_card
from evidence.ui.docket import answers, answers_download, by_mechanism, docket_and_card, waiting, which_mechanism
from evidence.ui.dossier import dossier_section
from evidence.ui.environment import beside_the_card, choose_subject
from evidence.ui.figures import beside_map, choose_view, map_title, phone_list, timeline, under_map
from evidence.ui.filters import chips, filters, period
from evidence.ui.handover import take_case, take_incidents
from evidence.ui.ledger import ledger_and_card
from evidence.ui.lists import citation, listing
from evidence.ui.page import Page, foot, md, navigation, open_page, say
from evidence.ui.pins import my_presentation
from evidence.ui.present import asked_story, choose_story, deck
from evidence.ui.pressure import choose_show, lanes_and_card
from evidence.ui.resettlement import (
    choose_land_view,
    chosen_village,
    destinations,
    figures_side_by_side,
    promises,
    resettlement_download,
    stage_board,
    village,
)
from evidence.ui.sources import choose_sources_view, codebook, definitions, how_counted, known_holes, library_and_card
from evidence.ui.stage import part, set_up
from evidence.ui.subject import subject_and_end
from evidence.ui.trend import compare, cross_table, trend
from evidence.ui.verify import verify
from evidence.ui.zones import what_if, zone_history

__all__ = [
    "Page",
    "answers",
    "answers_download",
    "asked_story",
    "beside_map",
    "beside_the_card",
    "briefing",
    "by_mechanism",
    "card",
    "case_file",
    "case_filters",
    "chips",
    "choose_case",
    "choose_case_view",
    "choose_land_view",
    "choose_show",
    "choose_sources_view",
    "choose_story",
    "choose_subject",
    "choose_view",
    "chosen_village",
    "citation",
    "codebook",
    "compare",
    "cover",
    "cross_table",
    "deck",
    "definitions",
    "destinations",
    "docket_and_card",
    "dossier_section",
    "figures_side_by_side",
    "filters",
    "foot",
    "how_counted",
    "key_figures",
    "known_holes",
    "lanes_and_card",
    "ledger_and_card",
    "library_and_card",
    "listing",
    "map_title",
    "md",
    "my_presentation",
    "navigation",
    "news",
    "open_page",
    "part",
    "period",
    "phone_list",
    "picked_card",
    "pictures",
    "promises",
    "resettlement_download",
    "say",
    "set_up",
    "stage_board",
    "subject_and_end",
    "take_case",
    "take_incidents",
    "take_tables",
    "timeline",
    "trend",
    "under_map",
    "verify",
    "village",
    "waiting",
    "what_if",
    "which_mechanism",
    "zone_history",
]  # fmt: skip
