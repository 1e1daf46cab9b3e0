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
from veilflow.risk.information_loss import (
    ColumnShares,
    discernibility,
    granularity_quality,
    loss_score,
)
from veilflow.risk.intervals import Interval, clopper_pearson_interval, wilson_interval
from veilflow.risk.reidentification import (
    marketer_risk,
    prosecutor_average_risk,
    prosecutor_max_risk,
    share_below,
    share_unique,
)
from veilflow.risk.utility import kolmogorov_smirnov, normalised_entropy_loss, total_variation

__all__ = [
    "ClassTable",
    "ColumnShares",
    "HistogramBin",
    "Interval",
    "class_size_histogram",
    "clopper_pearson_interval",
    "discernibility",
    "granularity_quality",
    "kolmogorov_smirnov",
    "loss_score",
    "marketer_risk",
    "normalised_entropy_loss",
    "prosecutor_average_risk",
    "prosecutor_max_risk",
    "share_below",
    "share_unique",
    "smallest_class",
    "total_variation",
    "wilson_interval",
]
