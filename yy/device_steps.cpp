#include "yy/device_steps.h"

#include <algorithm>
#include <numeric>

#include "ops/normalise_rows.h"
#include "ops/queue.h"
#include "ops/rows.h"
#include "runtime/executor.h"
#include "yy/bind_kernel.h"

namespace yy {
namespace {

TensorDesc list(std::int64_t elements, DType dtype) {
  return {Shape{elements}, dtype, Layout::row_major};
}

TensorDesc pictures(std::int64_t rows, std::int64_t size) {
  return {Shape{rows, size, size, 3}, DType::u8, Layout::row_major};
}

// What every 8-bit value becomes, by channel: [3,256].
void write_table(Preprocess card, float* table) {
  card.size = 16;
  std::vector<std::uint8_t> pixels(3 * 256);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i / 3);
  std::vector<float> row(pixels.size());
  normalise(pixels.data(), card, row.data());
  for (std::size_t i = 0; i < row.size(); ++i) table[i % 3 * 256 + i / 3] = row[i];
}

// By position in their blocks; `tables` are by card.
namespace fixed {
constexpr std::size_t rows = 0, threshold = 1, tables = 2;
}
namespace queue {
constexpr std::size_t all = 0, index = 1, places = 2, count = 3;
}

}  // namespace

DeviceSteps::DeviceSteps(const Stages& stages, const CascadeOptions& options)
    : backend_(stages[0]->network().backend()),
      threads_(options.threads),
      compute_(backend_.new_stream(options.threads)) {
  const auto batch_of = [&](std::size_t s) {
    return stages[s]->network().fixed_batch().value_or(options.batch_of(s));
  };
  yin_batch_ = batch_of(0);
  yang_batch_ = batch_of(1);
  for (const auto& stage : stages) {
    if (cards_.empty() || stage->card().preprocess != cards_[0]) cards_.push_back(stage->card().preprocess);
  }
  const auto program = [&](std::size_t s, std::int64_t batch) {
    return stages[s]->program(batch, options.threads, s == 0, options.precision, options.gate);
  };
  auto yin = program(0, yin_batch_), yang = program(1, yang_batch_);
  arena_ = backend_.allocate(std::max(yin->memory().arena_bytes, yang->memory().arena_bytes));
  yin_ = std::make_unique<Executor>(std::move(yin), arena_);
  yang_ = std::make_unique<Executor>(std::move(yang), arena_);
  make_constants(options);
  make_queue();
}

void DeviceSteps::make_constants(const CascadeOptions& options) {
  std::vector<TensorDesc> constants{list(yin_batch_, DType::i32), list(1, DType::f32)};
  constants.resize(constants.size() + cards_.size(), {Shape{3, 256}, DType::f32, Layout::row_major});
  fixed_ = std::make_unique<Block>(backend_, constants);
  std::iota(fixed_->host<std::int32_t>(fixed::rows), fixed_->host<std::int32_t>(fixed::rows) + yin_batch_, 0);
  *fixed_->host<float>(fixed::threshold) = options.thresholds[0];
  for (std::size_t c = 0; c < cards_.size(); ++c)
    write_table(cards_[c], fixed_->host<float>(fixed::tables + c));
  fixed_->upload(*compute_);
}

void DeviceSteps::make_queue() {
  const QueueLayout layout{capacity(), crop_bytes(yang_card())};
  queue_ = std::make_unique<Block>(backend_,
                                   std::vector{list(layout.bytes(), DType::u8), list(yang_batch_, DType::i32),
                                               list(yang_batch_, DType::i32), list(1, DType::i32)},
                                   false);
  const std::vector<std::byte> empty(static_cast<std::size_t>(layout.rows_offset()));
  compute_->copy_in(queue_->device(queue::all).data, empty.data(), empty.size());
}

