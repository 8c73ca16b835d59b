// Products and squares of 8 and 16 bytes: the inner part of field25519_multiply.S. Every path is
// straight: no branch, no address that depends on a value.
//
// Numbers are little-endian. The names below are registers, so that each column of the schoolbook
// product can be read as on paper: byte k of a product is the sum of all a_i * b_j with i + j = k.
#include "../platform.hpp"

#if USMP_TINY_AVR

#include "field25519_registers.h"

// high:middle:low += one * other. The sum of a column has at most 8 products of 16 bits and what
// the column before left (below 2^12): below 2^20, three bytes.
.macro MULTIPLY_ADD one, other, low, middle, high
    mul   \one, \other
    add   \low, r0
    adc   \middle, r1
    adc   \high, zero
.endm

// A column is done: its low byte goes out, and the register becomes the high byte of the next.
.macro STORE_COLUMN low
    st    Z+, \low
    clr   \low
.endm

.section .text.usmp_tiny_field_product, "ax", @progbits

// Z[0..15] = a * b of 8 bytes each. a and b stay, Z ends behind the product. Uses r0, r1, s0..s2.
// 368 cycles with its return.
.global usmp_tiny_multiply_64
usmp_tiny_multiply_64:
    mul   a0, b0
    st    Z+, r0
    mov   s0, r1
    clr   s1
    clr   s2
    // column 1
    MULTIPLY_ADD a0, b1, s0, s1, s2
    MULTIPLY_ADD a1, b0, s0, s1, s2
    STORE_COLUMN s0
    // column 2
    MULTIPLY_ADD a0, b2, s1, s2, s0
    MULTIPLY_ADD a1, b1, s1, s2, s0
    MULTIPLY_ADD a2, b0, s1, s2, s0
    STORE_COLUMN s1
    // column 3
    MULTIPLY_ADD a0, b3, s2, s0, s1
    MULTIPLY_ADD a1, b2, s2, s0, s1
    MULTIPLY_ADD a2, b1, s2, s0, s1
    MULTIPLY_ADD a3, b0, s2, s0, s1
    STORE_COLUMN s2
    // column 4
    MULTIPLY_ADD a0, b4, s0, s1, s2
    MULTIPLY_ADD a1, b3, s0, s1, s2
    MULTIPLY_ADD a2, b2, s0, s1, s2
    MULTIPLY_ADD a3, b1, s0, s1, s2
    MULTIPLY_ADD a4, b0, s0, s1, s2
    STORE_COLUMN s0
    // column 5
    MULTIPLY_ADD a0, b5, s1, s2, s0
    MULTIPLY_ADD a1, b4, s1, s2, s0
    MULTIPLY_ADD a2, b3, s1, s2, s0
    MULTIPLY_ADD a3, b2, s1, s2, s0
    MULTIPLY_ADD a4, b1, s1, s2, s0
    MULTIPLY_ADD a5, b0, s1, s2, s0
    STORE_COLUMN s1
    // column 6
    MULTIPLY_ADD a0, b6, s2, s0, s1
    MULTIPLY_ADD a1, b5, s2, s0, s1
    MULTIPLY_ADD a2, b4, s2, s0, s1
    MULTIPLY_ADD a3, b3, s2, s0, s1
    MULTIPLY_ADD a4, b2, s2, s0, s1
    MULTIPLY_ADD a5, b1, s2, s0, s1
    MULTIPLY_ADD a6, b0, s2, s0, s1
    STORE_COLUMN s2
    // column 7
    MULTIPLY_ADD a0, b7, s0, s1, s2
    MULTIPLY_ADD a1, b6, s0, s1, s2
    MULTIPLY_ADD a2, b5, s0, s1, s2
    MULTIPLY_ADD a3, b4, s0, s1, s2
    MULTIPLY_ADD a4, b3, s0, s1, s2
    MULTIPLY_ADD a5, b2, s0, s1, s2
    MULTIPLY_ADD a6, b1, s0, s1, s2
    MULTIPLY_ADD a7, b0, s0, s1, s2
    STORE_COLUMN s0
    // column 8
    MULTIPLY_ADD a1, b7, s1, s2, s0
    MULTIPLY_ADD a2, b6, s1, s2, s0
    MULTIPLY_ADD a3, b5, s1, s2, s0
    MULTIPLY_ADD a4, b4, s1, s2, s0
    MULTIPLY_ADD a5, b3, s1, s2, s0
    MULTIPLY_ADD a6, b2, s1, s2, s0
    MULTIPLY_ADD a7, b1, s1, s2, s0
    STORE_COLUMN s1
    // column 9
    MULTIPLY_ADD a2, b7, s2, s0, s1
    MULTIPLY_ADD a3, b6, s2, s0, s1
    MULTIPLY_ADD a4, b5, s2, s0, s1
    MULTIPLY_ADD a5, b4, s2, s0, s1
    MULTIPLY_ADD a6, b3, s2, s0, s1
    MULTIPLY_ADD a7, b2, s2, s0, s1
    STORE_COLUMN s2
    // column 10
    MULTIPLY_ADD a3, b7, s0, s1, s2
    MULTIPLY_ADD a4, b6, s0, s1, s2
    MULTIPLY_ADD a5, b5, s0, s1, s2
    MULTIPLY_ADD a6, b4, s0, s1, s2
    MULTIPLY_ADD a7, b3, s0, s1, s2
    STORE_COLUMN s0
    // column 11
    MULTIPLY_ADD a4, b7, s1, s2, s0
    MULTIPLY_ADD a5, b6, s1, s2, s0
    MULTIPLY_ADD a6, b5, s1, s2, s0
    MULTIPLY_ADD a7, b4, s1, s2, s0
    STORE_COLUMN s1
    // column 12
    MULTIPLY_ADD a5, b7, s2, s0, s1
    MULTIPLY_ADD a6, b6, s2, s0, s1
    MULTIPLY_ADD a7, b5, s2, s0, s1
    STORE_COLUMN s2
    // column 13
    MULTIPLY_ADD a6, b7, s0, s1, s2
    MULTIPLY_ADD a7, b6, s0, s1, s2
    STORE_COLUMN s0
    // column 14
    mul   a7, b7
    add   s1, r0
    adc   s2, r1
    st    Z+, s1
    st    Z+, s2
    ret

