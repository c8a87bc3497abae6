#include "tools/yy_run/raw_run.h"

#include <CLI/CLI.hpp>

#include "ops/passes/lower.h"
#include "runtime/executor.h"
#include "tools/device_option.h"
#include "tools/yy_run/run_options.h"
#include "yy/network.h"

namespace yy {

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
  const Network network(std::move(graph), options.model, open_named_device(options.device));
  std::vector<Shape> shapes;
  for (const Tensor& input : inputs) shapes.push_back(input.shape());
  const auto program =
      network.program(shapes, options.threads, choose_precision(options.precision, network.backend()));
  Executor executor(program, network.backend().allocate(program->memory().arena_bytes));
  const auto stream = network.backend().new_stream(options.threads);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    stream->copy_in(executor.input(i).data, inputs[i].data(), inputs[i].desc().bytes());
  }
  executor.run(*stream);
  std::vector<Tensor> outputs;
  for (std::size_t i = 0; i < program->graph().outputs.size(); ++i) {
    const TensorView& output = executor.output(i);
    Tensor& tensor = outputs.emplace_back(output.desc);
    stream->copy_out(tensor.mutable_data(), output.data, output.desc.bytes());
  }
  stream->wait();
  return outputs;
}

}  // namespace yy
