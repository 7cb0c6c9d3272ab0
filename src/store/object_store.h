// Object stores: everything that Ursa reads or writes goes through these two interfaces, so that a
// directory, S3, a counting or a failing store can stand in each other's place.
//
// A planning function is handed a ReadableStore, which has nothing that could write: a dry run is
// a type, not a flag. Source: architecture.md, "Object store".
//
// Keys are bytes from outside, parts separated by '/', none of them empty, "." or "..". Every
// implementation checks that before it builds a path or a URL (CheckKey).
//
// Errors: kNotFound, kPreconditionFailed, kAlreadyExists, kDenied, kThrottled, kUnavailable,
// kUnknownOutcome, kCorrupt. Every message names the key. Implementations are thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace ursa::store {

// What a listing or a HEAD says of an object.
struct ObjectInfo {
  std::string key;
  uint64_t size_bytes = 0;
  TimeNs last_modified;
  std::string etag;  // changes whenever the bytes do; opaque
};

// Which bytes of an object are wanted.
struct ByteRange {
  enum class Kind { kWhole, kFrom, kLast };
  Kind kind = Kind::kWhole;
  uint64_t offset = 0;  // of kFrom
  uint64_t length = 0;  // of kFrom and kLast; fewer where the object is shorter

  static ByteRange Whole() { return {}; }
  static ByteRange From(uint64_t offset, uint64_t length) { return {Kind::kFrom, offset, length}; }
  static ByteRange Last(uint64_t length) { return {Kind::kLast, 0, length}; }
};

// The bytes of an object, or a range of them, all from one version of it.
struct Object {
  std::string bytes;
  uint64_t offset = 0;      // of the first byte within the object
  uint64_t size_bytes = 0;  // of the whole object
  TimeNs last_modified;
  std::string etag;
};

// One page of a listing, in key order (bytes). With a delimiter, keys that have one after the
// prefix are folded into `prefixes` (each ends in the delimiter).
struct ListPage {
  std::vector<ObjectInfo> objects;
  std::vector<std::string> prefixes;
  std::optional<std::string> next;  // `start_after` of the next page; none: this was the last
};

struct ListOptions {
  std::string delimiter;    // "" or "/"
  std::string start_after;  // only keys and prefixes after this one
};

// Some of the bytes of an object that is being streamed; all pieces are from one version of it.
struct ObjectPiece {
  std::string_view bytes;
  uint64_t offset = 0;  // of the first byte within the object
  const ObjectInfo& object;
};

// Takes the pieces of one stream in the order of the object's bytes, each once and without gaps. An
// error ends the stream and is what GetStream returns.
using ObjectSink = std::function<Result<void>(const ObjectPiece& piece)>;

// What must hold for a Put to happen.
enum class PutCondition {
  kNone,      // replaces what is there, atomically
  kIfAbsent,  // kAlreadyExists where the key has an object
};

class ReadableStore {
 public:
  virtual ~ReadableStore() = default;

  // The bytes of `key`. A range that starts at or beyond the end gives no bytes and no error. With
  // `if_match`, kPreconditionFailed unless the object has that etag.
  virtual Result<Object> Get(std::string_view key, ByteRange range,
                             std::string_view if_match) const = 0;
  Result<Object> Get(std::string_view key, ByteRange range = ByteRange::Whole()) const {
    return Get(key, range, {});
  }

  // The same handed to `sink` in pieces of bounded memory, for objects of any size. Where it fails
  // after some pieces, the sink knows how far it got, and of which object: GetStream of the range
  // from there, with that etag as `if_match`, goes on. This one reads piece by piece with Get.
  virtual Result<ObjectInfo> GetStream(std::string_view key, ByteRange range,
                                       std::string_view if_match, const ObjectSink& sink) const;

  virtual Result<ObjectInfo> Head(std::string_view key) const = 0;

  // One page of the keys that start with `prefix`. A prefix without objects is an empty page.
  virtual Result<ListPage> List(std::string_view prefix, const ListOptions& options) const = 0;

  // Whether an object lies in a folder right below `prefix`, which is empty or ends in '/': whether
  // a listing with the delimiter "/" has a prefix. This one lists; a store that knows sooner does
  // not.
  virtual Result<bool> HasAnyFolder(std::string_view prefix) const;

  // Whether a request costs a network's round trip, so that it pays to read more than is needed
  // where that saves one.
  [[nodiscard]] virtual bool IsRemote() const { return false; }

  // Where this store is, for people: "local:///data/ursa/raw".
  [[nodiscard]] virtual std::string Uri() const = 0;
};

class ObjectStore : public ReadableStore {
 public:
  // Writes the object whole or not at all; durable on return.
  virtual Result<void> Put(std::string_view key, std::string_view bytes,
                           PutCondition condition) = 0;

  // The same, if absent, of an object that only a later Put's object will refer to: its bytes are
  // durable on return, its name is before what the next Put puts can be seen. So many files and the
  // entry that names them make their directory durable once. Where that can't be done, it is the
  // Put that fails, and puts nothing. This one is Put.
  virtual Result<void> PutAhead(std::string_view key, std::string_view bytes) {
    return Put(key, bytes, PutCondition::kIfAbsent);
  }

  // Makes `to` a copy of `from`, replacing what is there, on the server's side where there is one.
  // With `if_match`, kPreconditionFailed unless `from` has that etag. This one is Get, then Put.
  virtual Result<void> Copy(std::string_view from, std::string_view to, std::string_view if_match);

  // Deletes the object; no error where there is none.
  virtual Result<void> Delete(std::string_view key) = 0;
};

// kInvalid unless `key` is one or more parts joined by single slashes, no part being empty, "." or
// "..", and without NUL.
Result<void> CheckKey(std::string_view key);

// What `range` means for an object of `size_bytes`: the offset of its first byte, and how many.
struct ResolvedRange {
  uint64_t offset = 0;
  uint64_t length = 0;
};
ResolvedRange Resolve(const ByteRange& range, uint64_t size_bytes);

// All objects below `prefix`, page after page.
Result<std::vector<ObjectInfo>> ListAll(const ReadableStore& store, std::string_view prefix);

// The same where `objects` are known already: those up to the key `start_after`.
Result<std::vector<ObjectInfo>> ListRest(const ReadableStore& store, std::string_view prefix,
                                         std::string start_after, std::vector<ObjectInfo> objects);

}  // namespace ursa::store
