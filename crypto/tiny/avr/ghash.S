// usmp_tiny_ghash_multiply (../ghash.hpp) by Karatsuba on two levels out of products of 32 bits,
// without tables and without an address that depends on a value. Branches close loops with a fixed
// count. Carries do not exist here: every sum is an exclusive or.
#include "../platform.hpp"

#if USMP_TINY_AVR

#define XL r26
#define YL r28
#define YH r29
#define ZL r30
#define SPL_IO 0x3d
#define SPH_IO 0x3e
#define SREG_IO 0x3f

// Read as an integer, big-endian, a factor has its coefficient of x^i in bit 127 - i, and the
// product of two such integers has that of x^k in bit 254 - k. Words have 32 bits, word 0 is the
// lowest: word w of a factor lies at its byte 12 - 4 w. The product is a little-endian integer on
// the stack.

#define a0 r2     // a word of the hash; used up by a product
#define a1 r3
#define a2 r4
#define a3 r5
#define b0 r16    // a word of the key
#define b1 r17
#define b2 r18
#define b3 r19
#define t0 r20
#define t1 r21
#define t2 r22
#define t3 r23
#define mask r0
#define loops r6
// r8..r15: a product, r8 its lowest byte. r25:r24: where the whole product is.

.section .text.usmp_tiny_ghash_multiply, "ax", @progbits

// Adds the words at Y and Z to a and b.
plus_word:
    ldd   t0, Y+0
    eor   a3, t0
    ldd   t0, Y+1
    eor   a2, t0
    ldd   t0, Y+2
    eor   a1, t0
    ldd   t0, Y+3
    eor   a0, t0
    ldd   t0, Z+0
    eor   b3, t0
    ldd   t0, Z+1
    eor   b2, t0
    ldd   t0, Z+2
    eor   b1, t0
    ldd   t0, Z+3
    eor   b0, t0
    ret

// r8..r15 = a * b. From the highest bit of every byte of a to the lowest: the product is doubled,
// and b is added at each byte of a whose bit is set. A mask decides, which is 0xff or 0.
product_32:
    .irp  byte, 8, 9, 10, 11, 12, 13, 14, 15
    clr   r\byte
    .endr
    ldi   t0, 8
    mov   loops, t0
1:
    lsl   r8
    .irp  byte, 9, 10, 11, 12, 13, 14, 15
    rol   r\byte
    .endr
    .irp  index, 0, 1, 2, 3
    lsl   2+\index                  // a0..a3
    sbc   mask, mask
    movw  t0, b0
    movw  t2, b2
    and   t0, mask
    and   t1, mask
    and   t2, mask
    and   t3, mask
    eor   8+\index, t0
    eor   9+\index, t1
    eor   10+\index, t2
    eor   11+\index, t3
    .endr
    dec   loops
    brne  1b
    ret

// X[0..3] += the four registers from `first` on. X ends behind them.
.macro ADD_WORD first
    .irp  index, 0, 1, 2, 3
    ld    r0, X
    eor   r0, \first+\index
    st    X+, r0
    .endr
.endm

// t = low word + high word of the product.
.macro SUM_OF_WORDS
    movw  t0, 8
    movw  t2, 10
    eor   t0, r12
    eor   t1, r13
    eor   t2, r14
    eor   t3, r15
.endm

// The product where it counts at words 0, 1, 2 and 3 from X on.
add_at_0_1_2_3:
    SUM_OF_WORDS
    ADD_WORD 8
    ADD_WORD 20
    ADD_WORD 20
add_sum_and_high:
    ADD_WORD 20
add_high:
    ADD_WORD 12
    ret

// The product where it counts at words 0 and 1 from X on.
add_at_0_1:
    SUM_OF_WORDS
    ADD_WORD 8
    rjmp  add_sum_and_high

// The product where it counts at words 0 and 2 from X on.
add_at_0_2:
    ADD_WORD 8
    ADD_WORD 12
add_at_0:
    ADD_WORD 8
    rjmp  add_high

// Y and Z from word `from` of the factors to word `to`.
.macro WORD from, to
    .if   \to > \from
    sbiw  YL, 4 * (\to - \from)
    sbiw  ZL, 4 * (\to - \from)
    .elseif \to < \from
    adiw  YL, 4 * (\from - \to)
    adiw  ZL, 4 * (\from - \to)
    .endif
    rcall plus_word
.endm

.macro CLEAR_FACTORS
    clr   a0
    clr   a1
    movw  a2, a0
    movw  b0, a0
    movw  b2, a0
.endm

