#include "onnx/private/tensor_proto.h"

#include <bit>
#include <cstring>
#include <fmt/format.h>
#include <limits>

#include "onnx/private/limits.h"
#include "ops/dtype.h"
#include "runtime/error.h"
#include "runtime/printable.h"

namespace yy {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

template <class... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ErrorCode::model, fmt::format(format, std::forward<Args>(args)...));
}

void refuse_data_elsewhere(const onnx_pb::Tensor& proto) {
  if (proto.data_location() != 0 || proto.external_data_size() > 0) {
    std::string where;
    for (const auto& entry : proto.external_data()) {
      if (entry.key() == "location") where = fmt::format(" ({})", in_quotes(entry.value()));
    }
    refuse("its data is in another file{}, which is not supported; save the model with its data inside",
           where);
  }
  if (proto.has_segment()) refuse("it is a segment of a larger tensor, which is not supported");
}

Shape read_shape(const onnx_pb::Tensor& proto) {
  if (const auto why = refuse_rank(proto.dims_size())) refuse("{}", *why);
  std::vector<std::int64_t> dims(proto.dims().begin(), proto.dims().end());
  for (std::int64_t dim : dims) {
    if (const auto why = refuse_dim(dim)) refuse("{}", *why);
  }
  return Shape(std::move(dims));
}

// The form that holds a tensor's elements where it is not raw_data.
struct TypedField {
  const char* name;
  int size;
};

TypedField typed_field(const onnx_pb::Tensor& proto, DType dtype) {
  switch (dtype) {
    case DType::f32:
      return {"float_data", proto.float_data_size()};
    case DType::i64:
      return {"int64_data", proto.int64_data_size()};
    default:
      return {"int32_data", proto.int32_data_size()};
  }
}

// All data there is, so that elements in a field of another type do not go unnoticed.
std::int64_t typed_elements(const onnx_pb::Tensor& proto) {
  return std::int64_t{proto.float_data_size()} + proto.int32_data_size() + proto.int64_data_size();
}

void check_data_size(const onnx_pb::Tensor& proto, const TensorDesc& desc) {
  const std::int64_t elements = desc.shape.elements();
  const TypedField typed = typed_field(proto, desc.dtype);
  if (proto.has_raw_data() && (typed_elements(proto) == 0)) {
    if (proto.raw_data().size() != desc.bytes()) {
      refuse("{} needs {} bytes of raw_data, found {}", desc.text(), desc.bytes(), proto.raw_data().size());
    }
  } else if (proto.has_raw_data() && !proto.raw_data().empty()) {
    refuse("it has data both in raw_data and in a typed field");
  } else if (typed_elements(proto) != typed.size) {
    refuse("{} should have its data in raw_data or {}, found some in a field of another type", desc.text(),
           typed.name);
  } else if (typed.size == 0 && elements != 0) {
    refuse("{} holds no data", desc.text());
  } else if (typed.size != elements) {
    refuse("{} needs {} elements in {}, found {}", desc.text(), elements, typed.name, typed.size);
  }
}

template <class To>
void narrow(const onnx_pb::Tensor& proto, void* data, std::int64_t least, std::int64_t most) {
  To* to = static_cast<To*>(data);
  for (std::int32_t value : proto.int32_data()) {
    if (value < least || value > most) refuse("int32_data should be {} to {}, found {}", least, most, value);
    *to++ = static_cast<To>(value);
  }
}

void copy_typed(const onnx_pb::Tensor& proto, DType dtype, void* to) {
  switch (dtype) {
    case DType::f32:
      std::copy(proto.float_data().begin(), proto.float_data().end(), static_cast<float*>(to));
      break;
    case DType::i64:
      std::copy(proto.int64_data().begin(), proto.int64_data().end(), static_cast<std::int64_t*>(to));
      break;
    case DType::i32:
      std::copy(proto.int32_data().begin(), proto.int32_data().end(), static_cast<std::int32_t*>(to));
      break;
    case DType::i8:
      narrow<std::int8_t>(proto, to, -128, 127);
      break;
    case DType::u8:
      narrow<std::uint8_t>(proto, to, 0, 255);
      break;
    case DType::boolean:
      narrow<std::uint8_t>(proto, to, 0, 1);
      break;
  }
}

// Any other byte than 0 and 1 is undefined behaviour once it is read as bool.
void check_bools(const Tensor& tensor) {
  for (std::uint8_t value : tensor.as<std::uint8_t>()) {
    if (value > 1) refuse("a bool should be 0 or 1, found {}", value);
  }
}

}  // namespace

DType read_dtype(std::int64_t onnx_number) {
  const auto dtype = dtype_of_onnx(onnx_number);
  if (!dtype) {
    refuse("element type {} is not supported; float32, int64, int32, int8, uint8 and bool are",
           onnx_dtype_name(onnx_number));
  }
  return *dtype;
}

std::optional<std::string> refuse_rank(int rank) {
  if (rank <= onnx_limits::rank) return std::nullopt;
  return fmt::format("it has {} dimensions, at most {} are supported", rank, onnx_limits::rank);
}

std::optional<std::string> refuse_dim(std::int64_t dim) {
  if (dim >= 0 && dim <= onnx_limits::dim) return std::nullopt;
  return fmt::format("a dimension should be 0 to {}, found {}", onnx_limits::dim, dim);
}

Tensor take_tensor(onnx_pb::Tensor& proto) {
  refuse_data_elsewhere(proto);
  const TensorDesc desc{read_shape(proto), read_dtype(proto.data_type()), Layout::row_major};
  check_data_size(proto, desc);
  Tensor tensor(desc);
  if (typed_elements(proto) != 0) {
    copy_typed(proto, desc.dtype, tensor.mutable_data());
  } else if (!proto.raw_data().empty()) {
    std::memcpy(tensor.mutable_data(), proto.raw_data().data(), proto.raw_data().size());
  }
  if (desc.dtype == DType::boolean) check_bools(tensor);
  proto = onnx_pb::Tensor();  // clear() would keep the memory
  return tensor;
}

}  // namespace yy
