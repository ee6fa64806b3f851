"""Questions in one language over pages in another: which pages make a set, and what is left of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks.cross_language import DOCUMENTS, HAN, LATIN, MOST_CHARACTERS, build, is_asked_for, of_data
from benchmarks.hugo_pages import Page, read_page
from searchapp.evaluation import read_dataset

ENGLISH = " ".join(["A scheduler watches for newly created pods and finds a node for each."] * 10)
CHINESE = "调度器监视新建的容器组，并为每一个找到一个节点。" * 12


def page(title: str, text: str) -> str:
    return f"---\ntitle: {title}\nweight: 10\n---\n\n{text}\n"


def trees(tmp_path: Path, pages: Mapping[str, tuple[str, str]]) -> tuple[Path, Path]:
    """Folders of both languages; of each page the whole source in English and in Chinese."""
    for path, sources in pages.items():
        for language, source in zip(("en", "zh"), sources, strict=True):
            file = tmp_path / language / "content" / language / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(source, encoding="utf-8")
    return tmp_path / "en", tmp_path / "zh"


def built(tmp_path: Path, pages: Mapping[str, tuple[str, str]]) -> Mapping[str, tuple[dict[str, str], dict[str, str]]]:
    """Queries by page, and titles by page of the corpus, of both sets."""
    found = {}
    for name, folder in build(*trees(tmp_path, pages), tmp_path / "out").items():
        dataset = read_dataset(folder)
        queries = {next(iter(dataset.qrels[key])): text for key, text in dataset.queries.items()}
        found[name] = (queries, {document.id: document.title for document in dataset.documents()})
    return found


def test_a_title_in_one_language_is_judged_by_its_page_in_the_other(tmp_path: Path) -> None:
    found = built(
        tmp_path,
        {
            "docs/a.md": (page("Assigning Pods to Nodes", ENGLISH), page("将容器组分配给节点", CHINESE)),
            "docs/b.md": (page('"Resource Quotas"', ENGLISH), page("资源配额（Resource Quota）", CHINESE)),
        },
    )
    assert found["zh_en"] == (
        {"docs/a.md": "将容器组分配给节点", "docs/b.md": "资源配额"},
        {"docs/a.md": "Assigning Pods to Nodes", "docs/b.md": "Resource Quotas"},
    )
    assert found["en_zh"] == (found["zh_en"][1], found["zh_en"][0])


@pytest.mark.parametrize("chinese", ["kubeadm 命令", "kubectl 与 Kubeadm 的用法", "Pods 与 nodes 的 scheduler"])
def test_a_title_that_words_would_find_is_not_asked_but_stays_a_document(tmp_path: Path, chinese: str) -> None:
    found = built(
        tmp_path,
        {
            "docs/a.md": (page("Logging Architecture", ENGLISH), page("日志架构", CHINESE)),
            "docs/b.md": (
                page("The Node Ports", f"{ENGLISH} Use kubeadm or kubectl."),
                page(chinese, f"{CHINESE} 见节点端口（NodePort, node ports）。"),
            ),
        },
    )
    for queries, corpus in found.values():
        assert list(queries) == ["docs/a.md"] and list(corpus) == ["docs/a.md", "docs/b.md"]


@pytest.mark.parametrize(
    ("title", "text", "asked"),
    [
        ("节点", "节点 node", True),
        ("Kubernetes 节点", "kubernetes k8s", True),  # it is everywhere
        ("配置 Pod 的节点和调度", "pod", True),  # one of five
        ("配置 Pod 的节点", "pod", False),  # one of three
        ("Assigning Pods to Nodes", "把 Kubernetes 节点", True),
        ("Assigning Pods to Nodes", "pod 与节点", False),  # one of three, in the singular
        ("Pod", "容器组", True),
        ("Kubernetes", "容器组", False),  # nothing is left to ask
        ("To be or not", "to be", False),
    ],
)
def test_little_words_and_the_product_name_do_not_count(title: str, text: str, asked: bool) -> None:
    assert is_asked_for(title, Page("", text)) is asked


@pytest.mark.parametrize(
    ("path", "english", "chinese"),
    [
        ("docs/reference/glossary/b.md", page("Node", ENGLISH), page("节点", CHINESE)),
        ("docs/b.md", page("Node", "Short."), page("节点", CHINESE)),
        ("docs/b.md", page("Node", ENGLISH), page("节点", "短。")),
        ("docs/b.md", page("Node", ENGLISH), page("节点", f"{ENGLISH} " * 5 + CHINESE)),
        ("docs/b.md", page("Node", ENGLISH), page("节点", f"<!--\n{CHINESE}\n-->\n短。")),
        ("docs/b.md", ENGLISH, page("节点", CHINESE)),
        ("docs/b.md", page("Node", ENGLISH), CHINESE),
        ("docs/b.md", page("Node", ENGLISH), page("kubectl", CHINESE)),
        ("docs/b.md", page("Logging architectures", ENGLISH), page("节点", CHINESE)),
        ("docs/b.md", page("Node", ENGLISH), page("日志架构", CHINESE)),
    ],
    ids=[
        "glossary",
        "short",
        "short zh",
        "untranslated",
        "comment",
        "untitled",
        "untitled zh",
        "untranslated title",
        "shared",
        "shared zh",
    ],
)
def test_a_page_that_is_no_fair_question_is_left_out(tmp_path: Path, path: str, english: str, chinese: str) -> None:
    kept = {"docs/c.md": (page("Cluster Networking", ENGLISH), page("集群网络", CHINESE))}
    first = {"docs/a.md": (page("Logging Architecture", ENGLISH), page("日志架构", CHINESE))}
    found = built(tmp_path, kept | first | {path: (english, chinese)})
    shared = "Logging arch" in english or "日志架构" in chinese  # two right answers: neither is asked for
    expected = ["docs/c.md"] if shared else ["docs/a.md", "docs/c.md"]
    for queries, corpus in found.values():
        assert list(queries) == list(corpus) == expected


def test_a_page_without_a_twin_is_left_out(tmp_path: Path) -> None:
    english, chinese = trees(tmp_path, {"docs/a.md": (page("Nodes", ENGLISH), page("集群节点", CHINESE))})
    (english / "content/en/docs/alone.md").write_text(page("Alone", ENGLISH), encoding="utf-8")
    (chinese / "content/zh/docs/other.md").write_text(page("独自", CHINESE), encoding="utf-8")
    folder = build(english, chinese, tmp_path / "out")["zh_en"]
    assert [document.id for document in read_dataset(folder).documents()] == ["docs/a.md"]


def test_a_long_page_is_its_first_whole_paragraphs(tmp_path: Path) -> None:
    long = "\n\n".join([ENGLISH] * 20)
    pair = {"docs/a.md": (page("Nodes", long), page("集群节点", CHINESE))}
    folder = build(*trees(tmp_path, pair), tmp_path / "out")["zh_en"]
    (document,) = read_dataset(folder).documents()
    assert len(document.text) <= MOST_CHARACTERS and set(document.text.split("\n\n")) == {ENGLISH}


def test_a_page_is_read_as_prose_without_the_original_in_comments() -> None:
    source = """---