// Multiplies, and adds the product by `add` from word `at` of the whole one on.
.macro PRODUCT at, add
    rcall product_32
    movw  XL, r24
    adiw  XL, 4 * \at
    rcall \add
.endm

.global usmp_tiny_ghash_multiply
usmp_tiny_ghash_multiply:
    .irp  saved, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29
    push  r\saved
    .endr
    movw  ZL, r22
    // 32 bytes of zeros: the product
    ldi   r18, 32
1:
    push  r1
    dec   r18
    brne  1b
    in    r18, SPL_IO
    in    r19, SPH_IO
    movw  YL, r24
    movw  r24, r18
    adiw  r24, 1

    // With w for a word, the product is ll (1 + w^2) + mm w^2 + hh (w^2 + w^4), where ll, hh and mm
    // are the products of the low halves, of the high ones and of their sums, and each of them is
    // made in the same way of three. So the product of words i and j counts at several words:
    adiw  YL, 12
    adiw  ZL, 12
    CLEAR_FACTORS
    rcall plus_word
    PRODUCT 0, add_at_0_1_2_3       // 0 * 0
    CLEAR_FACTORS
    WORD  0, 1
    PRODUCT 1, add_at_0_1_2_3       // 1 * 1
    CLEAR_FACTORS
    rcall plus_word
    WORD  1, 0
    PRODUCT 1, add_at_0_2           // (0 + 1) * (0 + 1)
    CLEAR_FACTORS
    rcall plus_word
    WORD  0, 2
    PRODUCT 2, add_at_0_1           // (0 + 2) * (0 + 2)
    CLEAR_FACTORS
    rcall plus_word
    PRODUCT 2, add_at_0_1_2_3       // 2 * 2
    CLEAR_FACTORS
    rcall plus_word
    WORD  2, 3
    PRODUCT 3, add_at_0_2           // (2 + 3) * (2 + 3)
    CLEAR_FACTORS
    rcall plus_word
    PRODUCT 3, add_at_0_1_2_3       // 3 * 3
    CLEAR_FACTORS
    rcall plus_word
    WORD  3, 1
    PRODUCT 3, add_at_0_1           // (1 + 3) * (1 + 3)
    CLEAR_FACTORS
    rcall plus_word
    WORD  1, 0
    WORD  0, 2
    WORD  2, 3
    PRODUCT 3, add_at_0             // the sums of all words

    // Twice the product has the coefficient of x^k in bit 255 - k: those from x^128 on are its low
    // half.
    movw  ZL, r24
    ldi   r18, 32
    clc
2:
    ld    r19, Z
    rol   r19
    st    Z+, r19
    dec   r18                       // leaves the carry alone
    brne  2b
    // x^128 = 1 + x + x^2 + x^7. So high += low + low / 2 + low / 4 + low / 128; but what these
    // shifts lose at the lower end is beyond x^255 and comes in again at the upper end of low,
    // beforehand: the lowest byte of low << 121, << 126 and << 127.
    movw  ZL, r24
    ldd   r19, Z+15
    ld    r18, Z
    lsl   r18
    eor   r19, r18
    swap  r18
    andi  r18, 0xf0                 // the byte << 5
    lsl   r18
    eor   r19, r18
    lsl   r18
    eor   r19, r18
    std   Z+15, r19
    // From the highest byte down. r19 is the byte above: the upper half of what is shifted.
    adiw  ZL, 16
    clr   r19
    ldi   r18, 16
3:
    ld    r8, -Z
    mov   r9, r8
    mov   r20, r19
    lsr   r20
    ror   r9
    mov   r21, r9                   // / 2
    lsr   r20
    ror   r9
    eor   r21, r9                   // / 4
    eor   r21, r8
    mov   r9, r8
    lsl   r9
    rol   r19
    eor   r21, r19                  // / 128 is twice, and a byte further down
    ldd   r20, Z+16
    eor   r20, r21
    std   Z+16, r20
    mov   r19, r8
    dec   r18
    brne  3b

    // The result, big-endian, to where the hash was: Y is at its word 3, byte 0. And the product is
    // wiped.
    adiw  ZL, 32
    ldi   r18, 16
4:
    ld    r19, -Z
    st    Y+, r19
    dec   r18
    brne  4b
    sbiw  ZL, 16
    ldi   r18, 32
5:
    st    Z+, r1
    pop   r0
    dec   r18
    brne  5b
    .irp  saved, 29, 28, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 6, 5, 4, 3, 2
    pop   r\saved
    .endr
    ret

#endif  // USMP_TINY_AVR
