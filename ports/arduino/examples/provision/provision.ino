// Gives the board its identity, its key and the first seed of its random numbers, once.
//
// Upload, open the serial monitor at 115200 and paste the line that `usmp device add NAME
// --provision` prints; or `usmp device add NAME --provision > /dev/ttyUSB0`. Other sketches find the
// keys from then on. Type `forget` to erase them for good.
#include <USMP.h>

#if defined(__AVR__)
USMPClientStatic<64, 64> usmp;
USMPSmallClient& keys = usmp;  // the client has them in the EEPROM
#else
USMPKeys keys(USMP::boardStorage());
#endif

bool done = false;
char command[8];
uint8_t command_size = 0;

// The board is provisioned: only `forget` is taken.
void read_command() {
  while (Serial.available() > 0) {
    const char character = Serial.read();
    if (character != '\n' && character != '\r') {
      if (command_size < sizeof command - 1) command[command_size++] = character;
      continue;
    }
    command[command_size] = 0;
    command_size = 0;
    if (strcmp(command, "forget") != 0) continue;
    Serial.println(keys.forget() ? "forgotten" : "the memory does not forget");
    done = false;
  }
}

void setup() {
  Serial.begin(115200);
  Serial.println("paste the line of `usmp device add NAME --provision`");
}

void loop() {
  if (done) {
    read_command();
  } else if (keys.provision(Serial)) {
    done = true;
    Serial.println("this board is provisioned");
  }
}
