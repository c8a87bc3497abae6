// The report of `run --html`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/yy_run/report_sections.h"
#include "tools/yy_run/summary.h"
#include "yy/pair_file.h"
#include "yy/verdict.h"

namespace yy {

// What a report needs of the verdicts.
class RunRecord {
 public:
  explicit RunRecord(std::size_t pictures)
      : is_answered_(pictures), probabilities_(pictures), answers_(pictures) {}

  void add(const Verdict& verdict, int label);

  std::vector<Answered> answers() const;     // of the pictures that were answered, in their order
  std::vector<float> probabilities() const;  // of the same

 private:
  std::vector<bool> is_answered_;
  std::vector<float> probabilities_;
  std::vector<Answered> answers_;
};

struct RunPage {
  const Summary& summary;
  const RunRecord& record;
  const GalleryContext& gallery;
  const std::optional<PairFile>& pair;
  Surroundings surroundings;
};

std::string html_of(const RunPage& page);

}  // namespace yy
