"""Groups of related industries in the United States, beside the 51 published traded clusters.

    python examples/us_metros/groups.py FOLDER [DRAWS]

FOLDER holds, in folders of their own, County Business Patterns by metropolitan area
(`cbp_cbsa`), an input-output table with its crosswalk (`bea_io`), definitions of clusters
(`uscmp_crosswalk`) and the published relatedness of clusters (`uscmp`). Figures are printed,
pictures go beside this file. Without draws nothing is held against chance.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

from buzzline import IndustryGroups, chart, industry_groups
from buzzline.agglomeration import employment_matrix, locational_correlation
from buzzline.charts import definitions_chart
from buzzline.tables.connectors import read_bea_flows, read_cbp
from buzzline.tables.study import Study

HERE = Path(__file__).parent
CELLS = "cbp_cbsa/cbp_cbsa_naics_2019.parquet"
CLUSTERS = "uscmp_crosswalk/naics_2012_2017_to_cluster_subcluster.csv"
FLOWS = "bea_io/Detail_Use_2017_PRO_BeforeRedef_17sch.parquet"
CROSSWALK = "bea_io/MasterCrosswalk.csv"
PUBLISHED = "uscmp/related_clusters_51x51.csv"


def main(folder: str, draws: int = 99, pictures: Path = HERE) -> IndustryGroups:
    """Read the tables, search for groups, print and draw what was found."""
    data = Path(folder)
    study = read(data)
    for counted, published in (("jobs", "cr_lcemp"), ("establishments", "cr_lcest")):
        r = agreement_with_published(study, data / PUBLISHED, counted, published)
        say(f"Relatedness of published clusters by {counted}: correlation {r:.3f} with ours.")
    found = industry_groups(study, draws=draws, rng=1)
    say(found, *found.notes)
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=160, fmt_str_lengths=45):
        say(found.summary, found.definitions.head(5), largest(found))
    chart(found).save(pictures / "us_metros_industry_groups.svg")
    definitions_chart(found).save(pictures / "us_metros_definitions.svg")
    return found


def say(*lines: object) -> None:
    """Print each on a line of its own."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def read(data: Path) -> Study:
    """Return County Business Patterns with the flows between industries."""
    study = read_cbp(data / CELLS, definitions=data / CLUSTERS)
    flows = read_bea_flows(
        data / FLOWS, crosswalk=data / CROSSWALK, employment=study.employment
    )
    return study.with_table("industry_flows", flows.industry_flows)


def agreement_with_published(study: Study, table: Path, counted: str, published: str) -> float:
    """Return the correlation of our mean relatedness between clusters with the published."""
    matrix = employment_matrix(study, digits=6)
    traded = matrix.industries["traded"].fill_null(value=False)
    related = locational_correlation(getattr(matrix, counted)[:, traded.to_numpy()])
    cluster = matrix.industries.filter(traded)["cluster"]
    pairs = pl.read_csv(table).filter(pl.col("clustera") < pl.col("clusterb"))
    ours = [
        np.nanmean(related[np.ix_((cluster == one).arg_true(), (cluster == other).arg_true())])
        for one, other in pairs.select("cluster_name", "cluster_name_2").iter_rows()
    ]
    return float(np.corrcoef(ours, pairs[published].to_numpy())[0, 1])


def largest(found: IndustryGroups) -> pl.DataFrame:
    """Return one row a group: its size, and the published cluster most of it belongs to."""
    top = pl.col("declared").mode(maintain_order=True).first()
    return (
        found.groups.drop_nulls("group")
        .group_by("group", "group_name", maintain_order=True)
        .agg(
            pl.len().alias("industries"),
            pl.col("jobs").sum(),
            pl.col("stability").mean(),
            top.alias("mostly"),
            (pl.col("declared") == top).mean().alias("of it"),
        )
        .head(20)
    )


if __name__ == "__main__":
    main(sys.argv[1], *(int(draws) for draws in sys.argv[2:3]))
