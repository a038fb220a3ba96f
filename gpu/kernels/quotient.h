// The compiled constraints, row by row, and the quotient's pieces.
#pragma once

#include "ntt.h"

namespace vigil {

// Where an operand is: in a register, in the table, or in a column so many rows further down (cyclically).
struct Operand {
    uint32_t kind;
    uint32_t index;
    uint32_t rotation;
};

enum : uint32_t { REGISTER = 0, TABLE = 1, COLUMN = 2 };
enum : uint32_t { ADD = 0, SUB = 1, MUL = 2, SQUARE = 3 };

struct Instruction {
    uint32_t operation;
    uint32_t target;
    Operand a, b;
};

struct Machine {
    const Fr* const* columns;
    const Fr* table;
    // Register r of lane l is at `r * lanes + l`.
    Fr* registers;
    size_t lanes;
    size_t rows;

    BOTH const Fr& read(const Operand& operand, size_t lane, size_t row) const
    {
        switch (operand.kind) {
        case REGISTER: return registers[operand.index * lanes + lane];
        case TABLE: return table[operand.index];
        default: return columns[operand.index][(row + operand.rotation) & (rows - 1)];
        }
    }
};

// Each lane goes through its rows with registers of its own.
KERNEL run_program(Fr* out, const Instruction* program, size_t length, Operand result, Machine machine)
{
    GRID_EACH (lane, machine.lanes) {
        for (size_t row = lane; row < machine.rows; row += machine.lanes) {
            for (size_t i = 0; i < length; i++) {
                const Instruction& instruction = program[i];
                Fr a = machine.read(instruction.a, lane, row), value;
                if (instruction.operation == SQUARE) {
                    value = a.square();
                } else {
                    const Fr& b = machine.read(instruction.b, lane, row);
                    switch (instruction.operation) {
                    case ADD: value = a + b; break;
                    case SUB: value = a - b; break;
                    default: value = a * b;
                    }
                }
                machine.registers[instruction.target * machine.lanes + lane] = value;
            }
            out[row] = machine.read(result, lane, row);
        }
    }
}

// Lanes that go through the rows: their registers should stay in the device's second cache, but too few leave it idle. Both
// bounds are guesses until a device has been measured.
inline size_t lanes_for(size_t registers, size_t rows)
{
    constexpr size_t CACHE = size_t(32) << 20, FEWEST = 1 << 15;
    size_t lanes = FEWEST;
    while (2 * lanes * registers * sizeof(Fr) <= CACHE) lanes *= 2;
    return lanes < rows ? lanes : rows;
}

inline void run(Queue& queue, const Memory<Instruction>& program, const Operand& result, size_t registers,
                const std::vector<const Fr*>& columns, const std::vector<Fr>& table, size_t rows, Fr* out)
{
    const size_t lanes = lanes_for(registers == 0 ? 1 : registers, rows);
    Memory<const Fr*> of_columns(queue, columns);
    Memory<Fr> of_table(queue, table), scratch(queue, registers * lanes);
    Machine machine = {of_columns.get(), of_table.get(), scratch.get(), lanes, rows};
    LAUNCH(queue, run_program, blocks_for(lanes), THREADS, out, program.get(), program.size(), result, machine);
}

// As many cosets as this; a circuit of degree 17.
constexpr size_t MOST_PIECES = 16;

// `values[c]` are coefficients on the c-th coset, still with the powers of its shift; they become the pieces.
KERNEL mix_pieces(Fr* const* values, const Fr* unshift, const Fr* matrix, size_t count, size_t n)
{
    GRID_EACH (row, n) {
        Fr cells[MOST_PIECES];
        for (size_t c = 0; c < count; c++) cells[c] = values[c][row] * unshift[c * n + row];
        for (size_t piece = 0; piece < count; piece++) {
            Fr sum = Fr::zero();
            for (size_t c = 0; c < count; c++) sum = sum + cells[c] * matrix[piece * count + c];
            values[piece][row] = sum;
        }
    }
}

// In place. `matrix` holds rows one after the other.
inline void pieces(Queue& queue, const Roots& roots, const std::vector<Fr*>& values, const std::vector<Fr>& inverse_shifts,
                   const std::vector<Fr>& matrix)
{
    const size_t n = roots.size(), count = values.size();
    Memory<Fr> scratch(queue, n), unshift(queue, count * n), of_matrix(queue, matrix);
    for (size_t c = 0; c < count; c++) {
        queue.copy(scratch.get(), values[c], n * sizeof(Fr));
        values_to_coefficients(queue, roots, scratch.get(), values[c]);
        powers(queue, unshift.get() + c * n, inverse_shifts[c], n);
    }
    Memory<Fr*> of_values(queue, values);
    LAUNCH(queue, mix_pieces, blocks_for(n), THREADS, of_values.get(), unshift.get(), of_matrix.get(), count, n);
}

} // namespace vigil
