// A cascade with the pictures that are under way in it, from the moment each was begun to its verdict. One
// worker's, or shared by several that decode for one cascade: thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "tools/yy_run/any_cascade.h"

namespace yy {

class Feed {
 public:
  using Clock = std::chrono::steady_clock;
  // `seconds`: from when the picture was begun to the verdict. A picture that came to no stage has a verdict
  // with an error. Not in the order of tickets, but never further behind than a bound that the batch sets.
  // One call at a time, by any of the workers, from within push(), refuse() and flush().
  using Sink = std::function<void(Verdict&&, double seconds)>;

  // `feeds`: how many take tickets beside each other, which is how far apart one's tickets lie.
  Feed(const Stages& stages, const CascadeOptions& options, Decider decider, std::size_t feeds, Sink sink);

  // Its needed_region() and prepare() while pictures come, the rest before and after.
  const AnyCascade& cascade() const { return cascade_; }

  // A picture that cascade() has prepared, and that was begun at `start`; leaves `image` as AnyCascade::push
  // does. Throws what is not the picture's fault.
  void push(std::uint64_t ticket, Clock::time_point start, Image& image, const Preparation& preparation);
  // One that cannot be read or prepared.
  void refuse(std::uint64_t ticket, Clock::time_point start, const std::string& why);
  void flush();  // answers all that waits

 private:
  struct Flight {
    std::uint64_t ticket;
    Clock::time_point start;
  };

  void begin(std::uint64_t ticket, Clock::time_point start);
  void end_with_error(std::uint64_t ticket, const std::string& why);
  std::vector<Flight>::iterator find(std::uint64_t ticket);
  void answer(Verdict&& verdict);

  std::mutex mutex_;
  Sink sink_;
  std::uint64_t longest_lag_;
  AnyCascade cascade_;
  std::vector<Flight> in_flight_;  // no more than the cascade has room for
};

}  // namespace yy
