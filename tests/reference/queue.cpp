#include "ops/queue.h"

#include <algorithm>

#include "tests/reference/reference.h"

namespace yy::test {
namespace {

// A queue as a list of rows, which its bytes are read into and written from.
class Ring {
 public:
  Ring(Array bytes, std::int64_t capacity, std::int64_t row_bytes)
      : bytes_(std::move(bytes)), capacity_(capacity), row_bytes_(row_bytes) {
    head = get(0);
    length = get(1);
    time = get(2);
    taken = get(3);
    most = get(4);
  }

  std::int64_t place(std::int64_t row) const { return (head + row) % capacity_; }
  std::int64_t time_of(std::int64_t row) const { return get(64 + place(row)); }

  void append(const Array& crops, std::int64_t crop) {
    if (length == capacity_) return;
    const std::int64_t at = place(length++);
    put(64 + at, time);
    const std::int64_t before = 256 + 4 * capacity_;  // a multiple of 256 is next
    const std::int64_t row = before + (256 - before % 256) % 256 + at * row_bytes_;
    for (std::int64_t i = 0; i < row_bytes_; ++i) bytes_.copy(row + i, crops, crop * row_bytes_ + i);
  }

  void drop_oldest() {
    head = place(1);
    --length;
  }

  Array bytes() {
    put(0, head);
    put(1, length);
    put(2, time);
    put(3, taken);
    put(4, most);
    return bytes_;
  }

  std::int64_t head = 0, length = 0, time = 0, taken = 0, most = 0;

 private:
  // int32 number `number`, lowest byte first.
  std::int64_t get(std::int64_t number) const {
    std::int64_t value = 0;
    for (std::int64_t i = 3; i >= 0; --i) value = 256 * value + bytes_.whole[4 * number + i];
    return wrapped(DType::i32, value);
  }

  void put(std::int64_t number, std::int64_t value) {
    for (std::int64_t i = 0; i < 4; ++i) {
      bytes_.whole[4 * number + i] = wrapped(DType::u8, value);
      value >>= 8;
    }
  }

  Array bytes_;
  std::int64_t capacity_, row_bytes_;
};

std::vector<Array> enqueued(const Case& c, Inputs inputs) {
  const Array &index = *inputs[0], &crops = *inputs[2];
  const std::int64_t row_bytes = crops.size() / crops.dims[0];
  const std::int64_t count = std::min(inputs[1]->whole[0], index.size());
  Ring ring(*inputs[3], dynamic_cast<const Enqueue&>(*c.op).capacity(), row_bytes);
  ring.time = wrapped(DType::i32, ring.time + 1);
  ring.taken = 0;
  for (std::int64_t i = 0; i < count; ++i) ring.append(crops, index.whole[i]);
  ring.most = std::max(ring.most, ring.length);
  return {ring.bytes()};
}

std::vector<Array> dequeued(const Dequeue& op, Inputs inputs) {
  const std::int64_t least = inputs[1]->whole[0];
  Ring ring(*inputs[0], op.layout().capacity, op.layout().row_bytes);
  Array index(DType::i32, {op.batch()}), places = index, count(DType::i32, {1}), taken(DType::i32, {2});
  index.untouched.assign(static_cast<std::size_t>(op.batch()), true);
  places.untouched = index.untouched;
  const bool ready = ring.length > 0 && (ring.length >= least ||
                                         wrapped(DType::i32, ring.time - ring.time_of(0)) >= op.patience());
  for (std::int64_t i = 0; ready && i < op.batch() && ring.length > 0; ++i) {
    index.whole[i] = ring.place(0);
    places.whole[i] = ring.taken++;
    index.untouched[i] = places.untouched[i] = false;
    ++count.whole[0];
    ring.drop_oldest();
  }
  taken.whole = {ring.taken, ring.most};
  return {ring.bytes(), index, places, count, taken};
}

}  // namespace

std::vector<Array> reference_queue(const Case& c, Inputs inputs) {
  if (const auto* op = dynamic_cast<const Dequeue*>(c.op.get())) return dequeued(*op, inputs);
  return enqueued(c, inputs);
}

}  // namespace yy::test
