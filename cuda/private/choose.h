// Which of several kernels that compute the same runs.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "cuda/private/context.h"
#include "cuda/private/tuning_file.h"

namespace yy::cuda {

// Measuring on a device, one layer at a time.
struct Tuning {
  explicit Tuning(TuningFile opened) : file(std::move(opened)) {}

  std::mutex measuring;  // also guards the file
  TuningFile file;
};

// What a library proposes for a problem that may be tuned, own kernels apart.
inline constexpr int most_proposals = 4;

// How many of a library's proposals are looked at.
inline int proposals(const Context& context) {
  return context.tuning == nullptr ? 1 : most_proposals;
}

struct Candidate {
  std::string from;  // "cuDNN", "own"
  int number = 0;    // which of those from there
  std::function<KernelOrRefusal()> make;

  std::string name() const;  // "cuDNN 1"
};

// The problem of a request in words that tell it apart from all others: `fields` are the operator's.
std::string problem_text(const KernelRequest& request, const std::string& fields);

// Without tuning the first candidate that does not refuse. With it the one that the tuning file names; else
// the fastest of all, which the file keeps from then on, as far as it computes what the last of them does: an
// own kernel, which also runs where nothing can be measured. Kernel::passed_over tells why those that come
// before it do not run.
KernelOrRefusal choose(const KernelRequest& request, const Context& context, const std::string& problem,
                       std::span<const Candidate> candidates);

}  // namespace yy::cuda
