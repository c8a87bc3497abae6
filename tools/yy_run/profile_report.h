// Profiles of workers that did the same, for people and programs: a table of nodes, and a timeline.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "runtime/profile.h"
#include "tools/yy_run/output_file.h"

namespace yy {

// Nodes that ran, the most costly first, summed over the workers.
class ProfileTable {
 public:
  // `profiles` is not empty; all have the same rows. `seconds`: what the workers took in all, nodes or not,
  // but without preprocessing.
  ProfileTable(const std::vector<Profile>& profiles, double seconds);

  std::string text() const;  // with a summary per kind where there are stages
  nlohmann::ordered_json json() const;

 private:
  double share(double seconds) const { return seconds_ > 0 ? seconds / seconds_ : 0; }
  std::string summary() const;

  std::vector<Profile::Row> rows_;
  double seconds_;
  double outside_;  // of the nodes
  bool has_parts_;
};

// The events in the format of Chrome's trace viewer, which Perfetto reads too: process 1, a thread per
// worker.
void write_trace(OutputFile& file, const std::vector<Profile>& profiles);

}  // namespace yy
