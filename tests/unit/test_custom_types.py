"""Types of one's own: what finds them, what is refused, and the guide's own example."""

from __future__ import annotations

import pickle
import re
import sys
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.classify import (
    NO_TYPES,
    ColumnSample,
    ColumnVerdict,
    CustomTypes,
    classify_column,
    contradiction,
)
from veilflow.classify.custom_text import find_custom
from veilflow.classify.custom_types import DETECTOR_LIST
from veilflow.classify.drift import classifier_digest, retyped
from veilflow.classify.named_checksums import CHECKSUMS, passes_checksum
from veilflow.classify.pattern_bounds import MOST_WAYS, UnboundedPattern, check_pattern, ways
from veilflow.cli import main
from veilflow.errors import PolicyError
from veilflow.policy import policy_sha256, read_policy
from veilflow.policy.types_file import TYPES_FILE, load_types

VALID = [f"LC-{body}" for body in ("00000018", "12345674", "79927398", "10000008", "20000006")]
"""Luhn's check digits, by hand."""


@pytest.fixture
def guide(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The guide's types in a file, with its module, allowed."""
    text = (repository / "docs" / "custom-types.md").read_text(encoding="utf-8")
    (tmp_path / "types.yaml").write_text(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[0])
    (tmp_path / "shop_types.py").write_text(re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0])
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "shop_types", raising=False)
    monkeypatch.setenv(DETECTOR_LIST, "shop_types:is_badge")
    return tmp_path / "types.yaml"


def made(folder: Path, text: str) -> CustomTypes:
    (folder / "own.yaml").write_text(text)
    return load_types(folder / "own.yaml")


def verdict(name: str, values: list[str | None], types: CustomTypes = NO_TYPES) -> ColumnVerdict:
    nulls = sum(value is None for value in values)
    distinct = len(set(values) - {None})
    return classify_column(
        ColumnSample(name, values, "string", len(values), nulls, distinct), types
    )


@pytest.mark.parametrize(
    ("name", "values", "found"),
    [
        pytest.param("c", VALID, "loyalty_card", id="by pattern and checksum"),
        pytest.param("c", [f"{v[:-1]}{(int(v[-1]) + 1) % 10}" for v in VALID], "generic_id",
                     id="the checksum fails"),
        pytest.param("kundenkarte", ["lc-0000 0018"] * 3, "none", id="the values veto the name"),
        pytest.param("kundenkarte", [None] * 3, "loyalty_card", id="the name alone"),
        pytest.param("c", ["ICU", "dialysis", "Stroke Unit", "ICU"], "ward", id="by words"),
        pytest.param("c", ["ICU", "kitchen", "garage", "roof"], "none", id="too few of the words"),
        pytest.param("c", ["N12345", "S99999", "W00001"], "staff_badge", id="by a function"),
        pytest.param("c", ["a@b.org", "c@d.org"], "email_address", id="built in as before"),
    ],
)  # fmt: skip
def test_the_guides_types_are_found(
    guide: Path, name: str, values: list[str | None], found: str
) -> None:
    told = verdict(name, values, load_types(guide))
    assert told.type == found
    assert not any(value in sentence for value in values if value for sentence in told.evidence)


