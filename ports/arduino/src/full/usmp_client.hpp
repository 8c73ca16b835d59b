// USMPClient: a board's session with its gateway, by the calls of the published library. Its memory
// comes from the heap, once, at begin(); USMPClientStatic brings its own.
#ifndef USMP_ARDUINO_USMP_CLIENT_HPP
#define USMP_ARDUINO_USMP_CLIENT_HPP

#include "../usmp_api.h"
#include "link.hpp"
#include "usmp_keys.hpp"
#include "usmp_media.hpp"
#include "usmp_random.hpp"
#include "usmp_saved_state.hpp"

// The names are those of the published library. NOLINTBEGIN(readability-identifier-naming)

// Two ways to get messages, of which a sketch uses one: onMessage(), or available() and read().
//
// How long a call may take, where the board's network library does not wait (README.md has what it
// does): begin(), reconnect() and send() up to timeout(), 30 s if nothing is said, giving way to
// the board all the time; every other call, maintain() too, does what is there to do and returns.
// The longest of that is one X25519, of which a handshake has two, in different calls of
// maintain().
class USMPClient : public Print {
 public:
  /// `psk`: 16 to 255 bytes, as text; not copied. The board's own number is its ID.
  explicit USMPClient(const char* psk, usmp_sizes_t sizes = usmp_sizes());
  USMPClient(const uint8_t* psk, size_t psk_len, usmp_sizes_t sizes = usmp_sizes());
  /// ID and key are those that the board was provisioned with; keys.begin() comes first.
  explicit USMPClient(USMPKeys& keys, usmp_sizes_t sizes = usmp_sizes());
  /// Of the published library: `buffer` is accepted and not used.
  USMPClient(const char* psk, uint8_t* buffer, size_t size, usmp_sizes_t sizes = usmp_sizes());
  USMPClient(const uint8_t* psk, size_t psk_len, uint8_t* buffer, size_t size,
             usmp_sizes_t sizes = usmp_sizes());
  virtual ~USMPClient();  // not every Print has one
  USMPClient(const USMPClient&) = delete;
  USMPClient& operator=(const USMPClient&) = delete;

  // ---- Before begin()

  /// Another ID than the board's own: 1 to 32 bytes, wire 2: 6. Copied. False: of another size.
  bool setDeviceId(const char* id);
  bool setDeviceId(const uint8_t* id, size_t size);
  /// usmp_wire_2 or usmp_wire_3, where `#define USMP_WIRE` before the #include does not say so.
  void setWire(const usmp_wire_t& wire) { sizes_.wire = &wire; }
  /// Uses this cipher only; wire 2: the gateway has to say the same. 0: any.
  void setCipher(uint8_t suite) { cipher_suite_ = suite; }
  /// Of the published library: accepted and not used.
  void setHandshakeScratch(uint8_t*, size_t) {}
  /// For begin(), reconnect() and send(), in milliseconds.
  void timeout(uint32_t ms) { timeout_ms_ = ms; }

  // ---- The session

  /// Waits until the session stands: true. False: the first attempt failed, see lastError(); unless
  /// that was a mistake in the sketch (INVALID_ARG), maintain() goes on trying.
  bool begin(const USMPTCPTransport& medium, usmp_arduino::LentClient* lent = nullptr);
  bool begin(const USMPUDPTransport& medium, usmp_arduino::LentUdp* lent = nullptr);
  bool begin(const USMPSerialTransport& medium);
  /// Returns at once; maintain() does the rest. False: see lastError().
  bool beginAsync(const USMPTCPTransport& medium, usmp_arduino::LentClient* lent = nullptr);
  bool beginAsync(const USMPUDPTransport& medium, usmp_arduino::LentUdp* lent = nullptr);
  bool beginAsync(const USMPSerialTransport& medium);

  /// Brings the session on: call it in loop(), as often as can be. Calls what on…() were given, and
  /// makes a lost session anew, after pauses.
  void maintain();

  /// A new session over the same medium, now. False also where a message waits: read it first.
  bool reconnect();
  /// Ends the session and gives everything back.
  void close();

  usmp_state_t state() const { return usmp_get_state(ctx_); }
  bool isConnecting() const {
    return state() > USMP_STATE_IDLE && state() < USMP_STATE_ESTABLISHED;
  }
  bool connected() const { return usmp_is_connected(ctx_); }
  bool alive() const { return connected(); }
  usmp_err_t lastError() const { return last_error_; }
  const char* lastErrorString() const { return usmp_strerror(last_error_); }
  /// Milliseconds of silence before a PING, 30000 if nothing is said. Before or after begin().
  void keepalive(uint32_t ms);

  /// As text: an ID that is none in hex digits with colons. Empty before begin().
  String deviceId() const;
  String sessionId() const;
  /// The same without a String: `size` of at least 97 and 33 characters, with a zero at the end.
  void deviceId(char* out, size_t size) const;
  void sessionId(char* out, size_t size) const;

  // ---- Messages

  /// True if there is a session.
  bool canSend() const { return connected(); }
  /// True: the gateway has it (TCP: it is on its way). Lost sessions are made anew meanwhile.
  /// `channel`: a number that goes with it, wire 3.
  bool send(const char* text, uint8_t channel = 0);
  bool send(const String& text, uint8_t channel = 0);
  bool send(const __FlashStringHelper* text, uint8_t channel = 0);  // F("…"), up to 452 bytes
  bool send(const uint8_t* data, size_t size, uint8_t channel = 0);
  /// May get lost, goes now or not at all. Up to datagramSizeMax() bytes. UDP and lines, wire 3.
  bool sendDatagram(const uint8_t* data, size_t size, uint8_t channel = 0);
  size_t datagramSizeMax() const { return usmp_datagram_max(ctx_); }

