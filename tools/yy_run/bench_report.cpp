#include "tools/yy_run/bench_report.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <numeric>

#include "tools/yy_run/summary.h"

namespace yy {
namespace {

using Json = nlohmann::ordered_json;

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

struct Latency {
  double mean = 0;
  std::vector<std::pair<std::string, double>> ranks;  // "p50" and its value
};

Latency latency_of(std::vector<float> values, const std::vector<double>& percentiles) {
  std::sort(values.begin(), values.end());
  Latency latency;
  latency.mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  for (double p : percentiles) latency.ranks.emplace_back(fmt::format("p{:g}", p), nearest_rank(values, p));
  return latency;
}

Json json_of(const Latency& latency) {
  Json out{{"mean", latency.mean}};
  for (const auto& [name, value] : latency.ranks) out[name] = value;
  return out;
}

std::string text_of(const Latency& latency) {
  std::string text = fmt::format("mean {:.3f} ms per batch", latency.mean);
  for (const auto& [name, value] : latency.ranks) text += fmt::format(", {} {:.3f}", name, value);
  return text;
}

// Of a worker, with which the others do not interfere: per image of its batches.
double best_of(const BenchReport& report) {
  return *std::min_element(report.latencies.begin(), report.latencies.end()) /
         static_cast<double>(report.batch);
}

double median_of(const BenchReport& report) {
  return latency_of(report.latencies, {50}).ranks[0].second / static_cast<double>(report.batch);
}

double rate_of(const BenchReport& report, double worker_seconds) {
  return ratio(static_cast<double>(report.images() * report.workers), worker_seconds);
}

Json seconds_of(const BenchReport& report) {
  Json seconds{{"wall", report.wall_seconds()}};
  if (report.on_noise) return seconds;
  seconds["preprocess"] = report.times.preprocess;
  for (std::size_t s = 0; s < report.times.stages.size(); ++s) {
    seconds[fmt::format("stage_{}", s + 1)] = report.times.stages[s];
  }
  if (report.computes_apart()) seconds["glue"] = report.times.glue;
  return seconds;
}

}  // namespace

void BenchReport::add(const WorkerTimes& worker, const CascadeTimes& its) {
  worker_seconds += worker.seconds;
  latencies.insert(latencies.end(), worker.latencies.begin(), worker.latencies.end());
  compute_latencies.insert(compute_latencies.end(), worker.compute_latencies.begin(),
                           worker.compute_latencies.end());
  times.preprocess += its.preprocess;
  times.glue += its.glue;
  times.stages.resize(its.stages.size(), 0.0);
  for (std::size_t s = 0; s < its.stages.size(); ++s) times.stages[s] += its.stages[s];
}

std::string BenchReport::json() const {
  Json out{{"scenario", scenario}};
  if (on_noise) {
    out["model"] = models.at(0);
  } else {
    out["models"] = models;
  }
  out["images"] = images();
  out["batches"] = latencies.size();
  out["images_per_s"] = rate_of(*this, worker_seconds);
  if (computes_apart()) out["compute_images_per_s"] = rate_of(*this, compute_seconds());
  out["seconds"] = seconds_of(*this);
  if (on_noise || computes_apart()) out["latency_ms"] = json_of(latency_of(latencies, percentiles));
  if (computes_apart()) out["compute_latency_ms"] = json_of(latency_of(compute_latencies, percentiles));
  out["ms_per_image"] = ratio(1e3 * wall_seconds(), static_cast<double>(images()));
  if (on_noise) {
    out["best_ms_per_image"] = best_of(*this);
    out["median_ms_per_image"] = median_of(*this);
  }
  if (!thresholds.empty()) {
    out["deferred_fraction"] = deferred_fraction;
    out["thresholds"] = thresholds;
  }
  out["batch"] = batch;
  out["threads"] = threads;
  out["workers"] = workers;
  out["device"] = device;
  out["precision"] = precision;
  if (!on_noise) out["decide"] = decider;
  if (profile) out["profile"] = profile->json();
  // A path need not be UTF-8, JSON must.
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string BenchReport::text() const {
  std::string what;
  for (const std::string& name : names) what += (what.empty() ? "" : " -> ") + name;
  std::string text =
      fmt::format("{}{}: {} images in {:.2f} s ({}, {}, {}, batch {}, threads {}, workers {}{})\n", what,
                  on_noise ? " on noise" : "", images(), wall_seconds(), scenario, device, precision, batch,
                  threads, workers, profile ? ", profiled" : "");
  const double per_image = 1e3 / static_cast<double>(images());
  text += fmt::format("throughput  {:.1f} images/s, {:.3f} ms per image, {:.3f} core-ms\n",
                      rate_of(*this, worker_seconds), per_image * wall_seconds(), per_image * core_seconds());
  if (on_noise || computes_apart())
    text += fmt::format("latency     {}\n", text_of(latency_of(latencies, percentiles)));
  if (on_noise) {
    text += fmt::format("per image   best {:.4f} ms, median {:.4f}, of a worker's batches\n", best_of(*this),
                        median_of(*this));
  }
  if (computes_apart()) {
    text += fmt::format("\nwithout resize and normalisation\n");
    text += fmt::format("throughput  {:.1f} images/s\n", rate_of(*this, compute_seconds()));
    text += fmt::format("latency     {}\n", text_of(latency_of(compute_latencies, percentiles)));
    text += fmt::format("\nseconds     preprocess {:.3f}", times.preprocess);
    for (std::size_t s = 0; s < names.size(); ++s) {
      text += fmt::format(", stage {} {:.3f}", s + 1, times.stages[s]);
    }
    text += fmt::format(", glue {:.3f} (summed over the workers)\n", times.glue);
  } else if (!on_noise) {
    text += fmt::format("seconds     preprocess {:.3f} (summed over the workers), beside the device's work\n",
                        times.preprocess);
  }
  if (!thresholds.empty()) text += fmt::format("deferred    {:.1f} %\n", 100 * deferred_fraction);
  if (profile) text += "\n" + profile->text();
  return text;
}

}  // namespace yy
