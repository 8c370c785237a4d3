"""The statute search beside what a team would pick instead, in one run: the same articles, questions taken in turn.

    pip install tantivy bm25s rank-bm25
    python -m scripts.bench_laws --laws var/laws --queries 记录.jsonl [--articles 1000000]

Peers that are not installed are left out. Above the size of the store, copies are added with 30 % of the words
dropped or swapped. Read the ratios: the machine is never idle.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import jieba
import numpy as np
from rapidfuzz import fuzz, process

from knowledge.laws import STORE, Laws
from knowledge.laws.index import build_index
from knowledge.laws.schema import write_store
from knowledge.laws.store import Store
from knowledge.laws.types import Article, Law

Search = Callable[[str], object]
FEW = {"rank-bm25 + jieba": 20, "rapidfuzz 逐条": 4, "FTS5 + jieba": 60}
LARGE = 200_000  # above this only the peers that could serve
COLD = """
import sys, time; began = time.perf_counter()
from pathlib import Path
{code}
print(time.perf_counter() - began)
print([line.split()[1] for line in open("/proc/self/status") if line.startswith("RssAnon")][0])
"""


def words(text: str) -> list[str]:
    return [word for word in jieba.cut(text) if word.strip() and word[0].isalnum()]


def articles(store: Store, wanted: int) -> Iterator[tuple[Law, Article, list[str]]]:
    """`wanted` articles cut into words, the whole store first, then changed copies under other law names."""
    rows = [(store.laws[law], heading, text) for _, law, _, heading, text in store.searchable()]
    cut = [words(f"{law.short} {heading} {text}") for law, heading, text in rows]
    chance, biggest = np.random.default_rng(7), max(store.laws) + 1
    for n in range(wanted):
        round_, place = divmod(n, len(rows))
        (law, heading, text), tokens = rows[place], cut[place]
        if round_:
            law = replace(law, id=law.id + round_ * biggest, key=f"{law.key}{round_}", name=f"{law.name}{round_}")
            fate = chance.random(len(tokens))
            other = cut[int(chance.integers(len(rows)))] or tokens
            tokens = [
                other[k % len(other)] if x < 0.15 else token
                for k, (x, token) in enumerate(zip(fate, tokens, strict=True))
                if not 0.15 <= x < 0.3
            ]
            heading, text = "", "".join(tokens)
        yield law, Article(n + 1, 0, f"第{n + 1}条", heading, text, ""), tokens


def ours(folder: Path, found: list[tuple[Law, Article, list[str]]], day: str) -> Search:
    laws: dict[int, tuple[Law, list[Article]]] = {}
    for law, article, _ in found:
        laws.setdefault(law.id, (law, []))[1].append(article)
    rows = [(law, tuple(own)) for _, (law, own) in sorted(laws.items())]
    write_store(folder / STORE, rows, {"day": day, "national": ""})
    build_index(folder, Store(folder / STORE, None))
    opened = Laws.open(folder)
    assert opened
    return opened.search


def tantivy(folder: Path, found: list[tuple[Law, Article, list[str]]]) -> Search:
    import tantivy as library

    builder = library.SchemaBuilder()
    builder.add_text_field("words", tokenizer_name="whitespace")
    builder.add_bytes_field("text", stored=True, indexed=False)
    schema = builder.build()
    (folder / "tantivy").mkdir()
    index = library.Index(schema, str(folder / "tantivy"))
    writer = index.writer(256_000_000, 1)
    for _, article, tokens in found:
        writer.add_document(library.Document(words=" ".join(tokens), text=article.text.encode()))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(question: str) -> object:
        query = index.parse_query(" ".join(words(question)), ["words"])
        return [bytes(searcher.doc(place)["text"][0]).decode() for _, place in searcher.search(query, 10).hits]

    return search


def bm25s(folder: Path, found: list[tuple[Law, Article, list[str]]]) -> Search:
    import bm25s as library

    model = library.BM25(method="lucene")
    model.index([tokens for _, _, tokens in found], show_progress=False)
    model.save(folder / "bm25s")
    texts = np.array([article.text for _, article, _ in found], dtype=object)
    return lambda question: model.retrieve([words(question)], corpus=texts, k=10, show_progress=False, n_threads=0)


def rank_bm25(_: Path, found: list[tuple[Law, Article, list[str]]]) -> Search:
    import rank_bm25 as library

    model = library.BM25Okapi([tokens for _, _, tokens in found])
    return lambda question: np.argsort(-model.get_scores(words(question)))[:10]


def fts5(folder: Path, found: list[tuple[Law, Article, list[str]]]) -> Search:
    base = sqlite3.connect(folder / "fts.sqlite")
    base.execute("create virtual table t using fts5(text, tokenize='unicode61')")
    base.executemany("insert into t values(?)", ((" ".join(tokens),) for _, _, tokens in found))
    base.commit()
    query = "select rowid from t where t match ? order by rank limit 10"
    return lambda question: base.execute(query, (" OR ".join(f'"{word}"' for word in words(question)),)).fetchall()


def rapidfuzz(_: Path, found: list[tuple[Law, Article, list[str]]]) -> Search:
    texts = [article.text for _, article, _ in found]
    return lambda question: process.extract(question, texts, scorer=fuzz.partial_ratio, limit=10)


PEERS = {
    "tantivy + jieba": tantivy, "bm25s + jieba": bm25s, "FTS5 + jieba": fts5, "rank-bm25 + jieba": rank_bm25,
    "rapidfuzz 逐条": rapidfuzz,
}  # fmt: skip
COLD_CODE = {
    "渔小法": 'sys.path.insert(0, "{root}")\nfrom knowledge.laws import Laws\nLaws.open(Path("{folder}")).search("{question}")',
    "tantivy + jieba": 'import tantivy, jieba\nindex = tantivy.Index.open("{folder}/tantivy")\n'
    'index.searcher().search(index.parse_query(" ".join(w for w in jieba.cut("{question}") if w[0].isalnum()), ["words"]), 10)',
    "bm25s + jieba": 'import bm25s, jieba\nmodel = bm25s.BM25.load("{folder}/bm25s")\n'
    'model.retrieve([[w for w in jieba.cut("{question}")]], k=10, show_progress=False)',
}


def cold(name: str, folder: Path, question: str) -> tuple[float, float]:
    """Seconds from nothing to the first answer in a new process, and its private megabytes then; the best of three."""
    code = COLD_CODE[name].format(root=Path(__file__).parent.parent, folder=folder, question=question)
    runs = [
        subprocess.run(
            [sys.executable, "-c", COLD.format(code=code)], capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(3)
    ]
    return min(float(run[0]) for run in runs), min(float(run[1]) for run in runs) / 1024


def measure(laws: Path, queries: list[str], wanted: int) -> list[tuple[str, float, float, str]]:
    """(name, p50 ms, p99 ms, cold start) of everything that is installed, ours first."""
    store = Store(laws / STORE, None)
    found = list(articles(store, wanted or len(list(store.searchable()))))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        engines = {"渔小法": ours(folder, found, store.today)}
        for name, build in PEERS.items():
            if len(found) <= LARGE or name in COLD_CODE:
                try:
                    engines[name] = build(folder, found)
                except ImportError as error:
                    print(f"没有装 {error.name}，跳过 {name}", file=sys.stderr)
        del found
        quick = {name: search for name, search in engines.items() if name not in FEW}
        times = race(quick, queries)  # apart from the slow ones, which would leave no cache to anybody
        times |= race({name: search for name, search in engines.items() if name in FEW}, queries)
        rows = []
        for name in engines:
            start = "{:.2f} s / {:.0f} MB".format(*cold(name, folder, queries[0])) if name in COLD_CODE else ""
            rows.append((name, *(float(np.percentile(times[name], part)) for part in (50, 99)), start))
        return rows


def race(engines: dict[str, Search], queries: list[str]) -> dict[str, list[float]]:
    """Milliseconds a question; engines take turns, so that the machine's moods hit all alike."""
    times: dict[str, list[float]] = {name: [] for name in engines}
    for search in engines.values():
        search(queries[0])
    for n, question in enumerate(queries):
        for name, search in engines.items():
            if n < FEW.get(name, len(queries)):
                began = time.perf_counter()
                search(question)
                times[name].append((time.perf_counter() - began) * 1000)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--laws", type=Path, default=Path("var/laws"))
    parser.add_argument("--queries", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=0)
    parser.add_argument("--most", type=int, default=400, help="最多几个问题")
    arguments = parser.parse_args()
    queries = [json.loads(line)["query"] for line in arguments.queries.read_text("utf-8").splitlines()][
        : arguments.most
    ]
    rows = measure(arguments.laws, queries, arguments.articles)
    print("| | p50 ms | p99 ms | 比渔小法慢几倍（p50 / p99） | 冷启动 / 私有内存 |\n|---|---|---|---|---|")
    for name, p50, p99, start in rows:
        print(f"| {name} | {p50:.2f} | {p99:.2f} | {p50 / rows[0][1]:.2f} / {p99 / rows[0][2]:.2f} | {start} |")


if __name__ == "__main__":
    main()
