// The report of `calibrate --html`.
#pragma once

#include <string>
#include <vector>

#include "tools/yy_run/calibration_report.h"
#include "tools/yy_run/curve.h"
#include "tools/yy_run/report_sections.h"

namespace yy {

struct CalibrationPage {
  const CalibrationReport& report;
  const std::vector<CurvePoint>& curve;  // on the pictures that the threshold was chosen on
  const CascadeEvidence& evidence;       // on those that it is judged on
  const GalleryContext& gallery;
  Surroundings surroundings;
};

std::string html_of(const CalibrationPage& page);

}  // namespace yy
