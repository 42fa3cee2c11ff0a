"""A box for a file speaks the reader's language, and what it says cannot become a rule of the page's look."""

import re

import pytest
from conftest import ROOT
from streamlit.testing.v1 import AppTest

from evidence.model import LANGUAGES
from evidence.ui.upload import _string
from evidence.words import Words

BOXES = [("verify", {}), ("present", {}), ("resettlement", {"show": "nearness", "measure": "loaded"})]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("key", "query"), BOXES)
def test_every_box_for_a_file_says_what_to_do_in_the_readers_language(bundle, key, query, language):
    page = AppTest.from_file(str(ROOT / "pages" / f"{key}.py"), default_timeout=60)
    for word, value in {**query, "lang": language}.items():
        page.query_params[word] = value
    said = "".join(html.proto.body for html in page.run().get("html"))
    assert f"--t-upload:{_string(Words(bundle, language)('upload.choose'))};" in said


def test_a_text_in_a_style_stays_a_text():
    made = _string('"; } </style> \\ <b> Файл')
    assert not re.search(r'[<>{};]|[^\\]\\[^0-9a-f]|.".', made.replace("\\22 ", "")) and made.endswith('Файл"')
