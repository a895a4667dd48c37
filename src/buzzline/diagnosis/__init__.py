"""What does it mean for this cluster?"""

from buzzline.diagnosis.cases import CASES, case_named
from buzzline.diagnosis.chain_governance import governance_shares
from buzzline.diagnosis.claims import Case, Claim, Dispute, Evidence
from buzzline.diagnosis.diagnosis import ClusterDiagnosis, cluster_diagnosis
from buzzline.diagnosis.dimensions import FiveDimensions, five_dimensions
from buzzline.diagnosis.district_signs import DistrictTypeRule
from buzzline.diagnosis.district_types import DistrictTypes, district_types
from buzzline.diagnosis.evidence import DISPUTES, contested_evidence

__all__ = [
    "CASES",
    "DISPUTES",
    "Case",
    "Claim",
    "ClusterDiagnosis",
    "Dispute",
    "DistrictTypeRule",
    "DistrictTypes",
    "Evidence",
    "FiveDimensions",
    "case_named",
    "cluster_diagnosis",
    "contested_evidence",
    "district_types",
    "five_dimensions",
    "governance_shares",
]
