// A line on stderr that shows how far a run is: only where stderr is a terminal, and without colour where
// NO_COLOR is set. It is gone when the object is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace yy {

// The line without colours or line ends; `rate` in pictures per second. `deferred` below 0: there is one
// network only.
std::string progress_line(std::uint64_t done, std::uint64_t total, double rate, double deferred);

class Progress {
 public:
  Progress(std::uint64_t total, bool wanted);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(std::uint64_t done, double deferred);  // cheap; draws ten times a second at most

 private:
  std::uint64_t total_;
  bool shown_;
  bool coloured_;
  std::chrono::steady_clock::time_point start_, drawn_;
};

}  // namespace yy
