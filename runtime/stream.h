// The order in which work happens on a device, points in it, and work that is recorded once and played often.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace yy {

class Stream;

// A kernel bound to its tensors. Does not allocate, synchronise or throw on data.
class Launch {
 public:
  Launch() = default;
  template <std::invocable<Stream&> Run>
  requires(!std::same_as<Run, Launch>) Launch(Run run) : run_(std::move(run)) {}

  void operator()(Stream& stream) const { run_(stream); }

  std::string name;  // for profilers and error messages: "node 'conv1' (Conv), jit:avx512_core"; may be empty

 private:
  std::function<void(Stream&)> run_;
};

// A point in a stream's work (Stream::signal), of the backend that made it. Not thread-safe.
class Event {
 public:
  virtual ~Event() = default;
  // Returns when the stream has got to where the event was last signalled; at once where it never was.
  virtual void wait() {}
};

// Work that is played as one thing: launches, then a loop. `body` runs while the int32 at `condition`, in the
// device's memory, is not 0: what runs before it has to set that, and the body to change it. Nothing in here
// may copy to or from the host.
struct Recipe {
  std::vector<Launch> launches;
  std::vector<Launch> body = {};  // may be empty: no loop
  const void* condition = nullptr;
};

// Belongs to the stream that recorded it, which has to outlive it, as what the launches are bound to has to.
class Recording {
 public:
  virtual ~Recording() = default;
  virtual void play() = 0;  // enqueues it
};

// One per worker; not shared between threads. Copies reach memory that the host may not be able to touch, and
// are enqueued like launches; the ones here are those of a device that works in host memory, at once.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual void run(std::span<const Launch> launches) = 0;  // enqueues them in order
  // Host to device. `from` may be changed as soon as this returns.
  virtual void copy_in(void* to, const void* from, std::size_t bytes);
  // Device to host. The bytes are at `to` after the next wait().
  virtual void copy_out(void* to, const void* from, std::size_t bytes);
  // The same from and to memory of Backend::allocate_staging, without a detour: it has to stay as it is until
  // the stream has got there.
  virtual void upload(void* to, const void* staging, std::size_t bytes);
  virtual void download(void* staging, const void* from, std::size_t bytes);
  virtual void copy(void* to, const void* from, std::size_t bytes);  // device to device
  virtual void wait() = 0;                    // returns when all that was enqueued is done
  virtual void signal(Event& event);          // the event is here, from now on
  virtual void wait_for(const Event& event);  // what is enqueued from here on comes after it
  // Launches should have run once before, so that what a device does only once is not recorded.
  virtual std::unique_ptr<Recording> record(Recipe recipe);
  // Enqueues them and waits. Gives the seconds from the first one's begin to the last one's end, by the
  // device's own clock where it has one, so that neither the way there nor the waiting counts.
  virtual double run_timed(std::span<const Launch> launches);
  // The same; gives what each of them took. `seconds` has as many elements.
  virtual void run_timed(std::span<const Launch> launches, std::span<double> seconds);
};

}  // namespace yy
