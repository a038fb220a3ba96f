// One source, two machines: nvcc makes kernels of it, a plain C++ compiler makes loops.
//
// A kernel is written as steps. `EACH (t)` is what every thread t of a block does before the next barrier, which comes with
// it; `GRID_EACH (i, n)` spreads n independent items over the whole grid. Nothing but shared memory lives
// from one EACH to the next. The emulator goes through threads and blocks one after the other, and every other
// launch goes through them backwards: a step that reads what a neighbour writes in the same step shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#if defined(__CUDACC__)
#include <cuda_runtime.h>
#define VIGIL_EMULATED 0
#define BOTH __host__ __device__ __forceinline__
#define KERNEL static __global__ void
#define SHARED __shared__
#else
#define VIGIL_EMULATED 1
#define BOTH inline
#define KERNEL static void
#define SHARED static thread_local
#endif

namespace vigil {

#if VIGIL_EMULATED

// Where the emulated kernel is.
struct Emulated {
    unsigned block = 0;
    unsigned blocks = 1;
    unsigned threads = 1;
    bool backwards = false;
};

inline Emulated& emulated()
{
    static thread_local Emulated state;
    return state;
}

BOTH unsigned block_index() { return emulated().block; }

// The items of a step, in the order of this launch.
class Steps {
public:
    explicit Steps(size_t count) : count_(count) {}

    class Iterator {
    public:
        Iterator(size_t position, size_t count) : position_(position), count_(count) {}
        size_t operator*() const
        {
            return emulated().backwards ? count_ - 1 - position_ : position_;
        }
        void operator++() { ++position_; }
        bool operator!=(const Iterator& other) const { return position_ != other.position_; }

    private:
        size_t position_;
        size_t count_;
    };

    Iterator begin() const { return Iterator(0, count_); }
    Iterator end() const { return Iterator(count_, count_); }

private:
    size_t count_;
};

// How many of the n items are this block's.
inline size_t items_of_block(size_t n)
{
    const Emulated& e = emulated();
    size_t stride = size_t(e.blocks) * e.threads, first = size_t(e.block) * e.threads;
    size_t rest = n % stride, own = rest > first ? rest - first : 0;
    return n / stride * e.threads + (own < e.threads ? own : e.threads);
}

// The block's j-th item.
inline size_t item_of_block(size_t j)
{
    const Emulated& e = emulated();
    return (j / e.threads * e.blocks + e.block) * e.threads + j % e.threads;
}

#define EACH(t) for (size_t t : ::vigil::Steps(::vigil::emulated().threads))
#define GRID_EACH(i, n)                                                  \
    for (size_t i##_step : ::vigil::Steps(::vigil::items_of_block(n)))   \
        for (size_t i = ::vigil::item_of_block(i##_step), i##_once = 1; i##_once; i##_once = 0)

template <class T>
inline T atomic_add(T* place, T value)
{
    T before = *place;
    *place += value;
    return before;
}

// Blocks in order, or backwards.
template <class Queue, class Kernel, class... Arguments>
inline void run_emulated(Queue&, Kernel kernel, size_t blocks, unsigned threads, Arguments... arguments)
{
    Emulated& e = emulated();
    e.backwards = !e.backwards;
    e.blocks = unsigned(blocks);
    e.threads = threads;
    for (size_t block : Steps(blocks)) {
        e.block = unsigned(block);
        kernel(arguments...);
    }
}

#define LAUNCH(queue, kernel, blocks, threads, ...) \
    ::vigil::run_emulated(queue, kernel, blocks, threads, __VA_ARGS__)

#else

__device__ __forceinline__ unsigned block_index() { return blockIdx.x; }

#define EACH(t) for (size_t t = threadIdx.x, t##_once = 1; t##_once; t##_once = 0, __syncthreads())
#define GRID_EACH(i, n)                                                           \
    for (size_t i = size_t(blockIdx.x) * blockDim.x + threadIdx.x; i < (n);       \
         i += size_t(gridDim.x) * blockDim.x)

__device__ __forceinline__ uint32_t atomic_add(uint32_t* place, uint32_t value)
{
    return atomicAdd(place, value);
}

#define LAUNCH(queue, kernel, blocks, threads, ...)                               \
    do {                                                                          \
        kernel<<<unsigned(blocks), threads, 0, (queue).stream()>>>(__VA_ARGS__);  \
        (queue).launched();                                                       \
    } while (0)

#endif

BOTH size_t divide_up(size_t a, size_t b) { return (a + b - 1) / b; }

// Threads of a block where nothing else decides.
constexpr unsigned THREADS = 256;

// Blocks for n independent items.
inline size_t blocks_for(size_t n)
{
    constexpr size_t MOST = 1 << 14;
    size_t blocks = divide_up(n, THREADS);
    return blocks < 1 ? 1 : blocks < MOST ? blocks : MOST;
}

} // namespace vigil
