#include "tools/yy_run/network_run.h"

#include <algorithm>
#include <limits>

#include "tools/yy_run/energy.h"
#include "tools/yy_run/interrupt.h"
#include "tools/yy_run/progress.h"
#include "tools/yy_run/worker_pool.h"

namespace yy {

double decode_joules(const NetworkRun& run) {
  if (!run.joules) return std::numeric_limits<double>::quiet_NaN();
  return *run.joules * run.decode_seconds / (run.decode_seconds + run.answers.seconds_per_image);
}

double network_joules(const NetworkRun& run) {
  if (!run.joules) return std::numeric_limits<double>::quiet_NaN();
  return *run.joules - decode_joules(run);
}

NetworkRun run_network(const std::shared_ptr<const Classifier>& network, const ImageList& images,
                       const RunOptions& options, bool with_scores) {
  NetworkRun run;
  run.answers.labels.assign(images.size(), -1);
  run.answers.confidences.assign(images.size(), std::numeric_limits<float>::quiet_NaN());
  run.unreadable.resize(images.size());
  CascadeOptions cascade = options.cascade(network->network().backend());
  cascade.thresholds.clear();
  cascade.scores = with_scores;
  cascade.combine = Combine::replace;
  const std::size_t classes = network->card().classes.size();
  run.scores = Tensor(
      {Shape{with_scores ? static_cast<std::int64_t>(images.size()) : 0, static_cast<std::int64_t>(classes)},
       DType::f32, Layout::row_major});
  const std::span<float> scores = run.scores.as_mutable<float>();
  std::ranges::fill(scores, std::numeric_limits<float>::quiet_NaN());
  std::uint64_t done = 0;
  std::vector<float> latencies;
  WorkerPool workers(options.workers(images.size()), images, {network}, cascade, options.exif,
                     [&](Verdict&& verdict, double seconds) {
                       ++done;
                       if (with_scores) {
                         std::ranges::copy(verdict.scores, scores.begin() + static_cast<std::ptrdiff_t>(
                                                                                verdict.ticket * classes));
                       }
                       if (verdict.error.empty()) {
                         run.answers.labels[verdict.ticket] = verdict.label;
                         run.answers.confidences[verdict.ticket] = verdict.confidence;
                         latencies.push_back(static_cast<float>(1e3 * seconds));
                       } else if (verdict.stage == Verdict::no_stage) {
                         run.unreadable[verdict.ticket] = verdict.error;
                       }
                     });
  Progress progress(images.size(), !options.quiet);
  std::uint64_t next = 0;
  EnergyMeter energy;
  workers.run([&]() -> std::optional<std::uint64_t> {
    stop_if_interrupted();
    if (next == images.size()) return std::nullopt;
    progress.update(done, -1);
    energy.update();
    return next++;
  });
  const double answered = static_cast<double>(std::max<std::uint64_t>(workers.pushed(), 1));
  if (const auto joules = energy.joules()) run.joules = *joules / answered;
  const CascadeTimes times = workers.times();
  run.answers.seconds_per_image = (times.preprocess + times.stages.at(0)) / answered;
  run.decode_seconds = workers.decode_seconds() / answered;
  run.preprocess_seconds = times.preprocess / answered;
  if (!latencies.empty()) run.latency = percentiles(std::move(latencies));
  run.weights_bytes = network->network().weights_bytes();
  run.arena_bytes = workers.arena_bytes();
  return run;
}

}  // namespace yy
