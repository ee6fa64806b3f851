from __future__ import annotations

from searchapp.sources.text_memory import ENTRY_BYTES, TextMemory


def test_the_longest_unused_texts_go_first() -> None:
    memory = TextMemory(3 * (ENTRY_BYTES + 100) / (1 << 20))
    for name in (b"a", b"b", b"c"):
        memory.remember(name, name.decode())
    assert memory.text(b"a") == "a"
    memory.remember(b"d", "d")
    assert [memory.text(name) for name in (b"a", b"b", b"c", b"d")] == ["a", None, "c", "d"]
    memory.remember(b"e", "e" * 2000)
    assert len(memory) == 0 and memory.text(b"e") is None
