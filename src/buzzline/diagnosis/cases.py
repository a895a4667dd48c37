"""The named cases, as claims with evidence for and against."""

from __future__ import annotations

from buzzline.diagnosis.claims import Case, Claim, against, in_favour, narrowing
from buzzline.errors import InvalidArgument

DECK = "Bathelt, H. (2019), lecture at ECLAC, Bogotá"
BATHELT_ZHAO = "Bathelt, H., Zhao, J. (2016), first pages"
LI_BATHELT = "Li, P., Bathelt, H. (2014), LSE blog"
LORENZEN = "Lorenzen, M., ed., Clusters, localized learning and policy: conversations"
GEREFFI = "Gereffi, G., Frederick, S., Bamber, P. (2019)"
ALFARO = "Alfaro-Ureña, A., Manelici, I., Vásquez, J. P. (2022)"
PRESS = "press reports on the fashion cluster of Medellín (2016, 2020)"
MODEL = "a minimal model of learning in regions, not calibrated"
BALANCE, PATTERNS = "scale_balance", "missing_link_patterns"

THIRD_ITALY = Case(
    "third_italy", "Third Italy (Marche, shoes)", "Porto Sant'Elpidio and towns around it",
    "shoes, textiles", "L+ R+ G0",
    "Flexible specialisation lives on trust and a local division of labour between towns, and "
    "on links to wider markets.",
    (
        Claim("A localised division of labour between towns, resting on trust, made the "
              "district strong: Marche makes 65 % of Italian shoe exports.", DECK,
              (in_favour("Stated with the figure.", DECK, "stated"),
               in_favour("In a model, a region with much trust and a fifth of its effort "
                         "outside leads the others (1.07 times their knowledge).",
                         MODEL, "computed"),
               against("Strong local identity explains nothing: places that had it did badly; "
                       "only particular elements can be inputs (Calafati).",
                       LORENZEN, "stated")),
              (BALANCE, "social_capital")),
        Claim("Copies of it elsewhere failed because they aimed at local networks only; local "
              "networks must connect to wider markets.", DECK,
              (in_favour("In a model, a region with as much trust and no ties outside gives up "
                         "the lead (1.00 against 1.07, about 1.8 standard errors).",
                         MODEL, "computed"),
               in_favour("1,604 Norwegian businesses: diversity of international partners goes "
                         "with more innovation, of regional and national partners hardly.",
                         "Fitjar, R. D., Rodríguez-Pose, A. (2011)", "read"),
               narrowing("For process and organisational innovation local collaboration goes "
                         "with more: the yardstick hangs on the outcome.",
                         "later surveys on innovation in Norway", "read")),
              (BALANCE, "buzz_and_pipelines")),
    ),
)  # fmt: skip
MEDELLIN = Case(
    "medellin", "Medellín (fashion)", "Medellín, Colombia", "clothing",
    "L- at first, then L+ G-",
    "Trust first, by doing something useful together; then markets abroad.",
    (
        Claim("Building trust took time, and buying supplies jointly (46 businesses) was the "
              "ground for later collaboration.", DECK,
              (in_favour("Stated: 80,000 direct and indirect jobs, 2,000 suppliers.",
                         DECK, "stated"),
               in_favour("The cluster office says its first 14 years went mainly into building "
                         "trust.", PRESS, "read"),
               narrowing("46 of 2,000 suppliers are 2.3 %; in a model, reaching one in four "
                         "does far less than reaching all (0.72 against 0.87).",
                         MODEL, "computed"),
               narrowing("The order, trust before pipelines, was not established in the model: "
                         "the two come out roughly additive.", MODEL, "computed")),
              ("social_capital", "buzz_and_pipelines")),
        Claim("What is still missing is a link to larger foreign markets, and learning of "
              "foreign consumer culture.", DECK,
              (in_favour("An offer for businesses outside Colombia began in 2020 only; exports "
                         "fell by 15 % in 2016.", PRESS, "read"),
               narrowing("14,920 businesses in 2016, 90.7 % of them micro: most are too small "
                         "for pipelines of their own.", PRESS, "read")),
              (BALANCE, "gatekeepers")),
    ),
)  # fmt: skip
COSTA_RICA_CHIPS = Case(
    "costa_rica_chips", "Costa Rica (semiconductors)", "San José, Costa Rica", "semiconductors",
    "L- R- G+, one owner",
    "A large assembly plant without local ties gives few impulses, and leaves.",
    (
        Claim("Large-scale assembly by one investor gave few impulses and no development of "
              "skills, and was moved away later.", DECK,
              (in_favour("Stated in the lecture.", DECK, "stated"),
               against("Significant gains in wages and skills in electronics, through the "
                       "service functions that came later.", GEREFFI, "read"),
               against("Suppliers to multinational businesses in Costa Rica had 26 % more "
                       "employees and 4 to 9 % more productivity four years on.",
                       ALFARO, "read"),
               in_favour("In a model, one anchor without local trust does little for others "
                         "(0.73 of other regions).", MODEL, "computed")),
              (PATTERNS, "redundancy")),
    ),
)  # fmt: skip
COSTA_RICA_DEVICES = Case(
    "costa_rica_devices", "Costa Rica (medical devices)", "several cities of Costa Rica",
    "medical devices", "G+, many owners, dispersed",
    "More and smaller investments do better; scattered over cities without ties between them "
    "they do less than they could.",
    (
        Claim("More successful than the chip plant, yet dispersed across cities with few links "
              "between them, hence limited effects.", DECK,
              (in_favour("Stated in the lecture.", DECK, "stated"),
               narrowing("Effects on local suppliers are found there whatever the place of the "
                         "plant (26 % more employees after four years).", ALFARO, "read")),
              (PATTERNS, BALANCE)),
        Claim("Missing was a regional strategy: a concentrated cluster, local suppliers, "
              "specialised training.", DECK,
              (in_favour("Stated in the lecture; no comparison is given.", DECK, "stated"),),
              (PATTERNS, "five_dimensions")),
    ),
)  # fmt: skip
WATERLOO = Case(
    "waterloo", "Waterloo (Blackberry)", "Waterloo and Toronto, Canada", "mobile telephones",
    "L+ N- G-",
    "Abundant local talent can blind a leading business to changes elsewhere.",
    (
        Claim("Research and production concentrated at home led to bureaucracy and missed "
              "changes; Huawei, from a weak base, spread its centres over the hotspots.",
              LI_BATHELT,
              (in_favour("Huawei: over 20 centres; 20 years in Silicon Valley, 15 in Bangalore "
                         "and Dallas, 4 in Ottawa.", LI_BATHELT, "stated"),
               narrowing("Both are complex cases with many other reasons, say the authors; "
                         "two cases are no test.", LI_BATHELT, "stated"),
               narrowing("Blackberry's region went on: Waterloo is counted among the new "
                         "innovative clusters by the same source.", LI_BATHELT, "stated")),
              (BALANCE, PATTERNS)),
    ),
)  # fmt: skip
BEIJING = Case(
    "beijing_biomedical", "Beijing (biomedical)",
    "Zhongguancun Life Science Park, Yizhuang, Daxing", "biomedical", "L+ between parks",
    "Clusters of one industry side by side can work together rather than compete.",
    (
        Claim("Three co-located clusters, begun as planned parks, collaborate.", BATHELT_ZHAO,
              (in_favour("Interviews by telephone.", BATHELT_ZHAO, "stated"),
               narrowing("Interviews tell of direction, not of size; overlap of sources of "
                         "staff and funds was not counted.", BATHELT_ZHAO, "stated")),
              ("separation", "colocated_clusters")),
    ),
)  # fmt: skip
ORESUND = Case(
    "oresund", "Øresund (bridge)", "Copenhagen and Malmö", "all", "R, by infrastructure",
    "A bridge alone makes no common region.",
    (
        Claim("The bridge changed little: conventions come first.", LORENZEN,
              (in_favour("Integration stalled later without wider policy.",
                         "later reports on the region", "read"),
               against("Significantly more patents per person in the region of Malmö, through "
                       "skilled people who moved in.",
                       "Ejermo, O., Hussinger, K., Kalash, B., Schubert, T. (2022)", "read")),
              ("proximities", BALANCE)),
    ),
)  # fmt: skip
COLCHAGUA = Case(
    "colchagua", "Colchagua (wine)", "Colchagua valley, Chile", "wine",
    "few gatekeepers",
    "Knowledge flows in a core of able businesses; it is not in the air.",
    (
        Claim("Few technological gatekeepers bring knowledge in and pass it on; many are "
              "isolated although they stand in the cluster.",
              "Giuliani, E., Bell, M. (2005)",
              (in_favour("Advice among 32 producers runs in a core with much absorptive "
                         "capacity (their number is remembered).",
                         "Giuliani, E., Bell, M. (2005)", "read"),
               against("In an Italian furniture district the leaders are well connected "
                       "outside and pass on little, mostly generic information.",
                       "Morrison, A. (2008)", "read"),
               narrowing("In cities of the United States direct ties outside do better than "
                         "those through gatekeepers; these matter where knowledge is local and "
                         "specialised.", "Breschi, S., Lenzi, C. (2015, 2017)", "read"),
               narrowing("Footwear in Barletta: a local or an outside tie raises innovation; "
                         "standing in the place alone does not.",
                         "Boschma, R., ter Wal, A. (2007)", "read")),
              ("gatekeepers", "external_reach")),
    ),
)  # fmt: skip

CASES = (
    THIRD_ITALY, MEDELLIN, COSTA_RICA_CHIPS, COSTA_RICA_DEVICES, WATERLOO, BEIJING, ORESUND,
    COLCHAGUA,
)  # fmt: skip


def case_named(case_id: str) -> Case:
    """Return a named case.

    Raises
    ------
    InvalidArgument
        There is none of that name; the message lists those there are.

    Examples
    --------
    >>> case_named("costa_rica_chips").is_contested
    True
    """
    for case in CASES:
        if case.case_id == case_id:
            return case
    known = ", ".join(case.case_id for case in CASES)
    raise InvalidArgument(f"case_named: there is no case {case_id!r}; cases are {known}")
