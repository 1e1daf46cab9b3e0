"""Released tables join as far as the policy says, and no further; values can be revealed again."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from veilflow.cli import main
from veilflow.errors import (
    KeyDestroyed,
    KeyNotFound,
    ReleaseRefused,
    StageFailed,
    VaultUnavailable,
)
from veilflow.keys import open_provider
from veilflow.pipeline.audit import read_audit
from veilflow.store.key_records import (
    forget_keys,
    load_masking_root,
    masking_key,
    masking_key_ref,
    opened_release,
    release_key_ref,
)
from veilflow.store.manifest import load_manifest

from tests.pipeline.place import PURPOSE, Place

pytestmark = [pytest.mark.spark, pytest.mark.slow]

Rows = list[dict[str, Any]]
KEYED = {
    "patient": {"role": "identifier", "protect": "token"},
    "hospital": "pseudonym",
    "number": "pseudonym",
}
TABLES = {
    "patients": {
        **KEYED,
        "mail": {"role": "identifier", "protect": "token", "domain": {"scope": "dataset"}},
        "account": {"role": "identifier", "protect": "token", "domain": {"scope": "recipient"}},
        "ticket": {"role": "identifier", "protect": "pseudonym", "domain": {"scope": "release"}},
        "phone": {"role": "identifier", "protect": {"fpe": {}}},
        "plain": "keep",
    },
    "encounters": {
        **KEYED,
        "encounter": {"role": "identifier", "protect": "vault_token"},
        "seen_by": {"role": "identifier", "protect": "token", "domain": "unit"},
    },
    "notes": {
        "patient": KEYED["patient"],
        "about": {"role": "identifier", "protect": "vault_token", "domain": "visit"},
        "kind": "keep",
    },
}
TABLES["encounters"]["encounter"] = TABLES["notes"]["about"]
FEWER = ("patients", "notes")
PEOPLE, HOSPITALS = 24, 3


def patient(number: int) -> str:
    return f"Zebedee-{number:04d}"


def write_tables(place: Place) -> None:
    """Every patient has an own number in a hospital; every second one an encounter with a note."""
    people = range(PEOPLE)
    own = {
        "patient": [patient(n) for n in people],
        "hospital": [f"Quux-{n % HOSPITALS}" for n in people],
        "number": [f"mrn-{n // HOSPITALS:03d}" for n in people],
    }
    more = {name: [f"Zebedee-{name}-{n}" for n in people] for name in ("mail", "account", "ticket")}
    more["phone"] = [f"0790-555-{n:04d}" for n in people]
    place.write(pa.table({**own, **more, "plain": [str(n) for n in people]}), "patients")
    seen = {name: values[::2] for name, values in own.items()}
    encounters = [f"Zebedee-visit-{n}" for n in people[::2]]
    others = [patient(PEOPLE - 1 - n) for n in people[::2]]
    place.write(pa.table({**seen, "encounter": encounters, "seen_by": others}), "encounters")
    kinds = [f"kind {n % 2}" for n in people[::2]]
    place.write(pa.table({"patient": seen["patient"], "about": encounters, "kind": kinds}), "notes")


def policy(
    place: Place, recipient: str = "planning", names: tuple[str, ...] = FEWER, **publish: str
) -> Path:
    tables = {name: {"path": name, "columns": TABLES[name]} for name in names}
    return place.policy(
        tables=tables,
        privacy_unit="patient",
        anonymize=None,
        purpose={**PURPOSE, "recipients": [recipient]},
        publish={**place.publication("nightly"), **publish},
    )


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory, judges: Path, spark: Any) -> Iterator[Place]:
    """Two nights for planning, one for research; then the root is rotated, and a third night."""
    place = Place(tmp_path_factory.mktemp("hospital"), judges, spark)
    write_tables(place)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VEILFLOW_HOME", str(place.home))
        patch.setenv("VEILFLOW_JUDGE", "fixed_judges:passes")
        patch.syspath_prepend(str(judges))
        place.release(policy(place, names=tuple(TABLES)), "night-1")
        place.release(policy(place), "night-2")
        place.release(policy(place, "research"), "research-1")
        chosen = policy(place)
        arguments = ["keys", "rotate-masking", str(chosen)]
        assert main([*arguments, "--confirm", "people"]) == 1
        assert main([*arguments, "--reason", "yearly"]) == 1
        assert main([*arguments, "--confirm", "people", "--reason", "yearly"]) == 0
        place.release(chosen, "night-3")
        yield place


def joined(left: Rows, right: Rows, *on: tuple[str, str]) -> list[tuple[dict[str, Any], ...]]:
    """The pairs of rows whose columns are equal, as any reader would join them."""
    index: dict[tuple[Any, ...], Rows] = {}
    for row in right:
        index.setdefault(tuple(row[name] for _, name in on), []).append(row)
    return [(row, other) for row in left for other in index.get(tuple(row[n] for n, _ in on), [])]


def column(rows: Rows, name: str) -> set[Any]:
    return {row[name] for row in rows}


def test_foreign_and_composite_keys_still_join(hospital: Place) -> None:
    patients, encounters, notes = (hospital.rows("night-1", table) for table in TABLES)
    seen = joined(encounters, patients, ("patient", "patient"))
    assert len(seen) == PEOPLE // 2
    composite = joined(encounters, patients, ("hospital", "hospital"), ("number", "number"))
    assert sorted(map(str, composite)) == sorted(map(str, seen))
    assert len(column(patients, "hospital")) == HOSPITALS
    assert len(joined(notes, encounters, ("about", "encounter"), ("patient", "patient"))) == 12
    # Another person, by the name that the policy gives the column's domain.
    assert len(joined(encounters, patients, ("seen_by", "patient"))) == PEOPLE // 2
    # All the way, and to the right person: the plain column says who it is.
    source = {patient(n): str(n) for n in range(PEOPLE)}
    plain = sorted(int(found["plain"]) for _, found in seen)
    assert plain == list(range(0, PEOPLE, 2)) and set(map(str, plain)) <= set(source.values())
    shown = str([patients, encounters, notes])
    assert "Zebedee" not in shown and "Quux" not in shown and "mrn-" not in shown


OF_A_SERIES = frozenset({"patient", "phone", "hospital", "number"})
COLUMNS = OF_A_SERIES | {"mail", "account", "ticket"}
#: Two releases, and the columns of patients that join between them.
CASES: dict[str, tuple[str, str, frozenset[str]]] = {
    "two nights of one series": ("night-1", "night-2", OF_A_SERIES | {"mail", "account"}),
    "two recipients": ("night-1", "research-1", frozenset({"mail"})),
    "before and after a rotation": ("night-2", "night-3", frozenset()),
}


@pytest.mark.parametrize("case", CASES)
def test_releases_join_as_far_as_the_policy_says(hospital: Place, case: str) -> None:
    first, second, join = CASES[case]
    left, right = hospital.rows(first, "patients"), hospital.rows(second, "patients")
    for name in COLUMNS:
        mine, theirs = column(left, name), column(right, name)
        assert (mine == theirs) if name in join else not (mine & theirs), name
    mine, theirs = (column(hospital.rows(release, "notes"), "about") for release in (first, second))
    assert (mine == theirs) if "patient" in join else not (mine & theirs)


def test_the_manifest_tells_versions_and_scopes(hospital: Place) -> None:
    for release, version in (("night-2", 1), ("night-3", 2)):
        manifest = load_manifest(hospital.store, "people", release, None)
        told = {
            (one["table"], one["column"]): (one["transform"], one["scope"], one["key_version"])
            for one in manifest.public_evidence["masking"]  # type: ignore[union-attr]
        }
        assert told["patients", "patient"] == ("token", "series", version)
        assert told["patients", "mail"] == ("token", "dataset", version)
        assert told["patients", "ticket"] == ("pseudonym", "release", version)
        assert told["notes", "about"] == ("vault_token", "series", version)
        patients = hospital.rows(release, "patients")
        assert all(row["patient"].startswith(f"t{version}.") for row in patients)


def test_a_plan_of_the_rotation_lists_what_ends(
    hospital: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "plan-rotation", str(policy(hospital)), "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["version"], [one["release"] for one in plan["releases"]]) == (2, ["night-3"])
    (one,) = plan["releases"]
    assert one["state"] == "enabled"
    assert "patients.ticket" not in one["joins_end"] and "patients.mail" in one["joins_end"]
    assert {"patients.patient", "notes.about"} <= set(one["revealable"])
    assert set(one["rerun"]) == {"patients.hospital", "patients.number"}
    assert main(["keys", "plan-rotation", str(policy(hospital))]) == 0
    assert "no longer joins with these" in capsys.readouterr().out


Reveal = Callable[..., tuple[int, str, str]]


@pytest.fixture
def reveal(
    hospital: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Reveal:
    def run(shown: list[str], release: str, place: str, *more: str) -> tuple[int, str, str]:
        forget_keys()
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(shown)))
        capsys.readouterr()
        store = f"file://{hospital.home}/store"
        code = main(["reveal", "people", place, "--release", release, "--store", store, *more])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_revealed_with_a_reason_and_on_record(
    hospital: Place, reveal: Reveal, tmp_path: Path
) -> None:
    places = {"patients.patient": "patient", "patients.mail": "mail", "notes.about": "about",
              "patients.phone": "phone"}  # fmt: skip
    for release in ("night-1", "night-3", "research-1"):
        for place, name in places.items():
            shown = sorted(column(hospital.rows(release, place.partition(".")[0]), name))
            code, out, err = reveal(shown, release, place, "--reason", "request 17", "--json")
            found = {row["released"]: row["value"] for row in json.loads(out)}
            assert code == 0 and list(found) == shown
            assert all(value.startswith(("Zebedee-", "0790-555-")) for value in found.values())
            assert len(set(found.values())) == len(shown) and "Zebedee" not in err
            record = read_audit(hospital.store)[-1]
            assert (record["action"], record["subject"]) == ("reveal", f"people/{release}/{place}")
            assert record["details"]["reason"] == "request 17"
            assert record["details"]["values"] == str(len(shown))
            assert "Zebedee" not in str(record) and shown[0] not in str(record)

    out_file, values = tmp_path / "out.csv", tmp_path / "values.txt"
    values.write_text("\n".join(shown))
    code, out, _ = reveal([], release, place, "--reason", "r", "--values", str(values),
                          "--out", str(out_file))  # fmt: skip
    assert (code, out) == (0, "") and out_file.read_text().count("0790-555-") == len(shown)
    assert stat.S_IMODE(out_file.stat().st_mode) == 0o600


def test_what_is_not_revealed(hospital: Place, reveal: Reveal, tmp_path: Path) -> None:
    token = hospital.rows("night-1", "patients")[0]["patient"]
    audited = len(read_audit(hospital.store))
    for place, more, says in (
        ("patients.patient", (), "needs a reason"),
        ("patients.patient", ("--reason", "  "), "needs a reason"),
        ("patients.hospital", ("--reason", "r"), "pseudonym has no way back"),
        ("patients.plain", ("--reason", "r"), "keep has no way back"),
        ("patients.gone", ("--reason", "r"), "has no column 'gone'"),
        ("gone.patient", ("--reason", "r"), "has no table 'gone'"),
        ("patients", ("--reason", "r"), "TABLE.COLUMN"),
    ):
        code, out, err = reveal([token], "night-1", place, *more)
        assert (code, out) == (1, "") and says in err
    assert len(read_audit(hospital.store)) == audited

    # Of another column, another release, or made up: nothing comes out, and it is told.
    code, out, err = reveal([token, "t1.00", "Ann"], "night-1", "patients.mail", "--reason", "r")
    assert code == 1 and "0 of 3 revealed" in err and "Zebedee" not in out
    code, out, err = reveal(["Ann", "12"], "night-1", "patients.phone", "--reason", "r")
    assert code == 1 and "0 of 2 revealed" in err
    code, out, err = reveal([token], "research-1", "patients.patient", "--reason", "r")
    assert code == 1 and "0 of 1 revealed" in err
    code, out, err = reveal([token.replace("t1.", "t9.")], "night-1", "patients.patient",
                            "--reason", "r")  # fmt: skip
    assert code == 1 and "no key record 'keys/people/masking/masking-9.json'" in err

    # A reader's keyring opens the release and not the masking root; the attempt is on record.
    reader = tmp_path / "reader"
    reader.mkdir(mode=0o700)
    for path in (hospital.home / "keyring").glob("people*"):
        if "masking" not in path.name:
            (reader / path.name).write_bytes(path.read_bytes())
            (reader / path.name).chmod(0o600)
    forget_keys()
    ref = release_key_ref(f"file://{reader}", hospital.store.uri, "people", "night-1")
    assert opened_release(ref).keks and not opened_release(ref).closed
    root = masking_key_ref(f"file://{reader}", hospital.store.uri, "people")
    with pytest.raises(KeyNotFound, match="no key 'people/masking'"):
        masking_key(root, "people/nightly/planning/unit", "token")
    audited = len(read_audit(hospital.store))
    code, out, err = reveal([token], "night-1", "patients.patient", "--reason", "r",
                            "--keys", f"file://{reader}")  # fmt: skip
    assert (code, out) == (1, "") and "no key 'people/masking'" in err
    assert len(read_audit(hospital.store)) == audited + 1


def test_a_shredded_release_leaves_the_masking_root(hospital: Place, reveal: Reveal) -> None:
    token = hospital.rows("night-2", "patients")[0]["patient"]
    open_provider(hospital.keys).destroy("people/release/night-2")
    forget_keys()
    code, out, _ = reveal([token], "night-1", "patients.patient", "--reason", "r")
    assert code == 0 and "Zebedee-" in out
    assert load_masking_root(hospital.store, "people", "masking").version == 2


def test_a_vault_that_fails_releases_nothing(
    empty_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tables(empty_place)
    run = empty_place.pin(policy(empty_place, vault="sqlite:///proc/nowhere/vault.db"))
    empty_place.stage(run, "classify")
    with pytest.raises(VaultUnavailable, match="can't be used"):
        empty_place.stage(run, "protect")
    empty_place.assert_never_began(run.record.run)
    # One that goes down later is met by a worker, whose own words come through.
    gone = f"sqlite://{empty_place.home}/gone.db"
    monkeypatch.setattr(
        "veilflow.spark.stages.protect.opened_resources", lambda *_: {"vault": gone}
    )
    with pytest.raises(StageFailed, match="SQLITE_CANTOPEN.*new values|SQLITE_CANTOPEN") as raised:
        empty_place.stage(run, "protect")
    assert "The token vault" in str(raised.value) and "Zebedee" not in str(raised.value)
    assert run.evidence("protect") is None


def test_without_its_masking_key_a_run_says_so(empty_place: Place) -> None:
    write_tables(empty_place)
    run = empty_place.pin(policy(empty_place))
    empty_place.stage(run, "classify")
    open_provider(empty_place.keys).destroy("people/masking")
    forget_keys()
    with pytest.raises((KeyDestroyed, StageFailed, ReleaseRefused), match="was destroyed"):
        empty_place.stage(run, "protect")
    assert empty_place.current() is None
