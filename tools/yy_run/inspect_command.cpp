#include "tools/yy_run/inspect_command.h"

#include <cstdio>
#include <fmt/format.h>
#include <map>

#include "cpu/cpu_backend.h"
#include "ops/passes/lower.h"
#include "runtime/error.h"
#include "runtime/printable.h"
#include "tools/yy_run/report_model.h"
#include "tools/yy_run/table.h"

namespace yy {
namespace {

void print(const std::string& text) {
  std::fputs(printable_lines(text).c_str(), stdout);
}

std::string describe(const Graph& graph, const std::vector<ValueId>& ids, const char* what) {
  std::string text;
  for (ValueId id : ids) {
    const Value& value = graph.value(id);
    text += fmt::format("{:<11}{}{}\n", what, value.name, value.typed ? " " + value.desc.text() : "");
  }
  return text;
}

std::string describe_parameters(const Graph& graph) {
  std::uint64_t elements = 0, bytes = 0;
  for (const Value& value : graph.values) {
    if (!value.constant) continue;
    elements += static_cast<std::uint64_t>(value.constant->shape().elements());
    bytes += value.constant->desc().bytes();
  }
  return fmt::format("parameters {} ({} bytes)\n", with_commas(elements), with_commas(bytes));
}

std::string describe_card(const ModelCard& card) {
  constexpr const char* names[] = {"none", "bilinear", "bicubic"};
  const Preprocess& pre = card.preprocess;
  const char* interpolation = pre.interpolation == Interpolation::none       ? names[0]
                              : pre.interpolation == Interpolation::bilinear ? names[1]
                                                                             : names[2];
  return fmt::format(
      "model card size {}, crop {}, interpolation {}, mean {} {} {}, std {} {} {}, {} classes\n", pre.size,
      pre.crop, interpolation, pre.mean[0], pre.mean[1], pre.mean[2], pre.std[0], pre.std[1], pre.std[2],
      card.classes.size());
}

std::map<std::string_view, int> count_operators(const Graph& graph) {
  std::map<std::string_view, int> counts;
  for (const Node& node : graph.nodes) ++counts[node.op->name()];
  return counts;
}

std::string describe_operators(const Graph& graph) {
  Table table({{"operator"}, {"nodes", Table::Align::right}});
  for (const auto& [name, count] : count_operators(graph))
    table.add({std::string(name), std::to_string(count)});
  return table.text();
}

// "-49 Relu, +16 Swish"
std::string describe_change(std::map<std::string_view, int> before, std::map<std::string_view, int> after) {
  std::map<std::string_view, int> change = std::move(after);
  for (const auto& [name, count] : before) change[name] -= count;
  std::string text;
  for (const auto& [name, count] : change) {
    if (count != 0) text += fmt::format("{}{:+} {}", text.empty() ? "" : ", ", count, name);
  }
  return text;
}

std::string describe_steps(const Program& program) {
  std::map<std::pair<std::string, std::string>, int> counts;
  for (const Step& step : program.steps()) {
    ++counts[{std::string(step.node.op->name()), step.kernel.implementation}];
  }
  Table table({{"step"}, {"count", Table::Align::right}, {"implementation"}});
  for (const auto& [key, count] : counts) {
    table.add({key.first, std::to_string(count), key.second});
  }
  return table.text();
}

std::int64_t macs_of(const Graph& graph) {
  std::int64_t macs = 0;
  for (const Node& node : graph.nodes) macs += node.op->macs(graph.op_inputs(node), graph.output_descs(node));
  return macs;
}

// What each pass makes of the graph: nodes before and after it, with what it took away and added by operator.
void print_passes(Graph graph) {
  constexpr auto right = Table::Align::right;
  Table table({{"pass"}, {"nodes before", right}, {"after", right}, {"change"}});
  std::map<std::string_view, int> counts = count_operators(graph);
  const PassObserver observer = [&](std::string_view pass, std::size_t before, const Graph& after) {
    std::map<std::string_view, int> now = count_operators(after);
    table.add({std::string(pass), std::to_string(before), std::to_string(after.nodes.size()),
               describe_change(counts, now)});
    counts = std::move(now);
  };
  const auto backend = make_cpu_backend();
  simplify(graph, *backend, observer);
  set_batch(graph, fixed_batch(graph).value_or(1));
  lower(graph, *backend, Layout::channels_last, Precision::f32, observer);
  print(table.text());
}

ExitCode inspect(const std::string& file, bool passes) {
  const auto [onnx, card] = load_for_report(file);
  if (passes) {
    try {
      print_passes(onnx.graph);
    } catch (const Error& error) {
      throw error.within(file);
    }
    return ExitCode::ok;
  }
  print(fmt::format("file       {}\nIR         {}, opset {}{}\n", file, onnx.ir_version, onnx.opset,
                    onnx.producer.empty() ? "" : ", made by " + onnx.producer));
  print(describe(onnx.graph, onnx.graph.inputs, "input"));
  // What follows may find the model wrong; what is known by now should stand before that message.
  print(describe_parameters(onnx.graph));
  if (card) print(describe_card(*card));
  print("\n" + describe_operators(onnx.graph));
  std::fflush(stdout);

  const Network network(onnx.graph, file, make_cpu_backend());
  const auto program = compile_for_report(network, std::nullopt, 1, Precision::f32);
  const std::int64_t batch = network.fixed_batch().value_or(1);
  print("\n" + describe(program->graph(), program->graph().outputs, "output"));
  print(fmt::format("MACs       {} for batch {}\n",
                    with_commas(static_cast<std::uint64_t>(macs_of(program->graph()))), batch));
  print(fmt::format("lowered    {} nodes -> {} steps on {}\n\n", onnx.graph.nodes.size(),
                    program->steps().size(), network.backend().name()));
  print(describe_steps(*program));
  return ExitCode::ok;
}

}  // namespace

Command add_inspect_command(CLI::App& app) {
  auto file = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("inspect", "Show what a model is made of and whether it can be run");
  command->add_option("MODEL", *file, "An ONNX file")->required();
  auto passes = std::make_shared<bool>(false);
  command->add_flag("--passes", *passes, "Show instead what each pass makes of the graph");
  return {command, [file, passes] { return inspect(*file, *passes); }};
}

}  // namespace yy
