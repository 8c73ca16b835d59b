// The registry's work when all is well: adding, finding, rotating, revoking, listing.
#include "registry/registry.hpp"

#include <gtest/gtest.h>
#include <time.h>

#include "test_support.hpp"

namespace usmp::gateway {
namespace {

TEST_F(RegistryTest, WhatIsAddedIsFoundWithItsKeyAndWire) {
  Registry registry(path_, OpenMode::Create);
  EXPECT_EQ(registry.add(id_of("pump"), key_of(1)), ChangeOutcome::Done);
  EXPECT_EQ(registry.add(id_of("e9:1d"), key_of(2, 16), WireVersion::V2), ChangeOutcome::Done);

  Credential credential;
  ASSERT_EQ(registry.find(id_of("pump"), credential), Lookup::Found);
  EXPECT_EQ(bytes_of(credential.psk), bytes_of(key_of(1)));
  EXPECT_EQ(credential.wire, WireVersion::V3);
  const std::int64_t generation = credential.generation;
  ASSERT_EQ(registry.find(id_of("e9:1d"), credential), Lookup::Found);
  EXPECT_EQ(bytes_of(credential.psk), bytes_of(key_of(2, 16)));
  EXPECT_EQ(credential.wire, WireVersion::V2);
  EXPECT_GT(credential.generation, generation);
}

TEST_F(RegistryTest, IsStillThereAfterClosing) {
  { Registry(path_, OpenMode::Create).add(id_of("pump"), key_of(1)); }
  Registry registry(path_, OpenMode::Read);
  EXPECT_EQ(found_key(registry, "pump"), bytes_of(key_of(1)));
}

TEST_F(RegistryTest, IdsThatDifferInOneByteOrInSizeAreDifferentDevices) {
  Registry registry(path_, OpenMode::Create);
  ASSERT_EQ(registry.add(id_of("a"), key_of(1)), ChangeOutcome::Done);
  ASSERT_EQ(registry.add(id_of("61:00"), key_of(2)), ChangeOutcome::Done);
  ASSERT_EQ(registry.add(id_of("A"), key_of(3)), ChangeOutcome::Done);
  ASSERT_EQ(registry.add(id_of("00:"), key_of(4)), ChangeOutcome::Done);
  EXPECT_EQ(found_key(registry, "61:"), bytes_of(key_of(1)));
  EXPECT_EQ(found_key(registry, "61:00"), bytes_of(key_of(2)));
  EXPECT_EQ(found_key(registry, "A"), bytes_of(key_of(3)));
  EXPECT_EQ(found_key(registry, "00:"), bytes_of(key_of(4)));
}

TEST_F(RegistryTest, UnknownDevicesHaveNoKeyAndLeaveNoneBehind) {
  Registry registry(path_, OpenMode::Create);
  Credential credential;
  ASSERT_TRUE(credential.psk.assign(key_of(9).view()));
  EXPECT_EQ(registry.find(id_of("pump"), credential), Lookup::NoKey);
  EXPECT_TRUE(credential.psk.empty());
  EXPECT_FALSE(registry.show(id_of("pump")).has_value());
}

TEST_F(RegistryTest, AddingTwiceChangesNothing) {
  Registry registry(path_, OpenMode::Create);
  ASSERT_EQ(registry.add(id_of("pump"), key_of(1)), ChangeOutcome::Done);
  EXPECT_EQ(registry.add(id_of("pump"), key_of(2)), ChangeOutcome::AlreadyExists);
  EXPECT_EQ(found_key(registry, "pump"), bytes_of(key_of(1)));
  EXPECT_EQ(registry.add(id_of("fan"), key_of(2)), ChangeOutcome::Done);
}

TEST_F(RegistryTest, RotatingReplacesTheKeyAtOnceForOtherReadersToo) {
  Registry registry(path_, OpenMode::Create);
  ASSERT_EQ(registry.add(id_of("pump"), key_of(1)), ChangeOutcome::Done);
  Registry reader(path_, OpenMode::Read);
  EXPECT_EQ(found_key(reader, "pump"), bytes_of(key_of(1)));
  EXPECT_EQ(registry.rotate(id_of("pump"), key_of(2)), ChangeOutcome::Done);
  EXPECT_EQ(found_key(reader, "pump"), bytes_of(key_of(2)));
  EXPECT_TRUE(registry.show(id_of("pump"))->rotated_s.has_value());
}

TEST_F(RegistryTest, ARevokedDeviceHasNoKeyAndComesBackOnlyByAdd) {
  Registry registry(path_, OpenMode::Create);
  ASSERT_EQ(registry.add(id_of("pump"), key_of(1)), ChangeOutcome::Done);
  EXPECT_EQ(registry.revoke(id_of("pump")), ChangeOutcome::Done);
  EXPECT_EQ(found_key(registry, "pump"), std::vector<std::uint8_t>{});
  EXPECT_TRUE(registry.show(id_of("pump"))->revoked_s.has_value());

  EXPECT_EQ(registry.revoke(id_of("pump")), ChangeOutcome::IsRevoked);
  EXPECT_EQ(registry.rotate(id_of("pump"), key_of(2)), ChangeOutcome::IsRevoked);
  EXPECT_EQ(found_key(registry, "pump"), std::vector<std::uint8_t>{});

  EXPECT_EQ(registry.add(id_of("pump"), key_of(3)), ChangeOutcome::Done);
  EXPECT_EQ(found_key(registry, "pump"), bytes_of(key_of(3)));
  EXPECT_FALSE(registry.show(id_of("pump"))->revoked_s.has_value());
}

TEST_F(RegistryTest, ChangingAnUnknownDeviceIsNotFound) {
  Registry registry(path_, OpenMode::Create);
  EXPECT_EQ(registry.rotate(id_of("pump"), key_of(1)), ChangeOutcome::NotFound);
  EXPECT_EQ(registry.revoke(id_of("pump")), ChangeOutcome::NotFound);
  EXPECT_TRUE(registry.list().empty());
}

TEST_F(RegistryTest, AKeyBelongsToOneDevice) {
  Registry registry(path_, OpenMode::Create);
  ASSERT_EQ(registry.add(id_of("pump"), key_of(1)), ChangeOutcome::Done);
  ASSERT_EQ(registry.add(id_of("fan"), key_of(2)), ChangeOutcome::Done);
  EXPECT_EQ(registry.add(id_of("lamp"), key_of(1)), ChangeOutcome::KeyInUse);
  EXPECT_EQ(registry.rotate(id_of("fan"), key_of(1)), ChangeOutcome::KeyInUse);
  EXPECT_EQ(registry.rotate(id_of("fan"), key_of(2)), ChangeOutcome::KeyInUse);
  EXPECT_EQ(found_key(registry, "fan"), bytes_of(key_of(2)));
  EXPECT_FALSE(registry.show(id_of("lamp")).has_value());
}

TEST_F(RegistryTest, DevicesOfWire2ShareAKeyAmongThemselvesOnly) {
  Registry registry(path_, OpenMode::Create);
  ASSERT_EQ(registry.add(id_of("pump_1"), key_of(1), WireVersion::V2), ChangeOutcome::Done);
  EXPECT_EQ(registry.add(id_of("pump_2"), key_of(1), WireVersion::V2), ChangeOutcome::Done);
  EXPECT_EQ(registry.add(id_of("lamp"), key_of(1), WireVersion::V3), ChangeOutcome::KeyInUse);
  ASSERT_EQ(registry.add(id_of("fan"), key_of(2), WireVersion::V3), ChangeOutcome::Done);
  EXPECT_EQ(registry.add(id_of("pump_3"), key_of(2), WireVersion::V2), ChangeOutcome::KeyInUse);
  EXPECT_EQ(registry.rotate(id_of("pump_1"), key_of(1)), ChangeOutcome::KeyInUse) << "its own";
  // A key of its own ends the sharing of this one; the other goes on.
  EXPECT_EQ(registry.rotate(id_of("pump_1"), key_of(3)), ChangeOutcome::Done);
  EXPECT_EQ(found_key(registry, "pump_1"), bytes_of(key_of(3)));
  EXPECT_EQ(registry.revoke(id_of("pump_1")), ChangeOutcome::Done);
  EXPECT_EQ(found_key(registry, "pump_2"), bytes_of(key_of(1)));
}

TEST_F(RegistryTest, KeysOfFewerThan16BytesAreRefused) {
  Registry registry(path_, OpenMode::Create);
  EXPECT_EQ(registry.add(id_of("pump"), key_of(1, 15)), ChangeOutcome::KeyUnfit);
  EXPECT_EQ(registry.add(id_of("pump"), Psk()), ChangeOutcome::KeyUnfit);
  ASSERT_EQ(registry.add(id_of("pump"), key_of(1, 16)), ChangeOutcome::Done);
  EXPECT_EQ(registry.rotate(id_of("pump"), key_of(2, 15)), ChangeOutcome::KeyUnfit);
  EXPECT_EQ(registry.rotate(id_of("pump"), key_of(2, 64)), ChangeOutcome::Done);
  EXPECT_EQ(found_key(registry, "pump"), bytes_of(key_of(2, 64)));
}

TEST_F(RegistryTest, ListsAllDevicesInTheOrderOfTheirBytes) {
  const std::int64_t before = time(nullptr);
  Registry registry(path_, OpenMode::Create);
  for (const char* id : {"pump", "ff:00", "fan", "00:"}) {
    ASSERT_EQ(registry.add(id_of(id), key_of(static_cast<unsigned>(id[0]) +
                                             300U * static_cast<unsigned>(id[1]))),
              ChangeOutcome::Done);
  }
  const std::vector<DeviceEntry> entries = registry.list();
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries[0].id, id_of("00:"));
  EXPECT_EQ(entries[1].id, id_of("fan"));
  EXPECT_EQ(entries[2].id, id_of("pump"));
  EXPECT_EQ(entries[3].id, id_of("ff:00"));
  for (const DeviceEntry& entry : entries) {
    EXPECT_GE(entry.created_s, before);
    EXPECT_LE(entry.created_s, time(nullptr));
    EXPECT_FALSE(entry.rotated_s.has_value());
    EXPECT_FALSE(entry.revoked_s.has_value());
  }
}

TEST_F(RegistryTest, NamesThatSqliteTakesForSomethingElseAreFiles) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(directory_.path());
  for (const char* name : {":memory:", "file:x.db?mode=memory"}) {
    { Registry(name, OpenMode::Create).add(id_of("pump"), key_of(1)); }
    EXPECT_TRUE(std::filesystem::is_regular_file(directory_.path() / name)) << name;
    EXPECT_EQ(Registry(name, OpenMode::Read).list().size(), 1U) << name;
  }
  std::filesystem::current_path(before);
}

