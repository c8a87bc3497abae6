// A search over as many networks, pictures and cascades as the poster's zoo would give on ImageNet's
// validation set: prints how long it takes and how much memory; ends with 1 beyond a minute or 4 GB.
#include <chrono>
#include <fmt/format.h>
#include <sys/resource.h>

#include "tests/calibration/made_up_networks.h"

int main() {
  using namespace yy;
  const test::MadeUp made = test::made_up_networks(21, 50000, 1);
  SearchOptions options;
  options.stages = 3;
  const auto start = std::chrono::steady_clock::now();
  const SearchResult result = search(made.networks, made.truth, options);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("21 networks, 210 pairs, 1,330 triples, 50,000 pictures: {} plans in {:.1f} s, {} MiB at most\n",
             result.plans.size(), seconds, usage.ru_maxrss >> 10);
  return seconds < 60 && usage.ru_maxrss < 4L << 20 ? 0 : 1;
}
