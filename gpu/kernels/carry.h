// Additions and products of 32-bit words in chains that pass a carry on.
//
// On a device the carry is a flag of the processor, which an instruction of the chain leaves to the next; `volatile` keeps
// them in order. On a host it is a variable. Low and high half of a product are added in one statement, because
// only then does the assembler fuse both into one wide instruction.
#pragma once

#include "platform.h"

namespace vigil {

#if defined(__CUDA_ARCH__)

struct Carry {};

// x += y, begins a chain.
__device__ __forceinline__ void add_first(uint32_t& x, uint32_t y, Carry&)
{
    asm volatile("add.cc.u32 %0, %0, %1;" : "+r"(x) : "r"(y));
}

// x += y + carry
__device__ __forceinline__ void add_next(uint32_t& x, uint32_t y, Carry&)
{
    asm volatile("addc.cc.u32 %0, %0, %1;" : "+r"(x) : "r"(y));
}

// x += y + carry, ends a chain.
__device__ __forceinline__ void add_last(uint32_t& x, uint32_t y, Carry&)
{
    asm volatile("addc.u32 %0, %0, %1;" : "+r"(x) : "r"(y));
}

// x -= y, begins a chain.
__device__ __forceinline__ void sub_first(uint32_t& x, uint32_t y, Carry&)
{
    asm volatile("sub.cc.u32 %0, %0, %1;" : "+r"(x) : "r"(y));
}

// x -= y + borrow
__device__ __forceinline__ void sub_next(uint32_t& x, uint32_t y, Carry&)
{
    asm volatile("subc.cc.u32 %0, %0, %1;" : "+r"(x) : "r"(y));
}

// All ones if there is a borrow, else zero; ends a chain.
__device__ __forceinline__ uint32_t borrow_mask(Carry&)
{
    uint32_t mask;
    asm volatile("subc.u32 %0, 0, 0;" : "=r"(mask));
    return mask;
}

// (low, high) = a b
__device__ __forceinline__ void wide(uint32_t& low, uint32_t& high, uint32_t a, uint32_t b)
{
    asm volatile("mul.lo.u32 %0, %2, %3; mul.hi.u32 %1, %2, %3;"
                 : "=&r"(low), "=r"(high) : "r"(a), "r"(b));
}

// (low, high) += a b, begins a chain.
__device__ __forceinline__ void mad_first(
    uint32_t& low, uint32_t& high, uint32_t a, uint32_t b, Carry&)
{
    asm volatile("mad.lo.cc.u32 %0, %2, %3, %0; madc.hi.cc.u32 %1, %2, %3, %1;"
                 : "+r"(low), "+r"(high) : "r"(a), "r"(b));
}

// (low, high) += a b + carry
__device__ __forceinline__ void mad_next(
    uint32_t& low, uint32_t& high, uint32_t a, uint32_t b, Carry&)
{
    asm volatile("madc.lo.cc.u32 %0, %2, %3, %0; madc.hi.cc.u32 %1, %2, %3, %1;"
                 : "+r"(low), "+r"(high) : "r"(a), "r"(b));
}

// (low, high) = (from_low, from_high) + a b + carry
__device__ __forceinline__ void mad_moved(
    uint32_t& low, uint32_t& high, uint32_t a, uint32_t b, uint32_t from_low, uint32_t from_high, Carry&)
{
    asm volatile("madc.lo.cc.u32 %0, %2, %3, %4; madc.hi.cc.u32 %1, %2, %3, %5;"
                 : "=&r"(low), "=r"(high) : "r"(a), "r"(b), "r"(from_low), "r"(from_high));
}

#else

struct Carry {
    uint32_t flag = 0;
};

BOTH void add_next(uint32_t& x, uint32_t y, Carry& carry)
{
    uint64_t sum = uint64_t(x) + y + carry.flag;
    x = uint32_t(sum);
    carry.flag = uint32_t(sum >> 32);
}

BOTH void add_first(uint32_t& x, uint32_t y, Carry& carry)
{
    carry.flag = 0;
    add_next(x, y, carry);
}

BOTH void add_last(uint32_t& x, uint32_t y, Carry& carry) { add_next(x, y, carry); }

BOTH void sub_next(uint32_t& x, uint32_t y, Carry& carry)
{
    uint64_t difference = uint64_t(x) - y - carry.flag;
    x = uint32_t(difference);
    carry.flag = uint32_t(difference >> 63);
}

BOTH void sub_first(uint32_t& x, uint32_t y, Carry& carry)
{
    carry.flag = 0;
    sub_next(x, y, carry);
}

BOTH uint32_t borrow_mask(Carry& carry) { return 0u - carry.flag; }

BOTH void wide(uint32_t& low, uint32_t& high, uint32_t a, uint32_t b)
{
    uint64_t product = uint64_t(a) * b;
    low = uint32_t(product);
    high = uint32_t(product >> 32);
}

BOTH void mad_moved(
    uint32_t& low, uint32_t& high, uint32_t a, uint32_t b, uint32_t from_low, uint32_t from_high, Carry& carry)
{
    // At most (2^32 - 1)^2 + 2^32 - 1 + 1, which is less than 2^64.
    uint64_t sum = uint64_t(a) * b + from_low + carry.flag;
    uint64_t top = (sum >> 32) + from_high;
    low = uint32_t(sum);
    high = uint32_t(top);
    carry.flag = uint32_t(top >> 32);
}

BOTH void mad_next(uint32_t& low, uint32_t& high, uint32_t a, uint32_t b, Carry& carry)
{
    mad_moved(low, high, a, b, low, high, carry);
}

BOTH void mad_first(uint32_t& low, uint32_t& high, uint32_t a, uint32_t b, Carry& carry)
{
    carry.flag = 0;
    mad_next(low, high, a, b, carry);
}

#endif

} // namespace vigil
