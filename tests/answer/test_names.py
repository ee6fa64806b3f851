from __future__ import annotations

import pytest

from searchapp.answer.names import KnownNames, names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Apple acquired Instagram in March.", ["Instagram"]),  # a sentence's first word may be any word
        ("It was held in Glendale, Arizona.", ["Glendale", "Arizona"]),
        ("Set dense_vector as in v9.5.3 of PPR-9087.", ["dense_vector", "v9.5.3", "PPR-9087"]),
        ("2019年军运会在湖北省成都举办", ["湖北省", "成都"]),
        ("导演是詹姆斯·卡梅隆", ["詹姆斯·卡梅隆"]),
        ("《流浪地球》上映了", ["流浪地球"]),
        ("Facebook收购了该公司", ["Facebook"]),
        ("the gloves are worn on 2022-01-03", []),
    ],
)
def test_names_are_found(text: str, found: list[str]) -> None:
    assert names(text) == found


@pytest.mark.parametrize(
    ("name", "text", "holds"),
    [
        ("Italian", "Italy won.", True),
        ("U.S.", "The United States won.", True),
        ("Zürich", "in Zurich", True),
        ("湖北省", "湖北武汉", True),
        ("詹姆斯·卡梅隆", "卡梅隆导演", True),
        ("Glendale", "in Tampa", False),
        ("成都", "湖北武汉", False),
        ("PPR-9088", "PPR-9087", False),
    ],
)
def test_a_name_may_have_another_form(name: str, text: str, holds: bool) -> None:
    assert KnownNames(text).hold(name) is holds
