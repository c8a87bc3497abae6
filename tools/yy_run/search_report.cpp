#include "tools/yy_run/search_report.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/report/table.h"

namespace yy {
namespace {

double images_per_second(const SearchPlan& plan, std::size_t workers) {
  return static_cast<double>(workers) / plan.seconds;
}

const SearchPlan* at(const SearchResult& result, std::ptrdiff_t position) {
  return position < 0 ? nullptr : &result.plans[static_cast<std::size_t>(position)];
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : " ") + part;
  return text;
}

}  // namespace

std::string name_of(const SearchPlan& plan, const std::vector<SearchNetwork>& networks) {
  std::string name;
  for (std::size_t network : plan.networks) name += (name.empty() ? "" : " -> ") + networks[network].name;
  return name;
}

Table table_of(const SearchResult& result, const std::vector<SearchNetwork>& networks, std::size_t workers,
               std::size_t rows) {
  using Align = Table::Align;
  const auto is_known = [](const SearchPlan& plan) { return !std::isnan(plan.joules); };
  const bool has_joules = std::ranges::any_of(result.plans, is_known);
  std::vector<Table::Column> columns{{"networks"},
                                     {"accuracy", Align::right},
                                     {"images/s", Align::right},
                                     {"core-ms", Align::right},
                                     {"MiB", Align::right},
                                     {"gets (%)", Align::right},
                                     {"thresholds", Align::right},
                                     {""}};
  if (has_joules) columns.insert(columns.begin() + 4, {"J/image", Align::right});
  Table table(columns);
  std::size_t shown = 0;
  for (std::size_t i = 0; i < result.plans.size(); ++i) {
    const SearchPlan& plan = result.plans[i];
    const auto position = static_cast<std::ptrdiff_t>(i);
    const bool matters = plan.networks.size() == 1 || plan.is_on_front || position == result.best_cascade;
    if (!matters && shown >= rows) continue;
    ++shown;
    std::vector<std::string> gets, thresholds;
    for (std::size_t s = 1; s < plan.seen.size(); ++s)
      gets.push_back(fmt::format("{:.1f}", 100 * plan.seen[s]));
    for (float threshold : plan.thresholds) thresholds.push_back(fmt::format("{:.4f}", threshold));
    std::vector<std::string> notes;
    if (position == result.best_single || position == result.best_cascade) notes.emplace_back("best");
    if (plan.is_on_front) notes.emplace_back("front");
    if (!plan.fits) notes.emplace_back("does not fit");
    std::vector<std::string> cells{name_of(plan, networks),
                                   fmt::format("{:.4f}", plan.accuracy),
                                   fmt::format("{:.1f}", images_per_second(plan, workers)),
                                   fmt::format("{:.3f}", 1e3 * plan.seconds),
                                   fmt::format("{:.1f}", static_cast<double>(plan.bytes) / (1 << 20)),
                                   joined(gets),
                                   joined(thresholds),
                                   joined(notes)};
    if (has_joules) cells.insert(cells.begin() + 4, is_known(plan) ? fmt::format("{:.4f}", plan.joules) : "");
    table.add(std::move(cells));
  }
  return table;
}

std::string conclusion_of(const SearchResult& result, const std::vector<SearchNetwork>& networks) {
  const SearchPlan *single = at(result, result.best_single), *cascade = at(result, result.best_cascade);
  const std::string wanted = fmt::format("of those with an accuracy of at least {:.4f}", result.goal);
  if (single == nullptr && cascade == nullptr) return "nothing reaches what was asked for\n";
  std::string text;
  if (single != nullptr) text += fmt::format("quickest network {}: {}\n", wanted, name_of(*single, networks));
  if (cascade == nullptr) return text + "no cascade reaches that\n";
  text += fmt::format("quickest cascade {}: {}\n", wanted, name_of(*cascade, networks));
  if (single == nullptr) return text;
  const double speed = single->seconds / cascade->seconds;
  return text +
         (result.cascade_pays
              ? fmt::format("the cascade is {:.2f} times as fast\n", speed)
              : fmt::format("no cascade pays: the quickest is {:.2f} times as fast as the network alone\n",
                            speed));
}

std::string json_of(const SearchResult& result, const std::vector<SearchNetwork>& networks,
                    std::size_t workers, const SearchCommandOptions& options) {
  nlohmann::ordered_json json;
  json["objective"] = options.objective;
  json["target_loss"] = options.target_loss / 100;
  json["goal_accuracy"] = result.goal;
  json["cascade_pays"] = result.cascade_pays;
  json["best_single"] = result.best_single;
  json["best_cascade"] = result.best_cascade;
  auto& plans = json["plans"] = nlohmann::ordered_json::array();
  for (const SearchPlan& plan : result.plans) {
    nlohmann::ordered_json row;
    for (std::size_t network : plan.networks) row["networks"].push_back(networks[network].name);
    row["thresholds"] = plan.thresholds;
    row["accuracy"] = plan.accuracy;
    row["seen_fractions"] = plan.seen;
    row["core_seconds_per_image"] = plan.seconds;
    if (!std::isnan(plan.joules)) row["joules_per_image"] = plan.joules;
    row["images_per_s"] = images_per_second(plan, workers);
    row["bytes"] = plan.bytes;
    row["fits"] = plan.fits;
    row["front"] = plan.is_on_front;
    plans.push_back(std::move(row));
  }
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace yy