  /// True if a message waits.
  bool available();
  /// The next message, empty if there is none.
  String read();
  /// Its size, 0 if there is none. Negative, USMP_ERR_BUFFER_OVERFLOW: it is larger than `size`,
  /// and still waits.
  int read(uint8_t* out, size_t size);
  /// Size and channel of the message that waits, 0 if there is none.
  size_t nextSize();
  uint8_t channel();

  // Print: what is printed goes as one message at each end of line, and at flush().
  size_t write(uint8_t character) override;
  size_t write(const uint8_t* data, size_t size) override;
  using Print::write;
  void flush() override;
  int availableForWrite() override;

  // ---- Called by maintain(), and by begin(), reconnect() and send() where these wait

  void onConnect(void (*call)()) { on_connect_ = call; }  // every session, also the next one
  void onDisconnect(void (*call)()) { on_disconnect_ = call; }
  void onReconnect(void (*call)()) { on_reconnect_ = call; }  // before onConnect, all but the first
  void onMessage(void (*call)(const uint8_t* data, size_t size)) { on_message_ = call; }
  void onMessage(void (*call)(const uint8_t* data, size_t size, uint8_t channel)) {
    on_channel_message_ = call;
  }
  void onDatagram(void (*call)(const uint8_t* data, size_t size, uint8_t channel)) {
    on_datagram_ = call;
  }

  // ---- Sleep: UDP and lines, wire 3

  /// True when the gateway said that it holds nothing for this board: time to sleep.
  bool drained() const { return usmp_drained(ctx_); }
  /// Puts the session into `state` and closes the medium. False: something is under way or waits to
  /// be read (NOT_IDLE), nothing has happened.
  bool sleep(USMPSavedState& state);
  /// Goes on with it, without a handshake. A state is used once: it is wiped here; a copy elsewhere
  /// must be gone before (USMPKeys::take() sees to that). `slept_s`: seconds, 0 if unknown. False
  /// (STATE_USED): begin().
  bool wake(const USMPTCPTransport& medium, USMPSavedState& state, uint32_t slept_s = 0);
  bool wake(const USMPUDPTransport& medium, USMPSavedState& state, uint32_t slept_s = 0);
  bool wake(const USMPSerialTransport& medium, USMPSavedState& state, uint32_t slept_s = 0);
  /// The same after a sleep in which the board kept its memory, over the same medium.
  bool wake(USMPSavedState& state, uint32_t slept_s = 0);

  /// What reaches the log, for all clients. The lines go to logTo()'s, at first nowhere: the
  /// console may be the line to the gateway.
  void setLogLevel(usmp_log_level_t level) { usmp_set_log_level(level); }
  static void logTo(Print& out);

  /// The C API's context, for its other calls (usmp_submit(), usmp_get_stats()); NULL before
  /// begin().
  usmp_t* context() { return ctx_; }

 protected:
  /// For USMPClientStatic: `memory` is a context's, sizes.memory_size and the rest of a usmp_t.
  struct Memory {
    void* bytes;
  };
  USMPClient(const uint8_t* psk, size_t psk_len, USMPKeys* keys, usmp_sizes_t sizes, Memory memory);
  /// Before `memory` goes.
  void end() {
    close();
    ctx_ = nullptr;
  }

 private:
  static const size_t kLineSizeMax = 452;

  bool start(const usmp_arduino::Medium& medium, bool waits);
  bool set_up(const usmp_arduino::Medium& medium);
  bool make_context();
  void fill_context();
  bool await_session();
  bool wake_over(const usmp_arduino::Medium& medium, USMPSavedState& state, uint32_t slept_s);
  bool woken(usmp_err_t code);
  void begin_again();
  void deliver();
  void deliver_one(const uint8_t* data, size_t size, uint8_t channel);
  void tell_changes();
  bool told(usmp_err_t code);
  static void take_datagram(usmp_t* ctx, const uint8_t* data, size_t size, uint8_t channel);

  usmp_t* ctx_;
  usmp_sizes_t sizes_;
  usmp_arduino::Link link_;
  const uint8_t* psk_;
  size_t psk_len_;
  USMPKeys* keys_;
  void* memory_;
  bool memory_is_mine_;
  bool begun_;          // and not closed or asleep
  bool up_;             // a session stood when that was last looked at
  bool was_up_;         // since begin()
  bool in_callback_;    // of a message, which waits meanwhile
  bool pausing_;        // until again_at_
  uint8_t generation_;  // of what close() ends
  uint8_t cipher_suite_;
  uint8_t id_size_;
  uint8_t id_[USMP_DEVICE_ID_MAX];
  usmp_err_t last_error_;
  uint32_t timeout_ms_;
  uint32_t keepalive_ms_;
  uint32_t handshakes_;
  uint32_t pause_ms_;  // the next one before a session that was ended is made anew
  uint32_t again_at_;
  size_t line_size_;
  uint8_t line_[kLineSizeMax];
  void (*on_connect_)();
  void (*on_disconnect_)();
  void (*on_reconnect_)();
  void (*on_message_)(const uint8_t*, size_t);
  void (*on_channel_message_)(const uint8_t*, size_t, uint8_t);
  void (*on_datagram_)(const uint8_t*, size_t, uint8_t);
};
// NOLINTEND(readability-identifier-naming)

#endif  // USMP_ARDUINO_USMP_CLIENT_HPP