TEST_F(RegistryTest, TheTableItselfRefusesRowsThatCannotBe) {
  { Registry(path_, OpenMode::Create).add(id_of("pump"), key_of(1)); }
  RawSqlite raw(path_);
  const std::string insert =
      "INSERT INTO device (id, psk_number, wire, created_s, generation) VALUES ";
  EXPECT_TRUE(raw.refuses(insert + "(x'', 1, 3, 0, 9)"));
  EXPECT_TRUE(raw.refuses(insert + "(zeroblob(33), 1, 3, 0, 9)"));
  EXPECT_TRUE(raw.refuses(insert + "('a', 1, 3, 0, 9)"));
  EXPECT_TRUE(raw.refuses(insert + "(x'01', NULL, 3, 0, 9)"));
  EXPECT_TRUE(raw.refuses(insert + "(x'01', 1, 1, 0, 9)"));
  EXPECT_TRUE(raw.refuses(insert + "(x'01', 1, 3, 0, 1)"));
  EXPECT_TRUE(raw.refuses("INSERT INTO psk (padded) VALUES (randomblob(64))"));
  raw.run(insert + "(x'01', 1, 3, 0, 9)");
  EXPECT_EQ(Registry(path_, OpenMode::Read).list().size(), 2U);
}

}  // namespace
}  // namespace usmp::gateway
