"""Writes spark_jobs/veilflow/classify/plain_names.txt: names that a dictionary has as plain words.

    pip install english-words==2.0.2 && python tests/golden/make_plain_names.py > \
        spark_jobs/veilflow/classify/plain_names.txt

The dictionary is web2 (Webster's Second International, 1934, public domain) as the package
english-words holds it. A name is left in the file if the dictionary has it in small letters, or
what is left of it without an ending.
"""

from __future__ import annotations

from english_words import get_english_words_set
from veilflow.classify.headers import fold
from veilflow.classify.world_names import telling_names

ENDINGS = (("s", ""), ("es", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("er", "e"))
HEAD = """\
# Names that are plain English words too, folded; the dictionary is web2 (public domain), of the
# package english-words 2.0.2, by tests/golden/make_plain_names.py.
"""


def main() -> None:
    """Print the file."""
    written = get_english_words_set(["web2"], lower=False, alpha=True)
    words = {fold(word) for word in written if word.islower()}
    plain = {name for name in telling_names() if _is_plain(name, words)}
    print(HEAD + "\n" + "\n".join(sorted(plain)))


def _is_plain(name: str, words: set[str]) -> bool:
    stems = (name.removesuffix(end) + put for end, put in ENDINGS if name.endswith(end))
    return name in words or any(len(stem) > 2 and stem in words for stem in stems)


if __name__ == "__main__":
    main()
