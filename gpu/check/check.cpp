// Compares a device with the emulator, function by function and bit by bit, and measures the device. Needs no Rust: the
// emulator is compared with the processor's own code elsewhere.
//
//   check DEVICE.so EMULATOR.so compare K...   random and boundary inputs at these sizes
//   check DEVICE.so EMULATOR.so time K...      the same at random inputs, with times of the device

#include "../kernels/curve.h"
#include "../kernels/vigil_gpu.h"

#include <algorithm>
#include <chrono>
#include <dlfcn.h>
#include <functional>
#include <string>
#include <vector>

using vigil::Affine;
using vigil::Fq;
using vigil::Fr;
using vigil::Point;

namespace {

[[noreturn]] void fail(const std::string& message)
{
    std::fprintf(stderr, "check: %s\n", message.c_str());
    std::exit(1);
}

// The functions of one object.
struct Object {
    explicit Object(const char* path)
    {
        void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (!handle) fail(dlerror());
        auto find = [&](auto& function, const char* name) {
            void* symbol = dlsym(handle, name);
            if (!symbol) fail(std::string(path) + " has no " + name);
            std::memcpy(&function, &symbol, sizeof symbol);
        };
#define FIND(name) find(name, "vigil_" #name)
        FIND(gpu_abi), FIND(gpu_emulated), FIND(open), FIND(close), FIND(describe), FIND(live), FIND(wait), FIND(upload),
            FIND(download), FIND(upload_bases), FIND(upload_program), FIND(release), FIND(release_bases),
            FIND(release_program), FIND(commit), FIND(coefficients), FIND(coset_values), FIND(powers), FIND(points),
            FIND(product), FIND(run), FIND(pieces), FIND(lagrange), FIND(dots), FIND(combine), FIND(divide);
#undef FIND
        if (gpu_abi() != VIGIL_GPU_ABI) fail(std::string(path) + " has another interface; build it again");
    }

#define FUNCTION(name) decltype(&vigil_##name) name
    FUNCTION(gpu_abi);
    FUNCTION(gpu_emulated);
    FUNCTION(open);
    FUNCTION(close);
    FUNCTION(describe);
    FUNCTION(live);
    FUNCTION(wait);
    FUNCTION(upload);
    FUNCTION(download);
    FUNCTION(upload_bases);
    FUNCTION(upload_program);
    FUNCTION(release);
    FUNCTION(release_bases);
    FUNCTION(release_program);
    FUNCTION(commit);
    FUNCTION(coefficients);
    FUNCTION(coset_values);
    FUNCTION(powers);
    FUNCTION(points);
    FUNCTION(product);
    FUNCTION(run);
    FUNCTION(pieces);
    FUNCTION(lagrange);
    FUNCTION(dots);
    FUNCTION(combine);
    FUNCTION(divide);
#undef FUNCTION
};

void require(const char* failure)
{
    if (failure) fail(failure);
}

const uint8_t* bytes(const Fr& x) { return reinterpret_cast<const uint8_t*>(x.words); }
const uint8_t* bytes(const std::vector<Fr>& x) { return reinterpret_cast<const uint8_t*>(x.data()); }

uint64_t next_random()
{
    static uint64_t state = 2026;
    uint64_t x = state += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

Fr random_scalar()
{
    Fr x;
    for (uint32_t& word : x.words) word = uint32_t(next_random());
    x.words[vigil::WORDS - 1] >>= 4;
    return x.reduced();
}

Fr small(uint64_t x)
{
    Fr sum = Fr::zero(), power = Fr::one();
    for (; x > 0; x >>= 1, power = power + power)
        if (x & 1) sum = sum + power;
    return sum;
}

// 7 generates the field; to the power of (r - 1) / 2^28 it has order 2^28.
Fr root_of_unity(unsigned k)
{
    Fr root = Fr::one(), base = small(7);
    for (int bit = 255; bit >= 28; bit--) {
        root = root.square();
        uint32_t word = vigil::ScalarField::modulus(bit / 32) - (bit / 32 == 0);
        if (word >> (bit % 32) & 1) root = root * base;
    }
    for (unsigned i = k; i < 28; i++) root = root.square();
    return root;
}

std::vector<Fr> scalars(size_t n, const std::function<Fr(size_t)>& make)
{
    std::vector<Fr> result(n);
    for (size_t i = 0; i < n; i++) result[i] = make(i);
    return result;
}

// A few thousand different points, again and again, with their negatives and infinity among them.
std::vector<Affine> curve_points(size_t n)
{
    const size_t different = std::min<size_t>(n, 4096);
    std::vector<Affine> points(n);
    Affine generator = {Fq::one(), Fq::one() + Fq::one()};
    Point point = Point::of(generator);
    for (size_t i = 0; i < different; i++) {
        points[i] = i % 97 == 13 ? Affine::infinity() : point.affine();
        if (i % 89 == 5) points[i].y = -points[i].y;
        point = point.doubled() + generator;
    }
    for (size_t i = different; i < n; i++) points[i] = points[i - different];
    return points;
}

struct Input {
    std::string name;
    std::vector<Fr> values;
};

std::vector<Input> inputs(size_t n, bool boundaries)
{
    std::vector<Input> result;
    result.push_back({"random", scalars(n, [](size_t) { return random_scalar(); })});
    result.push_back({"bits", scalars(n, [](size_t) { return small(next_random() & 1); })});
    if (!boundaries) return result;
    Fr minus_one = -Fr::one();
    result.push_back({"zeros", scalars(n, [](size_t) { return Fr::zero(); })});
    result.push_back({"ones", scalars(n, [](size_t) { return Fr::one(); })});
    result.push_back({"minus ones", scalars(n, [&](size_t) { return minus_one; })});
    result.push_back({"one alone", scalars(n, [](size_t i) { return i == 0 ? Fr::one() : Fr::zero(); })});
    result.push_back({"mixed", scalars(n, [&](size_t i) {
                          Fr ends[3] = {Fr::zero(), Fr::one(), minus_one};
                          return i % 5 == 0 ? ends[i / 5 % 3] : random_scalar();
                      })});
    return result;
}

// One object's answers, under names.
using Answers = std::vector<std::pair<std::string, std::vector<uint8_t>>>;

class Run {
public:
    Run(const Object& object, unsigned k) : o(object), k_(k), n(size_t(1) << k)
    {
        require(o.open(0, k, bytes(root_of_unity(k)), &context));
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run()
    {
        if (o.live(context) != 0) fail("something was not released");
        o.close(context);
    }

    Answers all(const std::vector<Input>& in, const std::vector<Affine>& points, bool timed)
    {
        timed_ = timed;
        vigil_bases* bases = nullptr;
        require(o.upload_bases(context, reinterpret_cast<const uint8_t*>(points.data()), &bases));
        std::vector<vigil_vector*> vectors;
        for (const Input& input : in) {
            vigil_vector* vector = nullptr;
            time("upload " + input.name, [&] {
                release(vector);
                require(o.upload(context, bytes(input.values), &vector));
            });
            vectors.push_back(vector);
        }
        Fr shift = small(7);
        vigil_vector* powers = nullptr;
        require(o.powers(context, bytes(shift), &powers));
        keep("powers", powers);
        for (size_t i = 0; i < in.size(); i++) {
            const std::string& name = in[i].name;
            std::vector<uint8_t> point(64);
            time("commit " + name, [&] { require(o.commit(context, bases, vectors[i], point.data())); });
            answers.push_back({"commit " + name, point});
            made("coefficients " + name,
                 [&](vigil_vector** out) { return o.coefficients(context, vectors[i], out); });
            made("coset values " + name,
                 [&](vigil_vector** out) { return o.coset_values(context, vectors[i], powers, out); });
            divide(name, vectors[i]);
        }
        made("points", [&](vigil_vector** out) { return o.points(context, bytes(shift), out); });
        evaluate(vectors);
        std::vector<Fr> factors = scalars(vectors.size(), [](size_t i) { return small(3 * i); });
        made("combination", [&](vigil_vector** out) {
            return o.combine(context, vectors.data(), bytes(factors), vectors.size(), out);
        });
        product(vectors);
        program(vectors);
        pieces(in);
        o.release(context, powers);
        for (vigil_vector* vector : vectors) o.release(context, vector);
        o.release_bases(context, bases);
        return answers;
    }

private:
    void release(vigil_vector*& vector)
    {
        o.release(context, vector);
        vector = nullptr;
    }

    void keep(const std::string& name, vigil_vector* vector)
    {
        std::vector<uint8_t> got(n * sizeof(Fr));
        require(o.download(context, vector, got.data()));
        answers.push_back({name, got});
    }

    void made(const std::string& name, const std::function<const char*(vigil_vector**)>& make)
    {
        vigil_vector* vector = nullptr;
        time(name, [&] {
            release(vector);
            require(make(&vector));
        });
        keep(name, vector);
        release(vector);
    }

    // The median of seven, each until the device has done its work.
    void time(const std::string& name, const std::function<void()>& work)
    {
        work();
        if (!timed_) return;
        std::vector<double> times;
        for (int i = 0; i < 7; i++) {
            auto start = std::chrono::steady_clock::now();
            work();
            require(o.wait(context));
            times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
        }
        std::sort(times.begin(), times.end());
        std::printf("k = %2u  %-28s %10.3f ms\n", k_, name.c_str(), times[times.size() / 2]);
    }

    void divide(const std::string& name, vigil_vector* vector)
    {
        std::vector<Fr> points = {small(11), Fr::zero(), Fr::one()};
        std::vector<uint8_t> remainders(points.size() * sizeof(Fr));
        made("division " + name, [&](vigil_vector** out) {
            return o.divide(context, vector, bytes(points), points.size(), out, remainders.data());
        });
        answers.push_back({"remainders " + name, remainders});
    }

    void evaluate(const std::vector<vigil_vector*>& vectors)
    {
        vigil_vector* weights = nullptr;
        time("Lagrange basis", [&] {
            release(weights);
            require(o.lagrange(context, bytes(small(0x12345678)), &weights));
        });
        keep("Lagrange basis", weights);
        std::vector<const vigil_vector*> queried;
        std::vector<uint32_t> rotations;
        for (const vigil_vector* vector : vectors) {
            for (uint32_t rotation : {0u, 1u, uint32_t(n - 1)}) {
                queried.push_back(vector);
                rotations.push_back(rotation);
            }
        }
        std::vector<uint8_t> sums(queried.size() * sizeof(Fr));
        time("evaluations", [&] {
            require(o.dots(context, weights, queried.data(), rotations.data(), queried.size(), sums.data()));
        });
        answers.push_back({"evaluations", sums});
        release(weights);
    }

    void product(const std::vector<vigil_vector*>& vectors)
    {
        std::vector<Fr> shifts = {small(5), small(6)};
        std::vector<const vigil_vector*> columns(vectors.begin(), vectors.begin() + 2);
        std::vector<const vigil_vector*> sigma = {columns[1], columns[0]};
        Fr beta = small(1000), gamma = small(5000), start = small(79), tail = small(1);
        std::vector<uint8_t> last(sizeof(Fr));
        made("product", [&](vigil_vector** out) {
            return o.product(context, columns.data(), sigma.data(), bytes(shifts), 2, bytes(beta), bytes(gamma),
                             bytes(start), bytes(tail), 1, out, last.data());
        });
        answers.push_back({"product's end", last});
    }

    // 512 instructions over eight registers, two columns and four numbers.
    void program(const std::vector<vigil_vector*>& vectors)
    {
        constexpr uint32_t REGISTERS = 8, STEPS = 512;
        std::vector<uint32_t> words;
        uint64_t state = 1;
        auto pick = [&](uint32_t below) { return uint32_t((state = state * 6364136223846793005 + 1442695040888963407) >> 33) % below; };
        auto operand = [&](bool first) {
            uint32_t kind = first ? 1 + pick(2) : pick(3);
            words.push_back(kind);
            words.push_back(kind == 0 ? pick(REGISTERS) : kind == 1 ? pick(4) : pick(2));
            words.push_back(kind == 2 ? pick(uint32_t(n)) : 0);
        };
        for (uint32_t i = 0; i < STEPS; i++) {
            // Every register is written before one is read.
            bool first = i < REGISTERS;
            words.push_back(pick(4));
            words.push_back(first ? i : pick(REGISTERS));
            operand(first);
            operand(first);
        }
        for (uint32_t word : {0u, 0u, 0u, 0u, 0u, 0u, 3u, 0u}) words.push_back(word);
        vigil_program* compiled = nullptr;
        require(o.upload_program(context, words.data(), STEPS, REGISTERS, &compiled));
        std::vector<Fr> table = {small(3), -small(9), Fr::zero(), small(UINT64_MAX)};
        made("program", [&](vigil_vector** out) {
            return o.run(context, compiled, vectors.data(), 2, bytes(table), table.size(), out);
        });
        o.release_program(context, compiled);
    }

    void pieces(const std::vector<Input>& in)
    {
        std::vector<vigil_vector*> values;
        for (size_t i = 0; i < 5; i++) {
            vigil_vector* vector = nullptr;
            require(o.upload(context, bytes(in[i % in.size()].values), &vector));
            values.push_back(vector);
        }
        std::vector<Fr> shifts = scalars(5, [](size_t i) { return small(i + 2); });
        std::vector<Fr> matrix = scalars(25, [](size_t i) { return small(i * i + 1); });
        // In place, so once.
        require(o.pieces(context, values.data(), values.size(), bytes(shifts), bytes(matrix)));
        for (vigil_vector* vector : values) {
            keep("pieces", vector);
            o.release(context, vector);
        }
    }

    const Object& o;
    unsigned k_;
    size_t n;
    vigil_context* context = nullptr;
    bool timed_ = false;
    Answers answers;
};

void compare(const Object& device, const Object& emulator, unsigned k, bool timed)
{
    std::vector<Input> in = inputs(size_t(1) << k, !timed);
    std::vector<Affine> points = curve_points(size_t(1) << k);
    Answers got = Run(device, k).all(in, points, timed), expected = Run(emulator, k).all(in, points, false);
    if (got.size() != expected.size()) fail("another number of answers");
    for (size_t i = 0; i < got.size(); i++)
        if (got[i] != expected[i]) fail("k = " + std::to_string(k) + ": " + got[i].first + " differs");
    std::printf("k = %2u  %zu answers are equal\n", k, got.size());
}

} // namespace

int main(int count, char** arguments)
{
    if (count < 5) fail("usage: check DEVICE.so EMULATOR.so compare|time K...");
    Object device(arguments[1]), emulator(arguments[2]);
    if (!emulator.gpu_emulated()) fail(std::string(arguments[2]) + " is no emulator");
    vigil_context* context = nullptr;
    require(device.open(0, 1, bytes(root_of_unity(1)), &context));
    char name[256];
    require(device.describe(context, name, sizeof name));
    device.close(context);
    std::printf("device: %s%s\n", name, device.gpu_emulated() ? " (nothing below ran on a device)" : "");
    bool timed = std::string(arguments[3]) == "time";
    for (int i = 4; i < count; i++) compare(device, emulator, unsigned(std::atoi(arguments[i])), timed);
    return 0;
}
