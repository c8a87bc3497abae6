// What tests set on the simulated device and ask it. Safe to call from any thread, but not from kernels.
#pragma once

#include <chrono>
#include <cstddef>
#include <cuda_runtime_api.h>
#include <string>
#include <string_view>
#include <vector>

namespace yy::cusim {

// In which order things happen that CUDA leaves open. The same schedule gives the same run.
struct Schedule {
  enum class Order {
    forward,  // threads and blocks by number
    reverse,
    random,
  };
  // When the work of a stream runs.
  enum class Streams {
    late,    // when somebody waits for it: the latest that CUDA allows
    random,  // also at random calls before
    eager,   // in the call that enqueues it, unless it has to wait
  };

  Order order = Order::forward;
  int resident_blocks = 1;  // that run at the same time
  Streams streams = Streams::late;
  unsigned seed = 1;
  // How often a thread loses its turn at an access to memory; only the race build sees accesses.
  double preemption = 0;
};

// "order", "reverse", "eager", "random:SEED", "resident:SEED" (random, four blocks at a time) or
// "preempt:SEED" (the same, and threads lose their turn anywhere). Throws std::invalid_argument for other
// names.
Schedule schedule_named(std::string_view name);

// From now on. Before the first call the environment variable YY_CUSIM names the schedule.
void configure(const Schedule& schedule);

// The machine that a program finds.
struct Machine {
  int driver_version = 13000;  // 0: no driver. Older than the runtime (13000): too old
  int devices = 1;             // 0 or 1
  int major = 8, minor = 0;    // compute capability
  int multiprocessors = 108;
  std::size_t memory_bytes = std::size_t{4} << 30;  // at most this much; 4 GiB is the most there is
};
void set_machine(const Machine& machine);

// What the device has refused or found wrong since the last reset, the first of it: the launch's line, the
// thread and the reason. Empty if nothing.
std::string last_failure();

// A call of the runtime library by the program; all but those that ask for errors and versions.
struct Call {
  std::string name;              // "cudaMalloc", ...; "cudaLaunchKernel" for a launch
  const void* stream = nullptr;  // that it was given
  std::string what;              // "kernel fill", "copy to the device", "copy to pageable memory", ...
  std::size_t bytes = 0;         // that are allocated, copied or set
  bool waits = false;            // the host for the device
};
// From start_log to take_log.
void start_log();
std::vector<Call> take_log();

// Work that the device did, in order of its beginning: a piece of a stream's work, or within a graph a node,
// or within a conditional node a body. What the simulation runs does not overlap, but for what lies within
// it.
struct Span {
  int stream = 0;    // by order of creation, from 1; 0: the null stream
  int depth = 0;     // 0: of a stream, 1: within that, ...
  std::string what;  // "kernel fill", "copy to the device of 123 bytes", "graph", "while", "body", ...
  std::chrono::steady_clock::time_point begin = {}, end = {};
};
// From start_log to take_timeline.
std::vector<Span> take_timeline();

// The nth run from now on (1: the next) of the kernel of this name, "fill" or "shift<true>" as in the log,
// ends as if it had read from an illegal address, before it has done anything: when its stream or graph gets
// there, and every later call returns cudaErrorIllegalAddress. Several may be asked for.
void fail_kernel(std::string_view name, int nth);

// The nth call from now on of the function of the runtime library, "cudaGraphInstantiate" or
// "cudaLaunchKernel" for a launch, does nothing and returns `error`; later calls are as if nothing had been.
// Calls that give an error anyhow do not count.
void fail_call(std::string_view function, int nth, cudaError_t error);

// Forgets failures, asked for or found, sticky errors and work that has not run; allocations stay.
void reset();

// Which build this is: whether AddressSanitizer watches memory, whether kernels are watched for races.
bool has_address_sanitizer();
bool has_race_detection();

// Bytes that are allocated on the device now.
std::size_t allocated_bytes();

}  // namespace yy::cusim
