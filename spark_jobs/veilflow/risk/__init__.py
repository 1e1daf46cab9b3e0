"""The judge: risk and utility measured on the output alone.

Takes arrays counted from what would be released. Shares no code with the stages that made it, so
that a mistake there can't excuse itself here.
"""

from veilflow.risk.attack_risk import AttackRisk
from veilflow.risk.attribute_inference import attribute_inference, attribute_inferences
from veilflow.risk.beta_likeness import Likeness, share_above_beta, smallest_beta
from veilflow.risk.class_counts import SampleClasses
from veilflow.risk.class_sizes import ClassTable, HistogramBin, class_size_histogram, smallest_class
from veilflow.risk.class_values import SensitiveCounts
from veilflow.risk.closest_record import ClosestRecord, closest_record
from veilflow.risk.copy_excess import CopyExcess
from veilflow.risk.delta_disclosure import Absent, largest_disclosure, share_disclosing
from veilflow.risk.delta_presence import presence_range, share_outside_presence
from veilflow.risk.encoding import EncodedTable, encode_tables
from veilflow.risk.entropy_loss import ValueLabels, non_uniform_entropy, share_of_entropy
from veilflow.risk.frequency_attack import FrequencyAttack, Naming, frequency_attack
from veilflow.risk.gower import Nearest, distance_blocks, nearest_rows
from veilflow.risk.holdout import Holdout, is_held_out, person_draws, split_holdout
from veilflow.risk.homogeneity_attack import HomogeneityAttack, homogeneity_attack
from veilflow.risk.information_loss import (
    ColumnShares,
    average_class_size,
    discernibility,
    granularity_quality,
    loss_score,
)
from veilflow.risk.intervals import (
    Interval,
    MeasuredShare,
    clopper_pearson_interval,
    wilson_interval,
)
from veilflow.risk.journalist_risk import (
    estimated_journalist_max_risk,
    estimated_marketer_risk,
    expected_inverse,
    journalist_average_risk,
    journalist_max_risk,
    marketer_risk_in_population,
)
from veilflow.risk.k_map import (
    CellSizeEstimator,
    estimated_class_size,
    share_below_k_map,
    share_below_map_estimate,
    smallest_map,
)
from veilflow.risk.l_diversity import (
    recursive_ratio,
    share_below_distinct_l,
    share_below_entropy_l,
    share_missing_recursive,
    smallest_distinct_l,
    smallest_entropy_l,
)
from veilflow.risk.linkability import linkability
from veilflow.risk.linkage_attack import LinkageAttack, linkage_attack
from veilflow.risk.pitman import pitman_uniques
from veilflow.risk.planted_canaries import (
    Canaries,
    CanaryExposure,
    CanaryHits,
    canary_exposure,
    draw_canaries,
)
from veilflow.risk.population_classes import PopulationClasses
from veilflow.risk.population_uniques import (
    Estimator,
    PopulationUniques,
    estimate_population_uniques,
)
from veilflow.risk.reidentification import (
    marketer_risk,
    prosecutor_average_risk,
    prosecutor_max_risk,
    share_below,
    share_unique,
)
from veilflow.risk.row_order_attack import OrderAttack, id_order_attack, row_order_attack
from veilflow.risk.singling_out import singling_out
from veilflow.risk.slide_negative_binomial import slide_negative_binomial_uniques
from veilflow.risk.small_cells import SmallCells, count_small_cells
from veilflow.risk.special_uniques import (
    MOST_COMBINATIONS,
    SpecialUniques,
    matching_probability,
    special_uniques,
)
from veilflow.risk.t_closeness import Distance, Taxonomy, largest_t, share_above_t
from veilflow.risk.utility import kolmogorov_smirnov, normalised_entropy_loss, total_variation
from veilflow.risk.zayatz import zayatz_uniqueness, zayatz_uniques

__all__ = [
    "Likeness",
    "share_above_beta",
    "smallest_beta",
    "SampleClasses",
    "Absent",
    "largest_disclosure",
    "share_disclosing",
    "presence_range",
    "share_outside_presence",
    "ValueLabels",
    "non_uniform_entropy",
    "share_of_entropy",
    "estimated_journalist_max_risk",
    "estimated_marketer_risk",
    "expected_inverse",
    "journalist_average_risk",
    "journalist_max_risk",
    "marketer_risk_in_population",
    "CellSizeEstimator",
    "estimated_class_size",
    "share_below_k_map",
    "share_below_map_estimate",
    "smallest_map",
    "pitman_uniques",
    "PopulationClasses",
    "Estimator",
    "PopulationUniques",
    "estimate_population_uniques",
    "slide_negative_binomial_uniques",
    "MOST_COMBINATIONS",
    "SpecialUniques",
    "matching_probability",
    "special_uniques",
    "zayatz_uniqueness",
    "zayatz_uniques",
    "average_class_size",
    "AttackRisk",
    "Canaries",
    "CanaryExposure",
    "CanaryHits",
    "ClassTable",
    "ClosestRecord",
    "ColumnShares",
    "CopyExcess",
    "Distance",
    "EncodedTable",
    "FrequencyAttack",
    "HistogramBin",
    "Holdout",
    "HomogeneityAttack",
    "Interval",
    "LinkageAttack",
    "MeasuredShare",
    "Naming",
    "Nearest",
    "OrderAttack",
    "SensitiveCounts",
    "SmallCells",
    "Taxonomy",
    "attribute_inference",
    "attribute_inferences",
    "canary_exposure",
    "class_size_histogram",
    "clopper_pearson_interval",
    "closest_record",
    "count_small_cells",
    "discernibility",
    "distance_blocks",
    "draw_canaries",
    "encode_tables",
    "frequency_attack",
    "granularity_quality",
    "homogeneity_attack",
    "id_order_attack",
    "is_held_out",
    "kolmogorov_smirnov",
    "largest_t",
    "linkability",
    "linkage_attack",
    "loss_score",
    "marketer_risk",
    "nearest_rows",
    "normalised_entropy_loss",
    "person_draws",
    "prosecutor_average_risk",
    "prosecutor_max_risk",
    "recursive_ratio",
    "row_order_attack",
    "share_above_t",
    "share_below",
    "share_below_distinct_l",
    "share_below_entropy_l",
    "share_missing_recursive",
    "share_unique",
    "singling_out",
    "smallest_class",
    "smallest_distinct_l",
    "smallest_entropy_l",
    "split_holdout",
    "total_variation",
    "wilson_interval",
]
