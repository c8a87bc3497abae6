#include "tools/yy_run/compare_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <optional>

#include "onnx/loader.h"
#include "tools/report/table.h"
#include "tools/yy_run/comparison.h"
#include "tools/yy_run/output_file.h"
#include "tools/yy_run/raw_run.h"
#include "tools/yy_run/tensor_files.h"

namespace yy {
namespace {

namespace fs = std::filesystem;

struct CompareOptions {
  RawRunOptions run;
  std::string reference;
  Tolerance tolerance;
};

// A value with a stored reference.
struct Reference {
  ValueId id;
  fs::path file;
  std::string maker;  // label of the node that makes it
};

std::optional<fs::path> file_of(const std::string& value, const fs::path& folder) {
  const fs::path npy = folder / npy_file_name(value);
  for (const fs::path& file : {npy, fs::path(npy).replace_extension(".pb")}) {
    if (fs::exists(file)) return file;
  }
  return std::nullopt;
}

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::usage, what);
}

// The outputs, all of which should have a reference, and the values within that have one, in the order of the
// nodes.
std::vector<Reference> find_references(const Graph& graph, const fs::path& folder) {
  if (!fs::is_directory(folder)) refuse(fmt::format("{}: no such folder", folder.string()));
  std::vector<Reference> all;
  std::map<fs::path, std::string> taken;  // file -> value
  const auto add = [&](ValueId id, const std::string& maker) {
    const std::string& name = graph.value(id).name;
    const auto file = file_of(name, folder);
    if (!file) return;
    if (const auto [other, is_new] = taken.emplace(*file, name); !is_new) {
      refuse(
          fmt::format("{} would be the reference of '{}' and of '{}'", file->string(), other->second, name));
    }
    all.push_back({id, *file, maker});
  };
  const std::vector<int> producers = graph.producers();
  std::string missing;
  for (ValueId id : graph.outputs) {
    if (producers[static_cast<std::size_t>(id)] < 0) add(id, "the inputs and initializers");
  }
  for (const Node& node : graph.nodes) {
    for (ValueId id : node.outputs) {
      if (id != no_value) add(id, node.label());
    }
  }
  for (ValueId id : graph.outputs) {
    const auto is_it = [&](const Reference& reference) { return reference.id == id; };
    if (std::none_of(all.begin(), all.end(), is_it)) {
      const std::string& name = graph.value(id).name;
      missing += fmt::format("\n  '{}', expected in {}", name, (folder / npy_file_name(name)).string());
    }
  }
  if (!missing.empty()) refuse("these outputs have no reference:" + missing);
  return all;
}

bool is_output(const Graph& graph, ValueId id) {
  return std::count(graph.outputs.begin(), graph.outputs.end(), id) > 0;
}

// What the network gives for each of `references`. Outputs are those of the network as it always runs: values
// within have to be computed in a second run, in which they cannot be fused away.
std::vector<Tensor> run_both(const Graph& graph, const std::vector<Reference>& references,
                             const RawRunOptions& options) {
  const std::vector<Tensor> inputs = read_inputs(graph, options.inputs);
  const std::vector<Tensor> outputs = run_raw(graph, inputs, options);
  std::map<ValueId, Tensor> results;
  for (std::size_t i = 0; i < outputs.size(); ++i) results.emplace(graph.outputs[i], outputs[i]);
  Graph open = graph;
  open.outputs.clear();
  for (const Reference& reference : references) {
    if (!is_output(graph, reference.id)) open.outputs.push_back(reference.id);
  }
  if (!open.outputs.empty()) {
    const std::vector<ValueId> within = open.outputs;
    const std::vector<Tensor> values = run_raw(std::move(open), inputs, options);
    for (std::size_t i = 0; i < values.size(); ++i) results.emplace(within[i], values[i]);
  }
  std::vector<Tensor> in_order;
  for (const Reference& reference : references) in_order.push_back(results.at(reference.id));
  return in_order;
}

std::vector<std::string> row_of(const std::string& name, const Tensor& found, const Tensor& reference,
                                const Comparison& how) {
  if (!how.same_desc) {
    return {name, found.desc().text(), "", "", "", "the reference is " + reference.desc().text()};
  }
  const bool is_float = found.dtype() == DType::f32 && how.deviation > 0;
  return {name,
          found.desc().text(),
          fmt::format("{:.3g}", how.largest),
          is_float ? fmt::format("{:.3g}", how.largest / how.deviation) : "",
          how.largest > 0 ? place_text(found.shape(), how.place) : "",
          how.is_within ? "" : "differs"};
}

ExitCode compare(const CompareOptions& options) {
  const Graph graph = load_onnx(options.run.model).graph;
  const std::vector<Reference> references = find_references(graph, options.reference);
  const std::vector<Tensor> found = run_both(graph, references, options.run);
  constexpr auto right = Table::Align::right;
  Table table(
      {{"value"}, {"type and shape"}, {"largest difference", right}, {"/ deviation", right}, {"at"}, {""}});
  std::size_t outside = 0;
  std::string first;
  for (std::size_t i = 0; i < references.size(); ++i) {
    const Tensor expected = read_tensor(references[i].file);
    const Comparison how = compare(found[i], expected, options.tolerance);
    const std::string& name = graph.value(references[i].id).name;
    table.add(row_of(name, found[i], expected, how));
    if (how.is_within) continue;
    if (outside++ == 0) first = fmt::format("'{}' of {}", name, references[i].maker);
  }
  OutputFile out("-", OutputFile::Leftover::keep);
  out.write(table.text());
  const std::string allowed = fmt::format("{:g} + {:g} of the reference's standard deviation",
                                          options.tolerance.absolute, options.tolerance.relative);
  out.write(
      outside == 0
          ? fmt::format("\n{} of {} within {}\n", references.size(), references.size(), allowed)
          : fmt::format("\n{} of {} not within {}\nfirst: {}\n", outside, references.size(), allowed, first));
  out.commit();
  return outside == 0 ? ExitCode::ok : ExitCode::gate_missed;
}

}  // namespace

Command add_compare_command(CLI::App& app) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* command = app.add_subcommand("compare", "Compare what a network gives with stored tensors");
  add_raw_run_options(*command, options->run);
  command
      ->add_option("--reference", options->reference,
                   "Holds NAME.npy or NAME.pb for each output, and for values within")
      ->required()
      ->type_name("DIR");
  command
      ->add_option("--rtol", options->tolerance.relative, "Allowed, times the reference's standard deviation")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--atol", options->tolerance.absolute, "Allowed in any case")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  return {command, [options] { return compare(*options); }};
}

}  // namespace yy
