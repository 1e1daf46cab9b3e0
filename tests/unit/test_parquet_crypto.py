"""Encrypted Parquet: what the bytes show, what each key opens, and what a change does."""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import io
import json
import re
import secrets
from collections.abc import Callable, Mapping

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.errors import (
    IntegrityError,
    KeyUnavailable,
    StageFailed,
    UsageError,
    VeilflowError,
)
from veilflow.keys.context import length_prefixed
from veilflow.store.column_keys import decryption_properties
from veilflow.store.parquet_crypto import (
    FOOTER,
    EncryptedFile,
    EncryptedWriter,
    read_encrypted,
    write_encrypted,
)

KEKS = {name: secrets.token_bytes(32) for name in (FOOTER, "identity", "clinical", "none: a, b;")}
NAMES = ["Jane Unmistakable", "Zoë Unverkennbar", "Ørsted"] * 100
NUMBERS = [7_239_184_650_123_457 + n for n in range(300)]
TABLE = pa.table(
    {
        "patient_name": NAMES,
        "social_security": pa.array(NUMBERS, pa.int64()),
        "visit": pa.array(
            [{"diagnosis": f"code-{n % 7}", "doses": [n, n + 1]} for n in range(300)],
            pa.struct([("diagnosis", pa.string()), ("doses", pa.list_(pa.int32()))]),
        ),
        "extras": pa.array([[("unmistakable-key", n)] for n in range(300)], pa.map_("str", "i4")),
        "born": pa.array([dt.date(1950, 1, 1) + dt.timedelta(n) for n in range(300)]),
    }
)
CLASSES = {
    "patient_name": "identity",
    "social_security": "identity",
    "visit": "clinical",
    "extras": "clinical",
    "born": "none: a, b;",
}


def encrypt(table: pa.Table = TABLE, keks: Mapping[str, bytes] = KEKS, **more: object) -> bytes:
    more = {"classes": CLASSES, **more}
    return write_encrypted(table.to_batches(), table.schema, keks, **more)  # type: ignore[arg-type]


def only(*classes: str) -> dict[str, bytes]:
    return {name: KEKS[name] for name in (FOOTER, *classes)}


# -- what the bytes show -----------------------------------------------------------------------

