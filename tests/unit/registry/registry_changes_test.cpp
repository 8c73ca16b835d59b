// How a running gateway learns what others changed, and exactly that.
#include <gtest/gtest.h>
#include <unistd.h>

#include "registry/registry.hpp"
#include "test_support.hpp"

namespace usmp::gateway {
namespace {

std::vector<CredentialChange> polled(Registry& registry) {
  std::vector<CredentialChange> changes;
  EXPECT_TRUE(registry.poll_changes(changes)) << registry.last_error();
  return changes;
}

TEST_F(RegistryTest, PollTellsWhoWasRotatedAndRevokedByAnother) {
  Registry writer(path_, OpenMode::Create);
  for (unsigned index = 0; index < 5; ++index) {
    ASSERT_EQ(writer.add(id_of("dev-" + std::to_string(index)), key_of(index)),
              ChangeOutcome::Done);
  }
  Registry gateway(path_, OpenMode::Read);
  EXPECT_TRUE(polled(gateway).empty());
  Credential session;
  ASSERT_EQ(gateway.find(id_of("dev-3"), session), Lookup::Found);

  ASSERT_EQ(writer.rotate(id_of("dev-3"), key_of(13)), ChangeOutcome::Done);
  ASSERT_EQ(writer.revoke(id_of("dev-1")), ChangeOutcome::Done);
  const std::vector<CredentialChange> changes = polled(gateway);
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].id, id_of("dev-3"));
  EXPECT_FALSE(changes[0].is_revoked);
  EXPECT_GT(changes[0].generation, session.generation);
  EXPECT_EQ(changes[1].id, id_of("dev-1"));
  EXPECT_TRUE(changes[1].is_revoked);
  EXPECT_TRUE(polled(gateway).empty());
}

TEST_F(RegistryTest, ASessionMadeWithTheNewKeyIsNotOlderThanTheChange) {
  Registry writer(path_, OpenMode::Create);
  ASSERT_EQ(writer.add(id_of("pump"), key_of(1)), ChangeOutcome::Done);
  Registry gateway(path_, OpenMode::Read);
  ASSERT_EQ(writer.rotate(id_of("pump"), key_of(2)), ChangeOutcome::Done);
  Credential session;  // a handshake between the change and the next poll
  ASSERT_EQ(gateway.find(id_of("pump"), session), Lookup::Found);
  const std::vector<CredentialChange> changes = polled(gateway);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(session.generation, changes[0].generation);
}

TEST_F(RegistryTest, ADeviceRevokedAndAddedAgainBetweenTwoPollsIsAChange) {
  Registry writer(path_, OpenMode::Create);
  ASSERT_EQ(writer.add(id_of("pump"), key_of(1)), ChangeOutcome::Done);
  Registry gateway(path_, OpenMode::Read);
  Credential session;
  ASSERT_EQ(gateway.find(id_of("pump"), session), Lookup::Found);
  ASSERT_EQ(writer.revoke(id_of("pump")), ChangeOutcome::Done);
  ASSERT_EQ(writer.add(id_of("pump"), key_of(1)), ChangeOutcome::Done);
  const std::vector<CredentialChange> changes = polled(gateway);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_LT(session.generation, changes[0].generation);
  EXPECT_FALSE(changes[0].is_revoked);
}

TEST_F(RegistryTest, PollTellsOwnChangesToo) {
  Registry registry(path_, OpenMode::Create);
  EXPECT_TRUE(polled(registry).empty());
  ASSERT_EQ(registry.add(id_of("pump"), key_of(1)), ChangeOutcome::Done);
  EXPECT_EQ(polled(registry).size(), 1U);
  EXPECT_TRUE(polled(registry).empty());
}

TEST_F(RegistryTest, PollSeesWhatAnotherProcessDid) {
  { Registry(path_, OpenMode::Create).add(id_of("pump"), key_of(1)); }
  // The child waits for a byte, so that it is another process from before the gateway opens.
  int go[2] = {};
  ASSERT_EQ(pipe(go), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    char byte = 0;
    if (read(go[0], &byte, 1) != 1) _exit(2);
    Registry registry(path_, OpenMode::Write);
    _exit(registry.revoke(id_of("pump")) == ChangeOutcome::Done ? 0 : 1);
  }
  Registry gateway(path_, OpenMode::Read);
  EXPECT_EQ(found_key(gateway, "pump"), bytes_of(key_of(1)));
  EXPECT_TRUE(polled(gateway).empty());
  ASSERT_EQ(write(go[1], "g", 1), 1);
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  close(go[0]);
  close(go[1]);

  const std::vector<CredentialChange> changes = polled(gateway);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_TRUE(changes[0].is_revoked);
  EXPECT_EQ(found_key(gateway, "pump"), std::vector<std::uint8_t>{});
}

TEST_F(RegistryTest, ChangesAreNotSkippedWhileAnotherHoldsTheFile) {
  Registry writer(path_, OpenMode::Create);
  ASSERT_EQ(writer.add(id_of("pump"), key_of(1)), ChangeOutcome::Done);
  Registry gateway(path_, OpenMode::Read, std::chrono::milliseconds(0));
  ASSERT_EQ(writer.revoke(id_of("pump")), ChangeOutcome::Done);

  std::vector<CredentialChange> changes;
  Credential credential;
  {
    RawSqlite other(path_);
    other.run("BEGIN EXCLUSIVE");
    EXPECT_FALSE(gateway.poll_changes(changes));
    EXPECT_EQ(gateway.last_fault(), RegistryFault::Busy);
    EXPECT_EQ(gateway.find(id_of("pump"), credential), Lookup::Unavailable);
    EXPECT_EQ(gateway.last_fault(), RegistryFault::Busy);
    EXPECT_NE(gateway.last_error(), "");
  }
  EXPECT_EQ(gateway.find(id_of("pump"), credential), Lookup::NoKey);
  ASSERT_TRUE(gateway.poll_changes(changes));
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_TRUE(changes[0].is_revoked);
}

TEST_F(RegistryTest, AnotherFileUnderTheSameNameIsNoticed) {
  { Registry(path_, OpenMode::Create).add(id_of("pump"), key_of(1)); }
  Registry gateway(path_, OpenMode::Read);
  const std::string restored = directory_.file("backup.db");
  { Registry(restored, OpenMode::Create).add(id_of("pump"), key_of(2)); }
  std::filesystem::rename(restored, path_);
  std::vector<CredentialChange> changes;
  EXPECT_FALSE(gateway.poll_changes(changes));
  EXPECT_EQ(gateway.last_fault(), RegistryFault::Replaced);

  Registry anew(path_, OpenMode::Read);
  EXPECT_EQ(found_key(anew, "pump"), bytes_of(key_of(2)));
  EXPECT_TRUE(anew.poll_changes(changes));
}

TEST_F(RegistryTest, ADeletedFileIsNoticed) {
  { Registry(path_, OpenMode::Create).add(id_of("pump"), key_of(1)); }
  Registry gateway(path_, OpenMode::Read);
  std::filesystem::remove(path_);
  std::vector<CredentialChange> changes;
  EXPECT_FALSE(gateway.poll_changes(changes));
  EXPECT_EQ(gateway.last_fault(), RegistryFault::Replaced);
}

}  // namespace
}  // namespace usmp::gateway
