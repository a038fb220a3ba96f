// Running sums, products and recurrences: before each item, what all earlier ones combine to.
#pragma once

#include "field.h"
#include "memory.h"

namespace vigil {

struct CountSum {
    using Item = uint32_t;
    BOTH static Item identity() { return 0; }
    BOTH static Item combine(const Item& earlier, const Item& later) { return earlier + later; }
};

struct FieldProduct {
    using Item = Fr;
    BOTH static Item identity() { return Fr::one(); }
    BOTH static Item combine(const Item& earlier, const Item& later) { return earlier * later; }
};

// x -> factor x + constant
struct Line {
    Fr factor, constant;
    BOTH Fr at(const Fr& x) const { return factor * x + constant; }
};

struct Composition {
    using Item = Line;
    BOTH static Item identity() { return {Fr::one(), Fr::zero()}; }
    BOTH static Item combine(const Item& earlier, const Item& later)
    {
        return {later.factor * earlier.factor, later.at(earlier.constant)};
    }
};

constexpr size_t SCAN_ITEMS = 4;
constexpr size_t SCAN_BLOCK = SCAN_ITEMS * THREADS;

// Within each block; `totals` are the blocks'.
template <class Operation>
KERNEL scan_blocks(typename Operation::Item* items, typename Operation::Item* totals, size_t n)
{
    using Item = typename Operation::Item;
    SHARED Item sums[2][THREADS];
    const size_t start = size_t(block_index()) * SCAN_BLOCK;
    EACH (t) {
        Item sum = Operation::identity();
        for (size_t j = 0; j < SCAN_ITEMS; j++) {
            size_t i = start + t * SCAN_ITEMS + j;
            if (i < n) sum = Operation::combine(sum, items[i]);
        }
        sums[0][t] = sum;
    }
    unsigned now = 0;
    for (size_t reach = 1; reach < THREADS; reach *= 2) {
        EACH (t) {
            sums[1 - now][t] = t < reach ? sums[now][t]
                                         : Operation::combine(sums[now][t - reach], sums[now][t]);
        }
        now = 1 - now;
    }
    EACH (t) {
        Item before = t == 0 ? Operation::identity() : sums[now][t - 1];
        for (size_t j = 0; j < SCAN_ITEMS; j++) {
            size_t i = start + t * SCAN_ITEMS + j;
            if (i < n) {
                Item item = items[i];
                items[i] = before;
                before = Operation::combine(before, item);
            }
        }
        if (t == THREADS - 1) totals[block_index()] = before;
    }
}

template <class Operation>
KERNEL scan_join(typename Operation::Item* items, const typename Operation::Item* before, size_t n)
{
    GRID_EACH (i, n) items[i] = Operation::combine(before[i / SCAN_BLOCK], items[i]);
}

// In place.
template <class Operation>
void scan(Queue& queue, typename Operation::Item* items, size_t n)
{
    if (n == 0) return;
    const size_t blocks = divide_up(n, SCAN_BLOCK);
    Memory<typename Operation::Item> totals(queue, blocks);
    LAUNCH(queue, scan_blocks<Operation>, blocks, THREADS, items, totals.get(), n);
    if (blocks == 1) return;
    scan<Operation>(queue, totals.get(), blocks);
    LAUNCH(queue, scan_join<Operation>, blocks_for(n), THREADS, items, totals.get(), n);
}

} // namespace vigil
