#include "yy/cascade.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fmt/format.h>
#include <utility>

#include "ops/rows.h"
#include "runtime/error.h"
#include "runtime/profile.h"
#include "yy/bind_kernel.h"

namespace yy {
namespace {

// Larger pictures are given back when they are answered, or one of them would come to lie in every slot.
constexpr std::size_t largest_spare = std::size_t{1} << 20;  // bytes

class Laps {
 public:
  // Seconds since the last call, or since the object was made.
  double next() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// Batches of queues that are drained come in powers of two, so that few programs serve all sizes.
std::int64_t bucket(std::int64_t rows, std::int64_t largest) {
  std::int64_t size = 1;
  while (size < rows) size *= 2;
  return std::min(size, largest);
}

}  // namespace

void check_same_classes(std::span<const std::shared_ptr<const Classifier>> stages) {
  const auto& classes = stages[0]->card().classes;
  for (const auto& stage : stages) {
    const auto& own = stage->card().classes;
    if (own == classes) continue;
    std::size_t first = 0;
    while (first < std::min(own.size(), classes.size()) && own[first] == classes[first]) ++first;
    const auto at = [first](const auto& list) {
      return first < list.size() ? "'" + list[first].id + "'" : "nothing";
    };
    throw Error(
        ErrorCode::model,
        fmt::format(
            "'{}' ({} classes) and '{}' ({} classes) cannot be paired: their class lists differ first "
            "at class {}, {} against {}",
            stages[0]->name(), classes.size(), stage->name(), own.size(), first, at(classes), at(own)));
  }
}

void check_options(const CascadeOptions& options, std::size_t stages) {
  if (!options.batches.empty() && options.batches.size() != stages) {
    throw Error(ErrorCode::usage, fmt::format("{} stages need {} batch sizes or none, found {}", stages,
                                              stages, options.batches.size()));
  }
  for (std::size_t s = 0; s < stages; ++s) {
    if (options.batch_of(s) < 1)
      throw Error(ErrorCode::usage, fmt::format("batch should be at least 1, found {}", options.batch_of(s)));
  }
  if (options.threads < 1) {
    throw Error(ErrorCode::usage, fmt::format("threads should be at least 1, found {}", options.threads));
  }
  if (options.thresholds.size() + 1 != stages) {
    throw Error(ErrorCode::usage, fmt::format("{} stages need {} thresholds, found {}", stages, stages - 1,
                                              options.thresholds.size()));
  }
  for (float threshold : options.thresholds) {
    if (!(threshold >= 0 && threshold <= 1)) {
      throw Error(ErrorCode::usage, fmt::format("a threshold should be from 0 to 1, found {}", threshold));
    }
  }
  const std::vector<double>& temperatures = options.temperatures;
  if (!temperatures.empty() && temperatures.size() != stages) {
    throw Error(ErrorCode::usage, fmt::format("{} stages need {} temperatures or none, found {}", stages,
                                              stages, temperatures.size()));
  }
  for (double temperature : temperatures) {
    if (!(temperature > 1e-6 && temperature < 1e6)) {
      throw Error(ErrorCode::usage,
                  fmt::format("a temperature should be from 1e-6 to 1e6, found {}", temperature));
    }
  }
}

Cascade::Cascade(std::vector<std::shared_ptr<const Classifier>> stages, CascadeOptions options, Sink sink)
    : options_(std::move(options)), sink_(std::move(sink)), backend_(stages.at(0)->network().backend()) {
  check_same_classes(stages);
  check_options(options_, stages.size());
  for (auto& classifier : stages) {
    Stage stage;
    stage.batch = classifier->network().fixed_batch().value_or(options_.batch_of(stages_.size()));
    stage.classifier = std::move(classifier);
    stages_.push_back(std::move(stage));
  }
  stream_ = backend_.new_stream(options_.threads);
  times_.stages.resize(stages_.size(), 0.0);
  make_slots();
  combiner_.emplace(slots_.size(), stages_[0].classifier->card().classes.size(),
                    CombineOptions{options_.combine, options_.gate, options_.topk, options_.temperatures});
  for (std::size_t s = 0; s < stages_.size(); ++s) step_for(s, stages_[s].batch);
}

// As many slots as can wait at once: a batch for Yin, and for each later stage almost a batch in its queue
// before it takes in a whole one of the stage before.
void Cascade::make_slots() {
  std::int64_t slots = stages_[0].batch, largest = stages_[0].batch;
  for (std::size_t s = 1; s < stages_.size(); ++s) {
    slots += stages_[s].batch - 1 + stages_[s - 1].batch;
    largest = std::max(largest, stages_[s].batch);
  }
  slots_.resize(static_cast<std::size_t>(slots));
  for (std::int64_t i = slots; i-- > 0;) free_slots_.push_back(static_cast<std::int32_t>(i));
  const auto mirror = [&](std::int64_t elements, DType dtype) {
    return Mirror(backend_, TensorDesc{Shape{elements}, dtype, Layout::row_major});
  };
  labels_ = mirror(slots, DType::i32);
  confidences_ = mirror(slots, DType::f32);
  batch_slots_ = mirror(largest, DType::i32);
  valid_ = mirror(1, DType::i32);
  for (Stage& stage : stages_) stage.queue.reserve(static_cast<std::size_t>(slots));
}

Rect Cascade::needed_region(int width, int height) const {
  Rect region = yy::needed_region(width, height, stages_[0].classifier->card().preprocess);
  for (std::size_t s = 1; s < stages_.size(); ++s) {
    region = unite(region, yy::needed_region(width, height, stages_[s].classifier->card().preprocess));
  }
  return region;
}

void Cascade::push(std::uint64_t ticket, Image image) {
  if (!image.region.contains(needed_region(image.width, image.height))) {
    throw Error(ErrorCode::image, "the decoded part of the picture does not hold what the cascade needs");
  }
  const std::int32_t slot = free_slots_.back();
  free_slots_.pop_back();
  slots_[static_cast<std::size_t>(slot)] = {ticket, yin_batches_, std::move(image), -1, 0};
  stages_[0].queue.push_back(slot);
  if (std::ssize(stages_[0].queue) < stages_[0].batch) return;
  run_batch(0);
  for (std::size_t s = 1; s < stages_.size(); ++s) {
    Stage& stage = stages_[s];
    while (std::ssize(stage.queue) >= stage.batch || is_stale(stage)) run_batch(s);
  }
}

// Whether the stage's oldest picture should not wait any longer for others to fill its batch.
bool Cascade::is_stale(const Stage& stage) const {
  if (stage.queue.empty()) return false;
  const Slot& oldest = slots_[static_cast<std::size_t>(stage.queue.front())];
  return !options_.carry_over || yin_batches_ - oldest.queued_at >= std::uint64_t{longest_wait};
}

void Cascade::flush() {
  for (std::size_t s = 0; s < stages_.size(); ++s) {
    while (!stages_[s].queue.empty()) run_batch(s);
  }
}

void Cascade::prepare() {
  for (std::size_t s = 0; s < stages_.size(); ++s) {
    for (std::int64_t rows = 1; rows < stages_[s].batch; rows *= 2) step_for(s, rows);
  }
}

Cascade::Step& Cascade::step_for(std::size_t s, std::int64_t rows) {
  Stage& stage = stages_[s];
  const bool fixed = stage.classifier->network().fixed_batch().has_value();
  const std::int64_t batch = fixed ? stage.batch : bucket(rows, stage.batch);
  for (Step& step : stage.steps) {
    if (step.batch == batch) return step;
  }
  auto program =
      stage.classifier->program(batch, options_.threads, !is_last(s), options_.precision, options_.gate);
  grow_arena(program->memory().arena_bytes);
  Step step;
  step.batch = batch;
  step.executor = std::make_unique<Executor>(std::move(program), arena_);
  bind(step);
  if (options_.profile != nullptr) add_to_profile(s, step);
  return stage.steps.emplace_back(std::move(step));
}

// Executors hold the arena they were made with, so all are made anew when a larger one is needed.
void Cascade::grow_arena(std::size_t bytes) {
  if (bytes <= arena_.bytes) return;
  arena_ = backend_.allocate(bytes);
  for (Stage& stage : stages_) {
    for (Step& step : stage.steps) {
      step.executor = std::make_unique<Executor>(step.executor->program(), arena_);
      bind(step);
    }
  }
}

// What depends on where the step's executor has its tensors.
void Cascade::bind(Step& step) const {
  const Graph& graph = step.executor->program()->graph();
  step.inputs.clear();
  step.outputs.clear();
  for (std::size_t i = 0; i < graph.inputs.size(); ++i)
    step.inputs.emplace_back(backend_, step.executor->input(i));
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    step.outputs.emplace_back(backend_, step.executor->output(i));
  }
  bind_scatter(step);
}

// Kernels that write a batch's labels and confidences into the verdict table's rows.
void Cascade::bind_scatter(Step& step) const {
  const Rows scatter(Rows::Kind::scatter);
  TensorView slots = batch_slots_.device();
  slots.desc.shape[0] = step.batch;
  step.scatter.clear();
  const auto bind = [&](const TensorView& rows, const TensorView& table) {
    auto bound =
        bind_kernel(backend_, scatter, {rows, slots, valid_.device(), table}, {table}, options_.threads);
    step.scatter.push_back(std::move(bound.launch));
    step.scatter_implementation = std::move(bound.implementation);
  };
  bind(step.executor->output(classifier_io::label), labels_.device());
  bind(step.executor->output(classifier_io::confidence), confidences_.device());
}

void Cascade::add_to_profile(std::size_t s, Step& step) const {
  Profile& profile = *options_.profile;
  const std::string part = fmt::format("stage {}", s + 1);
  step.program_row = profile.add(*step.executor->program(), part);
  Profile::Row row;
  row.part = part;
  row.op = Rows(Rows::Kind::scatter).name();
  row.implementation = step.scatter_implementation;
  row.shape = Shape{step.batch}.text();
  row.node = "scatter labels";
  step.scatter_row = profile.add(row);
  row.node = "scatter confidences";
  profile.add(row);
}

void Cascade::run_batch(std::size_t s) {
  Laps laps;
  Stage& stage = stages_[s];
  const std::int64_t rows = std::min<std::int64_t>(stage.batch, std::ssize(stage.queue));
  Step& step = step_for(s, rows);
  running_.assign(stage.queue.begin(), stage.queue.begin() + rows);
  stage.queue.erase(stage.queue.begin(), stage.queue.begin() + rows);
  std::copy(running_.begin(), running_.end(), batch_slots_.as<std::int32_t>());
  *valid_.as<std::int32_t>() = static_cast<std::int32_t>(rows);
  batch_slots_.send(*stream_);
  valid_.send(*stream_);
  times_.glue += laps.next();
  prepare_rows(stage, step);
  times_.preprocess += laps.next();
  if (!is_last(s)) set_gate(s, step);
  run(step.executor->launches(), step.program_row);
  stream_->wait();
  times_.stages[s] += laps.next();
  run(step.scatter, step.scatter_row);
  fetch_answers(s, step);
  stream_->wait();
  if (s == 0) ++yin_batches_;
  pass_on(s, step);
  times_.glue += laps.next();
}

void Cascade::run(std::span<const Launch> launches, std::size_t profile_row) {
  if (options_.profile != nullptr) return options_.profile->run(*stream_, launches, profile_row);
  stream_->run(launches);
}

void Cascade::prepare_rows(const Stage& stage, const Step& step) {
  const Mirror& input = step.inputs[classifier_io::picture];
  const Shape& shape = input.device().desc.shape;
  const std::int64_t row = shape.elements() / shape[0];
  float* to = input.as<float>();
  for (std::int32_t slot : running_) {
    write_row(slots_[static_cast<std::size_t>(slot)].image, stage.classifier->card().preprocess, to,
              scratch_);
    to += row;
  }
  // Rows without a picture are computed too; zeros keep stale bytes of the arena out of them.
  std::fill(to, input.as<float>() + shape.elements(), 0.F);
  input.send(*stream_);
}

// What select and gather read.
void Cascade::set_gate(std::size_t s, const Step& step) {
  std::copy(running_.begin(), running_.end(), step.inputs[classifier_io::row_ids].as<std::int32_t>());
  *step.inputs[classifier_io::valid].as<std::int32_t>() = static_cast<std::int32_t>(running_.size());
  *step.inputs[classifier_io::threshold].as<float>() = options_.thresholds[s];
  for (std::size_t i : {classifier_io::row_ids, classifier_io::valid, classifier_io::threshold}) {
    step.inputs[i].send(*stream_);
  }
}

// What pass_on and answer read, once the stream has been waited for.
void Cascade::fetch_answers(std::size_t s, const Step& step) {
  labels_.fetch(*stream_);
  confidences_.fetch(*stream_);
  if (!is_last(s)) {
    step.outputs[classifier_io::deferred].fetch(*stream_);
    step.outputs[classifier_io::count].fetch(*stream_);
  }
  if (fetches_scores()) step.outputs[classifier_io::scores].fetch(*stream_);
}

std::span<const float> Cascade::scores_of(std::size_t s, const Step& step, std::size_t row) const {
  if (!fetches_scores()) return {};
  const std::size_t classes = stages_[s].classifier->card().classes.size();
  return {step.outputs[classifier_io::scores].as<const float>() + row * classes, classes};
}

// Answers the rows that stay with this stage, and queues the others for the next.
void Cascade::pass_on(std::size_t s, const Step& step) {
  std::span<const std::int32_t> deferred;
  if (!is_last(s)) {
    const auto count = *step.outputs[classifier_io::count].as<std::int32_t>();
    deferred = {step.outputs[classifier_io::deferred].as<const std::int32_t>(),
                static_cast<std::size_t>(count)};
    Stage& next = stages_[s + 1];
    next.queue.insert(next.queue.end(), deferred.begin(), deferred.end());
    if (s == 0) deferred_ += deferred.size();
  }
  std::size_t next_deferred = 0;  // both lists are in the order of rows
  for (std::size_t row = 0; row < running_.size(); ++row) {
    if (next_deferred < deferred.size() && deferred[next_deferred] == running_[row]) {
      ++next_deferred;
      defer(s, step, row, running_[row]);
      continue;
    }
    answer(s, step, row, running_[row]);
  }
}

void Cascade::defer(std::size_t s, const Step& step, std::size_t row, std::int32_t slot_id) {
  Slot& slot = slots_[static_cast<std::size_t>(slot_id)];
  slot.queued_at = yin_batches_;
  if (s == 0) {
    slot.yin_label = labels_.as<std::int32_t>()[slot_id];
    slot.yin_confidence = confidences_.as<float>()[slot_id];
  }
  combiner_->defer(static_cast<std::size_t>(slot_id), s, scores_of(s, step, row),
                   stages_[s].classifier->gives_probabilities());
}

void Cascade::answer(std::size_t s, const Step& step, std::size_t row, std::int32_t slot_id) {
  Slot& slot = slots_[static_cast<std::size_t>(slot_id)];
  const Classifier& classifier = *stages_[s].classifier;
  verdict_.ticket = slot.ticket;
  verdict_.stage = static_cast<int>(s);
  verdict_.label = labels_.as<std::int32_t>()[slot_id];
  verdict_.confidence = confidences_.as<float>()[slot_id];
  verdict_.yin_label = s == 0 ? verdict_.label : slot.yin_label;
  verdict_.yin_confidence = s == 0 ? verdict_.confidence : slot.yin_confidence;
  verdict_.error.clear();
  verdict_.scores.clear();
  const std::span<const float> scores = scores_of(s, step, row);
  combiner_->answer(static_cast<std::size_t>(slot_id), s, scores, classifier.gives_probabilities(), verdict_);
  if (options_.scores) verdict_.scores.assign(scores.begin(), scores.end());
  if (verdict_.label < 0) {
    verdict_.error = fmt::format("network '{}' gave scores that are not numbers", classifier.name());
  }
  if (slot.image.pixels.size() > largest_spare) slot.image = {};
  free_slots_.push_back(slot_id);
  sink_(std::move(verdict_));
}

}  // namespace yy
