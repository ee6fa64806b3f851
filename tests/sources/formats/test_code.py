from __future__ import annotations

import pytest

from searchapp.model import SourceType
from tests.sources.formats.reading import headings, read, sections

PYTHON = '''"""Doc."""
import os

# Belongs to it.
@deco
def first(a):
    return a

class Gate:
    def open(self):
        pass

    async def close(self):
        pass

if __name__ == "__main__":
    first(1)
'''


def test_a_section_is_a_function_with_what_belongs_to_it() -> None:
    parsed = read("gate.py", PYTHON)
    assert (parsed.type, parsed.title) == (SourceType.CODE, "gate.py")
    assert headings(parsed) == [(), ("first",), ("Gate",), ("Gate", "open"), ("Gate", "close"), ()]
    assert sections(parsed)[1][1] == "# Belongs to it.\n@deco\ndef first(a):\n    return a"
    assert sections(parsed)[-1][1].startswith("if __name__")


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("a.js", "export async function load(x) {\n  return 1;\n}\nconst save = async (x) => {\n  f(x);\n};\n", ["load", "save"]),
        ("a.ts", "interface Shop {\n  a: string;\n}\nclass Till {\n  pay(x: number): void {\n    f(x);\n  }\n}\n", ["Shop", "Till", "pay"]),
        ("a.c", "#include <x.h>\nstatic int add(int a,\n               int b)\n{\n  if (a) {\n    f(a);\n  }\n}\n", ["add"]),
        ("a.cpp", "std::vector<int> Shop::list(const A& a) {\n    return {};\n}\n", ["Shop::list"]),
        ("A.java", "public class A {\n    @Override\n    public List<String> names(int a) {\n        return x;\n    }\n}\n", ["A", "names"]),
        ("a.go", "package main\n\n// Opens it.\nfunc (g *Gate) Open(n int) error {\n\treturn nil\n}\n", ["Open"]),
        ("a.rs", "pub struct Gate;\n\nimpl Gate {\n    pub async fn open(&self) {}\n}\n", ["Gate", "open"]),
        ("a.rb", "module Shop\n  def open?\n    1\n  end\nend\n", ["Shop", "open?"]),
        ("a.php", "<?php\nfunction load($x) {\n  return 1;\n}\n", ["load"]),
        ("a.sh", "#!/bin/sh\nstart() {\n  echo x\n}\n", ["start"]),
        ("a.sql", "CREATE TABLE IF NOT EXISTS parts (\n  id int\n);\n", ["parts"]),
        ("a.kt", "data class Part(val id: Int)\n\nfun price(p: Part): Int = 1\n", ["Part", "price"]),
        ("a.vb", "Public Function Price(x)\n  Price = 1\nEnd Function\n", ["Price"]),
    ],
)  # fmt: skip
def test_names_of_other_languages(name: str, text: str, wanted: list[str]) -> None:
    parsed = read(name, text)
    assert [heading for heading, _ in sections(parsed) if heading] == wanted
    assert parsed.text.split() == text.split()


def test_chinese_comments_and_encodings_stay() -> None:
    assert "# 打开大门" in read("a.py", "# 打开大门\ndef 开门():\n    pass\n".encode("gbk")).text


def test_a_call_is_no_definition() -> None:
    assert headings(read("a.c", "int x = f(3);\nreturn g(x);\nelse if (x) {\n}\nprintf(x);\n")) == [()]


def test_generated_code_has_no_endless_headings() -> None:
    parsed = read("a.py", "".join(" " * n + f"def f{n}():\n" for n in range(500)))
    assert max(map(len, headings(parsed))) == 12
