"""Keyed columns on Spark: one worker call, types that stay, values that are counted or refused."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from veilflow.errors import PolicyError, ReleaseRefused
from veilflow.mask import create_transform
from veilflow.policy import Policy
from veilflow.policy.linkage import linkage_domain
from veilflow.spark.protect import protect
from veilflow.spark.random_order import counting_in_random_order, in_random_order
from veilflow.spark.redaction import stage_errors
from veilflow.store.key_records import masking_key

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

CARDS = ["4111111111111111", "5555555555554444", None, "378282246310005"]
ROWS = 2_003


def policy(columns: dict[str, Any]) -> Policy:
    return Policy.model_validate(
        {
            "dataset": "people",
            "purpose": {
                "purpose": "test", "legal_basis": "test", "owner": "test",
                "recipients": ["team"], "retention_days": 1,
            },
            "source": {"root": "."},
            "privacy_unit": "id",
            "tables": {"people": {"path": "people", "columns": columns}},
        }
    )  # fmt: skip


def identifier(name: str, **parameters: Any) -> dict[str, Any]:
    return {"role": "identifier", "protect": {name: parameters}}


@pytest.fixture(scope="module")
def people(spark: SparkSession) -> DataFrame:
    """Every tenth phone number is none; ``number`` is a column of whole numbers."""
    rows = [
        (f"p{row % 700}", CARDS[row % 4], "none" if row % 10 == 0 else f"555-{row:07}", 10**9 + row)
        for row in range(ROWS)
    ]
    return spark.createDataFrame(rows, "id string, card string, phone string, number bigint")


def test_keyed_columns_equal_their_pure_form_and_untreatable_values_are_counted(
    spark: SparkSession, people: DataFrame, masking_ref: str
) -> None:
    rules = policy(
        {
            "id": "pseudonym",
            "card": identifier("fpe", luhn=True, keep_first=6),
            "phone": identifier("fpe", on_invalid="redact"),
            "number": identifier("fpe"),
        }
    )
    made = protect(spark, rules, {"people": people}, None, masking_ref)["people"]
    output, counts, _ = counting_in_random_order(made)
    assert output.columns == ["id", "card", "phone", "number"]
    masked = output.toArrow()
    (counted,) = counts.evidence()
    assert (counted.column, counted.transform, counted.became) == ("phone", "fpe", "redacted")
    assert counted.count == len(range(0, ROWS, 10))

    source = people.toArrow()
    for name, column in rules.tables["people"].columns.items():
        assert column.protect is not None
        transform = create_transform(column.protect.name, column.protect.parameters)
        key = masking_key(masking_ref, linkage_domain(rules, "people", name, None), transform.name)
        bound = transform.keyed(key)  # type: ignore[attr-defined]
        pure = bound.apply(source.column(name).combine_chunks())
        assert sorted(map(str, pure.to_pylist())) == sorted(
            map(str, masked.column(name).to_pylist())
        )


def test_a_timestamp_stays_or_is_masked(
    spark: SparkSession, people: DataFrame, masking_ref: str
) -> None:
    frame = people.selectExpr("id", "timestamp_seconds(number) at", "timestamp_seconds(number) day")
    columns = {"id": "drop", "at": "keep", "day": identifier("pseudonym", form="integer")}
    made = protect(spark, policy(columns), {"people": frame}, None, masking_ref)["people"].output()
    assert made.dtypes == [("at", "timestamp"), ("day", "bigint")]
    assert made.distinct().count() == ROWS


def test_few_untreatable_values_are_not_told(
    spark: SparkSession, people: DataFrame, masking_ref: str
) -> None:
    rules = policy({"id": "drop", "phone": identifier("fpe", on_invalid="nullify")})
    few = people.limit(20).select("id", "phone")
    output, counts, _ = counting_in_random_order(
        protect(spark, rules, {"people": few}, None, masking_ref)["people"]
    )
    assert output.where("phone is null").count() == 2
    assert [one.count for one in counts.evidence()] == [None]


def test_a_refusal_names_place_transform_and_reason_and_no_value(
    spark: SparkSession, people: DataFrame, masking_ref: str
) -> None:
    rules = policy({"id": "drop", "phone": identifier("fpe")})
    frame = people.select("id", "phone")
    said = "table people, column phone, MaskByKey: fpe can't treat a value: it has a character"
    with pytest.raises(ReleaseRefused, match=said) as caught, stage_errors("protect"):
        in_random_order(
            protect(spark, rules, {"people": frame}, None, masking_ref)["people"]
        ).toArrow()
    assert "none" not in str(caught.value)


def test_a_transform_without_its_resource_is_a_policy_error(
    spark: SparkSession, people: DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    from veilflow.mask.fpe import Fpe

    monkeypatch.setattr(Fpe, "needs_resources", ("register",))
    rules = policy({"id": "drop", "card": identifier("fpe")})
    with pytest.raises(PolicyError, match="columns.card: fpe needs a register"):
        protect(spark, rules, {"people": people.select("id", "card")}, None, "")


def test_a_person_s_fakes_are_the_same_in_all_rows_and_nobody_s_card(
    spark: SparkSession, people: DataFrame, masking_ref: str
) -> None:
    name = {**identifier("fake", kind="person_name", locale="de_DE", by="unit"), "domain": "who"}
    mail = {**identifier("fake", kind="email", locale="de_DE", by="unit"), "domain": "who"}
    rules = policy(
        {"id": "pseudonym", "phone": name, "number": mail, "card": identifier("fake", kind="card")}
    )
    made = protect(spark, rules, {"people": people}, None, masking_ref)["people"]
    rows = in_random_order(made).toArrow().to_pylist()
    fakes = {(row["id"], row["phone"], row["number"]) for row in rows}
    assert len(rows) == ROWS and len(fakes) == 700  # one for each person
    assert all(mail.endswith((".com", ".org", ".net")) for _, _, mail in fakes)
    cards = {row["card"] for row in rows if row["card"]}
    assert len(cards) == 3 and all(card.startswith("9999") for card in cards)


def test_dates_json_and_structs_go_through_workers_with_their_types(
    spark: SparkSession, masking_ref: str
) -> None:
    """Intervals stay across columns; a part that is replaced is counted, whatever is around it."""
    from pyspark.sql import functions as F

    shift = {"role": "sensitive", "protect": {"date_shift": {"max_days": 90}}}
    note = {"$.seen": {"date_shift": {"max_days": 90}}, "$.by": "redact"}
    contact = {"city": "keep", "mails[].at": {"email": {"on_invalid": "redact"}}}
    rules = policy(
        {
            "id": "pseudonym",
            "born": shift,
            "came": shift,
            "stay": {"role": "sensitive", "protect": {"round": {"to": 5}}},
            "note": {"role": "sensitive", "protect": {"json": {"paths": note}}},
            "contact": {"role": "identifier", "protect": {"fields": {"paths": contact}}},
            "noisy": {"role": "sensitive", "protect": {"noise": {"scale": 1, "lower": 0}}},
        }
    )
    frame = spark.range(500).select(
        F.expr("'p' || id % 40 AS id"),
        F.expr("date_add(date'1950-01-01', cast(id % 40 as int)) AS born"),
        F.expr("cast(date_add(date'2024-01-01', cast(id as int)) as timestamp) AS came"),
        F.expr("cast(id as int) AS stay"),
        F.expr("""'{"seen": "2024-01-01", "by": "Dr. Unmistakable", "x": ' || id || '}' AS note"""),
        F.expr(
            "named_struct('city', 'Ulm', 'mails', array(named_struct('at', "
            "if(id % 2 = 0, 'j@x.org', 'unmistakable'), 'of', 'Unmistakable'))) AS contact"
        ),
        F.expr("cast(id as decimal(6,2)) AS noisy"),
    )
    made = protect(spark, rules, {"people": frame}, None, masking_ref)["people"]
    output, counts, _ = counting_in_random_order(made)
    rows = output.collect()
    kinds = dict(output.dtypes)
    assert kinds["contact"] == "struct<city:string,mails:array<struct<at:string>>>"
    assert [kinds[name] for name in ("born", "came", "stay", "noisy")] == [
        "date", "timestamp", "bigint", "decimal(6,2)",
    ]  # fmt: skip
    found = {one.column: one.count for one in counts.evidence()}
    assert found["contact"] == 250
    assert "nmistakable" not in str(rows)
    assert {row["note"].partition(',"by"')[2] for row in rows} == {':"[REDACTED]"}'}
    # One shift a person in both columns, and one of its own for each path in the JSON.
    inside: dict[str, set[str]] = {}
    for row in rows:
        inside.setdefault(row["id"], set()).add(row["note"][9:19])
    assert len(inside) == 40
    assert all(len(found) == 1 for found in inside.values())
    expected = sorted(
        dt.date(2024, 1, 1) + dt.timedelta(n) - dt.date(1950, 1, 1) - dt.timedelta(n % 40)
        for n in range(500)
    )
    assert sorted(row["came"].date() - row["born"] for row in rows) == expected
    assert sum(row["born"] >= dt.date(1950, 2, 10) or row["born"] < dt.date(1950, 1, 1)
               for row in rows) > 100  # fmt: skip


def test_diversity_is_asked_of_what_has_no_native_form(spark: SparkSession) -> None:
    from veilflow.spark.protect import decide

    said = policy(
        {
            "id": "pseudonym",
            "colour": "quasi",
            "address": {"role": "sensitive", "protect": {"ip": {}}},
        }
    ).model_dump(mode="json", by_alias=True)
    said["anonymize"] = {"k": 2, "l_diversity": {"l": 2, "columns": ["address"]}}
    rules = Policy.model_validate(said)
    frame = spark.range(40).selectExpr(
        "'p' || id AS id", "'c' || id % 2 AS colour", "'192.0.' || id || '.1' AS address"
    )
    assert decide(rules, {"people": frame}) is not None


def test_noise_is_the_same_in_a_retry_and_another_for_each_row(
    spark: SparkSession, masking_ref: str
) -> None:
    noise = {"role": "sensitive", "protect": {"noise": {"scale": 5}}}
    rules = policy({"id": "pseudonym", "pay": noise, "tip": noise, "site": "insensitive"})
    # Each row is there ten times, with some nulls.
    frame = spark.range(600).selectExpr(
        "'p' || id % 60 AS id", "cast(if(id % 60 = 7, null, 100) as double) AS pay",
        "cast(id % 60 as double) AS tip", "if(id % 20 = 0, null, 'a') AS site",
    )  # fmt: skip

    def output(given: DataFrame, key: bytes) -> list[Any]:
        made = protect(spark, rules, {"people": given}, None, masking_ref, drawing_key=key)
        return sorted(in_random_order(made["people"]).collect(), key=str)

    first = output(frame, b"k" * 32)
    assert output(frame.repartition(3, "tip").orderBy("site"), b"k" * 32) == first
    assert output(frame, b"l" * 32) != first
    pays = [row["pay"] for row in first]
    assert pays.count(None) == 10
    assert len(set(pays)) == 591, "equal rows get noise of their own"
    mean = sum(pay - 100 for pay in pays if pay is not None) / 590
    assert abs(mean) < 6.5 * 5 * 2**0.5 / 590**0.5, "an error rate below 1e-9"
    assert {round(row["tip"] - row["pay"], 9) for row in first if row["pay"] is not None} != {0.0}


def test_composite_keys_and_paths_join_after_masking(spark: SparkSession, masking_ref: str) -> None:
    """Orders to their lines by two columns, and by the same two inside JSON and a struct."""
    staff = {"$.at.no": "number", "$.at.site": "place"}
    line = {"no": "number", "site": "place"}
    keyed = {
        "site": identifier("pseudonym") | {"domain": "place"},
        "no": identifier("fpe", alphabet="digits", small_domain="made up, for a test of joins")
        | {"domain": "number"},
    }  # fmt: skip
    inside = {"fpe": {"alphabet": "digits", "small_domain": "made up, for a test of joins"}}
    rules = policy({"id": "pseudonym", **keyed}).to_json()
    rules["tables"] |= {
        "lines": {"path": "lines", "columns": {
            "id": "pseudonym",
            "plant": {**keyed["site"]},
            "number": {**keyed["no"]},
            "note": {"role": "sensitive", "protect": {"json": {
                "paths": {"$.at.no": inside, "$.at.site": "pseudonym", "$.free": "pseudonym"},
                "domains": staff}}},
            "line": {"role": "sensitive", "protect": {"fields": {
                "paths": {"no": inside, "site": "pseudonym"}, "domains": line}}},
        }},
    }  # fmt: skip
    orders = spark.range(90).selectExpr("'p' || id AS id", "'s' || id % 9 AS site",
                                        "cast(1000 + floor(id / 9) as string) AS no")  # fmt: skip
    lines = spark.range(400).selectExpr(
        "'p' || id AS id",
        "'s' || id % 11 AS plant",
        "cast(1000 + id % 13 as string) AS number",
        "to_json(struct(struct('s' || id % 11 AS site, cast(1000 + id % 13 as string) AS no) AS at,"
        " 's' || id % 11 AS free)) AS note",
        "struct(cast(1000 + id % 13 as string) AS no, 's' || id % 11 AS site) AS line",
    )
    frames = {"people": orders, "lines": lines}
    made = protect(spark, Policy.model_validate(rules), frames, None, masking_ref)
    left, right = made["people"].output(), made["lines"].output()
    joins = {
        "columns": "plant = site AND number = no",
        "json": "get_json_object(note, '$.at.site') = site"
        " AND get_json_object(note, '$.at.no') = no",
        "struct": "line.site = site AND line.no = no",
    }
    left, right = left.drop("id").localCheckpoint(), right.drop("id").localCheckpoint()
    before = orders.join(lines.withColumnRenamed("id", "of"), condition(joins["columns"])).count()
    assert 0 < before < 400, "some lines have no order"
    for name, same in joins.items():
        assert left.join(right, condition(same)).count() == before, name
    apart = left.join(right, condition("get_json_object(note, '$.free') = site"))
    assert apart.count() == 0, "a path without a domain has one of its own"


def condition(text: str) -> Any:
    from pyspark.sql import functions as F

    return F.expr(text)
