#include "onnx/private/tensor_reader.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <span>

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

Shape read_shape(const onnx_pb::Tensor& proto) {
  if (const auto why = refuse_rank(proto.dims_size())) refuse("{}", *why);
  std::vector<std::int64_t> dims(proto.dims().begin(), proto.dims().end());
  for (std::int64_t dim : dims) {
    if (const auto why = refuse_dim(dim)) refuse("{}", *why);
  }
  return Shape(std::move(dims));
}

// All data there is outside of raw_data, so that elements in a field of another type do not go unnoticed.
std::int64_t typed_elements(const onnx_pb::Tensor& proto) {
  return std::int64_t{proto.float_data_size()} + proto.int32_data_size() + proto.int64_data_size() +
         proto.double_data_size();
}

template <class To>
void narrow(const onnx_pb::Tensor& proto, To* to, std::int64_t least, std::int64_t most) {
  for (std::int32_t value : proto.int32_data()) {
    if (value < least || value > most) refuse("int32_data should be {} to {}, found {}", least, most, value);
    *to++ = static_cast<To>(value);
  }
}

void copy_floats(const onnx_pb::Tensor& proto, FloatFormat format, std::span<float> to) {
  switch (format) {
    case FloatFormat::float32:
      std::copy(proto.float_data().begin(), proto.float_data().end(), to.begin());
      break;
    case FloatFormat::float64:
      to_float32(format, std::as_bytes(std::span(proto.double_data().data(), to.size())), to);
      break;
    case FloatFormat::float16:
    case FloatFormat::bfloat16: {  // their bits, each in an integer
      std::vector<std::uint16_t> bits(to.size());
      narrow(proto, bits.data(), 0, 0xffff);
      to_float32(format, std::as_bytes(std::span(bits)), to);
      break;
    }
  }
}

void copy_integers(const onnx_pb::Tensor& proto, Tensor& to) {
  switch (to.dtype()) {
    case DType::i64:
      std::copy(proto.int64_data().begin(), proto.int64_data().end(), to.as_mutable<std::int64_t>().begin());
      break;
    case DType::i32:
      std::copy(proto.int32_data().begin(), proto.int32_data().end(), to.as_mutable<std::int32_t>().begin());
      break;
    case DType::i8:
      narrow(proto, to.as_mutable<std::int8_t>().data(), -128, 127);
      break;
    case DType::u8:
      narrow(proto, to.as_mutable<std::uint8_t>().data(), 0, 255);
      break;
    case DType::boolean:
      narrow(proto, to.as_mutable<std::uint8_t>().data(), 0, 1);
      break;
    case DType::f32:
    case DType::f16:
    case DType::bf16:
      break;
  }
}

// Elements that lie in `source` from `at` on as in raw_data.
void read_raw(const ByteSource& source, std::size_t at, const std::optional<FloatFormat>& format,
              Tensor& to) {
  if (!format || *format == FloatFormat::float32) {
    source.read(at, {static_cast<std::byte*>(to.mutable_data()), to.desc().bytes()});
    return;
  }
  std::vector<std::byte> stretch(64 * 1024);
  const std::size_t size = size_of(*format);
  for (std::span<float> left = to.as_mutable<float>(); !left.empty();) {
    const std::size_t count = std::min(left.size(), stretch.size() / size);
    source.read(at, std::span(stretch).first(count * size));
    to_float32(*format, stretch, left.first(count));
    at += count * size;
    left = left.subspan(count);
  }
}

// Any other byte than 0 and 1 is undefined behaviour once it is read as bool.
void check_bools(const Tensor& tensor) {
  for (std::uint8_t value : tensor.as<std::uint8_t>()) {
    if (value > 1) refuse("a bool should be 0 or 1, found {}", value);
  }
}

}  // namespace

// How a tensor's elements lie in the file.
struct TensorReader::Format {
  DType dtype;                        // what we make of them
  std::optional<FloatFormat> floats;  // what they are, where they are numbers that become float32
  const char* field;                  // the form that holds them where it is not raw_data
  int field_size;

  explicit Format(const onnx_pb::Tensor& proto)
      : dtype(read_dtype(proto.data_type())), floats(float_format_of_onnx(proto.data_type())) {
    if (floats == FloatFormat::float32) {
      field = "float_data", field_size = proto.float_data_size();
    } else if (floats == FloatFormat::float64) {
      field = "double_data", field_size = proto.double_data_size();
    } else if (dtype == DType::i64) {
      field = "int64_data", field_size = proto.int64_data_size();
    } else {
      field = "int32_data", field_size = proto.int32_data_size();
    }
  }

