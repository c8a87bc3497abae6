#include "tools/yy_run/run_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "runtime/error.h"
#include "tools/device_option.h"
#include "tools/yy_run/output_file.h"
#include "yy/threads.h"

namespace yy {
namespace {

constexpr int most_threads = 1024;
constexpr int largest_topk = 1000;
constexpr int largest_size = 4096;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::usage, what);
}

}  // namespace

void add_card_options(CLI::App& app, CardOverrides& card) {
  const char* group = "Instead of what the model cards say, for every model";
  app.add_option("--size", card.size, "Side of the square the network reads")
      ->check(CLI::Range(1, largest_size))
      ->group(group);
  app.add_option("--crop", card.crop,
                 "Side of the centred crop over the picture's shorter side, above 0, at most 1")
      ->group(group);
  app.add_option("--interpolation", card.interpolation, "bilinear, bicubic or none")
      ->check(CLI::IsMember({"bilinear", "bicubic", "none"}))
      ->group(group);
  const auto add_channels = [&](const char* flag, const char* what, std::optional<std::vector<float>>& to) {
    app.add_option_function<std::vector<float>>(
           flag, [&to](const std::vector<float>& values) { to = values; }, what)
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("R[,G,B]")
        ->group(group);
  };
  add_channels("--mean", "Subtracted from pixels, on the scale 0 to 255", card.mean);
  add_channels("--std", "Divides pixels", card.std);
  app.add_option_function<std::string>(
         "--classes", [&card](const std::string& file) { card.classes = file; }, "The classes file")
      ->type_name("FILE")
      ->group(group);
}

void check_networks(const RunOptions& options) {
  const bool pair = !options.yin.empty() || !options.yang.empty() || !options.between.empty();
  if (!options.pair.empty()) {
    if (pair || !options.model.empty() || !options.thresholds.empty() || options.gate != "maxprob" ||
        options.combine != "replace") {
      refuse(
          "--pair names the networks and thresholds; it does not go with --model, --yin, --yang, --stage, "
          "--gate, --combine and --threshold");
    }
    const CardOverrides& card = options.card;
    if (card.size || card.crop || card.interpolation || card.mean || card.std) {
      refuse(
          "--pair says how pictures are prepared; --size, --crop, --interpolation, --mean and --std do not "
          "go with it");
    }
    return;
  }
  if (options.model.empty() && !pair)
    refuse("give --model M, or --yin M --yang M --threshold T, or --pair FILE");
  if (!options.model.empty() && pair) refuse("--model does not go with --yin, --yang and --stage");
  if (!options.model.empty()) {
    if (!options.thresholds.empty()) refuse("--threshold needs a pair, --yin M --yang M, not --model");
    if (options.combine != "replace") refuse("--combine needs a pair, --yin M --yang M, not --model");
    return;
  }
  if (options.yin.empty() || options.yang.empty()) refuse("a pair needs both --yin M and --yang M");
  const std::size_t gates = options.between.size() + 1;
  if (options.thresholds.empty()) refuse("a pair needs --threshold T, from 0 to 1");
  if (options.thresholds.size() != 1 && options.thresholds.size() != gates) {
    refuse(fmt::format("--threshold should be given once, or once per gate ({} here); found {}", gates,
                       options.thresholds.size()));
  }
  for (double threshold : options.thresholds) {
    if (!(threshold >= 0 && threshold <= 1)) {
      refuse(fmt::format("--threshold should be from 0 to 1, found {}", threshold));
    }
  }
}

void check_outputs(const NamedFile& a, const NamedFile& b) {
  if (a.file.empty() || b.file.empty()) return;
  const std::string first = output_target(a.file), second = output_target(b.file);
  if (first == second || first + ".part" == second || first == second + ".part") {
    refuse(fmt::format("{} and {} would write to the same file, {}", a.flag, b.flag, a.file));
  }
}

void check_decide(const RunOptions& options) {
  if (options.decide == "device" && options.mode == "latency")
    refuse("--decide device answers up to two batches later; it does not go with low latency");
}

void check_card(const CardOverrides& card) {
  if (card.crop && !(*card.crop > 0 && *card.crop <= 1)) {
    refuse(fmt::format("--crop should be above 0 and at most 1, found {}", *card.crop));
  }
  const auto check_channels = [](const char* flag, const std::optional<std::vector<float>>& values) {
    if (!values) return;
    if (values->size() != 1 && values->size() != 3) {
      refuse(fmt::format("{} should be 1 number or 3, found {}", flag, values->size()));
    }
    if (!std::all_of(values->begin(), values->end(), [](float v) { return std::isfinite(v); })) {
      refuse(fmt::format("{} should be finite numbers", flag));
    }
  };
  check_channels("--mean", card.mean);
  check_channels("--std", card.std);
  if (card.std && std::count(card.std->begin(), card.std->end(), 0.F) > 0) refuse("--std should not be 0");
}

std::vector<std::string> RunOptions::models() const {
  if (!model.empty()) return {model};
  std::vector<std::string> all{yin};
  all.insert(all.end(), between.begin(), between.end());
  all.push_back(yang);
  return all;
}

