"""The register of contested evidence: who says what, and what speaks for and against it."""

from __future__ import annotations

import polars as pl

from buzzline.diagnosis.cases import CASES, DECK, LI_BATHELT, MODEL
from buzzline.diagnosis.claims import (
    Claim,
    Dispute,
    against,
    claims_table,
    in_favour,
    narrowing,
)

DISPUTES = (
    Dispute(
        "buzz_and_pipelines", "Do local buzz and global pipelines stimulate each other?",
        Claim("They do: each makes the other worth more.",
              "Bathelt, Malmberg and Maskell (2004); Bathelt (2019)",
              (narrowing("In a model they do where a few gatekeepers hold the pipelines, and "
                         "mainly for those without one (+0.13, standard error 0.02).",
                         MODEL, "computed"),
               narrowing("The sign can differ between levels and logarithms of the same "
                         "figures.", MODEL, "computed")),
              ("buzz_and_pipelines",)),
        Claim("They replace each other.", "what simple diffusion gives",
              (in_favour("In the same model, where everybody holds pipelines the interaction "
                         "is negative (-0.03 to -0.14).", MODEL, "computed"),
               in_favour("Norway, 1,604 businesses: local and national diversity of partners "
                         "goes with little, international with much innovation.",
                         "Fitjar, R. D., Rodríguez-Pose, A. (2011)", "read")),
              ("buzz_and_pipelines",)),
        "The interaction of exposure to buzz with pipelines in a panel, in levels and logs.",
    ),
    Dispute(
        "weakest_link", "Does the weakest link of the chain decide, or redundancy?",
        Claim("Processes depend on the weakest parts of the chains; some ties block.",
              "Turvani, Granovetter", (
              in_favour("In simulated diffusion it is so with one gatekeeper, always.",
                        "percolation over 60 organisations", "computed"),),
              ("redundancy", "weakest_link_test")),
        Claim("Dense clusters have many alternative ways; gatekeepers matter less.",
              "Lorenzen", (
              in_favour("In simulated diffusion it is so from about four gatekeepers and six "
                        "local ties each.", "percolation over 60 organisations", "computed"),),
              ("redundancy", "removal_curves")),
        "Which of widest path and effective conductance foretells who adopts first.",
    ),
    Dispute(
        "conventions", "Are conventions those of a network, of an industry, or of a place?",
        Claim("Culture is specific to networks.", "Lorenzen", (), ("social_capital",)),
        Claim("Culture is specific to industries (Wolfe), or to places (Gertler).",
              "Wolfe; Gertler", (), ("social_capital",)),
        "Shares of the variance of stated norms by network, industry and place.",
    ),
    Dispute(
        "monitoring", "Does watching others need proximity?",
        Claim("Locally it is automatic: one cannot help noticing.", "Maskell, Malmberg",
              (in_favour("Chance encounters raise citations.", "Atkin, D., Chen, M., Popov, A. "
                         "(2022)", "read"),
               in_favour("Prohibition cut patents by 8 to 18 %, back after some three years.",
                         "Andrews, M., Bar talk", "read")), ("monitoring",)),
        Claim("Being of one system is enough: the nuclear industry watches from afar.",
              "Turvani; Lorenzen's nuclear case", (), ("monitoring",)),
        "Who adopts first: those near, those tied, or those alike.",
    ),
    Dispute(
        "social_capital", "Is social capital one thing?",
        Claim("One concept is useful, to persuade.", "Lorenzen", (), ("social_capital",)),
        Claim("Networks must be kept apart from what flows in them.", "Turvani",
              (in_favour("United States: cohesion, civic engagement and connectedness across "
                         "classes are not highly correlated; only the last strongly foretells "
                         "upward mobility.", "Chetty, R. et al. (2022)", "read"),),
              ("social_capital",)),
        "How much structure adds to content, and content to structure.",
    ),
    Dispute(
        "cohesion", "Does success erode cohesion?",
        Claim("It does: support it when the cluster prospers.", "Gambarotto", (),
              ("social_capital",)),
        Claim("Success pays for cohesion.", "nobody in the conversations; the rival view", (),
              ("social_capital",)),
        "The change in closure and trust after years of growth.",
    ),
    Dispute(
        "too_close", "Can ties be too close?",
        Claim("Too closed fails, and so does too open: there is an optimum.",
              "Lorenzen; Saxenian",
              (in_favour("Trust and interactions show an inverted U among 154 and 156 "
                         "Valencian businesses.",
                         "Molina-Morales, F. X., Martínez-Fernández, M. T. (2009)", "read"),
               in_favour("Dutch aviation: only too much cognitive proximity harms.",
                         "Broekel, T., Boschma, R. (2012)", "read")),
              ("cognitive_distance",)),
        Claim("Distance in mind is of no practical importance: a local system is convergence.",
              "Calafati", (), ("cognitive_distance",)),
        "Two lines with a break: does the second one fall?",
    ),
    Dispute(
        "outside_ties", "Do ties outside erode ties at home?",
        Claim("Joint ventures with outsiders erode belonging.", "J. Smith", (),
              ("buzz_and_pipelines",)),
        Claim("There is no contradiction; those who grow need them.", "Saxenian; Larsson", (),
              ("buzz_and_pipelines",)),
        "The change in an organisation's local ties after it gained one outside.",
    ),
    Dispute(
        "anchors", "Does foreign ownership harm?",
        Claim("Branch plants take national funds and carry wealth away.",
              "Holbrook, Gertler, Markusen", (), ("missing_link_patterns",)),
        Claim("Ownership itself is neutral, and can strengthen.", "Saxenian; Dei Ottati",
              (in_favour("Suppliers to multinational businesses in Costa Rica: 26 % more "
                         "employees, 4 to 9 % more productivity after four years.",
                         "Alfaro-Ureña, A., Manelici, I., Vásquez, J. P. (2022)", "read"),
               narrowing("Closing plants: each job lost costs 0.6 to 0.7 more in the place.",
                         "studies of plant closures", "read")),
              ("missing_link_patterns",)),
        "What affiliates buy in the place, and what follows their entry.",
    ),
    Dispute(
        "meeting", "Do meetings make ties?",
        Claim("Fairs and conferences are temporary clusters in which pipelines begin.",
              "Maskell, Bathelt and Malmberg (2006)",
              (in_favour("A cancelled conference cut joint papers of its would-be attendees by "
                         "16 %.", "Campos, R., Leon, F., McQuillin, B. (2018)", "read"),
               in_favour("Paris 1900: exporting 4 to 10 points likelier, employment 16 to 23 % "
                         "higher over eight years.",
                         "Békés, G., Molnár, J., Steinwender, C. (discussion paper)", "read"),
               narrowing("Chile 2010 to 2015: small and young businesses gain; most estimates "
                         "are insignificant.",
                         "Monreal-Pérez, J., Geldres-Weiss, V. (2019)", "read")),
              ("temporary_clusters",)),
        Claim("Exhibitors are those who would have tied anyway.", "the rival view", (),
              ("temporary_clusters",)),
        "Pairs who would have met at an edition that was cancelled, as the comparison.",
    ),
    Dispute(
        "five_times", "Do businesses from clusters invest in similar clusters?",
        Claim("They are five times as likely to (299 Canadian cases in China).", LI_BATHELT,
              (narrowing("Whether odds or risks is not said: at a base of 10 % an odds ratio "
                         "of 5 is a risk ratio of 3.6.", "arithmetic", "computed"),
               against("Industries that cluster do so at both ends: without any effect within "
                       "industries a pooled risk ratio of 3.2 comes out of three made-up ones.",
                       "arithmetic", "computed"),
               in_favour("3,500 cases between Canada and China: coming from a cluster counts "
                         "more than coming from a country, most where knowledge is intensive.",
                         "Li, P., Bathelt, H. (2018), doi:10.1057/s41267-017-0088-6", "read"),
               against("Acquisitions to 2015: 1.34 times [1.14, 1.57] over all deals, 1.19 "
                       "[0.99, 1.42] within industry, country and year; across borders no "
                       "difference is shown.",
                       "Crunchbase, examples/cluster_networks", "computed")),
              ("investment_odds", "location_choice", "cluster_investments")),
        Claim("Leaders avoid clusters, for what would spill out of them.",
              "Shaver and Flyer (2000); Alcácer and Chung (2007)",
              (in_favour("Adverse selection in location choice.",
                         "Shaver, J. M., Flyer, F. (2000)", "remembered"),),
              ("location_choice",)),
        "The odds within an industry and year, clustered by parent.",
    ),
    Dispute(
        "investment_abroad", "Does investing abroad raise incomes at home?",
        Claim("Regions that invest more abroad have higher incomes.", DECK,
              (in_favour("Published with the chart of the lecture.",
                         "Bathelt, H., Buchholz, M. (2019)", "read"),
               against("The authors' correction: no year effects were in the tables; with them "
                       "one result remains, one holds for 2010 to 2013.",
                       "doi:10.1080/00130095.2019.1707425", "read"),
               narrowing("Largest around the 60th to 80th percentile of incomes, and after the "
                         "crisis only.",
                         "Buchholz, M., Bathelt, H., Cantwell, J. (2020)", "read")),
              ("income_ladder",)),
        Claim("Richer regions can afford to invest abroad.", "the rival view", (),
              ("income_ladder",)),
        "Both ways round, with region and year effects, and leads that should be zero.",
    ),
    Dispute(
        "top_inventors", "Do clusters make inventors more productive?",
        Claim("Larger clusters raise the output of top inventors.", "Moretti (2021)",
              (against("A coding error in the instrument; corrected estimates are null.",
                       "Wiebe, comment in the American Economic Review", "read"),)),
        Claim("They do not, once movers are followed rightly.", "Wiebe, comment", ()),
        "Moves of inventors, before and after.",
    ),
    Dispute(
        "maintained", "Do ties outlive distance?",
        Claim("Ties kept up after people were together work at a distance.",
              "Gertler; Saxenian",
              (in_favour("Citations to an inventor's former place are half as many again as "
                         "expected, about twice across fields.",
                         "Agrawal, A., Cockburn, I., McHale, J. (2006)", "read"),),
              ("temporary_clusters",)),
        Claim("Distance itself is what matters.", "the rival view", (), ("scale_balance",)),
        "Survival of ties that began in one place against those begun at a distance.",
    ),
)  # fmt: skip


def contested_evidence() -> pl.DataFrame:
    """Return every claim of the named cases and of the disputes, with its evidence.

    Returns
    -------
    DataFrame
        One row a piece of evidence: `about`, `title`, `kind` ("case", "dispute"), `claim`,
        `holder`, `side` ("for", "against", "qualifies"; empty where none is known),
        `evidence`, `source`, `tag` ("read", "remembered", "computed", "stated"), `measures`.

    Examples
    --------
    >>> contested_evidence().filter(about="oresund")["side"].to_list()
    ['for', 'against']
    """
    return claims_table(CASES, DISPUTES)
