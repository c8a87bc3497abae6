// Ranks single networks and cascades of them by what they would have done with the same pictures. Each
// network has run once; a cascade's answers follow from those.
//
// Each cascade is looked at with thresholds for the whole target loss, for half of it, and for none.
//
// Honest numbers: thresholds are chosen on one half of the pictures and judged on the other, both ways round,
// so that every picture is judged by thresholds that were chosen without it. Within a half the thresholds are
// those that cost least among those that lose at most the target against the last stage.
//
// Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace yy {

struct SearchNetwork {
  std::string name;
  std::vector<int> labels;                                   // by picture; -1 where there is no answer
  std::vector<float> confidences;                            // as the cascade compares them
  double seconds = 0;                                        // per picture, above 0, preparing included
  double joules = std::numeric_limits<double>::quiet_NaN();  // per picture; NaN: not known
  std::size_t weights_bytes = 0, arena_bytes = 0;
};

struct SearchOptions {
  double target_loss = 0.005;  // against the last stage, a fraction
  int stages = 2;              // cascades of up to so many networks: 2 or 3
  std::uint64_t seed = 0;      // of the halves
  double decode_seconds = 0;   // per picture, whatever the networks
  double decode_joules = 0;    // the same
  double min_accuracy = 0;
  double max_seconds = 1e30;  // mean per picture, decoding included
  std::size_t max_bytes = static_cast<std::size_t>(-1);
};

// A network alone, or a cascade.
struct SearchPlan {
  std::vector<std::size_t> networks;  // indices, the cheapest first
  std::vector<float> thresholds;      // one per gate, chosen on all pictures
  // On pictures that the thresholds were chosen without:
  double accuracy = 0;
  std::vector<double> seen;  // the fraction of pictures that each network gets
  double seconds = 0;        // mean per picture, decoding included
  double joules = 0;         // the same; NaN where one of the networks' is not known
  std::size_t bytes = 0;     // weights, and the larger arena
  bool fits = true;          // the options' limits
  bool is_on_front = false;  // no other plan is at least as accurate and quicker

  bool uses_all() const {
    return seen.back() > 0;
  }  // else it is a shorter cascade in truth, and never the best
};

struct SearchResult {
  std::vector<SearchPlan> plans;  // those that fit first, the quickest first
  // Positions in `plans`, or -1: the quickest network alone and the quickest cascade that fit and whose
  // accuracy is at least `goal`: the best single network's less the target loss, or min_accuracy if that was
  // given.
  double goal = 0;
  std::ptrdiff_t best_single = -1, best_cascade = -1;
  bool cascade_pays = false;  // the latter is quicker than the former
};

// Throws Error (usage) where the networks' answers and the labels differ in number, or there are fewer than
// two networks or pictures.
SearchResult search(const std::vector<SearchNetwork>& networks, const std::vector<int>& truth,
                    const SearchOptions& options);

}  // namespace yy