CascadeOptions RunOptions::cascade(const Backend& backend) const {
  CascadeOptions cascade;
  const bool latency = mode == "latency";
  const std::size_t gates = models().size() - 1;
  cascade.thresholds.assign(thresholds.begin(), thresholds.end());
  if (thresholds.size() == 1) cascade.thresholds.assign(gates, static_cast<float>(thresholds[0]));
  cascade.batch = batch.value_or(latency ? 1 : 8);
  cascade.threads = latency ? threads : 1;
  cascade.precision = choose_precision(precision, backend);
  cascade.carry_over = !latency;
  cascade.topk = topk;
  cascade.gate = gate_named(gate);
  cascade.combine = combine_named(combine);
  if (pair_file && (!csv.empty() || !html.empty())) {
    for (const PairFile::Model& stage : pair_file->models) cascade.temperatures.push_back(stage.temperature);
  } else if (!html.empty()) {
    cascade.temperatures.assign(gates + 1, 1.0);
  }
  return cascade;
}

std::size_t RunOptions::workers(std::size_t pictures) const {
  return mode == "latency" ? 1 : std::clamp<std::size_t>(pictures, 1, static_cast<std::size_t>(threads));
}

void add_threads_option(CLI::App& app, int& threads) {
  threads = available_threads();
  app.add_option("--threads", threads, "Threads in all")
      ->check(CLI::Range(1, most_threads))
      ->capture_default_str();
}

void add_precision_option(CLI::App& app, std::string& precision) {
  app.add_option("--precision", precision,
                 "f32; bf16 or (on GPUs) tf32 or f16, which are faster and less exact; or auto: bf16 where "
                 "the device has it")
      ->check(CLI::IsMember({"f32", "tf32", "f16", "bf16", "auto"}))
      ->capture_default_str();
}

void add_combine_option(CLI::App& app, std::string& combine) {
  app.add_option(
         "--combine", combine,
         "Who answers a deferred picture. replace: the last network asked; mean: the mean of what all "
         "networks asked say")
      ->check(CLI::IsMember({"replace", "mean"}))
      ->capture_default_str();
}

void add_decide_option(CLI::App& app, std::string& decide) {
  app.add_option("--decide", decide,
                 "Who sees which pictures go on: host, after each batch; or device, by itself and without "
                 "waiting: pairs in throughput mode, the best class only")
      ->check(CLI::IsMember({"host", "device"}))
      ->capture_default_str();
}

void add_gate_option(CLI::App& app, std::string& gate) {
  app.add_option("--gate", gate,
                 "What a confidence is: maxprob, the largest probability; margin, that less the second "
                 "largest; entropy, 1 "
                 "less the entropy over its largest value")
      ->check(CLI::IsMember({"maxprob", "margin", "entropy"}))
      ->capture_default_str();
}

void add_network_options(CLI::App& app, RunOptions& options) {
  app.add_option("--model", options.model, "The only network")->type_name("FILE");
  app.add_option("--yin", options.yin, "The cheap network, which answers first")->type_name("FILE");
  app.add_option("--yang", options.yang, "The costly network, which gets what the others defer")
      ->type_name("FILE");
  app.add_option("--stage", options.between, "A network between Yin and Yang; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FILE");
  app.add_option("--threshold", options.thresholds,
                 "A picture goes on unless the confidence is above this, 0 to 1; once, or once per gate")
      ->allow_extra_args(false)
      ->type_name("T");
  add_gate_option(app, options.gate);
  add_combine_option(app, options.combine);
}

void add_run_options(CLI::App& app, RunOptions& options) {
  app.add_option("IMAGES", options.images, "Folders, patterns, files, or - for a list on stdin")->required();
  add_network_options(app, options);
  app.add_option("--pair", options.pair, "A pair file that `yy-run calibrate` wrote, in place of the above")
      ->type_name("FILE");
  app.add_option("--batch", options.batch, "Pictures per run of a network [8; latency: 1]")
      ->check(CLI::Range(1, largest_batch));
  add_threads_option(app, options.threads);
  app.add_option("--mode", options.mode,
                 "throughput: deferred pictures wait for a full batch; latency: they do not")
      ->check(CLI::IsMember({"throughput", "latency"}))
      ->capture_default_str();
  add_decide_option(app, options.decide);
  add_device_option(app, options.device);
  add_precision_option(app, options.precision);
  app.add_option("--topk", options.topk, "How many classes to report")
      ->check(CLI::Range(1, largest_topk))
      ->capture_default_str();
  app.add_option("--csv", options.csv, "A row per picture; - is stdout")->type_name("FILE");
  app.add_option("--json", options.json, "The summary; - is stdout")->type_name("FILE");
  app.add_option("--html", options.html, "A report with figures, one file for a browser")->type_name("FILE");
  app.add_option("--on-error", options.on_error, "A picture that cannot be answered: skip it, or fail")
      ->check(CLI::IsMember({"skip", "fail"}))
      ->capture_default_str();
  app.add_flag("--quiet", options.quiet, "No summary, no progress");
  app.add_flag("--exif", options.exif, "Turn pictures as their Exif orientation asks");
  add_card_options(app, options.card);
}

void read_pair(RunOptions& options) {
  if (options.pair.empty()) return;
  options.pair_file = read_pair_file(options.pair);
  const std::vector<PairFile::Model>& models = options.pair_file->models;
  options.yin = models.front().file.string();
  options.yang = models.back().file.string();
  for (std::size_t i = 1; i + 1 < models.size(); ++i) options.between.push_back(models[i].file.string());
  options.thresholds.assign(options.pair_file->thresholds.begin(), options.pair_file->thresholds.end());
  options.gate = name_of(options.pair_file->gate);
  options.combine = name_of(options.pair_file->combine);
}

void check(const RunOptions& options) {
  check_networks(options);
  check_outputs({"--csv", options.csv}, {"--json", options.json});
  check_outputs({"--csv", options.csv}, {"--html", options.html});
  check_outputs({"--json", options.json}, {"--html", options.html});
  check_card(options.card);
  check_decide(options);
}

}  // namespace yy