std::unique_ptr<Lane> DeviceSteps::new_lane() const {
  std::vector<TensorDesc> inputs{list(2, DType::i32)};
  for (const Preprocess& card : cards_) inputs.push_back(pictures(yin_batch_, card.size));
  auto lane = std::make_unique<Lane>(
      backend_, inputs,
      std::vector{list(yin_batch_, DType::i32), list(yin_batch_, DType::f32), list(yin_batch_, DType::i32),
                  list(1, DType::i32), list(2, DType::i32), list(capacity(), DType::i32),
                  list(capacity(), DType::f32)});
  lane->tickets.reserve(static_cast<std::size_t>(yin_batch_));
  lane->is_staged.reserve(static_cast<std::size_t>(yin_batch_));
  lane->input.upload(*compute_);
  lane->board.upload(*compute_);
  Recipe recipe = recipe_of(*lane);
  // Without pictures, so that what a device does only once happens now.
  compute_->run(recipe.launches);
  compute_->run(recipe.body);
  compute_->wait();
  lane->step = compute_->record(std::move(recipe));
  return lane;
}

Recipe DeviceSteps::recipe_of(const Lane& lane) const {
  namespace io = classifier_io;
  const QueueLayout layout{capacity(), crop_bytes(yang_card())};
  Recipe recipe;
  std::vector<Launch>* to = &recipe.launches;
  const auto add = [&](const Op& op, std::vector<TensorView> inputs, std::vector<TensorView> outputs) {
    to->push_back(bind_kernel(backend_, op, std::move(inputs), std::move(outputs), threads_).launch);
  };
  const auto copy = [&](const TensorView& from, const TensorView& into) {
    to->push_back([from, into](Stream& stream) { stream.copy(into.data, from.data, into.desc.bytes()); });
    to->back().name = "copy";
  };
  const auto run = [&](const Executor& executor) {
    to->insert(to->end(), executor.launches().begin(), executor.launches().end());
  };
  const Block &in = lane.input, &answers = lane.board;
  auto* header = in.device(lane_input::header).as<std::int32_t>();
  const TensorView valid{list(1, DType::i32), header}, least{list(1, DType::i32), header + 1};
  const TensorView ring = queue_->device(queue::all), index = queue_->device(queue::index),
                   places = queue_->device(queue::places), count = queue_->device(queue::count);
  const auto dequeue = [&] {
    add(Dequeue(layout, yang_batch_, longest_wait), {ring, least},
        {ring, index, places, count, answers.device(lane_board::taken)});
  };

  add(NormaliseRows(),
      {in.device(lane_input::crops), fixed_->device(fixed::rows), valid, fixed_->device(fixed::tables)},
      {yin_->input(io::picture)});
  copy(fixed_->device(fixed::rows), yin_->input(io::row_ids));
  copy(valid, yin_->input(io::valid));
  copy(fixed_->device(fixed::threshold), yin_->input(io::threshold));
  run(*yin_);
  // Yang's values will lie where these do.
  copy(yin_->output(io::label), answers.device(lane_board::label));
  copy(yin_->output(io::confidence), answers.device(lane_board::confidence));
  copy(yin_->output(io::deferred), answers.device(lane_board::deferred));
  copy(yin_->output(io::count), answers.device(lane_board::count));
  add(Enqueue(capacity()),
      {answers.device(lane_board::deferred), answers.device(lane_board::count),
       in.device(lane_input::crops + yang_card()), ring},
      {ring});
  dequeue();

  to = &recipe.body;
  recipe.condition = count.data;
  const TensorView waiting{pictures(capacity(), cards_[yang_card()].size),
                           static_cast<std::byte*>(ring.data) + layout.rows_offset()};
  add(NormaliseRows(), {waiting, index, count, fixed_->device(fixed::tables + yang_card())},
      {yang_->input(io::picture)});
  run(*yang_);
  for (const auto& [answer, into] : {std::pair{io::label, lane_board::yang_label},
                                     std::pair{io::confidence, lane_board::yang_confidence}}) {
    add(Rows(Rows::Kind::scatter), {yang_->output(answer), places, count, answers.device(into)},
        {answers.device(into)});
  }
  dequeue();
  return recipe;
}

}  // namespace yy
