// Private to DeviceCascade: what the device does in a step, and the memory in which host and device meet.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "image/preprocess.h"
#include "runtime/stream.h"
#include "yy/block.h"
#include "yy/cascade.h"
#include "yy/classifier.h"

namespace yy {

// Which tensor of its block is which.
namespace lane_input {
// header: [2] int32, the rows that count, how many pictures Yang waits for. crops: one by card,
// [Yin's batch, size, size, 3] uint8.
constexpr std::size_t header = 0, crops = 1;
}  // namespace lane_input
namespace lane_board {
// Yin's answers [Yin's batch], which rows it deferred and how many; how many pictures Yang took and how many
// waited at most [2]; Yang's answers [queue].
constexpr std::size_t label = 0, confidence = 1, deferred = 2, count = 3, taken = 4, yang_label = 5,
                      yang_confidence = 6;
}  // namespace lane_board

// A step on its way: from crops to the answers that it gave.
struct Lane {
  Lane(const Backend& backend, const std::vector<TensorDesc>& inputs, const std::vector<TensorDesc>& answers)
      : input(backend, inputs),
        board(backend, answers),
        arrived(backend.new_event()),
        computed(backend.new_event()),
        fetched(backend.new_event()) {}

  Block input, board;
  std::unique_ptr<Event> arrived, computed, fetched;
  std::unique_ptr<Recording> step;
  std::vector<std::uint64_t> tickets;  // by row
  std::vector<bool> is_staged;  // by row: its crops are in the host's memory, else on the device already
  bool is_under_way = false;
};

// Yin's and Yang's programs in one arena, the queue between them, and what no step changes.
class DeviceSteps {
 public:
  using Stages = std::vector<std::shared_ptr<const Classifier>>;

  DeviceSteps(const Stages& stages, const CascadeOptions& options);

  std::int64_t yin_batch() const { return yin_batch_; }
  std::int64_t yang_batch() const { return yang_batch_; }
  std::int64_t capacity() const { return yin_batch_ + yang_batch_ - 1; }  // of the queue
  // How pictures are prepared: one, where both stages' cards ask for the same, or Yin's and Yang's.
  const std::vector<Preprocess>& cards() const { return cards_; }
  std::int64_t crop_bytes(std::size_t card) const {
    return std::int64_t{3} * cards_[card].size * cards_[card].size;
  }
  std::size_t arena_bytes() const { return arena_.bytes; }
  Stream& compute() const { return *compute_; }

  // With its step recorded on compute().
  std::unique_ptr<Lane> new_lane() const;

 private:
  std::size_t yang_card() const { return cards_.size() - 1; }
  void make_constants(const CascadeOptions& options);
  void make_queue();
  Recipe recipe_of(const Lane& lane) const;

  const Backend& backend_;
  int threads_;
  std::int64_t yin_batch_, yang_batch_;
  std::vector<Preprocess> cards_;
  std::unique_ptr<Stream> compute_;
  Buffer arena_;
  std::unique_ptr<Executor> yin_, yang_;
  std::unique_ptr<Block> fixed_, queue_;
};

}  // namespace yy
