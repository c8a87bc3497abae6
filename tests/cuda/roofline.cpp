// The least time that each kernel of a network can take on an A100 and an H100: bytes that it has to move at
// least (every input, weight and output once) over the memory's rate, or operations over the arithmetic's,
// whichever is more. Arithmetic on data sheets' numbers; nothing is measured. Prints the tables of
// docs/cuda-performance.md.
//
// usage: roofline [--csv] MODEL.onnx...      --csv: a row per kernel (docs/cuda-roofline.csv) instead of one
// per kind
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <map>

#include "cpu/cpu_backend.h"
#include "cuda/private/backend.h"
#include "ops/probe.h"
#include "ops/rows.h"
#include "ops/select.h"
#include "runtime/error.h"
#include "tests/cuda/cudnn_stand_in.h"
#include "yy/network.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;

// NVIDIA's data sheets: A100-SXM4-40GB, H100 SXM5; bytes and operations per second. float32 in CUDA cores,
// float16 in tensor cores with sums in float32, dense.
struct Gpu {
  const char* name;
  double bytes, f32, f16;
};
constexpr Gpu gpus[] = {{"A100", 1555e9, 19.5e12, 312e12}, {"H100", 3350e9, 66.9e12, 989e12}};

struct Work {
  int kernels = 0;
  double bytes = 0, operations = 0;
  double seconds[2] = {};  // by GPU; the sum of the kernels' bounds
  int bound_by_arithmetic[2] = {};

  void add(const Work& other) {
    kernels += other.kernels;
    bytes += other.bytes;
    operations += other.operations;
    for (std::size_t g = 0; g < 2; ++g) {
      seconds[g] += other.seconds[g];
      bound_by_arithmetic[g] += other.bound_by_arithmetic[g];
    }
  }
};

// cuDNN multiplies narrow types in tensor cores; our kernels compute everything in float32.
Work work_of(const Node& node, const Graph& graph, const std::string& implementation = "") {
  Work work;
  work.kernels = 1;
  const auto inputs = graph.op_inputs(node);
  const auto outputs = graph.output_descs(node);
  for (const OpInput& input : inputs)
    work.bytes += input.present ? static_cast<double>(input.desc.bytes()) : 0;
  // Constants are float32 in the graph; kernels hold weights in the type of what they multiply.
  const bool is_narrow = inputs[0].desc.dtype != DType::f32;
  const bool in_tensor_cores = is_narrow && implementation.starts_with("cudnn");
  if (inputs.size() > 1 && inputs[1].constant != nullptr && is_narrow && node.op->macs(inputs, outputs) > 0)
    work.bytes -= static_cast<double>(inputs[1].desc.bytes()) / 2;
  for (const TensorDesc& output : outputs) work.bytes += static_cast<double>(output.bytes());
  const auto macs = static_cast<double>(node.op->macs(inputs, outputs));
  work.operations = macs > 0 ? 2 * macs : static_cast<double>(outputs[0].shape.elements());
  for (std::size_t g = 0; g < 2; ++g) {
    const double rate = in_tensor_cores ? gpus[g].f16 : gpus[g].f32;
    const double by_bytes = work.bytes / gpus[g].bytes, by_operations = work.operations / rate;
    work.seconds[g] = std::max(by_bytes, by_operations);
    work.bound_by_arithmetic[g] = by_operations > by_bytes ? 1 : 0;
  }
  return work;
}

std::string microseconds(double seconds) {
  return fmt::format("{:.1f}", 1e6 * seconds);
}

void print_row(const std::string& name, const Work& work) {
  fmt::print("| {} | {} | {:.3f} | {:.4f} | {:.1f} | {} ({}) | {} ({}) |\n", name, work.kernels,
             work.bytes / 1e6, work.operations / 1e9, work.operations / work.bytes,
             microseconds(work.seconds[0]), work.bound_by_arithmetic[0], microseconds(work.seconds[1]),
             work.bound_by_arithmetic[1]);
}

// cudnn engine 10 -> cudnn; implicit gemm 64x32 in 4 splits -> implicit gemm.
std::string kind_of(const Step& step) {
  std::string name = step.kernel.implementation;
  for (const char* family : {"cudnn engine", "implicit gemm"}) {
    if (name.starts_with(family)) name = std::string(family).substr(0, std::string(family).find(" e"));
  }
  if (name == "cudnn" && step.kernel.implementation.ends_with("unary")) name += " + unary";
  return std::string(step.node.op->name()) + ", " + name;
}

