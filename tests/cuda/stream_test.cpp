// Copies through a stream's staging buffers: nothing is lost or read too early, however many are under way
// and however large they are.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <gtest/gtest.h>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "tests/cuda/cuda_backend.h"

namespace yy::test {
namespace {

using Bytes = std::vector<std::byte>;

// Different for every number and place.
Bytes pattern(std::size_t bytes, std::size_t number) {
  Bytes made(bytes);
  for (std::size_t i = 0; i < bytes; ++i) made[i] = static_cast<std::byte>(i * 7 + i / 251 + number * 31 + 1);
  return made;
}

class Streams : public testing::Test {
 protected:
  // Copies to the device and changes the source at once.
  void send(Stream& stream, const Buffer& to, std::size_t number) {
    Bytes source = pattern(to.bytes, number);
    stream.copy_in(to.data(), source.data(), source.size());
    std::fill(source.begin(), source.end(), std::byte{0xEE});
  }

  // Buffers of these sizes go there and back while nobody waits. Then they hold what was sent.
  void there_and_back(const std::vector<std::size_t>& sizes) {
    std::vector<Buffer> buffers;
    std::vector<Bytes> received;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      buffers.push_back(backend_.allocate(sizes[i]));
      send(*stream_, buffers[i], i);
    }
    for (std::size_t size : sizes) received.emplace_back(size);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      stream_->copy_out(received[i].data(), buffers[i].data(), sizes[i]);
    }
    stream_->wait();
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      EXPECT_TRUE(received[i] == pattern(sizes[i], i)) << "buffer " << i << " of " << sizes[i] << " bytes";
    }
  }

  const Backend& backend_ = cuda_backend();
  std::unique_ptr<Stream> stream_ = backend_.new_stream(1);
};

TEST_F(Streams, KeepManySmallCopiesApart) {
  there_and_back(std::vector<std::size_t>(40, 100));
}

TEST_F(Streams, GrowTheirBuffers) {
  there_and_back(
      {1, 4095, 4096, 4097, 0, 100000, 5, 300000, 1, 2, 3, 4, 5, 6, 7, 8, 70000, 9000, 70000, 90000});
  there_and_back({1 << 20, 10, 1 << 20});
  there_and_back({3, 2, 1});
}

TEST_F(Streams, DeliverWhenWaitedFor) {
  const Buffer buffer = backend_.allocate(64);
  Bytes received(64);
  for (std::size_t round = 0; round < 20; ++round) {
    send(*stream_, buffer, round);
    stream_->copy_out(received.data(), buffer.data(), received.size());
    stream_->wait();
    EXPECT_TRUE(received == pattern(64, round)) << "round " << round;
  }
}

TEST_F(Streams, DeliverOnce) {
  const Buffer buffer = backend_.allocate(64);
  Bytes received(64);
  send(*stream_, buffer, 1);
  stream_->copy_out(received.data(), buffer.data(), received.size());
  stream_->wait();
  received.assign(64, std::byte{5});
  stream_->wait();
  EXPECT_TRUE(received == Bytes(64, std::byte{5})) << "the caller's memory is its own after a wait";
}

TEST_F(Streams, RunLaunchesBetweenTheCopies) {
  const Buffer buffer = backend_.allocate(64);
  Bytes first(64), second(64);
  send(*stream_, buffer, 1);
  const Launch change = [&](Stream& stream) { send(stream, buffer, 2); };
  const Launch read = [&](Stream& stream) { stream.copy_out(second.data(), buffer.data(), second.size()); };
  stream_->copy_out(first.data(), buffer.data(), first.size());
  const std::vector<Launch> launches{change, read};
  stream_->run(launches);
  stream_->wait();
  EXPECT_TRUE(first == pattern(64, 1));
  EXPECT_TRUE(second == pattern(64, 2));
}

TEST_F(Streams, TimeWhatTheyRunAndWaitForIt) {
  const Buffer buffer = backend_.allocate(64);
  Bytes received(64);
  const std::vector<Launch> launches{
      [&](Stream& stream) { send(stream, buffer, 1); },
      [&](Stream& stream) { stream.copy_out(received.data(), buffer.data(), received.size()); }};
  for (int round = 0; round < 3; ++round) {
    received.assign(64, std::byte{0});
    const auto start = std::chrono::steady_clock::now();
    const double seconds = stream_->run_timed(launches);
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    EXPECT_TRUE(received == pattern(64, 1));
    EXPECT_GE(seconds, 0);
    EXPECT_LE(seconds, passed.count());
  }
  EXPECT_GE(stream_->run_timed({}), 0);
}

