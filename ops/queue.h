// Enqueue and Dequeue (ours): a queue of rows on the device, where pictures wait until a stage has a batch.
//
// A queue is one uint8 tensor [QueueLayout::bytes()] that holds a ring of `capacity` rows. Zeros are an empty
// queue. Both operators take over the queue's memory where they may.
//
// Enqueue: index int32 [N], count int32 [1], crops uint8 [R,...], queue -> queue. Time goes on by one and
// `taken` starts again at 0. Then crops[index[i]], i < count, go behind the rows that wait, in that order,
// and are of that time. row_bytes are those of one of the crops. The caller vouches for 0 <= index < R
// and that no more rows come than have room: else the last ones are dropped.
//
// Dequeue: queue, least int32 [1] -> queue, index int32 [B], places int32 [B], count int32 [1], taken int32
// [2]. Where `least` rows wait, or one has waited for `patience` Enqueues, the oldest rows, B at most, leave
// the queue: count tells how many, index where in the ring they lie, which stays so until Enqueue goes over
// it, and places their numbers among all rows that were taken since the last Enqueue, from 0 on. Else count
// is 0. The rest of index and places is left as it was. `taken` is {rows taken since the last Enqueue, these
// included; the most rows that ever waited}.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/op.h"

namespace yy {

struct QueueHeader {
  std::int32_t head;        // where in the ring the oldest row lies
  std::int32_t length;      // rows that wait
  std::int32_t time;        // Enqueues so far, modulo 2^32
  std::int32_t taken;       // rows taken since the last Enqueue
  std::int32_t most;        // of length, ever
  std::int32_t unused[59];  // to 64 numbers
};

// The parts of a queue.
struct Queue {
  QueueHeader* header = nullptr;
  std::int32_t* times = nullptr;  // [capacity]: when each row of the ring came
  std::byte* rows = nullptr;      // [capacity][row_bytes]
};

struct QueueLayout {
  std::int64_t capacity = 0, row_bytes = 0;

  static constexpr std::int64_t times_offset = sizeof(QueueHeader);
  // A multiple of 256, for wide loads and for views that kernels read as tensors.
  std::int64_t rows_offset() const { return (times_offset + 4 * capacity + 255) / 256 * 256; }
  std::int64_t bytes() const { return rows_offset() + capacity * row_bytes; }
  Queue at(void* memory) const;
};

class Enqueue : public Op {
 public:
  explicit Enqueue(std::int64_t capacity) : capacity_(capacity) {}

  std::string_view name() const override { return "Enqueue"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::size_t required_inputs() const override { return 4; }
  std::int64_t capacity() const { return capacity_; }
  QueueLayout layout(const TensorDesc& crops) const;

 private:
  std::int64_t capacity_;
};

class Dequeue : public Op {
 public:
  Dequeue(QueueLayout layout, std::int64_t batch, std::int64_t patience)
      : layout_(layout), batch_(batch), patience_(patience) {}

  std::string_view name() const override { return "Dequeue"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::size_t required_inputs() const override { return 2; }
  const QueueLayout& layout() const { return layout_; }
  std::int64_t batch() const { return batch_; }        // B
  std::int64_t patience() const { return patience_; }  // in Enqueues; 0: never waits for more rows

 private:
  QueueLayout layout_;
  std::int64_t batch_, patience_;
};

}  // namespace yy
