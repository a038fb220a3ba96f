// The interface: checks what it is given, keeps what it makes, and lets no exception out.

#include "vigil_gpu.h"
#include "msm.h"
#include "polynomial.h"
#include "quotient.h"

using namespace vigil;

struct vigil_context {
    vigil_context(int device, unsigned k, const Fr& omega) : queue(device), roots(queue, k, omega) {}

    Queue queue;
    Roots roots;
    size_t live = 0;
};

struct vigil_vector {
    explicit vigil_vector(vigil_context& context) : elements(context.queue, context.roots.size()) {}
    Fr* get() { return elements.get(); }
    const Fr* get() const { return elements.get(); }
    size_t bytes() const { return elements.size() * sizeof(Fr); }

    Memory<Fr> elements;
};

struct vigil_bases {
    explicit vigil_bases(vigil_context& context) : points(context.queue, context.roots.size()) {}

    Memory<Affine> points;
};

struct vigil_program {
    vigil_program(vigil_context& context, const std::vector<Instruction>& steps, const Operand& end, uint32_t count)
        : instructions(context.queue, steps), result(end), registers(count)
    {
    }

    Memory<Instruction> instructions;
    Operand result;
    uint32_t registers;
};

namespace {

static_assert(sizeof(Fr) == 32 && sizeof(Affine) == 64, "as the interface has them");
static_assert(sizeof(Instruction) == 8 * sizeof(uint32_t), "as the interface has it");

// Runs an entry point; its failure, or null.
template <class Body>
const char* guarded(vigil_context* context, Body body)
{
    static thread_local std::string message;
    try {
        if (context) context->queue.use();
        body();
        return nullptr;
    } catch (const std::bad_alloc&) {
        message = "there is not enough memory";
    } catch (const std::exception& error) {
        message = error.what();
    } catch (...) {
        message = "unknown failure";
    }
    return message.c_str();
}

Fr scalar(const uint8_t* bytes)
{
    Fr x;
    std::memcpy(x.words, bytes, sizeof x.words);
    return x;
}

std::vector<Fr> scalars(const uint8_t* bytes, size_t count)
{
    std::vector<Fr> result(count);
    if (count > 0) std::memcpy(static_cast<void*>(result.data()), bytes, count * sizeof(Fr));
    return result;
}

std::vector<const Fr*> places(const vigil_vector* const* vectors, size_t count)
{
    std::vector<const Fr*> result;
    for (size_t i = 0; i < count; i++) result.push_back(vectors[i]->get());
    return result;
}

// A new vector, filled by `fill`.
template <class Fill>
const char* make(vigil_context* context, vigil_vector** out, Fill fill)
{
    return guarded(context, [&] {
        vigil_vector made(*context);
        fill(context->queue, context->roots, made.get());
        *out = new vigil_vector(std::move(made));
        context->live++;
    });
}

template <class T>
void release(vigil_context* context, T* made)
{
    if (!made) return;
    guarded(context, [&] {
        context->live--;
        delete made;
    });
}

} // namespace

uint32_t vigil_gpu_abi(void) { return VIGIL_GPU_ABI; }

uint32_t vigil_gpu_emulated(void) { return VIGIL_EMULATED; }

const char* vigil_open(uint32_t device, uint32_t k, const uint8_t* omega, vigil_context** out)
{
    return guarded(nullptr, [&] {
        if (k < 1 || k > 26)
            throw std::runtime_error("a domain of 2^" + std::to_string(k) + " elements is not between 2^1 and 2^26");
        *out = new vigil_context(int(device), k, scalar(omega));
        (*out)->queue.wait();
    });
}

void vigil_close(vigil_context* context)
{
    guarded(context, [&] { delete context; });
}

const char* vigil_describe(vigil_context* context, char* name, size_t length)
{
    return guarded(context, [&] {
        if (length == 0) return;
        std::string description = context->queue.device().substr(0, length - 1);
        std::memcpy(name, description.c_str(), description.size() + 1);
    });
}

size_t vigil_live(const vigil_context* context) { return context->live; }

const char* vigil_wait(vigil_context* context)
{
    return guarded(context, [&] { context->queue.wait(); });
}

const char* vigil_upload(vigil_context* context, const uint8_t* bytes, vigil_vector** out)
{
    return make(context, out, [&](Queue& queue, const Roots& roots, Fr* elements) {
        queue.copy_in(elements, bytes, roots.size() * sizeof(Fr));
    });
}

const char* vigil_download(vigil_context* context, const vigil_vector* vector, uint8_t* bytes)
{
    return guarded(context, [&] { context->queue.copy_out(bytes, vector->get(), vector->bytes()); });
}

const char* vigil_upload_bases(vigil_context* context, const uint8_t* points, vigil_bases** out)
{
    return guarded(context, [&] {
        vigil_bases made(*context);
        context->queue.copy_in(made.points.get(), points, made.points.size() * sizeof(Affine));
        *out = new vigil_bases(std::move(made));
        context->live++;
    });
}

const char* vigil_upload_program(vigil_context* context, const uint32_t* words, size_t instructions, uint32_t registers,
                                 vigil_program** out)
{
    return guarded(context, [&] {
        std::vector<Instruction> steps(instructions + 1);
        std::memcpy(static_cast<void*>(steps.data()), words, steps.size() * sizeof(Instruction));
        Operand result = steps.back().b;
        steps.pop_back();
        *out = new vigil_program(*context, steps, result, registers);
        context->live++;
    });
}

