#include "yy/classifier.h"

#include <fmt/format.h>

#include "ops/probe.h"
#include "ops/reshape.h"
#include "ops/rows.h"
#include "ops/select.h"
#include "ops/softmax.h"
#include "runtime/error.h"

namespace yy {
namespace {

// yy-run's batches are one size and the powers of two below it, up to 4096, gated or not.
constexpr std::size_t most_programs = 32;

// Walks from the first output back over operators that only reshape, to see whether a Softmax made it.
bool ends_in_softmax(const Graph& graph) {
  const std::vector<int> producers = graph.producers();
  ValueId id = graph.outputs.at(0);
  while (producers[static_cast<std::size_t>(id)] >= 0) {
    const Node& node = graph.nodes[static_cast<std::size_t>(producers[static_cast<std::size_t>(id)])];
    if (dynamic_cast<const Softmax*>(node.op.get()) != nullptr) return true;
    if (dynamic_cast<const Reshape*>(node.op.get()) == nullptr) return false;
    id = node.inputs[0];
  }
  return false;
}

ValueId add_input(Graph& graph, const char* name, TensorDesc desc) {
  const ValueId id = graph.add_value(name);
  graph.value(id).desc = std::move(desc);
  graph.value(id).typed = true;
  graph.inputs.push_back(id);
  return id;
}

}  // namespace

Classifier::Classifier(const std::filesystem::path& onnx_file, const CardOverrides& overrides,
                       std::shared_ptr<const Backend> backend)
    : name_(onnx_file.stem().string()),
      card_(load_card(onnx_file, overrides)),
      network_(onnx_file, std::move(backend)),
      programs_(most_programs) {
  try {
    check();
  } catch (const Error& error) {
    throw error.within(onnx_file.string());
  }
  gives_probabilities_ = ends_in_softmax(network_.graph());
}

void Classifier::check() const {
  const Graph& graph = network_.graph();
  if (graph.inputs.size() != 1) {
    throw Error(ErrorCode::model,
                fmt::format("a classifier has one input, this network has {}", graph.inputs.size()));
  }
  const Value& input = graph.value(graph.inputs[0]);
  const Shape& shape = input.desc.shape;
  const std::int64_t size = card_.preprocess.size;
  const auto fits = [&](std::size_t axis, std::int64_t want) {
    return shape[axis] == want || shape[axis] == unknown_dim;
  };
  if (input.desc.dtype != DType::f32 || shape.rank() != 4 || !fits(1, 3) || !fits(2, size) ||
      !fits(3, size)) {
    throw Error(ErrorCode::model,
                fmt::format("input '{}' should be float32 [N,3,{},{}] by the model card, found {}",
                            input.name, size, size, input.desc.text()));
  }
}

void Classifier::append_probe(Graph& graph, bool gated, Gate gate) const {
  const std::int64_t batch = graph.value(graph.inputs[0]).desc.shape[0];
  graph.outputs.resize(1);
  const ValueId scores = graph.outputs[0];
  const ValueId label = graph.add_value("label"), confidence = graph.add_value("confidence");
  graph.nodes.push_back(
      {"probe", std::make_shared<Probe>(gives_probabilities_, gate), {scores}, {label, confidence}});
  graph.outputs = {scores, label, confidence};
  if (!gated) return;
  const ValueId row_ids = add_input(graph, "row_ids", {Shape{batch}, DType::i32, {}});
  const ValueId valid = add_input(graph, "valid", {Shape{1}, DType::i32, {}});
  const ValueId threshold = add_input(graph, "threshold", {Shape{1}, DType::f32, {}});
  const ValueId index = graph.add_value("index"), count = graph.add_value("count");
  const ValueId deferred = graph.add_value("deferred");
  graph.nodes.push_back(
      {"select", std::make_shared<Select>(), {confidence, threshold, valid}, {index, count}});
  graph.nodes.push_back(
      {"gather", std::make_shared<Rows>(Rows::Kind::gather), {row_ids, index, count}, {deferred}});
  graph.outputs.push_back(deferred);
  graph.outputs.push_back(count);
}

std::shared_ptr<const Program> Classifier::program(std::int64_t batch, int threads, bool gated,
                                                   Precision precision, Gate gate) const {
  const std::int64_t size = card_.preprocess.size;
  const int variant = 2 * static_cast<int>(gate) + (gated ? 1 : 0);
  const ProgramKey key{{Shape{batch, 3, size, size}}, threads, precision, variant};
  return programs_.get(key, [&] {
    auto made =
        network_.compile({batch, threads, Layout::channels_last,
                          [&](Graph& graph) { append_probe(graph, gated, gate); }, precision, key.inputs});
    check_scores(*made);
    return made;
  });
}

void Classifier::check_scores(const Program& program) const {
  const Graph& graph = program.graph();
  const Shape& scores = graph.value(graph.outputs[classifier_io::scores]).desc.shape;
  if (scores[1] != static_cast<std::int64_t>(card_.classes.size())) {
    throw Error(ErrorCode::model,
                fmt::format("{}: the network gives {} scores, but its classes file names {} classes",
                            network_.source(), scores[1], card_.classes.size()));
  }
}

}  // namespace yy
