#include "tools/yy_run/search_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

#include "runtime/error.h"
#include "runtime/printable.h"
#include "tools/yy_run/answer_store.h"
#include "tools/yy_run/evidence.h"
#include "tools/yy_run/interrupt.h"
#include "tools/yy_run/output_file.h"
#include "tools/yy_run/search_html.h"
#include "tools/yy_run/search_options.h"
#include "tools/yy_run/search_report.h"

namespace yy {
namespace {

class SearchRun {
 public:
  SearchRun(const SearchCommandOptions& options, const ImageList& images)
      : options_(options),
        images_(images),
        html_(open_output(options.html, OutputFile::Leftover::remove)),
        store_(options.output, images, options.run) {}

  ExitCode execute() {
    std::size_t kept = 0;
    for (const std::string& model : options_.models) kept += find_answers(model) ? 1 : 0;
    const Pictures pictures = readable_pictures(images_, runs_);
    truth_ = truth_of(images_, first_->card().classes, pictures);
    const std::vector<SearchNetwork> networks = networks_of(pictures);
    double decode = 0, joules = 0;
    for (const NetworkRun& run : runs_) {
      decode = std::max(decode, run.decode_seconds);
      joules = std::max(joules, decode_joules(run));
    }
    std::vector<int> truth;
    for (std::size_t i : pictures) truth.push_back(truth_[i]);
    const SearchResult result = search(networks, truth, options_.search(decode, joules));
    write(result, networks);
    const SearchPlan* best =
        result.best_cascade < 0 ? nullptr : &result.plans[static_cast<std::size_t>(result.best_cascade)];
    const bool wants_best = best != nullptr && (result.cascade_pays || html_ != nullptr);
    const Stages stages = wants_best ? stages_of(*best) : Stages();
    if (result.cascade_pays) write_best(*best, stages, pictures);
    if (html_) write_html(result, networks, best, stages, pictures);
    if (!options_.run.quiet && options_.html != "-") report(result, networks, pictures.size(), kept);
    return result.cascade_pays ? ExitCode::ok : ExitCode::does_not_pay;
  }

 private:
  // Runs the network, or takes up what it answered before; true for the latter. It is in memory only as long,
  // and so are its scores: all of them together may be too large.
  bool find_answers(const std::string& model) {
    const std::shared_ptr<const Classifier> network = load_stages({model}, options_.run)[0];
    if (first_ == nullptr) first_ = network;
    check_same_classes(std::vector{first_, network});
    // Files in the folder are called by the networks' names.
    if (std::ranges::count(names_, network->name()) > 0) {
      throw Error(ErrorCode::usage,
                  fmt::format("two networks are called '{}'; names tell them apart", network->name()));
    }
    names_.push_back(network->name());
    std::optional<NetworkRun> kept = store_.find(*network);
    const bool was_kept = kept.has_value();
    if (!was_kept) {
      kept = run_network(network, images_, options_.run, true);
      store_.keep(*network, *kept);
    }
    kept->scores = Tensor();
    runs_.push_back(std::move(*kept));
    return was_kept;
  }

  std::vector<SearchNetwork> networks_of(const Pictures& pictures) const {
    std::vector<SearchNetwork> networks;
    for (std::size_t s = 0; s < runs_.size(); ++s) {
      SearchNetwork& network = networks.emplace_back();
      network.name = names_[s];
      network.seconds = runs_[s].answers.seconds_per_image;
      network.joules = network_joules(runs_[s]);
      network.weights_bytes = runs_[s].weights_bytes;
      network.arena_bytes = runs_[s].arena_bytes;
      for (std::size_t i : pictures) {
        network.labels.push_back(runs_[s].answers.labels[i]);
        network.confidences.push_back(runs_[s].answers.confidences[i]);
      }
    }
    return networks;
  }

  std::size_t workers() const { return options_.run.workers(images_.size()); }

  void write(const SearchResult& result, const std::vector<SearchNetwork>& networks) const {
    write_file((std::filesystem::path(options_.output) / "search.json").string(),
               json_of(result, networks, workers(), options_));
  }

  Stages stages_of(const SearchPlan& plan) const {
    std::vector<std::string> models;
    for (std::size_t network : plan.networks) models.push_back(options_.models[network]);
    return load_stages(models, options_.run);
  }

