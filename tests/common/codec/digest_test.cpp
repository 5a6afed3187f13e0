#include "common/codec/digest.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;

namespace {

std::string sha256(std::string_view text) {
  TextSource source(text);
  return codec::sha256_of(source);
}

std::string blob_id(std::string_view text) {
  TextSource source(text);
  return codec::git_blob_id_of(source, text.size());
}

}  // namespace

// FIPS 180-2, appendix B, and the digest of nothing.
TEST_CASE("SHA-256 matches the test vectors of its standard") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 does not depend on how the bytes are split and can be used again") {
  codec::Sha256 digest;
  for (int round = 0; round < 2; ++round) {
    digest.update("a");
    digest.update("");
    digest.update("bc");
    CHECK(digest.finish_hex() == sha256("abc"));
  }
}

// What `git hash-object` prints.
TEST_CASE("a git blob id is the one git gives") {
  CHECK(blob_id("") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  CHECK(blob_id("hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a");
  codec::GitBlobId id(6);
  id.update("hel");
  id.update("lo\n");
  CHECK(id.finish_hex() == "ce013625030ba8dba906f756967f9e9ca394464a");
}
