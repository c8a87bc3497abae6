#include "tools/yy_run/inspect_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fmt/format.h>
#include <map>
#include <utility>

#include "cpu/cpu_backend.h"
#include "onnx/loader.h"
#include "ops/passes/lower.h"
#include "runtime/error.h"
#include "runtime/printable.h"
#include "tools/report/table.h"
#include "tools/yy_run/report_model.h"

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
void print_passes(const std::string& file) {
  Graph graph = load_for_report(file).onnx.graph;
  constexpr auto right = Table::Align::right;
  Table table({{"pass"}, {"nodes before", right}, {"after", right}, {"change"}});
  std::map<std::string_view, int> counts = count_operators(graph);
  const PassObserver observer = [&](std::string_view pass, std::size_t before, const Graph& after) {
    std::map<std::string_view, int> now = count_operators(after);
    table.add({std::string(pass), std::to_string(before), std::to_string(after.nodes.size()),
               describe_change(counts, now)});
    counts = std::move(now);
  };
  try {
    const auto backend = make_cpu_backend();
    simplify(graph, *backend, observer);
    set_batch(graph, fixed_batch(graph).value_or(1));
    lower(graph, *backend, Layout::channels_last, Precision::f32, observer);
  } catch (const Error& error) {
    throw error.within(file);
  }
  print(table.text());
}

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  double lap() {  // seconds since the last one
    const double now = seconds();
    return now - std::exchange(last_, now);
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
  double last_ = 0;
};

// What it takes to make a model ready, for batch 1 with one thread.
void print_times(const std::string& file) {
  Table table({{"part"}, {"ms", Table::Align::right}});
  const auto add = [&](std::string part, double seconds) {
    table.add({std::move(part), fmt::format("{:.2f}", 1e3 * seconds)});
  };
  Stopwatch watch;
  Graph graph = load_onnx(file).graph;
  add("load", watch.lap());
  try {
    const auto backend = make_cpu_backend();
    simplify(graph, *backend);
    add("simplify", watch.lap());
    set_batch(graph, fixed_batch(graph).value_or(1));
    lower(graph, *backend, Layout::channels_last, Precision::f32);
    add("lower", watch.lap());
    WeightStore weights;
    const auto program = Program::compile(std::move(graph), *backend, weights, 1);
    add("kernels and memory plan", watch.lap() - weights.fill_seconds());
    add("pack weights", weights.fill_seconds());
    add("total", watch.seconds());
  } catch (const Error& error) {
    throw error.within(file);
  }
  print(table.text());
}

void print_all(const std::string& file) {
  const auto [onnx, card] = load_for_report(file);
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
  print(fmt::format(
      "lowered    {} nodes -> {} steps on {}, {} of them views\n\n", onnx.graph.nodes.size(),
      program->steps().size(), network.backend().name(),
      std::ranges::count_if(program->steps(), [](const Step& step) { return step.kernel.is_view; })));
  print(describe_steps(*program));
}

enum class Show { all, passes, times };

ExitCode inspect(const std::string& file, Show show) {
  switch (show) {
    case Show::all:
      print_all(file);
      break;
    case Show::passes:
      print_passes(file);
      break;
    case Show::times:
      print_times(file);
      break;
  }
  return ExitCode::ok;
}

}  // namespace

Command add_inspect_command(CLI::App& app) {
  auto file = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("inspect", "Show what a model is made of and whether it can be run");
  command->add_option("MODEL", *file, "An ONNX file")->required();
  auto show = std::make_shared<Show>(Show::all);
  const auto add_flag = [&](const char* name, Show what, const char* text) {
    return command->add_flag_callback(
        name, [show, what] { *show = what; }, text);
  };
  CLI::Option* passes = add_flag("--passes", Show::passes, "Show instead what each pass makes of the graph");
  add_flag("--times", Show::times, "Show instead what loading and compiling take")->excludes(passes);
  return {command, [file, show] { return inspect(*file, *show); }};
}

}  // namespace yy