SECRETS = {
    "column name": b"patient_name",
    "nested field": b"diagnosis",
    "text value": b"Unmistakable",
    "value in UTF-8": "Zoë".encode(),
    "value in a list or map": b"unmistakable-key",
    "smallest number, as statistics hold it": NUMBERS[0].to_bytes(8, "little"),
    "largest number": NUMBERS[-1].to_bytes(8, "little"),
    "Arrow's copy of the schema": b"ARROW:schema",
    "our own metadata": b"veilflow.columns",
    "class name": b"identity",
    "quoted class name": b"none%3A",
    "footer KEK": KEKS[FOOTER],
    "class KEK": KEKS["identity"],
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
def test_nothing_shows_in_the_bytes(secret: bytes) -> None:
    data = encrypt()
    for form in (secret, secret.hex().encode(), base64.b64encode(secret).rstrip(b"=")[:-1]):
        assert form not in data


def test_the_same_search_finds_everything_in_a_plain_file() -> None:
    sink = io.BytesIO()
    plain = TABLE.replace_schema_metadata({"veilflow.columns": "identity none%3A"})
    pq.write_table(plain, sink, compression="none", use_dictionary=False)
    sink.write(KEKS[FOOTER] + KEKS["identity"])
    assert [what for what, secret in SECRETS.items() if secret not in sink.getvalue()] == []


def test_footer_and_columns_are_under_aes_gcm_with_keys_of_256_bits() -> None:
    data = encrypt()
    assert (data[:4], data[-4:]) == (b"PARE", b"PARE")
    material = json.loads(re.search(rb"\{[^{}]*wrappedDEK[^{}]*\}", data)[0])  # type: ignore[index]
    assert len(base64.b64decode(material["wrappedDEK"])) == 12 + 32 + 16
    assert material["doubleWrapping"] is False
    assert material["masterKeyID"] == FOOTER
    assert "kek" not in json.dumps(material).lower()


def test_files_of_equal_content_have_nothing_in_common() -> None:
    one, two = encrypt(), encrypt()
    chunks = {one[at : at + 16] for at in range(4, len(one) - 16, 16)}
    shared = sum(two[at : at + 16] in chunks for at in range(4, len(two) - 16))
    assert shared < 20  # the frame of the footer's key material


# -- what each key opens -----------------------------------------------------------------------


def test_all_keys_open_all() -> None:
    assert read_encrypted(encrypt(), KEKS).equals(TABLE)
    assert read_encrypted(encrypt(), KEKS, ["born", "visit"]).equals(TABLE.select([4, 2]))


def test_a_readers_columns_are_those_its_keys_open() -> None:
    file = EncryptedFile.open(encrypt(), only("clinical"))
    assert file.readable == ("visit", "extras")
    assert file.closed == ("patient_name", "social_security", "born")
    assert file.schema == TABLE.schema
    assert (file.rows, dict(file.classes)) == (300, CLASSES)
    assert file.read().equals(TABLE.select(["visit", "extras"]))


def test_a_named_column_without_its_key_is_refused_by_name_and_class() -> None:
    with pytest.raises(KeyUnavailable, match="'born'.*none: a, b;"):
        read_encrypted(encrypt(), only("clinical"), ["visit", "born"])
    with pytest.raises(UsageError, match="no column 'dose'"):
        read_encrypted(encrypt(), KEKS, ["dose"])


def test_without_the_footers_key_nothing_opens() -> None:
    with pytest.raises(KeyUnavailable, match=f"'{FOOTER}'"):
        read_encrypted(encrypt(), {"identity": KEKS["identity"]})


@pytest.mark.parametrize("column", range(5))
def test_the_footers_key_alone_opens_no_column_even_for_pyarrow_itself(column: int) -> None:
    file = pq.ParquetFile(
        pa.BufferReader(encrypt()), decryption_properties=decryption_properties(only(), "")
    )
    with pytest.raises(KeyUnavailable):
        file.read(columns=[file.schema_arrow.names[column]])


def footer_opened_by_hand(data: bytes) -> bytes:
    """The footer's plaintext, by the Parquet specification and AES-GCM alone."""
    length = int.from_bytes(data[-8:-4], "little")
    tail = data[-8 - length : -8]  # key material and file identifier, then the encrypted footer
    found = re.search(rb'\{"[^{}]*\}', tail)
    assert found is not None
    material = json.loads(found[0])
    rest = range(found.end(), len(tail))
    at = next(n for n in rest if tail[n : n + 4] == (len(tail) - n - 4).to_bytes(4, "little"))
    wrapped = base64.b64decode(material["wrappedDEK"])
    key = AESGCM(KEKS[FOOTER]).decrypt(
        wrapped[:12],
        wrapped[12:],
        length_prefixed(b"veilflow-parquet-column-key-v1", b"footer", b""),
    )
    for start in range(at - 7):  # the file's 8 random bytes; module type 0 is the footer
        try:
            return AESGCM(key).decrypt(
                tail[at + 4 : at + 16], tail[at + 16 :], tail[start : start + 8] + b"\0"
            )
        except InvalidTag:
            continue
    raise AssertionError("the footer isn't AES-GCM under the wrapped key")


def test_the_footers_key_shows_names_but_no_statistics() -> None:
    footer = footer_opened_by_hand(encrypt())
    assert b"patient_name" in footer and b"diagnosis" in footer
    for value in (b"Unmistakable", "Ørsted".encode(), *(n.to_bytes(8, "little") for n in NUMBERS)):
        assert value not in footer
        assert base64.b64encode(value).rstrip(b"=")[:-1] not in footer


def test_another_releases_key_is_told_from_a_missing_one() -> None:
    data = encrypt()
    for name in KEKS:
        with pytest.raises(IntegrityError, match=re.escape(repr(name))):
            read_encrypted(data, {**KEKS, name: secrets.token_bytes(32)})
    with pytest.raises(UsageError, match="256 bits"):
        read_encrypted(data, {**KEKS, FOOTER: KEKS[FOOTER][:16]})


def test_one_classes_key_does_not_open_another_class() -> None:
    keks = {**KEKS, "clinical": KEKS["identity"]}
    with pytest.raises(IntegrityError):
        read_encrypted(encrypt(), keks, ["visit"])
    # and a wrapped key is bound to its class, even where two classes' keys are the same bytes
    data = encrypt(keks=keks).replace(b'"masterKeyID":"footer"', b'"masterKeyID":"foofoo"')
    with pytest.raises(IntegrityError, match="'foofoo'"):
        read_encrypted(data, {**keks, "foofoo": keks[FOOTER]})


# -- what a change does ------------------------------------------------------------------------


def test_a_file_does_not_open_in_another_files_place() -> None:
    data = encrypt(context="releases/a/1/patients/part-0.parquet")
    read_encrypted(data, KEKS, context="releases/a/1/patients/part-0.parquet")
    for other in ("", "releases/a/1/patients/part-1.parquet", "releases/a/1/visits/part-0.parquet"):
        with pytest.raises(IntegrityError):
            read_encrypted(data, KEKS, context=other)


def chunk_ranges(data: bytes) -> dict[tuple[int, int], slice]:
    """Byte range of every column chunk, by (row group, column)."""
    metadata = EncryptedFile.open(data, KEKS)._file.metadata
    found = {}
    for group in range(metadata.num_row_groups):
        for number in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(number)
            start = chunk.dictionary_page_offset or chunk.data_page_offset
            found[group, number] = slice(start, start + chunk.total_compressed_size)
    return found


def swapped(data: bytes, here: slice, other: bytes, there: slice) -> bytes:
    assert here.stop - here.start == there.stop - there.start
    return data[: here.start] + other[there] + data[here.stop :]


def test_column_chunks_can_not_be_moved() -> None:
    numbers = pa.table({name: pa.array([*range(50)] * 2, pa.int64()) for name in ("left", "right")})
    classes = {"left": "identity", "right": "identity"}
    one, two = (encrypt(numbers, classes=classes, row_group_rows=50) for _ in range(2))
    at, other = chunk_ranges(one), chunk_ranges(two)
    assert read_encrypted(swapped(one, at[0, 0], one, at[0, 0]), KEKS).equals(numbers)
    moves = {
        "between files": swapped(one, at[0, 0], two, other[0, 0]),
        "between columns": swapped(one, at[0, 0], one, at[0, 1]),
        "between row groups": swapped(one, at[0, 0], one, at[1, 0]),
    }
    for moved in moves.values():
        with pytest.raises(IntegrityError):
            read_encrypted(moved, KEKS)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_changed_byte_changes_what_is_read(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(SAMPLE) - 1))
    changed = bytearray(SAMPLE)
    changed[place] ^= data.draw(st.integers(1, 255))
    try:
        found = read_encrypted(bytes(changed), KEKS)
    except VeilflowError as error:
        assert_silent(error)
        return
    # Labels that nobody uses, around the footer's wrapped key, aren't authenticated.
    label = SAMPLE.rindex(b'"wrappedDEK"')
    assert label - 200 < place < label + 120
    assert found.equals(TABLE.slice(0, 40))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000))
