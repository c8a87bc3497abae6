// What a cascade says of a picture.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace yy {

struct Scored {
  int label;
  float probability;
};

struct Verdict {
  static constexpr int no_stage = -1;
  std::uint64_t ticket = 0;   // as given to push()
  int stage = 0;              // which stage answered: 0 is Yin; no_stage where the picture came to none
  int label = -1;             // index into the classes; -1 where there is an error
  float confidence = 0;       // of the answer, by CascadeOptions::gate
  float probability = 0;      // that the answer is right, where CascadeOptions::temperatures ask for it
  int yin_label = -1;         // what Yin said, also of a picture that it deferred; -1 and NaN where its
  float yin_confidence = 0;   // scores were not numbers
  std::vector<Scored> top;    // CascadeOptions::topk best classes, best first; empty for topk = 1
  std::vector<float> scores;  // of the stage that answered, by class, where CascadeOptions::scores asks
  std::string error;          // why there is no answer; else empty
};

}  // namespace yy
