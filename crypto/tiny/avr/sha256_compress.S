// usmp_tiny_sha256_compress (../sha256.hpp) for an AVR: all 64 rounds by one piece of code, with
// the eight working words on the stack. No branch and no address depends on a value.
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

// The frame: working words a to h, lowest byte first, and where the block begins.
#define WORD_A 0
#define WORD_B 4
#define WORD_C 8
#define WORD_D 12
#define WORD_E 16
#define WORD_F 20
#define WORD_G 24
#define WORD_H 28
#define FRAME_BLOCK 32
#define FRAME_SIZE 34

// Words in registers are named by their lowest one.
#define x 2    // r2..r5
#define sum 6  // r6..r9
#define y 10   // r10..r13
#define z 14   // r14..r17
#define offset r23
#define rounds r22
#define groups r21
#define table 24  // and r25: the next round constant

.section .progmem.data.usmp_tiny_sha256_constants, "a", @progbits
round_constants:
    .long 0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1
    .long 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3
    .long 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786
    .long 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da
    .long 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147
    .long 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13
    .long 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b
    .long 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070
    .long 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a
    .long 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208
    .long 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2

.section .text.usmp_tiny_sha256_compress, "ax", @progbits

// Rotations by one bit. A rotation by 8 bits is a matter of which register is meant: byte i of a
// word rotated right by 8 n bits is byte i + n, modulo 4. r1 is 0.
.macro ROTATE_RIGHT word
    bst   \word, 0
    ror   \word+3
    ror   \word+2
    ror   \word+1
    ror   \word
    bld   \word+3, 7
.endm
.macro ROTATE_LEFT word
    lsl   \word
    rol   \word+1
    rol   \word+2
    rol   \word+3
    adc   \word, r1
.endm
.macro SHIFT_RIGHT word
    lsr   \word+3
    ror   \word+2
    ror   \word+1
    ror   \word
.endm
.macro COPY to, from
    movw  \to, \from
    movw  \to+2, \from+2
.endm
// to ^= from rotated right by `bytes` bytes.
.macro XOR_ROTATED to, from, bytes
    eor   \to, \from + (0 + \bytes) % 4
    eor   \to+1, \from + (1 + \bytes) % 4
    eor   \to+2, \from + (2 + \bytes) % 4
    eor   \to+3, \from + (3 + \bytes) % 4
.endm
// sum += from rotated right by `bytes` bytes.
.macro ADD_ROTATED from, bytes
    add   sum, \from + (0 + \bytes) % 4
    adc   sum+1, \from + (1 + \bytes) % 4
    adc   sum+2, \from + (2 + \bytes) % 4
    adc   sum+3, \from + (3 + \bytes) % 4
.endm
.macro LOAD word, offset
    ldd   \word, Y+\offset
    ldd   \word+1, Y+\offset+1
    ldd   \word+2, Y+\offset+2
    ldd   \word+3, Y+\offset+3
.endm

// Z = where W(t + distance / 4) is, modulo 16 words; W(t) is `offset` bytes behind the block's
// begin.
.macro SCHEDULE_WORD distance
    mov   r18, offset
    subi  r18, -(\distance)
    andi  r18, 63
    ldd   ZL, Y+FRAME_BLOCK
    ldd   ZH, Y+FRAME_BLOCK+1
    add   ZL, r18
    adc   ZH, r1
.endm
.macro LOAD_SCHEDULE word
    ldd   \word, Z+0
    ldd   \word+1, Z+1
    ldd   \word+2, Z+2
    ldd   \word+3, Z+3
.endm
.macro ADD_SCHEDULE
    ldd   r18, Z+0
    add   sum, r18
    ldd   r18, Z+1
    adc   sum+1, r18
    ldd   r18, Z+2
    adc   sum+2, r18
    ldd   r18, Z+3
    adc   sum+3, r18
.endm

// All 16 words of the block become the next 16 of the schedule, one after another:
// W(t) += sigma0(W(t + 1)) + W(t + 9) + sigma1(W(t + 14)).
next_schedule:
    clr   offset
1:
    SCHEDULE_WORD 4
    LOAD_SCHEDULE x
    COPY  y, x
    COPY  z, x
    ROTATE_LEFT y
    ROTATE_RIGHT z
    ROTATE_RIGHT z
    SHIFT_RIGHT x
    SHIFT_RIGHT x
    SHIFT_RIGHT x
    XOR_ROTATED x, y, 1             // rotr7 = rotr8, rotl1
    XOR_ROTATED x, z, 2             // rotr18 = rotr16, rotr2
    COPY  sum, x
    SCHEDULE_WORD 36
    ADD_SCHEDULE
    SCHEDULE_WORD 56
    LOAD_SCHEDULE x
    COPY  y, x
    ROTATE_RIGHT y
    COPY  z, y
    ROTATE_RIGHT z
    ROTATE_RIGHT z
    XOR_ROTATED y, z, 0             // rotr17 = rotr16, rotr1; rotr19 = rotr16, rotr3
    lsr   x+3                       // shr10 = shr8, shr2
    ror   x+2
    ror   x+1
    lsr   x+3
    ror   x+2
    ror   x+1
    clr   x
    XOR_ROTATED x, y, 1             // as x stands a byte too high, so must y
    ADD_ROTATED x, 1
    SCHEDULE_WORD 0
    ADD_SCHEDULE
    std   Z+0, sum
    std   Z+1, sum+1
    std   Z+2, sum+2
    std   Z+3, sum+3
    subi  offset, -4
    cpi   offset, 64
    breq  2f
    rjmp  1b