def test_no_cut_goes_unnoticed(length: int) -> None:
    with pytest.raises(VeilflowError) as refused:
        read_encrypted(SAMPLE[: length % len(SAMPLE)], KEKS)
    assert_silent(refused.value)


SAMPLE = encrypt(TABLE.slice(0, 40), row_group_rows=20)


def assert_silent(error: BaseException) -> None:
    text = f"{error} {error!r} {vars(error)}"
    for value in ("Unmistakable", "code-", "72391846", KEKS[FOOTER].hex(), repr(KEKS["identity"])):
        assert value not in text
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__


def plain_file() -> bytes:
    sink = io.BytesIO()
    pq.write_table(TABLE, sink)
    return sink.getvalue()


def file_of_others(*, plaintext_footer: bool) -> bytes:
    """Encrypted by PyArrow alone, under our key's bytes but not by our rules."""

    class Plain(pe.KmsClient):
        def wrap_key(self, key_bytes: bytes, _: str) -> str:
            return base64.b64encode(key_bytes).decode()

        def unwrap_key(self, wrapped_key: str, _: str) -> bytes:
            return base64.b64decode(wrapped_key)

    configuration = pe.EncryptionConfiguration(
        FOOTER,
        column_keys={"identity": ["patient_name"]},
        plaintext_footer=plaintext_footer,
        double_wrapping=False,
    )
    properties = pe.CryptoFactory(lambda _: Plain()).file_encryption_properties(
        pe.KmsConnectionConfig(), configuration
    )
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, TABLE.schema, encryption_properties=properties) as writer:
        writer.write_table(TABLE)
    return sink.getvalue()


