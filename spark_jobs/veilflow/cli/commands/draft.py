"""draft: classify a file, a folder or a database and write a policy, each line with its reason.

DATA and --exhaustive are as for 'veilflow classify'. Runs read folders: a draft from S3 or a
database is for a copy of it. The draft says how to make one, and its place is to be filled in.
--each writes one policy a table into the folder --out, and REVIEW.md, which lists only what needs
a person, riskiest first. Policies that are there already stay as they are; of those that load
REVIEW.md shows only what is new or contradicts them.
--update POLICY looks at the policy's source again and shows the patch for the columns that changed:
new ones get a line, vanished ones are commented out, and a column that now looks like something
else gets a comment. --write applies the patch. Decisions stay as they are.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from veilflow.cli.commands.classify import add_looking, asked_of
from veilflow.cli.console import print_json
from veilflow.errors import SourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from veilflow.classify import CustomTypes
    from veilflow.policy import Policy
    from veilflow.policy.draft import DraftTable

__all__ = ["NAME", "add_arguments", "run"]

NAME = "draft"
_TO_FILL_IN = "fill in: the folder of a copy"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to look at and where to write."""
    parser.add_argument("data", nargs="?", help="file, folder, s3://bucket/prefix or jdbc:...")
    parser.add_argument("--out", type=Path, help="policy file to write (default: standard output)")
    parser.add_argument("--dataset", help="name of the dataset (default: from DATA)")
    add_looking(parser)
    parser.add_argument(
        "--each", action="store_true", help="one policy a table and REVIEW.md, in the folder --out"
    )
    parser.add_argument("--update", type=Path, metavar="POLICY", help="show the patch it needs")
    parser.add_argument("--write", action="store_true", help="apply the patch of --update")


def run(arguments: argparse.Namespace) -> int:
    """Write the draft; an existing file is never overwritten."""
    if arguments.update is not None:
        given = (arguments.data, arguments.out, arguments.types)
        if any(one is not None for one in given) or arguments.each:
            raise UsageError(
                "--update reads the policy's own source and types; leave DATA, --out, --types and "
                "--each out"
            )
        return _update(arguments)
    if arguments.data is None:
        raise UsageError("say what to draft from: 'veilflow draft DATA', or --update POLICY")
    if arguments.write or (arguments.each and arguments.out is None):
        raise UsageError("--write goes with --update POLICY, and --each with --out FOLDER")
    from veilflow.policy.draft import draft_policy

    source = _source(arguments)
    dataset = arguments.dataset or source.dataset
    if arguments.each:
        return _write_each(arguments, source)
    text = draft_policy(
        dataset,
        source.root,
        source.file_format,
        source.tables,
        source.delimiter(),
        source.types,
        _types_file(arguments),
        source.decide_root,
    )
    if arguments.out is None:
        print_json({"policy": text}) if arguments.json else print(text)
        return 0
    try:
        with arguments.out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(
            f"{arguments.out}: exists already, and a policy holds human decisions.",
            remedy="Choose another --out, then compare the two.",
        ) from None
    print(f"{arguments.out}: read it, fill in 'purpose', then 'veilflow plan {arguments.out}'")
    return 0


def _types_file(arguments: argparse.Namespace) -> str | None:
    return None if arguments.types is None else str(arguments.types.resolve())


@dataclass(frozen=True)
class _Source:
    """What a draft says of its source, and the tables."""

    dataset: str
    root: str
    file_format: str
    delimiters: dict[str, str]
    tables: dict[str, DraftTable]
    types: CustomTypes
    decide_root: tuple[str, ...] = ()

    def delimiter(self) -> str:
        """The one delimiter of all tables. Raises SourceError if they differ."""
        found = set(self.delimiters.values()) or {","}
        if len(found) != 1:
            raise SourceError(
                "the tables are written with different delimiters; a policy reads one.",
                remedy="Draft each by itself: --each.",
            )
        return found.pop()


def _source(arguments: argparse.Namespace) -> _Source:
    from veilflow.classify.data_files import is_s3
    from veilflow.cli.tables import is_database, looking, looks, tables_under
    from veilflow.policy.draft import DraftTable

    asked, data = asked_of(arguments), arguments.data
    if is_database(data):
        tables = {
            _name(name): DraftTable(f"{name}.parquet", *look) for name, look in looks(data, asked)
        }
        dataset = _name(data.partition("?")[0].rpartition("/")[2]) or "database"
        return _Source(
            dataset, _TO_FILL_IN, "parquet", {}, tables, asked.types, _exported(tables.values())
        )
    data = data.rstrip("/") if is_s3(data) else str(Path(data).resolve())
    found = tables_under(data)
    above = [place for place in found.values() if place == data]
    root = data.rpartition("/")[0] if above else data
    formats = {_format(place) for place in found.values()}
    if len(formats) != 1:
        raise SourceError(f"{data}: holds tables of several formats; a policy reads one")
    (file_format,) = formats
    is_csv = file_format == "csv"
    delimiters = {_name(name): _delimiter(place) for name, place in found.items() if is_csv}
    with looking(asked) as look_at:
        tables = {
            _name(name): DraftTable(place.removeprefix(f"{root}/"), *look_at(place))
            for name, place in found.items()
        }
    dataset = _name(PurePosixPath(data).stem)
    shown, notes = (_TO_FILL_IN, _copied(root)) if is_s3(data) else (root or "/", ())
    return _Source(dataset, shown, file_format, delimiters, tables, asked.types, notes)


