// A fiber: a stack on which a function runs until it leaves, to be entered again later. x86-64 only.
#pragma once

#include <cstddef>

namespace yy::cusim {

class Fiber {
 public:
  // The next `enter` calls `function`, which must not return: it ends with leave_for_good.
  void prepare(void (*function)());

  // Runs the fiber until it leaves. Only from outside of fibers.
  void enter();

  // From within the fiber. `leave` returns when the fiber is entered again, leave_for_good never. (That it
  // does not say so to the compiler saves AddressSanitizer a system call for each thread.)
  void leave();
  void leave_for_good();

  // To be called first by the function of a fiber.
  static void begin();

  // Gives the stack to the next that needs one, after leave_for_good.
  void drop();
  // The same at any time, if there is one. What is still on it gets no destructor call.
  void abandon();

  bool has_stack() const { return stack_ != nullptr; }
  bool holds(const void* address) const;

 private:
  char* stack_ = nullptr;
  void* stack_pointer_ = nullptr;
  void* asan_stack_ = nullptr;
};

}  // namespace yy::cusim
