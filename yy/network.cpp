#include "yy/network.h"

#include <fmt/format.h>

#include "cpu/cpu_backend.h"
#include "onnx/loader.h"
#include "ops/passes/lower.h"
#include "runtime/error.h"

namespace yy {
namespace {

void check_bytes(std::size_t bytes, std::size_t most, const std::string& what) {
  if (bytes <= most) return;
  throw Error(ErrorCode::model, fmt::format("{} {} MiB; the values of one batch may take at most {} MiB",
                                            what, (bytes + 0xf'ffff) >> 20, most >> 20));
}

// A few bytes of a file can ask for any amount of memory.
void check_values(const Graph& graph, std::size_t most) {
  for (ValueId id : graph.inputs) {
    const Value& input = graph.value(id);
    check_bytes(input.desc.bytes(), most, fmt::format("input '{}' {} takes", input.name, input.desc.text()));
  }
  for (const Node& node : graph.nodes) {
    for (const TensorDesc& desc : graph.output_descs(node)) {
      check_bytes(desc.bytes(), most, fmt::format("{}: its output {} takes", node.label(), desc.text()));
    }
  }
}

}  // namespace

Network::Network(const std::filesystem::path& onnx_file, std::shared_ptr<const Backend> backend,
                 std::size_t programs)
    : Network(load_onnx(onnx_file).graph, onnx_file.string(), std::move(backend), programs) {}

Network::Network(Graph graph, std::string source, std::shared_ptr<const Backend> backend,
                 std::size_t programs)
    : graph_(std::move(graph)),
      source_(std::move(source)),
      backend_(std::move(backend)),
      evaluator_(make_cpu_backend()),
      weights_(settle_on(*backend_)),
      programs_(programs) {
  try {
    simplify(graph_, *evaluator_);
  } catch (const Error& error) {
    throw error.within(source_);
  }
}

std::shared_ptr<const Program> Network::program(std::vector<Shape> shapes, int threads,
                                                Precision precision) const {
  const ProgramKey key{std::move(shapes), threads, precision};
  return programs_.get(key, [&] {
    NetworkOptions options;
    options.threads = threads;
    options.precision = precision;
    options.shapes = key.inputs;
    return compile(options);
  });
}

std::shared_ptr<const Program> Network::compile(const NetworkOptions& options) const {
  try {
    Graph graph = graph_;
    if (options.shapes) {
      set_shapes(graph, *options.shapes);
    } else {
      set_batch(graph, options.batch);
    }
    if (options.extend) options.extend(graph);
    lower(graph, *evaluator_, options.input_layout, options.precision);
    check_values(graph, options.most_activation_bytes);
    auto program = Program::compile(std::move(graph), *backend_, weights_, options.threads);
    check_bytes(program->memory().arena_bytes, options.most_activation_bytes, "its values together take");
    return program;
  } catch (const Error& error) {
    throw error.within(source_);
  }
}

std::optional<std::int64_t> Network::fixed_batch() const {
  return yy::fixed_batch(graph_);
}

}  // namespace yy
