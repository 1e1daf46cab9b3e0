"""The judge: risk and utility measured on the output alone.

Takes arrays counted from what would be released. Shares no code with the stages that made it, so
that a mistake there can't excuse itself here.
"""

from veilflow.risk.attack_risk import AttackRisk
from veilflow.risk.attribute_inference import attribute_inference, attribute_inferences
from veilflow.risk.class_sizes import ClassTable, HistogramBin, class_size_histogram, smallest_class
from veilflow.risk.class_values import SensitiveCounts
from veilflow.risk.closest_record import ClosestRecord, closest_record
from veilflow.risk.copy_excess import CopyExcess
from veilflow.risk.encoding import EncodedTable, encode_tables
from veilflow.risk.frequency_attack import FrequencyAttack, Naming, frequency_attack
from veilflow.risk.gower import Nearest, distance_blocks, nearest_rows
from veilflow.risk.holdout import Holdout, is_held_out, person_draws, split_holdout
from veilflow.risk.homogeneity_attack import HomogeneityAttack, homogeneity_attack
from veilflow.risk.information_loss import (
    ColumnShares,
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
from veilflow.risk.planted_canaries import (
    Canaries,
    CanaryExposure,
    CanaryHits,
    canary_exposure,
    draw_canaries,
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
from veilflow.risk.small_cells import SmallCells, count_small_cells
from veilflow.risk.t_closeness import Distance, Taxonomy, largest_t, share_above_t
from veilflow.risk.utility import kolmogorov_smirnov, normalised_entropy_loss, total_variation

__all__ = [
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
