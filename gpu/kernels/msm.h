// Sums of scalar times point: signed windows, points sorted by digit, runs of equal digits added up.
//
// Columns of a witness are mostly small numbers, so that a few digits may have nearly all points. Work is therefore cut by
// the sorted list and not by digit: each thread adds up as many entries as any other, knows the sums that begin and end inside
// of its part, and leaves the two at its ends to the next round.
#pragma once

#include "curve.h"
#include "scan.h"

namespace vigil {

// Bits that scalars of at most (r - 1) / 2 have, and one for the digits' sign.
constexpr unsigned SIGNED_BITS = 254;

// No digit.
constexpr uint32_t NONE = UINT32_MAX;
constexpr uint32_t NEGATIVE = UINT32_C(1) << 31;

struct Windows {
    unsigned bits;
    unsigned count;

    // Digits of either sign up to this.
    BOTH uint32_t half() const { return UINT32_C(1) << (bits - 1); }
    size_t buckets() const { return size_t(count) * half(); }
};

// A scalar without its sign, and its digits from the lowest up.
class Digits {
public:
    BOTH explicit Digits(const Fr& scalar)
    {
        Fr plain = scalar.plain(), other = -plain;
        negative_ = false;
        for (int i = WORDS - 1; i >= 0; i--) {
            if (plain.words[i] != other.words[i]) {
                negative_ = other.words[i] < plain.words[i];
                break;
            }
        }
        magnitude_ = negative_ ? other : plain;
        carry_ = 0;
    }

    // The digit's bucket in its window, with NEGATIVE for points to be subtracted, or NONE for zero.
    BOTH uint32_t next(const Windows& windows, unsigned window)
    {
        unsigned bit = window * windows.bits, word = bit / 32, shift = bit % 32;
        uint64_t wide = magnitude_.words[word];
        if (word + 1 < unsigned(WORDS)) wide |= uint64_t(magnitude_.words[word + 1]) << 32;
        uint32_t digit = uint32_t(wide >> shift) & (2 * windows.half() - 1);
        digit += carry_;
        carry_ = digit > windows.half();
        if (digit == 0) return NONE;
        if (!carry_) return (digit - 1) | (negative_ ? NEGATIVE : 0);
        uint32_t below = 2 * windows.half() - digit;
        return below == 0 ? NONE : (below - 1) | (negative_ ? 0 : NEGATIVE);
    }

private:
    Fr magnitude_;
    bool negative_;
    uint32_t carry_;
};

KERNEL count_digits(uint32_t* counts, const Fr* scalars, Windows windows, size_t n)
{
    GRID_EACH (i, n) {
        Digits digits(scalars[i]);
        for (unsigned w = 0; w < windows.count; w++) {
            uint32_t digit = digits.next(windows, w);
            if (digit != NONE) atomic_add(counts + w * windows.half() + (digit & ~NEGATIVE), UINT32_C(1));
        }
    }
}

// `places` says where each bucket's entries begin; it is used up.
KERNEL sort_digits(uint32_t* keys, uint32_t* entries, uint32_t* places, const Fr* scalars, Windows windows, size_t n)
{
    GRID_EACH (i, n) {
        Digits digits(scalars[i]);
        for (unsigned w = 0; w < windows.count; w++) {
            uint32_t digit = digits.next(windows, w);
            if (digit == NONE) continue;
            uint32_t key = w * windows.half() + (digit & ~NEGATIVE);
            uint32_t place = atomic_add(places + key, UINT32_C(1));
            keys[place] = key;
            entries[place] = uint32_t(i) | (digit & NEGATIVE);
        }
    }
}

// Points of the commitment key, some negated.
struct SignedBases {
    const Affine* bases;
    const uint32_t* entries;

    BOTH Point add(const Point& sum, size_t i) const
    {
        Affine base = bases[entries[i] & ~NEGATIVE];
        if (entries[i] & NEGATIVE) base.y = -base.y;
        return sum + base;
    }
};

struct Points {
    const Point* points;

