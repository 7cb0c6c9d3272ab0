// Copies within a bucket on the server's side, in parts where one request may not copy so much.
// Source: AWS, CopyObject, CreateMultipartUpload, UploadPartCopy, CompleteMultipartUpload.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "store/object_store.h"
#include "store/s3_client.h"

namespace ursa::store {

// Copies the version of `from` that has its etag to `to`, which `head` looks at. A copy in parts
// whose end got no answer is settled by what lies at `to` then.
Result<void> CopyWithin(const S3Client& client, const ObjectInfo& from, std::string_view to,
                        const std::function<Result<ObjectInfo>(std::string_view key)>& head);

}  // namespace ursa::store