// Z[0..15] = a * a of 8 bytes. a stays, Z ends behind the square. Uses r0, r1 and t1..t15, which
// are all of b and s and r22..r25. 248 cycles.
// First the sum of all a_i * a_j with i < j, then twice that, then the a_i * a_i.
.global usmp_tiny_square_64
usmp_tiny_square_64:
    mul   a0, a1            // column 1 begins
    movw  t1, r0
    clr   t3
    clr   t4
    clr   t5
    clr   t6
    clr   t7
    clr   t8
    clr   t9
    clr   t10
    clr   t11
    clr   t12
    clr   t13
    clr   t14
    clr   t15
    // column 1
    // column 2
    MULTIPLY_ADD a0, a2, t2, t3, t4
    // column 3
    MULTIPLY_ADD a0, a3, t3, t4, t5
    MULTIPLY_ADD a1, a2, t3, t4, t5
    // column 4
    MULTIPLY_ADD a0, a4, t4, t5, t6
    MULTIPLY_ADD a1, a3, t4, t5, t6
    // column 5
    MULTIPLY_ADD a0, a5, t5, t6, t7
    MULTIPLY_ADD a1, a4, t5, t6, t7
    MULTIPLY_ADD a2, a3, t5, t6, t7
    // column 6
    MULTIPLY_ADD a0, a6, t6, t7, t8
    MULTIPLY_ADD a1, a5, t6, t7, t8
    MULTIPLY_ADD a2, a4, t6, t7, t8
    // column 7
    MULTIPLY_ADD a0, a7, t7, t8, t9
    MULTIPLY_ADD a1, a6, t7, t8, t9
    MULTIPLY_ADD a2, a5, t7, t8, t9
    MULTIPLY_ADD a3, a4, t7, t8, t9
    // column 8
    MULTIPLY_ADD a1, a7, t8, t9, t10
    MULTIPLY_ADD a2, a6, t8, t9, t10
    MULTIPLY_ADD a3, a5, t8, t9, t10
    // column 9
    MULTIPLY_ADD a2, a7, t9, t10, t11
    MULTIPLY_ADD a3, a6, t9, t10, t11
    MULTIPLY_ADD a4, a5, t9, t10, t11
    // column 10
    MULTIPLY_ADD a3, a7, t10, t11, t12
    MULTIPLY_ADD a4, a6, t10, t11, t12
    // column 11
    MULTIPLY_ADD a4, a7, t11, t12, t13
    MULTIPLY_ADD a5, a6, t11, t12, t13
    // column 12
    MULTIPLY_ADD a5, a7, t12, t13, t14
    // column 13
    MULTIPLY_ADD a6, a7, t13, t14, t15
    // Twice. The sum is below half of the square, so nothing is lost.
    lsl   t1
    rol   t2
    rol   t3
    rol   t4
    rol   t5
    rol   t6
    rol   t7
    rol   t8
    rol   t9
    rol   t10
    rol   t11
    rol   t12
    rol   t13
    rol   t14
    rol   t15
    // Plus the squares. `mul` spoils the carry: between them it is bit 0 of t1, which is out by
    // then.
    mul   a0, a0
    st    Z+, r0
    add   t1, r1
    st    Z+, t1
    clr   t1
    rol   t1
    mul   a1, a1
    lsr   t1
    adc   t2, r0
    adc   t3, r1
    rol   t1
    st    Z+, t2
    st    Z+, t3
    mul   a2, a2
    lsr   t1
    adc   t4, r0
    adc   t5, r1
    rol   t1
    st    Z+, t4
    st    Z+, t5
    mul   a3, a3
    lsr   t1
    adc   t6, r0
    adc   t7, r1
    rol   t1
    st    Z+, t6
    st    Z+, t7
    mul   a4, a4
    lsr   t1
    adc   t8, r0
    adc   t9, r1
    rol   t1
    st    Z+, t8
    st    Z+, t9
    mul   a5, a5
    lsr   t1
    adc   t10, r0
    adc   t11, r1
    rol   t1
    st    Z+, t10
    st    Z+, t11
    mul   a6, a6
    lsr   t1
    adc   t12, r0
    adc   t13, r1
    rol   t1
    st    Z+, t12
    st    Z+, t13
    mul   a7, a7
    lsr   t1
    adc   t14, r0
    adc   t15, r1
    st    Z+, t14
    st    Z+, t15
    ret

