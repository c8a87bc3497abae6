// Runs the blocks of a launch: which thread goes on, and what a thread may do about its turn.
#pragma once

#include <cuda_runtime_api.h>
#include <functional>

#include "tests/cusim/device/launch.h"
#include "tests/cusim/engine/block.h"

namespace yy::cusim {

// Returns when all blocks are done or one of them has failed.
cudaError_t run_grid(const LaunchShape& shape, const std::function<void()>& call);

// Null outside of kernels.
Thread* running_thread();

// The launch that runs.
const LaunchShape& running_launch();
unsigned running_launch_number();

// For the running thread: it stays ready but others come first.
void give_up_turn();
// For the running thread: waits in the call at `where` until somebody makes it ready.
void wait_in(Thread::State state, Place where);
void make_ready(Thread& thread);

// For as long as it lives, the running thread is not in its kernel: the standard library's functions that the
// engine uses may be those of an instrumented file.
class EngineCall {
 public:
  EngineCall() : thread_(*running_thread()) { thread_.in_engine = true; }
  ~EngineCall() { thread_.in_engine = false; }
  EngineCall(const EngineCall&) = delete;
  EngineCall& operator=(const EngineCall&) = delete;

 private:
  Thread& thread_;
};

// Ends the launch: no thread runs any more.
[[noreturn]] void stop_grid(cudaError_t error);

// Threads by number or backwards, as the schedule says.
template <class Use>
void for_threads(Block& block, bool backwards, Use use) {
  const std::size_t threads = block.threads.size();
  for (std::size_t i = 0; i < threads; ++i) use(block.threads[backwards ? threads - 1 - i : i]);
}

}  // namespace yy::cusim
