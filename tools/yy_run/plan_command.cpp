#include "tools/yy_run/plan_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

#include "tools/device_option.h"
#include "tools/report/table.h"
#include "tools/yy_run/output_file.h"
#include "tools/yy_run/report_model.h"
#include "tools/yy_run/run_options.h"

namespace yy {
namespace {

struct PlanOptions {
  std::string model;
  std::int64_t batch = 1;
  int threads = 1;
  DeviceOption device;
  std::string precision = "f32";
  std::string json;
};

// A tensor or a workspace at the step that makes it; step -1 are the inputs.
struct Row {
  int step = -1;
  std::string node, op, implementation, tensor;
  std::size_t bytes = 0;
  Placement::Kind kind = Placement::Kind::arena;
  std::size_t offset = 0;
  int first = 0, last = 0;
};

void place(Row& row, const Program& program, int interval) {
  const Interval& lifetime = program.intervals()[static_cast<std::size_t>(interval)];
  row.kind = Placement::Kind::arena;
  row.offset = program.memory().offsets[static_cast<std::size_t>(interval)];
  row.first = lifetime.first;
  row.last = lifetime.last;
}

void place_value(Row& row, const Program& program, ValueId id) {
  const Value& value = program.graph().value(id);
  const Placement& placement = program.placements()[static_cast<std::size_t>(id)];
  row.tensor = value.name;
  row.bytes = value.desc.bytes();
  row.kind = placement.kind;
  if (placement.kind == Placement::Kind::arena) place(row, program, placement.interval);
  row.offset += placement.offset;
}

std::vector<Row> rows_of(const Program& program) {
  std::vector<Row> rows;
  for (ValueId id : program.graph().inputs) {
    Row row;
    row.op = "input";
    place_value(row, program, id);
    rows.push_back(row);
  }
  for (std::size_t s = 0; s < program.steps().size(); ++s) {
    const auto& [node, kernel] = program.steps()[s];
    Row row;
    row.step = static_cast<int>(s);
    row.node = node.name;
    row.op = node.op->name();
    row.implementation = kernel.implementation;
    for (ValueId id : node.outputs) {
      if (id == no_value) continue;
      place_value(row, program, id);
      rows.push_back(row);
    }
    if (const int interval = program.workspace_intervals()[s]; interval >= 0) {
      row.tensor = "(workspace)";
      row.bytes = kernel.workspace_bytes;
      place(row, program, interval);
      rows.push_back(row);
    }
  }
  return rows;
}

std::string text_of(const std::vector<Row>& rows) {
  constexpr auto right = Table::Align::right;
  Table table({{"step", right},
               {"node"},
               {"op"},
               {"implementation"},
               {"tensor"},
               {"bytes", right},
               {"offset", right},
               {"lifetime", right}});
  for (const Row& row : rows) {
    const bool placed = row.kind == Placement::Kind::arena;
    table.add({row.step < 0 ? "" : std::to_string(row.step), row.node, row.op, row.implementation, row.tensor,
               with_commas(row.bytes), placed ? with_commas(row.offset) : "",
               placed ? fmt::format("{}-{}", row.first, row.last) : "constant"});
  }
  return table.text();
}

// Implementations that come before those that run, and why they do not: a line per reason, with the nodes.
std::string passed_over(const Program& program) {
  std::map<std::string, std::vector<std::string>> nodes;
  for (const Step& step : program.steps()) {
    for (const std::string& reason : step.kernel.passed_over) nodes[reason].push_back(step.node.name);
  }
  std::string text;
  for (const auto& [reason, names] : nodes) {
    text +=
        fmt::format("passed over at {} {} ({}{}): {}\n", names.size(), names.size() == 1 ? "node" : "nodes",
                    names.front(), names.size() > 1 ? ", ..." : "", reason);
  }
  return text;
}

double ratio_of(const MemoryPlan& memory) {
  return memory.lower_bound == 0
             ? 1
             : static_cast<double>(memory.arena_bytes) / static_cast<double>(memory.lower_bound);
}

std::string totals_of(const Program& program, const Network& network) {
  const MemoryPlan& memory = program.memory();
  return fmt::format(
      "arena        {} bytes\nlower bound  {} bytes\nratio        {:.4f}\nweights      {} bytes\n",
      with_commas(memory.arena_bytes), with_commas(memory.lower_bound), ratio_of(memory),
      with_commas(network.weights_bytes()));
}

std::string json_of(const std::vector<Row>& rows, const Program& program, const Network& network,
                    const PlanOptions& options) {
  using Json = nlohmann::ordered_json;
  Json out{{"model", options.model},
           {"batch", options.batch},
           {"threads", options.threads},
           {"device", network.backend().name()},
           {"arena_bytes", program.memory().arena_bytes},
           {"lower_bound", program.memory().lower_bound},
           {"ratio", ratio_of(program.memory())},
           {"weights_bytes", network.weights_bytes()},
           {"rows", Json::array()}};
  for (const Row& row : rows) {
    Json entry{{"step", row.step},     {"node", row.node},
               {"op", row.op},         {"implementation", row.implementation},
               {"tensor", row.tensor}, {"bytes", row.bytes}};
    if (row.kind == Placement::Kind::arena) {
      entry["offset"] = row.offset;
      entry["first"] = row.first;
      entry["last"] = row.last;
    }
    out["rows"].push_back(std::move(entry));
  }
  out["passed_over"] = Json::array();
  for (const Step& step : program.steps()) {
    for (const std::string& reason : step.kernel.passed_over)
      out["passed_over"].push_back({{"node", step.node.name}, {"reason", reason}});
  }
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

ExitCode plan(const PlanOptions& options) {
  const Network network(load_for_report(options.model).onnx.graph, options.model,
                        open_named_device(options.device));
  const Precision precision = choose_precision(options.precision, network.backend());
  const auto program = compile_for_report(network, options.batch, options.threads, precision);
  const std::vector<Row> rows = rows_of(*program);
  if (!options.json.empty()) {
    write_file(options.json, json_of(rows, *program, network, options));
  }
  if (options.json == "-") return ExitCode::ok;
  write_file("-", text_of(rows) + "\n" + passed_over(*program) + totals_of(*program, network));
  return ExitCode::ok;
}

}  // namespace

Command add_plan_command(CLI::App& app) {
  auto options = std::make_shared<PlanOptions>();
  CLI::App* command = app.add_subcommand("plan", "Show where a network's tensors lie in memory");
  command->add_option("MODEL", options->model, "An ONNX file")->required();
  command->add_option("--batch", options->batch, "Pictures per run")
      ->required()
      ->check(CLI::Range(1, largest_batch));
  add_threads_option(*command, options->threads);
  add_device_option(*command, options->device);
  add_precision_option(*command, options->precision);
  command->add_option("--json", options->json, "The same as JSON; - is stdout")->type_name("FILE");
  return {command, [options] { return plan(*options); }};
}

}  // namespace yy
