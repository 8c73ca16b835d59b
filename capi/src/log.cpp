// The log level, one for the program, as in the published API. Where lines go is the port's matter.
#include "usmp_port.h"

static usmp_log_level_t log_level = USMP_LOG_LEVEL_ERROR;

static usmp_log_level_t level_of(char level) {
  switch (level) {
    case 'E':
      return USMP_LOG_LEVEL_ERROR;
    case 'W':
      return USMP_LOG_LEVEL_WARN;
    case 'I':
      return USMP_LOG_LEVEL_INFO;
    default:
      return USMP_LOG_LEVEL_DEBUG;
  }
}

void usmp_set_log_level(usmp_log_level_t level) { log_level = level; }

usmp_log_level_t usmp_get_log_level(void) { return log_level; }

void usmp_log(char level, const char* tag, const char* msg) {
  if (level_of(level) <= log_level) usmp_port_log(level, tag, msg);
}
