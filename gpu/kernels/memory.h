// A queue of work, and memory that is overwritten before it is given back.
#pragma once

#include "platform.h"
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace vigil {

#if VIGIL_EMULATED

class Queue {
public:
    explicit Queue(int) {}
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;

    void use() const {}
    std::string device() const { return "emulator of a device on the processor, for tests"; }

    void* allocate(size_t bytes)
    {
        // Exactly as long as asked, so that a sanitizer sees what lies outside; full of what nobody wrote.
        void* memory = nullptr;
        if (posix_memalign(&memory, 64, bytes == 0 ? 1 : bytes) != 0) throw std::bad_alloc();
        std::memset(memory, 0xa5, bytes);
        return memory;
    }

    void give_back(void* memory, size_t bytes)
    {
        clear(memory, bytes);
        std::free(memory);
    }

    void clear(void* memory, size_t bytes)
    {
        std::memset(memory, 0, bytes);
        // Whoever reads the memory next must find the zeros: the compiler may not drop them.
        asm volatile("" : : "r"(memory) : "memory");
    }

    void copy_in(void* to, const void* from, size_t bytes) { copy(to, from, bytes); }
    void copy_out(void* to, const void* from, size_t bytes) { copy(to, from, bytes); }
    void copy(void* to, const void* from, size_t bytes)
    {
        if (bytes > 0) std::memcpy(to, from, bytes);
    }
    void wait() {}
};

#else

inline void check(cudaError_t result, const char* what)
{
    if (result != cudaSuccess)
        throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(result));
}

class Queue {
public:
    explicit Queue(int device) : device_(device)
    {
        int count = 0;
        check(cudaGetDeviceCount(&count), "looking for devices");
        if (device < 0 || device >= count)
            throw std::runtime_error("there is no device " + std::to_string(device) + ", there are "
                                     + std::to_string(count));
        use();
        check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "making a queue");
        // Freed memory stays with the pool: taking it again costs nothing. All of it has been overwritten.
        cudaMemPool_t pool;
        uint64_t keep = UINT64_MAX;
        check(cudaDeviceGetDefaultMemPool(&pool, device), "asking for the memory pool");
        check(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep),
              "setting up the memory pool");
    }
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;
    ~Queue()
    {
        cudaStreamSynchronize(stream_);
        cudaStreamDestroy(stream_);
    }

    // The device is a property of the calling thread.
    void use() const { check(cudaSetDevice(device_), "choosing the device"); }

    std::string device() const
    {
        cudaDeviceProp properties;
        check(cudaGetDeviceProperties(&properties, device_), "asking what the device is");
        return properties.name;
    }

    cudaStream_t stream() const { return stream_; }
    void launched() { check(cudaGetLastError(), "starting a kernel"); }

    void* allocate(size_t bytes)
    {
        void* memory = nullptr;
        cudaError_t result = cudaMallocAsync(&memory, bytes == 0 ? 1 : bytes, stream_);
        if (result == cudaErrorMemoryAllocation) {
            cudaGetLastError();
            throw std::runtime_error("the device has no " + std::to_string(bytes >> 20)
                                     + " MiB of memory left; use a smaller k, or the cpu engine");
        }
        check(result, "taking memory");
        return memory;
    }

    // After a failed kernel both calls fail too: then the driver itself drops the whole context, and its memory.
    void give_back(void* memory, size_t bytes)
    {
        cudaMemsetAsync(memory, 0, bytes, stream_);
        cudaFreeAsync(memory, stream_);
    }

    void clear(void* memory, size_t bytes)
    {
        check(cudaMemsetAsync(memory, 0, bytes, stream_), "clearing memory");
    }
    // From pageable memory: `from` may change once this returns.
    void copy_in(void* to, const void* from, size_t bytes)
    {
        check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream_), "copying to the device");
    }
    void copy_out(void* to, const void* from, size_t bytes)
    {
        check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream_), "copying from the device");
        wait();
    }
    void copy(void* to, const void* from, size_t bytes)
    {
        check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream_), "copying on the device");
    }
    void wait() { check(cudaStreamSynchronize(stream_), "waiting for the device"); }

private:
    int device_;
    cudaStream_t stream_ = nullptr;
};

#endif

// Device memory for `size` items.
template <class T>
class Memory {
public:
    Memory(Queue& queue, size_t size)
        : queue_(&queue), size_(size), items_(static_cast<T*>(queue.allocate(size * sizeof(T))))
    {
    }
    Memory(Queue& queue, const std::vector<T>& items) : Memory(queue, items.size())
    {
        queue.copy_in(items_, items.data(), size_ * sizeof(T));
    }
    Memory(Memory&& other) noexcept : queue_(other.queue_), size_(other.size_), items_(other.items_)
    {
        other.items_ = nullptr;
    }
    Memory& operator=(Memory&& other) noexcept
    {
        std::swap(queue_, other.queue_);
        std::swap(size_, other.size_);
        std::swap(items_, other.items_);
        return *this;
    }
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;
    ~Memory()
    {
        if (items_) queue_->give_back(items_, size_ * sizeof(T));
    }

    T* get() { return items_; }
    const T* get() const { return items_; }
    size_t size() const { return size_; }
    void clear() { queue_->clear(items_, size_ * sizeof(T)); }

private:
    Queue* queue_;
    size_t size_;
    T* items_;
};

} // namespace vigil
