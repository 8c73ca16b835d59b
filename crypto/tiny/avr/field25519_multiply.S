// usmp_tiny_field_multiply and usmp_tiny_field_square: 32 by 32 bytes by Karatsuba out of the
// products of field25519_product.S, and the reduction modulo 2^255 - 19. Every path is straight.
#include "../platform.hpp"

#if USMP_TINY_AVR

#include "field25519_registers.h"

#define SPL_IO 0x3d
#define SPH_IO 0x3e
#define SREG_IO 0x3f

// Calls from one section into another are `call`: a linker may put them out of the reach of
// `rcall`.

// The frame, from its lowest byte. With halves l and h of the factors a and b:
#define FRAME_A 0         // where a is
#define FRAME_B 2         // where b is
#define FRAME_OUT 4       // where the result goes
#define FRAME_MASK 6      // 0xff: (ah - al) * (bh - bl) is to be subtracted
#define FRAME_SCRATCH 8   // 16 bytes for field25519_product.S
#define FRAME_DIFFERENCE 24  // 32 bytes: |ah - al| * |bh - bl|
#define FRAME_LOW 56      // 32 bytes: al * bl
#define FRAME_HIGH 88     // 32 bytes: ah * bh; before that |ah - al| and |bh - bl|
#define FRAME_SIZE 120

// pair = Y + offset, for offsets beyond those of `adiw`. The pair is r16 or above.
.macro FRAME_ADDRESS low, high, offset
    movw  \low, YL
    subi  \low, lo8(-(\offset))
    sbci  \high, hi8(-(\offset))
.endm

.macro FRAME_TO_Y
    in    YL, SPL_IO
    in    YH, SPH_IO
    adiw  YL, 1
.endm

// Saves what a function must keep and makes the frame, with Y at its lowest byte.
.macro ENTER
    .irp  saved, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29
    push  r\saved
    .endr
    in    YL, SPL_IO
    in    YH, SPH_IO
    subi  YL, FRAME_SIZE
    sbc   YH, r1
    in    r0, SREG_IO
    cli                             // no interrupt between the halves of the stack pointer
    out   SPH_IO, YH
    out   SREG_IO, r0
    out   SPL_IO, YL
    adiw  YL, 1
    std   Y+FRAME_OUT, r24
    std   Y+FRAME_OUT+1, r25
    std   Y+FRAME_A, r22
    std   Y+FRAME_A+1, r23
.endm

// One byte of the reduction, m0 = 38, s0 the carry: X[0] = Z[index] + 38 * r(2 + index) + s0.
.macro FOLD_FIRST index
    mul   2+\index, m0
    ldd   m1, Z+\index
    add   r0, m1
    adc   r1, zero
    add   r0, s0
    adc   r1, zero
    mov   s0, r1
    st    X+, r0
.endm

// r(2 + index) = Y[FRAME_DIFFERENCE + index] + 38 * Z[48 + index] + s0.
.macro FOLD_SECOND index
    ldd   m1, Z+48+\index
    mul   m1, m0
    ldd   m1, Y+FRAME_DIFFERENCE+\index
    add   r0, m1
    adc   r1, zero
    add   r0, s0
    adc   r1, zero
    mov   s0, r1
    mov   2+\index, r0
.endm

.section .text.usmp_tiny_field_multiply, "ax", @progbits

