#include "yy/device_cascade.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "runtime/error.h"
#include "yy/device_steps.h"

namespace yy {

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
  in_ = backend_.new_stream(options_.threads);
  steps_ = std::make_unique<DeviceSteps>(stages_, options_);
  out_ = backend_.new_stream(options_.threads);
  handed_ = backend_.new_event();
  copied_ = backend_.new_event();
  waiting_.reserve(static_cast<std::size_t>(queue_capacity()));
  answers_.reserve(static_cast<std::size_t>(steps_->yin_batch() + queue_capacity()));
  for (auto& lane : lanes_) lane = steps_->new_lane();
}

DeviceCascade::~DeviceCascade() {
  for (const auto& stream : {in_.get(), steps_ ? &steps_->compute() : nullptr, out_.get()}) {
    try {
      if (stream != nullptr) stream->wait();
    } catch (const std::exception& error) {
      if (trouble_) continue;  // an earlier call has thrown it
      fmt::print(stderr, "a cascade ends badly: {}\n", error.what());
    }
  }
}

// Does what must not end in the middle: where it throws, every later call does.
template <class F>
void DeviceCascade::guarded(const F& f) {
  try {
    f();
  } catch (const Error& error) {
    trouble_ = error;
    throw;
  } catch (const std::exception& error) {
    trouble_ = Error(ErrorCode::failure, error.what());
    throw;
  }
}

const std::vector<Preprocess>& DeviceCascade::cards() const {
  return steps_->cards();
}

std::int64_t DeviceCascade::queue_capacity() const {
  return steps_->capacity();
}

std::size_t DeviceCascade::arena_bytes() const {
  return steps_->arena_bytes();
}

Rect DeviceCascade::needed_region(int width, int height) const {
  Rect region = yy::needed_region(width, height, cards()[0]);
  for (const Preprocess& card : cards()) region = unite(region, yy::needed_region(width, height, card));
  return region;
}

void DeviceCascade::check_region(const Image& image) const {
  if (!image.region.contains(needed_region(image.width, image.height)))
    throw Error(ErrorCode::image, "the decoded part of the picture does not hold what the cascade needs");
}

void DeviceCascade::prepare(const Image& image, Crops& crops) const {
  check_region(image);
  crops.by_card.resize(cards().size());
  for (std::size_t c = 0; c < cards().size(); ++c) {
    crops.by_card[c].resize(static_cast<std::size_t>(steps_->crop_bytes(c)));
    write_pixels(image, cards()[c], crops.by_card[c].data(), crops.scratch);
  }
}

void DeviceCascade::push(std::uint64_t ticket, const Image& image) {
  check_region(image);
  collect(filling());
  for (std::size_t c = 0; c < cards().size(); ++c) write_pixels(image, cards()[c], staged_crop(c), scratch_);
  add_row(ticket, true);
}

void DeviceCascade::push(std::uint64_t ticket, const Crops& crops) {
  bool fits = crops.by_card.size() == cards().size();
  for (std::size_t c = 0; fits && c < cards().size(); ++c)
    fits = std::ssize(crops.by_card[c]) == steps_->crop_bytes(c);
  if (!fits) throw Error(ErrorCode::usage, "the crops were not prepared by this cascade");
  collect(filling());
  for (std::size_t c = 0; c < cards().size(); ++c)
    std::memcpy(staged_crop(c), crops.by_card[c].data(), static_cast<std::size_t>(steps_->crop_bytes(c)));
  add_row(ticket, true);
}

void DeviceCascade::push(std::uint64_t ticket, std::span<const void* const> crops, Stream& theirs) {
  if (crops.size() != cards().size()) {
    throw Error(ErrorCode::usage, fmt::format("the cascade needs {} crops of a picture, found {}",
                                              cards().size(), crops.size()));
  }
  if (std::ranges::find(crops, nullptr) != crops.end())
    throw Error(ErrorCode::usage, "a picture's crop lies nowhere: a pointer is null");
  collect(filling());
  guarded([&] {
    theirs.signal(*handed_);
    in_->wait_for(*handed_);
    for (std::size_t c = 0; c < cards().size(); ++c) {
      const TensorView& rows = filling().input.device(lane_input::crops + c);
      in_->copy(rows.as<std::byte>() + std::ssize(filling().tickets) * steps_->crop_bytes(c), crops[c],
                static_cast<std::size_t>(steps_->crop_bytes(c)));
    }
    in_->signal(*copied_);
    theirs.wait_for(*copied_);
  });
  add_row(ticket, false);
}