<!--
title: Assigning Pods
-->
title: "将 Pod 分配给节点"
---
<!--
You can constrain a Pod.
-->
你可以约束 {{< glossary_tooltip text="容器组" term_id="pod" >}}，见[文档](/zh/docs/(a)/)。

## {{% heading "prerequisites" %}}

![图](/a.png) <b>注意</b> {#anchor}

```yaml
kind: Pod
```

{{< mermaid >}}
graph LR; a-->b;
{{< /mermaid >}}

<!-- never closed
English
"""
    found = read_page(source)
    assert found.title == "将 Pod 分配给节点"
    assert found.text == "你可以约束 容器组，见文档。\n\n 注意"


def test_the_real_pages_make_the_same_two_sets_each_time(shared_data: Path, tmp_path: Path) -> None:
    folders = of_data(shared_data, tmp_path / "once")
    again = of_data(shared_data, tmp_path / "twice")
    for name, folder in folders.items():
        for file in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
            assert (folder / file).read_bytes() == (again[name] / file).read_bytes()
        dataset = read_dataset(folder)
        ids = [document.id for document in dataset.documents()]
        assert 100 <= len(dataset.queries) <= 300 and len(dataset.queries) < len(ids) <= DOCUMENTS
        assert len({*dataset.queries.values()}) == len(dataset.queries)
        assert all(grades.keys() <= {*ids} and [*grades.values()] == [1] for grades in dataset.qrels.values())
    english = [document.text for document in read_dataset(folders["zh_en"]).documents()]
    chinese = [document.text for document in read_dataset(folders["en_zh"]).documents()]
    assert not [text for text in english if len(HAN.findall(text)) > len(text) / 100]
    # The English original, kept in comments, would make three quarters of a page's letters Latin.
    assert sum(len(HAN.findall(text)) > sum(map(len, LATIN.findall(text))) for text in chinese) > 0.75 * len(chinese)
