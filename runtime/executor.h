// Runs a Program in an arena. One per worker: not thread-safe. Executors that never run at the same moment
// (the stages of a cascade) may share one arena as large as the largest of them needs; then a run spoils the
// outputs of the others.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "runtime/program.h"

namespace yy {

class Executor {
 public:
  // `arena` holds at least program->memory().arena_bytes.
  Executor(std::shared_ptr<const Program> program, Buffer arena);

  // Where the caller writes input `i` before each run (a run may overwrite it), and where output `i` lies
  // afterwards. Both point into the arena or at constants, in the layout that their desc tells.
  const TensorView& input(std::size_t i) const { return inputs_.at(i); }
  const TensorView& output(std::size_t i) const { return outputs_.at(i); }

  void run(Stream& stream) { stream.run(launches_); }

  // One for each of the program's steps that is no view, in their order.
  std::span<const Launch> launches() const { return launches_; }

  const std::shared_ptr<const Program>& program() const { return program_; }

 private:
  std::shared_ptr<const Program> program_;
  Buffer arena_;
  std::vector<TensorView> inputs_;
  std::vector<TensorView> outputs_;
  std::vector<Launch> launches_;
};

}  // namespace yy