NOT_OURS: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "noise": lambda: secrets.token_bytes(1000),
    "magic alone": lambda: b"PARE" * 10,
    "plain Parquet": plain_file,
    "plain footer": lambda: file_of_others(plaintext_footer=True),
    "keys not wrapped by us": lambda: file_of_others(plaintext_footer=False),
}


@pytest.mark.parametrize("make", NOT_OURS.values(), ids=NOT_OURS.keys())
def test_what_we_did_not_encrypt_is_refused(make: Callable[[], bytes]) -> None:
    with pytest.raises(IntegrityError) as refused:
        read_encrypted(make(), KEKS)
    assert_silent(refused.value)


# -- shapes ------------------------------------------------------------------------------------

WIDE = {
    "null": pa.nulls(5),
    "bool": pa.array([True, None, False, True, None]),
    "float": pa.array([1.5, float("inf"), -0.0, None, 2.0]),
    "decimal": pa.array([decimal.Decimal("1.23"), None] * 2 + [None], pa.decimal128(38, 2)),
    "binary": pa.array([b"\0\1", b"", None, b"x", b"y"]),
    "timestamp": pa.array([0, 1, None, 3, 4], pa.timestamp("us", "UTC")),
    "local timestamp": pa.array([0, 1, None, 3, 4], pa.timestamp("us")),
    "dictionary": pa.array(["a", "b", None, "a", "a"]).dictionary_encode(),
    "list of structs": pa.array([[{"a": 1}], [], None, [{"a": None}], [None]]),
    "list of lists": pa.array([[[1], []], None, [], [None], [[2, 3]]]),
    "large text": pa.array(["a", None, "", "b", "c"], pa.large_string()),
}


@pytest.mark.parametrize("column", WIDE.values(), ids=WIDE.keys())
def test_types_come_back(column: pa.Array) -> None:
    table = pa.table({"c": column})
    assert read_encrypted(encrypt(table, classes={"c": "clinical"}), KEKS).equals(table)


ODD_NAMES = [
    "a,b",
    "x;y",
    "p:q",
    " lead",
    "trail\t",
    "dot.ted",
    "dot",
    "100%",
    "a%2Cb",
    "Ünï",
    "表",
]


def test_column_names_are_free_text() -> None:
    table = pa.table({name: [1, 2] for name in [*ODD_NAMES, ""]})
    classes = dict.fromkeys(table.column_names, "clinical")
    data = encrypt(table, classes=classes)
    assert read_encrypted(data, KEKS).equals(table)
    for name in table.column_names:
        assert read_encrypted(data, KEKS, [name]).column_names == [name]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, unique=True))
def test_any_names_come_back(names: list[str]) -> None:
    table = pa.table({name: [number] for number, name in enumerate(names)})
    data = encrypt(table, classes=dict.fromkeys(names, "identity"))
    assert read_encrypted(data, KEKS).equals(table)


