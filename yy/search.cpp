#include "yy/search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

#include "runtime/error.h"
#include "yy/shuffle.h"

namespace yy {
namespace {

// A gate's threshold is one of so many quantiles of its network's confidences, or 1, which defers everything.
constexpr std::size_t levels = 64;
constexpr std::size_t most_gates = 2;

using Pictures = std::vector<std::uint32_t>;

// For each picture the first of a network's levels that the confidence exceeds: a gate at level l answers
// those of at most l. `levels` for those that no gate answers.
struct Ladder {
  std::vector<float> thresholds;  // falling; thresholds[0] is 1
  std::vector<std::uint8_t> level;
};

Ladder make_ladder(const SearchNetwork& network, const Pictures& chosen_on) {
  std::vector<float> sorted;
  for (std::uint32_t i : chosen_on) {
    if (!std::isnan(network.confidences[i])) sorted.push_back(network.confidences[i]);
  }
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  Ladder ladder;
  ladder.thresholds.push_back(1);
  for (std::size_t l = 1; l < levels; ++l) {
    float threshold = 0;
    if (l + 1 < levels && !sorted.empty()) threshold = sorted[l * sorted.size() / (levels - 1)];
    ladder.thresholds.push_back(std::min(threshold, ladder.thresholds.back()));
  }
  ladder.level.reserve(network.confidences.size());
  for (float confidence : network.confidences) {
    std::size_t first = levels;
    if (!std::isnan(confidence)) {
      const auto found = std::upper_bound(ladder.thresholds.begin(), ladder.thresholds.end(), confidence,
                                          [](float value, float threshold) { return value > threshold; });
      first = static_cast<std::size_t>(found - ladder.thresholds.begin());
    }
    ladder.level.push_back(static_cast<std::uint8_t>(first));
  }
  return ladder;
}

struct Levels {
  std::array<std::size_t, most_gates> gate = {};  // one per gate; at 0 a gate defers everything
  double cost = 1e300;

  void consider(std::array<std::size_t, most_gates> other, bool allowed, double other_cost) {
    if (allowed && other_cost < cost) *this = {other, other_cost};
  }
};

// What a cascade did with pictures, as counts.
struct Outcome {
  std::int64_t correct = 0;
  std::array<std::int64_t, most_gates + 1> seen = {};
};

// What a cascade's gates would do with pictures at every level, as counts.
class Tally {
 public:
  // `level[s]` and `right[s]`: by picture, of stage s.
  Tally(const std::vector<const std::vector<std::uint8_t>*>& level,
        const std::vector<const std::vector<std::uint8_t>*>& right, const Pictures& pictures)
      : gates_(level.size()),
        pictures_(static_cast<std::int64_t>(pictures.size())),
        second_(gates_ == 2 ? levels + 1 : 0) {
    for (std::uint32_t i : pictures) {
      const std::size_t a = (*level[0])[i];
      const int last = (*right.back())[i];
      first_[a].add(last - (*right[0])[i]);
      if (gates_ == 2) second_[a][(*level[1])[i]].add(last - (*right[1])[i]);
    }
  }

  // The levels that cost least among those that lose at most `allowed` pictures; `seconds` by stage.
  Levels cheapest(std::int64_t allowed, const std::vector<double>& seconds) const {
    Levels best;
    // By the second gate's level: the pictures that the first gate does not answer.
    Row rest{};
    for (const Row& row : second_) {
      for (std::size_t b = 0; b <= levels; ++b) rest[b].add(row[b]);
    }
    Cell first;
    for (std::size_t a = 0; a < levels; ++a) {
      first.add(first_[a]);
      const std::int64_t passed = pictures_ - first.count;
      if (gates_ == 1) {
        best.consider({a}, first.lost <= allowed, static_cast<double>(passed) * seconds[1]);
        continue;
      }
      Cell second;
      for (std::size_t b = 0; b < levels; ++b) {
        rest[b].take(second_[a][b]);
        second.add(rest[b]);
        const double cost = static_cast<double>(passed) * seconds[1] +
                            static_cast<double>(passed - second.count) * seconds[2];
        best.consider({a, b}, first.lost + second.lost <= allowed, cost);
      }
    }
    return best;
  }

 private:
  struct Cell {
    std::int64_t lost = 0, count = 0;  // against the last stage; may be negative
    void add(std::int64_t one) { lost += one, ++count; }
    void add(const Cell& other) { lost += other.lost, count += other.count; }
    void take(const Cell& other) { lost -= other.lost, count -= other.count; }
  };
  using Row = std::array<Cell, levels + 1>;

