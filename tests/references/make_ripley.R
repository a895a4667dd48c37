# Ripley's K and its relatives on a concave polygon with a hole, for tests/agglomeration/test_ripley.py.
# Run: Rscript tests/references/make_ripley.R > tests/references/ripley.json
# spatstat.explore and spatstat.geom (GPL >= 2): only their numbers are stored.
suppressPackageStartupMessages({library(spatstat.explore); library(spatstat.geom); library(spatstat.random)})
set.seed(20261122)
outer <- list(x = c(0, 6, 6, 3.5, 2.5, 0), y = c(0, 0, 2.2, 1.9, 4, 4))  # anticlockwise
hole <- list(x = c(0.8, 1.5, 1.9), y = c(0.7, 1.8, 0.8))                  # clockwise
window <- owin(poly = list(outer, hole))
points <- runifpoint(90, win = window)
kind <- factor(sample(c("a", "b"), 90, replace = TRUE))
size <- round(rexp(90), 3)
intensity <- round(4 + 2 * points$x + runif(90), 3)
r <- seq(0, 1, length.out = 513)
at <- c(1, 33, 65, 129, 193, 257, 385, 513)
number <- function(x) ifelse(is.finite(x), formatC(x, digits = 17, format = "g"), "null")
row <- function(x) paste0("[", paste(number(as.numeric(x)), collapse = ", "), "]")
line <- function(name, x) paste0('  "', name, '": ', row(x))
pick <- function(f, correction) as.data.frame(f)[at, correction]
# Kest reads the overlap of a polygon with its shifted copy off a pixel image; edge.Trans can be exact.
n <- npoints(points)
apart <- pairdist(points)
weights <- edge.Trans(points, exact = TRUE)
diag(weights) <- 0
exact <- sapply(r[at], function(at) sum(weights[apart <= at]) * area(window) / (n * (n - 1)))
crossed <- weights[kind == "a", kind == "b"]
crossed_exact <- sapply(r[at], function(at) sum(crossed[apart[kind == "a", kind == "b"] <= at]) * area(window) / length(crossed))
divided <- weights / outer(intensity, intensity)
weighed_exact <- sapply(r[at], function(at) sum(divided[apart <= at]) / area(window))
k <- Kest(points, r = r, correction = c("none", "border", "translate", "isotropic"), rmax = 1)
# Asked for alone, the border correction takes another path; beside others it rounds distances
# from the border up to the next r.
border <- Kest(points, r = r, correction = "border")
weighed_border <- Kinhom(points, lambda = intensity, r = r, correction = "border", renormalise = FALSE)
l <- Lest(points, r = r, correction = "isotropic")
typed <- points %mark% kind
cross <- Kcross(typed, "a", "b", r = r, correction = c("none", "border", "translate", "isotropic"))
weighed <- Kinhom(points, lambda = intensity, r = r, correction = c("border", "translate", "isotropic"),
                  renormalise = FALSE)
sized <- Kmark(points %mark% size, function(m1, m2) m1 * m2, r = r, correction = "isotropic", normalise = TRUE)
grid <- seq(0, 1, length.out = 513)
pair <- pcf(points, r = grid, kernel = "epanechnikov", bw = 0.1, correction = c("translate", "isotropic"), divisor = "r")
paird <- pcf(points, r = grid, kernel = "epanechnikov", bw = 0.1, correction = c("translate", "isotropic"), divisor = "d")
auto <- pcf(points, r = grid, correction = "isotropic")
items <- c(
  paste0('  "source": "spatstat.explore ', packageVersion("spatstat.explore"), ", spatstat.geom ",
         packageVersion("spatstat.geom"), " (GPL >= 2), ", R.version.string, '"'),
  line("outer_x", outer$x), line("outer_y", outer$y), line("hole_x", hole$x), line("hole_y", hole$y),
  line("area", area(window)), line("x", points$x), line("y", points$y), line("is_a", kind == "a"),
  line("size", size), line("intensity", intensity), line("r", r[at]),
  line("K_none", pick(k, "un")), line("K_border", pick(border, "border")), line("K_border_beside_others", pick(k, "border")), line("K_translate", exact), line("K_translate_by_image", pick(k, "trans")),
  line("K_isotropic", pick(k, "iso")), line("L_isotropic", pick(l, "iso")),
  line("cross_none", pick(cross, "un")), line("cross_border", pick(cross, "border")),
  line("cross_translate", crossed_exact), line("cross_isotropic", pick(cross, "iso")),
  line("inhomogeneous_border", pick(weighed_border, "border")), line("inhomogeneous_translate", weighed_exact),
  line("inhomogeneous_isotropic", pick(weighed, "iso")), line("marked_isotropic", pick(sized, "iso")),
  line("pcf_translate_r", pick(pair, "trans")), line("pcf_isotropic_r", pick(pair, "iso")),
  line("pcf_translate_d", pick(paird, "trans")), line("pcf_isotropic_d", pick(paird, "iso")),
  line("pcf_isotropic_default", pick(auto, "iso")), line("pcf_default_bw", attr(auto, "bw")))
cat("{\n", paste(items, collapse = ",\n"), "\n}\n", sep = "")
