#include "ops/attributes.h"

#include <fmt/format.h>

#include "runtime/error.h"

namespace yy {
namespace {

const char* type_of(const AttributeValue& value) {
  constexpr const char* names[] = {"int", "float", "string", "ints", "floats", "tensor"};
  return names[value.index()];
}

}  // namespace

void Attributes::set(std::string name, AttributeValue value) {
  if (!values_.emplace(name, std::move(value)).second) {
    throw Error(ErrorCode::model, fmt::format("attribute '{}' is given twice", name));
  }
}

template <class T>
std::optional<T> Attributes::find(const std::string& name, const char* type) {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  read_[name] = true;
  if (const T* value = std::get_if<T>(&found->second)) return *value;
  throw Error(ErrorCode::model,
              fmt::format("attribute '{}' should be {}, found {}", name, type, type_of(found->second)));
}

std::optional<std::int64_t> Attributes::find_int(const std::string& name) {
  return find<std::int64_t>(name, "int");
}

std::optional<std::vector<std::int64_t>> Attributes::find_ints(const std::string& name) {
  return find<std::vector<std::int64_t>>(name, "ints");
}

std::optional<float> Attributes::find_float(const std::string& name) {
  return find<float>(name, "float");
}

std::optional<std::vector<float>> Attributes::find_floats(const std::string& name) {
  return find<std::vector<float>>(name, "floats");
}

std::optional<std::string> Attributes::find_string(const std::string& name) {
  return find<std::string>(name, "string");
}

std::optional<Tensor> Attributes::find_tensor(const std::string& name) {
  return find<Tensor>(name, "tensor");
}

std::int64_t Attributes::get_int(const std::string& name, std::int64_t otherwise) {
  return find_int(name).value_or(otherwise);
}

float Attributes::get_float(const std::string& name, float otherwise) {
  return find_float(name).value_or(otherwise);
}

std::string Attributes::get_string(const std::string& name, const std::string& otherwise) {
  return find_string(name).value_or(otherwise);
}

bool Attributes::get_flag(const std::string& name, bool otherwise) {
  const std::int64_t value = get_int(name, otherwise ? 1 : 0);
  if (value != 0 && value != 1) {
    throw Error(ErrorCode::model, fmt::format("attribute '{}' should be 0 or 1, found {}", name, value));
  }
  return value == 1;
}

std::vector<std::string> Attributes::unread() const {
  std::vector<std::string> result;
  for (const auto& [name, value] : values_) {
    if (!read_.contains(name)) result.push_back(name);
  }
  return result;
}

}  // namespace yy
