# One K-density in R, on the sites that distance_cases.py wrote:
#   Rscript distance_peers.R dbmss|base sites.csv reach
# dbmss where it is installed; "base" is what R itself offers: dist() and density().
words <- commandArgs(trailingOnly = TRUE)
sites <- read.csv(words[2])
reach <- as.numeric(words[3])
at <- seq(0, reach, length.out = 201)

said <- function(name, spent, value) {
  answer <- signif(1e6 * value[21], 2)
  cat(sprintf("%s %.3f CPU-s, %.3f s, answer %g\n", name,
              spent[["user.self"]] + spent[["sys.self"]], spent[["elapsed"]], answer))
}

if (words[1] == "dbmss") {
  if (!requireNamespace("dbmss", quietly = TRUE)) {
    cat("dbmss is not installed\n")
    quit()
  }
  window <- spatstat.geom::owin(range(sites$x), range(sites$y))
  points <- spatstat.geom::ppp(sites$x, sites$y, window = window,
    marks = data.frame(PointType = factor("a"), PointWeight = 1))
  points <- dbmss::as.wmppp(points)
  spent <- system.time(found <- dbmss::Kdhat(points, r = at, ReferenceType = "a", Approximate = 0))
  said("dbmss", spent, as.data.frame(found)$Kd)
} else {
  spent <- system.time({
    km <- as.vector(dist(sites))
    near <- km[km <= 2 * reach]
    h <- bw.nrd0(near)
    density_of <- density(c(km, -km), bw = h, from = 0, to = reach, n = 4096)
    value <- 2 * approx(density_of$x, density_of$y, at)$y
  })
  said("base R", spent, value)
}
