#include "tools/yy_run/any_cascade.h"

#include <fmt/format.h>
#include <utility>

#include "runtime/error.h"
#include "tools/yy_run/seconds_since.h"

namespace yy {
namespace {

// Calls `f` with the one that is there.
template <class Variant, class F>
auto with(Variant& either, const F& f) {
  if (auto* cascade = std::get_if<DeviceCascade>(&either)) return f(*cascade);
  return f(std::get<Cascade>(either));
}

}  // namespace

Decider decider_named(std::string_view name) {
  if (name == "host") return Decider::host;
  if (name == "device") return Decider::device;
  throw Error(ErrorCode::usage, fmt::format("who decides should be host or device, found '{}'", name));
}

AnyCascade::AnyCascade(Stages stages, const CascadeOptions& options, Decider decider, Cascade::Sink sink) {
  if (decider == Decider::host) {
    cascade_.emplace<Cascade>(std::move(stages), options, std::move(sink));
    return;
  }
  if (!options.temperatures.empty()) {
    throw Error(
        ErrorCode::usage,
        "--decide device does not go with --html, nor with --csv of a --pair: they tell probabilities, "
        "which need every score; let the host decide");
  }
  if (const auto why = DeviceCascade::refusal(stages, options)) {
    throw Error(ErrorCode::usage,
                fmt::format("--decide device does not go with {}; let the host decide", *why));
  }
  cascade_.emplace<DeviceCascade>(std::move(stages), options, std::move(sink));
}

Decider AnyCascade::decider() const {
  return std::holds_alternative<DeviceCascade>(cascade_) ? Decider::device : Decider::host;
}

Rect AnyCascade::needed_region(int width, int height) const {
  return with(cascade_, [&](const auto& cascade) { return cascade.needed_region(width, height); });
}

void AnyCascade::prepare(const Image& image, Preparation& preparation) const {
  const auto* cascade = std::get_if<DeviceCascade>(&cascade_);
  if (cascade == nullptr) return;
  const auto start = std::chrono::steady_clock::now();
  cascade->prepare(image, preparation.crops);
  preparation.seconds += seconds_since(start);
}

void AnyCascade::push(std::uint64_t ticket, Image& image, const Preparation& preparation) {
  if (auto* decided = std::get_if<DeviceCascade>(&cascade_)) return decided->push(ticket, preparation.crops);
  auto& cascade = std::get<Cascade>(cascade_);
  Image spare = cascade.spare_image();
  cascade.push(ticket, std::exchange(image, std::move(spare)));
}

void AnyCascade::flush() {
  with(cascade_, [](auto& cascade) { cascade.flush(); });
}

void AnyCascade::make_all_programs() {
  if (auto* cascade = std::get_if<Cascade>(&cascade_)) cascade->prepare();
}

CascadeTimes AnyCascade::times() const {
  const auto* cascade = std::get_if<Cascade>(&cascade_);
  return cascade == nullptr ? CascadeTimes{} : cascade->times();
}

std::size_t AnyCascade::arena_bytes() const {
  return with(cascade_, [](const auto& cascade) { return cascade.arena_bytes(); });
}

std::uint64_t AnyCascade::deferred() const {
  return with(cascade_, [](const auto& cascade) { return cascade.deferred(); });
}

}  // namespace yy
