// One worker of a run: takes pictures one after the other, reads and decodes them, and pushes them through a
// cascade of its own. Workers share nothing but the list of pictures, the classifiers and where tickets come
// from.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "image/decode.h"
#include "tools/yy_run/image_sources.h"
#include "yy/cascade.h"

namespace yy {

// Kept from one picture to the next.
struct DecodeMemory {
  std::vector<std::uint8_t> bytes;  // of the file
  DecodeScratch scratch;
};

class Worker {
 public:
  // The number of the next picture in the list; none at the end.
  using NextTicket = std::function<std::optional<std::uint64_t>()>;
  // `seconds`: from the moment the file was opened to the verdict. A picture that cannot be read has a
  // verdict with an error. Not in the order of tickets, but never further behind than a bound that the batch
  // sets.
  using Sink = std::function<void(Verdict&&, double seconds)>;

  // `workers`: how many take tickets beside each other, which is how far apart one's tickets lie.
  Worker(const ImageList& images, std::vector<std::shared_ptr<const Classifier>> stages,
         const CascadeOptions& options, bool exif_orientation, std::size_t workers, Sink sink);

  void run(const NextTicket& next);  // throws what is not the fault of one picture

  const Cascade& cascade() const { return cascade_; }
  double decode_seconds() const { return decode_seconds_; }  // reading included
  std::uint64_t pushed() const { return pushed_; }           // pictures that Yin got

 private:
  using Clock = std::chrono::steady_clock;
  struct Flight {
    std::uint64_t ticket;
    Clock::time_point start;
  };

  void take(std::uint64_t ticket);
  std::vector<Flight>::iterator find(std::uint64_t ticket);
  void answer(Verdict&& verdict);

  const ImageList& images_;
  bool exif_orientation_;
  Sink sink_;
  std::uint64_t longest_lag_;
  Cascade cascade_;
  std::vector<Flight> in_flight_;  // by ticket; no more than the cascade has slots
  std::string path_;               // of the file at hand
  DecodeMemory memory_;
  double decode_seconds_ = 0;
  std::uint64_t pushed_ = 0;
};

// A whole regular file into `bytes`. Throws Error (image).
void read_picture(const std::string& file, std::vector<std::uint8_t>& bytes);

// The part of a picture that the cascade looks at. Throws Error (image).
void decode_picture(const std::string& file, bool exif_orientation, const Cascade& cascade, Image& image,
                    DecodeMemory& memory);

}  // namespace yy
