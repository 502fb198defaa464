#include <google/protobuf/util/message_differencer.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <thread>

#include "lib/adapters/grpc/compliance_client.h"
#include "lib/adapters/grpc/server.h"
#include "lib/testkit/scripted_compliance.h"
#include "vardvakt/ingest/v1/ingest_service.grpc.pb.h"

namespace vardvakt::rpc {
namespace {

namespace v1 = compliance::v1;
using google::protobuf::util::MessageDifferencer;
using testing::NiceMock;
using testing::Return;

std::string Target(const Server& server) { return "127.0.0.1:" + std::to_string(server.port()); }

class GrpcTest : public testing::Test {
 protected:
  void SetUp() override {
    auto server = Server::Start({}, {.compliance = &api_});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    client_ = ConnectCompliance({.target = Target(*server_)});
  }

  NiceMock<testkit::ScriptedCompliance> api_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<wire::ComplianceApi> client_;
};

TEST_F(GrpcTest, AnAnswerComesThroughUnchanged) {
  v1::GetComplianceResponse said;
  said.mutable_as_of()->set_seconds(17);
  said.add_shares()->set_share(0.71);
  EXPECT_CALL(api_, GetCompliance).WillOnce([&](const v1::GetComplianceRequest& request) {
    EXPECT_EQ(request.window(), "24h");
    return said;
  });
  v1::GetComplianceRequest request;
  request.set_window("24h");
  auto heard = client_->GetCompliance(request);
  ASSERT_TRUE(heard.ok()) << heard.status();
  EXPECT_TRUE(MessageDifferencer::Equals(*heard, said));
}

TEST_F(GrpcTest, AnAnswerLargerThanGrpcsDefaultLimitArrives) {
  v1::ListCasesResponse said;
  for (int i = 0; i < 60'000; ++i) said.add_cases()->set_case_id(std::string(100, 'x'));
  ON_CALL(api_, ListCases).WillByDefault(Return(said));
  auto heard = client_->ListCases({});
  ASSERT_TRUE(heard.ok()) << heard.status();
  EXPECT_EQ(heard->cases_size(), 60'000);
}

TEST_F(GrpcTest, AnErrorKeepsItsCodeAndText) {
  ON_CALL(api_, GetSeries).WillByDefault(Return(absl::OutOfRangeError("no kept pane begins at from")));
  EXPECT_EQ(client_->GetSeries({}).status(), absl::OutOfRangeError("no kept pane begins at from"));
}

TEST_F(GrpcTest, AStoppedProcessIsUnavailableAndFoundAgain) {
  ON_CALL(api_, GetStatus).WillByDefault(Return(v1::GetStatusResponse()));
  ASSERT_TRUE(client_->GetStatus({}).ok());
  const uint16_t port = server_->port();
  server_->Stop(seconds(1));
  absl::Status gone = client_->GetStatus({}).status();
  EXPECT_TRUE(absl::IsUnavailable(gone)) << gone;
  EXPECT_NE(gone.message().find(std::to_string(port)), std::string::npos) << gone;

  auto again = Server::Start({.port = port}, {.compliance = &api_});
  ASSERT_TRUE(again.ok()) << again.status();
  auto deadline = std::chrono::steady_clock::now() + seconds(10);
  while (!client_->GetStatus({}).ok()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::sleep_for(milliseconds(20));
  }
}

TEST_F(GrpcTest, ATakenPortIsRefusedByName) {
  auto second = Server::Start({.port = server_->port()}, {.compliance = &api_});
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.status().message().find(std::to_string(server_->port())), std::string::npos)
      << second.status();
}

// Calls a unary method by name with raw bytes.
::grpc::Status CallRaw(const Server& server, const std::string& method, const std::string& request,
                       std::string* response) {
  ::grpc::GenericStub stub(::grpc::CreateChannel(Target(server), ::grpc::InsecureChannelCredentials()));
  ::grpc::ClientContext context;
  ::grpc::CompletionQueue queue;
  ::grpc::Slice sent(request);
  auto call = stub.PrepareUnaryCall(&context, method, ::grpc::ByteBuffer(&sent, 1), &queue);
  call->StartCall();
  ::grpc::ByteBuffer received;
  ::grpc::Status status;
  call->Finish(&received, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  ::grpc::Slice slice;
  if (status.ok() && received.TrySingleSlice(&slice).ok()) {
    response->assign(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return status;
}

TEST_F(GrpcTest, HealthSaysWhetherItServes) {
  constexpr const char* kCheck = "/grpc.health.v1.Health/Check";
  std::string response;
  ASSERT_TRUE(CallRaw(*server_, kCheck, "", &response).ok());
  EXPECT_EQ(response, std::string("\x08\x01"));  // SERVING
  server_->SetServing(false);
  ASSERT_TRUE(CallRaw(*server_, kCheck, "", &response).ok());
  EXPECT_EQ(response, std::string("\x08\x02"));  // NOT_SERVING
}

TEST_F(GrpcTest, ReflectionNamesTheServices) {
  ::grpc::GenericStub stub(::grpc::CreateChannel(Target(*server_), ::grpc::InsecureChannelCredentials()));
  ::grpc::ClientContext context;
  ::grpc::CompletionQueue queue;
  void* tag = nullptr;
  bool ok = false;
  auto call =
      stub.PrepareCall(&context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  call->StartCall(nullptr);
  queue.Next(&tag, &ok);
  ASSERT_TRUE(ok);
  ::grpc::Slice list_services(std::string("\x3a\x01*"));  // field 7, "*"
  call->Write(::grpc::ByteBuffer(&list_services, 1), nullptr);
  queue.Next(&tag, &ok);
  ::grpc::ByteBuffer received;
  call->Read(&received, nullptr);
  queue.Next(&tag, &ok);
  ASSERT_TRUE(ok);
  ::grpc::Slice slice;
  ASSERT_TRUE(received.TrySingleSlice(&slice).ok());
  const std::string names(reinterpret_cast<const char*>(slice.begin()), slice.size());
  EXPECT_NE(names.find("vardvakt.compliance.v1.ComplianceQueryService"), std::string::npos);
  context.TryCancel();
  ::grpc::Status status;
  call->Finish(&status, nullptr);
  queue.Next(&tag, &ok);
}

TEST(GrpcServerTest, OnlyLoopbackIsServed) {
  auto server = Server::Start({.address = "0.0.0.0"}, {});
  ASSERT_FALSE(server.ok());
  EXPECT_NE(server.status().message().find("loopback"), std::string::npos) << server.status();
}

class CountingIngest final : public wire::IngestApi {
 public:
  void PublishEvents(const ingest::v1::PublishEventsRequest& request, Published published) override {
    if (request.events().empty()) return published(absl::ResourceExhaustedError("the log is slow"));
    ingest::v1::PublishEventsResponse response;
    response.set_accepted(request.events_size());
    std::thread([published = std::move(published), response] { published(response); }).detach();
  }
};

TEST(GrpcIngestTest, EventsAreAnsweredFromAnotherThread) {
  CountingIngest ingest;
  auto server = Server::Start({}, {.ingest = &ingest});
  ASSERT_TRUE(server.ok()) << server.status();
  auto stub = ingest::v1::IngestService::NewStub(
      ::grpc::CreateChannel(Target(**server), ::grpc::InsecureChannelCredentials()));
  ingest::v1::PublishEventsRequest request;
  ingest::v1::PublishEventsResponse response;
  {
    ::grpc::ClientContext context;
    EXPECT_EQ(stub->PublishEvents(&context, request, &response).error_code(),
              ::grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
  request.add_events();
  request.add_events();
  ::grpc::ClientContext context;
  ASSERT_TRUE(stub->PublishEvents(&context, request, &response).ok());
  EXPECT_EQ(response.accepted(), 2);
}

}  // namespace
}  // namespace vardvakt::rpc
