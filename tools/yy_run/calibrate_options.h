// The flags of `yy-run calibrate`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/yy_run/run_options.h"
#include "yy/calibration.h"

namespace yy {

struct CalibrateOptions {
  RunOptions run;  // pictures, networks, batch, threads, device...
  std::string output, html, curve;
  std::optional<double> target_loss;  // percentage points
  std::optional<double> max_defer;    // a fraction
  std::optional<double> max_latency;  // milliseconds
  std::string method = "bound";
  std::string reference = "labels";
  double confidence = 0.95;
  double split = 1;
  std::uint64_t seed = 0;

  CalibrationOptions calibration(std::size_t classes) const;
};

void add_calibrate_options(CLI::App& app, CalibrateOptions& options);

void check(const CalibrateOptions& options);  // throws Error (usage)

}  // namespace yy
