// The identity page as provision.py writes it, and what is refused.
#include "usmp_storage/identity.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "usmp/framing/crc16.hpp"

namespace usmp::test {
namespace {

Identity identity() {
  Identity page{};
  std::memcpy(page.mark, "USMP", 4);
  page.version = 1;
  page.id_size = 5;
  page.psk_size = 32;
  std::memcpy(page.id, "board", 5);
  std::memset(page.psk, 7, sizeof page.psk);
  return page;
}

void check(Identity& page) {
  Crc16Modbus crc;
  crc.update(Bytes(reinterpret_cast<const std::uint8_t*>(&page), sizeof page - sizeof page.check));
  page.check[0] = static_cast<std::uint8_t>(crc.value());
  page.check[1] = static_cast<std::uint8_t>(crc.value() >> 8);
}

TEST(Identity, a_whole_page_is_taken) {
  Identity page = identity();
  check(page);
  ASSERT_TRUE(page.valid());
  EXPECT_EQ(page.device_id().size, 5u);
  EXPECT_EQ(page.key().size, 32u);
}

TEST(Identity, a_page_with_any_byte_changed_is_refused) {
  Identity page = identity();
  check(page);
  auto* bytes = reinterpret_cast<std::uint8_t*>(&page);
  for (std::size_t index = 0; index < sizeof page; ++index) {
    bytes[index] ^= 1;
    EXPECT_FALSE(page.valid()) << index;
    bytes[index] ^= 1;
  }
  EXPECT_TRUE(page.valid());
}

TEST(Identity, sizes_outside_their_range_are_refused) {
  for (const auto& [id_size, psk_size] : {std::pair{0, 32}, {33, 32}, {5, 15}, {5, 33}}) {
    Identity page = identity();
    page.id_size = static_cast<std::uint8_t>(id_size);
    page.psk_size = static_cast<std::uint8_t>(psk_size);
    check(page);
    EXPECT_FALSE(page.valid()) << id_size << " " << psk_size;
  }
}

TEST(Identity, an_erased_page_is_refused) {
  Identity page;
  std::memset(&page, 0xFF, sizeof page);
  EXPECT_FALSE(page.valid());
  std::memset(&page, 0, sizeof page);
  EXPECT_FALSE(page.valid());
}

}  // namespace
}  // namespace usmp::test
