// An embedding program's own streams and memory: networks that run in the order of its stream, and pictures
// that it has made on the device.
#include <cstring>
#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include "cpu/cpu_backend.h"
#include "cuda/cuda_backend.h"
#include "runtime/error.h"
#include "runtime/executor.h"
#include "tests/cuda/cuda_backend.h"
#include "tests/yy/digit_pair.h"

namespace yy::test {
namespace {

// A stream and memory of the device, made with CUDA alone.
class Theirs {
 public:
  Theirs() { EXPECT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess); }
  ~Theirs() {
    for (void* taken : memory_) cudaFree(taken);
    for (void* taken : pinned_) cudaFreeHost(taken);
    cudaStreamDestroy(stream);
  }
  Theirs(const Theirs&) = delete;
  Theirs& operator=(const Theirs&) = delete;

  void* allocate(std::size_t bytes) {
    EXPECT_EQ(cudaMalloc(&memory_.emplace_back(), bytes), cudaSuccess);
    return memory_.back();
  }
  // Memory of the host that stays as it is, so that copies from it come as late as the stream allows.
  const void* pinned(const void* from, std::size_t bytes) {
    EXPECT_EQ(cudaHostAlloc(&pinned_.emplace_back(), bytes, cudaHostAllocDefault), cudaSuccess);
    std::memcpy(pinned_.back(), from, bytes);
    return pinned_.back();
  }
  void upload(void* to, const void* pinned, std::size_t bytes) const {
    EXPECT_EQ(cudaMemcpyAsync(to, pinned, bytes, cudaMemcpyHostToDevice, stream), cudaSuccess);
  }

  cudaStream_t stream = nullptr;

 private:
  std::vector<void*> memory_, pinned_;
};

std::shared_ptr<const Backend> the_device() {
  return {&cuda_backend(), [](const Backend*) {}};
}

// All crops of a card go through the same bytes of the device: each comes after what was there was read.
void expect_handed_over(const DigitPair& pair, const DigitPair& on_cpu) {
  const std::vector<Image> images = read_digits(50);
  CascadeOptions options{{0.7F}, 8, 1, true};
  std::vector<Verdict> verdicts;
  DeviceCascade cascade(pair.stages(), options, [&](Verdict&& verdict) { verdicts.push_back(verdict); });
  Theirs theirs;
  const std::unique_ptr<Stream> stream = borrow_cuda_stream(cuda_backend(), theirs.stream);
  DeviceCascade::Crops crops;
  std::vector<void*> held;
  for (std::size_t i = 0; i < images.size(); ++i) {
    cascade.prepare(images[i], crops);
    if (i % 7 == 3) {
      cascade.push(i, crops);
      continue;
    }
    for (std::size_t c = 0; c < crops.by_card.size(); ++c) {
      const auto& crop = crops.by_card[c];
      if (held.size() == c) held.push_back(theirs.allocate(crop.size()));
      theirs.upload(held[c], theirs.pinned(crop.data(), crop.size()), crop.size());
    }
    cascade.push(i, {held.begin(), held.end()}, *stream);
    EXPECT_EQ(cudaMemsetAsync(held[0], 0x55, crops.by_card[0].size(), theirs.stream), cudaSuccess);
  }
  cascade.flush();
  expect_same(verdicts, on_cpu.decided_by_host(options, images));
}

TEST(DevicePictures, AreReadInTheOrderOfTheProgramsStream) {
  const DigitPair pair(the_device()), on_cpu(make_cpu_backend());
  expect_handed_over(pair, on_cpu);
}

TEST(DevicePictures, ComeOnceWhereBothStagesReadThemAlike) {
  const DigitPair pair(the_device()), on_cpu(make_cpu_backend());
  expect_handed_over(DigitPair({pair.stages()[1], pair.stages()[1]}),
                     DigitPair({on_cpu.stages()[1], on_cpu.stages()[1]}));
}

// Input, network and output on the program's stream, without a wait in between.
TEST(DevicePictures, ANetworkRunsInTheOrderOfABorrowedStream) {
  const std::filesystem::path file = std::filesystem::path(YY_TEST_MODELS_DIR) / "digits-yang.onnx";
  const auto run_with = [&](std::shared_ptr<const Backend> backend, const auto& send_and_run) {
    const Network network(file, std::move(backend));
    const auto program = network.compile({2, 1, Layout::channels_last, {}});
    Executor executor(program, network.backend().allocate(program->memory().arena_bytes));
    std::vector<float> picture(static_cast<std::size_t>(executor.input(0).desc.shape.elements()));
    for (std::size_t i = 0; i < picture.size(); ++i) picture[i] = static_cast<float>(i % 17) / 17;
    std::vector<float> scores(static_cast<std::size_t>(executor.output(0).desc.shape.elements()));
    send_and_run(network.backend(), executor, picture, scores);
    return scores;
  };
  const std::vector<float> expected = run_with(
      make_cpu_backend(), [](const Backend& cpu, Executor& executor, const auto& picture, auto& scores) {
        const auto stream = cpu.new_stream(1);
        stream->copy_in(executor.input(0).data, picture.data(), 4 * picture.size());
        executor.run(*stream);
        stream->copy_out(scores.data(), executor.output(0).data, 4 * scores.size());
        stream->wait();
      });
  const std::vector<float> found =
      run_with(the_device(), [](const Backend&, Executor& executor, const auto& picture, auto& scores) {
        Theirs theirs;
        const auto stream = borrow_cuda_stream(cuda_backend(), theirs.stream);
        theirs.upload(executor.input(0).data, theirs.pinned(picture.data(), 4 * picture.size()),
                      4 * picture.size());
        executor.run(*stream);
        EXPECT_EQ(cudaMemcpyAsync(scores.data(), executor.output(0).data, 4 * scores.size(),
                                  cudaMemcpyDeviceToHost, theirs.stream),
                  cudaSuccess);
        EXPECT_EQ(cudaStreamSynchronize(theirs.stream), cudaSuccess);
      });
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-4);
}

TEST(DevicePictures, OnlyCudaDevicesTakeStreams) {
  try {
    borrow_cuda_stream(*make_cpu_backend(), nullptr);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_EQ(error.what(), std::string("a CUDA stream is for a CUDA device, the device is cpu"));
  }
}

}  // namespace
}  // namespace yy::test
