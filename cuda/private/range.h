// A stretch of the host's time that NVIDIA's profilers show (NVTX), with a name. Without a profiler it costs
// a few nanoseconds. Toolkits without NVTX leave it out.
#pragma once

#include <string>

#if __has_include(<nvtx3/nvtx3.hpp>)
#include <nvtx3/nvtx3.hpp>

namespace yy::cuda {

struct NvtxDomain {
  static constexpr const char* name = "yinyang";
};

class Range {
 public:
  explicit Range(const std::string& name) : range_(nvtx3::event_attributes(name)) {}

 private:
  nvtx3::scoped_range_in<NvtxDomain> range_;
};

}  // namespace yy::cuda

#else

namespace yy::cuda {

class Range {
 public:
  explicit Range(const std::string&) {}
};

}  // namespace yy::cuda

#endif