void vigil_release(vigil_context* context, vigil_vector* vector) { release(context, vector); }

void vigil_release_bases(vigil_context* context, vigil_bases* bases) { release(context, bases); }

void vigil_release_program(vigil_context* context, vigil_program* program) { release(context, program); }

const char* vigil_commit(vigil_context* context, const vigil_bases* bases, const vigil_vector* vector, uint8_t* point)
{
    return guarded(context, [&] {
        Affine sum = msm(context->queue, bases->points.get(), vector->get(), vector->elements.size());
        std::memcpy(point, &sum, sizeof sum);
    });
}

const char* vigil_coefficients(vigil_context* context, const vigil_vector* values, vigil_vector** out)
{
    return make(context, out, [&](Queue& queue, const Roots& roots, Fr* elements) {
        values_to_coefficients(queue, roots, values->get(), elements);
    });
}

const char* vigil_coset_values(vigil_context* context, const vigil_vector* coefficients, const vigil_vector* shift_powers,
                               vigil_vector** out)
{
    return make(context, out, [&](Queue& queue, const Roots& roots, Fr* elements) {
        coefficients_to_values(queue, roots, coefficients->get(), shift_powers->get(), elements);
    });
}

const char* vigil_powers(vigil_context* context, const uint8_t* base, vigil_vector** out)
{
    return make(context, out, [&](Queue& queue, const Roots& roots, Fr* elements) {
        powers(queue, elements, scalar(base), roots.size());
    });
}

const char* vigil_points(vigil_context* context, const uint8_t* start, vigil_vector** out)
{
    return make(context, out, [&](Queue& queue, const Roots& roots, Fr* elements) {
        domain_points(queue, roots, scalar(start), elements);
    });
}

const char* vigil_product(vigil_context* context, const vigil_vector* const* columns, const vigil_vector* const* sigma,
                          const uint8_t* shifts, size_t count, const uint8_t* beta, const uint8_t* gamma,
                          const uint8_t* start, const uint8_t* tail, size_t tail_count, vigil_vector** out,
                          uint8_t* last)
{
    return make(context, out, [&](Queue& queue, const Roots& roots, Fr* z) {
        if (tail_count >= roots.size()) throw std::runtime_error("a product's tail leaves no row");
        grand_product(queue, roots, places(columns, count), places(sigma, count), scalars(shifts, count),
                      scalar(beta), scalar(gamma), scalar(start), z);
        Fr* end = z + (roots.size() - tail_count);
        if (tail_count > 0) queue.copy_in(end, tail, tail_count * sizeof(Fr));
        queue.copy_out(last, end - 1, sizeof(Fr));
    });
}

const char* vigil_run(vigil_context* context, const vigil_program* program, const vigil_vector* const* columns,
                      size_t column_count, const uint8_t* table, size_t table_count, vigil_vector** out)
{
    return make(context, out, [&](Queue& queue, const Roots& roots, Fr* result) {
        run(queue, program->instructions, program->result, program->registers, places(columns, column_count),
            scalars(table, table_count), roots.size(), result);
    });
}

const char* vigil_pieces(vigil_context* context, vigil_vector* const* values, size_t count,
                         const uint8_t* inverse_shifts, const uint8_t* matrix)
{
    return guarded(context, [&] {
        if (count > MOST_PIECES)
            throw std::runtime_error("a quotient of " + std::to_string(count) + " pieces; at most "
                                     + std::to_string(MOST_PIECES) + " are supported");
        std::vector<Fr*> of_values;
        for (size_t i = 0; i < count; i++) of_values.push_back(values[i]->get());
        pieces(context->queue, context->roots, of_values, scalars(inverse_shifts, count),
               scalars(matrix, count * count));
    });
}

const char* vigil_lagrange(vigil_context* context, const uint8_t* x, vigil_vector** out)
{
    return make(context, out, [&](Queue& queue, const Roots& roots, Fr* elements) {
        lagrange_weights(queue, roots, scalar(x), elements);
    });
}

const char* vigil_dots(vigil_context* context, const vigil_vector* weights, const vigil_vector* const* vectors,
                       const uint32_t* rotations, size_t count, uint8_t* sums)
{
    return guarded(context, [&] {
        const size_t n = context->roots.size();
        std::vector<uint32_t> shifts(rotations, rotations + count);
        for (uint32_t& shift : shifts) shift &= uint32_t(n - 1);
        std::vector<Fr> results(count);
        dots(context->queue, places(vectors, count), shifts, weights->get(), n, results.data());
        if (count > 0) std::memcpy(sums, results.data(), count * sizeof(Fr));
    });
}

const char* vigil_combine(vigil_context* context, const vigil_vector* const* vectors, const uint8_t* factors,
                          size_t count, vigil_vector** out)
{
    return make(context, out, [&](Queue& queue, const Roots& roots, Fr* elements) {
        combine(queue, places(vectors, count), scalars(factors, count), roots.size(), elements);
    });
}

const char* vigil_divide(vigil_context* context, const vigil_vector* dividend, const uint8_t* points, size_t count,
                         vigil_vector** out, uint8_t* remainders)
{
    return make(context, out, [&](Queue& queue, const Roots& roots, Fr* elements) {
        queue.copy(elements, dividend->get(), dividend->bytes());
        for (size_t i = 0; i < count; i++) {
            Fr remainder = divide(queue, elements, scalar(points + i * sizeof(Fr)), roots.size());
            std::memcpy(remainders + i * sizeof(Fr), &remainder, sizeof remainder);
        }
    });
}
