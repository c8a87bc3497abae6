// One thread means one thread: a oneDNN primitive that is made or run outside the guard of the OpenMP thread
// count starts a second one. In a program of its own, since OpenMP keeps the threads it once started.
#include <filesystem>
#include <gtest/gtest.h>
#include <thread>

#include "cpu/cpu_backend.h"
#include "runtime/executor.h"
#include "tests/thread_count.h"
#include "yy/network.h"

namespace yy {
namespace {

using test::threads_of_this_process;

void run(const Network& net, int threads) {
  const auto program = net.compile({16, threads, Layout::channels_last, {}});
  Executor executor(program, net.backend().allocate(program->memory().arena_bytes));
  const auto stream = net.backend().new_stream(threads);
  for (int i = 0; i < 3; ++i) executor.run(*stream);
  stream->wait();
}

TEST(Threads, OneThreadStaysAloneAndTwoAreTwo) {
  const Network net(std::filesystem::path(YY_TEST_MODELS_DIR) / "digits-yang.onnx",
                    std::shared_ptr<const Backend>(make_cpu_backend()));
  const std::ptrdiff_t before = threads_of_this_process();
  run(net, 1);
  EXPECT_EQ(threads_of_this_process(), before);
  std::thread worker([&] {
    run(net, 1);
    EXPECT_EQ(threads_of_this_process(), before + 1);  // the worker itself
  });
  worker.join();
  run(net, 2);
  EXPECT_EQ(threads_of_this_process(), before + 1);
  run(net, 1);
  EXPECT_EQ(threads_of_this_process(), before + 1);
}

}  // namespace
}  // namespace yy