    BOTH Point add(const Point& sum, size_t i) const { return sum + points[i]; }
};

// Adds up runs of equal keys. Sums of runs inside of a lane's part are done; those at its ends go to `keys_out` and
// `points_out`, two places for each lane, unless there is but one lane.
template <class Source>
KERNEL sum_runs(Point* sums, uint32_t* keys_out, Point* points_out, Source source, const uint32_t* keys,
                size_t count, size_t length, size_t lanes)
{
    GRID_EACH (lane, lanes) {
        size_t start = lane * length, end = start + length < count ? start + length : count;
        uint32_t key = NONE, first = NONE, last = NONE;
        Point sum = Point::infinity();
        for (size_t i = start; i <= end; i++) {
            uint32_t next = i < end ? keys[i] : NONE;
            if (i < end && next == NONE) continue;
            if (next != key && key != NONE) {
                if (lanes == 1 || (first != NONE && i < end)) {
                    sums[key] = sum;
                } else {
                    size_t place = 2 * lane + (first != NONE);
                    points_out[place] = sum;
                    if (first != NONE) last = key;
                }
                if (first == NONE) first = key;
                sum = Point::infinity();
            }
            key = next;
            if (i < end) sum = source.add(sum, i);
        }
        if (lanes > 1) {
            keys_out[2 * lane] = first;
            keys_out[2 * lane + 1] = last;
        }
    }
}

// Entries of a later round that one thread adds up.
constexpr size_t LATER = 8;

// Of equal keys, which lie next to each other; NONE in between is skipped. `sums` starts at infinity.
template <class Source>
void sum_by_key(Queue& queue, Point* sums, Source source, const uint32_t* keys, size_t count, size_t length)
{
    if (count == 0) return;
    const size_t lanes = divide_up(count, length);
    Memory<uint32_t> keys_out(queue, 2 * lanes);
    Memory<Point> points_out(queue, 2 * lanes);
    LAUNCH(queue, sum_runs<Source>, blocks_for(lanes), THREADS, sums, keys_out.get(), points_out.get(), source,
           keys, count, length, lanes);
    if (lanes > 1)
        sum_by_key(queue, sums, Points{points_out.get()}, keys_out.get(), 2 * lanes, LATER);
}

// Buckets that one thread weights by their digits.
constexpr uint32_t BUCKETS = 16;

KERNEL weigh_buckets(uint32_t* keys, Point* points, const Point* buckets, Windows windows, uint32_t length)
{
    const size_t parts = windows.half() / length;
    GRID_EACH (lane, windows.count * parts) {
        size_t window = lane / parts, first = lane % parts * length;
        const Point* own = buckets + window * windows.half() + first;
        Point running = Point::infinity(), sum = Point::infinity();
        for (uint32_t i = length; i > 0; i--) {
            running = running + own[i - 1];
            sum = sum + running;
        }
        keys[lane] = uint32_t(window);
        points[lane] = sum + running.times(uint32_t(first));
    }
}

inline Windows windows_for(size_t n)
{
    // An addition for each digit, and two for each bucket that cost half as much again.
    Windows best = {0, 0};
    double least = 0;
    for (unsigned bits = 2; bits <= 16; bits++) {
        Windows windows = {bits, unsigned(divide_up(SIGNED_BITS, bits))};
        double cost = double(windows.count) * (double(n) + 3.0 * windows.half());
        if (best.bits == 0 || cost < least) {
            best = windows;
            least = cost;
        }
    }
    return best;
}

// Entries that one thread adds up in the first round: as few as keep a device busy.
inline size_t first_length(size_t entries)
{
    constexpr size_t BUSY = 1 << 17, MOST = 128;
    size_t length = divide_up(entries, BUSY);
    return length < LATER ? LATER : length < MOST ? length : MOST;
}

inline Affine msm(Queue& queue, const Affine* bases, const Fr* scalars, size_t n)
{
    if (n == 0) return Affine::infinity();
    const Windows windows = windows_for(n);
    const size_t buckets = windows.buckets();

    // One place more, for the number of all entries.
    Memory<uint32_t> places(queue, buckets + 1);
    places.clear();
    LAUNCH(queue, count_digits, blocks_for(n), THREADS, places.get(), scalars, windows, n);
    scan<CountSum>(queue, places.get(), buckets + 1);
    uint32_t entries = 0;
    queue.copy_out(&entries, places.get() + buckets, sizeof entries);
    if (entries == 0) return Affine::infinity();

    Memory<uint32_t> keys(queue, entries), indices(queue, entries);
    LAUNCH(queue, sort_digits, blocks_for(n), THREADS, keys.get(), indices.get(), places.get(), scalars, windows, n);
    Memory<Point> sums(queue, buckets);
    sums.clear();
    sum_by_key(queue, sums.get(), SignedBases{bases, indices.get()}, keys.get(), entries, first_length(entries));

    const uint32_t length = windows.half() < BUCKETS ? windows.half() : BUCKETS;
    const size_t parts = buckets / length;
    Memory<uint32_t> window_keys(queue, parts);
    Memory<Point> weighed(queue, parts), totals(queue, windows.count);
    totals.clear();
    LAUNCH(queue, weigh_buckets, blocks_for(parts), THREADS, window_keys.get(), weighed.get(), sums.get(), windows,
           length);
    sum_by_key(queue, totals.get(), Points{weighed.get()}, window_keys.get(), parts, LATER);

    // A few hundred doublings, one after the other: the processor's work.
    std::vector<Point> of_windows(windows.count);
    queue.copy_out(of_windows.data(), totals.get(), windows.count * sizeof(Point));
    Point sum = Point::infinity();
    for (unsigned w = windows.count; w > 0; w--) {
        for (unsigned bit = 0; bit < windows.bits; bit++) sum = sum.doubled();
        sum = sum + of_windows[w - 1];
    }
    return sum.affine();
}

} // namespace vigil