TEST_F(Streams, TimeEachOfWhatTheyRun) {
  const Buffer buffer = backend_.allocate(1 << 20);
  Bytes received(buffer.bytes);
  const std::vector<Launch> launches{
      [&](Stream& stream) { send(stream, buffer, 1); }, [](Stream&) {},
      [&](Stream& stream) { stream.copy_out(received.data(), buffer.data(), received.size()); }};
  for (std::size_t count : {3, 1, 0, 3}) {
    std::vector<double> seconds(count, -1);
    const auto start = std::chrono::steady_clock::now();
    stream_->run_timed(std::span(launches).first(count), seconds);
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    double sum = 0;
    for (double one : seconds) {
      EXPECT_GE(one, 0);
      sum += one;
    }
    EXPECT_LE(sum, passed.count());
  }
  EXPECT_TRUE(received == pattern(received.size(), 1));
}

// As a graph, and piece by piece.
TEST_F(Streams, PlayWhatTheyRecorded) {
  const std::shared_ptr<const Backend> by_reading_back = without_graphs();
  for (const Backend* backend : {static_cast<const Backend*>(&backend_), by_reading_back.get()}) {
    const auto stream = backend->new_stream(1);
    const Buffer flag = backend->allocate(4), zero = backend->allocate(4), from = backend->allocate(4),
                 to = backend->allocate(4), turns = backend->allocate(4);
    const auto set = [&](const Buffer& buffer, std::int32_t value) {
      stream->copy_in(buffer.data(), &value, sizeof(value));
    };
    const auto get = [&](const Buffer& buffer) {
      std::int32_t value = -1;
      stream->copy_out(&value, buffer.data(), sizeof(value));
      stream->wait();
      return value;
    };
    const auto copy = [](const Buffer& into, const Buffer& what) -> Launch {
      return [into, what](Stream& s) { s.copy(into.data(), what.data(), 4); };
    };
    set(zero, 0);
    const auto plain = stream->record({{copy(to, from)}});
    const auto loop = stream->record({{copy(to, from)}, {copy(turns, from), copy(flag, zero)}, flag.data()});
    for (std::int32_t value : {5, 6}) {
      set(from, value);
      set(to, 0);
      plain->play();
      EXPECT_EQ(get(to), value);
      for (std::int32_t goes_on : {0, 1}) {
        set(flag, goes_on);
        set(to, 0);
        set(turns, 0);
        loop->play();
        EXPECT_EQ(get(to), value);
        EXPECT_EQ(get(turns), goes_on * value);
      }
    }
  }
}

TEST_F(Streams, AreOfUseAfterARecordingThatFailed) {
  const Launch fails = [](Stream&) { throw std::out_of_range("no such kernel"); };
  EXPECT_THROW(stream_->record({{fails}})->play(), std::out_of_range);
  there_and_back({100, 200});
}

TEST_F(Streams, FinishTheirCopiesWhenDestroyed) {
  const Buffer buffer = backend_.allocate(5000);
  Bytes received(5000);
  send(*stream_, buffer, 1);
  stream_ = backend_.new_stream(1);
  stream_->copy_out(received.data(), buffer.data(), received.size());
  stream_->wait();
  EXPECT_TRUE(received == pattern(5000, 1));
}

// The host's buffer is gone once upload returns.
TEST_F(Streams, UploadTakesACopy) {
  Bytes source = pattern(5000, 1), received(5000);
  const Buffer host{std::shared_ptr<void>(source.data(), [](void*) {}), source.size()};
  const Buffer buffer = backend_.upload(host);
  std::fill(source.begin(), source.end(), std::byte{0});
  stream_->copy_out(received.data(), buffer.data(), received.size());
  stream_->wait();
  EXPECT_TRUE(received == pattern(5000, 1));
}

}  // namespace
}  // namespace yy::test
