// SHA-256 (FIPS 180-4) by OpenSSL's libcrypto. Private to this folder.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace yy {

class Sha256 {
 public:
  Sha256();  // throws Error (failure), as all methods do
  void add(std::string_view bytes);
  std::string hex();  // of all that was added; once

 private:
  struct Free {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Free> context_;
};

}  // namespace yy
