// The cascade: Yin, the first stage, answers every picture; a picture whose confidence does not exceed the
// stage's threshold is deferred to the next one, Yang. (Zamirai, Latifi, Mahlke, "Pairing Up CNNs for High
// Throughput Deep Learning".) A picture is deferred unless confidence > T: T = 1 defers every picture, T = 0
// none, NaN always defers.
//
// The way of a picture: push() puts its pixels into a slot and the slot's number into Yin's queue. A full
// queue is prepared by the stage's own model card and run as one batch; probe and select leave on the device
// who is deferred, gather moves those slots' numbers to the next stage's queue, and scatter writes answers
// into the slots' rows of the verdict table. Only deferred pictures pay for Yang's preprocessing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "image/image.h"
#include "image/resize.h"
#include "runtime/mirror.h"
#include "yy/classifier.h"
#include "yy/combine.h"
#include "yy/verdict.h"

namespace yy {

class Profile;

// Of a deferred picture for others to fill its batch, in batches of Yin: bounds memory, and how far verdicts
// come out of order.
inline constexpr int longest_wait = 64;

struct CascadeOptions {
  std::vector<float> thresholds;  // one per stage but the last, each in [0, 1]
  std::int64_t batch = 8;
  int threads = 1;
  // Throughput mode: deferred pictures wait until they fill a batch, for at most longest_wait Yin batches.
  // Else they go on at once, which keeps the latency low.
  bool carry_over = true;
  int topk = 1;
  bool scores = false;
  Gate gate = Gate::max_probability;  // what confidences are (ops/probe.h)
  Combine combine = Combine::replace;
  // One per stage, above 0, for Verdict::probability; none: it is not told. They come from fit_temperature.
  std::vector<double> temperatures = {};
  Precision precision = Precision::f32;
  // Where given, it is told node by node what the stages ("stage 1", "stage 2", ...) take, scatter included.
  // Rows are added as programs are made: see prepare().
  Profile* profile = nullptr;
  std::vector<std::int64_t> batches = {};  // one per stage; none: `batch` for all

  std::int64_t batch_of(std::size_t stage) const { return batches.empty() ? batch : batches[stage]; }
};

// Seconds.
struct CascadeTimes {
  double preprocess = 0;       // resize and normalisation
  std::vector<double> stages;  // each stage's program: network, probe, select and gather
  double glue = 0;  // the rest of each batch: queues, scatter, and verdicts with what the sink does
};

// Throws Error (model) where the networks' class lists differ.
void check_same_classes(std::span<const std::shared_ptr<const Classifier>> stages);

// Throws Error (usage) for what no cascade of that many stages can do.
void check_options(const CascadeOptions& options, std::size_t stages);

// One worker's cascade; not thread-safe, but several may share the same Classifiers. Verdicts come through
// the sink from within push() and flush(), in the order in which they are known, which is not the order of
// tickets. Nothing is allocated once every batch size has run and every slot has held a picture as large as
// those to come.
class Cascade {
 public:
  // May take the verdict; its memory is used again where the sink leaves it or swaps it for another's.
  using Sink = std::function<void(Verdict&&)>;

  // Throws Error: usage for a bad option, model where the stages' class lists differ.
  Cascade(std::vector<std::shared_ptr<const Classifier>> stages, CascadeOptions options, Sink sink);

  // The part of a width x height picture that the stages look at; decoding may leave out the rest.
  Rect needed_region(int width, int height) const;

  // Memory of a picture that has been answered, to decode the next one into; empty where that was over 1 MiB.
  Image spare_image() { return std::move(slots_[static_cast<std::size_t>(free_slots_.back())].image); }

  // Throws Error (image) where a stage cannot prepare the picture; the cascade goes on as if it had not been
  // pushed.
  void push(std::uint64_t ticket, Image image);

  void flush();  // answers everything that waits

  // Makes the programs of all batch sizes that can come up, which are else made when they are first needed.
  void prepare();

  const CascadeTimes& times() const { return times_; }
  std::size_t arena_bytes() const { return arena_.bytes; }  // shared by all stages: the largest, not the sum
  std::uint64_t deferred() const { return deferred_; }      // pictures that Yin did not answer

 private:
  struct Slot {
    std::uint64_t ticket = 0;
    std::uint64_t queued_at = 0;  // Yin batches that had run when the slot came into its queue
    Image image;
    int yin_label = -1;
    float yin_confidence = 0;
  };
  // A stage's program for one batch size, bound to the shared arena and the verdict table.
  struct Step {
    std::int64_t batch = 0;
    std::unique_ptr<Executor> executor;
    std::vector<Mirror> inputs, outputs;  // of the executor
    std::vector<Launch> scatter;
    std::string scatter_implementation;
    std::size_t program_row = 0, scatter_row = 0;  // of the profile, where there is one
  };
  struct Stage {
    std::shared_ptr<const Classifier> classifier;
    std::int64_t batch = 0;           // most rows at once
    std::vector<std::int32_t> queue;  // slots that wait, oldest first
    std::vector<Step> steps;          // by batch, smallest first
  };

  void make_slots();
  bool is_stale(const Stage& stage) const;
  bool is_last(std::size_t stage) const { return stage + 1 == stages_.size(); }
  Step& step_for(std::size_t stage, std::int64_t rows);
  void grow_arena(std::size_t bytes);
  void bind(Step& step) const;
  void bind_scatter(Step& step) const;
  void add_to_profile(std::size_t stage, Step& step) const;
  void run_batch(std::size_t stage);
  void prepare_rows(const Stage& stage, const Step& step);
  void set_gate(std::size_t stage, const Step& step);
  void run(std::span<const Launch> launches, std::size_t profile_row);
  void fetch_answers(std::size_t stage, const Step& step);
  void pass_on(std::size_t stage, const Step& step);
  void defer(std::size_t stage, const Step& step, std::size_t row, std::int32_t slot);
  void answer(std::size_t stage, const Step& step, std::size_t row, std::int32_t slot);
  bool fetches_scores() const { return options_.scores || combiner_->needs_scores(); }
  std::span<const float> scores_of(std::size_t stage, const Step& step, std::size_t row) const;

  std::vector<Stage> stages_;
  CascadeOptions options_;
  Sink sink_;
  const Backend& backend_;
  std::unique_ptr<Stream> stream_;
  Buffer arena_;
  ResizeScratch scratch_;

  std::vector<Slot> slots_;
  std::vector<std::int32_t> free_slots_;
  Mirror labels_, confidences_;        // the verdict table: [slots]
  std::vector<std::int32_t> running_;  // the slots of the running batch, in the order of its rows
  Mirror batch_slots_, valid_;         // the same for the scatter kernels: [largest batch], and how many [1]
  std::optional<Combiner> combiner_;
  Verdict verdict_;  // the one at hand
  std::uint64_t yin_batches_ = 0;
  std::uint64_t deferred_ = 0;
  CascadeTimes times_;
};

}  // namespace yy
