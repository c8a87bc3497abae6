#include "ops/queue.h"

#include <algorithm>
#include <limits>

#include "tests/cases/case.h"

namespace yy::test {
namespace {

CaseInput list(const Ints& values) {
  CaseInput input = ints(values, DType::i32);
  input.constant = false;
  return input;
}

// A queue before the operator: its header, and the times of the rows that wait, oldest first. The times of
// other rows and all rows' bytes are noise, as nobody clears them.
struct Waiting {
  std::int64_t capacity = 5, row_bytes = 16;
  std::int64_t head = 0;
  Ints times = {};
  std::int64_t time = 0, taken = 0, most = 0;
};

Ints repeated(std::int64_t count, std::int64_t value) {
  return Ints(static_cast<std::size_t>(count), value);
}

void put(Ints& bytes, std::int64_t number, std::int64_t value) {
  for (std::int64_t i = 0; i < 4; ++i) {
    bytes[static_cast<std::size_t>(4 * number + i)] = (value >> (8 * i)) & 255;
  }
}

CaseInput queue_of(const Waiting& waiting) {
  const QueueLayout layout{waiting.capacity, waiting.row_bytes};
  Dice dice(1, "queue", static_cast<int>(layout.bytes()));
  Ints bytes;
  for (std::int64_t i = 0; i < layout.bytes(); ++i) bytes.push_back(dice.pick(0, 255));
  const std::int64_t length = std::ssize(waiting.times);
  std::int64_t number = 0;
  for (std::int64_t value :
       {waiting.head, length, waiting.time, waiting.taken, std::max(waiting.most, length)}) {
    put(bytes, number++, value);
  }
  for (std::int64_t i = 0; i < length; ++i) {
    put(bytes, QueueLayout::times_offset / 4 + (waiting.head + i) % waiting.capacity,
        waiting.times[static_cast<std::size_t>(i)]);
  }
  CaseInput input = data({layout.bytes()}, DType::u8);
  input.whole = std::move(bytes);
  return input;
}

// Of crops of the shape `crop`, as many as the index reaches.
Case enqueue(std::string name, const Waiting& waiting, const Ints& index, std::int64_t count,
             Index crop = {}) {
  if (crop.empty()) crop = {waiting.row_bytes};
  crop.insert(crop.begin(), 1);
  for (std::int64_t row : index) crop[0] = std::max(crop[0], row + 1);
  return own(std::move(name), std::make_shared<Enqueue>(waiting.capacity),
             {list(index), list({count}), data(std::move(crop), DType::u8), queue_of(waiting)});
}

Case dequeue(std::string name, const Waiting& waiting, std::int64_t batch, std::int64_t least,
             std::int64_t patience) {
  return own(std::move(name),
             std::make_shared<Dequeue>(QueueLayout{waiting.capacity, waiting.row_bytes}, batch, patience),
             {queue_of(waiting), list({least})});
}

// All bytes are 0, as in memory that a program begins with.
Case at_first(Case c, std::size_t queue) {
  for (std::int64_t& byte : c.inputs[queue].whole) byte = 0;
  return c;
}

std::vector<Case> enqueues() {
  const Waiting two{.head = 1, .times = {4, 6}, .time = 7, .taken = 3, .most = 4};
  const Waiting late{.head = 3, .times = {6, 6}, .time = 6, .most = 2};
  const Waiting full{.capacity = 3, .head = 2, .times = {1, 2, 2}, .time = 2};
  constexpr std::int64_t last = std::numeric_limits<std::int32_t>::max();
  return {
      at_first(enqueue("at_first", {}, {2, 0}, 2), 3),
      at_first(enqueue("none_at_first", {}, {2, 0}, 0), 3),
      enqueue("empty", {.head = 2, .time = 9, .taken = 4, .most = 3}, {1, 2, 0}, 3),
      enqueue("behind_others", two, {2, 0}, 2),
      enqueue("some", two, {2, 0, 99, -1}, 2),
      enqueue("none", two, {2, 0}, 0),
      enqueue("fewer_than_none", two, {2, 0}, -2),
      enqueue("more_than_index", two, {2, 0}, 9),
      enqueue("duplicates", two, {1, 1, 1}, 3),
      enqueue("no_index", two, {}, 0),
      enqueue("goes_round", late, {0, 1, 2}, 3),
      enqueue("begins_anew", {.head = 4, .times = {3}, .time = 3}, {0, 2, 1}, 3),
      enqueue("fills", two, {0, 1, 2}, 3),
      enqueue("drops_the_newest", two, {4, 3, 2, 1, 0}, 5),
      enqueue("full", full, {0, 1}, 2),
      enqueue("longer_than_capacity", {.capacity = 2}, {0, 1, 2, 3, 4}, 4),
      enqueue("one_of_one", {.capacity = 1, .row_bytes = 3}, {0}, 1),
      enqueue("most_stays", {.times = {1}, .time = 1, .most = 4}, {0}, 1),
      enqueue("time_goes_round", {.times = {last - 1}, .time = last}, {0, 1}, 2),
      enqueue("time_is_minus_one", {.time = -1}, {0}, 1),
      enqueue("row_of_1", {.capacity = 7, .row_bytes = 1, .head = 5, .times = {0, 0}}, {2, 1, 0}, 3),
      enqueue("row_of_2", {.row_bytes = 2, .head = 4}, {2, 1, 0}, 3),
      enqueue("row_of_7", {.row_bytes = 7, .head = 4}, {2, 1, 0}, 3),
      enqueue("row_of_12", {.row_bytes = 12, .head = 4}, {2, 1, 0}, 3),
      enqueue("row_of_24", {.row_bytes = 24, .head = 4}, {2, 1, 0}, 3),
      enqueue("pictures", {.row_bytes = 75, .head = 3, .times = {2}}, {3, 0, 1}, 3, {5, 5, 3}),
      enqueue("pictures_8", {.row_bytes = 192, .head = 3, .times = {2}}, {3, 0, 1}, 3, {8, 8, 3}),
      enqueue("pictures_32", {.row_bytes = 3072, .head = 3, .times = {2}}, {3, 0, 1}, 3, {3072}),
      enqueue("many", {.capacity = 700, .row_bytes = 4, .head = 500, .times = repeated(20, 1), .time = 2},
              repeated(600, 3), 590),
  };
}

std::vector<Case> dequeues() {
  const Waiting three{.head = 1, .times = {4, 6, 6}, .time = 7, .taken = 3, .most = 4};
  const Waiting full{.capacity = 4, .head = 2, .times = {5, 5, 6, 7}, .time = 7};
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  constexpr std::int64_t least = std::numeric_limits<std::int32_t>::min();
  return {
      at_first(dequeue("at_first", {}, 4, 1, 0), 0),
      dequeue("empty", {.head = 3, .time = 9, .taken = 2, .most = 5}, 4, 0, 0),
      dequeue("all", three, 3, 3, 9),
      dequeue("batch_exceeds_length", three, 4, 1, 9),
      dequeue("length_exceeds_batch", three, 2, 2, 9),
      dequeue("batch_of_1", three, 1, 1, 9),
      dequeue("too_few", three, 4, 4, 9),
      dequeue("least_is_0", three, 4, 0, 9),
      dequeue("least_is_negative", three, 4, -1, 9),
      dequeue("patience_reached", three, 4, 4, 3),
      dequeue("patience_not_reached", three, 4, 4, 4),
      dequeue("patience_exceeded", three, 2, 5, 2),
      dequeue("no_patience", {.times = {7}, .time = 7}, 4, 4, 0),
      dequeue("goes_round", {.head = 3, .times = {1, 1, 2}, .time = 2}, 3, 3, 9),
      dequeue("ends_at_the_end", {.head = 3, .times = {1, 1, 2}, .time = 2}, 2, 3, 9),
      dequeue("full", full, 4, 4, 9),
      dequeue("full_by_less", full, 3, 4, 9),
      dequeue("one_of_one", {.capacity = 1, .row_bytes = 3, .times = {1}, .time = 1}, 1, 1, 9),
      dequeue("taken_before", {.times = {1, 1}, .time = 1, .taken = 40}, 2, 1, 9),
      dequeue("time_goes_round", {.times = {most - 1, most}, .time = least + 1}, 4, 4, 3),
      dequeue("time_went_round", {.times = {most - 1, most}, .time = least + 1}, 4, 4, 4),
      dequeue("row_of_7", {.row_bytes = 7, .head = 4, .times = {3, 3}, .time = 3}, 2, 2, 9),
      dequeue("capacity_of_64", {.capacity = 64, .row_bytes = 1, .head = 60, .times = repeated(8, 2)}, 8, 8,
              9),
      dequeue("capacity_of_65", {.capacity = 65, .row_bytes = 1, .head = 60, .times = repeated(8, 2)}, 8, 8,
              9),
      dequeue("many", {.capacity = 700, .row_bytes = 4, .head = 500, .times = repeated(620, 1), .time = 2},
              600, 600, 9),
  };
}

}  // namespace

std::vector<Case> cases_queue() {
  std::vector<Case> all = enqueues();
  for (Case& c : dequeues()) all.push_back(std::move(c));
  return all;
}

Case random_queue(Dice& dice, std::string name) {
  Waiting waiting;
  waiting.capacity = dice.one_of({1, 2, 3, 8, 33, 64, 300});
  waiting.row_bytes = dice.one_of({1, 3, 4, 7, 10, 16, 24, 75, 192});
  waiting.head = dice.pick(0, waiting.capacity - 1);
  waiting.time = dice.pick(0, 20);
  waiting.times = repeated(dice.pick(0, waiting.capacity), waiting.time);
  std::int64_t age = dice.pick(0, 6);
  for (std::int64_t& time : waiting.times) {
    time -= age;
    if (age > 0 && dice.chance(30)) --age;
  }
  waiting.taken = dice.pick(0, 9);
  waiting.most = dice.pick(0, waiting.capacity);
  const std::int64_t batch = dice.pick(1, 40);
  if (dice.chance(50)) return dequeue(std::move(name), waiting, batch, dice.pick(0, 40), dice.pick(0, 8));
  Ints index;
  for (std::int64_t i = 0; i < batch; ++i) index.push_back(dice.pick(0, 9));
  return enqueue(std::move(name), waiting, index, dice.pick(0, batch + 1));
}

}  // namespace yy::test
