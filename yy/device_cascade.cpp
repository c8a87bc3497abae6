#include "yy/device_cascade.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

#include "ops/normalise_rows.h"
#include "ops/queue.h"
#include "ops/rows.h"
#include "runtime/error.h"
#include "yy/bind_kernel.h"

namespace yy {
namespace {

constexpr std::int32_t patience = 64;  // steps; as Cascade's longest_wait

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

// By position in their blocks. `crops` are by card, and so are `tables`.
namespace fixed {
constexpr std::size_t rows = 0, threshold = 1, tables = 2;
}
namespace queue {
constexpr std::size_t all = 0, index = 1, places = 2, count = 3;
}
namespace input {
constexpr std::size_t header = 0, crops = 1;  // header: the rows that count, how many Yang waits for
}
namespace board {
constexpr std::size_t label = 0, confidence = 1, deferred = 2, count = 3, taken = 4, yang_label = 5,
                      yang_confidence = 6;
}

}  // namespace

struct DeviceCascade::Lane {
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
  bool is_under_way = false;
};

std::optional<std::string> DeviceCascade::refusal(const Stages& stages, const CascadeOptions& options) {
  if (stages.size() != 2) return fmt::format("{} stages", stages.size());
  if (options.profile != nullptr) return "a profile";
  if (options.combine != Combine::replace) return "the mean of both networks";
  if (options.scores) return "scores";
  if (options.topk > 1) return "more than the best class";
  if (!options.temperatures.empty()) return "temperatures";
  return std::nullopt;
}

namespace {

const Backend& backend_of(const DeviceCascade::Stages& stages, const CascadeOptions& options) {
  if (const auto why = DeviceCascade::refusal(stages, options))
    throw Error(ErrorCode::usage, fmt::format("a cascade on the device does not know {}", *why));
  return stages[0]->network().backend();
}

}  // namespace

DeviceCascade::DeviceCascade(Stages stages, CascadeOptions options, Sink sink)
    : stages_(std::move(stages)),
      options_(std::move(options)),
      sink_(std::move(sink)),
      backend_(backend_of(stages_, options_)) {
  check_same_classes(stages_);
  check_options(options_, stages_.size());
  const auto batch_of = [&](std::size_t s) {
    return stages_[s]->network().fixed_batch().value_or(options_.batch_of(s));
  };
  yin_batch_ = batch_of(0);
  yang_batch_ = batch_of(1);
  capacity_ = yin_batch_ + yang_batch_ - 1;
  for (const auto& stage : stages_) {
    if (cards_.empty() || stage->card().preprocess != cards_[0]) cards_.push_back(stage->card().preprocess);
  }
  in_ = backend_.new_stream(options_.threads);
  compute_ = backend_.new_stream(options_.threads);
  out_ = backend_.new_stream(options_.threads);
  waiting_.reserve(static_cast<std::size_t>(capacity_));
  answers_.reserve(static_cast<std::size_t>(yin_batch_ + capacity_));
  make_programs();
  make_lanes();
}

DeviceCascade::~DeviceCascade() {
  for (const auto& stream : {in_.get(), compute_.get(), out_.get()}) {
    try {
      if (stream != nullptr) stream->wait();
    } catch (const std::exception& error) {
      fmt::print(stderr, "a cascade ends badly: {}\n", error.what());
    }
  }
}

std::int64_t DeviceCascade::crop_bytes(std::size_t card) const {
  return std::int64_t{cards_[card].size} * cards_[card].size * 3;
}

void DeviceCascade::make_programs() {
  const auto program = [&](std::size_t s, std::int64_t batch) {
    return stages_[s]->program(batch, options_.threads, s == 0, options_.precision, options_.gate);
  };
  auto yin = program(0, yin_batch_), yang = program(1, yang_batch_);
  arena_ = backend_.allocate(std::max(yin->memory().arena_bytes, yang->memory().arena_bytes));
  yin_ = std::make_unique<Executor>(std::move(yin), arena_);
  yang_ = std::make_unique<Executor>(std::move(yang), arena_);
}

void DeviceCascade::make_lanes() {
  std::vector<TensorDesc> constants{list(yin_batch_, DType::i32), list(1, DType::f32)};
  std::vector<TensorDesc> inputs{list(2, DType::i32)};
  for (const Preprocess& card : cards_) {
    constants.push_back({Shape{3, 256}, DType::f32, Layout::row_major});
    inputs.push_back(pictures(yin_batch_, card.size));
  }
  fixed_ = std::make_unique<Block>(backend_, constants);
  std::iota(fixed_->host<std::int32_t>(fixed::rows), fixed_->host<std::int32_t>(fixed::rows) + yin_batch_, 0);
  *fixed_->host<float>(fixed::threshold) = options_.thresholds[0];
  for (std::size_t c = 0; c < cards_.size(); ++c)
    write_table(cards_[c], fixed_->host<float>(fixed::tables + c));
  fixed_->upload(*compute_);

  const QueueLayout layout{capacity_, crop_bytes(yang_card())};
  queue_ = std::make_unique<Block>(backend_,
                                   std::vector{list(layout.bytes(), DType::u8), list(yang_batch_, DType::i32),
                                               list(yang_batch_, DType::i32), list(1, DType::i32)},
                                   false);
  const std::vector<std::byte> empty(static_cast<std::size_t>(layout.rows_offset()));
  compute_->copy_in(queue_->device(queue::all).data, empty.data(), empty.size());

  for (auto& lane : lanes_) {
    lane = std::make_unique<Lane>(
        backend_, inputs,
        std::vector{list(yin_batch_, DType::i32), list(yin_batch_, DType::f32), list(yin_batch_, DType::i32),
                    list(1, DType::i32), list(2, DType::i32), list(capacity_, DType::i32),
                    list(capacity_, DType::f32)});
    lane->tickets.reserve(static_cast<std::size_t>(yin_batch_));
    lane->input.upload(*compute_);
    lane->board.upload(*compute_);
  }
  for (auto& lane : lanes_) {
    Recipe recipe = recipe_of(*lane);
    // Without pictures, so that what a device does only once happens now.
    compute_->run(recipe.launches);
    compute_->run(recipe.body);
    compute_->wait();
    lane->step = compute_->record(std::move(recipe));
  }
}

Recipe DeviceCascade::recipe_of(const Lane& lane) const {
  namespace io = classifier_io;
  const QueueLayout layout{capacity_, crop_bytes(yang_card())};
  Recipe recipe;
  std::vector<Launch>* to = &recipe.launches;
  const auto add = [&](const Op& op, std::vector<TensorView> inputs, std::vector<TensorView> outputs) {
    to->push_back(bind_kernel(backend_, op, std::move(inputs), std::move(outputs), options_.threads).launch);
  };
  const auto copy = [&](const TensorView& from, const TensorView& into) {
    to->push_back([from, into](Stream& stream) { stream.copy(into.data, from.data, into.desc.bytes()); });
  };
  const auto run = [&](const Executor& executor) {
    to->insert(to->end(), executor.launches().begin(), executor.launches().end());
  };
  const Block &in = lane.input, &answers = lane.board;
  auto* header = in.device(input::header).as<std::int32_t>();
  const TensorView valid{list(1, DType::i32), header}, least{list(1, DType::i32), header + 1};
  const TensorView ring = queue_->device(queue::all), index = queue_->device(queue::index),
                   places = queue_->device(queue::places), count = queue_->device(queue::count);
  const auto dequeue = [&] {
    add(Dequeue(layout, yang_batch_, patience), {ring, least},
        {ring, index, places, count, answers.device(board::taken)});
  };

  add(NormaliseRows(),
      {in.device(input::crops), fixed_->device(fixed::rows), valid, fixed_->device(fixed::tables)},
      {yin_->input(io::picture)});
  copy(fixed_->device(fixed::rows), yin_->input(io::row_ids));
  copy(valid, yin_->input(io::valid));
  copy(fixed_->device(fixed::threshold), yin_->input(io::threshold));
  run(*yin_);
  // Yang's values will lie where these do.
  copy(yin_->output(io::label), answers.device(board::label));
  copy(yin_->output(io::confidence), answers.device(board::confidence));
  copy(yin_->output(io::deferred), answers.device(board::deferred));
  copy(yin_->output(io::count), answers.device(board::count));
  add(Enqueue(capacity_),
      {answers.device(board::deferred), answers.device(board::count), in.device(input::crops + yang_card()),
       ring},
      {ring});
  dequeue();

  to = &recipe.body;
  recipe.condition = count.data;
  const TensorView waiting{pictures(capacity_, cards_[yang_card()].size),
                           static_cast<std::byte*>(ring.data) + layout.rows_offset()};
  add(NormaliseRows(), {waiting, index, count, fixed_->device(fixed::tables + yang_card())},
      {yang_->input(io::picture)});
  run(*yang_);
  for (const auto& [answer, into] :
       {std::pair{io::label, board::yang_label}, std::pair{io::confidence, board::yang_confidence}}) {
    add(Rows(Rows::Kind::scatter), {yang_->output(answer), places, count, answers.device(into)},
        {answers.device(into)});
  }
  dequeue();
  return recipe;
}

Rect DeviceCascade::needed_region(int width, int height) const {
  Rect region = yy::needed_region(width, height, cards_[0]);
  for (const Preprocess& card : cards_) region = unite(region, yy::needed_region(width, height, card));
  return region;
}

void DeviceCascade::push(std::uint64_t ticket, const Image& image) {
  if (!image.region.contains(needed_region(image.width, image.height)))
    throw Error(ErrorCode::image, "the decoded part of the picture does not hold what the cascade needs");
  Lane& lane = *lanes_[next_];
  collect(lane);
  for (std::size_t c = 0; c < cards_.size(); ++c) {
    auto* to = lane.input.host<std::uint8_t>(input::crops + c) + std::ssize(lane.tickets) * crop_bytes(c);
    write_pixels(image, cards_[c], to, scratch_);
  }
  lane.tickets.push_back(ticket);
  if (std::ssize(lane.tickets) == yin_batch_)
    submit(options_.carry_over ? static_cast<std::int32_t>(yang_batch_) : 1);
}

// A step in which Yang runs while at least `least` pictures wait.
void DeviceCascade::submit(std::int32_t least) {
  is_broken_ = true;  // unless it gets to its end
  Lane& lane = *lanes_[next_];
  const auto rows = static_cast<std::int64_t>(lane.tickets.size());
  auto* header = lane.input.host<std::int32_t>(input::header);
  header[0] = static_cast<std::int32_t>(rows);
  header[1] = least;
  lane.input.upload(*in_, input::header, 2 * sizeof(std::int32_t));
  for (std::size_t c = 0; c < cards_.size(); ++c)
    lane.input.upload(*in_, input::crops + c, static_cast<std::size_t>(rows * crop_bytes(c)));
  in_->signal(*lane.arrived);
  compute_->wait_for(*lane.arrived);
  lane.step->play();
  compute_->signal(*lane.computed);
  out_->wait_for(*lane.computed);
  lane.board.download(*out_);
  out_->signal(*lane.fetched);
  lane.is_under_way = true;
  next_ = 1 - next_;
  is_broken_ = false;
}

void DeviceCascade::flush() {
  emit_answers();
  if (!lanes_[next_]->is_under_way && !lanes_[next_]->tickets.empty()) submit(1);
  for (int turn = 0; turn < 2; ++turn) {  // the older step first
    collect(*lanes_[next_]);
    next_ = 1 - next_;
  }
  if (waiting_.empty()) return;
  submit(1);  // without pictures for Yin
  collect(*lanes_[1 - next_]);
  if (!waiting_.empty())
    throw Error(ErrorCode::failure, fmt::format("{} pictures came to no answer", waiting_.size()));
}

// Hands on what a step said, once it is there. All that the cascade knows is up to date before the sink sees
// anything.
void DeviceCascade::collect(Lane& lane) {
  if (is_broken_) throw Error(ErrorCode::failure, "the cascade has failed before");
  if (lane.is_under_way) {
    is_broken_ = true;  // unless it gets to its end
    lane.fetched->wait();
    lane.is_under_way = false;
    read_board(lane);
    is_broken_ = false;
  }
  emit_answers();
}

void DeviceCascade::read_board(Lane& lane) {
  const auto* deferred = lane.board.host<std::int32_t>(board::deferred);
  const auto count = *lane.board.host<std::int32_t>(board::count);
  const auto* taken = lane.board.host<std::int32_t>(board::taken);  // in this step; most that ever waited
  const auto* label = lane.board.host<std::int32_t>(board::label);
  const auto* confidence = lane.board.host<float>(board::confidence);
  const auto* yang_label = lane.board.host<std::int32_t>(board::yang_label);
  const auto* yang_confidence = lane.board.host<float>(board::yang_confidence);
  for (std::int32_t row = 0, next = 0; row < std::ssize(lane.tickets); ++row) {
    const std::uint64_t ticket = lane.tickets[static_cast<std::size_t>(row)];
    if (next < count && deferred[next] == row) {
      ++next;
      waiting_.push_back({ticket, label[row], confidence[row]});
    } else {
      answers_.push_back({ticket, 0, label[row], confidence[row], label[row], confidence[row]});
    }
  }
  lane.tickets.clear();
  deferred_ += static_cast<std::uint64_t>(count);
  longest_queue_ = std::max<std::int64_t>(longest_queue_, std::ssize(waiting_));
  if (taken[1] != longest_queue_ || longest_queue_ > capacity_ || taken[0] > std::ssize(waiting_)) {
    throw Error(
        ErrorCode::failure,
        fmt::format("the device's queue is out of step: {} pictures waited at most, of which it knows {} "
                    "and has room for {}; {} of {} were taken",
                    longest_queue_, taken[1], capacity_, taken[0], waiting_.size()));
  }
  for (std::int32_t i = 0; i < taken[0]; ++i) {
    const auto& [ticket, yin_label, yin_confidence] = waiting_[static_cast<std::size_t>(i)];
    answers_.push_back({ticket, 1, yang_label[i], yang_confidence[i], yin_label, yin_confidence});
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + taken[0]);
  std::ranges::reverse(answers_);
}

void DeviceCascade::emit_answers() {
  while (!answers_.empty()) {
    const Answer answer = answers_.back();
    answers_.pop_back();
    verdict_.ticket = answer.ticket;
    verdict_.stage = answer.stage;
    verdict_.label = answer.label;
    verdict_.confidence = answer.confidence;
    verdict_.probability = 0;
    verdict_.yin_label = answer.yin_label;
    verdict_.yin_confidence = answer.yin_confidence;
    verdict_.top.clear();
    verdict_.scores.clear();
    verdict_.error.clear();
    if (answer.label < 0) {
      verdict_.error = fmt::format("network '{}' gave scores that are not numbers",
                                   stages_[static_cast<std::size_t>(answer.stage)]->name());
    }
    sink_(std::move(verdict_));
  }
}

}  // namespace yy
