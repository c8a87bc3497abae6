// A node's attributes as an operator reads them: by name and expected type, with a record of which were read.
// Independent of the file format they came from. Errors name the attribute, the type or value expected and
// found.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runtime/tensor.h"

namespace yy {

using AttributeValue =
    std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>, Tensor>;

class Attributes {
 public:
  void set(std::string name, AttributeValue value);

  bool has(const std::string& name) const { return values_.contains(name); }
  std::optional<std::int64_t> find_int(const std::string& name);
  std::optional<std::vector<std::int64_t>> find_ints(const std::string& name);
  std::optional<float> find_float(const std::string& name);
  std::optional<std::vector<float>> find_floats(const std::string& name);
  std::optional<std::string> find_string(const std::string& name);
  std::optional<Tensor> find_tensor(const std::string& name);

  std::int64_t get_int(const std::string& name, std::int64_t otherwise);
  float get_float(const std::string& name, float otherwise);
  std::string get_string(const std::string& name, const std::string& otherwise);
  bool get_flag(const std::string& name, bool otherwise);  // an int that must be 0 or 1

  void ignore(const std::string& name) { read_[name] = true; }  // known, and without effect here
  std::vector<std::string> unread() const;

 private:
  template <class T>
  std::optional<T> find(const std::string& name, const char* type);

  std::map<std::string, AttributeValue> values_;
  std::map<std::string, bool> read_;
};

}  // namespace yy
