// What a worker of `yy-run bench` does again and again: batches through a network alone, or through a
// cascade. One per worker; they share weights, programs and pictures.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/executor.h"
#include "runtime/profile.h"
#include "tools/yy_run/picture_set.h"
#include "tools/yy_run/stages.h"
#include "yy/cascade.h"

namespace yy {

class BenchLoad {
 public:
  virtual ~BenchLoad() = default;

  // Puts the next batch where run() finds it; not timed. False where there is none, which may be so only once
  // the time is over.
  virtual bool refill(bool time_is_over) = 0;
  virtual void run() = 0;
  virtual void finish() {}  // answers what still waits

  // The warm-up is over, what it counted is forgotten. Not while another load runs.
  virtual void restart() {}
  virtual CascadeTimes times() const { return {}; }  // since restart()
};

// Standard normal noise for each input of the program, the same every time; 0 and 1 for integers.
// Throws Error (model) for a type that there is no noise of.
std::vector<Tensor> make_noise(const Program& program);

class NetworkLoad : public BenchLoad {
 public:
  // `profile` may be null. It and `noise` have to live as long as the load.
  NetworkLoad(std::shared_ptr<const Program> program, const Backend& backend, int threads,
              const std::vector<Tensor>& noise, Profile* profile);

  bool refill(bool time_is_over) override;
  void run() override;

 private:
  Executor executor_;
  std::unique_ptr<Stream> stream_;
  const std::vector<Tensor>& noise_;
  Profile* profile_;
  std::size_t profile_row_ = 0;
};

class CascadeLoad : public BenchLoad {
 public:
  CascadeLoad(const Stages& stages, const CascadeOptions& options, Decider decider, PictureSet& pictures);

  bool refill(bool time_is_over) override;
  void run() override;
  void finish() override { cascade_.flush(); }
  void restart() override;
  CascadeTimes times() const override;

  const AnyCascade& cascade() const { return cascade_; }
  std::uint64_t deferred() const { return deferred_; }  // of the first pass over the pictures

 private:
  void push(std::size_t i);

  PictureSet& pictures_;
  std::int64_t batch_;
  AnyCascade cascade_;
  Preparation preparation_;
  Image untouched_;
  std::uint64_t ticket_ = 0;  // of the batch's first picture
  std::vector<Image> next_;   // copies that the host's cascade takes
  std::uint64_t deferred_ = 0;
  CascadeTimes before_;
};

}  // namespace yy
