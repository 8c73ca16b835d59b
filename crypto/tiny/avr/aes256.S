// usmp_tiny_aes256_encrypt (../aes256.hpp). No branch depends on a value. The S-box is a table in
// flash, and its index does: `lpm` takes three cycles at any address, since there is no cache, so
// time says nothing. ../portable/aes256.cpp, for all other processors, has no table at all.
#include "../platform.hpp"

#if USMP_TINY_AVR

#define XL r26
#define XH r27
#define YL r28
#define YH r29
#define ZL r30
#define ZH r31
#define SPL_IO 0x3d
#define SPH_IO 0x3e
#define SREG_IO 0x3f

// The state, column by column as in FIPS 197, is r2..r17. k0..k3 is the last word of the last round
// key. Y points to the half of the key window that the next round uses: even rounds have the first
// 16 bytes, odd rounds the last.
#define k0 r20
#define k1 r21
#define k2 r22
#define k3 r23
#define table 24  // and r25
#define round_constant XL
#define pairs XH
#define reduction r19
#define KEY_SIZE 32

.section .progmem.data.usmp_tiny_aes256_s_box, "a", @progbits
s_box:
    .byte 0x63,0x7c,0x77,0x7b,0xf2,0x6b,0x6f,0xc5,0x30,0x01,0x67,0x2b,0xfe,0xd7,0xab,0x76
    .byte 0xca,0x82,0xc9,0x7d,0xfa,0x59,0x47,0xf0,0xad,0xd4,0xa2,0xaf,0x9c,0xa4,0x72,0xc0
    .byte 0xb7,0xfd,0x93,0x26,0x36,0x3f,0xf7,0xcc,0x34,0xa5,0xe5,0xf1,0x71,0xd8,0x31,0x15
    .byte 0x04,0xc7,0x23,0xc3,0x18,0x96,0x05,0x9a,0x07,0x12,0x80,0xe2,0xeb,0x27,0xb2,0x75
    .byte 0x09,0x83,0x2c,0x1a,0x1b,0x6e,0x5a,0xa0,0x52,0x3b,0xd6,0xb3,0x29,0xe3,0x2f,0x84
    .byte 0x53,0xd1,0x00,0xed,0x20,0xfc,0xb1,0x5b,0x6a,0xcb,0xbe,0x39,0x4a,0x4c,0x58,0xcf
    .byte 0xd0,0xef,0xaa,0xfb,0x43,0x4d,0x33,0x85,0x45,0xf9,0x02,0x7f,0x50,0x3c,0x9f,0xa8
    .byte 0x51,0xa3,0x40,0x8f,0x92,0x9d,0x38,0xf5,0xbc,0xb6,0xda,0x21,0x10,0xff,0xf3,0xd2
    .byte 0xcd,0x0c,0x13,0xec,0x5f,0x97,0x44,0x17,0xc4,0xa7,0x7e,0x3d,0x64,0x5d,0x19,0x73
    .byte 0x60,0x81,0x4f,0xdc,0x22,0x2a,0x90,0x88,0x46,0xee,0xb8,0x14,0xde,0x5e,0x0b,0xdb
    .byte 0xe0,0x32,0x3a,0x0a,0x49,0x06,0x24,0x5c,0xc2,0xd3,0xac,0x62,0x91,0x95,0xe4,0x79
    .byte 0xe7,0xc8,0x37,0x6d,0x8d,0xd5,0x4e,0xa9,0x6c,0x56,0xf4,0xea,0x65,0x7a,0xae,0x08
    .byte 0xba,0x78,0x25,0x2e,0x1c,0xa6,0xb4,0xc6,0xe8,0xdd,0x74,0x1f,0x4b,0xbd,0x8b,0x8a
    .byte 0x70,0x3e,0xb5,0x66,0x48,0x03,0xf6,0x0e,0x61,0x35,0x57,0xb9,0x86,0xc1,0x1d,0x9e
    .byte 0xe1,0xf8,0x98,0x11,0x69,0xd9,0x8e,0x94,0x9b,0x1e,0x87,0xe9,0xce,0x55,0x28,0xdf
    .byte 0x8c,0xa1,0x89,0x0d,0xbf,0xe6,0x42,0x68,0x41,0x99,0x2d,0x0f,0xb0,0x54,0xbb,0x16

.section .text.usmp_tiny_aes256_encrypt, "ax", @progbits

// to = S-box(from). r1 is 0. Six cycles with any value.
.macro SUBSTITUTE to, from
    movw  ZL, table
    add   ZL, \from
    adc   ZH, r1
    lpm   \to, Z
.endm

// SubBytes and ShiftRows: row r moves r columns to the left.
substitute_and_shift:
    SUBSTITUTE r2, r2               // row 0
    SUBSTITUTE r6, r6
    SUBSTITUTE r10, r10
    SUBSTITUTE r14, r14
    SUBSTITUTE r18, r3              // row 1
    SUBSTITUTE r3, r7
    SUBSTITUTE r7, r11
    SUBSTITUTE r11, r15
    mov   r15, r18
    SUBSTITUTE r18, r4              // row 2
    SUBSTITUTE r4, r12
    mov   r12, r18
    SUBSTITUTE r18, r8
    SUBSTITUTE r8, r16
    mov   r16, r18
    SUBSTITUTE r18, r17             // row 3
    SUBSTITUTE r17, r13
    SUBSTITUTE r13, r9
    SUBSTITUTE r9, r5
    mov   r5, r18
    ret

