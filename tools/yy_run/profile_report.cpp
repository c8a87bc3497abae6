#include "tools/yy_run/profile_report.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>
#include <string_view>
#include <utility>

#include "tools/report/table.h"

namespace yy {
namespace {

using Json = nlohmann::ordered_json;

constexpr double smallest_shown =
    1e-4;  // share of a row in the table; queues leave many rows of a call or two

// What a cascade adds to its networks.
bool routes(const Profile::Row& row) {
  static const std::set<std::string_view> ops{"Probe", "Select", "GatherRows", "ScatterRows"};
  return ops.contains(row.op);
}

double gflops_of(const Profile::Row& row) {
  return 2e-9 * static_cast<double>(row.macs) * static_cast<double>(row.calls) / row.seconds;
}

bool has_gflops(const Profile::Row& row) {
  return row.macs > 0 && row.seconds > 0;
}

double ms_per_call(const Profile::Row& row) {
  return 1e3 * row.seconds / static_cast<double>(row.calls);
}

double microseconds(double seconds) {
  return std::round(1e9 * seconds) / 1e3;
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json event_of(const Profile::Row& row, const Profile::Event& event, std::size_t thread) {
  Json args{{"implementation", row.implementation}, {"shape", row.shape}};
  if (!row.part.empty()) args["stage"] = row.part;
  return {{"name", row.node.empty() ? row.op : row.node},
          {"cat", row.op},
          {"ph", "X"},
          {"ts", microseconds(event.start)},
          {"dur", microseconds(event.seconds)},
          {"pid", 1},
          {"tid", thread},
          {"args", std::move(args)}};
}

}  // namespace

ProfileTable::ProfileTable(const std::vector<Profile>& profiles, double seconds)
    : rows_(profiles.at(0).rows()), seconds_(seconds), outside_(seconds) {
  for (std::size_t p = 1; p < profiles.size(); ++p) {
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      rows_[r].calls += profiles[p].rows().at(r).calls;
      rows_[r].seconds += profiles[p].rows()[r].seconds;
    }
  }
  std::erase_if(rows_, [](const Profile::Row& row) { return row.calls == 0; });
  std::stable_sort(rows_.begin(), rows_.end(),
                   [](const auto& a, const auto& b) { return a.seconds > b.seconds; });
  for (const Profile::Row& row : rows_) outside_ -= row.seconds;
  has_parts_ = std::any_of(rows_.begin(), rows_.end(), [](const auto& row) { return !row.part.empty(); });
}

std::string ProfileTable::text() const {
  constexpr auto right = Table::Align::right;
  std::vector<Table::Column> columns{{"node"},           {"operator"},      {"output"},
                                     {"implementation"}, {"calls", right},  {"ms per call", right},
                                     {"%", right},       {"GFLOP/s", right}};
  if (has_parts_) columns.insert(columns.begin(), {"stage"});
  Table table(std::move(columns));
  const auto add = [&](const std::string& part, std::vector<std::string> cells) {
    if (has_parts_) cells.insert(cells.begin(), part);
    table.add(std::move(cells));
  };
  const auto percent = [&](double seconds) { return fmt::format("{:.2f}", 100 * share(seconds)); };
  std::size_t shown = 0;
  for (; shown < rows_.size() && share(rows_[shown].seconds) >= smallest_shown; ++shown) {
    const Profile::Row& row = rows_[shown];
    const std::string part = row.part.starts_with("stage ") ? row.part.substr(6) : row.part;
    add(part, {row.node, row.op, row.shape, row.implementation, with_commas(row.calls),
               fmt::format("{:.4f}", ms_per_call(row)), percent(row.seconds),
               has_gflops(row) ? fmt::format("{:.1f}", gflops_of(row)) : ""});
  }
  if (shown < rows_.size()) {
    double rest = 0;
    for (std::size_t r = shown; r < rows_.size(); ++r) rest += rows_[r].seconds;
    add("", {fmt::format("{} more", rows_.size() - shown), "", "", "", "", "", percent(rest), ""});
  }
  add("", {"outside of nodes", "", "", "", "", "", percent(outside_), ""});
  return table.text() + (has_parts_ ? "\n" + summary() : "");
}

std::string ProfileTable::summary() const {
  double networks = 0, routing = 0;
  for (const Profile::Row& row : rows_) (routes(row) ? routing : networks) += row.seconds;
  return fmt::format(
      "networks                         {:6.2f} %\n"
      "probe, select, gather, scatter   {:6.2f} %\n"
      "queues and verdicts              {:6.2f} %\n",
      100 * share(networks), 100 * share(routing), 100 * share(outside_));
}

Json ProfileTable::json() const {
  Json rows = Json::array();
  for (const Profile::Row& row : rows_) {
    Json entry;
    if (!row.part.empty()) entry["stage"] = row.part;
    entry["node"] = row.node;
    entry["operator"] = row.op;
    entry["shape"] = row.shape;
    entry["implementation"] = row.implementation;
    entry["calls"] = row.calls;
    entry["ms_per_call"] = ms_per_call(row);
    entry["fraction"] = share(row.seconds);
    if (has_gflops(row)) entry["gflops"] = gflops_of(row);
    rows.push_back(std::move(entry));
  }
  return {{"rows", std::move(rows)}, {"outside_fraction", share(outside_)}};
}

void write_trace(OutputFile& file, const std::vector<Profile>& profiles) {
  file.write("{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n");
  std::string separator;
  for (std::size_t p = 0; p < profiles.size(); ++p) {
    const std::size_t thread = p + 1;
    const Json name{{"name", "thread_name"},
                    {"ph", "M"},
                    {"pid", 1},
                    {"tid", thread},
                    {"args", {{"name", fmt::format("worker {}", thread)}}}};
    file.write(std::exchange(separator, ",\n") + dump(name));
    for (const Profile::Event& event : profiles[p].events()) {
      file.write(separator + dump(event_of(profiles[p].rows()[event.row], event, thread)));
    }
  }
  file.write("\n]}\n");
}

}  // namespace yy
