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
    return output.size() * w[1] * w[2] * w[3];
  }
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

Geometry geometry(const Case& c, const Index& x, const Index& kernel, bool ceil_mode) {
  Geometry g;
  g.kernel = kernel;
  g.strides = ints_attribute(c, "strides").value_or(Ints{1, 1});
  g.dilations = ints_attribute(c, "dilations").value_or(Ints{1, 1});
  g.pads = {0, 0, 0, 0};
  g.output = {0, 0};
  const std::string auto_pad = string_attribute(c, "auto_pad", "NOTSET");
  if (auto_pad == "NOTSET") g.pads = ints_attribute(c, "pads").value_or(g.pads);
  for (std::size_t i = 0; i < 2; ++i) {
    const double size = static_cast<double>(x[2 + i]), stride = static_cast<double>(g.strides[i]);
    const double extent = static_cast<double>((kernel[i] - 1) * g.dilations[i] + 1);
    if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
      const double out = std::ceil(size / stride);
      const auto total = static_cast<std::int64_t>(std::max(0.0, (out - 1) * stride + extent - size));
      const std::int64_t half = total / 2, rest = total - half;
      g.pads[i] = auto_pad == "SAME_UPPER" ? half : rest;
      g.pads[2 + i] = total - g.pads[i];
      g.output[i] = static_cast<std::int64_t>(out);
      continue;
    }
    const double padded = size + static_cast<double>(g.pads[i] + g.pads[2 + i]);
    const double steps = (padded - extent) / stride;
    g.output[i] = static_cast<std::int64_t>(ceil_mode ? std::ceil(steps) : std::floor(steps)) + 1;
    // With ceil_mode a window that would start in the end padding is left out.
    while (ceil_mode && (g.output[i] - 1) * g.strides[i] >= x[2 + i] + g.pads[i]) --g.output[i];
  }
  return g;
}

}  // namespace yy::test
