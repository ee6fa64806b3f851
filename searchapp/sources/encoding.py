"""Bytes to characters: what is marked, what is declared, what is UTF-8, and at last what is most likely.

GB18030, Big5, Shift_JIS, EUC-JP and EUC-KR are distinguished here, since general detectors need far longer texts for
it: bytes of one of these decode without error in most of the others, into characters that hardly anybody uses. So each
candidate is decoded and asked: are its characters in the standard's rows of common characters, and are the commonest
of all among them?
"""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO, NamedTuple

SAMPLE_BYTES = 65536
PIECE_BYTES = 1024 * 1024
MOST_BAD_BYTES = 0.02
"""A UTF-8 file with this share of bad sequences among its non-ASCII bytes is still UTF-8, with damage."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Pages name the narrow standard and use the vendor's wider set; browsers read them so as well.
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
}
_SINGLE_BYTE = re.compile(r"cp125\d|cp8\d\d|iso8859|koi8|mac")
_GUESSES = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r", "iso8859_2", "iso8859_5",
    "iso8859_7", "gb18030", "big5", "cp932", "euc_jp", "cp949",
]  # fmt: skip

_WESTERN = frozenset("äöüßÄÖÜéèêëÉÈÊàâÀÂçÇîïÎôÔùûÙœæŒÆñÑáíóúÁÍÓÚãõÃÕåÅøØÿ’‘‚“”„–—…«»‹›€£§°©®™·•¡¿ªº×²³½¼±µ\xa0\xad")
"""What Western languages write beyond ASCII; Central European and Turkish ones, misread as them, show others too."""

MOST_OTHERS = 0.05
MOST_ALONE = 0.5
"""Shares of letters beyond ASCII that stand beside no letter of ASCII: those of another alphabet all do."""

_META_CHARSET = re.compile(rb"<meta[^>]{1,300}?charset\s*+=\s*+[\"']?\s*+([a-z0-9_:.\-]{2,40})", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]{1,200}?encoding\s*=\s*[\"']([a-z0-9_:.\-]{2,40})", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)

FEWEST_IN_COMMON_ROWS = 0.75
LEAST_FREQUENT = 0.12
"""Share of the commonest characters that a text must show: real ones show 0.3 and more, misreadings about 0.05."""

_SIMPLIFIED = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学"
    "如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将"
    "两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及"
    "比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统"
    "区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共"
    "确传师观清今切院让识候带导争运测试输入字符文件请使用"
)
_TRADITIONAL = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學"
    "如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將"
    "兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及"
    "比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統"
    "區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共"
    "確傳師觀清今切院讓識候帶導爭運測試輸入字元檔案請使用"
)
_KANA = "".join(map(chr, range(0x3041, 0x30FF)))
_HANGUL = (
    "이다는의에을가고를은로한하지도사기어자서인나그리시으대아해수있일것들정보만과주였여라전스부장제구상원안었게면적성와음습니거선동당공유"
    "비마조연발회신세무국학교생경우계모오관소용진문분실위중때년화각말없내물람너무산두방되미치던바개최체역경업했할심결의영"
)

_CANDIDATES: tuple[tuple[str, frozenset[str], tuple[tuple[int, int], ...]], ...] = (
    ("cp949", frozenset(_HANGUL), ((0xA1A1, 0xA3FE), (0xB0A1, 0xC8FE))),
    ("cp932", frozenset(_KANA), ((0x8140, 0x8396), (0x889F, 0x9872))),
    ("euc_jp", frozenset(_KANA), ((0xA1A1, 0xA5FE), (0xB0A1, 0xCFFE))),
    ("gb18030", frozenset(_SIMPLIFIED), ((0xA1A1, 0xA3FE), (0xB0A1, 0xD7FE))),
    ("big5hkscs", frozenset(_TRADITIONAL), ((0xA140, 0xA3FE), (0xA440, 0xC67E))),
)
"""Codec, its language's commonest characters, its rows of common characters (as two-byte code ranges)."""


class ByteOrderMark(NamedTuple):
    """An encoding named by the first bytes, and how many they are."""

    encoding: str
    length: int


def byte_order_mark(data: bytes) -> ByteOrderMark | None:
    """The byte order mark that ``data`` begins with, if any."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return ByteOrderMark(encoding, len(mark))
    return None


def looks_like_utf16(data: bytes) -> str:
    """The UTF-16 flavour of unmarked Western text (every other byte is zero), or an empty string."""
    sample = data[:1024]
    if len(sample) < 4:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > len(sample) * 0.3 and not even:
        return "utf-16-le"
    if even > len(sample) * 0.3 and not odd:
        return "utf-16-be"
    return ""


def declared_charset(data: bytes, content_type: str = "") -> str:
    """The character set that a web server's header, an XML declaration or a meta tag names; empty without one."""
    header = _HEADER_CHARSET.search(content_type)
    if header:
        return header[1]
    head = data[:4096]
    found = _XML_CHARSET.search(head) or _META_CHARSET.search(head)
    return found[1].decode("ascii") if found else ""


