"""Makes ``classify/common_words.txt``: English words that are in any prose, and no names.

    pip install english-words==2.0.2
    python tests/golden/make_common_words.py

Counts words in the documentation of all installed packages (comments, docstrings, README files):
those that at least ten packages write in small letters, and mostly so. What web2 (public domain)
doesn't have, as it is or without an ending, is left out. Another set of packages gives a slightly
other list; nothing depends on single words of it.
"""

from __future__ import annotations

import re
import sysconfig
from collections import Counter, defaultdict
from pathlib import Path

from english_words import get_english_words_set

OUT = Path(__file__).parents[2] / "spark_jobs/veilflow/classify/common_words.txt"
HEAD = """\
# English words that are in any prose, in small letters: counted in the documentation of Python
# packages and held against web2 (public domain), by tests/golden/make_common_words.py.
"""
PACKAGES = Path(sysconfig.get_paths()["purelib"])
KINDS = {".py", ".md", ".rst", ".txt", ""}
WORD = re.compile(r"(?<![\w`./:@#=-])([A-Za-z]?[a-z]{2,15})(?![\w`/:@=({\[-]|\.\w)")
CODE = re.compile(
    r"[=({]\S*$|^\w+\(|^(?:def|class|import|from|if|for|return|assert|raise|elif|with)\b"
)
ENDINGS = ("s", "es", "ed", "d", "ing", "ly", "er", "ers", "able", "ally", "ized", "izes")


def is_prose(line: str, kind: str) -> bool:
    """Four gaps or more, and no code."""
    if line.count(" ") < 4 or len(line) > 300:
        return False
    return kind != ".py" or (line[0] in '#-*"' or line[0].isalpha()) and not CODE.search(line)


def main() -> None:
    known = get_english_words_set(["web2"], lower=False)
    packages: dict[str, set[str]] = defaultdict(set)
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for file in sorted(PACKAGES.rglob("*")):
        named = file.name == "METADATA" or file.suffix in KINDS - {""}
        if not named or not file.is_file() or "/test" in str(file) or "aker" in str(file):
            continue
        package = file.relative_to(PACKAGES).parts[0].split("-")[0].lower()
        for line in file.read_text(encoding="utf-8", errors="ignore").splitlines():
            if line.strip() and is_prose(line.strip(), file.suffix):
                for word in WORD.findall(line):
                    (small if word[0].islower() else capital)[word.lower()] += 1
                    if word[0].islower():
                        packages[word].add(package)
    common = sorted(
        word
        for word, of in packages.items()
        if len(of) >= 10
        and small[word] >= 15
        and capital[word] < 1.5 * small[word]
        and (
            word in known
            or any(
                word.endswith(end) and {word[: -len(end)], word[: -len(end)] + "e"} & known
                for end in ENDINGS
            )
        )
    )
    OUT.write_text(HEAD + "\n" + "\n".join(common) + "\n", encoding="utf-8")
    print(len(common), "words")


if __name__ == "__main__":
    main()
