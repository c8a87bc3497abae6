// SIGINT and SIGTERM raise a flag that long loops look at; a second one ends the program at once. A signal
// that was ignored when the program started (nohup, a shell's background job) stays ignored.
#pragma once

namespace yy {

struct Interrupted {};  // thrown by stop_if_interrupted

void watch_for_interrupts();
bool interrupted();
void stop_if_interrupted();

}  // namespace yy
