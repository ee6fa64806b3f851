"""What differs in a number, a name, a code or a date is not the same, however alike the rest is."""

from __future__ import annotations

import time

import pytest

from searchapp.search.duplicates import Likeness, Seen
from searchapp.search.grouping import places
from searchapp.stores import FoundChunk


def chunk(text: str, title: str = "", headings: tuple[str, ...] = (), name: str = "") -> FoundChunk:
    filled = dict.fromkeys(FoundChunk._fields, "")
    filled |= {"id": name or text + title, "document_id": name or text + title, "text": text, "title": title}
    return FoundChunk(**(filled | {"headings": headings, "modified": None}))  # type: ignore[arg-type]


def same(one: FoundChunk, other: FoundChunk) -> bool:
    seen = Seen()
    seen.add(0, Likeness(one))
    return seen.like(Likeness(other)) == 0


LEASE = (
    "This lease is made between {owner}, the landlord, and {tenant}, the tenant, for the flat in {street}. It begins on "
    "{day} and runs for {term}. The rent is {rent} a month and is due on the {due} working day. The tenant keeps the "
    "flat clean and tells the landlord of damage at once. The tenant may {pets}keep pets in the flat. At the end of the lease the flat "
    "is given back as it was handed over, but for ordinary wear."
)
FIRST = {
    "owner": "Harbour Homes", "tenant": "Alice Moran", "street": "Quay Street", "day": "1 May 2021", "term": "two years",
    "rent": "€850", "due": "third", "pets": "",
}  # fmt: skip
合同 = (
    "本租赁合同由出租方{owner}与承租方{tenant}签订，房屋位于{street}。租期自{day}起，为期{term}，月租金为{rent}，应于每月{due}前支付。"
    "承租方应保持房屋整洁，如有损坏应立即通知出租方。承租方{pets}在房屋内饲养宠物。合同期满，承租方应按交付时的状况返还房屋，正常磨损除外。"
    "参照《{law}》执行，设备型号为{code}。"
)
第一 = {
    "owner": "海港置业", "tenant": "王伟", "street": "码头路", "day": "2021年5月1日", "term": "两年", "rent": "三千元",
    "due": "五日", "pets": "可以", "law": "民法典", "code": "A14",
}  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [
        {"tenant": "Bella Moran"},
        {"owner": "Harbour Houses"},
        {"owner": "Alice Moran", "tenant": "Harbour Homes"},
        {"street": "Mill Street"},
        {"day": "1 May 2022"},
        {"day": "1 March 2021"},
        {"term": "three years"},
        {"term": "two months"},
        {"rent": "€950"},
        {"rent": "$850"},
        {"due": "first"},
        {"pets": "not "},
    ],
)
def test_leases_that_differ_are_not_the_same(changed: dict[str, str]) -> None:
    assert not same(chunk(LEASE.format(**FIRST)), chunk(LEASE.format(**FIRST | changed)))


@pytest.mark.parametrize(
    "changed",
    [
        {"tenant": "王芳"},
        {"owner": "王伟", "tenant": "海港置业"},
        {"street": "磨坊路"},
        {"day": "2022年5月1日"},
        {"day": "二〇二一年五月一日"},
        {"term": "三年"},
        {"term": "两个月"},
        {"rent": "三千五百元"},
        {"rent": "4000元"},
        {"due": "十五日"},
        {"pets": "不可以"},
        {"law": "合同法"},
        {"code": "A15"},
        {"code": "B14"},
    ],
)
def test_chinese_leases_that_differ_are_not_the_same(changed: dict[str, str]) -> None:
    assert not same(chunk(合同.format(**第一)), chunk(合同.format(**第一 | changed)))


