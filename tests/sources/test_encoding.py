from __future__ import annotations

import pytest

from searchapp.sources.encoding import declared_charset, decode

CHINESE = "今天天气很好，我们去公园散步吧。"
TRADITIONAL = "今天天氣很好，我們去公園散步吧。"
JAPANESE = "これはテストです。漢字も入っています。"
KOREAN = "안녕하세요 세계 이것은 한국어 문서입니다"
FRENCH = "Où est le café à côté de l'école? Les élèves étudient là-bas été comme hiver."
RUSSIAN = "Привет мир, это русский текст для проверки"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (CHINESE, "gb18030"),
        (CHINESE, "gbk"),
        ("中文测试", "gb18030"),
        ("搜索引擎与向量检索", "gb18030"),
        ("标题 Title\n\n这是第一段，里面有 English words 和数字 123。", "gb18030"),
        (TRADITIONAL, "big5"),
        ("測試文件", "big5"),
        ("繁體中文資料庫", "big5"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (KOREAN, "cp949"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (FRENCH, "cp1252"),
        ("Größe über Straße", "cp1252"),
        ("plain ASCII", "ascii"),
    ],
)
def test_unmarked_text_of_any_encoding(text: str, codec: str) -> None:
    assert decode(text.encode(codec)) == text


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("text", [CHINESE, TRADITIONAL, JAPANESE, KOREAN, FRENCH, RUSSIAN])
def test_unicode_encodings(text: str, codec: str) -> None:
    assert decode(text.encode(codec)) == text


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_western_utf16_without_a_mark(codec: str) -> None:
    assert decode("A plain English line.".encode(codec)) == "A plain English line."


def test_a_declaration_is_believed_as_far_as_the_bytes_agree() -> None:
    assert decode("目录".encode("gbk"), "gb2312") == "目录"
    assert decode("旺旺堃".encode("gb18030"), "GB2312") == "旺旺堃"
    assert decode("café".encode(), "iso-8859-1") == "café"
    assert decode(CHINESE.encode(), "gbk") == CHINESE
    assert decode("“quoted”".encode("cp1252"), "iso-8859-1") == "“quoted”"
    assert decode(CHINESE.encode(), "no-such-charset") == CHINESE


def test_a_damaged_byte_does_not_change_the_encoding() -> None:
    data = (CHINESE * 50).encode() + b"\xff" + (CHINESE * 50).encode()
    assert decode(data) == CHINESE * 50 + "\ufffd" + CHINESE * 50


def test_any_bytes_decode() -> None:
    assert decode(b"") == ""
    assert isinstance(decode(bytes(range(128, 256)) * 3), str)


@pytest.mark.parametrize(
    ("data", "content_type", "charset"),
    [
        (b'<html><head><meta charset="gbk">', "", "gbk"),
        (b"<meta http-equiv='Content-Type' content='text/html; charset=big5'>", "", "big5"),
        (b'<?xml version="1.0" encoding="Shift_JIS"?><html>', "", "Shift_JIS"),
        (b'<meta charset="gbk">', "text/html; charset=utf-8", "utf-8"),
        (b"<html>", "text/html", ""),
    ],
)
def test_declared_charset(data: bytes, content_type: str, charset: str) -> None:
    assert declared_charset(data, content_type) == charset


@pytest.mark.parametrize(
    "text",
    [
        "Gebühren für große Schiffe: 12 € je Tag – „fällig“ am Ende der Woche.",
        "Perché la città è così bella? È già tardi.",
        "Não há informações sobre a situação; são poucas as opções.",
        "Båtarna går från hamnen på lördagar och söndagar; avgiften är låg.",
        "It costs £12 per day, and the naïve visitor pays more at the café.",
        "The harbour’s café – “open” daily; costs £5 or €6…",
        "L’équipe a déjà reçu les résultats de l’été. Ça coûte 30 €.",
        "El niño comió en el jardín; ¿qué pasó después?",
    ],
)
@pytest.mark.parametrize("page", ["{}", "<html><body><p>{}</p></body></html>"])
def test_western_text_without_a_declaration(text: str, page: str) -> None:
    assert text in decode(page.format(text).encode("cp1252"))


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1250", "Zażółć gęślą jaźń. Statki wypływają w każdą sobotę i niedzielę."),
        ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy. Lodě vyplouvají každou sobotu."),
        ("cp1250", "A hajók minden szombaton és vasárnap indulnak, a díj alacsony. Őszi időszak."),
        ("cp1251", "Корабли выходят каждую субботу и воскресенье, плата низкая."),
        ("cp1253", "Τα πλοία αναχωρούν κάθε Σάββατο και Κυριακή."),
        ("gb18030", "今天天气很好，我们去公园散步吧。"),
        ("big5", "今天天氣很好，我們去公園散步吧。"),
    ],
)
def test_other_text_without_a_declaration_is_not_taken_for_western(codec: str, text: str) -> None:
    assert decode(text.encode(codec)) == text
