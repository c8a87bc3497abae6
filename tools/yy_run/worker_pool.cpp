#include "tools/yy_run/worker_pool.h"

#include "tools/yy_run/side_by_side.h"

namespace yy {

WorkerPool::WorkerPool(std::size_t workers, const ImageList& images,
                       const std::vector<std::shared_ptr<const Classifier>>& stages,
                       const CascadeOptions& options, bool exif_orientation, const Worker::Sink& sink) {
  const auto one_at_a_time = [this, sink](Verdict&& verdict, double seconds) {
    const std::lock_guard lock(mutex_);
    sink(std::move(verdict), seconds);
  };
  for (std::size_t i = 0; i < workers; ++i) {
    workers_.push_back(
        std::make_unique<Worker>(images, stages, options, exif_orientation, workers, one_at_a_time));
  }
}

void WorkerPool::run(const Worker::NextTicket& next) {
  std::atomic<bool> failed = false;
  const auto next_or_end = [&]() -> std::optional<std::uint64_t> {
    const std::lock_guard lock(mutex_);
    if (failed) return std::nullopt;
    return next();
  };
  run_side_by_side(workers_.size(), failed, [&](std::size_t worker) { workers_[worker]->run(next_or_end); });
}

template <class Part>
auto WorkerPool::sum(const Part& part) const {
  auto result = part(*workers_[0]);
  for (std::size_t i = 1; i < workers_.size(); ++i) result += part(*workers_[i]);
  return result;
}

std::uint64_t WorkerPool::pushed() const {
  return sum([](const Worker& worker) { return worker.pushed(); });
}

std::uint64_t WorkerPool::deferred() const {
  return sum([](const Worker& worker) { return worker.cascade().deferred(); });
}

double WorkerPool::decode_seconds() const {
  return sum([](const Worker& worker) { return worker.decode_seconds(); });
}

CascadeTimes WorkerPool::times() const {
  CascadeTimes times;
  times.preprocess = sum([](const Worker& worker) { return worker.cascade().times().preprocess; });
  times.glue = sum([](const Worker& worker) { return worker.cascade().times().glue; });
  for (std::size_t s = 0; s < workers_[0]->cascade().times().stages.size(); ++s) {
    times.stages.push_back(sum([s](const Worker& worker) { return worker.cascade().times().stages[s]; }));
  }
  return times;
}

std::size_t WorkerPool::arena_bytes() const {
  return sum([](const Worker& worker) { return worker.cascade().arena_bytes(); });
}

}  // namespace yy
