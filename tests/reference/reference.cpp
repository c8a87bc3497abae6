#include "tests/reference/reference.h"

#include <algorithm>

namespace yy::test {

#define YY_OP(name, family, devices) std::vector<Array> reference_##family(const Case& c, Inputs inputs);
#define YY_OWN_OP YY_OP
#include "ops/op_list.inc"
#undef YY_OP
#undef YY_OWN_OP

std::vector<Array> reference(const Case& c, Inputs inputs) {
#define YY_OP(name, family, devices) \
  if (c.source.op_type == #name) return reference_##family(c, inputs);
#define YY_OWN_OP YY_OP
#include "ops/op_list.inc"
#undef YY_OP
#undef YY_OWN_OP
  return {};
}

std::int64_t reference_macs(const Case& c, Inputs inputs, const Array& output) {
  if (c.source.op_type == "Conv") {
    const Index& w = inputs[1]->dims;
    return output.size() * (size_of_dims(w) / w[0]);
  }
  if (c.source.op_type == "SqueezeExcite") return output.dims[0] * 2 * inputs[1]->size();
  if (c.source.op_type == "MatMul") return output.size() * inputs[0]->dims.back();
  if (c.source.op_type == "Gemm") {
    return output.size() * inputs[0]->dims[int_attribute(c, "transA", 0) != 0 ? 0 : 1];
  }
  return 0;
}

double activate(const Activation& activation, double x) {
  const double alpha = activation.alpha, beta = activation.beta;
  switch (activation.kind) {
    case Activation::Kind::relu:
      return x > 0 ? x : 0;
    case Activation::Kind::leaky_relu:
      return x > 0 ? x : alpha * x;
    case Activation::Kind::clip:
      return std::min(std::max(x, double{activation.low}), double{activation.high});
    case Activation::Kind::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::Kind::hard_sigmoid:
      return std::max(0.0, std::min(1.0, alpha * x + beta));
    case Activation::Kind::tanh:
      return std::tanh(x);
    case Activation::Kind::swish:
      return x / (1 + std::exp(-alpha * x));
    case Activation::Kind::hard_swish:
      return x * std::max(0.0, std::min(1.0, x / 6 + 0.5));
    case Activation::Kind::gelu:
      return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
    case Activation::Kind::gelu_tanh:
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)));
    case Activation::Kind::erf:
      return std::erf(x);
    case Activation::Kind::sqrt:
      return std::sqrt(x);
  }
  return x;
}

std::int64_t int_attribute(const Case& c, const std::string& name, std::int64_t otherwise) {
  Attributes attributes = c.source.attributes;
  return attributes.get_int(name, otherwise);
}

double float_attribute(const Case& c, const std::string& name, double otherwise) {
  Attributes attributes = c.source.attributes;
  const auto found = attributes.find_float(name);
  return found ? static_cast<double>(*found) : otherwise;
}

std::string string_attribute(const Case& c, const std::string& name, const std::string& otherwise) {
  Attributes attributes = c.source.attributes;
  return attributes.get_string(name, otherwise);
}

std::optional<Ints> ints_attribute(const Case& c, const std::string& name) {
  Attributes attributes = c.source.attributes;
  return attributes.find_ints(name);
}

bool has_input(Inputs inputs, std::size_t i) {
  return i < inputs.size() && inputs[i].has_value();
}

std::int64_t from_back(std::int64_t axis, std::size_t rank) {
  return axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis;
}

Index broadcast_dims(const std::vector<const Array*>& operands) {
  std::size_t rank = 0;
  for (const Array* operand : operands) rank = std::max(rank, operand->dims.size());
  Index dims(rank, 1);
  for (const Array* operand : operands) {
    const std::size_t shift = rank - operand->dims.size();
    for (std::size_t i = 0; i < operand->dims.size(); ++i) {
      if (operand->dims[i] != 1) dims[shift + i] = operand->dims[i];
    }
  }
  return dims;
}

std::int64_t broadcast_position(const Index& dims, const Index& index) {
  Index own(dims.size());
  const std::size_t shift = index.size() - dims.size();
  for (std::size_t axis = 0; axis < dims.size(); ++axis)
    own[axis] = dims[axis] == 1 ? 0 : index[shift + axis];
  return position(dims, own);
}

namespace {

// `values` behind as many of `filler` as are missing to three.
Index last_of_three(Index values, std::int64_t filler) {
  values.insert(values.begin(), 3 - values.size(), filler);
  return values;
}

}  // namespace

Index with_three_axes(const Index& dims) {
  Index result = last_of_three(Index(dims.begin() + 2, dims.end()), 1);
  result.insert(result.begin(), {dims[0], dims[1]});
  return result;
}

Index output_dims(const Geometry& g, const Index& x, std::int64_t channels) {
  Index dims{x[0], channels};
  dims.insert(dims.end(), g.output.end() - (std::ssize(x) - 2), g.output.end());
  return dims;
}

Geometry geometry(const Case& c, const Index& x, const Index& kernel, bool ceil_mode) {
  const std::size_t axes = x.size() - 2;
  const Ints ones(axes, 1);
  Geometry g;
  g.picture = last_of_three(Index(x.begin() + 2, x.end()), 1);
  g.kernel = last_of_three(kernel, 1);
  g.strides = last_of_three(ints_attribute(c, "strides").value_or(ones), 1);
  g.dilations = last_of_three(ints_attribute(c, "dilations").value_or(ones), 1);
  g.before = g.after = g.output = Index(3, 0);
  const std::string auto_pad = string_attribute(c, "auto_pad", "NOTSET");
  if (const auto pads = ints_attribute(c, "pads"); pads && auto_pad == "NOTSET") {
    g.before = last_of_three(Index(pads->begin(), pads->begin() + static_cast<std::ptrdiff_t>(axes)), 0);
    g.after = last_of_three(Index(pads->begin() + static_cast<std::ptrdiff_t>(axes), pads->end()), 0);
  }
  for (std::size_t i = 0; i < 3; ++i) {
    const double size = static_cast<double>(g.picture[i]), stride = static_cast<double>(g.strides[i]);
    const double extent = static_cast<double>((g.kernel[i] - 1) * g.dilations[i] + 1);
    if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
      const double out = std::ceil(size / stride);
      const auto total = static_cast<std::int64_t>(std::max(0.0, (out - 1) * stride + extent - size));
      const std::int64_t half = total / 2, rest = total - half;
      g.before[i] = auto_pad == "SAME_UPPER" ? half : rest;
      g.after[i] = total - g.before[i];
      g.output[i] = static_cast<std::int64_t>(out);
      continue;
    }
    const double padded = size + static_cast<double>(g.before[i] + g.after[i]);
    const double steps = (padded - extent) / stride;
    g.output[i] = static_cast<std::int64_t>(ceil_mode ? std::ceil(steps) : std::floor(steps)) + 1;
    // With ceil_mode a window that would start in the end padding is left out.
    while (ceil_mode && (g.output[i] - 1) * g.strides[i] >= g.picture[i] + g.before[i]) --g.output[i];
  }
  return g;
}

}  // namespace yy::test
