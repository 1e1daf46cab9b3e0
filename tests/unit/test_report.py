"""The report of a realistic run, of poorer ones, and of one whose every text is hostile."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any, Literal

import pytest
from veilflow.evidence import (
    Anonymization,
    Check,
    ClassRisk,
    ClassSizeBin,
    ColumnFinding,
    ColumnPromises,
    ColumnUtility,
    EvidenceBundle,
    InvalidValues,
    OutputFile,
    PopulationRisk,
    PublishedRelease,
    RedactedText,
    SourceTable,
    SpecialUniqueness,
    StageEvidence,
    Synthesis,
    TableCounts,
)
from veilflow.report import render

POLICY = "9f2c4a1be07d5568a3f1c0d49b7e2a6650d1c38fe94b7a2210cd86e5f3ab4419"
RUN = "2026-03-04T01-00-00Z-4f1c"
DIGEST = "c41d07fe" * 5
START = dt.datetime(2026, 3, 4, 1, 0, 12, tzinfo=dt.UTC)
VERSIONS = {"veilflow": "0.1.0", "pyspark": "4.2.0", "pyarrow": "26.0.0", "python": "3.11.9"}

PATIENT_QUASI = ("birth_date", "sex", "zip", "marital_status")
JOINED_QUASI = (*PATIENT_QUASI, "admission_date", "ward")

_SIZES = ((1, 1), (2, 4), (5, 9), (10, 24), (25, 99), (100, 499), (500, None))


def _bins(
    classes: tuple[int | None, ...], rows: tuple[int | None, ...]
) -> tuple[ClassSizeBin, ...]:
    return tuple(
        ClassSizeBin(low=low, high=high, classes=c, rows=r)
        for (low, high), c, r in zip(_SIZES, classes, rows, strict=True)
    )


def _population(**figures: Any) -> PopulationRisk:
    return PopulationRisk(size=1_700_000, fraction=0.0588, **figures)


def _risk() -> tuple[ClassRisk, ...]:
    return (
        ClassRisk(
            view="patients", side="before", quasi_identifiers=PATIENT_QUASI, classes=91_204,
            smallest_class=None, max_risk=1.0, average_risk=0.9124, share_below_k=0.9871,
            share_unique=0.8406,
            histogram=_bins(
                (84_060, 6_991, 148, None, 0, 0, 0), (84_060, 14_652, 893, 45, 0, 0, 0)
            ),
            marketer_risk=0.9124,
            population=_population(
                journalist_risk=None, marketer_risk=0.138, unique_share=0.0712,
                estimator="pitman", unique_share_pitman=0.0712, unique_share_zayatz=0.411,
                unique_share_slide_negative_binomial=None, match_share=0.272,
            ),
            special=SpecialUniqueness(
                largest=3, uniques=84_060, special=83_911, by_size=(None, 4_402, 71_350),
                mean_size=2.94, contributions={"patients.zip": 0.853, "patients.sex": 0.217},
            ),
        ),
        ClassRisk(
            view="patients", side="after", quasi_identifiers=PATIENT_QUASI, classes=1_842,
            smallest_class=5, max_risk=0.2, average_risk=0.0187, share_below_k=0.0,
            share_unique=0.0,
            histogram=_bins(
                (0, 0, 312, 604, 731, 188, None), (0, 0, 2_201, 9_912, 38_410, 44_120, 3_944)
            ),
            marketer_risk=0.0187,
            population=_population(
                journalist_risk=0.0121, marketer_risk=0.0011, unique_share=0.0,
                estimator="none alone", unique_share_pitman=None, unique_share_zayatz=0.0,
                unique_share_slide_negative_binomial=None, match_share=0.0,
            ),
        ),
        ClassRisk(
            view="patients with encounters", side="before", quasi_identifiers=JOINED_QUASI,
            classes=99_961, smallest_class=None, max_risk=1.0, average_risk=0.9993,
            share_below_k=1.0, share_unique=0.9988,
            histogram=_bins((298_770, None, 0, 0, 0, 0, 0), (298_770, None, 0, 0, 0, 0, 0)),
        ),
        ClassRisk(
            view="patients with encounters", side="after", quasi_identifiers=JOINED_QUASI,
            classes=3_310, smallest_class=6, max_risk=1 / 6, average_risk=0.0336,
            share_below_k=0.0, share_unique=0.0,
            histogram=_bins(
                (0, 0, 1_120, 1_544, 522, 118, None),
                (0, 0, 24_930, 71_206, 96_112, 88_240, 14_211),
            ),
        ),
    )  # fmt: skip


# Table, column, type, suggested role, score, declared role, treatment, evidence.
_COLUMNS = """
patients patient_id record_number identifier 1.0 identifier pseudonym name: patient id; all distinct
patients given_name person_name identifier 0.973 identifier drop name; 97.3% in the dictionary
patients family_name person_name identifier 0.884 identifier drop name token: family name
patients email email_address identifier 0.998 identifier drop pattern: e-mail; outranks: url
patients insurance_number nhs_number identifier 0.991 identifier pseudonym pattern, check digit
patients birth_date date_of_birth quasi 1.0 quasi generalize name token: birth; values are dates
patients sex sex quasi 1.0 quasi generalize dictionary of sexes
patients zip postal_code quasi 0.962 quasi generalize name token: zip; pattern: five digits
patients marital_status marital_status quasi 0.94 quasi generalize dictionary of marital states
patients blood_group blood_group sensitive 1.0 sensitive keep dictionary of blood groups
encounters encounter_id uuid identifier 1.0 identifier pseudonym pattern: UUID
encounters patient_id record_number identifier 1.0 identifier pseudonym name: patient id
encounters admission_date date quasi 1.0 quasi generalize values are dates
encounters ward category insensitive 0.0 quasi generalize 24 distinct values
encounters diagnosis_code icd10_code sensitive 0.987 sensitive keep pattern: ICD-10
encounters cost money insensitive 0.71 insensitive keep values are decimals
encounters discharge_note free_text free_text 0.99 free_text drop long texts; names inside
"""


def _columns() -> tuple[ColumnFinding, ...]:
    found = []
    for line in _COLUMNS.strip().splitlines():
        table, column, kind, role, score, declared, treatment, evidence = line.split(" ", 7)
        found.append(
            ColumnFinding(
                table=table, column=column, type=kind, role=role, score=float(score),
                evidence=tuple(evidence.split("; ")), declared_role=declared, treatment=treatment,
            )
        )  # fmt: skip
    return tuple(found)


_UTILITY: tuple[tuple[Any, ...], ...] = (
    ("patients", "patient_id", "pseudonym", None, None, None, 1.0, None),
    ("patients", "insurance_number", "pseudonym", None, None, None, 1.0, None),
    ("patients", "birth_date", "generalize", 3, "ten-year bands", 6, 0.6614, 0.0211),
    ("patients", "sex", "generalize", 0, "as it is", 2, 0.9871, 0.0042),
    ("patients", "zip", "generalize", 2, "first three digits", 6, 0.9013, 0.0388),
    ("patients", "marital_status", "generalize", 1, "single or in a couple", 3, 0.5112, 0.0175),
    ("patients", "blood_group", "keep", None, None, None, 1.0, 0.0061),
    ("encounters", "encounter_id", "pseudonym", None, None, None, 1.0, None),
    ("encounters", "patient_id", "pseudonym", None, None, None, 1.0, None),
    ("encounters", "admission_date", "generalize", 2, "quarter", 5, 0.7541, 0.0302),
    ("encounters", "ward", "generalize", 1, "department", 3, 0.7093, 0.0119),
    ("encounters", "diagnosis_code", "keep", None, None, None, 1.0, 0.0094),
    ("encounters", "cost", "keep", None, None, None, 1.0, 0.0127),
)


def _promises() -> tuple[ColumnPromises, ...]:
    keyed = (
        "shows nothing of the value",
        "reversible by whoever holds the masking key",
        "joins within its linkage domain (columns named {}, in all releases of the series)",
    )
    return tuple(
        ColumnPromises(
            table=table, column=column, transform=treatment,
            promises=tuple(one.format(column) for one in keyed)
            if treatment == "pseudonym"
            else ("released as it is",),
        )
        for table, column, treatment, *_ in _UTILITY
        if treatment != "generalize"
    )  # fmt: skip


def _invalid() -> tuple[InvalidValues, ...]:
    given: tuple[tuple[str, Literal["null", "redacted"], int | None], ...] = (
        ("insurance_number", "redacted", 1_349), ("blood_group", "null", None),
        ("patient_id", "null", 0),
    )  # fmt: skip
    return tuple(
        InvalidValues(table="patients", column=column, transform="fpe", became=became, count=count)
        for column, became, count in given
    )


def _utility() -> tuple[ColumnUtility, ...]:
    return tuple(
        ColumnUtility(
            table=table, column=column, treatment=treatment, level=level, level_name=name,
            levels=levels, granularity=granularity, total_variation=shift,
            null_share_before=0.0312, null_share_after=0.0441,
        )
        for table, column, treatment, level, name, levels, granularity, shift in _UTILITY
    )  # fmt: skip


def _anonymization() -> Anonymization:
    generalised = [row for row in _UTILITY if row[2] == "generalize"]
    return Anonymization(
        k=5,
        suppression_limit=0.02,
        levels={f"{row[0]}.{row[1]}": row[3] for row in generalised},
        level_names={f"{row[0]}.{row[1]}": row[4] for row in generalised},
        loss=0.2464771552,
        nodes_total=3_240,
        nodes_evaluated=187,
        optimal=True,
        suppressed_share={"patients": 0.0141, "encounters": 0.0173},
        granularity={"patients": 0.7652, "encounters": 0.6916219},
        discernibility={"patients": 52_454_192, "encounters": 118_004_871},
        classes={"patients": 1_842, "encounters": 3_310},
    )


def _checks() -> tuple[Check, ...]:
    return (
        Check(name="k_anonymity", table="patients", passed=True, observed=5, bound=5,
              unit="people", sentence="Every combination of quasi-identifiers in the output "
              "belongs to at least k distinct people."),
        Check(name="k_anonymity", table="patients with encounters", passed=True, observed=6,
              bound=5, unit="people", sentence="The same on the joined view of both tables."),
        Check(name="suppression", table="encounters", passed=True, observed=0.0173, bound=0.02,
              unit="share", sentence="No more rows were left out than the policy allows."),
        Check(name="raw_values_leaking", table="patients", column="email", passed=True,
              observed=0, bound=0, unit="values", sentence="No e-mail address of the source "
              "appears in any column of the output."),
        Check(name="raw_values_leaking", table="patients", column="insurance_number", passed=True,
              observed=0, bound=0, unit="values", sentence="No insurance number of the source "
              "appears in any column of the output."),
        Check(name="referential_integrity", table="encounters", column="patient_id", passed=True,
              observed=0, bound=0, unit="rows", sentence="Every encounter in the output belongs "
              "to a patient in the output."),
        Check(name="null_share", table="patients", column="marital_status", passed=False,
              observed=0.0441, bound=0.04, unit="share", blocking=False,
              sentence="Suppression may not empty a column: the share of missing values."),
    )  # fmt: skip


def _files() -> tuple[OutputFile, ...]:
    return tuple(
        OutputFile(
            table=table, path=f"{table}/part-{i:05d}.parquet", rows=rows, bytes=size,
            sha256=f"{(i + 1) * 0x9E3779B97F4A7C15:064x}"[-64:],
        )
        for table, rows, size in (
            ("patients", 49_294, 3_410_227), ("encounters", 147_350, 8_120_004)
        )
        for i in range(2)
    )  # fmt: skip


def _released() -> PublishedRelease:
    return PublishedRelease(
        release=RUN,
        product="masked",
        series="research",
        number=12,
        trial=False,
        prefix="s3://hospital/store/releases/patients/2026-03-04T01-00-00Z-4f1c",
        manifest_sha256="4b1f" * 16,
        signer="publisher-2026",
        signer_fingerprint="SHA256:" + "a7c9" * 10,
        release_key="patients/release/000012-4f1c",
        classes=("identifying", "quasi", "sensitive", "general"),
        provider="aws-kms://veilflow?region=eu-central-1",
        rows={"patients": 98_588, "encounters": 294_700},
        report="s3://hospital/store/releases/patients/2026-03-04T01-00-00Z-4f1c/report.html",
        shredding="A key of its own in the KMS: pending for 7 days after destruction is asked "
        "for, then gone.",
    )


def _stage(name: str, minutes: float = 0, **parts: Any) -> StageEvidence:
    given = {
        "run": RUN,
        "dataset": "patients",
        "policy_sha256": POLICY,
        "attempt": "1",
        "started": START + dt.timedelta(minutes=minutes),
        "seconds": 41.7,
        "cpu_seconds": 66.2,
        "versions": VERSIONS,
    }
    return StageEvidence(stage=name, **{**given, **parts})


def hospital(**changes: Any) -> EvidenceBundle:
    """A released run over two related tables, with every part of the evidence filled."""
    stages = (
        _stage(
            "classify", bytes_read=14_204_331, columns=_columns(), seconds=18.2, cpu_seconds=24.9,
            source=(
                SourceTable(table="patients", files=4, bytes=9_822_004, digest=DIGEST),
                SourceTable(table="encounters", files=8, bytes=31_410_552, digest=DIGEST[::-1]),
            ),
            phases={"sample": 9.1, "match": 7.4},
        ),
        _stage(
            "protect", 1, bytes_read=41_232_556, bytes_written=23_060_462, seconds=74.03,
            cpu_seconds=131.8, anonymization=_anonymization(), utility=_utility(), files=_files(),
            tables=(
                TableCounts(table="patients", rows_in=100_000, rows_out=98_588,
                            rows_suppressed=1_412, columns_in=10, columns_out=7),
                TableCounts(table="encounters", rows_in=299_885, rows_out=294_700,
                            rows_suppressed=5_185, columns_in=7, columns_out=6),
            ),
            promises=_promises(), invalid_values=_invalid(),
            phases={"classes": 12.2, "search": 0.4, "write": 55.9},
            notes=("The column ward was declared a quasi-identifier by the policy.",),
        ),
        _stage("validate", 3, bytes_read=23_060_462, risk=_risk(), checks=_checks(), seconds=39.5,
               cpu_seconds=61.0, versions={**VERSIONS, "great_expectations": "1.24.1"}),
        _stage("publish", 4, bytes_written=18_220, seconds=1.31, cpu_seconds=0.62,
               released=_released()),
    )  # fmt: skip
    given = {
        "dataset": "patients",
        "run": RUN,
        "product": "masked",
        "created": START + dt.timedelta(minutes=5),
        "trial": False,
        "policy_sha256": POLICY,
        "policy_name": "patients.yaml",
        "purpose": {
            "purpose": "Study of readmission after planned surgery",
            "legal_basis": "GDPR Art. 6(1)(e) and 9(2)(j), ethics vote 2025-118",
            "owner": "Clinical data office",
            "recipients": ["university-epidemiology", "registry-team"],
            "retention_days": 730,
        },
        "parameters": {"k": 5},
        "privacy_unit": "patient_id",
        "stages": stages,
        "remaining_risk": (
            "Sensitive values were not required to differ inside a class: where all members of a "
            "class share a diagnosis, knowing the class tells the diagnosis.",
            "Pseudonyms link the releases of the series research to each other.",
        ),
    }
    return EvidenceBundle(**{**given, **changes})


def synthetic() -> EvidenceBundle:
    """A released synthetic product: no generalisation, no classes, no suppression."""
    checks = (
        Check(name="exact_copies", table="patients", passed=True, observed=0.0021, bound=0.01,
              unit="share", sentence="Few synthetic rows equal a row of the source."),
    )  # fmt: skip
    made = Synthesis(
        method="gaussian_copula", table="patients", rows_fitted=20_000, rows_sampled=50_000,
        columns=("sex", "zip", "blood_group"), rare_values_merged=None, library="sdv 2.0.0",
    )  # fmt: skip
    return hospital(
        product="synthetic",
        stages=(
            _stage("classify", columns=_columns()[:10]),
            _stage("synthesize", synthesis=(made,)),
            _stage("validate_synthetic", 2, checks=checks),
            _stage(
                "publish_synthetic",
                3,
                released=_released().model_copy(update={"product": "synthetic"}),
            ),
        ),
    )


def refused() -> EvidenceBundle:
    """A run that the k gate stopped before anything was written."""
    failed = Check(
        name="suppression", table="encounters", passed=False, observed=0.318, bound=0.02,
        unit="share", sentence="No more rows may be left out than the policy allows.",
    )  # fmt: skip
    return hospital(
        stages=(
            _stage("classify", columns=_columns()),
            _stage("protect", 1, checks=(failed,), tables=(_counts("encounters"),)),
        ),
        refused=(
            "k = 5 can't be reached in encounters within the suppression limit of 2%: the best "
            "generalisation leaves 31.8% of the rows out. Give the hierarchy of admission_date a "
            "coarser level, or drop the column (tables.encounters.columns.admission_date).",
        ),
    )


def _counts(table: str) -> TableCounts:
    return TableCounts(
        table=table,
        rows_in=299_885,
        rows_out=0,
        rows_suppressed=95_363,
        columns_in=7,
        columns_out=0,
    )


def empty(**changes: Any) -> EvidenceBundle:
    """The least that a bundle can hold."""
    given = {"stages": (), "purpose": {}, "parameters": {}, "privacy_unit": None}
    return hospital(**{**given, "remaining_risk": (), **changes})


class Page(HTMLParser):
    """What a browser would make of a page: elements, attributes, text; strict about nesting."""

    VOID = frozenset({"br", "hr", "meta", "wbr"})

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.style = ""
        self.comments: list[str] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == [], "elements left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"{tag} repeats an attribute"
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            self.style += data
        else:
            self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.text))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


BUNDLES = {
    "released": hospital,
    "trial": lambda: hospital(trial=True),
    "refused": refused,
    "synthetic": synthetic,
    "empty": empty,
    "before publication": lambda: hospital(stages=hospital().stages[:3]),
    "record beside the stages": lambda: hospital(
        stages=hospital().stages[:3],
        released=_released().model_copy(update={"manifest_sha256": ""}),
    ),
}
every_bundle = pytest.mark.parametrize("bundle", BUNDLES.values(), ids=BUNDLES.keys())


@every_bundle
def test_the_page_is_well_formed_and_its_links_lead_somewhere(bundle: Any) -> None:
    page = Page(render(bundle()))
    ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    assert [name for name, seen in ids.items() if seen > 1] == []
    pointed = [
        attributes[name]
        for _, attributes in page.elements
        for name in ("aria-labelledby", "aria-describedby")
        if name in attributes
    ]
    targets = [a["href"] for a in page.all("a")]
    assert targets and all(target and target[0] == "#" and target[1:] in ids for target in targets)
    assert all(name in ids for name in pointed)
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("h1")) == len(page.all("title")) - len(page.all("svg")) + _decoration(page)
    assert page.comments == []


def _decoration(page: Page) -> int:
    return sum("aria-hidden" in attributes for attributes in page.all("svg"))


@every_bundle
def test_nothing_is_loaded_and_nothing_runs(bundle: Any) -> None:
    page = Page(render(bundle()))
    loading = {"src", "srcset", "data", "action", "formaction", "poster", "background", "ping"}
    active = {
        "script",
        "link",
        "iframe",
        "object",
        "embed",
        "img",
        "image",
        "use",
        "base",
        "form",
        "video",
        "audio",
        "foreignobject",
        "animate",
        "set",
        "input",
        "button",
        "template",
    }
    for tag, attributes in page.elements:
        assert tag not in active
        assert not loading & attributes.keys()
        assert not any(name.startswith("on") or ":" in name for name in attributes)
        assert not any("//" in (value or "") for value in attributes.values())
    assert not re.search(r"url\(|@import|@font-face|//", page.style)
    policies = [m["content"] for m in page.all("meta") if m.get("http-equiv")]
    assert len(policies) == 1
    assert str(policies[0]).startswith("default-src 'none'; style-src 'unsafe-inline';")
    # A policy in a meta element rules only what follows it.
    names = [tag for tag, _ in page.elements]
    assert names.index("meta") < names.index("style")
    assert [a.get("http-equiv") for a in page.all("meta")][1] == "Content-Security-Policy"


@every_bundle
def test_it_never_claims_more_than_was_measured(bundle: Any) -> None:
    page = render(bundle()).lower()
    for claim in ("anonymous", "compliant", "no personal data left", "fully anonymised"):
        assert claim not in page


@every_bundle
def test_the_same_bundle_gives_the_same_page(bundle: Any) -> None:
    assert render(bundle()) == render(bundle())
    again = EvidenceBundle.from_json(bundle().to_json())
    assert render(again) == render(bundle())


def test_what_was_replaced_in_texts_is_told_with_what_that_does_not_say() -> None:
    told = RedactedText(
        table="notes", column="text", replacement="labels",
        mentions={"people": 4321, "contacts": None, "numbers": 0},
    )  # fmt: skip
    bundle = hospital()
    stages = (bundle.stages[0].model_copy(update={"redacted_texts": (told,)}), *bundle.stages[1:])
    words = Page(render(bundle.model_copy(update={"stages": stages}))).words
    for figure in ("Redacted texts", "notes.text", "4,321", "fewer than 10", "not what was there"):
        assert figure in words, figure
    assert "Redacted texts" not in Page(render(bundle)).words


def test_the_sections_come_in_their_order() -> None:
    page = Page(render(hospital()))
    assert [a["id"] for a in page.all("section")] == [
        "why", "figures", "class-sizes", "risk", "population", "special", "checks", "columns",
        "generalisation", "utility", "tables", "release", "stages", "remaining", "explained",
    ]  # fmt: skip
    assert [a["id"] for a in Page(render(synthetic())).all("section")] == [
        "why", "figures", "checks", "columns", "synthesis", "release", "stages", "remaining",
        "explained",
    ]  # fmt: skip


def test_every_figure_of_a_full_run_is_there() -> None:
    words = Page(render(hospital())).words
    for figure in (
        "Released as number 12",
        "All 6 blocking checks passed; 1 warning.",
        # Head and purpose.
        RUN, POLICY, "patients.yaml", "4 March 2026, 01:05 UTC",
        "Study of readmission after planned surgery", "ethics vote 2025-118",
        "Clinical data office", "university-epidemiology, registry-team", "730 days (2 years)",
        "k: 5", "patient_id",
        # Key figures: the worst view or table of each.
        "393,288", "at least 5 asked", "100% → 20%", "at most 20% asked", "99.93% → 3.36%",
        "1.73%", "at most 2% allowed", "69.2%", "loss score 0.2465", "6 of 7", "1 + 4",
        "held by AWS KMS", "about 1 in 30",
        # Classes and risk.
        "84,060", "fewer than 10", "500 or more", "100–499", "below k = 5", "98.7%", "91,204",
        # The population, and who is special.
        "1,700,000 people", "5.88%", "Pitman's estimator", "7.12%", "not told", "no answer",
        "41.1%", "27.2%", "85.3%", "21.7%", "4,402", "83,911", "2.94", "sets of up to 3 columns",
        "The output has none: on all columns together at least 5 people are alike",
        # Columns and utility.
        "17 columns in 2 tables", "97.3% in the dictionary",
        "keyed pseudonym", "suggested: insensitive", "quasi-identifier", "51.1%", "3.88%", "3.12%",
        # Generalisation.
        "3,240 possible combinations", "187 had to be computed", "3 of 5", "ten-year bands",
        "52,454,192", "1,842",
        # Checks.
        "Referential integrity", "patients.insurance_number", "1 warning", "4.41%",
        "No more rows were left out than the policy allows.",
        # Tables, stages, source.
        "100,000", "5,185 (1.73%)", "1 min 14 s", "2 min 12 s", "23.1 MB", "18.2 kB",
        "great_expectations 1.24.1", "search 400 ms", "12 files, 41.2 MB", DIGEST,
        # The release.
        "4b1f" * 16, "publisher-2026", "SHA256:" + "a7c9" * 10, "patients/release/000012-4f1c",
        "pending for 7 days", "encounters/part-00001.parquet", "4 output files, 23.1 MB",
        f"veilflow verify patients --release {RUN} --store s3://hospital/store",
        f"veilflow read patients --release {RUN} --store s3://hospital/store",
        "aws-kms://veilflow?region=eu-central-1",
        # What remains.
        "Pseudonyms link the releases of the series research to each other.",
        "Whether the law still treats this output as personal data.",
    ):  # fmt: skip
        assert figure in words, figure


def test_every_plot_has_a_title_and_says_its_figures_in_words() -> None:
    page = Page(render(hospital()))
    plots = [svg for svg in page.all("svg") if svg.get("role") == "img"]
    assert len(plots) == 12
    assert all(svg["aria-labelledby"] and svg["aria-describedby"] for svg in plots)
    assert "Rows before: 84,060 in classes of 1, 14,652 in classes of 2–4" in page.words
    assert (
        "After: highest risk 20%, average risk 1.87%, linked rightly 1.87%, in classes"
        in page.words
    )
    assert "birth_date: kept 66.1%, shift 2.11%" in page.words


VERDICTS = {
    "released": (hospital(), "released", "Released as number 12"),
    "a release without a number": (
        hospital(released=_released().model_copy(update={"number": None})),
        "released",
        "Released",
    ),
    "a trial run": (hospital(trial=True), "trial", "Trial release"),
    "refused by a gate": (refused(), "refused", "Refused"),
    "a blocking check failed, and nobody recorded a refusal": (
        hospital(stages=refused().stages),
        "refused",
        "Refused",
    ),
    "released against a refusal": (
        hospital(refused=("The judge said no.",)),
        "contradicted",
        "Released against its evidence",
    ),
    "not published": (hospital(stages=hospital().stages[:3]), "pending", "Not released yet"),
    "nothing at all": (empty(), "pending", "Not released yet"),
}


@pytest.mark.parametrize(("bundle", "state", "headline"), VERDICTS.values(), ids=VERDICTS.keys())
def test_the_verdict(bundle: EvidenceBundle, state: str, headline: str) -> None:
    page = Page(render(bundle))
    shown = [a["class"] for a in page.all("div") if str(a.get("class")).startswith("verdict")]
    assert shown == [f"verdict {state}"]
    assert f" {headline} " in page.words


def test_a_failed_check_that_is_only_warns_refuses_nothing() -> None:
    assert "verdict released" in render(hospital())


def test_a_refusal_says_why_and_what_to_do_next() -> None:
    words = Page(render(refused())).words
    assert "Give the hierarchy of admission_date a coarser level" in words
    assert "veilflow plan patients.yaml" in words
    assert "What would be done" in words and "What was done" not in words
    assert "0 of 1" in words and "1 blocking check failed" in words
    assert "31.8%" in words
    assert "Nothing was published, so there is no manifest" in words


def test_what_was_not_measured_is_said_and_not_left_out() -> None:
    words = Page(render(empty())).words
    for label in ("Smallest class, in rows", "Highest risk", "Average risk", "Detail kept"):
        assert f"{label} not measured" in words
    assert "Checks passed none run" in words
    assert words.count("not stated in the policy") == 5
    assert "k and risk count rows" in words
    assert "No stage of this run left evidence for: Class sizes, Risk, Population, " in words


def test_a_run_that_was_refused_before_there_was_an_output_shows_one_side() -> None:
    before = tuple(side for side in _risk() if side.side == "before")
    page = Page(render(hospital(stages=(_stage("protect", risk=before),), refused=("No.",))))
    assert page.words.count(". Not measured after") == 4
    assert "After (output)" not in page.words and "Before (source)" in page.words
    assert "Rows after: not measured." in page.words and "Classes after" not in page.words


def test_a_column_goes_without_the_name_of_the_table_that_the_view_has() -> None:
    named = _risk()[0].model_copy(
        update={"quasi_identifiers": ("patients.zip", "encounters.ward", "patients.sex")}
    )
    words = Page(render(hospital(stages=(_stage("protect", risk=(named,)),)))).words
    assert "Known to the attacker: zip , encounters.ward , sex" in words


def test_a_score_is_shown_as_what_it_is_and_nothing_recognised_as_nothing() -> None:
    first, second = _columns()[3:5]
    second = second.model_copy(update={"type": "none", "score": 0.0})
    words = Page(render(hospital(stages=(_stage("classify", columns=(first, second)),)))).words
    assert "email address 1" in words and "it is no probability" in words
    assert "nothing recognised" in words and "none 0" not in words


def test_a_synthetic_product_shows_what_was_modelled() -> None:
    words = Page(render(synthetic())).words
    assert "Rows suppressed" not in words and "Smallest class" not in words
    assert "A synthetic row belongs to nobody" in words
    assert "50,000 gaussian copula, fitted on 20,000 rows" in words
    assert "not modelled" in words and "keyed pseudonym" not in words
    assert "exact copies" in words.lower()


def test_promises_and_values_that_could_not_be_treated_stand_beside_what_was_done() -> None:
    words = Page(render(hospital())).words
    assert "1,349 values couldn't be treated: [REDACTED] stands in their place" in words
    assert "Fewer than ten values couldn't be treated: null stands in their place" in words
    assert words.count("couldn't be treated") == 2, "none is nothing to tell"
    assert "joins within its linkage domain (columns named insurance_number, in all" in words


def test_small_counts_stay_untold() -> None:
    few = _anonymization().model_copy(update={"suppressed_share": {"patients": None}})
    words = Page(render(hospital(stages=(_stage("protect", anonymization=few),)))).words
    assert "Rows suppressed fewer than 10" in words
    assert "Rows suppressed fewer than 10 rows" in words


def test_undefined_numbers_are_called_undefined() -> None:
    nan, inf = float("nan"), float("inf")
    risk = tuple(side.model_copy(update={"max_risk": nan, "average_risk": inf}) for side in _risk())
    utility = tuple(
        u.model_copy(update={"granularity": -3.0, "total_variation": nan}) for u in _utility()
    )
    check = Check(name="x", table="t", passed=False, observed=nan, bound=inf, sentence="s")
    page = render(
        hospital(stages=(_stage("validate", risk=risk, utility=utility, checks=(check,)),))
    )
    assert "undefined" in page and "unbounded" in page
    shapes = re.findall(r' (?:width|x|x1|y|height)="([^"]*)"', page)
    assert shapes and all(re.fullmatch(r"-?[\d.]+", each) for each in shapes)


def test_the_later_stage_is_believed() -> None:
    meant = ClassRisk(
        view="patients", side="after", quasi_identifiers=("zip",), classes=9, smallest_class=77,
        max_risk=1 / 77, average_risk=0.001, share_below_k=0.0, share_unique=0.0,
    )  # fmt: skip
    found = meant.model_copy(update={"smallest_class": 3, "max_risk": 1 / 3})
    stages = (
        _stage("protect", risk=(meant,), anonymization=_anonymization()),
        _stage("validate", 1, risk=(found,)),
    )
    page = render(hospital(stages=stages))
    assert 'class="tile bad"' in page
    words = Page(page).words
    assert "Smallest class, in people 3 at least 5 asked" in words
    assert "33.3%" in words and "77" not in words


@pytest.mark.parametrize(
    ("changed", "warning"),
    [
        ({"run": "another"}, "made by another run"),
        ({"dataset": "other"}, "made by another dataset"),
        ({"policy_sha256": "0" * 64}, "made by another version of the policy"),
    ],
)
def test_evidence_that_belongs_elsewhere_is_pointed_at(
    changed: dict[str, str], warning: str
) -> None:
    strange = _stage("validate", **changed)
    assert warning in Page(render(hospital(stages=(strange,)))).words
    assert warning not in Page(render(hospital())).words


def test_a_persons_decision_is_shown_with_its_reason() -> None:
    decided = {"declared_type": "none", "reason": "colours of paint <b>"}
    column = _columns()[0].model_copy(update=decided)
    words = Page(render(hospital(stages=(_stage("classify", columns=(column,)),)))).words
    assert "Decided: the find is wrong (colours of paint <b>)" in words


def test_a_column_that_nobody_decided_about_stands_out() -> None:
    column = _columns()[0].model_copy(
        update={"declared_role": None, "treatment": None, "contradiction": "holds e-mail addresses"}
    )
    words = Page(render(hospital(stages=(_stage("classify", columns=(column,)),)))).words
    assert "suggested; the policy doesn't list it" in words
    assert "nothing decided" in words and "holds e-mail addresses" in words


@pytest.mark.parametrize(
    ("prefix", "option"),
    [
        ("file:///srv/store/releases/patients/r1", " --store file:///srv/store"),
        ("file:///srv/my store/releases/patients/r1", " --store 'file:///srv/my store'"),
        ("s3://b/x/releases/patients/r1?endpoint=h", " --store 's3://b/x?endpoint=h'"),
        ("s3://b/$(reboot)/releases/p/r1", " --store 's3://b/$(reboot)'"),
        ("somewhere else", ""),
    ],
)
def test_commands_name_the_store_and_quote_what_a_shell_would_read(
    prefix: str, option: str
) -> None:
    released = _released().model_copy(update={"prefix": prefix, "release": "r 1"})
    words = Page(render(hospital(released=released))).words
    assert f"veilflow verify patients --release 'r 1'{option} " in words


def test_it_suits_dark_screens_phones_and_paper() -> None:
    style = Page(render(hospital())).style
    for rule in ("prefers-color-scheme: dark", "@media print", "size: A4", "::details-content",
                 "max-width: 44rem", "break-inside: avoid"):  # fmt: skip
        assert rule in style
    # Dark colours are for screens only: paper is white.
    assert re.findall(r"@media ([^{]*dark[^{]*)\{", style) == [
        "screen and (prefers-color-scheme: dark) "
    ]


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_and_bars_stand_out_from_what_is_behind_them(scheme: str) -> None:
    """WCAG 2.2: 4.5 to 1 for text, 3 to 1 for what a plot needs to be understood."""
    blocks = re.findall(r":root \{(.*?)\}", Page(render(hospital())).style, re.DOTALL)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[scheme == "dark"]))
    texts = [("ink", "card"), ("ink", "page"), ("soft", "card"), ("soft", "page"),
             ("calm", "page"), ("calm", "card"), ("calm", "calm-tint"), ("good", "good-tint"),
             ("good", "card"), ("bad", "bad-tint"), ("bad", "card"), ("note", "note-tint"),
             ("note", "card"), ("ink", "faint"), ("soft", "marked"), ("ink", "marked")]  # fmt: skip
    for text, behind in texts:
        assert _contrast(colours[text], colours[behind]) >= 4.5, (text, behind)
    for shape in ("before", "after", "bad", "soft"):
        assert _contrast(colours[shape], colours["card"]) >= 3, shape
    for bar in ("good", "bad", "note", "ink"):
        assert _contrast(colours[bar], colours["allowed"]) >= 3, bar
    # Who sees no hues, and a grey print, still tell before from after.
    assert _contrast(colours["before"], colours["after"]) >= 1.7