// What chains two networks, for a batch of `rows` with `classes` scores each: the shares of the probe, of
// select, and of gather and scatter.
Work glue(std::int64_t rows, std::int64_t classes) {
  Graph graph;
  const auto value = [&](Shape shape, DType dtype) {
    const ValueId id = graph.add_value("v" + std::to_string(graph.values.size()));
    graph.value(id).desc = {std::move(shape), dtype, {}};
    graph.value(id).typed = true;
    return id;
  };
  const ValueId scores = value({rows, classes}, DType::f32), label = value({rows}, DType::i32);
  const ValueId confidence = value({rows}, DType::f32), threshold = value({1}, DType::f32);
  const ValueId valid = value({1}, DType::i32), index = value({rows}, DType::i32),
                count = value({1}, DType::i32);
  const ValueId ids = value({rows}, DType::i32), deferred = value({rows}, DType::i32);
  const ValueId table = value({rows}, DType::f32), labels = value({rows}, DType::i32);
  const std::vector<Node> nodes{
      {"probe", std::make_shared<Probe>(false), {scores}, {label, confidence}},
      {"select", std::make_shared<Select>(), {confidence, threshold, valid}, {index, count}},
      {"gather", std::make_shared<Rows>(Rows::Kind::gather), {ids, index, count}, {deferred}},
      {"scatter labels", std::make_shared<Rows>(Rows::Kind::scatter), {label, ids, valid}, {labels}},
      {"scatter confidences",
       std::make_shared<Rows>(Rows::Kind::scatter),
       {confidence, ids, valid},
       {table}}};
  Work all;
  for (const Node& node : nodes) all.add(work_of(node, graph));
  return all;
}

void print_csv(const Network& network, const Program& program, std::int64_t batch, Precision precision) {
  for (const Step& step : program.steps()) {
    if (step.kernel.is_view) continue;
    const Work work = work_of(step.node, program.graph(), step.kernel.implementation);
    fmt::print("{},{},{},{},{},{},{},{:.3f},{:.3f},{:.3f}\n", fs::path(network.source()).stem().string(),
               name_of(precision), batch, step.node.name, step.node.op->name(), step.kernel.implementation,
               static_cast<std::int64_t>(work.bytes), work.operations / 1e6, 1e6 * work.seconds[0],
               1e6 * work.seconds[1]);
  }
}

void print_tables(const Network& network, const Program& program, std::int64_t batch, Precision precision) {
  std::map<std::string, Work> kinds;
  Work all;
  fmt::print("\n{}, {}, batch {}\n\n", fs::path(network.source()).stem().string(), name_of(precision), batch);
  fmt::print(
      "| operator, kernel | kernels | MB | GFLOP | FLOP/byte | A100 us (by arithmetic) | H100 us (by "
      "arithmetic) |\n"
      "|---|---|---|---|---|---|---|\n");
  for (const Step& step : program.steps()) {
    if (step.kernel.is_view) continue;
    const Work work = work_of(step.node, program.graph(), step.kernel.implementation);
    kinds[kind_of(step)].add(work);
    all.add(work);
  }
  for (const auto& [name, work] : kinds) print_row(name, work);
  print_row("all", all);
  const Graph& graph = program.graph();
  const Shape& scores = graph.value(graph.outputs[0]).desc.shape;
  const Work between = glue(batch, scores[1]);
  fmt::print("\nprobe, select, gather and scatter: {:.3f} % and {:.3f} % of that\n",
             100 * between.seconds[0] / all.seconds[0], 100 * between.seconds[1] / all.seconds[1]);
}

int run(std::vector<std::string> files) {
  const bool csv = std::erase(files, "--csv") > 0;
  const auto libraries = libraries_with_stand_in("a100");
  if (libraries == nullptr) {
    fmt::print("skipped: cuDNN is not installed\n");
    return 77;
  }
  const std::shared_ptr<const Backend> backend = cuda::make_backend(0, libraries, {.cudnn = true});
  if (csv) fmt::print("network,precision,batch,node,operator,kernel,bytes,mflop,a100_us,h100_us\n");
  for (const std::string& file : files) {
    const Network network(file, backend);
    for (Precision precision : {Precision::f32, Precision::f16}) {
      for (std::int64_t batch : {1, 16, 64}) {
        NetworkOptions options;
        options.batch = batch;
        options.input_layout = Layout::channels_last;
        options.precision = precision;
        const auto program = network.compile(options);
        (csv ? print_csv : print_tables)(network, *program, batch, precision);
      }
    }
  }
  return 0;
}

}  // namespace
}  // namespace yy::test

int main(int argc, char** argv) {
  try {
    return yy::test::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "roofline: {}\n", error.what());
    return 1;
  }
}
