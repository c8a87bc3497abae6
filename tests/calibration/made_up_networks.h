// Networks that do not exist: each is slower, better and surer of what it is right about than the one before.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "yy/search.h"

namespace yy::test {

struct MadeUp {
  std::vector<SearchNetwork> networks;
  std::vector<int> truth;
};

inline MadeUp made_up_networks(std::size_t count, std::size_t pictures, unsigned seed) {
  std::mt19937_64 random(seed);
  const auto share = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  MadeUp made;
  std::vector<double> ease;
  for (std::size_t i = 0; i < pictures; ++i) {
    made.truth.push_back(static_cast<int>(random() % 100));
    ease.push_back(share());
  }
  for (std::size_t n = 0; n < count; ++n) {
    SearchNetwork& network = made.networks.emplace_back();
    network.name = "network-" + std::to_string(n);
    network.seconds = 1e-3 * std::pow(6.0, static_cast<double>(n) * 2 / static_cast<double>(count));
    network.weights_bytes = (n + 1) << 20;
    network.arena_bytes = (count - n) << 18;
    const double skill = 0.6 + 1.4 * static_cast<double>(n + 1) / static_cast<double>(count);
    for (std::size_t i = 0; i < pictures; ++i) {
      const double chance = 1 - std::pow(1 - ease[i], 2 * skill);
      network.labels.push_back(share() < chance ? made.truth[i] : -1);
      const double noise = 0.15 * (share() - 0.5);
      network.confidences.push_back(static_cast<float>(std::clamp(chance + noise, 0.01, 1.0)));
    }
  }
  return made;
}

}  // namespace yy::test
