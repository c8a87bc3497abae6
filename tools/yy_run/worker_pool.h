// Several workers at once, one thread each, the caller's thread being the first: no thread more than workers.
// Where the host decides, they share nothing but the list of pictures, the classifiers (weights and programs)
// and what hands out tickets and takes verdicts, so that scaling needs no barrier. Where the device decides,
// they decode and prepare for one cascade.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "tools/yy_run/worker.h"

namespace yy {

class WorkerPool {
 public:
  // `sink` is called by one worker at a time.
  WorkerPool(std::size_t workers, const ImageList& images, const Stages& stages,
             const CascadeOptions& options, bool exif_orientation, const Feed::Sink& sink,
             Decider decider = Decider::host);

  // Returns when `next`, which is called by one worker at a time, is at its end and every picture is
  // answered. Where a worker throws, the others end after the picture at hand, and the first exception is
  // thrown again.
  void run(const Worker::NextTicket& next);

  // Sums over the workers, once run() has returned: seconds are core-seconds.
  std::uint64_t pushed() const;
  std::uint64_t deferred() const;
  double decode_seconds() const;
  CascadeTimes times() const;
  std::size_t arena_bytes() const;

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Feed>> feeds_;  // one per worker, or one for all
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace yy
