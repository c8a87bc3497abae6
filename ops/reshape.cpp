#include "ops/reshape.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {
namespace {

using Dims = std::vector<std::int64_t>;

Shape reshaped(const Shape& from, const Dims& wanted, bool allowzero) {
  const auto fail = [&] {
    throw Error(ErrorCode::model, fmt::format("input 'shape' [{}] does not fit the {} elements of 'data' {}",
                                              fmt::join(wanted, ","), from.elements(), from.text()));
  };
  Dims dims = wanted;
  std::int64_t product = 1;
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && !allowzero) {
      if (i >= from.rank()) fail();
      dims[i] = from[i];
    }
    if (dims[i] == -1) {
      if (open) fail();
      open = i;
      continue;
    }
    if (dims[i] < 0 || (dims[i] != 0 && product > (std::int64_t{1} << 40) / dims[i])) fail();
    product *= dims[i];
  }
  if (open) {
    if (product == 0 || from.elements() % product != 0) fail();
    dims[*open] = from.elements() / product;
    product *= dims[*open];
  }
  if (product != from.elements()) fail();
  return Shape(std::move(dims));
}

Shape flattened(const Shape& from, std::int64_t axis) {
  const auto rank = static_cast<std::int64_t>(from.rank());
  if (axis < -rank || axis > rank) {
    throw Error(ErrorCode::model,
                fmt::format("attribute 'axis' {} is out of range for {}", axis, from.text()));
  }
  const std::int64_t split = axis < 0 ? axis + rank : axis;
  std::int64_t rows = 1, columns = 1;
  for (std::int64_t i = 0; i < rank; ++i) (i < split ? rows : columns) *= from[static_cast<std::size_t>(i)];
  return {rows, columns};
}

Shape squeezed(const Shape& from, const std::optional<Dims>& axes) {
  std::vector<bool> drop(from.rank(), false);
  for (std::size_t i = 0; i < from.rank(); ++i) drop[i] = !axes && from[i] == 1;
  for (std::int64_t axis : axes.value_or(Dims{})) {
    const std::size_t i = normal_axis(axis, from.rank(), "'axes' element");
    if (from[i] != 1) {
      throw Error(ErrorCode::model,
                  fmt::format("'axes' names axis {} of {}, which is not 1", i, from.text()));
    }
    drop[i] = true;
  }
  Dims dims;
  for (std::size_t i = 0; i < from.rank(); ++i) {
    if (!drop[i]) dims.push_back(from[i]);
  }
  return Shape(std::move(dims));
}

Shape unsqueezed(const Shape& from, const Dims& axes) {
  const std::size_t rank = from.rank() + axes.size();
  Dims dims(rank, 0);
  for (std::int64_t axis : axes) {
    std::int64_t& dim = dims[normal_axis(axis, rank, "'axes' element")];
    if (dim == 1) throw Error(ErrorCode::model, fmt::format("'axes' names axis {} twice", axis));
    dim = 1;
  }
  std::size_t next = 0;
  for (std::int64_t& dim : dims) {
    if (dim == 0) dim = from[next++];
  }
  return Shape(std::move(dims));
}

}  // namespace

std::string_view Reshape::name() const {
  switch (kind_) {
    case Kind::reshape:
      return "Reshape";
    case Kind::flatten:
      return "Flatten";
    case Kind::squeeze:
      return "Squeeze";
    case Kind::unsqueeze:
      return "Unsqueeze";
    case Kind::identity:
      return "Identity";
    case Kind::dropout:
      return "Dropout";
  }
  return "?";
}

Shape Reshape::output_shape(std::span<const OpInput> inputs) const {
  const Shape& from = need(inputs, 0, "data").desc.shape;
  switch (kind_) {
    case Kind::reshape:
      return reshaped(from, constant_ints(need(inputs, 1, "shape"), "shape"), fields_.allowzero);
    case Kind::flatten:
      return flattened(from, fields_.axis);
    case Kind::squeeze: {
      const OpInput* axes = maybe(inputs, 1);
      return squeezed(from, axes ? std::optional(constant_ints(*axes, "axes")) : fields_.axes);
    }
    case Kind::unsqueeze:
      return unsqueezed(from, fields_.axes ? *fields_.axes : constant_ints(need(inputs, 1, "axes"), "axes"));
    case Kind::identity:
    case Kind::dropout:
      return from;
  }
  return from;
}

std::size_t Reshape::required_inputs() const {
  return kind_ == Kind::reshape || (kind_ == Kind::unsqueeze && !fields_.axes) ? 2 : 1;
}

std::vector<TensorDesc> Reshape::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, 1, 3);
  if (kind_ == Kind::dropout && maybe(inputs, 2) != nullptr) {
    const OpInput& training = inputs[2];
    check_dtype(training, DType::boolean, "training_mode");
    const bool known = training.constant != nullptr && training.desc.shape.elements() == 1;
    if (!known || training.constant->as<std::uint8_t>()[0] != 0) {
      throw Error(ErrorCode::model, "input 'training_mode' is set: export the network for inference");
    }
  }
  std::vector<TensorDesc> outputs{{output_shape(inputs), inputs[0].desc.dtype, Layout::row_major}};
  if (fields_.mask) outputs.push_back({outputs[0].shape, DType::boolean, Layout::row_major});
  return outputs;
}

LayoutRule Reshape::layout_rule() const {
  const bool same_shape = kind_ == Kind::identity || kind_ == Kind::dropout;
  return same_shape ? LayoutRule::follow : LayoutRule::row_major;
}

std::shared_ptr<const Op> read_reshape(NodeSource& source) {
  Attributes& attributes = source.attributes;
  Reshape::Fields fields;
  if (source.op_type == "Reshape") {
    if (source.opset >= 14) fields.allowzero = attributes.get_flag("allowzero", false);
    return std::make_shared<Reshape>(Reshape::Kind::reshape, fields);
  }
  if (source.op_type == "Flatten") {
    fields.axis = attributes.get_int("axis", 1);
    return std::make_shared<Reshape>(Reshape::Kind::flatten, fields);
  }
  if (source.op_type == "Squeeze" || source.op_type == "Unsqueeze") {
    if (source.opset < 13) fields.axes = attributes.find_ints("axes");
    const bool squeeze = source.op_type == "Squeeze";
    if (!squeeze && source.opset < 13 && !fields.axes) {
      throw Error(ErrorCode::model, "attribute 'axes' is missing");
    }
    return std::make_shared<Reshape>(squeeze ? Reshape::Kind::squeeze : Reshape::Kind::unsqueeze, fields);
  }
  if (source.op_type == "Dropout") {
    attributes.ignore("ratio");
    attributes.ignore("seed");
    fields.mask = source.output_count > 1;
    return std::make_shared<Reshape>(Reshape::Kind::dropout, fields);
  }
  return std::make_shared<Reshape>(Reshape::Kind::identity, fields);
}

}  // namespace yy
