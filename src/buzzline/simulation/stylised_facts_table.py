"""What is known to be so, and a simulation ought to bring forth: 26 stylised facts, as data.

Targets are published figures. A published range is taken as it stands; a single figure as half
to one and a half times itself, said in `target`; an order or a sign as above or below nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from buzzline.errors import InvalidArgument

Tag = Literal["V", "P", "V/P"]
OPEN = float("inf")


@dataclass(frozen=True, slots=True)
class Part:
    """One number that a fact is about.

    Attributes
    ----------
    name : str            what is measured, in words
    unit : str
    low, high : float     where it lies if the fact holds; infinite: open on that side
    """

    name: str
    unit: str
    low: float = 0.0
    high: float = OPEN


@dataclass(frozen=True, slots=True)
class Fact:
    """One stylised fact.

    Attributes
    ----------
    number : int
    fact : str            what is known
    target : str          what would reproduce it, in words
    tag : "V", "P" or "V/P"
        V: published, and checked; P: from an own computation.
    source : str          who found it
    how : str             how it is measured here; of what is not in the model, why not
    parts : tuple of Part
        All of them must hold; () is not in the model.
    fitted : str          which parameter was set for it; "" none
    beyond : str          what of the fact is not measured
    """

    number: int
    fact: str
    target: str
    tag: Tag
    source: str
    how: str
    parts: tuple[Part, ...] = ()
    fitted: str = ""
    beyond: str = ""


def _above(name: str, unit: str = "difference") -> Part:
    return Part(name, unit)


def _below(name: str, unit: str = "difference") -> Part:
    return Part(name, unit, -OPEN, 0.0)


FACTS: tuple[Fact, ...] = (
    Fact(1, "Trade of knowledge does best between a ring and ties at random",
         "most knowledge, and least uneven, with 5 to 40 % of ties moved", "V/P",
         "Cowan and Jonard (2004)",
         "barter until nobody trades; mean of 5, 10, 20 and 40 % of ties moved, less either "
         "end",
         (_above("knowledge above a ring", "units of knowledge"),
          _above("knowledge above ties at random", "units of knowledge"),
          _below("unevenness below a ring", "ratio"),
          _below("unevenness below ties at random", "ratio"))),
    Fact(2, "Performance first rises and then falls with small-worldness",
         "rises where a world is least small, falls where it is most", "V",
         "Uzzi and Spiro (2005)",
         "the same barter; a parabola of log knowledge in the small-world quotient, by run",
         (_above("slope at the low end", "log per quotient"),
          _below("slope at the high end", "log per quotient"))),
    Fact(3, "About half of industries are localised", "38 to 62 % of industries, at 5 %", "V",
         "Duranton and Overman (2005)",
         "K-density of the study that is observed of 20 places after 25 years",
         (Part("share of industries localised", "share", 0.38, 0.62),),
         beyond="at which scale: organisations of a place stand at one spot"),
    Fact(4, "Knowledge that is new spreads first where it began", "2 to 4 times the control",
         "V", "Jaffe, Trajtenberg and Henderson (1993); against: Thompson and Fox-Kean (2005)",
         "something new is given to one organisation in each of four places; how much of it "
         "others of the industry have after 5 years, in the place against all 20 places",
         (Part("in the place over everywhere", "ratio", 2.0, 4.0),),
         beyond="citations: the model has none"),
    Fact(5, "Knowledge flows back to where people came from", "1.4 to 1.6 times the control, "
         "and more across industries", "V", "Agrawal, Cockburn and McHale (2006)",
         "contacts of a place with organisations its people went to, over contacts with their "
         "neighbours of the same industry, in the five years after",
         (Part("contacts over those of neighbours", "ratio", 1.4, 1.6),
          Part("across industries over within", "ratio", 1.0)),
         fitted="stays_in_touch, for the ratio"),
    Fact(6, "Few give most of the knowledge in a cluster, and many give none",
         "more unequal than chance", "V", "Giuliani and Bell (2005); Giuliani (2007)",
         "whom of their place organisations meet in a year who know more; against as many "
         "links dealt at random",
         (_above("Gini of those who teach, beyond chance", "Gini"),
          _above("share who teach nobody, beyond chance", "share"))),
    Fact(7, "Those from clusters invest in clusters, less so within one industry",
         "relative risk above 1, and pooled at least as high as stratified", "V/P",
         "Bathelt and Li (2014)",
         "investments of 20 years; origin and destination are clusters of the industry or not",
         (Part("pooled relative risk", "ratio", 1.0),
          Part("pooled over stratified by industry", "ratio", 1.0))),
    Fact(8, "The cluster one comes from tells more than the country",
         "same destination more often among those of one cluster", "V",
         "Bathelt and Li (2014)",
         "pairs of investments of 20 years: share with the same destination, from one place, "
         "less that from two places of one nation",
         (_above("one place less one nation", "share"),)),
    Fact(9, "Product innovation gains from partners abroad, process innovation from local ones",
         "order", "V", "Fitjar and Rodríguez-Pose (2013)",
         "innovations are not told apart as products and processes"),
    Fact(10, "Meetings create ties", "8 to 24 % fewer if one is cancelled (16 % published)",
         "V", "Campos, Lopez de Leon and McQuillin (2018)",
         "distant ties begun in a year, gatherings cancelled in it, against not (10 % go in a "
         "quarter)",
         (Part("ties begun, cancelled over held, less 1", "share", -0.24, -0.08),),
         beyond="how many go and how many ties they bring are assumptions of the model"),
    Fact(11, "Fairs raise employment", "16 to 23 % in 8 years", "V",
         "evaluations of support for fairs",
         "a quarter of a place goes in each quarter, against none; jobs after 8 years",
         (Part("jobs, with over without, less 1", "share", 0.16, 0.23),),
         beyond="exports and patents: the model has none"),
    Fact(12, "Suppliers of affiliates grow and learn",
         "13 to 39 % more jobs (26 published), 4 to 9 % more output a job, after 4 years", "V",
         "Alfaro-Ureña, Manelici and Vasquez (2022)",
         "those who supplied for four years without a break, over themselves in the same run "
         "without supplying",
         (Part("jobs, less 1", "share", 0.13, 0.39),
          Part("output a job, less 1", "share", 0.04, 0.09)),
         fitted="supplier_jobs and supplier_gain, set to the published figures"),
    Fact(13, "A cluster programme makes more organisations innovate",
         "4.6 to 5.7 points more", "V", "evaluations of cluster programmes",
         "chance to innovate in a year of the 40 % that a cluster organisation reaches, three "
         "years on, against the same runs without",
         (Part("innovate in a year", "share", 0.046, 0.057),),
         beyond="research spending (-19 %): the model has none"),
    Fact(14, "Those a programme does not reach first lose and then gain",
         "below nothing in the first two years, above after eight", "V",
         "evaluations of cluster programmes",
         "output of organisations of the place that it does not reach, against the same runs "
         "without",
         (_below("in the first two years", "log"), _above("after eight years", "log"))),
    Fact(15, "When a plant closes, its place loses less than its jobs",
         "0.6 to 0.7 of its jobs are lost", "V", "Jofre-Monseny et al. (2018)",
         "the largest organisation of a place is closed; jobs missing two years later, as a "
         "share of those it had",
         (Part("jobs lost of those it had", "share", 0.6, 0.7),)),
    Fact(16, "Losing a place to meet costs patents, for a time",
         "8 to 18 % fewer in three years, and recovering", "V", "Andrews (2019)",
         "meeting in the place takes twice the time for three years; innovations expected",
         (Part("innovations in three years, less 1", "share", -0.18, -0.08),
          _above("a year after it ended, less the last year of it", "share"))),
    Fact(17, "Cheap distance favours places that are connected", "the gap widens", "V",
         "Forman, Goldfarb and Greenstein (2012)",
         "knowledge of a place without pipelines, against others, with `ict` 1 less 0",
         (_below("relative knowledge", "ratio"),)),
    Fact(18, "Related variety brings jobs, unrelated variety calms",
         "more jobs; jobs that change more", "V",
         "Frenken, Van Oort and Verburg (2007)",
         "places with three related industries over places with three unrelated ones, 20 years",
         (_above("jobs", "log"), _above("how much jobs change in a year", "log")),
         beyond="unemployment: the change of jobs stands for it"),
    Fact(19, "There can be too much trust, and too much likeness",
         "most in between, of either", "V",
         "Molina-Morales and Martínez-Fernández (2009); Nooteboom et al. (2007)",
         "knowledge of a place with trust 0.5 over that with 0.05 and 0.95; what is learned "
         "among half-alike organisations over alike and unlike ones",
         (_above("trust: middle over low", "log"), _above("trust: middle over high", "log"),
          _above("likeness: middle over alike", "log"),
          _above("likeness: middle over unlike", "log")),
         beyond="that it is stronger in exploration"),
    Fact(20, "Of proximities only the cognitive can be too close",
         "cognitive below nothing; others not", "V", "Broekel and Boschma (2012)",
         "growth of knowledge in 5 years on four proximities to whom one meets, each by one "
         "standard deviation",
         (_below("cognitive", "log"), Part("social", "log", -0.01),
          Part("institutional", "log", -0.01), Part("geographic", "log", -0.01))),
    Fact(21, "Learning near makes alike, learning far makes different", "signs", "V",
         "Maskell (2001); March (1991)",
         "heterogeneity of a place: trust 0.8 less 0.1 where nobody reaches out; half of time "
         "far away less none",
         (_below("learning near", "1 - cosine"), _above("learning far", "1 - cosine"))),
    Fact(22, "Where failure is forgiven, more own businesses",
         "1.25 to 1.45 times as many (1.35 published)", "V", "Fan and White (2003)",
         "organisations in years 20 to 40, penalty of failure 0.1 over 0.9",
         (Part("organisations", "ratio", 1.25, 1.45),),
         fitted="fear_of_failure and starting_again, for the ratio"),
    Fact(23, "Local venture capital brings more starts than it funds", "above 1", "V",
         "Samila and Sorenson (2011)",
         "nobody is funded one by one, so starts that were funded cannot be counted"),
    Fact(24, "Small and new exhibitors gain most from fairs", "order", "V",
         "evaluations of support for fairs",
         "half of a place goes in each quarter; knowledge after 4 years against the same runs "
         "without, of the smaller half of them less the larger",
         (_above("smaller less larger", "log"),)),
    Fact(25, "Few clusters hold most inventors", "the ten largest hold 59 to 77 %", "V",
         "Moretti (2021)",
         "50 places that begin alike; share of innovations in the ten with most after 25 years",
         (Part("share of the ten largest", "share", 0.59, 0.77),)),
    Fact(26, "Promotion brings most investors to less developed places", "order", "V",
         "Crescenzi, Di Cataldo and Giua (2021)",
         "affiliates that promotion adds in 10 years in the place that knows least, less in "
         "that which knows most",
         (_above("least less most developed", "affiliates"),),
         beyond="knowledge-intensive and occasional investors: not told apart"),
)  # fmt: skip
FACT = {one.number: one for one in FACTS}


def facts_of(numbers: tuple[int, ...]) -> tuple[Fact, ...]:
    """Return facts by number, all of them for none named.

    Raises
    ------
    InvalidArgument
        No such fact.
    """
    unknown = [number for number in numbers if number not in FACT]
    if unknown:
        raise InvalidArgument(
            f"stylised_facts: there is no fact {unknown[0]}; facts are 1 to {len(FACTS)}"
        )
    return tuple(one for one in FACTS if not numbers or one.number in numbers)
