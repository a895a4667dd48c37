"""Every parameter of the simulation, as data."""

from __future__ import annotations

from buzzline.simulation.parameters.economy import ECONOMY
from buzzline.simulation.parameters.institutions import INSTITUTIONS
from buzzline.simulation.parameters.learning import LEARNING
from buzzline.simulation.parameters.parameter import Parameter
from buzzline.simulation.parameters.reaching import REACHING

PARAMETERS: tuple[Parameter, ...] = (*LEARNING, *REACHING, *ECONOMY, *INSTITUTIONS)
PARAMETER = {parameter.name: parameter for parameter in PARAMETERS}
NUMBER = {parameter.name: number for number, parameter in enumerate(PARAMETERS)}

__all__ = ["NUMBER", "PARAMETER", "PARAMETERS", "Parameter"]
