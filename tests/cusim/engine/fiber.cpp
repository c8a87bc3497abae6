#include "tests/cusim/engine/fiber.h"

#include <cstdint>
#include <new>
#include <sys/mman.h>
#include <vector>

#include "tests/cusim/engine/asan.h"

#ifndef __x86_64__
#error "The simulated CUDA device switches stacks in x86-64 assembly"
#endif

// Saves the registers that a function must preserve and the stack pointer, and goes on with those of `to`. A
// jump rather than ret: the processor foresees a ret to where the last call came from, which it never is
// here.
extern "C" void yy_cusim_switch(void** save, void* to);
asm(R"(
.text
.globl yy_cusim_switch
.type yy_cusim_switch, @function
yy_cusim_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  popq %rcx
  jmpq *%rcx
.size yy_cusim_switch, .-yy_cusim_switch
)");

namespace yy::cusim {
namespace {

constexpr std::size_t stack_bytes = (has_asan ? 256 : 64) << 10;
constexpr std::size_t guard_bytes = 4096;  // at the lower end, where a stack overflows
constexpr int saved_registers = 6;

std::vector<char*> spare_stacks;

// The stack of the thread that enters fibers, while it is in one.
void* outer_stack_pointer = nullptr;
const void* outer_stack = nullptr;
std::size_t outer_stack_bytes = 0;

char* take_stack() {
  if (!spare_stacks.empty()) {
    char* stack = spare_stacks.back();
    spare_stacks.pop_back();
    return stack;
  }
  void* stack = mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack == MAP_FAILED || mprotect(stack, guard_bytes, PROT_NONE) != 0) throw std::bad_alloc();
  return static_cast<char*>(stack);
}

}  // namespace

void Fiber::prepare(void (*function)()) {
  if (stack_ == nullptr) stack_ = take_stack();
  // A function expects rsp to be 8 more than a multiple of 16, as after a call.
  void** top = reinterpret_cast<void**>(stack_ + stack_bytes) - 3;
  *--top = reinterpret_cast<void*>(function);
  for (int i = 0; i < saved_registers; ++i) *--top = nullptr;
  stack_pointer_ = top;
  asan_stack_ = nullptr;
}

void Fiber::enter() {
  void* outer_asan_stack = nullptr;
  start_switch(&outer_asan_stack, stack_, stack_bytes);
  yy_cusim_switch(&outer_stack_pointer, stack_pointer_);
  finish_switch(outer_asan_stack, nullptr, nullptr);
}

void Fiber::begin() {
  finish_switch(nullptr, &outer_stack, &outer_stack_bytes);
}

void Fiber::leave() {
  start_switch(&asan_stack_, outer_stack, outer_stack_bytes);
  yy_cusim_switch(&stack_pointer_, outer_stack_pointer);
  finish_switch(asan_stack_, &outer_stack, &outer_stack_bytes);
}

void Fiber::leave_for_good() {
  start_switch(nullptr, outer_stack, outer_stack_bytes);
  yy_cusim_switch(&stack_pointer_, outer_stack_pointer);
}

void Fiber::drop() {
  spare_stacks.push_back(stack_);
  stack_ = nullptr;
}

void Fiber::abandon() {
  if (stack_ == nullptr) return;
  unpoison(stack_ + guard_bytes, stack_bytes - guard_bytes);
  drop();
}

bool Fiber::holds(const void* address) const {
  return stack_ != nullptr &&
         reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(stack_) < stack_bytes;
}

}  // namespace yy::cusim
