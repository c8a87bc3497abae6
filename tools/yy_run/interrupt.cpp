#include "tools/yy_run/interrupt.h"

#include <csignal>
#include <initializer_list>

namespace yy {
namespace {

volatile std::sig_atomic_t raised = 0;  // a handler can reach nothing but globals

extern "C" void raise_flag(int) {
  raised = 1;
}

}  // namespace

void watch_for_interrupts() {
  for (int signal : {SIGINT, SIGTERM}) {
    struct sigaction before = {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler == SIG_IGN) continue;
    struct sigaction action = {};
    action.sa_handler = raise_flag;
    action.sa_flags = static_cast<int>(SA_RESETHAND);  // without SA_RESTART: waiting for stdin ends, too
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, nullptr);
  }
}

bool interrupted() {
  return raised != 0;
}

void stop_if_interrupted() {
  if (interrupted()) throw Interrupted{};
}

}  // namespace yy