REFUSED_SCHEMAS = {
    "no class": (TABLE.select(["born"]).schema, {}),
    "two columns of one name": (pa.schema([("a", "i4"), ("a", "i4")]), {"a": "clinical"}),
    "no column": (pa.schema([]), {}),
    "separator in a nested name": (
        pa.schema([("a", pa.struct([("x,y", pa.int32())]))]),
        {"a": "clinical"},
    ),
    "nested names that differ by a dot": (
        pa.schema([("a", pa.struct([("b.c", "i4"), ("b", pa.struct([("c", "i4")]))]))]),
        {"a": "clinical"},
    ),
}


@pytest.mark.parametrize(("schema", "classes"), REFUSED_SCHEMAS.values(), ids=REFUSED_SCHEMAS)
def test_tables_that_can_not_be_written_safely(schema: pa.Schema, classes: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        write_encrypted([], schema, KEKS, classes)


def test_a_class_without_a_key_is_not_written() -> None:
    with pytest.raises(KeyUnavailable, match="'identity'"):
        encrypt(keks=only("clinical", "none: a, b;"))


def test_batches_are_gathered_into_row_groups() -> None:
    batches = [TABLE.to_batches()[0].slice(at, 10) for at in range(0, 300, 10)]
    data = write_encrypted(batches, TABLE.schema, KEKS, CLASSES, row_group_rows=100)
    file = EncryptedFile.open(data, KEKS)
    groups = file._file.metadata
    assert [groups.row_group(n).num_rows for n in range(groups.num_row_groups)] == [100, 100, 100]
    assert file.read().equals(TABLE)
    assert [batch.num_rows for batch in file.batches(["born"], batch_rows=250)] == [250, 50]


def test_one_big_batch_is_cut_into_row_groups() -> None:
    data = encrypt(row_group_rows=120)
    assert EncryptedFile.open(data, KEKS)._file.metadata.num_row_groups == 3
    assert read_encrypted(data, KEKS).equals(TABLE)


def test_an_empty_table_keeps_its_schema() -> None:
    data = write_encrypted([], TABLE.schema, KEKS, CLASSES)
    assert read_encrypted(data, KEKS).equals(TABLE.schema.empty_table())


def test_a_reader_without_any_columns_key_gets_rows_of_nothing() -> None:
    file = EncryptedFile.open(encrypt(), only())
    assert (file.readable, file.rows, file.read().num_columns) == ((), 300, 0)


def test_a_batch_of_another_schema_is_refused_without_its_values() -> None:
    with pytest.raises(StageFailed) as refused:
        write_encrypted(
            pa.table({"patient_name": ["Unmistakable"]}).to_batches(), TABLE.schema, KEKS, CLASSES
        )
    assert_silent(refused.value)


def test_what_was_left_unfinished_can_not_be_read() -> None:
    sink = io.BytesIO()
    with pytest.raises(RuntimeError):
        with EncryptedWriter(sink, TABLE.schema, KEKS, CLASSES, row_group_rows=100) as writer:
            writer.write(TABLE.to_batches()[0])
            raise RuntimeError
    assert b"Unmistakable" not in sink.getvalue()
    with pytest.raises(IntegrityError):
        read_encrypted(sink.getvalue(), KEKS)


def test_field_metadata_is_not_carried_into_the_file() -> None:
    schema = pa.schema([pa.field("born", pa.int32(), metadata={"note": "Unmistakable"})])
    table = pa.table({"born": [1]}, schema=schema)
    found = read_encrypted(encrypt(table), KEKS)
    assert found.schema.field("born").metadata is None


def test_many_columns_and_row_groups_decrypt_in_parallel() -> None:
    table = pa.table({f"c{n}": [f"{n}-{row}" for row in range(2_000)] for n in range(24)})
    data = encrypt(
        table, classes=dict.fromkeys(table.column_names, "none: a, b;"), row_group_rows=99
    )
    for _ in range(5):
        assert read_encrypted(data, KEKS).equals(table)
