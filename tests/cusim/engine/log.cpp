#include "tests/cusim/engine/log.h"

#include "tests/cusim/api/call.h"
#include "tests/cusim/control.h"

namespace yy::cusim {
namespace {

bool keeps_calls = false, keeps_work = false;
std::vector<Call> calls;
std::vector<Span> spans;

int call_depth = 0;        // 1: the program's own
bool has_current = false;  // and it is the last of `calls`
int work_depth = 0, work_stream = 0;

Call* current_call() {
  return has_current && call_depth == 1 && !calls.empty() ? &calls.back() : nullptr;
}

}  // namespace

LoggedCall::LoggedCall(const char* name, const void* stream) {
  if (call_depth++ != 0 || !keeps_calls) return;
  Call call;
  call.name = name;
  call.stream = stream;
  calls.push_back(std::move(call));
  has_current = true;
}

LoggedCall::~LoggedCall() {
  if (--call_depth == 0) has_current = false;
}

void describe_call(const std::string& what, std::size_t bytes) {
  Call* call = current_call();
  if (call == nullptr) return;
  call->what = what;
  call->bytes = bytes;
}

void note_waiting() {
  Call* call = current_call();
  if (call != nullptr) call->waits = true;
}

RunningWork::RunningWork(const std::string& what, int stream) : entry_(0) {
  work_stream = stream;
  ++work_depth;
  if (!keeps_work) return;
  Span span;
  span.stream = work_stream;
  span.depth = work_depth - 1;
  span.what = what;
  span.begin = span.end = std::chrono::steady_clock::now();
  spans.push_back(std::move(span));
  entry_ = spans.size();
}

RunningWork::RunningWork(const std::string& what) : RunningWork(what, work_stream) {}

RunningWork::~RunningWork() {
  --work_depth;
  if (entry_ != 0 && entry_ <= spans.size()) spans[entry_ - 1].end = std::chrono::steady_clock::now();
}

void start_log() {
  const std::lock_guard lock(device_mutex());
  calls.clear();
  spans.clear();
  has_current = false;
  keeps_calls = keeps_work = true;
}

std::vector<Call> take_log() {
  const std::lock_guard lock(device_mutex());
  keeps_calls = has_current = false;
  return std::exchange(calls, {});
}

std::vector<Span> take_timeline() {
  const std::lock_guard lock(device_mutex());
  keeps_work = false;
  return std::exchange(spans, {});
}

}  // namespace yy::cusim
