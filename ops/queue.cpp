#include "ops/queue.h"

#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {
namespace {

static_assert(sizeof(QueueHeader) == 64 * sizeof(std::int32_t));

// Twice the capacity is an int32, and a queue's bytes are an int64.
void check_field(std::int64_t value, std::int64_t least, std::string_view what) {
  constexpr std::int64_t most = std::int64_t{1} << 30;
  if (value < least || value > most) {
    throw Error(ErrorCode::model,
                fmt::format("'{}' should be from {} to {}, found {}", what, least, most, value));
  }
}

// Checks the queue, input `number`, too; its desc is the output's.
TensorDesc check_queue(std::span<const OpInput> inputs, std::size_t number, const QueueLayout& layout) {
  check_field(layout.capacity, 1, "capacity");
  check_field(layout.row_bytes, 1, "row_bytes");
  check_dtype(need(inputs, number, "queue"), DType::u8, "queue");
  check_shape(inputs[number], Shape{layout.bytes()}, "queue");
  return {Shape{layout.bytes()}, DType::u8, Layout::row_major};
}

}  // namespace

Queue QueueLayout::at(void* memory) const {
  auto* bytes = static_cast<std::byte*>(memory);
  return {reinterpret_cast<QueueHeader*>(bytes), reinterpret_cast<std::int32_t*>(bytes + times_offset),
          bytes + rows_offset()};
}

QueueLayout Enqueue::layout(const TensorDesc& crops) const {
  std::int64_t row_bytes = 1;
  for (std::size_t i = 1; i < crops.shape.rank(); ++i) row_bytes *= crops.shape[i];
  return {capacity_, row_bytes};
}

std::vector<TensorDesc> Enqueue::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, required_inputs(), required_inputs());
  const OpInput& index = need(inputs, 0, "index");
  check_dtype(index, DType::i32, "index");
  check_rank(index, 1, "index");
  check_dtype(need(inputs, 1, "count"), DType::i32, "count");
  check_shape(inputs[1], Shape{1}, "count");
  const OpInput& crops = need(inputs, 2, "crops");
  check_dtype(crops, DType::u8, "crops");
  if (crops.desc.shape.rank() < 1) {
    throw Error(ErrorCode::model, "input 'crops' is a scalar: it has no rows");
  }
  return {check_queue(inputs, 3, layout(crops.desc))};
}

std::vector<TensorDesc> Dequeue::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, required_inputs(), required_inputs());
  check_field(batch_, 1, "batch");
  check_field(patience_, 0, "patience");
  TensorDesc queue = check_queue(inputs, 0, layout_);
  check_dtype(need(inputs, 1, "least"), DType::i32, "least");
  check_shape(inputs[1], Shape{1}, "least");
  const auto numbers = [](std::int64_t n) { return TensorDesc{Shape{n}, DType::i32, Layout::row_major}; };
  return {std::move(queue), numbers(batch_), numbers(batch_), numbers(1), numbers(2)};
}

}  // namespace yy
