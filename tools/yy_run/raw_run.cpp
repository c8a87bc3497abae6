#include "tools/yy_run/raw_run.h"

#include <cstring>

#include "cpu/cpu_backend.h"
#include "ops/passes/lower.h"
#include "runtime/executor.h"
#include "tools/yy_run/run_options.h"
#include "yy/network.h"

namespace yy {
namespace {

std::int64_t batch_of(const Graph& graph) {
  for (ValueId id : graph.inputs) {
    const Shape& shape = graph.value(id).desc.shape;
    if (shape.rank() > 0) return shape[0];
  }
  return 1;
}

}  // namespace

void add_raw_run_options(CLI::App& app, RawRunOptions& options) {
  app.add_option("MODEL", options.model, "An ONNX file")->required();
  app.add_option("--input", options.inputs, "A tensor for an input; once for each")
      ->allow_extra_args(false)
      ->type_name("NAME=FILE.npy|FILE.pb");
  add_threads_option(app, options.threads);
  add_device_option(app, options.device);
  add_precision_option(app, options.precision);
}

std::vector<Tensor> run_raw(Graph graph, std::vector<Tensor> inputs, const RawRunOptions& options) {
  bind_compile_time_inputs(graph, inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i) graph.value(graph.inputs[i]).desc = inputs[i].desc();
  NetworkOptions how;
  how.batch = batch_of(graph);
  const Network network(std::move(graph), options.model, make_cpu_backend());
  how.threads = options.threads;
  how.precision = choose_precision(options.precision, network.backend());
  const auto program = network.compile(how);
  Executor executor(program, network.backend().allocate(program->memory().arena_bytes));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::memcpy(executor.input(i).data, inputs[i].data(), inputs[i].desc().bytes());
  }
  const auto stream = network.backend().new_stream(options.threads);
  executor.run(*stream);
  stream->wait();
  std::vector<Tensor> outputs;
  for (std::size_t i = 0; i < program->graph().outputs.size(); ++i) {
    const TensorView& output = executor.output(i);
    std::memcpy(outputs.emplace_back(output.desc).mutable_data(), output.data, output.desc.bytes());
  }
  return outputs;
}

}  // namespace yy
