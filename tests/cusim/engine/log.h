// What the program calls and what the device runs, kept while a test asks for it.
#pragma once

#include <cstddef>
#include <string>

namespace yy::cusim {

// A call, from its begin to its end; calls within calls are not the program's.
class LoggedCall {
 public:
  LoggedCall(const char* name, const void* stream);
  ~LoggedCall();
  LoggedCall(const LoggedCall&) = delete;
  LoggedCall& operator=(const LoggedCall&) = delete;
};

// Of the program's call that is at work, if somebody keeps it: `what` it is about and how many bytes of
// memory; that the host waits for the device in it.
void describe_call(const std::string& what, std::size_t bytes = 0);
void note_waiting();

// Work on the device, from its begin to its end; with a stream's number where the stream begins it.
class RunningWork {
 public:
  explicit RunningWork(const std::string& what);
  RunningWork(const std::string& what, int stream);
  ~RunningWork();
  RunningWork(const RunningWork&) = delete;
  RunningWork& operator=(const RunningWork&) = delete;

 private:
  std::size_t entry_;  // one more than its place in the timeline; 0: none
};

}  // namespace yy::cusim