// Loads 8 bytes from X+ into a.
.macro LOAD_A
    .irp  byte, a0, a1, a2, a3, a4, a5, a6, a7
    ld    \byte, X+
    .endr
.endm

// value = |value|, where `borrow` is the carry flag that the subtraction left and becomes the mask
// (0xff: it was negative). One's complement and plus one, or neither.
.macro ABSOLUTE mask, v0, v1, v2, v3, v4, v5, v6, v7
    sbc   \mask, \mask
    .irp  byte, \v0, \v1, \v2, \v3, \v4, \v5, \v6, \v7
    eor   \byte, \mask
    .endr
    sub   \v0, \mask
    .irp  byte, \v1, \v2, \v3, \v4, \v5, \v6, \v7
    sbc   \byte, \mask
    .endr
.endm

// a = |a - X[0..7]|. The mask says whether it was negative.
.macro SUBTRACT_FROM_A mask
    ld    s0, X+
    sub   a0, s0
    .irp  byte, a1, a2, a3, a4, a5, a6, a7
    ld    s0, X+
    sbc   \byte, s0
    .endr
    ABSOLUTE \mask, a0, a1, a2, a3, a4, a5, a6, a7
.endm

// Z[0..31] = X[0..15] * Y[0..15] by Karatsuba: with halves l and h of each factor
//   low = xl * yl, high = xh * yh, middle = low + high - (xh - xl) * (yh - yl).
// r25:r24 points to 16 bytes of scratch. Uses all registers but zero.
.global usmp_tiny_multiply_128
usmp_tiny_multiply_128:
    LOAD_A
    ldd   b0, Y+0
    ldd   b1, Y+1
    ldd   b2, Y+2
    ldd   b3, Y+3
    ldd   b4, Y+4
    ldd   b5, Y+5
    ldd   b6, Y+6
    ldd   b7, Y+7
    rcall usmp_tiny_multiply_64     // low
    LOAD_A
    ldd   b0, Y+8
    ldd   b1, Y+9
    ldd   b2, Y+10
    ldd   b3, Y+11
    ldd   b4, Y+12
    ldd   b5, Y+13
    ldd   b6, Y+14
    ldd   b7, Y+15
    rcall usmp_tiny_multiply_64     // high
    sbiw  XL, 16
    SUBTRACT_FROM_A m0
    ldd   s0, Y+0
    sub   b0, s0
    ldd   s0, Y+1
    sbc   b1, s0
    ldd   s0, Y+2
    sbc   b2, s0
    ldd   s0, Y+3
    sbc   b3, s0
    ldd   s0, Y+4
    sbc   b4, s0
    ldd   s0, Y+5
    sbc   b5, s0
    ldd   s0, Y+6
    sbc   b6, s0
    ldd   s0, Y+7
    sbc   b7, s0
    ABSOLUTE m1, b0, b1, b2, b3, b4, b5, b6, b7
    movw  XL, ZL
    movw  YL, r24
    movw  ZL, r24
    eor   m0, m1
    com   m0                        // 0xff: the product of the differences is to be subtracted
    rcall usmp_tiny_multiply_64
    rjmp  combine_128

