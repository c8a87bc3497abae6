#include "yy/combine.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <limits>
#include <ranges>

#include "runtime/error.h"
#include "yy/distribution.h"

namespace yy {
namespace {

// Fills `top` with as many classes as it has room for, by `ranking`: probabilities can be alike where scores
// are not.
void find_best_classes(std::span<const float> ranking, std::span<const float> distribution,
                       std::span<Scored> top) {
  const auto scored = [&](int label) { return Scored{label, ranking[static_cast<std::size_t>(label)]}; };
  const auto is_better = [](const Scored& a, const Scored& b) {
    return a.probability != b.probability ? a.probability > b.probability : a.label < b.label;
  };
  const auto labels = std::views::iota(0, static_cast<int>(ranking.size()));
  std::ranges::partial_sort_copy(labels | std::views::transform(scored), top, is_better);
  for (Scored& best : top) best.probability = distribution[static_cast<std::size_t>(best.label)];
}

}  // namespace

std::string_view name_of(Combine combine) {
  return combine == Combine::replace ? "replace" : "mean";
}

Combine combine_named(std::string_view name) {
  for (Combine combine : {Combine::replace, Combine::mean}) {
    if (name_of(combine) == name) return combine;
  }
  throw Error(ErrorCode::usage, fmt::format("combine should be replace or mean, found '{}'", name));
}

Combiner::Combiner(std::size_t slots, std::size_t classes, CombineOptions options)
    : classes_(classes), options_(std::move(options)) {
  if (needs_scores()) distribution_.resize(classes);
  if (!keeps_scores()) return;
  sums_.resize(slots * classes);
  summands_.resize(slots);
}

void Combiner::defer(std::size_t slot, std::size_t stage, std::span<const float> scores, bool probabilities) {
  if (!keeps_scores()) return;
  if (stage == 0) {
    std::ranges::fill(sum(slot), 0.F);
    summands_[slot] = 0;
  }
  if (!write_distribution(scores, probabilities, distribution_)) return;
  std::ranges::transform(sum(slot), distribution_, sum(slot).begin(), std::plus<>());
  ++summands_[slot];
}

// Into distribution_; false where no stage gave numbers.
bool Combiner::find_mean(std::size_t slot, std::size_t stage, std::span<const float> scores,
                         bool probabilities) {
  const bool is_sound = write_distribution(scores, probabilities, distribution_);
  if (stage == 0 || summands_[slot] == 0) return is_sound;
  if (!is_sound) std::ranges::fill(distribution_, 0.F);
  const auto summands = static_cast<float>(summands_[slot] + (is_sound ? 1 : 0));
  std::ranges::transform(sum(slot), distribution_, distribution_.begin(),
                         [summands](float a, float b) { return (a + b) / summands; });
  return true;
}

void Combiner::answer(std::size_t slot, std::size_t stage, std::span<const float> scores, bool probabilities,
                      Verdict& verdict) {
  verdict.top.clear();
  verdict.probability = 0;
  // Alone, Yin's answer is what its probe said.
  const bool asks_for_more = options_.topk > 1 || !options_.temperatures.empty();
  if (!asks_for_more && (!keeps_scores() || stage == 0)) return;
  if (!keeps_scores() && options_.topk <= 1 && !probabilities) {
    verdict.probability = tempered_largest_of_scores(scores, options_.temperatures.at(stage));
    return;
  }
  const bool combines = keeps_scores() && stage > 0;
  const bool is_sound = combines ? find_mean(slot, stage, scores, probabilities)
                                 : write_distribution(scores, probabilities, distribution_);
  if (!is_sound) {
    std::ranges::fill(distribution_, std::numeric_limits<float>::quiet_NaN());
    return;
  }
  if (combines) {
    const Likeliest mean = likeliest_of(distribution_, options_.gate);
    verdict.label = mean.label;
    verdict.confidence = mean.confidence;
  }
  if (!options_.temperatures.empty())
    verdict.probability = tempered_largest(distribution_, options_.temperatures.at(stage));
  if (options_.topk <= 1) return;
  verdict.top.resize(std::min(classes_, static_cast<std::size_t>(options_.topk)));
  find_best_classes(combines ? std::span<const float>(distribution_) : scores, distribution_, verdict.top);
}

}  // namespace yy
