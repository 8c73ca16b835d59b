// The products of ../field25519.hpp for a Cortex-M with UMAAL, which multiplies two limbs and adds
// two more to the product. No address depends on a value; branches only close loops with fixed
// counts.
#include "../platform.hpp"

#if USMP_TINY_UMAAL

.syntax unified
.thumb

#define LIMB_BYTES 4
#define FIELD_BYTES 32
#define WIDE_BYTES 64

.section .text.usmp_tiny_field_products, "ax", %progbits

// r3: sum, of eight limbs; r2: factor; r0: times. sum += times * factor, and r12 is the limb that
// is carried out. Leaves the highest four limbs of the sum in r8 to r11, and r2 and r3 behind them.
// umaal cannot overflow: (2^32 - 1)^2 + 2 * (2^32 - 1) = 2^64 - 1. Nothing in the loop changes the
// flags but `movs`: they say whether this is the first half.
.type add_row, %function
add_row:
    movs  r4, #0
    mov   r12, r4
1:
    ldm   r2!, {r4-r7}
    ldm   r3, {r8-r11}
    umaal r8, r12, r0, r4
    umaal r9, r12, r0, r5
    umaal r10, r12, r0, r6
    umaal r11, r12, r0, r7
    stm   r3!, {r8-r11}
    it    ne
    bxne  lr
    movs  r4, #1
    b     1b

// r0: square, r1: value. To leave out the products that are there twice takes more instructions
// than it saves, where a product is one.
.global usmp_tiny_field_square
.type usmp_tiny_field_square, %function
.thumb_func
usmp_tiny_field_square:
    mov   r2, r1

// r0: product, r1: one, r2: other.
.global usmp_tiny_field_multiply
.type usmp_tiny_field_multiply, %function
.thumb_func
usmp_tiny_field_multiply:
    push  {r0, r4-r11, lr}
    sub   sp, #WIDE_BYTES
    mov   r3, sp
    movs  r4, #0
    movs  r5, #0
    movs  r6, #0
    movs  r7, #0
    stm   r3!, {r4-r7}
    stm   r3!, {r4-r7}
    subs  r3, #FIELD_BYTES
1:
    ldr   r0, [r1], #LIMB_BYTES
    bl    add_row
    str   r12, [r3]
    subs  r3, #FIELD_BYTES - LIMB_BYTES
    subs  r2, #FIELD_BYTES
    add   r4, sp, #FIELD_BYTES
    cmp   r3, r4
    bne   1b
    // 2^256 counts 38: low + 38 * high, at most 39 * (2^256 - 1), leaves a carry of at most 38.
    mov   r2, r3
    mov   r3, sp
    movs  r0, #38
    bl    add_row
    ldm   sp, {r4-r7}
    b     make_tight

// r0: sum, r1: value.
.global usmp_tiny_field_add_121665
.type usmp_tiny_field_add_121665, %function
.thumb_func
usmp_tiny_field_add_121665:
    push  {r0, r4-r11, lr}
    sub   sp, #WIDE_BYTES
    mov   r2, r1
    mov   r1, r0
    mov   r3, r0
    ldr   r0, =121665
    bl    add_row
    ldm   r1, {r4-r7}

// The number r4 to r11 + 2^256 * r12 is made tight and stored. r12 < 2^25: 2^255 counts 19, so the
// bits from 255 on, below 2^26 together, add less than 2^31. Where that reaches bit 255 again what
// is left below it is less than 2^31, and adding 19 to the lowest limb cannot carry.
make_tight:
    movs  r0, #19
    lsl   r12, r12, #1
    orr   r12, r12, r11, lsr #31
    mul   r12, r12, r0
    bic   r11, r11, #0x80000000
    adds  r4, r4, r12
    movs  r3, #0
    adcs  r5, r3
    adcs  r6, r3
    adcs  r7, r3
    adcs  r8, r8, #0
    adcs  r9, r9, #0
    adcs  r10, r10, #0
    adc   r11, r11, #0
    lsr   r12, r11, #31
    mla   r4, r12, r0, r4
    bic   r11, r11, #0x80000000
    ldr   r0, [sp, #WIDE_BYTES]
    stm   r0, {r4-r11}
    // The limbs of the product are as secret as its factors: they are wiped.
    movs  r4, #0
    movs  r5, #0
    movs  r6, #0
    movs  r7, #0
    mov   r3, sp
    .rept WIDE_BYTES / 16
    stm   r3!, {r4-r7}
    .endr
    add   sp, #WIDE_BYTES + 4
    pop   {r4-r11, pc}

.pool

#endif