// Z[0..31] = the square of X[0..15]; Y points to 16 bytes of scratch. Uses all registers but zero.
.global usmp_tiny_square_128
usmp_tiny_square_128:
    LOAD_A
    rcall usmp_tiny_square_64       // low
    LOAD_A
    rcall usmp_tiny_square_64       // high
    sbiw  XL, 16
    SUBTRACT_FROM_A m0
    movw  XL, ZL
    movw  ZL, YL
    rcall usmp_tiny_square_64
    ldi   m0, 0xff                  // a square is never negative: always subtracted

// X points behind low (l0, l1) and high (h0, h1), 8 bytes each; Y to the product p of the
// differences, 16 bytes. Adds middle = low + high -+ p at byte 8. With T = l1 + h0 what stands
// there is R = (T + l0, T + h1) -+ p. m0: 0xff to subtract p, 0 to add it.
combine_128:
    movw  ZL, XL
    sbiw  ZL, 32
    ldd   a0, Z+8
    ldd   a1, Z+9
    ldd   a2, Z+10
    ldd   a3, Z+11
    ldd   a4, Z+12
    ldd   a5, Z+13
    ldd   a6, Z+14
    ldd   a7, Z+15
    ldd   s0, Z+16
    add   a0, s0
    ldd   s0, Z+17
    adc   a1, s0
    ldd   s0, Z+18
    adc   a2, s0
    ldd   s0, Z+19
    adc   a3, s0
    ldd   s0, Z+20
    adc   a4, s0
    ldd   s0, Z+21
    adc   a5, s0
    ldd   s0, Z+22
    adc   a6, s0
    ldd   s0, Z+23
    adc   a7, s0
    clr   s1
    adc   s1, zero                  // s1: what T has beyond 8 bytes
    movw  b0, a0
    movw  b2, a2
    movw  b4, a4
    movw  b6, a6
    ldd   s0, Z+0
    add   a0, s0
    ldd   s0, Z+1
    adc   a1, s0
    ldd   s0, Z+2
    adc   a2, s0
    ldd   s0, Z+3
    adc   a3, s0
    ldd   s0, Z+4
    adc   a4, s0
    ldd   s0, Z+5
    adc   a5, s0
    ldd   s0, Z+6
    adc   a6, s0
    ldd   s0, Z+7
    adc   a7, s0
    mov   s2, s1
    adc   s2, zero                  // s2: what T + l0 has beyond 8 bytes
    ldd   s0, Z+24
    add   b0, s0
    ldd   s0, Z+25
    adc   b1, s0
    ldd   s0, Z+26
    adc   b2, s0
    ldd   s0, Z+27
    adc   b3, s0
    ldd   s0, Z+28
    adc   b4, s0
    ldd   s0, Z+29
    adc   b5, s0
    ldd   s0, Z+30
    adc   b6, s0
    ldd   s0, Z+31
    adc   b7, s0
    adc   s1, zero
    add   b0, s2
    adc   b1, zero
    adc   b2, zero
    adc   b3, zero
    adc   b4, zero
    adc   b5, zero
    adc   b6, zero
    adc   b7, zero
    adc   s1, zero                  // s1: what R has beyond 16 bytes, at most 3
    // R += p xor m0, plus 1 to subtract: the carry. m0 is also what stands in front of p.
    mov   s0, m0
    lsr   s0
    ldd   s0, Y+0
    eor   s0, m0
    adc   a0, s0
    ldd   s0, Y+1
    eor   s0, m0
    adc   a1, s0
    ldd   s0, Y+2
    eor   s0, m0
    adc   a2, s0
    ldd   s0, Y+3
    eor   s0, m0
    adc   a3, s0
    ldd   s0, Y+4
    eor   s0, m0
    adc   a4, s0
    ldd   s0, Y+5
    eor   s0, m0
    adc   a5, s0
    ldd   s0, Y+6
    eor   s0, m0
    adc   a6, s0
    ldd   s0, Y+7
    eor   s0, m0
    adc   a7, s0
    ldd   s0, Y+8
    eor   s0, m0
    adc   b0, s0
    ldd   s0, Y+9
    eor   s0, m0
    adc   b1, s0
    ldd   s0, Y+10
    eor   s0, m0
    adc   b2, s0
    ldd   s0, Y+11
    eor   s0, m0
    adc   b3, s0
    ldd   s0, Y+12
    eor   s0, m0
    adc   b4, s0
    ldd   s0, Y+13
    eor   s0, m0
    adc   b5, s0
    ldd   s0, Y+14
    eor   s0, m0
    adc   b6, s0
    ldd   s0, Y+15
    eor   s0, m0
    adc   b7, s0
    adc   s1, m0                    // not negative: xl * yh + xh * yl is not
    std   Z+8, a0
    std   Z+9, a1
    std   Z+10, a2
    std   Z+11, a3
    std   Z+12, a4
    std   Z+13, a5
    std   Z+14, a6
    std   Z+15, a7
    std   Z+16, b0
    std   Z+17, b1
    std   Z+18, b2
    std   Z+19, b3
    std   Z+20, b4
    std   Z+21, b5
    std   Z+22, b6
    std   Z+23, b7
    ldd   s0, Z+24
    add   s0, s1
    std   Z+24, s0
    ldd   s0, Z+25
    adc   s0, zero
    std   Z+25, s0
    ldd   s0, Z+26
    adc   s0, zero
    std   Z+26, s0
    ldd   s0, Z+27
    adc   s0, zero
    std   Z+27, s0
    ldd   s0, Z+28
    adc   s0, zero
    std   Z+28, s0
    ldd   s0, Z+29
    adc   s0, zero
    std   Z+29, s0
    ldd   s0, Z+30
    adc   s0, zero
    std   Z+30, s0
    ldd   s0, Z+31
    adc   s0, zero
    std   Z+31, s0
    ret

#endif  // USMP_TINY_AVR
