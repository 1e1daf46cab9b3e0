"""Lists of words beside the classifier: their parts are what the code takes them for."""

import pytest
from veilflow.classify.word_files import word_lists
from veilflow.classify.world_names import ascii_names, is_telling_name, telling_names


@pytest.mark.parametrize(
    ("file", "lists"),
    [("person_names.txt", 3), ("city_names.txt", 1), ("common_words.txt", 1),
     ("plain_names.txt", 1)],
)  # fmt: skip
def test_a_file_holds_its_lists_and_no_comment(file: str, lists: int) -> None:
    found = word_lists(file)
    assert len(found) == lists
    assert not any(b"#" in words or words.endswith(b"\n") for words in found)


def test_names_are_told_apart_by_alphabet_and_none_is_lost() -> None:
    assert ascii_names() >= set(filter(str.isascii, telling_names()))
    assert all(map(is_telling_name, telling_names()))
    assert not is_telling_name("ward") and not is_telling_name("日付")
