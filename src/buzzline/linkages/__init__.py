"""Local buzz or global pipelines?"""

from buzzline.linkages.balance import ScaleBalance, scale_balance
from buzzline.linkages.profile import ScaleProfile, scale_profile

__all__ = ["ScaleBalance", "ScaleProfile", "scale_balance", "scale_profile"]