// X[0..15] = |Z[16..31] - Z[0..15]|, m0 = 0xff where it was negative, else 0. X ends behind it.
absolute_difference:
    ldd   r2, Z+16
    ldd   r3, Z+17
    ldd   r4, Z+18
    ldd   r5, Z+19
    ldd   r6, Z+20
    ldd   r7, Z+21
    ldd   r8, Z+22
    ldd   r9, Z+23
    ldd   r10, Z+24
    ldd   r11, Z+25
    ldd   r12, Z+26
    ldd   r13, Z+27
    ldd   r14, Z+28
    ldd   r15, Z+29
    ldd   r16, Z+30
    ldd   r17, Z+31
    ldd   s0, Z+0
    sub   r2, s0
    ldd   s0, Z+1
    sbc   r3, s0
    ldd   s0, Z+2
    sbc   r4, s0
    ldd   s0, Z+3
    sbc   r5, s0
    ldd   s0, Z+4
    sbc   r6, s0
    ldd   s0, Z+5
    sbc   r7, s0
    ldd   s0, Z+6
    sbc   r8, s0
    ldd   s0, Z+7
    sbc   r9, s0
    ldd   s0, Z+8
    sbc   r10, s0
    ldd   s0, Z+9
    sbc   r11, s0
    ldd   s0, Z+10
    sbc   r12, s0
    ldd   s0, Z+11
    sbc   r13, s0
    ldd   s0, Z+12
    sbc   r14, s0
    ldd   s0, Z+13
    sbc   r15, s0
    ldd   s0, Z+14
    sbc   r16, s0
    ldd   s0, Z+15
    sbc   r17, s0
    sbc   m0, m0
    eor   r2, m0
    eor   r3, m0
    eor   r4, m0
    eor   r5, m0
    eor   r6, m0
    eor   r7, m0
    eor   r8, m0
    eor   r9, m0
    eor   r10, m0
    eor   r11, m0
    eor   r12, m0
    eor   r13, m0
    eor   r14, m0
    eor   r15, m0
    eor   r16, m0
    eor   r17, m0
    sub   r2, m0
    sbc   r3, m0
    sbc   r4, m0
    sbc   r5, m0
    sbc   r6, m0
    sbc   r7, m0
    sbc   r8, m0
    sbc   r9, m0
    sbc   r10, m0
    sbc   r11, m0
    sbc   r12, m0
    sbc   r13, m0
    sbc   r14, m0
    sbc   r15, m0
    sbc   r16, m0
    sbc   r17, m0
    st    X+, r2
    st    X+, r3
    st    X+, r4
    st    X+, r5
    st    X+, r6
    st    X+, r7
    st    X+, r8
    st    X+, r9
    st    X+, r10
    st    X+, r11
    st    X+, r12
    st    X+, r13
    st    X+, r14
    st    X+, r15
    st    X+, r16
    st    X+, r17
    ret

.global usmp_tiny_field_multiply
usmp_tiny_field_multiply:
    ENTER
    std   Y+FRAME_B, r20
    std   Y+FRAME_B+1, r21
    movw  ZL, r22
    FRAME_ADDRESS XL, XH, FRAME_HIGH
    rcall absolute_difference
    std   Y+FRAME_MASK, m0
    movw  ZL, r20
    clr   zero
    // r21:r20 was b; s0 and m0 are all that absolute_difference uses besides.
    rcall absolute_difference
    ldd   s0, Y+FRAME_MASK
    eor   m0, s0
    com   m0
    std   Y+FRAME_MASK, m0
    // |ah - al| * |bh - bl|
    FRAME_ADDRESS r24, r25, FRAME_SCRATCH
    FRAME_ADDRESS ZL, ZH, FRAME_DIFFERENCE
    FRAME_ADDRESS XL, XH, FRAME_HIGH
    subi  YL, lo8(-(FRAME_HIGH + 16))
    sbci  YH, hi8(-(FRAME_HIGH + 16))
    call  usmp_tiny_multiply_128
    // al * bl
    FRAME_TO_Y
    FRAME_ADDRESS r24, r25, FRAME_SCRATCH
    FRAME_ADDRESS ZL, ZH, FRAME_LOW
    ldd   XL, Y+FRAME_A
    ldd   XH, Y+FRAME_A+1
    ldd   s0, Y+FRAME_B
    ldd   YH, Y+FRAME_B+1
    mov   YL, s0
    call  usmp_tiny_multiply_128
    // ah * bh
    FRAME_TO_Y
    FRAME_ADDRESS r24, r25, FRAME_SCRATCH
    FRAME_ADDRESS ZL, ZH, FRAME_HIGH
    ldd   XL, Y+FRAME_A
    ldd   XH, Y+FRAME_A+1
    ldd   s0, Y+FRAME_B
    ldd   YH, Y+FRAME_B+1
    mov   YL, s0
    adiw  XL, 16
    adiw  YL, 16
    call  usmp_tiny_multiply_128
    rjmp  combine_and_reduce

