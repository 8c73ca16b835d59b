// The products of ../field25519.hpp for a Cortex-M without UMAAL, in Thumb-1, which every one has:
// from products of 16 by 16 bits, that take the same time for all numbers. No address depends on a
// value; branches only close loops with a fixed count.
#include "../platform.hpp"

#if USMP_TINY_CORTEX_M && !USMP_TINY_UMAAL

.syntax unified
.thumb

#define LIMB_BYTES 4
#define FIELD_BYTES 32
// What every function has on its stack: a product, the factor of the rows of a square, a mask.
#define FACTOR_AT 64
#define MASK_AT 100
#define FRAME_BYTES 112

.section .text.usmp_tiny_field_products, "ax", %progbits

// All begin with this and end with make_tight. r0, where the result goes, lies above the frame.
.macro BEGIN
    push  {r4-r7, lr}
    mov   r4, r8
    mov   r5, r9
    mov   r6, r10
    mov   r7, r11
    push  {r0, r4-r7}
    sub   sp, #FRAME_BYTES
.endm

// The low half of the product is zero at first. r3 is the product then.
.macro CLEAR
    mov   r3, sp
    movs  r4, #0
    movs  r5, #0
    movs  r6, #0
    movs  r7, #0
    stm   r3!, {r4-r7}
    stm   r3!, {r4-r7}
    mov   r3, sp
.endm

// r3: sum, r1: factor, r9: its end, r2: times. sum += times * factor, and r4 is the limb that is
// carried out. Leaves r1 and r3 behind them. In the loop r0 and r2 are the halves of `times`, low
// and high, and r8 is what is carried. `movs` leaves the carry flag alone.
.type add_row, %function
add_row:
    uxth  r0, r2
    lsrs  r2, r2, #16
    movs  r4, #0
    mov   r8, r4
1:
    ldm   r1!, {r4}
    lsrs  r5, r4, #16
    uxth  r4, r4
    movs  r6, r4
    muls  r6, r0, r6          // low * low
    muls  r4, r2, r4          // low * high
    movs  r7, r5
    muls  r7, r0, r7          // high * low
    muls  r5, r2, r5          // high * high
    adds  r4, r4, r7
    movs  r7, #0
    adcs  r7, r7
    lsls  r7, r7, #16
    adds  r5, r5, r7
    lsls  r7, r4, #16
    lsrs  r4, r4, #16
    adds  r6, r6, r7
    adcs  r5, r4              // r5 : r6 is the product
    movs  r7, #0
    mov   r4, r8
    adds  r6, r6, r4
    adcs  r5, r7
    ldr   r4, [r3]
    adds  r6, r6, r4
    adcs  r5, r7              // (2^32 - 1)^2 + 2 * (2^32 - 1) = 2^64 - 1: nothing is carried
    mov   r8, r5
    stm   r3!, {r6}
    cmp   r1, r9
    bne   1b
    mov   r4, r8
    bx    lr

// r0: product, r1: one, r2: other.
.global usmp_tiny_field_multiply
.type usmp_tiny_field_multiply, %function
.thumb_func
usmp_tiny_field_multiply:
    BEGIN
    mov   r10, r1
    movs  r1, r2
    CLEAR
    movs  r4, r1
    adds  r4, #FIELD_BYTES
    mov   r9, r4
    movs  r4, r3
    adds  r4, #FIELD_BYTES
    mov   r11, r4
1:
    mov   r4, r10
    ldm   r4!, {r2}
    mov   r10, r4
    bl    add_row
    str   r4, [r3]
    subs  r1, #FIELD_BYTES
    subs  r3, #FIELD_BYTES - LIMB_BYTES
    cmp   r3, r11
    bne   1b

// The product is made tight and stored. 2^256 counts 38: low + 38 * high, at most
// 39 * (2^256 - 1), leaves a carry of at most 38.
reduce:
    mov   r1, sp
    adds  r1, #FIELD_BYTES
    movs  r4, r1
    adds  r4, #FIELD_BYTES
    mov   r9, r4
    mov   r3, sp
    movs  r2, #38
    bl    add_row

