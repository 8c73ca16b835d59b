// Names of registers for the assembly of field25519_product.S and field25519_multiply.S.
// Not a header for C++.
#ifndef USMP_CRYPTO_TINY_FIELD25519_REGISTERS_H
#define USMP_CRYPTO_TINY_FIELD25519_REGISTERS_H

#define XL r26
#define XH r27
#define YL r28
#define YH r29
#define ZL r30
#define ZH r31

#define zero r21  // always 0
#define a0 r2
#define a1 r3
#define a2 r4
#define a3 r5
#define a4 r6
#define a5 r7
#define a6 r8
#define a7 r9
#define b0 r10
#define b1 r11
#define b2 r12
#define b3 r13
#define b4 r14
#define b5 r15
#define b6 r16
#define b7 r17
#define s0 r18  // sums and what is just read
#define s1 r19
#define s2 r20
#define m0 r22  // masks of signs
#define m1 r23

// The sums of a square.
#define t1 r10
#define t2 r11
#define t3 r12
#define t4 r13
#define t5 r14
#define t6 r15
#define t7 r16
#define t8 r17
#define t9 r22
#define t10 r23
#define t11 r24
#define t12 r25
#define t13 r18
#define t14 r19
#define t15 r20

#endif  // USMP_CRYPTO_TINY_FIELD25519_REGISTERS_H
