# Peers of benchmarks/distance_functions_cases.py:
#   Rscript benchmarks/distance_functions_peers.R spatstat_draws 10000
arguments <- commandArgs(trailingOnly = TRUE)
peer <- arguments[1]
n <- as.integer(arguments[2])
package <- if (startsWith(peer, "spatstat")) "spatstat.explore" else "dbmss"
if (!requireNamespace(package, quietly = TRUE)) {
  cat(package, "is not installed in R\n")
  quit(status = 0)
}
suppressPackageStartupMessages({library(package, character.only = TRUE); library(spatstat.geom); library(spatstat.random)})
set.seed(1)
r <- seq(0, 0.25, length.out = 51)
points <- runifpoint(n)
industry <- function() {
  kind <- rep("other", n)
  kind[sample(n, n %/% 10)] <- "dealt"
  wmppp(data.frame(X = points$x, Y = points$y, PointType = kind), window = owin())
}
run <- switch(peer,
  spatstat_draws = function() for (draw in 1:100) Kest(runifpoint(n), correction = "none", rmax = 0.25),
  spatstat_border = function() Kest(points, correction = "border", rmax = 0.25),
  dbmss_draws = function() MEnvelope(industry(), r, 100, ReferenceType = "dealt",
                                     SimulationType = "RandomLabeling", verbose = FALSE),
  dbmss_density = function() mhat(industry(), r, ReferenceType = "dealt")
)
took <- system.time(run())
cat(sprintf("%.2f CPU-seconds, %.2f s, %s %s\n", took[["user.self"]] + took[["sys.self"]],
            took[["elapsed"]], package, packageVersion(package)))
