#include "tools/yy_run/worker_pool.h"

#include "tools/yy_run/side_by_side.h"

namespace yy {
namespace {

template <class Parts, class F>
auto sum(const Parts& parts, const F& f) {
  auto result = f(*parts[0]);
  for (std::size_t i = 1; i < parts.size(); ++i) result += f(*parts[i]);
  return result;
}

}  // namespace

WorkerPool::WorkerPool(std::size_t workers, const ImageList& images, const Stages& stages,
                       const CascadeOptions& options, bool exif_orientation, const Feed::Sink& sink,
                       Decider decider) {
  const auto one_at_a_time = [this, sink](Verdict&& verdict, double seconds) {
    const std::lock_guard lock(mutex_);
    sink(std::move(verdict), seconds);
  };
  const std::size_t feeds = decider == Decider::device ? 1 : workers;
  for (std::size_t i = 0; i < feeds; ++i)
    feeds_.push_back(std::make_unique<Feed>(stages, options, decider, feeds, one_at_a_time));
  for (std::size_t i = 0; i < workers; ++i)
    workers_.push_back(std::make_unique<Worker>(images, exif_orientation, *feeds_[i % feeds]));
}

void WorkerPool::run(const Worker::NextTicket& next) {
  std::atomic<bool> failed = false;
  const auto next_or_end = [&]() -> std::optional<std::uint64_t> {
    const std::lock_guard lock(mutex_);
    if (failed) return std::nullopt;
    return next();
  };
  const bool shares = feeds_.size() < workers_.size();
  run_side_by_side(workers_.size(), failed, [&](std::size_t worker) {
    workers_[worker]->run(next_or_end);
    if (!shares) feeds_[worker]->flush();
  });
  if (shares) feeds_[0]->flush();
}

std::uint64_t WorkerPool::pushed() const {
  return sum(workers_, [](const Worker& worker) { return worker.pushed(); });
}

std::uint64_t WorkerPool::deferred() const {
  return sum(feeds_, [](const Feed& feed) { return feed.cascade().deferred(); });
}

double WorkerPool::decode_seconds() const {
  return sum(workers_, [](const Worker& worker) { return worker.decode_seconds(); });
}

CascadeTimes WorkerPool::times() const {
  CascadeTimes times;
  times.preprocess = sum(workers_, [](const Worker& worker) { return worker.prepare_seconds(); }) +
                     sum(feeds_, [](const Feed& feed) { return feed.cascade().times().preprocess; });
  times.glue = sum(feeds_, [](const Feed& feed) { return feed.cascade().times().glue; });
  for (std::size_t s = 0; s < feeds_[0]->cascade().times().stages.size(); ++s)
    times.stages.push_back(sum(feeds_, [s](const Feed& feed) { return feed.cascade().times().stages[s]; }));
  return times;
}

std::size_t WorkerPool::arena_bytes() const {
  return sum(feeds_, [](const Feed& feed) { return feed.cascade().arena_bytes(); });
}

}  // namespace yy