// Where the next row's crop goes.
std::uint8_t* DeviceCascade::staged_crop(std::size_t card) {
  return filling().input.host<std::uint8_t>(lane_input::crops + card) +
         std::ssize(filling().tickets) * steps_->crop_bytes(card);
}

void DeviceCascade::add_row(std::uint64_t ticket, bool is_staged) {
  filling().tickets.push_back(ticket);
  filling().is_staged.push_back(is_staged);
  if (std::ssize(filling().tickets) == steps_->yin_batch())
    submit(options_.carry_over ? static_cast<std::int32_t>(steps_->yang_batch()) : 1);
}

// A step in which Yang runs while at least `least` pictures wait.
void DeviceCascade::submit(std::int32_t least) {
  Lane& lane = filling();
  auto* header = lane.input.host<std::int32_t>(lane_input::header);
  header[0] = static_cast<std::int32_t>(lane.tickets.size());
  header[1] = least;
  guarded([&] {
    upload(lane);
    in_->signal(*lane.arrived);
    steps_->compute().wait_for(*lane.arrived);
    lane.step->play();
    steps_->compute().signal(*lane.computed);
    out_->wait_for(*lane.computed);
    lane.board.download(*out_);
    out_->signal(*lane.fetched);
  });
  lane.is_under_way = true;
  next_ = 1 - next_;
}

// The header, and the crops that are in the host's memory, as few pieces as they lie in.
void DeviceCascade::upload(const Lane& lane) {
  lane.input.upload(*in_, lane_input::header, 0, 2 * sizeof(std::int32_t));
  const auto end = lane.is_staged.end();
  for (auto first = std::find(lane.is_staged.begin(), end, true); first != end;) {
    const auto last = std::find(first, end, false);
    const auto row = first - lane.is_staged.begin(), rows = last - first;
    for (std::size_t c = 0; c < cards().size(); ++c) {
      lane.input.upload(*in_, lane_input::crops + c, static_cast<std::size_t>(row * steps_->crop_bytes(c)),
                        static_cast<std::size_t>(rows * steps_->crop_bytes(c)));
    }
    first = std::find(last, end, true);
  }
}

void DeviceCascade::flush() {
  check_not_broken();
  emit_answers();
  if (!lanes_[next_]->is_under_way && !lanes_[next_]->tickets.empty()) submit(1);
  for (int turn = 0; turn < 2; ++turn) {  // the older step first
    collect(*lanes_[next_]);
    next_ = 1 - next_;
  }
  if (waiting_.empty()) return;
  submit(1);  // without pictures for Yin
  collect(*lanes_[1 - next_]);
  guarded([&] {
    if (!waiting_.empty())
      throw Error(ErrorCode::failure, fmt::format("{} pictures came to no answer", waiting_.size()));
  });
}

void DeviceCascade::check_not_broken() const {
  if (trouble_) throw trouble_->within("the cascade has failed before");
}

// Hands on what a step said, once it is there. All that the cascade knows is up to date before the sink sees
// anything.
void DeviceCascade::collect(Lane& lane) {
  check_not_broken();
  if (lane.is_under_way) {
    guarded([&] {
      lane.fetched->wait();
      lane.is_under_way = false;
      read_board(lane);
    });
  }
  emit_answers();
}

void DeviceCascade::read_board(Lane& lane) {
  const auto* deferred = lane.board.host<std::int32_t>(lane_board::deferred);
  const auto count = *lane.board.host<std::int32_t>(lane_board::count);
  const auto* taken =
      lane.board.host<std::int32_t>(lane_board::taken);  // in this step; most that ever waited
  const auto* label = lane.board.host<std::int32_t>(lane_board::label);
  const auto* confidence = lane.board.host<float>(lane_board::confidence);
  const auto* yang_label = lane.board.host<std::int32_t>(lane_board::yang_label);
  const auto* yang_confidence = lane.board.host<float>(lane_board::yang_confidence);
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
  lane.is_staged.clear();
  deferred_ += static_cast<std::uint64_t>(count);
  longest_queue_ = std::max<std::int64_t>(longest_queue_, std::ssize(waiting_));
  if (taken[1] != longest_queue_ || longest_queue_ > queue_capacity() || taken[0] > std::ssize(waiting_)) {
    throw Error(
        ErrorCode::failure,
        fmt::format("the device's queue is out of step: {} pictures waited at most, of which it knows {} "
                    "and has room for {}; {} of {} were taken",
                    longest_queue_, taken[1], queue_capacity(), taken[0], waiting_.size()));
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
