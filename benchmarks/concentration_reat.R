# Ellison and Glaeser's index of all industries with REAT (Wieland), beside ours:
#   Rscript benchmarks/concentration_reat.R plants.csv
# plants.csv: jobs, area, industry; one row a plant.
if (!requireNamespace("REAT", quietly = TRUE)) {
  cat("not installed in R (archived package; version 3.0.3 was current)\n")
  quit(status = 0)
}
plants <- read.csv(commandArgs(trailingOnly = TRUE)[1])
took <- system.time(
  found <- REAT::ellison.a2(plants$jobs, plants$industry, plants$area, print.results = FALSE)
)
cat(sprintf("%.2f CPU-seconds, mean gamma %.9f\n", took[["user.self"]] + took[["sys.self"]],
            mean(found[, 1], na.rm = TRUE)))
