// Small graphs for the tests of passes: written node by node, and run.
#pragma once

#include <algorithm>
#include <fmt/format.h>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "ops/registry.h"
#include "runtime/executor.h"
#include "runtime/graph.h"

namespace yy::test {

// A graph written node by node; node k is called "n<k>".
class Builder {
 public:
  ValueId input(Shape shape) {
    const ValueId id = graph.add_value(fmt::format("input{}", graph.inputs.size()));
    graph.value(id).desc = {std::move(shape), DType::f32, Layout::row_major};
    graph.value(id).typed = true;
    graph.inputs.push_back(id);
    return id;
  }
  ValueId floats(const Shape& shape, float low = -1, float high = 1) {
    Tensor tensor({shape, DType::f32, Layout::row_major});
    std::uniform_real_distribution<float> draw(low, high);
    for (float& x : tensor.as_mutable<float>()) x = draw(random_);
    return graph.add_constant(fmt::format("c{}", graph.values.size()), std::move(tensor));
  }
  ValueId ints(std::vector<std::int64_t> values) {
    return graph.add_constant(fmt::format("c{}", graph.values.size()), Tensor::of_i64(values));
  }
  ValueId scalar(float value) {
    return graph.add_constant(fmt::format("c{}", graph.values.size()),
                              Tensor({Shape{}, DType::f32, {}}, std::span<const float>(&value, 1)));
  }
  ValueId node(const char* op, std::vector<ValueId> inputs,
               const std::vector<std::pair<std::string, AttributeValue>>& attributes = {}) {
    NodeSource source{op, 13, inputs.size(), 1, {}};
    for (const auto& [name, value] : attributes) source.attributes.set(name, value);
    const ValueId out = graph.add_value(fmt::format("v{}", graph.values.size()));
    graph.nodes.push_back(
        {fmt::format("n{}", graph.nodes.size()), read_op(std::move(source)), std::move(inputs), {out}});
    return out;
  }
  ValueId conv(ValueId x, std::int64_t in, std::int64_t out, std::int64_t kernel = 3, std::int64_t pad = 1) {
    return node("Conv", {x, floats({out, in, kernel, kernel}), floats({out})},
                {{"pads", std::vector<std::int64_t>{pad, pad, pad, pad}}});
  }
  ValueId batch_norm(ValueId x, std::int64_t channels) {
    return node("BatchNormalization",
                {x, floats({channels}), floats({channels}), floats({channels}), floats({channels}, 0.5F, 2)});
  }
  Graph done(std::vector<ValueId> outputs) {
    graph.outputs = std::move(outputs);
    return graph;
  }

  Graph graph;

 private:
  std::mt19937 random_{7};
};

inline std::vector<std::string> op_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.emplace_back(node.op->name());
  return names;
}

// Runs a graph that is laid out, on pseudo-random inputs; all outputs one behind the other.
inline std::vector<float> run(Graph graph, const Backend& backend) {
  WeightStore weights(settle_on(backend));
  const auto program = Program::compile(std::move(graph), backend, weights, 1);
  Executor executor(program, backend.allocate(program->memory().arena_bytes));
  std::mt19937 random(11);
  std::uniform_real_distribution<float> draw(-2, 2);
  const auto stream = backend.new_stream(1);
  for (std::size_t i = 0; i < program->graph().inputs.size(); ++i) {
    Tensor in(executor.input(i).desc);
    for (float& x : in.as_mutable<float>()) x = draw(random);
    stream->copy_in(executor.input(i).data, in.data(), in.desc().bytes());
  }
  executor.run(*stream);
  std::vector<float> result;
  for (std::size_t i = 0; i < program->graph().outputs.size(); ++i) {
    Tensor out(executor.output(i).desc);
    stream->copy_out(out.mutable_data(), executor.output(i).data, out.desc().bytes());
    stream->wait();
    result.insert(result.end(), out.as<float>().begin(), out.as<float>().end());
  }
  return result;
}

}  // namespace yy::test
