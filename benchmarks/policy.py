"""Questions of the shop's rules in many voices: the right page first, a person where none answers or two disagree.

    python -m benchmarks.policy --shop DIR [--abcd DIR] [--part held-out|development] [--show] [--json FILE]
    python -m benchmarks.policy --shop DIR --fit retrieval/policy_answerable.json

The questions (policy_questions.jsonl) are written by hand about the demo shop's pages; everything in
`retrieval/policy_*` that is learnt was learnt on those marked "development". `--abcd` measures chunking and retrieval
on the guidelines of Chen et al., "Action-Based Conversations Dataset" (NAACL 2021): each flow a page, each subflow a
section, and a customer's question about each, beside BM25 and the embedding of whole sections in the same run.
"""

import argparse
import json
import shutil
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from retrieval.embedder import SentenceTransformerEmbedder
from retrieval.pages import read_pages
from retrieval.policies import PolicyIndex
from retrieval.policy_answerable import Answerable, features_of
from retrieval.policy_scores import page_of, scored

HERE = Path(__file__).parent
TARGETS = {"right page first": 0.95, "unanswerable handed off": 0.95}
_MOST_SECTIONS = 3


@dataclass(frozen=True)
class Asked:
    """A question and what became of it.

    Attributes:
        pages: that answer it; none: no page does.
        first: the page of the best passage; answered: whether it was given as the answer.
        score: how surely it answers, 0 to 1.
    """

    question: str
    pages: tuple[str, ...]
    first: str
    answered: bool
    score: float


def ask_all(policies: PolicyIndex, part: str) -> list[Asked]:
    """Asks the questions of one part."""
    rows = map(json.loads, (HERE / "policy_questions.jsonl").read_text(encoding="utf-8").splitlines())
    asked = []
    for row in rows:
        if row["part"] == part:
            answer = policies.ask(row["question"])
            best = answer.passages[0] if answer.passages else None
            first, score = (page_of(best.section_id), best.score) if best else ("", 0.0)
            asked.append(Asked(row["question"], tuple(row["pages"]), first, answer.answered, score))
    return asked


