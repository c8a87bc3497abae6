#include "runtime/tensor.h"

#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/mman.h>

#include "runtime/error.h"

namespace yy {

std::size_t size_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
    case DType::i32:
      return 4;
    case DType::i64:
      return 8;
    case DType::f16:
    case DType::bf16:
      return 2;
    case DType::i8:
    case DType::u8:
    case DType::boolean:
      return 1;
  }
  return 0;
}

bool is_real(DType dtype) {
  return dtype == DType::f32 || dtype == DType::f16 || dtype == DType::bf16;
}

std::string_view name_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "float32";
    case DType::f16:
      return "float16";
    case DType::bf16:
      return "bfloat16";
    case DType::i64:
      return "int64";
    case DType::i32:
      return "int32";
    case DType::i8:
      return "int8";
    case DType::u8:
      return "uint8";
    case DType::boolean:
      return "bool";
  }
  return "?";
}

bool Shape::known() const {
  return std::none_of(dims_.begin(), dims_.end(), [](auto d) { return d == unknown_dim; });
}

std::int64_t Shape::elements() const {
  constexpr std::int64_t most = std::int64_t{1} << 40;
  std::int64_t product = 1;
  for (auto dim : dims_) {
    if (dim < 0) throw Error(ErrorCode::model, fmt::format("shape {} is not known", text()));
    if (dim != 0 && product > most / dim) {
      throw Error(ErrorCode::model, fmt::format("shape {} has more than 2^40 elements", text()));
    }
    product *= dim;
  }
  return product;
}

std::string Shape::text() const {
  std::vector<std::string> parts;
  for (auto dim : dims_) parts.push_back(dim == unknown_dim ? "?" : std::to_string(dim));
  return fmt::format("[{}]", fmt::join(parts, ","));
}

std::size_t TensorDesc::bytes() const {
  return static_cast<std::size_t>(shape.elements()) * size_of(dtype);
}

std::vector<std::int64_t> TensorDesc::strides() const {
  std::vector<std::int64_t> result(shape.rank());
  std::int64_t step = 1;
  if (layout == Layout::channels_last && shape.rank() == 4) {
    for (std::size_t axis : {1, 3, 2, 0}) {
      result[axis] = step;
      step *= shape[axis];
    }
    return result;
  }
  for (std::size_t axis = shape.rank(); axis-- > 0;) {
    result[axis] = step;
    step *= shape[axis];
  }
  return result;
}

bool TensorDesc::same_bytes_in(Layout other) const {
  if (layout == other || shape.rank() != 4) return true;
  return shape[1] == 1 || (shape[2] == 1 && shape[3] == 1);
}

std::string TensorDesc::text() const {
  return fmt::format("{} {}{}", name_of(dtype), shape.text(),
                     layout == Layout::channels_last ? " channels_last" : "");
}

Buffer allocate_host(std::size_t bytes) {
  constexpr std::size_t huge_page = std::size_t{2} << 20;
  const std::size_t alignment = bytes >= huge_page ? huge_page : 64;
  const std::size_t rounded = std::max(alignment, (bytes + alignment - 1) / alignment * alignment);
  void* memory = std::aligned_alloc(alignment, rounded);
  if (memory == nullptr) throw Error(ErrorCode::failure, fmt::format("out of memory: {} bytes", bytes));
  // Arenas and large weights in huge pages: fewer misses when addresses are translated. May be refused.
  if (alignment == huge_page) ::madvise(memory, rounded, MADV_HUGEPAGE);
  std::memset(memory, 0, rounded);
  return {std::shared_ptr<void>(memory, [](void* p) { std::free(p); }), bytes};
}

Tensor::Tensor(TensorDesc desc) : desc_(std::move(desc)), buffer_(allocate_host(desc_.bytes())) {}

Tensor Tensor::reshaped(Shape shape) const {
  Tensor result = *this;
  result.desc_.shape = std::move(shape);
  return result;
}

Tensor Tensor::of_i64(std::span<const std::int64_t> elements) {
  return {{Shape{static_cast<std::int64_t>(elements.size())}, DType::i64, Layout::row_major}, elements};
}

}  // namespace yy
