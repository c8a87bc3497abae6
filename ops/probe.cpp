#include "ops/probe.h"

#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {

std::string_view name_of(Gate gate) {
  switch (gate) {
    case Gate::max_probability:
      return "maxprob";
    case Gate::margin:
      return "margin";
    case Gate::entropy:
      break;
  }
  return "entropy";
}

Gate gate_named(std::string_view name) {
  for (Gate gate : {Gate::max_probability, Gate::margin, Gate::entropy}) {
    if (name == name_of(gate)) return gate;
  }
  throw Error(ErrorCode::usage, fmt::format("a gate should be maxprob, margin or entropy, found '{}'", name));
}

std::string Probe::details() const {
  return gate_ == Gate::max_probability ? "" : std::string(name_of(gate_));
}

std::vector<TensorDesc> Probe::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, 1, 1);
  const OpInput& scores = need(inputs, 0, "scores");
  check_dtype(scores, DType::f32, "scores");
  const Shape& shape = scores.desc.shape;
  bool good = shape.rank() >= 2 && shape[1] >= 1;
  for (std::size_t i = 2; i < shape.rank(); ++i) good = good && shape[i] == 1;
  if (!good) {
    throw Error(
        ErrorCode::model,
        fmt::format("the network's output should be scores of shape [N,classes], found {}", shape.text()));
  }
  return {{Shape{shape[0]}, DType::i32, Layout::row_major}, {Shape{shape[0]}, DType::f32, Layout::row_major}};
}

}  // namespace yy