def fit(pages: Path, embedder: SentenceTransformerEmbedder) -> Answerable:
    """The judge of whether a question is answered, learned on the development questions."""
    rows = [json.loads(row) for row in (HERE / "policy_questions.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["part"] == "development"]
    with tempfile.TemporaryDirectory() as place:
        sentences = PolicyIndex(pages, Path(place), embedder).sentences()
    if sentences is None:
        raise SystemExit(f"Expected policy pages in {pages}; there are none.")
    found = [scored(sentences, row["question"], embedder) for row in rows]
    features = np.stack([features_of(each, sentences.page_of) for each in found])
    said = np.stack([each.said for each in found])
    return Answerable.fit(embedder.identity, features, said, [bool(row["pages"]) for row in rows])


def figures_of(asked: Sequence[Asked]) -> dict[str, float]:
    """Shares of the questions that were dealt with as they should."""
    answerable = [each for each in asked if each.pages]
    others = [each for each in asked if not each.pages]
    return {
        "answerable questions": len(answerable),
        "right page first": _share(each.first in each.pages for each in answerable),
        "answered from the right page": _share(each.answered and each.first in each.pages for each in answerable),
        "answered from a wrong page": _share(each.answered and each.first not in each.pages for each in answerable),
        "unanswerable questions": len(others),
        "unanswerable handed off": _share(not each.answered for each in others),
    }


def disagreements(pages: Path, embedder: SentenceTransformerEmbedder, part: str) -> tuple[int, int, list[str]]:
    """Questions about something on which two pages disagree: how many, how many were noticed, and the others."""
    content = tomllib.loads((HERE / "policy_disagreements.toml").read_text(encoding="utf-8"))
    asked, missed = 0, []
    for each in content["page"]:
        if each["part"] != part:
            continue
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "policies"
            shutil.copytree(pages, folder)
            (folder / "another-page.md").write_text(each["text"], encoding="utf-8")
            policies = PolicyIndex(folder, Path(place) / "index", embedder)
            for question in each["asked"]:
                asked += 1
                if policies.ask(question).disagreeing is None:
                    missed.append(question)
    return asked, asked - len(missed), missed


def on_abcd(data: Path, embedder: SentenceTransformerEmbedder) -> dict[str, dict[str, float]]:
    """How often the right guideline comes first, and among the first three, by this index and by simpler ones."""
    lines = (HERE / "policy_abcd.tsv").read_text(encoding="utf-8").splitlines()
    queries = [(question, heading) for heading, question in (line.split("\t") for line in lines)]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "pages"
        _write_pages(data / "guidelines.json", folder)
        sections = read_pages(folder)
        policies = PolicyIndex(folder, Path(place) / "index", embedder)
        ours = [[each.heading for each in policies.ask(question, _MOST_SECTIONS).passages] for question, _ in queries]
    texts = [f"{each.heading}. {each.text}" for each in sections]
    headings = [each.heading for each in sections]
    whole = embedder.encode([question for question, _ in queries]) @ embedder.encode(texts).T
    bm25 = _bm25(texts, [question for question, _ in queries])
    found = {"sentence, section and page": ours} | {
        name: [[headings[place] for place in np.argsort(-row, kind="stable")[:_MOST_SECTIONS]] for row in scores]
        for name, scores in (("embedding of whole sections", whole), ("BM25 of whole sections", bm25))
    }
    return {
        name: {
            "first": _share(each[:1] == [right] for each, (_, right) in zip(ranked, queries, strict=True)),
            "among three": _share(right in each for each, (_, right) in zip(ranked, queries, strict=True)),
        }
        for name, ranked in found.items()
    }


def _bm25(texts: Sequence[str], questions: Sequence[str]) -> np.ndarray:
    """Scores of shape (questions, texts)."""
    import bm25s

    tokens = bm25s.tokenize(list(texts), stopwords="en", show_progress=False)
    index = bm25s.BM25()
    index.index(tokens, show_progress=False)
    rows = bm25s.tokenize(list(questions), stopwords="en", return_ids=False, show_progress=False)
    return np.stack([index.get_scores(row) for row in rows])


def _write_pages(guidelines: Path, folder: Path) -> None:
    """Each flow as a page of Markdown, each subflow as a section of it: its instructions and actions."""
    folder.mkdir()
    for name, flow in json.loads(guidelines.read_text(encoding="utf-8")).items():
        parts = [f"# {name}\n"]
        for heading, subflow in flow["subflows"].items():
            said = list(subflow["instructions"])
            for action in subflow["actions"]:
                said += [action["text"], *action["subtext"]]
            body = "\n\n".join(" ".join(each.replace("#", "").split()) for each in said if each.strip())
            parts.append(f"## {heading}\n\n{body}\n")
        (folder / f"{name.lower().replace(' ', '-')}.md").write_text("\n".join(parts), encoding="utf-8")


def _share(held: object) -> float:
    listed = list(held)  # type: ignore[call-overload]
    return sum(listed) / len(listed) if listed else float("nan")


def show(asked: Sequence[Asked], figures: dict[str, float], *, each_one: bool) -> None:
    """Prints the table, and the questions that went wrong."""
    for name, value in figures.items():
        print(f"{name:<34}{value:>8.0f}" if name.endswith("questions") else f"{name:<34}{value:>8.1%}")
    for each in asked if each_one else ():
        if each.pages and each.first not in each.pages:
            print(f"  wrong page  {each.score:.2f} {each.question} -> {each.first}, not {' or '.join(each.pages)}")
        elif each.pages and not each.answered:
            print(f"  unanswered  {each.score:.2f} {each.question} -> {each.first}")
        elif not each.pages and each.answered:
            print(f"  answered    {each.score:.2f} {each.question} -> {each.first}")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shop", type=Path, required=True, help="the demo shop's folder; it is not changed")
    parser.add_argument("--abcd", type=Path, help="the folder of ABCD's guidelines.json")
    parser.add_argument("--part", choices=("held-out", "development"), default="held-out")
    parser.add_argument(
        "--fit", type=Path, help="learn from the development questions whether one is answered, to FILE"
    )
    parser.add_argument("--show", action="store_true", help="the questions that went wrong")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    embedder = SentenceTransformerEmbedder()
    if given.fit:
        fit(given.shop / "policies", embedder).save(given.fit)
        return 0
    with tempfile.TemporaryDirectory() as place:
        asked = ask_all(PolicyIndex(given.shop / "policies", Path(place), embedder), given.part)
    figures = figures_of(asked)
    show(asked, figures, each_one=given.show)
    count, noticed, missed = disagreements(given.shop / "policies", embedder, given.part)
    print(f"{'two pages disagree: noticed':<34}{noticed:>4} of {count}")
    for question in missed if given.show else ():
        print(f"  not noticed {question}")
    abcd = on_abcd(given.abcd, embedder) if given.abcd else {}
    for name, rates in abcd.items():
        print(f"ABCD, {name:<30}first {rates['first']:>6.1%}   among three {rates['among three']:>6.1%}")
    if given.json:
        whole = {"part": given.part, **figures, "disagreements": count, "disagreements noticed": noticed, "abcd": abcd}
        given.json.write_text(json.dumps(whole | {"asked": [asdict(each) for each in asked]}, indent=1))
    return 0 if all(figures[name] >= least for name, least in TARGETS.items()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