// byte ^= all ^ 2 * (byte ^ next) in GF(2^8). Uses r0 and Z; all is r18.
.macro MIX_BYTE byte, next
    mov   r0, \byte
    eor   r0, \next
    lsl   r0
    sbc   ZL, ZL                    // 0xff where a bit was lost
    and   ZL, reduction
    eor   r0, ZL
    eor   r0, r18
    eor   \byte, r0
.endm

.macro MIX_COLUMN c0, c1, c2, c3
    mov   r18, \c0
    eor   r18, \c1
    eor   r18, \c2
    eor   r18, \c3
    mov   ZH, \c0
    MIX_BYTE \c0, \c1
    MIX_BYTE \c1, \c2
    MIX_BYTE \c2, \c3
    MIX_BYTE \c3, ZH
.endm

mix_columns:
    ldi   reduction, 0x1b
    MIX_COLUMN r2, r3, r4, r5
    MIX_COLUMN r6, r7, r8, r9
    MIX_COLUMN r10, r11, r12, r13
    MIX_COLUMN r14, r15, r16, r17
    ret

// The column of the state that begins at byte `index` += k.
.macro ADD_WORD index
    eor   2+\index, k0
    eor   3+\index, k1
    eor   4+\index, k2
    eor   5+\index, k3
.endm

// Y[index] += k, which becomes the same.
.macro NEXT_KEY_BYTE index, k
    ldd   r18, Y+\index
    eor   \k, r18
    std   Y+\index, \k
.endm

// AddRoundKey with 16 bytes of the key itself, whose last word stays in k0..k3.
add_key:
    .irp  index, 0, 4, 8, 12
    ldd   k0, Y+\index
    ldd   k1, Y+\index+1
    ldd   k2, Y+\index+2
    ldd   k3, Y+\index+3
    ADD_WORD \index
    .endr
    ret

// Makes the next round key out of the one at Y and the substituted word in k0..k3, in its place,
// and adds it: every word is the old one and the new word before it.
add_next_key:
    .irp  index, 0, 4, 8, 12
    NEXT_KEY_BYTE \index, k0
    NEXT_KEY_BYTE \index+1, k1
    NEXT_KEY_BYTE \index+2, k2
    NEXT_KEY_BYTE \index+3, k3
    ADD_WORD \index
    .endr
    ret

// k = SubWord(RotWord(k)) with the round constant, for an even round.
rotate_and_substitute:
    mov   r18, k0
    SUBSTITUTE k0, k1
    SUBSTITUTE k1, k2
    SUBSTITUTE k2, k3
    SUBSTITUTE k3, r18
    eor   k0, round_constant
    lsl   round_constant
    ret

.global usmp_tiny_aes256_encrypt
usmp_tiny_aes256_encrypt:
    .irp  saved, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29
    push  r\saved
    .endr
    push  r22
    push  r23
    in    YL, SPL_IO
    in    YH, SPH_IO
    sbiw  YL, KEY_SIZE
    in    r0, SREG_IO
    cli                             // no interrupt between the halves of the stack pointer
    out   SPH_IO, YH
    out   SREG_IO, r0
    out   SPL_IO, YL
    adiw  YL, 1
    movw  XL, YL
    movw  ZL, r24
    ldi   r18, KEY_SIZE
1:
    ld    r0, Z+
    st    X+, r0
    dec   r18
    brne  1b
    movw  ZL, r22
    .irp  index, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    ldd   2+\index, Z+\index
    .endr
    ldi   table, lo8(s_box)
    ldi   table+1, hi8(s_box)

    rcall add_key
    adiw  YL, 16
    rcall substitute_and_shift      // round 1
    rcall mix_columns
    rcall add_key
    ldi   round_constant, 1
    ldi   pairs, 6
2:
    sbiw  YL, 16                    // rounds 2, 4, ... 12
    rcall rotate_and_substitute
    rcall substitute_and_shift
    rcall mix_columns
    rcall add_next_key
    adiw  YL, 16                    // rounds 3, 5, ... 13
    SUBSTITUTE k0, k0
    SUBSTITUTE k1, k1
    SUBSTITUTE k2, k2
    SUBSTITUTE k3, k3
    rcall substitute_and_shift
    rcall mix_columns
    rcall add_next_key
    dec   pairs
    brne  2b
    sbiw  YL, 16                    // round 14, without MixColumns
    rcall rotate_and_substitute
    rcall substitute_and_shift
    rcall add_next_key

    // The window is wiped as it leaves the stack.
    ldi   r18, KEY_SIZE
3:
    st    Y+, r1
    pop   r0
    dec   r18
    brne  3b
    pop   ZH
    pop   ZL
    .irp  index, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    std   Z+\index, 2+\index
    .endr
    .irp  saved, 29, 28, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2
    pop   r\saved
    .endr
    ret

#endif  // USMP_TINY_AVR
