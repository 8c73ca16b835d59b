// What runs a sketch on this machine.
#include <Arduino.h>
#include <signal.h>

namespace {
int end_code = -1;
}  // namespace

void host_end(int exit_code) { end_code = exit_code; }

int main() {
  signal(SIGPIPE, SIG_IGN);
  setup();
  while (end_code < 0) loop();
  return end_code;
}
