// Transforms between coefficients and values, both in natural order.
#pragma once

#include "field.h"
#include "memory.h"

namespace vigil {

// Elements that a block transforms in shared memory: 2^10 of 32 bytes.
constexpr unsigned TILE_BITS = 10;

// Items of a geometric series that one thread writes.
constexpr size_t SERIES = 64;

KERNEL write_powers(Fr* powers, Fr base, size_t n)
{
    GRID_EACH (lane, divide_up(n, SERIES)) {
        Fr power = base.power(lane * SERIES);
        for (size_t i = lane * SERIES; i < n && i < (lane + 1) * SERIES; i++) {
            powers[i] = power;
            power = power * base;
        }
    }
}

// 1, base, its square, ...
inline void powers(Queue& queue, Fr* out, const Fr& base, size_t n)
{
    LAUNCH(queue, write_powers, blocks_for(divide_up(n, SERIES)), THREADS, out, base, n);
}

// The largest power of two in i, which is not zero.
BOTH size_t highest_bit(size_t i)
{
    size_t bit = 1;
    while (bit <= i / 2) bit *= 2;
    return bit;
}

KERNEL thin_roots(Fr* roots, size_t half)
{
    GRID_EACH (i, half) {
        if (i == 0) {
            roots[0] = Fr::one();
        } else {
            size_t top = highest_bit(i);
            roots[i] = roots[half + (i - top) * (half / top)];
        }
    }
}

// The 2^k-th roots of unity: `table[m / 2 + j]` is the j-th power of the m-th root, for m = 2, 4, ..., 2^k.
class Roots {
public:
    Roots(Queue& queue, unsigned k, const Fr& omega) : k_(k), table_(queue, size_t(1) << k)
    {
        size_t half = size() / 2;
        powers(queue, table_.get() + half, omega, half);
        LAUNCH(queue, thin_roots, blocks_for(half), THREADS, table_.get(), half);
    }

    unsigned k() const { return k_; }
    size_t size() const { return size_t(1) << k_; }
    const Fr* table() const { return table_.get(); }

private:
    unsigned k_;
    Memory<Fr> table_;
};

// omega^i for i < n, from the table.
BOTH Fr omega_power(const Fr* roots, size_t n, size_t i)
{
    size_t half = n / 2;
    return i < half ? roots[half + i] : -roots[i];
}

KERNEL write_points(Fr* points, const Fr* roots, Fr start, size_t n)
{
    GRID_EACH (i, n) points[i] = start * omega_power(roots, n, i);
}

// start omega^i for every i < n.
inline void domain_points(Queue& queue, const Roots& roots, const Fr& start, Fr* out)
{
    LAUNCH(queue, write_points, blocks_for(roots.size()), THREADS, out, roots.table(), start, roots.size());
}

BOTH size_t reversed(size_t i, unsigned bits)
{
    size_t result = 0;
    for (unsigned bit = 0; bit < bits; bit++) {
        result = result << 1 | (i & 1);
        i >>= 1;
    }
    return result;
}

// What happens on the way.
struct Transform {
    unsigned k;
    bool inverse;
    // Coefficients are multiplied by these before, or null.
    const Fr* shift;
    // Values are multiplied by this after, if `inverse`.
    Fr scale;
};

// Levels first .. first + levels of the butterflies, for one tile of 2^levels elements, 2^first apart. The first pass reads
// `in` in bit-reversed order; later ones work in place.
KERNEL ntt_pass(const Fr* in, Fr* out, const Fr* roots, Transform transform, unsigned first, unsigned levels)
{
    SHARED Fr tile[size_t(1) << TILE_BITS];
    const size_t pairs = size_t(1) << (levels - 1);
    const size_t block = block_index();
    const size_t inner = block & ((size_t(1) << first) - 1);
    const size_t base = (block >> first << (first + levels)) | inner;
    EACH (t) {
        for (size_t j = t; j < 2 * pairs; j += pairs) {
            if (first == 0) {
                size_t from = reversed(base | j, transform.k);
                tile[j] = in[from];
                if (transform.shift) tile[j] = tile[j] * transform.shift[from];
            } else {
                tile[j] = out[base | j << first];
            }
        }
    }
    for (unsigned level = 0; level < levels; level++) {
        EACH (t) {
            size_t reach = size_t(1) << level, low = t & (reach - 1);
            size_t a = (t >> level << (level + 1)) | low, b = a | reach;
            size_t half = reach << first, exponent = low << first | inner;
            // The inverse root is minus the root of the complementary exponent.
            bool mirrored = transform.inverse && exponent > 0;
            Fr turned = tile[b] * roots[half + (mirrored ? half - exponent : exponent)];
            Fr even = tile[a], sum = even + turned, difference = even - turned;
            tile[a] = mirrored ? difference : sum;
            tile[b] = mirrored ? sum : difference;
        }
    }
    EACH (t) {
        for (size_t j = t; j < 2 * pairs; j += pairs) {
            bool last = first + levels == transform.k;
            out[base | j << first] = last && transform.inverse ? tile[j] * transform.scale : tile[j];
        }
    }
}

// `in` and `out` do not overlap.
inline void transform(Queue& queue, const Roots& roots, const Fr* in, Fr* out, const Transform& what)
{
    const unsigned k = roots.k(), passes = unsigned(divide_up(k, TILE_BITS));
    unsigned first = 0;
    for (unsigned pass = 0; pass < passes; pass++) {
        unsigned levels = (k - first + passes - pass - 1) / (passes - pass);
        LAUNCH(queue, ntt_pass, roots.size() >> levels, 1u << (levels - 1), in, out, roots.table(), what,
               first, levels);
        first += levels;
    }
}

// (1 + 1)^-k, as the transforms scale.
inline Fr inverse_of_size(unsigned k)
{
    return (Fr::one() + Fr::one()).inverse().power(k);
}

inline void values_to_coefficients(Queue& queue, const Roots& roots, const Fr* values, Fr* coefficients)
{
    transform(queue, roots, values, coefficients, {roots.k(), true, nullptr, inverse_of_size(roots.k())});
}

// On the coset whose shift's powers these are; null for the domain itself.
inline void coefficients_to_values(
    Queue& queue, const Roots& roots, const Fr* coefficients, const Fr* shift_powers, Fr* values)
{
    transform(queue, roots, coefficients, values, {roots.k(), false, shift_powers, Fr::one()});
}

} // namespace vigil
