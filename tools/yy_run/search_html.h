// The report of `search --html`.
#pragma once

#include <string>
#include <vector>

#include "tools/yy_run/report_sections.h"
#include "tools/yy_run/search_options.h"
#include "yy/search.h"

namespace yy {

struct SearchPage {
  const SearchResult& result;
  const std::vector<SearchNetwork>& networks;
  const SearchCommandOptions& options;
  std::size_t workers;
  std::vector<const NetworkRun*> runs;  // of the networks
  std::string conclusion;
  // Of the best cascade, or, where no cascade reaches the goal, nothing.
  const CascadeEvidence* cascade = nullptr;
  const GalleryContext* gallery = nullptr;
  Surroundings surroundings;
};

std::string html_of(const SearchPage& page);

}  // namespace yy