def test_roles_and_protections_come_from_the_definition(guide: Path) -> None:
    known = load_types(guide).taxonomy
    assert [(known[one].role, known[one].default_protection) for one in
            ("loyalty_card", "ward", "staff_badge")] == [
        ("identifier", "pseudonym"), ("quasi", "generalize"), ("identifier", "pseudonym"),
    ]  # fmt: skip
    assert known["staff_badge"].legal == ("GDPR 4(1)", "CCPA (I)")
    assert known["loyalty_card"].legal == known["generic_id"].legal


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        ("t: {role: identifier, pattern: '(a+)+'}", 2, "takes the same characters"),
        ("t: {role: identifier, pattern: '([a-z]{1,30}){1,30}'}", 2, "takes the same characters"),
        (r"t: {role: identifier, pattern: '(\d)\1'}", 2, "back reference"),
        ("t: {role: identifier, pattern: '(?=a)b'}", 2, "look-around"),
        ("t: {role: identifier, pattern: '[a-z'}", 2, "isn't a regular expression"),
        ("t: {role: identifier, pattern: '[a-z]{0,9}'}", 2, "empty value"),
        ("t: {role: identifier, pattern: 'a', checksum: lunh}", 2, "there are luhn"),
        ("t: {role: identifier, words: a, checksum: luhn}", 2, "add one"),
        ("t: {role: identifier}", 2, "say how it is found"),
        ("t: {pattern: a}", 2, "say what it means"),
        ("t: {like: e_mail, pattern: a}", 2, "docs/taxonomy.md"),
        ("t: {role: person, pattern: a}", 2, "identifier"),
        ("t: {role: quasi, protection: pseudonym, pattern: a}", 2, "generalize or drop"),
        ("t: {role: quasi, pattern: a, needs_header: true}", 2, "needs 'headers'"),
        ("t: {role: quasi, headers: '---'}", 2, "no column's name"),
        ("t:\n    role: quasi\n    patern: a", 4, "unknown key"),
        ("t: {role: quasi, words: {file: gone.txt}}", 2, "can't be read"),
        ("T: {role: quasi, pattern: a}", 2, "lower snake case"),
        ("email_address: {role: identifier, pattern: a}", 2, "override: true"),
        ("email_address: {role: quasi, pattern: a, override: true}", 2, "stays an identifier"),
        ("emial: {role: quasi, pattern: a, override: true}", 2, "no built-in type"),
        ("none: {role: quasi, pattern: a}", 2, "nothing is found"),
        ("t: {role: identifier, detector: is_badge}", 2, "package.module:name"),
        ("t: {role: identifier, detector: 'os:system'}", 2, DETECTOR_LIST),
    ],
)  # fmt: skip
def test_a_wrong_type_is_refused_with_its_place(
    tmp_path: Path, lines: str, line: int, said: str
) -> None:
    with pytest.raises(PolicyError) as refused:
        made(tmp_path, f"types:\n  {lines}\n")
    (problem,) = refused.value.problems
    assert problem.startswith(f"{tmp_path / 'own.yaml'}:{line}: types.") and said in problem


@pytest.mark.parametrize("text", ["", "types: []", "a: 1", "- 1", "types: {}", "types: {t: "])
def test_what_is_no_file_of_types_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PolicyError, match=r"own\.yaml:1"):
        made(tmp_path, text)


@pytest.mark.parametrize(
    "expression",
    ["LC[0-9]{8}", "[a-z]+@[a-z]+[.][a-z]+", ".*x.*", "(?:[A-Z]{2}|[0-9]{2}){1,3}",
     "EMP-?[0-9]{4,6}", "[^-]{1,20}-[0-9]{4}", r"(?:\d{3}[ -]?){2,4}", "a?a?a?aaa",
     "ü+ß", "(?P<number>[0-9]{3})x"],
)  # fmt: skip
def test_bounded_patterns_are_taken(expression: str) -> None:
    check_pattern(expression)
    assert 1 <= ways(expression) <= MOST_WAYS


@settings(max_examples=300)
@given(
    st.recursive(
        st.sampled_from(["a", "b", "[ab]", "[^a]", ".", r"\d", "ab"]),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{0,3}", "{2,}"]))
            .map(lambda p: f"(?:{p[0]}){p[1]}"),
            st.tuples(inner, inner).map("".join),
            st.tuples(inner, inner).map(lambda p: f"(?:{p[0]}|{p[1]})"),
        ),
        max_leaves=6,
    )
)  # fmt: skip
def test_no_accepted_pattern_is_slow(expression: str) -> None:
    try:
        check_pattern(expression)
    except UnboundedPattern:
        return
    match = re.compile(expression, re.IGNORECASE).fullmatch
    for text in ("a" * 300 + "!", "ab" * 150 + "!", "b" * 299 + "a!", "1" * 300 + "\n"):
        start = time.process_time()
        match(text)
        # A bomb of this size takes centuries; a thousand ways of 300 steps take milliseconds.
        assert time.process_time() - start < 0.5, expression