.global usmp_tiny_field_square
usmp_tiny_field_square:
    ENTER
    movw  ZL, r22
    FRAME_ADDRESS XL, XH, FRAME_HIGH
    rcall absolute_difference
    clr   zero
    ldi   m0, 0xff
    std   Y+FRAME_MASK, m0
    // (ah - al)^2
    FRAME_ADDRESS XL, XH, FRAME_HIGH
    FRAME_ADDRESS ZL, ZH, FRAME_DIFFERENCE
    adiw  YL, FRAME_SCRATCH
    call  usmp_tiny_square_128
    // al^2
    FRAME_TO_Y
    ldd   XL, Y+FRAME_A
    ldd   XH, Y+FRAME_A+1
    FRAME_ADDRESS ZL, ZH, FRAME_LOW
    adiw  YL, FRAME_SCRATCH
    call  usmp_tiny_square_128
    // ah^2
    FRAME_TO_Y
    ldd   XL, Y+FRAME_A
    ldd   XH, Y+FRAME_A+1
    adiw  XL, 16
    FRAME_ADDRESS ZL, ZH, FRAME_HIGH
    adiw  YL, FRAME_SCRATCH
    call  usmp_tiny_square_128

// The product is low + 2^128 * (low + high -+ difference) + 2^256 * high. In quarters of 16 bytes,
// with T = l1 + h0:
//   q0 = l0,  q1 = T + l0 -+ d0,  q2 = T + h1 -+ d1 + what q1 has beyond,  q3 = h1 + what q2 has.
// Then 2^256 counts 38 modulo p: the result is (q0, q1) + 38 * (q2, q3).
combine_and_reduce:
    FRAME_TO_Y
    ldd   m0, Y+FRAME_MASK
    FRAME_ADDRESS ZL, ZH, FRAME_LOW
    movw  XL, ZL
    mov   s2, m0
    andi  s2, 1                     // to subtract is to add the complement and 1
    rcall middle_quarter            // q1, into the place of d0
    std   Y+FRAME_DIFFERENCE+0, r2
    std   Y+FRAME_DIFFERENCE+1, r3
    std   Y+FRAME_DIFFERENCE+2, r4
    std   Y+FRAME_DIFFERENCE+3, r5
    std   Y+FRAME_DIFFERENCE+4, r6
    std   Y+FRAME_DIFFERENCE+5, r7
    std   Y+FRAME_DIFFERENCE+6, r8
    std   Y+FRAME_DIFFERENCE+7, r9
    std   Y+FRAME_DIFFERENCE+8, r10
    std   Y+FRAME_DIFFERENCE+9, r11
    std   Y+FRAME_DIFFERENCE+10, r12
    std   Y+FRAME_DIFFERENCE+11, r13
    std   Y+FRAME_DIFFERENCE+12, r14
    std   Y+FRAME_DIFFERENCE+13, r15
    std   Y+FRAME_DIFFERENCE+14, r16
    std   Y+FRAME_DIFFERENCE+15, r17
    mov   s2, s1
    adiw  YL, 16
    movw  XL, ZL
    adiw  XL, 48
    rcall middle_quarter            // q2, in r2..r17
    sbiw  YL, 16
    add   s1, m0                    // the ones in front of a complement; not negative together
    mov   s2, s1                    // what q3 has to be increased by, at most 3

    // First half: out[i] = q0[i] + 38 * q2[i] + carry. 38 * 255 + 255 + 39 < 2^16, carry at most
    // 39.
    ldd   XL, Y+FRAME_OUT
    ldd   XH, Y+FRAME_OUT+1
    ldi   m0, 38
    clr   s0
    .irp  index, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    FOLD_FIRST \index
    .endr
    // Second half: r2..r17 = q1[i] + 38 * h1[i] + carry, and 38 * what q3 has beyond at first.
    mul   s2, m0
    add   s0, r0                    // at most 39 + 3 * 38
    FOLD_SECOND 0
    FOLD_SECOND 1
    FOLD_SECOND 2
    FOLD_SECOND 3
    FOLD_SECOND 4
    FOLD_SECOND 5
    FOLD_SECOND 6
    FOLD_SECOND 7
    FOLD_SECOND 8
    FOLD_SECOND 9
    FOLD_SECOND 10
    FOLD_SECOND 11
    FOLD_SECOND 12
    FOLD_SECOND 13
    FOLD_SECOND 14
    FOLD_SECOND 15

    // s0 * 2^256 + (out, r2..r17), s0 at most 38. The bits from 255 on, at most 77, count 19 each.
    mov   s1, r17
    lsl   s1
    rol   s0
    andi  r17, 0x7f
    ldi   m0, 19
    mul   s0, m0                    // at most 1463
    sbiw  XL, 16
    ld    s0, X
    add   s0, r0
    st    X+, s0
    ld    s0, X
    adc   s0, r1
    st    X+, s0
    .rept 14
    ld    s0, X
    adc   s0, zero
    st    X+, s0
    .endr
    adc   r2, zero
    adc   r3, zero
    adc   r4, zero
    adc   r5, zero
    adc   r6, zero
    adc   r7, zero
    adc   r8, zero
    adc   r9, zero
    adc   r10, zero
    adc   r11, zero
    adc   r12, zero
    adc   r13, zero
    adc   r14, zero
    adc   r15, zero
    adc   r16, zero
    adc   r17, zero
    // Where bit 255 is set again, all below it but the lowest 11 bits is zero: two bytes take 19.
    mov   s1, r17
    lsl   s1
    sbc   s1, s1
    andi  s1, 19
    andi  r17, 0x7f
    st    X+, r2
    st    X+, r3
    st    X+, r4
    st    X+, r5
    st    X+, r6
    st    X+, r7
    st    X+, r8
    st    X+, r9
    st    X+, r10
    st    X+, r11
    st    X+, r12
    st    X+, r13
    st    X+, r14
    st    X+, r15
    st    X+, r16
    st    X+, r17
    sbiw  XL, 32
    ld    s0, X
    add   s0, s1
    st    X+, s0
    ld    s0, X
    adc   s0, zero
    st    X, s0

    FRAME_TO_Y
    subi  YL, lo8(-(FRAME_SIZE - 1))
    sbci  YH, hi8(-(FRAME_SIZE - 1))
    in    r0, SREG_IO
    cli
    out   SPH_IO, YH
    out   SREG_IO, r0
    out   SPL_IO, YL
    .irp  saved, 29, 28, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2
    pop   r\saved
    .endr
    clr   r1
    ret

