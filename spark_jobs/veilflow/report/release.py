"""Where the release is, under which keys, how to verify and read it, and its files."""

from __future__ import annotations

import shlex

from veilflow.evidence import PublishedRelease
from veilflow.report.facts import Facts
from veilflow.report.formatting import bytes_size, plural
from veilflow.report.layout import Column, code, data_table, facts_list, fold, section
from veilflow.report.markup import Child, Markup, join, tag

__all__ = ["release"]

_FILES = (
    Column("File"),
    Column("Rows", numeric=True),
    Column("Size", numeric=True),
    Column("SHA-256 of the encrypted file"),
)


def release(facts: Facts) -> Markup:
    given = facts.released
    if given is None:
        lead = "Nothing was published, so there is no manifest, and readers trust only a manifest."
        return section("release", "Release", lead, _files(facts))
    lead = "Readers trust only the signed manifest and the files whose hashes it lists."
    return section(
        "release",
        "Release",
        lead,
        tag(
            "div",
            tag("div", tag("h3", "Where it is"), facts_list(_place(given))),
            tag("div", tag("h3", "Keys and signature"), facts_list(_keys(given))),
            class_="pair",
        ),
        _commands(facts.dataset, given),
        _files(facts),
    )


def _place(given: PublishedRelease) -> list[tuple[str, Child]]:
    rows = ", ".join(f"{table} {count:,}" for table, count in given.rows.items())
    return [
        ("Release", code(given.release)),
        ("Series", given.series),
        ("Number", "none" if given.number is None else f"{given.number:,}"),
        ("Place", code(given.prefix)),
        ("Rows", rows or "none"),
        ("Manifest SHA-256", _manifest(given)),
        ("Report", code(given.report) if given.report else "not stored with the release"),
    ]


def _manifest(given: PublishedRelease) -> Markup | str:
    # The manifest names the evidence shown here, so it is signed after the report is written.
    return code(given.manifest_sha256) if given.manifest_sha256 else "signed after this report"


def _keys(given: PublishedRelease) -> list[tuple[str, Child]]:
    classes = [join(", " if i else None, code(name)) for i, name in enumerate(given.classes)]
    return [
        ("Key provider", given.provider),
        ("Release key", code(given.release_key)),
        ("Column classes", join(classes) if classes else "none"),
        ("Signed by", given.signer),
        ("Signer's fingerprint", code(given.signer_fingerprint)),
        ("When the key is destroyed", given.shredding or "not recorded"),
    ]


def _commands(dataset: str, given: PublishedRelease) -> Markup:
    chosen = f"{shlex.quote(dataset)} --release {shlex.quote(given.release)}{_store(given)}"
    return tag(
        "div",
        _command(
            "Verify it",
            f"veilflow verify {chosen}",
            "Checks signature, manifest, evidence and file hashes; it needs the publisher's public "
            "key, which you compare with the fingerprint above, and no key that decrypts.",
        ),
        _command(
            "Read it",
            f"veilflow read {chosen}",
            "Shows the columns that your key grants open, and lists the others.",
        ),
        class_="commands",
    )


def _store(given: PublishedRelease) -> str:
    """The option that names the store: what stands before releases/ in the release's place."""
    place, question, options = given.prefix.partition("?")
    base, folder, _ = place.rpartition("/releases/")
    return f" --store {shlex.quote(base + question + options)}" if folder else ""


def _command(heading: str, command: str, sentence: str) -> Markup:
    return tag(
        "div", tag("h3", heading), tag("pre", code(command)), tag("p", sentence, class_="quiet")
    )


def _files(facts: Facts) -> Markup | None:
    if not facts.files:
        return None
    size = sum(each.bytes for each in facts.files)
    tables = dict.fromkeys(each.table for each in facts.files)
    groups = [
        (
            table,
            [
                (code(f.path), f"{f.rows:,}", bytes_size(f.bytes), code(f.sha256))
                for f in facts.files
                if f.table == table
            ],
        )
        for table in tables
    ]
    what = "with their hashes" if not facts.refused else "as they were before the refusal"
    summary = f"{plural(len(facts.files), 'output file')}, {bytes_size(size)}, {what}"
    return fold(summary, data_table(_FILES, groups, class_="files"))
