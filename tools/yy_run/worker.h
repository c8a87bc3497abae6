// One worker of a run: takes pictures one after the other, reads and decodes them, and pushes them through a
// cascade, its own or one that several feed. Beyond that workers share nothing but the list of pictures, the
// classifiers and where tickets come from.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "image/decode.h"
#include "tools/yy_run/feed.h"
#include "tools/yy_run/image_sources.h"

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

  Worker(const ImageList& images, bool exif_orientation, Feed& feed)
      : images_(images), exif_orientation_(exif_orientation), feed_(feed) {}

  // What the feed holds at the end still waits. Throws what is not the fault of one picture.
  void run(const NextTicket& next);

  double decode_seconds() const { return decode_seconds_; }  // reading included
  double prepare_seconds() const { return preparation_.seconds; }
  std::uint64_t pushed() const { return pushed_; }  // pictures that Yin got

 private:
  using Clock = Feed::Clock;

  void take(std::uint64_t ticket);

  const ImageList& images_;
  bool exif_orientation_;
  Feed& feed_;
  std::string path_;  // of the file at hand
  DecodeMemory memory_;
  Image image_;
  Preparation preparation_;
  double decode_seconds_ = 0;
  std::uint64_t pushed_ = 0;
};

// A whole regular file into `bytes`. Throws Error (image).
void read_picture(const std::string& file, std::vector<std::uint8_t>& bytes);

// The part of a picture that the cascade looks at. Throws Error (image).
void decode_picture(const std::string& file, bool exif_orientation, const AnyCascade& cascade, Image& image,
                    DecodeMemory& memory);

}  // namespace yy