// r2..r17 = l1 + h0 + X[0..15] + (Y[FRAME_DIFFERENCE..] xor m0) + s2, where Z is at low and high.
// s1 = what is beyond 16 bytes, at most 3. X ends behind its bytes.
middle_quarter:
    ldd   r2, Z+16
    ldd   r3, Z+17
    ldd   r4, Z+18
    ldd   r5, Z+19
    ldd   r6, Z+20
    ldd   r7, Z+21
    ldd   r8, Z+22
    ldd   r9, Z+23
    ldd   r10, Z+24
    ldd   r11, Z+25
    ldd   r12, Z+26
    ldd   r13, Z+27
    ldd   r14, Z+28
    ldd   r15, Z+29
    ldd   r16, Z+30
    ldd   r17, Z+31
    ldd   s0, Z+32
    add   r2, s0
    ldd   s0, Z+33
    adc   r3, s0
    ldd   s0, Z+34
    adc   r4, s0
    ldd   s0, Z+35
    adc   r5, s0
    ldd   s0, Z+36
    adc   r6, s0
    ldd   s0, Z+37
    adc   r7, s0
    ldd   s0, Z+38
    adc   r8, s0
    ldd   s0, Z+39
    adc   r9, s0
    ldd   s0, Z+40
    adc   r10, s0
    ldd   s0, Z+41
    adc   r11, s0
    ldd   s0, Z+42
    adc   r12, s0
    ldd   s0, Z+43
    adc   r13, s0
    ldd   s0, Z+44
    adc   r14, s0
    ldd   s0, Z+45
    adc   r15, s0
    ldd   s0, Z+46
    adc   r16, s0
    ldd   s0, Z+47
    adc   r17, s0
    clr   s1
    adc   s1, zero
    ld    s0, X+
    add   r2, s0
    ld    s0, X+
    adc   r3, s0
    ld    s0, X+
    adc   r4, s0
    ld    s0, X+
    adc   r5, s0
    ld    s0, X+
    adc   r6, s0
    ld    s0, X+
    adc   r7, s0
    ld    s0, X+
    adc   r8, s0
    ld    s0, X+
    adc   r9, s0
    ld    s0, X+
    adc   r10, s0
    ld    s0, X+
    adc   r11, s0
    ld    s0, X+
    adc   r12, s0
    ld    s0, X+
    adc   r13, s0
    ld    s0, X+
    adc   r14, s0
    ld    s0, X+
    adc   r15, s0
    ld    s0, X+
    adc   r16, s0
    ld    s0, X+
    adc   r17, s0
    adc   s1, zero
    add   r2, s2
    adc   r3, zero
    adc   r4, zero
    adc   r5, zero
    adc   r6, zero
    adc   r7, zero
    adc   r8, zero
    adc   r9, zero
    adc   r10, zero
    adc   r11, zero
    adc   r12, zero
    adc   r13, zero
    adc   r14, zero
    adc   r15, zero
    adc   r16, zero
    adc   r17, zero
    adc   s1, zero
    ldd   s0, Y+FRAME_DIFFERENCE+0
    eor   s0, m0
    add   r2, s0
    ldd   s0, Y+FRAME_DIFFERENCE+1
    eor   s0, m0
    adc   r3, s0
    ldd   s0, Y+FRAME_DIFFERENCE+2
    eor   s0, m0
    adc   r4, s0
    ldd   s0, Y+FRAME_DIFFERENCE+3
    eor   s0, m0
    adc   r5, s0
    ldd   s0, Y+FRAME_DIFFERENCE+4
    eor   s0, m0
    adc   r6, s0
    ldd   s0, Y+FRAME_DIFFERENCE+5
    eor   s0, m0
    adc   r7, s0
    ldd   s0, Y+FRAME_DIFFERENCE+6
    eor   s0, m0
    adc   r8, s0
    ldd   s0, Y+FRAME_DIFFERENCE+7
    eor   s0, m0
    adc   r9, s0
    ldd   s0, Y+FRAME_DIFFERENCE+8
    eor   s0, m0
    adc   r10, s0
    ldd   s0, Y+FRAME_DIFFERENCE+9
    eor   s0, m0
    adc   r11, s0
    ldd   s0, Y+FRAME_DIFFERENCE+10
    eor   s0, m0
    adc   r12, s0
    ldd   s0, Y+FRAME_DIFFERENCE+11
    eor   s0, m0
    adc   r13, s0
    ldd   s0, Y+FRAME_DIFFERENCE+12
    eor   s0, m0
    adc   r14, s0
    ldd   s0, Y+FRAME_DIFFERENCE+13
    eor   s0, m0
    adc   r15, s0
    ldd   s0, Y+FRAME_DIFFERENCE+14
    eor   s0, m0
    adc   r16, s0
    ldd   s0, Y+FRAME_DIFFERENCE+15
    eor   s0, m0
    adc   r17, s0
    adc   s1, zero
    ret

#endif  // USMP_TINY_AVR
