// The prime fields of BN254: numbers below the modulus, in Montgomery's form with R = 2^256, as eight words,
// lowest first. Eight bytes at a time that is how the processor's library holds them, so they are copied as they are.
#pragma once

#include "carry.h"

namespace vigil {

constexpr int WORDS = 8;

struct ScalarField {
    // -1 / r modulo 2^32
    static constexpr uint32_t INVERSE = 0xefffffff;
    BOTH static uint32_t modulus(int i)
    {
        constexpr uint32_t R[WORDS] = {0xf0000001, 0x43e1f593, 0x79b97091, 0x2833e848,
                                       0x8181585d, 0xb85045b6, 0xe131a029, 0x30644e72};
        return R[i];
    }
    BOTH static uint32_t one(int i)
    {
        constexpr uint32_t ONE[WORDS] = {0x4ffffffb, 0xac96341c, 0x9f60cd29, 0x36fc7695,
                                         0x7879462e, 0x666ea36f, 0x9a07df2f, 0x0e0a77c1};
        return ONE[i];
    }
};

struct BaseField {
    static constexpr uint32_t INVERSE = 0xe4866389;
    BOTH static uint32_t modulus(int i)
    {
        constexpr uint32_t Q[WORDS] = {0xd87cfd47, 0x3c208c16, 0x6871ca8d, 0x97816a91,
                                       0x8181585d, 0xb85045b6, 0xe131a029, 0x30644e72};
        return Q[i];
    }
    BOTH static uint32_t one(int i)
    {
        constexpr uint32_t ONE[WORDS] = {0xc58f0d9d, 0xd35d438d, 0xf5c70b3d, 0x0a78eb28,
                                         0x7879462c, 0x666ea36f, 0x9a07df2f, 0x0e0a77c1};
        return ONE[i];
    }
};

#if defined(__CUDA_ARCH__)
#define UNROLL _Pragma("unroll")
#elif defined(__GNUC__) && !defined(__clang__) && !defined(__CUDACC__)
#define UNROLL _Pragma("GCC unroll 8")
#else
#define UNROLL
#endif

template <class P>
struct alignas(16) Field {
    uint32_t words[WORDS];

    BOTH static Field zero()
    {
        Field x;
        UNROLL for (int i = 0; i < WORDS; i++) x.words[i] = 0;
        return x;
    }

    BOTH static Field one()
    {
        Field x;
        UNROLL for (int i = 0; i < WORDS; i++) x.words[i] = P::one(i);
        return x;
    }

    BOTH bool is_zero() const
    {
        uint32_t any = 0;
        UNROLL for (int i = 0; i < WORDS; i++) any |= words[i];
        return any == 0;
    }

    BOTH bool operator==(const Field& other) const
    {
        uint32_t difference = 0;
        UNROLL for (int i = 0; i < WORDS; i++) difference |= words[i] ^ other.words[i];
        return difference == 0;
    }

    BOTH Field operator+(const Field& other) const
    {
        // Two numbers below the modulus have a sum below 2^255.
        Field sum = *this;
        Carry carry;
        add_first(sum.words[0], other.words[0], carry);
        UNROLL for (int i = 1; i < WORDS - 1; i++) add_next(sum.words[i], other.words[i], carry);
        add_last(sum.words[WORDS - 1], other.words[WORDS - 1], carry);
        return sum.reduced();
    }

    BOTH Field operator-(const Field& other) const
    {
        Field difference = *this;
        Carry carry;
        sub_first(difference.words[0], other.words[0], carry);
        UNROLL for (int i = 1; i < WORDS; i++) sub_next(difference.words[i], other.words[i], carry);
        uint32_t negative = borrow_mask(carry);
        add_first(difference.words[0], P::modulus(0) & negative, carry);
        UNROLL for (int i = 1; i < WORDS - 1; i++)
            add_next(difference.words[i], P::modulus(i) & negative, carry);
        add_last(difference.words[WORDS - 1], P::modulus(WORDS - 1) & negative, carry);
        return difference;
    }

    BOTH Field operator-() const { return zero() - *this; }

