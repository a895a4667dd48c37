"""The page on the model says what the program holds, and leaves nothing out."""

from docs.model_page import PAGE, blocks, filled

from buzzline.simulation.parameters import PARAMETERS
from buzzline.simulation.parameters.mechanisms import MECHANISMS
from buzzline.simulation.rules import ORDER, RULES


def test_the_page_on_the_model_is_as_the_program_has_it():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text) == text, "run `python -m docs.model_page`"
    for name in blocks():
        assert f"<!-- {name} -->\n" in text, name


def test_every_mechanism_has_a_section_and_every_rule_and_parameter_a_place():
    text = PAGE.read_text(encoding="utf-8")
    for code, title in MECHANISMS.items():
        assert f"### {code}: {title}\n" in text or f"### {title}\n" in text, code
    for rule in RULES:
        assert rule.code in MECHANISMS
        assert rule.stage in ORDER
        assert f"- **{rule.name}** ({rule.stage}): " in text
    for one in PARAMETERS:
        assert one.mechanism in MECHANISMS, one.name
        assert f"| `{one.name}` |" in text


def test_all_eleven_design_concepts_are_spoken_of():
    text = PAGE.read_text(encoding="utf-8")
    for concept in (
        "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction",
        "Sensing", "Interaction", "Stochasticity", "Collectives", "Observation",
    ):  # fmt: skip
        assert f"**{concept}.**" in text
