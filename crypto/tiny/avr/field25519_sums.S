// The cheap part of ../field25519.hpp: sums, differences, exchange, and the constant of the curve.
// No address depends on a value; the only branches close loops with a fixed count.
#include "../platform.hpp"

#if USMP_TINY_AVR

#include "field25519_registers.h"

// In all loops `dec` and `ldi` leave the carry alone, so that it passes from one round to the next.

.section .text.usmp_tiny_field_add, "ax", @progbits

// r25:r24 = r23:r22 + r21:r20. Both are tight: nothing is carried out of the last byte.
.global usmp_tiny_field_add
usmp_tiny_field_add:
    push  YL
    push  YH
    movw  XL, r24
    movw  ZL, r22
    movw  YL, r20
    ldi   r24, 8
    clc
1:
    .rept 4
    ld    r18, Z+
    ld    r19, Y+
    adc   r18, r19
    st    X+, r18
    .endr
    dec   r24
    brne  1b
    pop   YH
    pop   YL
    ret

.section .text.usmp_tiny_field_subtract, "ax", @progbits

// r25:r24 = r23:r22 - r21:r20. A borrow at the end means that 2^256 too much stands there, which
// counts 38. Both are tight, so what stands there then is above 2^255: 38 less borrows nothing.
.global usmp_tiny_field_subtract
usmp_tiny_field_subtract:
    push  YL
    push  YH
    movw  XL, r24
    movw  ZL, r22
    movw  YL, r20
    ldi   r24, 8
    clc
1:
    .rept 4
    ld    r18, Z+
    ld    r19, Y+
    sbc   r18, r19
    st    X+, r18
    .endr
    dec   r24
    brne  1b
    sbc   r19, r19
    andi  r19, 38
    sbiw  XL, 32
    ldi   r24, 8
    clc
2:
    .rept 4
    ld    r18, X
    sbc   r18, r19
    st    X+, r18
    ldi   r19, 0
    .endr
    dec   r24
    brne  2b
    pop   YH
    pop   YL
    ret

.section .text.usmp_tiny_field_swap, "ax", @progbits

// Exchanges r25:r24 and r23:r22 where r20 is 0xff, neither where it is 0.
.global usmp_tiny_field_swap
usmp_tiny_field_swap:
    movw  XL, r24
    movw  ZL, r22
    ldi   r24, 8
1:
    .rept 4
    ld    r18, X
    ld    r19, Z
    mov   r21, r18
    eor   r21, r19
    and   r21, r20
    eor   r18, r21
    eor   r19, r21
    st    X+, r18
    st    Z+, r19
    .endr
    dec   r24
    brne  1b
    ret

.section .text.usmp_tiny_field_add_121665, "ax", @progbits

#define c0 r18  // the carry, below 2^18 between bytes, below 2^26 within one
#define c1 r19
#define c2 r20
#define c3 r25
#define value r22
#define low_constant r23
#define middle_constant r21
#define loops r24

// r25:r24 += 121665 * r23:r22, where 121665 = 0x01db41. Loose value, tight sum, before and after.
.global usmp_tiny_field_add_121665
usmp_tiny_field_add_121665:
    push  YL
    movw  XL, r24
    movw  ZL, r22
    ldi   low_constant, 0x41
    ldi   middle_constant, 0xdb
    clr   c0
    clr   c1
    clr   c2
    clr   YL                        // zero, here
    ldi   loops, 32
1:
    ld    value, Z+
    mul   value, low_constant
    add   c0, r0
    adc   c1, r1
    adc   c2, YL
    ld    r0, X
    add   c0, r0
    adc   c1, YL
    adc   c2, YL
    st    X+, c0
    mul   value, middle_constant
    add   c1, r0
    adc   c2, r1
    clr   c3
    adc   c3, YL
    add   c2, value
    adc   c3, YL
    mov   c0, c1
    mov   c1, c2
    mov   c2, c3
    dec   loops
    brne  1b

    // c is at most 121665. With bit 255 it counts the bits from there on, below 2^18, 19 each:
    // below 2^23, three bytes.
    ld    value, -X
    mov   c3, value
    andi  value, 0x7f
    st    X, value
    lsl   c3
    rol   c0
    rol   c1
    rol   c2
    ldi   low_constant, 19
    mul   c2, low_constant
    mov   c2, r0
    mul   c1, low_constant
    mov   c1, r0
    add   c2, r1
    mul   c0, low_constant
    mov   c0, r0
    add   c1, r1
    adc   c2, YL
    sbiw  XL, 31
    .irp  byte, c0, c1, c2
    ld    value, X
    adc   value, \byte              // nothing was carried out of the additions above
    st    X+, value
    .endr
    ldi   loops, 29
2:
    ld    value, X
    adc   value, YL
    st    X+, value
    dec   loops
    brne  2b
    // Where bit 255 is set again, all below it but the lowest 23 bits is zero: three bytes take 19.
    ld    value, -X
    mov   c0, value
    andi  value, 0x7f
    st    X, value
    lsl   c0
    sbc   c0, c0
    andi  c0, 19
    sbiw  XL, 31
    clc
    .irp  byte, c0, YL, YL
    ld    value, X
    adc   value, \byte
    st    X+, value
    .endr
    pop   YL
    clr   r1
    ret

#endif  // USMP_TINY_AVR