def _copied(address: str) -> tuple[str, ...]:
    """What makes a folder that runs can read of a bucket."""
    return (
        "decide: runs read folders. Copy the objects to an encrypted disk that every worker sees,",
        f"as in: aws s3 sync {json.dumps(address)} FOLDER",
        "write FOLDER as root, and delete the copy once the release is published.",
    )


def _exported(tables: Iterable[DraftTable]) -> tuple[str, ...]:
    """What makes a folder that runs can read of a database."""
    paths = [table.path for table in tables]
    more = f" and {len(paths) - 1} more, named below" if len(paths) > 1 else ""
    return (
        "decide: runs read folders. Export each table as Parquet, on an encrypted disk that every",
        f"worker sees, to FOLDER/{paths[0]}{more}; by Spark:",
        'spark.read.jdbc(ADDRESS, TABLE).write.parquet("FOLDER/TABLE.parquet")',
        "Write FOLDER as root, and delete the export once the release is published.",
    )


def _write_each(arguments: argparse.Namespace, source: _Source) -> int:
    from veilflow.policy.draft import draft_policy
    from veilflow.policy.review import review_page

    texts = {
        f"{name}.yaml": draft_policy(
            name,
            source.root,
            source.file_format,
            {name: table},
            source.delimiters.get(name, ","),
            source.types,
            _types_file(arguments),
            source.decide_root,
        )
        for name, table in source.tables.items()
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    kept = [name for name in texts if (arguments.out / name).exists()]
    decided = _decided(arguments.out, source.tables)
    new = {name: text for name, text in texts.items() if name not in kept}
    for name, text in new.items():
        with (arguments.out / name).open("x", encoding="utf-8") as file:
            file.write(text)
    page = arguments.out / "REVIEW.md"
    page.write_text(review_page(source.tables, source.types, decided), encoding="utf-8")
    written = [*(str(arguments.out / name) for name in new), str(page)]
    if arguments.json:
        print_json({"written": written, "kept": [str(arguments.out / name) for name in kept]})
        return 0
    print("\n".join(written))
    for name in kept:
        print(f"{arguments.out / name}: kept as it is; 'veilflow draft --update' shows its patch")
    return 0


def _decided(folder: Path, tables: Mapping[str, DraftTable]) -> dict[str, Policy]:
    """The policies in ``folder`` that load. A draft that nobody has filled in decides nothing."""
    from veilflow.errors import PolicyError
    from veilflow.policy import load_policy

    found = {}
    for name in tables:
        try:
            policy = load_policy(folder / f"{name}.yaml")
        except PolicyError:
            continue
        if name in policy.tables:
            found[name] = policy
    return found


def _update(arguments: argparse.Namespace) -> int:
    from veilflow.cli.tables import Asked, looking
    from veilflow.pipeline.home import expand
    from veilflow.pipeline.source import resolve_root
    from veilflow.policy import load_policy
    from veilflow.policy.draft import DraftTable
    from veilflow.policy.draft_update import update_policy
    from veilflow.study.policy_edit import PolicyEdit

    policy = load_policy(arguments.update)
    before = arguments.update.read_bytes()
    root = resolve_root(expand(policy.source.root), arguments.update.resolve(), None)
    asked = Asked(
        arguments.rows, arguments.exhaustive, spark=arguments.spark, types=policy.custom_types
    )
    with looking(asked) as look_at:
        tables = {
            name: DraftTable(table.path, *look_at(root / table.path))
            for name, table in policy.tables.items()
        }
    found = update_policy(before.decode("utf-8"), policy, tables)
    edit = PolicyEdit(arguments.update, before, found.text.encode("utf-8"))
    if arguments.write and found.changes:
        edit.write()
    if arguments.json:
        changes = [
            {"table": c.table, "column": c.column, "change": c.change,
             "proposal": c.proposal, "why": c.why}
            for c in found.changes
        ]  # fmt: skip
        settled = [dataclasses.asdict(one) for one in found.settled]
        print_json({"changes": changes, "diff": edit.diff(), "written": arguments.write,
                    "settled": settled})  # fmt: skip
        return 0
    print(edit.diff() or "the policy settles every column of the source\n", end="")
    for one in found.settled:
        print(
            f"settled: {one.table}.{one.column} looks like {one.found}; the policy says "
            f"'type: {one.type}' ({one.reason or 'without a reason'})"
        )
    return 0


def _format(place: str) -> str:
    from veilflow.classify.data_files import files_at

    endings = {PurePosixPath(file.name).suffix for file in files_at(place)}
    known = endings & {".csv", ".parquet"}
    if len(known) != 1:
        raise SourceError(f"{place}: a policy reads CSV or Parquet; convert other files to Parquet")
    return known.pop().removeprefix(".")


def _delimiter(place: str) -> str:
    import csv
    import io

    from veilflow.classify.data_files import files_at

    file = next(file for file in files_at(place) if file.name.endswith(".csv"))
    with file.open() as stored:
        lines = io.TextIOWrapper(stored, encoding="utf-8-sig", errors="replace", newline="")
        try:
            return csv.Sniffer().sniff(lines.readline(), delimiters=",;\t|").delimiter
        except csv.Error:
            return ","


def _name(text: str) -> str:
    name = re.sub(r"[^a-z0-9_-]+", "_", text.lower()).strip("_-")
    return name if name[:1].isalpha() else f"t_{name}"
