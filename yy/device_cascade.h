// The cascade of two stages as the device runs it by itself: which pictures are deferred, their queue, and
// when Yang runs are decided there, and the host never waits between Yin and Yang.
//
// push() writes the 8-bit crop that each stage's card asks for (one, where the cards ask for the same) into a
// lane's staging memory. A full lane is a step: its crops go to the device, one recording runs Yin, queues
// the crops of those that it defers, and runs Yang as often as its batch can be filled; the lane's board,
// with what both said, comes back. Two lanes take turns on three streams, so that a step computes while the
// next one's crops are on their way there and the last one's board on its way back.
//
// Verdicts are those of Cascade, in its order, but come up to two steps later.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "image/preprocess.h"
#include "runtime/error.h"
#include "yy/cascade.h"
#include "yy/classifier.h"
#include "yy/verdict.h"

namespace yy {

class DeviceSteps;
struct Lane;

// One worker's; not thread-safe. Nothing is allocated once it is made, but by what pictures need to be
// resized. Where a sink throws, push() (without taking its picture) or flush() does, and the verdicts behind
// that one come with the next call. After an error of the device every call throws it again.
class DeviceCascade {
 public:
  using Sink = Cascade::Sink;
  using Stages = std::vector<std::shared_ptr<const Classifier>>;

  // Why these need Cascade, which lets the host decide: more or fewer stages than two, or an option that
  // looks at scores (CascadeOptions::scores, topk, combine, temperatures) or at single nodes (profile).
  static std::optional<std::string> refusal(const Stages& stages, const CascadeOptions& options);

  // Throws Error: usage for what refusal() tells and for a bad option, model where the stages' class lists
  // differ.
  DeviceCascade(Stages stages, CascadeOptions options, Sink sink);
  ~DeviceCascade();  // what is under way is waited for

  // How pictures are prepared: one way, where both stages' cards ask for the same, or Yin's and Yang's.
  const std::vector<Preprocess>& cards() const;

  // The part of a width x height picture that the stages look at.
  Rect needed_region(int width, int height) const;

  // Throws Error (image) where a stage cannot prepare the picture; the cascade goes on as if it had not been
  // pushed.
  void push(std::uint64_t ticket, const Image& image);

  // The same in two, so that several threads can prepare pictures for one cascade: prepare() is safe beside
  // anything but the destructor, and throws what push() would.
  struct Crops {
    std::vector<std::vector<std::uint8_t>> by_card;  // [size, size, 3]
    ResizeScratch scratch;
  };
  void prepare(const Image& image, Crops& crops) const;
  void push(std::uint64_t ticket, const Crops& crops);

  // A picture whose crops the device holds already: by card, [size, size, 3] uint8 in red, green, blue. They
  // are read in the order of `theirs`, a stream of the same device (borrow_cuda_stream): after what was
  // enqueued there, and before what will be, so that their memory may be used again by that.
  void push(std::uint64_t ticket, std::span<const void* const> crops, Stream& theirs);

  // Answers everything that waits. After a whole batch, with CascadeOptions::carry_over off, that is no more
  // than waiting for it, which is how to get its answers at once.
  void flush();

  std::uint64_t deferred() const { return deferred_; }  // pictures that Yin did not answer
  std::int64_t longest_queue() const { return longest_queue_; }
  std::int64_t queue_capacity() const;
  std::size_t arena_bytes() const;  // shared by both stages: the larger one's

 private:
  Lane& filling() { return *lanes_[next_]; }
  void check_region(const Image& image) const;
  std::uint8_t* staged_crop(std::size_t card);
  void add_row(std::uint64_t ticket, bool is_staged);
  void upload(const Lane& lane);
  template <class F>
  void guarded(const F& f);
  void check_not_broken() const;
  void submit(std::int32_t least);
  void collect(Lane& lane);
  void read_board(Lane& lane);
  void emit_answers();

  // What Yin said of a picture that Yang has not answered yet; the host's side of the device's queue.
  struct Waiting {
    std::uint64_t ticket;
    int yin_label;
    float yin_confidence;
  };

  struct Answer {
    std::uint64_t ticket;
    int stage, label;
    float confidence;
    int yin_label;
    float yin_confidence;
  };

  Stages stages_;
  CascadeOptions options_;
  Sink sink_;
  const Backend& backend_;
  std::optional<Error> trouble_;  // what it has failed by, for good
  std::unique_ptr<Stream> in_;
  std::unique_ptr<DeviceSteps> steps_;
  std::unique_ptr<Stream> out_;
  std::unique_ptr<Event> handed_, copied_;
  std::array<std::unique_ptr<Lane>, 2> lanes_;
  std::size_t next_ = 0;          // the lane that pictures are written into
  std::vector<Waiting> waiting_;  // oldest first
  std::vector<Answer> answers_;   // that the sink has not seen yet, the next one last
  ResizeScratch scratch_;
  Verdict verdict_;
  std::uint64_t deferred_ = 0;
  std::int64_t longest_queue_ = 0;
};

}  // namespace yy
