"""The judge: risk and utility measured on the output alone.

Takes arrays counted from what would be released. Shares no code with the stages that made it, so
that a mistake there can't excuse itself here.
"""

from veilflow.risk.class_sizes import (
    ClassTable,
    HistogramBin,
    class_size_histogram,
    smallest_class,
)
from veilflow.risk.class_values import SensitiveCounts
from veilflow.risk.information_loss import (
    ColumnShares,
    discernibility,
    granularity_quality,
    loss_score,
)
from veilflow.risk.intervals import Interval, clopper_pearson_interval, wilson_interval
from veilflow.risk.l_diversity import (
    recursive_ratio,
    share_below_distinct_l,
    share_below_entropy_l,
    share_missing_recursive,
    smallest_distinct_l,
    smallest_entropy_l,
)
from veilflow.risk.reidentification import (
    marketer_risk,
    prosecutor_average_risk,
    prosecutor_max_risk,
    share_below,
    share_unique,
)
from veilflow.risk.small_cells import SmallCells, count_small_cells
from veilflow.risk.t_closeness import Distance, Taxonomy, largest_t, share_above_t
from veilflow.risk.utility import kolmogorov_smirnov, normalised_entropy_loss, total_variation

__all__ = [
    "ClassTable",
    "ColumnShares",
    "Distance",
    "HistogramBin",
    "Interval",
    "SensitiveCounts",
    "SmallCells",
    "Taxonomy",
    "class_size_histogram",
    "clopper_pearson_interval",
    "count_small_cells",
    "discernibility",
    "granularity_quality",
    "kolmogorov_smirnov",
    "largest_t",
    "loss_score",
    "marketer_risk",
    "normalised_entropy_loss",
    "prosecutor_average_risk",
    "prosecutor_max_risk",
    "recursive_ratio",
    "share_above_t",
    "share_below",
    "share_below_distinct_l",
    "share_below_entropy_l",
    "share_missing_recursive",
    "share_unique",
    "smallest_class",
    "smallest_distinct_l",
    "smallest_entropy_l",
    "total_variation",
    "wilson_interval",
]
