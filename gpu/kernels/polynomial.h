// Products over rows, evaluations, linear combinations, divisions.
#pragma once

#include "ntt.h"
#include "scan.h"

namespace vigil {

// Elements that share one inversion.
constexpr size_t INVERSIONS = 32;

// In place; zeros stay zero. `before` is scratch.
KERNEL invert_all(Fr* elements, Fr* before, size_t n, size_t lanes)
{
    GRID_EACH (lane, lanes) {
        Fr product = Fr::one();
        for (size_t i = lane; i < n; i += lanes) {
            before[i] = product;
            if (!elements[i].is_zero()) product = product * elements[i];
        }
        Fr inverse = product.inverse();
        size_t last = lane + (n - 1 - lane) / lanes * lanes;
        for (size_t i = last + lanes; i >= lane + lanes; i -= lanes) {
            Fr& element = elements[i - lanes];
            if (element.is_zero()) continue;
            Fr own = inverse * before[i - lanes];
            inverse = inverse * element;
            element = own;
        }
    }
}

inline void invert(Queue& queue, Fr* elements, size_t n)
{
    if (n == 0) return;
    Memory<Fr> before(queue, n);
    const size_t lanes = divide_up(n, INVERSIONS);
    LAUNCH(queue, invert_all, blocks_for(lanes), THREADS, elements, before.get(), n, lanes);
}

KERNEL scale_all(Fr* elements, Fr factor, size_t n)
{
    GRID_EACH (i, n) elements[i] = elements[i] * factor;
}

// What the permutation argument multiplies in each row.
KERNEL product_denominators(
    Fr* factors, const Fr* const* columns, const Fr* const* sigma, size_t count, Fr beta, Fr gamma, size_t n)
{
    GRID_EACH (i, n) {
        Fr product = Fr::one();
        for (size_t c = 0; c < count; c++) product = product * (beta * sigma[c][i] + gamma + columns[c][i]);
        factors[i] = product;
    }
}

KERNEL product_numerators(Fr* factors, const Fr* const* columns, const Fr* shifts, size_t count, Fr gamma,
                          const Fr* roots, size_t n)
{
    GRID_EACH (i, n) {
        Fr product = factors[i], x = omega_power(roots, n, i);
        for (size_t c = 0; c < count; c++) product = product * (shifts[c] * x + gamma + columns[c][i]);
        factors[i] = product;
    }
}

// The running product; `shifts` are beta times the columns' names.
inline void grand_product(Queue& queue, const Roots& roots, const std::vector<const Fr*>& columns,
                          const std::vector<const Fr*>& sigma, const std::vector<Fr>& shifts, const Fr& beta,
                          const Fr& gamma, const Fr& start, Fr* z)
{
    const size_t n = roots.size(), blocks = blocks_for(n);
    Memory<const Fr*> of_columns(queue, columns), of_sigma(queue, sigma);
    Memory<Fr> of_shifts(queue, shifts);
    LAUNCH(queue, product_denominators, blocks, THREADS, z, of_columns.get(), of_sigma.get(),
           columns.size(), beta, gamma, n);
    invert(queue, z, n);
    LAUNCH(queue, product_numerators, blocks, THREADS, z, of_columns.get(), of_shifts.get(),
           columns.size(), gamma, roots.table(), n);
    scan<FieldProduct>(queue, z, n);
    LAUNCH(queue, scale_all, blocks, THREADS, z, start, n);
}

KERNEL differences(Fr* out, const Fr* roots, Fr x, size_t n)
{
    GRID_EACH (i, n) out[i] = x - omega_power(roots, n, i);
}

KERNEL scale_by_roots(Fr* elements, const Fr* roots, Fr factor, size_t n)
{
    GRID_EACH (i, n) elements[i] = elements[i] * factor * omega_power(roots, n, i);
}

// The Lagrange basis of the domain at x: `(x^n - 1) omega^i / (n (x - omega^i))`. x is not in the domain.
inline void lagrange_weights(Queue& queue, const Roots& roots, const Fr& x, Fr* out)
{
    const size_t n = roots.size(), blocks = blocks_for(n);
    LAUNCH(queue, differences, blocks, THREADS, out, roots.table(), x, n);
    invert(queue, out, n);
    Fr factor = (x.power(n) - Fr::one()) * inverse_of_size(roots.k());
    LAUNCH(queue, scale_by_roots, blocks, THREADS, out, roots.table(), factor, n);
}

// Blocks that share one dot product.
constexpr size_t DOT_BLOCKS = 64;

// `sum vectors[q][i] weights[i - shifts[q]]`, cyclically, a part for each block.
KERNEL dot_parts(Fr* parts, const Fr* const* vectors, const uint32_t* shifts, const Fr* weights, size_t blocks,
                 size_t n)
{
    SHARED Fr sums[THREADS];
    const size_t query = block_index() / blocks, block = block_index() % blocks;
    const Fr* vector = vectors[query];
    const size_t shift = shifts[query];
    EACH (t) {
        Fr sum = Fr::zero();
        for (size_t i = block * THREADS + t; i < n; i += blocks * THREADS)
            sum = sum + vector[i] * weights[(i + n - shift) % n];
        sums[t] = sum;
    }
    for (size_t reach = THREADS / 2; reach > 0; reach /= 2) {
        EACH (t) {
            if (t < reach) sums[t] = sums[t] + sums[t + reach];
        }
    }
    EACH (t) {
        if (t == 0) parts[block_index()] = sums[0];
    }
}

KERNEL dot_join(Fr* sums, const Fr* parts, size_t blocks, size_t queries)
{
    GRID_EACH (query, queries) {
        Fr sum = Fr::zero();
        for (size_t block = 0; block < blocks; block++) sum = sum + parts[query * blocks + block];
        sums[query] = sum;
    }
}

inline void dots(Queue& queue, const std::vector<const Fr*>& vectors, const std::vector<uint32_t>& shifts,
                 const Fr* weights, size_t n, Fr* out)
{
    const size_t queries = vectors.size();
    if (queries == 0) return;
    size_t blocks = divide_up(n, THREADS);
    if (blocks > DOT_BLOCKS) blocks = DOT_BLOCKS;
    Memory<const Fr*> of_vectors(queue, vectors);
    Memory<uint32_t> of_shifts(queue, shifts);
    Memory<Fr> parts(queue, queries * blocks), sums(queue, queries);
    LAUNCH(queue, dot_parts, queries * blocks, THREADS, parts.get(), of_vectors.get(), of_shifts.get(),
           weights, blocks, n);
    LAUNCH(queue, dot_join, blocks_for(queries), THREADS, sums.get(), parts.get(), blocks, queries);
    queue.copy_out(out, sums.get(), queries * sizeof(Fr));
}

KERNEL combine_all(Fr* out, const Fr* const* vectors, const Fr* factors, size_t count, size_t n)
{
    GRID_EACH (i, n) {
        Fr sum = Fr::zero();
        for (size_t c = 0; c < count; c++) sum = sum + vectors[c][i] * factors[c];
        out[i] = sum;
    }
}

inline void combine(Queue& queue, const std::vector<const Fr*>& vectors, const std::vector<Fr>& factors, size_t n,
                    Fr* out)
{
    Memory<const Fr*> of_vectors(queue, vectors);
    Memory<Fr> of_factors(queue, factors);
    LAUNCH(queue, combine_all, blocks_for(n), THREADS, out, of_vectors.get(), of_factors.get(),
           vectors.size(), n);
}

// Coefficients that one thread divides.
constexpr size_t DIVISION = 32;

// What Horner's rule does with the coefficients of each part, the highest part first.
KERNEL division_lines(Line* lines, const Fr* coefficients, Fr point, size_t parts, size_t n)
{
    GRID_EACH (part, parts) {
        size_t end = n - part * DIVISION, start = end > DIVISION ? end - DIVISION : 0;
        Line line = Composition::identity();
        for (size_t i = end; i > start; i--)
            line = {line.factor * point, line.constant * point + coefficients[i - 1]};
        lines[part] = line;
    }
}

// Horner's rule again, with what the higher parts leave; its intermediate results are the quotient. In place.
KERNEL division_parts(Fr* coefficients, Fr* remainder, const Line* before, Fr point, size_t parts, size_t n)
{
    GRID_EACH (part, parts) {
        size_t end = n - part * DIVISION, start = end > DIVISION ? end - DIVISION : 0;
        Fr carry = before[part].constant;
        for (size_t i = end; i > start; i--) {
            Fr next = coefficients[i - 1] + carry * point;
            coefficients[i - 1] = carry;
            carry = next;
        }
        if (start == 0) *remainder = carry;
    }
}

// Divides by X - point in place; n is not zero.
inline Fr divide(Queue& queue, Fr* coefficients, const Fr& point, size_t n)
{
    const size_t parts = divide_up(n, DIVISION), blocks = blocks_for(parts);
    Memory<Line> lines(queue, parts);
    Memory<Fr> remainder(queue, 1);
    LAUNCH(queue, division_lines, blocks, THREADS, lines.get(), coefficients, point, parts, n);
    scan<Composition>(queue, lines.get(), parts);
    LAUNCH(queue, division_parts, blocks, THREADS, coefficients, remainder.get(), lines.get(), point, parts, n);
    Fr result;
    queue.copy_out(&result, remainder.get(), sizeof result);
    return result;
}

} // namespace vigil
