#include "tools/yy_run/feed.h"

#include <algorithm>

#include "runtime/error.h"
#include "tools/yy_run/seconds_since.h"

namespace yy {
namespace {

// Twice what the cascade itself lets a picture wait, in pictures.
std::uint64_t longest_lag(const Stages& stages, std::int64_t batch) {
  std::int64_t largest = batch;
  for (const auto& stage : stages)
    largest = std::max(largest, stage->network().fixed_batch().value_or(batch));
  return 128 * stages.size() * static_cast<std::uint64_t>(largest);
}

}  // namespace

Feed::Feed(const Stages& stages, const CascadeOptions& options, Decider decider, std::size_t feeds, Sink sink)
    : sink_(std::move(sink)),
      longest_lag_(feeds * longest_lag(stages, options.batch)),
      cascade_(stages, options, decider, [this](Verdict&& verdict) { answer(std::move(verdict)); }) {}

void Feed::push(std::uint64_t ticket, Clock::time_point start, Image& image, const Preparation& preparation) {
  const std::lock_guard lock(mutex_);
  begin(ticket, start);
  try {
    cascade_.push(ticket, image, preparation);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::image || find(ticket) == in_flight_.end()) throw;
    end_with_error(ticket, error.what());
  }
}

void Feed::refuse(std::uint64_t ticket, Clock::time_point start, const std::string& why) {
  const std::lock_guard lock(mutex_);
  begin(ticket, start);
  end_with_error(ticket, why);
}

void Feed::flush() {
  const std::lock_guard lock(mutex_);
  cascade_.flush();
}

// The cascade bounds how long a picture waits in pictures pushed; a run of files that cannot be read is not
// seen by it, and the verdicts behind them would pile up.
void Feed::begin(std::uint64_t ticket, Clock::time_point start) {
  if (!in_flight_.empty() && ticket > in_flight_.front().ticket + longest_lag_) cascade_.flush();
  in_flight_.push_back({ticket, start});
}

void Feed::end_with_error(std::uint64_t ticket, const std::string& why) {
  Verdict verdict;
  verdict.ticket = ticket;
  verdict.stage = Verdict::no_stage;
  verdict.error = why;
  answer(std::move(verdict));
}

std::vector<Feed::Flight>::iterator Feed::find(std::uint64_t ticket) {
  return std::find_if(in_flight_.begin(), in_flight_.end(),
                      [ticket](const Flight& flight) { return flight.ticket == ticket; });
}

void Feed::answer(Verdict&& verdict) {
  const auto found = find(verdict.ticket);
  const double seconds = seconds_since(found->start);
  in_flight_.erase(found);
  sink_(std::move(verdict), seconds);
}

}  // namespace yy
