"""Great Expectations for privacy: expectations, suites made of policies, and the judge of releases.

Importing this package is cheap; Great Expectations (several seconds) is imported with the first
name that needs it. ``register_expectations()`` makes the expectations known to Great Expectations,
so that suites which name them can be loaded. docs/expectations.md shows each with examples.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veilflow_expectations.attack_references import (
        register_frequencies,
        register_order,
        register_targets,
    )
    from veilflow_expectations.attribute_inference import ExpectAttributeInferenceToBeBelow
    from veilflow_expectations.beta_likeness import ExpectTableToBeBetaLike
    from veilflow_expectations.closest_record import ExpectCopiesOfTrainingToBeBelow
    from veilflow_expectations.copies import ExpectExactCopiesToBeBelow
    from veilflow_expectations.correlations import ExpectColumnCorrelationsToBeKept
    from veilflow_expectations.delta_disclosure import ExpectTableToBeDeltaDisclosurePrivate
    from veilflow_expectations.delta_presence import ExpectTableToBeDeltaPresent
    from veilflow_expectations.detector_recall import ExpectDetectorRecallToBeAtLeast
    from veilflow_expectations.difference import ExpectDifferenceToPreviousReleaseToHidePeople
    from veilflow_expectations.distribution import ExpectColumnDistributionToBeClose
    from veilflow_expectations.entities_in_text import ExpectFreeTextToContainNoDetectedEntity
    from veilflow_expectations.format_preserving import ExpectColumnValuesToBeFormatPreserving
    from veilflow_expectations.frequency import ExpectFrequencyAttackToFail
    from veilflow_expectations.homogeneity import ExpectHomogeneityAttackToFail
    from veilflow_expectations.integrity import ExpectColumnValuesToAppearInReference
    from veilflow_expectations.joinability import ExpectColumnValuesToJoinOnlyWithinDomain
    from veilflow_expectations.k_anonymity import ExpectTableToBeKAnonymous
    from veilflow_expectations.k_map import ExpectTableToBeKMapped
    from veilflow_expectations.known_identifiers import (
        ExpectFreeTextToContainNoKnownIdentifier,
    )
    from veilflow_expectations.l_diversity import ExpectTableToBeLDiverse
    from veilflow_expectations.label_references import register_labels
    from veilflow_expectations.leakage import ExpectColumnValuesToNotAppearInReference
    from veilflow_expectations.linkability import ExpectLinkabilityToBeBelow
    from veilflow_expectations.linkage import ExpectLinkageAttackToFail
    from veilflow_expectations.null_share import ExpectColumnNullShareToBeBelow
    from veilflow_expectations.order_attacks import (
        ExpectIdOrderToTellNothing,
        ExpectRowOrderToTellNothing,
    )
    from veilflow_expectations.personal_data import ExpectColumnValuesToContainNoPersonalData
    from veilflow_expectations.planted_canaries import ExpectPlantedCanariesToBeAbsent
    from veilflow_expectations.population_people import register_population
    from veilflow_expectations.pseudonyms import ExpectColumnValuesToBePseudonyms
    from veilflow_expectations.references import (
        forget_references,
        register_previous,
        register_reference,
        register_rows,
    )
    from veilflow_expectations.registering import (
        register_correlations,
        register_distribution,
        register_shapes,
    )
    from veilflow_expectations.reidentification_risk import ExpectReidentificationRiskToBeBelow
    from veilflow_expectations.runner import run_suite
    from veilflow_expectations.singling_out import ExpectSinglingOutToBeBelow
    from veilflow_expectations.small_cells import ExpectSmallCellsToBeAbsent
    from veilflow_expectations.splits import register_split
    from veilflow_expectations.t_closeness import ExpectTableToBeTClose
    from veilflow_expectations.table_schema import (
        ExpectTableSchemaToTellNothing,
        register_names,
    )
    from veilflow_expectations.text_references import register_identifiers
    from veilflow_expectations.whole_values import register_whole

__all__ = [
    "register_whole",
    "register_population",
    "ExpectTableToBeKMapped",
    "ExpectTableToBeDeltaPresent",
    "ExpectTableToBeDeltaDisclosurePrivate",
    "ExpectTableToBeBetaLike",
    "ExpectAttributeInferenceToBeBelow",
    "ExpectColumnCorrelationsToBeKept",
    "ExpectColumnDistributionToBeClose",
    "ExpectColumnNullShareToBeBelow",
    "ExpectColumnValuesToAppearInReference",
    "ExpectColumnValuesToBeFormatPreserving",
    "ExpectColumnValuesToBePseudonyms",
    "ExpectColumnValuesToContainNoPersonalData",
    "ExpectColumnValuesToJoinOnlyWithinDomain",
    "ExpectColumnValuesToNotAppearInReference",
    "ExpectCopiesOfTrainingToBeBelow",
    "ExpectDetectorRecallToBeAtLeast",
    "ExpectDifferenceToPreviousReleaseToHidePeople",
    "ExpectExactCopiesToBeBelow",
    "ExpectFreeTextToContainNoDetectedEntity",
    "ExpectFreeTextToContainNoKnownIdentifier",
    "ExpectFrequencyAttackToFail",
    "ExpectHomogeneityAttackToFail",
    "ExpectIdOrderToTellNothing",
    "ExpectLinkabilityToBeBelow",
    "ExpectLinkageAttackToFail",
    "ExpectPlantedCanariesToBeAbsent",
    "ExpectReidentificationRiskToBeBelow",
    "ExpectRowOrderToTellNothing",
    "ExpectSinglingOutToBeBelow",
    "ExpectSmallCellsToBeAbsent",
    "ExpectTableSchemaToTellNothing",
    "ExpectTableToBeKAnonymous",
    "ExpectTableToBeLDiverse",
    "ExpectTableToBeTClose",
    "forget_references",
    "register_correlations",
    "register_distribution",
    "register_expectations",
    "register_frequencies",
    "register_identifiers",
    "register_labels",
    "register_names",
    "register_order",
    "register_previous",
    "register_reference",
    "register_rows",
    "register_shapes",
    "register_split",
    "register_targets",
    "run_suite",
]

_HOME = {
    "ExpectAttributeInferenceToBeBelow": "attribute_inference",
    "ExpectColumnCorrelationsToBeKept": "correlations",
    "ExpectColumnDistributionToBeClose": "distribution",
    "ExpectColumnNullShareToBeBelow": "null_share",
    "ExpectColumnValuesToAppearInReference": "integrity",
    "ExpectColumnValuesToBeFormatPreserving": "format_preserving",
    "ExpectColumnValuesToBePseudonyms": "pseudonyms",
    "ExpectColumnValuesToContainNoPersonalData": "personal_data",
    "ExpectColumnValuesToJoinOnlyWithinDomain": "joinability",
    "ExpectColumnValuesToNotAppearInReference": "leakage",
    "ExpectCopiesOfTrainingToBeBelow": "closest_record",
    "ExpectDetectorRecallToBeAtLeast": "detector_recall",
    "ExpectDifferenceToPreviousReleaseToHidePeople": "difference",
    "ExpectExactCopiesToBeBelow": "copies",
    "ExpectFreeTextToContainNoDetectedEntity": "entities_in_text",
    "ExpectFreeTextToContainNoKnownIdentifier": "known_identifiers",
    "ExpectFrequencyAttackToFail": "frequency",
    "ExpectHomogeneityAttackToFail": "homogeneity",
    "ExpectIdOrderToTellNothing": "order_attacks",
    "ExpectLinkabilityToBeBelow": "linkability",
    "ExpectLinkageAttackToFail": "linkage",
    "ExpectPlantedCanariesToBeAbsent": "planted_canaries",
    "ExpectReidentificationRiskToBeBelow": "reidentification_risk",
    "ExpectRowOrderToTellNothing": "order_attacks",
    "ExpectSinglingOutToBeBelow": "singling_out",
    "ExpectSmallCellsToBeAbsent": "small_cells",
    "ExpectTableSchemaToTellNothing": "table_schema",
    "ExpectTableToBeBetaLike": "beta_likeness",
    "ExpectTableToBeDeltaDisclosurePrivate": "delta_disclosure",
    "ExpectTableToBeDeltaPresent": "delta_presence",
    "ExpectTableToBeKAnonymous": "k_anonymity",
    "ExpectTableToBeKMapped": "k_map",
    "ExpectTableToBeLDiverse": "l_diversity",
    "ExpectTableToBeTClose": "t_closeness",
    "forget_references": "references",
    "register_correlations": "registering",
    "register_distribution": "registering",
    "register_frequencies": "attack_references",
    "register_identifiers": "text_references",
    "register_labels": "label_references",
    "register_names": "table_schema",
    "register_order": "attack_references",
    "register_population": "population_people",
    "register_previous": "references",
    "register_reference": "references",
    "register_rows": "references",
    "register_shapes": "registering",
    "register_split": "splits",
    "register_targets": "attack_references",
    "register_whole": "whole_values",
    "run_suite": "runner",
}


def register_expectations() -> None:
    """Make every expectation of this package known to Great Expectations."""
    for name, module in _HOME.items():
        if name.startswith("Expect"):
            importlib.import_module(f"veilflow_expectations.{module}")


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"veilflow_expectations.{_HOME[name]}"), name)
