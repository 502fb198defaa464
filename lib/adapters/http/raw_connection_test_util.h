#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace vardvakt::http {

// For tests: a TCP connection to loopback that sends exactly the bytes it is told to.
class RawConnection {
 public:
  explicit RawConnection(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;
  ~RawConnection() { ::close(fd_); }

  bool connected() const { return connected_; }

  // False when the other side has closed.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // Reads until what has been received since the last call holds `text`; returns all of it. Ends early when
  // the other side closes or says nothing for ten seconds.
  std::string ReadUntil(std::string_view text) {
    std::string received;
    while (received.find(text) == std::string::npos && ReadSome(received)) continue;
    return received;
  }
  // Everything up to the other side's close; the test's own time limit is the only other end.
  std::string ReadUntilClosed() {
    std::string received;
    while (ReadSome(received)) continue;
    return received;
  }

 private:
  bool ReadSome(std::string& received) {
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, 10'000) <= 0) return false;
    char buffer[4096];
    const ssize_t bytes = ::recv(fd_, buffer, sizeof(buffer), 0);
    if (bytes <= 0) return false;
    received.append(buffer, static_cast<size_t>(bytes));
    return true;
  }

  const int fd_;
  bool connected_ = false;
};

}  // namespace vardvakt::http
