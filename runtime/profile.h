// Where the time of programs goes, node by node, by the device's clock (Stream::run_timed). On a device that
// works while the caller goes on, launches are enqueued with a look at its clock between each two and waited
// for at the end; those looks, and launches that come too slowly to keep it busy, count as time of the nodes.
// On the CPU each launch costs two looks at the clock. So profile to compare nodes, and measure whole
// programs without.
//
// One per worker; not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernel.h"
#include "runtime/program.h"

namespace yy {

class Profile {
 public:
  using Clock = std::chrono::steady_clock;

  // One launch of one program, and what its runs took in all.
  struct Row {
    std::string part;  // which of several programs; the caller's word for it
    std::string node, op, implementation;
    std::string shape;      // of the first output
    std::int64_t macs = 0;  // multiply-accumulates per call; 0 where they are not known
    std::uint64_t calls = 0;
    double seconds = 0;
  };
  struct Event {
    std::size_t row;
    double start;  // seconds since restart()
    double seconds;
  };

  // Of the runs, the first `most_events` are kept one by one.
  explicit Profile(std::size_t most_events = 0);

  // Both give the number of the first new row. A program has a row for each step that launches something (is
  // no view), in the order of Executor::launches().
  std::size_t add(Row row);
  std::size_t add(const Program& program, std::string_view part);

  // Runs the launches, waits for them, and counts launch i in row first_row + i.
  void run(Stream& stream, std::span<const Launch> launches, std::size_t first_row);

  // Forgets what was measured, not what the rows are.
  void restart(Clock::time_point start);

  const std::vector<Row>& rows() const { return rows_; }
  const std::vector<Event>& events() const { return events_; }

 private:
  std::size_t most_events_;
  Clock::time_point start_ = Clock::now();
  std::vector<Row> rows_;
  std::vector<Event> events_;
  std::vector<double> seconds_;  // of the launches at hand
};

}  // namespace yy
