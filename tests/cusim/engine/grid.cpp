#include "tests/cusim/engine/grid.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <numeric>

#include "tests/cusim/engine/failure.h"
#include "tests/cusim/engine/ready_list.h"
#include "tests/cusim/engine/registers.h"
#include "tests/cusim/engine/settings.h"

uint3 threadIdx, blockIdx, blockDim, gridDim;

namespace yy::cusim {
namespace {

using Order = Schedule::Order;

// Blocks are kept from launch to launch, with the memory for their threads.
std::vector<std::unique_ptr<Block>> spare_blocks;

class GridRun {
 public:
  GridRun(const LaunchShape& launch, const std::function<void()>& kernel_call);
  cudaError_t run();

  const LaunchShape& shape;
  const std::function<void()>& call;
  ReadyList ready;
  unsigned long pauses = 0;  // of threads that spin, since a thread ended or became ready
  cudaError_t error = cudaSuccess;

 private:
  void start_block();
  void end_block(const Block* block);
  void run_thread(Thread& thread);
  void report_deadlock() const;

  const Schedule& schedule_ = settings().schedule;
  unsigned blocks_, started_ = 0;
  std::vector<unsigned> order_;  // of blocks, if it is random
  std::vector<std::unique_ptr<Block>> active_;
};

// One grid runs at a time, so these are of it.
GridRun* grid = nullptr;
Thread* running = nullptr;
unsigned launches = 0;

void run_kernel() {
  Fiber::begin();
  grid->call();
  running->in_engine = true;
  finish(*running);
  running->fiber.leave_for_good();
}

GridRun::GridRun(const LaunchShape& launch, const std::function<void()>& kernel_call)
    : shape(launch), call(kernel_call), blocks_(launch.grid.x * launch.grid.y * launch.grid.z) {
  if (schedule_.order != Order::random) return;
  order_.resize(blocks_);
  std::iota(order_.begin(), order_.end(), 0U);
  std::shuffle(order_.begin(), order_.end(), settings().random);
}

void GridRun::start_block() {
  if (spare_blocks.empty()) spare_blocks.push_back(std::make_unique<Block>());
  std::unique_ptr<Block> block = std::move(spare_blocks.back());
  spare_blocks.pop_back();
  const unsigned next = started_++;
  const unsigned number = !order_.empty()                     ? order_[next]
                          : schedule_.order == Order::reverse ? blocks_ - 1 - next
                                                              : next;
  restart(*block, number, shape.grid, shape.block);
  block->shared.restart(shape.dynamic_shared);
  for_threads(*block, schedule_.order == Order::reverse, [&](Thread& thread) { ready.push(&thread); });
  active_.push_back(std::move(block));
}

void GridRun::end_block(const Block* block) {
  const auto at = std::find_if(active_.begin(), active_.end(), [&](auto& one) { return one.get() == block; });
  spare_blocks.push_back(std::move(*at));
  active_.erase(at);
}

void GridRun::run_thread(Thread& thread) {
  if (!thread.fiber.has_stack()) thread.fiber.prepare(run_kernel);
  threadIdx = thread.index;
  blockIdx = thread.block->index;
  running = &thread;
  thread.fiber.enter();
  running = nullptr;
  if (thread.state != Thread::State::finished) return;
  pauses = 0;
  thread.fiber.drop();
  if (thread.block->alive == 0) end_block(thread.block);
}

void GridRun::report_deadlock() const {
  std::string text = fmt::format("launch at {}: all threads wait:", shape.where);
  for (const auto& block : active_) {
    for (const Thread& thread : block->threads) {
      if (thread.state == Thread::State::finished) continue;
      if (text.size() > 200) return report(text + " ...");
      text += fmt::format(" [block {} thread {} at {}]", block->number, thread.number, thread.where);
    }
  }
  report(text);
}

cudaError_t GridRun::run() {
  const auto resident = static_cast<std::size_t>(std::max(1, schedule_.resident_blocks));
  blockDim = {shape.block.x, shape.block.y, shape.block.z};
  gridDim = {shape.grid.x, shape.grid.y, shape.grid.z};
  while (error == cudaSuccess) {
    while (active_.size() < resident && started_ < blocks_) start_block();
    if (active_.empty()) return cudaSuccess;
    if (ready.empty()) {
      report_deadlock();
      error = cudaErrorLaunchTimeout;
      break;
    }
    run_thread(*ready.take(schedule_.order == Order::random));
  }
  for (auto& block : active_) {
    for (Thread& thread : block->threads) thread.fiber.abandon();
    spare_blocks.push_back(std::move(block));
  }
  return error;
}

}  // namespace

cudaError_t run_grid(const LaunchShape& shape, const std::function<void()>& call) {
  ++launches;
  GridRun run(shape, call);
  grid = &run;
  const cudaError_t error = run.run();
  grid = nullptr;
  return error;
}

Thread* running_thread() {
  return running;
}

const LaunchShape& running_launch() {
  return grid->shape;
}

unsigned running_launch_number() {
  return launches;
}

void enter_kernel() {
  running->in_engine = false;
}

void give_up_turn() {
  grid->ready.push(running);
  running->fiber.leave();
}

void wait_in(Thread::State state, Place where) {
  running->state = state;
  running->where = where;
  running->fiber.leave();
}

void make_ready(Thread& thread) {
  thread.state = Thread::State::ready;
  grid->pauses = 0;
  grid->ready.push(&thread);
}

void stop_grid(cudaError_t error) {
  grid->error = error;
  running->fiber.leave_for_good();
  __builtin_unreachable();
}

void spin_pause(Place where) {
  const EngineCall in_engine;
  constexpr unsigned long most_pauses = 5'000'000;
  if (++grid->pauses > most_pauses) {
    fail("waits in vain at {}: nothing has changed for {} rounds", where, most_pauses);
  }
  give_up_turn();
}

}  // namespace yy::cusim
