# Why K of all trees of paracou16 differs between dbmss (that is, spatstat) and buzzline.
# Run: Rscript tests/references/make_paracou.R FOLDER > tests/references/paracou.json
# FOLDER holds dbmss_paracou16.csv and dbmss_paracou16_window.csv.
# spatstat.explore and spatstat.geom (GPL >= 2): only their numbers are stored.
suppressPackageStartupMessages({library(spatstat.explore); library(spatstat.geom)})
folder <- commandArgs(trailingOnly = TRUE)[1]
trees <- read.csv(file.path(folder, "dbmss_paracou16.csv"))
corners <- read.csv(file.path(folder, "dbmss_paracou16_window.csv"))
points <- suppressWarnings(ppp(trees$x, trees$y, window = owin(poly = list(x = corners$x, y = corners$y))))
row <- function(x) paste0("[", paste(formatC(as.numeric(x), digits = 17, format = "g"), collapse = ", "), "]")
line <- function(name, x) paste0('  "', name, '": ', row(x))
# The weight of a circle must hardly change when it grows or shrinks by a billionth: here it jumps.
apart <- pairdist(points)
weight <- edge.Ripley(points, apart)
grown <- edge.Ripley(points, apart * (1 + 1e-9))
shrunk <- edge.Ripley(points, apart * (1 - 1e-9))
jump <- pmax(abs(weight - grown), abs(weight - shrunk))
at <- which(apart > 0 & apart <= 100 & jump > 0.001, arr.ind = TRUE)
# K_mm on the grid spatstat chooses, and read off it by straight lines at other distances.
marked <- Kmark(points %mark% trees$weight, function(m1, m2) m1 * m2, correction = "isotropic", normalise = TRUE)
r <- c(2, 5, 10, 20, 30, 50)
items <- c(
  paste0('  "source": "spatstat.explore ', packageVersion("spatstat.explore"), ", spatstat.geom ",
         packageVersion("spatstat.geom"), " (GPL >= 2), ", R.version.string, '"'),
  line("circles", sum(apart > 0 & apart <= 100)),
  line("x", points$x[at[, 1]]), line("y", points$y[at[, 1]]), line("radius", apart[at]),
  line("weight", weight[at]), line("weight_of_grown", grown[at]), line("weight_of_shrunk", shrunk[at]),
  line("Kmm_grid", marked$r), line("Kmm_on_grid", marked$iso),
  line("r", r), line("Kmm_between_grid", approx(marked$r, marked$iso, r)$y))
cat("{\n", paste(items, collapse = ",\n"), "\n}\n", sep = "")
