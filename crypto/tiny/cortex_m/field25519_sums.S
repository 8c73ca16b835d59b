// The cheap part of ../field25519.hpp for every Cortex-M, in Thumb-1: sums, differences, exchange.
// No address depends on a value; the only branch closes a loop with a fixed count.
#include "../platform.hpp"

#if USMP_TINY_CORTEX_M

.syntax unified
.thumb

#define FIELD_BYTES 32
#define LIMBS 8

// `ldm`, `stm` and `movs` leave the carry alone, so that it passes from one limb to the next.

.section .text.usmp_tiny_field_add, "ax", %progbits

// r0 = r1 + r2. Both are tight: nothing is carried out of the last limb.
.global usmp_tiny_field_add
.type usmp_tiny_field_add, %function
.thumb_func
usmp_tiny_field_add:
    push  {r4-r6, lr}
    adds  r3, r0, #0          // no carry
    .rept LIMBS / 2
    ldm   r1!, {r3, r4}
    ldm   r2!, {r5, r6}
    adcs  r3, r5
    adcs  r4, r6
    stm   r0!, {r3, r4}
    .endr
    pop   {r4-r6, pc}

.section .text.usmp_tiny_field_subtract, "ax", %progbits

// r0 = r1 - r2. A borrow at the end means that 2^256 too much stands there, which counts 38. Both
// are tight, so what stands there then is above 2^255: 38 less borrows nothing.
.global usmp_tiny_field_subtract
.type usmp_tiny_field_subtract, %function
.thumb_func
usmp_tiny_field_subtract:
    push  {r4-r6, lr}
    cmp   r0, r0              // no borrow
    .rept LIMBS / 2
    ldm   r1!, {r3, r4}
    ldm   r2!, {r5, r6}
    sbcs  r3, r5
    sbcs  r4, r6
    stm   r0!, {r3, r4}
    .endr
    sbcs  r5, r5              // all bits where there was a borrow
    movs  r6, #38
    ands  r5, r6
    movs  r6, #0
    subs  r0, #FIELD_BYTES    // no borrow: it is an address
    movs  r1, r0
    .rept LIMBS / 2
    ldm   r1!, {r3, r4}
    sbcs  r3, r5
    movs  r5, #0
    sbcs  r4, r6
    stm   r0!, {r3, r4}
    .endr
    pop   {r4-r6, pc}

.section .text.usmp_tiny_field_swap, "ax", %progbits

// Exchanges r0 and r1 where r2 is 0xff, neither where it is 0.
.global usmp_tiny_field_swap
.type usmp_tiny_field_swap, %function
.thumb_func
usmp_tiny_field_swap:
    push  {r4-r6, lr}
    sxtb  r2, r2
    movs  r3, #LIMBS
1:
    ldr   r4, [r0]
    ldr   r5, [r1]
    movs  r6, r4
    eors  r6, r5
    ands  r6, r2
    eors  r4, r6
    eors  r5, r6
    stm   r0!, {r4}
    stm   r1!, {r5}
    subs  r3, #1
    bne   1b
    pop   {r4-r6, pc}

#endif
