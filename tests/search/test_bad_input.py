"""Whatever is typed: both stores find something, or nothing, or say in a sentence what is wrong; also over HTTP."""

from __future__ import annotations

import json
import string
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from searchapp.errors import UsageError
from searchapp.limits import NAME_CHARACTERS, QUERY_CHARACTERS
from searchapp.model import SearchMode, SearchRequest
from searchapp.web.app import create_app
from searchapp.wiring import Application

REFUSED = {
    "empty": "",
    "white space": " \t\n　",
    "only punctuation": "?!… --- “” ,,,",
    "only control characters": "\x00\x07\x1b",
    "only marks of direction": "\u202e\u202d\u200f\ufeff",
    "only emoji": "🎉🔥👩‍👩‍👧‍👦",
    "only operators": "type:pdf -gloves",
    "only exclusions": "-gloves -boots",
    "enormous": "gloves " * 2_000,
    "one enormous word": "g" * 50_000,
    "no filter's value": "gloves year:soon",
    "too many operators": " ".join(f'"gloves {n}"' for n in range(40)),
}
TAKEN = {
    "as long as may be": ("gloves " * 571)[:3_999],
    "one long word": "g" * 4_000,
    "many different words": " ".join(f"w{n}" for n in range(800)),
    "long in Chinese": "手套" * 1_900,
    "emoji among words": "gloves 🧤👍🏽",
    "control characters among words": "glo\x00ves \x1b[31mred\x1b[0m\x07",
    "right to left": "قفازات مقاومة للقطع",
    "hebrew and a turn": "כפפות \u202egloves\u202c",
    "only stop words": "the of and to",
    "only stop words in Chinese": "的 了 是",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{{7*7}} ${7*7} #{7*7} <%= 7*7 %>",
    "sql": "'; DROP TABLE chunks; -- \" OR 1=1",
    "lucene": 'gloves AND (OR NOT) +gloves -"" ~2 ^3 [a TO b] {c TO d} title:* /re.*gex/ && || ! \\',
    "json": '{"query":{"match_all":{}}}',
    "regular expression": "(?i)(a+)+$ [[[ \\Q *** {99999999}",
    "quotation without end": '"gloves of',
    "nested quotation": '"a "b" c" “d”',
    "only a backslash and a word": "\\ gloves \\",
    "null and percent": "%00 %n %s ../../etc/passwd",
    "combining marks": "g" + "\u0301" * 500 + "loves",
    "lone surrogate": "gloves \ud83d",
    "private use": "gloves \ue000mark\ue001",
    "rare plane": "𝓰𝓵𝓸𝓿𝓮𝓼 𠀀𠮷 ｇｌｏｖｅｓ",
    "digits": "0 00 -1 1e309 NaN Infinity",
}


@pytest.mark.parametrize("mode", SearchMode)
@pytest.mark.parametrize("typed", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_in_a_sentence(library: Application, typed: str, mode: SearchMode) -> None:
    with pytest.raises(UsageError) as refused:
        library.searcher.search(SearchRequest(typed, mode, facets=True, spelling=True, sentences=True))
    assert refused.value.message.endswith(".") and refused.value.remedy.endswith(".")
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize("mode", SearchMode)
@pytest.mark.parametrize("typed", TAKEN.values(), ids=TAKEN)
def test_it_is_searched_for(library: Application, typed: str, mode: SearchMode) -> None:
    asked = SearchRequest(typed, mode, facets=True, spelling=True, sentences=True, grouped=True, folded=True)
    found = library.searcher.search(asked)
    assert len(found.hits) <= 10 and found.matched is not None
    assert all(character not in found.query for character in "\x00\x07\x1b\u202e\ue000\ud83d")
    if mode is not SearchMode.KEYWORD and typed != TAKEN["nested quotation"]:  # of which a phrase must occur
        assert found.hits
    library.searcher.complete(typed)


@pytest.fixture(scope="module")
def client(library: Application) -> FlaskClient:
    return create_app(library).test_client()


@pytest.mark.parametrize("typed", [*REFUSED.values(), *TAKEN.values()], ids=[*REFUSED, *TAKEN])
def test_over_http_it_is_never_a_servers_error(client: FlaskClient, typed: str) -> None:
    refused = typed in REFUSED.values()
    for path, more in (("search", "facets=true&spelling=true&sentences=true"), ("complete", "size=3")):
        answer = client.get(f"/api/{path}?{urlencode({'q': typed}, errors='surrogatepass')}&{more}")
        wrong = refused and (path == "search" or len(typed) > QUERY_CHARACTERS)
        assert answer.status_code == (400 if wrong else 200), answer.text
        assert answer.mimetype == ("application/problem+json" if wrong else "application/json")
        assert "Traceback" not in answer.text
        if wrong:
            assert answer.json["detail"].endswith(".") and answer.json["remedy"]
    body = json.dumps({"question": typed})
    answer = client.post("/api/ask", data=body, content_type="application/json")
    no_text = typed == TAKEN["lone surrogate"]  # JSON knows no half of a character
    assert answer.status_code == (400 if refused or no_text else 200), answer.text
    assert "Traceback" not in answer.text and "event: error" not in answer.text


@pytest.mark.parametrize(
    "parameters",
    ["sort=size", "size=0", "size=1e9", "from=-1", "from=1000", "filter=a", "filter=year=x", "filter=type=", "mode=x"],
)
def test_parameters_that_are_none(client: FlaskClient, parameters: str) -> None:
    answer = client.get(f"/api/search?q=gloves&{parameters}")
    assert answer.status_code == 400 and answer.json["detail"].endswith(".")
    assert client.get(f"/api/similar?passage=x&{parameters}").status_code in (400, 404)


@pytest.mark.parametrize(
    "passage", ["", "x", "a-b-c", "\x00", "手套", "<b>", "x" * 5_000, "'; --", "../../x", string.printable]
)
def test_passages_that_are_none(client: FlaskClient, passage: str) -> None:
    answer = client.get(f"/api/similar?{urlencode({'passage': passage})}")
    if len(passage) > NAME_CHARACTERS:
        assert answer.status_code == 400
        return
    assert answer.status_code == 404 and answer.json["detail"].startswith("There is no passage")
