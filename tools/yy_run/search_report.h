// What a search found: a table for people, and everything as JSON.
#pragma once

#include <string>
#include <vector>

#include "tools/report/table.h"
#include "tools/yy_run/search_options.h"
#include "yy/search.h"

namespace yy {

// "a -> b" of a plan.
std::string name_of(const SearchPlan& plan, const std::vector<SearchNetwork>& networks);

// `workers` share the pictures.
Table table_of(const SearchResult& result, const std::vector<SearchNetwork>& networks, std::size_t workers,
               std::size_t rows);
std::string conclusion_of(const SearchResult& result, const std::vector<SearchNetwork>& networks);
std::string json_of(const SearchResult& result, const std::vector<SearchNetwork>& networks,
                    std::size_t workers, const SearchCommandOptions& options);

}  // namespace yy
