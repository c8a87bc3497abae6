#include "tools/yy_run/summary.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <numeric>

#include "yy/drift.h"

namespace yy {
namespace {

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

}  // namespace

double nearest_rank(std::span<const float> sorted, double percent) {
  const double n = std::ceil(percent / 100 * static_cast<double>(sorted.size()));
  return static_cast<double>(sorted[static_cast<std::size_t>(std::max(n, 1.0)) - 1]);
}

Percentiles percentiles(std::vector<float> values) {
  std::sort(values.begin(), values.end());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return {sum / static_cast<double>(values.size()), nearest_rank(values, 50), nearest_rank(values, 90),
          nearest_rank(values, 99)};
}

void Summary::count(const Verdict& verdict, int label, double seconds) {
  if (!verdict.error.empty()) {
    ++failed;
    return;
  }
  ++answered_by_stage[static_cast<std::size_t>(verdict.stage)];
  latencies.push_back(static_cast<float>(seconds * 1e3));
  if (label < 0) return;
  ++labelled;
  if (verdict.label == label) ++correct;
  if (std::any_of(verdict.top.begin(), verdict.top.end(),
                  [&](const Scored& s) { return s.label == label; })) {
    ++correct_in_topk;
  }
}

double Summary::images_per_second() const {
  return ratio(static_cast<double>(images), wall_seconds);
}

double Summary::deferred_fraction() const {
  return ratio(static_cast<double>(deferred), static_cast<double>(seen_by_yin));
}

double Summary::passed_on_fraction() const {
  const auto answered = static_cast<double>(latencies.size());
  return ratio(answered - static_cast<double>(answered_by_stage[0]), answered);
}

bool Summary::has_drifted() const {
  if (!expected_deferred) return false;
  const auto then =
      static_cast<std::int64_t>(std::llround(*expected_deferred * static_cast<double>(calibrated_on)));
  return drift_p_value({calibrated_on, then},
                       {static_cast<std::int64_t>(seen_by_yin), static_cast<std::int64_t>(deferred)}) < 1e-3;
}

std::string Summary::json() const {
  nlohmann::ordered_json out;
  out["images"] = images;
  out["failed"] = failed;
  out["images_per_s"] = images_per_second();
  auto& seconds = out["seconds"];
  seconds["decode"] = decode_seconds;
  seconds["preprocess"] = preprocess_seconds;
  for (std::size_t s = 0; s < stage_seconds.size(); ++s)
    seconds[fmt::format("stage_{}", s + 1)] = stage_seconds[s];
  seconds["wall"] = wall_seconds;
  if (joules) out["joules"] = *joules;
  out["deferred"] = deferred;
  out["deferred_fraction"] = deferred_fraction();
  if (expected_deferred) {
    out["expected_deferred_fraction"] = *expected_deferred;
    out["drift"] = has_drifted();
  }
  out["answered_by_stage"] = answered_by_stage;
  out["labelled"] = labelled;
  if (labelled > 0) {
    out["top1"] = ratio(static_cast<double>(correct), static_cast<double>(labelled));
    if (topk > 1) {
      out[fmt::format("top{}", topk)] =
          ratio(static_cast<double>(correct_in_topk), static_cast<double>(labelled));
    }
  }
  auto& latency = out["latency_ms"] = nullptr;
  if (!latencies.empty()) {
    const Percentiles p = percentiles(latencies);
    latency = {{"mean", p.mean}, {"p50", p.p50}, {"p90", p.p90}, {"p99", p.p99}};
  }
  out["arena_bytes"] = arena_bytes;
  out["weights_bytes"] = weights_bytes;
  out["device"] = device;
  out["precision"] = precision;
  out["decide"] = decider;
  out["threads"] = threads;
  out["workers"] = workers;
  out["batch"] = batch;
  out["thresholds"] = thresholds;
  out["models"] = models;
  // A path need not be UTF-8, JSON must.
  return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string Summary::text() const {
  std::string text =
      fmt::format("{} images in {:.2f} s, {:.1f} images/s ({}, {}, batch {}, threads {}, workers {})\n",
                  images, wall_seconds, images_per_second(), device, precision, batch, threads, workers);
  if (failed > 0) text += fmt::format("failed    {}\n", failed);
  for (std::size_t s = 0; s < names.size(); ++s) {
    text += fmt::format("stage {}   {} answered {}\n", s + 1, names[s], answered_by_stage[s]);
  }
  if (names.size() > 1) text += fmt::format("deferred  {} ({:.1f} %)\n", deferred, 100 * deferred_fraction());
  if (labelled > 0) {
    const auto share = [&](std::uint64_t part) {
      return ratio(static_cast<double>(part), static_cast<double>(labelled));
    };
    text += fmt::format("top-1     {:.4f} ({} of {} labelled)\n", share(correct), correct, labelled);
    if (topk > 1) text += fmt::format("top-{:<5} {:.4f}\n", topk, share(correct_in_topk));
  }
  if (!latencies.empty()) {
    const Percentiles p = percentiles(latencies);
    text += fmt::format("latency   mean {:.2f} ms, p50 {:.2f}, p90 {:.2f}, p99 {:.2f}\n", p.mean, p.p50,
                        p.p90, p.p99);
  }
  if (joules) {
    text += fmt::format("energy    {:.1f} J, {:.3f} J per image, of the processors\n", *joules,
                        ratio(*joules, static_cast<double>(images)));
  }
  return text;
}

}  // namespace yy
