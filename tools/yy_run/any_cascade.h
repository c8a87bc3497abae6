// The cascade that the host decides, or the one that the device decides, for code to which it is the same.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <variant>

#include "tools/yy_run/stages.h"
#include "yy/cascade.h"
#include "yy/device_cascade.h"

namespace yy {

enum class Decider { host, device };
Decider decider_named(std::string_view name);  // "host", "device"

// What one thread needs to prepare pictures for a cascade, kept from one to the next.
struct Preparation {
  DeviceCascade::Crops crops;
  double seconds = 0;  // in all; of a cascade that prepares by itself: 0, CascadeTimes has it
};

// prepare() and needed_region() may be called beside anything, the rest by one thread at a time.
class AnyCascade {
 public:
  // Throws what their constructors do; Error (usage) for what only the host can decide.
  AnyCascade(Stages stages, const CascadeOptions& options, Decider decider, Cascade::Sink sink);

  Decider decider() const;
  Rect needed_region(int width, int height) const;

  // Of the two steps, the host's cascade does all in the second. Both throw what Cascade::push does. The
  // second leaves in `image` memory to decode another picture into; the device's does not look at it.
  void prepare(const Image& image, Preparation& preparation) const;
  void push(std::uint64_t ticket, Image& image, const Preparation& preparation);
  void flush();
  void make_all_programs();

  CascadeTimes times() const;  // the device's: without stages
  std::size_t arena_bytes() const;
  std::uint64_t deferred() const;

 private:
  std::variant<std::monostate, Cascade, DeviceCascade> cascade_;
};

}  // namespace yy