    // Montgomery's product. Products of one word of b with the words of a at even places go to one sum, those
    // at odd places to another that starts one word higher, so that no two overlap within a sum
    // and each sum is one chain. After each word of b a multiple of the modulus makes the lowest word zero, which is dropped:
    // the sums change places.
    BOTH Field operator*(const Field& b) const
    {
        uint32_t even[WORDS], odd[WORDS];
        UNROLL for (int j = 0; j < WORDS; j += 2) {
            wide(even[j], even[j + 1], words[j], b.words[0]);
            wide(odd[j], odd[j + 1], words[j + 1], b.words[0]);
        }
        reduce_step(even, odd);
        UNROLL for (int i = 1; i < WORDS - 1; i += 2) {
            product_step(odd, even, b.words[i]);
            product_step(even, odd, b.words[i + 1]);
        }
        product_step(odd, even, b.words[WORDS - 1]);

        // The lowest word of the sum `odd` is zero now, and dropped.
        Field product;
        Carry carry;
        UNROLL for (int i = 0; i < WORDS; i++) product.words[i] = even[i];
        add_first(product.words[0], odd[1], carry);
        UNROLL for (int i = 1; i < WORDS - 1; i++) add_next(product.words[i], odd[i + 1], carry);
        add_last(product.words[WORDS - 1], 0, carry);
        return product.reduced();
    }

    BOTH Field square() const { return *this * *this; }

    // By Fermat's little theorem; the inverse of zero is zero.
    BOTH Field inverse() const
    {
        Field power = one();
        for (int bit = 32 * WORDS - 1; bit >= 0; bit--) {
            power = power.square();
            // The modulus minus two: its lowest word is at least two.
            uint32_t word = P::modulus(bit / 32) - (bit / 32 == 0 ? 2 : 0);
            if (word >> (bit % 32) & 1) power = power * *this;
        }
        return power;
    }

    BOTH Field power(uint64_t exponent) const
    {
        Field power = one();
        for (int bit = 63; bit >= 0; bit--) {
            power = power.square();
            if (exponent >> bit & 1) power = power * *this;
        }
        return power;
    }

    // The number itself, no longer in Montgomery's form.
    BOTH Field plain() const
    {
        Field unit = zero();
        unit.words[0] = 1;
        return *this * unit;
    }

    // From below twice the modulus to below it.
    BOTH Field reduced() const
    {
        Field difference = *this;
        Carry carry;
        sub_first(difference.words[0], P::modulus(0), carry);
        UNROLL for (int i = 1; i < WORDS; i++) sub_next(difference.words[i], P::modulus(i), carry);
        uint32_t below = borrow_mask(carry);
        UNROLL for (int i = 0; i < WORDS; i++)
            difference.words[i] = (words[i] & below) | (difference.words[i] & ~below);
        return difference;
    }

private:
    // `low` has become the sum with the lower place: adds the words times b to both, the lowest word of `high` being zero.
    BOTH void product_step(uint32_t (&low)[WORDS], uint32_t (&high)[WORDS], uint32_t b) const
    {
        Carry carry;
        add_first(low[0], high[1], carry);
        UNROLL for (int j = 0; j < WORDS - 2; j += 2)
            mad_moved(high[j], high[j + 1], words[j + 1], b, high[j + 2], high[j + 3], carry);
        mad_moved(high[WORDS - 2], high[WORDS - 1], words[WORDS - 1], b, 0, 0, carry);
        add_products(low, words[0], words[2], words[4], words[6], b, carry);
        add_last(high[WORDS - 1], 0, carry);
        reduce_step(low, high);
    }

    BOTH static void reduce_step(uint32_t (&low)[WORDS], uint32_t (&high)[WORDS])
    {
        uint32_t factor = low[0] * P::INVERSE;
        Carry carry;
        add_products(high, P::modulus(1), P::modulus(3), P::modulus(5), P::modulus(7), factor, carry);
        add_products(low, P::modulus(0), P::modulus(2), P::modulus(4), P::modulus(6), factor, carry);
        add_last(high[WORDS - 1], 0, carry);
    }

    BOTH static void add_products(uint32_t (&sum)[WORDS], uint32_t a0, uint32_t a1, uint32_t a2,
                                  uint32_t a3, uint32_t b, Carry& carry)
    {
        mad_first(sum[0], sum[1], a0, b, carry);
        mad_next(sum[2], sum[3], a1, b, carry);
        mad_next(sum[4], sum[5], a2, b, carry);
        mad_next(sum[6], sum[7], a3, b, carry);
    }
};

using Fr = Field<ScalarField>;
using Fq = Field<BaseField>;

} // namespace vigil