  // The thresholds were fitted to all the pictures: the bound is what they would have shown of thresholds
  // chosen elsewhere.
  void write_best(const SearchPlan& plan, const Stages& stages, const Pictures& pictures) const {
    std::vector<const NetworkRun*> runs;
    for (std::size_t network : plan.networks) runs.push_back(&runs_[network]);
    const ThresholdEffect effect = effect_of(evidence_of(runs, truth_, pictures), plan.thresholds);
    PairFile pair = pair_of(stages, plan.thresholds, options_.run, effect);
    PairFile::Calibration& c = pair.calibration;
    c.target = "loss";
    c.value = options_.target_loss / 100;
    c.method = "empirical";
    c.reference = "labels";
    c.confidence = 0.95;
    c.bound = loss_bound(effect.counts, c.confidence);
    c.seed = options_.seed;
    write_pair(pair, best_file());
  }

  // `best` is null where no cascade reaches the goal; else `stages` are its networks.
  void write_html(const SearchResult& result, const std::vector<SearchNetwork>& networks,
                  const SearchPlan* best, const Stages& stages, const Pictures& pictures) const {
    SearchPage page{
        result,    networks, options_,
        workers(), {},       conclusion_of(result, networks),
        nullptr,   nullptr,  surroundings_of(options_.run, first_->network().backend(), images_.size())};
    for (const NetworkRun& run : runs_) page.runs.push_back(&run);
    if (best == nullptr) return commit(html_of(page));
    // With their scores again.
    std::vector<NetworkRun> answers;
    for (std::size_t s = 0; s < stages.size(); ++s) {
      auto kept = store_.find(*stages[s]);
      if (!kept) {
        throw Error(ErrorCode::failure,
                    fmt::format("what '{}' answered is no longer in {}", stages[s]->name(), options_.output));
      }
      answers.push_back(std::move(*kept));
    }
    combine(answers, stages, Combine::replace);
    std::vector<const NetworkRun*> runs;
    for (const NetworkRun& run : answers) runs.push_back(&run);
    const std::vector<std::string> names = names_of(stages);
    const CalibrationData data = evidence_of(runs, truth_, pictures);
    const CascadeEvidence cascade{names, data, pictures, best->thresholds, runs, {}};
    const GalleryContext gallery{images_, first_->card().classes, names, Combine::replace, options_.run.exif};
    page.cascade = &cascade;
    page.gallery = &gallery;
    commit(html_of(page));
  }

  void commit(const std::string& html) const {
    html_->write(html);
    html_->commit();
  }

  std::string best_file() const { return (std::filesystem::path(options_.output) / "best.yy.json").string(); }

  void report(const SearchResult& result, const std::vector<SearchNetwork>& networks, std::size_t pictures,
              std::size_t kept) const {
    std::string text =
        fmt::format("{} networks, {} of them from an earlier search; {} pictures; {} plans\n\n",
                    networks.size(), kept, pictures, result.plans.size());
    text +=
        table_of(result, networks, workers(), options_.top).text() + "\n" + conclusion_of(result, networks);
    if (result.cascade_pays) {
      text += fmt::format(
          "{} is that cascade. Its thresholds promise nothing; `yy-run calibrate` gives one that does.\n",
          best_file());
    }
    write_file("-", printable_lines(text));
  }

  const SearchCommandOptions& options_;
  const ImageList& images_;
  std::unique_ptr<OutputFile> html_;  // opened before the networks run for long
  AnswerStore store_;
  std::shared_ptr<const Classifier> first_;
  std::vector<std::string> names_;  // by network
  std::vector<NetworkRun> runs_;
  std::vector<int> truth_;  // by picture of the list
};

ExitCode run(SearchCommandOptions options) {
  check(options);
  watch_for_interrupts();
  const ImageList images = find_images(options.run.images, STDIN_FILENO);
  SearchRun run(options, images);
  return run.execute();
}

}  // namespace

Command add_search_command(CLI::App& app) {
  auto options = std::make_shared<SearchCommandOptions>();
  CLI::App* command = app.add_subcommand("search", "Find the best network or cascade among many");
  add_search_options(*command, *options);
  return {command, [options] { return run(*options); }};
}

}  // namespace yy