// Eight limbs before r3 + 2^256 * r4 are made tight and stored. r4 < 2^25: 2^255 counts 19, so the
// bits from 255 on, below 2^26 together, add less than 2^31. Where that reaches bit 255 again what
// is left below it is less than 2^31, and adding 19 to the lowest limb cannot carry.
make_tight:
    ldr   r1, [sp, #FRAME_BYTES]
    subs  r3, #LIMB_BYTES
    ldr   r5, [r3]
    lsrs  r6, r5, #31
    adds  r4, r4, r4
    adds  r4, r4, r6
    lsls  r5, r5, #1
    lsrs  r5, r5, #1
    str   r5, [r3]
    movs  r6, #19
    muls  r4, r6, r4
    movs  r7, #0
    subs  r3, #FIELD_BYTES - LIMB_BYTES
    ldm   r3!, {r0, r2}
    adds  r0, r0, r4
    adcs  r2, r7
    stm   r1!, {r0, r2}
    .rept 3
    ldm   r3!, {r0, r2}
    adcs  r0, r7
    adcs  r2, r7
    stm   r1!, {r0, r2}
    .endr
    lsrs  r4, r2, #31
    muls  r4, r6, r4
    lsls  r2, r2, #1
    lsrs  r2, r2, #1
    subs  r1, #FIELD_BYTES
    str   r2, [r1, #FIELD_BYTES - LIMB_BYTES]
    ldr   r0, [r1]
    adds  r0, r0, r4
    str   r0, [r1]
    // The limbs of the product are as secret as its factors: they are wiped.
    mov   r3, sp
    movs  r4, #0
    movs  r5, #0
    movs  r6, #0
    .rept FRAME_BYTES / 16
    stm   r3!, {r4-r7}
    .endr
    add   sp, #FRAME_BYTES
    pop   {r0, r4-r7}
    mov   r8, r4
    mov   r9, r5
    mov   r10, r6
    mov   r11, r7
    pop   {r4-r7, pc}

// r0: sum, r1: value.
.global usmp_tiny_field_add_121665
.type usmp_tiny_field_add_121665, %function
.thumb_func
usmp_tiny_field_add_121665:
    BEGIN
    movs  r3, r0
    movs  r4, r1
    adds  r4, #FIELD_BYTES
    mov   r9, r4
    ldr   r2, =121665
    bl    add_row
    b     make_tight

// r0: square, r1: value. Each row multiplies a limb by itself and by twice all limbs above it, which
// makes 36 products of 64. The highest bit of twice the value, which has no limb, comes at the end.
.global usmp_tiny_field_square
.type usmp_tiny_field_square, %function
.thumb_func
usmp_tiny_field_square:
    BEGIN
    mov   r10, r1
    CLEAR
    adds  r3, #FACTOR_AT
    adds  r4, r7, r7          // no carry
    .rept 4
    ldm   r1!, {r4, r5}
    adcs  r4, r4
    adcs  r5, r5
    stm   r3!, {r4, r5}
    .endr
    mov   r9, r3
    sbcs  r7, r7              // 0 less what was not carried: all bits where nothing was
    mvns  r7, r7
    str   r7, [sp, #MASK_AT]
    movs  r1, r3
    subs  r1, #FIELD_BYTES
    mov   r3, sp
1:
    mov   r4, r10
    ldm   r4!, {r2}
    mov   r10, r4
    // The limb itself, and above it twice the next without the bit that came out of this one. After
    // the highest limb that is a word which nothing reads.
    str   r2, [r1]
    ldr   r5, [r1, #LIMB_BYTES]
    lsrs  r5, r5, #1
    lsls  r5, r5, #1
    str   r5, [r1, #LIMB_BYTES]
    mov   r12, r1
    mov   r11, r3
    bl    add_row
    str   r4, [r3]
    mov   r1, r12
    adds  r1, #LIMB_BYTES
    mov   r3, r11
    adds  r3, #2 * LIMB_BYTES
    cmp   r1, r9
    bne   1b
    // Where the highest bit is set the seven limbs below the highest are added to the high half.
    ldr   r7, [sp, #MASK_AT]
    mov   r1, r10
    subs  r1, #FIELD_BYTES
    mov   r3, sp
    adds  r3, #FIELD_BYTES    // no carry
    .rept 3
    ldm   r1!, {r4, r5}
    ands  r4, r7
    ands  r5, r7
    ldr   r0, [r3]
    ldr   r2, [r3, #LIMB_BYTES]
    adcs  r0, r4
    adcs  r2, r5
    stm   r3!, {r0, r2}
    .endr
    ldr   r4, [r1]
    ands  r4, r7
    movs  r5, #0
    ldr   r0, [r3]
    ldr   r2, [r3, #LIMB_BYTES]
    adcs  r0, r4
    adcs  r2, r5
    stm   r3!, {r0, r2}
    b     reduce

.pool

#endif