def decode(data: bytes, declared: str = "") -> str:
    """Decode text of any encoding. Never fails: bytes that fit nowhere become U+FFFD.

    ``declared`` is what the document says of itself; it is believed only as far as the bytes agree.
    """
    mark = byte_order_mark(data)
    if mark:
        return data[mark.length :].decode(mark.encoding, errors="replace")
    utf16 = looks_like_utf16(data)
    if utf16:
        return data.decode(utf16, errors="replace")
    codec = _codec(declared)
    if codec and not _SINGLE_BYTE.match(codec):
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            pass  # a wrong declaration is common; a damaged document of that encoding is recognised below
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    return data.decode(_likely(data, codec), errors="replace")


def encoding_of(stream: BinaryIO, declared: str = "") -> ByteOrderMark:
    """The encoding that ``decode`` finds, and the bytes to pass over, of a file however large: read in pieces.

    A damaged text is judged by its beginning alone.
    """
    sample = stream.read(SAMPLE_BYTES)
    mark = byte_order_mark(sample)
    if mark:
        return mark
    utf16 = looks_like_utf16(sample)
    if utf16:
        return ByteOrderMark(utf16, 0)
    codec = _codec(declared)
    for name in (codec if codec and not _SINGLE_BYTE.match(codec) else "", "utf-8"):
        if name and _decodes(stream, name):
            return ByteOrderMark(name, 0)
    return ByteOrderMark(_likely(sample, codec), 0)


def _decodes(stream: BinaryIO, codec: str) -> bool:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        while piece := stream.read(PIECE_BYTES):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _likely(data: bytes, codec: str) -> str:
    text = data.decode("utf-8", errors="replace")
    beyond_ascii = sum(1 for character in text if character > "\x7f")
    if text.count("\ufffd") <= MOST_BAD_BYTES * beyond_ascii:
        return "utf-8"
    sample = data[:SAMPLE_BYTES]
    east_asian = likely_east_asian(sample)
    if east_asian or codec:
        return east_asian or codec
    if _reads_as_western(sample):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=_GUESSES, threshold=0.3).best()
    return best.encoding if best else "cp1252"


def _reads_as_western(sample: bytes) -> bool:
    """Whether ``sample`` makes sense as Windows-1252, which pages without a declaration are in by the standard.

    Statistics of single letters cannot tell it from Windows-1250 in a short text.
    """
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    others = letters = alone = total = 0
    for place, character in enumerate(text):
        if character > "\x7f":
            before, after = text[max(0, place - 1) : place], text[place + 1 : place + 2]
            total += 1
            others += not _is_western(before, character, after)
            letters += character.isalpha()
            alone += character.isalpha() and not any(one.isascii() and one.isalpha() for one in (before, after))
    return others <= MOST_OTHERS * total and alone <= MOST_ALONE * max(1, letters)


def _is_western(before: str, character: str, after: str) -> bool:
    if after.isalpha() and (character in "ìªº" or (before.isalpha() and character in "²³¹½¼¿¡¥£¢±µ")):
        return False  # Italian and ordinals have these at the ends of words alone
    if character in "ãõ":
        return not after.isalpha() or after in (
            "e" if character == "õ" else "eos"
        )  # Portuguese; Hungarian and Romanian have them for other letters
    return character in _WESTERN or character == "ì"


def _codec(declared: str) -> str:
    """Python's name of the declared set, widened as browsers do; empty for one that is unknown."""
    try:
        name = codecs.lookup(declared.strip()).name if declared.strip() else ""
    except (LookupError, ValueError):
        return ""
    if name.startswith(("utf-16", "utf-32")):
        return ""  # neither has an ASCII declaration in front of it: the declaration is a mistake
    return _WIDER.get(name, name)


def likely_east_asian(sample: bytes) -> str:
    """The East Asian codec that makes sense of ``sample`` (which may end inside a character), or an empty string."""
    best, best_score = "", 0.0
    for codec, frequent, rows in _CANDIDATES:
        score = _score(sample, codec, frequent, rows)
        if score > best_score:
            best, best_score = codec, score
    return best


def _score(sample: bytes, codec: str, frequent: frozenset[str], rows: tuple[tuple[int, int], ...]) -> float:
    try:
        text = codecs.getincrementaldecoder(codec)("strict").decode(sample, final=False)
    except UnicodeDecodeError:
        return 0.0
    wide = [character for character in text if character > "\x7f"]
    if not wide:
        return 0.0
    codes = {character: int.from_bytes(character.encode(codec)) for character in set(wide)}
    in_rows = sum(any(low <= codes[c] <= high for low, high in rows) for c in wide) / len(wide)
    letters = [character for character in wide if character.isalpha()]
    known = sum(character in frequent for character in letters) / len(letters) if letters else 0.0
    if in_rows < FEWEST_IN_COMMON_ROWS or known < LEAST_FREQUENT:
        return 0.0
    return in_rows + known
