// What computes each convolution of the given networks on a T4, an A100 and an H100, in float32 and float16:
// one of cuDNN's plans, as the library makes them for the described GPUs, or a kernel of ours. Prints the
// table of docs/cuda.md.
//
// usage: cudnn_plans MODEL.onnx...
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <set>

#include "cpu/cpu_backend.h"
#include "cuda/private/backend.h"
#include "onnx/loader.h"
#include "ops/conv.h"
#include "ops/passes/lower.h"
#include "runtime/error.h"
#include "tests/cuda/cudnn_stand_in.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t batch = 8;
const char* const devices[] = {"t4", "a100", "h100"};
constexpr Precision precisions[] = {Precision::f32, Precision::f16};

// Of one network, or of all.
struct Count {
  int cudnn = 0;                       // of these, some with their activation in a kernel behind
  std::map<std::string, int> outside;  // activation -> how often
  std::map<std::string, int> own;      // kernel -> how often
  std::map<std::string, int> reasons;  // why cuDNN was passed over

  void add(const Count& other) {
    cudnn += other.cudnn;
    for (const auto& [name, count] : other.outside) outside[name] += count;
    for (const auto& [name, count] : other.own) own[name] += count;
    for (const auto& [name, count] : other.reasons) reasons[name] += count;
  }
};

std::string text(const std::map<std::string, int>& counts) {
  std::string all;
  for (const auto& [name, count] : counts)
    all += fmt::format("{}{} {}", all.empty() ? "" : ", ", count, name);
  return all;
}

// The sizes that a model leaves open, as the poster's networks have them.
std::vector<Shape> shapes_of(const Graph& graph) {
  std::vector<Shape> shapes;
  for (ValueId id : graph.inputs) {
    Shape shape = graph.value(id).desc.shape;
    for (std::size_t i = 0; i < shape.rank(); ++i) {
      if (shape[i] == unknown_dim) shape[i] = i == 0 ? batch : 224;
    }
    shapes.push_back(shape);
  }
  return shapes;
}

Count count_kernels(Graph graph, const Backend& backend, Precision precision) {
  const auto cpu = make_cpu_backend();
  set_shapes(graph, shapes_of(graph));
  lower(graph, *cpu, Layout::channels_last, precision);
  Count count;
  for (const Node& node : graph.nodes) {
    const auto* conv = dynamic_cast<const Conv*>(node.op.get());
    if (conv == nullptr) continue;
    WeightStore weights;  // of this node alone, so that they are gone again
    const auto inputs = graph.op_inputs(node);
    const auto outputs = graph.output_descs(node);
    const KernelOrRefusal made = backend.make_kernel({*conv, inputs, outputs, 1, weights});
    if (const auto* refusal = std::get_if<Refusal>(&made))
      throw Error(ErrorCode::device, fmt::format("{}: {}", node.label(), refusal->reason));
    const auto& kernel = std::get<Kernel>(made);
    if (kernel.implementation.starts_with("cudnn")) {
      ++count.cudnn;
      if (kernel.implementation.ends_with("unary")) ++count.outside[conv->epilogue().activation->text()];
    } else {
      ++count.own[kernel.implementation.substr(0, kernel.implementation.find(" in "))];
      for (const std::string& reason : kernel.passed_over) ++count.reasons[reason];
    }
  }
  return count;
}

int run(const std::vector<std::string>& files) {
  std::vector<std::unique_ptr<Backend>> backends;
  for (const char* device : devices) {
    const auto libraries = libraries_with_stand_in(device);
    if (libraries == nullptr) {
      fmt::print("skipped: cuDNN is not installed\n");
      return 77;
    }
    backends.push_back(cuda::make_backend(0, libraries, {.cudnn = true}));
  }
  std::map<std::string, Count> totals;
  fmt::print(
      "| network | convolutions | by cuDNN: T4 f32, f16 | A100 f32, f16 | H100 f32, f16 "
      "|\n|---|---|---|---|---|\n");
  for (const std::string& file : files) {
    Graph graph = load_onnx(file).graph;
    simplify(graph, *make_cpu_backend());
    const fs::path path = file;
    std::string row;
    int convolutions = 0;
    for (std::size_t d = 0; d < std::size(devices); ++d) {
      row += " |";
      for (Precision precision : precisions) {
        const Count count = count_kernels(graph, *backends[d], precision);
        convolutions = count.cudnn;
        for (const auto& [name, times] : count.own) convolutions += times;
        row += fmt::format("{} {}", precision == Precision::f32 ? "" : ",", count.cudnn);
        totals[fmt::format("{} {}", devices[d], name_of(precision))].add(count);
      }
    }
    fmt::print("| {} | {}{} |\n",
               (path.filename() == "model.onnx" ? path.parent_path().filename() : path.stem()).string(),
               convolutions, row);
    std::fflush(stdout);
  }
  for (const auto& [name, total] : totals) {
    fmt::print("\n{}: {} by cuDNN, activations outside: {}; own kernels: {}\n", name, total.cudnn,
               total.outside.empty() ? "none" : text(total.outside), text(total.own));
    for (const auto& [reason, times] : total.reasons) fmt::print("  {} x {}\n", times, reason);
  }
  return 0;
}

}  // namespace
}  // namespace yy::test

int main(int argc, char** argv) {
  try {
    return yy::test::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "cudnn_plans: {}\n", error.what());
    return 1;
  }
}
