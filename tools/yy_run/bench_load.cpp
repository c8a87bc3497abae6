#include "tools/yy_run/bench_load.h"

#include <fmt/format.h>
#include <random>
#include <utility>

#include "runtime/error.h"

namespace yy {
namespace {

constexpr unsigned seed = 1;

template <class T>
void fill_with_bits(Tensor& tensor, std::mt19937& random) {
  for (T& element : tensor.as_mutable<T>()) element = static_cast<T>(random() & 1);
}

void fill(Tensor& tensor, const std::string& name, std::mt19937& random) {
  switch (tensor.dtype()) {
    case DType::f32: {
      std::normal_distribution<float> normal;
      for (float& element : tensor.as_mutable<float>()) element = normal(random);
      return;
    }
    case DType::i64:
      return fill_with_bits<std::int64_t>(tensor, random);
    case DType::i32:
      return fill_with_bits<std::int32_t>(tensor, random);
    case DType::i8:
    case DType::u8:
    case DType::boolean:
      return fill_with_bits<std::uint8_t>(tensor, random);
    default:
      break;
  }
  throw Error(ErrorCode::model, fmt::format("input '{}': there is no noise of type {}; float32 and integers "
                                            "are there",
                                            name, name_of(tensor.dtype())));
}

}  // namespace

std::vector<Tensor> make_noise(const Program& program) {
  std::mt19937 random(seed);
  std::vector<Tensor> noise;
  for (ValueId id : program.graph().inputs) {
    const Value& input = program.graph().value(id);
    fill(noise.emplace_back(input.desc), input.name, random);
  }
  return noise;
}

NetworkLoad::NetworkLoad(std::shared_ptr<const Program> program, const Backend& backend, int threads,
                         const std::vector<Tensor>& noise, Profile* profile)
    : executor_(program, backend.allocate(program->memory().arena_bytes)),
      stream_(backend.new_stream(threads)),
      noise_(noise),
      profile_(profile) {
  if (profile_ != nullptr) profile_row_ = profile_->add(*program, "");
}

bool NetworkLoad::refill(bool time_is_over) {
  if (time_is_over) return false;
  for (std::size_t i = 0; i < noise_.size(); ++i) {
    void* to = executor_.input(i).data;
    if (to != nullptr) stream_->copy_in(to, noise_[i].data(), noise_[i].desc().bytes());
  }
  return true;
}

void NetworkLoad::run() {
  if (profile_ != nullptr) return profile_->run(*stream_, executor_.launches(), profile_row_);
  executor_.run(*stream_);
  stream_->wait();
}

CascadeLoad::CascadeLoad(const Stages& stages, const CascadeOptions& options, Decider decider,
                         PictureSet& pictures)
    : pictures_(pictures),
      batch_(stages[0]->network().fixed_batch().value_or(options.batch)),
      cascade_(stages, options, decider, [this](Verdict&& verdict) {
        if (verdict.stage > 0 && verdict.ticket < pictures_.size()) ++deferred_;
      }) {
  cascade_.make_all_programs();
}

bool CascadeLoad::refill(bool time_is_over) {
  const auto ticket = pictures_.take(static_cast<std::uint64_t>(batch_), time_is_over);
  if (!ticket) return false;
  ticket_ = *ticket;
  if (cascade_.decider() == Decider::device)
    return true;  // it works on meanwhile, so that nothing is put into place
  next_.resize(static_cast<std::size_t>(batch_));
  for (std::size_t i = 0; i < next_.size(); ++i) next_[i] = pictures_.image(ticket_ + i);
  return true;
}

void CascadeLoad::run() {
  for (std::size_t i = 0; i < static_cast<std::size_t>(batch_); ++i) {
    try {
      push(i);
    } catch (const Error& error) {
      throw error.within(pictures_.name(ticket_ + i));
    }
  }
}

void CascadeLoad::push(std::size_t i) {
  if (cascade_.decider() == Decider::host) return cascade_.push(ticket_ + i, next_[i], preparation_);
  cascade_.prepare(pictures_.image(ticket_ + i), preparation_);
  cascade_.push(ticket_ + i, untouched_, preparation_);
}

void CascadeLoad::restart() {
  pictures_.restart();
  deferred_ = 0;
  before_ = cascade_.times();
  preparation_.seconds = 0;
}

CascadeTimes CascadeLoad::times() const {
  CascadeTimes times = cascade_.times();
  times.preprocess += preparation_.seconds;
  if (before_.stages.empty()) return times;
  times.preprocess -= before_.preprocess;
  times.glue -= before_.glue;
  for (std::size_t s = 0; s < times.stages.size(); ++s) times.stages[s] -= before_.stages[s];
  return times;
}

}  // namespace yy