PHONE = (
    "The {} has a bright screen, two cameras on its back and a battery that lasts all day. It charges without a cable, "
    "survives a fall into water, and is sold in five colours."
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (chunk(PHONE.format("iPhone 14")), chunk(PHONE.format("iPhone 15"))),
        (chunk(PHONE.format("iPhone 14")), chunk(PHONE.format("iPhone 14 Pro"))),
        (chunk(PHONE.format("phone"), "iPhone 14"), chunk(PHONE.format("phone"), "iPhone 15")),
        (chunk(PHONE.format("phone"), "Phones", ("iPhone 14",)), chunk(PHONE.format("phone"), "Phones", ("iPhone 15",))),
        (chunk(f"iPhone 14\n\n{PHONE.format('phone')}", "iPhone 14"), chunk(f"iPhone 15\n\n{PHONE}", "iPhone 15")),
        (chunk(PHONE.format("phone"), "Notes of Mr Smith"), chunk(PHONE.format("phone"), "Notes of Mr Jones")),
        (chunk(PHONE.format("phone"), "张伟的手机"), chunk(PHONE.format("phone"), "李娜的手机")),
        (chunk(PHONE.format("C++ phone")), chunk(PHONE.format("C# phone"))),
        (chunk(PHONE.format("notes.md")), chunk(PHONE.format("todo.md"))),
        (chunk(PHONE.format("max_map_count")), chunk(PHONE.format("max_map_size"))),
        (chunk(PHONE.format("sensor at 40 degrees")), chunk(PHONE.format("sensor at -40 degrees"))),
        (chunk(PHONE.format("drug, 5 mg,")), chunk(PHONE.format("drug, 5 g,"))),
        (chunk(PHONE.format("share of 5%")), chunk(PHONE.format("share of 5‰"))),
        (chunk("この契約は山田太郎と会社の間で結ばれる。" * 1 + PHONE), chunk("この契約は佐藤花子と会社の間で結ばれる。" + PHONE)),
        (chunk("임차인 김철수는 매월 임대료를 낸다. " + PHONE), chunk("임차인 이영희는 매월 임대료를 낸다. " + PHONE)),
    ],
)  # fmt: skip
def test_what_differs_in_a_number_a_name_or_a_code_is_not_the_same(one: FoundChunk, other: FoundChunk) -> None:
    assert not same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (chunk(LEASE.format(**FIRST)), chunk(LEASE.format(**FIRST), name="another")),
        (chunk(LEASE.format(**FIRST), "Lease"), chunk(LEASE.format(**FIRST), "Lease (1)")),
        (chunk(f"The gate\n\n{LEASE}", "The gate"), chunk(f"Visitors\n\n{LEASE}", "Visitors")),
        (chunk(LEASE.format(**FIRST)), chunk(LEASE.format(**FIRST).replace("keeps", "must keep"))),
        (chunk("The rent is 1,000 euros. " + LEASE), chunk("The rent is 1000 euros. " + LEASE)),
        (chunk(LEASE.format(**FIRST)), chunk(LEASE.format(**FIRST).replace(", ", " , ").replace(". ", ".\n"))),
        (chunk(合同.format(**第一)), chunk(合同.format(**第一).replace("，", ", ").replace("。", "。\n"))),
        (
            chunk(合同.format(**第一)),
            chunk(合同.format(**第一).replace("应立即", "应当立即").replace("的状况", "之状况")),
        ),
        (chunk(合同.format(**第一)), chunk(合同.format(**第一).replace("A14", "Ａ１４"))),
    ],
)
def test_what_differs_in_nothing_that_counts_is_the_same(one: FoundChunk, other: FoundChunk) -> None:
    assert same(one, other)


def test_a_hundred_leases_have_places_of_their_own_and_copies_stand_behind_them() -> None:
    tenants = [f"Tenant{chr(65 + at % 26)}{chr(97 + at // 26)} Moran" for at in range(100)]
    leases = [chunk(LEASE.format(**FIRST | {"tenant": name}), name=name) for name in tenants]
    copies = [one._replace(id=f"{one.id} again") for one in leases]
    found = places([*leases, *copies], grouped=False, folded=True, wanted=200)
    assert [place.chunk.id for place in found] == tenants
    assert all([one.id for one in place.duplicates] == [f"{place.chunk.id} again"] for place in found)


def test_hundreds_of_chunks_that_are_nearly_the_same_are_compared_in_time() -> None:
    body = "这份文件说明了设备的日常维护方法与注意事项" * 12
    every = [chunk(f"{body}{chr(0x4E00 + at * 7)}{chr(0x5E00 + at * 3)}{body}", name=str(at)) for at in range(500)]
    started = time.perf_counter()
    assert len(places(every, grouped=False, folded=True, wanted=2000)) > 450
    assert time.perf_counter() - started < 20