  std::size_t raw_bytes(const Shape& shape) const {
    return static_cast<std::size_t>(shape.elements()) * (floats ? size_of(*floats) : size_of(dtype));
  }
};

TensorReader::TensorReader(const ByteSource& source, std::vector<Extent> raw_data,
                           std::optional<std::filesystem::path> folder)
    : source_(source), raw_data_(std::move(raw_data)), bytes_left_(onnx_limits::tensor_bytes) {
  if (folder) external_.emplace(std::move(*folder));
}

// The skeleton's raw_data was written by wire.cpp; a message of another origin has none.
Extent TensorReader::raw_data(const onnx_pb::Tensor& proto) const {
  std::uint32_t index = 0;
  if (proto.raw_data().size() != sizeof index) return {};
  std::memcpy(&index, proto.raw_data().data(), sizeof index);
  return index < raw_data_.size() ? raw_data_[index] : Extent{};
}

std::size_t TensorReader::raw_bytes(const onnx_pb::Tensor& proto) const {
  return raw_data(proto).size;
}

void TensorReader::check_data_size(const onnx_pb::Tensor& proto, const Format& format,
                                   const Shape& shape) const {
  const std::string what = onnx_dtype_name(proto.data_type()) + " " + shape.text();
  const std::size_t raw = raw_bytes(proto);
  const std::int64_t typed = typed_elements(proto), elements = shape.elements();
  if (proto.has_raw_data() && typed == 0) {
    if (raw != format.raw_bytes(shape)) {
      refuse("{} needs {} bytes of raw_data, found {}", what, format.raw_bytes(shape), raw);
    }
  } else if (raw != 0) {
    refuse("it has data both in raw_data and in a typed field");
  } else if (typed != format.field_size) {
    refuse("{} should have its data in raw_data or {}, found some in a field of another type", what,
           format.field);
  } else if (typed == 0 && elements != 0) {
    refuse("{} holds no data", what);
  } else if (typed != elements) {
    refuse("{} needs {} elements in {}, found {}", what, elements, format.field, typed);
  }
}

Tensor TensorReader::take(onnx_pb::Tensor& proto) {
  constexpr int external = 1;
  if (proto.data_location() != 0 && proto.data_location() != external) {
    refuse("its data_location should be 0 or 1, found {}", proto.data_location());
  }
  if (proto.has_segment()) refuse("it is a segment of a larger tensor, which is not supported");
  const Format format(proto);
  const TensorDesc desc{read_shape(proto), format.dtype, Layout::row_major};
  const ByteSource* source = &source_;
  std::size_t at = raw_data(proto).at;
  if (proto.data_location() == external) {
    if (!external_) {
      refuse("its data is in the file {}; a model that is not read from a file has no such file beside it",
             external_location(proto));
    }
    if (proto.has_raw_data() || typed_elements(proto) != 0)
      refuse("it has data both inside and in another file");
    const ExternalData::Place place = external_->find(proto, format.raw_bytes(desc.shape));
    source = &place.file;
    at = place.at;
  } else {
    check_data_size(proto, format, desc.shape);
  }
  if (desc.bytes() > bytes_left_) {
    refuse("{} makes more than {} GiB of weights together with those before", desc.text(),
           onnx_limits::tensor_bytes >> 30);
  }
  bytes_left_ -= desc.bytes();
  Tensor tensor(desc);
  if (typed_elements(proto) == 0) {
    read_raw(*source, at, format.floats, tensor);
  } else if (format.floats) {
    copy_floats(proto, *format.floats, tensor.as_mutable<float>());
  } else {
    copy_integers(proto, tensor);
  }
  if (desc.dtype == DType::boolean) check_bools(tensor);
  proto = onnx_pb::Tensor();  // clear() would keep the memory
  return tensor;
}

DType read_dtype(std::int64_t onnx_number) {
  const auto dtype = dtype_of_onnx(onnx_number);
  if (!dtype) {
    refuse(
        "element type {} is not supported; float32, float16, bfloat16, double, int64, int32, int8, uint8 and "
        "bool "
        "are",
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

}  // namespace yy