  std::size_t gates_;
  std::int64_t pictures_;
  Row first_{};              // by the first gate's level
  std::vector<Row> second_;  // by the first and the second gate's
};

class Search {
 public:
  Search(const std::vector<SearchNetwork>& networks, const std::vector<int>& truth,
         const SearchOptions& options)
      : networks_(networks), options_(options) {
    for (const SearchNetwork& network : networks) {
      std::vector<std::uint8_t>& right = right_.emplace_back();
      for (std::size_t i = 0; i < truth.size(); ++i) right.push_back(network.labels[i] == truth[i] ? 1 : 0);
    }
    all_.resize(truth.size());
    std::iota(all_.begin(), all_.end(), 0U);
    Pictures shuffled = all_;
    shuffle_by_seed(shuffled, options.seed);
    const auto middle = shuffled.begin() + static_cast<std::ptrdiff_t>(shuffled.size() / 2);
    halves_ = {Pictures(shuffled.begin(), middle), Pictures(middle, shuffled.end())};
    for (const SearchNetwork& network : networks) {
      ladders_[0].push_back(make_ladder(network, halves_[0]));
      ladders_[1].push_back(make_ladder(network, halves_[1]));
      ladders_[2].push_back(make_ladder(network, all_));
    }
  }

  // Appends the plans of these networks, the cheapest first.
  void add_plans(const std::vector<std::size_t>& stages, std::vector<SearchPlan>& plans) const {
    if (stages.size() == 1) {
      plans.push_back(plan(stages, {}));
      return;
    }
    const std::array<Tally, 3> tallies{tally(stages, ladders_[0], halves_[0]),
                                       tally(stages, ladders_[1], halves_[1]),
                                       tally(stages, ladders_[2], all_)};
    const std::size_t before = plans.size();
    for (double share : {1.0, 0.5, 0.0}) {
      std::array<Levels, 3> chosen;
      for (std::size_t t = 0; t < 3; ++t) {
        const std::size_t pictures = t < 2 ? halves_[t].size() : all_.size();
        const double allowed = share * options_.target_loss * static_cast<double>(pictures);
        chosen[t] =
            tallies[t].cheapest(static_cast<std::int64_t>(std::floor(allowed + 1e-9)), seconds_of(stages));
      }
      SearchPlan made = plan(stages, chosen);
      if (plans.size() > before && plans.back().thresholds == made.thresholds) continue;
      plans.push_back(std::move(made));
    }
  }

 private:
  using Ladders = std::vector<Ladder>;

  std::vector<double> seconds_of(const std::vector<std::size_t>& stages) const {
    std::vector<double> seconds;
    for (std::size_t network : stages) seconds.push_back(networks_[network].seconds);
    return seconds;
  }

  Tally tally(const std::vector<std::size_t>& stages, const Ladders& ladders,
              const Pictures& pictures) const {
    std::vector<const std::vector<std::uint8_t>*> level, right;
    for (std::size_t s = 0; s < stages.size(); ++s) {
      if (s + 1 < stages.size()) level.push_back(&ladders[stages[s]].level);
      right.push_back(&right_[stages[s]]);
    }
    return {level, right, pictures};
  }

  // `chosen` on each half, and on all pictures.
  SearchPlan plan(const std::vector<std::size_t>& stages, const std::array<Levels, 3>& chosen) const {
    SearchPlan plan;
    plan.networks = stages;
    Outcome outcome;
    for (std::size_t half : {0, 1}) add(stages, ladders_[half], chosen[half], halves_[1 - half], outcome);
    for (std::size_t g = 0; g + 1 < stages.size(); ++g) {
      plan.thresholds.push_back(ladders_[2][stages[g]].thresholds[chosen[2].gate[g]]);
    }
    const auto count = static_cast<double>(all_.size());
    plan.accuracy = static_cast<double>(outcome.correct) / count;
    plan.seconds = options_.decode_seconds;
    plan.joules = options_.decode_joules;
    std::size_t arena = 0;
    for (std::size_t s = 0; s < stages.size(); ++s) {
      const SearchNetwork& network = networks_[stages[s]];
      plan.seen.push_back(static_cast<double>(outcome.seen[s]) / count);
      plan.seconds += plan.seen.back() * network.seconds;
      plan.joules += plan.seen.back() * network.joules;
      plan.bytes += network.weights_bytes;
      arena = std::max(arena, network.arena_bytes);
    }
    plan.bytes += arena;
    plan.fits = plan.accuracy >= options_.min_accuracy && plan.seconds <= options_.max_seconds &&
                plan.bytes <= options_.max_bytes;
    return plan;
  }

