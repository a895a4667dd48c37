"""Tables of distinctness in space: valleys between neighbouring clusters."""

from __future__ import annotations

from buzzline.export.meanings.columns import CLUSTER_ID, INDUSTRY, LABEL, LEVEL, Meaning, P, Q

TABLE_MEANING: dict[str, str] = {
    "distinctness": "Whether neighbouring clusters of an industry are distinct in space.",
    "distinctness_ways": "The surface on the way between them, from peak over saddle to peak.",
}

_OTHER_ID = ("other_id", "", "Identifier of the neighbouring cluster; empty without one.")
_VALUE = "1 - saddle / lower peak: 0 without a valley, 1 when it goes down to nothing"

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "distinctness": (
        CLUSTER_ID, _OTHER_ID, LABEL,
        ("other_label", "", "Place a person recognises the other cluster by."), INDUSTRY,
        ("distance_km", "km", "Between the densest sites of both."),
        ("peak", "ratio", "Share of the industry at its peak in the cluster, over its share of "
                          "all organisations of the study."),
        ("other_peak", "ratio", "The same in the other cluster."),
        ("saddle", "ratio", "The same at the lowest point of the best way between the peaks."),
        ("value", "share", f"Distinctness Dsp: {_VALUE}."),
        ("low", "share", "Lower end of the band of Dsp of one agglomeration, by chance."),
        ("high", "share", "Upper end of that band."),
        LEVEL,
        ("null_mean", "share", "Mean Dsp of one agglomeration, by chance."), P, Q,
        ("stability", "share", "Resamples, by owner, in which the two stay apart."),
        ("openness", "share", "How much of the density of all organisations is lost between; "
                              "from 0.95 on it is open country."),
        ("is_open", "", "Open country: hardly anybody, of any industry, stands between."),
        ("bandwidth_km", "km", "Standard deviation of the kernel."),
        ("value_narrow", "share", "Dsp at 0.7 times the bandwidth."),
        ("p_narrow", "probability", "p at 0.7 times the bandwidth."),
        ("is_open_narrow", "", "Open country at 0.7 times the bandwidth."),
        ("value_wide", "share", "Dsp at 1.4 times the bandwidth."),
        ("p_wide", "probability", "p at 1.4 times the bandwidth."),
        ("is_open_wide", "", "Open country at 1.4 times the bandwidth."),
        ("n", "organisations", "Members of the cluster with coordinates."),
        ("n_other", "organisations", "Members of the other cluster with coordinates."),
        ("verdict", "", "Distinct, not distinct or not testable."),
        ("reason", "", "Why the verdict is what it is."),
    ),
    "distinctness_ways": (
        CLUSTER_ID, _OTHER_ID, ("step", "count", "Number of the step, 0 at the first peak."),
        ("way_km", "km", "Walked from the first peak."),
        ("risk", "ratio", "Share of the industry there over its share of all organisations."),
        ("low", "ratio", "Lower end of the band of one agglomeration, by chance."),
        ("high", "ratio", "Upper end of that band."),
    ),
}  # fmt: skip