2:
    ret

// 16 rounds, with the words of the block.
sixteen_rounds:
    ldd   XL, Y+FRAME_BLOCK
    ldd   XH, Y+FRAME_BLOCK+1
    ldi   rounds, 16
1:
    // sum = h + K(t) + W(t)
    LOAD  sum, WORD_H
    movw  ZL, table
    lpm   r18, Z+
    add   sum, r18
    lpm   r18, Z+
    adc   sum+1, r18
    lpm   r18, Z+
    adc   sum+2, r18
    lpm   r18, Z+
    adc   sum+3, r18
    movw  table, ZL
    ld    r18, X+
    add   sum, r18
    ld    r18, X+
    adc   sum+1, r18
    ld    r18, X+
    adc   sum+2, r18
    ld    r18, X+
    adc   sum+3, r18
    // + Ch(e, f, g) = g ^ (e & (f ^ g)); and e, f, g become f, g, h
    LOAD  x, WORD_E
    clc
    .irp  byte, 0, 1, 2, 3
    ldd   r18, Y+WORD_F+\byte
    ldd   r19, Y+WORD_G+\byte
    std   Y+WORD_F+\byte, x+\byte
    std   Y+WORD_G+\byte, r18
    std   Y+WORD_H+\byte, r19
    eor   r18, r19
    and   r18, x+\byte
    eor   r18, r19
    adc   sum+\byte, r18
    .endr
    // + Sigma1(e)
    COPY  y, x
    ROTATE_RIGHT y
    COPY  z, y
    ROTATE_RIGHT z
    ROTATE_RIGHT z
    ROTATE_LEFT x
    ROTATE_LEFT x
    XOR_ROTATED z, x, 0             // rotr6 = rotr8, rotl2; rotr11 = rotr8, rotr3
    XOR_ROTATED z, y, 2             // rotr25 = rotr24, rotr1: two bytes more than z will be
    ADD_ROTATED z, 1
    // d + sum becomes e
    clc
    .irp  byte, 0, 1, 2, 3
    ldd   r18, Y+WORD_D+\byte
    adc   r18, sum+\byte
    std   Y+WORD_E+\byte, r18
    .endr
    // sum += Maj(a, b, c) = b ^ ((a ^ b) & (b ^ c)); and a, b, c become b, c, d
    LOAD  x, WORD_A
    clc
    .irp  byte, 0, 1, 2, 3
    ldd   r18, Y+WORD_B+\byte
    ldd   r19, Y+WORD_C+\byte
    std   Y+WORD_B+\byte, x+\byte
    std   Y+WORD_C+\byte, r18
    std   Y+WORD_D+\byte, r19
    eor   r19, r18
    mov   r20, x+\byte
    eor   r20, r18
    and   r19, r20
    eor   r18, r19
    adc   sum+\byte, r18
    .endr
    // + Sigma0(a): rotr2; rotr13 = rotr16, rotl3; rotr22 = rotr24, rotl2
    COPY  y, x
    ROTATE_RIGHT y
    ROTATE_RIGHT y
    ROTATE_LEFT x
    ROTATE_LEFT x
    XOR_ROTATED y, x, 3
    ROTATE_LEFT x
    XOR_ROTATED y, x, 2
    ADD_ROTATED y, 0
    // becomes a
    .irp  byte, 0, 1, 2, 3
    std   Y+WORD_A+\byte, sum+\byte
    .endr
    dec   rounds
    breq  2f
    rjmp  1b
2:
    ret

.global usmp_tiny_sha256_compress
usmp_tiny_sha256_compress:
    .irp  saved, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29
    push  r\saved
    .endr
    push  r24
    push  r25
    in    YL, SPL_IO
    in    YH, SPH_IO
    sbiw  YL, FRAME_SIZE
    in    r0, SREG_IO
    cli                             // no interrupt between the halves of the stack pointer
    out   SPH_IO, YH
    out   SREG_IO, r0
    out   SPL_IO, YL
    adiw  YL, 1
    std   Y+FRAME_BLOCK, r22
    std   Y+FRAME_BLOCK+1, r23
    movw  XL, YL
    movw  ZL, r24
    ldi   r18, 32
1:
    ld    r0, Z+
    st    X+, r0
    dec   r18
    brne  1b
    ldi   table, lo8(round_constants)
    ldi   table+1, hi8(round_constants)
    ldi   groups, 4
    rjmp  3f
2:
    rcall next_schedule
3:
    rcall sixteen_rounds
    dec   groups
    brne  2b

    // Added to the hash, and wiped as they leave the stack.
    ldd   XL, Y+FRAME_SIZE+1
    ldd   XH, Y+FRAME_SIZE          // as it was pushed
    ldi   r18, 8
4:
    clc
    .rept 4
    ld    r0, X
    pop   r19
    adc   r0, r19
    st    X+, r0
    st    Y+, r1
    .endr
    dec   r18
    brne  4b
    .rept 4
    pop   r0
    .endr
    .irp  saved, 29, 28, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2
    pop   r\saved
    .endr
    ret

#endif  // USMP_TINY_AVR