  void add(const std::vector<std::size_t>& stages, const Ladders& ladders, const Levels& chosen,
           const Pictures& pictures, Outcome& outcome) const {
    for (std::uint32_t i : pictures) {
      std::size_t s = 0;
      ++outcome.seen[0];
      while (s + 1 < stages.size() && ladders[stages[s]].level[i] > chosen.gate[s]) ++outcome.seen[++s];
      outcome.correct += right_[stages[s]][i];
    }
  }

  const std::vector<SearchNetwork>& networks_;
  const SearchOptions& options_;
  std::vector<std::vector<std::uint8_t>> right_;  // by network and picture
  Pictures all_;
  std::array<Pictures, 2> halves_;
  std::array<Ladders, 3> ladders_;  // made on each half, and on all
};

void check(const std::vector<SearchNetwork>& networks, const std::vector<int>& truth,
           const SearchOptions& options) {
  const auto refuse = [](const std::string& what) { throw Error(ErrorCode::usage, what); };
  if (networks.size() < 2) refuse("a search needs at least two networks");
  if (truth.size() < 2) refuse("a search needs at least two pictures");
  if (options.stages != 2 && options.stages != 3) {
    refuse(fmt::format("cascades should have up to 2 or 3 stages, found {}", options.stages));
  }
  for (const SearchNetwork& network : networks) {
    if (network.labels.size() != truth.size() || network.confidences.size() != truth.size()) {
      refuse(fmt::format("network '{}' answered {} pictures, there are labels for {}", network.name,
                         network.labels.size(), truth.size()));
    }
    if (!(network.seconds > 0)) refuse(fmt::format("network '{}' took no time", network.name));
  }
}

void mark_front(std::vector<SearchPlan>& plans) {
  std::vector<SearchPlan*> order;
  for (SearchPlan& plan : plans) order.push_back(&plan);
  std::stable_sort(order.begin(), order.end(), [](const SearchPlan* a, const SearchPlan* b) {
    return a->seconds != b->seconds ? a->seconds < b->seconds : a->accuracy > b->accuracy;
  });
  double best = -1;
  for (SearchPlan* plan : order) {
    plan->is_on_front = plan->uses_all() && plan->accuracy > best;
    best = std::max(best, plan->accuracy);
  }
}

void find_best(SearchResult& result, const SearchOptions& options) {
  for (const SearchPlan& plan : result.plans) {
    if (plan.networks.size() == 1 && plan.fits)
      result.goal = std::max(result.goal, plan.accuracy - options.target_loss);
  }
  if (options.min_accuracy > 0) result.goal = options.min_accuracy;
  for (std::size_t i = 0; i < result.plans.size(); ++i) {
    const SearchPlan& plan = result.plans[i];
    std::ptrdiff_t& best = plan.networks.size() == 1 ? result.best_single : result.best_cascade;
    if (best < 0 && plan.fits && plan.uses_all() && plan.accuracy >= result.goal)
      best = static_cast<std::ptrdiff_t>(i);
  }
  if (result.best_cascade < 0) return;
  result.cascade_pays = result.best_single < 0 || result.best_cascade < result.best_single;
}

}  // namespace

SearchResult search(const std::vector<SearchNetwork>& networks, const std::vector<int>& truth,
                    const SearchOptions& options) {
  check(networks, truth, options);
  std::vector<std::size_t> order(networks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return networks[a].seconds < networks[b].seconds; });
  const Search all(networks, truth, options);
  SearchResult result;
  for (std::size_t a = 0; a < order.size(); ++a) {
    all.add_plans({order[a]}, result.plans);
    for (std::size_t b = a + 1; b < order.size(); ++b) {
      all.add_plans({order[a], order[b]}, result.plans);
      for (std::size_t c = b + 1; c < order.size() && options.stages == 3; ++c) {
        all.add_plans({order[a], order[b], order[c]}, result.plans);
      }
    }
  }
  std::stable_sort(result.plans.begin(), result.plans.end(), [](const SearchPlan& a, const SearchPlan& b) {
    return a.fits != b.fits ? a.fits : a.seconds < b.seconds;
  });
  mark_front(result.plans);
  find_best(result, options);
  return result;
}

}  // namespace yy
