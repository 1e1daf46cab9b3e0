"""What each figure of the report means, in words for a data protection officer."""

from veilflow.report.explanations.catalogue import explanation_of, figure_explanation
from veilflow.report.explanations.model import RISKS, Explanation, Risk

__all__ = ["RISKS", "Explanation", "Risk", "explanation_of", "figure_explanation"]
