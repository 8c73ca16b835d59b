/* The sizes and numbers of wire 2, by their published names, for programs that use them. Nothing
 * here is needed to use the library, and nothing is of wire 3. */
#ifndef USMP_FRAME_H
#define USMP_FRAME_H

#define USMP_MAGIC 0xABCD
#define USMP_VERSION 0x02

#define USMP_TYPE_HELLO 0x01
#define USMP_TYPE_CHALLENGE 0x02
#define USMP_TYPE_HELLO_ACK 0x03
#define USMP_TYPE_SESSION_OK 0x04
#define USMP_TYPE_DATA 0x05
#define USMP_TYPE_PING 0x06
#define USMP_TYPE_PONG 0x07
#define USMP_TYPE_BYE 0x08
#define USMP_TYPE_DATA_FRAG 0x09
#define USMP_TYPE_HELLO_RETRY 0x0A
#define USMP_TYPE_REKEY 0x0B
#define USMP_TYPE_ERROR 0xFF

#define USMP_HEADER_SIZE 12
#define USMP_MAX_PAYLOAD 480
#define USMP_MAX_FRAMES 4
#define USMP_GCM_TAG_LEN 16

#endif /* USMP_FRAME_H */