CHECKED = {"luhn": "79927398713", "verhoeff": "2363", "mod_11_10": "07945",
           "mod_11_2": "0000000218250097", "mod_97_10": "79444", "aba": "021000021",
           "iban": "GB82WEST12345698765432", "imei": "490154203237518", "nhs": "9434765919",
           "vin": "1M8GDM9AXKP042788"}  # fmt: skip
"""Published examples: ISO 7064's own, ORCID's, and those that each code is usually shown with."""


@pytest.mark.parametrize("name", CHECKSUMS)
def test_checksums_by_name(name: str) -> None:
    good = CHECKED[name]
    assert passes_checksum(name, good) and not passes_checksum(name, "")
    last = (int(good[-1]) + 1) % 10 if good[-1].isdigit() else 0
    assert not passes_checksum(name, f"{good[:-1]}{last}")
    assert not passes_checksum(name, f"{good}é")


@pytest.mark.parametrize("kind", ["ValueError", "SystemExit"])
def test_a_function_that_fails_tells_no_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    (tmp_path / "loud_types.py").write_text(f"def loud(value):\n    raise {kind}(value)\n")
    monkeypatch.delitem(sys.modules, "loud_types", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv(DETECTOR_LIST, "loud_types:loud, loud_types:gone")
    types = made(tmp_path, "types: {t: {role: identifier, detector: 'loud_types:loud'}}\n")
    with pytest.raises(PolicyError, match=f"loud_types:loud failed with {kind}") as failed:
        verdict("c", ["Winterbottom"], types)
    assert "Winterbottom" not in str(failed.value) and failed.value.__cause__ is None
    types = made(tmp_path, "types: {t: {role: identifier, detector: 'loud_types:gone'}}\n")
    with pytest.raises(PolicyError, match="can't be imported"):
        verdict("c", ["x"], types)


def test_a_built_in_type_is_overridden_on_purpose(tmp_path: Path) -> None:
    types = made(
        tmp_path, "types: {occupation: {role: sensitive, words: [rigger], override: true}}\n"
    )
    for values in (["rigger"] * 3, ["nurse", "teacher", "carpenter"]):
        told = verdict("occupation", [*values], types)
        assert (told.type, told.role) == ("occupation", "sensitive")


def test_types_count_in_the_drift_gate(guide: Path) -> None:
    types = load_types(guide)
    found = verdict("c", VALID, types)
    assert contradiction(found, "insensitive", None, "keep", types)
    assert contradiction(found, "insensitive", "none", "keep", types) is None
    assert retyped("date", 0.9, found, None, "keep", types)
    assert retyped("generic_id", 0.9, found, None, "keep", types) is None, "it is like one"
    assert retyped("ward", 0.9, found, None, "keep", types)
    assert retyped("ward", 0.9, found, None, "keep") is None, "nobody knows that type any more"


def test_other_definitions_are_another_classifier(guide: Path) -> None:
    first = load_types(guide)
    assert classifier_digest(first) == classifier_digest(load_types(guide)) != classifier_digest()
    module = guide.parent / "shop_types.py"
    module.write_text(module.read_text() + "\n")
    assert load_types(guide).digest != first.digest, "the function's file changed"


def test_definitions_travel_to_workers(guide: Path) -> None:
    types = load_types(guide)
    assert types.detectors and types.taxonomy
    there = pickle.loads(pickle.dumps(types))
    assert there == types and there.digest == types.digest


TEXT = f"Card {VALID[0]} of a guest of the stroke  unit, badge (N12345); LC-00000019, XLC-00000018."


def test_types_are_found_in_texts(guide: Path) -> None:
    found = find_custom(TEXT, load_types(guide))
    assert [(TEXT[one.start : one.end], one.type) for one in found] == [
        (VALID[0], "loyalty_card"), ("stroke  unit", "ward"), ("N12345", "staff_badge"),
    ]  # fmt: skip


def test_a_header_is_needed_in_texts_where_it_is_in_columns(tmp_path: Path) -> None:
    types = made(
        tmp_path,
        "types: {locker: {role: identifier, pattern: '[0-9]{3}', headers: locker no, "
        "needs_header: true}}\n",
    )
    assert find_custom("Room 123, 456 beds", types) == []
    (found,) = find_custom("Keys are in Locker no. 123, 4567 is none", types)
    assert (found.start, found.type) == (23, "locker")
    assert verdict("c", ["123", "456"], types).type != "locker"
    assert verdict("locker no", ["123", "456"], types).type == "locker"


def test_redact_text_replaces_them(guide: Path) -> None:
    import pyarrow as pa
    from veilflow.mask.redact_text import KeyedRedactText, RedactText

    redact = KeyedRedactText(RedactText(), types=load_types(guide))
    (text,) = redact.apply(pa.array([TEXT])).to_pylist()
    assert VALID[0] not in text and "stroke" not in text and "N12345" not in text


POLICY = """\
dataset: shop
purpose: {{purpose: t, legal_basis: t, owner: t, recipients: [t], retention_days: 1}}
source: {{root: ., format: csv}}
{types}
tables: {{shop: {{path: shop.csv, columns: {{card: pseudonym, ward: quasi}}}}}}
anonymize: {{k: 2}}
"""


def test_a_policy_has_its_types_in_its_hash(guide: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = guide.parent / "shop.policy"

    def policy(types: str) -> str:
        path.write_text(POLICY.format(types=types))
        loaded = read_policy(path).policy
        assert loaded.custom_types == (load_types(guide) if types else loaded.custom_types)
        return policy_sha256(loaded)

    inline = yaml.safe_dump(yaml.safe_load(guide.read_text()), sort_keys=False)
    assert policy("types: types.yaml") == policy(inline) != policy("")
    monkeypatch.setenv(TYPES_FILE, str(guide))
    assert policy("") == policy(inline), "the installation's file"
    path.write_text(POLICY.format(types=""))
    assert read_policy(path).origin("types").startswith(TYPES_FILE)
    path.write_text(POLICY.format(types="types: {}"))
    assert read_policy(path).policy.custom_types == NO_TYPES, "a policy may say: none"


def test_problems_of_a_policys_types_are_located(guide: Path) -> None:
    path = guide.parent / "shop.policy"
    path.write_text(POLICY.format(types="types:\n  t: {role: identifier, pattern: '(a*)*'}"))
    with pytest.raises(PolicyError, match=r"shop\.policy:5: types\.t\.pattern"):
        read_policy(path)
    guide.write_text("types:\n  age: {role: quasi, pattern: a}\n")
    path.write_text(POLICY.format(types="types: types.yaml"))
    with pytest.raises(PolicyError, match=r"types\.yaml:2: types\.age: is the name of a built-in"):
        read_policy(path)


def test_commands_take_a_file_of_types(
    guide: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{card},ICU,x" for card in VALID]
    (guide.parent / "shop.csv").write_text("\n".join(["card,place,note", *rows]))
    data = str(guide.parent / "shop.csv")
    assert main(["classify", data, "--types", str(guide)]) == 0
    with_option = capsys.readouterr().out
    assert "loyalty_card" in with_option and "ward" in with_option
    assert main(["classify", data, "--types", str(guide), "--exhaustive"]) == 0
    in_full = capsys.readouterr().out
    assert "loyalty_card" in in_full and "ward" in in_full
    monkeypatch.setenv(TYPES_FILE, str(guide))
    assert main(["classify", data]) == 0
    assert capsys.readouterr().out == with_option
    monkeypatch.delenv(TYPES_FILE)
    assert main(["draft", data, "--types", str(guide), "--out", str(guide.parent / "p.yaml")]) == 0
    drafted = (guide.parent / "p.yaml").read_text()
    assert f'types: "{guide}"' in drafted and "ward (0.97)" in drafted
    for key in ("purpose", "legal_basis", "owner"):
        drafted = drafted.replace(f"  {key}: ''", f"  {key}: t")
    (guide.parent / "p.yaml").write_text(drafted)
    assert read_policy(guide.parent / "p.yaml").policy.custom_types == load_types(guide)
