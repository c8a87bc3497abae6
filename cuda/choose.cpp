#include "cuda/private/choose.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>

#include "cuda/private/trial.h"
#include "runtime/error.h"

namespace yy::cuda {
namespace {

// A kernel that was made, and why others were not.
struct Entry {
  std::string name;
  Kernel kernel;
};
struct Field {
  std::vector<Entry> entries;  // in the candidates' order
  std::vector<std::string> reasons;

  // Why a library does not take the problem; that it proposes less than could be looked at is no news.
  void refuse(const Candidate& candidate, const std::string& reason) {
    if (candidate.number == 0) reasons.push_back(candidate.from + ": " + reason);
  }
};

Field make(std::span<const Candidate> candidates, std::size_t most) {
  Field field;
  for (const Candidate& candidate : candidates) {
    if (field.entries.size() == most) break;
    KernelOrRefusal made = candidate.make();
    if (const auto* refusal = std::get_if<Refusal>(&made)) {
      field.refuse(candidate, refusal->reason);
    } else {
      field.entries.push_back({candidate.name(), std::get<Kernel>(std::move(made))});
    }
  }
  return field;
}

KernelOrRefusal first_of(std::span<const Candidate> candidates) {
  Field field = make(candidates, 1);
  if (field.entries.empty()) {
    std::string all;
    for (const std::string& reason : field.reasons) all += (all.empty() ? "" : "; ") + reason;
    return Refusal{all};
  }
  field.entries[0].kernel.passed_over = field.reasons;
  return std::move(field.entries[0].kernel);
}

std::optional<Kernel> make_known(const Choice& known, std::span<const Candidate> candidates) {
  for (const Candidate& candidate : candidates) {
    if (candidate.name() != known.candidate) continue;
    KernelOrRefusal made = candidate.make();
    auto* kernel = std::get_if<Kernel>(&made);
    if (kernel != nullptr && kernel->implementation == known.implementation) return std::move(*kernel);
  }
  return std::nullopt;
}

// How far two kernels' results may be apart, of the results' root mean square.
double tolerance(const KernelRequest& request) {
  const auto uses = [&](DType dtype) {
    return request.inputs[0].desc.dtype == dtype || request.outputs[0].dtype == dtype;
  };
  return uses(DType::bf16) ? 0.1 : uses(DType::f16) || request.tf32 ? 0.02 : 1e-3;
}

bool agree(const std::vector<float>& found, const std::vector<float>& expected, double allowed) {
  double squares = 0;
  for (float x : expected) squares += static_cast<double>(x) * x;
  const double size = std::sqrt(squares / static_cast<double>(std::max<std::size_t>(expected.size(), 1)));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double off = std::abs(static_cast<double>(found[i]) - expected[i]);
    if (!(off <= allowed * (size + std::abs(expected[i])))) return false;
  }
  return true;
}

// Drops kernels that compute something else than the last one.
void drop_wrong(Field& field, Trial& trial, const KernelRequest& request, const TuningFile& file) {
  const std::vector<float> expected = trial.output(field.entries.back().kernel);
  std::vector<Entry> fit;
  for (Entry& entry : field.entries) {
    const bool is_last = &entry == &field.entries.back();
    std::string why;
    try {
      if (!is_last && !agree(trial.output(entry.kernel), expected, tolerance(request)))
        why = fmt::format("{} computes something else than {}", entry.kernel.implementation,
                          field.entries.back().kernel.implementation);
    } catch (const Error& error) {
      why = error.what();
    }
    if (why.empty()) {
      fit.push_back(std::move(entry));
    } else {
      file.warn(fmt::format("gets no {}: {}", entry.name, why));
      field.reasons.push_back(fmt::format("{}: {}", entry.name, why));
    }
  }
  field.entries = std::move(fit);
}

// Drops kernels that leave a slice to be copied where others write it.
void drop_dense(Field& field) {
  const auto writes = [](const Entry& entry) { return entry.kernel.writes_slice; };
  if (std::ranges::any_of(field.entries, writes)) std::erase_if(field.entries, std::not_fn(writes));
}

// The fastest of the kernels, of which there is at least one.
KernelOrRefusal measure(Field field, const KernelRequest& request, const Context& context,
                        const std::string& problem) {
  TuningFile& file = context.tuning->file;
  Trial trial(request, context);
  drop_wrong(field, trial, request, file);
  drop_dense(field);
  std::vector<Kernel> kernels;
  for (Entry& entry : field.entries) kernels.push_back(std::move(entry.kernel));
  const std::vector<double> seconds = trial.seconds(kernels);
  const auto best = static_cast<std::size_t>(std::ranges::min_element(seconds) - seconds.begin());
  file.keep(problem, {field.entries[best].name, kernels[best].implementation, 1e6 * seconds[best]});
  kernels[best].passed_over = field.reasons;
  return std::move(kernels[best]);
}

}  // namespace

std::string Candidate::name() const {
  return fmt::format("{} {}", from, number);
}

std::string problem_text(const KernelRequest& request, const std::string& fields) {
  std::string text(request.op.name());
  for (const OpInput& input : request.inputs) {
    text += input.present
                ? fmt::format(" {}{}", input.constant == nullptr ? "" : "constant ", input.desc.text())
                : " none";
  }
  for (const TensorDesc& output : request.outputs) text += " -> " + output.text();
  if (request.slice_pitch > 0) text += fmt::format(" of {}", request.slice_pitch);
  return text + (request.tf32 ? " tf32 " : " ") + fields;
}

KernelOrRefusal choose(const KernelRequest& request, const Context& context, const std::string& problem,
                       std::span<const Candidate> candidates) {
  if (context.tuning == nullptr || candidates.size() < 2) return first_of(candidates);
  const std::lock_guard lock(context.tuning->measuring);
  if (const auto known = context.tuning->file.find(problem)) {
    if (auto kernel = make_known(*known, candidates)) return std::move(*kernel);
    context.tuning->file.warn(
        fmt::format("names {} ({}), which is not there any more, for {}: it is measured again",
                    known->candidate, known->implementation, problem));
  }
  Field field = make(candidates, candidates.size());
  const auto own = candidates.last(1);
  if (field.entries.empty() || field.entries.back().name != own[0].name()) return first_of(own);
  try {
    return measure(std::move(field), request, context, problem);
  } catch (const Error& error) {
    context.tuning->file.warn(fmt::format("gets no choice for {}: {}", problem, error.what()));
    return first_of(own);  // nobody has checked the others
  }
}

}  // namespace yy::cuda
